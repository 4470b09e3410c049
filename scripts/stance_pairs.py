"""Reads the labelled pairs that may train the evidence stance, and makes from them the neutral ones that they lack.

FEVER's pairs are two-way. Evidence that says too little is made in two ways: the same passage without the sentences that bear
on the claim, and another passage about the same names. LIAR-plus adds claims of politicians beside a fact-checker's reasons.

``stance_health.jsonl`` beside this file holds invented pairs on health and science, one JSON object a line (``evidence``,
``claim``, ``label``): passages as abstracts and health agencies write them, each beside claims of the public with different
labels. They were written for this project and are under its licence; nothing is taken from a data set. Many passages have the
design and the direction of studies that are widely known, with figures and settings changed or made up: take none of them
as a report of one. Findings in animals, cells or models leave a claim about people neutral.
"""

import csv
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

from stance_grammar import NEUTRAL, REFUTES, SUPPORTS, Pair

_BRACKETS = {"-LSB-": "[", "-RSB-": "]", "-LRB-": "(", "-RRB-": ")", "``": '"', "''": '"'}
_WORD = re.compile(r"[^\W_]{2,}")
_SENTENCE_END = re.compile(r"(?<=[.!?]) (?=[A-Z\"(])")
_NAME = re.compile(r"\b[A-Z][a-z]{2,}\b")
_CHANGEABLE = re.compile(r"\b(?:\d{1,4}|[A-Z][a-z]{2,})\b")
_VERB = re.compile(r"\b(?:is|was|are|were|has|can|will)\b")
_RATINGS = {"true": SUPPORTS, "mostly-true": SUPPORTS, "false": REFUTES, "pants-fire": REFUTES}
_LITTLE = frozenset(
    (
        *(
            "the",
            "a",
            "an",
            "of",
            "in",
            "on",
            "at",
            "to",
            "and",
            "or",
            "is",
            "was",
            "are",
            "were",
            "be",
            "been",
            "has",
            "have",
            "had",
            "by",
            "with",
            "for",
        ),
        *(
            "from",
            "as",
            "that",
            "this",
            "it",
            "its",
            "he",
            "she",
            "his",
            "her",
            "they",
            "their",
            "not",
            "no",
            "who",
            "which",
            "one",
            "only",
            "also",
            "did",
            "does",
            "do",
            "into",
        ),
    )
)
_NEXT_TO_NOTHING, _MUCH = 0.2, 0.5  # shares of a claim's content, names aside, that a sentence holds
_MOST_SENTENCES = 3


def fever_pairs(path: Path) -> list[Pair]:
    """Return the two-way pairs of a tab-separated file (evidence, claim, label), the corpus's brackets put right."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Pair(tidy(row["claim"]), tidy(row["evidence"]), SUPPORTS if row["label"] == "entailment" else REFUTES) for row in rows
    ]


def liar_pairs(paths: Iterable[Path]) -> list[Pair]:
    """Return claims beside a fact-checker's justification where the rating is plain; halfway ratings are left out."""
    pairs = []
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        pairs += [
            Pair(row["claim"].strip(), " ".join(row["justification"].split()), _RATINGS[row["label"]])
            for row in rows
            if row["label"] in _RATINGS and (row["justification"] or "").strip()
        ]
    return pairs


def too_little(pairs: Sequence[Pair], *, count: int, seed: int) -> list[Pair]:
    """Return ``count`` neutral pairs: about half a passage without what bears on the claim, half another of the same names."""
    rng = Random(seed)  # noqa: S311 # reproducible, not secret
    order = rng.sample(range(len(pairs)), len(pairs))
    by_name = _by_name(pairs)
    made: list[Pair] = []
    for place in order:
        if len(made) == count:
            break
        pair = pairs[place]
        text = _without(pair) if rng.random() < 0.4 else _beside(pair, pairs, by_name=by_name, rng=rng)
        if text:
            made.append(Pair(pair.claim, text, NEUTRAL))
    return made


def altered(pairs: Sequence[Pair], *, count: int, seed: int) -> list[Pair]:
    """Return ``count`` pairs made by one change to a claim or to a sentence of its evidence.

    Another figure or name in a supported claim refutes it; a negation turns the label; a sentence of the evidence supports,
    with another figure it is refuted, and taken out of the evidence it is neutral.
    """
    rng = Random(seed)  # noqa: S311 # reproducible, not secret
    supported = [pair for pair in pairs if pair.label == SUPPORTS]
    stock = sorted({word for pair in supported[:2000] for word in _NAME.findall(pair.claim[1:])})
    made: list[Pair] = []
    for pair in rng.sample(list(pairs), len(pairs)):
        if len(made) >= count:
            break
        changed = rng.choice((_other_word, _negated, _own_sentence, _own_sentence))(pair, stock, rng)
        made += [changed] if changed else []
    return made


