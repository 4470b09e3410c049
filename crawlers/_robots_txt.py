"""Reads robots.txt as RFC 9309 says: a product's groups merged, the longest pattern decides, ``*`` and ``$`` are special.

Patterns are matched without regular expressions, so that no file can make the matching slow.
"""

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

MOST_BYTES = 512_000  # RFC 9309 asks for at least 500 KiB
_MOST_RULES = 20_000
_PRODUCT = re.compile(r"[A-Za-z_-]+|\*")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")
_KEPT = _UNRESERVED | frozenset(":/?#[]@!$&'()*+,;=%")
_NAMES = {
    "useragent": "user-agent",
    "user agent": "user-agent",
    "dissallow": "disallow",
    "crawldelay": "crawl-delay",
    "site-map": "sitemap",
}


@dataclass(slots=True)
class Group:
    """The rules for one product: (pattern, whether it allows), the delay in seconds, and its content signals."""

    rules: list[tuple[str, bool]] = field(default_factory=list)
    delay_s: float = 0.0
    signals: list[str] = field(default_factory=list)

    def allows(self, url: str) -> bool:
        """Whether ``url`` may be fetched: the longest pattern decides, of two as long the one that allows."""
        path = path_of(url)
        if path == "/robots.txt":
            return True
        covering = [(len(pattern), allow) for pattern, allow in self.rules if covers(pattern, path)]
        return max(covering, default=(0, True))[1]


@dataclass(frozen=True, slots=True)
class RobotsTxt:
    """A file as read: a group for each product named in it (lower case), and its sitemaps."""

    groups: dict[str, Group]
    sitemaps: tuple[str, ...]
    general_signals: tuple[str, ...] = ()

    def group(self, product: str) -> Group:
        """Return the rules for ``product``: its own, else those for everybody, else none."""
        return self.groups.get(product.lower()) or self.groups.get("*") or Group()


def read_robots_txt(text: str) -> RobotsTxt:
    """Read a file; what is no rule is skipped, as the RFC asks, whatever it is."""
    groups: dict[str, Group] = {}
    sitemaps: list[str] = []
    general: list[str] = []
    named: list[str] = []
    naming = False
    for name, value in _lines(text):
        if name == "user-agent":
            named = [*named, *_product(value)] if naming else _product(value)
            naming = True
            for product in named:
                groups.setdefault(product, Group())
            continue
        if name == "sitemap":
            sitemaps.append(value[:2000])
        elif name in {"content-signal", "content-usage"} and not groups:
            general.append(value[:500])
        else:
            naming = naming and name not in {"allow", "disallow"}  # other lines end no group
            for product in named:
                _enter(groups[product], name, value)
    return RobotsTxt(groups, tuple(sitemaps[:100]), tuple(general[:20]))


def covers(pattern: str, path: str) -> bool:
    """Whether ``pattern`` covers ``path``, both normal: ``*`` stands for any characters, ``$`` at the end for the end.

    The first place that fits is the right one for every piece but the last, so each piece is looked for once.
    """
    closed = pattern.endswith("$")
    first, *pieces = (pattern[:-1] if closed else pattern).split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not pieces:
        return not closed or at == len(path)
    for piece in pieces[:-1]:
        at = path.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    last = pieces[-1]
    if closed:
        return path.endswith(last) and len(path) - len(last) >= at
    return path.find(last, at) >= 0


def path_of(url: str) -> str:
    """Return path and query of ``url`` in the form that patterns are compared with: no character of it is special."""
    parts = urlsplit(url)
    path = parts.path or "/"
    return _normal(f"{path}?{parts.query}" if parts.query else path).replace("*", "%2A").replace("$", "%24")


def pattern_of(written: str) -> str:
    """Return a pattern in the form that is compared: ``$`` is special at its end only."""
    pattern = _normal(written)
    return pattern[:-1].replace("$", "%24") + pattern[-1:]


def _normal(path: str) -> str:
    """Other characters escaped, escapes of plain ones undone."""
    escaped = "".join(letter if letter in _KEPT else _escaped(letter) for letter in path)
    return _ESCAPE.sub(_plain, escaped)


def _escaped(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "replace"))


def _plain(match: re.Match[str]) -> str:
    letter = chr(int(match[0][1:], 16))
    return letter if letter in _UNRESERVED else match[0].upper()


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in re.split(r"[\r\n]+", text.removeprefix("\ufeff")):
        name, colon, value = line.partition("#")[0].partition(":")
        if colon:
            told = name.strip().lower()
            yield _NAMES.get(told, told), value.strip()


def _product(value: str) -> list[str]:
    """The product token in a User-agent line: letters, ``_`` and ``-``; a version after it is not compared."""
    found = _PRODUCT.match(value)
    return [found[0].lower()] if found else []


def _enter(group: Group, name: str, value: str) -> None:
    if name in {"allow", "disallow"}:
        if value.startswith(("/", "*")) and len(group.rules) < _MOST_RULES:
            group.rules.append((pattern_of(value[:2000]), name == "allow"))
    elif name == "crawl-delay":
        try:
            told = float(value.split(maxsplit=1)[0]) if value else 0.0
        except ValueError:
            return
        group.delay_s = max(group.delay_s, told if 0 < told < float("inf") else 0.0)
    elif name in {"content-signal", "content-usage"}:
        group.signals.append(value[:500])
