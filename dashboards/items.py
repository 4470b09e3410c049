"""One document: its text with the claims marked, each finding beside its citation, and the way to the original."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from dashboards._captures import compared
from dashboards._desk import TheDesk
from dashboards._marking import Mark, runs
from dashboards.auth import Reader
from factdesk.records import FindingKind
from factdesk.store.captures import kept_of
from factdesk.store.findings_view import sightings_of
from factdesk.store.items_view import Item, item, original_url
from factdesk.store.reviews import reviews_of

router = APIRouter(include_in_schema=False)
_ORDER = tuple(FindingKind)


@router.get("/items/{document_id}")
def show_item(request: Request, *, document_id: str, desk: TheDesk, session: Reader) -> Response:
    """Show a document with everything that was found in it."""
    del session
    shown = item(desk.engine, document_id)
    found = sorted(
        ((claim, finding, told) for claim, finding, told in shown.checked if finding),
        key=lambda one: (_ORDER.index(one[1].kind), one[0].start),
    )
    captures = kept_of(desk.engine, document_id)
    told = dict.fromkeys(narrative for _, finding, narrative in found if narrative and finding.kind.is_flag)
    values = {
        "item": shown,
        "found": found,
        "unchecked": [claim for claim, finding, _ in shown.checked if finding is None],
        "text": runs(shown.document.text, _claim_marks(shown)),
        "captures": captures,
        "current_digest": next((one.digest for one in captures if one.id == shown.document.capture_id), ""),
        "reviews": reviews_of(desk.engine, [finding.id for _, finding, _ in found]),
        "others": {
            narrative: sightings_of(desk.engine, narrative, limit=12, without=document_id, stale_s=desk.stale_s)
            for narrative in told
        },
    }
    return desk.render(request, "item.html", values)


@router.get("/items/{document_id}/captures/{capture_id}")
def show_capture(request: Request, *, document_id: str, capture_id: int, desk: TheDesk, session: Reader) -> Response:
    """Show what a capture says, beside the item's text where that is another."""
    del session
    shown = item(desk.engine, document_id)
    found = compared(desk, shown.document, capture_id)
    told = {"item": shown, "then": found.then, "gone": found.gone, "come": found.come, "same": found.same}
    return desk.render(request, "capture.html", told)


@router.get("/items/{document_id}/original")
def open_original(*, document_id: str, desk: TheDesk, session: Reader) -> Response:
    """Lead the person who verifies an item to where it was published; the address is shown nowhere on the desk."""
    del session
    return RedirectResponse(original_url(desk.engine, document_id), status_code=302)


def _claim_marks(shown: Item) -> list[Mark]:
    return [
        Mark(claim.start, claim.end, finding.kind.value if finding else "unchecked", f"f-{finding.id}" if finding else "claims")
        for claim, finding, _ in shown.checked
        if claim.start >= 0
    ]
