"""A rebuild of the index from the store, its speed and its memory."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import insert

from factdesk.bench_items import items
from factdesk.bench_rows import Row
from factdesk.records import CaptureKind, Document, Reach, SourceRole
from factdesk.reindex import reindex
from factdesk.settings import load_settings
from factdesk.store import sources
from factdesk.store.database import open_store, writing
from factdesk.store.documents import put_documents
from factdesk.store.sources import NewSource
from factdesk.store.tables import captures
from factdesk.store.tables import items as kept
from index.base import Entry

_BATCH = 1_000


def rebuilt(count: int, *, say: Callable[[str], None]) -> list[Row]:
    """Rebuild an index of ``count`` stored documents; memory is compared between a quarter of the way and its end."""
    if not count:
        return []
    with tempfile.TemporaryDirectory(prefix="factdesk-bench-") as name:
        settings = load_settings(data=Path(name), store="", index="", log_level="error")
        _stored(settings.store, count)
        seen: list[tuple[int, float]] = []
        began = time.perf_counter()
        reindex(settings, report=lambda taken: seen.append((taken, _resident_mb())))
        seconds = time.perf_counter() - began
    early = next(mb for taken, mb in seen if taken >= count // 4)
    say(f"rebuild: {count / seconds:.0f} items a second, {early:.0f} MB at a quarter, {seen[-1][1]:.0f} MB at the end")
    return [
        Row(f"rebuild from the store, {count} items", count / seconds, 2_000, "items/s", least=True),
        Row("memory at its end against that at a quarter of the way", seen[-1][1] / early, 1.15, "x"),
    ]


def _stored(url: str, count: int) -> None:
    engine, now = open_store(url), datetime.now(UTC)
    with writing(engine) as connection:
        source = sources.add(connection, NewSource("feed", "https://outlet.localhost/feed", "Outlet"), now=now)
        url = "https://outlet.localhost/"
        row = {"source_id": source.id, "url": url, "url_digest": "0" * 64, "first_seen_at": now}
        item = connection.execute(insert(kept).values(**row).returning(kept.c.id)).scalar_one()
        row = {"source_id": source.id, "item_id": item, "kind": "page", "url": url, "fetched_at": now, "status": 200}
        told = insert(captures).values(**row, media_type="text/html", digest="0" * 64, warc_file="none", warc_offset=0)
        capture = connection.execute(told.returning(captures.c.id)).scalar_one()
    for batch in _batches(items(count)):
        with writing(engine) as connection:
            put_documents(connection, [(_document(one, source.id, capture), None) for one in batch])
    engine.dispose()


def _document(entry: Entry, source_id: int, capture_id: int) -> Document:
    return Document(
        id=entry.id,
        source_id=source_id,
        role=SourceRole.PRESS,
        kind=CaptureKind.PAGE,
        url=f"https://outlet.localhost/{entry.id}",
        title=entry.title,
        text=entry.text,
        language=entry.language,
        language_probability=1.0,
        published_at=entry.published_at or entry.seen_at,
        published_how="meta",
        seen_at=entry.seen_at,
        capture_id=capture_id,
        text_digest=entry.id,
        event=entry.event,
        reach=Reach(entry.reach, 0, 0),
    )


def _batches(entries: Iterator[Entry]) -> Iterator[Sequence[Entry]]:
    while batch := list(islice(entries, _BATCH)):
        yield batch


def _resident_mb() -> float:
    """Return the memory that is the process's own: the store's file, which it maps, is not."""
    _, resident, shared = map(int, Path("/proc/self/statm").read_text(encoding="ascii").split()[:3])
    return (resident - shared) * 4096 / 1_000_000
