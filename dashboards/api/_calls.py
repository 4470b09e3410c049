"""What every call of the JSON API shares: who calls and with what scope, how a mistake is told, and which texts are taken."""

from typing import Annotated, Any, Literal

from fastapi import Path, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from dashboards._desk import TheDesk
from dashboards.auth import COOKIE, Allow, FoundSession, SignInError
from factdesk.accounts.tokens import NEEDS, Scope, caller_of
from factdesk.errors import NotAllowedError
from factdesk.messages import tell
from factdesk.store.roles import roles_with
from factdesk.store.users import User

_BEARER = HTTPBearer(auto_error=False, scheme_name="token", description="An API token, made under one's own name on the desk.")
_COOKIE = APIKeyCookie(name=COOKIE, auto_error=False, scheme_name="session", description="A signed-in browser; reads only.")


class Problem(BaseModel):
    """What was wrong with a call, and what to do about it (RFC 9457)."""

    title: str
    detail: str
    status: int


class Told(BaseModel):
    """A body that is read: an unknown field is a mistake, and nothing is guessed."""

    model_config = ConfigDict(extra="forbid", strict=True)


_MEANT = {
    400: "The body is no text that can be read at all.",
    401: "No token, or one that does not work (any more).",
    403: "The person's role, or the token's scopes, do not allow this.",
    404: "There is nothing of this number or name.",
    405: "The address does not take this method.",
    409: "Not in this state, or not by this person: the title says why.",
    413: "The body is too long, or its length is not told.",
    422: "A parameter or the body cannot be read.",
    502: "The drafting help that the desk has set up gave no text that can be used.",
    503: "The store or the search index is away; try again later.",
}
MISTAKES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": words,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        "model": Problem,
    }
    for status, words in _MEANT.items()
}


class Scoped(Allow):
    """A dependency that gives the person for whom a token with a scope speaks; a browser's session may read.

    A form of another site carries no token, so that none of these calls needs another protection against it. Raises
    ``SignInError`` or ``NotAllowedError``.
    """

    def __init__(self, scope: Scope) -> None:
        super().__init__(NEEDS[scope])
        self.scope = scope

    def __call__(  # type: ignore[override] # the tokens' way in beside the pages' own
        self,
        request: Request,
        session: FoundSession,
        *,
        desk: TheDesk,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)] = None,
        cookie: Annotated[str | None, Security(_COOKIE)] = None,
    ) -> User:
        """Return the person."""
        del cookie
        if "authorization" not in request.headers and request.method == "GET":
            return self.require(request, session).user
        caller = caller_of(desk.engine, bearer.credentials, at=desk.clock()) if bearer else None
        if caller is None:
            raise SignInError("")
        if not caller.user.may(self.right):
            names = " or ".join(roles_with(self.right))
            raise NotAllowedError("Your role does not do this.", remedy=tell("It is for: %(roles)s.", roles=names))
        if self.scope not in caller.scopes:
            raise NotAllowedError(
                tell("The token has no scope %(scope)s.", scope=self.scope.value), remedy="Make one that has it."
            )
        return caller.user


def _clean(text: str) -> str:
    return text.replace("\0", "")


Words = Annotated[str, AfterValidator(_clean)]
Line = Annotated[str, StringConstraints(max_length=500), AfterValidator(_clean)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_clean)]
Body = Annotated[str, StringConstraints(max_length=100_000), AfterValidator(_clean)]
Number = Annotated[int, Path(ge=1, le=2_147_483_647)]
Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z_-]+$")]


class CitationIn(Told):
    """A passage of the library to cite, with the words quoted from it."""

    passage: Id
    quote: Line = ""


class TextIn(Told):
    """The whole text of a statement."""

    title: Line
    body: Body
    rating: Literal["false", "misleading", "unsupported", "true"]
