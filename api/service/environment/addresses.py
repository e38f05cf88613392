"""What a host that somebody named may be: a public address, or one of the networks that the settings name.

A name is looked up once for each attempt and the connection goes to the very address that was judged, so that a name
which changes its mind in between gains nothing.
"""
from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
CARRIERS = tuple(map(ipaddress.ip_network, (   # of version 6, in which an address of version 4 can be hidden
    "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16")))
LOCAL = tuple(map(ipaddress.ip_network, ("fec0::/10", "192.0.0.0/24", "192.88.99.0/24")))
METADATA = frozenset(map(ipaddress.ip_address, (   # of clouds: they give keys to whoever asks, so never
    "169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254",
    "fd20:ce::254")))


class UnknownHostError(Exception):
    """The host has no address."""


class RefusedHostError(Exception):
    """Any of the host's addresses is not to be reached."""


@dataclass(frozen=True, slots=True)
class Target:
    """`url` names the address instead of the host, which goes into the header and the certificate's check."""

    url: str
    host: str
    header: str


def resolve(url: str, allowed: Sequence[Network]) -> Target:
    """Where to connect: by https to a public address, or to an address of a network that is `allowed`."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = [ipaddress.ip_address(entry[4][0]) for entry in
                 socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError, ValueError) as error:
        raise UnknownHostError from error
    if not found or not all(reachable(one, allowed, https=parts.scheme == "https") for one in found):
        raise RefusedHostError
    host = f"[{found[0]}]" if found[0].version == 6 else str(found[0])
    return Target(parts._replace(netloc=f"{host}:{port}").geturl(), parts.hostname or "", parts.netloc)


def reachable(address: Address, allowed: Sequence[Network], *, https: bool) -> bool:
    plain = getattr(address, "ipv4_mapped", None) or address
    if plain in METADATA or _carried(plain) in METADATA:
        return False
    if any(plain in one for one in allowed if one.version == plain.version):
        return True
    return https and public(plain)


def _carried(address: Address) -> Address | None:
    """The address of version 4 in one of version 6."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.sixtofour is not None:
        return address.sixtofour
    return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if any(address in one for one in CARRIERS) else None


def public(address: Address) -> bool:
    """Whether it is an address of the open internet, and of one machine."""
    return address.is_global and not (address.is_multicast or address.is_link_local) and not any(
        address in one for one in (*CARRIERS, *LOCAL) if one.version == address.version)
