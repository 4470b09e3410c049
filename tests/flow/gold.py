"""Compares what the line found on the demo world with the gold labels: precision and recall per finding and language.

``repeats`` and ``distorts`` are labelled exhaustively, so each flag that is not labelled counts against precision;
``debunks`` and ``supported`` are labelled on their clearest sentences only, so they are scored by recall.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, select

from factdesk.demo.world import Item, World
from factdesk.store.database import reading
from factdesk.store.tables import claims, documents, findings

GOLD = Path(__file__).resolve().parents[1] / "data" / "demo_gold.jsonl"
FLAGS = ("repeats", "distorts")
NEVER_FLAGGED = ("opinion", "criticism", "satire", "prediction", "question", "debunks", "factcheck", "bulletin")


@dataclass(frozen=True)
class Found:
    """One finding of the line on an item."""

    kind: str
    text: str
    passage_id: str | None
    probability: float


@dataclass(frozen=True)
class Label:
    """The gold labels of one item."""

    id: str
    language: str
    type: str
    findings: tuple[Mapping[str, str], ...]


@dataclass
class Count:
    """Right, wrong and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


@dataclass
class Score:
    """Counts by (finding kind, language), and what went wrong in words."""

    counts: dict[tuple[str, str], Count] = field(default_factory=lambda: defaultdict(Count))
    mistakes: list[str] = field(default_factory=list)
    never: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)

    def total(self, kinds: Iterable[str] = FLAGS) -> Count:
        chosen = [count for (kind, _), count in self.counts.items() if kind in tuple(kinds)]
        return Count(sum(c.right for c in chosen), sum(c.wrong for c in chosen), sum(c.missed for c in chosen))

    def table(self) -> str:
        lines = [f"{'finding':<10} {'language':<8} {'precision':>9} {'recall':>7}  right wrong missed"]
        for (kind, language), count in sorted(self.counts.items()):
            figures = f"{count.precision:>9.2f} {count.recall:>7.2f}  {count.right:>5} {count.wrong:>5} {count.missed:>6}"
            lines.append(f"{kind:<10} {language:<8} {figures}")
        whole = self.total()
        lines.append(f"{'flags':<10} {'all':<8} {whole.precision:>9.2f} {whole.recall:>7.2f}")
        return "\n".join(lines)


def labels() -> list[Label]:
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    return [Label(row["id"], row["language"], row["type"], tuple(row["findings"])) for row in rows]


def plain(text: str) -> str:
    """Return the letters and digits of a text, so that mentions, marks and spaces make no difference."""
    return re.sub(r"\W+", "", re.sub(r"@\S+", "", text)).casefold()


def found_by_item(engine: Engine, world: World) -> dict[str, list[Found]]:
    """Return the line's findings for each item it holds (a copy has those of its first copy)."""
    with reading(engine) as connection:
        rows = connection.execute(select(documents.c.id, documents.c.url, documents.c.text, documents.c.duplicate_of)).all()
        told: dict[str, list[Found]] = defaultdict(list)
        query = select(findings, claims.c.text).join(claims, claims.c.id == findings.c.claim_id)
        for row in connection.execute(query):
            told[row.document_id].append(Found(row.kind, row.text, row.passage_id, row.probability))
    by_path = {row.url.split("://", 1)[-1].split(":", 1)[0] + "/" + row.url.split("/", 3)[-1]: row for row in rows}
    by_text = {plain(row.text)[:60]: row for row in rows}
    hosts = {outlet.key: outlet.host for outlet in world.outlets}
    held: dict[str, list[Found]] = {}
    for key, items in world.items.items():
        for item in items:
            found = by_text.get(plain(item.text)[:60]) if item.kind == "post" else by_path.get(hosts[key] + item.path)
            if found is not None:
                held[item.id] = told[found.duplicate_of or found.id]
    return held


def score(engine: Engine, world: World) -> Score:
    """Compare everything the line holds with the gold labels."""
    held, result = found_by_item(engine, world), Score()
    copies = {item.id: item for items in world.items.values() for item in items if item.copy_of}
    for label in labels():
        if label.type == "unreachable":
            continue
        if label.id not in held:
            result.unseen.append(label.id)
        _score_item(label, held.get(label.id, []), result, copy=copies.get(label.id))
    return result


def _score_item(label: Label, found: list[Found], result: Score, *, copy: Item | None) -> None:
    flags = [one for one in found if one.kind in FLAGS]
    if label.type in NEVER_FLAGGED and copy is None:
        result.never += [f"{label.id} ({label.type}, {label.language}): {one.kind}: {one.text}" for one in flags]
    for flag in flags:
        if not any(_same(flag, gold) and gold["finding"] == flag.kind for gold in label.findings):
            result.counts[flag.kind, label.language].wrong += 1
            result.mistakes.append(f"wrong  {label.id} {label.language} {flag.kind} {flag.probability:.2f}: {flag.text}")
    for gold in label.findings:
        if gold.get("first_version_only"):
            continue
        kind = gold["finding"]
        hit = any(_same(one, gold) and one.kind == kind for one in found)
        count = result.counts[kind, label.language]
        count.right += hit
        count.missed += not hit
        if not hit:
            told = [one.kind for one in found if _same(one, gold)]
            result.mistakes.append(f"missed {label.id} {label.language} {kind} (found {told or 'no claim'}): {gold['text']}")


def _same(one: Found, gold: Mapping[str, str]) -> bool:
    left, right = plain(one.text), plain(gold["text"])
    return bool(left) and (left in right or right in left)
