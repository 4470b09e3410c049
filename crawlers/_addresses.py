"""Which hosts are private, however they are written: by name, as a number, inside another address, or in look-alike digits.

A collector inside a newsroom's network can be made to ask that network's own machines (server-side request forgery). The
spelling is judged here before anything is asked; the resolver, and the socket once it is connected, judge the address itself.
"""

import ipaddress
import re
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network
from urllib.parse import urlsplit

_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?")
_LAST_IS_NUMBER = re.compile(r"(?:^|\.)(?:0x[0-9a-f]*|[0-9]+)$")
_UNWRITTEN = re.compile(r"[\x00-\x20\x7f\\]")  # what parsers of addresses disagree on
_AUTHORITY_ENDS = re.compile(r"[/?#]")
_NEVER_PUBLIC = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "100.64.0.0/10",  # carrier-grade NAT; Alibaba's metadata
        "168.63.129.16/32",  # Azure's own services
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",  # benchmarks
        "240.0.0.0/4",  # reserved, broadcast
        "64:ff9b:1::/48",  # local translation
        "100::/64",  # discard
        "2001::/23",  # Teredo, ORCHID and other protocols
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fc00::/7",  # unique local; AWS's metadata
        "fe80::/10",  # link-local
        "fec0::/10",  # site-local
    )
)
_METADATA = frozenset(
    ipaddress.ip_address(address) for address in ("169.254.169.254", "169.254.170.2", "100.100.100.200", "fd00:ec2::254")
)
_NAT64 = IPv6Network("64:ff9b::/96")
_INNER_NAMES = (".local", ".internal", ".lan", ".home.arpa", ".localdomain", ".intranet", ".corp", ".private", ".onion")


def host_of(url: str) -> str:
    """Return the host of ``url`` in the one form that is compared: lower case, IDNA, no trailing dot, numbers as an address.

    Raises ``ValueError`` for what is no host, or what two readers may take for different ones.
    """
    if _UNWRITTEN.search(_AUTHORITY_ENDS.split(url.partition("//")[2], maxsplit=1)[0]):
        msg = "white space, a control character or a backslash"
        raise ValueError(msg)
    host = urlsplit(url).hostname or ""
    if not host or ":" in host:
        return str(ipaddress.ip_address(host.partition("%")[0])) if host else ""
    plain = _ascii(host).removesuffix(".")
    if _LAST_IS_NUMBER.search(plain):
        return _numbers(plain)
    if not _HOST.fullmatch(plain):
        msg = "characters no host has"
        raise ValueError(msg)
    return plain


def _ascii(host: str) -> str:
    """The name as it is looked up; full-width digits and dots become plain ones, invisible characters go."""
    return host.lower() if host.isascii() else host.encode("idna").decode("ascii").lower()


def _numbers(host: str) -> str:
    """An IPv4 address in any of its forms (``127.1``, ``0x7f.1``, ``0177.0.0.1``, ``2130706433``) in the usual one."""
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        msg = "a number that is no address"
        raise ValueError(msg) from None


def is_local_name(host: str) -> bool:
    """Whether ``host`` names this machine by definition (RFC 6761)."""
    return host == "localhost" or host.endswith(".localhost")


def is_inner_name(host: str) -> bool:
    """Whether ``host`` is a name that only a private network knows: one word, or under a suffix kept for such names."""
    return not literal(host) and (is_local_name(host) or "." not in host or host.endswith(_INNER_NAMES))


def literal(host: str) -> bool:
    """Whether ``host`` is written as an IP address."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def is_private(address: str) -> bool:
    """Whether an IP address is anything but a public unicast one, also when it wraps an IPv4 address that is not."""
    try:
        parsed = _inner(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return True
    if any(parsed.version == block.version and parsed in block for block in _NEVER_PUBLIC):
        return True
    return not parsed.is_global or parsed.is_multicast or parsed.is_reserved


def is_metadata(address: str) -> bool:
    """Whether an IP address is where a cloud tells a machine its secrets; no wildcard opens these."""
    try:
        return _inner(ipaddress.ip_address(address.partition("%")[0])) in _METADATA
    except ValueError:
        return False


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that a mapped, translated (NAT64) or tunnelled (6to4, Teredo, ISATAP) IPv6 address leads to."""
    if isinstance(address, IPv4Address):
        return address
    number = int(address)
    if address in _NAT64 or (number >> 32) & 0xFDFFFFFF == 0x5EFE:
        return IPv4Address(number & 0xFFFFFFFF)
    tunnelled = address.teredo
    return address.ipv4_mapped or address.sixtofour or (tunnelled[1] if tunnelled else address)
