"""Beside each sentence of a draft, the passages that would back it: of the story's own findings, and of the library.

An offer is tried by the citation gate itself, with nothing else cited: what it says of an offer holds when the offer is cited.
The library is asked by words, so that no model is loaded; across languages the story's own passages are offered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from factdesk.editorial.gate import Draft, Ruling, Standing, alone, rulings
from factdesk.editorial.gatekeeping import archived_among, waivers_of
from factdesk.editorial.merging import Version
from factdesk.editorial.statement import Citation, Statement
from factdesk.records import Passage
from factdesk.store.passages import known_passages, passages_of
from factdesk.store.tables import claims, findings
from index.base import EntryKind, Query, SearchIndex
from nlp.backing import closest, nearest, telling_words

_MOST_SEARCHES = 12  # sentences of one page for which the library is asked
_TRIED, _SHOWN, _FOUND, _POOL = 6, 3, 8, 80
_KINDS = (EntryKind.FACTCHECK, EntryKind.EVIDENCE)
_LONGEST_WORD = 40


@dataclass(frozen=True, slots=True)
class Offer:
    """A passage for a sentence, its nearest words, whether it would back it when cited, and what it lacks when it would not."""

    passage: Passage
    words: str
    holds: bool
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with its ruling, the cited passage that backs it with its nearest words, and what else could be cited."""

    ruling: Ruling
    backed_by: Passage | None
    words: str
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class About:
    """What a text is about: its language, the claim, the findings of its story, and why sentences of it were let pass."""

    language: str
    claim: str
    findings: tuple[str, ...]
    waivers: Mapping[str, str] = field(default_factory=dict)


def lines(connection: Connection, index: SearchIndex, statement: Statement, *, text: Version) -> tuple[Line, ...]:
    """Return the sentences of ``text``, as if it were the statement's newest revision, with what would back each.

    Raises ``IndexUnavailableError`` when the library cannot be searched.
    """
    waivers = waivers_of(connection, statement.id)
    about = About(statement.language, statement.claim_text, statement.finding_ids, waivers)
    return lines_about(connection, index, about, text=text)


def lines_about(connection: Connection, index: SearchIndex, about: About, *, text: Version) -> tuple[Line, ...]:
    """Return the sentences of a text that may be no statement yet, with what would back each.

    Raises ``IndexUnavailableError`` when the library cannot be searched.
    """
    cited = known_passages(connection, [passage_id for passage_id, _ in text.citations])
    citations = tuple(Citation(cited[passage_id], quote) for passage_id, quote in text.citations if passage_id in cited)
    story = [one for one in _story(connection, about.findings, cited=list(cited.values())) if one.id not in cited]
    draft = Draft(text.title, text.body, about.language, about.claim, citations, frozenset())
    draft = _with_archive(connection, draft, (*cited, *(one.id for one in story)))
    ruled = rulings(draft, waivers=about.waivers)
    found = _searched(connection, index, ruled, language=about.language)
    return tuple(
        _line(_with_archive(connection, draft, [one.id for one in more]) if more else draft, ruling, story=story, found=more)
        for ruling, more in zip(ruled, found, strict=True)
    )


def _with_archive(connection: Connection, draft: Draft, ids: Sequence[str]) -> Draft:
    held = draft.archived | archived_among(connection, ids)
    return Draft(draft.title, draft.body, draft.language, draft.claim, draft.citations, held)


def _line(draft: Draft, ruling: Ruling, *, story: Sequence[Passage], found: Sequence[Passage]) -> Line:
    backed = draft.passages[ruling.citation] if ruling.citation is not None and ruling.standing.passes else None
    if ruling.standing.passes or ruling.standing is Standing.RESTATES:
        return Line(ruling, backed, nearest(ruling.text, draft.language, passage=backed) if backed else "", ())
    pool = {one.id: one for one in (*story, *found) if one.id not in {cited.id for cited in draft.passages}}
    near = closest(ruling.text, draft.language, passages=list(pool.values()), most=_TRIED)
    offers = sorted((_offer(draft, ruling, one) for one in near), key=lambda offer: not offer.holds)
    good = [offer for offer in offers if offer.holds]
    return Line(ruling, None, "", tuple((good or offers)[:_SHOWN]))


def _offer(draft: Draft, ruling: Ruling, passage: Passage) -> Offer:
    tried = alone(draft, ruling, passage)
    words = nearest(ruling.text, draft.language, passage=passage)
    return Offer(passage, words, holds=tried.standing is Standing.BACKED, lacks=tried.reasons)


def _story(connection: Connection, own: Sequence[str], *, cited: Sequence[Passage]) -> list[Passage]:
    """Return what findings of the same story cite, and the other sentences of the pages that are cited."""
    of_own = select(findings.c.passage_id).where(findings.c.id.in_(own), findings.c.passage_id.is_not(None))
    told = select(claims.c.narrative_id).join(findings, findings.c.claim_id == claims.c.id)
    told = told.where(findings.c.id.in_(own), claims.c.narrative_id.is_not(None))
    same = select(findings.c.passage_id).join(claims, claims.c.id == findings.c.claim_id)
    same = same.where(claims.c.narrative_id.in_(told), findings.c.passage_id.is_not(None)).distinct().limit(_POOL)
    ids = [*connection.execute(of_own).scalars(), *connection.execute(same).scalars()]
    for document_id in dict.fromkeys(one.document_id for one in cited if one.document_id):
        ids += passages_of(connection, document_id)
    return list(known_passages(connection, list(dict.fromkeys(ids))[:_POOL]).values())


def _searched(
    connection: Connection, index: SearchIndex, ruled: Sequence[Ruling], *, language: str
) -> list[tuple[Passage, ...]]:
    """Return for each sentence that nothing backs what the library holds about its words."""
    found: list[list[str]] = []
    asked = 0
    for ruling in ruled:
        words = () if ruling.standing.passes or asked >= _MOST_SEARCHES else telling_words(ruling.text, language)
        asked += bool(words)
        found.append([hit.id for hit in index.search(_query(words)).hits] if words else [])
    known = known_passages(connection, list({each for ids in found for each in ids}))
    return [tuple(known[each] for each in ids if each in known) for ids in found]


def _query(words: Sequence[str]) -> Query:
    quoted = (f'"{word[:_LONGEST_WORD]}"' for word in words)
    return Query(text=" OR ".join(quoted), kinds=_KINDS, limit=_FOUND)
