"""What the public gets: pages that can be kept and asked for again, feeds, embedding, paper, and short texts to copy."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from xml.etree import ElementTree as ET

import feedparser
import pytest
from docx import Document

from dashboards import _channels, _pdf
from dashboards._channels import message_size, shorts
from dashboards._paper import Paper, Source
from dashboards._pdf import pdf_of
from dashboards._public_words import public_words
from factdesk.editorial.statements import by_slug
from tests.dashboards import world
from tests.dashboards.conftest import House
from tests.dashboards.test_statements import TITLE, draft, edit, publish, step

VIETNAMESE = "Cửa đập Ambrel đóng suốt tuần: điều cần biết"
ARABIC = "بوابات سد أمبريل بقيت مغلقة طوال الأسبوع"


@pytest.mark.parametrize(
    "address", ["/statements", "/statements.atom", "/statements.json", "/statements/{}", "/statements/{}/card"]
)
def test_a_public_answer_is_kept_and_asked_for_again(house: House, address: str) -> None:
    number = draft(house)
    slug = publish(house, number)
    address = address.format(slug)
    first = house.visitor().get(address)
    assert first.headers["cache-control"] == "public, max-age=60"
    assert house.visitor().head(address).headers["etag"] == first.headers["etag"]
    for asked in ({"if-none-match": f'"x", W/{first.headers["etag"]}'}, {"if-modified-since": first.headers["last-modified"]}):
        again = house.visitor().get(address, headers=asked)
        assert (again.status_code, again.content) == (304, b"")
    house.clock.pass_by(hours=1)
    step(house.as_("edda"), number, "withdraw", reason="The log was misread.")
    for asked in ({"if-none-match": first.headers["etag"]}, {"if-modified-since": first.headers["last-modified"]}):
        assert house.visitor().get(address, headers=asked).status_code == 200


def test_what_is_not_public_is_not_kept(house: House) -> None:
    assert house.visitor().get("/statements/none-1").headers["cache-control"] == "no-store"
    assert house.as_("edda").get("/desk/statements").headers["cache-control"] == "no-store"
    assert house.visitor().get("/statements", headers={"if-modified-since": "yesterday"}).status_code == 200


def test_feeds_put_the_newest_change_first_and_date_it(house: House) -> None:
    older = draft(house)
    publish(house, older)
    house.clock.pass_by(hours=1)
    newer = draft(house, key="number", title="Twelve hundred people left Lower Teyn by 7 May")
    publish(house, newer)
    house.clock.pass_by(hours=9)
    edit(house, older, title="The gates stayed shut until Friday", note="It was until Friday.")
    publish(house, older)
    items = house.visitor().get("/statements.json").json()["items"]
    assert [item["title"][:14] for item in items] == ["The gates stay", "Twelve hundred"]
    assert "Corrected 2031-05-10: It was until Friday." in items[0]["content_text"]
    assert items[0]["tags"] == ["false", "corrected"]
    house.clock.pass_by(minutes=9)
    step(house.as_("elio"), newer, "withdraw", reason="The count was wrong.")
    entries = feedparser.parse(house.visitor().get("/statements.atom").content).entries
    assert entries[0].content[0].value.startswith("This statement was withdrawn (2031-05-10): The count was wrong.")
    assert [tag.term for tag in entries[0].tags] == ["withdrawn"]


def test_oembed_answers_in_both_formats_and_only_for_statements(house: House) -> None:
    slug = publish(house, draft(house, title=f"Shut {world.HOSTILE}"))
    url = f"http://desk.example/statements/{slug}"
    page = house.visitor().get(f"/statements/{slug}").text
    assert 'type="application/json+oembed"' in page
    assert 'type="text/xml+oembed"' in page
    told = house.visitor().get("/oembed", params={"url": url, "maxwidth": 400}).json()
    assert (told["version"], told["type"], told["width"], told["height"]) == ("1.0", "rich", 400, 240)
    assert f'src="{url}/card"' in told["html"]
    assert "<script" not in told["html"]
    xml = house.visitor().get("/oembed", params={"url": url, "format": "xml"})
    assert xml.headers["content-type"].startswith("text/xml")
    assert ET.fromstring(xml.content).findtext("title") == told["title"]  # noqa: S314 # our own answer
    assert house.visitor().get("/oembed", params={"url": url, "format": "yaml"}).status_code == 501
    for other in (
        "http://elsewhere.example/statements/x-1",
        "http://desk.example/queue",
        "javascript:alert(1)",
        "//[",
        "",
        url + "9",
    ):
        assert house.visitor().get("/oembed", params={"url": other}).status_code == 404


def test_a_card_may_be_framed_and_nothing_else_may(house: House) -> None:
    slug = publish(house, draft(house))
    card, page = house.visitor().get(f"/statements/{slug}/card"), house.visitor().get(f"/statements/{slug}")
    assert card.headers["content-security-policy"].endswith("frame-ancestors *")
    assert "x-frame-options" not in card.headers
    assert "<script" not in card.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    assert house.visitor().get("/statements/none-1/card").headers["x-frame-options"] == "DENY"


def test_a_statement_is_a_tagged_pdf_and_a_document_in_its_language(house: House) -> None:
    slug = publish(house, draft(house, language="ar", title=ARABIC))
    pdf = house.visitor().get(f"/statements/{slug}.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in pdf.content
    assert house.visitor().get(f"/statements/{slug}.pdf", headers={"if-none-match": pdf.headers["etag"]}).status_code == 304
    answer = house.visitor().get(f"/statements/{slug}.docx")
    assert answer.headers["content-disposition"] == f'attachment; filename="{slug}.docx"'
    document = Document(BytesIO(answer.content))
    assert document.core_properties.language == "ar"
    title = document.paragraphs[0]
    assert (title.text, title.style.name if title.style else "") == (ARABIC, "Heading 1")
    assert "w:bidi" in title._p.xml
    assert 'w:bidi="ar"' in title.runs[0]._r.xml
    links = [part.target_ref for part in document.part.rels.values() if part.is_external]
    assert {f"http://desk.example/statements/{slug}", world.CHECK.url} <= set(links)
    assert "Edda" not in "".join(block.text for block in document.paragraphs)
    assert house.visitor().get("/statements/none-1.pdf").status_code == 404


def test_a_withdrawn_statement_says_so_on_paper(house: House) -> None:
    number = draft(house)
    slug = publish(house, number)
    step(house.as_("edda"), number, "withdraw", reason="The log was misread.")
    document = Document(BytesIO(house.visitor().get(f"/statements/{slug}.docx").content))
    assert document.paragraphs[0].text.startswith("This statement was withdrawn")
    assert document.paragraphs[1].text == "The log was misread."
    assert house.visitor().get(f"/statements/{slug}.pdf").status_code == 200


def paper(*, title: str = VIETNAMESE, text: str = "Một câu.") -> Paper:
    source = Source("Nhật ký", "https://authority.example/1", ("Bằng chứng", "Cơ quan"), text, "vi")
    words = public_words("vi")
    told = (title, "vi", False, "Desk", "https://desk.example/statements/x-1", ("Desk",), None)
    return Paper(*told, (((text, 1),),), text, "Sai", (source,), (("2031-05-09", text),), words)


@pytest.mark.parametrize(
    "text",
    [
        '#import "@preview/cetz:0.3.4"',
        '#read("/etc/passwd") #include "statement.typ"',
        "$ x^2 $ *b* _i_ `c` <label> @ref // comment /* #panic() */ \\u{41} ~ -- ...",
        "]) #[ } { #}",
        "\u202e\u200d\u0301" * 50,
        "",
        "x" * 20_000,
    ],
)
def test_nothing_in_a_text_is_read_as_markup(text: str) -> None:
    """Typst would refuse a package, a file outside its folder or a broken bracket: that it sets the text shows it read none."""
    made = pdf_of(paper(title=text[:300] or "T", text=text), at=datetime(2031, 5, 9, tzinfo=UTC))
    assert made.startswith(b"%PDF-")
    assert b"root:x:0" not in made


def test_the_same_paper_is_the_same_file() -> None:
    at = datetime(2031, 5, 9, tzinfo=UTC)
    first = pdf_of(paper(), at=at)
    _pdf._set.cache_clear()
    assert pdf_of(paper(), at=at) == first


LONG = (("en", TITLE), ("vi", VIETNAMESE * 9), ("ar", ARABIC * 9), ("en", "🌊" * 120), ("vi", "e\u0301" * 200))


@pytest.mark.parametrize(("language", "title"), LONG)
def test_short_texts_fit_their_channels_and_end_with_the_link(house: House, language: str, title: str) -> None:
    slug = publish(house, draft(house, language=language, title=title))
    found = by_slug(house.engine, slug)
    assert found is not None
    assert found.visible is not None
    address = f"https://desk.example/statements/{slug}"
    made = shorts(found, found.visible, address=address)
    assert [one.name for one in made] == ["280", "300", "500", "sms", *(["sms-plain"] if language == "vi" else [])]
    for one in made:
        assert one.text.endswith(address)
        assert one.used <= one.limit
        assert one.text != address
    gone = replace(found, withdrawn_at=found.published_at, withdrawn_reason="Sai", state=type(found.state)("withdrawn"))
    assert shorts(gone, found.visible, address=address)[0].text.startswith(public_words(language).withdrawn)


def test_a_message_counts_as_telephones_do() -> None:
    assert message_size("Gates shut [€]") == (17, 160)
    assert message_size("Cửa đóng") == (8, 70)
    assert message_size("🌊") == (2, 70)
    assert _channels._bare("Cửa đập đóng") == "Cua dap dong"


def test_the_desk_shows_them_after_publication(house: House) -> None:
    number = draft(house)
    assert "To copy" not in house.as_("edda").get(f"/desk/statements/{number}").text
    slug = publish(house, number)
    page = house.as_("edda").get(f"/desk/statements/{number}").text
    assert f"http://desk.example/statements/{slug}</textarea>" in page
    assert "160" in page


def test_the_structured_data_names_the_rating_in_the_statements_language(house: House) -> None:
    page = house.visitor().get(f"/statements/{publish(house, draft(house, language='es'))}").text
    review = json.loads(page.split('<script type="application/ld+json">')[1].split("</script>")[0])
    assert review["reviewRating"]["alternateName"] == "Falso"
    assert house.clock.now - timedelta(days=9) < datetime.fromisoformat(review["dateModified"])
