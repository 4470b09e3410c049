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

from crawlers._http import Guard, is_local_name, is_private


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
    """Passes public addresses on and remembers whether others were held back."""

    def __init__(self, receiver: _Receiver, name: str, refused: set[str]) -> None:
        self._receiver = receiver
        self._name = name
        self._refused = refused

    def resolutionBegan(self, resolution: object) -> None:  # noqa: N802 # Twisted's name
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: object) -> None:  # noqa: N802 # the same
        if is_private(str(getattr(address, "host", ""))):
            self._refused.add(self._name)
        else:
            self._receiver.addressResolved(address)

    def resolutionComplete(self) -> None:  # noqa: N802 # the same
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class GuardedResolver:
    """The reactor's resolver, guarded. ``refused`` are the names whose private addresses were held back."""

    def __init__(self, reactor: ReactorBase, guard: Guard) -> None:
        self._reactor = reactor
        self._guard = guard
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
        host, receiver = hostName.lower(), resolutionReceiver
        if not is_local_name(host):
            public = receiver if self._guard.names(host) else _Public(receiver, host, self.refused)
            return self._system.resolveHostName(public, hostName, portNumber, addressTypes, transportSemantics)
        resolution = _Known(host)
        receiver.resolutionBegan(resolution)
        if self._guard.names(host):
            receiver.addressResolved(IPv4Address("TCP", "127.0.0.1", portNumber))
        else:
            self.refused.add(host)
        receiver.resolutionComplete()
        return resolution


def leads_to_private(host: str) -> bool:
    """Whether the running reactor's resolver held back private addresses of ``host``."""
    from twisted.internet import reactor  # noqa: PLC0415 # importing it earlier would install the wrong one

    resolver = getattr(reactor, "nameResolver", None)
    return isinstance(resolver, GuardedResolver) and host in resolver.refused
