"""What the last long run of each goal found, kept one file a goal, and the page that is made of it."""
from __future__ import annotations

import json
import os
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.long.goals import GOALS, Figure, Goal, Outcome

ROOT = Path(__file__).parent.parent.parent
KEPT = ROOT / "docs" / "endurance"
PROGRAM = ("api", "assistant", "ingestion", "policy_corpus", "prompts")
PAGE = ROOT / "docs" / "endurance.md"


CHINESE = """# 耐久与抵抗 · Endurance

威胁模型（`docs/threat-model.md`）的每个目标有两种测试：快的在测试套件里；完整的由一条命令运行，
本页由它写出，不要手改。

```
python -m tests.long [名称 | 名称=规模 ...]
```

不写名称就全部运行。名称：{names}。

提交是最后一次改动程序的提交，后面的 + 表示程序其后还有改动。
负荷是开始前的系统平均负荷，大于 0.5 表示机器上另有工作，用时因此偏长。

| 目标 | 结果 | 测得 | 何时、何处 |
| --- | --- | --- | --- |"""
QUICK = """
快的形式 · Quick forms：
"""
ENGLISH = """
---

Every goal of the threat model has a quick form in the suite and a full one, run by the command above, which writes this
page. The commit is the last one that changed the program, with a + where it was changed since. The load is that of the
machine before the run: above 0.5 others worked on it, and times are longer than they need be.

| Goal | Result | Measured | When and where |
| --- | --- | --- | --- |"""


@dataclass(frozen=True, slots=True)
class Words:
    """The page's words in one language."""

    chinese: bool
    unknown: str
    reached: str
    small: str
    missed: str
    comma: str
    name: str
    place: str

    def of(self, one: Goal | Figure, *, unit: bool = False) -> str:
        if unit and isinstance(one, Goal):
            return one.unit_zh if self.chinese else one.unit_en
        return one.zh if self.chinese else one.en


CHINESE_WORDS = Words(True, "尚未测量", "达到", "规模不足；已运行的部分没有差错", "**未达到**", "，", "（`{}`）",
                      "{date}，`{command}`，提交 {commit}，{processors} 核 {memory_gb} GB，负荷 {load}，{seconds} 秒")
ENGLISH_WORDS = Words(False, "not measured yet", "reached", "smaller than the goal; no fault in what was run",
                      "**not reached**", ", ", " (`{}`)", "{date}, `{command}`, commit {commit}, {processors} cores "
                      "{memory_gb} GB, load {load}, {seconds} s")


@dataclass(frozen=True, slots=True)
class Record:
    """`load` is the machine's load average before the run began: above 0.5 somebody else was working on it."""

    date: str
    command: str
    commit: str
    processors: int
    memory_gb: int
    load: float
    seconds: int
    outcome: Outcome


def machine() -> tuple[int, int, float]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return os.cpu_count() or 1, round(memory), round(os.getloadavg()[0], 1)


def commit() -> str:
    """The last commit that changed the program, with a + where it was changed since."""
    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments, "--", *PROGRAM], cwd=ROOT, capture_output=True,  # noqa: S607
                              text=True, check=True).stdout.strip()

    return git("log", "-1", "--format=%h", "--abbrev=10") + ("+" if git("status", "--porcelain") else "")


def keep(goal: Goal, record: Record) -> None:
    KEPT.mkdir(exist_ok=True)
    (KEPT / f"{goal.name}.json").write_text(
        json.dumps(asdict(record), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(rendered(), encoding="utf-8")


def kept(goal: Goal) -> Record | None:
    path = KEPT / f"{goal.name}.json"
    if not path.exists():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    outcome = found.pop("outcome")
    figures = tuple(Figure(**one) for one in outcome["figures"])
    return Record(**found, outcome=Outcome(outcome["size"], figures, tuple(outcome["faults"])))


def reached(goal: Goal, record: Record) -> bool:
    return not record.outcome.faults and record.outcome.size >= goal.full


def rendered() -> str:
    """The page: Chinese, then English. Made by the command; a test holds it against the records."""
    names = " ".join(f"`{goal.name}`" for goal in GOALS)
    quick = [f"- `{goal.name}`：" + "、".join(f"`tests/{one}`" for one in goal.quick) for goal in GOALS]
    return "\n".join([
        CHINESE.format(names=names), *(_line(goal, CHINESE_WORDS) for goal in GOALS),
        QUICK, *quick, ENGLISH, *(_line(goal, ENGLISH_WORDS) for goal in GOALS)]) + "\n"


def _line(goal: Goal, words: Words) -> str:
    record, goal_said = kept(goal), f"{words.of(goal)}{words.name.format(goal.name)}"
    if record is None:
        return f"| {goal_said} | {words.unknown} | | |"
    found = record.outcome
    result = words.reached if reached(goal, record) else words.missed if found.faults else words.small
    size = f"{found.size:,} / {goal.full:,} {words.of(goal, unit=True)}"
    figures = words.comma.join([size, *(f"{words.of(one)} {one.value}" for one in found.figures)])
    place = words.place.format(**{**asdict(record), "seconds": f"{record.seconds:,}"})
    return f"| {goal_said} | {result} | {figures} | {place} |"
