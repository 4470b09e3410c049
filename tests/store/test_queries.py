"""Every query of the desk gives the same answer on SQLite and on PostgreSQL, in the same types."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import Connection, Engine

from factdesk.accounts import people
from factdesk.errors import NotAllowedError
from factdesk.harm import load_policy
from factdesk.records import FindingKind, Outcome, Reach, SourceRole
from factdesk.store import (
    captures,
    coverage,
    days,
    documents,
    event_windows,
    findings_view,
    hosts,
    items_view,
    ledger,
    moves,
    narratives,
    passages,
    poll_lines,
    progress,
    reviews,
    runs,
    shared_work,
    sources,
    stories,
    trends,
    unseen,
    users,
    voices,
)
from factdesk.store.board import board_of
from factdesk.store.database import reading, writing
from factdesk.store.event_windows import EventWindow
from factdesk.store.findings_view import QueueFilter
from factdesk.store.hosts import HostState
from factdesk.store.ledger import Listed
from factdesk.store.roles import Right
from factdesk.store.sources import Answered, NewSource
from factdesk.weighing import weigh_all
from index.sqlite import SqliteIndex
from tests.dashboards import world
from tests.stores import postgres_store, sqlite_store

MODULES: tuple[ModuleType, ...] = (captures, documents, findings_view, hosts, ledger, narratives, passages, progress)
MODULES += (coverage, days, event_windows, moves, poll_lines, runs)
MODULES += (items_view, shared_work)
MODULES += (reviews, sources, stories, trends, unseen, users, voices)
SINCE, UNTIL = world.NOW - timedelta(days=9), world.NOW + timedelta(minutes=1)
CHANGES = {  # what writes; the line's and the desk's own tests run them, most of them also ``filled`` below
    *("add", "done", "quarantine", "release", "reopen", "waiting", "put_documents", "put_claims", "put_findings"),
    *("set_narratives", "drop_claims", "save", "add_items", "end_item", "fail_item", "postpone_item", "leave_item", "replay"),
    *(
        "record_poll",
        "put_narratives",
        "put_passages",
        "drop_passages",
        "decide",
        "remove",
        "enable",
        "mark_polled",
        "add_user",
    ),
    *("note", "acknowledge", "sum_up", "set_window", "remove_window", "follow", "start_run", "keep_run", "note_late"),
    *("amend_poll", "next_moving", "is_proved", "read_again", "free_dead", "destroy_old_keys"),
    *("undo", "assign", "hold", "take_over", "insert_user", "note_attempt", "speak_to"),
    *("set_password", "set_active", "check_login", "open_session", "close_session", "voice_key"),
}


def filled(engine: Engine, folder: Path) -> Engine:
    """The desk's invented world, with decisions, a session, a new source and items in every state."""
    _fill(engine, folder, world.TOLD)
    people = world.add_people(engine)
    first = next(iter(people.values()))
    reviews.decide(engine, [world.finding_id("number")], user_id=first.id, decision="confirmed", at=world.NOW)
    reviews.decide(engine, [world.finding_id("hostile")], user_id=first.id, decision="rejected", at=world.NOW, reason="no")
    reviews.decide(engine, [world.finding_id("hostile")], user_id=first.id, decision="needs_evidence", at=world.NOW)
    reviews.decide(engine, [world.finding_id("hostile")], user_id=first.id, decision="confirmed", at=UNTIL)
    reviews.undo(engine, user_id=first.id, decided_at=UNTIL, at=UNTIL)
    shared_work.assign(engine, [world.finding_id("gates-ar")], to=first.id, by=first.id, at=world.NOW)
    shared_work.take_over(engine, [world.finding_id("hostile")], user_id=first.id, at=world.NOW)
    shared_work.hold(engine, world.finding_id("hostile"), user_id=first.id, at=world.NOW)
    weigh_all(engine, load_policy(None))
    with writing(engine) as connection:
        new = NewSource("feed", "https://new.example/feed", "New", role=SourceRole.EVIDENCE)
        added = sources.add(connection, new, now=world.NOW)
        polling = next(polling for polling in sources.pollings(connection) if polling.source.id == added.id)
        sources.mark_polled(connection, polling, Answered(etag='"1"', cursor="9"), now=world.NOW)
        links = [Listed(f"https://new.example/{number}", "T", world.NOW) for number in range(4)]
        arrived = ledger.add_items(connection, polling.source.id, links, now=world.NOW)
        ended = (Outcome.KEPT, Outcome.UNSUPPORTED_LANGUAGE, Outcome.QUARANTINED)
        for item, outcome in zip(arrived.to_fetch, ended, strict=False):
            ledger.end_item(connection, item.id, outcome=outcome, reason="The language is 'ja'.", at=world.NOW)
        hosts.save(connection, [HostState("new.example", 200, "User-agent: *", world.NOW)])
        voices.voice_key(connection, now=world.NOW)
        runs.start_run(connection, now=world.NOW)
        event_windows.set_window(connection, EventWindow(world.EVENT, world.NOW, UNTIL, 300), now=world.NOW)
    return engine


