"""The editor's desk: confirmed stories become drafts, a second person approves, and what is published can be corrected."""

from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from dashboards._desk import Desk, TheDesk
from dashboards.auth import Editor, EditorForm, Form, StatementReader
from factdesk.editorial import statements as editorial
from factdesk.editorial import watch
from factdesk.editorial.gate import problems
from factdesk.editorial.gatekeeping import GateError, standing, waive
from factdesk.editorial.statement import Rating, State, Statement
from factdesk.errors import FactdeskError, NotFoundError, StateError
from factdesk.records import Passage
from factdesk.store.database import reading
from factdesk.store.findings_view import confirmed, flag_of
from factdesk.store.passages import known_passages
from factdesk.store.users import names_of
from index.base import EntryKind
from index.base import Query as Search

router = APIRouter(prefix="/desk/statements", include_in_schema=False)
_LANGUAGES = ("en", "es", "fr", "vi", "ar")


@router.get("")
def show_statements(request: Request, *, desk: TheDesk, session: StatementReader) -> Response:
    """Show what can be drafted, what is under way, and what is published."""
    del session
    made = editorial.listing(desk.engine)
    values = {
        "reopened": watch.reopened(desk.engine),
        "ready": confirmed(desk.engine),
        "working": [one for one in made if one.state in (State.DRAFT, State.IN_REVIEW, State.APPROVED)],
        "published": [one for one in made if one.state in (State.PUBLISHED, State.WITHDRAWN)],
        "names": names_of(desk.engine),
    }
    return desk.render(request, "statements.html", values)


@router.get("/new")
def new_statement(
    request: Request, *, desk: TheDesk, session: Editor, finding: Annotated[list[str], Query(max_length=50)]
) -> Response:
    """Show a first text for confirmed findings: the fact, the claim marked as such, why it misleads, the fact again."""
    del session
    title, body, rating = editorial.suggestion(desk.engine, finding)
    return desk.render(request, "draft_new.html", _new_values(desk, finding, text=(title, body, rating)))


@router.post("/new")
def create_statement(request: Request, *, desk: TheDesk, session: Editor, form: EditorForm) -> Response:
    """Start a statement; its citations come along from the findings."""
    ids = form.texts("finding")
    text = (form.text("title"), form.text("body"), form.text("rating"))
    try:
        made = editorial.create_draft(
            desk.engine,
            user_id=session.user.id,
            finding_ids=ids,
            language=form.text("language")[:8],
            title=text[0],
            body=text[1],
            rating=text[2],
            at=desk.clock(),
        )
    except StateError as error:
        return desk.render(request, "draft_new.html", _new_values(desk, ids, text=text, error=error), status=409)
    return _to(made.id)


@router.get("/{statement_id}")
def show_statement(request: Request, *, statement_id: int, desk: TheDesk, session: StatementReader) -> Response:
    """Show one statement with its citations, its history and the steps that are open to this person."""
    shown = editorial.get(desk.engine, statement_id)
    return _page(desk, request, shown, user_id=session.user.id)


@router.get("/{statement_id}/edit")
def edit_statement(request: Request, *, statement_id: int, desk: TheDesk, session: Editor, find: str = "") -> Response:
    """Show the text to edit (or, of a published statement, to correct), with a search for more citations."""
    del session
    shown = editorial.get(desk.engine, statement_id)
    if shown.state is State.WITHDRAWN:
        raise StateError("A withdrawn statement cannot be edited.", remedy="Draft a new one from the findings.")
    cited = _citable(desk, shown)
    known = [passage.id for passage, _ in cited]
    values = {
        "shown": shown,
        "text": (shown.title, shown.body, shown.rating.value, ""),
        "cited": cited,
        "find": find,
        "more": _library(desk, find, known=known) or _in_place(desk, shown, known=known),
        "expected": shown.revision,
        "theirs": None,
    }
    return desk.render(request, "draft_edit.html", _edit_values(values))


@router.post("/{statement_id}/edit")
def save_statement(request: Request, *, statement_id: int, desk: TheDesk, session: Editor, form: EditorForm) -> Response:
    """Save a revision or open a correction; when somebody else saved meanwhile, show both texts and lose nothing."""
    before = editorial.get(desk.engine, statement_id)
    expected = form.number("expected_revision")
    save = _correction if before.state is State.PUBLISHED else _revision
    try:
        _require_newest(before, expected)
        saved = save(desk, before, form=form, user_id=session.user.id)
    except (StateError, NotFoundError) as error:
        return _conflict(desk, request, statement_id, form=form, error=error)
    return _to(saved.id)


