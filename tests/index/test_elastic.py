"""What only the server engine has: its address, its alias, its failures."""

import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from elasticsearch import Elasticsearch
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from factdesk.errors import EntriesRefusedError, IndexUnavailableError, SettingsError
from factdesk.settings import load_settings
from index import SearchIndex, Server, _bulk, discard_index, open_index
from index._bulk import Action, send
from index._generation import part_of
from index._mapping import VERSION, mappings, to_document
from index._server import alias_of, check_version, connect, standing_of
from index.base import EntryKind, Query, StandingQuery
from index.elastic import ElasticIndex
from index.rebuild import adapt_index
from tests.index.samples import DIM, DOCUMENTS, claim, document, probe


@pytest.fixture
def url() -> Iterator[str]:
    server = os.environ.get("FACTDESK_TEST_ELASTIC")
    if not server:
        pytest.skip("set FACTDESK_TEST_ELASTIC=http://127.0.0.1:9200 to an Elasticsearch 8 server (.ci/run starts one)")
    address = f"{server.rstrip('/')}/unit-{uuid.uuid4().hex[:12]}"
    yield address
    discard_index(address)


@pytest.fixture
def client(url: str) -> Iterator[Elasticsearch]:
    with Elasticsearch(url.rpartition("/")[0]) as made:
        yield made


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
    with pytest.raises(IndexUnavailableError, match="factdesk index migrate"):
        open_index(url, dim=DIM * 2)


@pytest.mark.elastic
def test_clearing_puts_a_new_generation_behind_the_same_aliases(url: str, client: Elasticsearch) -> None:
    index, alias = open_index(url, dim=DIM), alias_of(url)
    index.add(DOCUMENTS)
    index.clear()
    index.clear()
    behind = {name: sorted(client.indices.get_alias(name=name)) for name in (alias, f"{alias}-write", f"{alias}-library")}
    items, library = (f"{alias}-v{VERSION}-3-{part}-000001" for part in ("items", "library"))
    assert behind == {alias: [items, library], f"{alias}-write": [items, library], f"{alias}-library": [library]}
    assert sorted(client.indices.get(index=f"{alias}-*")) == [items, library]
    index.close()


@pytest.mark.elastic
def test_items_have_a_lifecycle_and_a_template_to_be_rolled_over_with(url: str, client: Elasticsearch) -> None:
    open_index(url, dim=DIM, server=Server(replicas=0)).close()
    alias = alias_of(url)
    kept = client.ilm.explain_lifecycle(index=f"{alias}-*")["indices"]
    managed = {part_of(name): (one["managed"], one.get("policy")) for name, one in kept.items()}
    assert managed == {"items": (True, "factdesk"), "library": (False, None)}
    assert client.ilm.get_lifecycle(name="factdesk")["factdesk"]["policy"]["phases"]["hot"]["actions"]["rollover"]
    made = [one["settings"]["index"] for one in client.indices.get_settings(index=alias).values()]
    assert [(one["number_of_shards"], one["number_of_replicas"]) for one in made] == [("1", "0")] * 2


@pytest.mark.elastic
def test_standing_queries_have_as_many_copies_as_the_settings_say(url: str, client: Elasticsearch) -> None:
    def copies() -> tuple[str, str]:
        (made,) = client.indices.get_settings(index=standing_of(alias_of(url))).values()
        return made["settings"]["index"]["number_of_replicas"], made["settings"]["index"]["auto_expand_replicas"]

    assert adapt_index(url, dim=DIM, server=Server(replicas=1))  # there are none yet
    index = open_index(url, dim=DIM, server=Server(replicas=0))
    assert index.matching(DOCUMENTS[:1], [StandingQuery("q", Query("dam"))])
    assert copies() == ("0", "false")
    index.close()
    assert adapt_index(url, dim=DIM, server=Server(replicas=2))
    assert copies() == ("2", "false")
    assert adapt_index(url, dim=DIM, server=Server())
    assert copies() == ("0", "0-1")


