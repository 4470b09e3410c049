"""Decides, on frozen values alone, what became of the evidence that a revision cites, and whether that touches its text.

A page may change in a hundred places that nobody cited. What counts: the cited words or their rating, a quotation, a word of
correction or withdrawal, the page being gone, and a sentence of the statement that the page as it is now backs no more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from factdesk.editorial._pages import Page
from factdesk.editorial.gate import Draft, Ruling, problems, rulings
from factdesk.editorial.statement import Citation, Revision, Statement
from factdesk.editorial.wording import Wording, closest, compared, differing, hint, plain, replaced
from factdesk.messages import tell
from factdesk.records import Passage, PassageKind, digest_id
from nlp.backing import verbatim


class Became(StrEnum):
    """What happened to a cited passage."""

    CHANGED = "changed"
    RATED = "rated"
    RETRACTED = "retracted"
    SUPERSEDED = "superseded"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one citation: ``before`` as it was cited, ``after`` as it is (empty when nothing like it stands there).

    ``present`` is the passage that stands in its place, ``reason`` says in words what happened, ``lost`` are the sentences
    of the statement that the page as it is now backs no more.
    """

    citation: Citation
    became: Became
    reason: str
    before: Wording
    after: Wording
    present: Passage | None = None
    lost: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """What names this change: the same evidence changed the same way is told once."""
        cited, now = self.citation.passage, self.present
        told = (self.became.value, self.before.text, self.after.text, cited.rating, now.rating if now else "")
        return digest_id("evidence", cited.id, self.citation.quote, *told, *self.lost)


def changes_in(statement: Statement, revision: Revision, *, pages: Sequence[Page]) -> tuple[Change, ...]:
    """Return what became of the citations of a revision; ``pages`` are theirs, in order."""
    text = _Text(revision.title, revision.body, statement.language, statement.claim_text)
    return _decided(text, revision.citations, tuple(pages))


@dataclass(frozen=True, slots=True)
class _Text:
    """What a revision says, as far as the gate reads it."""

    title: str
    body: str
    language: str
    claim: str


@lru_cache(maxsize=256)  # a page of the desk lists statements that were looked at before
def _decided(text: _Text, citations: tuple[Citation, ...], pages: tuple[Page, ...]) -> tuple[Change, ...]:
    cited = list(zip(citations, pages, strict=True))
    lost = _lost(text, citations, now=[_replacement(citation.passage, page) for citation, page in cited])
    found = (_change(citation, page, lost=lost.get(place, ())) for place, (citation, page) in enumerate(cited))
    return tuple(change for change in found if change is not None)


def standing(cited: Passage, page: Page) -> Passage | None:
    """Return the passage that stands on the page in place of the cited one, or ``None``."""
    same = next((one for one in page.passages if one.id == cited.id), None)
    if same is not None:
        return same
    if cited.kind is PassageKind.EVIDENCE and plain(cited.text) in plain(page.text):
        return replace(cited, title=page.title, detail=page.text)
    return closest(cited, page.passages)


def _change(citation: Citation, page: Page, *, lost: tuple[str, ...]) -> Change | None:
    cited = citation.passage
    if page.gone:
        return Change(citation, Became.GONE, page.gone, Wording(cited.text), Wording())
    now = standing(cited, page)
    if now is None:
        return _vanished(citation, page, lost=lost)
    told = next(_reasons(citation, now, lost=lost), None)
    if told is None:
        return None
    before, after = cited.text, now.text
    if plain(before) == plain(after) and told[0] is not Became.RATED:
        before, after = differing(cited.detail, now.detail, language=cited.language)
        before, after = (before, after) if before or after else (cited.title, now.title)
    return Change(citation, *told, *compared(before, after), present=now, lost=lost)


def _vanished(citation: Citation, page: Page, *, lost: tuple[str, ...]) -> Change:
    cited = citation.passage
    now = replace(cited, title=page.title, detail=page.text)
    gone, newer = (hint(cited, now), replaced(cited, now)) if page.title or page.text else ("", "")
    became = Became.RETRACTED if gone else Became.SUPERSEDED if newer else Became.CHANGED
    reason = _gone_words(cited, word=gone or newer)
    return Change(citation, became, reason, Wording(cited.text), Wording(), lost=lost)


def _gone_words(cited: Passage, *, word: str) -> str:
    if cited.kind is PassageKind.EVIDENCE:
        said = tell("The cited sentence stands on the page no more. The page says “%(word)s”.", word=word)
        return said if word else tell("The cited sentence stands on the page no more.")
    said = tell("The cited fact-check stands on the page no more. The page says “%(word)s”.", word=word)
    return said if word else tell("The cited fact-check stands on the page no more.")


def _reasons(citation: Citation, now: Passage, *, lost: tuple[str, ...]) -> Iterator[tuple[Became, str]]:
    cited = citation.passage
    if word := hint(cited, now):
        yield Became.RETRACTED, tell("The page now says “%(word)s”: perhaps it was corrected or withdrawn.", word=word)
    if word := replaced(cited, now):
        yield Became.SUPERSEDED, tell("The page now says “%(word)s”: something newer may hold instead.", word=word)
    if (plain(cited.rating), cited.rating_value) != (plain(now.rating), now.rating_value):
        then, rated = cited.rating or "–", now.rating or "–"
        yield Became.RATED, tell("It was rated “%(then)s” and is now rated “%(now)s”.", then=then, now=rated)
    if plain(cited.text) != plain(now.text):
        yield Became.CHANGED, tell("The cited words were changed.")
    if citation.quote and verbatim(citation.quote, [cited]) and not verbatim(citation.quote, [now]):
        yield Became.CHANGED, tell("The quoted words stand there no more.")
    if lost:
        yield Became.CHANGED, tell("The page was changed where the statement rests on it.")


def _replacement(cited: Passage, page: Page) -> Passage:
    """Return what the gate reads in place of a cited passage; of a page that is gone the last that was seen holds."""
    if page.gone:
        return cited
    return standing(cited, page) or replace(cited, text="", title="", detail="", rating="", rating_value=None)


def _lost(text: _Text, citations: tuple[Citation, ...], *, now: Sequence[Passage]) -> Mapping[int, tuple[str, ...]]:
    """Return by citation the sentences that it backed when it was cited and that nothing cited backs as it is now."""
    old = tuple(citation.passage for citation in citations)
    if all(_said(one) == _said(other) for one, other in zip(old, now, strict=True)):
        return {}
    replaced = tuple(Citation(passage, citation.quote) for passage, citation in zip(now, citations, strict=True))
    before, after = _read(text, citations), _read(text, replaced)
    open_ = {ruling.key for ruling in problems(after)}
    found: dict[int, tuple[str, ...]] = {}
    for ruling in before:
        if ruling.standing.passes and ruling.citation is not None and ruling.key in open_:
            found[ruling.citation] = (*found.get(ruling.citation, ()), ruling.text)
    return found


def _read(text: _Text, citations: tuple[Citation, ...]) -> tuple[Ruling, ...]:
    draft = Draft(
        title=text.title,
        body=text.body,
        language=text.language,
        claim=text.claim,
        citations=citations,
        archived=frozenset(citation.passage.id for citation in citations),
    )
    return rulings(draft, waivers={})


def _said(passage: Passage) -> tuple[str, ...]:
    return passage.text, passage.title, passage.detail, passage.rating, passage.publisher
