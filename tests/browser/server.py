"""A server of its own for the browser tests: started, killed and started again like any other."""
from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

LONGEST = 120   # seconds that a start may take on a busy machine


class Server:
    """`guohe serve` in a process, on an empty data folder, always at the same port."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data, self.environment = data, environment
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = taken.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Server:
        log = (self.data.parent / f"{self.data.name}.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve", "--port", str(self.port), "--data", str(self.data)],
            stdout=log, stderr=log, env={**os.environ, "GUOHE_LANG": "zh", **self.environment})
        until = time.monotonic() + LONGEST
        while self._process.poll() is None and time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.address}/healthz", timeout=2):  # noqa: S310 - our own address
                    return self
            except OSError:
                time.sleep(0.1)
        raise TimeoutError(f"the server ended, or did not answer within {LONGEST} s")

    def kill(self) -> None:
        """As a power cut would: nothing is finished or said."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
