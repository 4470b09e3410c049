"""Judges the documents of ``data/unseen.jsonl`` with the real parts: claim finder, SQLite index, matcher.

Documents with an even number are ``seen`` (their failures may be read while working), those with an odd one ``held``: of these
only the figures are read, so that they stay a measure of what nobody tuned.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from factdesk.demo.world import Item, load_world
from factdesk.entries import passage_entry
from factdesk.library import evidence_passages
from factdesk.records import CaptureKind, Claim, Document, Finding, Passage, PassageKind, SourceRole
from index import open_index
from index.base import Probe
from nlp.claims import load_claim_finder
from nlp.encoders import CachedEncoder, load_encoder
from nlp.match import load_matcher

DATA = Path(__file__).parent / "data"
NOW = datetime(2026, 3, 14, tzinfo=UTC)
FLAGS = ("repeats", "distorts")
FLAGGED = (*FLAGS, "faithful", "nearmiss")


@dataclass(frozen=True)
class Case:
    """A document with its labels."""

    document: Document
    type: str
    gold: tuple[Mapping[str, str], ...]

    @property
    def is_held(self) -> bool:
        return int(self.document.id.partition("-")[2]) % 2 == 1

    @property
    def is_never_flagged(self) -> bool:
        return self.type not in FLAGGED


@dataclass(frozen=True)
class Judged:
    """A case with what the line found on it."""

    case: Case
    found: tuple[tuple[Claim, Finding], ...]

    @property
    def flags(self) -> list[tuple[Claim, Finding]]:
        return [pair for pair in self.found if pair[1].kind.is_flag]

    def hits(self, gold: Mapping[str, str]) -> bool:
        return any(fits(pair, gold) for pair in self.flags)


@dataclass
class Score:
    """Right, wrong and missed flags by (kind, language), how many cite the right thing, and flags that must never be."""

    right: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: Counter[tuple[str, str]] = field(default_factory=Counter)
    cited: int = 0
    never: list[str] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)
    sure: list[tuple[float, bool]] = field(default_factory=list)

    def precision(self, kinds: Iterable[str] = FLAGS) -> float:
        right, wrong = self._sum(self.right, kinds), self._sum(self.wrong, kinds)
        return right / (right + wrong) if right + wrong else 1.0

    def recall(self, kinds: Iterable[str] = FLAGS) -> float:
        right, missed = self._sum(self.right, kinds), self._sum(self.missed, kinds)
        return right / (right + missed) if right + missed else 1.0

    @staticmethod
    def _sum(counts: Counter[tuple[str, str]], kinds: Iterable[str]) -> int:
        wanted = tuple(kinds)
        return sum(count for (kind, _), count in counts.items() if kind in wanted)

    def table(self) -> str:
        """Return the figures by kind and language as lines of text."""
        lines = [f"{'finding':<9} {'lang':<5} right wrong missed"]
        lines += [
            f"{key[0]:<9} {key[1]:<5} {self.right[key]:>5} {self.wrong[key]:>5} {self.missed[key]:>6}"
            for key in sorted({*self.right, *self.wrong, *self.missed})
        ]
        lines += [
            f"{'+'.join(kinds):<17} precision {self.precision(kinds):.3f} recall {self.recall(kinds):.3f}"
            for kinds in (("repeats",), ("distorts",), FLAGS)
        ]
        lines.append(f"never flagged, yet flagged: {len(self.never)}; right citation: {self.cited} of {self.right.total()}")
        return "\n".join(lines)

    def reliability(self) -> str:
        """Return, by the probability a flag states, how many of such flags are right."""
        lines = []
        for low, high in ((0.0, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01)):
            held = [(stated, right) for stated, right in self.sure if low <= stated < high]
            if held:
                mean = sum(stated for stated, _ in held) / len(held)
                share = sum(right for _, right in held) / len(held)
                lines.append(f"stated {mean:.2f}: right {share:.2f} of {len(held)}")
        return "\n".join(lines)


def cases(name: str = "unseen") -> list[Case]:
    """Return the labelled documents of a file, those left out that a model learned from: ``unseen``, ``fairness`` …"""
    return [_case(row) for row in _rows(DATA / f"{name}.jsonl") if row.get("half") != "build"]


def library() -> list[Passage]:
    """Return the passages of the demo world's fact-checker and authority, and of the second, invented event."""
    world = load_world()
    checks = [_factcheck(item) for item in world.items["plumbline"]]
    evidence = [
        passage for item in world.items["authority"] for passage in evidence_passages(_bulletin(item), publisher="Authority")
    ]
    return [*checks, *evidence, *(_passage(row) for row in _rows(DATA / "unseen_library.jsonl"))]


def passages_of(name: str) -> list[Passage]:
    """Return the passages of a library file."""
    return [_passage(row) for row in _rows(DATA / f"{name}.jsonl")]


