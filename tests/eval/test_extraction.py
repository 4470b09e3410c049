import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from crawlers import Extracted, Unread
from factdesk.errors import UnreadableError
from factdesk.evaluation.extraction import RecordedPage, evaluate_extraction, recorded_pages, score
from factdesk.records import Outcome

PAGES = Path(__file__).parents[3] / "shared" / "data" / "pages.tar.xz"
F_FLOOR = 0.94
KEPT_FLOOR = 0.995

WORDS = "The water of the Lume rose by two metres in a night, and the authority opened the second gate of the dam at noon. "


def make_pages(folder: Path, *, count: int = 2) -> Path:
    rows = []
    for number in range(count):
        (folder / f"{number}.html").write_text(
            f"<html><body><nav>Menu</nav><article><p>{WORDS * 2}</p></article></body></html>"
        )
        rows.append(
            {
                "file": f"pages/{number}.html",
                "url": "https://a.example/x",
                "must_have": ["second gate"],
                "must_not_have": ["Menu"],
            }
        )
    (folder / "index.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder


def test_pieces_are_counted_as_trafilatura_counts_them(tmp_path: Path) -> None:
    page = RecordedPage(tmp_path, "p", "https://a.example", must_have=("one", "two", "three"), must_not_have=("four", "five"))
    text = Extracted(url="", title="", text="one two four", published_at=None, published_how="")  # type: ignore[arg-type] # not read
    result = score([page, page], [text, Unread(Outcome.TOO_SHORT, "Short.")])
    assert (result.found, result.missed, result.unwanted, result.kept) == (2, 4, 1, 1)
    assert result.precision == pytest.approx(2 / 3)
    assert result.f1 == pytest.approx(2 * (2 / 3) * (1 / 3) / (2 / 3 + 1 / 3))
    assert result.kept_share == 0.5


def test_a_folder_is_read_with_its_index(tmp_path: Path) -> None:
    result = evaluate_extraction(make_pages(tmp_path))
    assert (result.pages, result.kept, result.f1) == (2, 2, 1.0)


def test_many_pages_are_read_on_all_cores_in_order(tmp_path: Path) -> None:
    result = evaluate_extraction(make_pages(tmp_path, count=201), processes=2)
    assert (result.pages, result.kept, result.f1) == (201, 201, 1.0)


def test_a_folder_without_pages_and_a_broken_index_say_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="holds no pages"):
        recorded_pages(tmp_path)
    (tmp_path / "index.jsonl").write_text("{}")
    with pytest.raises(UnreadableError, match="Line 1"):
        recorded_pages(tmp_path)
    (tmp_path / "index.jsonl").write_text('{"file": "gone.html"}')
    with pytest.raises(UnreadableError, match=r"gone\.html"):
        recorded_pages(tmp_path)


@pytest.mark.shared
@pytest.mark.skipif(
    not PAGES.is_file(), reason="needs ../shared/data/pages.tar.xz: 990 recorded pages, put the data folder there"
)
def test_real_pages_are_read_above_the_floor(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    with tarfile.open(PAGES) as archive:
        archive.extractall(tmp_path, filter="data")
    result = evaluate_extraction(tmp_path / "pages")
    record_property("extraction", f"F {result.f1:.4f}, precision {result.precision:.4f}, recall {result.recall:.4f}")
    assert result.pages == 990
    assert result.f1 >= F_FLOOR
    assert result.kept_share >= KEPT_FLOOR
