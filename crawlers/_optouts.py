"""How publishers say that machines may not mine their pages; each signal that refuses us is named, so that it can be recorded.

Read: ``noai`` and ``noml`` (X-Robots-Tag, ``<meta>``), the TDM Reservation Protocol (header, ``<meta>``, tdmrep.json) and
content signals (``ai-input``, ``tdm``, ``bots``). ``noimageai`` is about pictures, which are not taken, and a reservation
against training alone (``ai-train=no``, ``DisallowAITraining``) is kept by training nothing on what is collected.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crawlers._http import PRODUCT
from crawlers._robots_txt import covers, path_of, pattern_of

TDMREP = "/.well-known/tdmrep.json"
_TOKENS = frozenset({"noai", "noml"})
_TOKENS_BY_NAME = _TOKENS | {"none", "noindex", "nosnippet", "noarchive"}  # told to us by name, these too mean: leave it
_SIGNALS = frozenset({"ai-input", "tdm", "bots"})
_NO = frozenset({"n", "no"})
_WITH_VALUE = ("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview")
_META = re.compile(rb"<meta\b[^>]{0,300}>", re.IGNORECASE)
_META_NAME = re.compile(rb"name\s*=\s*[\"']?(robots|factdesk|tdm-reservation)\b", re.IGNORECASE)
_META_CONTENT = re.compile(rb"content\s*=\s*[\"']?([^\"'>]{1,200})", re.IGNORECASE)
_MOST_RULES = 2_000


def opted_out(headers: Sequence[tuple[str, str]], body: bytes = b"") -> str | None:
    """Say how an answer asks not to be mined, if it does; ``headers`` have lower-case names."""
    for name, value in headers:
        told = value.strip()
        if name == "tdm-reservation" and told == "1":
            return "TDM-Reservation: 1"
        if name == "x-robots-tag" and _tagged(told):
            return f"X-Robots-Tag: {told[:80]}"
        if name == "content-usage" and (signal := signalled(told)):
            return f"Content-Usage: {signal}"
    for tag in _META.findall(body[:65536]):
        found, content = _META_NAME.search(tag), _META_CONTENT.search(tag)
        if found and content and (how := meta_opts_out(found[1].decode("ascii"), content[1].decode("ascii", "replace"))):
            return how
    return None


def meta_opts_out(name: str, content: str) -> str | None:
    """Say how one ``<meta>`` asks not to be mined: its ``name`` is ``robots``, ours, or ``tdm-reservation``."""
    name, told = name.lower(), content.strip().lower()
    words = set(re.split(r"[\s,]+", told))
    refused = {"1"} if name == "tdm-reservation" else _TOKENS_BY_NAME if name == PRODUCT.lower() else _TOKENS
    return f"<meta> {name}: {told[:80]}" if words & refused else None


def _tagged(value: str) -> bool:
    """Whether an X-Robots-Tag, its rules for everybody or for us by name, holds one of the words.

    An agent's name stands before its rules and speaks for all that follow, up to the next name.
    """
    agent = ""
    for part in value.lower().split(","):
        before, colon, rest = part.partition(":")
        if colon and before.strip() not in _WITH_VALUE:
            agent, rule = before.strip(), rest.strip()
        else:
            rule = before.strip()
        refused = _TOKENS_BY_NAME if agent == PRODUCT.lower() else _TOKENS
        if agent in {"", "*", PRODUCT.lower()} and refused.intersection(rule.split()):
            return True
    return False


def signalled(value: str) -> str | None:
    """Return the preference in ``value`` (``search=yes, ai-input=no``) that asks not to be read by a program like this one."""
    for part in re.split(r"[,;]", value.lower()):
        name, equals, told = part.partition("=")
        if equals and name.strip() in _SIGNALS and told.strip() in _NO:
            return f"{name.strip()}={told.strip()}"
    return None


@dataclass(frozen=True, slots=True)
class Reservations:
    """What a host's tdmrep.json says: patterns of paths, and whether each is reserved."""

    rules: tuple[tuple[str, bool], ...] = ()

    def reserve(self, url: str) -> str | None:
        """Return the pattern that reserves ``url``; the longest pattern that covers it decides, as in robots.txt."""
        path = path_of(url)
        covering = [(len(pattern), reserved, pattern) for pattern, reserved in self.rules if covers(pattern, path)]
        _, reserved, pattern = max(covering, default=(0, False, ""))
        return pattern if reserved else None


def read_reservations(body: str) -> Reservations:
    """Read a tdmrep.json; what is none reserves nothing."""
    try:
        told = json.loads(body) if body else []
    except (ValueError, RecursionError):
        return Reservations()
    entries: Iterable[object] = told if isinstance(told, list) else [told]
    found = [entry for entry in [*entries][:_MOST_RULES] if isinstance(entry, dict)]
    places = [(entry.get("location"), str(entry.get("tdm-reservation")) == "1") for entry in found]
    return Reservations(tuple((pattern_of(place[:2000]), told) for place, told in places if isinstance(place, str) and place))
