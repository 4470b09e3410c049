"""robots.txt by RFC 9309 and every opt-out, first as rules, then against a server through the engine."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from crawlers._engine_lanes import Lane
from crawlers._engine_rules import opened_text
from crawlers._optouts import TDMREP, opted_out, read_reservations, signalled
from crawlers._robots import Rules, rules_of
from crawlers._robots_txt import MOST_BYTES, covers, read_robots_txt
from factdesk.loopback import Answer, LoopbackServer, Request, tally
from factdesk.settings import CollectorSettings
from factdesk.store.hosts import HostState
from tests.crawlers.asking import End, Plan, ask

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
TWICE = "User-agent: factdesk\nDisallow: /a\n\nUser-agent: x\nDisallow: /b\n\nUser-agent: factdesk\nDisallow: /c"


def rules(text: str, *, status: int = 200, tdmrep: str = "") -> Rules:
    kept = HostState("t", 200, tdmrep, NOW) if tdmrep else None
    return rules_of(HostState("x", status, text, NOW), tdmrep=kept)


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /", "/", False),
        ("User-agent: *\nDisallow:", "/a", True),
        ("user-agent: FACTDESK\nDISALLOW: /a", "/a", False),
        ("User-agent: Factdesk/2.0 (+x)\nDisallow: /a", "/a", False),
        ("User-agent: fact\nDisallow: /a", "/a", True),  # another product
        ("User-agent: factdesk-news\nDisallow: /a", "/a", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: factdesk\nDisallow: /b", "/a", True),  # its own group alone
        ("User-agent: *\nDisallow: /\n\nUser-agent: factdesk\n", "/a", True),
        (
            "User-agent: factdesk\nDisallow: /a\n\nUser-agent: x\nDisallow: /b\n\nUser-agent: factdesk\nDisallow: /c",
            "/c",
            False,
        ),
        (
            "User-agent: factdesk\nDisallow: /a\n\nUser-agent: x\nDisallow: /b\n\nUser-agent: factdesk\nDisallow: /c",
            "/a",
            False,
        ),
        ("User-agent: x\nUser-agent: factdesk\nDisallow: /a", "/a", False),
        ("User-agent: factdesk\nSitemap: https://x.example/s\nCrawl-delay: 3\nUser-agent: x\nDisallow: /a", "/a", False),
        ("User-agent: *\nAllow: /a\nDisallow: /a", "/a", True),  # as long: allow
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nAllow: /a\nDisallow: /a/b", "/a/b/c", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf?x", True),
        ("User-agent: *\nDisallow: /*?", "/a?b", False),
        ("User-agent: *\nDisallow: /a*c*e", "/abcdef", False),
        ("User-agent: *\nDisallow: /a*e*c", "/abcdef", True),
        ("User-agent: *\nDisallow: *secret", "/a/secret", False),
        ("User-agent: *\nDisallow: /$", "/", False),
        ("User-agent: *\nDisallow: /$", "/a", True),
        ("User-agent: *\nDisallow: /a$b", "/a$b", False),
        ("User-agent: *\nDisallow: /a%2Ab", "/a*b", False),
        ("User-agent: *\nDisallow: /foo/%62%61r", "/foo/bar", False),
        ("User-agent: *\nDisallow: /foo/bar", "/foo/%62ar", False),
        ("User-agent: *\nDisallow: /foo%2Fbar", "/foo/bar", True),  # a coded slash is another one
        ("User-agent: *\nDisallow: /tin/ủy", "/tin/%E1%BB%A7y", False),
        ("User-agent: *\nDisallow: /tin/%e1%bb%a7y", "/tin/ủy", False),
        ("User-agent: *\nDisallow: /A", "/a", True),
        ("\ufeffUser-agent: *\nDisallow: /a", "/a", False),
        ("User-agent: *\rDisallow: /a\r", "/a", False),
        ("User-agent: * # all\nDisallow: /a # here", "/a", False),
        ("  User-agent :  *  \n\n\n  Disallow :  /a  ", "/a", False),
        ("Disallow: /a", "/a", True),  # a rule of no group
        ("User-agent: *\nDisallow: a", "/a", True),  # no path
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("<html>not found</html>", "/a", True),
        ("User-agent: *\nDisallow: /" + "*a" * 900 + "b", "/" + "a" * 8000, True),  # and at once
    ],
)
def test_the_rules_are_read_as_the_standard_says(text: str, path: str, allowed: bool) -> None:
    assert rules(text).allows(f"https://x.example{path}") is allowed


def test_delays_statuses_and_sizes() -> None:
    for told, delay_s in (("2.5", 2.5), ("-1", 0), ("nan", 0), ("inf", 0), ("soon", 0), ("9999999", 600), ("", 0), ("4 s", 4)):
        assert rules(f"User-agent: factdesk\nCrawl-delay: {told}").delay_s == delay_s
    assert rules("User-agent: *\nDisallow: /", status=404).allows("https://x.example/")
    for status in (0, 429, 500, 503):
        assert not rules("", status=status).reachable
    long = b"User-agent: *\nDisallow: /a\n#" + b"x" * MOST_BYTES + b"\nDisallow: /b\n"
    for body, coding in ((long, ""), (gzip.compress(long), "gzip")):
        text = opened_text(body, coding)
        assert text is not None
        group = read_robots_txt(text).group("Factdesk")
        assert (group.allows("https://x/a"), group.allows("https://x/b")) == (False, True)
    assert opened_text(b"junk", "gzip") is None
    assert opened_text("User-agent: *".encode("utf-16"), "") == "\ufeffUser-agent: *"[1:]
    assert covers("/", "/a") and not covers("/a*$b", "/a")  # noqa: PT018 # one pair


@pytest.mark.parametrize(
    ("headers", "how"),
    [
        ([("x-robots-tag", "NOAI")], "X-Robots-Tag"),
        ([("x-robots-tag", "noindex, noml")], "X-Robots-Tag"),
        ([("x-robots-tag", "noai, unavailable_after: 25 Jun 2010 15:00:00 PST")], "X-Robots-Tag"),
        ([("x-robots-tag", "unavailable_after: 25 Jun 2010 15:00:00 PST, noai")], "X-Robots-Tag"),
        ([("x-robots-tag", "otherbot: noindex, factdesk: noai")], "X-Robots-Tag"),
        ([("x-robots-tag", "factdesk: noindex")], "X-Robots-Tag"),
        ([("x-robots-tag", "otherbot: noai, noindex")], None),
        ([("x-robots-tag", "noindex, nofollow")], None),
        ([("x-robots-tag", "noimageai")], None),
        ([("x-robots-tag", "all"), ("x-robots-tag", "*: noai")], "X-Robots-Tag"),
        ([("tdm-reservation", " 1 ")], "TDM-Reservation"),
        ([("tdm-reservation", "0")], None),
        ([("content-usage", "search=y, bots=n")], "Content-Usage: bots=n"),
        ([("content-usage", "train-ai=n")], None),
    ],
)
def test_headers_opt_out_and_say_which(headers: list[tuple[str, str]], how: str | None) -> None:
    told = opted_out(headers)
    assert (told is None) if how is None else (told is not None and told.startswith(how))


def test_content_signals_and_reservations() -> None:
    assert signalled("search=yes, ai-input=no, ai-train=no") == "ai-input=no"
    assert signalled("search=yes, ai-train=no") is None  # nothing is trained on what is collected
    general = rules("Content-Signal: ai-input=no\n\nUser-agent: *\nAllow: /")
    assert general.opted_out("https://x.example/a") == "robots.txt: Content-Signal ai-input=no"
    assert rules("User-agent: *\nContent-Signal: ai-input=no\nAllow: /").opted_out("https://x.example/a")
    own = "User-agent: *\nContent-Signal: ai-input=no\n\nUser-agent: Factdesk\nAllow: /"
    assert rules(own).opted_out("https://x.example/a") is None
    told = '[{"location": "/news/*", "tdm-reservation": 1}, {"location": "/news/free/", "tdm-reservation": 0}, 8]'
    reserved = rules("", tdmrep=told)
    assert reserved.opted_out("https://x.example/news/a") == "tdmrep.json: /news/*"
    assert reserved.opted_out("https://x.example/news/free/a") is None
    assert reserved.opted_out("https://x.example/") is None
    for body in ("", "no", "{}", "[" * 100_000, "null", '{"location": "/", "tdm-reservation": "1"}'):
        assert (read_reservations(body).reserve("https://x.example/a") is None) is (not body.startswith('{"l'))


def test_a_crawl_delay_is_kept_to_a_request_of_an_earlier_run() -> None:
    lane = Lane.resumed(HostState("x", last_request_at=datetime.now(UTC) - timedelta(seconds=2)), delay_s=1.0)
    before = lane.free_at
    lane.slow_down("https://x", 10.0)
    assert 6.0 < lane.free_at - before <= 9.1
    lane.slow_down("http://x", 1.0)
    assert lane.delay_s == 10.0  # the slowest origin of the host


ROBOTS = {
    "plain": Answer(b"User-agent: *\nDisallow: /shut", "text/plain"),
    "absent": Answer(b"", status=404),
    "forbidden": Answer(b"User-agent: *\nDisallow: /", status=403),
    "broken": Answer(b"", status=500),
    "busy": Answer(b"", status=429, headers=(("Retry-After", "7"),)),
    "five": Answer(b"", status=302, headers=(("Location", "http://hop1.localhost:PORT/robots.txt"),)),
    "six": Answer(b"", status=302, headers=(("Location", "http://hop0.localhost:PORT/robots.txt"),)),
    **{
        f"hop{n}": Answer(b"", status=301, headers=(("Location", f"http://hop{n + 1}.localhost:PORT/robots.txt"),))
        for n in range(5)
    },
    "hop5": Answer(b"User-agent: *\nDisallow: /", "text/plain"),
    "damaged": Answer(b"no gzip", "text/plain", headers=(("Content-Encoding", "gzip"),)),
    "inner": Answer(b"", status=302, headers=(("Location", "http://10.0.0.1/robots.txt"),)),
    "huge": Answer(b"User-agent: *\nDisallow: /shut\n#" + b"x" * 2_000_000, "text/plain"),
    "signal": Answer(b"User-agent: *\nContent-Signal: search=yes, ai-input=no", "text/plain"),
}
PAGES = {
    "/noai": Answer(b"x", headers=(("X-Robots-Tag", "noai"),)),
    "/reserved": Answer(b"x", headers=(("TDM-Reservation", "1"),)),
    "/meta": Answer(b'<html><meta name="factdesk" content="noindex">'),
    "/moved": Answer(b"", status=302, headers=(("Location", "http://hop5.localhost:PORT/a"),)),
}
ENDS = {
    "http://plain.localhost/a": ("got", ""),
    "http://plain.localhost/shut/1": ("refused_robots", "robots.txt"),
    "http://plain.localhost/noai": ("refused_opt_out", "X-Robots-Tag: noai"),
    "http://plain.localhost/reserved": ("refused_opt_out", "TDM-Reservation: 1"),
    "http://plain.localhost/meta": ("refused_opt_out", "<meta> factdesk: noindex"),
    "http://plain.localhost/tdm/1": ("refused_opt_out", "tdmrep.json: /tdm/*"),
    "http://plain.localhost/moved": ("refused_robots", "robots.txt"),
    "http://absent.localhost/a": ("got", ""),
    "http://forbidden.localhost/a": ("got", ""),
    "http://broken.localhost/a": ("failed", "does not answer"),
    "http://busy.localhost/a": ("failed", "does not answer"),
    "http://five.localhost/a": ("refused_robots", "robots.txt"),
    "http://six.localhost/a": ("got", ""),
    "http://damaged.localhost/a": ("failed", "does not answer"),
    "http://inner.localhost/a": ("got", ""),
    "http://huge.localhost/a": ("got", ""),
    "http://huge.localhost/shut": ("refused_robots", "robots.txt"),
    "http://signal.localhost/a": ("refused_opt_out", "robots.txt: Content-Signal ai-input=no"),
    "http://WWW.plain.localhost./a": ("got", ""),
}


@pytest.fixture(scope="module")
def asked() -> Iterator[tuple[dict[str, End], LoopbackServer, LoopbackServer]]:
    """Each address asked once, in one run; the second server is the same machine on another port."""

    def answer(request: Request) -> Answer:
        host = request.host.removesuffix(".localhost").removeprefix("www.")
        tdmrep = Answer(b'[{"location": "/tdm/*", "tdm-reservation": 1}]', "application/json")
        found = ROBOTS.get(host, PAGES["/noai"]) if request.path == "/robots.txt" else PAGES.get(request.path, Answer(b"words"))
        found = tdmrep if request.path == TDMREP and host == "plain" else found
        headers = tuple((name, value.replace("PORT", str(server.port))) for name, value in found.headers)
        return Answer(found.body, found.media_type, found.status, headers=headers)

    settings = CollectorSettings(contact="test@good.example", delay_s=0.05, timeout_s=5, allow_private_hosts=("*.localhost",))
    with LoopbackServer(answer) as server, LoopbackServer(lambda _: Answer(b"", status=404)) as other:
        urls = {url: _with_port(url, server.port) for url in ENDS}
        ends = ask(Plan([*urls.values(), f"http://plain.localhost:{other.port}/robots.txt"]), settings)
        yield dict(zip([*urls, "port"], ends, strict=True)), server, other


def _with_port(url: str, port: int) -> str:
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host}:{port}{slash}{path}"


@pytest.mark.parametrize("url", ENDS)
def test_the_engine_obeys_and_records_which_signal_said_so(
    asked: tuple[dict[str, End], LoopbackServer, LoopbackServer], url: str
) -> None:
    end, (how, words) = asked[0][url], ENDS[url]
    assert end.how == how, end
    assert words in end.reason


def test_one_machine_has_one_delay_whatever_its_port_or_www(
    asked: tuple[dict[str, End], LoopbackServer, LoopbackServer],
) -> None:
    _, server, other = asked
    visits = [visit for visit in (*server.log.visits(), *other.log.visits()) if visit.host.endswith("plain.localhost")]
    seen = tally(tuple(visits))
    assert {visit.host for visit in visits} == {"plain.localhost", "www.plain.localhost"}
    assert other.log.tally().count >= 2  # its own robots.txt: another port is another origin
    assert seen.max_simultaneous == 1
    assert seen.min_gap_s >= 0.05
    asked_for = [visit.target for visit in server.log.visits("plain.localhost")]
    assert (asked_for.count("/robots.txt"), asked_for.count(TDMREP)) == (1, 1)