def _fill(engine: Engine, folder: Path, told: Sequence[world.Told]) -> None:
    index = SqliteIndex(folder / "index.sqlite3", dim=4)
    world.fill(engine, index, told)
    index.close()


def queries(engine: Engine, connection: Connection) -> dict[tuple[str, str], Callable[[], object]]:
    """Each public query function of the store's modules, called as the program calls it."""
    known = [world.document_id(one.key) for one in world.TOLD]
    made = [world.finding_id(one.key) for one in world.TOLD]
    told = [claim.id for found in documents.claims_of(connection, known).values() for claim, _ in found]
    links = [Listed("https://new.example/3"), Listed("https://new.example/9")]
    filters = [
        QueueFilter(),
        QueueFilter(state=None),
        QueueFilter(state="confirmed"),
        QueueFilter(kind="repeats", language="en"),
    ]
    filters += [QueueFilter(assignee=1), QueueFilter(assignee=0)]
    filters += [QueueFilter(source=1, event=world.EVENT, narrative=world.GATES)]
    check = world.CHECK.id
    return {
        ("captures", "counts"): lambda: captures.counts(connection),
        ("captures", "kept_of"): lambda: [captures.kept_of(engine, number) for number in known],
        ("captures", "find"): lambda: captures.find(connection, [1, 2, 3]),
        ("documents", "all_documents"): lambda: list(documents.all_documents(connection)),
        ("documents", "claims_of"): lambda: _plain(documents.claims_of(connection, known)),
        ("documents", "findings_of"): lambda: documents.findings_of(connection, known),
        ("documents", "known_claims"): lambda: _plain(documents.known_claims(connection, told)),
        ("documents", "known_documents"): lambda: documents.known_documents(connection, known),
        ("documents", "reviewed"): lambda: documents.reviewed(connection, made),
        ("documents", "signatures"): lambda: list(documents.signatures(connection, since=SINCE)),
        ("documents", "text_digests"): lambda: documents.text_digests(connection, known),
        ("findings_view", "confirmed"): lambda: findings_view.confirmed(engine),
        ("findings_view", "flag_of"): lambda: findings_view.flag_of(engine, made),
        ("findings_view", "arrived"): lambda: [findings_view.arrived(engine, asked, since=SINCE) for asked in filters],
        ("findings_view", "with_takers"): lambda: findings_view.with_takers(
            engine, findings_view.queue(engine, QueueFilter()).rows, at=world.NOW
        ),
        ("items_view", "item"): lambda: [items_view.item(engine, number) for number in known],
        ("items_view", "original_url"): lambda: items_view.original_url(engine, known[0]),
        ("shared_work", "taken"): lambda: shared_work.taken(engine, made, at=world.NOW),
        ("shared_work", "stories_of"): lambda: shared_work.stories_of(connection, made),
        ("shared_work", "require_free"): lambda: shared_work.require_free(connection, made, user_id=1, at=UNTIL),
        ("findings_view", "queue"): lambda: [_by_value(findings_view.queue(engine, asked)) for asked in filters],
        ("findings_view", "sightings_of"): lambda: findings_view.sightings_of(engine, world.GATES),
        ("hosts", "load"): lambda: hosts.load(connection, "new.example"),
        ("coverage", "changes"): lambda: (
            coverage.changes(connection, now=world.NOW),
            coverage.changes(connection, now=world.NOW, after=0),
        ),
        ("coverage", "newest_poll"): lambda: coverage.newest_poll(connection),
        ("coverage", "survey"): lambda: coverage.survey(connection, now=world.NOW),
        ("days", "first_kept"): lambda: days.first_kept(connection),
        ("event_windows", "boost_of"): lambda: event_windows.boost_of(connection, world.EVENT, now=world.NOW),
        ("event_windows", "list_windows"): lambda: event_windows.list_windows(connection),
        ("moves", "holder"): lambda: moves.holder(connection, "https://new.example/feed"),
        ("poll_lines", "lines_of"): lambda: _sorted_items(poll_lines.lines_of(connection, [1, 2, 3, 4, 5])),
        ("runs", "last_seen"): lambda: runs.last_seen(connection),
        ("ledger", "due_items"): lambda: ledger.due_items(connection, now=UNTIL),
        ("ledger", "last_polls"): lambda: ledger.last_polls(connection),
        ("ledger", "news"): lambda: ledger.news(connection, 5, links),
        ("ledger", "open_items"): lambda: ledger.open_items(connection),
        ("ledger", "outcomes"): lambda: (ledger.outcomes(connection), ledger.outcomes(connection, since=SINCE)),
        ("ledger", "poll_outcomes"): lambda: (ledger.poll_outcomes(connection), ledger.poll_outcomes(connection, since=SINCE)),
        ("narratives", "members"): lambda: [
            (m.id, m.published_at, m.narrative_id) for m in narratives.members(connection, since=SINCE)
        ],
        ("narratives", "labels_of"): lambda: narratives.labels_of(connection, [world.GATES, "none"]),
        ("narratives", "narratives_of"): lambda: narratives.narratives_of(connection, told),
        ("passages", "all_passages"): lambda: list(passages.all_passages(connection)),
        ("passages", "count_passages"): lambda: passages.count_passages(connection),
        ("passages", "known_passages"): lambda: passages.known_passages(connection, [check]),
        ("passages", "vectors_of"): lambda: _plain(passages.vectors_of(connection, [check, "none"])),
        ("passages", "passages_of"): lambda: passages.passages_of(connection, known[0]),
        ("progress", "progress"): lambda: progress.progress(engine),
        ("reviews", "reviews_of"): lambda: reviews.reviews_of(engine, made),
        ("sources", "due"): lambda: sources.due(connection, now=UNTIL),
        ("sources", "get"): lambda: sources.get(connection, 5),
        ("sources", "list_sources"): lambda: (sources.list_sources(engine), sources.list_sources(engine, enabled=True)),
        ("sources", "pollings"): lambda: sources.pollings(connection, enabled=True),
        ("sources", "some"): lambda: sources.some(connection, {1, 5, 999}),
        ("stories", "event_lines"): lambda: stories.event_lines(engine),
        ("stories", "library_entry"): lambda: stories.library_entry(engine, check),
        ("stories", "stories"): lambda: stories.stories(engine),
        ("stories", "story"): lambda: stories.story(engine, world.GATES),
        ("stories", "surest_claims"): lambda: stories.surest_claims(connection, board_of(engine), [world.GATES]),
        ("trends", "gaps"): lambda: trends.gaps(engine, since=SINCE),
        ("trends", "newest_flag_at"): lambda: trends.newest_flag_at(engine),
        ("trends", "spread"): lambda: trends.spread(engine, since=SINCE, until=UNTIL, zone=UTC, event=world.EVENT),
        ("trends", "throughput"): lambda: trends.throughput(engine, since=SINCE, zone=UTC, now=world.NOW),
        ("unseen", "gaps"): lambda: unseen.gaps(connection, since=SINCE, until=UNTIL),
        ("users", "by_name"): lambda: [row and row.name for row in (users.by_name(connection, n) for n in ("ana", "nobody"))],
        ("users", "require_calm"): lambda: users.require_calm(connection, "ana", at=world.NOW),
        ("users", "require_right"): lambda: users.require_right(connection, 1, Right.READ),
        ("users", "user_by_id"): lambda: users.user_by_id(connection, 1),
        ("users", "list_users"): lambda: users.list_users(engine),
        ("users", "names_of"): lambda: users.names_of(engine),
        ("users", "session_of"): lambda: users.session_of(engine, "nobody's", at=world.NOW),
    }


