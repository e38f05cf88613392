"""A small disk filled and freed under writing clients, again and again, on each kind of database."""
from __future__ import annotations

from collections import Counter

import pytest

from tests.long.goals import Figure, Outcome
from tests.operations.running import test_outages as suite


def run(rounds: int) -> Outcome:
    """`rounds` disks, SQLite and PostgreSQL in turn. None where no disk can be mounted."""
    kept, told, faults = 0, Counter[tuple[int, str]](), []
    for number in range(rounds if suite.DISKS else 0):
        kind = suite.DISKS[number % len(suite.DISKS)]
        with pytest.MonkeyPatch.context() as environment:
            try:
                clients = suite.filled_once(kind, environment)
            except AssertionError as error:
                faults.append(f"{kind}: {error}"[:300])
                continue
        kept += sum(len(files) + 1 for files in clients.kept.values())
        told += clients.told
        faults += [f"{kind}: {one}" for one in (*clients.lost, *clients.crooked)]
    if set(told) - {(507, "no_space"), (503, "database_away")}:
        faults.append(repr(dict(told)))
    return Outcome(rounds if suite.DISKS else 0, (
        Figure("已答复的写入", "writes answered for", f"{kept:,}"),
        Figure("拒绝的写入（507、503）", "writes refused (507, 503)", f"{told.total():,}"),
        Figure("丢失、损坏或答复不实的", "lost, broken or falsely answered for", str(len(faults)))), tuple(faults[:20]))
