"""A real mail server and a certificate of our own, on loopback."""

import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import Engine

from factdesk.settings import AlertSettings, DeskSettings, Settings, load_settings
from factdesk.store import alerts, saved_searches
from factdesk.store.alerts import Answer, Delivery
from factdesk.store.database import writing
from factdesk.store.saved_searches import SavedSearch, Wanted
from tests.stores import NOW, add_person, sqlite_store

LOGIN = LoginPassword(b"desk", b"swordfish")


@dataclass
class Mailbox:
    """What a mail server took in; it refuses with ``answer`` while there is one."""

    letters: list[EmailMessage] = field(default_factory=list)
    answer: str = ""
    refuses_address: str = ""
    came: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    async def handle_RCPT(  # noqa: N802, PLR0917 # aiosmtpd gives the name and the signature
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if self.refuses_address:
            return self.refuses_address
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 # the same
        del server, session
        if self.answer:
            return self.answer
        content = envelope.content
        assert isinstance(content, bytes)
        letter = message_from_bytes(content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.came.set()
        return "250 queued as 1"


@dataclass(frozen=True)
class Certified:
    """A certificate for localhost that is trusted while a test runs."""

    server: ssl.SSLContext


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and its certificate for localhost, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    encoded = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, *encoded) + made.public_bytes(serialization.Encoding.PEM)
    path.write_bytes(pem)
    return path


@pytest.fixture
def certified(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Certified:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return Certified(context)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server without TLS or login."""
    yield from serving(Mailbox())


def serving(
    box: Mailbox, *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, login: bool = False
) -> Iterator[Mailbox]:
    """Serve a mailbox on a free port of loopback: in clear, over TLS, or over STARTTLS and with a login."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        box.port = probe.getsockname()[1]
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=box.port,
        ssl_context=tls,
        tls_context=starttls,
        require_starttls=starttls is not None,
        auth_required=login,
        authenticator=checks_login if login else None,
    )
    controller.start()
    yield box
    controller.stop()


def checks_login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object) -> AuthResult:  # noqa: PLR0917
    del server, session, envelope, mechanism
    return AuthResult(success=given == LOGIN, handled=given == LOGIN)


def settings_for(port: int = 9, **values: object) -> Settings:
    """Settings of a desk that mails through a port of this machine."""
    chosen = {"smtp_host": "localhost", "smtp_port": port, "smtp_security": "none", "mail_from": "Desk <desk@desk.example>"}
    alerts_ = AlertSettings.model_validate({**chosen, "allow_private_hosts": ("localhost",), **values})
    desk = DeskSettings(name="River Desk", base_url="https://desk.example", timezone="Asia/Ho_Chi_Minh")
    return load_settings(alerts=alerts_, desk=desk, secrets={"smtp_password": "swordfish"})


ANSWER = Answer(
    *("d1", "d1", "document", "Dam breaks above Lissow", "Marrow Gazette", "en", NOW, ("repeats",)),
    "The Orlen dam broke on Monday.",
    title_spans=((0, 3),),
    snippet_spans=((10, 13),),
)


@dataclass
class Outbox:
    """A store with a person, and what arrives for their searches."""

    engine: Engine
    user_id: int

    def save(self, wanted: Wanted) -> SavedSearch:
        return saved_searches.save(self.engine, self.user_id, wanted, at=NOW)

    def arrive(self, search: SavedSearch, *answers: Answer, at: datetime = NOW) -> int:
        with writing(self.engine) as connection:
            return alerts.keep(connection, search, answers or [ANSWER], at=at, zone=ZoneInfo("UTC"))

    def take(self, at: datetime = NOW) -> list[Delivery]:
        with writing(self.engine) as connection:
            return alerts.claim(connection, now=at)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with sqlite_store(tmp_path) as engine:
        yield Outbox(engine, add_person(engine, "ana", "analyst"))


def numbered(number: int) -> Answer:
    return replace(ANSWER, item=f"d{number}", entry=f"d{number}", title=f"Item {number}")
