"""A small invented desk: a flood on an invented river, told by invented outlets, with people who work on it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy import Connection, Engine, func, insert, select, update

from factdesk.records import (
    CaptureKind,
    Claim,
    Difference,
    DifferenceKind,
    Document,
    Finding,
    FindingKind,
    Passage,
    PassageKind,
    Reach,
    SourceRole,
    digest_id,
)
from factdesk.store.database import writing
from factdesk.store.documents import put_claims, put_documents, put_findings, set_narratives
from factdesk.store.tables import captures, items, narratives, passages, polls, sources
from factdesk.store.users import User, add_user
from index.base import Entry, EntryKind, SearchIndex

NOW = datetime(2031, 5, 9, 15, 0, tzinfo=UTC)
EVENT = "Sorrin flood"
PASSWORD = "the river is high"
EVERYBODY = (
    ("ana", "Ana Analyst", "analyst"),
    ("edda", "Edda Editor", "editor"),
    ("elio", "Elio Editor", "editor"),
    ("mara", "Mara Manager", "manager"),
    ("pia", "Pia Approver", "approver"),
    ("ada", "Ada Administrator", "administrator"),
    ("rolf", "Rolf Reader", "read-only"),
)
HANDLE = "@dam.watcher"
HOSTILE = "<script>alert('x')</script> <img src=x onerror=alert(1)>"

CHECK = Passage(
    id=digest_id("passage", "gates"),
    kind=PassageKind.FACTCHECK,
    text="The Ambrel dam gates were opened on purpose to save the capital.",
    url="https://plumbline.example/gates",
    publisher="Plumbline Checks",
    language="en",
    title="No, the Ambrel gates stayed shut",
    detail="Logs of the Sorrin River Authority show that all six gates stayed shut. Engineers of two universities read them.",
    rating="False",
    rating_value=0.0,
    published_at=NOW - timedelta(days=3),
    event=EVENT,
)
BULLETIN = Passage(
    id=digest_id("passage", "bulletin"),
    kind=PassageKind.EVIDENCE,
    text="By 7 May, 1,200 people had left Lower Teyn.",
    url="https://authority.example/bulletin-14",
    publisher="Sorrin River Authority",
    language="en",
    title="Bulletin 14",
    published_at=NOW - timedelta(days=2),
    event=EVENT,
)
LETTER = replace(  # not in the library from the start
    CHECK, id=digest_id("passage", "letter"), text="12,000 people had left Lower Teyn, a letter says.", title="No such letter"
)
UNSAFE = Passage(
    id=digest_id("passage", "unsafe"),
    kind=PassageKind.FACTCHECK,
    text=f"The water is poisoned {HOSTILE}",
    url="javascript:alert(document.cookie)",
    publisher=f"Publisher {HOSTILE}",
    language="en",
    title=f"Rated {HOSTILE}",
    rating="False",
    rating_value=0.0,
)


_UNSEEN = Reach()


@dataclass(frozen=True, slots=True)
class Told:
    """One invented item: its claim is the text's sentence that a finding is about."""

    key: str
    source: str
    language: str
    title: str
    text: str
    claim: str = ""
    kind: FindingKind | None = None
    passage: Passage | None = None
    probability: float = 0.9
    hours: int = 10
    reach: Reach = _UNSEEN
    narrative: str | None = None
    differences: tuple[Difference, ...] = ()
    duplicate_of: str | None = None


