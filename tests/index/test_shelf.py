"""What proposes candidates: postings, vectors as bytes and signs, segments; the same answers in whatever form they lie."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index._fusion import Asked
from index._postings import Postings
from index._segment import Comparable, Segment, SegmentError, is_damaged, joined, open_segment, write_segment
from index._shelf import Shelf, affordable
from index._vectors import cosines, distances, few, pack, quantised, signs, unpack
from tests.index.samples import DIM, meaning

RANDOM = np.random.default_rng(7)


def comparable(number: int) -> Comparable:
    words = np.unique(RANDOM.integers(0, 50, 8).astype(np.uint32))
    code, step = unpack(pack(meaning(str(number))))
    article = RANDOM.integers(0, 60, 30).astype(np.uint32)
    return Comparable(number, words, words * np.uint32(3), article=article, code=code, step=step)


def asked() -> Asked:
    words = np.unique(RANDOM.integers(0, 50, 6).astype(np.uint32))
    return Asked(tuple(map(str, words)), words, words * np.uint32(3), meaning(str(RANDOM.integers(10**6))))


@pytest.fixture(scope="module")
def entries() -> list[Comparable]:
    return [comparable(number) for number in range(300)]


def test_a_term_is_counted_where_it_stands() -> None:
    lists = Postings.of([np.array(text, dtype=np.uint32) for text in ([5, 7, 5], [], [7], [5] * 300)], counted=True)
    assert lists.terms.tolist() == [5, 7]
    begin, end = lists.spans(np.array([7, 6, 5], dtype=np.uint32))
    assert [lists.rows[low:high].tolist() for low, high in zip(begin, end, strict=True)] == [[0, 2], [], [0, 3]]
    assert lists.times.tolist() == [2, 255, 1, 1]
    weights = np.array([1.0, 10.0], dtype=np.float32)
    assert lists.weigh(lists.spans(np.array([5, 7], dtype=np.uint32)), weights, entries=4).tolist() == [11.0, 0.0, 10.0, 1.0]


def test_a_vector_of_bytes_points_where_the_vector_did() -> None:
    vectors = RANDOM.normal(size=(50, 512)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    codes, steps = quantised(vectors)
    assert np.abs(codes * steps[:, None] - vectors).max() < 0.001
    assert np.abs((codes * steps[:, None] * vectors).sum(axis=1) - 1).max() < 0.002
    code, step = unpack(pack(vectors[3]))
    assert (code == codes[3]).all()
    assert step == pytest.approx(float(steps[3]))


def test_rows_are_multiplied_a_few_at_a_time() -> None:
    codes = RANDOM.integers(-127, 128, (1_000, 512)).astype(np.int8)
    vector, places = RANDOM.normal(size=512).astype(np.float32), np.sort(RANDOM.permutation(1_000)[:777])
    assert np.allclose(cosines(codes, vector, places=places), codes[places].astype(np.float32) @ vector, rtol=1e-4, atol=1e-2)


def test_a_zero_vector_stays_zero() -> None:
    codes, steps = quantised(np.zeros((1, 8), dtype=np.float32))
    assert not codes.any()
    assert not steps.any()


@pytest.mark.parametrize("dim", [16, 64, 100, 512])
def test_signs_differ_as_the_angle_grows(dim: int) -> None:
    random = np.random.default_rng(dim)
    first = random.normal(size=(400, dim)).astype(np.float32)
    near = first + 0.3 * random.normal(size=first.shape).astype(np.float32)
    far = random.normal(size=first.shape).astype(np.float32)
    asked_signs, held = signs(first), (signs(near), signs(far))
    told = [np.mean([distances(asked_signs[:, at], one[:, at : at + 1])[0] for at in range(400)]) for one in held]
    assert told[0] < 0.15 * dim
    assert 0.45 * dim < told[1] < 0.55 * dim


def test_the_few_that_are_compared_again_hold_the_nearest() -> None:
    distance = RANDOM.integers(0, 512, 100_000).astype(np.uint16)
    places = few(distance)
    assert 4_000 <= len(places) < 5_000
    assert distance[places].max() <= np.sort(distance)[len(places) - 1]


def test_terms_are_looked_up_rarest_first_and_one_at_least() -> None:
    assert affordable(np.array([5, 0, 3, 9]), 17).tolist() == [2, 0, 3]
    assert affordable(np.array([10**9, 10**8]), 100).tolist() == [1]
    assert affordable(np.array([300, 200, 10]), 400).tolist() == [2, 1]
    assert affordable(np.zeros(3, dtype=np.int64), 9).tolist() == []


@pytest.mark.parametrize("form", ["joined", "many", "kept"])
def test_segments_answer_alike_in_every_form(form: str, *, entries: list[Comparable], tmp_path: Path) -> None:
    gone = np.array([3, 17, 140, 299, 1_000])
    parts = [Segment.of(entries[at : at + 60], dim=DIM) for at in range(0, 300, 60)]
    Shelf(parts).discard(gone)
    if form == "joined":
        while len(parts) > 1:
            parts = [joined(parts[0], parts[1]), *parts[2:]]
    elif form == "kept":
        for at, one in enumerate(parts):
            write_segment(one, tmp_path / str(at))
        parts = [open_segment(tmp_path / str(at)) for at in range(len(parts))]
    shelf, whole = Shelf(parts), Shelf([Segment.of([one for one in entries if one.rowid not in gone], dim=DIM)])
    assert len(shelf) == len(whole) == 296
    for probe in (asked() for _ in range(20)):
        left, right = shelf.propose(probe), whole.propose(probe)
        near = np.intersect1d(left.rowids, right.rowids)
        assert len(near) >= 0.9 * max(len(left.rowids), len(right.rowids))  # ties; and removed entries count until joined
        assert not np.isin(left.rowids, gone).any()
        cosines = [told.meaning[np.isin(told.rowids, near)] for told in (left, right)]
        assert np.allclose(cosines[0], cosines[1], atol=1e-6)


def slowly(entries: list[Comparable], probe: Asked) -> NDArray[np.int64]:
    assert probe.vector is not None
    vectors = np.stack([one.code * np.float32(one.step) for one in entries if one.code is not None])
    return np.argsort(-(vectors @ probe.vector))[:60]


def test_the_nearest_in_meaning_are_those_of_a_slow_search(entries: list[Comparable]) -> None:
    shelf = Shelf([Segment.of(entries, dim=DIM)])
    for probe in (asked() for _ in range(5)):
        assert set(slowly(entries, probe)) <= set(shelf.propose(probe).rowids)


def test_a_segment_comes_back_as_it_was(entries: list[Comparable], tmp_path: Path) -> None:
    write_segment(Segment.of(entries, dim=DIM), tmp_path / "a")
    assert not is_damaged(tmp_path / "a")
    assert len(open_segment(tmp_path / "a")) == 300


@pytest.mark.parametrize("harm", ["empty", "cut", "foreign", "header", "middle"])
def test_a_segment_that_was_harmed_is_known_as_such(entries: list[Comparable], *, tmp_path: Path, harm: str) -> None:
    path = tmp_path / "a"
    write_segment(Segment.of(entries, dim=DIM), path)
    content = bytearray(path.read_bytes())
    if harm == "middle":
        content[len(content) // 2] ^= 1
    elif harm == "header":
        content[40] ^= 1
    harmed = {"empty": b"", "cut": bytes(content[:-64]), "foreign": b"x" * 4_000}
    path.write_bytes(harmed.get(harm, bytes(content)))
    assert is_damaged(path)
    if harm != "middle":  # what only a whole reading finds
        with pytest.raises(SegmentError):
            open_segment(path)
