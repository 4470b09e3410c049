"""The words of a file: none lies there twice whoever writes, and what is asked of them is what plain reading finds."""

import random
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from index._fuzzy import distance
from index._schema import open_file
from index._vocabulary import Vocabulary, unpacked_words
from index._word_list import WordList
from index._writing import clear_entries
from index.sqlite import SqliteIndex
from tests.index.samples import DIM, document

LETTERS = ("abcdest", "дамба", "واحدة", "aébß", "a𐍈𐍉b")


def made(count: int, *, seed: int) -> list[str]:
    dice = random.Random(seed)  # noqa: S311 - invented words
    return sorted({"".join(dice.choices(dice.choice(LETTERS), k=dice.randint(1, 9))) for _ in range(count)})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index.sqlite3"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    opened = open_file(path, dim=DIM)
    yield opened
    opened.close()


def stored(connection: sqlite3.Connection) -> list[list[str]]:
    rows = connection.execute("SELECT size, words FROM vocabulary ORDER BY number").fetchall()
    assert [size for size, _ in rows] == [len(unpacked_words(packed)) for _, packed in rows]
    return [unpacked_words(packed) for _, packed in rows]


def learn(vocabulary: Vocabulary, connection: sqlite3.Connection, words: Iterable[str]) -> None:
    vocabulary.catch_up()
    vocabulary.note(words)
    for sheet in vocabulary.learned():
        sheet.insert(connection)
    vocabulary.settle()


def plain_distance(one: str, other: str) -> int:
    rows = [list(range(len(other) + 1))]
    for at, letter in enumerate(one, start=1):
        row = [at]
        for to, wanted in enumerate(other, start=1):
            best = min(rows[-1][to] + 1, row[-1] + 1, rows[-1][to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                best = min(best, rows[-2][to - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def test_distances_are_those_of_the_plain_table() -> None:
    words = [*made(300, seed=1), "", "a" * 70, "ab" * 40]
    for asked in ("dam", "abdest", "дмаба", "é", "a" * 66, "ab𐍈"):
        assert [distance(asked, word) for word in words] == [plain_distance(asked, word) for word in words]


def test_a_list_of_words_gives_them_back_and_finds_what_is_near() -> None:
    long = sorted([*made(300, seed=3), "z" * 64, "za" * 40])
    for words in (made(500, seed=2), long, [word for word in long if word.isascii()], []):
        held = WordList(words)
        assert [held.word(at) for at in range(len(held))] == words
        for prefix in ("a", "да", "ab", "𐍈", "zz"):
            assert list(held.beginning(prefix, most=7)) == [word for word in words if word.startswith(prefix)][:7]
        for asked, edits in (("dam", 1), ("abdest", 2), ("дамб", 1), ("واحد", 1), ("z" * 62, 2), ("az" * 40, 2)):
            apart = {word: plain_distance(asked, word) for word in words}
            assert dict(held.near(asked, edits=edits)) == {word: far for word, far in apart.items() if far <= edits}


def test_no_word_lies_there_twice_whoever_learns_it(connection: sqlite3.Connection, path: Path) -> None:
    other = open_file(path, dim=DIM)
    writers = [(one, Vocabulary(one)) for one in (connection, other)]
    words = made(3_000, seed=4)
    for at, start in enumerate(range(0, len(words), 40)):
        opened, vocabulary = writers[at % 2]
        opened.execute("BEGIN IMMEDIATE")
        learn(vocabulary, opened, [*words[start : start + 40], *words[:100]])
        opened.commit()
    lists = stored(connection)
    assert sorted(word for one in lists for word in one) == words
    assert all(one == sorted(one) for one in lists)
    assert len(lists) < 16
    assert writers[0][1].beginning("ab", most=500) == [word for word in words if word.startswith("ab")][:500]
    other.close()


def test_more_words_than_are_remembered_as_they_are(connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index._vocabulary._MOST_MET", 50)
    vocabulary, words = Vocabulary(connection), made(1_000, seed=5)
    for start in range(0, len(words), 30):
        learn(vocabulary, connection, words[: start + 30])
    assert sorted(word for one in stored(connection) for word in one) == words


def test_what_was_rolled_back_or_cleared_elsewhere_is_learned_again(connection: sqlite3.Connection, path: Path) -> None:
    vocabulary, other = Vocabulary(connection), open_file(path, dim=DIM)
    connection.execute("BEGIN")
    learn(vocabulary, connection, ["dam", "gate"])
    connection.rollback()
    vocabulary.forget()
    learn(vocabulary, connection, ["dam"])
    assert vocabulary.beginning("d", most=9) == ["dam"]
    clear_entries(other)
    assert vocabulary.beginning("d", most=9) == []
    learn(vocabulary, connection, ["dam", "dyke"])
    assert vocabulary.beginning("d", most=9) == ["dam", "dyke"]
    other.close()


def test_damage_of_a_list_is_named(path: Path) -> None:
    index = SqliteIndex(path, dim=DIM)
    index.add([document("d", "dam gate")])
    index._connection.execute("UPDATE vocabulary SET words = x'00'")
    with pytest.raises(sqlite3.DatabaseError, match="list of words is damaged"):
        Vocabulary(index._connection).beginning("d", most=1)
    index.close()
