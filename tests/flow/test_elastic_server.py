"""Elasticsearch as its operators run it: with passwords, TLS and several nodes, busy, full, killed and started again."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from elasticsearch import Elasticsearch
from fastapi.testclient import TestClient
from sqlalchemy import Engine, delete, insert, select

from dashboards.app import create_app
from factdesk.errors import IndexUnavailableError
from factdesk.line import Line, open_line
from factdesk.reader import run_reader
from factdesk.reindex import reindex
from factdesk.settings import ElasticSettings, Settings
from factdesk.store import captures as waiting
from factdesk.store import tables
from factdesk.store.database import reading, writing
from index import SearchIndex, Server, discard_index, open_index, open_late
from index._mapping import VERSION
from index.base import EntryKind, Query, StandingQuery
from index.rebuild import adapt_index, begin_rebuild, look_at_index
from tests.dashboards import world
from tests.dashboards.conftest import sign_in
from tests.flow.conftest import Part
from tests.flow.parts import state
from tests.index.samples import DIM, DOCUMENTS, document
from tests.servers import OwnServer, own_server

pytestmark = [pytest.mark.elastic, pytest.mark.timeout(600)]
_GUIDE = Path(__file__).parents[2] / "docs" / "elasticsearch.md"
_BLOCK = "index.blocks.read_only_allow_delete"


@dataclass(frozen=True)
class Access:
    """A running server, the administrator's client, and keys with the privileges that the operators' page lists."""

    server: OwnServer
    client: Elasticsearch
    building: Server
    running: Server

    def url(self, name: str) -> str:
        return f"{self.server.url}/{name}"

    def open(self, name: str, *, server: Server | None = None) -> SearchIndex:
        return open_index(self.url(name), dim=DIM, server=server or self.building)

    def settings(self, settings: Settings) -> Settings:
        """Return settings that reach this server as a user with a password."""
        elastic = ElasticSettings(user="maker", ca_certificate=self.server.certificate)
        secrets = {"elastic_password": _secret("a long password")}
        return settings.model_copy(update={"elastic": elastic, "secrets": secrets})

    def full(self, names: str, *, full: bool) -> None:
        """Close indices to writing as the server itself does when the disk is full, or open them again."""
        self.client.indices.put_settings(index=names, settings={_BLOCK: True if full else None})


def _secret(value: str) -> object:
    from pydantic import SecretStr  # noqa: PLC0415 # one use

    return SecretStr(value)


@pytest.fixture(scope="module")
def access(elastic_home: Path) -> Iterator[Access]:
    with own_server(elastic_home) as server, server.administrator as client:
        building, running = _roles()
        client.security.put_role(name="making", **building)
        client.security.put_user(username="maker", password="a long password", roles=["making"])
        key = client.security.create_api_key(name="desk", role_descriptors={"running": running})["encoded"]
        told = Server(ca=server.certificate)
        yield Access(server, client, replace(told, user="maker", password="a long password"), replace(told, api_key=str(key)))


def _roles() -> list[dict[str, Any]]:
    """The roles that the operators' page lists, for a desk with any name."""
    told = re.findall(r"```json\n(.*?)```", _GUIDE.read_text(), flags=re.DOTALL)
    return [json.loads(role.replace('"desk"', '"*"').replace('"desk-', '"*')) for role in told]


