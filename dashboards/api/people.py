"""The JSON API for administrators: people with what each has open, and teams."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from dashboards._desk import TheDesk
from dashboards.api._accounts import EndedOut, OpenOut, RevokedOut, SessionIn, opened, own_token
from dashboards.api._calls import MISTAKES, Line, Number, Scoped, Told
from factdesk.accounts import people, second_factor, sessions, teams, tokens
from factdesk.accounts.tokens import Scope
from factdesk.settings import RoleName
from factdesk.store.users import User, list_users

router = APIRouter(prefix="/api/v1", responses=MISTAKES)
PeopleReader = Annotated[User, Depends(Scoped(Scope.READ_PEOPLE))]
PeopleWriter = Annotated[User, Depends(Scoped(Scope.WRITE_PEOPLE))]


class PersonOut(BaseModel):
    """A member of the desk."""

    id: int
    login: str
    name: str
    role: str
    active: bool


class OnePersonOut(PersonOut, OpenOut):
    """A member of the desk with teams, sessions and tokens; ``invited``: a one-time link was not used yet."""

    second_factor: bool
    invited: bool
    teams: list[str]


class InvitedOut(PersonOut):
    """A new member, with the address of the one-time link, told this once."""

    link: str


class ResetOut(BaseModel):
    """Whose login was reset, with the address of the one-time link, told this once."""

    id: int
    link: str


class InvitationIn(Told):
    """Whom to invite."""

    login: str = Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9._@-]+$")
    name: Line = ""
    role: RoleName


class RoleIn(Told):
    """The new role."""

    role: RoleName


class ActiveIn(Told):
    """Whether the login is on."""

    active: bool


class TeamOut(BaseModel):
    """A team with the numbers of its people."""

    id: int
    name: str
    members: list[int]


class RemovedOut(BaseModel):
    """The number of the team that is no more."""

    id: int


class TeamIn(Told):
    """A new team."""

    name: str = Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")


class MembersIn(Told):
    """Who is in a team."""

    members: list[Annotated[int, Field(ge=1, le=2_147_483_647)]] = Field(max_length=1000)


@router.get("/people")
def all_people(*, desk: TheDesk, user: PeopleReader) -> list[PersonOut]:
    """List the desk's people."""
    del user
    return [_person(one) for one in list_users(desk.engine)]


@router.post("/people", status_code=201)
def invite(*, desk: TheDesk, user: PeopleWriter, body: InvitationIn) -> InvitedOut:
    """Make a login that opens with a one-time link."""
    made, token = people.invite(
        desk.engine, by=user.id, name=body.login, display_name=body.name, role=body.role, at=desk.clock()
    )
    return InvitedOut(**_person(made).model_dump(), link=f"{desk.settings.desk.address}/welcome/{token}")


@router.get("/people/{person_id}")
def one_person(*, desk: TheDesk, user: PeopleReader, person_id: Number) -> OnePersonOut:
    """Give one person with what they have open."""
    del user
    found = people.person(desk.engine, person_id)
    return OnePersonOut(
        **_person(found).model_dump(),
        **opened(desk, person_id).model_dump(),
        second_factor=second_factor.has(desk.engine, person_id),
        invited=person_id in people.waiting(desk.engine, at=desk.clock()),
        teams=[team.name for team in teams.all_teams(desk.engine) if person_id in team.members],
    )


@router.post("/people/{person_id}/sessions/end")
def end_session(*, desk: TheDesk, user: PeopleWriter, person_id: Number, body: SessionIn) -> EndedOut:
    """End a session of a person, or all of them."""
    sessions.end(desk.engine, person_id, handle=body.session, by=user.id, at=desk.clock())
    return EndedOut(session=body.session)


@router.post("/people/{person_id}/tokens/{token_id}/revoke")
def revoke_token(*, desk: TheDesk, user: PeopleWriter, person_id: Number, token_id: Number) -> RevokedOut:
    """Revoke a person's token."""
    tokens.revoke(desk.engine, own_token(desk, person_id, token_id), by=user.id, at=desk.clock())
    return RevokedOut(token=token_id)


@router.post("/people/{person_id}/role")
def change_role(*, desk: TheDesk, user: PeopleWriter, person_id: Number, body: RoleIn) -> PersonOut:
    """Give a person another role."""
    return _person(people.change_role(desk.engine, person_id, role=body.role, by=user.id, at=desk.clock()))


@router.post("/people/{person_id}/active")
def switch(*, desk: TheDesk, user: PeopleWriter, person_id: Number, body: ActiveIn) -> PersonOut:
    """Switch a person's login off or on."""
    return _person(people.set_active(desk.engine, person_id, active=body.active, by=user.id, at=desk.clock()))


@router.post("/people/{person_id}/reset")
def reset(*, desk: TheDesk, user: PeopleWriter, person_id: Number) -> ResetOut:
    """Take a person's password and second factor away and end their sessions; a new one-time link comes."""
    token = people.reset(desk.engine, person_id, by=user.id, at=desk.clock())
    return ResetOut(id=person_id, link=f"{desk.settings.desk.address}/welcome/{token}")


@router.get("/teams")
def all_teams(*, desk: TheDesk, user: PeopleReader) -> list[TeamOut]:
    """List the teams."""
    del user
    return [TeamOut(id=one.id, name=one.name, members=list(one.members)) for one in teams.all_teams(desk.engine)]


@router.post("/teams", status_code=201)
def make_team(*, desk: TheDesk, user: PeopleWriter, body: TeamIn) -> TeamOut:
    """Make a team."""
    made = teams.make(desk.engine, body.name, by=user.id, at=desk.clock())
    return TeamOut(id=made.id, name=made.name, members=[])


@router.post("/teams/{team_id}/members")
def set_members(*, desk: TheDesk, user: PeopleWriter, team_id: Number, body: MembersIn) -> TeamOut:
    """Say who is in a team; numbers of nobody are left out."""
    teams.set_members(desk.engine, team_id, body.members, by=user.id, at=desk.clock())
    found = next(one for one in teams.all_teams(desk.engine) if one.id == team_id)
    return TeamOut(id=found.id, name=found.name, members=list(found.members))


@router.post("/teams/{team_id}/remove")
def remove_team(*, desk: TheDesk, user: PeopleWriter, team_id: Number) -> RemovedOut:
    """Remove a team; its people stay."""
    teams.remove(desk.engine, team_id, by=user.id, at=desk.clock())
    return RemovedOut(id=team_id)


def _person(one: User) -> PersonOut:
    return PersonOut(id=one.id, login=one.name, name=one.display_name, role=one.role.value, active=one.active)
