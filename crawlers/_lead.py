"""The lead of an article, which press systems keep outside the body, and the body where a page carries it only for machines.

A lead is taken when the page shows, in one element, the words its own description begins with: then it is this article's and
no other's. An ``articleBody`` of JSON-LD is taken when what is shown is but a part of it.
"""

import re

from lxml.html import HtmlElement

from crawlers._jsonld import text_of
from crawlers._page_head import PageHead

_SHORTEST, _LONGEST = 50, 900
_BEGINNING = 24
_INLINE = frozenset({"span", "strong", "b", "em", "i", "font", "a"})
_NEVER = frozenset({"head", "title", "script", "style", "meta", "a", "figcaption", "noscript", "option", "button"})
_DESCRIPTIONS = ("description", "og:description", "twitter:description")
_SHOWN_SHARE = 0.5
_LEAST_BODY = 500
_TAG = re.compile(r"<[a-zA-Z/][^>]{0,300}>")


def lead_of(tree: HtmlElement, head: PageHead) -> str:
    """Return the article's lead as the page shows it, on one line; empty when it shows none."""
    beginnings = {text[:_BEGINNING].casefold() for text in _described(head) if len(text) >= _SHORTEST}
    if not beginnings:
        return ""
    for element in tree.iter("p", "div", "h2", "h3", "h4", "span", "strong", "b", "em", "li", "section"):
        own = " ".join((element.text or "").split())
        if len(own) >= _BEGINNING and own[:_BEGINNING].casefold() in beginnings and (found := _whole(element)):
            return found
    return ""


def with_lead(text: str, lead: str) -> str:
    """Return ``text`` with ``lead`` before it, unless it is there already."""
    if not lead or _known(lead, text):
        return text
    return f"{lead}\n{text}"


def hidden_body(text: str, head: PageHead) -> str:
    """Return the ``articleBody`` that the page carries for machines when ``text`` is less than half of it; else ``text``."""
    bodies = [_TAG.sub(" ", text_of(node.get("articleBody"))) for node in head.articles()]
    longest = max((body.strip() for body in bodies), key=len, default="")
    return longest if len(longest) >= _LEAST_BODY and len(text) < _SHOWN_SHARE * len(longest) else text


def _described(head: PageHead) -> list[str]:
    told = [head.metas.get(name, "") for name in _DESCRIPTIONS]
    told += [text_of(node.get("description")) for node in head.articles()]
    return [" ".join(text.split()) for text in told]


def _whole(element: HtmlElement) -> str:
    """Return the text of the block an element begins, or nothing when that is no lead (too long, or a link)."""
    while element.tag in _INLINE and (parent := element.getparent()) is not None and not (parent.text or "").strip():
        element = parent
    if element.tag in _NEVER or any(above.tag in _NEVER for above in element.iterancestors()):
        return ""
    text = " ".join(element.text_content().split())
    return text if _SHORTEST <= len(text) <= _LONGEST else ""


def _known(lead: str, text: str) -> bool:
    flat = " ".join(text[:20_000].split())
    return lead[:80] in flat or lead[-80:] in flat
