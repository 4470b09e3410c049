import bz2
import gzip
import json
import lzma
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers._factcheck_rating import rating_value
from crawlers._jsonld import loads
from crawlers.claimreview import LibraryLink, UnreadableRow, parse_claim_reviews, read_library, to_passage
from factdesk.errors import UnreadableError
from factdesk.records import Passage, PassageKind

URL = "https://lumecheck.example/dam"
REVIEW: dict[str, object] = {
    "@context": "https://schema.org",
    "@type": "ClaimReview",
    "url": "/dam#claim",
    "datePublished": "2026-03-14",
    "inLanguage": "en-GB",
    "claimReviewed": "The Karsk dam has &quot;burst&quot;.",
    "author": {"@type": "Organization", "name": "Lume Check"},
    "reviewRating": {"@type": "Rating", "ratingValue": 1, "bestRating": 5, "worstRating": 1, "alternateName": "False"},
    "itemReviewed": {"@type": "Claim", "author": {"@type": "Person", "name": "Quilla Verano"}},
}


def script(content: str, *, kind: str = 'type="application/ld+json"') -> str:
    return f"<html><head><script {kind}>{content}</script></head><body><p>Text</p></body></html>"


def test_a_review_is_read_whole_and_without_persons() -> None:
    (review,) = parse_claim_reviews(script(json.dumps(REVIEW)), url=URL)
    assert review.claim == 'The Karsk dam has "burst".'
    assert (review.url, review.publisher, review.language) == (URL, "Lume Check", "en")
    assert (review.rating, review.rating_value) == ("False", 0.0)
    assert review.published_at is not None
    assert review.published_at.isoformat() == "2026-03-14T00:00:00+00:00"
    assert "Verano" not in str(review)
    passage = to_passage(review)
    assert (passage.kind, passage.text, passage.rating_value) == (PassageKind.FACTCHECK, review.claim, 0.0)
    assert passage.id == to_passage(review).id


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([REVIEW]),
        json.dumps({"@graph": [{"@type": "WebPage"}, REVIEW]}),
        json.dumps({"dataFeedElement": [{"@type": "DataFeedItem", "item": [REVIEW]}]}),
        json.dumps(REVIEW | {"@type": ["Review", "https://schema.org/ClaimReview"]}),
        json.dumps(REVIEW).replace("burst", "burst").replace("}", ",}"),
        json.dumps(REVIEW).replace('"@type": "ClaimReview", ', '"note": "two\nlines\tand \x02", "@type": "ClaimReview", '),
        f"<!-- {json.dumps(REVIEW)} -->",
        f"//<![CDATA[\n{json.dumps(REVIEW)}\n//]]>",
        json.dumps([REVIEW, REVIEW]).replace("}, {", "} {"),
        json.dumps(REVIEW) + ";",
    ],
    ids=["list", "graph", "datafeed", "types", "commas", "control", "comment", "cdata", "missing-comma", "semicolon"],
)
def test_markup_that_is_nested_or_broken_is_read(content: str) -> None:
    (review,) = parse_claim_reviews(script(content), url=URL)
    assert review.claim == 'The Karsk dam has "burst".'


def test_entities_instead_of_quotes_and_unquoted_types_are_read() -> None:
    content = json.dumps(REVIEW | {"claimReviewed": "The dam burst"}).replace('"', "&quot;")
    assert len(parse_claim_reviews(script(content, kind="id=a type=application/ld+json"), url=URL)) == 1


@pytest.mark.parametrize(
    ("change", "publisher"),
    [
        ({"author": {"@type": "Person", "name": "Quilla Verano"}}, "lumecheck.example"),
        ({"author": {"name": "Quilla Verano"}}, "lumecheck.example"),
        ({"author": "Quilla Verano"}, "lumecheck.example"),
        ({"author": [{"@type": "Person", "name": "Quilla Verano"}, {"@type": "NewsMediaOrganization", "name": "LC"}]}, "LC"),
        ({"author": {"@type": "Person", "name": "Q"}, "publisher": {"@type": "Organization", "name": "Lume"}}, "Lume"),
        ({"author": {"@id": "#org"}, "about": {"@id": "#org", "@type": "Organization", "name": "Lume Org"}}, "Lume Org"),
    ],
)
def test_only_an_organisation_answers_for_a_review(change: dict[str, object], publisher: str) -> None:
    (review,) = parse_claim_reviews(json.dumps(REVIEW | change), url=URL)
    assert review.publisher == publisher
    assert "Verano" not in str(review)


