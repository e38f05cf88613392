"""Runs goals at their full size and writes what came of it to docs/endurance.md.

    python -m tests.long [NAME | NAME=SIZE ...]

Without a name all are run, those whose times a busy machine changes last. Exit status 1 where a goal is not reached.
"""
from __future__ import annotations

import sys
import time
import traceback
from datetime import UTC, datetime

from tests.long import page
from tests.long.goals import GOALS, Goal, Outcome

KNOWN = {goal.name: goal for goal in GOALS}


def main(arguments: list[str]) -> int:
    wanted = arguments or sorted(KNOWN, key=lambda name: KNOWN[name].timed)
    asked: list[tuple[Goal, int]] = []
    for one in wanted:
        name, _, size = one.partition("=")
        if name not in KNOWN or not (size or "1").isdecimal():
            sys.stderr.write(f"{one!r} is none of {', '.join(KNOWN)}, or its size is no number.\n")
            return 2
        asked.append((KNOWN[name], int(size or KNOWN[name].full)))
    reached = [run(goal, size) for goal, size in asked]
    return int(not all(reached))


def run(goal: Goal, size: int) -> bool:
    processors, memory, load = page.machine()
    commit, began = page.commit(), time.monotonic()
    try:
        outcome = goal.run(size)
    except Exception as error:  # noqa: BLE001 (the other goals are run, and this one is not reached)
        traceback.print_exc()
        outcome = Outcome(0, (), (f"the run broke off: {error!r}",))
    command = f"python -m tests.long {goal.name}" + (f"={size}" if size != goal.full else "")
    record = page.Record(f"{datetime.now(UTC):%Y-%m-%d}", command, commit, processors, memory, load,
                         round(time.monotonic() - began), outcome)
    page.keep(goal, record)
    figures = ", ".join(f"{one.en} {one.value}" for one in outcome.figures)
    good = page.reached(goal, record)
    print(f"{goal.name}: {outcome.size:,} of {goal.full:,} {goal.unit_en}; {figures}; "
          f"{'reached' if good else 'not reached'} ({record.seconds} s)", flush=True)
    for fault in outcome.faults:
        print(f"  {fault}", flush=True)
    return good


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
