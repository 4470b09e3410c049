"""What a post says, without what only its platform adds: links, entities, words run together in a tag."""

import re
from html import unescape

_LINK = re.compile(r"https?://[^\s—]+|pic\.twitter\.com/[^\s—]+")
_TAG = re.compile(r"(?<!\w)[#@＃](\w+)")
_HUMP = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_")


def spoken(text: str) -> str:
    """Return ``text`` as it would be said: what is compared in words and in meaning with the library."""
    whole = _TAG.sub(_said, _LINK.sub(" ", unescape(text)))
    return whole if whole.strip() else text


def _said(tag: re.Match[str]) -> str:
    return f" {_HUMP.sub(' ', tag.group(1))} "
