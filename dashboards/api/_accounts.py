"""What the JSON API tells of a login: where it is signed in, and which tokens speak for it; none of it opens anything."""

from datetime import datetime

from pydantic import BaseModel, Field

from dashboards._desk import Desk
from dashboards.api._calls import Told
from factdesk.accounts import sessions, tokens
from factdesk.errors import NotFoundError


class SessionOut(BaseModel):
    """A running session; ``session`` names it."""

    session: str
    agent: str
    created_at: datetime
    expires_at: datetime
    second_factor: bool


class TokenOut(BaseModel):
    """A token that works, without itself."""

    id: int
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


class OpenOut(BaseModel):
    """What a person has open."""

    sessions: list[SessionOut]
    tokens: list[TokenOut]


class SessionIn(Told):
    """The name of a session to end, or ``all``."""

    session: str = Field(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z]+$")


class EndedOut(BaseModel):
    """The session that is ended, or ``all``."""

    session: str


class RevokedOut(BaseModel):
    """The token that opens nothing any more."""

    token: int


def opened(desk: Desk, user_id: int) -> OpenOut:
    """Return a person's running sessions and working tokens."""
    now = desk.clock()
    return OpenOut(
        sessions=[
            SessionOut(
                session=one.handle,
                agent=one.agent,
                created_at=one.created_at,
                expires_at=one.expires_at,
                second_factor=one.strong,
            )
            for one in sessions.running(desk.engine, user_id, at=now)
        ],
        tokens=[_token(one) for one in tokens.tokens_of(desk.engine, user_id) if one.works(now)],
    )


def own_token(desk: Desk, user_id: int, token_id: int) -> int:
    """Return the number of a token of this person. Raises ``NotFoundError`` for another's."""
    if token_id not in {one.id for one in tokens.tokens_of(desk.engine, user_id)}:
        raise NotFoundError("There is no such token.", remedy="List the tokens again.")
    return token_id


def _token(one: tokens.Token) -> TokenOut:
    return TokenOut(
        id=one.id,
        name=one.name,
        scopes=[scope.value for scope in one.scopes],
        created_at=one.created_at,
        expires_at=one.expires_at,
        used_at=one.used_at,
    )
