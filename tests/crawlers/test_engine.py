import contextlib
import gzip
import hashlib
import json
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawlers import Archive, Post
from crawlers._optouts import TDMREP
from factdesk.loopback import Answer, Request
from factdesk.store import captures, ledger, sources
from factdesk.store.database import reading, writing
from tests.crawlers.collecting import Rig, page, rig


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path / "desk", max_bytes=50_000) as made:
        yield made


def test_one_request_at_a_time_and_never_closer_than_the_delay(tmp_path: Path) -> None:
    with rig(tmp_path, delay_s=0.12, latency_s=0.02) as world:
        for host in ("courier", "herald"):
            world.feed(host, "/a", "/b", "/c")
            world.feed(host, "/d", "/e", path="/second.xml")
            for name in "abcde":
                world.put(host, f"/{name}", page(f"{host} {name}"))
            world.source(host)
            world.source(host, "/second.xml")
        world.collect()
        for host in ("courier.localhost", "herald.localhost"):
            seen = world.server.log.tally(host)
            assert seen.count == 2 + 2 + 5  # robots.txt and tdmrep.json once, two listings, five articles
            assert seen.max_simultaneous == 1
            assert seen.min_gap_s >= 0.12
            assert seen.connections == 1
        starts = [(visit.started_s, visit.host) for visit in world.server.log.visits()]
        assert any(a[1] != b[1] for a, b in zip(sorted(starts), sorted(starts)[1:], strict=False))  # hosts side by side
        assert all(visit.agent.startswith("Factdesk/") for visit in world.server.log.visits())
        assert all("+test@example.org" in visit.agent for visit in world.server.log.visits())


def test_the_delay_is_kept_across_a_restart(tmp_path: Path) -> None:
    with rig(tmp_path, delay_s=1.5) as world:
        world.feed("courier")
        world.source("courier")
        world.collect()
        world.collect()
        assert world.server.log.tally("courier.localhost").min_gap_s >= 1.5


def test_each_item_ends_in_its_own_outcome(world: Rig) -> None:
    world.put("courier", "/robots.txt", "User-agent: *\nDisallow: /closed\n", media_type="text/plain")
    world.put("courier", "/good", page("good"))
    world.put("courier", "/noai", page("x"), headers=(("X-Robots-Tag", "noai, noimageai"),))
    world.put("courier", "/other-bot", page("other"), headers=(("X-Robots-Tag", "otherbot: noai"),))
    world.put("courier", "/tdm", page("x"), headers=(("TDM-Reservation", "1"),))
    world.put("courier", "/meta", page("x").replace("<title>", '<meta name="robots" content="noai"><title>'))
    world.put("courier", "/large", b"<html>" + b"x" * 60_000)
    world.put("courier", "/bomb", gzip.compress(b"<html>" + b"0" * 5_000_000), headers=(("Content-Encoding", "gzip"),))
    world.put("courier", "/packed", gzip.compress(page("packed").encode()), headers=(("Content-Encoding", "gzip"),))
    world.put("courier", "/image", b"\x89PNG", media_type="image/png")
    world.put("courier", "/empty", b"  ")
    world.put("courier", "/moved", b"", status=301, headers=(("Location", "/good2"),))
    world.put("courier", "/good2", page("good2"))
    world.put("courier", "/inward", b"", status=302, headers=(("Location", "http://127.0.0.1:1/admin"),))
    world.put("courier", "/loop", b"", status=302, headers=(("Location", "/loop"),))
    world.put("courier", "/broken", b"", status=500)
    paths = ["good", "closed/1", "noai", "other-bot", "tdm", "meta", "large", "bomb", "packed", "image", "empty", "moved"]
    world.feed("courier", *(f"/{path}" for path in [*paths, "inward", "loop", "broken", "absent"]))
    world.source("courier")
    world.collect()
    ended = {path: outcome for path, (outcome, _) in world.outcomes().items()}
    assert ended == {
        "/good": None,
        "/closed/1": "refused_robots",
        "/noai": "refused_opt_out",
        "/other-bot": None,
        "/tdm": "refused_opt_out",
        "/meta": "refused_opt_out",
        "/large": "too_large",
        "/bomb": "too_large",
        "/packed": None,
        "/image": "not_text",
        "/empty": "too_short",
        "/moved": None,
        "/inward": "refused_address",
        "/loop": "gone",
        "/broken": None,
        "/absent": "gone",
    }
    assert "HTTP status 500" in world.outcomes()["/broken"][1]
    rows = captures.waiting(world.engine, limit=100, worker="test")
    archive = Archive(world.settings.archive)
    loaded = {"/" + row.url.split("/", 3)[3]: captures.load(archive, row) for row in rows}
    assert sorted(loaded) == ["/good", "/good2", "/other-bot", "/packed"]
    assert loaded["/packed"].body == page("packed").encode()
    assert all(hashlib.sha256(capture.body).hexdigest() == capture.digest for capture in loaded.values())
    assert loaded["/good"].hint_title == "On /good"