def _other_word(pair: Pair, stock: Sequence[str], rng: Random) -> Pair | None:
    """Return the claim with one figure or name, that its evidence holds, changed for another."""
    spots = [match for match in _CHANGEABLE.finditer(pair.claim) if match.start() > 0 and match.group() in pair.evidence]
    if not spots or pair.label != SUPPORTS:
        return None
    spot = rng.choice(spots)
    word = spot.group()
    other = str(int(word) + rng.choice((-20, -7, -3, -1, 1, 2, 9, 40))) if word.isdigit() else rng.choice(stock)
    if other in pair.evidence:
        return None
    return Pair(pair.claim[: spot.start()] + other + pair.claim[spot.end() :], pair.evidence, REFUTES)


def _negated(pair: Pair, stock: Sequence[str], rng: Random) -> Pair | None:
    """Return the claim denied: what was supported is refuted, what was refuted holds."""
    del stock
    verb = _VERB.search(pair.claim)
    if not verb or " not " in pair.claim:
        return None
    denial = rng.choice((f"{verb.group()} not", f"{verb.group()} never")) if verb.group() != "has" else "has never"
    turned = REFUTES if pair.label == SUPPORTS else SUPPORTS
    return Pair(pair.claim[: verb.start()] + denial + pair.claim[verb.end() :], pair.evidence, turned)


def _own_sentence(pair: Pair, stock: Sequence[str], rng: Random) -> Pair | None:
    """Return a sentence of the evidence as the claim: beside it, with another figure, or beside the rest without it."""
    del stock
    parts = [part for part in _SENTENCE_END.split(pair.evidence) if 40 < len(part) < 220]
    if len(parts) < 2:
        return None
    claim = rng.choice(parts)
    rest = " ".join(part for part in parts if part != claim)
    figures = list(re.finditer(r"\b\d{1,4}\b", claim))
    kind = rng.random()
    if kind < 0.4 and figures:
        spot = rng.choice(figures)
        other = str(int(spot.group()) + rng.choice((-9, -2, 3, 11, 60)))
        return Pair(claim[: spot.start()] + other + claim[spot.end() :], pair.evidence, REFUTES)
    return Pair(claim, pair.evidence, SUPPORTS) if kind < 0.65 else Pair(claim, rest, NEUTRAL)


def tidy(text: str) -> str:
    """Return ``text`` with the corpus's brackets and spaces before punctuation put right."""
    for mark, sign in _BRACKETS.items():
        text = text.replace(mark, sign)
    return re.sub(r"\s+([.,;:!?%)\]])", r"\1", re.sub(r"([(\[])\s+", r"\1", " ".join(text.split())))


def words(text: str) -> frozenset[str]:
    """Return the content words of ``text``, cut to five letters."""
    return frozenset(word[:5] for word in _WORD.findall(text.casefold()) if word not in _LITTLE)


def names(text: str) -> frozenset[str]:
    """Return the capitalised words of ``text`` that are no function words, cut to five letters."""
    return frozenset(
        word.casefold()[:5] for word in _WORD.findall(text) if word[0].isupper() and word.casefold() not in _LITTLE
    )


def _held(pair: Pair, text: str) -> float:
    asked = words(pair.claim) - names(pair.claim) or words(pair.claim)
    return len(asked & words(text)) / max(1, len(asked))


def _without(pair: Pair) -> str:
    """Return the sentences that hold next to nothing of the claim but its names, where others that hold much were left out."""
    parts = _SENTENCE_END.split(pair.evidence)
    kept = [part for part in parts if _held(pair, part) <= _NEXT_TO_NOTHING]
    if not any(_held(pair, part) >= _MUCH for part in parts) or not names(pair.claim) & words(" ".join(kept)):
        return ""
    return " ".join(kept[:_MOST_SENTENCES])


def _beside(pair: Pair, pairs: Sequence[Pair], *, by_name: dict[str, list[int]], rng: Random) -> str:
    """Return evidence of another pair that shares the claim's rarest name and, of the rest, next to nothing."""
    shared = sorted((len(by_name[name]), name) for name in names(pair.claim) if len(by_name[name]) > 1)
    for _, name in shared[:3]:
        options = [pairs[place].evidence for place in rng.sample(by_name[name], min(8, len(by_name[name])))]
        for text in options:
            parts = [part for part in _SENTENCE_END.split(text) if name in names(part)] or [text]
            near = " ".join(parts[:_MOST_SENTENCES])
            if near not in pair.evidence and _held(pair, near) <= _NEXT_TO_NOTHING:
                return near
    return ""


def _by_name(pairs: Sequence[Pair]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for place, pair in enumerate(pairs):
        for name in sorted(names(pair.evidence)):
            found[name].append(place)
    return found
