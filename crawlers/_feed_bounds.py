"""Cuts a listing that is longer than anybody reads before a parser sees it: feedparser needs minutes for 100,000 entries."""

import re

_ENTRY_ENDS = re.compile(rb"</(?:\w{1,20}:)?(?:item|entry)\s*>", re.IGNORECASE)
_PAGE_ENDS = re.compile(rb"</(?:\w{1,20}:)?url\s*>", re.IGNORECASE)
_CDATA = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
_TAG = re.compile(rb"<(/?)[A-Za-z](?:[^<>]*[^<>/])?>")
_HALVES = re.compile(
    rb"&#(?:[xX]0*(?:[dD][89a-fA-F][0-9a-fA-F]{2}|0);|0*(?:5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3]|0);)"
    rb"|\xed[\xa0-\xbf][\x80-\xbf]"
)
_DEEPEST = 1_000
_LARGE = 1_500_000
_MOST_ENTRIES = 1_500
_FIRST, _LAST = 1_000, 500  # entries kept of a longer feed: the newest stand first nearly everywhere, and last elsewhere
_FIRST_BYTES, _LAST_BYTES = 1_000_000, 500_000
_MOST_NAMESPACES = 500
_MOST_TAGS = 2_000_000
_MOST_PAGES = 60_000  # the protocol allows 50,000


def bounded_feed(body: bytes) -> bytes | None:
    """Return ``body``, or of a longer feed its first and its last entries; ``None`` when it cannot be cut so.

    Stray NULs, which no XML may hold, are left out.
    """
    if body.count(b"xmlns") > _MOST_NAMESPACES or body.count(b"<") > _MOST_TAGS:
        return None
    if 0 < body.count(b"\x00") < len(body) // 4:  # half of UTF-16 is NULs
        body = body.replace(b"\x00", b"")
    bounded = _cut(body)
    return None if bounded is None or _too_deep(bounded) else bounded


def _cut(body: bytes) -> bytes | None:
    ends = [found.end() for found in _ENTRY_ENDS.finditer(body)]
    if len(body) <= _LARGE and len(ends) <= _MOST_ENTRIES:
        return body
    first = max((end for end in ends[:_FIRST] if end <= _FIRST_BYTES), default=None)
    last = min((end for end in ends[-_LAST:] if len(body) - end <= _LAST_BYTES), default=None)
    if first is None or last is None:
        return None
    return body[:first] + body[max(first, last) :]


def _too_deep(body: bytes) -> bool:
    """Whether elements lie in one another deeper than in any feed; what stands in CDATA is text."""
    depth = 0
    for tag in _TAG.finditer(_CDATA.sub(b"", body)):
        depth += -1 if tag[1] else 1
        if depth > _DEEPEST:
            return True
    return False


def whole_characters(body: bytes) -> bytes:
    """Return ``body`` without halves of surrogate pairs and NUL references: a forgiving parser passes on what no text holds."""
    return _HALVES.sub(b"", body)


def bounded_sitemap(body: bytes) -> bytes:
    """Return ``body`` up to its 60,000th page; the parser mends the end."""
    for count, found in enumerate(_PAGE_ENDS.finditer(body), 1):
        if count == _MOST_PAGES:
            return body[: found.end()]
    return body
