"""The part of the Mastodon API that a collector of public posts reads, with accounts in it, as on a real instance."""

import json
import re
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote, unquote

from factdesk.demo._render import Edition, Entry
from factdesk.demo.world import Account
from factdesk.loopback import Answer, Request

_LIMIT, _MOST = 20, 40
_TAG_OR_MENTION = re.compile(r"(?<![\w/&])(?:#(?P<tag>\w+)|@(?P<user>\w+)(?:@(?P<host>[\w.-]*\w))?)")


def api(edition: Edition, request: Request) -> Answer | None:
    """Answer an API request to an instance; ``None`` for a path that is not of the API."""
    path = request.path.rstrip("/")
    if path in {"/api/v2/instance", "/api/v1/instance"}:
        return _json(_instance(edition))
    if path == "/api/v1/timelines/public":
        return _timeline(edition, edition.entries, request)
    if path.startswith("/api/v1/timelines/tag/"):
        return _timeline(edition, tagged(edition, path.rpartition("/")[2]), request)
    if path.startswith("/api/v1/statuses/"):
        found = [entry for entry in edition.entries if str(entry.number) == path.rpartition("/")[2]]
        return _json(_status(edition, found[0])) if found else _error(404, "Record not found")
    return _error(404, "Not implemented by the demo") if path.startswith("/api/") else None


def tagged(edition: Edition, tag: str) -> tuple[Entry, ...]:
    """Return the entries that carry the hashtag ``tag``, in whatever case (the name may be percent-encoded)."""
    wanted = unquote(tag).casefold()
    return tuple(entry for entry in edition.entries if wanted in {name.casefold() for name in entry.item.tags})


def content(edition: Edition, entry: Entry) -> str:
    """Return the post's text as the HTML that Mastodon makes of it: paragraphs, linked hashtags and mentions."""
    html = _TAG_OR_MENTION.sub(lambda match: _linked(edition.base, match), escape(entry.item.text, quote=False))
    return "".join(f"<p>{part.replace(chr(10), '<br />')}</p>" for part in html.split("\n\n"))


def _linked(base: str, match: re.Match[str]) -> str:
    if match["tag"]:
        return f'<a href="{base}/tags/{quote(match["tag"])}" class="mention hashtag" rel="tag">#<span>{match["tag"]}</span></a>'
    home = f"http://{match['host']}" if match["host"] else base
    link = f'<a href="{home}/@{match["user"]}" class="u-url mention">@<span>{match["user"]}</span></a>'
    return f'<span class="h-card" translate="no">{link}</span>'


def _timeline(edition: Edition, entries: tuple[Entry, ...], request: Request) -> Answer:
    asked = request.arguments
    try:
        limit = max(1, min(int(asked.get("limit", _LIMIT)), _MOST))
        page = _page(entries, {key: int(asked[key]) for key in ("since_id", "min_id", "max_id") if key in asked}, limit=limit)
    except ValueError:
        return _error(400, "limit, since_id, min_id and max_id are numbers")
    answer = _json([_status(edition, entry) for entry in page])
    if not page:
        return answer
    kept = "".join(f"&{key}={asked[key]}" for key in ("limit", "local") if asked.get(key, "").isalnum())
    older, newer = (f"{edition.base}{request.path}?{key}={entry.number}{kept}" for key, entry in
                    (("max_id", page[-1]), ("min_id", page[0])))  # fmt: skip
    return Answer(answer.body, answer.media_type, headers=(("link", f'<{older}>; rel="next", <{newer}>; rel="prev"'),))


def _page(entries: tuple[Entry, ...], bounds: dict[str, int], *, limit: int) -> tuple[Entry, ...]:
    """Newest first. ``since_id`` gives the newest above it, ``min_id`` those immediately above it (Mastodon's rule)."""
    above = max(bounds.get("since_id", 0), bounds.get("min_id", 0))
    below = bounds.get("max_id")
    inside = tuple(entry for entry in entries if entry.number > above and (below is None or entry.number < below))
    return inside[-limit:] if "min_id" in bounds else inside[:limit]


def _status(edition: Edition, entry: Entry) -> dict[str, object]:
    item = entry.item
    mentions = [match for match in _TAG_OR_MENTION.finditer(item.text) if match["user"]]
    return {
        "id": str(entry.number),
        "created_at": _stamp(entry.published),
        "edited_at": None,
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": item.language,
        "uri": f"{edition.base}/users/{_account_name(item.account)}/statuses/{entry.number}",
        "url": entry.url,
        "replies_count": item.replies,
        "reblogs_count": item.shares,
        "favourites_count": item.likes,
        "content": content(edition, entry),
        "reblog": None,
        "account": _account(edition, item.account),
        "media_attachments": [],
        "mentions": [
            {
                "id": str(index),
                "username": match["user"],
                "acct": match[0].lstrip("@"),
                "url": f"{edition.base}/@{match['user']}",
            }
            for index, match in enumerate(mentions, start=1)
        ],
        "tags": [{"name": tag.casefold(), "url": f"{edition.base}/tags/{quote(tag)}"} for tag in item.tags],
        "emojis": [],
        "card": None,
        "poll": None,
    }


def _account_name(account: Account | None) -> str:
    return account.username if account else "nobody"


def _account(edition: Edition, account: Account | None) -> dict[str, object]:
    name = _account_name(account)
    return {
        "id": str(sum(ord(letter) * 31**place for place, letter in enumerate(name)) % 10**12),
        "username": name,
        "acct": name,
        "display_name": account.display_name if account else "",
        "url": f"{edition.base}/@{name}",
        "avatar": f"{edition.base}/avatars/{name}.png",
        "note": "<p>An invented account.</p>",
        "locked": False,
        "bot": False,
        "created_at": "2020-01-01T00:00:00.000Z",
        "followers_count": 100 + len(name),
        "following_count": 50 + len(name),
        "statuses_count": 10 + len(name),
        "emojis": [],
        "fields": [],
    }


def _instance(edition: Edition) -> dict[str, object]:
    return {
        "domain": edition.outlet.host,
        "uri": edition.outlet.host,
        "title": edition.outlet.name,
        "version": "4.3.0 (compatible; Factdesk demo)",
        "description": edition.outlet.about,
        "languages": list(edition.outlet.languages),
        "configuration": {"statuses": {"max_characters": 500}},
        "registrations": {"enabled": False},
    }


def _stamp(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _json(value: object) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False).encode(), "application/json; charset=utf-8")


def _error(status: int, words: str) -> Answer:
    return Answer(json.dumps({"error": words}).encode(), "application/json; charset=utf-8", status)
