"""``similar:"a sentence"`` on each engine: alone, joined with words and filters, and when nobody lends it a vector."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray

from factdesk.errors import QueryError
from factdesk.meaning import with_encoder, with_stored
from factdesk.store.database import open_store, writing
from factdesk.store.passages import put_passages
from index import SearchIndex, discard_index, open_index
from index.base import Entry, EntryKind, Hit, Meaning, Query
from index.query import parse
from tests.conformance.test_index import ALL, ENGINES, make_url, walk
from tests.index.oracle import ReadEntry, expected
from tests.index.samples import DIM, START, claim, document, factcheck, meaning

TOPICS = ("dam", "bread", "water", "taxes", "museum")
DAM, BREAD, NOBODY = "the dam broke", "the bread is poisoned", "nobody said this"
VECTORS = {DAM: meaning("dam"), BREAD: meaning("bread"), NOBODY: -meaning(*TOPICS)}
MEANINGS = tuple(Meaning(text, vector) for text, vector in VECTORS.items())
LEAST, UNSURE = 0.5, 0.03  # engines round vectors: nothing of the corpus lies so near to the edge
Cosines = dict[str, dict[str, float]]


def corpus() -> list[Entry]:
    dice = Random(7)  # noqa: S311 - invented text
    made: list[Entry] = []
    for number in range(120):
        words = " ".join(dice.choices(("siren", "weir", "gate", "town", "river", "night"), k=dice.randint(2, 9)))
        topics = dice.sample(TOPICS, dice.choice((1, 1, 2)))
        if number % 3 == 0:
            language = dice.choice(("en", "vi"))
            one = document(f"d{number:03}", words, title=dice.choice(("weir", "siren news")), language=language)
            one = replace(one, event=dice.choice((None, "flood")), findings=dice.choice(((), ("repeats",))))
        elif number % 3 == 1:
            one = replace(claim(f"c{number:03}", words, *topics), document_id=f"d{dice.randrange(40) * 3:03}")
        else:
            one = factcheck(f"f{number:03}", words, *topics)
        when = START + timedelta(hours=number)
        made.append(replace(one, published_at=when, seen_at=when, reach=dice.choice((5, 500))))
    return [one for one in made if all(abs(cosine(one, vector) - LEAST) > UNSURE for vector in VECTORS.values())]


def cosine(entry: Entry, vector: NDArray[np.float32]) -> float:
    return 0.0 if entry.vector is None else float(entry.vector @ vector)


def cosines(entries: list[Entry]) -> Cosines:
    """Return, for each sentence, what is like it and how much: claims, passages, and documents by their nearest claim."""
    told: Cosines = {text: {} for text in VECTORS}
    ids = {one.id for one in entries}
    for text, vector in VECTORS.items():
        for one in entries:
            names = {one.id, one.document_id} & ids if one.kind is EntryKind.CLAIM else {one.id}
            for name in names if cosine(one, vector) >= LEAST else ():
                assert name is not None
                told[text][name] = max(cosine(one, vector), told[text].get(name, 0.0))
    return told


CORPUS = corpus()
COSINES = cosines(CORPUS)
READ = [ReadEntry(one, similar=[text for text, names in COSINES.items() if one.id in names]) for one in CORPUS]


@pytest.fixture(scope="module", params=ENGINES)
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    address = make_url(request.param, tmp_path_factory.mktemp("index"))
    opened = open_index(address, dim=DIM)
    opened.add(CORPUS)
    yield opened
    opened.close()
    discard_index(address)


def asked(text: str, **filters: object) -> Query:
    return replace(Query(text, kinds=ALL, limit=200, meanings=MEANINGS), **filters)  # type: ignore[arg-type] # fields of it


def found(index: SearchIndex, query: Query) -> set[str]:
    page = index.search(query)
    assert page.total == len(page.hits)
    return {hit.id for hit in page.hits}


@pytest.mark.parametrize(
    "text",
    [
        f'similar:"{DAM}"',
        f'-similar:"{DAM}"',
        f'similar:"{DAM}" similar:"{BREAD}"',
        f'similar:"{DAM}" OR similar:"{BREAD}"',
        f'similar:"{DAM}" -similar:"{BREAD}"',
        f'NOT (similar:"{DAM}" OR similar:"{BREAD}")',
        f'similar:"{DAM}" siren',
        f'similar:"{DAM}" OR siren',
        f'siren -similar:"{DAM}"',
        f'NOT (similar:"{DAM}" OR siren)',
        f'(similar:"{DAM}" OR title:weir) lang:vi',
        f'similar:"{DAM}" "weir gate" OR similar:"{BREAD}" nig*',
        f'similar:"{DAM}" kind:claim',
        f'similar:"{DAM}" kind:(factcheck OR document) reach:>100',
        f'similar:"{DAM}" published:2026-01-06..2026-01-08 -kind:claim',
        f'finding:repeats similar:"{BREAD}"',
        f'similar:"{NOBODY}"',
        f'-similar:"{NOBODY}" weir',
        f'weir OR similar:"{NOBODY}"',
        f'similar:"{DAM}" (siren OR similar:"{NOBODY}")',
    ],
)
def test_what_means_about_that_is_found(index: SearchIndex, text: str) -> None:
    wanted = expected(READ, parse(text))
    assert bool(wanted) is (text != f'similar:"{NOBODY}"')
    assert found(index, asked(text)) == wanted


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        ({"kinds": (EntryKind.DOCUMENT,)}, lambda one: one.kind is EntryKind.DOCUMENT),
        ({"languages": ("vi",)}, lambda one: one.language == "vi"),
        ({"events": ("flood",), "findings": ("repeats",)}, lambda one: one.event == "flood" and "repeats" in one.findings),
        ({"sources": ("Tallow Check",)}, lambda one: one.source == "Tallow Check"),
        ({"published_from": START + timedelta(days=2)}, lambda one: one.published_at >= START + timedelta(days=2)),
    ],
    ids=lambda one: "-".join(one) if isinstance(one, dict) else "",
)
def test_filters_hold_beside_a_sentence(index: SearchIndex, filters: dict[str, object], fits: object) -> None:
    assert callable(fits)
    wanted = {one.entry.id for one in READ if DAM in one.similar and fits(one.entry)}
    assert wanted
    assert found(index, asked(f'similar:"{DAM}"', **filters)) == wanted


def test_the_nearest_come_first(index: SearchIndex) -> None:
    order = [COSINES[DAM][hit.id] for hit in index.search(asked(f'similar:"{DAM}"')).hits]
    assert order == pytest.approx(sorted(order, reverse=True), abs=0.01)
    assert order[0] > order[-1] + 0.2


def test_words_and_meaning_add_up(index: SearchIndex) -> None:
    page = index.search(asked(f'similar:"{DAM}" OR siren'))
    both, one = ([hit for hit in page.hits if len(hit.reasons) == count] for count in (2, 1))
    assert min(hit.score for hit in both) > max(hit.score for hit in one if hit.id not in COSINES[DAM])


def test_a_hit_names_the_sentences_that_it_is_like(index: SearchIndex) -> None:
    page = index.search(asked(f'similar:"{DAM}" OR similar:"{BREAD}"'))
    named = {hit.id: sentences(hit) for hit in page.hits}
    assert named == {name: [text for text in (DAM, BREAD) if name in COSINES[text]] for name in named}
    assert {len(texts) for texts in named.values()} == {1, 2}


def sentences(hit: Hit) -> list[str]:
    return [reason.part.partition('"')[2].rstrip('"') for reason in hit.reasons]


def test_pages_together_are_the_whole(index: SearchIndex) -> None:
    query = asked(f'similar:"{DAM}" OR weir')
    whole = [hit.id for hit in index.search(query).hits]
    assert list(walk(index, replace(query, limit=7))) == whole
    assert len(whole) > 14


@pytest.mark.parametrize("vector", [np.zeros(DIM), np.full(DIM, np.nan), np.ones(DIM + 1)], ids=["zero", "nan", "longer"])
def test_a_vector_that_says_nothing_is_like_nothing(index: SearchIndex, vector: NDArray[np.float64]) -> None:
    lent = (Meaning(DAM, vector.astype(np.float32)),)
    assert found(index, asked(f'similar:"{DAM}"', meanings=lent)) == set()
    assert found(index, asked(f'weir -similar:"{DAM}"', meanings=lent)) == expected(READ, parse("weir"))


@pytest.mark.parametrize("text", ['weir similar:"the dam broke"', 'weir -similar:"the dam broke"'])
def test_a_sentence_whose_meaning_nobody_told_is_a_mistake_at_its_place(index: SearchIndex, text: str) -> None:
    with pytest.raises(QueryError, match="not known") as caught:
        index.search(asked(text, meanings=MEANINGS[1:]))
    assert text[caught.value.position :].startswith(('similar:"the', '"the'))
    assert caught.value.remedy


def test_the_nearest_stored_sentence_lends_its_vector_or_none_does(index: SearchIndex, tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path}/store.sqlite3")
    lender = next(one for one in CORPUS if one.passage and "siren" in one.text and one.id in COSINES[DAM])
    assert lender.passage is not None
    assert lender.vector is not None
    assert with_stored(asked('similar:"siren"'), engine, index).meanings == ()
    with writing(engine) as connection:
        every = [(one.passage, one.vector) for one in CORPUS if one.passage is not None and one.vector is not None]
        put_passages(connection, every, at=START)
    query = with_stored(asked(f'similar:"{lender.text}" kind:claim', meanings=()), engine, index)
    assert [one.taken_from for one in query.meanings] == [lender.text]
    vector = query.meanings[0].vector
    assert found(index, query) == {one.id for one in CORPUS if one.kind is EntryKind.CLAIM and cosine(one, vector) >= LEAST}
    with pytest.raises(QueryError, match="not known"):
        index.search(with_stored(asked('similar:"qqzz"', meanings=()), engine, index))
    engine.dispose()


def test_an_encoder_reads_the_sentence_itself(index: SearchIndex) -> None:
    query = with_encoder(asked(f'similar:"{BREAD}"', meanings=()), lambda texts: np.stack([VECTORS[text] for text in texts]))
    assert found(index, query) == expected(READ, parse(f'similar:"{BREAD}"'))
