"""Pages that do not let their reader go end in quarantine, with the reason, and the next page is read."""

import hashlib
import resource
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import Self

import pytest

from crawlers import read_page
from crawlers._shown import title, visible
from factdesk.extracting import Extractor
from factdesk.records import Outcome, Source
from tests.crawlers.test_extract import CHOKING, capture, page

MOST_GROWTH_MB = 220


def test_what_is_shown_has_no_unseen_characters_and_no_endless_gaps() -> None:
    assert visible("a\u202eb\u200bc\x00d\ud800e\u2028f") == "abcde\nf"
    assert visible("می\u200cخواهم \u200fא") == "می\u200cخواهم \u200fא"  # marks that scripts need
    assert visible("a" + " " * 2_000_000 + "b") == "a" + " " * 8 + "b"
    assert visible("a" + "\u0301" * 50) == "a" + "\u0301" * 4
    assert title("<b>Flood</b> &lt;img src=x&gt; in 3 &lt; 5 towns") == "Flood in 3 < 5 towns"


class Endless(bytes):
    """A body at which Python code never comes to an end."""

    def strip(self, *_: object) -> Self:
        while True:
            pass


class Stuck(bytes):
    """A body at which a library never comes to an end, deaf to signals."""

    def strip(self, *_: object) -> Self:
        hashlib.pbkdf2_hmac("sha256", b"x", b"x", 2_000_000_000)
        return self


def test_a_page_that_hangs_its_reader_is_quarantined_and_stops_no_other() -> None:
    good = capture(page("<title>The river rose</title>"))
    bodies = (Endless(b"x"), Stuck(b"x"), good.body)
    batch = [replace(good, id=number, body=body) for number, body in enumerate(bodies)]
    with Extractor(1, page_s=1.0) as extractor:
        reads = extractor.finish(extractor.begin(batch, {1: Source(1, "feed", "https://courier.example/feed", "Courier")}))
    assert [read.outcome for read in reads] == [Outcome.QUARANTINED, Outcome.QUARANTINED, Outcome.KEPT]
    assert [read.reason for read in reads[:2]] == ["It took longer than 1 s to read."] * 2
    assert [read.capture.id for read in reads] == [0, 1, 2]


def _growth_mb() -> float:
    """Read every page that is made to choke, in a process of its own; return how far its memory rose above an article's."""
    read_page(capture(page()))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for content in CHOKING.values():
        read_page(capture(content))
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


@pytest.mark.timeout(120)
def test_no_page_takes_more_memory_than_its_reader_has() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(_growth_mb).result() < MOST_GROWTH_MB
