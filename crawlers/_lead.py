"""The lead of an article, which press systems keep outside the body, and the body where a page carries it only for machines.

A lead is taken when the page shows, in one element, the words its own description begins with: then it is this article's and
no other's. Failing that, the one block is taken that is marked as a lead and stands right after the heading. An ``articleBody``
of JSON-LD is taken when what is shown is but a part of it.
"""

import re
from itertools import dropwhile, islice

from lxml.html import HtmlElement

from crawlers._jsonld import text_of
from crawlers._page_head import PageHead

_SHORTEST, _LONGEST = 50, 900
_BEGINNING = 24
_INLINE = frozenset({"span", "strong", "b", "em", "i", "font", "a"})
_BLOCKS = frozenset({"p", "div", "h2", "h3", "h4", "section", "header"})
_NEVER = frozenset({"head", "title", "script", "style", "meta", "a", "figcaption", "noscript", "option", "button"})
_DESCRIPTIONS = ("description", "og:description", "twitter:description")
_MARK = re.compile(
    r"(?:^|[\s_-])(?:lead|lede|intro|introduction|chapo|chapeau|standfirst|excerpt|dek|deck|vorspann|entradilla|copete|bajada|sapo|"
    r"abstract|subtitle|subheadline)(?:$|[\s_-])",
    re.IGNORECASE,
)
_PICTURES = ("img", "figure", "figcaption", "video", "script", "style", "form", "button")
_AFTER_HEADING = 150  # elements
_LINKED_SHARE = 0.3
_SHOWN_SHARE = 0.5
_LEAST_BODY = 500
_TAG = re.compile(r"<[a-zA-Z/][^>]{0,300}>")


def lead_of(tree: HtmlElement, head: PageHead) -> str:
    """Return the article's lead as the page shows it, on one line; empty when it shows none."""
    beginnings = {text[:_BEGINNING].casefold() for text in _described(head) if len(text) >= _SHORTEST}
    return (beginnings and _told(tree, beginnings)) or _marked(tree)


def _told(tree: HtmlElement, beginnings: set[str]) -> str:
    """The block that begins as the page's description does."""
    for element in tree.iter("p", "div", "h2", "h3", "h4", "span", "strong", "b", "em", "li", "section"):
        own = " ".join((element.text or "").split())
        if len(own) >= _BEGINNING and own[:_BEGINNING].casefold() in beginnings and (found := _whole(element)):
            return found
    return ""


def _marked(tree: HtmlElement) -> str:
    """The first block after the heading that is marked as a lead, as no other block of the page is."""
    heading = next(tree.iter("h1"), None)
    if heading is None:
        return ""
    for element in islice(dropwhile(lambda one: one is not heading, tree.iter()), _AFTER_HEADING):
        mark = element.get("class") or ""
        if element.tag in _BLOCKS and _MARK.search(mark) and "comment" not in mark and (text := _whole(element)):
            return text if _is_prose(element, text) and len(tree.xpath("//*[@class=$mark]", mark=mark)) == 1 else ""
    return ""


def _is_prose(block: HtmlElement, text: str) -> bool:
    """Whether a block is neither a picture's nor a list of links."""
    linked = sum(len(link.text_content()) for link in block.iter("a"))
    return linked <= _LINKED_SHARE * len(text) and next(block.iter(*_PICTURES), None) is None


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
