"""What the pages for writing show: the text in hand, what it cites and could cite, and two people's words side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from types import MappingProxyType

from fastapi import Request
from sqlalchemy import Connection
from starlette.responses import Response

from dashboards._desk import Desk
from dashboards.auth import Form
from factdesk.editorial import offers, statements, versions, watch
from factdesk.editorial.drafting import Material, ask
from factdesk.editorial.editing import ConflictError
from factdesk.editorial.merging import Side, Version, paragraphs
from factdesk.editorial.statement import Citation, Rating, Revision, State, Statement
from factdesk.editorial.wording import Wording, compared
from factdesk.editorial.working import Working
from factdesk.errors import FactdeskError, IndexUnavailableError, NotFoundError, StateError
from factdesk.messages import tell
from factdesk.records import Passage
from factdesk.store.database import reading
from factdesk.store.findings_view import Flag, flag_of
from factdesk.store.passages import known_passages
from factdesk.store.users import names_of
from index.base import EntryKind
from index.base import Query as Search

_LANGUAGES = ("en", "es", "fr", "vi", "ar")
_MOST_PICKS = 200


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on the page for editing: the text, the revision it began from, what it cites, and what else was kept."""

    text: Version
    base: int
    cited: Sequence[tuple[Passage, str]]
    find: str = ""
    kept: Working | None = None


def edit_page(desk: Desk, request: Request, shown: Statement, *, sheet: Sheet, error: FactdeskError | None = None) -> Response:
    """Return the page on which ``shown`` is edited, or corrected when it is public."""
    known = [passage.id for passage, _ in sheet.cited]
    newer = sheet.base != shown.revision
    values = {
        "shown": shown,
        "sheet": sheet,
        "more": _library(desk, sheet.find, known=known) or _in_place(desk, shown, known=known),
        "ratings": tuple(Rating),
        "error": error,
        "versions": versions.others(desk.engine, shown),
        "newer": shown.newest if newer else None,
        "names": names_of(desk.engine),
        **beside(desk, shown, sheet.text),
    }
    return desk.render(request, "draft_edit.html", values, status=409 if error else 200)


def beside(desk: Desk, shown: Statement, text: Version) -> dict[str, object]:
    """Return the sentences of a text with what would back each; while the library cannot be searched, that it cannot."""
    address = f"/desk/statements/{shown.id}/edit"
    return _lines(desk, shown.language, address, ask=lambda c: offers.lines(c, desk.index, shown, text=text))


def beside_new(desk: Desk, ids: Sequence[str], *, text: Version, language: str) -> dict[str, object]:
    """Return the same for a text that is no draft yet. Raises ``NotFoundError``."""
    code = language or _flag(desk, ids).first.claim.language
    return _lines(desk, code, "/desk/statements/new", ask=lambda _: new_lines(desk, ids, text=text, language=code))


def new_lines(desk: Desk, ids: Sequence[str], *, text: Version, language: str) -> tuple[offers.Line, ...]:
    """Return the sentences of a text that is no draft yet; what its findings cite counts as cited.

    Raises ``NotFoundError`` and ``IndexUnavailableError``.
    """
    flag = _flag(desk, ids)
    quoted = {**dict.fromkeys(_coming(flag), ""), **dict(text.citations)}
    about = offers.About(language, flag.first.claim.text, tuple(ids))
    with reading(desk.engine) as connection:
        return offers.lines_about(connection, desk.index, about, text=replace(text, citations=tuple(quoted.items())))


def _lines(
    desk: Desk, language: str, address: str, *, ask: Callable[[Connection], tuple[offers.Line, ...]]
) -> dict[str, object]:
    told: dict[str, object] = {"written_in": language, "written_at": address, "lines": (), "library_away": ""}
    try:
        with reading(desk.engine) as connection:
            return {**told, "lines": ask(connection)}
    except IndexUnavailableError as error:
        return {**told, "library_away": str(error)}


def _flag(desk: Desk, ids: Sequence[str]) -> Flag:
    flag = flag_of(desk.engine, ids, stale_s=desk.stale_s)
    if flag is None:
        raise NotFoundError("A chosen finding does not exist any more.", remedy="Go back to the statements and choose again.")
    return flag


def _coming(flag: Flag) -> dict[str, Passage]:
    """Return what the findings cite, which comes along with a new draft."""
    cited = (one.finding.citation for one in flag.sightings)
    return {one.id: one for one in cited if one is not None}


def new_page(  # noqa: PLR0913 # one page, by keyword
    desk: Desk,
    request: Request,
    ids: Sequence[str],
    *,
    text: Version,
    kept: Working | None = None,
    error: FactdeskError | None = None,
    language: str = "",
) -> Response:
    """Return the page on which a draft begins."""
    flag = _flag(desk, ids)
    coming = _coming(flag)
    values = {
        "flag": flag,
        "text": text,
        "languages": tuple(dict.fromkeys((flag.first.claim.language, *_LANGUAGES))),
        "ratings": tuple(Rating),
        "kept": kept,
        "error": error,
        "coming": [(passage, dict(text.citations).get(passage.id, "")) for passage in coming.values()],
        "added": citable(desk, [pair for pair in text.citations if pair[0] not in coming]),
        **beside_new(desk, ids, text=text, language=language),
    }
    return desk.render(request, "draft_new.html", values, status=409 if error else 200)