def test_nothing_is_fetched_twice_and_a_corrected_article_is_fetched_again(world: Rig) -> None:
    world.feed("courier", "/a", "/b", updated="<pubDate>Wed, 04 Mar 2026 08:00:00 GMT</pubDate>")
    world.put("courier", "/a", page("first words"))
    world.put("courier", "/b", page("b"))
    source = world.source("courier")
    world.collect()
    world.server.log.clear()
    assert [event["outcome"] for event in world.collect()] == ["unchanged"]  # 304
    assert [visit.target for visit in world.server.log.visits()] == ["/feed.xml"]  # robots.txt is remembered too
    world.put("courier", "/a", page("corrected words"))
    stamp = "<pubDate>Wed, 04 Mar 2026 08:00:00 GMT</pubDate><atom:updated>2026-03-05T08:00:00Z</atom:updated>"
    world.feed("courier", "/a", "/b", updated=stamp)
    events = world.collect()
    assert [(e["kind"], e["outcome"]) for e in events].count(("item", "unchanged")) == 1  # /b: 304
    assert [(e["kind"], e["outcome"]) for e in events].count(("item", None)) == 1  # /a: a second capture
    rows = captures.waiting(world.engine, limit=10, worker="test")
    assert len(rows) == 3
    with reading(world.engine) as connection:
        assert {poll.source_id for poll in ledger.last_polls(connection)} == {source}
    kinds = [kind for path in Archive(world.settings.archive).files() for kind in _records(path)]
    assert kinds.count("response") == 3
    assert kinds.count("revisit") == 1


def test_a_url_of_two_sources_is_fetched_once(world: Rig) -> None:
    world.feed("courier", "/a")
    world.feed("courier", "/a?utm_source=x#top", path="/two.xml")
    world.put("courier", "/a", page("a"))
    world.source("courier")
    world.source("courier", "/two.xml")
    world.collect()
    assert [visit.target.split("?")[0] for visit in world.server.log.visits()].count("/a") == 1
    assert sorted(str(outcome) for outcome, _ in world.outcomes().values()) == ["None", "duplicate"]


def test_while_robots_txt_is_broken_nothing_is_asked(world: Rig) -> None:
    world.put("courier", "/robots.txt", b"", status=503)
    world.feed("courier", "/a")
    world.source("courier")
    world.collect()
    assert [visit.target for visit in world.server.log.visits()] == ["/robots.txt"]
    assert world.polls()[0][0] == "put_off"
    assert "robots.txt" in world.polls()[0][1]


def test_a_host_that_asks_to_wait_is_left_alone(world: Rig) -> None:
    world.feed("courier", "/a", "/b", "/c")
    world.put("courier", "/a", b"", status=429, headers=(("Retry-After", "3600"),))
    world.put("courier", "/b", page("b"))
    world.source("courier")
    world.collect()
    asked = [visit.target for visit in world.server.log.visits()]
    assert asked == ["/robots.txt", TDMREP, "/feed.xml", "/a"]
    world.server.log.clear()
    world.collect()  # another process, and the hour is not over
    assert [visit.target for visit in world.server.log.visits()] == []
    assert world.polls()[-1][0] == "put_off"


def test_a_broken_source_is_a_row_and_stops_nobody(world: Rig) -> None:
    world.put("broken", "/feed.xml", b"<rss><channel><item>", media_type="application/rss+xml")
    world.put("dead", "/feed.xml", b"", status=500)
    world.put("shut", "/robots.txt", "User-agent: Factdesk\nDisallow: /\n")
    world.put("words", "/feed.xml", b"hello", media_type="text/plain")
    world.feed("good", "/a")
    world.put("good", "/a", page("a"))
    for host in ("broken", "dead", "shut", "words", "good"):
        world.source(host)
    world.collect()
    with reading(world.engine) as connection:
        told = {poll.source_id: poll.outcome for poll in ledger.last_polls(connection)}
        failures = [polling.failures for polling in sources.pollings(connection)]
    assert [told[number].value for number in range(1, 6)] == ["failed", "failed", "refused_robots", "failed", "polled"]
    assert failures == [1, 1, 1, 1, 0]


def _status(number: int, **more: object) -> dict[str, object]:
    return {
        "id": str(110_000 + number),
        "created_at": f"2026-03-04T10:{number:02}:00.000Z",
        "visibility": "public",
        "language": "en",
        "content": f'<p><a href="https://x.example/@mallory" class="u-url mention">@<span>mallory</span></a> post {number}</p>',
        "url": f"https://river.example/@handle_of_somebody/{number}",
        "account": {"id": "7", "acct": "handle_of_somebody", "display_name": "Some Body", "avatar": "https://x.example/face"},
        "replies_count": 1,
        "reblogs_count": 2,
        "favourites_count": 3,
        "tags": [{"name": "flood"}],
    } | more


