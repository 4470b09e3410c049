"""What only the embedded engine has: its file, several processes on it, its damage, its addresses."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from factdesk.errors import FactdeskError, IndexUnavailableError, QueryError, SettingsError
from index import SearchIndex, discard_index, open_index
from index.base import EntryKind, Page, Query
from index.sqlite import SqliteIndex
from tests.index.samples import DIM, DOCUMENTS, document, factcheck, probe


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sqlite:",
        "sqlite:///",
        "sqlite://host/path",
        "mysql://host/x",
        "index.sqlite3",
        "http://",
        "http://host:port",
        "http://[x/",
    ],
)
def test_a_bad_address_says_which_are_good(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        open_index(url)
    assert "sqlite:///path" in caught.value.remedy


def test_relative_and_absolute_paths_and_missing_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_index("sqlite:///deep/er/a%20b.sqlite3").close()
    open_index(f"sqlite:///{tmp_path}/other.sqlite3").close()
    assert (tmp_path / "deep/er/a b.sqlite3").is_file()
    assert (tmp_path / "other.sqlite3").is_file()


def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite3"
    path.write_bytes(b"not a database at all, " * 400)
    with pytest.raises(IndexUnavailableError) as caught:
        open_index(f"sqlite:///{path}")
    assert str(path) in caught.value.what
    assert "factdesk reindex" in caught.value.remedy


def test_damage_in_the_middle_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite3"
    index = open_index(f"sqlite:///{path}", dim=DIM)
    index.add([document(f"d{number}", f"dam {number} " * 50) for number in range(200)])
    index.close()
    content = bytearray(path.read_bytes())
    content[8192:-4096] = b"\xff" * (len(content) - 12_288)
    path.write_bytes(content)

    def use() -> Page:
        return open_index(f"sqlite:///{path}", dim=DIM).search(Query("dam"))

    with pytest.raises(IndexUnavailableError, match="factdesk reindex"):
        use()
    discard_index(f"sqlite:///{path}")
    assert not list(tmp_path.iterdir())


def test_another_format_or_vector_size_asks_for_a_rebuild(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/index.sqlite3"
    open_index(url, dim=DIM).close()
    with pytest.raises(IndexUnavailableError, match="factdesk reindex"):
        open_index(url, dim=DIM + 1)


def test_a_file_of_an_earlier_version_is_named_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite3"
    SqliteIndex(path, dim=DIM).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE meta SET value = '4;2/14.0.0;dim=16' WHERE key = 'format'")
        connection.execute("DROP TABLE vocabulary")
    with pytest.raises(IndexUnavailableError) as caught:
        open_index(f"sqlite:///{path}", dim=DIM)
    assert f"{path} has format 4;" in caught.value.what
    assert "Run factdesk reindex" in caught.value.remedy


def test_a_folder_in_the_way_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "index.sqlite3"):
        with pytest.raises(IndexUnavailableError):
            open_index(f"sqlite:///{path}")


def test_a_locked_file_is_said_to_be_busy(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite3"
    index = SqliteIndex(path, dim=DIM)
    index._connection.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(IndexUnavailableError, match="busy"):
        index.add(DOCUMENTS)
    assert index.search(Query("dam")).total == 0
    other.close()
    index.add(DOCUMENTS)
    assert index.search(Query("dam")).total == 3
    index.close()


_WRITER = """
import sys
from index import open_index
from tests.index.samples import DIM, factcheck
index = open_index(sys.argv[1], dim=DIM)
for number in range(20):
    index.add([factcheck(f"{sys.argv[2]}{number}", f"dam number {number} of {sys.argv[2]}", "dam")])
"""


def test_several_processes_write_and_read_one_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/index.sqlite3"
    reader = open_index(url, dim=DIM)
    writers = [subprocess.Popen([sys.executable, "-c", _WRITER, url, name]) for name in ("a", "b")]
    seen = [len(reader.candidates([probe("dam", "dam")], limit=200)[0]) for _ in range(50)]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    assert seen == sorted(seen)
    assert len(reader.candidates([probe("dam", "dam")], limit=200)[0]) == 40
    assert reader.counts()[EntryKind.FACTCHECK] == 40
    reader.close()


def test_threads_share_one_index(tmp_path: Path) -> None:
    index = open_index(f"sqlite:///{tmp_path}/index.sqlite3", dim=DIM)
    failures: list[Exception] = []

    def work(name: str) -> None:
        try:
            for number in range(10):
                index.add([document(f"{name}{number}", "dam")])
                index.search(Query("dam", kinds=(EntryKind.DOCUMENT,)))
        except FactdeskError as error:
            failures.append(error)

    threads = [Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert index.search(Query("dam")).total == 40
    index.close()


def test_threads_that_make_one_file_at_once_make_one(tmp_path: Path) -> None:
    opened: list[SearchIndex] = []
    for number in range(15):
        url = f"sqlite:///{tmp_path}/{number}.sqlite3"
        threads = [Thread(target=lambda url=url: opened.append(open_index(url, dim=DIM))) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(opened) == 15 * 6
    for index in opened:
        index.close()


def test_a_failed_batch_changes_nothing(tmp_path: Path) -> None:
    index = open_index(f"sqlite:///{tmp_path}/index.sqlite3", dim=DIM)
    index.add(DOCUMENTS)
    with pytest.raises(AttributeError):
        index.add([document("new", "dam"), None])  # type: ignore[list-item]
    assert index.search(Query("dam")).total == 3
    index.close()


def test_replacing_and_removing_leaves_a_sound_word_index(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite3"
    index = open_index(f"sqlite:///{path}", dim=DIM)
    for text in ("Đập vỡ \x00 x", "東京都 ﷺ", "lone \ud800 half", "plain", ""):
        index.add([document("d", text, title=text), factcheck("f", text or "empty", "dam", detail=text * 50, title=text)])
    index.remove(["d", "f"])
    index.close()
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO entry_words (entry_words) VALUES ('integrity-check')")
        for table in ("entries", "contents", "passage_features", "claim_features"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    connection.close()


def test_a_long_search_goes_past_the_frozen_order(tmp_path: Path) -> None:
    index = open_index(f"sqlite:///{tmp_path}/index.sqlite3", dim=DIM)
    index.add([document(f"d{number:05}", "dam") for number in range(2_350)])
    assert list(walked(index)) == [f"d{number:05}" for number in range(2_350)]
    index.close()


def walked(index: SearchIndex) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        page = index.search(Query("dam", limit=200, cursor=cursor))
        found += [hit.id for hit in page.hits]
        cursor = page.cursor
        if cursor is None:
            return found


def test_a_page_size_error_says_the_range(tmp_path: Path) -> None:
    index = open_index(f"sqlite:///{tmp_path}/index.sqlite3", dim=DIM)
    with pytest.raises(QueryError, match="1 to 200"):
        index.search(Query(limit=999))
    index.close()
