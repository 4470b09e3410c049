"""Every kind of posts through the real collector and the line: what is kept of them, and what is nowhere to be found."""

import gzip
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from crawlers._archive import Archive
from crawlers.base import Post
from factdesk.line import open_line
from factdesk.loopback import Answer, Request
from factdesk.reader import drain
from factdesk.store import captures, ledger
from factdesk.store.database import reading, writing
from factdesk.store.tables import documents, items, metadata
from index.base import EntryKind
from tests.crawlers.collecting import Rig, SourceRole, rig
from tests.crawlers.posts import answer

PERSONS = (b"quillon", b"mirelle", b"harrow", b"otter")
JSON, ATOM = "application/json; charset=utf-8", "application/atom+xml"
SOURCES = {
    "mastodon": ("river", "/tags/dam"),
    "bluesky": ("sky", "/search?q=dam"),
    "reddit": ("reddit", "/r/riverton"),
    "youtube": ("tube", "/feeds/videos.xml?channel_id=UCriverton-water-office-1"),
    "telegram": ("telegram", "/s/riverwater"),
}


def serve(world: Rig, *, likes: bytes = b"9") -> None:
    first = answer("mastodon_tag.json").replace(b'"favourites_count": 9', b'"favourites_count": ' + likes)
    told: dict[str, tuple[bytes, bytes, str]] = {
        "river.localhost/api/v1/timelines/tag/dam": (first, b"[]", JSON),
        "sky.localhost/xrpc/app.bsky.feed.searchPosts": (answer("bluesky_search.json"), b'{"posts": []}', JSON),
        "reddit.localhost/r/riverton/new.json": (
            answer("reddit_new.json"),
            b'{"kind": "Listing", "data": {"children": []}}',
            JSON,
        ),
        "tube.localhost/feeds/videos.xml": (answer("youtube_feed.xml"), b"", ATOM),
        "telegram.localhost/s/riverwater": (answer("telegram_channel.html"), answer("telegram_empty.html"), "text/html"),
    }
    world.site.pages |= {place: paged(*pages) for place, pages in told.items()}


def paged(first: bytes, later: bytes, media_type: str) -> Callable[[Request], Answer]:
    """The first page, and for those that ask on, an empty one."""
    further = {"until", "after", "before", "min_id", "max_id"}
    return lambda request: Answer(later if further & request.arguments.keys() else first, media_type)


def test_posts_of_each_kind_are_collected_read_and_kept_without_anybody(tmp_path: Path) -> None:
    with rig(tmp_path) as world:
        serve(world)
        for kind, (host, path) in SOURCES.items():
            world.source(host, path, kind=kind, role=SourceRole.SOCIAL)
        world.source("shut", "/r/riverton", kind="reddit", role=SourceRole.SOCIAL)
        world.put("shut", "/robots.txt", "User-agent: *\nDisallow: /")
        world.source("oauth", "/r/riverton", kind="reddit", role=SourceRole.SOCIAL)
        world.source("tube", "/@riverton", kind="youtube", role=SourceRole.SOCIAL)
        world.collect()
        assert sorted(outcome for outcome, _ in world.polls()) == [*["failed"] * 2, *["polled"] * 5, "refused_robots"]
        assert any("secret reddit_token is not set" in reason for _, reason in world.polls())
        assert any("none that youtube can poll" in reason for _, reason in world.polls())
        waiting = captures.waiting(world.engine, limit=50, worker="test")
        posts = [Post.from_json(captures.load(Archive(world.settings.archive), row).body) for row in waiting]
        assert {(post.platform, len([one for one in posts if one.platform == post.platform])) for post in posts} == {
            *(("mastodon", 2), ("bluesky", 3), ("reddit", 3), ("youtube", 2), ("telegram", 5)),
        }
        assert all(post.voice for post in posts)
        assert_nobody_stored(world)
        captures.release(world.engine, [row.id for row in waiting])
        line = open_line(world.settings)
        assert drain(line).total() == len(waiting)
        assert line.index.counts()[EntryKind.DOCUMENT] >= 9
        line.archive.close()
        line.close()
        assert_nobody_read(world)

        before = archived(world)
        serve(world, likes=b"4711")
        assert [event["kind"] for event in world.collect()] == ["poll"] * 8, "nothing is taken twice"
        assert archived(world) == before
        with reading(world.engine) as connection:
            likes = connection.execute(select(documents.c.likes).where(documents.c.text.contains("five gates"))).scalars().all()
        assert 4711 in likes


def test_a_post_that_was_set_aside_is_asked_for_again_or_its_capture_is_read_again(tmp_path: Path) -> None:
    with rig(tmp_path) as world:
        serve(world)
        for kind in ("reddit", "bluesky"):
            world.source(*SOURCES[kind], kind=kind, role=SourceRole.SOCIAL)
        world.collect()
        for row in captures.waiting(world.engine, limit=50, worker="test"):
            captures.quarantine(world.engine, row, reason="The reader broke.")
        with writing(world.engine) as connection:
            assert ledger.replay(connection, now=datetime.now(UTC)) == 6
        told = json.loads(answer("reddit_new.json"))
        told["data"]["children"] = told["data"]["children"][:1]
        one = json.dumps(told).replace("lost two of its five gates", "lost all of its gates")
        empty = '{"kind": "Listing", "data": {"children": []}}'
        world.put("sky", "/xrpc/app.bsky.feed.searchPosts", '{"posts": []}', media_type=JSON)
        for path, body in (("r/riverton/new", empty), ("by_id/t3_1rkaaa9", one), ("by_id/t3_1rkaaa8", empty)):
            world.put("reddit", f"/{path}.json", body, media_type=JSON)
        world.collect()
        again = captures.waiting(world.engine, limit=50, worker="test")
        posts = [Post.from_json(captures.load(Archive(world.settings.archive), row).body) for row in again]
        assert sorted(post.platform for post in posts) == ["bluesky"] * 3 + ["reddit"]
        assert any(post.text.startswith("The upper dam lost all of its gates") for post in posts)
        with reading(world.engine) as connection:
            ended = connection.execute(select(items.c.outcome).where(items.c.outcome.is_not(None))).scalars().all()
        assert ended == ["gone", "gone"], "one is empty now, one is not there"


def assert_nobody_read(world: Rig) -> None:
    """After the line: a name stands in the link to verify a post and nowhere else, and the index has not even that."""
    with reading(world.engine) as connection:
        for table in metadata.sorted_tables:
            told = [column for column in table.columns if column is not documents.c.url]
            rows = repr(connection.execute(select(*told)).all()).lower().encode()
            assert [name for name in PERSONS if name in rows] == [], table.name
    store = str(world.engine.url.database)
    for path in world.settings.data.rglob("*.sqlite*"):
        if not str(path).startswith(store):
            assert [name for name in PERSONS if name in path.read_bytes().lower()] == [], path


def assert_nobody_stored(world: Rig) -> None:
    """No name in the archive but in the link to verify, and none in a file of the store."""
    kept = re.sub(rb'"url": "[^"]*"', b"", archived(world)).lower()
    assert [name for name in PERSONS if name in kept] == []
    for path in world.settings.data.rglob("*"):
        if path.is_file() and path.suffix != ".gz":
            assert [name for name in PERSONS if name in path.read_bytes().lower()] == [], path


def archived(world: Rig) -> bytes:
    return b"".join(gzip.decompress(path.read_bytes()) for path in Archive(world.settings.archive).files())