def _plain(found: Mapping[str, object]) -> dict[str, str]:
    """Claims with vectors, as text: arrays do not compare."""
    return {key: repr(value) for key, value in found.items()}


def _sorted_items(found: Mapping[int, poll_lines.SourceLines]) -> dict[int, tuple[object, ...]]:
    """Lines whose outcomes are sorted: those of equal number come in any order."""
    return {number: (one.last, sorted(one.items.items())) for number, one in found.items()}


def _by_value(page: findings_view.QueuePage) -> tuple[object, ...]:
    """A page whose choices are sorted: those of equal number come in any order."""
    return page.rows, page.total, {name: sorted(values) for name, values in page.choices.items()}


def answers(engine: Engine) -> dict[tuple[str, str], object]:
    with reading(engine) as connection:
        return {name: ask() for name, ask in queries(engine, connection).items()}


def _asks_the_store(module: ModuleType) -> set[str]:
    told = {name: member for name, member in vars(module).items() if inspect.isfunction(member) and not name.startswith("_")}
    return {
        name
        for name, member in told.items()
        if member.__module__ == module.__name__ and {"engine", "connection"} & set(inspect.signature(member).parameters)
    }


def test_no_query_is_left_out(store: Engine, tmp_path: Path) -> None:
    with reading(filled(store, tmp_path)) as connection:
        asked = set(queries(store, connection))
    known = {(module.__name__.rpartition(".")[2], name) for module in MODULES for name in _asks_the_store(module) - CHANGES}
    assert asked == known


