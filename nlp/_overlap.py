"""How much of what one text says stands in another: the one measure that matching, stance and distortion share."""

from functools import lru_cache

from nlp._words import Reading, read, skeleton

# Pairs of concepts of which one denies the other.
OPPOSITES = (
    ("=open", "=close"), ("=safe", "=danger"), ("=safe", "=contaminate"), ("=rise", "=fall"), ("=start", "=stop"),
    ("=full", "=empty"), ("=close", "=collapse"), ("=safe", "=toxic"),
)  # fmt: skip
_VAGUE = frozenset(
    {"=people", "=show", "=all", "=region", "=town", "=today", "=yesterday", "=morning", "=evening", "=night", "=government"}
)
_NAME_WEIGHT = 0.8
_LEAD_IN = 90
_CORE_WORDS = 3


@lru_cache(maxsize=20_000)
def sounds(reading: Reading) -> frozenset[str]:
    """Return the consonant skeletons (two sounds or more) of the words that may be names, for names in two scripts."""
    found = (skeleton(word.fold) for word in reading.words if not word.stop and not word.key.startswith("="))
    return frozenset(sound for sound in found if len(sound) >= 2)


@lru_cache(maxsize=50_000)
def shared_keys(left: Reading, right: Reading) -> frozenset[str]:
    """Return the keys of ``left`` that ``right`` holds too, a name counting when it sounds alike in another script."""
    common = left.keys & right.keys
    if (left.language == "ar") == (right.language == "ar"):
        return common
    heard = sounds(right)
    alike = {word.key for word in left.words if not word.stop and not word.key.startswith("=") and _heard(word.fold, heard)}
    return common | alike


def _heard(form: str, heard: frozenset[str]) -> bool:
    sound = skeleton(form)
    return len(sound) >= 2 and (sound in heard or (len(sound) >= 4 and sound[1:] in heard))


@lru_cache(maxsize=20_000)
def whole_weight(reading: Reading) -> float:
    """Return the weight of all the content of ``reading``."""
    return weight(reading, reading.keys)


def weight(reading: Reading, keys: frozenset[str]) -> float:
    """Return the summed weight of ``keys``: a name a little less than a thing, a vague word half, a number not at all."""
    return sum(
        0.0 if key.startswith("#") else 0.5 if key in _VAGUE else _NAME_WEIGHT if key in reading.names else 1.0 for key in keys
    )


def covered(left: Reading, right: Reading) -> float:
    """Return the share (0 … 1) of the content of ``left`` that stands in ``right``."""
    whole = whole_weight(left)
    return weight(left, shared_keys(left, right)) / whole if whole else 0.0


@lru_cache(maxsize=20_000)
def core(reading: Reading) -> Reading:
    """Return what follows a lead-in with a colon ("Update from the valley: …") when that says enough; else the whole."""
    head, mark, rest = reading.text.partition(":")
    if not mark or len(head) > _LEAD_IN or not rest.startswith((" ", "\u00a0")):
        return reading
    inner = read(rest, reading.language)
    return inner if len(inner.keys) >= _CORE_WORDS else reading


def opposed(left: Reading, right: Reading) -> tuple[str, str] | None:
    """Return the first pair of opposite concepts, one in each text and neither in both, or ``None``."""
    for one, other in OPPOSITES:
        for mine, yours in ((one, other), (other, one)):
            if mine in left.keys and yours in right.keys and mine not in right.keys and yours not in left.keys:
                return mine, yours
    return None


def spans(reading: Reading, keys: frozenset[str]) -> tuple[tuple[int, int], ...]:
    """Return the spans of the words of ``reading`` whose key is in ``keys``, neighbours joined."""
    found: list[tuple[int, int]] = []
    for word in reading.words:
        if word.key not in keys or word.stop:
            continue
        if found and not reading.text[found[-1][1] : word.start].strip():
            found[-1] = (found[-1][0], word.end)
        else:
            found.append((word.start, word.end))
    return tuple(found)


def grams(text: str) -> frozenset[str]:
    """Return the character 3-grams of folded ``text``."""
    flat = " ".join(text.split())
    return frozenset(flat[place : place + 3] for place in range(max(0, len(flat) - 2)))


@lru_cache(maxsize=20_000)
def grams_of(text: str, code: str) -> frozenset[str]:
    """Return the character 3-grams of ``text``, kept for passages that many claims meet."""
    return grams(read(text, code).folded)
