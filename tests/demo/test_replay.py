"""Recorded pages served again: each under its own address, listed once, byte for byte."""

import io
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import feedparser
import httpx
import pytest
import typer
from lxml import etree
from typer.testing import CliRunner

from factdesk.cli.replay import register
from factdesk.errors import SettingsError, UnreadableError
from factdesk.replay import ReplayServer, served_url

LATIN = "<title>Übersicht</title>".encode("latin-1")
ROWS: list[dict[str, object]] = [
    {"url": "https://orchard.test/a?x=1&y=[2]&z=%C3%A9", "file": "pages/0.html", "must_have": ["pears"]},
    {"url": "http://orchard.test/b/", "file": "pages/1.html", "charset": "iso-8859-1"},
    {"url": "https://orchard.test/b/", "file": "pages/2.html"},
    {"url": "http://orchard.test/b/", "file": "pages/2.html"},
    {"url": "https://stößel.test", "file": "2.html"},
    {"url": "hard::somebody.test-fire.html", "file": "pages/3.html"},
    {"url": "https://orchard.test/gone", "file": "pages/9.html"},
    {"url": "https://keeper.test/web/2011/http://orchard.test/index.php?id=7 ", "file": "pages/4.html"},
]
SHARED = Path(os.environ.get("FACTDESK_SHARED", Path(__file__).parents[3] / "shared"))


def _archive(folder: Path, rows: Sequence[Mapping[str, object] | str], name: str = "pages/index.jsonl") -> Path:
    path = folder / "recorded.tar.xz"
    lines = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    files = {name: lines.encode(), "pages/1.html": LATIN} | {
        f"pages/{number}.html": f"<p>page {number}</p>".encode() for number in (0, 2, 3, 4)
    }
    with tarfile.open(path, "w:xz") as tar:
        for member, body in files.items():
            info = tarfile.TarInfo(member)
            info.size = len(body)
            tar.addfile(info, io.BytesIO(body))
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return _archive(tmp_path, ROWS)


@pytest.fixture
def server(archive: Path) -> Iterator[ReplayServer]:
    with ReplayServer(archive) as running:
        yield running


@pytest.fixture
def client(server: ReplayServer) -> Iterator[httpx.Client]:
    with httpx.Client(proxy=server.url, trust_env=False) as ours:
        yield ours


def test_every_page_is_served_once_under_its_http_address(server: ReplayServer, client: httpx.Client) -> None:
    assert server.urls == (
        "http://orchard.test/a?x=1&y=%5B2%5D&z=%C3%A9",
        "http://orchard.test/b/",
        f"http://{'stößel'.encode('idna').decode()}.test/",
        "http://recorded.example/hard/somebody.test-fire.html",
        "http://keeper.test/web/2011/http://orchard.test/index.php?id=7",
    )
    assert server.pages == 5
    bodies = [client.get(url).content for url in server.urls]
    assert bodies == [b"<p>page 0</p>", LATIN, b"<p>page 2</p>", b"<p>page 3</p>", b"<p>page 4</p>"]


def test_what_is_there_twice_or_missing_is_reported(server: ReplayServer) -> None:
    assert server.notes == (
        "https://orchard.test/b/: the same address as http://orchard.test/b/; the first is served",
        "http://orchard.test/b/: the same address as http://orchard.test/b/; the first is served",
        "https://orchard.test/gone: pages/9.html is not in the archive",
    )


def test_feed_and_sitemap_list_each_page_of_the_host_exactly(client: httpx.Client, server: ReplayServer) -> None:
    expected = [url for url in server.urls if url.startswith("http://orchard.test/")]
    feed = feedparser.parse(client.get("http://orchard.test/feed.xml").content)
    assert not feed.bozo
    assert [entry.link for entry in feed.entries] == expected
    robots = client.get("http://orchard.test/robots.txt").text
    sitemap = etree.fromstring(client.get(robots.partition("Sitemap: ")[2].strip()).content)
    assert [node.text for node in sitemap.iter("{*}loc")] == expected


def test_a_charset_is_named_only_where_it_is_known(client: httpx.Client) -> None:
    assert client.get("http://orchard.test/b/").headers["content-type"] == "text/html; charset=iso-8859-1"
    assert client.get("http://keeper.test/web/2011/http://orchard.test/index.php?id=7").headers["content-type"] == "text/html"


def test_plain_requests_are_answered_by_host_header(server: ReplayServer) -> None:
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        assert client.get("/b/", headers={"Host": "Orchard.test:80"}).content == LATIN
        assert client.get("/b/", headers={"Host": "orchard.test"}).headers["etag"]
        assert "orchard.test: 2" in client.get("/").text


