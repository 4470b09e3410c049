"""One process tree: collector, readers, desk and the alerts' courier as children of one supervisor that stops them cleanly.

They share the store, the archive and the index and no other channel, so that any of them can die and be started again.
"""

import contextlib
import math
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import FrameType

import structlog

from factdesk.errors import FactdeskError, SettingsError
from factdesk.logs import configure_logs
from factdesk.settings import Settings
from factdesk.stop import Stop

_log = structlog.get_logger("factdesk.serve")
_SPAWN = multiprocessing.get_context("spawn")  # a fork would copy the models' threads
_GRACE_S = 4.0
_LATE_S = 3.0
_TICK_S = 0.1
_Job = Callable[[Settings, Stop], None]


@dataclass(slots=True)
class Crew:
    """The running children of one supervisor."""

    settings: Settings
    stop: Stop
    members: dict[str, BaseProcess] = field(default_factory=dict)

    def start(self, name: str, job: _Job) -> None:
        """Start a child that runs ``job(settings, stop)``."""
        child = _SPAWN.Process(
            target=_run, args=(job, self.settings, self.stop.heard), kwargs={"name": name}, name=f"factdesk-{name}"
        )
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # inherited: Ctrl-C is the supervisor's alone
        try:
            child.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self.members[name] = child

    def fallen(self) -> list[str]:
        """Return the names of children that ended with an error."""
        return [name for name, child in self.members.items() if child.exitcode not in (None, 0)]

    def close(self) -> None:
        """Ask all to stop, wait a few seconds together, then end what is left."""
        self.stop.set()
        deadline = time.monotonic() + _GRACE_S
        for child in self.members.values():
            child.join(max(0.0, deadline - time.monotonic()))
        for name, child in self.members.items():
            if child.is_alive():
                _log.warning("a process did not stop in time", process=name)
                child.kill()
                child.join(1)


@contextmanager
def crew(settings: Settings) -> Iterator[Crew]:
    """Give a crew whose children end with the block, also on Ctrl-C and SIGTERM (which set ``crew.stop``)."""
    hands = Crew(settings, Stop())

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        hands.stop.set()

    before = {number: signal.signal(number, ask_to_stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield hands
    finally:
        hands.close()
        for number, handler in before.items():
            signal.signal(number, handler)
        hands.stop.close()


def collect(settings: Settings, stop: Stop) -> None:
    """Run the collector and its scheduler until ``stop`` (a child's job)."""
    from factdesk.schedule import run_collector  # noqa: PLC0415 # each child loads only what it needs

    run_collector(settings, stop=stop)


def collect_once(settings: Settings, stop: Stop) -> None:
    """Poll every enabled source once and fetch what they list (a child's job)."""
    from factdesk.schedule import run_collector  # noqa: PLC0415 # each child loads only what it needs

    run_collector(settings, once=True, stop=stop)


def read(settings: Settings, stop: Stop) -> None:
    """Take captures down the line until ``stop`` (a child's job)."""
    from factdesk.line import open_line  # noqa: PLC0415 # each child loads only what it needs
    from factdesk.reader import run_reader  # noqa: PLC0415 # the same

    line = open_line(settings, patient=True)
    try:
        run_reader(line, stop=stop)
    finally:
        line.close()


def desk(settings: Settings, stop: Stop) -> None:
    """Serve the desk until ``stop`` (a child's job); no model is loaded here."""
    from dashboards.app import serve as serve_desk  # noqa: PLC0415 # each child loads only what it needs

    serve_desk(settings, stop=stop)


def alert(settings: Settings, stop: Stop) -> None:
    """Send the alerts of saved searches until ``stop`` (a child's job)."""
    from factdesk.alerts.courier import run_courier  # noqa: PLC0415 # each child loads only what it needs

    run_courier(settings, stop=stop)


def with_free_port(settings: Settings) -> Settings:
    """Return the settings with a port the desk can listen on. Raises ``SettingsError`` when the chosen one is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.desk.host, settings.desk.port))
        except OSError as error:
            raise SettingsError(
                f"The desk cannot listen on {settings.desk.host}:{settings.desk.port}: {error.strerror}.",
                remedy="Choose another with --port, or 0 for any free one.",
            ) from error
        port = probe.getsockname()[1]
    return settings.model_copy(update={"desk": settings.desk.model_copy(update={"port": port})})


def desk_address(settings: Settings) -> str:
    """Return where a browser on this machine finds the desk."""
    return settings.desk.address


def start_desk(hands: Crew) -> None:
    """Start the processes of the desk. They share nothing but the store and the index; the system hands out who is asked."""
    for number in range(hands.settings.desk.together):
        hands.start(f"desk-{number + 1}" if number else "desk", desk)


def wait_for_desk(hands: Crew, *, patience_s: float = math.inf) -> bool:
    """Wait until the desk listens; ``False`` when asked to stop meanwhile.

    Raises ``FactdeskError`` when a process ends, or when ``patience_s`` seconds did not do.
    """
    address = (hands.settings.desk.host, hands.settings.desk.port)
    until = time.monotonic() + patience_s
    while not hands.stop.wait(_TICK_S):
        if fallen := hands.fallen():
            raise FactdeskError(f"The {fallen[0]} process ended.", remedy="The lines above say why.")
        with contextlib.suppress(OSError), socket.create_connection(address, timeout=1):
            return True
        if time.monotonic() > until:
            raise FactdeskError("The desk did not start.", remedy="Run factdesk serve and read its log.")
    return False


def start_all(hands: Crew, *, once: bool = False) -> None:
    """Start the desk, the readers, the collector and what sends alerts."""
    start_desk(hands)
    hands.start("alerts", alert)
    hands.start("reader", read)
    hands.start("collector", collect_once if once else collect)


def _run(job: _Job, settings: Settings, heard: Connection, *, name: str) -> None:
    """Run a child's job: Ctrl-C reaches the supervisor, which tells the children by ``heard``, also by being killed."""
    stop = Stop([heard])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    configure_logs(settings.log_level)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # more only wait for each other on a machine of two cores
    threading.Thread(target=_end_late, args=(stop,), name="end-late", daemon=True).start()
    try:
        job(settings, stop)
    except FactdeskError as error:
        _log.error("a process ended", process=name, why=str(error))  # one line for an operator
        raise SystemExit(1) from error


def _end_late(stop: Stop) -> None:
    """End a child that did not stop in time, when nobody is left to do it: what it was at is done again at the next start."""
    stop.wait()
    time.sleep(_LATE_S)
    os._exit(1)
