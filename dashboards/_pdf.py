"""Sets a statement as a tagged PDF (PDF/UA-1) with Typst, in fonts that ship with the program; the system's help out.

What people wrote reaches Typst as JSON and is never read as markup; the template opens no file and imports no package.
"""

import json
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path

import typst

from dashboards._paper import Paper
from factdesk.errors import FactdeskError

FOLDER = Path(__file__).parent / "print"


def pdf_of(paper: Paper, *, at: datetime) -> bytes:
    """Return the PDF, dated ``at``; the same paper gives the same bytes. Raises ``FactdeskError`` when it cannot be set."""
    return _set(_data(paper), int(at.timestamp()))


@lru_cache(maxsize=64)  # a page that many ask for in one hour is set once
def _set(data: str, at: int) -> bytes:
    source = (FOLDER / "statement.typ").read_bytes()
    compiler = typst.Compiler(source, root=FOLDER, font_paths=_fonts(), sys_inputs={"paper": data})
    try:
        made = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=at)
    except typst.TypstError as error:
        raise FactdeskError("The PDF cannot be made.", remedy="Print the page itself.") from error
    return made if isinstance(made, bytes) else b"".join(made or [])


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=[str(FOLDER)])


def _data(paper: Paper) -> str:
    words = {name: getattr(paper.words, name) for name in ("claim", "sources", "corrections", "withdrawn")}
    told = {
        "title": paper.title,
        "language": paper.language.split("-")[0],
        "rtl": paper.rtl,
        "desk": paper.desk,
        "address": paper.address,
        "dates": paper.dates,
        "withdrawn": {"date": paper.withdrawn[0], "reason": paper.withdrawn[1]} if paper.withdrawn else {},
        "paragraphs": [[{"text": text, "source": source} for text, source in one] for one in paper.paragraphs],
        "claim": paper.claim,
        "rating": paper.rating,
        "sources": [
            {"title": one.title, "url": one.url, "about": one.about, "words": one.words, "language": one.language or "en"}
            for one in paper.sources
        ],
        "corrections": [{"date": date, "note": note} for date, note in paper.corrections],
        "words": words,
    }
    return json.dumps(told, ensure_ascii=False)