@router.post("/{statement_id}/submit")
def submit_statement(request: Request, *, statement_id: int, desk: TheDesk, session: Editor, form: EditorForm) -> Response:
    """Send a draft to review; what the citation gate holds back is shown beside the text."""
    del form
    try:
        editorial.submit(desk.engine, statement_id, user_id=session.user.id, at=desk.clock())
    except GateError as error:
        shown = editorial.get(desk.engine, statement_id)
        return _page(desk, request, shown, user_id=session.user.id, error=error)
    return _to(statement_id)


@router.post("/{statement_id}/waive")
def waive_sentence(request: Request, *, statement_id: int, desk: TheDesk, session: Editor, form: EditorForm) -> Response:
    """Let a sentence pass that nothing cited backs, for a reason that the second person reads."""
    told = (form.text("sentence"), form.text("reason"))
    try:
        waive(desk.engine, statement_id, user_id=session.user.id, key=told[0], reason=told[1], at=desk.clock())
    except (StateError, NotFoundError) as error:
        shown = editorial.get(desk.engine, statement_id)
        return _page(desk, request, shown, user_id=session.user.id, error=error)
    return _to(statement_id)


@router.post("/{statement_id}/holds")
def settle_change(request: Request, *, statement_id: int, desk: TheDesk, session: Editor, form: EditorForm) -> Response:
    """Note why the statement holds although its evidence changed."""
    told = (form.text("change"), form.text("reason"))
    try:
        watch.settle(desk.engine, statement_id, user_id=session.user.id, digest=told[0], reason=told[1], at=desk.clock())
    except (StateError, NotFoundError) as error:
        shown = editorial.get(desk.engine, statement_id)
        return _page(desk, request, shown, user_id=session.user.id, error=error)
    return _to(statement_id)


@router.post("/{statement_id}/approve")
def approve_statement(*, statement_id: int, desk: TheDesk, session: Editor, form: EditorForm) -> Response:
    """Approve exactly the text that was shown."""
    editorial.approve(desk.engine, statement_id, user_id=session.user.id, digest=form.text("digest"), at=desk.clock())
    return _to(statement_id)


@router.post("/{statement_id}/publish")
def publish_statement(*, statement_id: int, desk: TheDesk, session: Editor, form: EditorForm) -> Response:
    """Publish what a second person approved."""
    del form
    editorial.publish(desk.engine, statement_id, user_id=session.user.id, at=desk.clock())
    return _to(statement_id)


@router.post("/{statement_id}/send-back")
def send_back_statement(request: Request, *, statement_id: int, desk: TheDesk, session: Editor, form: EditorForm) -> Response:
    """Return a statement to its author with a reason."""
    return _reasoned(desk, request, statement_id, session=session, form=form, step=editorial.send_back)


@router.post("/{statement_id}/withdraw")
def withdraw_statement(request: Request, *, statement_id: int, desk: TheDesk, session: Editor, form: EditorForm) -> Response:
    """Withdraw a published statement; its page stays and says why."""
    return _reasoned(desk, request, statement_id, session=session, form=form, step=editorial.withdraw)


def _reasoned(
    desk: Desk, request: Request, statement_id: int, *, session: Editor, form: Form, step: Callable[..., Statement]
) -> Response:
    try:
        step(desk.engine, statement_id, user_id=session.user.id, reason=form.text("reason"), at=desk.clock())
    except StateError as error:
        shown = editorial.get(desk.engine, statement_id)
        return _page(desk, request, shown, user_id=session.user.id, error=error)
    return _to(statement_id)


def _page(desk: Desk, request: Request, shown: Statement, *, user_id: int, error: FactdeskError | None = None) -> Response:
    ruled = standing(desk.engine, shown.id)
    with reading(desk.engine) as connection:
        changed = watch.unsettled(connection, shown)
    values = {
        "changed": changed,
        "shown": shown,
        "names": names_of(desk.engine),
        "mine": user_id in shown.authors,
        "error": error,
        "ruled": ruled,
        "held": problems(ruled),
    }
    return desk.render(request, "statement.html", values, status=409 if error else 200)


