"""A wrong match is corrected on the spot: what else a claim may be about, and the choice of one of these."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from dashboards._desk import TheDesk, is_fragment
from dashboards.auth import Reviewer, ReviewForm, inside
from dashboards.queue import shared
from factdesk.errors import NotFoundError
from factdesk.harm import load_policy
from factdesk.reciting import Correction, alternatives, cite_anew
from factdesk.store.findings_view import flag_of, with_takers

router = APIRouter(prefix="/findings", include_in_schema=False)


@router.get("/{finding_id}/others")
def show_others(request: Request, *, finding_id: str, desk: TheDesk, session: Reviewer) -> Response:
    """Show the fact-checks and evidence that a flagged claim may be about instead."""
    del session
    found = alternatives(desk.engine, desk.index, finding_id)
    name = "_others.html" if is_fragment(request) else "others.html"
    return desk.render(request, name, {"finding_id": finding_id, "others": [one.passage for one in found]})


@router.post("/{finding_id}/citation")
def choose_citation(request: Request, *, finding_id: str, desk: TheDesk, session: Reviewer, form: ReviewForm) -> Response:
    """Let a flag cite what the person chose; the new match counts as confirmed, the old one as rejected."""
    told = Correction(finding_id, form.text("passage"), session.user.id, desk.clock())
    made = cite_anew(desk.engine, desk.index, told, policy=load_policy(desk.settings.policy))
    if not is_fragment(request):
        return RedirectResponse(inside(form.text("back")) or f"/items/{made.document_id}#f-{made.id}", status_code=303)
    flag = flag_of(desk.engine, [finding_id], stale_s=desk.stale_s)
    if flag is None:
        raise NotFoundError("This finding does not exist any more.", remedy="Load the page again.")
    (row,) = with_takers(desk.engine, [flag], at=desk.clock())
    return desk.render(request, "_flag.html", {"flag": row, **shared(desk)})