def test_the_privileges_that_the_page_lists_are_enough(access: Access) -> None:
    url = access.url("rights")
    access.open("rights").close()
    adapt_index(url, dim=DIM, server=access.building)
    index = access.open("rights", server=access.running)
    index.add(DOCUMENTS)
    assert index.search(Query("dam")).total == 3
    assert len(index.matching(DOCUMENTS, [StandingQuery("s", Query("dam"))])) == 3
    rebuild = begin_rebuild(url, dim=DIM, server=access.building)
    rebuild.fill(DOCUMENTS[1:])
    index.add([document("new", "a dam")])
    rebuild.commit()
    assert index.search(Query("dam")).total == 3
    index.remove(["new"])
    assert index.counts()[EntryKind.DOCUMENT] == len(DOCUMENTS) - 1
    state_ = look_at_index(url, dim=DIM, server=access.running)
    assert (sum(part.entries for part in state_.parts), state_.complaints) == (len(DOCUMENTS) - 1, ())
    index.close()
    discard_index(url, server=access.building)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "wrong"}, "does not let us in"),
        ({"user": "", "api_key": "d3Jvbmc6d3Jvbmc="}, "does not let us in"),
        ({"user": ""}, "does not let us in"),
        ({"ca": None}, "cannot be reached"),
    ],
)
def test_who_may_not_enter_is_told_so_in_one_line(access: Access, change: dict[str, str], words: str) -> None:
    with pytest.raises(IndexUnavailableError, match=words) as caught:
        access.open("rights", server=replace(access.building, **change))  # type: ignore[arg-type] # as told
    assert "\n" not in str(caught.value)
    assert not any(secret in str(caught.value) for secret in ("wrong", "long password"))


def test_a_node_that_is_down_is_passed_over(access: Access) -> None:
    dead = "https://127.0.0.1:1"
    index = open_index(f"{dead}/nodes", dim=DIM, server=replace(access.building, hosts=(access.server.url, dead)))
    for number in range(4):
        index.add([document(f"d{number}", "a dam")])
        assert index.search(Query("dam")).total == number + 1
    index.close()
    discard_index(access.url("nodes"), server=access.building)


