"""Makes claims, documents and passages for the tests of judgement: a valley, a lake and a fever that nobody ever saw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from factdesk.records import (
    Candidate,
    CaptureKind,
    Claim,
    Document,
    Finding,
    Passage,
    PassageKind,
    SourceRole,
    digest_id,
)
from nlp.match import load_matcher

DAY = datetime(2026, 5, 4, 12, tzinfo=UTC)

REVIEWED = {
    "poison": ("The town well in Marbeck is poisoned with arsenic.", "en", 0.0),
    "closed": ("All hospitals in Osterlow closed on 3 May.", "en", 0.0),
    "vaccine": ("The fever vaccine killed 40 children in Osterlow.", "en", 0.0),
    "bridge": ("El puente de Marbeck se derrumbó con un autobús encima.", "es", 0.0),
    "true": ("The army opened three shelters in Marbeck.", "en", 1.0),
    "mixed": ("Every school in Osterlow lost its roof in the storm.", "en", 0.5),
}


@dataclass(slots=True)
class NoEncoder:
    """An encoder that must not be asked: candidates bring their closeness."""

    name: str = "none"
    dim: int = 2

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise AssertionError(texts)


def passage(text: str, language: str, *, kind: PassageKind = PassageKind.EVIDENCE, value: float | None = None) -> Passage:
    rating = {0.0: "False", 0.5: "Half true", 1.0: "True"}.get(value, "") if value is not None else ""
    return Passage(
        id=digest_id("passage", text),
        kind=kind,
        text=text,
        url="https://checks.example/1",
        publisher="Lantern Checks",
        language=language,
        rating=rating,
        rating_value=value,
    )


def reviewed(key: str) -> Passage:
    text, language, value = REVIEWED[key]
    return passage(text, language, kind=PassageKind.FACTCHECK, value=value)


def document(text: str, language: str, *, title: str = "", role: SourceRole = SourceRole.PRESS) -> Document:
    return Document(
        id=digest_id("document", text),
        source_id=1,
        role=role,
        kind=CaptureKind.PAGE,
        url="https://herald.example/a",
        title=title,
        text=text,
        language=language,
        language_probability=1.0,
        published_at=DAY,
        published_how="listing",
        seen_at=DAY,
        capture_id=1,
        text_digest="x",
    )


def judge(
    text: str,
    language: str,
    against: Passage,
    *,
    before: str = "",
    after: str = "",
    title: str = "",
    role: SourceRole = SourceRole.PRESS,
    meaning: float = 0.65,
) -> Finding:
    """Return the finding of ``text`` in a document with those neighbours, beside one passage."""
    whole = " ".join(part for part in (before, text, after) if part)
    page = document(whole, language, title=title, role=role)
    start = whole.index(text)
    claim = Claim(
        digest_id("claim", text), page.id, text, start, start + len(text), language, 0.9, context=f"{before} {after}".strip()
    )
    return load_matcher(NoEncoder())(claim, page, [Candidate(against, 0.5, meaning, 0.5)])
