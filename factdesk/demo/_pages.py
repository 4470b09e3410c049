"""The HTML of the invented outlets, with all that surrounds an article on a real site and must not be read as its text."""

import json
from html import escape

from factdesk.demo._mastodon import content
from factdesk.demo._render import FEED_TYPES, Edition, Entry
from factdesk.demo._words import words
from factdesk.demo.world import World

_RELATED = 5
_NEWEST = 60
_TYPES = {"news": "NewsArticle", "opinion": "OpinionNewsArticle", "satire": "SatiricalArticle"}


def _page(edition: Edition, *, language: str, title: str, head: str, main: str) -> str:
    label = words(language)
    direction = "rtl" if language == "ar" else "ltr"
    name, base = escape(edition.outlet.name), edition.base
    links = "".join(f'<li><a href="{base}/#{key}">{text}</a></li>' for key, text in zip("nos", label.sections, strict=True))
    return (
        f'<!DOCTYPE html>\n<html lang="{language}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n{head}</head>\n'
        f'<body>\n<div class="cookie-notice" role="dialog"><p>{label.cookies}</p><button>{label.accept}</button></div>\n'
        f'<header class="site-header"><a class="logo" href="{base}/">{name}</a>\n'
        f'<nav class="menu"><ul>{links}</ul></nav></header>\n<main>\n{main}</main>\n'
        f'<footer class="site-footer"><p>© {name}. {label.rights}</p><p><a href="{base}/#newsletter">{label.subscribe}</a></p>'
        "</footer>\n</body>\n</html>\n"
    )


def home(edition: Edition) -> str:
    """Return the front page: a link to the feed where there is one, and the newest items."""
    name = escape(edition.outlet.name)
    path = edition.feed_path
    link = f'<link rel="alternate" type="{FEED_TYPES[path]}" title="{name}" href="{edition.base}{path}">\n' if path else ""
    teasers = "".join(
        f'<li><h2><a href="{escape(entry.url)}">{escape(entry.item.title or entry.url)}</a></h2>'
        f'<time datetime="{entry.published.isoformat()}">{entry.published:%Y-%m-%d %H:%M}</time>'
        f"<p>{escape(entry.lead)}</p></li>\n"
        for entry in edition.entries[:_NEWEST]
    )
    main = f'<h1>{name}</h1><p>{escape(edition.outlet.about)}</p>\n<ul class="teasers">\n{teasers}</ul>\n'
    return _page(edition, language=edition.language, title=edition.outlet.name, head=link, main=main)


def article(edition: Edition, entry: Entry) -> str:
    """Return the page of an article, a fact-check or a bulletin."""
    item, label = entry.item, words(entry.item.language)
    paragraphs = "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in entry.paragraphs)
    byline = f'<p class="byline">{label.by} <a rel="author" href="{edition.base}/#staff">{escape(item.byline)}</a></p>\n'
    note = f'<aside class="correction"><p>{label.corrected}: {escape(entry.note)}</p></aside>\n' if entry.note else ""
    main = (
        f'<article>\n<p class="section-label section-{item.section}">{label.section(item.section)}</p>\n'
        f"<h1>{escape(item.title)}</h1>\n{byline if item.byline else ''}"
        f'<time class="published" datetime="{entry.published.isoformat()}">{entry.published:%Y-%m-%d %H:%M}</time>\n'
        f'<p class="standfirst">{escape(item.summary)}</p>\n<div class="article-body">\n{_reviewed(entry)}{paragraphs}</div>\n'
        f'{note}</article>\n{_sidebar(edition, entry)}<section class="comments" id="comments"><h3>{label.comments}</h3>'
        f"<p>{label.no_comments}</p></section>\n"
    )
    title = f"{item.title} - {edition.outlet.name}"
    return _page(edition, language=item.language, title=title, head=_head(edition, entry), main=main)


def _reviewed(entry: Entry) -> str:
    review, label = entry.item.claimreview, words(entry.item.language)
    if review is None:
        return ""
    return (
        f'<dl class="claim-review"><dt>{label.claim}</dt><dd>{escape(review.claimReviewed)}</dd>'
        f"<dt>{label.verdict}</dt><dd>{escape(review.alternateName)}</dd></dl>\n"
    )


