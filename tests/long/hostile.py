"""All hostile classes through the upload of a live server."""
from __future__ import annotations

import tempfile
from pathlib import Path

from tests.hostile import live
from tests.long.goals import Figure, Outcome

P99 = 0.5


def run(seeds: int) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        found = live.run(seeds, Path(folder))
    faults = [*found.faults, *["the server ended"] * found.exits]
    if found.p99 >= P99:
        faults.append(f"/healthz p99 {1000 * found.p99:.0f} ms")
    return Outcome(seeds, (
        Figure("类", "classes", str(len(found.sent))), Figure("文件", "files", str(found.sent.total())),
        Figure("服务器退出", "server exits", str(found.exits)),
        Figure("5xx、迟到或丢失", "5xx, late or lost", str(len(found.faults))),
        Figure("/healthz p99", "/healthz p99", f"{1000 * found.p99:.0f} ms"),
        Figure("最慢的文件", "slowest file", f"{max(found.seconds.values()):.1f} s")), tuple(faults))
