"""Gathers the sentences that ``train_assertion.py`` learns from: each beside a claim, with whether it asserts it.

Everything is invented and stands in this folder or in the *build* and *seen* halves of the sets of ``tests/eval/data``; the
held halves are never read here. One in six topics of ``assertion_pairs.jsonl`` is held back too, to choose the weights and the
bounds by. Check-worthy ClaimBuster sentences (CC BY 4.0) show how statements read.
"""

import hashlib
import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

ROOT = Path(__file__).parent
DATA = ROOT.parent / "tests" / "eval" / "data"
Row = tuple[str, str, int]
_DEBATED = 0.25
_KEPT = 0.6
_FACTS_A_FRAME = 3
_QUOTED = ("{}", "“{}", "«{}", "„{}", '"{}', "« {}")
_REPEATED = 3
_FRAMES_A_CLAIM = 4
_ONE_HELD_IN = 6
_MARKS = ("😡", "😭", "🤦", "👀", "⚠️", "🔥", "💔", "🤡", "😱", "🙄", "👇", "😂", "!!!", "!!", "#news", "#truth", "#today")
_MARKED, _BARE, _LOUD, _LOW = 0.3, 0.4, 0.1, 0.1


@dataclass
class Spoken:
    """The facts, frames and slots of one language."""

    facts: list[str] = field(default_factory=list)
    frames: list[tuple[str, int]] = field(default_factory=list)
    slots: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def rows(seed: int) -> list[Row]:
    """Return all sentences, shuffled."""
    random = Random(seed)  # noqa: S311 # reproducible, not secret
    found = [*framed(random), *told_anew(random), *topics(random), *opinions(), *repeated(), *debated(random)]
    found = [*found, *written(random), *framed_anew(random)]
    random.shuffle(found)
    return found


def held_rows() -> list[tuple[str, Row]]:
    """Return the language and the row of each sentence of the topics that are held back, beside its claim in each language."""
    return [
        (row["lang"], (row["sentence"], claim, int(row["asserts"])))
        for row in _pairs(held=True)
        for claim in _claims(held=True)[row["topic"]].values()
    ]


def written(random: Random) -> list[Row]:
    """Return the sentences of ``assertion_pairs.jsonl`` beside their claim, as written and worn, and in another language."""
    claims, found = _claims(held=False), list[Row]()
    for row in _pairs(held=False):
        text, label, told = row["sentence"], int(row["asserts"]), claims[row["topic"]]
        found += [(text, row["claim"], label), (worn(text, random=random), row["claim"], label)]
        found.append((worn(text, random=random), random.choice(sorted(told.values())), label))
    found += [(one, other, 1) for told in claims.values() for one in told.values() for other in told.values()]
    return found


def framed_anew(random: Random) -> list[Row]:
    """Return the claims of ``assertion_pairs.jsonl`` in frames of their language, so that frames meet many topics."""
    spoken, found = _spoken(), list[Row]()
    for told in _claims(held=False).values():
        for code, claim in told.items():
            for wanted in (0, 1) * _FRAMES_A_CLAIM if code in spoken else ():
                frame = random.choice([frame for frame, label in spoken[code].frames if label == wanted])
                text = worn(_filled(frame, claim, spoken[code], random=random), random=random)
                found.append((text, random.choice([claim, *told.values()]), wanted))
    return found


def worn(text: str, *, random: Random) -> str:
    """Return a sentence as posts bear it: with a mark or a loud word, in small letters, without its stop; it means the same.

    What asserts and what plays are worn alike, so that neither is known by its dress.
    """
    if random.random() < _BARE:
        text = text.rstrip(".")
    if random.random() < _LOUD:
        words = text.split(" ")
        at = random.randrange(len(words))
        text = " ".join([*words[:at], words[at].upper(), *words[at + 1 :]])
    elif random.random() < _LOW:
        text = text.lower()
    if random.random() < _MARKED:
        mark = random.choice(_MARKS)
        text = f"{mark} {text}" if random.random() < _BARE and mark[0] != "!" else f"{text} {mark}"
    return text


def framed(random: Random) -> list[Row]:
    """Return each frame around some facts of its language, beside the fact there or in another language."""
    spoken, found = _spoken(), list[Row]()
    for code, mine in spoken.items():
        for frame, label in mine.frames:
            for at in random.sample(range(len(mine.facts)), _FACTS_A_FRAME):
                other = random.choice([code, code, code, *spoken])
                beside = spoken[other].facts[at] if at < len(spoken[other].facts) else mine.facts[at]
                found.append((_filled(frame, mine.facts[at], mine, random=random), beside, label))
        found += [(one, two, 1) for other in spoken.values() for one, two in zip(mine.facts, other.facts, strict=False)]
    return found


def told_anew(random: Random) -> list[Row]:
    """Return the faithful and the altered claims of the distortion set, bare and in frames, beside what they were made from."""
    spoken, found = _spoken(), list[Row]()
    for pair in _read("distortion"):
        if pair["half"] != "build":
            continue
        claim, evidence, code = str(pair["claim"]), str(pair["evidence"]), str(pair["claim_language"])
        nearest = max(re.split(r"(?<=[.!?])\s", evidence), key=lambda part: _shared(claim, part))
        found.append((claim, nearest, 1))
        if code not in spoken:
            continue
        beside = random.choice([nearest, claim])
        for wanted in (0, 0, 1):
            frame = random.choice([frame for frame, label in spoken[code].frames if label == wanted])
            found.append((_filled(frame, claim, spoken[code], random=random), beside, wanted))
    return found


