"""Nobody on the web can make the collector ask the network it stands in."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote

import pytest

from crawlers._addresses import host_of, is_metadata, is_private
from crawlers._download import Downloader
from crawlers._http import Guard
from crawlers._optouts import TDMREP
from crawlers.detect import find_source
from factdesk.errors import FetchError
from factdesk.loopback import Answer, LoopbackServer, Request
from factdesk.settings import CollectorSettings, Settings
from tests.crawlers.asking import Plan, ask

PUBLIC = "127.0.0.1"  # stands for an address on the internet where a test says so
INNER = (
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.0.1",
    "0.0.0.0",  # noqa: S104 # judged, not bound
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:53aa:64c:0:fbff:80ff:fffe",
    "2606:4700::5efe:127.0.0.1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
)


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses_are_private_in_every_wrapping(address: str) -> None:
    assert is_private(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"])
def test_public_addresses_are_not(address: str) -> None:
    assert not is_private(address)


SPELLINGS = (
    "http://127.0.0.1/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://0x7f000001/",
    "http://127.0.0.1./",
    "http://１２７.０.０.１/",
    "http://127。0。0。1/",
    "http://①②⑦.0.0.1/",
    "http://127.0.0.1\u200b/",
    "http://[::1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[fe80::1%25eth0]/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://ⓛocalhost/",
    "http://local\u200bhost/",
    "http://a.b.localhost/",
    "http://intranet/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://printer.local/",
    "http://router.home.arpa/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0xA9FEA9FE/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://good.example@127.0.0.1/",
    "http://127.0.0.1@good.example/",
    "http://good.example:80@127.0.0.1:80/",
    "http://@good.example/",
    "http://good.example\\@127.0.0.1/",
    "http://127.0.0.1\\.good.example/",
    "http://good.example\t@x/",
    "http://good .example/",
    "http://good.example%2f@x/",
    "http://%31%32%37.0.0.1/",
    "http://1.2.3.4.5/",
    "http://4294967297/",
    "http://good.example:99999/",
    "http://good.example:-1/",
    "http://good..example:80:80/",
    "http://[::1/",
    "http:///path",
    "http:127.0.0.1/",
    "//good.example/",
    "file:///etc/passwd",
    "ftp://good.example/",
    "gopher://good.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://good.example/?" + "q" * 20_000,
)


@pytest.mark.parametrize("url", SPELLINGS)
@pytest.mark.parametrize("proxy", ["", "http://proxy.example:3128"])
def test_the_guard_refuses_every_spelling_also_behind_a_proxy(url: str, proxy: str) -> None:
    refused = Guard.of(CollectorSettings(contact="desk@good.example", proxy=proxy)).refusal(url)
    assert refused is not None
    assert refused.outcome.value == "refused_address"


def test_good_addresses_pass_and_one_host_has_one_form() -> None:
    guard = Guard.of(CollectorSettings(contact="desk@good.example"))
    for url in (
        "https://News.Example./a b",
        "https://bücher.example/",
        "https://8.8.8.8/",
        "https://x_y.example/",
        "https://good.example/?" + "q" * 10_000,
    ):
        assert guard.refusal(url) is None, url
    assert host_of("https://BÜCHER.example./") == host_of("https://xn--bcher-kva.example") == "xn--bcher-kva.example"


def test_named_hosts_only_are_opened_and_never_the_metadata_by_a_wildcard() -> None:
    guard = Guard(("desk.internal", "*.localhost", "*", "10.0.0.9"), contact=True)
    assert guard.admits("desk.internal", "10.0.0.1")
    assert guard.admits("a.localhost", "127.0.0.1")
    assert guard.admits("10.0.0.9", "10.0.0.9")
    for host, address in (
        ("xdesk.internal", "10.0.0.1"),
        ("desk.internal.evil.example", "10.0.0.1"),
        ("localhost", "127.0.0.1"),
        ("evil.example", "127.0.0.1"),
        ("a.localhost", "169.254.169.254"),
        ("a.localhost", "::ffff:169.254.169.254"),
    ):
        assert not guard.admits(host, address), host
    assert is_metadata("fd00:ec2::254")


@contextmanager
def served() -> Iterator[LoopbackServer]:
    """A server on loopback that nobody but ``courier.localhost`` may lead to; it redirects where the path says."""

    def answer(request: Request) -> Answer:
        if request.path.startswith("/to/"):
            return Answer(b"", status=302, headers=(("Location", unquote(request.path)[4:].replace("|", "/")),))
        return Answer(
            b"inside" * 5,
            "text/plain",
            404 if request.path in {"/robots.txt", TDMREP} else 200,
            headers=(("connection", "close"),),
        )

    with LoopbackServer(answer) as server:
        yield server


def _settings(**more: object) -> CollectorSettings:
    told = {"contact": "desk@good.example", "delay_s": 0, "timeout_s": 2, "allow_private_hosts": ("courier.localhost",)}
    return CollectorSettings(**(told | more))


def test_the_engine_connects_to_no_inner_address_whatever_a_name_says() -> None:
    with served() as server:
        port = server.port
        names = {f"n{number}.example": [[address]] for number, address in enumerate(INNER)} | {
            "metadata.example": [["169.254.169.254"]],
            "xn--bcher-kva.example": [["127.0.0.1"]],
        }
        good = f"http://courier.localhost:{port}"
        targets = [
            f"http://{name}:{port}/secret" for name in (*names, "bücher.example", "2130706433", "127.1", "other.localhost")
        ]
        redirects = [f"{good}/to/http:||{host}:{port}|secret" for host in ("127.0.0.1", "n2.example", "other.localhost")]
        ends = ask(Plan([f"{good}/a", *targets, *redirects], names), _settings())
        visits = {
            (visit.host, unquote(visit.target))
            for visit in server.log.visits()
            if "robots" not in visit.target and "tdm" not in visit.target
        }
    assert ends[0].how == "got"
    assert {end.how for end in ends[1:]} == {"refused_address"}, ends
    assert visits == {("courier.localhost", "/a"), *(("courier.localhost", url.removeprefix(good)) for url in redirects)}


def test_the_connected_socket_is_judged_when_the_resolver_was_fooled() -> None:
    with served() as server:
        names = {"fooled.example": [["127.0.0.1"]], "mapped.example": [["::ffff:127.0.0.1"]]}
        urls = [f"http://{name}:{server.port}/secret" for name in names]
        ends = ask(Plan([*urls, f"http://courier.localhost:{server.port}/a"], names, trusting=True), _settings())
        assert {visit.host for visit in server.log.visits()} == {"courier.localhost"}
    assert ends[0].how == "refused_address"
    assert ends[1].how in {"refused_address", "failed"}  # the second where this machine has no IPv6
    assert ends[2].how == "got"


def test_a_name_that_changes_its_address_is_judged_at_each_connection() -> None:
    """The first answers lead to the internet; then one leads to both, and the last ones inwards alone."""
    with served() as server:
        inner = "127.0.0.2"
        names = {"rebinds.example": [*[[PUBLIC]] * 3, [inner, PUBLIC], [inner], [inner, "10.0.0.1"]]}
        urls = [f"http://rebinds.example:{server.port}/{number}" for number in range(4)]
        ends = ask(Plan(urls, names, public=PUBLIC), _settings())
        asked = [visit.target for visit in server.log.visits()]
    assert [end.how for end in ends] == ["got", "got", "refused_address", "refused_address"]
    assert asked == ["/robots.txt", TDMREP, "/0", "/1"]


def test_a_download_judges_each_connection_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawlers._http.is_private", lambda address: address != PUBLIC and is_private(address))
    answers = [[PUBLIC], ["127.0.0.2", PUBLIC], ["127.0.0.2"]]

    def resolve(name: str, port: int, **_: object) -> list[object]:
        assert name == "rebinds.example"
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answer]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with served() as server:
        fetch = Downloader(_settings())
        url = f"http://rebinds.example:{server.port}/library.json"
        assert fetch(url).body == b"inside" * 5
        with pytest.raises(FetchError, match="private network"):
            fetch(url)
        assert [visit.target for visit in server.log.visits()] == ["/robots.txt", "/library.json"]


def test_a_download_follows_no_redirect_inwards() -> None:
    with served() as server:
        fetch = Downloader(_settings(allow_private_hosts=("localhost",)))
        good = f"http://localhost:{server.port}"
        assert fetch(f"{good}/a").body == b"inside" * 5
        for target in (f"127.0.0.1:{server.port}|x", "0x7f.1|x", f"[::1]:{server.port}|x", f"u:p@localhost:{server.port}|x"):
            with pytest.raises(FetchError, match="not fetched"):
                fetch(f"{good}/to/http:||{target}")
        with pytest.raises(FetchError, match="redirects without end"):
            fetch(f"{good}/to/|to||to|x")
        assert {visit.host for visit in server.log.visits()} == {"localhost"}


def test_a_source_is_not_added_from_an_inner_address() -> None:
    with served() as server, pytest.raises(FetchError, match="private address"):
        find_source(f"http://0x7f.1:{server.port}/feed", Settings(collector=_settings()))