def test_a_busy_server_gets_everything_in_time(access: Access) -> None:
    index = access.open("busy")
    failures: list[Exception] = []

    def add(name: int) -> None:
        try:
            index.add([document(f"d{name}-{number}", "a dam " * 200) for number in range(60)])
        except IndexUnavailableError as error:
            failures.append(error)

    threads = [threading.Thread(target=add, args=(name,)) for name in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert index.counts()[EntryKind.DOCUMENT] == 16 * 60
    (node,) = access.client.nodes.stats(metric="thread_pool")["nodes"].values()
    assert node["thread_pool"]["write"]["rejected"] > 0
    index.close()
    discard_index(access.url("busy"), server=access.building)


def test_the_lifecycle_rolls_items_over_and_all_are_found(access: Access) -> None:
    access.client.ilm.put_lifecycle(
        name="quick", policy={"phases": {"hot": {"actions": {"rollover": {"max_docs": len(DOCUMENTS)}}}}}
    )
    index = access.open("rolled", server=replace(access.building, policy="quick"))
    index.add(DOCUMENTS)
    alias = f"rolled-v{VERSION}-1-items"
    access.client.options(request_timeout=120).cluster.health(index=f"{alias}-000002", wait_for_status="yellow", timeout="100s")
    index.add([document("d01", "a dam, told again"), document("new", "a dam")])
    assert access.client.count(index=f"{alias}-000002")["count"] == 1
    assert index.search(Query("dam")).total == 4
    index.close()
    discard_index(access.url("rolled"), server=access.building)


def test_a_full_disk_is_said_and_outlasted(access: Access) -> None:
    index, url = access.open("full"), access.url("full")
    index.add(DOCUMENTS)
    access.full("full", full=True)
    with pytest.raises(IndexUnavailableError, match="disk is full"):
        index.add([document("new", "a dam")])
    assert index.search(Query("dam")).total == 3
    told = look_at_index(url, dim=DIM, server=access.building).complaints
    assert len(told) == 2
    assert all("closed to writing" in one for one in told)
    access.full("full", full=False)
    index.add([document("new", "a dam")])
    assert index.search(Query("dam")).total == 4
    rebuild = begin_rebuild(url, dim=DIM, server=access.building)
    access.full(f"full-v{VERSION}-2-*", full=True)
    with pytest.raises(IndexUnavailableError, match="disk is full"):
        rebuild.fill(DOCUMENTS)
    rebuild.close()
    assert index.search(Query("dam")).total == 4
    access.full(f"full-v{VERSION}-2-*", full=False)
    again = begin_rebuild(url, dim=DIM, server=access.building)
    again.fill([*DOCUMENTS, document("new", "a dam")])
    again.commit()
    assert index.search(Query("dam")).total == 4
    index.close()
    discard_index(url, server=access.building)


class _Stop:
    """A stop of the reader: it comes when ``done``; at the first wait of an outage ``meanwhile`` happens."""

    def __init__(self, *, done: Callable[[], bool], meanwhile: Callable[[], None]) -> None:
        self._done, self._meanwhile, self._waits = done, meanwhile, 0

    def is_set(self) -> bool:
        return self._done()

    def wait(self, timeout: float) -> bool:
        if timeout > 1:
            self._waits += 1
            if self._waits == 1:
                self._meanwhile()
        return self._done()


@pytest.fixture
def line(part: Part, access: Access) -> Iterator[Line]:
    settings = access.settings(part.copy(index=access.url("killed")))
    opened = open_line(settings, patient=True)
    yield opened
    opened.close()
    discard_index(settings.index, server=Server.of(settings))


def test_a_killed_server_loses_nothing_and_stops_only_search(part: Part, access: Access, line: Line) -> None:
    """Killed while captures are read, the desk is searched and the index is rebuilt; then started again."""
    settings, late = line.settings, _held_back(line.engine, 5)
    search, people = open_late(settings.index, server=Server.of(settings)), world.add_people(line.engine)
    assert people
    desk = TestClient(create_app(settings, engine=line.engine, index=search), base_url="http://desk.example")
    assert sign_in(desk, "ana").status_code == 200
    rebuilds: list[str] = []
    _kill_at_write(line, 2, lambda: _rebuild_into(settings, rebuilds, access.server))

    def meanwhile() -> None:
        assert rebuilds == ["cannot be reached"]
        answer = desk.get("/search?q=dam")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert "Search is catching up." in answer.text
        assert desk.get("/api/v1/search?q=dam").status_code == 503
        for page in ("/queue", "/sources", "/statements", "/events"):
            assert desk.get(page).status_code == 200, page
        with writing(line.engine) as connection:
            connection.execute(insert(tables.captures), late)
        with reading(line.engine) as connection:
            assert waiting.counts(connection).waiting >= len(late)
        access.server.start()

    with structlog.testing.capture_logs() as logs:
        run_reader(line, stop=_Stop(done=lambda: _all_read(line.engine), meanwhile=meanwhile))
    assert [entry["event"] for entry in logs if entry["event"].startswith("the line")] == ["the line waits", "the line goes on"]
    told = state(line.engine)
    for name in ("items", "captures", "documents", "claims", "passages"):
        assert told[name] == part.told[name], name
    assert {kind.value: number for kind, number in line.index.counts().items()} == part.counts
    assert desk.get("/search?q=dam").status_code == 200
    assert look_at_index(settings.index, dim=512, server=Server.of(settings)).unfinished
    assert {kind.value: number for kind, number in reindex(settings).items()} == part.counts
    assert {kind.value: number for kind, number in search.counts().items()} == part.counts
    search.close()


def _held_back(engine: Engine, number: int) -> list[dict[str, object]]:
    """Take some captures out of the store, which the collector brings during the outage."""
    with writing(engine) as connection:
        rows = [dict(row) for row in connection.execute(select(tables.captures).limit(number)).mappings()]
        connection.execute(delete(tables.captures).where(tables.captures.c.id.in_([row["id"] for row in rows])))
    return rows


def _all_read(engine: Engine) -> bool:
    with reading(engine) as connection:
        counts = waiting.counts(connection)
    return counts.waiting == counts.claimed == 0


def _kill_at_write(line: Line, writes: int, do: Callable[[], None]) -> None:
    """Let something happen just before the index is written to for the so manieth time."""
    real, left = line.index.add, [writes]

    def add(entries: list[object]) -> None:
        left[0] -= 1
        if left[0] == 0:
            do()
        real(entries)  # type: ignore[arg-type] # passed on

    line.index.add = add  # type: ignore[assignment,method-assign] # the moment of the kill must be sure


def _rebuild_into(settings: Settings, told: list[str], server: OwnServer) -> None:
    """Begin a rebuild and kill the server in the middle of it."""
    with pytest.raises(IndexUnavailableError, match="cannot be reached"):
        reindex(settings, report=lambda _: server.kill())
    told.append("cannot be reached")