@pytest.mark.elastic
def test_a_refused_entry_is_named_and_stops_no_other(url: str) -> None:
    index = open_index(url, dim=DIM)
    with structlog.testing.capture_logs() as logs, pytest.raises(EntriesRefusedError, match="refused long") as caught:
        index.add([document("ok", "dam"), document("long", "dam", source="x" * 40_000), document("good", "dam")])
    assert list(caught.value.reasons) == [entry["entry"] for entry in logs] == ["long"]
    assert "immense term" in caught.value.reasons["long"]
    assert index.counts()[EntryKind.DOCUMENT] == 2
    index.close()


@pytest.fixture
def rolled(url: str, client: Elasticsearch) -> Iterator[ElasticIndex]:
    """An index whose items lie in three indices: some of each kind in each."""
    index = ElasticIndex(url, dim=DIM)
    for start in range(3):
        index.add([*DOCUMENTS[start::3], claim(f"c{start}", f"The Orlen dam broke {start} times", "dam", f"t{start}")])
        if start < 2:
            roll_over(client, url)
    yield index
    index.close()


@pytest.fixture
def whole(url: str) -> Iterator[SearchIndex]:
    """An index whose items lie in one."""
    index = open_index(f"{url}-whole", dim=DIM)
    yield index
    index.close()
    discard_index(f"{url}-whole")


def roll_over(client: Elasticsearch, url: str) -> None:
    assert client.indices.rollover(alias=f"{alias_of(url)}-v{VERSION}-1-items")["rolled_over"]


def lying(client: Elasticsearch, url: str, name: str) -> list[str]:
    client.indices.refresh(index=alias_of(url))
    hits = client.search(index=alias_of(url), query={"ids": {"values": [name]}})["hits"]["hits"]
    return sorted(hit["_index"].rpartition("-")[2] for hit in hits)


@pytest.mark.elastic
class TestRolledOver:
    def test_all_indices_answer_as_one(self, rolled: ElasticIndex, whole: SearchIndex) -> None:
        whole.add([*DOCUMENTS, *(claim(f"c{n}", f"The Orlen dam broke {n} times", "dam", f"t{n}") for n in range(3))])
        for text in ("dam", "the", "dam OR museum", "", "lang:en orlen"):
            one, other = (index.search(Query(text, kinds=())) for index in (rolled, whole))
            assert ([hit.id for hit in one.hits], one.total, one.facets) == (
                [hit.id for hit in other.hits],
                other.total,
                other.facets,
            )
        asked = [probe("the Orlen dam broke", "dam"), probe("broke 2 times", "t2"), probe("museum")]
        assert rolled.claims_near(asked) == whole.claims_near(asked)

    def test_an_entry_is_replaced_where_it_lies(self, rolled: ElasticIndex, url: str, client: Elasticsearch) -> None:
        rolled.add([document("d01", "a tunnel filled"), document("new", "a tunnel filled")])
        assert (lying(client, url, "d01"), lying(client, url, "new")) == (["000001"], ["000003"])
        assert {hit.id for hit in rolled.search(Query("tunnel")).hits} == {"d01", "new"}
        rolled.remove(["d01", "d02", "new", "c0"])
        assert sum(rolled.counts().values()) == len(DOCUMENTS) + 3 - 3

    def test_a_rollover_between_look_up_and_write_leaves_one_copy(
        self, rolled: ElasticIndex, url: str, client: Elasticsearch
    ) -> None:
        rolled.add([document("x", "old words")])
        (kept,) = rolled.generations.kept()
        late = replace(kept, items=kept.items[:-1] + kept.items[-1:])
        roll_over(client, url)
        rolled._writer._put(replace(late, items=kept.items[-1:]), [document("x", "new words")], op="index")
        assert lying(client, url, "x") == ["000004"]
        assert rolled.search(Query("words")).total == rolled.search(Query("new")).total == 1

    def test_two_copies_become_one_when_the_entry_comes_again(
        self, rolled: ElasticIndex, url: str, client: Elasticsearch
    ) -> None:
        copy = to_document(document("d01", "copied"))
        client.index(index=f"{alias_of(url)}-v{VERSION}-1-items", id="d01", document=copy, refresh=True)
        assert lying(client, url, "d01") == ["000001", "000003"]
        rolled.add([document("d01", "again")])
        assert lying(client, url, "d01") == ["000003"]


