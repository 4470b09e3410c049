"""A farm of invented outlets on loopback for ``factdesk bench collect``: many host names, pages made when they are asked for.

No text is anybody's: words are made of syllables. How many words, links, tags and bytes of script a page has follows what was
counted on 330 real pages of the press (quantiles only), so that reading such a page costs about what reading a real one does.
"""

import random
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from multiprocessing import get_context
from multiprocessing.connection import Connection

from factdesk.loopback import Answer, LoopbackServer, Request, tally

_SHARES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)
_WORDS = (40, 90, 262, 525, 949, 1600, 2105, 4188, 6000)  # words of an article
_PARAGRAPH = (1, 2, 5, 14, 39, 70, 93, 145, 200)  # words of a paragraph, headings and captions among them
_LINKS = (10, 27, 71, 129, 202, 284, 382, 741, 900)
_SCRIPT = (300, 775, 5657, 16148, 37659, 120060, 242833, 850640, 900000)  # bytes
# of 1,000 words, how many have 1, 2, 3 … letters
_LENGTHS = (37, 102, 217, 130, 105, 91, 76, 56, 48, 37, 29, 21, 14, 10, 7, 5, 4)
_FREQUENT = """
    the of and to in a is that for it was on with as be by at are this not but had have from or which they an were been
    their has will would there what about when who more if no out so said up its after than into only other new some could
"""
_CONSONANTS, _VOWELS = "bcdfglmnprstvk", "aeiou"


@dataclass(frozen=True, slots=True)
class Farm:
    """``pages`` pages spread evenly over ``hosts`` host names; the same numbers give the same bytes."""

    hosts: int
    pages: int

    def names(self) -> list[str]:
        """Return the host names."""
        return [f"outlet-{number:05}.localhost" for number in range(self.hosts)]

    def paths(self, host: str) -> list[str]:
        """Return the paths of a host's articles."""
        number = _number(host)
        count = self.pages // self.hosts + (number < self.pages % self.hosts)
        return [
            f"/2026/11/{1 + place % 28:02}/{place}-{'-'.join(_title(host, place).lower().split()[:6])}"
            for place in range(count)
        ]

    def answer(self, request: Request) -> Answer:
        """Serve a host's robots.txt, feed and articles."""
        if not request.host.startswith("outlet-"):
            return Answer(b"none", "text/plain", 404)
        if request.path == "/robots.txt":
            return Answer(b"User-agent: *\nDisallow: /search\n", "text/plain; charset=utf-8")
        authority = request.header("host") or request.host
        if request.path == "/feed.xml":
            return Answer(_feed(authority, self.paths(request.host)), "application/rss+xml; charset=utf-8")
        place = request.path.rpartition("/")[2].partition("-")[0]
        if not place.isdecimal():
            return Answer(b"none", "text/plain", 404)
        return Answer(packed(request.host, int(place)), headers=(("content-encoding", "gzip"),))


@dataclass(frozen=True, slots=True)
class Seen:
    """What the server saw: requests, hosts, the most requests at once at one host and the least seconds between two."""

    requests: int
    hosts: int
    most_at_once: int
    least_gap_s: float
    most_connections: int
    first_s: float | None


@dataclass(slots=True)
class FarmProcess:
    """The farm's server, in a process of its own."""

    port: int
    pid: int
    _pipe: Connection = field(repr=False)

    def seen(self, *, forget: bool = False) -> Seen:
        """Return what the server saw since it was last told to forget."""
        self._pipe.send("forget" if forget else "tell")
        told: Seen = self._pipe.recv()
        return told


@contextmanager
def served(farm: Farm) -> Iterator[FarmProcess]:
    """Serve ``farm`` on a free port of loopback, in a process of its own that ends with the block."""
    context = get_context("spawn")
    mine, theirs = context.Pipe()
    child = context.Process(target=_serve, args=(farm, theirs), daemon=True)
    child.start()
    theirs.close()
    try:
        yield FarmProcess(mine.recv(), child.pid or 0, mine)
    finally:
        mine.close()
        child.join(5)
        child.kill()


def _serve(farm: Farm, pipe: Connection) -> None:
    """Answer until the pipe is closed; count when asked to."""
    with LoopbackServer(farm.answer) as server:
        pipe.send(server.port)
        try:
            while word := pipe.recv():
                pipe.send(_seen(server))
                if word == "forget":
                    server.log.clear()
        except EOFError:
            pass


