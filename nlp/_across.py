"""What differs between a claim and evidence in another language, where too few words are shared for the rules of one.

The sentence of the evidence that is nearest in meaning is taken for the claim's own; then only what reads the same everywhere
is compared: a figure of one kind, a day or an hour, a name in a place's slot, each only where exactly one stands unmatched on
both sides. Anything less plain is left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from factdesk.records import Difference, DifferenceKind
from nlp._beside import Beside, Clause, Span, difference
from nlp._numbers import Moment, agrees, lone_numbers, moments, quantities
from nlp._order import order_across
from nlp._overlap import shared_keys
from nlp._places import listed_place, other_names, other_side
from nlp._quantity import Quantity
from nlp._typed import Encode, nearest, typed_difference
from nlp._words import Reading

_NEAR = 0.6
_FAIR = 0.4
_PLACED, _LISTED = 0.5, 0.15
_LIKE = 6.0  # two figures of one thing lie within this factor of one another
_TELLING = 2  # digits of a figure that is not found by chance


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure or moment as ``kind`` (what it may be compared with) with its span."""

    kind: str
    span: Span
    number: Quantity | None = None
    moment: Moment | None = None

    def fits(self, other: "_Figure") -> bool:
        """Say whether both can be the same fact."""
        if self.number and other.number:
            return agrees(self.number, other.number)
        return bool(self.moment and other.moment and self.moment.value == other.moment.value)


def differs_across(pair: Beside, encode: Encode) -> list[Difference]:
    """Return the one difference of figure, day, hour, place or type to the evidence, or none."""
    told, stated = _figures(pair.claim.text, pair.claim.language), _figures(pair.passage.text, pair.passage.language)
    loose = [one for one in told if not any(one.kind == other.kind and one.fits(other) for other in stated)]
    loose = _without_lone(loose, pair.passage)
    if len(loose) > 1:
        return []
    free = [one for one in stated if not any(one.kind == mine.kind and one.fits(mine) for mine in told)]
    near = nearest(pair, encode)
    sentence, closeness = near.sentence, near.sentence_closeness
    if loose:
        free = _without_lone(free, pair.claim)
        return _other_figure(pair, loose[0], free, within=sentence if closeness >= _NEAR else None)
    turned = order_across(pair, near, encode)
    if turned:
        return turned
    spans = _other_place(pair, sentence) if closeness >= (_FAIR if told else _PLACED) else None
    spans = spans or (listed_place(pair) if closeness >= _LISTED else None)
    return [difference(DifferenceKind.PLACE, pair, spans)] if spans else typed_difference(pair, near)


def _without_lone(found: list[_Figure], other: Reading) -> list[_Figure]:
    """Return the figures without those that the other text may state by a word that is no number elsewhere."""
    lone = lone_numbers(other.text, other.language)
    return [one for one in found if one.number is None or one.number.dimension != "count" or one.number.value not in lone]


def _figures(text: str, code: str) -> list[_Figure]:
    numbers = [_Figure(one.dimension, (one.start, one.end), number=one) for one in quantities(text, code)]
    return [*numbers, *(_Figure(one.kind, (one.start, one.end), moment=one) for one in moments(text, code))]


def _other_figure(pair: Beside, loose: _Figure, free: Sequence[_Figure], *, within: Clause | None) -> list[Difference]:
    """Return the difference of an unmatched figure to the only one of its kind that can be meant.

    That is the only one of the sentence nearest in meaning; without such a sentence the only one of like size, where the texts
    share a name.
    """
    rivals = [one for one in free if one.kind == loose.kind and (within is None or _stands_in(one.span, within))]
    if within is None:
        shares_name = bool(shared_keys(pair.claim, pair.passage) & pair.claim.names)
        rivals = [one for one in rivals if _alike(loose, one)] if shares_name else []
    if len(rivals) != 1:
        return []
    kind = DifferenceKind.NUMBER if loose.number else DifferenceKind.DATE
    return [difference(kind, pair, (loose.span, rivals[0].span))]


def _stands_in(span: Span, clause: Clause) -> bool:
    return clause.offset <= span[0] < clause.offset + len(clause.reading.text)


def _alike(mine: _Figure, yours: _Figure) -> bool:
    """Say whether two figures can be two tellings of one: telling numbers of like size, or moments."""
    if mine.number is None or yours.number is None:
        return True
    telling = min(mine.number.digits, yours.number.digits) >= _TELLING
    small, large = sorted((abs(mine.number.value), abs(yours.number.value)))
    return telling and large <= _LIKE * small


def _other_place(pair: Beside, near: Clause) -> tuple[Span, Span] | None:
    """Return the spans of two places, or of two sides of one, where each stands alone in its slot."""
    return other_names(pair, near) or other_side(pair, near)
