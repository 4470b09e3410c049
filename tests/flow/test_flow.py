"""What happens later: a fact-check after the rumour, a person's decision, a corrected article, a rebuilt index."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from crawlers._archive import Archive, Exchange
from crawlers.base import Asked, Fetched, Listing
from crawlers.mastodon import COLLECTOR
from factdesk.errors import SettingsError
from factdesk.library import add_passages
from factdesk.line import Line, open_line
from factdesk.reader import drain
from factdesk.records import CaptureKind, Passage, PassageKind, Source, SourceRole, digest_id
from factdesk.reindex import reindex
from factdesk.settings import CheckSettings, load_settings
from factdesk.store import captures, ledger, reviews, sources
from factdesk.store.captures import NewCapture
from factdesk.store.database import reading, writing
from factdesk.store.findings_view import QueueFilter, queue
from factdesk.store.ledger import Listed
from factdesk.store.sources import NewSource
from factdesk.store.tables import claims, findings, items
from factdesk.store.users import add_user
from index import open_index
from index.base import EntryKind, Probe, Query

NOW = datetime.now(UTC)
RUMOUR = "The gates of the Ambrel dam were opened on purpose to save the capital."
AROUND = "Water reached the market of Lower Teyn at dawn on Thursday. {} Residents of the town asked for an inquiry."
CORRECTED = "The gates of the Ambrel dam stayed shut all night, the authority said on Friday."
MORE = "<p>The mayor spoke to the paper for an hour about the night, the bridge, and the long way round by the hills.</p>"
COURIER = NewSource("feed", "https://courier.example/feed", "Courier")
CHECK = Passage(
    id=digest_id("passage", "ambrel"),
    kind=PassageKind.FACTCHECK,
    text="The gates of the Ambrel dam were opened on purpose to save the capital.",
    url="https://plumbline.example/ambrel",
    publisher="Plumbline Checks",
    language="en",
    title="No, the gates of the Ambrel dam were not opened on purpose",
    rating="False",
    rating_value=0.0,
    published_at=NOW,
)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    opened = open_line(load_settings(data=tmp_path, store="", index="", log_level="error"))
    yield opened
    opened.archive.close()
    opened.close()


def arrive(line: Line, sentence: str) -> None:
    """Archive a page as the collector does, and read it."""
    come_in(line.archive, line.engine, sentence)
    assert sum(drain(line).values()) == 1


def come_in(archive: Archive, engine: Engine, sentence: str, *, url: str = "https://courier.example/a") -> None:
    """Archive a page as the collector does; it waits for a reader."""
    words = AROUND.format(sentence)
    head = "<html lang='en'><head><title>A night on the river</title></head>"
    body = f"{head}<body><article><p>{words}</p>{MORE}</article></body></html>"
    page = body.encode()
    place = archive.append(Exchange(url, datetime.now(UTC), 200, (("Content-Type", "text/html"),), page))
    archive.sync()
    digest = hashlib.sha256(page).hexdigest()
    with writing(engine) as connection:
        known = sources.pollings(connection)
        number = known[0].source.id if known else sources.add(connection, COURIER, now=NOW).id
        ledger.add_items(connection, number, [Listed(url)], now=NOW)
        item = connection.execute(select(items.c.id).where(items.c.url == url)).scalar_one()
        at = datetime.now(UTC)
        new = NewCapture(number, item, CaptureKind.PAGE, url, at, 200, "text/html", "utf-8", digest, place.file, place.offset)
        captures.add(connection, new)


def kinds(line: Line) -> dict[str, str]:
    with reading(line.engine) as connection:
        joined = select(claims.c.text, findings.c.kind).join(findings, findings.c.claim_id == claims.c.id)
        return {row.text: row.kind for row in connection.execute(joined)}


def test_a_fact_check_that_comes_later_flags_the_rumour(line: Line) -> None:
    arrive(line, RUMOUR)
    assert kinds(line)[RUMOUR] == "unchecked"
    assert queue(line.engine, QueueFilter()).total == 0
    assert add_passages(line, [CHECK]) == 1
    assert kinds(line)[RUMOUR] == "repeats"
    (row,) = queue(line.engine, QueueFilter()).rows
    assert row.first.finding.citation == CHECK
    hits = line.index.search(Query(findings=("repeats",))).hits
    assert len(hits) == 1
    assert add_passages(line, [CHECK]) == 0


def test_what_a_person_decided_stays_as_it_was(line: Line) -> None:
    arrive(line, RUMOUR)
    add_passages(line, [CHECK])
    (row,) = queue(line.engine, QueueFilter()).rows
    user = add_user(line.engine, name="ada", display_name="Ada", role="analyst", password="a long password", at=NOW)
    reviews.decide(line.engine, row.finding_ids, user_id=user.id, decision="confirmed", at=NOW)
    add_passages(line, [replace(CHECK, rating="True", rating_value=1.0)])
    assert kinds(line)[RUMOUR] == "repeats"
    (kept,) = queue(line.engine, QueueFilter(state="confirmed")).rows
    assert kept.finding_ids == row.finding_ids


def test_a_corrected_article_loses_its_claims_and_its_flag(line: Line) -> None:
    add_passages(line, [CHECK])
    arrive(line, RUMOUR)
    assert kinds(line)[RUMOUR] == "repeats"
    arrive(line, CORRECTED)
    assert RUMOUR not in kinds(line)
    assert queue(line.engine, QueueFilter()).total == 0
    assert line.index.search(Query(findings=("repeats",))).hits == ()
    assert line.index.counts()[EntryKind.CLAIM] == len(kinds(line))
    assert line.index.counts()[EntryKind.DOCUMENT] == 1


def test_a_rebuilt_index_answers_as_before(line: Line) -> None:
    add_passages(line, [CHECK])
    arrive(line, RUMOUR)
    vector = line.encoder([RUMOUR])[0]

    def asked() -> tuple[object, ...]:
        probe = Probe(RUMOUR, "en", vector)
        near = [(found.passage.id, round(found.score, 3)) for found in line.index.candidates([probe], limit=5)[0]]
        page = line.index.search(Query("Ambrel", kinds=tuple(EntryKind)))
        return near, {hit.id for hit in page.hits}, page.total, line.index.claims_near([probe], limit=5), line.index.counts()

    before = asked()
    assert before[0]
    reindex(line.settings)
    line.index.close()
    line.index = open_index(line.settings.index, dim=line.encoder.dim)
    assert asked() == before


def test_a_post_is_asked_again_as_its_instance_was_asked() -> None:
    source = Source(1, "mastodon", "http://square.localhost:8000/", "Square", SourceRole.SOCIAL)
    status = {"id": "7", "created_at": "2026-03-04T12:00:00Z", "content": "<p>The dam holds.</p>", "visibility": "public"}
    for address in ("http://square.localhost:8000", "https://square.example"):
        fetched = Fetched(f"{address}/api/v1/timelines/public", 200, (), json.dumps([status]).encode(), NOW)
        listing = COLLECTOR.parse(fetched, Asked(source))
        assert isinstance(listing, Listing)
        assert [post.api_url for post in listing.posts] == [f"{address}/api/v1/statuses/7"]


def test_an_encoder_of_other_vectors_than_the_settings_say_is_refused(tmp_path: Path) -> None:
    settings = load_settings(data=tmp_path, check=CheckSettings(dimensions=384))
    with pytest.raises(SettingsError, match=r"gives 512 numbers.*Set check\.dimensions = 512"):
        open_line(settings)