def _timeline(statuses: list[dict[str, object]], rig: Rig) -> None:
    def answer(request: Request) -> Answer:
        told = [s for s in statuses if str(s["id"]) > request.arguments.get("min_id", "0")]
        return Answer(json.dumps(sorted(told, key=lambda s: str(s["id"]), reverse=True)).encode(), "application/json")

    rig.site.pages["river.localhost/api/v1/timelines/tag/flood"] = answer


def test_posts_are_reduced_before_anything_is_stored(world: Rig) -> None:
    statuses = [_status(1), _status(2, visibility="unlisted"), _status(3, account={"acct": "shy", "noindex": True})]
    _timeline(statuses, world)
    world.source("river", "/tags/flood", kind="mastodon")
    world.collect()
    rows = captures.waiting(world.engine, limit=10, worker="test")
    assert len(rows) == 1
    post = Post.from_json(captures.load(Archive(world.settings.archive), rows[0]).body)
    assert post.text == "@… post 1"
    assert (post.replies, post.shares, post.likes, post.language) == (1, 2, 3, "en")
    assert post.voice
    statuses += [_status(4)]
    events = world.collect()
    assert [event["kind"] for event in events] == ["poll", "item"]
    archived = b"".join(gzip.decompress(path.read_bytes()) for path in Archive(world.settings.archive).files())
    kept = archived.replace(b"https://river.example/@handle_of_somebody/", b"")  # the link to verify, in the reduced post only
    for name in (b"handle_of_somebody", b"Some Body", b"mallory", b"face", b"shy"):
        assert name not in kept
    for path in world.settings.data.glob("factdesk.sqlite3*"):
        assert b"handle_of_somebody" not in path.read_bytes()
        assert b"mallory" not in path.read_bytes()


def test_killed_in_the_middle_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    with rig(tmp_path, latency_s=0.03) as world:
        paths = [f"/{number}" for number in range(30)]
        world.feed("courier", *paths)
        for path in paths:
            world.put("courier", path, page(f"page {path}"))
        world.source("courier")
        with subprocess.Popen(world.command(), stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout
            for _ in range(8):
                child.stdout.readline()
            child.kill()
        archive = Archive(world.settings.archive)
        with contextlib.closing(archive.files()[-1].open("ab")) as file:
            file.write(gzip.compress(b"WARC/1.1\r\n")[:9])  # half a member, as a crash leaves it
        before = captures.waiting(world.engine, limit=100, worker="first")
        assert 7 <= len(before) < 30
        assert all(captures.load(archive, row).body for row in before)
        world.collect()
        rest = captures.waiting(world.engine, limit=100, worker="second")
        assert len(before) + len(rest) == 30
        assert len({row.url for row in before + rest}) == 30
        assert sum(len(list(_records(path))) for path in archive.files()) >= 60
        fetched = [visit.target for visit in world.server.log.visits()]
        assert sum(fetched.count(path) for path in paths) <= 31  # at most the one in flight is asked again


def test_sigterm_ends_it_within_three_seconds(tmp_path: Path) -> None:
    with rig(tmp_path, latency_s=0.2) as world:
        world.feed("courier", *(f"/{number}" for number in range(50)))
        world.source("courier")
        with subprocess.Popen(world.command(once=False), stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout
            child.stdout.readline()
            started = time.monotonic()
            child.send_signal(signal.SIGTERM)
            assert child.wait(10) == 0
            assert time.monotonic() - started < 3


def test_behind_a_proxy_no_name_is_resolved(tmp_path: Path) -> None:
    with rig(tmp_path) as world:
        world.settings = world.settings.model_copy(
            update={"collector": world.settings.collector.model_copy(update={"proxy": world.server.url})}
        )
        feed = b"<rss><channel><item><link>http://news.invalid/a</link></item></channel></rss>"
        world.site.pages["news.invalid/feed"] = Answer(feed, "application/rss+xml")
        world.site.pages["news.invalid/a"] = Answer(page("a").encode())
        with writing(world.engine) as connection:
            sources.add(connection, sources.NewSource("feed", "http://news.invalid/feed", "N"), now=datetime.now(UTC))
        world.collect()
        assert [visit.target for visit in world.server.log.visits("news.invalid")] == ["/robots.txt", TDMREP, "/feed", "/a"]
        assert len(captures.waiting(world.engine, limit=9, worker="test")) == 1


def test_public_sources_need_a_contact(tmp_path: Path) -> None:
    with rig(tmp_path, contact="") as world:
        with writing(world.engine) as connection:
            new = sources.NewSource("feed", "https://news.example/feed", "News")
            sources.add(connection, new, now=datetime.now(UTC))
        run = subprocess.run(world.command(), capture_output=True, text=True, timeout=60, check=False)
        assert run.returncode != 0
        assert "collector.contact" in run.stderr
        assert world.server.log.tally().count == 0


def _records(path: Path) -> Iterator[str]:
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type != "warcinfo":
                record.content_stream().read()
                yield str(record.rec_type)
