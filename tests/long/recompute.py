"""Assessments made again in fresh processes with another hash seed, time zone, locale, order of files and database."""
from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from tests.ingestion.facts.generated import facts_grammar as grammar
from tests.long.assessed import Result, Task
from tests.long.goals import Figure, Outcome
from tests.long.page import ROOT
from tests.support.databases import KINDS, fresh, server

BATCH = 20       # assessments of one process
ZONES = ("Pacific/Kiritimati", "America/New_York", "Asia/Kathmandu", "Pacific/Marquesas", "Asia/Shanghai", "UTC")
LOCALES = ("C", "C.UTF-8", "POSIX")


def run(count: int) -> Outcome:
    faults, processes, chance = [], 0, random.Random(count)
    with tempfile.TemporaryDirectory() as name, database() as url:
        folder = Path(name)
        for number in range(count):
            application(folder / "corpus" / str(number), number)
        for start in range(0, count, BATCH):
            numbers = list(range(start, min(count, start + BATCH)))
            before, _ = made(Task(str(folder / "corpus"), numbers, 0, str(folder / "one"), "", "", []), "0", "UTC", "C")
            after, otherwise = made(
                Task(str(folder / "corpus"), numbers, chance.randrange(1 << 30), str(folder / "other"), url,
                     str(folder / "one"), [one.key for one in before]),
                str(chance.randrange(1, 1 << 31)), chance.choice(ZONES), chance.choice(LOCALES))
            processes += 2
            faults += [f"made anew: {one} {other}" for one, other in zip(before, after, strict=True) if one != other]
            faults += [f"recomputed from what is stored: {key}" for key in otherwise]
    return Outcome(count, (
        Figure("进程", "processes", str(processes)),
        Figure("重新做一遍后不同的", "that came out otherwise when made anew",
               str(sum(one.startswith("made") for one in faults))),
        Figure("由保存的材料重算后不同的", "that came out otherwise from what is stored",
               str(sum(one.startswith("recomputed") for one in faults))),
        Figure("另一个数据库", "the other database", KINDS[-1])), tuple(faults[:20]))


@contextmanager
def database() -> Iterator[str]:
    """The address of another kind of database, "" for another one of the same kind."""
    if "postgresql" not in KINDS:
        yield ""
        return
    with server() as address:
        yield fresh(address)


def application(folder: Path, number: int) -> None:
    """A drawn application as text, Word or pdf, and two more files."""
    folder.mkdir(parents=True)
    drawn, more = grammar.sample(number), grammar.sample(number + 1_000_000)
    kind = number % 3
    data = (drawn.text.encode(), grammar.as_docx(drawn), grammar.as_pdf(drawn))[kind]
    (folder / f"申报书{('.txt', '.docx', '.pdf')[kind]}").write_bytes(data)
    (folder / "补充材料.txt").write_text(more.text, encoding="utf-8")
    (folder / "a 承诺书.md").write_text("近三年未发生重大安全事故、环境事故，未出现科研诚信问题。\n", encoding="utf-8")


def made(task: Task, seed: str, zone: str, locale: str) -> tuple[list[Result], list[str]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.long.assessed"], input=json.dumps(asdict(task)), capture_output=True, text=True,
        check=False, cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale, "PYTHONUTF8": "1"})
    if done.returncode:
        raise RuntimeError(done.stderr[-2_000:])
    found, otherwise = json.loads(done.stdout)
    return [Result(**one) for one in found], otherwise
