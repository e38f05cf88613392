"""A mail server and a robot of a group, true enough for what is sent to them."""
from __future__ import annotations

import json
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Mailbox:
    """`refuses` is the answer to a recipient ("550 no") while it is set; `hangs` seconds before any answer."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []
        self.refuses, self.hangs, self.port = "", 0.0, 0

    def texts(self, to: str) -> list[tuple[str, str]]:
        """Subject and text of what came for somebody."""
        return [(str(mail["Subject"]).strip(), mail.get_content()) for address, mail in self.mails if address == to]


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            time.sleep(box.hangs)
            self._say("220 here")
            to = ""
            while line := self.rfile.readline().decode().strip():
                verb = line.upper()
                if verb.startswith("RCPT"):
                    to = line[line.index("<") + 1:line.index(">")]
                    self._say(box.refuses or "250 ok")
                elif verb == "DATA":
                    self._say("354 go on")
                    body = b""
                    while (part := self.rfile.readline()) != b".\r\n":
                        body += part
                    box.mails.append((to, message_from_bytes(body, policy=policy.default)))  # type: ignore[arg-type]
                    self._say("250 ok")
                elif verb == "QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 ok")

        def _say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield box
        server.shutdown()


class Group:
    """What a group's robot got; `answer` is what it says to the next, `hangs` seconds before it says so."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.answer: Any = {"errcode": 0, "errmsg": "ok"}
        self.status, self.hangs, self.url = 200, 0.0, ""


@contextmanager
def group() -> Iterator[Group]:
    made = Group()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            time.sleep(made.hangs)
            made.heard.append((self.path, body))
            said = json.dumps(made.answer).encode()
            self.send_response(made.status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/robot?key=geheim-4711"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()
