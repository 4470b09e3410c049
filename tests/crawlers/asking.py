"""Asks addresses with the real engine in a process of its own, with an answer source for names that a test writes.

Run as a program: settings and a plan as JSON in, one line of results as JSON out.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from ipaddress import ip_address
from typing import Protocol
from unittest.mock import patch

from crawlers._addresses import is_private
from crawlers._http import Failed, Guard
from factdesk.settings import CollectorSettings
from factdesk.store.hosts import HostState


@dataclass(frozen=True)
class Plan:
    """What to ask, in order. ``names`` are the answers of the name service: for each asking the next list, the last again.

    ``trusting`` has the resolver let everything through, so that the connection alone is left to judge. ``public`` is an
    address of this machine that stands for one on the internet.
    """

    urls: Sequence[str]
    names: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    trusting: bool = False
    public: str = ""


@dataclass(frozen=True)
class End:
    """How one address ended: ``got``, ``failed`` or the refusal's outcome; ``size`` of what was kept."""

    how: str
    reason: str = ""
    size: int = 0


def ask(plan: Plan, settings: CollectorSettings) -> list[End]:
    """Return the end of each address of ``plan``."""
    command = [sys.executable, "-m", "tests.crawlers.asking", settings.model_dump_json(), json.dumps(asdict(plan))]
    run = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    return [End(**end) for end in json.loads(run.stdout.splitlines()[-1])]


class _Hosts:
    """States for the time of one plan."""

    def __init__(self) -> None:
        self.states: dict[str, HostState] = {}

    async def load(self, host: str) -> HostState:
        return self.states.get(host, HostState(host))

    def save(self, state: HostState) -> None:
        self.states[state.host] = state


class _Receiver(Protocol):
    def resolutionBegan(self, resolution: object) -> None: ...  # noqa: N802 # Twisted's names
    def addressResolved(self, address: object) -> None: ...  # noqa: N802
    def resolutionComplete(self) -> None: ...  # noqa: N802


class _Names:
    """A name service in the place of the system's."""

    def __init__(self, names: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self._names = {name: list(answers) for name, answers in names.items()}

    def resolveHostName(self, receiver: _Receiver, name: str, port: int, *_: object) -> object:  # noqa: N802 # Twisted's name
        from twisted.internet.address import IPv4Address, IPv6Address  # noqa: PLC0415 # after the reactor

        answers = self._names.get(name) or [[name] if _literal(name) else []]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        receiver.resolutionBegan(None)
        for address in answer:
            kind = IPv6Address if ":" in address else IPv4Address
            receiver.addressResolved(kind("TCP", address, port))
        receiver.resolutionComplete()
        return None


def _literal(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _main(settings: CollectorSettings, plan: Plan) -> list[End]:
    from crawlers._engine import Ask, Download, Fetcher, Got, run_engine  # noqa: PLC0415 # installs the reactor

    async def main(download: Download) -> list[End]:
        from twisted.internet import reactor  # noqa: PLC0415 # the one that Scrapy installed

        resolver = reactor.nameResolver  # the guarded one
        resolver._system = _Names(plan.names)
        if plan.trusting:
            resolver.guard = type("Trusting", (Guard,), {"admits": lambda *_: True})(("*.localhost",), contact=True)
        fetcher = Fetcher(download, settings=settings, hosts=_Hosts())
        ends = []
        for url in plan.urls:
            got = await fetcher.fetch(Ask(url))
            if isinstance(got, Got):
                ends.append(End("got", size=len(got.fetched.body)))
            else:
                ends.append(End("failed" if isinstance(got, Failed) else got.outcome.value, got.reason))
        return ends

    with patch("crawlers._http.is_private", lambda address: address != plan.public and is_private(address)):
        return run_engine(main, settings=settings)


if __name__ == "__main__":
    told = _main(CollectorSettings(**json.loads(sys.argv[1])), Plan(**json.loads(sys.argv[2])))
    print(json.dumps([asdict(end) for end in told]))
