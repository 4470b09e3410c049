"""How an article is read for a probe: words close together, repeated, far apart, or in none; beside a slow reading."""

import numpy as np
import pytest
from numpy.typing import NDArray

from index._article import Reading, Weighted, read_articles
from index._folding import tokens, word_hashes

PROBE = "the dam was opened on purpose"
FILLER = " ".join(f"filler{number}" for number in range(60))


def sequence(text: str) -> NDArray[np.uint32]:
    return word_hashes(tokens(text))


def reading(*articles: str) -> Reading:
    hashes = sequence(PROBE)
    return read_articles(Weighted(hashes, np.ones(len(hashes), dtype=np.float32), 50.0), [sequence(one) for one in articles])


def test_words_near_to_each_other_count_as_such_and_scattered_ones_do_not() -> None:
    told = reading(f"{FILLER} {PROBE} {FILLER}", "the dam was " + FILLER + " opened on purpose", FILLER, "")
    assert told.nearby.tolist() == pytest.approx([1.0, 0.5, 0.0, 0.0])
    assert told.anywhere.tolist() == pytest.approx([1.0, 1.0, 0.0, 0.0])


def test_a_word_that_stands_twice_in_a_window_counts_once() -> None:
    assert reading("dam dam dam dam opened dam").nearby.tolist() == pytest.approx([2 / 6])


def test_a_word_said_more_often_or_in_a_shorter_article_weighs_more() -> None:
    once, twice, long = reading("dam x x x", "dam dam x x", f"dam x x x {FILLER}").bm25.tolist()
    assert twice > once > long > 0


def test_a_long_article_that_holds_few_of_the_words_is_judged_by_its_short_text() -> None:
    told = reading(f"{PROBE} {FILLER} {FILLER} {FILLER}", f"{FILLER} {FILLER} {FILLER}", PROBE)
    assert told.body.tolist() == [1.0, 0.0, 0.0]


def test_windows_are_those_of_a_slow_reading() -> None:
    random = np.random.default_rng(5)
    hashes = np.arange(8, dtype=np.uint32)
    rarities = random.random(8).astype(np.float32)
    articles = [random.integers(0, 40, size).astype(np.uint32) for size in (0, 3, 90, 400)]
    slow = [
        max((float(rarities[np.isin(hashes, one[end : end + 40])].sum()) for end in range(len(one))), default=0.0)
        for one in articles
    ]
    told = read_articles(Weighted(hashes, rarities, 100.0), articles)
    assert told.nearby.tolist() == pytest.approx([one / float(rarities.sum()) for one in slow], abs=1e-6)