def test_an_escaped_address_finds_the_same_page_and_304_holds(client: httpx.Client) -> None:
    first = client.get("http://orchard.test/a?x=1&y=[2]&z=é")
    assert first.content == b"<p>page 0</p>"
    again = client.get("http://orchard.test/a?x=1&y=%5b2%5d&z=%c3%a9", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("url", ["http://orchard.test/a", "http://orchard.test/c", "http://nobody.test/"])
def test_what_was_not_recorded_is_404(client: httpx.Client, url: str) -> None:
    assert client.get(url).status_code == 404


def test_https_through_the_proxy_is_refused(client: httpx.Client) -> None:
    with pytest.raises(httpx.ProxyError, match="501"):
        client.get("https://orchard.test/b/")


def test_there_is_one_source_a_host(server: ReplayServer, client: httpx.Client) -> None:
    for kind in ("feed", "sitemap"):
        sources = server.sources(kind=kind)
        assert len({source.name for source in sources}) == len(sources) == 4
        assert all(source.kind == kind and client.get(source.url).status_code == 200 for source in sources)


@pytest.mark.parametrize(
    ("recorded", "served"),
    [
        ("https://zoo.test/owls/./../bats/.", "http://zoo.test/bats/"),
        ("xhttps://zoo.test/tower", "http://zoo.test/tower"),
        ("https://zoo.test/tower#feeding", "http://zoo.test/tower"),
        ("https://ZOO.test:8443", "http://zoo.test/"),
        ("https://zoo.test/a b", "http://zoo.test/a%20b"),
        ("https://zoo..test/", ""),
        ("http://[::1", ""),
    ],
)
def test_an_address_is_made_servable(recorded: str, served: str) -> None:
    assert served_url(recorded) == served


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: folder / "absent.tar.xz", "cannot be read: No such file"),
        (lambda folder: folder, "cannot be read: Is a directory"),
        (lambda folder: _archive(folder, [], name="pages/list.jsonl"), "has no index.jsonl"),
        (lambda folder: _archive(folder, ["{"]), "line 1 of index.jsonl"),
        (lambda folder: _archive(folder, ['{"url": "http://a.test/"}']), "line 1 of index.jsonl .*: file Field required"),
    ],
)
def test_a_bad_archive_is_one_clear_line(tmp_path: Path, make: object, words: str) -> None:
    assert callable(make)
    with pytest.raises(UnreadableError, match=words):
        ReplayServer(make(tmp_path))


@pytest.mark.parametrize("cut", [10, 200])
def test_a_truncated_or_foreign_file_is_named(tmp_path: Path, archive: Path, cut: int) -> None:
    bad = tmp_path / "cut.tar.xz"
    bad.write_bytes(archive.read_bytes()[:cut])
    with pytest.raises(UnreadableError, match=r"cut\.tar\.xz is not a tar archive"):
        ReplayServer(bad)


def test_a_member_cannot_leave_the_temporary_folder(tmp_path: Path) -> None:
    path = _archive(tmp_path, [{"url": "http://a.test/", "file": "../evil.html"}], name="../index.jsonl")
    with ReplayServer(path) as server:
        assert server.pages == 0
        assert {file.name for file in tmp_path.iterdir()} == {path.name}


def test_the_temporary_folder_and_port_go_when_it_stops(archive: Path) -> None:
    with ReplayServer(archive) as server:
        body, port = server.recorded[0].body, server.port
        assert body.exists()
        with pytest.raises(SettingsError, match="cannot be used"):
            ReplayServer(archive, port=port)
    assert not body.parent.exists()


def _app() -> typer.Typer:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    return app


def test_the_command_says_what_it_holds_and_writes_the_hosts(archive: Path, tmp_path: Path) -> None:
    opml = tmp_path / "recorded.opml"
    done = CliRunner().invoke(_app(), ["replay", str(archive), "--port", "0", "--check", "--opml", str(opml)])
    assert done.exit_code == 0, done.output
    assert "5 pages of 4 hosts" in done.output
    assert "note: https://orchard.test/gone: pages/9.html is not in the archive" in done.output
    assert "http://orchard.test/feed.xml" in [node.get("xmlUrl") for node in etree.parse(opml).iter("outline")]


def test_a_bad_file_ends_the_command_with_a_factdesk_error(tmp_path: Path) -> None:
    done = CliRunner().invoke(_app(), ["replay", str(tmp_path / "none.tar.xz"), "--port", "0"])
    assert isinstance(done.exception, UnreadableError)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(archive: Path, number: signal.Signals) -> None:
    program = "import typer; from factdesk.cli.replay import replay; typer.run(replay)"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(archive), "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        lines = list(itertools.takewhile(lambda line: line != "Ctrl-C stops it.\n", running.stdout))
        found = re.search(r"proxy at (\S+)", "".join(lines))
        assert found is not None
        with httpx.Client(proxy=found[1], trust_env=False) as client:
            assert client.get("http://orchard.test/b/").content == LATIN
        running.send_signal(number)
        assert running.communicate(timeout=10)[0] == "Stopped.\n"
        assert running.returncode == 0


@pytest.mark.shared
def test_the_real_recording_is_served_whole() -> None:
    pages = SHARED / "data" / "pages.tar.xz"
    if not pages.exists():
        pytest.skip("needs the data folder beside the checkout: ../shared/data/pages.tar.xz, or FACTDESK_SHARED=FOLDER")
    with ReplayServer(pages) as server, httpx.Client(proxy=server.url, trust_env=False) as client:
        assert server.notes == ()
        assert server.pages == 990
        answers = [client.get(url) for url in server.urls]
        assert {answer.status_code for answer in answers} == {200}
        assert [len(answer.content) for answer in answers] == [page.body.stat().st_size for page in server.recorded]
        listed: list[str] = []
        for source in server.sources():
            listed += [entry.link for entry in feedparser.parse(client.get(source.url).content).entries]
        assert sorted(listed) == sorted(server.urls)
