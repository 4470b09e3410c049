"""The citation gate: no sentence of a statement stands without a cited, archived passage that backs it.

A pure decision on the text, the claim it corrects and what it cites. The claim itself may be told only where it is marked
as the claim. What the gate cannot back, a person may waive with a written reason, which the second person sees and approves.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from factdesk.editorial.statement import Citation
from factdesk.messages import tell
from factdesk.records import Passage, PassageKind, digest_id
from nlp.backing import Backing, backings, restates, states_nothing, verbatim
from nlp.sentences import split

# How a draft is laid out: the fact, then the claim marked as such, how it misleads, the fact again.
LABELS = {
    "en": ("The facts", "The claim going around", "Why it misleads", "In short"),
    "es": ("Los hechos", "La afirmación que circula", "Por qué induce a error", "En resumen"),
    "fr": ("Les faits", "L’affirmation qui circule", "Pourquoi elle trompe", "En bref"),
    "vi": ("Sự thật", "Thông tin đang lan truyền", "Vì sao gây hiểu lầm", "Tóm lại"),
    "ar": ("الحقائق", "الادعاء المتداول", "لماذا هو مضلل", "الخلاصة"),
}
# What a fact-checker found, in the words of a statement; told so, it needs no other passage.
_RATED = {
    "en": "{publisher} checked this claim and rates it “{rating}”.",
    "es": "{publisher} verificó esta afirmación y la califica de “{rating}”.",
    "fr": "{publisher} a vérifié cette affirmation et la juge « {rating} ».",
    "vi": "{publisher} đã kiểm chứng thông tin này và đánh giá là “{rating}”.",
    "ar": "تحققت {publisher} من هذا الادعاء وصنفته “{rating}”.",
}
_LOW = 0.5
_QUOTED = re.compile(r"[“\"«„]([^“”\"«»„]{2,600})[”\"»“]")
_MARKED = re.compile(  # an editor's own words for the label
    r"(?:[^\s:“”\"«»]+\s+){0,3}(?:claims?|myth|rumou?r|afirmación|bulo|rumor|affirmation|rumeur|intox|tin đồn|thông tin sai|"
    r"الادعاء|الإشاعة|behauptung|gerücht|mythos)(?:\s+[^\s:“”\"«»]+){0,3}\s*:",
    re.IGNORECASE,
)
_FEWEST_QUOTED = 2
_CLAIM, _WHY = 1, 2


class Standing(StrEnum):
    """What a sentence of a statement rests on."""

    BACKED = "backed"
    CLAIM = "claim"
    FREE = "free"
    WAIVED = "waived"
    UNBACKED = "unbacked"
    MISQUOTED = "misquoted"
    RESTATES = "restates"
    UNARCHIVED = "unarchived"

    @property
    def passes(self) -> bool:
        """Whether a sentence of this standing may be sent to review."""
        return self in {Standing.BACKED, Standing.CLAIM, Standing.FREE, Standing.WAIVED}


@dataclass(frozen=True, slots=True)
class Ruling:
    """One sentence with what it rests on. ``key`` names its exact words; ``citation`` is the place of the passage it rests on.

    ``reasons`` say in words what is missing; ``waiver`` is the reason a person gave for letting it pass; ``part`` is its place
    in the layout (the fact, the claim, how it misleads, in short).
    """

    key: str
    text: str
    standing: Standing
    citation: int | None = None
    reasons: tuple[str, ...] = ()
    waiver: str = ""
    part: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """What the gate looks at; ``archived`` are the ids of cited passages whose page is archived here."""

    title: str
    body: str
    language: str
    claim: str
    citations: tuple[Citation, ...]
    archived: frozenset[str]

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The cited passages in order."""
        return tuple(citation.passage for citation in self.citations)


def sentence_key(text: str) -> str:
    """Return the identifier of a sentence's exact words."""
    return digest_id("sentence", " ".join(text.split()))


