"""Whatever a server sends, each item ends in one outcome and the collector's memory stays under its bound."""

import gzip
import json
import subprocess
import sys
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import brotli  # type: ignore[import-untyped] # it has no types
from backports import zstd
from sqlalchemy import select

from factdesk.records import SourceRole
from factdesk.schedule import ItemEvent, PollEvent, run_collector
from factdesk.settings import CollectorSettings, Settings
from factdesk.store import sources
from factdesk.store.database import open_store, reading, writing
from factdesk.store.tables import items, polls
from factdesk.store.tables import sources as sources_table
from tests.crawlers.collecting import page
from tests.crawlers.hostile_server import HostileServer, flood, gigabyte_of_gzip, once

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
MOST_GROWTH_MB = 150
MOST_ITEMS = 60
ZEROS = bytes(100_000_000)
GOOD = page("The river rose").encode()

# host: (its answer, the outcome of its item or None when it is put off or captured, words of the reason)
ITEMS = {
    "good": (once("200 OK;Content-Type: text/html", GOOD), None, ""),
    "gzip-bomb": (once("200 OK;Content-Encoding: gzip", gigabyte_of_gzip()), "too_large", "unpacked"),
    "gzip-in-gzip": (once("200 OK;Content-Encoding: gzip, gzip", gigabyte_of_gzip(wrapped=2)), "too_large", "unpacked"),
    "br-bomb": (once("200 OK;Content-Encoding: br", brotli.compress(ZEROS, quality=1)), "too_large", "unpacked"),
    "zstd-bomb": (once("200 OK;Content-Encoding: zstd", zstd.compress(ZEROS) * 10), "too_large", "unpacked"),
    "deflate-bomb": (once("200 OK;Content-Encoding: deflate", zlib.compress(ZEROS, 1)), "too_large", "unpacked"),
    "matryoshka": (once("200 OK;Content-Encoding: br, br, br, br", b"x"), None, "content coding"),
    "not-gzip": (once("200 OK;Content-Encoding: gzip", b"<html>plain"), None, "content coding"),
    "unknown-coding": (once("200 OK;Content-Encoding: exi", b"x"), None, "content coding"),
    "announced": (flood(OK + b"Content-Length: 1000000000\r\n\r\n", bytes(65536)), "too_large", "bytes"),
    "unannounced": (flood(OK + b"Connection: close\r\n\r\n", bytes(65536)), "too_large", "bytes"),
    "chunked": (flood(OK + b"Transfer-Encoding: chunked\r\n\r\n", bytes(65536), chunked=True), "too_large", "bytes"),
    "tiny-chunks": (flood(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"x" * 9, chunked=True, pause_s=0.05), None, "longer"),
    "drips": (flood(OK + b"Content-Length: 900000\r\n\r\n", b"x", pause_s=0.05), None, "longer"),
    "drips-heads": (flood(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", pause_s=0.05), None, "longer"),
    "silent": (flood(b"", b" ", pause_s=9), None, "longer"),
    "endless-head": (flood(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"b" * 1000 + b"\r\n"), "too_large", "headers"),
    "endless-line": (flood(b"HTTP/1.1 200 OK\r\nX-A: ", b"b" * 65536), None, ""),
    "endless-folds": (flood(b"HTTP/1.1 200 OK\r\nX-A: b\r\n", b" c" * 500 + b"\r\n"), "too_large", "headers"),
    "go-on": (flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "too_large", "headers"),
    "short": (once("200 OK;Content-Type: text/html;Content-Length: 5000", b"<html>", length=False), None, "cut off"),
    "long": (once("200 OK;Content-Type: text/html;Content-Length: 10", GOOD, length=False), None, ""),
    "negative": (once("200 OK;Content-Length: -7", GOOD, length=False), None, ""),
    "no-number": (once("200 OK;Content-Length: many", GOOD, length=False), None, ""),
    "two-lengths": (once("200 OK;Content-Length: 5;Content-Length: 6", GOOD, length=False), None, ""),
    "bad-chunk": (once("200 OK;Transfer-Encoding: chunked", b"zz\r\nx\r\n", length=False), None, ""),
    "no-http": (flood(b"\x00\x01\x02 hello\r\n\r\n", b"junk" * 1000), None, ""),
    "hangs-up": (once("", length=False), None, ""),
    "status": (once("999 Odd"), None, "999"),
    "nowhere": (once("302 Found"), None, "302"),
    "loop": (once("302 Found;Location: /again"), "gone", "redirects"),
    "scheme": (once("302 Found;Location: file:///etc/passwd"), "refused_address", "http"),
    "script": (once("302 Found;Location: javascript:alert(1)"), "refused_address", "http"),
    "bracket": (once("302 Found;Location: http://[::1"), "refused_address", "malformed"),
    "user": (once("302 Found;Location: http://me:secret@good.localhost/"), "refused_address", "user name"),
    "inwards": (once("307 Moved;Location: http://2130706433/"), "refused_address", "private"),
    "image": (once("200 OK;Content-Type: image/png", b"\x89PNG"), "not_text", "image/png"),
    "empty": (once("200 OK;Content-Type: text/html"), "too_short", "empty"),
    "odd-type": (once("200 OK;Content-Type: \xff\xfe;charset=\x01", GOOD), "not_text", ""),
    "odd-charset": (once("200 OK;Content-Type: text/html; charset=nonsense-1", GOOD), None, ""),
}


def _links(addresses: Iterable[str]) -> bytes:
    entries = "".join(f"<item><title>On it</title><link>{escape(address)}</link></item>" for address in addresses)
    return f"<rss version='2.0'><channel><title>n</title>{entries}</channel></rss>".encode()


def _rss(inside: bytes, *, before: bytes = b"") -> bytes:
    return before + b'<rss version="2.0"><channel><title>n</title>' + inside + b"</channel></rss>"


def _json_feed(inside: bytes) -> bytes:
    return b'{"version": "https://jsonfeed.org/version/1.1", "title": "n", "items": [' + inside + b"]}"


def _entities() -> bytes:
    lines = [b'<!ENTITY %c "%s">' % (98 + depth, b"&%c;" % (97 + depth) * 10) for depth in range(12)]
    return b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">' + b"".join(lines) + b"]>"


BOMB = b"<item><title>&m;</title><link>http://sink.localhost:PORT/bomb</link></item>"
LEAK = b"<item><title>&x;</title><link>http://sink.localhost:PORT/leak</link></item>"
OUTSIDE = b'<!DOCTYPE rss SYSTEM "http://dtd.localhost:PORT/x.dtd" [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
DATES = b"".join(
    b"<item><title>On %d</title><link>http://sink.localhost:PORT/date%d</link><pubDate>%s</pubDate></item>" % (n, n, date)
    for n, date in enumerate((b"Sat, 01 Jan 0000 00:00:00 GMT", b"Fri, 31 Dec 9999 23:59:59 +9999", b"99999999999999", b"\xff"))
)
SAME = b"<item><guid>1</guid><link>http://sink.localhost:PORT/same</link></item>" * 3 + b"<item><title>no link</title></item>"
LINKS = (
    "javascript:alert(1)",
    "data:text/html,hello",
    "http://[::1",
    "http://me:secret@sink.localhost:PORT/user",
    "http://bücher.localhost:PORT/idn",
    "http://sink.localhost:PORT/long?q=" + "q" * 10_000,
    "http://sink.localhost:PORT/longer?q=" + "q" * 20_000,
    "http://sink.localhost:PORT/words here",
)
TITLES = (
    b'{"url": "http://sink.localhost:PORT/t1", "title": "<b>Flood</b> &lt;script&gt;alert(1)&lt;/script&gt; \\u202egnihton"},'
    b'{"url": "http://sink.localhost:PORT/t2", "title": "half \\ud800 pair \\u0000 and\\u200bnothing"},'
    b'{"url": "http://sink.localhost:PORT/t3\\u0000", "title": "x"}, {"url": "http://sink.localhost:PORT/t4\\ud800"},'
    b'{"url": 7}, {"url": ["x"]}, null, 7, {"title": {}}, {"url": "http://sink.localhost:PORT/t5", "date_published": "9999-99"}'
)
MANY = b"".join(b"<item><link>http://sink.localhost:PORT/%d</link></item>" % number for number in range(100_000))
XML, JSON, PAGE = "text/xml", "application/json", "text/html"

# name: (its kind, its media type, its body, the outcome of its poll, how many items it may list)
LISTINGS = {
    "links": ("feed", XML, _links(LINKS), "polled", 5),
    "titles": ("feed", JSON, _json_feed(TITLES), "polled", 3),
    "dates": ("feed", XML, _rss(DATES), "polled", 4),
    "same": ("feed", XML, _rss(SAME), "polled", 3),
    "many": ("feed", XML, _rss(MANY), "polled", MOST_ITEMS),
    "entities": ("feed", XML, _rss(BOMB, before=_entities()), "polled", 1),
    "outside": ("feed", XML, _rss(LEAK, before=OUTSIDE), "polled", 1),
    "deep-xml": ("feed", XML, _rss(b"<a>" * 100_000), "failed", 0),
    "deep-json": ("feed", JSON, _json_feed(b'{"a":' * 100_000), "failed", 0),
    "json-bomb": ("feed", JSON, _json_feed(b"{}," * 2_900_000 + b"{}"), "too_large", 0),
    "deep-list": ("feed", JSON, b"[" * 100_000, "failed", 0),
    "deep-page": ("page", PAGE, b"<html>" + b"<div>" * 100_000, "failed", 0),
    "deep-map": ("sitemap", XML, b"<urlset>" + b"<url>" * 100_000, "polled", 0),
    "map-bomb": ("sitemap", XML, gzip.compress(b"<urlset>" + b"<url><loc>/</loc></url>" * 3_000_000, 1), "failed", 0),
    "map-outside": (
        "sitemap",
        XML,
        OUTSIDE + b"<urlset><url><loc>&x;</loc></url></urlset>",
        "polled",
        0,
    ),
    "attribute": ("feed", XML, _rss(b'<item x="' + b"a" * 5_000_000 + b'"/>'), "failed", 0),
    "namespaces": ("feed", XML, _rss(b"".join(b'<a%d:x xmlns:a%d="u:%d"/>' % (n, n, n) for n in range(40_000))), "failed", 0),
    "angles": ("feed", XML, b"<rss>" + b"<" * 3_000_000, "failed", 0),
    "nul": ("feed", XML, _rss(b"\x00<item>\x00<link>http://sink.localhost:PORT/nul\x00</link></item>"), "polled", 1),
    "lies": ("feed", "text/xml; charset=utf-16", _rss(LEAK, before=b'<?xml version="1.0" encoding="koi8-r"?>'), "polled", 1),
    "picture": ("feed", "image/png", b"\x89PNG", "failed", 0),
}


def test_whatever_a_server_sends_ends_once_and_memory_stays_bounded(tmp_path: Path) -> None:
    answers = {host: answer for host, (answer, _, _) in ITEMS.items()}
    answers |= dict.fromkeys(("sink", "xn--bcher-kva"), once("200 OK;Content-Type: text/html", GOOD))
    with HostileServer(answers) as server:
        port = str(server.port).encode()
        for name, (_, media_type, body, _, _) in LISTINGS.items():
            answers[name] = once(f"200 OK;Content-Type: {media_type}", body.replace(b"PORT", port))
        for number in range(8):
            answers[f"chain{number}"] = once(f"302 Found;Location: http://chain{number + 1}.localhost:{server.port}/")
        addresses = [f"http://{host}.localhost:{server.port}/a" for host in [*ITEMS, "chain0"]]
        answers["news"] = once("200 OK;Content-Type: application/rss+xml", _links(addresses))
        seen = _collect(tmp_path, server)
        offered = dict(server.offered)
    _check_items(seen)
    _check_listings(seen)
    assert max(offered.values()) < 60_000_000  # nobody is listened to for a gigabyte
    assert "dtd" not in offered
    assert seen.growth_mb < MOST_GROWTH_MB


def _check_items(seen: "Seen") -> None:
    expected = {host: outcome for host, (_, outcome, _) in ITEMS.items()} | {"chain0": "gone"}
    assert {host: seen.items[host][0] for host in expected} == expected
    assert [(host, seen.items[host][1]) for host, (_, _, words) in ITEMS.items() if words not in seen.items[host][1]] == []


def _check_listings(seen: "Seen") -> None:
    assert seen.polls == {name: (outcome, count) for name, (_, _, _, outcome, count) in LISTINGS.items()} | {
        "news": ("polled", len(ITEMS) + 1)
    }
    assert seen.items["me:secret@sink"][0] == "refused_address"
    assert seen.items["bücher"][0] is None
    assert seen.titles["/t1"] == "Flood alert(1) gnihton"
    assert seen.titles["/t2"] == "half pair andnothing"
    assert seen.outcomes["/longer"] == "refused_address"
    assert seen.outcomes["/long"] is None
    here = Path("/etc/hostname").read_text(encoding="utf-8").strip()
    assert not any("aaaaaaaaaaaa" in title or here in title for title in seen.titles.values())


@dataclass(frozen=True)
class Seen:
    """What the store holds after a run: items by host and by path, polls by source, and how far memory rose."""

    items: dict[str, tuple[str | None, str]]
    outcomes: dict[str, str | None]
    titles: dict[str, str]
    polls: dict[str, tuple[str, int]]
    growth_mb: float


def _collect(folder: Path, server: HostileServer) -> Seen:
    polite = CollectorSettings(
        contact="test@good.example",
        delay_s=0,
        allow_private_hosts=("*.localhost",),
        timeout_s=3,
        max_items_per_poll=MOST_ITEMS,
    )
    settings = Settings(data=folder, store="", index="", collector=polite)
    engine = open_store(settings.store)
    with writing(engine) as connection:
        for host, kind in [("news", "feed"), *((name, listing[0]) for name, listing in LISTINGS.items())]:
            new = sources.NewSource(kind, f"http://{host}.localhost:{server.port}/", host, role=SourceRole.PRESS)
            sources.add(connection, new, now=datetime.now(UTC))
    command = [sys.executable, "-m", "tests.crawlers.test_hostile_bodies", settings.model_dump_json()]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    assert not any(word in run.stderr for word in ("Traceback", "Unhandled", "Error")), run.stderr[-3000:]
    with reading(engine) as connection:
        rows = connection.execute(select(items.c.url, items.c.outcome, items.c.reason, items.c.listing)).all()
        ended = connection.execute(select(polls, sources_table.c.name).join(sources_table)).all()
    engine.dispose()
    return Seen(
        items={row.url.split("/")[2].partition(".")[0]: (row.outcome, row.reason or "") for row in rows},
        outcomes={urlsplit(row.url).path: row.outcome for row in rows},
        titles={urlsplit(row.url).path: (row.listing or {}).get("title") or "" for row in rows},
        polls={poll.name: (poll.outcome, poll.items_listed) for poll in ended},
        growth_mb=json.loads(run.stdout.splitlines()[-1]),
    )


def _memory_mb(name: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def _main(settings: Settings) -> float:
    """Collect, and return how far memory rose above what it was before the first hostile byte."""
    before: list[float] = []

    def notice(event: PollEvent | ItemEvent) -> None:
        if isinstance(event, PollEvent) and not before:
            before.append(_memory_mb("VmRSS"))

    run_collector(settings, once=True, on_event=notice)
    return _memory_mb("VmHWM") - before[0]


if __name__ == "__main__":
    print(json.dumps(_main(Settings(**json.loads(sys.argv[1])))))
