"""A mail server, as the environment names it. Its password is nowhere else, and stands in no page, log or answer.

GUOHE_SMTP_HOST      the mail server; no mail without
GUOHE_SMTP_PORT      465 with "tls", 587 with "starttls", 25 with "none"
GUOHE_SMTP_SECURITY  "starttls" (default), "tls" from the first byte, or "none" within one's own network
GUOHE_SMTP_USER, GUOHE_SMTP_PASSWORD   how to sign in there, where it asks
GUOHE_SMTP_FROM      the sender's address; needed
"""
from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.header import Header
from email.mime.text import MIMEText
from email.utils import formatdate

from ingestion.errors import UsageError

log = logging.getLogger(__name__)

PATIENCE = 10.0           # seconds for a step
SECURITIES = ("starttls", "tls", "none")
PORTS = {"tls": 465, "starttls": 587, "none": 25}


class NotSentError(Exception):
    """What kept a message from going, in a word or two and without any secret."""


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)

    def send(self, to: str, subject: str, text: str) -> None:
        """NotSentError where the server does not take it."""
        mail = MIMEText(text, "plain", "utf-8")
        mail["From"], mail["To"] = self.sender, to
        mail["Subject"] = Header(subject, "utf-8", header_name="Subject").encode()
        mail["Date"], mail["Auto-Submitted"] = formatdate(), "auto-generated"
        try:
            with self._connected() as connection:
                if self.security == "starttls":
                    connection.starttls(context=ssl.create_default_context())
                if self.user:
                    connection.login(self.user, self.password)
                connection.send_message(mail)
        except smtplib.SMTPResponseException as error:
            raise NotSentError(f"SMTP {error.smtp_code}") from error
        except smtplib.SMTPRecipientsRefused as error:
            raise NotSentError("SMTP " + "/".join(str(code) for code, _ in error.recipients.values())) from error
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise NotSentError(type(error).__name__) from error

    def _connected(self) -> smtplib.SMTP:
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=PATIENCE, context=ssl.create_default_context())
        return smtplib.SMTP(self.host, self.port, timeout=PATIENCE)


class Sender:
    """Sends in the background: nobody waits for a server that hangs, and nobody learns from the time that an answer
    takes whether there was somebody to write to. What goes wrong is logged without address and text."""

    def __init__(self, server: MailServer | None) -> None:
        self._server = server
        self._line = ThreadPoolExecutor(1, thread_name_prefix="mail")

    @property
    def ready(self) -> bool:
        """Whether there is a server."""
        return self._server is not None

    def send(self, address: str, subject: str, text: str) -> None:
        if self._server is None:
            log.warning("no mail is set up")
        else:
            self._line.submit(self._sent, self._server, address, subject, text)

    @staticmethod
    def _sent(server: MailServer, address: str, subject: str, text: str) -> None:
        try:
            server.send(address, subject, text)
        except NotSentError as error:
            log.warning("a mail was not sent (%s)", error)


def read(environment: Mapping[str, str]) -> MailServer | None:
    """UsageError for settings that cannot be used."""
    host = (environment.get("GUOHE_SMTP_HOST") or "").strip()
    if not host:
        return None
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
    return MailServer(host, int(port), security, sender, environment.get("GUOHE_SMTP_USER") or "",
                      environment.get("GUOHE_SMTP_PASSWORD") or "")
