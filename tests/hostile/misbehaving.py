"""Readers that misbehave behind the wall, by the name of the file: run as a program, it says what came of each.

    python -m tests.hostile.misbehaving fork|spawn
"""
from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ingestion.domain import Document
from ingestion.errors import UnreadableError
from ingestion.parsing import formats as parsing
from ingestion.parsing.sandbox import wall

SECRET = "GUOHE_SECRET"
GOOD = "四、近三年发表SCI论文23篇。\n".encode() * 40_000 + str(os.getpid()).encode()  # too long to be read in place
QUICK = 1.5  # seconds for those that never end
PATIENCE = wall.SECONDS
true = parsing.read


def attempt(work: Callable[[], Any]) -> str:
    try:
        return str(work() or "done")
    except OSError as error:
        return type(error).__name__


def eat() -> None:
    kept = []
    while True:
        kept.append(bytearray(100_000_000))


DEEDS: dict[str, Callable[[], Any]] = {
    "hang": lambda: time.sleep(60),
    "spin": lambda: [None for _ in iter(int, 1)],
    "eat": eat,
    "crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "leave": lambda: os._exit(3),
    "chatter": lambda: os.write(1, b"x" * 100) and print("among the replies"),
}
ATTEMPTS: dict[str, Callable[[bytes], Any]] = {
    "network": lambda _: socket.create_connection(("127.0.0.1", 9), 1),
    "names": lambda _: socket.getaddrinfo("example.com", 80),
    "other files": lambda _: Path(__file__).read_text(encoding="utf-8"),
    "writing": lambda _: Path(__file__).with_name("made").write_text("x", encoding="utf-8"),
    "signals": lambda data: os.kill(int(data[-20:].split(b"\n")[1]), 0),
    "secret": lambda _: os.environ.get(SECRET, "nothing"),
    "large file": lambda _: Path(os.environ["TMPDIR"], "large").write_bytes(b"x" * 300_000_000),
}


def read(data: bytes, name: str, progress: parsing.Progress | None = None) -> Document:
    if name in DEEDS:
        DEEDS[name]()
    if name in ATTEMPTS:
        return Document(name, "", "text", attempt(lambda: ATTEMPTS[name](data)))
    return true(data, name, progress)


def outcome(name: str) -> str:
    """What the parent learns, and that the next file is read."""
    wall.SECONDS = QUICK if name in {"hang", "spin"} else PATIENCE
    try:
        found = wall.read(GOOD, name)
        said = found.text if name in ATTEMPTS else "read"
    except UnreadableError as error:
        assert error.chinese
        assert str(error)
        said = error.code
    wall.SECONDS = PATIENCE
    assert wall.read(GOOD, "good.txt").text == GOOD.decode()
    return said


def main(kind: str) -> None:
    os.environ[SECRET] = "x" * 40
    if kind == "spawn":
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    wall.start()
    said = {name: outcome(name) for name in (*DEEDS, *ATTEMPTS)}
    wall.close()
    json.dump({"said": said, "level": wall.level()}, sys.stdout)


parsing.read = read
if __name__ == "__main__":
    main(sys.argv[1])
