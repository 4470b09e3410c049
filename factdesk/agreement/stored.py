"""Asks the store what in it disagrees with itself, and words it."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from factdesk.agreement.words import Disagreement
from factdesk.store import soundness


def damage(connection: Connection) -> Iterator[Disagreement]:
    """Yield what the database itself finds broken."""
    for words in soundness.database_damage(connection):
        yield Disagreement("store damaged", "the database", f"{words}.")
    for table, row, other in soundness.broken_references(connection):
        yield Disagreement("reference broken", f"{table} row {row}", f"it names a row of {other} that is not there.")


def items(connection: Connection, *, now: datetime) -> Iterator[Disagreement]:
    """Yield items that wait for nothing, and those that were fetched and not kept."""
    for row in soundness.stuck_items(connection):
        yield Disagreement("item stuck", f"item {row.id}", f"it has no end, no due time and no unread capture ({row.url}).")
    for row in soundness.late_items(connection, now=now):
        yield Disagreement("item put off too far", f"item {row.id}", f"it is due {_day(row.retry_at)} ({row.url}).")
    for row in soundness.uncaptured_items(connection):
        yield Disagreement("capture lost", f"item {row.id}", f"it was fetched, and there is no capture of it ({row.url}).")


def captures(connection: Connection, *, now: datetime) -> Iterator[Disagreement]:
    """Yield captures that nobody reads, and documents that stand on none or on one together."""
    for row in soundness.dead_claims(connection, now=now):
        what = f"{row.claimed_by} took it at {row.claimed_at:%Y-%m-%d %H:%M:%S} and did not read it ({row.url})."
        yield Disagreement("claim dead", f"capture {row.id}", what)
    for row in soundness.orphaned_documents(connection):
        yield Disagreement("document without capture", f"document {row.id}", f"its capture is not there ({row.url}).")
    for capture_id, made in soundness.captures_read_twice(connection):
        yield Disagreement("capture read twice", f"capture {capture_id}", f"{made} documents were made of it.")


def times(connection: Connection, *, now: datetime) -> Iterator[Disagreement]:
    """Yield what a wrong clock left, and keys that should be gone."""
    for row in soundness.late_sources(connection, now=now):
        yield Disagreement("source put off too far", f"source {row.id}", f"{row.name} is due {_day(row.next_due_at)}.")
    for row in soundness.future_polls(connection, now=now):
        yield Disagreement("poll in the future", f"poll {row.id}", f"source {row.source_id}, {_day(row.started_at)}.")
    for name in soundness.old_voice_keys(connection, now=now):
        yield Disagreement("voice key kept too long", name, "its week is over.")


def _day(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d}"
