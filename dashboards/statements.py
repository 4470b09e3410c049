"""The editor's desk: confirmed stories become drafts, a second person approves, and what is published can be corrected."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from dashboards import _words as words
from dashboards._channels import shorts
from dashboards._desk import Desk, TheDesk
from dashboards._writing import compared_texts, revision_of
from dashboards.auth import Approver, ApproverForm, Editor, EditorForm, Form, Publisher, PublisherForm, StatementReader
from factdesk.editorial import machine, versions, watch
from factdesk.editorial import statements as editorial
from factdesk.editorial.gate import problems
from factdesk.editorial.gatekeeping import ruled, waive
from factdesk.editorial.statement import State, Statement
from factdesk.errors import FactdeskError, NotFoundError, StateError
from factdesk.store.database import reading
from factdesk.store.findings_view import confirmed
from factdesk.store.roles import Role
from factdesk.store.users import names_of

router = APIRouter(prefix="/desk/statements", include_in_schema=False)
Number = Annotated[int, Query(ge=1, le=1_000_000)]
Merged = Annotated[int, Query(ge=0, le=1_000_000)]


@router.get("")
def show_statements(request: Request, *, desk: TheDesk, session: StatementReader) -> Response:
    """Show what can be drafted, what is under way, and what is published."""
    del session
    made = editorial.listing(desk.engine)
    values = {
        "reopened": watch.reopened(desk.engine),
        "ready": confirmed(desk.engine, stale_s=desk.stale_s),
        "working": [one for one in made if one.state in (State.DRAFT, State.IN_REVIEW, State.APPROVED)],
        "published": [one for one in made if one.state in (State.PUBLISHED, State.WITHDRAWN)],
        "names": names_of(desk.engine),
    }
    return desk.render(request, "statements.html", values)


@router.get("/{statement_id}")
def show_statement(
    request: Request, *, statement_id: int, desk: TheDesk, session: StatementReader, merged: Merged = 0
) -> Response:
    """Show one statement with its citations, its history and the steps that are open to this person."""
    shown = editorial.get(desk.engine, statement_id)
    return _page(desk, request, shown, user_id=session.user.id, merged=merged)


@router.get("/{statement_id}/compare")
def compare_revisions(
    request: Request, *, statement_id: int, desk: TheDesk, session: StatementReader, old: Number, new: Number
) -> Response:
    """Show two revisions beside each other, paragraph by paragraph, with the words that differ."""
    del session
    shown = editorial.get(desk.engine, statement_id)
    first, second = (revision_of(shown, number) for number in (old, new))
    values = {
        "shown": shown,
        "old": first,
        "new": second,
        "rows": compared_texts(first, second),
        "names": names_of(desk.engine),
    }
    return desk.render(request, "statement_compare.html", values)


@router.post("/{statement_id}/submit")
def submit_statement(request: Request, *, statement_id: int, desk: TheDesk, session: Editor, form: EditorForm) -> Response:
    """Send a draft to review; what the citation gate holds back is shown beside the text."""
    del form
    try:
        editorial.submit(desk.engine, statement_id, user_id=session.user.id, at=desk.clock())
    except StateError as error:
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


@router.post("/{statement_id}/take-over")
def take_over(request: Request, *, statement_id: int, desk: TheDesk, session: Editor, form: EditorForm) -> Response:
    """Take over, as a person, what a model wrote in exactly the text that was shown."""
    try:
        machine.take_over(desk.engine, statement_id, user_id=session.user.id, digest=form.text("digest"), at=desk.clock())
    except StateError as error:
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
def approve_statement(*, statement_id: int, desk: TheDesk, session: Approver, form: ApproverForm) -> Response:
    """Approve exactly the text that was shown."""
    editorial.approve(
        desk.engine,
        statement_id,
        user_id=session.user.id,
        digest=form.text("digest"),
        at=desk.clock(),
        approvers_only=desk.settings.desk.approvers_only,
    )
    return _to(statement_id)


@router.post("/{statement_id}/publish")
def publish_statement(*, statement_id: int, desk: TheDesk, session: Publisher, form: PublisherForm) -> Response:
    """Publish what a second person approved."""
    del form
    editorial.publish(desk.engine, statement_id, user_id=session.user.id, at=desk.clock())
    return _to(statement_id)


@router.post("/{statement_id}/send-back")
def send_back_statement(
    request: Request, *, statement_id: int, desk: TheDesk, session: Approver, form: ApproverForm
) -> Response:
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


def _page(  # one page, by keyword
    desk: Desk, request: Request, shown: Statement, *, user_id: int, error: FactdeskError | None = None, merged: int = 0
) -> Response:
    with reading(desk.engine) as connection:
        rules = ruled(connection, shown)
        changed = watch.unsettled(connection, shown)
    address = f"{desk.address(request)}/statements/{shown.slug}"
    values = {
        "changed": changed,
        "shown": shown,
        "names": names_of(desk.engine),
        "mine": user_id in shown.authors,
        "may_approve": not desk.settings.desk.approvers_only or request.state.session.user.role is Role.APPROVER,
        "error": error,
        "versions": versions.others(desk.engine, shown),
        "languages": [code for code in words.COMMON if code != shown.language],
        "drafting": bool(desk.settings.drafting.url),
        "ruled": rules,
        "held": problems(rules),
        "shorts": shorts(shown, shown.visible, address=address) if shown.visible else (),
        "merged": merged if merged < shown.revision else 0,
    }
    return desk.render(request, "statement.html", values, status=409 if error else 200)


def _to(statement_id: int) -> Response:
    return RedirectResponse(f"/desk/statements/{statement_id}", status_code=303)
