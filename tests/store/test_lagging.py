"""What is kept for a while is made once, by one reader, and never where its age is not allowed."""

import threading
from itertools import count

from sqlalchemy import Engine

from factdesk.store.lagging import Lagging


def test_a_value_is_made_once_while_it_may_lag_and_always_where_it_may_not(store: Engine) -> None:
    kept, made = Lagging[int](), count(1)
    make = lambda: next(made)  # noqa: E731 # counts its calls
    assert [kept.of(store, "a", make, stale_s=60) for _ in range(3)] == [1, 1, 1]
    assert kept.of(store, "b", make, stale_s=60) == 2
    assert [kept.of(store, "a", make, stale_s=0) for _ in range(2)] == [3, 4]
    assert kept.of(store, "a", make, stale_s=60) == 1


def test_readers_of_the_same_wait_for_the_one_who_makes_it(store: Engine) -> None:
    kept, begun, go = Lagging[str](), threading.Event(), threading.Event()
    calls: list[str] = []

    def make() -> str:
        calls.append(threading.current_thread().name)
        begun.set()
        assert go.wait(10)
        return "made"

    told: list[str] = []
    readers = [
        threading.Thread(target=lambda: told.append(kept.of(store, "a", make, stale_s=60)), name=f"reader-{one}")
        for one in range(3)
    ]
    for reader in readers:
        reader.start()
    assert begun.wait(10)
    go.set()
    for reader in readers:
        reader.join(10)
    assert (told, len(calls)) == (["made"] * 3, 1)


def test_few_values_are_kept(store: Engine) -> None:
    kept, made = Lagging[int](), count(1)
    for key in range(100):
        kept.of(store, key, lambda: next(made), stale_s=60)
    assert kept.of(store, 99, lambda: -1, stale_s=60) == 100
    assert kept.of(store, 0, lambda: -1, stale_s=60) == -1
