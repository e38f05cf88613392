"""Good files that were damaged, read in this process, each with a watch on its time."""
from __future__ import annotations

import faulthandler
import time
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingestion.parsing import test_mutations as suite
from tests.long.goals import Figure, Outcome

LONGEST = 25.0   # seconds: what the wall allows a file
HANGS = 120.0    # after which the run ends with the places where it stood


class Damage:
    def __init__(self) -> None:
        self.read = 0
        self.slowest = 0.0
        self.faults: list[str] = []

    def tried(self, name: str, made: Callable[[], bytes]) -> None:
        """Reads a damaged file; what it does not stand is kept with the bytes that show it."""
        raw = made()
        began = time.monotonic()
        faulthandler.dump_traceback_later(HANGS, exit=True)
        try:
            if not suite.sound(raw, name):
                self.faults.append(f"{name}: out of order: {raw.hex()[:400]}")
        except Exception as error:  # noqa: BLE001 (counted: the type is what is to be known)
            self.faults.append(f"{name}: {type(error).__name__}: {error}"[:300])
        finally:
            faulthandler.cancel_dump_traceback_later()
        took = time.monotonic() - began
        self.read += 1
        self.slowest = max(self.slowest, took)
        if took > LONGEST:
            self.faults.append(f"{name}: {took:.0f} s")


def run(count: int) -> Outcome:
    """A third of them changed within a part of a package, a sixth cut, the others changed anywhere."""
    damage = Damage()

    @given(st.sampled_from(suite.PACKAGES), st.integers(0, 99), suite.EDITS)
    def parts(name: str, place: int, edits: list[tuple[int, bytes, int]]) -> None:
        damage.tried(name, lambda: suite.with_part(suite.GOOD[name], place, edits))

    @given(st.sampled_from(sorted(suite.GOOD)), suite.EDITS)
    def changed(name: str, edits: list[tuple[int, bytes, int]]) -> None:
        damage.tried(name, lambda: suite.edited(suite.GOOD[name], edits))

    settings(max_examples=count // 3, deadline=None, database=None)(parts)()
    for name, raw in suite.GOOD.items():
        for end in suite.cuts(raw, count // 6 // len(suite.GOOD)):
            damage.tried(name, lambda raw=raw, end=end: raw[:end])
    settings(max_examples=count - damage.read, deadline=None, database=None)(changed)()
    return Outcome(damage.read, (
        Figure("未处理的异常、次序错误、超时", "unhandled exceptions, disorder, hangs", str(len(damage.faults))),
        Figure("最慢的文件", "slowest file", f"{damage.slowest:.2f} s")), tuple(damage.faults[:20]))
