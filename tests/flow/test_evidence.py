"""The whole way of changed evidence: published, the page asked for again, captured, read, and the statement reopened."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from factdesk.editorial import statements, watch
from factdesk.editorial.statement import State, Statement
from factdesk.editorial.watch import Became, Change
from factdesk.line import Line, open_line
from factdesk.reader import drain
from factdesk.reading import read_captures
from factdesk.records import Capture, CaptureKind, Source, SourceRole
from factdesk.store.database import reading, writing
from factdesk.store.passages import passage_from
from factdesk.store.tables import audit, captures, citations, passages, sources, watched
from tests.crawlers.collecting import HTML, Rig, rig
from tests.editorial.gatepass import waive_all
from tests.stores import add_finding, add_person, review

TWO_DAYS = timedelta(days=2)
SAID = "The gates of the Ambrel dam stayed shut on 7 May, and 1,200 people left Lower Teyn by bus."
LATER = "The gates of the Ambrel dam stayed shut on 7 May, and 2,900 people left Lower Teyn by bus."
RUMOUR = "The gates of the Ambrel dam were opened on 7 May, and 1,200 people left Lower Teyn by bus."
FILLING = "The authority gives the level of the river every hour and asks everybody to keep away from the banks tonight."


def bulletin(words: str) -> str:
    body = f"<p>{words}</p><p>{FILLING}</p><p>Schools in the valley remain closed until the water has gone down.</p>"
    return f"<!doctype html><html lang=en><head><title>Bulletin 14</title></head><body><article>{body}</article></body></html>"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path) as made:
        made.feed("authority", "/14")
        made.put("authority", "/14", bulletin(SAID), media_type=HTML)
        made.source("authority", role=SourceRole.EVIDENCE, language="en")
        yield made


@pytest.fixture
def line(site: Rig) -> Iterator[Line]:
    opened = open_line(site.settings)
    yield opened
    opened.close()


def collected(site: Rig, line: Line) -> None:
    site.server.log.clear()
    site.collect()
    drain(line)


def published(line: Line) -> Statement:
    """Publish a statement about an invented rumour; it cites the bulletin."""
    now = datetime.now(UTC)
    writer, second = add_person(line.engine, "writer"), add_person(line.engine, "second")
    with reading(line.engine) as connection:
        cited = passage_from(connection.execute(select(passages).where(passages.c.text == SAID)).one())
    finding = add_finding(line.engine, RUMOUR, passage=cited, kind="distorts")
    review(line.engine, finding, user_id=second)
    with writing(line.engine) as connection:
        connection.execute(update(sources).where(sources.c.role == SourceRole.PRESS.value).values(enabled=False))
    text = {"title": SAID, "body": SAID, "rating": "false", "language": "en"}
    made = statements.create_draft(line.engine, user_id=writer, finding_ids=[finding], **text, more=(), at=now)
    waive_all(line.engine, made.id, user_id=writer)
    waiting = statements.submit(line.engine, made.id, user_id=writer, at=now)
    statements.approve(line.engine, made.id, user_id=second, digest=waiting.digest, at=now)
    return statements.publish(line.engine, made.id, user_id=writer, at=now)


def pass_by(line: Line) -> None:
    """Two days go by: whatever was asked for was asked for two days ago."""
    with writing(line.engine) as connection:
        for row in connection.execute(select(captures.c.id, captures.c.fetched_at)).all():
            change = update(captures).where(captures.c.id == row.id)
            connection.execute(change.values(fetched_at=row.fetched_at - TWO_DAYS))
        for asked in connection.execute(select(watched)).all():
            told = {"asked_at": asked.asked_at - TWO_DAYS}
            connection.execute(update(watched).where(watched.c.item_id == asked.item_id).values(**told))


def asked(site: Rig) -> list[int]:
    return [visit.status for visit in site.server.log.visits("authority.localhost") if visit.target == "/14"]


def open_changes(line: Line) -> list[Change]:
    return [change for _, changes in watch.reopened(line.engine) for change in changes]


def told(line: Line) -> list[str]:
    with reading(line.engine) as connection:
        rows = connection.execute(select(audit.c.detail).where(audit.c.action == watch.CHANGED).order_by(audit.c.number))
        return [str(detail["note"]) for detail in rows.scalars()]


def test_a_changed_page_reopens_the_statement_and_one_that_is_gone_is_noted(site: Rig, line: Line) -> None:
    collected(site, line)
    made = published(line)
    pass_by(line)
    collected(site, line)
    assert asked(site) == [304]
    assert (open_changes(line), told(line)) == ([], [])

    site.put("authority", "/14", bulletin(LATER), media_type=HTML)
    pass_by(line)
    collected(site, line)
    assert asked(site) == [200]
    (change,) = open_changes(line)
    assert change.became is Became.CHANGED
    assert [change.before.text[a:b] for a, b in change.before.differs] == ["1,200"]
    assert [change.after.text[a:b] for a, b in change.after.differs] == ["2,900"]
    assert len(told(line)) == 1

    after = statements.get(line.engine, made.id)
    assert (after.state, after.visible, after.citations[0].passage.text) == (State.PUBLISHED, made.visible, SAID)

    del site.site.pages["authority.localhost/14"]
    pass_by(line)
    collected(site, line)
    assert asked(site) == [404]
    (change,) = open_changes(line)
    assert (change.became, change.reason) == (Became.GONE, "HTTP status 404.")
    assert len(told(line)) == 2
    with reading(line.engine) as connection:
        assert connection.execute(select(citations.c.snapshot["text"].as_string())).scalar() == SAID


def test_evidence_that_cannot_be_compared_stops_no_reader(site: Rig, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    del site

    def broken(*_: object, **__: object) -> int:
        raise ValueError

    monkeypatch.setattr("factdesk.reader.review", broken)
    assert drain(line) == {}


def checked(rating: str, number: int) -> Capture:
    review = (
        '{"@type": "ClaimReview", "claimReviewed": "The gates were opened on purpose", "url": "https://c.example/1",'
        f' "reviewRating": {{"alternateName": "{rating}"}}, "author": {{"@type": "Organization", "name": "Check"}}}}'
    )
    head = f'<head><title>The gates</title><script type="application/ld+json">{review}</script></head>'
    body = f"<html lang=en>{head}<body><article><p>{SAID}</p><p>{FILLING}</p></article></body></html>".encode()
    at = datetime(2026, 5, 8, tzinfo=UTC)
    return Capture(number, 1, CaptureKind.PAGE, "https://c.example/1", at, 200, "text/html", "utf-8", "", body)


def test_a_rating_that_changes_in_the_markup_alone_is_no_unchanged_page() -> None:
    source = Source(1, "feed", "https://c.example/feed", "Check", role=SourceRole.FACTCHECK)
    captures_ = [checked("False", 1), checked("False", 2), checked("Half true", 3)]
    read = [one.document for one in read_captures(captures_, {1: source}, languages=())]
    first, same, other = (document.text_digest if document else "" for document in read)
    assert first == same
    assert first != other
