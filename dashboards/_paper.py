"""A published statement as it goes on paper or into a document: what the public page shows, as plain data."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboards._desk import safe_link
from dashboards._public_words import PublicWords, public_words
from dashboards._words import direction
from factdesk.editorial.gate import Piece
from factdesk.editorial.statement import Citation, Revision, State, Statement
from factdesk.records import PassageKind

_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Source:
    """A cited passage: its title, where it stands (may be empty), what it is, its words and their language."""

    title: str
    url: str
    about: tuple[str, ...]
    words: str
    language: str


@dataclass(frozen=True, slots=True)
class Paper:
    """What is printed. ``paragraphs`` are stretches of text, each with the number of its source, if it rests on one."""

    title: str
    language: str
    rtl: bool
    desk: str
    address: str
    dates: tuple[str, ...]
    withdrawn: tuple[str, str] | None
    paragraphs: tuple[tuple[tuple[str, int | None], ...], ...]
    claim: str
    rating: str
    sources: tuple[Source, ...]
    corrections: tuple[tuple[str, str], ...]
    words: PublicWords


def paper_of(shown: Statement, text: Revision, *, pieces: Sequence[Sequence[Piece]], desk_name: str, address: str) -> Paper:
    """Return the public revision ``text`` of a statement as a paper."""
    words = public_words(shown.language)
    gone = shown.state is State.WITHDRAWN
    return Paper(
        title=printable(text.title),
        language=shown.language,
        rtl=direction(shown.language) == "rtl",
        desk=printable(desk_name),
        address=address,
        dates=_dates(shown, words, desk_name=printable(desk_name)),
        withdrawn=(_day(shown.withdrawn_at), printable(shown.withdrawn_reason)) if gone else None,
        paragraphs=tuple(tuple(_piece(piece) for piece in paragraph) for paragraph in pieces),
        claim=printable(shown.claim_text),
        rating="" if gone else words.ratings[text.rating.value],
        sources=tuple(_source(citation, words) for citation in text.citations),
        corrections=tuple((_day(step.at), printable(step.note)) for step in shown.corrections),
        words=words,
    )


def printable(text: str) -> str:
    """Return ``text`` without characters that no document may hold."""
    return _UNPRINTABLE.sub("", text)


def _dates(shown: Statement, words: PublicWords, *, desk_name: str) -> tuple[str, ...]:
    found = [desk_name, f"{words.published} {_day(shown.published_at)}"]
    return (*found, f"{words.corrected} {_day(shown.corrected_at)}") if shown.corrected_at else tuple(found)


def _piece(piece: Piece) -> tuple[str, int | None]:
    return printable(piece.text), None if piece.citation is None else piece.citation + 1


def _source(citation: Citation, words: PublicWords) -> Source:
    passage = citation.passage
    kind = words.factcheck if passage.kind is PassageKind.FACTCHECK else words.evidence
    about = [kind, passage.publisher, _day(passage.published_at)]
    said = citation.quote or (f"{passage.text} → {passage.rating}" if passage.rating else passage.text)
    return Source(
        title=printable(passage.title or passage.publisher),
        url=safe_link(printable(passage.url)),
        about=tuple(printable(one) for one in about if one),
        words=printable(said),
        language=passage.language,
    )


def _day(at: datetime | None) -> str:
    """Return the day, kept left to right also inside text that runs the other way."""
    return f"\u2066{at.date().isoformat()}\u2069" if at else ""
