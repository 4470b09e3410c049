"""A desk of invented items, people and statements, as large as wanted: what ``factdesk bench desk`` works on."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, insert

from factdesk.bench_items import NOW
from factdesk.bench_items import items as invented
from factdesk.editorial.statements import create_draft
from factdesk.errors import FactdeskError
from factdesk.harm import load_policy
from factdesk.records import Passage, PassageKind, digest_id
from factdesk.settings import Settings
from factdesk.store.database import open_store, writing
from factdesk.store.passages import put_passages
from factdesk.store.reviews import decide
from factdesk.store.tables import captures, claims, documents, findings, items, narratives, polls, sources
from factdesk.store.users import User, add_user
from factdesk.weighing import weigh_all
from index import open_index
from index.base import Entry, EntryKind

PASSWORD = "fifty people at one desk"  # noqa: S105 # invented
ROLES = ("analyst",) * 6 + ("editor",) * 3 + ("manager",)  # of ten people
_OUTLETS = 300
_PASSAGES = 2_000
_PIECE = 2_000
_DIM = 512
_MOST_WORDS = 130  # some 800 characters: a desk holds more posts and agency lines than long articles
_TOLD = 50_000
_SPAWN = multiprocessing.get_context("spawn")


def fill(settings: Settings, *, count: int, now: datetime, say: Callable[[str], None]) -> None:
    """Store and index ``count`` items; a tenth of them hold a claim with its finding, a third of these are flags.

    The index is filled by a process of its own, beside the store. Raises ``FactdeskError`` when that fails.
    """
    beside = _SPAWN.Process(target=_fill_index, args=(settings, count, now), name="factdesk-bench-index")
    beside.start()
    engine = open_store(settings.store)
    with writing(engine) as connection:
        _add_sources(connection, now)
        put_passages(connection, _library(now), at=now)
    for number, piece in enumerate(_pieces(count, now=now)):
        with writing(engine) as connection:
            _add_items(connection, piece, first=number * _PIECE)
        if (number + 1) * _PIECE % _TOLD == 0:
            say(f"{(number + 1) * _PIECE} items are stored")
    weigh_all(engine, load_policy(None))
    engine.dispose()
    beside.join()
    if beside.exitcode:
        raise FactdeskError("The index could not be filled.", remedy="The lines above say why.")


def _fill_index(settings: Settings, count: int, now: datetime) -> None:  # a process takes them by position
    with closing(open_index(settings.index, dim=_DIM)) as index:
        index.add([_entry(passage, vector, now) for passage, vector in _library(now)])
        for piece in _pieces(count, now=now):
            index.add(piece)


def add_people(engine: Engine, number: int, *, now: datetime) -> list[User]:
    """Add so many people of every role; their logins are ``person-N``."""
    return [
        add_user(
            engine,
            name=f"person-{one}",
            display_name=f"Person {one}",
            role=ROLES[one % len(ROLES)],
            password=PASSWORD,
            at=now,
        )
        for one in range(number)
    ]


def add_statements(engine: Engine, people: Sequence[User], *, number: int, now: datetime) -> list[int]:
    """Let editors draft so many statements from confirmed flags; return their numbers."""
    editors = [person for person in people if person.role == "editor"]
    with writing(engine) as connection:
        flags = connection.execute(
            findings.select().where(findings.c.kind == "repeats").order_by(findings.c.id).limit(number)
        ).all()
    made = []
    for one, row in enumerate(flags):
        author = editors[one % len(editors)]
        decide(engine, [row.id], user_id=author.id, decision="confirmed", at=now)
        statement = create_draft(
            engine,
            user_id=author.id,
            finding_ids=[row.id],
            language="en",
            title=f"Statement {one}",
            body="What is known so far.",
            rating="false",
            at=now,
        )
        made.append(statement.id)
    return made


def _pieces(count: int, *, now: datetime) -> Iterator[list[Entry]]:
    moved = now - NOW
    made = invented(count, most_words=_MOST_WORDS)
    while piece := list(islice(made, _PIECE)):
        yield [_moved(one, moved) for one in piece]


def _moved(entry: Entry, by: timedelta) -> Entry:
    return replace(entry, seen_at=entry.seen_at + by, published_at=(entry.published_at or entry.seen_at) + by)


def _add_sources(connection: Connection, now: datetime) -> None:
    rows = [
        {
            "id": number,
            "kind": "feed",
            "url": f"https://outlet-{number}.example/feed",
            "name": f"Outlet {number}",
            "role": "press",
            "interval_s": 900,
            "enabled": True,
            "created_at": now,
            "host": f"outlet-{number}.example",
        }
        for number in range(1, _OUTLETS + 1)
    ]
    connection.execute(insert(sources), rows)
    asked = [
        {"source_id": number, "started_at": now - timedelta(hours=hour), "finished_at": now, "outcome": "polled", "status": 200}
        for number in range(1, _OUTLETS + 1)
        for hour in range(24)
    ]
    connection.execute(insert(polls), asked)


def _library(now: datetime) -> Iterator[tuple[Passage, NDArray[np.float32]]]:
    dice = np.random.default_rng(7)
    for number in range(_PASSAGES):
        vector = dice.standard_normal(_DIM).astype(np.float32)
        yield _passage(number, now), vector / np.linalg.norm(vector)


def _entry(passage: Passage, vector: NDArray[np.float32], now: datetime) -> Entry:
    kind = EntryKind.EVIDENCE if passage.kind is PassageKind.EVIDENCE else EntryKind.FACTCHECK
    told = (passage.id, kind, passage.title, passage.text, passage.language, now)
    return Entry(*told, published_at=passage.published_at, passage=passage, vector=vector)


def _passage(number: int, now: datetime) -> Passage:
    factcheck = number % 2 == 0
    return Passage(
        id=digest_id("passage", str(number)),
        kind=PassageKind.FACTCHECK if factcheck else PassageKind.EVIDENCE,
        text=f"The gates of dam {number} were opened on purpose.",
        url=f"https://checks.example/{number}",
        publisher="Invented Checks",
        language="en",
        title=f"No, dam {number} stayed shut",
        detail="The log of the authority shows that all gates stayed shut.",
        rating="False" if factcheck else "",
        published_at=now - timedelta(days=number % 300),
    )


def _add_items(connection: Connection, piece: Sequence[Entry], *, first: int) -> None:
    numbered = list(enumerate(piece, first + 1))
    connection.execute(insert(items), [_item(number, one) for number, one in numbered])
    connection.execute(insert(captures), [_capture(number, one) for number, one in numbered])
    connection.execute(insert(documents), [_document(number, one) for number, one in numbered])
    told = [(number, one) for number, one in numbered if one.findings]
    known = {one.narrative: one for _, one in told if one.narrative}
    if told:
        _add_narratives(connection, known)
        connection.execute(insert(claims), [_claim(one) for _, one in told])
        connection.execute(insert(findings), [_finding(number, one) for number, one in told])


def _add_narratives(connection: Connection, known: dict[str, Entry]) -> None:
    there = set(connection.execute(narratives.select().with_only_columns(narratives.c.id)).scalars())
    rows = [
        {"id": key, "label": one.title, "first_at": one.seen_at, "last_at": one.seen_at, "size": 1}
        for key, one in known.items()
        if key not in there
    ]
    if rows:
        connection.execute(insert(narratives), rows)


def _source(entry: Entry) -> int:
    return min(_OUTLETS, max(1, int(entry.source.rpartition(" ")[2])))


def _item(number: int, entry: Entry) -> dict[str, object]:
    return {
        "id": number,
        "source_id": _source(entry),
        "url_digest": f"{number:032x}",
        "url": f"https://outlet-{_source(entry)}.example/{number}",
        "first_seen_at": entry.seen_at,
        "ended_at": entry.seen_at,
        "outcome": "kept",
    }


def _capture(number: int, entry: Entry) -> dict[str, object]:
    return {
        "id": number,
        "source_id": _source(entry),
        "item_id": number,
        "kind": "page",
        "url": f"https://outlet-{_source(entry)}.example/{number}",
        "fetched_at": entry.seen_at,
        "status": 200,
        "media_type": "text/html",
        "digest": "0" * 64,
        "warc_file": "",
        "warc_offset": 0,
        "read_at": entry.seen_at,
        "outcome": "kept",
    }


def _document(number: int, entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "source_id": _source(entry),
        "capture_id": number,
        "role": entry.role,
        "kind": "page",
        "url": f"https://outlet-{_source(entry)}.example/{number}",
        "title": entry.title,
        "text": entry.text,
        "language": entry.language,
        "language_probability": 0.99,
        "published_at": entry.published_at,
        "published_how": "listing",
        "seen_at": entry.seen_at,
        "text_digest": "0" * 64,
        "event": entry.event,
        "shares": entry.reach,
    }


def _claim(entry: Entry) -> dict[str, object]:
    text = entry.text[:120]
    return {
        "id": digest_id("claim", entry.id),
        "document_id": entry.id,
        "text": text,
        "start": 0,
        "end": len(text),
        "language": entry.language,
        "checkworthiness": 0.9,
        "narrative_id": entry.narrative,
        "vector": np.zeros(_DIM, dtype=np.float16).tobytes(),
        "created_at": entry.seen_at,
    }


def _finding(number: int, entry: Entry) -> dict[str, object]:
    kind = entry.findings[0]
    passage = int(entry.narrative or "0", 16) % (_PASSAGES // 2) * 2 + (kind == "distorts")
    return {
        "id": digest_id("finding", entry.id),
        "claim_id": digest_id("claim", entry.id),
        "document_id": entry.id,
        "kind": kind,
        "probability": 0.5 + (number % 50) / 100,
        "passage_id": digest_id("passage", str(passage)) if kind != "unchecked" else None,
        "found_at": entry.seen_at,
        "score": 0.5,
    }
