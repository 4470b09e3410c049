"""The supervisor and its children end together, however one of them ends."""

import asyncio
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from factdesk.schedule import told
from factdesk.stop import Stop

LIMIT_S = 5.0
Supervise = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Supervise]:
    started: list[subprocess.Popen[str]] = []

    def start(*jobs: str, ignoring: signal.Signals | None = None) -> subprocess.Popen[str]:
        def ignore() -> None:
            signal.signal(ignoring, signal.SIG_IGN) if ignoring else None

        command = [sys.executable, "-m", "tests.flow.crewed", str(tmp_path), *jobs]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=ignore)  # noqa: PLW1509 # as a shell's & does
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def children(process: subprocess.Popen[str]) -> list[int]:
    """Wait until the crew is up and return handles that become readable when its members end."""
    assert process.stdout
    return [os.pidfd_open(int(number)) for number in process.stdout.readline().split()]


def gone(handles: list[int], *, within: float) -> bool:
    poll = select.poll()
    for handle in handles:
        poll.register(handle, select.POLLIN)
    left, deadline = set(handles), time.monotonic() + within
    while left and (wait := deadline - time.monotonic()) > 0:
        for handle, _ in poll.poll(wait * 1000):
            poll.unregister(handle)
            left.discard(handle)
            os.close(handle)
    return not left


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("jobs", [("polite", "polite"), ("polite", "stubborn")])
def test_a_signal_ends_everything_within_five_seconds(
    supervise: Supervise, number: signal.Signals, jobs: tuple[str, ...]
) -> None:
    process = supervise(*jobs, ignoring=number)
    members = children(process)
    process.send_signal(number)
    assert gone(members, within=LIMIT_S)
    told, _ = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0
    assert told.endswith("stopped\n")


@pytest.mark.parametrize("jobs", [("polite", "polite"), ("polite", "stubborn"), ("all",)])
def test_children_end_by_themselves_when_the_supervisor_is_killed(supervise: Supervise, jobs: tuple[str, ...]) -> None:
    process = supervise(*jobs)
    members = children(process)
    process.kill()
    assert gone(members, within=3 * LIMIT_S)  # they may be importing their models: nobody waits for them


def test_a_child_that_was_killed_does_not_hold_up_the_others(supervise: Supervise) -> None:
    process = supervise("polite", "polite")
    assert process.stdout
    first, *rest = (int(number) for number in process.stdout.readline().split())
    members = [os.pidfd_open(number) for number in rest]
    os.kill(first, signal.SIGKILL)
    process.send_signal(signal.SIGTERM)
    assert gone(members, within=LIMIT_S)
    assert process.wait(LIMIT_S) == 0


def test_the_whole_crew_ends_with_sigterm(supervise: Supervise) -> None:
    process = supervise("all")
    members = children(process)
    process.send_signal(signal.SIGTERM)
    assert gone(members, within=LIMIT_S)
    assert process.wait(LIMIT_S) == 0


def test_a_stop_is_heard_by_every_thread_and_stays() -> None:
    with Stop() as stop, Stop([stop.heard]) as other:
        assert not stop.is_set()
        assert not other.wait(0.001)
        waiting = threading.Thread(target=other.wait)
        waiting.start()
        stop.set()
        stop.set()
        waiting.join(LIMIT_S)
        assert not waiting.is_alive()
        assert stop.is_set()
        assert other.is_set()
        assert other.wait()
    stop.set()  # a signal that comes late


def test_an_event_loop_hears_a_stop_once_and_asks_for_nothing_meanwhile() -> None:
    """Looking for it ten times a second was most of what an idle collector cost."""

    async def wait() -> int:
        ended, loop, heard = asyncio.Event(), asyncio.get_running_loop(), 0
        with told(stop, ended):
            loop.call_soon(stop.set)
            await asyncio.wait_for(ended.wait(), LIMIT_S)
            for number in stop.filenos():  # the byte stays in the pipe: the loop must no longer wait for it
                heard += loop.remove_reader(number)
        return heard

    with Stop() as stop:
        assert asyncio.run(wait()) == 0
