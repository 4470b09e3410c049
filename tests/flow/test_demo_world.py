"""The whole line on the demo world, against labels it never sees."""

import pytest
from sqlalchemy import select

from factdesk.store.database import reading
from factdesk.store.tables import documents, findings, items, passages, polls, sources
from tests.flow import gold
from tests.flow.conftest import Played

# Floors: what the line reaches on the demo world. They only go up.
PRECISION = 0.95
RECALL = 0.74


@pytest.fixture(scope="session")
def score(played: Played) -> gold.Score:
    return gold.score(played.engine, played.show.server.world)


def test_no_opinion_criticism_satire_prediction_question_or_debunk_is_flagged(score: gold.Score) -> None:
    assert score.never == []


def test_flags_are_right_and_found(score: gold.Score) -> None:
    print(score.table())
    print("\n".join(score.mistakes))
    whole = score.total()
    assert whole.precision >= PRECISION
    assert whole.recall >= RECALL


def test_every_reachable_item_is_held(score: gold.Score) -> None:
    assert score.unseen == []


def test_every_language_has_its_flags_found(score: gold.Score) -> None:
    for language in ("en", "vi", "es", "fr", "ar"):
        assert sum(count.right for (kind, code), count in score.counts.items() if code == language and kind in gold.FLAGS) >= 2


def test_each_item_ended_in_one_outcome_and_each_source_was_polled(played: Played) -> None:
    with reading(played.engine) as connection:
        open_items = connection.execute(select(items).where(items.c.outcome.is_(None), items.c.retry_at.is_(None))).all()
        polled = set(connection.execute(select(polls.c.source_id)).scalars())
        known = set(connection.execute(select(sources.c.id)).scalars())
    assert open_items == []
    assert polled == known
    assert played.progress.outcomes["kept"] >= 130
    assert played.progress.outcomes["duplicate"] >= 4


def test_broken_and_forbidden_sources_are_counted(played: Played) -> None:
    outcomes = dict(played.progress.polls)
    assert outcomes.get("failed", 0) + outcomes.get("quarantined", 0) >= 1
    assert outcomes.get("refused_robots", 0) >= 1


def test_every_flag_has_a_citation_of_the_library(played: Played) -> None:
    with reading(played.engine) as connection:
        flags = connection.execute(select(findings).where(findings.c.kind.in_(("repeats", "distorts")))).all()
        known = set(connection.execute(select(passages.c.id)).scalars())
    assert flags
    assert all(flag.passage_id in known and flag.reasons for flag in flags)


def test_no_author_or_handle_is_stored(played: Played) -> None:
    world = played.show.server.world
    names = {item.byline for items_ in world.items.values() for item in items_ if item.byline}
    handles = {item.account.username for items_ in world.items.values() for item in items_ if item.account}
    with reading(played.engine) as connection:
        rows = connection.execute(select(documents.c.title, documents.c.text, documents.c.kind)).all()
    for row in rows:
        assert not [name for name in names if name in row.text], row.title
        assert not [handle for handle in handles if f"@{handle}" in row.text]


def test_manners_hold_on_every_host(played: Played) -> None:
    log = played.show.server.log
    hosts = {visit.host for visit in log.visits()}
    assert len(hosts) >= 12
    for host in hosts:
        told = log.tally(host)
        assert told.max_simultaneous == 1, host
        assert told.min_gap_s >= played.show.settings.collector.delay_s * 0.9, host
