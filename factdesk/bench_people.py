"""People at work on a desk, as its server meets them: each signs in, reads, thinks, decides and writes over HTTP."""

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import httpx2

from factdesk.bench_items import word

_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
_ROW = re.compile(r'<li class="flag [^>]*data-story="([^"]+)" data-open>(.*?)</li>\s*(?=<li class="flag |</ol>)', re.DOTALL)
_FINDING = re.compile(r'name="finding" value="(\w+)"')
_PICK = re.compile(r'name="(pick-\d+)"')
_AGAINST = re.compile(r'name="against" value="(\d+)"')
_DISAGREED = "Both of you changed this"
_SCRIPT = {"HX-Request": "true"}  # what the desk's script sends
_ITEM = re.compile(r'href="(/items/\w+)#')
_FIELD = re.compile(r'<textarea[^>]*name="body"[^>]*>(.*?)</textarea>', re.DOTALL)
_TIMEOUT_S = 30.0
_AT_THE_DOOR = 4
_KEPT_S = 30.0  # how long a browser keeps a connection that it does not use


@dataclass(slots=True)
class Seen:
    """What was measured: milliseconds by page, and what went wrong."""

    times: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    written: dict[int, list[str]] = field(default_factory=dict)
    refused: int = 0  # decisions about a story that a colleague had open: said so, as it should
    conflicts: int = 0  # paragraphs that two people wrote in the same place: decided by the later one
    held: int = 0  # stories left to a colleague who had them open


@dataclass(slots=True)
class Person:
    """One person with a browser's cookies. ``think_s`` is the mean pause between two pages."""

    name: str
    password: str
    role: str
    statement: int
    client: httpx2.AsyncClient
    seen: Seen
    dice: random.Random
    think_s: float
    token: str = ""

    async def work(self, until: float) -> None:
        """Do this role's work until ``until`` (monotonic seconds)."""
        jobs = _JOBS[self.role]
        while time.monotonic() < until:
            await asyncio.sleep(self.dice.expovariate(1 / self.think_s))
            try:
                await self.dice.choice(jobs)(self)
            except httpx2.HTTPError as error:
                self.seen.wrong.append(f"{self.name}: {type(error).__name__}")

    async def sign_in(self, door: asyncio.Semaphore) -> None:
        """Sign in, a few people at a time; a password is dear on purpose, so it is not among what is measured."""
        async with door:
            page = await self.client.get("/login")
            fields = {"csrf": _first(_TOKEN, page.text), "name": self.name, "password": self.password, "then": ""}
            answer = await self.client.post("/login", data=fields)
        if answer.status_code not in (200, 303):
            self.seen.wrong.append(f"{self.name}: login {answer.status_code}")

    async def _get(self, name: str, address: str) -> str:
        return await self._timed(name, self.client.get(address))

    async def _post(  # a form, and who sends it
        self, name: str, address: str, fields: Mapping[str, str | list[str]], *, by_script: bool = False
    ) -> str:
        headers = _SCRIPT if by_script else {}
        return await self._timed(name, self.client.post(address, data={"csrf": self.token, **fields}, headers=headers))

    async def _timed(self, name: str, asked: Awaitable[httpx2.Response]) -> str:
        begun = time.perf_counter()
        answer = await asked
        self.seen.times.setdefault(name, []).append((time.perf_counter() - begun) * 1000)
        if answer.status_code == httpx2.codes.CONFLICT and "open right now" in answer.text:
            self.seen.refused += 1
        elif answer.status_code == httpx2.codes.CONFLICT and _DISAGREED in answer.text:
            pass  # it is decided by the person
        elif answer.status_code >= httpx2.codes.BAD_REQUEST:
            self.seen.wrong.append(f"{name}: {answer.status_code} {answer.text[:80]!r}")
        found = _TOKEN.search(answer.text)
        self.token = found[1] if found else self.token
        return answer.text

    async def read_queue(self) -> None:
        """Open the queue, then one of its items."""
        page = await self._get(
            "queue", self.dice.choice(("/queue", "/queue?kind=distorts", "/queue?language=de", "/queue?page=3"))
        )
        items = _ITEM.findall(page)
        if items:
            await self._get("item", self.dice.choice(items))

    async def decide(self) -> None:
        """Take a row of the queue, which the desk's script then holds, and decide about it unless a colleague has it open."""
        page = await self._get("queue", f"/queue?page={self.dice.randint(1, 8)}")
        rows = _ROW.findall(page)
        if not rows:
            return
        story, row = self.dice.choice(rows)
        if "has this open" in await self._post("hold", "/queue/hold", {"story": story}, by_script=True):
            self.seen.held += 1
            return
        fields: dict[str, str | list[str]] = {"finding": _FINDING.findall(row), "back": "/queue", "view": "queue"}
        chosen = self.dice.choice(("confirmed", "rejected"))
        await self._post("decision", "/decisions", {**fields, "decision": chosen}, by_script=True)

    async def search(self) -> None:
        """Search for a word or two."""
        words = " ".join(word(self.dice.randint(30, 3_000), 0) for _ in range(self.dice.randint(1, 2)))
        await self._get("search", f"/search?q={words}")

    async def look_for_news(self) -> None:
        """Ask what came in, as an open queue does every 15 seconds."""
        await self._get("news", "/queue/news?since=2031-01-01T00:00:00%2B00:00")

    async def read_statements(self) -> None:
        """Read what is under way and one's own statement."""
        await self._get("statements", "/desk/statements")
        await self._get("statement", f"/desk/statements/{self.statement}")

    async def write(self) -> None:
        """Add a paragraph to a statement that a colleague writes at as well, with an autosave before."""
        address = f"/desk/statements/{self.statement}"
        page = await self._get("edit", f"{address}/edit")
        revision = re.search(r'name="expected_revision" value="(\d+)"', page)
        title = re.search(r'name="title"[^>]*value="([^"]*)"', page)
        if revision is None or title is None:
            return
        mine = f"{self.name} adds line {self.dice.randrange(10**9)}."
        body = f"{_first(_FIELD, page).strip()}\n\n{mine}"
        fields = {"expected_revision": revision[1], "title": title[1], "body": body, "rating": "false", "note": ""}
        await self._post("autosave", f"{address}/working", fields)
        answer = await self._post("save", f"{address}/edit", fields)
        while _DISAGREED in answer:  # a colleague wrote in the same place meanwhile: both hold
            self.seen.conflicts += 1
            picks = dict.fromkeys(_PICK.findall(answer), "both")
            answer = await self._post("save", f"{address}/edit", {**fields, "against": _first(_AGAINST, answer), **picks})
        if mine in answer:
            self.seen.written.setdefault(self.statement, []).append(mine)
        else:
            self.seen.wrong.append(f"save: the page after it does not show what {self.name} wrote")

    async def read_trends(self) -> None:
        """Read the dashboards."""
        await self._get("trends", "/trends")

    async def read_lists(self) -> None:
        """Read what is watched and what spreads."""
        await self._get("sources", "/sources")
        await self._get("narratives", "/narratives")