def _seen(server: LoopbackServer) -> Seen:
    visits = server.log.visits()
    by_host: dict[str, list[object]] = {}
    for visit in visits:
        by_host.setdefault(visit.host, []).append(visit)
    told = [tally(tuple(of)) for of in by_host.values()]  # type: ignore[arg-type] # visits, by host
    return Seen(
        requests=len(visits),
        hosts=len(told),
        most_at_once=max((one.max_simultaneous for one in told), default=0),
        least_gap_s=round(min((one.min_gap_s for one in told), default=float("inf")), 4),
        most_connections=max((one.connections for one in told), default=0),
        first_s=min((visit.started_s for visit in visits), default=None),
    )


# -- pages ----------------------------------------------------------------------------------------------------------------


def page(host: str, place: int) -> bytes:
    """Return the article number ``place`` of ``host`` as it is before it is packed."""
    before, after = _frame(host)
    return before.body + _article(host, place) + after.body


def packed(host: str, place: int) -> bytes:
    """Return the article as a press server sends it: gzip, with the parts that all pages of a host share packed once."""
    before, after = _frame(host)
    middle = _article(host, place)
    sum_ = zlib.crc32(after.body, zlib.crc32(middle, before.sum))
    size = len(before.body) + len(middle) + len(after.body)
    stream = before.packed + _deflated(middle, zlib.Z_FULL_FLUSH) + after.packed
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + stream + struct.pack("<LL", sum_, size & 0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class _Part:
    body: bytes
    packed: bytes
    sum: int


def _deflated(body: bytes, end: int) -> bytes:
    engine = zlib.compressobj(5, wbits=-15)
    return engine.compress(body) + engine.flush(end)


@cache
def _frame(host: str) -> tuple[_Part, _Part]:
    """What stands before and after each article of a host: scripts, menus, teasers, footer."""
    rng = random.Random(host)  # noqa: S311 # the same pages at each run, no secret
    links, script = _drawn(rng, _LINKS), _drawn(rng, _SCRIPT)
    name = _sentence(rng, 2)
    head = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
        f'<meta property="og:site_name" content="{name}"><link rel="alternate" type="application/rss+xml" href="/feed.xml">'
        f"<style>{_code(rng, script // 4)}</style><script>{_code(rng, script - script // 4)}</script></head><body>"
        f'<header class="masthead {_word(rng)}"><nav class="menu"><ul>{_menu(rng, links // 3)}</ul></nav></header>'
    )
    foot = (
        f'<aside class="sidebar"><h2>{_sentence(rng, 3)}</h2>{_teasers(rng, links // 2)}</aside>'
        f'<footer class="site-footer"><ul>{_menu(rng, links - links // 3 - links // 2)}</ul>'
        f"<p>{_sentence(rng, 9)}</p></footer></body></html>"
    )
    before, after = head.encode(), foot.encode()
    return (
        _Part(before, _deflated(before, zlib.Z_FULL_FLUSH), zlib.crc32(before)),
        _Part(after, _deflated(after, zlib.Z_FINISH), zlib.crc32(after)),
    )


def _article(host: str, place: int) -> bytes:
    rng = random.Random(f"{host}/{place}")  # noqa: S311 # the same pages at each run, no secret
    left, parts = _drawn(rng, _WORDS), []
    while left > 0:
        length = min(left, _drawn(rng, _PARAGRAPH))
        left -= length
        if length <= 3:
            parts.append(f'<h3 class="{_word(rng)}">{_sentence(rng, length)}</h3>')
        else:
            words = _sentence(rng, length)
            linked = f' <a href="/topic/{place}" class="inline-link">{_sentence(rng, 2)}</a>' if rng.random() < 0.2 else ""
            parts.append(f'<div class="block"><p class="article-text" data-block="{len(parts)}">{words}{linked}</p></div>\n')
    title = _title(host, place)
    body = (
        f'<main id="main"><article class="article"><header><h1 class="headline">{title}</h1>'
        f'<p class="dateline"><time datetime="2026-11-{1 + place % 28:02}T08:{place % 60:02}:00Z">November</time></p></header>'
        f'<div class="article-body">{"".join(parts)}</div></article></main>'
        f'<section class="comments"><h2>Comments</h2><p>{_sentence(rng, 12)}</p></section>'
    )
    return body.encode()


