"""Mail by SMTP, as the environment sets it. It is sent apart from the request that asks for it: nobody waits for a
server that hangs, and nobody learns from the time that an answer takes whether there was somebody to write to.

GUOHE_SMTP_HOST      the server; no mail without
GUOHE_SMTP_PORT      465 with "tls", 587 otherwise
GUOHE_SMTP_SECURITY  "starttls" (default), "tls" from the first byte, or "none" within one's own network
GUOHE_SMTP_USER, GUOHE_SMTP_PASSWORD   how to sign in there, where it asks
GUOHE_SMTP_FROM      the sender's address; needed
"""
from __future__ import annotations

import logging
import os
import smtplib
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Protocol

from ingestion.errors import UsageError

log = logging.getLogger(__name__)

PATIENCE = 20.0   # seconds for each step of a conversation with the server
SECURITIES = ("starttls", "tls", "none")
PORTS = {"tls": 465, "starttls": 587, "none": 25}


class Sender(Protocol):
    """Whatever takes a letter to somebody's address; `ready` where it can."""

    @property
    def ready(self) -> bool: ...

    def send(self, address: str, subject: str, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


class Nobody:
    """Where no server is set."""

    ready = False

    def send(self, address: str, subject: str, text: str) -> None:  # noqa: ARG002 - a sender's
        log.warning("no mail is set up")


class Smtp:
    """`send` returns at once; what goes wrong is logged without address and text."""

    ready = True

    def __init__(self, server: Server) -> None:
        self._server = server
        self._line = ThreadPoolExecutor(1, thread_name_prefix="mail")

    def send(self, address: str, subject: str, text: str) -> None:
        self._line.submit(self._sent, address, subject, text)

    def _sent(self, address: str, subject: str, text: str) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._server.sender, address, subject
        message.set_content(text)
        try:
            with self._connected() as connection:
                if self._server.security == "starttls":
                    connection.starttls(context=ssl.create_default_context())
                if self._server.user:
                    connection.login(self._server.user, self._server.password)
                connection.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            log.warning("a mail was not sent (%s)", type(error).__name__)

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.security == "tls":
            return smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=ssl.create_default_context())
        return smtplib.SMTP(server.host, server.port, timeout=PATIENCE)


def from_environment(environment: Mapping[str, str] = os.environ) -> Sender:
    """UsageError for settings that cannot be used."""
    host = (environment.get("GUOHE_SMTP_HOST") or "").strip()
    if not host:
        return Nobody()
    security = (environment.get("GUOHE_SMTP_SECURITY") or SECURITIES[0]).strip()
    if security not in SECURITIES:
        raise UsageError(f"GUOHE_SMTP_SECURITY is {security!r}; choose {', '.join(SECURITIES)}.",
                         f"GUOHE_SMTP_SECURITY 为 {security!r}；请用 {'、'.join(SECURITIES)}。")
    port, sender = environment.get("GUOHE_SMTP_PORT") or str(PORTS[security]), environment.get("GUOHE_SMTP_FROM") or ""
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 1 << 16:
        raise UsageError(f"GUOHE_SMTP_PORT is {port!r}; give a port's number.",
                         f"GUOHE_SMTP_PORT 为 {port!r}；应为端口号。")
    if "@" not in sender:
        raise UsageError(f"GUOHE_SMTP_FROM is {sender!r}; give the address that mail comes from.",
                         f"GUOHE_SMTP_FROM 为 {sender!r}；应为发件邮箱。")
    return Smtp(Server(host, int(port), security, sender, environment.get("GUOHE_SMTP_USER") or "",
                       environment.get("GUOHE_SMTP_PASSWORD") or ""))
