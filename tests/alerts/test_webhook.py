"""Webhooks: signed, to a server that checks it; and never to an address inside, however it is written."""

import hashlib
import hmac
import socket
import threading
from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from factdesk.alerts import webhook
from factdesk.alerts.webhook import SIGNATURE, Call, post, require_hook
from factdesk.errors import DeliveryError, NotAllowedError
from tests.alerts.conftest import Certified, settings_for
from tests.stores import NOW

SECRET = "a" * 64


def call(url: str) -> Call:
    return Call(url, '{"total": 1, "title": "Đập"}'.encode(), SECRET, "k1", 2)


@pytest.fixture
def receiver(certified: Certified) -> Iterator[HTTPServer]:
    with HTTPServer(host="localhost", ssl_context=certified.server) as server:
        yield server


def test_a_post_is_signed_and_carries_its_key(receiver: HTTPServer) -> None:
    receiver.expect_request("/in", query_string="a=b", method="POST").respond_with_data("", status=202)
    url = receiver.url_for("/in?a=b")
    assert url.startswith("https://localhost:")
    assert post(settings_for(), call(url), at=NOW) == "HTTP 202"
    (asked, _), *_ = receiver.log
    moment, digest = (part.partition("=")[2] for part in asked.headers[SIGNATURE].split(","))
    signed = moment.encode() + b"." + asked.get_data()
    assert hmac.compare_digest(digest, hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest())
    assert int(moment) == NOW.timestamp()
    assert asked.headers["Content-Type"] == "application/json; charset=utf-8"
    assert (asked.headers["Factdesk-Delivery"], asked.headers["Factdesk-Attempt"]) == ("k1", "2")
    assert asked.headers["User-Agent"].startswith("Factdesk/")
    assert asked.get_json()["title"] == "Đập"


@pytest.mark.parametrize(("status", "final"), [(500, False), (404, False), (429, False), (410, True)])
def test_any_other_answer_is_a_failure(receiver: HTTPServer, status: int, *, final: bool) -> None:
    receiver.expect_request("/in").respond_with_data("no", status=status)
    with pytest.raises(DeliveryError, match=f"HTTP {status}") as caught:
        post(settings_for(), call(receiver.url_for("/in")), at=NOW)
    assert caught.value.final == final


def test_a_redirect_is_not_followed(receiver: HTTPServer) -> None:
    receiver.expect_request("/in").respond_with_data("", status=302, headers={"Location": receiver.url_for("/other")})
    with pytest.raises(DeliveryError, match="redirect"):
        post(settings_for(), call(receiver.url_for("/in")), at=NOW)
    assert [asked.path for asked, _ in receiver.log] == ["/in"]


def test_plain_http_is_for_hosts_that_the_settings_name() -> None:
    with HTTPServer(host="localhost") as server:
        server.expect_request("/in").respond_with_data("")
        assert post(settings_for(), call(server.url_for("/in")), at=NOW) == "HTTP 200"
    with pytest.raises(NotAllowedError, match="https"):
        require_hook(settings_for(), "http://hooks.example/in")


@pytest.mark.parametrize(
    "url",
    [
        *("https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://[::1]/"),
        *("https://[::ffff:10.0.0.1]/", "https://169.254.169.254/latest", "https://intranet/", "https://printer.local/"),
        *(
            "https://user:word@hooks.example/",
            "ftp://hooks.example/",
            "https://",
            "https://hooks.example:x/",
            "javascript:alert(1)",
        ),
        *("https://hooks.example\\@10.0.0.1/", "https://１２７.0.0.1/"),
    ],
)
def test_an_inner_address_is_refused_however_it_is_written(url: str) -> None:
    with pytest.raises(NotAllowedError):
        require_hook(settings_for(allow_private_hosts=()), url)
    with pytest.raises(DeliveryError) as caught:
        post(settings_for(allow_private_hosts=()), call(url), at=NOW)
    assert caught.value.final


def test_a_public_name_that_leads_inside_is_not_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is judged when it is added, its address each time when it is connected to (DNS rebinding)."""
    with socket.socket() as inside:
        inside.bind(("127.0.0.1", 0))
        inside.listen()
        port = inside.getsockname()[1]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        with pytest.raises(DeliveryError, match="private address") as caught:
            post(settings_for(), call(f"https://hooks.example:{port}/in"), at=NOW)
        inside.settimeout(0)
        with pytest.raises(BlockingIOError):
            inside.accept()
    assert caught.value.final


def test_a_receiver_that_never_ends_its_answer_is_cut_off(receiver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "_LONGEST_S", 0.2)
    over = threading.Event()

    def hold(request: Request) -> Response:
        del request
        over.wait(5)
        return Response("late")

    receiver.expect_request("/in").respond_with_handler(hold)
    with pytest.raises(DeliveryError, match="cannot be used"):
        post(settings_for(), call(receiver.url_for("/in")), at=NOW)
    over.set()


def test_a_host_that_is_not_there_is_tried_again() -> None:
    with pytest.raises(DeliveryError, match="cannot be used") as caught:
        post(settings_for(), call("https://localhost:1/in"), at=NOW)
    assert not caught.value.final
