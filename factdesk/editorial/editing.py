"""Saves what one person wrote while others wrote as well: merged where the texts agree, shown where they do not.

Nothing is lost on the way: what the person typed stays kept (``factdesk.editorial.working``) until it is part of a revision.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Engine

from factdesk.editorial import statements, working
from factdesk.editorial.merging import Merge, Side, Version, merge
from factdesk.editorial.statement import Revision, State, Statement
from factdesk.errors import NotFoundError, StateError
from factdesk.messages import tell, tell_number
from factdesk.store.database import writing

_TRIES = 20


class ConflictError(StateError):
    """Two people changed the same paragraph: ``merge`` holds both texts, ``base`` and ``theirs`` name the revisions."""

    def __init__(self, found: Merge, *, mine: Version, base: int, theirs: Revision) -> None:
        self.merge, self.mine, self.base, self.theirs = found, mine, base, theirs
        number = len(found.conflicts)
        super().__init__(
            tell_number(
                number,
                "Somebody saved revision %(theirs)s while you worked on revision %(mine)s, and your texts disagree in "
                "one place.",
                "Somebody saved revision %(theirs)s while you worked on revision %(mine)s, and your texts disagree in "
                "%(number)s places.",
                theirs=theirs.number,
                mine=base,
            ),
            remedy="Choose for each which words hold.",
        )


@dataclass(frozen=True, slots=True)
class Saved:
    """The statement as saved; ``merged_with`` is the other person's revision that the text was merged with, if any."""

    statement: Statement
    merged_with: int | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person wrote and the revision it began from; ``picks`` decide the conflicts with revision ``against``."""

    mine: Version
    base: int
    against: int | None = None
    picks: Mapping[int, Side] = field(default_factory=dict)


def save(engine: Engine, statement_id: int, *, user_id: int, edit: Edit, at: datetime) -> Saved:
    """Save an edit as the next revision, merged with what others saved meanwhile; an open correction is one too.

    Raises ``ConflictError`` where both changed the same paragraph, ``StateError`` when the statement is not to be edited.
    """
    decided = _decided(statements.get(engine, statement_id), edit)
    for _ in range(_TRIES):
        present = statements.get(engine, statement_id)
        text = _merged(present, decided)
        try:
            saved = _write(engine, present, user_id=user_id, text=text, at=at)
        except StateError:
            if statements.get(engine, statement_id).revision == present.revision:
                raise
            continue  # somebody was faster: merge with theirs
        with writing(engine) as connection:
            working.forget(connection, user_id, of=working.of_statement(statement_id))
        return Saved(saved, present.revision if present.revision != edit.base else None)
    raise StateError("Others save this statement all the time.", remedy="Save again in a moment: your text is kept.")


def merged(statement: Statement, edit: Edit) -> Merge:
    """Return an edit put together with the newest revision, disagreements and all. Raises ``NotFoundError``."""
    return merge(version_of(_revision(statement, edit.base)), edit.mine, version_of(statement.newest))


def version_of(revision: Revision) -> Version:
    """Return a revision as a version that can be merged."""
    cited = tuple((citation.passage.id, citation.quote) for citation in revision.citations)
    return Version(revision.title, revision.body, revision.rating.value, revision.note, cited)


def _decided(statement: Statement, edit: Edit) -> Edit:
    """Return the edit with its conflicts decided, as an edit of the revision they were with."""
    if edit.against is None or edit.against == edit.base:
        return edit
    theirs = _revision(statement, edit.against)
    found = merge(version_of(_revision(statement, edit.base)), edit.mine, version_of(theirs))
    text = found.resolved(edit.picks)
    if text is None:
        raise ConflictError(found, mine=edit.mine, base=edit.base, theirs=theirs)
    return replace(edit, mine=text, base=edit.against)


def _merged(present: Statement, edit: Edit) -> Version:
    if present.revision == edit.base:
        return edit.mine
    found = merged(present, edit)
    text = found.resolved({})
    if text is None:
        raise ConflictError(found, mine=edit.mine, base=edit.base, theirs=present.newest)
    return text


def _write(engine: Engine, present: Statement, *, user_id: int, text: Version, at: datetime) -> Statement:
    told = {"title": text.title, "body": text.body, "rating": text.rating, "note": text.note}
    cited = list(text.citations)
    if present.state is State.PUBLISHED:
        return statements.correct(engine, present.id, user_id=user_id, citations=cited, at=at, **told)
    expected = present.revision
    return statements.save_revision(
        engine, present.id, user_id=user_id, citations=cited, expected_revision=expected, at=at, **told
    )


def _revision(statement: Statement, number: int) -> Revision:
    found = next((one for one in statement.revisions if one.number == number), None)
    if found is None:
        raise NotFoundError(tell("There is no revision %(number)s.", number=number), remedy="Load the statement again.")
    return found
