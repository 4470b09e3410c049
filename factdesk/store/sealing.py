"""Secrets that the desk itself has to read (those of authenticator apps and of webhooks), sealed where they are kept.

With the secret ``store_key`` they lie in the store as JWE (RFC 7516: ``dir``, AES-256-GCM), each bound to the person it belongs
to; without one they lie there in clear. What was kept before there was a key is sealed when the desk starts.
"""

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from sqlalchemy import Engine, select, update

from factdesk.errors import SettingsError, StoreError
from factdesk.messages import tell
from factdesk.settings import Settings
from factdesk.store.alert_tables import saved_searches
from factdesk.store.database import writing
from factdesk.store.staff_tables import second_factors

if TYPE_CHECKING:
    from joserfc.jwk import OctKey

KEY = "store_key"
_SHORTEST = 32
_SEALED = "eyJ"  # how a JWE begins; neither base32 nor hexadecimal does
_HOW = {"alg": "dir", "enc": "A256GCM"}
_LOST = tell(
    "Set the secret store_key to what it was; or reset these logins (factdesk users reset) and renew the webhooks' secrets."
)


class SealedError(StoreError):
    """A secret cannot be read: the key is missing, or it is another one."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals and opens with one key. Raises ``SettingsError`` for a key that is too short to be one."""

    key: str = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) < _SHORTEST:
            raise SettingsError("The secret store_key is too short.", remedy="Use at least 32 random characters.")

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """Return the sealer of a desk, or ``None`` where no key is set."""
        key = settings.secrets.get(KEY)
        return None if key is None else cls(key.get_secret_value())

    def seal(self, text: str, *, of: str) -> str:
        """Return a text sealed for ``of``, such as ``totp:3``: it opens for nothing else."""
        from joserfc import jwe  # noqa: PLC0415 # what nobody seals with costs no start

        return jwe.encrypt_compact({**_HOW, "kid": of}, text.encode(), self._octets())

    def open(self, sealed: str, *, of: str) -> str:
        """Return what was sealed for ``of``. Raises ``SealedError``."""
        from joserfc import jwe  # noqa: PLC0415 # the same
        from joserfc.errors import JoseError  # noqa: PLC0415 # the same

        try:
            found = jwe.decrypt_compact(sealed, self._octets())
        except (JoseError, ValueError) as error:
            raise SealedError("A secret in the store was sealed with another key.", remedy=_LOST) from error
        if found.protected.get("kid") != of or found.plaintext is None:
            raise SealedError("A secret in the store belongs to somebody else.", remedy=_LOST)
        return found.plaintext.decode()

    def _octets(self) -> "OctKey":
        from joserfc.jwk import OctKey  # noqa: PLC0415 # the same

        return OctKey.import_key(hashlib.sha256(b"factdesk store\0" + self.key.encode()).digest())


def kept(sealer: Sealer | None, text: str, *, of: str) -> tuple[str, str]:
    """Return what goes into the columns for a clear secret and for a sealed one; one of the two is empty."""
    return (text, "") if sealer is None or not text else ("", sealer.seal(text, of=of))


def opened(sealer: Sealer | None, stored: str, *, of: str) -> str:
    """Return a secret as it is used, whether it was kept sealed or in clear. Raises ``SealedError``."""
    if not stored.startswith(_SEALED):
        return stored
    if sealer is None:
        raise SealedError("The key that sealed the desk's secrets is missing.", remedy=_LOST)
    return sealer.open(stored, of=of)


def of_app(user_id: int) -> str:
    """Return what names the secret of a person's authenticator app."""
    return f"totp:{user_id}"


def of_hook(user_id: int) -> str:
    """Return what names the secrets of a person's webhooks."""
    return f"webhook:{user_id}"


def seal_all(engine: Engine, sealer: Sealer) -> int:
    """Seal what lies in the store in clear; return how many secrets that were. Raises ``StoreError``."""
    with writing(engine) as connection:
        apps = connection.execute(select(second_factors).where(second_factors.c.secret != "")).all()
        for row in apps:
            sealed = sealer.seal(row.secret, of=of_app(row.user_id))
            mine = second_factors.c.user_id == row.user_id
            connection.execute(update(second_factors).where(mine).values(secret="", sealed=sealed))
        hooks = connection.execute(select(saved_searches).where(saved_searches.c.hook_secret != "")).all()
        for row in hooks:
            sealed = sealer.seal(row.hook_secret, of=of_hook(row.user_id))
            mine = saved_searches.c.id == row.id
            connection.execute(update(saved_searches).where(mine).values(hook_secret="", sealed=sealed))
    return len(apps) + len(hooks)
