"""Recorded forms of social answers (names and words are invented), what must never be left of them, and ways to break them."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import Phase, settings, strategies
from lxml import etree, html

from crawlers.base import Asked, Fetched, Listing, Post, Unlisted, collector
from factdesk.records import Source, SourceRole
from tests.crawlers.test_kinds import NOW

DATA = Path(__file__).parent / "data"
NAMES = ("quillon", "mirelle", "harrow", "vant", "shy_otter", "shy-otter", "did:plc", "1234567")
KEY = b"k" * 32
JUNK: tuple[object, ...] = (
    None,
    True,
    False,
    -1,
    0,
    1.5,
    10**30,
    float("inf"),
    "",
    "x",
    "\x00",
    "\ud800",
    [],
    {},
    [[]],
    {"a": []},
    ["x"],
)
often = settings(max_examples=80, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))


def answer(name: str) -> bytes:
    return (DATA / name).read_bytes()


def asking(kind: str, url: str, *, cursor: str | None = None, limit: int = 100, language: str | None = None) -> Asked:
    return Asked(Source(1, kind, url, "Pond", SourceRole.SOCIAL, language), cursor, limit, KEY)


def fetched(body: bytes, url: str) -> Fetched:
    return Fetched(url, 200, (), body, NOW)


def read(asked: Asked, body: bytes, *, at: str = "") -> Listing:
    """Parse an answer as it comes from the address that is asked first, or from ``at``."""
    kind = collector(asked.source.kind)
    found = kind.parse(fetched(body, at or kind.requests(asked)[0].url), asked)
    assert isinstance(found, Listing), found
    return found


def told(post: Post) -> str:
    """All that is archived of a post but the link for whoever verifies it."""
    return replace(post, url="").to_json().decode().lower()


def assert_unnamed(posts: tuple[Post, ...]) -> None:
    for post in posts:
        assert [name for name in NAMES if name in told(post)] == []
        assert Post.from_json(post.to_json()) == post


def ends(asked: Asked, body: bytes) -> Listing | Unlisted:
    """Whatever the answer is, it is read or refused, and its posts can be archived."""
    kind = collector(asked.source.kind)
    found = kind.parse(fetched(body, kind.requests(asked)[0].url), asked)
    assert isinstance(found, Listing | Unlisted)
    for post in found.posts if isinstance(found, Listing) else ():
        assert Post.from_json(post.to_json()) == post
        assert post.published <= NOW
    return found


def survives(asked: Asked, body: bytes) -> None:
    """The answer is read or refused, and no name is left."""
    found = ends(asked, body)
    if isinstance(found, Listing):
        assert_unnamed(found.posts)
        assert found.left_out >= 0


def broken_json(name: str) -> strategies.SearchStrategy[bytes]:
    """The answer ``name`` with a few of its values removed, repeated, or replaced by what does not belong there."""
    whole = json.loads(answer(name))
    changes = strategies.tuples(
        strategies.floats(0, 1, exclude_max=True), strategies.sampled_from(["drop", "twice", *range(len(JUNK))])
    )
    return strategies.lists(changes, min_size=1, max_size=6).map(lambda picked: _changed(whole, picked))


def _changed(whole: object, picked: list[tuple[float, str | int]]) -> bytes:
    tree = copy.deepcopy(whole)
    for where, how in picked:
        places = list(_places(tree))
        if not places:
            break
        holder, key = places[int(where * len(places))]
        if how == "drop":
            del holder[key]
        elif how == "twice" and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        elif isinstance(how, int):
            holder[key] = copy.deepcopy(JUNK[how])
    return json.dumps(tree).encode()


def _places(tree: object) -> Iterator[tuple[Any, Any]]:
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in children:
        yield tree, key
        yield from _places(value)


def broken_markup(name: str) -> strategies.SearchStrategy[bytes]:
    """The answer ``name`` with a few of its elements and attributes removed or repeated."""
    whole = answer(name)
    parse: Callable[[bytes], etree._Element] = etree.fromstring if name.endswith(".xml") else html.document_fromstring
    changes = strategies.tuples(
        strategies.floats(0, 1, exclude_max=True), strategies.sampled_from(["drop", "twice", "bare", "empty"])
    )
    return strategies.lists(changes, min_size=1, max_size=6).map(lambda picked: _marked(parse(whole), picked))


def _marked(root: etree._Element, picked: list[tuple[float, str]]) -> bytes:
    for where, how in picked:
        nodes = [node for node in root.iter() if isinstance(node.tag, str) and node is not root]
        node = nodes[int(where * len(nodes))] if nodes else root
        above = node.getparent()
        if how == "bare":
            for name in list(node.attrib)[:1]:
                del node.attrib[name]
        elif how == "empty":
            node.text = None
        elif above is not None and how == "twice":
            above.append(copy.deepcopy(node))
        elif above is not None:
            above.remove(node)
    return bytes(etree.tostring(root))


def torn(name: str) -> strategies.SearchStrategy[bytes]:
    """The answer ``name`` cut and with bytes that do not belong there."""
    whole = answer(name)
    place = strategies.integers(0, len(whole))
    return strategies.builds(
        lambda start, end, junk: whole[:start] + junk + whole[end:], place, place, strategies.binary(max_size=40)
    )
