"""Stores to test on: a SQLite file always, and a schema of its own on PostgreSQL where there is one."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, insert, text

from factdesk.records import Passage, PassageKind, digest_id
from factdesk.store.database import open_store, writing
from factdesk.store.tables import captures, claims, documents, findings, items, passages, reviews, sources, users

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@contextmanager
def sqlite_store(folder: Path) -> Iterator[Engine]:
    engine = open_store(f"sqlite:///{folder / 'store.sqlite3'}")
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def postgres_store(url: str) -> Iterator[Engine]:
    schema = f"test_{uuid.uuid4().hex}"
    server = create_engine(url)
    with server.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    engine = open_store(f"{url}?options=-csearch_path%3D{schema}")
    try:
        yield engine
    finally:
        engine.dispose()
        with server.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        server.dispose()


def add_person(engine: Engine, name: str, role: str = "editor") -> int:
    with writing(engine) as connection:
        made = insert(users).values(
            name=name, display_name=name.title(), role=role, password_hash="unused", active=True, created_at=NOW
        )
        number: int = connection.execute(made.returning(users.c.id)).scalar_one()
        return number


def add_passage(
    engine: Engine,
    text_: str,
    *,
    kind: PassageKind = PassageKind.FACTCHECK,
    url: str = "https://check.example/1",
    archived: bool = True,
) -> Passage:
    """Store a passage, with the page it was read from unless it is not ``archived``."""
    document_id = digest_id("document", url, text_)
    passage = Passage(
        id=digest_id("passage", url, text_),
        kind=kind,
        text=text_,
        url=url,
        publisher="Sorrin Check",
        language="en",
        title=f"No: {text_}",
        detail="Engineers inspected the gates. Both stayed shut all night.",
        rating="False" if kind is PassageKind.FACTCHECK else "",
        rating_value=0.0 if kind is PassageKind.FACTCHECK else None,
        published_at=NOW,
        document_id=document_id if archived else None,
    )
    row = {name: getattr(passage, name) for name in passage.__slots__} | {"kind": kind.value, "added_at": NOW}
    with writing(engine) as connection:
        if archived:
            _add_document(connection, document_id, text_, role="factcheck", language="en")
        connection.execute(insert(passages).values(**row))
    return passage


def add_finding(engine: Engine, text_: str, *, passage: Passage, kind: str = "repeats", language: str = "en") -> str:
    """Store a source, a document, a claim and its finding; return the finding's id."""
    document_id, claim_id = digest_id("document", text_), digest_id("claim", text_)
    finding_id = digest_id("finding", claim_id)
    with writing(engine) as connection:
        _add_document(connection, document_id, text_, role="press", language=language)
        connection.execute(
            insert(claims)
            .values(id=claim_id, document_id=document_id, text=text_, start=0, end=len(text_), language=language)
            .values(checkworthiness=0.9, created_at=NOW, vector=b"")
        )
        connection.execute(
            insert(findings)
            .values(id=finding_id, claim_id=claim_id, document_id=document_id, kind=kind, probability=0.95)
            .values(passage_id=passage.id, reasons=["It says what Sorrin Check rated False."], found_at=NOW)
        )
    return finding_id


def review(engine: Engine, finding_id: str, *, user_id: int, decision: str = "confirmed") -> None:
    with writing(engine) as connection:
        connection.execute(insert(reviews).values(finding_id=finding_id, user_id=user_id, decision=decision, at=NOW))


def _add_document(connection: Connection, document_id: str, text_: str, *, role: str, language: str) -> None:
    """Store a source, an item, its capture and its document."""
    source_id = connection.execute(
        insert(sources)
        .values(kind="feed", url=f"https://press.example/{document_id}", name="Press", role=role, interval_s=900)
        .values(enabled=True, created_at=NOW)
        .returning(sources.c.id)
    ).scalar_one()
    item_id = connection.execute(
        insert(items)
        .values(source_id=source_id, url_digest=document_id, url="https://press.example/a", first_seen_at=NOW)
        .returning(items.c.id)
    ).scalar_one()
    capture_id = connection.execute(
        insert(captures)
        .values(source_id=source_id, item_id=item_id, kind="page", url="https://press.example/a", fetched_at=NOW)
        .values(status=200, media_type="text/html", digest="0" * 64, warc_file="a.warc.gz", warc_offset=0)
        .returning(captures.c.id)
    ).scalar_one()
    connection.execute(
        insert(documents)
        .values(id=document_id, source_id=source_id, capture_id=capture_id, role=role, kind="page")
        .values(url="https://press.example/a", title="A night on the river", text=text_, language=language)
        .values(language_probability=1.0, published_at=NOW, published_how="listing", seen_at=NOW, text_digest="0" * 64)
    )
