"""The lead that stands outside the body is read; another article's teaser is not."""

from lxml import html

from crawlers._lead import hidden_body, lead_of, with_lead
from crawlers._page_head import read_head

LEAD = "The authority opened the second gate of the Orvell dam on Tuesday after two metres of rain-fed rise."
BODY = "Engineers worked through the night. " * 20


def page(lead: str, *, description: str = LEAD, head: str = "") -> html.HtmlElement:
    return html.fromstring(
        f'<html><head><meta name="description" content="{description}">{head}</head><body><h1>Gate opened</h1>{lead}'
        f"<article><p>{BODY}</p></article></body></html>"
    )


def lead(tree: html.HtmlElement) -> str:
    return lead_of(tree, read_head(tree))


def test_the_shown_description_is_the_lead() -> None:
    assert lead(page(f'<div class="intro">{LEAD}</div>')) == LEAD


def test_it_is_taken_whole_where_the_description_is_cut_or_it_is_marked_inside() -> None:
    longer = f"<p><strong>{LEAD}</strong> Nobody was hurt.</p>"
    assert lead(page(longer, description=LEAD[:60] + "…")) == f"{LEAD} Nobody was hurt."


def test_a_teaser_of_another_article_or_a_link_is_none() -> None:
    assert lead(page("<p>Bridge closed for a month, and the council does not know when it can open again.</p>")) == ""
    assert lead(page(f'<p><a href="/x">{LEAD}</a></p>')) == ""
    assert lead(page(f"<figure><figcaption><span>{LEAD}</span></figcaption></figure>")) == ""


def test_no_description_gives_no_lead_and_a_page_long_one_neither() -> None:
    assert lead(page(f"<p>{LEAD}</p>", description="")) == ""
    assert lead(page(f"<div>{LEAD} {BODY * 3}</div>")) == ""


def test_the_one_block_that_is_marked_as_a_lead_is_taken_without_a_description() -> None:
    assert lead(page(f'<div class="article-intro">{LEAD}</div>', description="")) == LEAD


def test_what_is_marked_alike_twice_or_holds_links_or_a_picture_is_no_lead() -> None:
    for block in (
        f'<div class="intro">{LEAD}</div><div class="intro">{BODY}</div>',
        f'<div class="intro"><a href="/x">{LEAD}</a></div>',
        f'<div class="intro"><figcaption>{LEAD}</figcaption></div>',
        f'<p class="comment-intro">{LEAD}</p>',
        f'<p class="leader">{LEAD}</p>',
    ):
        assert lead(page(block, description="")) == ""


def test_a_lead_that_is_in_the_text_is_not_told_twice() -> None:
    assert with_lead(f"{LEAD}\n{BODY}", LEAD) == f"{LEAD}\n{BODY}"
    assert with_lead(BODY, LEAD) == f"{LEAD}\n{BODY}"


def test_the_body_for_machines_is_taken_when_little_of_it_is_shown() -> None:
    data = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "<p>{BODY}</p>"}}</script>'
    head = read_head(page("", head=data))
    assert hidden_body("Engineers worked.", head) == BODY.strip()
    assert hidden_body(BODY, head) == BODY
