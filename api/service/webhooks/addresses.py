"""Where a message may go: public addresses by https, and the networks that the settings name."""
from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from api.errors import Failure
from api.service.environment import addresses
from api.service.environment.addresses import Network, Target

LONGEST = 500


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
    try:
        return addresses.resolve(url, allowed)
    except addresses.UnknownHostError as error:
        raise Failure("webhook_unknown") from error
    except addresses.RefusedHostError as error:
        raise Failure("webhook_refused") from error
