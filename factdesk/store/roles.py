"""Who may do what: the desk's roles and the one table of their rights.

Every page, form and call of the API asks for one right, and so do the editorial functions themselves; ``docs/desk.md`` prints
this table and a test walks every route with every role. No right lets anybody approve what they wrote.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a member of the desk does."""

    ANALYST = "analyst"
    EDITOR = "editor"
    APPROVER = "approver"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    READ_ONLY = "read-only"


class Right(StrEnum):
    """One thing that a role may do."""

    READ = "read"
    SAVE = "save"
    DECIDE = "decide"
    ACKNOWLEDGE = "acknowledge"
    READ_STATEMENTS = "read_statements"
    WRITE = "write"
    APPROVE = "approve"
    PUBLISH = "publish"
    TRENDS = "trends"
    ACCOUNT = "account"
    PEOPLE = "people"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Grant:
    """A right in words, and the roles that have it."""

    right: Right
    words: str
    roles: tuple[Role, ...]


_ALL = tuple(Role)
_A, _E, _P, _M, _D, _R = _ALL
GRANTS = (
    Grant(Right.READ, "queue, search, items, narratives, events, sources, library: read", _ALL),
    Grant(Right.SAVE, "own saved searches and their alerts", _ALL),
    Grant(Right.DECIDE, "decide about a flagged claim", (_A, _E)),
    Grant(Right.ACKNOWLEDGE, "note that a source's trouble was seen", (_A, _E, _M, _D)),
    Grant(Right.READ_STATEMENTS, "statements under way: read", (_E, _P, _M, _D, _R)),
    Grant(Right.WRITE, "statements: draft, edit, submit, let a sentence pass, correct, withdraw", (_E,)),
    Grant(Right.APPROVE, "statements of others: approve, send back", (_E, _P)),
    Grant(Right.PUBLISH, "publish what a second person approved", (_E, _P)),
    Grant(Right.TRENDS, "trends: read", (_M, _D, _R)),
    Grant(Right.ACCOUNT, "own password, second factor, sessions and API tokens", _ALL),
    Grant(Right.PEOPLE, "people, teams, others' sessions and tokens", (_D,)),
    Grant(Right.AUDIT, "the audit log: read", (_D,)),
)
RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {role: frozenset(grant.right for grant in GRANTS if role in grant.roles) for role in Role}
)


def roles_with(right: Right) -> tuple[Role, ...]:
    """Return the roles that have a right."""
    return next(grant.roles for grant in GRANTS if grant.right is right)


def table() -> str:
    """Return the rights as the Markdown table of ``docs/desk.md``."""
    head = ["| | " + " | ".join(Role) + " |", "|---" * (len(Role) + 1) + "|"]
    return "\n".join([*head, *map(_row, GRANTS)])


def _row(grant: Grant) -> str:
    cells = ("yes " if role in grant.roles else "" for role in Role)
    return "| ".join([f"| {grant.words} ", *cells]) + "|"
