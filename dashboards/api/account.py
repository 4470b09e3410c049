"""The JSON API for one's own login: who a token speaks for, where one is signed in, and ending sessions and tokens.

A password, a second factor and new tokens are for a person at the desk alone: a token that leaked must not become a login.
"""

from typing import Annotated

from fastapi import APIRouter, Depends

from dashboards._desk import TheDesk
from dashboards.api._accounts import EndedOut, OpenOut, RevokedOut, SessionIn, opened, own_token
from dashboards.api._calls import MISTAKES, Number, Scoped
from factdesk.accounts import second_factor, sessions, teams, tokens
from factdesk.accounts.tokens import Scope
from factdesk.store.roles import RIGHTS
from factdesk.store.users import User

router = APIRouter(prefix="/api/v1/account", responses=MISTAKES)
Reader = Annotated[User, Depends(Scoped(Scope.READ_ACCOUNT))]
Writer = Annotated[User, Depends(Scoped(Scope.WRITE_ACCOUNT))]


class AccountOut(OpenOut):
    """Who calls, what they may do, and what they have open."""

    id: int
    login: str
    name: str
    role: str
    rights: list[str]
    teams: list[str]
    second_factor: bool
    recovery_codes_left: int


@router.get("")
def my_account(*, desk: TheDesk, user: Reader) -> AccountOut:
    """Give one's own login."""
    return AccountOut(
        **opened(desk, user.id).model_dump(),
        id=user.id,
        login=user.name,
        name=user.display_name,
        role=user.role.value,
        rights=sorted(right.value for right in RIGHTS[user.role]),
        teams=[team.name for team in teams.all_teams(desk.engine) if user.id in team.members],
        second_factor=second_factor.has(desk.engine, user.id),
        recovery_codes_left=second_factor.codes_left(desk.engine, user.id),
    )


@router.post("/sessions/end")
def end_session(*, desk: TheDesk, user: Writer, body: SessionIn) -> EndedOut:
    """End one of one's sessions, or all of them; tokens go on."""
    sessions.end(desk.engine, user.id, handle=body.session, by=user.id, at=desk.clock())
    return EndedOut(session=body.session)


@router.post("/tokens/{token_id}/revoke")
def revoke_token(*, desk: TheDesk, user: Writer, token_id: Number) -> RevokedOut:
    """Revoke one of one's tokens, also the one that calls."""
    tokens.revoke(desk.engine, own_token(desk, user.id, token_id), by=user.id, at=desk.clock())
    return RevokedOut(token=token_id)
