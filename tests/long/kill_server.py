"""kill -9 of the server at random points while clients write."""
from __future__ import annotations

import random
import tempfile
from pathlib import Path

from tests.long.goals import Figure, Outcome
from tests.operations.running import test_faults as suite

CLIENTS = 8


def run(kills: int) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        acknowledged, lost = suite.killed(Path(folder), kills, random.randrange(1 << 30), CLIENTS)
    return Outcome(kills, (
        Figure("写入的客户端", "writing clients", str(CLIENTS)),
        Figure("已答复的写入", "acknowledged writes", f"{acknowledged:,}"),
        Figure("丢失、损坏", "lost or broken", str(len(lost)))), tuple(lost[:20]))
