"""Where a message may go: public addresses by https, and the networks that the settings name.

A name is looked up once for each attempt and the connection goes to the very address that was judged, so that a name
which changes its mind in between gains nothing.
"""
from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from api.errors import Failure

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Target:
    """`url` names the address instead of the host, which goes into the header and the certificate's check."""

    url: str
    host: str
    header: str


def check(url: str) -> str:
    """The address as it is kept. Failure "webhook_url" for what can be none."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise Failure("webhook_url") from error
    if (parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password
            or parts.fragment or len(url) > LONGEST or port == 0 or not re.fullmatch(r"[!-~]+", url.strip())):
        raise Failure("webhook_url")
    return url.strip()


def resolve(url: str, allowed: Sequence[Network]) -> Target:
    """Where to connect. Failure "webhook_refused" where any of the host's addresses is not to be reached."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = [ipaddress.ip_address(entry[4][0]) for entry in
                 socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError, ValueError) as error:
        raise Failure("webhook_unknown") from error
    if not found or not all(_reachable(one, parts, allowed) for one in found):
        raise Failure("webhook_refused")
    host = f"[{found[0]}]" if found[0].version == 6 else str(found[0])
    return Target(parts._replace(netloc=f"{host}:{port}").geturl(), parts.hostname or "", parts.netloc)


def _reachable(address: Address, parts: SplitResult, allowed: Sequence[Network]) -> bool:
    plain = getattr(address, "ipv4_mapped", None) or address
    if any(plain in one for one in allowed if one.version == plain.version):
        return True
    return parts.scheme == "https" and plain.is_global and not plain.is_multicast
