"""The JSON API, writing: revisions, texts of two people put together, what is not saved yet, versions and drafting help."""

from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from dashboards._desk import Desk, TheDesk
from dashboards._writing import Row, compared_texts, draft_by_machine, new_lines, revision_of
from dashboards.api._calls import MISTAKES, CitationIn, Id, Line, Number, Scoped, TextIn, Told
from dashboards.api._shapes import CitationOut
from dashboards.api._statements import FullDraftOut, SentenceOut, WordingOut, whole
from factdesk.accounts.tokens import Scope
from factdesk.editorial import editing, offers, versions, working
from factdesk.editorial import statements as editorial
from factdesk.editorial.merging import Merge, Side, Version
from factdesk.editorial.working import Working
from factdesk.errors import NotFoundError
from factdesk.store.database import reading
from factdesk.store.users import User

router = APIRouter(prefix="/api/v1", responses=MISTAKES)
DraftReader = Annotated[User, Depends(Scoped(Scope.READ_STATEMENTS))]
Writer = Annotated[User, Depends(Scoped(Scope.WRITE_STATEMENTS))]
RevisionNumber = Annotated[int, Field(ge=1, le=1_000_000)]


class WrittenIn(TextIn):
    """A text with its note and what it cites, and the revision that it began from."""

    revision: RevisionNumber
    note: Line = ""
    citations: list[CitationIn] = Field(default=[], max_length=200)

    @property
    def version(self) -> Version:
        """The text as the desk merges it."""
        cited = tuple((one.passage, one.quote) for one in self.citations)
        return Version(self.title, self.body, self.rating, self.note, cited)


class PickIn(Told):
    """Whose words hold in one place where two texts disagree."""

    place: Annotated[int, Field(ge=0, le=10_000)]
    side: Literal["mine", "theirs", "both"]


class RevisionIn(WrittenIn):
    """An edit, or a correction of what is public.

    Where it disagrees with what others saved meanwhile, it is refused; ``merges`` shows the places, and ``picks`` decides them
    against the revision that they were shown with.
    """

    against: RevisionNumber | None = None
    picks: list[PickIn] = Field(default=[], max_length=1000)


class PartOut(BaseModel):
    """A stretch of the merged text and whose it is. Of a disagreement ``place`` is its number and both texts are given."""

    of: str
    side: str
    text: str
    mine: str
    theirs: str
    place: int | None


class MergeOut(BaseModel):
    """A text put together with the newest revision, without being saved."""

    revision: int
    against: int
    disagreements: int
    parts: list[PartOut]


class RowOut(BaseModel):
    """A paragraph of the older text beside its place in the newer one."""

    old: WordingOut
    new: WordingOut
    same: bool

    @classmethod
    def of(cls, row: Row) -> Self:
        """Return a pair of paragraphs as it is told."""
        return cls(old=WordingOut.of(row.old), new=WordingOut.of(row.new), same=row.same)


class ComparedOut(BaseModel):
    """Two revisions, paragraph by paragraph, and the passages that only one of them cites."""

    old: int
    new: int
    rows: list[RowOut]
    cited_anew: list[str]
    cited_no_more: list[str]


class QuoteOut(BaseModel):
    """A cited passage with the words quoted from it."""

    passage: str
    quote: str


class WorkingOut(BaseModel):
    """What a person has typed and not saved, and the revision it began from."""

    title: str
    body: str
    rating: str
    note: str
    citations: list[QuoteOut]
    revision: int
    kept_at: datetime


class GoneOut(BaseModel):
    """The statement of which nothing unsaved is kept any more."""

    statement: int


class OfferOut(BaseModel):
    """A passage for a sentence: whether it would back it when cited, and what it lacks when it would not."""

    passage: CitationOut
    words: str
    holds: bool
    lacks: list[str]


class LineOut(BaseModel):
    """A sentence of a text in hand, what backs it, and what else could be cited."""

    sentence: SentenceOut
    backed_by: CitationOut | None
    offers: list[OfferOut]


class BeginningIn(TextIn):
    """A text that is no draft yet, about findings, in a language; what they cite counts as cited."""

    findings: list[Id] = Field(min_length=1, max_length=50)
    language: str = Field(pattern=r"^[a-z]{2,3}$")
    citations: list[CitationIn] = Field(default=[], max_length=100)


class LanguageIn(Told):
    """A language of two or three letters, and the claim as it is told in it."""

    language: str = Field(pattern=r"^[a-z]{2,3}$")
    claim: Annotated[str, Field(min_length=1, max_length=2000)]


class AskIn(Told):
    """The revision that the model is to write from."""

    revision: RevisionNumber


class SuggestionOut(BaseModel):
    """A first text for confirmed findings."""

    title: str
    body: str
    rating: str


@router.get("/suggestions")
def suggestion(
    *, desk: TheDesk, user: Writer, finding: Annotated[list[str], Query(min_length=1, max_length=50)]
) -> SuggestionOut:
    """Give a first text: the fact, the claim marked as such, why it misleads, the fact again."""
    del user
    title, body, rating = editorial.suggestion(desk.engine, finding)
    return SuggestionOut(title=title, body=body, rating=rating)


@router.post("/drafts/{statement_id}/revisions", status_code=201)
def save_revision(*, desk: TheDesk, user: Writer, statement_id: Number, body: RevisionIn) -> FullDraftOut:
    """Save an edit, or open a correction; it is merged with what others saved meanwhile, or refused where texts disagree."""
    picks = {one.place: Side(one.side) for one in body.picks}
    edit = editing.Edit(body.version, body.revision, body.against, picks)
    return whole(desk, editing.save(desk.engine, statement_id, user_id=user.id, edit=edit, at=desk.clock()).statement)


