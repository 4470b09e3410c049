"""An index that is dead when the desk starts ends nothing: the reader waits and goes on, the desk says so until it answers."""

import contextlib
import socket
import threading
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
import structlog

from factdesk.errors import IndexUnavailableError
from factdesk.line import open_line
from factdesk.reader import run_reader
from factdesk.serve import crew, desk, desk_address, with_free_port
from index import discard_index, open_late
from index.base import EntryKind
from tests.flow.conftest import Part
from tests.flow.parts import state
from tests.flow.test_crash import _Countdown


class Door:
    """A port where nobody listens until ``open`` leads it to ``server``."""

    def __init__(self, server: str) -> None:
        self._to = (urlsplit(server).hostname or "", urlsplit(server).port or 9200)
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def open(self) -> None:
        self._socket.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                here, _ = self._socket.accept()
                there = socket.create_connection(self._to)
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)


@pytest.fixture
def door(elastic_url: str) -> Iterator[Door]:
    made = Door(elastic_url)
    yield made
    made.close()


@pytest.fixture
def name(elastic_url: str) -> Iterator[str]:
    made = f"test-late-{uuid.uuid4().hex[:8]}"
    yield made
    discard_index(f"{elastic_url}/{made}")


@pytest.mark.elastic
def test_a_reader_that_starts_without_an_index_waits_and_reads_all_when_it_comes(part: Part, door: Door, name: str) -> None:
    line = open_line(part.copy(index=f"{door.url}/{name}"), patient=True)
    with structlog.testing.capture_logs() as logs:
        run_reader(line, stop=_Countdown(4, meanwhile=door.open))
    assert [entry["event"] for entry in logs] == ["the line waits", "the line goes on"]
    told = state(line.engine)
    assert told["documents"] == part.told["documents"]
    assert {kind.value: number for kind, number in line.index.counts().items()} == part.counts
    line.close()


@pytest.mark.elastic
def test_an_index_is_there_as_soon_as_it_answers(door: Door, name: str) -> None:
    index = open_late(f"{door.url}/{name}")
    for _ in range(2):
        with pytest.raises(IndexUnavailableError, match="cannot be reached"):
            index.counts()
    door.open()
    assert index.counts() == dict.fromkeys(EntryKind, 0)
    index.close()


def test_a_desk_that_starts_without_an_index_answers(part: Part) -> None:
    dead = Door("http://127.0.0.1:9")
    settings = part.copy(index=f"{dead.url}/none")
    settings = with_free_port(settings.model_copy(update={"desk": settings.desk.model_copy(update={"port": 0})}))
    with crew(settings) as hands:
        hands.start("desk", desk)
        address = desk_address(settings)
        while True:
            assert not hands.fallen()
            with contextlib.suppress(httpx.TransportError):
                assert httpx.get(f"{address}/login").status_code == 200
                break
            assert not hands.stop.wait(0.1)
    dead.close()
