"""A published statement in a few words for people to copy: the fact first, then the claim as rated, then the link.

Nothing is posted from here. Lengths are characters; a text message counts what GSM 03.38 counts: 160 of its own alphabet, or 70
of any other, which Vietnamese or Arabic needs, and fewer in each part of a longer one.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from dashboards._paper import printable
from dashboards._public_words import public_words
from factdesk.editorial.gate import sentences_of
from factdesk.editorial.merging import paragraphs
from factdesk.editorial.statement import Revision, State, Statement

_LIMITS = (280, 300, 500)
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€\f")
_ONE, _PART = (160, 70), (153, 67)  # septets, or units of two bytes
_FEWEST = 40  # characters of text that a message should hold beside its link
_MOST_PARTS = 3
_SHORTEST_CLAIM = 25
_PLAIN = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "…": "..."})


@dataclass(frozen=True, slots=True)
class Short:
    """A text for a channel: ``limit`` in its own count (0: a message of ``parts``), and how much of it is used."""

    name: str
    text: str
    used: int
    limit: int
    parts: int = 1


def shorts(shown: Statement, text: Revision, *, address: str) -> tuple[Short, ...]:
    """Return the texts for ``text``, the revision that the public sees, which stands at ``address``."""
    pieces = _pieces(shown, text)
    made = [_short(f"{limit}", _fitted(pieces, address, limit=limit), limit=limit) for limit in _LIMITS]
    made.append(_message("sms", pieces, address))
    if shown.language == "vi":
        made.append(_message("sms-plain", [_bare(one) for one in pieces], address))
    return tuple(made)


def message_size(text: str) -> tuple[int, int]:
    """Return (units used, units that one message holds): septets of GSM 03.38, or pairs of bytes of any other alphabet."""
    if all(char in _GSM or char in _GSM_TWICE for char in text):
        return sum(2 if char in _GSM_TWICE else 1 for char in text), _ONE[0]
    return len(text.encode("utf-16-le")) // 2, _ONE[1]


def _pieces(shown: Statement, text: Revision) -> list[str]:
    """Return the fact, the claim with what it is rated, and more of the fact; of a withdrawn one that it was withdrawn."""
    words = public_words(shown.language)
    if shown.state is State.WITHDRAWN:
        return [f"{words.withdrawn}: {_line(text.title)}", _line(shown.withdrawn_reason), ""]
    prefix = f"{words.corrected}: " if shown.corrected_at else ""
    first = next(iter(paragraphs(text.body)), "")
    told = " ".join(_line(sentence) for sentence in sentences_of("", first, shown.language))
    return [f"{prefix}{_line(text.title)}", f"{words.ratings[text.rating.value]}: “{_line(shown.claim_text)}”", told]


def _fitted(pieces: Sequence[str], address: str, *, limit: int) -> str:
    fact, claim, more = pieces
    room = limit - len(address) - 2
    lead = _cut(fact, room)
    left = room - len(lead) - 1
    if lead == fact and more and more != fact and len(more) + len(claim) + 1 <= left:
        return f"{lead}\n{more}\n{claim}\n\n{address}"
    if left >= _SHORTEST_CLAIM and lead == fact and claim:
        lead = f"{lead}\n{_cut(claim, left)}"
    return f"{lead}\n\n{address}".strip()


def _message(name: str, pieces: Sequence[str], address: str) -> Short:
    """Return a text message in as few parts as leave room for the fact beside the link."""
    fact = _bare_marks(pieces[0])
    plain = message_size(f"{fact}\n{address}")[1] == _ONE[0]
    one, part = (_ONE[0], _PART[0]) if plain else (_ONE[1], _PART[1])
    wanted = len(address) + 1 + min(len(fact), _FEWEST)
    parts = next((n for n in range(1, _MOST_PARTS) if _room(n, one, part) >= wanted), _MOST_PARTS)
    room = _room(parts, one, part)
    text = f"{_cut(fact, room - len(address) - 1, dots='...')}\n{address}"
    while message_size(text)[0] > room and len(fact) > 1:  # signs that count twice
        fact = _cut(fact, len(fact) - 1, dots="...")
        text = f"{fact}\n{address}"
    return Short(name, text, message_size(text)[0], room, parts)


def _room(parts: int, one: int, part: int) -> int:  # (parts, one, part) as the standard has them
    return one if parts == 1 else parts * part


def _short(name: str, text: str, *, limit: int) -> Short:
    return Short(name, text, len(text), limit)


def _cut(text: str, room: int, *, dots: str = "…") -> str:
    """Return ``text`` cut at a word to ``room`` characters; a sign that belongs to a letter stays with it."""
    if len(text) <= room:
        return text
    if room <= len(dots):
        return ""
    cut = text[: room - len(dots)]
    at = cut.rfind(" ")
    cut = cut[:at] if at > room // 2 else cut
    while cut and (unicodedata.combining(text[len(cut)]) or text[len(cut)] in "\u200d\ufe0f"):
        cut = cut[:-1]
    return cut.rstrip(" ,;:–—-") + dots


def _line(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(printable(text).split()))


def _bare_marks(text: str) -> str:
    return text.translate(_PLAIN)


def _bare(text: str) -> str:
    """Return Vietnamese without its diacritics, as it is often sent so that it needs fewer messages."""
    folded = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in folded if not unicodedata.combining(char))
