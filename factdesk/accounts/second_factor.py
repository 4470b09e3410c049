"""The second factor: codes of an authenticator app (TOTP, RFC 6238) and one-time recovery codes.

A code is taken once: the half-minute it belongs to is remembered, and no code of that or an earlier one is accepted. Failed
codes count as failed sign-ins of the login, so that six digits cannot be guessed.
"""

import hmac
import secrets
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from factdesk.errors import NotAllowedError, StateError
from factdesk.store import audit
from factdesk.store.database import reading, writing
from factdesk.store.sealing import Sealer, kept, of_app, opened
from factdesk.store.staff_tables import half_logins, recovery_codes, second_factors
from factdesk.store.tables import sessions, users
from factdesk.store.users import User, digest_of, note_attempt, require_calm, user_by_id, verified

CODES = 10
_STEP_S = 30
_HALF = timedelta(minutes=5)


def has(engine: Engine, user_id: int) -> bool:
    """Whether a person's second factor is on."""
    with reading(engine) as connection:
        return _row(connection, user_id, confirmed=True) is not None


def codes_left(engine: Engine, user_id: int) -> int:
    """Return how many recovery codes a person has not used."""
    with reading(engine) as connection:
        unused = select(recovery_codes.c.digest).where(recovery_codes.c.user_id == user_id, recovery_codes.c.used_at.is_(None))
        return len(connection.execute(unused).all())


def begin(engine: Engine, user_id: int, *, sealer: Sealer | None = None) -> str:
    """Return the secret to show in the app: a new one, or the one that was shown before.

    Raises ``StateError`` when it is on.
    """
    with writing(engine) as connection:
        if _row(connection, user_id, confirmed=True) is not None:
            raise StateError("The second factor is on already.", remedy="Switch it off first.")
        shown = _row(connection, user_id, confirmed=False)
        if shown is not None:
            return _secret(shown, sealer)
        made = pyotp.random_base32()
        clear, sealed = kept(sealer, made, of=of_app(user_id))
        connection.execute(insert(second_factors).values(user_id=user_id, secret=clear, sealed=sealed))
        return made


def address(secret: str, *, login: str, desk: str) -> str:
    """Return the ``otpauth:`` address that an app reads from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=desk)


def confirm(engine: Engine, user_id: int, *, code: str, session: str, at: datetime, sealer: Sealer | None = None) -> list[str]:
    """Switch the second factor on with its first code; return the recovery codes, which are shown once and stored as digests.

    ``session`` is the token of the session that gave the code. Raises ``NotAllowedError`` for a wrong code.
    """
    with writing(engine) as connection:
        shown = _row(connection, user_id, confirmed=False)
        step = _step(_secret(shown, sealer), code, after=0, at=at) if shown else None
        if step is None:
            raise NotAllowedError("The code does not match.", remedy="Wait for the app's next code and type that.")
        mine = second_factors.c.user_id == user_id
        connection.execute(update(second_factors).where(mine).values(confirmed_at=at, last_step=step))
        connection.execute(update(sessions).where(sessions.c.token_digest == digest_of(session)).values(strong=True))
        fresh = [f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _ in range(CODES)]
        connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
        connection.execute(insert(recovery_codes), [{"user_id": user_id, "digest": digest_of(one)} for one in fresh])
        _log(connection, user_id, action="person.second_factor_on", at=at)
        return fresh


def remove(engine: Engine, user_id: int, *, password: str, at: datetime) -> None:
    """Switch one's own second factor off, with the password. Raises ``NotAllowedError``; wrong tries are throttled."""
    with reading(engine) as connection:
        row = connection.execute(select(users).where(users.c.id == user_id)).one()
        require_calm(connection, row.name, at=at)
    right = verified(row.password_hash, password)
    with writing(engine) as connection:
        if right:
            connection.execute(delete(second_factors).where(second_factors.c.user_id == user_id))
            connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
            connection.execute(update(sessions).where(sessions.c.user_id == user_id).values(strong=False))
            _log(connection, user_id, action="person.second_factor_off", at=at)
        else:
            note_attempt(connection, row.name, user_id=user_id, ok=False, at=at)
    if not right:
        raise NotAllowedError("The password is wrong.", remedy="Type the password that you sign in with.")


