"""Downloads of a search, the statements' JSON Feed, and the description of the API."""

import csv
import io
import json
import zipfile

import pytest

from dashboards import export
from dashboards._workbook import workbook
from tests.dashboards import world
from tests.dashboards.conftest import House
from tests.dashboards.test_statements import draft, publish, step


def test_a_search_is_exported_with_every_hit(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "_PAGE", 2)  # several pages of the index
    shown = house.as_("ana").get("/api/v1/search", params={"q": "gates", "limit": 200}).json()
    answer = house.as_("ana").get("/search.jsonl", params={"q": "gates"})
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert len(rows) == shown["total"] > 2
    assert {row["id"] for row in rows} == {hit["id"] for hit in shown["hits"]}
    assert answer.headers["content-disposition"] == 'attachment; filename="search.jsonl"'


def test_a_spreadsheet_gets_text_and_no_formula(house: House) -> None:
    text = house.as_("ana").get("/search.csv").text
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert tuple(rows[0]) == export.COLUMNS
    assert len(rows) > 5
    assert export._plain('=HYPERLINK("x")') == '\'=HYPERLINK("x")'  # the rule for one cell
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


def test_a_workbook_holds_every_hit_as_text(house: House) -> None:
    answer = house.as_("ana").get("/search.xlsx", params={"kind": "all"})
    assert answer.headers["content-disposition"] == 'attachment; filename="search.xlsx"'
    rows = list(
        csv.reader(io.StringIO(house.as_("ana").get("/search.csv", params={"kind": "all"}).text.removeprefix("\ufeff")))
    )
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        told = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert sheet.count("<row ") == len(rows)
    assert "Anger grows in Lower Teyn" in sheet
    assert world.HANDLE not in told
    assert "<hyperlink" not in told


def test_no_cell_of_a_workbook_is_run() -> None:
    cells = ('=HYPERLINK("https://bad.example")', "+1", "@SUM(A1)", "https://bad.example", "12", "x" * 40_000, "a\x00b\ud7ff")
    with zipfile.ZipFile(io.BytesIO(workbook(["cell"], [[cell] for cell in cells]))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert sheet.count('t="inlineStr"') == len(cells) + 1


def test_no_author_and_no_link_of_a_post_is_exported(house: House) -> None:
    for form in ("csv", "jsonl"):
        text = house.as_("ana").get(f"/search.{form}", params={"kind": "all"}).text
        assert world.HANDLE not in text
        assert "social.example" not in text


def test_a_mistake_and_a_visitor_get_no_file(house: House) -> None:
    assert house.as_("ana").get("/search.csv", params={"q": '"open'}).status_code == 422
    assert house.as_("ana").get("/search.exe").status_code in {404, 422}
    assert house.visitor().get("/search.csv").url.path == "/login"


def test_statements_have_a_json_feed_that_says_what_was_withdrawn(house: House) -> None:
    number = draft(house)
    publish(house, number)
    feed = house.visitor().get("/statements.json")
    assert feed.headers["content-type"] == "application/feed+json"
    (item,) = feed.json()["items"]
    assert item["url"].endswith("-1")
    assert item["tags"] == ["false"]
    step(house.as_("elio"), number, "withdraw", reason="Replaced by a newer one.")
    (item,) = house.visitor().get("/statements.json").json()["items"]
    assert item["tags"] == ["withdrawn"]
    assert "Replaced by a newer one." in item["content_text"]


def test_the_api_describes_itself(house: House) -> None:
    described = house.as_("ana").get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert {"/api/v1/search", "/api/v1/findings", "/api/v1/statements", "/api/v1/drafts/{statement_id}/approve"} <= set(
        described["paths"]
    )
    assert all("summary" in operation for path in described["paths"].values() for operation in path.values())
    assert described["components"]["schemas"]["Problem"]["properties"].keys() == {"title", "detail", "status"}


def test_a_wrong_method_is_told_which_are_right(house: House) -> None:
    answer = house.as_("ana").delete("/api/v1/search")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert answer.json()["title"]
