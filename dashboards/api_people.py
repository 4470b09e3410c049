"""The JSON API for administrators: people, teams and the audit log; and who a token speaks for."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from dashboards._api import MISTAKES, Line, Number, Scoped, Told
from dashboards._desk import TheDesk
from factdesk.accounts import people, teams
from factdesk.accounts.tokens import Scope
from factdesk.settings import RoleName
from factdesk.store.audit_view import AuditFilter, lines
from factdesk.store.users import User, list_users

router = APIRouter(prefix="/api/v1", responses=MISTAKES)
PeopleReader = Annotated[User, Depends(Scoped(Scope.READ_PEOPLE))]
PeopleWriter = Annotated[User, Depends(Scoped(Scope.WRITE_PEOPLE))]
Auditor = Annotated[User, Depends(Scoped(Scope.READ_AUDIT))]
Short = Annotated[str, Query(max_length=80)]


class PersonOut(BaseModel):
    """A member of the desk."""

    id: int
    login: str
    name: str
    role: str
    active: bool


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


class TeamIn(Told):
    """A new team."""

    name: str = Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")


class MembersIn(Told):
    """Who is in a team."""

    members: list[Annotated[int, Field(ge=1, le=2_147_483_647)]] = Field(max_length=1000)


class LineOut(BaseModel):
    """One line of the audit log."""

    number: int
    at: str
    user: int | None
    action: str
    subject: str
    detail: dict[str, str]


class AuditOut(BaseModel):
    """One page of the audit log, newest first."""

    total: int
    lines: list[LineOut]


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


@router.get("/audit")
def audit_log(  # noqa: PLR0913 # each filter is a parameter of the address
    *,
    desk: TheDesk,
    user: Auditor,
    person: Annotated[int | None, Query(ge=1, le=2_147_483_647)] = None,
    action: Short = "",
    subject: Short = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> AuditOut:
    """Give one page of the audit log, newest first; ``action`` may be a beginning (``statement.``)."""
    del user
    found, total = lines(desk.engine, AuditFilter(person, action, subject), limit=limit, offset=offset)
    told = [
        LineOut(
            number=one.number,
            at=_iso(one.at),
            user=one.user_id,
            action=one.action,
            subject=one.subject,
            detail=dict(one.detail),
        )
        for one in found
    ]
    return AuditOut(total=total, lines=told)


def _person(one: User) -> PersonOut:
    return PersonOut(id=one.id, login=one.name, name=one.display_name, role=one.role.value, active=one.active)


def _iso(at: datetime) -> str:
    return at.isoformat()