def half_login(engine: Engine, user: User, *, at: datetime) -> str:
    """Note that a password was right while the code is outstanding; return the token that carries this for five minutes."""
    token = secrets.token_urlsafe(32)
    with writing(engine) as connection:
        connection.execute(delete(half_logins).where(half_logins.c.expires_at <= at))
        row = {"token_digest": digest_of(token), "user_id": user.id, "expires_at": at + _HALF}
        connection.execute(insert(half_logins).values(**row))
    return token


def complete(engine: Engine, token: str, *, code: str, at: datetime, sealer: Sealer | None = None) -> User:
    """Return who signs in with a right code, or an unused recovery code, after a right password; both are then used up.

    Raises ``NotAllowedError`` for a wrong or used code, ``ThrottledError`` for too many, ``StateError`` when it took too long.
    """
    with writing(engine) as connection:
        half = half_logins.c.token_digest == digest_of(token)
        user_id = connection.execute(select(half_logins.c.user_id).where(half, half_logins.c.expires_at > at)).scalar()
        if user_id is None:
            raise StateError("The sign-in took too long.", remedy="Begin again with login and password.")
        user = user_by_id(connection, user_id)
        require_calm(connection, user.name, at=at)
        right = user.active and (
            _recover(connection, user_id, code, at=at) or _take(connection, user_id, code, at=at, sealer=sealer)
        )
        note_attempt(connection, user.name, user_id=user_id, ok=right, at=at)
        if right:
            connection.execute(delete(half_logins).where(half))
    if not right:
        raise NotAllowedError("The code does not match or was used already.", remedy="Wait for the app's next code.")
    return user


def _take(connection: Connection, user_id: int, code: str, *, at: datetime, sealer: Sealer | None) -> bool:
    row = connection.execute(select(second_factors).where(second_factors.c.user_id == user_id).with_for_update()).first()
    step = _step(_secret(row, sealer), code, after=row.last_step, at=at) if row and row.confirmed_at else None
    if step is not None:
        connection.execute(update(second_factors).where(second_factors.c.user_id == user_id).values(last_step=step))
    return step is not None


def _step(secret: str, code: str, *, after: int, at: datetime) -> int | None:
    """Return the half-minute whose code was given: this one or one to either side, and later than ``after``."""
    typed, app = code.replace(" ", "").strip(), pyotp.TOTP(secret)
    now = int(at.timestamp()) // _STEP_S
    for step in (now - 1, now, now + 1):
        if step > after and hmac.compare_digest(app.generate_otp(step).encode(), typed.encode("utf-8", "replace")):
            return step
    return None


def _recover(connection: Connection, user_id: int, code: str, *, at: datetime) -> bool:
    mine = (recovery_codes.c.user_id == user_id, recovery_codes.c.digest == digest_of(code.strip().lower()))
    used = update(recovery_codes).where(*mine, recovery_codes.c.used_at.is_(None)).values(used_at=at)
    found = connection.execute(used).rowcount == 1
    if found:
        _log(connection, user_id, action="person.recovery_code_used", at=at)
    return found


def _row(connection: Connection, user_id: int, *, confirmed: bool) -> Row[tuple[object, ...]] | None:
    on = second_factors.c.confirmed_at.is_not(None) if confirmed else second_factors.c.confirmed_at.is_(None)
    return connection.execute(select(second_factors).where(second_factors.c.user_id == user_id, on)).first()


def _secret(row: Row[tuple[object, ...]], sealer: Sealer | None) -> str:
    """Return the secret that the app has. Raises ``SealedError`` when the key that sealed it is missing."""
    return opened(sealer, row.sealed or row.secret, of=of_app(row.user_id))


def _log(connection: Connection, user_id: int, *, action: str, at: datetime) -> None:
    audit.record(connection, user_id=user_id, action=action, subject=f"person:{user_id}", detail={}, at=at)
