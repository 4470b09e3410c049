"""Reddit: the newest posts of a community, or of several, as its listing JSON gives them; never one person's posts.

Since 2026 the site gives listings to registered programs only: a source on ``oauth.reddit.com`` sends the token that is named
``reddit_token``. A source on ``www.reddit.com`` asks without one, and its refusal is an outcome like any other.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode, urlsplit

from crawlers._reduce import count, entries, fields, masked, parsed, string, voice
from crawlers.base import Asked, Collector, Credential, Detection, Fetched, Listing, ListingRequest, Post, Unlisted, instant
from factdesk.errors import FetchError

_SITES = frozenset({"reddit.com", "www.reddit.com", "old.reddit.com", "new.reddit.com", "oauth.reddit.com", "np.reddit.com"})
_PAGE = 100  # the most the API gives at once
_COMMUNITY = re.compile(
    r"/r/((?!u_)[A-Za-z0-9][\w-]{1,49}(?:\+(?!u_)[A-Za-z0-9][\w-]{1,49}){0,29})(?:/new|/hot|/top)?(?:/|/?\.json|/?\.rss)?",
    re.ASCII,
)
_ID = re.compile(r"[0-9a-z]{1,13}")
_BY_ID = re.compile(r"urn:factdesk:reddit:([0-9a-z]{1,13})")
_REGISTERED = "oauth.reddit.com"
_TOKEN = Credential("Authorization", "reddit_token", "Bearer ")
_GONE = frozenset({"[deleted]", "[removed]"})
_READABLE = frozenset({"public", "restricted", "archived", "gold_restricted"})
_NOTE = "Reddit answers registered programs only: put a token into the secret reddit_token (docs/connectors/reddit.md)."


class Reddit(Collector):
    """``https://oauth.reddit.com/r/NAME`` with a token, ``https://www.reddit.com/r/NAME`` without; ``NAME+NAME`` is both."""

    kind = "reddit"
    social = True

    def requests(self, asked: Asked) -> tuple[ListingRequest, ...]:
        """Ask for the newest posts."""
        community = _COMMUNITY.fullmatch(urlsplit(asked.source.url).path)
        if community is None:
            return ()
        return (_request(asked, f"/r/{community[1]}/new", {"limit": str(min(_PAGE, asked.limit))}),)

    def parse(self, fetched: Fetched, asked: Asked) -> Listing | Unlisted:
        """Reduce one page, newest first; ``next`` leads to older posts as long as they are newer than the cursor."""
        told = fields(parsed(fetched.body))
        data = fields(told.get("data"))
        children = data.get("children")
        if told.get("kind") != "Listing" or not isinstance(children, list):
            return Unlisted(_refusal(told))
        submissions = [fields(child.get("data")) for child in entries(children) if child.get("kind") == "t3"]
        posts = [post for one in submissions if (post := reduced(one, key=asked.voice_key, now=fetched.fetched_at)) is not None]
        ids = sorted((_identifier(one) for one in submissions if _identifier(one)), key=_order)
        return Listing(
            posts=tuple(posts),
            next=_following(fetched, asked, oldest=ids[0], after=string(data.get("after"))) if ids else (),
            cursor=ids[-1] if ids and not _single(fetched) else None,
            left_out=len(children) - len(posts),
        )

    def recognise(self, url: str) -> Detection | None:
        """Recognise communities. Raises ``FetchError`` for a person's page and anything else of the site."""
        parts = urlsplit(url)
        if (parts.hostname or "").lower() not in _SITES:
            return None
        community = _COMMUNITY.fullmatch(parts.path)
        if community is None:
            raise FetchError(
                f"{url} is no community of Reddit.",
                remedy="Give https://www.reddit.com/r/NAME; no person is followed.",
                retry=False,
            )
        return Detection(
            self.kind, f"https://oauth.reddit.com/r/{community[1]}", f"r/{community[1]}"[:200], role=self.role, note=_NOTE
        )

    def again(self, address: str, asked: Asked) -> ListingRequest | None:
        """Ask for one post by its number."""
        named = _BY_ID.fullmatch(address)
        return _request(asked, f"/by_id/t3_{named[1]}", {}) if named else None


COLLECTOR = Reddit()


