"""What only the server engine has: its address, its alias, its failures."""

import os
import uuid
from collections.abc import Iterator

import pytest
from elasticsearch import Elasticsearch

from factdesk.errors import IndexUnavailableError, SettingsError
from index import discard_index, open_index
from index._mapping import mappings
from index._server import alias_of
from index.base import Query
from tests.index.samples import DIM, DOCUMENTS, document


@pytest.fixture
def url() -> Iterator[str]:
    server = os.environ.get("FACTDESK_TEST_ELASTIC")
    if not server:
        pytest.skip("set FACTDESK_TEST_ELASTIC=http://127.0.0.1:9200 to an Elasticsearch 8 server (.ci/run starts one)")
    address = f"{server.rstrip('/')}/unit-{uuid.uuid4().hex[:12]}"
    yield address
    discard_index(address)


@pytest.mark.parametrize(
    ("address", "alias"),
    [("http://h:9200", "factdesk"), ("http://h:9200/", "factdesk"), ("https://u:p@h/desk-1/", "desk-1")],
)
def test_the_path_names_the_alias(address: str, alias: str) -> None:
    assert alias_of(address) == alias


@pytest.mark.parametrize("path", ["Upper", "a/b", "_x", "*", "-x", "a b"])
def test_a_path_that_names_no_index_is_refused(path: str) -> None:
    with pytest.raises(SettingsError, match="name an index"):
        open_index(f"http://127.0.0.1:1/{path}")


def test_no_server_is_one_clear_error() -> None:
    with pytest.raises(IndexUnavailableError, match="cannot be reached"):
        open_index("http://127.0.0.1:1/desk")


def test_the_mapping_refuses_fields_it_does_not_know() -> None:
    made = mappings(DIM)
    assert made["dynamic"] == "strict"


@pytest.mark.elastic
def test_another_vector_size_asks_for_a_rebuild(url: str) -> None:
    open_index(url, dim=DIM).close()
    with pytest.raises(IndexUnavailableError, match="factdesk reindex"):
        open_index(url, dim=DIM * 2)


@pytest.mark.elastic
def test_clearing_puts_a_new_index_behind_the_same_alias(url: str) -> None:
    index = open_index(url, dim=DIM)
    index.add(DOCUMENTS)
    index.clear()
    index.clear()
    with Elasticsearch(url.rpartition("/")[0]) as client:
        names = list(client.indices.get_alias(name=alias_of(url)))
    assert names == [f"{alias_of(url)}-v1-3"]
    index.close()


@pytest.mark.elastic
def test_a_refused_entry_is_named(url: str) -> None:
    index = open_index(url, dim=DIM)
    with pytest.raises(IndexUnavailableError, match="refused 1 entries; first long"):
        index.add([document("ok", "dam"), document("long", "dam", source="x" * 40_000)])
    index.close()


@pytest.mark.elastic
def test_pages_go_on_when_the_frozen_view_is_gone(url: str) -> None:
    index = open_index(url, dim=DIM)
    index.add([document(f"d{number}", "dam " * (number + 1)) for number in range(9)])
    whole = [hit.id for hit in index.search(Query("dam", limit=9)).hits]
    first = index.search(Query("dam", limit=4))
    with Elasticsearch(url.rpartition("/")[0]) as client:
        client.indices.close(index=alias_of(url))
        client.indices.open(index=alias_of(url), wait_for_active_shards=1)
    second = index.search(Query("dam", limit=4, cursor=first.cursor))
    assert [hit.id for hit in (*first.hits, *second.hits)] == whole[:8]
    index.close()


@pytest.mark.elastic
def test_discarding_what_is_not_there_is_no_error(url: str) -> None:
    discard_index(url)


@pytest.mark.elastic
def test_nothing_is_written_to_an_index_that_somebody_deleted(url: str) -> None:
    index = open_index(url, dim=DIM)
    discard_index(url)
    with pytest.raises(IndexUnavailableError):
        index.add(DOCUMENTS)
    with Elasticsearch(url.rpartition("/")[0]) as client:
        assert not client.indices.exists(index=alias_of(url))
    index.close()
