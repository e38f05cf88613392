"""`guohe`, but it ends by kill -9 at a step of its first job:

    python -m tests.long.dying begin|read|assess before|after serve|work …

`before` the step's work, or `after` it and before the engine has noted that it was done.
"""
from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from api import cli
from api.telemetry import traces

STEPS, MOMENTS = ("begin", "read", "assess"), ("before", "after")


def arm(step: str, moment: str) -> None:
    """Every step runs within a span of its name: that of `step` is the last."""
    @contextmanager
    def span(name: str, *_: object, **__: object) -> Iterator[None]:
        last = name == f"job {step}"
        if last and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        yield
        if last:
            os.kill(os.getpid(), signal.SIGKILL)

    traces.span = span  # type: ignore[assignment]


if __name__ == "__main__":
    arm(sys.argv[1], sys.argv[2])
    sys.exit(cli.main(sys.argv[3:]))
