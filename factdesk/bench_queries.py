"""Two hundred queries of every kind for the items of `factdesk.bench_items`, always the same."""

from collections.abc import Callable, Iterator
from itertools import cycle, islice

import numpy as np

from factdesk.bench_items import LANGUAGES, VOCABULARY, Draw, word

_COMMON = 30
_USUAL = 2_000
_RARE = 60_000


class _Asker:
    """Makes queries of words that are common, usual or rare."""

    def __init__(self, seed: int) -> None:
        self._draw = Draw(np.random.default_rng(seed))

    def _word(self, most: int) -> str:
        """Return a word of some rank up to ``most``, each order of magnitude as likely; of either language."""
        rank = int(self._draw.ranks(1, most=min(most, VOCABULARY))[0])
        return word(rank, int(self._draw.dice.integers(len(LANGUAGES))))

    def _pair(self) -> tuple[str, str]:
        language = int(self._draw.dice.integers(len(LANGUAGES)))
        first, second = (word(int(rank), language) for rank in self._draw.ranks(2, most=_USUAL))
        return first, second

    def _misspelled(self) -> str:
        chosen = self._word(_RARE)
        return chosen[:1] + chosen[2:3] + chosen[1:2] + chosen[3:]

    def kinds(self) -> tuple[Callable[[], str], ...]:
        """Return what makes one query of each kind, the frequent kinds more than once."""
        return (
            lambda: self._word(_RARE),
            lambda: self._word(_USUAL),
            lambda: " ".join(self._pair()),
            lambda: " OR ".join(self._pair()),
            lambda: f"{self._word(_RARE)} -{self._word(_COMMON)}",
            lambda: '"' + " ".join(self._pair()) + '"',
            lambda: "{} near/5 {}".format(*self._pair()),
            lambda: f"{self._word(_RARE)[:5]}*",
            lambda: f"{self._misspelled()}~",
            lambda: f"({' OR '.join(self._pair())}) lang:{LANGUAGES[0]} seen:>30d",
            lambda: f"title:{self._word(_USUAL)}",
            lambda: f"{self._word(_USUAL)} event:flood reach:>1000",
            lambda: f'source:"outlet 1" {self._word(_COMMON)}',
            lambda: "finding:repeats published:2026-05",
            lambda: "{} {} {}".format(self._word(_COMMON), *self._pair()),
            lambda: "",
        )


def queries(count: int) -> Iterator[str]:
    """Yield ``count`` queries."""
    yield from (ask() for ask in islice(cycle(_Asker(7).kinds()), count))