def conflict_page(desk: Desk, request: Request, shown: Statement, *, error: ConflictError) -> Response:
    """Return the page on which a person decides what of two texts holds."""
    with reading(desk.engine) as connection:
        ids = [passage_id for passage_id, _ in error.merge.citations]
        cited = known_passages(connection, ids)
    pairs = {part.number: compared(part.mine, part.theirs) for _, part in error.merge.conflicts}
    values = {"shown": shown, "error": error, "pairs": pairs, "cited": cited, "names": names_of(desk.engine)}
    return desk.render(request, "draft_conflict.html", values, status=409)


def chosen_version(form: Form) -> Version:
    """Return the text that a form carries."""
    cited = tuple((passage, form.text(f"quote-{passage}")) for passage in dict.fromkeys(form.texts("cite")))
    return Version(form.text("title"), form.text("body"), form.text("rating"), form.text("note"), cited)


def with_added(form: Form) -> Version:
    """Return the text of a form with the citations that its button adds."""
    text = chosen_version(form)
    quoted = dict(text.citations)
    cited = dict.fromkeys((*quoted, *form.texts("add")))
    return replace(text, citations=tuple((passage, quoted.get(passage, "")) for passage in cited))


def picks_of(form: Form) -> Mapping[int, Side]:
    """Return by conflict whose words a person picked; what is no choice counts as none."""
    sides = {side.value: side for side in (Side.MINE, Side.THEIRS, Side.BOTH)}
    told = {number: form.text(f"pick-{number}") for number in range(_MOST_PICKS)}
    return MappingProxyType({number: sides[value] for number, value in told.items() if value in sides})


def citable(desk: Desk, cited: Sequence[tuple[str, str]], *, snapshots: Sequence[Citation] = ()) -> list[tuple[Passage, str]]:
    """Return what is cited as it stands in the library now (what is saved cites it so), or else as it was cited."""
    kept = {citation.passage.id: citation.passage for citation in snapshots}
    with reading(desk.engine) as connection:
        known = kept | known_passages(connection, [passage_id for passage_id, _ in cited])
    return [(known[passage_id], quote) for passage_id, quote in cited if passage_id in known]


def draft_by_machine(desk: Desk, statement_id: int, *, user_id: int, revision: int) -> Statement:
    """Let the desk's model write a text from what is cited: a revision that is marked until a person took it over.

    Raises ``DraftingError``, and ``StateError`` when no help is set up or ``revision`` is not the newest of a draft.
    """
    if not desk.settings.drafting.url:
        raise StateError("No drafting help is set up.", remedy="Set drafting.url and drafting.model, or write yourself.")
    shown = statements.get(desk.engine, statement_id)
    if shown.state is not State.DRAFT or shown.revision != revision:
        raise StateError("Somebody changed this statement.", remedy="Load it again, then ask again.")
    material = Material(shown.language, shown.claim_text, tuple(citation.passage for citation in shown.citations))
    secret = desk.settings.secrets.get(desk.settings.drafting.secret)
    drafted = ask(desk.settings.drafting, material, key=secret.get_secret_value() if secret else "")
    at = desk.clock()
    return statements.save_drafted(
        desk.engine, statement_id, user_id=user_id, drafted=drafted, material=material, expected_revision=revision, at=at
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A paragraph of the older text beside its place in the newer one; an empty one stands for nothing there."""

    old: Wording
    new: Wording
    same: bool


def compared_texts(old: Revision, new: Revision) -> list[Row]:
    """Return title and paragraphs of two revisions in pairs, with the words that differ."""
    first, second = ([revision.title, *paragraphs(revision.body)] for revision in (old, new))
    return [_row(before, after) for before, after in _paired(first, second)]


def revision_of(shown: Statement, number: int) -> Revision:
    """Return one revision of a statement. Raises ``NotFoundError``."""
    found = next((one for one in shown.revisions if one.number == number), None)
    if found is None:
        raise NotFoundError(tell("There is no revision %(number)s.", number=number), remedy="Go back to the statement.")
    return found


def _paired(first: Sequence[str], second: Sequence[str]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for _, a, b, c, d in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        longest = max(b - a, d - c)
        left = [*first[a:b], *[""] * (longest - (b - a))]
        right = [*second[c:d], *[""] * (longest - (d - c))]
        pairs += zip(left, right, strict=True)
    return pairs


def _row(before: str, after: str) -> Row:
    if not before or not after:
        return Row(Wording(before), Wording(after), same=False)
    return Row(*compared(before, after), same=before == after)


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
