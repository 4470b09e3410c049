"""What one may see, as a file: the hits of a search as CSV, JSON lines or XLSX, without any author and without a post's link.

Rows are read page by page, so that a long export costs no memory. A cell that a spreadsheet would take for a formula is
made plain text.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Literal

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from dashboards._desk import Desk, TheDesk
from dashboards._workbook import workbook
from dashboards.auth import Reader
from dashboards.search import TheSearch
from factdesk.store import audit
from index.base import Hit, Page
from index.base import Query as Search

router = APIRouter(include_in_schema=False)
COLUMNS = ("id", "kind", "title", "excerpt", "language", "source", "published_at", "first_seen_at", "findings", "item")
MOST_ROWS = 10_000
_PAGE = 200
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson; charset=utf-8"}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/search.{form}")
def export_search(*, form: Literal["csv", "jsonl", "xlsx"], desk: TheDesk, session: Reader, asked: TheSearch) -> Response:
    """Return the first 10,000 hits of a search as a download. A mistake in the query is told as on the search page."""
    query = asked.search(desk, limit=_PAGE)
    first = desk.index.search(query)  # before the answer begins, so that a mistake still has its status
    told = {"form": form, "found": first.total, "note": asked.q[:300]}
    audit.note(desk.engine, user_id=session.user.id, action="export.search", subject="search", detail=told, at=desk.clock())
    rows = islice(_rows(desk, query, first=first), MOST_ROWS)
    named = {"Content-Disposition": f'attachment; filename="search.{form}"'}
    if form == "xlsx":
        return Response(workbook(COLUMNS, (tuple(row.values()) for row in rows)), media_type=_XLSX, headers=named)
    body = _csv(rows) if form == "csv" else (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return StreamingResponse(body, media_type=_TYPES[form], headers=named)


def _rows(desk: Desk, query: Search, *, first: Page) -> Iterator[dict[str, str]]:
    page = first
    while True:
        yield from map(_row, page.hits)
        if not page.cursor or not page.hits:
            return
        page = desk.index.search(replace(query, cursor=page.cursor))


def _row(hit: Hit) -> dict[str, str]:
    values = (
        hit.id,
        hit.kind.value,
        hit.title,
        " ".join(hit.snippet.split()),
        hit.language,
        hit.source,
        hit.published_at.isoformat() if hit.published_at else "",
        hit.seen_at.isoformat(),
        " ".join(hit.findings),
        f"/items/{hit.document_id}" if hit.document_id else "",
    )
    return dict(zip(COLUMNS, values, strict=True))


def _csv(rows: Iterable[dict[str, str]]) -> Iterator[str]:
    """Write RFC 4180 with a byte order mark, which spreadsheets need to read UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_plain(cell) for cell in row.values()])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
