"""Rows as an XLSX workbook, in flat memory; every cell is a text, so that nothing in it is run or followed."""

import io
from collections.abc import Iterable, Sequence

from xlsxwriter import Workbook

_LONGEST = 32_767  # characters a cell holds
_OPTIONS = {"constant_memory": True, "in_memory": False, "strings_to_formulas": False, "strings_to_urls": False}
_WIDTHS = {"title": 50, "excerpt": 70, "source": 24, "item": 24, "published_at": 26, "first_seen_at": 26}


def workbook(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a workbook of one sheet with a heading that stays in view."""
    file = io.BytesIO()
    book = Workbook(file, _OPTIONS)
    sheet, heading = book.add_worksheet("Search"), book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    for at, name in enumerate(columns):
        sheet.set_column(at, at, _WIDTHS.get(name, 14))
        sheet.write_string(0, at, name, heading)
    last = 0
    for last, row in enumerate(rows, start=1):
        for at, cell in enumerate(row):
            sheet.write_string(last, at, cell[:_LONGEST])
    sheet.autofilter(0, 0, last, len(columns) - 1)
    book.close()
    return file.getvalue()