def judge(chosen: Sequence[Case], *, folder: Path, passages: Sequence[Passage] | None = None) -> list[Judged]:
    """Run claim finder, index and matcher over ``chosen`` and ``passages``; ``folder`` receives the index."""
    encoder = CachedEncoder(load_encoder("bundled"))
    passages = library() if passages is None else passages
    index = open_index(f"sqlite:///{folder / 'unseen.sqlite3'}")
    vectors = encoder([passage.text for passage in passages])
    index.add([passage_entry(passage, vector) for passage, vector in zip(passages, vectors, strict=True)])
    found, matcher = load_claim_finder(encoder)([case.document for case in chosen]), load_matcher(encoder)
    judged = []
    for case, claims in zip(chosen, found, strict=True):
        probes = [
            Probe(claim.text, claim.language, vector)
            for claim, vector in zip(claims, encoder([claim.text for claim in claims]), strict=True)
        ]
        proposed = index.candidates(probes, limit=20) if probes else []
        pairs = tuple((claim, matcher(claim, case.document, near)) for claim, near in zip(claims, proposed, strict=True))
        judged.append(Judged(case, pairs))
    index.close()
    return judged


def score(judged: Iterable[Judged]) -> Score:
    """Compare findings with labels."""
    total = Score()
    for one in judged:
        _add(total, one)
    return total


def _add(total: Score, one: Judged) -> None:
    code, name = one.case.document.language, f"{one.case.document.id} ({one.case.type})"
    for claim, finding in one.flags:
        fits_one = next((gold for gold in one.case.gold if fits((claim, finding), gold)), None)
        total.sure.append((finding.probability, fits_one is not None))
        if fits_one is None:
            total.wrong[finding.kind.value, code] += 1
            cited = finding.citation.text if finding.citation else ""
            total.mistakes.append(f"wrong  {name} {finding.kind} {finding.probability}: {claim.text} <- {cited}")
            if one.case.is_never_flagged:
                total.never.append(f"{name} {finding.kind}: {claim.text}")
    for gold in one.case.gold:
        hit = one.hits(gold)
        (total.right if hit else total.missed)[gold["finding"], code] += 1
        total.cited += any(fits(pair, gold) and _cites(pair[1], gold["citation"]) for pair in one.flags)
        if not hit:
            told = [f"{finding.kind} {finding.probability} {finding.reasons[-1:]}" for _, finding in one.found]
            total.mistakes.append(f"missed {name} {gold['finding']} {gold['citation']}: {gold['text']} -> {told or 'no claim'}")


def fits(pair: tuple[Claim, Finding], gold: Mapping[str, str]) -> bool:
    """Whether a finding is of the gold's kind and its claim of the gold's sentence."""
    claim, finding = pair
    return finding.kind.value == gold["finding"] and (claim.text in gold["text"] or gold["text"] in claim.text)


def _cites(finding: Finding, wanted: str) -> bool:
    return finding.citation is not None and wanted in (finding.citation.id, finding.citation.document_id)


def _rows(path: Path) -> Iterator[Mapping[str, object]]:
    return (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())


def _case(row: Mapping[str, object]) -> Case:
    document = _document(
        str(row["id"]),
        SourceRole(str(row["role"])),
        title=str(row.get("title", "")),
        text=str(row["text"]),
        code=str(row["language"]),
    )
    listed = row["findings"]
    assert isinstance(listed, list)
    return Case(document, str(row["type"]), tuple(listed))


def _document(name: str, role: SourceRole, *, title: str, text: str, code: str, at: datetime = NOW) -> Document:
    kind = CaptureKind.POST if role is SourceRole.SOCIAL else CaptureKind.PAGE
    return Document(
        id=name, source_id=1, role=role, kind=kind, url=f"https://example.org/{name}", title=title, text=text, language=code,
        language_probability=1.0, published_at=at, published_how="listing", seen_at=at, capture_id=1, text_digest="",
    )  # fmt: skip


def _bulletin(item: Item) -> Document:
    return _document(
        item.id, SourceRole.EVIDENCE, title=item.title, text="\n".join(item.paragraphs), code=item.language,
        at=NOW - timedelta(days=7 - item.day),
    )  # fmt: skip


def _factcheck(item: Item) -> Passage:
    review = item.claimreview
    assert review is not None
    value = (review.ratingValue - review.worstRating) / (review.bestRating - review.worstRating)
    return Passage(
        id=item.id, kind=PassageKind.FACTCHECK, text=review.claimReviewed, url="", publisher="Plumbline",
        language=item.language, title=item.title, detail="\n".join(item.paragraphs), rating=review.alternateName,
        rating_value=value, published_at=NOW - timedelta(days=7 - item.day),
    )  # fmt: skip


def _passage(row: Mapping[str, object]) -> Passage:
    value = row.get("rating_value")
    return Passage(
        id=str(row["id"]), kind=PassageKind(str(row["kind"])), text=str(row["text"]), url="", publisher=str(row["publisher"]),
        language=str(row["language"]), rating=str(row.get("rating", "")),
        rating_value=float(value) if isinstance(value, int | float) else None, published_at=NOW - timedelta(days=3),
    )  # fmt: skip