def test_the_claim_may_stand_in_the_item_and_without_one_there_is_no_review() -> None:
    bare = {key: value for key, value in REVIEW.items() if key != "claimReviewed"}
    (review,) = parse_claim_reviews(json.dumps(bare | {"itemReviewed": {"@type": "Claim", "name": "It burst"}}), url=URL)
    assert review.claim == "It burst"
    assert parse_claim_reviews(json.dumps(bare | {"itemReviewed": {"@type": "Person", "name": "Q"}}), url=URL) == ()
    assert parse_claim_reviews("<html><body>about ClaimReview</body></html>", url=URL) == ()


def test_microdata_is_read() -> None:
    page = """<div itemscope itemtype="http://schema.org/ClaimReview"><span itemprop="claimReviewed">It <b>burst</b></span>
    <div itemprop="author" itemscope itemtype="http://schema.org/Organization"><i itemprop="name">Lume Check</i></div>
    <div itemprop="reviewRating" itemscope itemtype="http://schema.org/Rating">
    <meta itemprop="alternateName" content="Fake"></div>
    <time itemprop="datePublished" datetime="2026-03-14">then</time></div>"""
    (review,) = parse_claim_reviews(page, url=URL)
    assert (review.claim, review.publisher, review.rating_value, review.url) == ("It burst", "Lume Check", 0.0, URL)


def test_the_fact_check_tools_api_is_read_without_the_claimant() -> None:
    answer = {
        "claims": [
            {
                "text": "It burst",
                "claimant": "Quilla Verano",
                "claimReview": [
                    {
                        "publisher": {"name": "Lume Check", "site": "lumecheck.example"},
                        "url": URL,
                        "title": "No, it holds",
                        "reviewDate": "2026-03-14T00:00:00Z",
                        "textualRating": "Mostly false",
                        "languageCode": "en",
                    }
                ],
            }
        ]
    }
    (review,) = parse_claim_reviews(json.dumps(answer), url="https://api.example")
    assert (review.claim, review.rating_value, review.publisher, review.title) == (
        "It burst",
        0.25,
        "Lume Check",
        "No, it holds",
    )
    assert "Verano" not in str(review)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("FALSE!", 0.0),
        ("Not true", 0.0),
        ("Four Pinocchios", 0.0),
        ("Sai sự thật", 0.0),
        ("Không chính xác", 0.0),
        ("غير صحيح", 0.0),
        ("Faux", 0.0),
        ("Falsch", 0.0),
        ("È falso", 0.0),
        ("Bulo", 0.0),
        ("Mostly-false", 0.25),
        ("ENGAÑOSO", 0.25),
        ("Plutôt faux", 0.25),
        ("Größtenteils falsch", 0.25),
        ("مضلّل", 0.25),
        ("Sai một phần", 0.25),
        ("Half True", 0.5),
        ("Verdadeiro, mas", 0.5),
        ("صحيح جزئيًا", 0.5),
        ("Mostly true", 0.75),
        ("Đúng", 1.0),
        ("Vrai", 1.0),
        ("Satire", None),
        ("Unproven", None),
        ("No: the photo shows a real dam elsewhere and is from 2009", None),
        ("This claim is false because no such dam exists", 0.0),
        ("", None),
    ],
)
def test_a_verdict_in_any_language_has_one_scale(word: str, value: float | None) -> None:
    assert rating_value(word) == value


def test_numbers_count_when_the_word_says_nothing() -> None:
    assert rating_value("Lume scale", value="2", best="5", worst="1") == 0.25
    assert rating_value("", value="0", best="1", worst="0") == 0.0
    assert rating_value("False", value="5", best="5", worst="1") == 0.0
    assert [rating_value("", value=value) for value in ("-1", "nan", "", "9")] == [None] * 4
    assert rating_value("", value="1", best="1", worst="1") is None


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_readers(content: str) -> None:
    loads(content)
    rating_value(content)
    assert parse_claim_reviews(script('{"@type":"ClaimReview",' + content), url=URL) is not None


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["claimReviewed", "author", "reviewRating", "url", "@id", "text", "name"]), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from([*REVIEW, "claimReview", "text"]), JSON_VALUES))
def test_no_shape_of_review_breaks_the_reader(content: dict[str, object]) -> None:
    for review in parse_claim_reviews(json.dumps(content | {"@type": "ClaimReview"}), url=URL):
        assert review.claim


def rows(content: str | bytes, filename: str = "") -> list[Passage | UnreadableRow | LibraryLink]:
    return list(read_library(content.encode() if isinstance(content, str) else content, filename=filename))


def passages(content: str | bytes, filename: str = "") -> list[Passage]:
    return [row for row in rows(content, filename) if isinstance(row, Passage)]