@router.post("/drafts/{statement_id}/merges")
def merge_texts(*, desk: TheDesk, user: Writer, statement_id: Number, body: WrittenIn) -> MergeOut:
    """Put a text together with the newest revision and show where the two disagree; nothing is saved."""
    del user
    shown = editorial.get(desk.engine, statement_id)
    return _merge(editing.merged(shown, editing.Edit(body.version, body.revision)), base=body.revision, against=shown.revision)


@router.get("/drafts/{statement_id}/compare")
def compare(
    *,
    desk: TheDesk,
    user: DraftReader,
    statement_id: Number,
    old: Annotated[int, Query(ge=1, le=1_000_000)],
    new: Annotated[int, Query(ge=1, le=1_000_000)],
) -> ComparedOut:
    """Give two revisions beside each other with the words that differ."""
    del user
    shown = editorial.get(desk.engine, statement_id)
    first, second = (revision_of(shown, number) for number in (old, new))
    before, after = ([one.passage.id for one in revision.citations] for revision in (first, second))
    return ComparedOut(
        old=old,
        new=new,
        rows=[RowOut.of(row) for row in compared_texts(first, second)],
        cited_anew=[one for one in after if one not in before],
        cited_no_more=[one for one in before if one not in after],
    )


@router.post("/drafts/{statement_id}/sentences")
def sentences(*, desk: TheDesk, user: Writer, statement_id: Number, body: WrittenIn) -> list[LineOut]:
    """Give what would back each sentence of a text in hand; nothing is saved."""
    del user
    shown = editorial.get(desk.engine, statement_id)
    with reading(desk.engine) as connection:
        return [_line(one) for one in offers.lines(connection, desk.index, shown, text=body.version)]


@router.post("/sentences")
def first_sentences(*, desk: TheDesk, user: Writer, body: BeginningIn) -> list[LineOut]:
    """Give what would back each sentence of a text that is no draft yet; nothing is saved."""
    del user
    text = Version(body.title, body.body, body.rating, "", tuple((one.passage, one.quote) for one in body.citations))
    return [_line(one) for one in new_lines(desk, body.findings, text=text, language=body.language)]


@router.get("/drafts/{statement_id}/working")
def unsaved(*, desk: TheDesk, user: Writer, statement_id: Number) -> WorkingOut:
    """Give what the person typed about a statement and has not saved."""
    return _kept(desk, user, statement_id)


@router.post("/drafts/{statement_id}/working")
def keep_unsaved(*, desk: TheDesk, user: Writer, statement_id: Number, body: WrittenIn) -> WorkingOut:
    """Keep a text that is not to be saved yet, in place of the person's last one; nobody else sees it."""
    of = working.of_statement(editorial.get(desk.engine, statement_id).id)
    working.keep(desk.engine, user.id, of=of, version=body.version, base_revision=body.revision, at=desk.clock())
    return _kept(desk, user, statement_id)


@router.post("/drafts/{statement_id}/working/discard")
def discard_unsaved(*, desk: TheDesk, user: Writer, statement_id: Number) -> GoneOut:
    """Forget what the person typed and has not saved."""
    working.discard(desk.engine, user.id, of=working.of_statement(statement_id))
    return GoneOut(statement=statement_id)


@router.post("/drafts/{statement_id}/languages", status_code=201)
def begin_language(*, desk: TheDesk, user: Writer, statement_id: Number, body: LanguageIn) -> FullDraftOut:
    """Begin the statement in another language: a draft of its own with the same evidence."""
    beginning = versions.Beginning(body.language, body.claim.replace("\0", ""))
    return whole(desk, versions.begin(desk.engine, statement_id, user_id=user.id, beginning=beginning, at=desk.clock()))


@router.post("/drafts/{statement_id}/machine-draft", status_code=201)
def machine_draft(*, desk: TheDesk, user: Writer, statement_id: Number, body: AskIn) -> FullDraftOut:
    """Let the desk's model write a text from what is cited: a marked revision that a person rewrites or takes over."""
    return whole(desk, draft_by_machine(desk, statement_id, user_id=user.id, revision=body.revision))


def _kept(desk: Desk, user: User, statement_id: int) -> WorkingOut:
    kept: Working | None = working.kept(desk.engine, user.id, of=working.of_statement(statement_id))
    if kept is None:
        raise NotFoundError("Nothing unsaved is kept.", remedy="What was saved is the newest revision.")
    text = kept.version
    cited = [QuoteOut(passage=passage, quote=quote) for passage, quote in text.citations]
    told = {"title": text.title, "body": text.body, "rating": text.rating, "note": text.note}
    return WorkingOut(**told, citations=cited, revision=kept.base_revision, kept_at=kept.at)


def _merge(found: Merge, *, base: int, against: int) -> MergeOut:
    parts = [
        PartOut(of=name, side=part.side.value, text=part.text, mine=part.mine, theirs=part.theirs, place=part.number)
        for name, part in found.parts
    ]
    return MergeOut(revision=base, against=against, disagreements=len(found.conflicts), parts=parts)


def _line(line: offers.Line) -> LineOut:
    made = [
        OfferOut(passage=CitationOut.of(one.passage), words=one.words, holds=one.holds, lacks=list(one.lacks))
        for one in line.offers
    ]
    backed = CitationOut.of(line.backed_by) if line.backed_by else None
    return LineOut(sentence=SentenceOut.of(line.ruling), backed_by=backed, offers=made)
