"""Hashes passwords for the process that started it, and stands back for it: a line of JSON in, one out, until the end.

Apart from the server because a hash takes 64 MB and four threads: within it, whoever reads a page would wait for both.
"""
from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from typing import Any

GENTLE = 10   # how far it stands back


class Apart:
    """A process that hashes, started when it is needed and again where it ended. For one thread at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def hash(self, password: str) -> str:
        return str(self._ask({"password": password})["hash"])

    def verify(self, password: str, known: str) -> bool:
        return bool(self._ask({"password": password, "known": known})["right"])

    def _ask(self, given: dict[str, str]) -> dict[str, Any]:
        """What the process of its own says; if it cannot be started, what is made here."""
        for _ in range(2):   # one that was killed is started again
            with suppress(OSError):
                child = self._running()
                assert child.stdin is not None  # noqa: S101 - both are pipes
                assert child.stdout is not None  # noqa: S101
                child.stdin.write(json.dumps(given) + "\n")
                child.stdin.flush()
                if line := child.stdout.readline():
                    found: dict[str, Any] = json.loads(line)
                    return found
            self._process = None
        return _answer(given, _hasher())   # it cannot be started: here, then

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-I", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, encoding="utf-8", env={}, start_new_session=True)
        return self._process


def _answer(given: dict[str, str], hasher: Any) -> dict[str, Any]:
    if "known" in given:
        return {"right": hasher.verify(given["password"], given["known"])}
    return {"hash": hasher.hash(given["password"])}


def _hasher() -> Any:
    from pwdlib import PasswordHash

    return PasswordHash.recommended()


def main() -> None:
    with suppress(AttributeError, OSError):
        os.nice(GENTLE)
    hasher = _hasher()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(json.loads(line), hasher)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
