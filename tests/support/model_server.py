"""A language model's endpoint that says what it is told to, over real HTTP, well or badly."""
from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 20.0   # seconds after which a hanging handler gives up by itself

Behaviour = Callable[["Handler"], None]


@dataclass
class Endpoint:
    """`requests` holds what was asked, `visits` every path that was called."""

    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    visits: list[str] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    behaviour: Behaviour
    endpoint: Endpoint
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.endpoint.visits.append(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.endpoint.requests.append(json.loads(body))
        with suppress(OSError):   # the client has gone
            type(self).behaviour(self)
        self.close_connection = True

    def do_GET(self) -> None:
        self.endpoint.visits.append(self.path)
        self.plain(200, "text/plain", b"secret of the loopback")

    def log_message(self, *_: object) -> None:
        """Nothing on standard error."""

    def plain(self, status: int, kind: str, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")   # said, so that no client sends its next request into the closing
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def events(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()

    def piece(self, text: str) -> None:
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "scripted",
                 "choices": [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}]}
        self.wfile.write(b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n")
        self.wfile.flush()

    def done(self) -> None:
        self.wfile.write(b"data: [DONE]\n\n")


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[Endpoint]:
    """The address of an endpoint that behaves so until the block ends."""
    endpoint = Endpoint("")
    handler = type("Scripted", (Handler,), {"behaviour": staticmethod(behaviour), "endpoint": endpoint})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    endpoint.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()


def saying(*pieces: str) -> Behaviour:
    """Says these pieces and stops."""
    def behave(handler: Handler) -> None:
        handler.events()
        for piece in pieces:
            handler.piece(piece)
        handler.done()
    return behave


def status(code: int, kind: str = "application/json", body: bytes = b'{"error": {"message": "no"}}') -> Behaviour:
    return lambda handler: handler.plain(code, kind, body)


def hangs(_: Handler) -> None:
    time.sleep(PATIENCE)


def trickles(handler: Handler) -> None:
    """One byte now and then."""
    handler.events()
    for byte in b"data: {" + b" " * 100:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(PATIENCE / 100)


def floods(handler: Handler) -> None:
    """Words without end."""
    handler.events()
    while True:
        handler.piece("论文不少于20篇。" * 50)


def one_endless_line(handler: Handler) -> None:
    handler.events()
    while True:
        handler.wfile.write(b"x" * 65536)


def garbles(handler: Handler) -> None:
    handler.events()
    handler.wfile.write(b'data: {"choices": [{"delta": {"content": "\xff\xfe\xff"}}]}\n\n')
    handler.wfile.write(b"data: \xc3\x28 nonsense\n\n")
    handler.done()


def redirects(handler: Handler) -> None:
    port = handler.server.server_address[1]
    handler.plain(307, "text/plain", b"", Location=f"http://127.0.0.1:{port}/internal")


def breaks_off(pieces: Sequence[str]) -> Behaviour:
    """Says these pieces and closes the connection in the middle of a chunk."""
    def behave(handler: Handler) -> None:
        handler.events()
        for piece in pieces:
            handler.piece(piece)
        handler.wfile.write(b'data: {"choices": [{"del')
        handler.wfile.flush()
    return behave
