"""A damaged file is named when it is opened or when the damage is met; after a whole look nothing is wrong and unnamed."""

import random
from pathlib import Path

import pytest

import index._damage as damage
from factdesk.errors import IndexUnavailableError
from index import inspect_file, open_index
from index.base import Query
from tests.index.samples import DIM, document, factcheck

QUERIES = ("", "dam", '"dam broke"', "word7*", "dom~", "lang:en gate", "word1 OR word2")
GARBAGE = bytes(random.Random(3).randbytes(300))  # noqa: S311 - bytes that are nothing


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, dict[str, list[str]]]:
    path = tmp_path_factory.mktemp("sound") / "index.sqlite3"
    made = open_index(f"sqlite:///{path}", dim=DIM)
    dice = random.Random(5)  # noqa: S311 - invented text
    words = [f"word{number}" for number in range(400)] + ["dam", "broke", "gate"] * 20
    texts = [" ".join(dice.choices(words, k=80)) for _ in range(150)]
    made.add([document(f"d{number:03}", text, title="dam broke" if number % 9 else "") for number, text in enumerate(texts)])
    made.add([factcheck(f"f{number}", text, "dam") for number, text in enumerate(texts[:20])])
    told = answers(f"sqlite:///{path}")
    made.close()
    return path.read_bytes(), told


def answers(url: str) -> dict[str, list[str]]:
    opened = open_index(url, dim=DIM)
    try:
        return {text: [hit.id + hit.snippet for hit in opened.search(Query(text, limit=200)).hits] for text in QUERIES}
    finally:
        opened.close()


def damaged(content: bytes, path: Path, *, at: float, with_: bytes = GARBAGE) -> str:
    start = int(at * (len(content) - len(with_)))
    path.write_bytes(content[:start] + with_ + content[start + len(with_) :])
    return f"sqlite:///{path}"


@pytest.mark.parametrize("large", [False, True])
def test_a_sound_file_is_sound(
    sound: tuple[bytes, dict[str, list[str]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, large: bool
) -> None:
    content, told = sound
    if large:
        monkeypatch.setattr(damage, "_WHOLE", 0)
    path = tmp_path / "index.sqlite3"
    path.write_bytes(content)
    inspect_file(f"sqlite:///{path}", dim=DIM)
    assert answers(f"sqlite:///{path}") == told


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("at", [0.0, 0.05, 0.15, 0.3, 0.42, 0.5, 0.61, 0.7, 0.83, 0.9, 0.97, 1.0])
def test_overwritten_bytes_are_named_or_do_no_harm(
    sound: tuple[bytes, dict[str, list[str]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, at: float, large: bool
) -> None:
    content, told = sound
    if large:
        monkeypatch.setattr(damage, "_WHOLE", 0)  # look at it as at a file of many gigabytes
    url = damaged(content, tmp_path / "index.sqlite3", at=at)
    try:
        inspect_file(url, dim=DIM)
        assert answers(url) == told
    except IndexUnavailableError as error:
        named = error
    else:
        return
    assert str(tmp_path / "index.sqlite3") in named.what
    assert "factdesk reindex" in named.remedy


def test_structure_that_is_broken_is_found_at_start(sound: tuple[bytes, dict[str, list[str]]], tmp_path: Path) -> None:
    content, _ = sound
    found = 0
    for step in range(1, len(content) // 16384):
        path = tmp_path / "index.sqlite3"
        path.write_bytes(content[: step * 16384] + b"\xff" * 64 + content[step * 16384 + 64 :])
        try:
            open_index(f"sqlite:///{path}", dim=DIM).close()
        except IndexUnavailableError:
            found += 1
    assert found >= 0.9 * (len(content) // 16384 - 1)  # pages that nothing uses do no harm


def test_a_file_that_was_cut_off_is_found_at_start(
    sound: tuple[bytes, dict[str, list[str]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(damage, "_WHOLE", 0)
    path = tmp_path / "index.sqlite3"
    path.write_bytes(sound[0][: len(sound[0]) * 2 // 3])
    with pytest.raises(IndexUnavailableError, match="reindex"):
        open_index(f"sqlite:///{path}", dim=DIM)


def test_a_damaged_text_is_found_by_its_checksum(sound: tuple[bytes, dict[str, list[str]]], tmp_path: Path) -> None:
    content, _ = sound
    opened = tmp_path / "index.sqlite3"
    opened.write_bytes(content)
    start = content.index(b"\x78\x5e", len(content) // 3) + 40
    opened.write_bytes(content[:start] + b"\x00\x01\x02" + content[start + 3 :])
    with pytest.raises(IndexUnavailableError, match="damaged"):
        inspect_file(f"sqlite:///{opened}", dim=DIM)
