"""The listings of the invented outlets: RSS 2.0, Atom, JSON Feed, a news sitemap, robots.txt, and one feed that is broken."""

import json
from email.utils import format_datetime
from html import escape

from factdesk.demo._render import SITEMAP_PATH, Edition, Entry


def rss(edition: Edition) -> str:
    """Return RSS 2.0 with the creators that real feeds carry, so that dropping them is exercised."""
    items = "".join(_rss_item(entry) for entry in edition.entries)
    name, base = escape(edition.outlet.name), edition.base
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>\n'
        f"<title>{name}</title><link>{base}/</link><description>{escape(edition.outlet.about)}</description>\n"
        f'<language>{edition.language}</language><atom:link href="{base}{edition.feed_path}" rel="self"/>\n'
        f"<lastBuildDate>{format_datetime(edition.updated, usegmt=True)}</lastBuildDate>\n"
        f"{items}</channel></rss>\n"
    )


def _rss_item(entry: Entry) -> str:
    item = entry.item
    creator = f"<dc:creator>{escape(item.byline)}</dc:creator>" if item.byline else ""
    updated = f"<atom:updated>{entry.updated.isoformat()}</atom:updated>" if entry.note else ""
    return (
        f'<item><title>{escape(item.title)}</title><link>{escape(entry.url)}</link><guid isPermaLink="true">{escape(entry.url)}'
        f"</guid><pubDate>{format_datetime(entry.published, usegmt=True)}</pubDate>{updated}{creator}"
        f"<category>{item.section}</category><dc:language>{item.language}</dc:language>"
        f"<description>{escape(entry.lead)}</description></item>\n"
    )


def broken_rss(edition: Edition) -> str:
    """Return RSS with a bare ``&``, an undeclared entity and an unclosed tag in its channel; a lenient reader copes."""
    name = escape(edition.outlet.name)
    broken = rss(edition).replace("&amp;", "&")
    return broken.replace(
        f"<title>{name}</title>", f"<title>{name} & District&nbsp;News</title><category>news & weather<br></category>", 1
    )


def atom(edition: Edition) -> str:
    """Return Atom (RFC 4287) with published and updated instants and authors."""
    entries = "".join(_atom_entry(entry) for entry in edition.entries)
    base = edition.base
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{edition.language}">\n'
        f"<title>{escape(edition.outlet.name)}</title><id>{base}/</id><updated>{edition.updated.isoformat()}</updated>\n"
        f'<link href="{base}/"/><link rel="self" href="{base}{edition.feed_path}"/>\n{entries}</feed>\n'
    )


def _atom_entry(entry: Entry) -> str:
    item = entry.item
    author = f"<author><name>{escape(item.byline)}</name></author>" if item.byline else ""
    return (
        f'<entry xml:lang="{item.language}"><title>{escape(item.title)}</title><id>{escape(entry.url)}</id>'
        f'<link href="{escape(entry.url)}"/><published>{entry.published.isoformat()}</published>'
        f"<updated>{entry.updated.isoformat()}</updated>{author}"
        f'<category term="{item.section}"/><summary>{escape(entry.lead)}</summary></entry>\n'
    )


def json_feed(edition: Edition) -> str:
    """Return a JSON Feed 1.1."""
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": edition.outlet.name,
            "description": edition.outlet.about,
            "home_page_url": f"{edition.base}/",
            "feed_url": f"{edition.base}{edition.feed_path}",
            "language": edition.language,
            "items": [_json_item(entry) for entry in edition.entries],
        },
        ensure_ascii=False,
        indent=1,
    )


def _json_item(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.url,
        "url": entry.url,
        "title": entry.item.title,
        "summary": entry.lead,
        "content_text": entry.lead,
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [{"name": entry.item.byline}] if entry.item.byline else [],
        "tags": [entry.item.section],
        "language": entry.item.language,
    }


def news_sitemap(edition: Edition) -> str:
    """Return a sitemap with the news extension."""
    name = escape(edition.outlet.name)
    urls = "".join(
        f"<url><loc>{escape(entry.url)}</loc><lastmod>{entry.updated.isoformat()}</lastmod><news:news><news:publication>"
        f"<news:name>{name}</news:name><news:language>{entry.item.language}</news:language></news:publication>"
        f"<news:publication_date>{entry.published.isoformat()}</news:publication_date>"
        f"<news:title>{escape(entry.item.title)}</news:title></news:news></url>\n"
        for entry in edition.entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n{urls}</urlset>\n'
    )


def robots(edition: Edition) -> str:
    """Return robots.txt: all allowed but the search page, or nothing at all at the outlet that forbids."""
    if edition.outlet.serves == "forbidden":
        return "User-agent: *\nDisallow: /\n"
    sitemap = f"Sitemap: {edition.base}{SITEMAP_PATH}\n" if edition.outlet.serves == "sitemap" else ""
    return f"User-agent: *\nDisallow: /search\n{sitemap}"
