"""One person's visit to a desk in Chromium: what it loads from elsewhere, or says on its console, fails the test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@dataclass
class Work:
    """The desk under test, where its pictures go, and the password of everybody (``{name}`` stands for the login)."""

    browser: Browser
    url: str
    folder: Path
    password: str

    @contextmanager
    def at(self, name: str, *, width: int = 1280, scheme: str = "light", scripts: bool = True) -> Iterator[Page]:
        """Give a signed-in person's page; anything a page loads from elsewhere, or says on its console, fails the test."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=scripts,
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        wrong: list[str] = []
        page.on("request", lambda request: None if request.url.startswith(self.url) else wrong.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Security Policy" in said.text else None)
        if name:
            page.goto(f"{self.url}/login")
            page.get_by_label("Login").fill(name)
            page.get_by_label("Password").fill(self.password.format(name=name))
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("navigation", name="Desk")).to_be_visible()
        yield page
        context.close()
        assert wrong == []

    def picture(self, page: Page, name: str) -> None:
        page.screenshot(path=self.folder / f"{name}.png", full_page=True)

    def faults(self, page: Page, address: str) -> list[str]:
        """Open a page; return what axe says about it, and whether it is wider than the window."""
        page.goto(f"{self.url}{address}")
        return self.judged(page)

    def judged(self, page: Page) -> list[str]:
        """Return what axe says about the open page, and whether it is wider than the window."""
        address = page.url.removeprefix(self.url)
        wide = self.wide(page)
        page.evaluate(AXE)
        broken = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(done => done.violations)")
        said = [
            f"{address}: {one['id']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0]['failureSummary'][:300]}"
            for one in broken
        ]
        return [*said, *wide]

    def overflow(self, page: Page, address: str) -> list[str]:
        """Open a page, and return whether it is wider than the window."""
        page.goto(f"{self.url}{address}")
        return self.wide(page)

    def wide(self, page: Page) -> list[str]:
        """Return whether the open page is wider than the window."""
        address = page.url.removeprefix(self.url)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return [f"{address}: {over} px wider than the window"] if over > 0 else []
