"""A vector index that is stopped, killed, cut, deleted or overwritten: answers go on, and it is made again."""
from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ingestion.indexing.index import ChromaIndexes, ChromaServer, VectorIndex
from tests.ingestion.indexing import test_index as suite
from tests.long.goals import Figure, Outcome
from tests.long.page import ROOT

WITHIN = 60.0
FILLING = """
import sys
from pathlib import Path
from ingestion.indexing.index import ChromaIndexes
from tests.ingestion.indexing import test_index as suite
indexes, number = ChromaIndexes(Path(sys.argv[1])), 0
while True:
    indexes.open(f"policy@{number % 5}", "model@1", suite.IDS, suite.unit(number))
    print(number, flush=True)
    number += 1
"""


class Trials:
    def __init__(self) -> None:
        self.answers, self.wrong = 0, 0
        self.rebuilt: list[float] = []
        self.faults: list[str] = []

    def rebuilding(self, what: str, index: VectorIndex, began: float) -> None:
        """Asks until the index is held again; every answer on the way must be right."""
        while True:
            self.ask(what, index)
            took = time.monotonic() - began
            if index._collection is not None:  # type: ignore[attr-defined]
                self.rebuilt.append(took)
            elif took < 2 * WITHIN:
                time.sleep(0.1)
                continue
            if took > WITHIN:
                self.faults.append(f"{what}: {took:.0f} s")
            return

    def ask(self, what: str, index: VectorIndex) -> None:
        self.answers += 1
        if [one for one, _ in index.search(suite.QUESTION, 5)] != suite.EXPECTED:
            self.wrong += 1
            self.faults.append(f"{what}: a wrong answer")


def run(rounds: int) -> Outcome:
    trials, chance = Trials(), random.Random(rounds)
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            for name, damage in DAMAGES.items():
                embedded(trials, Path(folder) / name, name, damage, chance)
            killed_while_filling(trials, Path(folder) / "killed", chance)
            served(trials, Path(folder) / "server")
    return Outcome(rounds, (
        Figure("损坏、停止、杀死", "damages, stops, kills", str(len(trials.rebuilt))),
        Figure("期间的检索", "searches meanwhile", f"{trials.answers:,}"),
        Figure("其中错误的", "of them wrong", str(trials.wrong)),
        Figure("最慢的重建", "slowest rebuilding", f"{max(trials.rebuilt, default=0):.1f} s")),
        tuple(trials.faults[:20]))


def opened(place: Path | ChromaServer) -> VectorIndex:
    return ChromaIndexes(place).open("policy@1", "model@1", suite.IDS, suite.VECTORS)


DAMAGES: dict[str, Callable[[Path, random.Random], object]] = {
    "truncated": lambda path, chance: path.write_bytes(path.read_bytes()[:chance.randrange(path.stat().st_size + 1)]),
    "deleted": lambda path, _: path.unlink(),
    "random bytes": lambda path, chance: path.write_bytes(chance.randbytes(max(1, path.stat().st_size))),
    "bytes flipped": lambda path, chance: path.write_bytes(bytes(
        one ^ chance.getrandbits(8) if chance.random() < 0.01 else one for one in path.read_bytes())),
}


def embedded(trials: Trials, folder: Path, name: str, damage: Callable[[Path, random.Random], object],
             chance: random.Random) -> None:
    """Under a running process, and found by the next one that opens it."""
    index = opened(folder)
    for file in suite.files(folder):
        damage(file, chance)
    trials.rebuilding(f"{name}, running", index, time.monotonic())
    for file in suite.files(folder):
        damage(file, chance)
    began = time.monotonic()
    trials.rebuilding(f"{name}, opened", opened(folder), began)


def killed_while_filling(trials: Trials, folder: Path, chance: random.Random) -> None:
    """kill -9 of the process that owns the folder, while it writes collections."""
    with subprocess.Popen([sys.executable, "-c", FILLING, str(folder)], cwd=ROOT, stdout=subprocess.PIPE) as filling:
        assert filling.stdout is not None
        filling.stdout.readline()
        time.sleep(chance.uniform(0.0, 1.0))
        filling.kill()
    began = time.monotonic()
    trials.rebuilding("killed while it was filled", opened(folder), began)


def served(trials: Trials, folder: Path) -> None:
    """A Chroma server that is killed and comes back with its data and without."""
    folder.mkdir()
    server = suite.Server(folder / "data")
    server.start()
    try:
        index = opened(ChromaServer("127.0.0.1", server.port))
        for name in ("killed", "killed and its data deleted"):
            server.stop()
            for _ in range(20):
                trials.ask(f"server {name}", index)
            if "deleted" in name:
                shutil.rmtree(folder / "data")
            server.start()
            trials.rebuilding(f"server {name}", index, time.monotonic())
    finally:
        server.stop()
