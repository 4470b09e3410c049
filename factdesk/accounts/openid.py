"""Sign-in with a newsroom's own OpenID provider: authorization code with PKCE, and every claim of its answer checked.

After OpenID Connect Core 1.0, sections 3.1.2 and 3.1.3.7, RFC 7636 (PKCE) and RFC 9207 (issuer in the answer). The provider is
asked anew for its endpoints and keys at each sign-in: nothing is kept that could be out of date. A person is known by issuer
and subject; an address or a name that the provider tells never opens a login that is there already.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import Engine, delete, insert

from factdesk.errors import FactdeskError, NotAllowedError
from factdesk.settings import OpenIdSettings
from factdesk.store.database import writing
from factdesk.store.staff_tables import openid_requests
from factdesk.store.users import digest_of

SECRET = "openid_client_secret"  # noqa: S105 # the secret's name
_SIGNED_BY = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
_WAIT = timedelta(minutes=10)
_LEEWAY_S = 60
_TIMEOUT_S = 10.0
_LARGEST = 1_000_000
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class ProviderError(FactdeskError):
    """The provider cannot be reached or does not answer as the protocol says."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider said about who signs in, once everything about it was checked."""

    issuer: str
    subject: str
    name: str
    display_name: str
    claims: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Provider:
    """The provider with what this desk is to it; ``back`` is where it sends people back to."""

    settings: OpenIdSettings
    secret: str
    back: str


@dataclass(frozen=True, slots=True)
class _Endpoints:
    authorization: str
    token: str
    keys: str


def begin(engine: Engine, provider: Provider, *, then: str, at: datetime) -> tuple[str, str]:
    """Return the provider's address to send a person to, and the state that their browser must bring back."""
    asked = _endpoints(provider.settings.issuer)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    row = {"state_digest": digest_of(state), "nonce": nonce, "verifier": verifier, "then": then, "expires_at": at + _WAIT}
    with writing(engine) as connection:
        connection.execute(delete(openid_requests).where(openid_requests.c.expires_at <= at))
        connection.execute(insert(openid_requests).values(**row))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    query = {
        "response_type": "code",
        "client_id": provider.settings.client_id,
        "redirect_uri": provider.back,
        "scope": " ".join(provider.settings.scopes),
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    join = "&" if urlsplit(asked.authorization).query else "?"
    return f"{asked.authorization}{join}{urlencode(query)}", state


def finish(engine: Engine, provider: Provider, *, code: str, state: str, at: datetime) -> tuple[Told, str]:
    """Return what the provider says about who came back with ``code``, and where they wanted to go.

    A request is used up by its first answer. Raises ``NotAllowedError`` for an answer that is not to our question, too late, or
    not the provider's; ``ProviderError`` when it does not answer.
    """
    with writing(engine) as connection:
        mine = delete(openid_requests).where(
            openid_requests.c.state_digest == digest_of(state), openid_requests.c.expires_at > at
        )
        asked = connection.execute(mine.returning(openid_requests)).first()
    if asked is None:
        raise _refused("it does not belong to a sign-in of this desk, or came too late")
    endpoints = _endpoints(provider.settings.issuer)
    answer = _exchange(provider, endpoints, code=code, verifier=asked.verifier)
    claims = _claims(str(answer.get("id_token", "")), _keys(endpoints), provider=provider, nonce=asked.nonce, at=at)
    return _told(provider.settings, claims), asked.then


def require_issuer(provider: Provider, issuer: str) -> None:
    """Refuse an answer that names another issuer (RFC 9207). Raises ``NotAllowedError``."""
    if issuer and issuer != provider.settings.issuer:
        raise _refused("it names another issuer")


def _endpoints(issuer: str) -> _Endpoints:
    """Read the discovery document, which must name the issuer that was asked (OpenID Connect Discovery 1.0, 4.3)."""
    found = _json("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise ProviderError(
            "The OpenID provider calls itself otherwise.", remedy="Set openid.issuer to what its document says."
        )
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    return _Endpoints(*(_safe(str(found.get(name, ""))) for name in names))


def _keys(endpoints: _Endpoints) -> KeySet:
    found = _json("GET", endpoints.keys)
    listed = found.get("keys")
    # only keys that sign, and none that both sides would know
    usable = [
        one
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict) and one.get("kty") in {"RSA", "EC"} and one.get("use", "sig") == "sig"
    ]
    try:
        return KeySet.import_key_set({"keys": usable})
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise ProviderError("The OpenID provider's keys cannot be read.", remedy="Try again, or tell its operator.") from error


def _exchange(provider: Provider, endpoints: _Endpoints, *, code: str, verifier: str) -> dict[str, object]:
    client, secret = provider.settings.client_id, provider.secret
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": provider.back,
        "code_verifier": verifier,
        "client_id": client,
    }
    # RFC 6749, 2.3.1: both are form-encoded before they are joined
    pair = f"{quote(client, safe='')}:{quote(secret, safe='')}".encode()
    headers = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"} if secret else {}
    return _json("POST", endpoints.token, form=form, headers=headers)


def _claims(token: str, keys: KeySet, *, provider: Provider, nonce: str, at: datetime) -> Mapping[str, object]:
    now = int(at.timestamp())
    registry = jwt.JWTClaimsRegistry(
        now=now,
        leeway=_LEEWAY_S,
        iss={"essential": True, "value": provider.settings.issuer},
        aud={"essential": True, "value": provider.settings.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        decoded = jwt.decode(token, keys, algorithms=_SIGNED_BY)
        registry.validate(decoded.claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise _refused("its token is not valid for this desk now, or not signed by the provider") from error
    claims = decoded.claims
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise _refused("its token answers another sign-in")
    audience, party = claims.get("aud"), claims.get("azp")
    if (isinstance(audience, list) and len(audience) > 1 and party is None) or party not in {None, provider.settings.client_id}:
        raise _refused("its token is for another program")
    return claims


def _told(settings: OpenIdSettings, claims: Mapping[str, object]) -> Told:
    mail = str(claims.get("email") or "").lower()
    if settings.domains and (claims.get("email_verified") is not True or mail.rpartition("@")[2] not in settings.domains):
        raise _refused("your address does not belong to this desk", remedy="Ask an administrator of the desk.")
    name = str(claims.get("preferred_username") or mail or claims["sub"])
    return Told(settings.issuer, str(claims["sub"])[:255], name[:80], str(claims.get("name") or name)[:200], claims)


def _json(
    method: str, address: str, *, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, object]:
    try:
        with httpx2.Client(timeout=_TIMEOUT_S, follow_redirects=False) as client:
            answer = client.request(
                method, _safe(address), data=form, headers={"Accept": "application/json", **(headers or {})}
            )
    except httpx2.HTTPError as error:
        raise ProviderError("The OpenID provider does not answer.", remedy="Try again, or sign in with a password.") from error
    if answer.status_code == 400 and method == "POST":
        raise _refused("the provider does not know the code, or it was used before")
    try:
        told = json.loads(answer.content) if answer.status_code == 200 and len(answer.content) <= _LARGEST else None
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise ProviderError(
            f"The OpenID provider answers HTTP {answer.status_code} without what was asked for.",
            remedy="Try again, or tell its operator.",
        )
    return told


def _safe(address: str) -> str:
    """Return an address that is encrypted, or on this machine. Raises ``ProviderError``."""
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return address
    raise ProviderError("The OpenID provider has an address without https.", remedy="Use one that is encrypted.")


def _refused(why: str, *, remedy: str = "Begin the sign-in again.") -> NotAllowedError:
    return NotAllowedError(f"The provider's answer was refused: {why}.", remedy=remedy)