_JOBS: Mapping[str, tuple[Callable[[Person], Awaitable[None]], ...]] = {
    "analyst": (Person.read_queue, Person.decide, Person.decide, Person.search, Person.look_for_news),
    "editor": (Person.read_statements, Person.write, Person.write, Person.read_queue, Person.search),
    "manager": (Person.read_trends, Person.read_lists, Person.read_queue, Person.search),
}


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class Shift:
    """Who works where, for how long: ``people`` are (login, role, statement)."""

    url: str
    password: str
    people: tuple[tuple[str, str, int], ...]
    seconds: float
    think_s: float


def work_shift(shift: Shift) -> Seen:
    """Let everybody work at once and return what was measured."""
    seen = Seen()
    asyncio.run(_work(shift, seen))
    return seen


async def _work(shift: Shift, seen: Seen) -> None:
    kept = httpx2.Limits(keepalive_expiry=_KEPT_S)
    clients = [
        httpx2.AsyncClient(base_url=shift.url, follow_redirects=True, timeout=_TIMEOUT_S, limits=kept) for _ in shift.people
    ]
    try:
        people = [
            Person(name, shift.password, role, statement, client, seen, random.Random(name), shift.think_s)  # noqa: S311 # dice
            for (name, role, statement), client in zip(shift.people, clients, strict=True)
        ]
        door = asyncio.Semaphore(_AT_THE_DOOR)
        await asyncio.gather(*(person.sign_in(door) for person in people))
        until = time.monotonic() + shift.seconds
        await asyncio.gather(*(person.work(until) for person in people))
    finally:
        for client in clients:
            await client.aclose()