def _sidebar(edition: Edition, entry: Entry) -> str:
    others = [other for other in edition.entries if other is not entry][:_RELATED]
    links = "".join(f'<li><a href="{escape(other.url)}">{escape(other.item.title)}</a></li>' for other in others)
    return f'<aside class="sidebar"><h3>{words(entry.item.language).related}</h3><ul>{links}</ul></aside>\n'


def _head(edition: Edition, entry: Entry) -> str:
    item = entry.item
    properties = {
        "og:type": "article",
        "og:title": item.title,
        "og:description": entry.lead,
        "og:url": entry.url,
        "og:site_name": edition.outlet.name,
        "article:published_time": entry.published.isoformat(),
        "article:modified_time": entry.updated.isoformat(),
        "article:section": words(item.language).section(item.section),
        "article:author": item.byline,
    }
    metas = "".join(f'<meta property="{key}" content="{escape(value)}">\n' for key, value in properties.items() if value)
    author = f'<meta name="author" content="{escape(item.byline)}">\n' if item.byline else ""
    return (
        f'<link rel="canonical" href="{escape(entry.url)}">\n<meta name="description" content="{escape(entry.lead)}">\n'
        f'{author}{metas}<script type="application/ld+json">{_linked_data(edition, entry)}</script>\n'
    )


def _linked_data(edition: Edition, entry: Entry) -> str:
    data = _claim_review(edition, entry) if entry.item.claimreview else _article_data(edition, entry)
    return json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False).replace("</", "<\\/")


def _article_data(edition: Edition, entry: Entry) -> dict[str, object]:
    item = entry.item
    return {
        "@type": _TYPES[item.section],
        "headline": item.title,
        "datePublished": entry.published.isoformat(),
        "dateModified": entry.updated.isoformat(),
        "inLanguage": item.language,
        "mainEntityOfPage": entry.url,
        "author": {"@type": "Person", "name": item.byline} if item.byline else _organization(edition),
        "publisher": _organization(edition),
    }


def _claim_review(edition: Edition, entry: Entry) -> dict[str, object]:
    item, review = entry.item, entry.item.claimreview
    if review is None:  # the caller asks only for a fact-check
        return {}
    return {
        "@type": "ClaimReview",
        "url": entry.url,
        "headline": item.title,
        "datePublished": entry.published.isoformat(),
        "inLanguage": item.language,
        "author": _organization(edition),
        "publisher": _organization(edition),
        "claimReviewed": review.claimReviewed,
        "itemReviewed": {"@type": "Claim", "inLanguage": item.claimLanguage or item.language},
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": review.ratingValue,
            "bestRating": review.bestRating,
            "worstRating": review.worstRating,
            "alternateName": review.alternateName,
        },
    }


def _organization(edition: Edition) -> dict[str, str]:
    return {"@type": "Organization", "name": edition.outlet.name, "url": f"{edition.base}/"}


def post(edition: Edition, entry: Entry) -> str:
    """Return the public page of a post."""
    name = escape(entry.item.account.display_name) if entry.item.account else ""
    main = (
        f'<article class="status"><p class="account">{name}</p><div class="content">{content(edition, entry)}</div></article>\n'
    )
    return _page(edition, language=entry.item.language, title=edition.outlet.name, head="", main=main)


def index(world: World, port: int) -> str:
    """Return the page of the server itself: what the demo world holds and where it is."""
    rows = "".join(
        f'<tr><td><a href="http://{outlet.host}:{port}/">{escape(outlet.name)}</a></td><td>{outlet.serves}</td>'
        f"<td>{outlet.role.value}</td><td>{', '.join(outlet.languages)}</td><td>{len(world.items[outlet.key])}</td>"
        f"<td>{escape(outlet.about)}</td></tr>\n"
        for outlet in world.outlets
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>The demo world</title></head><body>\n'
        f"<h1>The demo world</h1><p>{world.count} invented items of {len(world.outlets)} invented outlets. No person, outlet "
        "or place here is real.</p>\n<table><tr><th>Outlet</th><th>Serves</th><th>Role</th><th>Languages</th><th>Items</th>"
        f"<th>About</th></tr>\n{rows}</table></body></html>\n"
    )