def _title(host: str, place: int) -> str:
    rng = random.Random(f"title {host}/{place}")  # noqa: S311 # the same pages at each run, no secret
    return _sentence(rng, rng.randint(6, 11)).rstrip(".")


def _slug(host: str, place: int) -> str:
    return "-".join(_title(host, place).lower().split()[:6])


def _feed(authority: str, paths: list[str]) -> bytes:
    items = "".join(f"<item><title>{path[12:]}</title><link>http://{authority}{path}</link></item>" for path in paths)
    return f'<rss version="2.0"><channel><title>{authority}</title>{items}</channel></rss>'.encode()


def _menu(rng: random.Random, count: int) -> str:
    return "".join(
        f'<li class="menu-item menu-item-type-taxonomy menu-item-{n}" role="none">'
        f'<a class="menu-link {_word(rng)}" role="menuitem" href="/section/{_word(rng)}-{n}" data-track="menu:{n}">'
        f"<span>{_word(rng)}</span></a></li>\n"
        for n in range(count)
    )


def _teasers(rng: random.Random, count: int) -> str:
    return "".join(
        f'<div class="teaser teaser-{n} teaser--horizontal"><div class="teaser-inner" data-id="{rng.getrandbits(40):x}">'
        f'<a href="/2026/10/{n}-{_word(rng)}-{_word(rng)}" class="teaser-link" data-track="teaser:{_word(rng)}:{n}">'
        f'<img class="teaser-image" src="/img/{rng.getrandbits(64):x}-320x180.jpg" alt="" width="320" height="180"'
        f' srcset="/img/{n}-320.jpg 320w, /img/{n}-640.jpg 640w, /img/{n}-960.jpg 960w" sizes="(min-width: 960px) 320px">'
        f'<h4 class="teaser-title"><span>{_sentence(rng, 8)}</span></h4></a>'
        f'<div class="teaser-meta"><span class="label">{_word(rng)}</span><time>{n % 24}:00</time></div></div></div>\n'
        for n in range(count)
    )


def _code(rng: random.Random, size: int) -> str:
    lines = [
        f"var {_word(rng)}={{{_word(rng)}:{rng.getrandbits(24)},text:'{_sentence(rng, 4)}',id:'{rng.getrandbits(96):x}'}};\n"
        for _ in range(min(size // 110 + 1, 400))
    ]
    text = "".join(lines)
    return (text * (size // len(text) + 1))[:size]


# -- words ----------------------------------------------------------------------------------------------------------------


def _drawn(rng: random.Random, quantiles: tuple[int, ...]) -> int:
    """Draw from a distribution given by its quantiles, linear between them."""
    share = rng.random()
    place = max(number for number, edge in enumerate(_SHARES[:-1]) if edge <= share)
    low, high = _SHARES[place], _SHARES[place + 1]
    return round(quantiles[place] + (quantiles[place + 1] - quantiles[place]) * (share - low) / (high - low))


def _sentence(rng: random.Random, words: int) -> str:
    vocabulary, weights = _vocabulary()
    chosen = rng.choices(vocabulary, cum_weights=weights, k=max(words, 1))
    for place in range(0, len(chosen), 18):
        chosen[place] = chosen[place].capitalize()
        if place:
            chosen[place - 1] += "."
    return " ".join(chosen) + "."


def _word(rng: random.Random) -> str:
    vocabulary, _ = _vocabulary()
    return rng.choice(vocabulary)


@cache
def _vocabulary() -> tuple[list[str], list[float]]:
    """Function words of English (two words of five) and 6,000 invented ones, more and less frequent as words are (Zipf)."""
    common = _FREQUENT.split()
    rng = random.Random("words")  # noqa: S311 # the same words at each run, no secret
    lengths = rng.choices(range(1, len(_LENGTHS) + 1), weights=_LENGTHS, k=20_000)
    made = dict.fromkeys(_invented(rng, length) for length in lengths if length > 3)
    words = list(made)[:6000]
    frequent = [0.4 / len(common)] * len(common)
    total = sum(1 / rank for rank in range(10, len(words) + 10))
    rare = [0.6 / total / rank for rank in range(10, len(words) + 10)]
    return [*common, *words], list(accumulate([*frequent, *rare]))


def _invented(rng: random.Random, length: int) -> str:
    first = rng.randint(0, 1)
    return "".join(rng.choice(_CONSONANTS if (place + first) % 2 else _VOWELS) for place in range(length))


def _number(host: str) -> int:
    return int(host.partition("-")[2].partition(".")[0])