def _request(asked: Asked, path: str, arguments: Mapping[str, str]) -> ListingRequest:
    """A listing of the source's own host: with a token at ``oauth.``, as a file elsewhere."""
    parts = urlsplit(asked.source.url)
    host = (parts.hostname or "").lower()
    registered = host == _REGISTERED or (host.startswith("oauth.") and host.endswith(".localhost"))  # the token is for it alone
    query = urlencode({**arguments, "raw_json": "1"})
    url = f"{parts.scheme}://{parts.netloc}{path}{'' if registered else '.json'}?{query}"
    return ListingRequest(url, accept="application/json", credential=_TOKEN if registered else None)


def _single(fetched: Fetched) -> bool:
    return "/by_id/" in urlsplit(fetched.url).path


def _following(fetched: Fetched, asked: Asked, *, oldest: str, after: str) -> tuple[ListingRequest, ...]:
    """The next older page; none once the last poll's posts are reached."""
    community = _COMMUNITY.fullmatch(urlsplit(asked.source.url).path)
    reached = asked.cursor is not None and _order(oldest) <= _order(asked.cursor)
    if reached or community is None or _single(fetched) or not re.fullmatch(r"t3_[0-9a-z]{1,13}", after):
        return ()
    limit = parse_qs(urlsplit(fetched.url).query).get("limit", [str(_PAGE)])[0]
    return (_request(asked, f"/r/{community[1]}/new", {"limit": limit, "after": after}),)


def _refusal(told: Mapping[str, object]) -> str:
    """What an error answer says, without what it may name."""
    reason, error = told.get("reason"), told.get("error")
    if isinstance(reason, str) and re.fullmatch(r"[a-z_]{1,40}", reason):
        return f"Reddit refuses the listing: {reason}."
    return f"Reddit answers with error {error}." if isinstance(error, int) else "Reddit does not answer with a listing."


def _identifier(submission: Mapping[str, object]) -> str:
    identifier = string(submission.get("id"))
    return identifier if _ID.fullmatch(identifier) else ""


def _order(identifier: str) -> tuple[int, str]:
    return len(identifier), identifier


def reduced(submission: Mapping[str, object], *, key: bytes, now: datetime) -> Post | None:
    """Return the post without its account; ``None`` when it is gone, not public, a crosspost, malformed or opted out."""
    identifier, title = _identifier(submission), string(submission.get("title")).strip()
    published = _seconds(submission.get("created_utc"))
    if not identifier or not title or published is None or _withheld(submission):
        return None
    edited = _seconds(submission.get("edited"))
    return Post(
        platform="reddit",
        instance="reddit.com",
        id=identifier,
        text=masked(f"{title}\n{_body(submission)}"),
        language=None,
        published=min(published, now),
        edited=edited,
        replies=count(submission.get("num_comments")),
        shares=count(submission.get("num_crossposts")),
        likes=count(submission.get("score")),
        url=f"https://www.reddit.com/comments/{identifier}",
        hashtags=(),
        voice=voice(_account(submission), key=key),
        address=f"urn:factdesk:reddit:{identifier}",
        views=count(submission.get("view_count")),
    )


def _withheld(submission: Mapping[str, object]) -> bool:
    """Whether a post was taken back or removed, repeats another, is not for everyone, or asks not to be indexed."""
    taken = (submission.get("selftext"), submission.get("title"))
    return (
        any(isinstance(text, str) and text.strip() in _GONE for text in taken)
        or bool(submission.get("removed_by_category"))
        or bool(submission.get("crosspost_parent"))
        or bool(submission.get("quarantine"))
        or bool(submission.get("promoted"))
        or submission.get("subreddit_type", "public") not in _READABLE
        or submission.get("is_robot_indexable") is False
    )


def _body(submission: Mapping[str, object]) -> str:
    return string(submission.get("selftext")) if submission.get("is_self") is not False else ""


def _account(submission: Mapping[str, object]) -> str | None:
    author = string(submission.get("author"))
    return f"{author}@reddit.com" if author and author not in _GONE else None


def _seconds(value: object) -> datetime | None:
    """An instant in seconds since 1970, as ``created_utc`` and ``edited`` give it; ``False`` is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return instant(datetime.fromtimestamp(value, UTC))
    except (ValueError, OverflowError, OSError):
        return None
