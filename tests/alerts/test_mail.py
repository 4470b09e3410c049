"""Mail, to a real server on loopback: in clear, over STARTTLS with a login, over TLS, and refused."""

from collections.abc import Iterator

import pytest

from factdesk.alerts.mail import Envelope, send_mail
from factdesk.alerts.message import Letter
from factdesk.errors import DeliveryError, SettingsError
from tests.alerts.conftest import Certified, Mailbox, serving, settings_for
from tests.stores import NOW

LETTER = Envelope(Letter("[River Desk] Đập: “mới”", "Đập vẫn an toàn.\n" + "x" * 2000 + "\n"), "night@desk.example", "k1", NOW)


@pytest.fixture
def guarded(certified: Certified) -> Iterator[Mailbox]:
    """A mail server that takes a login over STARTTLS alone."""
    yield from serving(Mailbox(), starttls=certified.server, login=True)


@pytest.fixture
def wrapped(certified: Certified) -> Iterator[Mailbox]:
    yield from serving(Mailbox(), tls=certified.server)


def test_a_letter_arrives_as_it_was_written(mailbox: Mailbox) -> None:
    assert send_mail(settings_for(mailbox.port), LETTER) == "accepted by localhost"
    (letter,) = mailbox.letters
    assert letter["Subject"] == LETTER.letter.subject
    assert (letter["From"], letter["To"]) == ("Desk <desk@desk.example>", "night@desk.example")
    assert (letter["Message-ID"], letter["Auto-Submitted"]) == ("<k1@desk.example>", "auto-generated")
    assert letter["Date"].datetime == NOW
    assert letter.get_content().replace("\r\n", "\n") == LETTER.letter.text


def test_a_login_goes_over_starttls(guarded: Mailbox) -> None:
    send_mail(settings_for(guarded.port, smtp_security="starttls", smtp_user="desk"), LETTER)
    assert len(guarded.letters) == 1


def test_a_wrong_login_is_told_without_the_password(guarded: Mailbox) -> None:
    with pytest.raises(DeliveryError, match="refuses the login: 535") as caught:
        send_mail(settings_for(guarded.port, smtp_security="starttls", smtp_user="somebody"), LETTER)
    assert not caught.value.final
    assert "swordfish" not in str(caught.value)


def test_tls_from_the_first_byte(wrapped: Mailbox) -> None:
    send_mail(settings_for(wrapped.port, smtp_security="tls"), LETTER)
    assert len(wrapped.letters) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(wrapped: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(DeliveryError, match="certificate"):
        send_mail(settings_for(wrapped.port, smtp_security="tls"), LETTER)
    assert wrapped.letters == []


def test_a_server_without_starttls_gets_nothing_when_it_is_asked_for(mailbox: Mailbox) -> None:
    with pytest.raises(DeliveryError, match="STARTTLS"):
        send_mail(settings_for(mailbox.port, smtp_security="starttls"), LETTER)
    assert mailbox.letters == []


@pytest.mark.parametrize(("answer", "final"), [("550 no such person", True), ("450 try later", False)])
def test_an_address_that_is_refused_for_good_is_final(mailbox: Mailbox, answer: str, *, final: bool) -> None:
    mailbox.refuses_address = answer
    with pytest.raises(DeliveryError, match=answer) as caught:
        send_mail(settings_for(mailbox.port), LETTER)
    assert caught.value.final == final


def test_a_busy_server_and_an_absent_one_are_tried_again(mailbox: Mailbox) -> None:
    mailbox.answer = "452 the disk is full"
    with pytest.raises(DeliveryError, match="452 the disk is full") as busy:
        send_mail(settings_for(mailbox.port), LETTER)
    with pytest.raises(DeliveryError, match="refused") as absent:
        send_mail(settings_for(1), LETTER)
    assert (busy.value.final, absent.value.final) == (False, False)


@pytest.mark.parametrize(
    "values",
    [
        {"smtp_host": ""},
        {"mail_from": ""},
        {"mail_domains": ("newsroom.example",)},
        {"smtp_user": "desk", "smtp_host": "mail.example"},
    ],
)
def test_settings_that_cannot_do_are_told_before_anything_is_sent(values: dict[str, object]) -> None:
    with pytest.raises(SettingsError) as caught:
        send_mail(settings_for(9, **values), LETTER)
    assert caught.value.remedy


def test_an_allowed_domain_is_sent_to(mailbox: Mailbox) -> None:
    send_mail(settings_for(mailbox.port, mail_domains=("Desk.example",)), LETTER)
    assert len(mailbox.letters) == 1
