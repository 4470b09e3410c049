"""What reduces a post before anything is stored (never 2): its text without mentions and profile links, its counts, its voice.

Who posted is used for one thing, the voice, and dropped by the kind that read the answer.
"""

import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree, html

from factdesk.records import digest_id

MENTION = "@…"
LONGEST = 20_000  # characters of a post that are kept
_MOST_TAGS = 50
_MOST_COUNT = 2**31 - 1
_NAME = r"[\w@:.%+-]+(?:[/?][\w@:.%+/?=&#-]*)?"
_NETWORKS = re.compile(  # sites whose addresses begin with somebody's name
    r"(?<![\w.-])(?:https?://)?(?:www\.|m\.|mobile\.|old\.)?"
    r"(?:(?:t\.me|telegram\.(?:me|dog)|x\.com|twitter\.com|instagram\.com|facebook\.com|fb\.com|tiktok\.com|threads\.(?:net|com)"
    r"|vk\.com|ok\.ru|linkedin\.com/(?:in|company)|reddit\.com/(?:user|u)|patreon\.com|linktr\.ee|bsky\.app/profile)/"
    r"|youtube\.com/(?:@|c/|user/|channel/))" + _NAME,
    re.IGNORECASE,
)
_PROFILE = re.compile(r"(?<![\w.-])(?:https?://)?[\w.-]+/(?:users|u|accounts?|profile)/" + _NAME, re.IGNORECASE)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_REDDITOR = re.compile(r"(?<![\w/])(?:/?u|/user)/[\w-]{3,}", re.IGNORECASE)
_ACCOUNT = re.compile(r"did:(?:plc|web):[\w.:%-]+|(?<![\w@.-])[\w.-]+\.bsky\.social\b", re.IGNORECASE)
_AT = r"@[\w…](?:[\w.…-]*[\w…])?(?:@[\w-]+(?:\.[\w-]+)*)?"
_MENTION = re.compile(rf"(?<![\w/]){_AT}|(?<=/){_AT}")
_NAMED_LINK = re.compile(r"\[[^\[\]\n]{1,200}\]\(@…[^)\s]{0,300}\)")
_FULL_WIDTH = str.maketrans({"＠": "@"})  # the sign of East Asian keyboards
_HIDDEN = frozenset({"invisible", "quote-inline"})
_UNREAD = frozenset({"script", "style", "template"})
_BLOCKS = frozenset({"p", "br", "li", "div", "blockquote", "pre"})
_PEOPLE = frozenset({"t.me", "telegram.me", "telegram.dog", "x.com", "twitter.com", "instagram.com", "facebook.com", "vk.com"})
_SCALES = {"": 1, "K": 1_000, "M": 1_000_000, "B": 1_000_000_000}
_SHORT_COUNT = re.compile(r"([0-9]{1,9}(?:[.,][0-9]{1,3})?) ?([KMB]?)", re.IGNORECASE)


def voice(account: object, *, key: bytes) -> str | None:
    """HMAC-SHA-256 (first 128 bits) of an account under the week's key; ``None`` without an account or a key."""
    name = account.lower() if isinstance(account, str) else ""
    return hmac.new(key, name.encode("utf-8", "replace"), "sha256").hexdigest()[:32] if name and key else None


def urn(platform: str, *parts: str) -> str:
    """Return the address of a post whose platform has none without an account: a digest that leads back to nobody."""
    return f"urn:factdesk:{platform}:{digest_id(platform, *parts)}"


def count(*values: object) -> int:
    """Return the sum of public counts as the store can hold it; what is no number counts nothing."""
    numbers = (value for value in values if isinstance(value, int) and not isinstance(value, bool))
    return min(sum(max(0, number) for number in numbers), _MOST_COUNT)


def short_count(written: str | None) -> int:
    """Read a count as pages write it: ``873``, ``4.02K``, ``1.2M``."""
    found = _SHORT_COUNT.fullmatch(" ".join((written or "").split()))
    if not found:
        return 0
    return min(round(float(found[1].replace(",", ".")) * _SCALES[found[2].upper()]), _MOST_COUNT)


def parsed(body: bytes) -> object:
    """Return what a JSON answer says; ``None`` when it cannot be read."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def fields(value: object) -> Mapping[str, object]:
    """Return a JSON object, or an empty one in the place of anything else."""
    return value if isinstance(value, dict) else {}


def entries(value: object) -> list[Mapping[str, object]]:
    """Return the JSON objects of a list; nothing for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def string(value: object) -> str:
    """Return a JSON string without NUL; an empty one for anything else."""
    return value.replace("\x00", "") if isinstance(value, str) else ""


def hashtags(names: Iterable[str]) -> tuple[str, ...]:
    """Return the first fifty different hashtags, masked, without their sign, at most 100 characters each."""
    told = dict.fromkeys(masked(name[:200]).lstrip("#")[:100] for name in islice(names, 10 * _MOST_TAGS))
    return tuple(name for name in islice(told, _MOST_TAGS) if name)


def masked(text: str) -> str:
    """Return ``text`` with each mention, e-mail address and link to a profile as ``@…``, at most 20,000 characters."""
    text = text[: LONGEST * 2].replace("\x00", "").translate(_FULL_WIDTH)
    for pattern in (_NETWORKS, _PROFILE, _MENTION, _MAIL, _REDDITOR, _ACCOUNT, _NAMED_LINK):
        text = pattern.sub(MENTION, text)
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)[:LONGEST]


def words(markup: object) -> str:
    """Return the text of a post's HTML, one line a paragraph, masked."""
    if not isinstance(markup, str) or not markup.strip():
        return ""
    try:
        return text_of(html.fragment_fromstring(markup.replace("\x00", ""), create_parent="div"))
    except (etree.ParserError, ValueError):
        return ""


def text_of(node: html.HtmlElement) -> str:
    """Return the text within an element, one line a paragraph, masked; a link to an account is ``@…`` whatever it says."""
    return masked("".join(_parts(node)))


def _parts(node: html.HtmlElement) -> Iterator[str]:
    """Walk without recursion: markup may be nested as deep as somebody likes."""
    walk = etree.iterwalk(node, events=("start", "end", "comment", "pi"))
    for event, at in walk:
        if event == "start":
            classes = set((at.get("class") or "").split())
            if _names_account(at, classes):
                yield MENTION
                walk.skip_subtree()
            elif classes & _HIDDEN or at.tag in _UNREAD:
                walk.skip_subtree()
            else:
                yield at.text or ""
            continue
        if at.tag in _BLOCKS:
            yield "\n"
        if at is not node:
            yield at.tail or ""


def _names_account(node: html.HtmlElement, classes: set[str]) -> bool:
    """Whether an element is a mention: by its class, or because it links to a profile."""
    if node.tag != "a":
        return False
    if "mention" in classes and "hashtag" not in classes:
        return True
    href = (node.get("href") or "").strip()
    try:
        parts = urlsplit(href)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return False
    segments = [segment for segment in parts.path.split("/") if segment]
    return parts.scheme == "tg" or (host in _PEOPLE and len(segments) == 1)