OUTLETS = {
    "courier": ("The Vessary Courier", "feed", SourceRole.PRESS),
    "square": ("Town Square", "mastodon", SourceRole.SOCIAL),
    "kestrow": ("Kestrow Noticias", "feed", SourceRole.PRESS),
    "barrow": ("The Barrow Echo", "sitemap", SourceRole.PRESS),
}
_CLAIM = "The gates of the Ambrel dam were opened on purpose to save the capital."
_NUMBER = "12,000 people had left Lower Teyn by 7 May."
TOLD = (
    Told(
        key="gates-en",
        source="courier",
        language="en",
        title="Anger grows in Lower Teyn",
        text=f"Water reached the market at dawn. {_CLAIM} Residents want answers.",
        claim=_CLAIM,
        kind=FindingKind.REPEATS,
        passage=CHECK,
        probability=0.97,
        hours=60,
        narrative="gates",
    ),
    Told(
        key="gates-post",
        source="square",
        language="en",
        title="",
        text="They opened the Ambrel gates on purpose to save the capital! Share before it is deleted.",
        claim="They opened the Ambrel gates on purpose to save the capital!",
        kind=FindingKind.REPEATS,
        passage=CHECK,
        probability=0.93,
        hours=52,
        reach=Reach(40, 310, 820),
        narrative="gates",
    ),
    Told(
        key="gates-es",
        source="kestrow",
        language="es",
        title="Indignación en el valle",
        text="Las compuertas de Ambrel se abrieron a propósito para salvar la capital. El agua sigue alta.",
        claim="Las compuertas de Ambrel se abrieron a propósito para salvar la capital.",
        kind=FindingKind.REPEATS,
        passage=CHECK,
        probability=0.88,
        hours=40,
        narrative="gates",
    ),
    Told(
        key="number",
        source="barrow",
        language="en",
        title="Thousands leave Lower Teyn",
        text=f"Buses ran all night. {_NUMBER} The road is closed.",
        claim=_NUMBER,
        kind=FindingKind.DISTORTS,
        passage=BULLETIN,
        probability=0.91,
        hours=30,
        differences=(Difference(DifferenceKind.NUMBER, (0, 6), (10, 15), "the claim says 12,000 people, the bulletin 1,200"),),
    ),
    Told(
        key="gates-ar",
        source="kestrow",
        language="ar",
        title="غضب في الوادي",
        text="فُتحت بوابات سد أمبريل عمدًا لإنقاذ العاصمة. المياه ما زالت عالية.",
        claim="فُتحت بوابات سد أمبريل عمدًا لإنقاذ العاصمة.",
        kind=FindingKind.REPEATS,
        passage=CHECK,
        probability=0.82,
        hours=26,
    ),
    Told(
        key="hostile",
        source="barrow",
        language="en",
        title=f"Poison {HOSTILE}",
        text=f"The water is poisoned {HOSTILE} they say.",
        claim=f"The water is poisoned {HOSTILE}",
        kind=FindingKind.REPEATS,
        passage=UNSAFE,
        probability=0.71,
        hours=20,
    ),
    Told(
        key="debunk",
        source="courier",
        language="en",
        title="Gates stayed shut, engineers say",
        text="A rumour says the gates of the Ambrel dam were opened on purpose. It is false.",
        claim="A rumour says the gates of the Ambrel dam were opened on purpose.",
        kind=FindingKind.DEBUNKS,
        passage=CHECK,
        hours=22,
    ),
    Told(
        key="plain",
        source="courier",
        language="en",
        title="River falls by a metre",
        text="The Sorrin fell by a metre on Thursday. Schools open on Monday.",
        claim="The Sorrin fell by a metre on Thursday.",
        kind=FindingKind.UNCHECKED,
        hours=8,
    ),
    Told(
        key="opinion",
        source="courier",
        language="en",
        title="The ministry has failed this valley",
        text="The ministry has failed this valley, and its minister should resign.",
        hours=6,
    ),
    Told(
        key="copy",
        source="barrow",
        language="en",
        title="Anger grows in Lower Teyn",
        text=f"Water reached the market at dawn. {_CLAIM} Residents want answers.",
        hours=50,
        duplicate_of="gates-en",
    ),
)


GATES = digest_id("narrative", "gates")


def document_id(key: str) -> str:
    return digest_id("document", key)


def finding_id(key: str) -> str:
    return digest_id("finding", digest_id("claim", key))


def post_link(key: str) -> str:
    return f"https://square.example/{HANDLE}/{key}"


def fill(engine: Engine, index: SearchIndex, told: Sequence[Told] = TOLD) -> None:
    """Store the whole invented world and index it."""
    with writing(engine) as connection:
        for passage in (CHECK, BULLETIN, UNSAFE):
            row = {name: getattr(passage, name) for name in passage.__slots__} | {"kind": passage.kind.value, "added_at": NOW}
            connection.execute(insert(passages).values(**row))
        numbers = {key: _add_source(connection, key) for key in OUTLETS}
        documents = [_document(connection, one, numbers[one.source]) for one in told]
        put_documents(connection, [(document, None) for document in documents])
        connection.execute(update(passages).values(document_id=documents[0].id))  # any page that is archived
        claimed = [(one, document) for one, document in zip(told, documents, strict=True) if one.claim]
        vector = np.zeros(4, dtype=np.float32)
        put_claims(connection, [(_claim(one, document), vector) for one, document in claimed], at=NOW)
        put_findings(connection, [_finding(one, document) for one, document in claimed], at=NOW)
        row = {"id": GATES, "label": _CLAIM, "first_at": NOW - timedelta(hours=60), "last_at": NOW - timedelta(hours=40)}
        connection.execute(insert(narratives).values(**row, size=3))
        set_narratives(connection, {digest_id("claim", one.key): GATES for one in told if one.narrative})
    index.add([_entry(one, document) for one, document in zip(told, documents, strict=True)])


def add_people(engine: Engine) -> dict[str, User]:
    return {
        name: add_user(engine, name=name, display_name=shown, role=role, password=PASSWORD, at=NOW - timedelta(days=9))
        for name, shown, role in EVERYBODY
    }