def rulings(draft: Draft, *, waivers: Mapping[str, str]) -> tuple[Ruling, ...]:
    """Return a ruling for the title and every sentence of the body, in order. ``waivers`` are reasons by sentence key."""
    found = [_ruled(draft, draft.title, part=0)] if draft.title.strip() else []
    for paragraph in filter(None, (line.strip() for line in draft.body.splitlines())):
        part, text = _labelled(paragraph, draft.language)
        found += [_ruled(draft, text[start:end], part=part) for start, end in split(text, draft.language)]
    return tuple(_waived(ruling, waivers) for ruling in found)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a paragraph with the place of the passage its sentence rests on, if any; the pieces join up to the text."""

    text: str
    citation: int | None = None


def pieces(draft: Draft) -> tuple[tuple[Piece, ...], ...]:
    """Return the paragraphs of the body (parted by blank lines) in pieces, for readers who want to see what says so."""
    paragraphs = (block for block in draft.body.split("\n\n") if block.strip())
    return tuple(tuple(_piecewise(block, draft)) for block in paragraphs)


def problems(ruled: Sequence[Ruling]) -> tuple[Ruling, ...]:
    """Return the rulings that keep a statement from review."""
    return tuple(ruling for ruling in ruled if not ruling.standing.passes)


def rated(passage: Passage, code: str) -> str:
    """Return the sentence that tells a fact-check's rating in language ``code``; empty where no rating is known."""
    rating = passage.rating or ("false" if passage.rating_value is not None and passage.rating_value < _LOW else "")
    if not rating or not passage.publisher:
        return ""
    return _RATED.get(code, _RATED["en"]).format(publisher=passage.publisher, rating=rating)


def _labelled(paragraph: str, language: str) -> tuple[int, str]:
    """Return the part of the layout a paragraph is (0 without a label) and its text without the label."""
    for labels in (LABELS.get(language, ()), LABELS["en"]):
        for part, label in enumerate(labels):
            if paragraph.startswith(f"{label}:"):
                return part, paragraph[len(label) + 1 :].strip()
    if marked := _MARKED.match(paragraph):
        return _CLAIM, paragraph[marked.end() :].strip()
    return 0, paragraph


def _piecewise(block: str, draft: Draft) -> Iterator[Piece]:
    for line in block.splitlines(keepends=True):
        part, text = _labelled(line.strip(), draft.language)
        at = line.find(text) if text else 0
        done = 0
        for start, end in split(text, draft.language):
            ruling = _ruled(draft, text[start:end], part=part)
            yield Piece(line[done : at + end], ruling.citation if ruling.standing is Standing.BACKED else None)
            done = at + end
        if done < len(line):
            yield Piece(line[done:])


def sentences_of(title: str, body: str, language: str) -> tuple[str, ...]:  # a text and its language
    """Return the title and the sentences of a body as the gate reads them, without the labels of the layout."""
    found = [title.strip()] if title.strip() else []
    for paragraph in filter(None, (line.strip() for line in body.splitlines())):
        _, text = _labelled(paragraph, language)
        found += [text[start:end] for start, end in split(text, language)]
    return tuple(found)


def alone(draft: Draft, ruling: Ruling, passage: Passage) -> Ruling:
    """Return the ruling on a sentence as if ``passage``, archived as ``draft`` says, were all that is cited."""
    return _ruled(replace(draft, citations=(Citation(passage),)), ruling.text, part=ruling.part)


def _ruled(draft: Draft, text: str, *, part: int) -> Ruling:
    """Return the ruling on one sentence: it rests on the claim and the citations, not on the text around it."""
    return _remembered(_one(replace(draft, title="", body="")), text, part)


@lru_cache(maxsize=512)
def _one(draft: Draft) -> Draft:
    """Return the first of equal drafts, so that what is remembered of them is remembered once."""
    return draft


@lru_cache(maxsize=8192)  # a page of a statement is looked at many times, and few of its sentences change between
def _remembered(draft: Draft, text: str, part: int) -> Ruling:
    return replace(_judged(draft, text, part=part), part=part)


def _judged(draft: Draft, text: str, *, part: int) -> Ruling:
    key = sentence_key(text)
    ratings = {passage.rating.casefold() for passage in draft.passages}
    quotes = [quote.strip() for quote in _QUOTED.findall(text) if quote.strip().casefold() not in ratings]
    if part == _CLAIM and quotes and all(_is_of_claim(quote, draft) for quote in quotes):
        return Ruling(key, text, Standing.CLAIM)
    if states_nothing(text, draft.language) and not quotes:
        return Ruling(key, text, Standing.FREE)
    if (wrong := _misquoted(quotes, draft)) is not None:
        return Ruling(
            key, text, Standing.MISQUOTED, reasons=(tell("“%(words)s” stands in no cited passage word for word.", words=wrong),)
        )
    if part != _WHY and not quotes and not _is_evidence(text, draft) and _restates(text, draft):
        return Ruling(key, text, Standing.RESTATES, reasons=(tell("It tells the claim as if it held; mark it as the claim."),))
    return _backed(draft, text, key=key, part=part)


