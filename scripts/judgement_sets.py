"""Makes the judgement sets of the distortion ledger and of fairness from their hand-written cases.

``tests/eval/data/distortion_cases.txt`` holds, by topic and language, a passage with labelled spans, faithful paraphrases and
claims of which one thing is changed. A claim is also paired with the passage in other languages, since the labels are the same
everywhere. Topics, never single cases, are split into ``build`` and ``held`` by a seeded digest: work on one, measure on both.

Run: ``python scripts/judgement_sets.py`` (writes the ``.jsonl`` files beside the cases; the same bytes each time).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

DATA = Path(__file__).parent.parent / "tests" / "eval" / "data"
_LABELLED = re.compile(r"\[(\w?):([^\]]*)\]")
_MARKED = re.compile(r"\[([^\]]*)\]")
_OTHERS = 2
_MEANT = {
    "o": "opinion", "c": "criticism", "s": "satire", "p": "prayer", "q": "question", "f": "prediction", "h": "supposition",
    "b": "belief", "+": "assertion",
}  # fmt: skip


@dataclass
class Passage:
    """A passage, its labelled spans, and the claims beside it as ``(kind, label, text, span)``."""

    text: str = ""
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    claims: list[tuple[str, str, str, tuple[int, int]]] = field(default_factory=list)


def main() -> None:
    """Write both sets."""
    _write(DATA / "distortion.jsonl", distortion_rows((DATA / "distortion_cases.txt").read_text(encoding="utf-8")))
    rows = list(fairness_rows((DATA / "fairness_cases.txt").read_text(encoding="utf-8")))
    _write(DATA / "fairness.jsonl", (row for row in rows if row["type"] == "never"))
    _write(DATA / "fairness_library.jsonl", (row for row in rows if row["type"] == "library"))
    for half in ("fresh", "second"):
        later = list(fairness_rows((DATA / f"fairness_{half}_cases.txt").read_text(encoding="utf-8")))
        _write(DATA / f"fairness_{half}.jsonl", (row | {"half": half} for row in later if row["type"] != "library"))
        _write(DATA / f"fairness_{half}_library.jsonl", (row | {"half": half} for row in later if row["type"] == "library"))


def distortion_rows(cases: str) -> Iterator[dict[str, object]]:
    """Return a row a pair, first those in one language, then those across languages."""
    topics = _topics(cases)
    held = held_half(topics)
    for topic, passages in topics.items():
        half = "held" if topic in held else "build"
        for code, passage in passages.items():
            others = _chosen(topic, code, passages)
            for made, code_of_evidence in (("hand", code), *(("rule", other) for other in others)):
                for number, claim in enumerate(passage.claims):
                    if made == "rule" and _draw(topic, code, code_of_evidence, number) % 6:
                        continue
                    evidence = passages[code_of_evidence]
                    yield {
                        "id": f"{topic}-{code}-{code_of_evidence}-{number:02}", "half": half, "made": made, "claim": claim[2],
                        "evidence": evidence.text, "claim_language": code, "evidence_language": code_of_evidence,
                        "differences": _gold(claim, evidence),
                    }  # fmt: skip


def fairness_rows(cases: str) -> Iterator[dict[str, object]]:
    """Return a document for each sentence, and a debunked claim for each topic and language; ``+`` is one that asserts it."""
    parsed: list[tuple[str, str, str, str]] = []
    topic = code = ""
    for line in cases.splitlines():
        head, _, rest = line.partition(" ")
        if head == "@":
            topic = rest
        elif head == ">":
            code = rest
        elif rest:
            parsed.append((topic, code, head, rest))
    held = held_half({row[0] for row in parsed})
    for number, (topic, code, kind, text) in enumerate(parsed):
        half = "held" if topic in held else "build"
        if kind == "L":
            yield {
                "id": f"{topic}-{code}", "type": "library", "half": half, "kind": "factcheck", "text": text, "language": code,
                "publisher": "Lantern Checks", "rating": "False", "rating_value": 0.0,
            }  # fmt: skip
        else:
            meant = _MEANT[kind]
            yield {
                "id": f"fair-{number:03}", "type": "asserted" if kind == "+" else "never", "half": half, "meant": meant,
                "language": code,
                "role": "social", "text": text, "findings": [],
            }  # fmt: skip


def held_half(topics: Iterable[str]) -> frozenset[str]:
    """Return the topics that are only measured on: the half with the greater seeded digests."""
    ordered = sorted(topics, key=lambda topic: hashlib.sha256(f"factdesk held half: {topic}".encode()).hexdigest())
    return frozenset(ordered[len(ordered) // 2 :])


def _topics(cases: str) -> dict[str, dict[str, Passage]]:
    topics: dict[str, dict[str, Passage]] = {}
    passage = Passage()
    topic = ""
    for line in cases.splitlines():
        head, _, rest = line.partition(" ")
        if head == "@":
            topic = rest
            topics[topic] = {}
        elif head == ">":
            passage = topics[topic][rest] = Passage()
        elif head == "E":
            passage.text, passage.spans = _unmark(rest)
        elif head == "=":
            passage.claims.append(("", "", rest, (0, 0)))
        elif rest:
            passage.claims.append(_claim(head, rest))
    return topics


def _unmark(marked: str) -> tuple[str, dict[str, tuple[int, int]]]:
    """Return the text without marks and ``{label: span}``."""
    text, spans, place = "", dict[str, tuple[int, int]](), 0
    for match in _LABELLED.finditer(marked):
        text += marked[place : match.start()]
        if match.group(1):
            spans[match.group(1)] = (len(text), len(text) + len(match.group(2)))
        text += match.group(2)
        place = match.end()
    return text + marked[place:], spans


def _claim(kind: str, rest: str) -> tuple[str, str, str, tuple[int, int]]:
    label, _, marked = rest.partition(": ")
    match = _MARKED.search(marked)
    if match is None:
        raise SystemExit(f"No marked span: {rest}")
    return kind, label, marked.replace("[", "", 1).replace("]", "", 1), (match.start(), match.end() - 2)


def _gold(claim: tuple[str, str, str, tuple[int, int]], evidence: Passage) -> list[dict[str, object]]:
    kind, label, _, span = claim
    return [{"kind": kind, "claim_span": list(span), "evidence_span": list(evidence.spans[label])}] if kind else []


def _chosen(topic: str, code: str, passages: Iterable[str]) -> list[str]:
    others = [other for other in passages if other != code]
    return sorted(others, key=lambda other: _draw(topic, code, other))[:_OTHERS]


def _draw(*parts: object) -> int:
    return int.from_bytes(hashlib.sha256(":".join(map(str, parts)).encode()).digest()[:4])


def _write(path: Path, rows: Iterable[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