@pytest.mark.postgres
def test_both_databases_answer_alike(tmp_path: Path, postgres_url: str) -> None:
    with sqlite_store(tmp_path) as small, postgres_store(postgres_url) as large:
        here, there = answers(filled(small, tmp_path)), answers(filled(large, tmp_path))
    assert here
    for name, answer in here.items():
        assert there[name] == answer, name
        assert _types(there[name]) == _types(answer), name


def _types(value: object) -> object:
    """The types inside an answer; a ``Decimal`` where the program says ``int`` or ``float`` is a defect."""
    assert not isinstance(value, Decimal)
    if is_dataclass(value):
        return {f.name: _types(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, dict):
        return {key: _types(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_types(inner) for inner in value]
    return type(value)


def test_public_counts_beyond_an_integer_are_summed(store: Engine, tmp_path: Path) -> None:
    most = 2**31 - 1
    told = world.Told(
        key="viral",
        source="square",
        language="en",
        title="",
        text="They opened the Ambrel gates on purpose to save the capital!",
        claim="They opened the Ambrel gates on purpose to save the capital!",
        kind=FindingKind.REPEATS,
        passage=world.CHECK,
        reach=Reach(most, most, most),
    )
    _fill(store, tmp_path, [told])
    (row,) = findings_view.queue(store, QueueFilter()).rows
    assert row.spread == 3 * most + 1


def test_logins_and_sessions(store: Engine) -> None:
    user = users.add_user(store, name="Ada", display_name="Ada", role="analyst", password="a long password", at=world.NOW)
    chief = users.add_user(store, name="chief", display_name="", role="administrator", password="a long password", at=world.NOW)
    assert users.check_login(store, name="ada ", password="a long password", at=world.NOW) == user
    token = users.open_session(store, user, at=world.NOW, hours=1)
    session = users.session_of(store, token, at=world.NOW)
    assert session is not None
    assert (session.user, session.expires_at) == (user, world.NOW + timedelta(hours=1))
    people.set_active(store, user.id, active=False, by=chief.id, at=world.NOW)
    assert users.session_of(store, token, at=world.NOW) is None
    for _ in range(users.MOST_FAILURES):
        with pytest.raises(NotAllowedError, match="do not match"):
            users.check_login(store, name="ada", password="a long password", at=world.NOW)
    assert users.session_of(store, token, at=world.NOW) is None
    with pytest.raises(users.ThrottledError):
        users.check_login(store, name="ada", password="a long password", at=world.NOW)


def test_a_page_that_was_read_anew_loses_its_claims(store: Engine, tmp_path: Path) -> None:
    number = world.document_id("gates-en")
    with writing(filled(store, tmp_path)) as connection:
        (claim_id,) = documents.drop_claims(connection, [number])
        assert documents.known_claims(connection, [claim_id]) == {}
        assert documents.findings_of(connection, [number]) == {}
    with reading(store) as connection:
        assert number in documents.known_documents(connection, [number])
    with writing(store) as connection:
        assert captures.reopen(connection) == captures.counts(connection).waiting