def _backed(draft: Draft, text: str, *, key: str, part: int) -> Ruling:
    passages = draft.passages
    for place, passage in enumerate(passages):
        if text == rated(passage, draft.language):
            return _archived(draft, Ruling(key, text, Standing.BACKED, place))
        if verbatim(text, [passage]) and (passage.kind is PassageKind.EVIDENCE or not _restates(text, draft)):
            return _archived(draft, Ruling(key, text, Standing.BACKED, place))
    found = backings(text, draft.language, passages=passages)
    good = [one for one in found if one.holds or (part == _WHY and _explains(one, draft, text))]
    good.sort(key=lambda one: passages[one.passage].id not in draft.archived)
    if good:
        return _archived(draft, Ruling(key, text, Standing.BACKED, good[0].passage))
    return Ruling(key, text, Standing.UNBACKED, reasons=_missing(found, text))


def _archived(draft: Draft, ruling: Ruling) -> Ruling:
    cited = draft.passages[ruling.citation or 0]
    if cited.id in draft.archived:
        return ruling
    named = tell("The page of %(publisher)s is not archived here.", publisher=cited.publisher)
    reason = named if cited.publisher else tell("The page of the cited passage is not archived here.")
    return replace(ruling, standing=Standing.UNARCHIVED, reasons=(reason,))


def _explains(found: Backing, draft: Draft, text: str) -> bool:
    """Whether an explanation's figures and names all stand in the passage or in the claim, of which it speaks as well."""
    cited = draft.passages[found.passage]
    told = f"{draft.claim}\n{cited.text}\n{cited.title}\n{cited.detail}\n{cited.publisher}\n{cited.rating}".casefold()
    return all(text[start:end].casefold() in told for start, end in found.lacks)


def _is_evidence(text: str, draft: Draft) -> bool:
    """Whether the sentence is an evidence passage's own, word for word: it stands for what it says."""
    return verbatim(text, [passage for passage in draft.passages if passage.kind is PassageKind.EVIDENCE])


def _is_of_claim(quote: str, draft: Draft) -> bool:
    """Whether a quotation is the claim's, or that of the claim a cited fact-check reviewed."""
    wanted = " ".join(quote.split()).casefold().strip(" .")
    told = (draft.claim, *(one.text for one in draft.passages if one.kind is PassageKind.FACTCHECK))
    return any(wanted in " ".join(claim.split()).casefold() for claim in told)


def _misquoted(quotes: Collection[str], draft: Draft) -> str | None:
    """Return the first quotation of two words or more that neither a cited passage nor the claim holds."""
    for quote in quotes:
        if len(quote.split()) >= _FEWEST_QUOTED and not _is_of_claim(quote, draft) and not verbatim(quote, draft.passages):
            return quote
    return None


def _restates(text: str, draft: Draft) -> bool:
    told = [(draft.claim, draft.language)]
    told += [(one.text, one.language) for one in draft.passages if one.rating_value is not None and one.rating_value < _LOW]
    return any(restates(text, draft.language, claim=claim, claim_code=code) for claim, code in told if claim.strip())


def _missing(found: Sequence[Backing], text: str) -> tuple[str, ...]:
    if not found:
        return (tell("It cites nothing."),)
    best = found[0]
    words = dict.fromkeys(text[start:end] for start, end in best.lacks)
    reasons: list[str] = []
    if words:
        reasons.append(tell("No cited passage gives %(words)s.", words=", ".join(f"“{word}”" for word in words)))
    reasons += [difference.words for difference in best.differences]
    if not reasons:
        held, needed = f"{best.share:.0%}", f"{best.enough:.0%}"
        reasons = [tell("The closest passage holds %(held)s of its words; %(needed)s are needed.", held=held, needed=needed)]
    return tuple(reasons)


def _waived(ruling: Ruling, waivers: Mapping[str, str]) -> Ruling:
    reason = waivers.get(ruling.key, "")
    if ruling.standing.passes or not reason:
        return ruling
    return replace(ruling, standing=Standing.WAIVED, waiver=reason)