def _add_source(connection: Connection, key: str) -> int:
    name, kind, role = OUTLETS[key]
    row = {"kind": kind, "url": f"https://{key}.example/list", "name": name, "role": role.value, "event": EVENT}
    made = insert(sources).values(**row, interval_s=900, enabled=True, created_at=NOW, polls=2, failures=int(key == "barrow"))
    number: int = connection.execute(made.returning(sources.c.id)).scalar_one()
    outcome, reason = ("failed", "HTTP 500") if key == "barrow" else ("polled", "")
    for hours in (5, 1):
        poll = {"source_id": number, "started_at": NOW - timedelta(hours=hours), "finished_at": NOW - timedelta(hours=hours)}
        connection.execute(insert(polls).values(**poll, outcome=outcome, status=500 if reason else 200, reason=reason))
    last = select(func.max(polls.c.id)).where(polls.c.source_id == number).scalar_subquery()
    connection.execute(update(sources).where(sources.c.id == number).values(last_poll_id=last))
    lost = {"courier": "refused_robots", "square": "quarantined", "kestrow": "unsupported_language"}.get(key)
    if lost:
        _add_item(connection, number, f"https://{key}.example/{HANDLE}/lost", outcome=lost)
    return number


def _add_item(connection: Connection, source_id: int, url: str, *, outcome: str) -> int:
    row = {"source_id": source_id, "url_digest": digest_id("item", url), "url": url, "first_seen_at": NOW, "ended_at": NOW}
    number: int = connection.execute(insert(items).values(**row, outcome=outcome).returning(items.c.id)).scalar_one()
    return number


def _document(connection: Connection, one: Told, source_id: int) -> Document:
    role = OUTLETS[one.source][2]
    post = role is SourceRole.SOCIAL
    url = post_link(one.key) if post else f"https://{one.source}.example/{one.key}"
    kind = CaptureKind.POST if post else CaptureKind.PAGE
    item_id = _add_item(connection, source_id, url, outcome="kept")
    at = NOW - timedelta(hours=one.hours)
    captured = insert(captures).values(
        source_id=source_id,
        item_id=item_id,
        kind=kind.value,
        url=url,
        fetched_at=at,
        status=200,
        media_type="text/html",
        digest="0" * 64,
        warc_file="a.warc.gz",
        warc_offset=0,
        outcome="kept",
    )
    return Document(
        id=document_id(one.key),
        source_id=source_id,
        role=role,
        kind=kind,
        url=url,
        title=one.title,
        text=one.text,
        language=one.language,
        language_probability=0.99,
        published_at=at,
        published_how="listing",
        seen_at=at,
        capture_id=connection.execute(captured.returning(captures.c.id)).scalar_one(),
        text_digest="0" * 64,
        duplicate_of=document_id(one.duplicate_of) if one.duplicate_of else None,
        event=EVENT,
        reach=one.reach,
    )


def _claim(one: Told, document: Document) -> Claim:
    start = one.text.index(one.claim)
    return Claim(
        id=digest_id("claim", one.key),
        document_id=document.id,
        text=one.claim,
        start=start,
        end=start + len(one.claim),
        language=one.language,
        checkworthiness=0.9,
    )


def _finding(one: Told, document: Document) -> Finding:
    reasons = ("It says what Plumbline Checks rated False.",) if one.passage is CHECK else ()
    return Finding(
        id=finding_id(one.key),
        claim_id=digest_id("claim", one.key),
        document_id=document.id,
        kind=one.kind or FindingKind.UNCHECKED,
        probability=one.probability,
        citation=one.passage,
        reasons=reasons,
        differences=one.differences,
        shared_spans=((4, 9),) if one.language == "en" and one.passage is CHECK else (),
    )


def library_entry(passage: Passage) -> Entry:
    """Return a passage as the index holds it, with a vector that is about nothing."""
    kind = EntryKind.EVIDENCE if passage.kind is PassageKind.EVIDENCE else EntryKind.FACTCHECK
    vector = np.zeros(4, dtype=np.float32)
    told = (passage.id, kind, passage.title, passage.text, passage.language, NOW)
    return Entry(*told, passage=passage, vector=vector)


def _entry(one: Told, document: Document) -> Entry:
    return Entry(
        id=document.id,
        kind=EntryKind.DOCUMENT,
        title=document.title or document.text[:60],
        text=document.text,
        language=document.language,
        seen_at=document.seen_at,
        published_at=document.published_at,
        source=OUTLETS[one.source][0],
        role=document.role.value,
        event=document.event,
        document_id=document.id,
        findings=(one.kind.value,) if one.kind else (),
        reach=document.reach.total,
    )
