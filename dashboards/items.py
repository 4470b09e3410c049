"""One document: its text with the claims marked, each finding beside its citation, and the way to the original."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from crawlers import Archive
from dashboards._desk import TheDesk
from dashboards._marking import Mark, runs
from dashboards.auth import Reader
from factdesk.errors import ArchiveError, NotFoundError
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
            narrative: [s for s in sightings_of(desk.engine, narrative) if s.claim.document_id != document_id][:12]
            for narrative in told
        },
    }
    return desk.render(request, "item.html", values)


@router.get("/items/{document_id}/captures/{capture_id}")
def show_capture(request: Request, *, document_id: str, capture_id: int, desk: TheDesk, session: Reader) -> Response:
    """Show what a capture says, beside the item's text where that is another."""
    from factdesk.recorded import changed, said  # noqa: PLC0415 # the extraction is loaded by those who look at a capture

    del session
    shown = item(desk.engine, document_id)
    kept = next((one for one in kept_of(desk.engine, document_id) if one.id == capture_id), None)
    if kept is None:
        raise NotFoundError("This capture is not kept any more.", remedy="The item's text is: go back to it.")
    try:
        then = said(Archive(desk.settings.archive), kept)
    except ArchiveError as error:
        raise NotFoundError("This capture cannot be read from the archive.", remedy="Run factdesk doctor --deep.") from error
    now, language = shown.document, shown.document.language
    gone, come = changed(then.text, now.text, language=language), changed(now.text, then.text, language=language)
    same = not gone and not come and then.title == now.title
    return desk.render(request, "capture.html", {"item": shown, "then": then, "gone": gone, "come": come, "same": same})


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
