"""Name resolution with two rules of its own: ``*.localhost`` is this machine, and a private address is no answer.

Judging the addresses that are connected to, not the name before, leaves no gap for a name that changes its address.
"""

from collections.abc import Sequence
from typing import Protocol, Self

from scrapy.crawler import Crawler
from twisted.internet.address import IPv4Address
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface.declarations import implementer, provider  # type: ignore[import-untyped] # it has no types

from crawlers._addresses import host_of, is_local_name
from crawlers._http import Guard


class _Receiver(Protocol):
    """Twisted's IResolutionReceiver as a type."""

    def resolutionBegan(self, resolution: object) -> None:  # noqa: N802 # Twisted's name
        """Take note that resolution began."""

    def addressResolved(self, address: object) -> None:  # noqa: N802 # the same
        """Take one address."""

    def resolutionComplete(self) -> None:  # noqa: N802 # the same
        """Take note that there are no more."""


class _System(Protocol):
    """Twisted's IHostnameResolver as a type."""

    def resolveHostName(  # noqa: N802, PLR0917 # Twisted's interface
        self, receiver: object, name: str, port: int, types: Sequence[type[IAddress]] | None, semantics: str
    ) -> object:
        """Resolve a name."""


@implementer(IHostResolution)
class _Known:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Nothing is under way."""


@provider(IResolutionReceiver)
class _Public:
    """Passes addresses on that the guard admits for the name, and remembers whether others were held back."""

    def __init__(self, receiver: _Receiver, name: str, resolver: "GuardedResolver") -> None:
        self._receiver = receiver
        self._name = name
        self._resolver = resolver

    def resolutionBegan(self, resolution: object) -> None:  # noqa: N802 # Twisted's name
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: object) -> None:  # noqa: N802 # the same
        if self._resolver.guard.admits(self._name, str(getattr(address, "host", ""))):
            self._receiver.addressResolved(address)
        else:
            self._resolver.refused.add(self._name)

    def resolutionComplete(self) -> None:  # noqa: N802 # the same
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class GuardedResolver:
    """The reactor's resolver, guarded. ``refused`` are the names whose private addresses were held back."""

    def __init__(self, reactor: ReactorBase, guard: Guard) -> None:
        self._reactor = reactor
        self.guard = guard
        self._system: _System = reactor.nameResolver
        self.refused: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Make the resolver Scrapy asks for."""
        return cls(reactor, Guard(tuple(crawler.settings.getlist("FACTDESK_ALLOWED_HOSTS")), contact=True))

    def install_on_reactor(self) -> None:
        """Take the place of the reactor's own resolver."""
        self._reactor.installNameResolver(self)  # type: ignore[arg-type] # a zope interface

    def resolveHostName(  # noqa: PLR0917, N802 # Twisted's interface, called by keyword
        self,
        resolutionReceiver: _Receiver,  # noqa: N803 # the same
        hostName: str,  # noqa: N803 # the same
        portNumber: int = 0,  # noqa: N803 # the same
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803 # the same
        transportSemantics: str = "TCP",  # noqa: N803 # the same
    ) -> object:
        """Resolve a name: loopback for ``*.localhost``, the system's public addresses for the rest."""
        host, receiver = _asked_for(hostName), resolutionReceiver
        self.refused.discard(host)
        if not is_local_name(host):
            public = _Public(receiver, host, self)
            return self._system.resolveHostName(public, hostName, portNumber, addressTypes, transportSemantics)
        resolution = _Known(host)
        receiver.resolutionBegan(resolution)
        if self.guard.names(host):
            receiver.addressResolved(IPv4Address("TCP", "127.0.0.1", portNumber))
        else:
            self.refused.add(host)
        receiver.resolutionComplete()
        return resolution


def _asked_for(name: str) -> str:
    """A name in the form that the guard compares."""
    try:
        return host_of(f"//[{name}]" if ":" in name else f"//{name}")
    except ValueError:
        return name.lower()


def leads_to_private(host: str) -> bool:
    """Whether the running reactor's resolver held back private addresses of ``host``."""
    from twisted.internet import reactor  # noqa: PLC0415 # importing it earlier would install the wrong one

    resolver = getattr(reactor, "nameResolver", None)
    return isinstance(resolver, GuardedResolver) and host in resolver.refused
