"""What strangers' words may hold when a desk shows them: no markup, nothing invisible, nothing that turns the line around.

A title with a bidirectional override can make one thing read as another, a zero-width space hides a word from search, and
half a surrogate pair or a NUL breaks the store. Marks that scripts need (joiners, left-to-right and right-to-left marks) stay:
they move only their neighbours.
"""

import re
from html import unescape
from urllib.parse import urljoin

_LONGEST_TITLE = 500
_LONGEST_MARKUP = 20_000
_TAGS = re.compile(r"<[^<>]{0,500}>")
_WRITTEN_TAGS = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_BREAKS = re.compile("[\x85\u2028\u2029]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u180e\u200b\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_GAPS = re.compile(r"(\s{8})\s+")  # a page of nothing but spaces would keep a sentence splitter busy for hours
_PILES = re.compile("([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4})[\u0300-\u036f\u20d0-\u20ff]+")


def visible(text: str) -> str:
    """Return ``text`` without characters that are not seen, reorder others, or fit no store; gaps have at most 8 of them."""
    return _GAPS.sub(r"\1", _PILES.sub(r"\1", _UNSEEN.sub("", _BREAKS.sub("\n", text))))


def title(value: object) -> str | None:
    """Return a title in one line without tags, entities and unseen characters, at most 500 characters."""
    words = unescape(_TAGS.sub(" ", str(value or "")[:_LONGEST_MARKUP]))
    return " ".join(visible(_WRITTEN_TAGS.sub(" ", words)).split())[:_LONGEST_TITLE] or None


def web_address(base: str, target: object) -> str | None:
    """Return ``target`` made whole with ``base`` when that is an http(s) address a store can hold, else ``None``."""
    written = target.strip() if isinstance(target, str) else ""
    try:
        url = urljoin(base, written) if written else ""
        url.encode()
    except ValueError:
        return None
    return url if url.startswith(("http://", "https://")) and "\x00" not in url else None
