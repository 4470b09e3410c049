"""The gate of retrieval: posts to claims that they repeat, English and other languages, whole and altered. Floors only go up.

A part of the sets, so that the gate is quick: `docs/evaluation.md` has the figures on the whole.
"""

import gzip
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from factdesk.evaluation.edits import EDITS
from factdesk.evaluation.retrieval import RetrievalTask, measure_losses, measure_retrieval, read_task
from index import SearchIndex, open_index
from nlp.encoders import CachedEncoder, load_encoder

POSTS = 60
SNOPES_MAP, MULTILINGUAL_MRR = 0.95, 0.78
LOSS = 0.06


@pytest.fixture(scope="module")
def encoder() -> CachedEncoder:
    return CachedEncoder(load_encoder("bundled"))


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SearchIndex]:
    opened = open_index(f"sqlite:///{tmp_path}/index.sqlite3")
    yield opened
    opened.close()


def snopes(data: Path, folder: Path) -> RetrievalTask:
    """Return the first posts of the dev set with their claims and every ninth other claim."""
    task = read_task(
        data / "snopes.claims.jsonl.gz", queries=data / "snopes.dev.queries.tsv", qrels=data / "snopes.dev.qrels.tsv"
    )
    queries = dict(islice(task.queries.items(), POSTS))
    wanted = frozenset().union(*(task.relevant[query] for query in queries))
    with gzip.open(task.library, "rt", encoding="utf-8") as lines:
        kept = [line for number, line in enumerate(lines) if number % 9 == 0 or json.loads(line)["id"] in wanted]
    (folder / "library.jsonl").write_text("".join(kept), encoding="utf-8")
    return RetrievalTask(folder / "library.jsonl", queries, task.relevant)


def multilingual(data: Path, folder: Path) -> RetrievalTask:
    """Return some posts of each language, and the claims of every fourth post."""
    with gzip.open(data / "multilingual.train.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines][::4]
    claims = {claim: f"c{number}" for number, claim in enumerate(dict.fromkeys(row["claim"] for row in rows))}
    (folder / "library.jsonl").write_text(
        "".join(json.dumps({"id": identifier, "claim": claim}) + "\n" for claim, identifier in claims.items())
    )
    chosen = rows[:: len(rows) // POSTS]
    queries = {str(number): " ".join(row["post"].split()) for number, row in enumerate(chosen)}
    return RetrievalTask(
        folder / "library.jsonl", queries, {str(at): frozenset({claims[row["claim"]]}) for at, row in enumerate(chosen)}
    )


def test_posts_find_the_claim_they_repeat_whole_and_altered(
    shared_data: Path, *, tmp_path: Path, index: SearchIndex, encoder: CachedEncoder
) -> None:
    task = snopes(shared_data / "retrieval", tmp_path)
    scores = measure_retrieval(task, index, encoder=encoder, say=print)
    losses = measure_losses(task, index, encoder=encoder, say=print)
    print(scores.line(losses))
    assert scores.map_at_5 >= SNOPES_MAP
    assert len(losses) == len(EDITS) + 1
    assert losses["loss"] <= LOSS


def test_posts_in_eleven_languages_find_their_claim(
    shared_data: Path, *, tmp_path: Path, index: SearchIndex, encoder: CachedEncoder
) -> None:
    task = multilingual(shared_data / "retrieval", tmp_path)
    scores = measure_retrieval(task, index, encoder=encoder, say=print)
    print(scores.line())
    assert scores.mrr_at_10 >= MULTILINGUAL_MRR
