"""Writing: a draft from confirmed findings, an edit or a correction, what is not saved yet, and texts of two people at once."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from dashboards._desk import TheDesk
from dashboards._writing import (
    Sheet,
    beside,
    beside_new,
    chosen_version,
    citable,
    conflict_page,
    draft_by_machine,
    edit_page,
    new_page,
    picks_of,
    with_added,
)
from dashboards.auth import Editor, EditorForm
from factdesk.editorial import editing, versions, working
from factdesk.editorial import statements as editorial
from factdesk.editorial.merging import Version
from factdesk.editorial.statement import State
from factdesk.errors import NotFoundError, StateError

router = APIRouter(prefix="/desk/statements", include_in_schema=False)
Restored = Annotated[bool, Query()]
Line = Annotated[int, Query(ge=0, le=10_000)]


@router.get("/new")
def new_statement(  # each is a part of the address
    request: Request,
    *,
    desk: TheDesk,
    session: Editor,
    finding: Annotated[list[str], Query(max_length=50)],
    restore: Restored = False,
    language: Annotated[str, Query(max_length=8)] = "",
) -> Response:
    """Show a first text for confirmed findings: the fact, the claim marked as such, why it misleads, the fact again."""
    title, body, rating = editorial.suggestion(desk.engine, finding)
    kept = working.kept(desk.engine, session.user.id, of=working.of_findings(finding))
    text = kept.version if kept and restore else Version(title, body, rating)
    return new_page(desk, request, finding, text=text, kept=None if restore else kept, language=language)


@router.post("/new")
def create_statement(request: Request, *, desk: TheDesk, session: Editor, form: EditorForm) -> Response:
    """Start a statement; its citations come along from the findings."""
    ids, text = form.texts("finding"), chosen_version(form)
    try:
        made = editorial.create_draft(
            desk.engine,
            user_id=session.user.id,
            finding_ids=ids,
            language=form.text("language")[:8],
            title=text.title,
            body=text.body,
            rating=text.rating,
            at=desk.clock(),
            more=text.citations,
        )
    except StateError as error:
        return new_page(desk, request, ids, text=text, error=error, language=form.text("language")[:8])
    working.discard(desk.engine, session.user.id, of=working.of_findings(ids))
    return _to(made.id)


@router.post("/new/working")
def keep_new(*, desk: TheDesk, session: Editor, form: EditorForm) -> Response:
    """Keep what is typed before it is a draft."""
    of = working.of_findings(form.texts("finding"))
    working.keep(desk.engine, session.user.id, of=of, version=chosen_version(form), base_revision=0, at=desk.clock())
    return JSONResponse({"kept": desk.clock().isoformat()})


@router.post("/new/cite")
def cite_for_new(*, desk: TheDesk, session: Editor, form: EditorForm, line: Line = 0) -> Response:
    """Add a citation to a text that is no draft yet, which is kept and shown again; without one, look for evidence again."""
    ids, text = form.texts("finding"), with_added(form)
    of = working.of_findings(ids)
    working.keep(desk.engine, session.user.id, of=of, version=text, base_revision=0, at=desk.clock())
    told = [("restore", "true"), ("language", form.text("language")[:8]), *(("finding", one) for one in ids)]
    return RedirectResponse(f"/desk/statements/new?{urlencode(told)}#line-{line}", status_code=303)


@router.post("/new/sentences")
def show_new_sentences(request: Request, *, desk: TheDesk, session: Editor, form: EditorForm) -> Response:
    """Show what would back each sentence of a text that is no draft yet: the piece of the page beside it."""
    del session
    told = beside_new(desk, form.texts("finding"), text=chosen_version(form), language=form.text("language")[:8])
    return desk.render(request, "_sentences.html", told)


@router.post("/{statement_id}/languages")
def begin_language(*, statement_id: int, desk: TheDesk, session: Editor, form: EditorForm) -> Response:
    """Begin the statement in another language, with the same evidence, and open it beside the first."""
    beginning = versions.Beginning(form.text("language"), form.text("claim"))
    made = versions.begin(desk.engine, statement_id, user_id=session.user.id, beginning=beginning, at=desk.clock())
    return RedirectResponse(f"/desk/statements/{made.id}/edit", status_code=303)


@router.post("/{statement_id}/machine-draft")
def ask_for_draft(*, statement_id: int, desk: TheDesk, session: Editor, form: EditorForm) -> Response:
    """Let the desk's model write a text from what is cited: a revision that is marked until a person took it over."""
    draft_by_machine(desk, statement_id, user_id=session.user.id, revision=form.number("expected_revision"))
    return _to(statement_id)