@pytest.mark.elastic
def test_a_late_write_makes_no_deleted_index_again(url: str, client: Elasticsearch) -> None:
    index = ElasticIndex(url, dim=DIM)
    (kept,) = index.generations.kept()
    index.clear()
    sent = send(client, [Action("index", kept.newest, "d01", to_document(DOCUMENTS[0]))])
    assert (sent.moved, client.indices.exists(index=kept.newest).body) == (True, False)
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
@pytest.mark.parametrize("change", ["arrives", "goes"])
def test_what_changes_before_the_view_is_open_neither_repeats_nor_hides(
    url: str, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    index = ElasticIndex(url, dim=DIM)
    index.add([document(f"d{number}", "dam " * (20 - number)) for number in range(12)])
    whole = [hit.id for hit in index.search(Query("dam", limit=12)).hits]

    def changed(where: str) -> str:
        if change == "arrives":
            index.add([document(f"n{number}", "dam " * 30) for number in range(3)])
        else:
            index.remove(whole[:2])
        return opened(where)

    opened = index._reader._open
    monkeypatch.setattr(index._reader, "_open", changed)
    first = index.search(Query("dam", limit=4))
    second = index.search(Query("dam", limit=4, cursor=first.cursor))
    third = index.search(Query("dam", limit=4, cursor=second.cursor))
    assert [hit.id for page in (first, second, third) for hit in page.hits] == whole
    assert third.cursor is None
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


@pytest.mark.parametrize(
    ("number", "headers", "words"),
    [
        ("8.11.4", {"X-Elastic-Product": "Elasticsearch"}, "8.11.4 is too old. Factdesk needs 8.12"),
        ("7.17.0", {"X-Elastic-Product": "Elasticsearch"}, "7.17.0 is too old"),
        ("2.19.0", {}, "is no Elasticsearch"),
    ],
)
def test_a_server_that_will_not_do_is_refused_in_one_line(
    httpserver: HTTPServer, *, number: str, headers: dict[str, str], words: str
) -> None:
    httpserver.expect_request("/").respond_with_json({"version": {"number": number}}, headers=headers)
    with pytest.raises(IndexUnavailableError, match=words):
        open_index(httpserver.url_for("/desk").removesuffix("/"), dim=DIM)


@pytest.mark.parametrize("number", ["8.12.0", "8.19.3", "9.0.0", "9.2.1-SNAPSHOT", "10.1"])
def test_newer_servers_are_asked_in_the_form_of_version_8(httpserver: HTTPServer, number: str) -> None:
    form = "application/vnd.elasticsearch+json; compatible-with=8"
    product = {"X-Elastic-Product": "Elasticsearch"}
    httpserver.expect_request("/", headers={"Accept": form}).respond_with_json({"version": {"number": number}}, headers=product)
    with connect(httpserver.url_for("/desk"), Server()) as client:
        assert check_version(client) == number


@pytest.mark.parametrize("host", ["search.example", "ftp://search.example", "https://h:x", "https://u:p@h", "https://h/path"])
def test_a_malformed_node_is_refused_without_repeating_it(host: str) -> None:
    with pytest.raises(SettingsError, match=r"elastic\.hosts") as caught:
        connect("https://127.0.0.1/desk", Server(hosts=(host,)))
    assert "u:p" not in str(caught.value)


def test_secrets_and_settings_say_who_we_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACTDESK_ELASTIC__HOSTS", '["https://b:9200"]')
    monkeypatch.setenv("FACTDESK_ELASTIC__USER", "desk")
    monkeypatch.setenv("FACTDESK_SECRETS__ELASTIC_PASSWORD", "quite secret")
    server = Server.of(load_settings(data=tmp_path))
    assert (server.hosts, server.user, server.password, server.api_key) == (("https://b:9200",), "desk", "quite secret", None)
    assert "secret" not in repr(server)
    with pytest.raises(SettingsError, match=r"elastic\.ca_certificate"):
        connect("https://127.0.0.1/desk", replace(server, ca=tmp_path / "none"))


def test_what_a_busy_server_never_takes_is_raised_in_the_end(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of a batch is rejected each time: only that half is sent again, and at last it waits for another day."""
    monkeypatch.setattr(_bulk, "_PAUSES", (0.001,) * 3)
    sent: list[list[str]] = []

    def answer(request: Request) -> Response:
        ids = [line["index"]["_id"] for line in map(json.loads, request.data.splitlines()) if "index" in line]
        sent.append(ids)
        busy = {"status": 429, "error": {"type": "es_rejected_execution_exception", "reason": "queue is full"}}
        items = [{"index": {"_id": one, "_index": "i", **({"status": 201} if one == "a" else busy)}} for one in ids]
        told = json.dumps({"errors": True, "items": items})
        return Response(told, headers={"X-Elastic-Product": "Elasticsearch"}, content_type="application/json")

    httpserver.expect_request("/_bulk").respond_with_handler(answer)
    with (
        connect(httpserver.url_for("/desk"), Server()) as client,
        pytest.raises(IndexUnavailableError, match="too busy for 1 entries: 429 es_rejected_execution_exception queue is full"),
    ):
        send(client, [Action("index", "i", name, {}) for name in "ab"])
    assert sent == [["a", "b"], ["b"], ["b"], ["b"]]


def test_pieces_that_are_sent_at_once_are_told_apart(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every third entry is rejected at first, and one for good, in several requests: each answer is its own entry's."""
    monkeypatch.setattr(_bulk, "_PAUSES", (0.001,) * 3)
    sent: list[list[str]] = []
    seen: set[str] = set()

    def answer(request: Request) -> Response:
        ids = [line["index"]["_id"] for line in map(json.loads, request.data.splitlines()) if "index" in line]
        busy = [one for one in ids if int(one) % 3 == 0 and one not in seen]
        sent.append(ids)
        seen.update(ids)
        told = [{"_id": one, "_index": f"i{one}", "status": 201} for one in ids]
        for one in told:
            if one["_id"] in busy:
                one |= {"status": 429, "error": {"type": "es_rejected_execution_exception", "reason": "full"}}
            elif one["_id"] == "400":
                one |= {"status": 400, "error": {"type": "odd", "reason": "never"}}
        body = json.dumps({"items": [{"index": one} for one in told]})
        return Response(body, headers={"X-Elastic-Product": "Elasticsearch"}, content_type="application/json")

    httpserver.expect_request("/_bulk").respond_with_handler(answer)
    with connect(httpserver.url_for("/desk"), Server()) as client:
        done = send(client, [Action("index", "i", str(number), {}) for number in range(900)])
    assert [sorted(map(len, some)) for some in (sent[:4], sent[4:])] == [[150, 250, 250, 250], [50, 250]]
    assert done.places == {str(number): f"i{number}" for number in range(900) if number != 400}
    assert done.refused == {"400": "odd: never"}


def test_a_request_that_is_too_large_is_cut_into_smaller_ones(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_bulk, "_PAUSES", (0.001,) * 6)
    monkeypatch.setattr(_bulk, "_PIECE_BYTES", 40_000)
    monkeypatch.setattr(_bulk, "_LEAST_BYTES", 1_000)

    def answer(request: Request) -> Response:
        product = {"X-Elastic-Product": "Elasticsearch"}
        if len(request.data) > 6_000:
            return Response("{}", status=413, headers=product, content_type="application/json")
        ids = [line["index"]["_id"] for line in map(json.loads, request.data.splitlines()) if "index" in line]
        items = [{"index": {"_id": one, "_index": "i", "status": 201}} for one in ids]
        return Response(json.dumps({"items": items}), headers=product, content_type="application/json")

    httpserver.expect_request("/_bulk").respond_with_handler(answer)
    with connect(httpserver.url_for("/desk"), Server()) as client:
        sent = send(client, [Action("index", "i", str(number), {"text": "x" * 1_000}) for number in range(20)])
    assert (len(sent.places), sent.refused) == (20, {})