@pytest.mark.parametrize(
    "content",
    [
        "claim,verdict,link,site,date,lang\nIt burst,False,https://a.example/1,A,14 March 2026,en\n",
        "Statement;Rating;URL;Publisher;Published;Language\nIt burst;False;https://a.example/1;A;14/03/2026;en-US\n",
        "claimReviewed\tlabel\tsource_url\tsource\treviewDate\tlang\nIt burst\tfalse\thttps://a.example/1\tA\t2026-03-14\ten",
        '{"claim": "It burst", "label": "False", "url": "https://a.example/1", "site":"A", "date": "2026-03-14", "lang": "en"}',
        json.dumps(
            [
                {
                    "claim": "It burst",
                    "rating": "False",
                    "url": "https://a.example/1",
                    "publisher": "A",
                    "date": "2026-03-14",
                    "lang": "en",
                }
            ]
        ),
    ],
    ids=["csv", "semicolons", "tsv", "jsonl", "json"],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress, bz2.compress])
def test_a_library_in_any_form_gives_the_same_passage(content: str, pack: type[bytes]) -> None:
    (passage,) = passages(pack(content.encode()))
    assert (passage.text, passage.url, passage.publisher, passage.language) == ("It burst", "https://a.example/1", "A", "en")
    assert passage.rating_value == 0.0
    assert passage.published_at is not None
    assert passage.published_at.date().isoformat() == "2026-03-14"


def test_articles_without_a_claim_are_compared_by_their_title() -> None:
    record = {
        "id": "1",
        "url": "https://www.a.example/x",
        "title": "The dam burst",
        "subtitle": "No.",
        "text": "It\nholds.",
        "date": "",
    }
    (passage,) = passages(json.dumps(record) + "\n" + "\n")
    assert (passage.text, passage.detail, passage.publisher) == ("The dam burst", "No.\nIt\nholds.", "a.example")
    (claim,) = passages(json.dumps({"title": "Did it burst?", "claim": "It burst", "date": "26 May 2015", "lang": "en"}))
    assert (claim.text, claim.title, claim.url) == ("It burst", "Did it burst?", "")


def test_bad_rows_are_reported_with_their_line_and_stop_nothing() -> None:
    found = rows(
        '{"claim": "one"}\nnot json\n{"verdict": "False"}\n{"claim": "x", "url": "ftp://a"}\n[1]\n\n{"claim": "two"}\n',
        "a.jsonl",
    )
    assert [row.text for row in found if isinstance(row, Passage)] == ["one", "two"]
    assert [row.line for row in found if isinstance(row, UnreadableRow)] == [2, 3, 4, 5]
    found = rows('claim,url\n"one\nmore",https://a.example\n,https://a.example\ntwo,a,b,c\n\nthree,\n')
    assert [row.text for row in found if isinstance(row, Passage)] == ["one more", "three"]
    assert [row.line for row in found if isinstance(row, UnreadableRow)] == [4, 5]


def test_feeds_give_links_and_pages_their_reviews() -> None:
    feed = "<?xml version='1.0'?><rss><channel><item><title>A</title><link>https://a.example/1</link></item><item/>"
    found = rows(feed)
    assert found[0] == LibraryLink("https://a.example/1", "A")
    assert isinstance(found[1], UnreadableRow)
    (passage,) = passages(script(json.dumps(REVIEW)))
    assert passage.rating == "False"
    (passage,) = passages(json.dumps(REVIEW) + "\n", "a.jsonl")
    assert passage.publisher == "Lume Check"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"[1",
        b"<html></html>",
        b"<rss></rss>",
        b"one,two\n1,2\n",
        b"\x1f\x8bbroken",
        gzip.compress(b"claim\n" * 999, mtime=0)[:-9],
    ],
)
def test_a_file_that_cannot_be_read_is_one_error(content: bytes) -> None:
    with pytest.raises(UnreadableError):
        rows(content)


def test_encodings_of_files(tmp_path: Path) -> None:
    assert passages("claim\nđập vỡ\n".encode("utf-16"))[0].text == "đập vỡ"
    assert passages("claim\ncafé brûlé\n".encode("latin-1"))[0].text == "café brûlé"
    path = tmp_path / "library.csv"
    path.write_bytes(b"\xef\xbb\xbfclaim\nIt burst\n")
    assert [row.text for row in read_library(path) if isinstance(row, Passage)] == ["It burst"]


SHARED = Path(__file__).parents[3] / "shared" / "data" / "retrieval"


@pytest.mark.shared
@pytest.mark.skipif(
    not SHARED.is_dir(), reason="needs ../shared/data/retrieval: real fact-check libraries, put the data folder there"
)
def test_a_real_library_is_read_whole() -> None:
    found = list(read_library(SHARED / "snopes.claims.jsonl.gz"))
    assert sum(isinstance(row, Passage) for row in found) == len(found) == 14_231
    assert sum(isinstance(row, Passage) and row.published_at is not None for row in found) > 13_900
