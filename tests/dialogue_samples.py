"""Questions with figures in every order and wording, each with what they come to, made from a seed."""
from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple


class Asked(NamedTuple):
    """A question, the clause that settles it, its verdict, and the figures that its answer may name."""

    text: str
    ref: str
    verdict: str
    figures: frozenset[float]


_FACTS = (   # what is counted, its unit, the bar, the clause, how a part stops counting
    ("SCI论文", "篇", 20, "第八条（二）", ("还没见刊", "还在审稿", "被撤稿了", "只是录用")),
    ("园区入驻的高新技术企业", "户", 10, "第六条（二）", ("证书过期了", "已经搬走", "复审没通过")),
    ("境外合作机构", "家", 5, "第六条（三）", ("协议到期没续", "是上海的", "已经终止合作")),
    ("办结的国际技术转移", "项", 3, "第七条（四）", ("还没交付", "只签了意向", "是转给成都企业的")),
    ("海外中心常驻人员", "人", 2, "第九条（二）", ("是兼职", "长期在国内办公", "已经离职")),
)
_HAVE = ("我们有{n}{u}{what}", "{what}{n}{u}", "目前{what}一共{n}{u}", "{what}现在是{n}{u}", "手里的{what}有{n}{u}")
_PART = ("其中{k}{u}{why}", "里面有{k}{u}{why}", "有{k}{u}{why}")
_ASK = ("够不够？", "够{bar}{u}吗？", "达标吗", "够了吧？", "能达到{bar}{u}的要求吗？", "符合要求吗", "行不行")
_ADDED = ("另有{k}{u}{why}", "另外{k}{u}{why}")


def generated(number: int, seed: int = 20261201) -> Iterator[Asked]:
    """So many questions: a figure alone, less a part, beside what does not count, in either order with the bar."""
    chance = random.Random(seed)
    for _ in range(number):
        what, unit, bar, ref, reasons = chance.choice(_FACTS)
        have = chance.randint(max(1, bar - 4), bar + 6)
        ask = chance.choice(_ASK).format(bar=bar, u=unit)
        pieces, total, known = [chance.choice(_HAVE).format(n=have, u=unit, what=what)], have, {have, bar}
        case = chance.random()
        if case < 0.4 and have > 1:
            part = chance.randint(1, have - 1)
            pieces.append(chance.choice(_PART).format(k=part, u=unit, why=chance.choice(reasons)))
            total -= part
            known |= {part, total}
        elif case < 0.6:
            beside = chance.randint(1, 4)
            pieces.append(chance.choice(_ADDED).format(k=beside, u=unit, why=chance.choice(reasons)))
            known.add(beside)
        text = "，".join([*pieces, ask])
        if chance.random() < 0.2:
            text = f"要求是{bar}{unit}，" + text
        known |= {abs(bar - total)}
        yield Asked(text, ref, "yes" if total >= bar else "no", frozenset(float(one) for one in known))
