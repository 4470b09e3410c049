"""Searches that a member of the desk saved: what is asked, when and where its alerts go. Each is seen by its owner alone.

A search's secret signs its webhook (kept sealed where the desk has a key) and its feed's address opens its feed; either can be
made anew.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from factdesk.errors import NotFoundError, StateError
from factdesk.messages import tell
from factdesk.store.alert_tables import saved_searches
from factdesk.store.alert_times import DAY_MINUTES, Every, Pace
from factdesk.store.database import reading, writing
from factdesk.store.sealing import Sealer, kept, of_hook
from factdesk.store.tables import users

MOST = 100  # of one person
_EMAIL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_LONGEST_URL = 2000
_AT_ONCE = Pace()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person sets. ``asked`` is the address of the search page, name -> value; empty channels are off."""

    name: str
    asked: Mapping[str, str]
    pace: Pace = _AT_ONCE
    email: str = ""
    hook_url: str = ""
    feed: bool = False


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A saved search of ``user_id``. ``hook_secret`` is empty without a webhook, ``feed_token`` without a feed.

    The secret is as it is kept; ``factdesk.store.sealing.opened`` gives the one that signs.
    """

    id: int
    user_id: int
    wanted: Wanted
    active: bool
    created_at: datetime
    hook_secret: str = field(default="", repr=False)
    feed_token: str = field(default="", repr=False)

    @property
    def channels(self) -> tuple[str, ...]:
        """Where alerts are sent to: ``email``, ``webhook``."""
        pairs = (("email", self.wanted.email), ("webhook", self.wanted.hook_url))
        return tuple(name for name, target in pairs if target)


def save(engine: Engine, user_id: int, wanted: Wanted, *, at: datetime, sealer: Sealer | None = None) -> SavedSearch:
    """Save a search. Raises ``StateError`` for a value that does not do, or when the person has too many."""
    sound = _sound(wanted)
    with writing(engine) as connection:
        count = select(func.count()).select_from(saved_searches).where(saved_searches.c.user_id == user_id)
        if connection.execute(count).scalar_one() >= MOST:
            raise StateError(tell("You have %(number)s saved searches.", number=MOST), remedy="Delete one first.")
        row = {"user_id": user_id, "active": True, "created_at": at, **_row(sound), **_keys(sound, None)} | _secret(
            sound, None, user_id=user_id, sealer=sealer
        )
        number = connection.execute(insert(saved_searches).values(**row).returning(saved_searches.c.id)).scalar_one()
        return owned(connection, number, user_id=user_id)


def change(connection: Connection, number: int, wanted: Wanted, *, user_id: int, sealer: Sealer | None = None) -> SavedSearch:
    """Set what a search wants. Raises ``StateError`` for a value that does not do, ``NotFoundError`` for another's search."""
    sound = _sound(wanted)
    before = owned(connection, number, user_id=user_id)
    mine = saved_searches.c.id == number
    connection.execute(update(saved_searches).where(mine).values(**_row(sound), **_keys(sound, before)))
    if secret := _secret(sound, before, user_id=user_id, sealer=sealer):
        connection.execute(update(saved_searches).where(mine).values(**secret))
    return owned(connection, number, user_id=user_id)


def renew(connection: Connection, number: int, *, user_id: int, sealer: Sealer | None = None) -> SavedSearch:
    """Give the search's feed a new address and its webhook a new secret: the old ones end. Raises ``NotFoundError``."""
    before = owned(connection, number, user_id=user_id)
    made = _keys(before.wanted, None) | _secret(before.wanted, None, user_id=user_id, sealer=sealer)
    connection.execute(update(saved_searches).where(saved_searches.c.id == number).values(**made))
    return owned(connection, number, user_id=user_id)


def set_running(engine: Engine, number: int, *, user_id: int, active: bool) -> None:
    """Pause a search (what arrives meanwhile is not alerted) or let it go on. Raises ``NotFoundError``."""
    with writing(engine) as connection:
        owned(connection, number, user_id=user_id)
        connection.execute(update(saved_searches).where(saved_searches.c.id == number).values(active=active))


def remove(engine: Engine, number: int, *, user_id: int) -> None:
    """Delete a search with its matches and what was not sent yet. Raises ``NotFoundError``."""
    with writing(engine) as connection:
        owned(connection, number, user_id=user_id)
        connection.execute(delete(saved_searches).where(saved_searches.c.id == number))


def owned(connection: Connection, number: int, *, user_id: int) -> SavedSearch:
    """Return a search of this person. Raises ``NotFoundError`` for another's as for one that is not there."""
    query = select(saved_searches).where(saved_searches.c.id == number, saved_searches.c.user_id == user_id)
    row = connection.execute(query).first()
    if row is None:
        raise NotFoundError("You have no such saved search.", remedy="See yours under Alerts.")
    return saved_from(row)


