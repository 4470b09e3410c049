"""Measures the distortion ledger: claims beside evidence with their gold differences, none for a faithful paraphrase."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from factdesk.errors import UnreadableError
from factdesk.records import Difference, DifferenceKind
from nlp.distortion import load_distortion
from nlp.encoders import CachedEncoder, load_encoder

_NAMES = {
    "unit": "number", "quantity": "number", "order": "date", "time": "date", "location": "place", "causation": "cause",
    "causal": "cause", "hedge": "certainty", "generalisation": "scope", "generalization": "scope", "quote": "quotation",
    "speaker": "quotation", "attribution": "quotation", "condition": "qualifier", "qualifier dropped": "qualifier",
}  # fmt: skip

Say = Callable[[str], None]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Gold:
    """A difference that a pair holds; a span is ``None`` where the file gives none."""

    kind: str
    claim_span: Span | None
    evidence_span: Span | None


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim beside its evidence with the gold differences, none for a faithful paraphrase."""

    id: str
    claim: str
    evidence: str
    claim_language: str
    evidence_language: str
    gold: tuple[Gold, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """Precision and recall of differences by kind: ``right`` of ``told``, ``right`` of ``gold``."""

    precision: float
    recall: float
    gold: int
    told: int
    right: int


@dataclass(frozen=True, slots=True)
class DistortionReport:
    """``spans`` is the share of right differences whose two spans both meet the gold ones.

    ``faithful_flagged`` is the share of faithful pairs with any difference, ``caught`` of distorted pairs with one at all.
    """

    precision: float
    recall: float
    caught: float
    faithful_flagged: float
    spans: float
    by_kind: dict[str, Rate]
    by_language: dict[str, Rate]
    across_languages: Rate
    pairs: int
    faithful: int
    milliseconds_per_pair: float


@dataclass(frozen=True, slots=True)
class _Judged:
    pair: Pair
    told: tuple[Difference, ...]


def evaluate_distortion(path: Path, *, half: str = "", out: Path | None = None, say: Say = lambda _: None) -> DistortionReport:
    """Return the scores on the pairs of a JSONL file; ``out`` receives one JSON line a pair.

    Each line has ``claim``, ``evidence`` and ``differences`` (a list of ``kind`` with, if known, ``claim_span`` and
    ``evidence_span``), and ``claim_language`` and ``evidence_language`` (or one ``language``). ``half`` keeps only lines with
    that ``half``. Raises ``UnreadableError`` for a file or a line that is not this.
    """
    pairs = [_pair(row, number) for number, row in enumerate(_rows(path), 1) if not half or row.get("half") == half]
    if not pairs:
        raise UnreadableError(f"{path} has no pairs.", remedy="Give one JSON object a line; see the command's help.")
    reader = load_distortion(CachedEncoder(load_encoder("bundled")))
    started = time.perf_counter()
    judged = [_Judged(pair, _read(pair, reader)) for pair in pairs]
    seconds = time.perf_counter() - started
    say(f"{len(pairs)} pairs read")
    if out is not None:
        out.write_text("".join(json.dumps(_line(one), ensure_ascii=False) + "\n" for one in judged), encoding="utf-8")
    return _report(judged, seconds=seconds)


def to_dict(report: DistortionReport) -> dict[str, object]:
    """Return the report as plain values for JSON."""
    return asdict(report)


def _read(pair: Pair, reader: Callable[..., tuple[Difference, ...]]) -> tuple[Difference, ...]:
    return reader(pair.claim, pair.evidence, claim_language=pair.claim_language, passage_language=pair.evidence_language)


def _report(judged: Sequence[_Judged], *, seconds: float) -> DistortionReport:
    whole = _rate(judged)
    distorted = [one for one in judged if one.pair.gold]
    faithful = [one for one in judged if not one.pair.gold]
    met = [_spans_met(one, gold) for one in distorted for gold in one.pair.gold if gold.kind in _kinds(one)]
    kinds = sorted(
        {gold.kind for one in distorted for gold in one.pair.gold} | {kind for one in judged for kind in _kinds(one)}
    )
    return DistortionReport(
        precision=whole.precision,
        recall=whole.recall,
        caught=_share(sum(bool(one.told) for one in distorted), len(distorted)),
        faithful_flagged=_share(sum(bool(one.told) for one in faithful), len(faithful)),
        spans=_share(sum(met), len(met)),
        by_kind={kind: _rate(judged, kind=kind) for kind in kinds},
        by_language={
            code: _rate([one for one in judged if one.pair.claim_language == code])
            for code in sorted({one.pair.claim_language for one in judged})
        },
        across_languages=_rate([one for one in judged if one.pair.claim_language != one.pair.evidence_language]),
        pairs=len(judged),
        faithful=len(faithful),
        milliseconds_per_pair=round(1000 * seconds / len(judged), 2),
    )


def _rate(judged: Sequence[_Judged], *, kind: str = "") -> Rate:
    """Return precision and recall of kinds of differences (each counted once a pair), of ``kind`` alone when it is given."""
    gold, told, right = Counter[str](), Counter[str](), Counter[str]()
    for one in judged:
        mine, its = set(_kinds(one)), {item.kind for item in one.pair.gold}
        told.update(mine)
        gold.update(its)
        right.update(mine & its)
    sums = [count[kind] if kind else count.total() for count in (gold, told, right)]
    return Rate(_share(sums[2], sums[1]), _share(sums[2], sums[0]), *sums)


def _kinds(one: _Judged) -> tuple[str, ...]:
    return tuple(difference.kind.value for difference in one.told)


def _spans_met(one: _Judged, gold: Gold) -> bool:
    """Say whether a difference of the gold's kind touches both gold spans."""
    return any(
        _touch(difference.claim_span, gold.claim_span) and _touch(difference.passage_span, gold.evidence_span)
        for difference in one.told
        if difference.kind.value == gold.kind
    )


def _touch(left: Span, right: Span | None) -> bool:
    return right is None or (left[0] < right[1] and right[0] < left[1])


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _rows(path: Path) -> Iterator[Mapping[str, object]]:
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                if line.strip():
                    yield json.loads(line)
    except (OSError, ValueError) as error:
        raise UnreadableError(
            f"{path} cannot be read: {error}.", remedy="Give UTF-8 text with one JSON object a line."
        ) from error


def _pair(row: Mapping[str, object], number: int) -> Pair:
    language = str(row.get("language") or "")
    listed = row.get("differences")
    texts = [str(row.get(name) or "") for name in ("claim", "evidence")]
    codes = [str(row.get(name) or language) for name in ("claim_language", "evidence_language")]
    if not all((*texts, *codes)) or not isinstance(listed, list):
        remedy = "Give each line claim, evidence, claim_language, evidence_language and differences (a list)."
        raise UnreadableError(f"Pair {number} lacks a field.", remedy=remedy)
    gold = tuple(_gold(item, number) for item in listed)
    return Pair(str(row.get("id") or number), texts[0], texts[1], codes[0], codes[1], gold)


def _gold(item: object, number: int) -> Gold:
    told = item if isinstance(item, Mapping) else {"kind": item}
    kind = str(told.get("kind") or told.get("type") or "").casefold().replace("_", " ")
    kind = _NAMES.get(kind, kind)
    if kind not in {known.value for known in DifferenceKind}:
        known = ", ".join(DifferenceKind)
        raise UnreadableError(f"Pair {number} has a difference of the kind {kind!r}.", remedy=f"Known kinds: {known}.")
    return Gold(kind, _span(told.get("claim_span")), _span(told.get("evidence_span")))


def _span(value: object) -> Span | None:
    return (int(value[0]), int(value[1])) if isinstance(value, Sequence) and len(value) == len(("start", "end")) else None


def _line(one: _Judged) -> dict[str, object]:
    return {
        "id": one.pair.id,
        "claim": one.pair.claim,
        "gold": [gold.kind for gold in one.pair.gold],
        "told": [asdict(difference) for difference in one.told],
    }
