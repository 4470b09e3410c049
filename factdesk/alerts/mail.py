"""An alert by e-mail, through the mail server that the settings name."""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import urlsplit

from factdesk.alerts.message import Letter
from factdesk.errors import DeliveryError, SettingsError
from factdesk.messages import tell
from factdesk.settings import AlertSettings, Settings

PASSWORD = "smtp_password"  # noqa: S105 # the name of the secret
_TIMEOUT_S = 15
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A letter, to whom, and the key under which it may come twice."""

    letter: Letter
    to: str
    key: str
    at: datetime


def send_mail(settings: Settings, envelope: Envelope) -> str:
    """Hand a letter to the mail server; return what it said.

    Raises ``DeliveryError``, final when the server refuses this recipient, and ``SettingsError`` for settings that cannot do.
    """
    chosen = settings.alerts
    require_mail(settings, envelope.to)
    message = compose(settings, envelope)
    try:
        with _connected(chosen) as server:
            if chosen.smtp_user:
                server.login(chosen.smtp_user, _password(settings))
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        what = tell("The mail server refuses the address: %(answer)s.", answer=_said(code, said))
        raise DeliveryError(what, final=code >= 500) from error
    except smtplib.SMTPAuthenticationError as error:
        raise DeliveryError(tell("The mail server refuses the login: %(answer)s.", answer=error.smtp_code)) from error
    except smtplib.SMTPResponseException as error:
        answer = _said(error.smtp_code, error.smtp_error)
        raise DeliveryError(tell("The mail server says %(answer)s.", answer=answer)) from error
    except (smtplib.SMTPException, OSError) as error:
        told = {"host": chosen.smtp_host, "why": _told(error)}
        raise DeliveryError(tell("The mail server %(host)s cannot be used: %(why)s.", **told)) from error
    return tell("accepted by %(host)s", host=chosen.smtp_host)


def require_mail(settings: Settings, to: str) -> None:
    """Raise ``SettingsError`` when no mail can be sent, or none to this address."""
    chosen = settings.alerts
    if not (chosen.smtp_host and chosen.mail_from):
        raise SettingsError("No mail server is set.", remedy="Set alerts.smtp_host and alerts.mail_from.")
    domain = to.rpartition("@")[2].lower()
    if chosen.mail_domains and domain not in tuple(name.lower() for name in chosen.mail_domains):
        raise SettingsError(tell("Mail to %(domain)s is not allowed here.", domain=domain), remedy="See alerts.mail_domains.")
    if chosen.smtp_user and chosen.smtp_security == "none" and chosen.smtp_host not in _LOOPBACK:
        raise SettingsError("A password is not sent in clear.", remedy="Set alerts.smtp_security to starttls or tls.")


def compose(settings: Settings, envelope: Envelope) -> EmailMessage:
    """Return the message as it goes out."""
    message = EmailMessage(policy=SMTP)
    host = urlsplit(settings.desk.address).hostname or "factdesk.invalid"
    message["From"] = settings.alerts.mail_from
    message["To"] = envelope.to
    message["Subject"] = envelope.letter.subject
    message["Date"] = envelope.at
    message["Message-ID"] = f"<{envelope.key}@{host}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answer comes back
    message.set_content(envelope.letter.text)
    return message


def _connected(chosen: AlertSettings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if chosen.smtp_security == "tls":
        return smtplib.SMTP_SSL(chosen.smtp_host, chosen.smtp_port, timeout=_TIMEOUT_S, context=context)
    server = smtplib.SMTP(chosen.smtp_host, chosen.smtp_port, timeout=_TIMEOUT_S)
    if chosen.smtp_security == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server


def _password(settings: Settings) -> str:
    secret = settings.secrets.get(PASSWORD)
    if secret is None:
        raise SettingsError(f"The secret {PASSWORD} is missing.", remedy="Set FACTDESK_SECRETS__SMTP_PASSWORD.")
    return secret.get_secret_value()


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())[:200]}".strip()


def _told(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__)[:200].rstrip(".")