def of_person(engine: Engine, user_id: int) -> list[SavedSearch]:
    """Return a person's searches by name."""
    mine = select(saved_searches).where(saved_searches.c.user_id == user_id)
    with reading(engine) as connection:
        rows = connection.execute(mine.order_by(func.lower(saved_searches.c.name), saved_searches.c.id))
        return [saved_from(row) for row in rows]


def every_one(engine: Engine) -> list[tuple[SavedSearch, str]]:
    """Return all searches with their owners' logins, for who runs the desk."""
    query = select(saved_searches, users.c.name.label("login")).join(users, users.c.id == saved_searches.c.user_id)
    with reading(engine) as connection:
        return [(saved_from(row), row.login) for row in connection.execute(query.order_by(saved_searches.c.id))]


def running(connection: Connection) -> list[SavedSearch]:
    """Return the searches that are not paused, of people who may sign in."""
    query = select(saved_searches).join(users, users.c.id == saved_searches.c.user_id)
    rows = connection.execute(query.where(saved_searches.c.active, users.c.active).order_by(saved_searches.c.id))
    return [saved_from(row) for row in rows]


def by_feed(engine: Engine, token: str) -> SavedSearch:
    """Return the search whose feed has this address, also when it is paused. Raises ``NotFoundError``."""
    query = select(saved_searches).join(users, users.c.id == saved_searches.c.user_id)
    with reading(engine) as connection:
        row = connection.execute(query.where(saved_searches.c.feed_token == token, users.c.active)).first() if token else None
    if row is None:
        raise NotFoundError("There is no such feed.", remedy="Copy its address again from the desk.")
    return saved_from(row)


def saved_from(row: Row[tuple[object, ...]]) -> SavedSearch:
    """Return the search of a row that carries all columns of ``saved_searches``."""
    m = row._mapping  # noqa: SLF001 # SQLAlchemy's documented accessor
    c = saved_searches.c
    quiet = None if m[c.quiet_from] is None or m[c.quiet_to] is None else (m[c.quiet_from], m[c.quiet_to])
    pace = Pace(Every(m[c.every]), m[c.at_minute], m[c.weekday], quiet)
    wanted = Wanted(m[c.name], dict(m[c.asked]), pace, m[c.email], m[c.hook_url], feed=m[c.feed_token] is not None)
    token = m[c.feed_token] or ""
    return SavedSearch(m[c.id], m[c.user_id], wanted, m[c.active], m[c.created_at], m[c.sealed] or m[c.hook_secret], token)


def _sound(wanted: Wanted) -> Wanted:
    name, email, url = " ".join(wanted.name.split()), wanted.email.strip(), wanted.hook_url.strip()
    if not 1 <= len(name) <= 120 or not name.isprintable():
        raise StateError("The search needs a name.", remedy="Use 1 to 120 letters.")
    if email and not _EMAIL.fullmatch(email):
        raise StateError(
            tell("%(address)s is no e-mail address.", address=email[:80]),
            remedy="Write one address, such as night@desk.example.",
        )
    if len(url) > _LONGEST_URL or (url and not url.lower().startswith(("http://", "https://"))):
        raise StateError("The webhook's address is not one of the web.", remedy="It begins with https://.")
    minutes = (wanted.pace.at_minute, *(wanted.pace.quiet or ()))
    if not all(0 <= minute < DAY_MINUTES for minute in minutes) or not 0 <= wanted.pace.weekday <= 6:
        raise StateError("A time of the day is missing or is none.", remedy="Write it as 08:00.")
    return replace(wanted, name=name, email=email, hook_url=url)


def _row(wanted: Wanted) -> dict[str, object]:
    quiet = wanted.pace.quiet or (None, None)
    return {
        "name": wanted.name,
        "asked": dict(wanted.asked),
        "every": wanted.pace.every.value,
        "at_minute": wanted.pace.at_minute,
        "weekday": wanted.pace.weekday,
        "quiet_from": quiet[0],
        "quiet_to": quiet[1],
        "email": wanted.email,
        "hook_url": wanted.hook_url,
    }


def _keys(wanted: Wanted, before: SavedSearch | None) -> dict[str, str | None]:
    """Keep the address of the feed while there is one."""
    token = (before.feed_token if before else "") or secrets.token_urlsafe(32)
    return {"feed_token": token if wanted.feed else None}


def _secret(wanted: Wanted, before: SavedSearch | None, *, user_id: int, sealer: Sealer | None) -> dict[str, str]:
    """Return the columns of a new secret; none while the webhook stays as it is. Another webhook gets one of its own."""
    if before is not None and before.wanted.hook_url == wanted.hook_url and (before.hook_secret or not wanted.hook_url):
        return {}
    clear, sealed = kept(sealer, secrets.token_hex(32) if wanted.hook_url else "", of=of_hook(user_id))
    return {"hook_secret": clear, "sealed": sealed}