def topics(random: Random) -> list[Row]:
    """Return the sentences of ``assertion_topics.txt`` beside their claim, in their language and in another one."""
    facts: dict[str, str] = {}
    mine, found = list[tuple[str, str, int]](), list[Row]()
    code = ""
    for line in [*(ROOT / "assertion_topics.txt").read_text(encoding="utf-8").splitlines(), "@ end"]:
        head, _, rest = line.partition(" ")
        if head == "@":
            for spoken, text, label in mine:
                found += [(text, facts[spoken], label)] * 2 + [(text, facts[random.choice(sorted(facts))], label)]
            found += [(text, facts[other], 1) for text in facts.values() for other in facts]
            facts, mine = {}, []
        elif head == ">":
            code = rest
        elif head == "F":
            facts[code] = rest
        elif head in "+-" and rest:
            mine.append((code, rest, int(head == "+")))
    return found


def opinions() -> list[Row]:
    """Return the build half of the fairness set beside the claims it plays with."""
    library = {row["id"]: row["text"] for row in _read("fairness_library") if row["half"] == "build"}
    names = sorted({name.rsplit("-", 1)[0] for name in library})
    found: list[Row] = []
    for row in _read("fairness"):
        if row["half"] == "build":
            claims = [library[f"{name}-{row['language']}"] for name in names]
            found.append((row["text"], max(claims, key=lambda claim: _shared(claim, row["text"])), 0))
    return found * _REPEATED


def repeated() -> list[Row]:
    """Return the claims of the library, and of the ``seen`` half of the judged documents, as asserted."""
    texts = {row["id"]: row["text"] for row in _read("unseen_library")}
    library = [row for row in _read("fairness_library") if row["half"] == "build"]
    found = [
        (row["text"], other["text"], 1)
        for row in library
        for other in library
        if row["id"].rsplit("-", 1)[0] == other["id"].rsplit("-", 1)[0]
    ]
    for row in _read("unseen"):
        if int(row["id"].partition("-")[2]) % 2 == 0:
            golds = [gold for gold in row["findings"] if gold["citation"] in texts]  # type: ignore[index]
            found += [(gold["text"], texts[gold["citation"]], 1) for gold in golds] * _REPEATED  # type: ignore[index]
    return found


def debated(random: Random) -> list[Row]:
    """Return check-worthy debate sentences (ClaimBuster), each beside itself with words left out, when the data are here."""
    path = ROOT.parent.parent / "shared" / "data" / "claims" / "en.checkworthy.train.tsv"
    if not path.exists():
        return []
    found: list[Row] = []
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        text, _, label = line.partition("\t")[2].rpartition("\t")
        if label == "Yes" and not re.search(r"\b(?:I|we|think|believe)\b|\?", text) and random.random() < _DEBATED:
            kept = [word for word in text.split() if random.random() < _KEPT]
            found.append((text, " ".join(kept) or text, 1))
    return found


def _pairs(*, held: bool) -> list[dict[str, str]]:
    """Return the written sentences of the topics that are held back, or of the others; the digest of a topic decides."""
    lines = (ROOT / "assertion_pairs.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if _is_held(row["topic"]) == held]


def _claims(*, held: bool) -> dict[str, dict[str, str]]:
    """Return the claim of each topic by language."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in _pairs(held=held):
        found[row["topic"]][row["lang"]] = row["claim"]
    return found


def _is_held(topic: str) -> bool:
    return int.from_bytes(hashlib.sha256(f"assertion held: {topic}".encode()).digest()[:4]) % _ONE_HELD_IN == 0


def _spoken() -> dict[str, Spoken]:
    """Return facts, frames and slots by language, of both files of frames."""
    found: dict[str, Spoken] = defaultdict(Spoken)
    code = ""
    for name in ("assertion_play", "assertion_frames"):
        for line in (ROOT / f"{name}.txt").read_text(encoding="utf-8").splitlines():
            head, _, rest = line.partition(" ")
            if head == ">":
                code = rest
            elif head == "F" and rest not in found[code].facts:
                found[code].facts.append(rest)
            elif head in "BT":
                found[code].slots[head.casefold()] += [part.strip() for part in rest.split(";")]
            elif head in "+-" and rest:
                found[code].frames.append((rest, int(head == "+")))
    return dict(found)


def _filled(frame: str, fact: str, spoken: Spoken, *, random: Random) -> str:
    bare = fact.rstrip(".")
    inner = bare if frame.startswith(_QUOTED) else bare[0].lower() + bare[1:]
    text = frame.replace("{}", inner)
    for name, choices in spoken.slots.items():
        text = text.replace(f"<{name}>", random.choice(choices))
    ends = text[-1].isalnum() or frame[-1] in "}>"
    return text + (random.choice([".", ".", ".", "", "!"]) if ends else "")


def _shared(claim: str, text: str) -> int:
    return len(set(claim.casefold().split()) & set(text.casefold().split()))


def _read(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
