"""The whole line on PostgreSQL and on Elasticsearch: the same documents, claims and findings as on SQLite."""

import uuid
from collections.abc import Iterator

import pytest

from factdesk.reindex import reindex
from index import discard_index
from tests.flow.conftest import Part
from tests.flow.parts import index_counts, read_all
from tests.stores import postgres_store


@pytest.fixture
def elastic_index(elastic_url: str) -> Iterator[str]:
    url = f"{elastic_url}/test-line-{uuid.uuid4().hex[:8]}"
    yield url
    discard_index(url)


@pytest.mark.postgres
def test_on_postgresql_the_line_decides_the_same(part: Part, postgres_url: str) -> None:
    with postgres_store(postgres_url) as engine:
        settings = part.copy(store=engine.url.render_as_string(hide_password=False))
        told = read_all(settings)
        counts = index_counts(settings)
        rebuilt = reindex(settings)
    part.require_same(told)
    assert counts == part.counts
    assert {kind.value: number for kind, number in rebuilt.items()} == counts


@pytest.mark.elastic
def test_on_elasticsearch_the_line_decides_the_same(part: Part, elastic_index: str) -> None:
    settings = part.copy(index=elastic_index)
    told = read_all(settings)
    counts = index_counts(settings)
    assert counts == part.counts
    for name in ("items", "captures", "documents", "claims", "passages"):
        assert told[name] == part.told[name], name
    flags = [row for row in told["findings"] if row[1] in ("repeats", "distorts", "debunks")]
    assert flags == [row for row in part.told["findings"] if row[1] in ("repeats", "distorts", "debunks")]
    assert {kind.value: number for kind, number in reindex(settings).items()} == counts
