"""Measures findings end to end: documents with gold findings against a library, without an index or a store between."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from factdesk.errors import UnreadableError
from factdesk.evaluation.calibration import calibration_error, risk_coverage
from factdesk.records import Candidate, CaptureKind, Claim, Document, Finding, FindingKind, Passage, PassageKind, SourceRole
from nlp.claims import load_claim_finder
from nlp.encoders import CachedEncoder, load_encoder
from nlp.match import load_matcher, word_closeness

_CANDIDATES = 20
_SAME_SENTENCE = 0.7
_ABSTAINS = frozenset({FindingKind.UNCHECKED, FindingKind.DISPUTED})

Say = Callable[[str], None]
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Gold:
    """A finding that a document should have: the sentence (or its beginning), the kind, and the id of what it cites."""

    text: str
    kind: str
    citation: str


@dataclass(frozen=True, slots=True)
class KindScore:
    """Precision and recall of one kind of finding, and how many of the right ones cite the right passage."""

    precision: float
    recall: float
    right_citation: float
    gold: int
    told: int


@dataclass(frozen=True, slots=True)
class FindingsReport:
    """``false_flags`` counts flags that no gold finding of the same kind and sentence allows.

    ``abstained`` is the share of claims that are answered with *unchecked* or *disputed*. Of the other answers,
    ``calibration_error`` compares what they state with how many are right, and ``risk_coverage`` pairs the share of all claims
    that are answered, surest first, with the share of these answers that are wrong.
    """

    by_finding: dict[str, KindScore]
    false_flags: int
    false_flags_per_1000_documents: float
    documents: int
    claims: int
    milliseconds_per_claim: float
    abstained: float
    calibration_error: float
    risk_coverage: list[list[float]]


def evaluate_findings(labelled: Path, library: Path, *, out: Path | None = None, say: Say = lambda _: None) -> FindingsReport:
    """Return precision and recall by kind of finding; ``out`` receives one JSON line a finding.

    ``labelled``: JSONL of documents (``id``, ``text``, ``language``; ``title``, ``role`` and ``findings``, a list of
    ``text``, ``finding``, ``citation``). ``library``: JSONL of passages (``id``, ``kind``, ``text``, ``language``;
    ``publisher``, ``url``, ``title``, ``rating``, ``rating_value``). Raises ``UnreadableError`` for a file or a row
    that is not this.
    """
    rows, passages = list(_rows(labelled)), [_passage(row) for row in _rows(library)]
    documents = [_document(row) for row in rows]
    gold = {document.id: _gold(row) for document, row in zip(documents, rows, strict=True)}
    started = time.perf_counter()
    found = _findings(documents, passages, say=say)
    seconds = time.perf_counter() - started
    if out is not None:
        lines = (json.dumps(_line(claim, finding), ensure_ascii=False) for claim, finding in found)
        out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return _report(found, gold, seconds=seconds)


def to_dict(report: FindingsReport) -> dict[str, object]:
    """Return the report as plain values for JSON."""
    return asdict(report)


def _findings(documents: Sequence[Document], passages: Sequence[Passage], *, say: Say) -> list[tuple[Claim, Finding]]:
    encoder = CachedEncoder(load_encoder("bundled"))
    claims = load_claim_finder(encoder)(documents)
    say(f"{sum(map(len, claims))} claims in {len(documents)} documents")
    vectors = encoder([passage.text for passage in passages])
    matcher = load_matcher(encoder)
    found: list[tuple[Claim, Finding]] = []
    for document, its in zip(documents, claims, strict=True):
        meanings = encoder([claim.text for claim in its]) @ vectors.T if its else np.empty((0, len(passages)), np.float32)
        for claim, row in zip(its, meanings, strict=True):
            found.append((claim, matcher(claim, document, _candidates(claim, passages, row))))
    return found


def _candidates(claim: Claim, passages: Sequence[Passage], meanings: NDArray[np.float32]) -> list[Candidate]:
    """Return the twenty passages nearest in words and meaning together."""
    words = np.array([word_closeness(claim, passage) for passage in passages])
    order = np.argsort(-(words + meanings))[:_CANDIDATES]
    return [
        Candidate(passages[at], float(words[at]), max(0.0, float(meanings[at])), float(words[at] + meanings[at]) / 2)
        for at in order
    ]


def _report(found: Sequence[tuple[Claim, Finding]], gold: Mapping[str, Sequence[Gold]], *, seconds: float) -> FindingsReport:
    told = Counter(finding.kind.value for _, finding in found)
    wanted = Counter(item.kind for items in gold.values() for item in items)
    right: Counter[str] = Counter()
    cited: Counter[str] = Counter()
    allowed = 0
    stated: list[tuple[float, bool]] = []
    for claim, finding in found:
        fits = [item for item in gold[finding.document_id] if item.kind == finding.kind.value and _same(item.text, claim.text)]
        allowed += bool(fits) and finding.kind.is_flag
        right[finding.kind.value] += bool(fits)
        if finding.kind not in _ABSTAINS:
            stated.append((finding.probability, bool(fits)))
        cited[finding.kind.value] += any(_cites(finding, item) for item in fits)
    scores = {kind: _score(kind, told=told, wanted=wanted, right=right, cited=cited) for kind in sorted(wanted)}
    false_flags = sum(told[kind.value] for kind in FindingKind if kind.is_flag) - allowed
    return FindingsReport(
        by_finding=scores,
        false_flags=false_flags,
        false_flags_per_1000_documents=round(1000 * false_flags / max(1, len(gold)), 2),
        documents=len(gold),
        claims=len(found),
        milliseconds_per_claim=round(1000 * seconds / max(1, len(found)), 2),
        abstained=round(1 - len(stated) / max(1, len(found)), 4),
        calibration_error=round(calibration_error(*_arrays(stated)), 4),
        risk_coverage=[[round(share * len(stated) / len(found), 3), wrong] for share, wrong in risk_coverage(*_arrays(stated))],
    )


def _arrays(stated: Sequence[tuple[float, bool]]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    return np.array([probability for probability, _ in stated], np.float64), np.array([right for _, right in stated], bool)


def _score(kind: str, *, told: Counter[str], wanted: Counter[str], right: Counter[str], cited: Counter[str]) -> KindScore:
    hits = right[kind]
    return KindScore(
        precision=round(hits / told[kind], 4) if told[kind] else 1.0,
        recall=round(min(1.0, hits / wanted[kind]), 4),
        right_citation=round(cited[kind] / hits, 4) if hits else 0.0,
        gold=wanted[kind],
        told=told[kind],
    )


def _cites(finding: Finding, item: Gold) -> bool:
    return finding.citation is not None and item.citation in (finding.citation.id, finding.citation.document_id)


def _same(left: str, right: str) -> bool:
    """Say whether two sentences share seven in ten words of the shorter one."""
    mine, yours = set(left.casefold().split()), set(right.casefold().split())
    return len(mine & yours) >= _SAME_SENTENCE * max(1, min(len(mine), len(yours)))


def _rows(path: Path) -> Iterator[Row]:
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                if line.strip():
                    yield json.loads(line)
    except (OSError, ValueError) as error:
        raise UnreadableError(
            f"{path} cannot be read: {error}.", remedy="Give UTF-8 text with one JSON object a line."
        ) from error


def _need(row: Row, name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value:
        raise UnreadableError(
            f"A row has no {name}: {json.dumps(dict(row), ensure_ascii=False)[:80]}.", remedy=f"Give each row a {name}."
        )
    return value


def _document(row: Row) -> Document:
    now = datetime.now(UTC)
    return Document(
        id=_need(row, "id"),
        source_id=0,
        role=SourceRole(str(row.get("role") or SourceRole.PRESS)),
        kind=CaptureKind.PAGE,
        url=str(row.get("url") or ""),
        title=str(row.get("title") or ""),
        text=_need(row, "text"),
        language=_need(row, "language"),
        language_probability=1.0,
        published_at=now,
        published_how="fetched",
        seen_at=now,
        capture_id=0,
        text_digest="",
    )


def _passage(row: Row) -> Passage:
    value = row.get("rating_value")
    return Passage(
        id=_need(row, "id"),
        kind=PassageKind(_need(row, "kind")),
        text=_need(row, "text"),
        url=str(row.get("url") or ""),
        publisher=str(row.get("publisher") or ""),
        language=_need(row, "language"),
        title=str(row.get("title") or ""),
        detail=str(row.get("detail") or ""),
        rating=str(row.get("rating") or ""),
        rating_value=float(value) if isinstance(value, int | float) else None,
    )


def _gold(row: Row) -> list[Gold]:
    listed = row.get("findings")
    items = listed if isinstance(listed, list) else []
    return [Gold(_need(item, "text"), _need(item, "finding"), str(item.get("citation") or "")) for item in items]


def _line(claim: Claim, finding: Finding) -> dict[str, object]:
    return {
        "document": claim.document_id,
        "claim": claim.text,
        "finding": finding.kind.value,
        "probability": finding.probability,
        "citation": finding.citation.id if finding.citation else None,
        "reasons": list(finding.reasons),
    }