def _revision(desk: Desk, before: Statement, *, form: Form, user_id: int) -> Statement:
    title, body, rating, note = _text(form)
    return editorial.save_revision(
        desk.engine,
        before.id,
        user_id=user_id,
        title=title,
        body=body,
        rating=rating,
        citations=_chosen(form),
        note=note,
        expected_revision=form.number("expected_revision"),
        at=desk.clock(),
    )


def _correction(desk: Desk, before: Statement, *, form: Form, user_id: int) -> Statement:
    title, body, rating, note = _text(form)
    return editorial.correct(
        desk.engine,
        before.id,
        user_id=user_id,
        title=title,
        body=body,
        rating=rating,
        citations=_chosen(form),
        note=note,
        at=desk.clock(),
    )


def _require_newest(before: Statement, expected: int) -> None:
    if before.revision != expected:
        raise StateError(
            f"Somebody saved revision {before.revision} while you worked on revision {expected}.",
            remedy="Compare the two and save again.",
        )


def _conflict(desk: Desk, request: Request, statement_id: int, *, form: Form, error: FactdeskError) -> Response:
    theirs = editorial.get(desk.engine, statement_id)
    chosen = _chosen(form)
    with reading(desk.engine) as connection:
        known = known_passages(connection, [passage_id for passage_id, _ in chosen])
    moved = theirs.revision != form.number("expected_revision")
    values = {
        "shown": theirs,
        "text": _text(form),
        "cited": [(known[passage_id], quote) for passage_id, quote in chosen if passage_id in known],
        "find": "",
        "more": (),
        "expected": theirs.revision,
        "theirs": theirs if moved else None,
    }
    return desk.render(request, "draft_edit.html", _edit_values({**values, "error": error}), status=409)


def _edit_values(values: dict[str, object]) -> dict[str, object]:
    return {"ratings": tuple(Rating), "error": None, **values}


def _new_values(
    desk: Desk, ids: Sequence[str], *, text: tuple[str, str, str], error: FactdeskError | None = None
) -> dict[str, object]:
    flag = flag_of(desk.engine, ids)
    if flag is None:
        raise NotFoundError("A chosen finding does not exist any more.", remedy="Go back to the statements and choose again.")
    language = flag.first.claim.language
    languages = tuple(dict.fromkeys((language, *_LANGUAGES)))
    return {"flag": flag, "text": text, "languages": languages, "ratings": tuple(Rating), "error": error}


def _text(form: Form) -> tuple[str, str, str, str]:
    return form.text("title"), form.text("body"), form.text("rating"), form.text("note")


def _chosen(form: Form) -> list[tuple[str, str]]:
    return [(passage_id, form.text(f"quote-{passage_id}")) for passage_id in dict.fromkeys(form.texts("cite"))]


def _citable(desk: Desk, shown: Statement) -> list[tuple[Passage, str]]:
    """Return what is cited as it stands in the library now: what is saved cites it so."""
    with reading(desk.engine) as connection:
        known = known_passages(connection, [citation.passage.id for citation in shown.citations])
    return [(known.get(citation.passage.id, citation.passage), citation.quote) for citation in shown.citations]


def _in_place(desk: Desk, shown: Statement, *, known: Sequence[str]) -> tuple[Passage, ...]:
    """Return the passages that stand on changed pages in place of the cited ones."""
    with reading(desk.engine) as connection:
        found = [change.present for change in watch.unsettled(connection, shown) if change.present is not None]
    return tuple(passage for passage in found if passage.id not in known)


def _library(desk: Desk, words: str, *, known: Sequence[str]) -> tuple[Passage, ...]:
    """Return passages of the library that the words find, without those cited already. Raises ``QueryError``."""
    if not words.strip():
        return ()
    page = desk.index.search(Search(text=words, kinds=(EntryKind.FACTCHECK, EntryKind.EVIDENCE), limit=12))
    with reading(desk.engine) as connection:
        found = known_passages(connection, [hit.id for hit in page.hits])
    return tuple(found[hit.id] for hit in page.hits if hit.id in found and hit.id not in known)


def _to(statement_id: int) -> Response:
    return RedirectResponse(f"/desk/statements/{statement_id}", status_code=303)
