"""The administrator's pages: people, teams, and what each person has open."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from dashboards._desk import Desk, TheDesk
from dashboards.auth import Administrator, AdministratorForm
from factdesk.accounts import people, second_factor, sessions, teams, tokens
from factdesk.errors import NotAllowedError, NotFoundError, StateError
from factdesk.store.roles import Role
from factdesk.store.users import list_users

router = APIRouter(include_in_schema=False)
Number = Annotated[int, Path(ge=1, le=2_147_483_647)]
_SAID = {"role": "The role is changed.", "switched": "Done.", "ended": "Ended.", "team": "The team is saved."}


@router.get("/people")
def show_people(request: Request, *, desk: TheDesk, session: Administrator) -> Response:
    """List the desk's people and teams."""
    del session
    return _list(desk, request, {})


@router.post("/people")
def invite(request: Request, *, desk: TheDesk, session: Administrator, form: AdministratorForm) -> Response:
    """Make a login, and show its one-time link this once."""
    try:
        made, link = people.invite(
            desk.engine,
            by=session.user.id,
            name=form.text("name"),
            display_name=form.text("display_name"),
            role=form.text("role"),
            at=desk.clock(),
        )
    except StateError as error:
        return _list(desk, request, {"error": error}, status=409)
    return _list(desk, request, {"link": f"{desk.address(request)}/welcome/{link}", "link_for": made})


@router.get("/people/{user_id}")
def show_person(
    request: Request, *, user_id: Number, desk: TheDesk, session: Administrator, said: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show one person: role, teams, sessions and tokens."""
    del session
    return _person(desk, request, user_id, values={"said": _SAID.get(said, "")})


@router.post("/people/{user_id}/role")
def change_role(
    request: Request, *, user_id: Number, desk: TheDesk, session: Administrator, form: AdministratorForm
) -> Response:
    """Give a person another role."""
    return _step(
        desk,
        request,
        user_id,
        said="role",
        step=lambda: people.change_role(desk.engine, user_id, role=form.text("role"), by=session.user.id, at=desk.clock()),
    )


@router.post("/people/{user_id}/active")
def switch(request: Request, *, user_id: Number, desk: TheDesk, session: Administrator, form: AdministratorForm) -> Response:
    """Switch a login off or on."""
    active = form.text("active") == "yes"
    return _step(
        desk,
        request,
        user_id,
        said="switched",
        step=lambda: people.set_active(desk.engine, user_id, active=active, by=session.user.id, at=desk.clock()),
    )


@router.post("/people/{user_id}/reset")
def reset(request: Request, *, user_id: Number, desk: TheDesk, session: Administrator, form: AdministratorForm) -> Response:
    """Take password and second factor away, and show a new one-time link this once."""
    del form
    try:
        link = people.reset(desk.engine, user_id, by=session.user.id, at=desk.clock())
    except NotAllowedError as error:
        return _person(desk, request, user_id, values={"error": error}, status=409)
    return _person(desk, request, user_id, values={"link": f"{desk.address(request)}/welcome/{link}"})


@router.post("/people/{user_id}/sessions/end")
def end_session(
    request: Request, *, user_id: Number, desk: TheDesk, session: Administrator, form: AdministratorForm
) -> Response:
    """End a session of a person, or all of them."""
    handle = form.text("handle")
    return _step(
        desk,
        request,
        user_id,
        said="ended",
        step=lambda: sessions.end(desk.engine, user_id, handle=handle, by=session.user.id, at=desk.clock()),
    )


@router.post("/people/{user_id}/tokens/revoke")
def revoke_token(
    request: Request, *, user_id: Number, desk: TheDesk, session: Administrator, form: AdministratorForm
) -> Response:
    """Revoke a person's token."""
    return _step(
        desk,
        request,
        user_id,
        said="ended",
        step=lambda: tokens.revoke(desk.engine, form.number("token"), by=session.user.id, at=desk.clock()),
    )


@router.post("/teams")
def make_team(request: Request, *, desk: TheDesk, session: Administrator, form: AdministratorForm) -> Response:
    """Make a team."""
    try:
        teams.make(desk.engine, form.text("name"), by=session.user.id, at=desk.clock())
    except StateError as error:
        return _list(desk, request, {"error": error}, status=409)
    return RedirectResponse("/people#teams", status_code=303)


@router.post("/teams/{team_id}/members")
def set_members(*, team_id: Number, desk: TheDesk, session: Administrator, form: AdministratorForm) -> Response:
    """Say who is in a team."""
    members = [int(one) for one in form.texts("member") if one.isascii() and one.isdigit() and len(one) < 10]
    teams.set_members(desk.engine, team_id, members, by=session.user.id, at=desk.clock())
    return RedirectResponse("/people#teams", status_code=303)


@router.post("/teams/{team_id}/remove")
def remove_team(*, team_id: Number, desk: TheDesk, session: Administrator, form: AdministratorForm) -> Response:
    """Remove a team; its people stay."""
    del form
    teams.remove(desk.engine, team_id, by=session.user.id, at=desk.clock())
    return RedirectResponse("/people#teams", status_code=303)


def _list(desk: Desk, request: Request, values: dict[str, object], *, status: int = 200) -> Response:
    known = {
        "error": None,
        "link": "",
        "link_for": None,
        "everybody": list_users(desk.engine),
        "waiting": people.waiting(desk.engine, at=desk.clock()),
        "roles": tuple(Role),
        "teams": teams.all_teams(desk.engine),
    }
    return desk.render(request, "people.html", {**known, **values}, status=status)


def _person(desk: Desk, request: Request, user_id: int, *, values: dict[str, object], status: int = 200) -> Response:
    now = desk.clock()
    known = {
        "error": None,
        "said": "",
        "link": "",
        "who": people.person(desk.engine, user_id),
        "roles": tuple(Role),
        "second": second_factor.has(desk.engine, user_id),
        "running": sessions.running(desk.engine, user_id, at=now),
        "tokens": [one for one in tokens.tokens_of(desk.engine, user_id) if one.works(now)],
        "teams": [team.name for team in teams.all_teams(desk.engine) if user_id in team.members],
    }
    return desk.render(request, "person.html", {**known, **values}, status=status)


def _step(desk: Desk, request: Request, user_id: int, *, said: str, step: Callable[[], object]) -> Response:
    try:
        step()
    except (StateError, NotAllowedError, NotFoundError) as error:
        return _person(desk, request, user_id, values={"error": error}, status=409)
    return RedirectResponse(f"/people/{user_id}?said={said}", status_code=303)
