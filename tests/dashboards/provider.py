"""A small OpenID provider on loopback: real keys, real HTTP, codes that work once with their verifier; it can lie."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

CLIENT = "factdesk"
SECRET = "a secret / with + signs"
Claims = dict[str, object]


@dataclass
class Provider:
    """What the provider holds, and how it lies: ``change`` alters the claims, ``sign`` makes the token."""

    now: Callable[[], int]
    address: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    codes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    change: Callable[[Claims], Claims] = lambda claims: claims
    sign: Callable[["Provider", Claims], str] | None = None
    person: Claims = field(default_factory=lambda: {"sub": "u-1", "preferred_username": "noor", "name": "Noor N"})
    document: Claims = field(default_factory=dict)

    def authorise(self, address: str) -> dict[str, str]:
        """Play the person who agrees at the provider's page; return what their browser brings back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", CLIENT, "S256")
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.address}

    def discovery(self) -> Claims:
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {"issuer": self.address, **{name: f"{self.address}/{path}" for name, path in names.items()}, **self.document}

    def keys(self) -> Claims:
        other = ECKey.generate_key("P-256", {"kid": "two", "use": "sig"})
        shared = {"kty": "oct", "kid": "three", "k": "c2hhcmVk"}
        listed = KeySet([self.key, other]).as_dict(private=False)["keys"]
        return {"keys": [*listed, shared]}

    def exchange(self, form: Mapping[str, str], authorization: str) -> Claims | None:
        """Give the token of a code, once, to the client that asked for it with the verifier of its challenge."""
        asked = self.codes.pop(form.get("code", ""), None)
        pair = base64.b64encode(b"factdesk:a%20secret%20%2F%20with%20%2B%20signs").decode()
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        )
        if asked is None or authorization != f"Basic {pair}" or challenge != asked["code_challenge"]:
            return None
        if form.get("redirect_uri") != asked["redirect_uri"]:
            return None
        claims = {"iss": self.address, "aud": CLIENT, "iat": self.now(), "exp": self.now() + 300, "nonce": asked["nonce"]}
        told = self.change({**claims, **self.person})
        token = self.sign(self, told) if self.sign else jwt.encode({"alg": "RS256", "kid": "one"}, told, self.key)
        return {"token_type": "Bearer", "access_token": "unused", "id_token": token}


def by_another_key(provider: Provider, claims: Claims) -> str:
    del provider
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, RSAKey.generate_key(2048, {"kid": "one"}))


def by_nobody(provider: Provider, claims: Claims) -> str:
    del provider
    return f"{_unsigned('none', claims)}."


def by_the_public_key(provider: Provider, claims: Claims) -> str:
    """Sign with what everybody knows as if it were a shared secret."""
    unsigned = _unsigned("HS256", claims)
    return f"{unsigned}.{_plain(hmac.digest(provider.key.as_pem(private=False), unsigned.encode(), 'sha256'))}"


def _unsigned(algorithm: str, claims: Claims) -> str:
    head = {"alg": algorithm, "kid": "one"}
    return ".".join(_plain(json.dumps(part).encode()) for part in (head, claims))


def _plain(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@contextmanager
def serving(provider: Provider) -> Iterator[Provider]:
    """Serve the provider on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the standard library's name
            told = {"/.well-known/openid-configuration": provider.discovery, "/keys": provider.keys}.get(self.path)
            self._say(told() if told else None, missing=404)

        def do_POST(self) -> None:  # the standard library's name
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._say(provider.exchange(form, self.headers.get("Authorization", "")), missing=400)

        def _say(self, told: Claims | None, *, missing: int) -> None:
            body = json.dumps(told or {"error": "invalid_grant"}).encode()
            self.send_response(200 if told else missing)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            del args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        provider.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join(5)
