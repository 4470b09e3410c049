"""Whatever bytes a listing holds, what it lists can be written into both databases."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select

from crawlers.base import Listing, collector
from factdesk.store import ledger, sources
from factdesk.store.database import reading, writing
from factdesk.store.ledger import Listed
from factdesk.store.sources import NewSource
from factdesk.store.tables import items
from tests.crawlers.test_kinds import asked, fetched

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ODD = "A\x00B\ud83d\u202eC\x07\ufffe\u2028D"
FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": ODD,
        "items": [
            {"url": f"https://news.example/{ODD}", "title": ODD, "language": ODD},
            {"url": "https://news.example/\ud83d", "title": "half"},
            {"url": "/good", "title": ODD},
        ],
    }
)
GDELT = json.dumps({"articles": [{"url": "https://news.example/good", "title": ODD, "language": ODD, "seendate": ODD}]})
CHECKS = json.dumps({"claims": [{"claimReview": [{"url": "https://news.example/good", "title": ODD, "reviewDate": ODD}]}]})
MARKED = "<urlset><url><loc>https://news.example/good</loc><title>A&#0;B&#xD83D;C&#7;D\x00</title></url></urlset>"
PAGE = (
    "<html><body><article><h2><a href='/2026/03/04/the-dam-holds-good'>The dam holds\x00 as of &#xD83D;&#0; noon today</a></h2>"
    "<h2><a href='/2026/03/04/a-\x00second-one-is-here'>A second long headline stands here</a></h2></article></body></html>"
)
KINDS = {"feed": FEED, "gdelt": GDELT, "factcheck_tools": CHECKS, "sitemap": MARKED, "page": PAGE, "claimreview": FEED}


@pytest.mark.parametrize("kind", KINDS)
def test_a_listing_of_odd_bytes_can_be_written(kind: str, store: Engine) -> None:
    found = collector(kind).parse(fetched(KINDS[kind].encode("utf-8", "surrogatepass")), asked(kind))
    assert isinstance(found, Listing)
    listed = [Listed(link.url, link.title, link.published, link.updated, link.language) for link in found.links]
    with writing(store) as connection:
        source = sources.add(connection, NewSource(kind, "https://news.example/list", found.title or "News"), now=NOW)
        ledger.add_items(connection, source.id, listed, now=NOW)
    with reading(store) as connection:
        kept = connection.execute(select(items.c.url, items.c.listing)).all()
    assert any(url.endswith("good") for url, _ in kept)
    assert "\x00" not in repr(kept).replace("\\x00", "\x00")