@router.get("/{statement_id}/edit")
def edit_statement(  # each is a part of the address
    request: Request, *, statement_id: int, desk: TheDesk, session: Editor, find: str = "", restore: Restored = False
) -> Response:
    """Show the text to edit (or, of a published statement, to correct), with a search for more citations."""
    shown = editorial.get(desk.engine, statement_id)
    if shown.state is State.WITHDRAWN:
        raise StateError("A withdrawn statement cannot be edited.", remedy="Draft a new one from the findings.")
    kept = working.kept(desk.engine, session.user.id, of=working.of_statement(statement_id))
    if kept and (restore or find):
        sheet = Sheet(kept.version, kept.base_revision, citable(desk, kept.version.citations), find=find)
    else:
        present = editing.version_of(shown.newest)
        if kept and kept.version == present:
            kept = None
        cited = citable(desk, present.citations, snapshots=shown.citations)
        sheet = Sheet(present, shown.revision, cited, find=find, kept=kept)
    return edit_page(desk, request, shown, sheet=sheet)


@router.post("/{statement_id}/edit")
def save_statement(request: Request, *, statement_id: int, desk: TheDesk, session: Editor, form: EditorForm) -> Response:
    """Save a revision or open a correction; what others saved meanwhile is merged, or shown side by side."""
    picks, against = picks_of(form), form.number("against")
    edit = editing.Edit(chosen_version(form), form.number("expected_revision"), against if against > 0 else None, picks)
    try:
        saved = editing.save(desk.engine, statement_id, user_id=session.user.id, edit=edit, at=desk.clock())
    except editing.ConflictError as error:
        of = working.of_statement(statement_id)
        working.keep(desk.engine, session.user.id, of=of, version=error.mine, base_revision=error.base, at=desk.clock())
        return conflict_page(desk, request, editorial.get(desk.engine, statement_id), error=error)
    except (StateError, NotFoundError) as error:
        shown = editorial.get(desk.engine, statement_id)
        sheet = Sheet(edit.mine, edit.base, citable(desk, edit.mine.citations))
        return edit_page(desk, request, shown, sheet=sheet, error=error)
    return _to(statement_id, merged=saved.merged_with)


@router.post("/{statement_id}/working")
def keep_working(*, statement_id: int, desk: TheDesk, session: Editor, form: EditorForm) -> Response:
    """Keep what is typed; the answer says which revision is the newest by now."""
    newest = editorial.revision_now(desk.engine, statement_id)
    of, base = working.of_statement(statement_id), form.number("expected_revision")
    working.keep(desk.engine, session.user.id, of=of, version=chosen_version(form), base_revision=base, at=desk.clock())
    return JSONResponse({"kept": desk.clock().isoformat(), "revision": newest})


@router.post("/{statement_id}/edit/cite")
def cite_passage(  # each is a part of the address
    *, statement_id: int, desk: TheDesk, session: Editor, form: EditorForm, line: Line = 0
) -> Response:
    """Add a citation to the text in hand, which is kept and shown again; without one, look for evidence again."""
    text = with_added(form)
    of, base = working.of_statement(statement_id), form.number("expected_revision")
    working.keep(desk.engine, session.user.id, of=of, version=text, base_revision=base, at=desk.clock())
    return RedirectResponse(f"/desk/statements/{statement_id}/edit?restore=true#line-{line}", status_code=303)


@router.post("/{statement_id}/edit/sentences")
def show_sentences(request: Request, *, statement_id: int, desk: TheDesk, session: Editor, form: EditorForm) -> Response:
    """Show what would back each sentence of the text in hand: the piece of the page beside it."""
    del session
    shown = editorial.get(desk.engine, statement_id)
    return desk.render(request, "_sentences.html", beside(desk, shown, chosen_version(form)))


@router.post("/{statement_id}/working/discard")
def discard_working(*, statement_id: int, desk: TheDesk, session: Editor, form: EditorForm) -> Response:
    """Forget what was typed and not saved."""
    del form
    working.discard(desk.engine, session.user.id, of=working.of_statement(statement_id))
    return RedirectResponse(f"/desk/statements/{statement_id}/edit", status_code=303)


def _to(statement_id: int, *, merged: int | None = None) -> Response:
    more = f"?merged={merged}" if merged else ""
    return RedirectResponse(f"/desk/statements/{statement_id}{more}", status_code=303)
