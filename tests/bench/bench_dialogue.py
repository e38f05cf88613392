"""How fast questions about an application are answered without a model, once it is read.

    python -m tests.bench.bench_dialogue [--rounds 5]

One application of 200 papers in a table and some pages of text; the goal is 300 ms for every kind of question, the
first one that needs the documents again (another window, another base type) apart.
"""
from __future__ import annotations

import argparse
import time
from datetime import date
from statistics import median

from assistant.answering import answering
from assistant.judging import assessing
from ingestion.domain import Assessment
from ingestion.parsing.text import from_string
from tests.support import samples

QUESTIONS = (
    "论文够20篇吗？", "还差什么？", "哪些没算，为什么？", "联合论文有几篇？", "论文怎么算出来的？", "第5行为什么没算",
    "要是再发两篇呢？", "总结一下", "能过吗？", "联系人是谁？", "三年从哪天开始算", "改报国际创新园行吗？",
    "How many papers are there?", "你好", "公示要几天？")
GOAL = 300.0


def application(rows: int = 200) -> Assessment:
    table = "\n".join(f"| {number} | 膜材料研究第{number}号 | 重庆澄江研究院；慕尼黑工业大学 | {2022 + number % 4} | "
                      f"{'SCI' if number % 3 else '北大核心'} |" for number in range(1, rows + 1))
    text = ("重庆澄江研究院有限公司申报国际联合研究中心。联系人王某。\n\n近三年发表SCI或EI论文清单\n\n"
            "| 序号 | 论文题目 | 作者单位 | 发表年份 | 收录 |\n|---|---|---|---|---|\n" + table + "\n\n"
            + "研究院长期从事膜材料研究，与境外机构保持合作。\n" * 200)
    return assessing.assess_documents([from_string(text)], samples.policy(), samples.BASE_TYPE, date(2025, 6, 30))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    policy, case = samples.policy(), application()
    answering.answer("你好", policy, assessment=case)
    slow = []
    for question in QUESTIONS:
        taken = []
        for _ in range(rounds):
            started = time.perf_counter()
            answering.answer(question, policy, assessment=case)
            taken.append((time.perf_counter() - started) * 1000)
        shown = median(taken)
        slow += [question] if shown > GOAL else []
        print(f"{shown:8.1f} ms  first {taken[0]:8.1f} ms  {question}")
    print(f"over {GOAL:.0f} ms: {', '.join(slow) or 'none'}")


if __name__ == "__main__":
    main()
