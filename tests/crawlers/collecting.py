"""Runs the real collector in a process of its own (a reactor starts once), against sites on loopback."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, select

from factdesk.loopback import Answer, LoopbackServer, Request
from factdesk.records import SourceRole
from factdesk.schedule import ItemEvent, PollEvent, run_collector
from factdesk.settings import CollectorSettings, Settings
from factdesk.store import sources
from factdesk.store.database import open_store, reading, writing
from factdesk.store.sources import NewSource
from factdesk.store.tables import items, polls

HTML = "text/html; charset=utf-8"


@dataclass
class Site:
    """Pages by host and path; what is not there is a 404."""

    pages: dict[str, Answer | Callable[[Request], Answer]] = field(default_factory=dict)

    def __call__(self, request: Request) -> Answer:
        found = self.pages.get(f"{request.host}{request.path}", Answer(b"none", "text/plain", 404))
        return found if isinstance(found, Answer) else found(request)


@dataclass
class Rig:
    """A site that is served, a store and an archive."""

    site: Site
    server: LoopbackServer
    settings: Settings
    engine: Engine

    def url(self, host: str, path: str) -> str:
        return f"http://{host}.localhost:{self.server.port}{path}"

    def put(self, host: str, path: str, body: str | bytes, **more: object) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.site.pages[f"{host}.localhost{path}"] = Answer(data, **more)  # type: ignore[arg-type] # a test's shorthand

    def feed(self, host: str, *paths: str, path: str = "/feed.xml", updated: str = "") -> None:
        entries = "".join(
            f"<item><title>On {p}</title><link>{self.url(host, p) if p.startswith('/') else p}</link>{updated}</item>"
            for p in paths
        )
        body = f'<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>{host}</title>{entries}</channel></rss>'
        self.put(host, path, body, media_type="application/rss+xml")

    def source(self, host: str, path: str = "/feed.xml", kind: str = "feed", **more: object) -> int:
        new = NewSource(kind, self.url(host, path), host, **more)  # type: ignore[arg-type] # a test's shorthand
        with writing(self.engine) as connection:
            return sources.add(connection, new, now=datetime.now(UTC)).id

    def collect(self, *, once: bool = True) -> list[dict[str, object]]:
        run = subprocess.run(self.command(once=once), capture_output=True, text=True, timeout=60, check=False)
        assert run.returncode == 0, run.stderr[-3000:]
        return [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]

    def command(self, *, once: bool = True) -> list[str]:
        return [sys.executable, "-m", "tests.crawlers.collecting", self.settings.model_dump_json(), "once" if once else "serve"]

    def outcomes(self) -> dict[str, tuple[str | None, str]]:
        with reading(self.engine) as connection:
            rows = connection.execute(select(items.c.url, items.c.outcome, items.c.reason)).all()
        return {"/" + row.url.split("/", 3)[3]: (row.outcome, row.reason) for row in rows}

    def polls(self) -> list[tuple[str, str]]:
        with reading(self.engine) as connection:
            return [
                (r.outcome, r.reason) for r in connection.execute(select(polls.c.outcome, polls.c.reason).order_by(polls.c.id))
            ]


@contextmanager
def rig(folder: Path, *, latency_s: float = 0.0, **collector: object) -> Iterator[Rig]:
    site = Site()
    told = {"contact": "test@example.org", "delay_s": 0.0, "allow_private_hosts": ("*.localhost",), "timeout_s": 5} | collector
    settings = Settings(data=folder, store="", index="", collector=CollectorSettings(**told))
    engine = open_store(settings.store)
    with LoopbackServer(site, latency_s=latency_s) as server:
        yield Rig(site, server, settings, engine)
    engine.dispose()


def page(words: str) -> str:
    return f"<!doctype html><html lang=en><head><title>{words}</title></head><body><p>{words} {'word ' * 80}</p></body></html>"


def _say(event: PollEvent | ItemEvent) -> None:
    kind = "poll" if isinstance(event, PollEvent) else "item"
    told = {"kind": kind, "source": event.source.name, "outcome": event.outcome, "reason": event.reason}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    run_collector(Settings(**json.loads(sys.argv[1])), once=sys.argv[2] == "once", on_event=_say)

__all__ = ["HTML", "Rig", "Site", "SourceRole", "page", "rig"]
