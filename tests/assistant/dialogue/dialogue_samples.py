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


class _Kind(NamedTuple):
    """A fact as people speak of it: its unit and bar, what it is called, what one did, and what makes a part not count
    or leaves it counting."""

    unit: str
    bar: int
    called: tuple[str, ...]
    did: tuple[str, ...]
    out: tuple[str, ...]
    good: str
    place: str


_KINDS = (
    _Kind("篇", 20, ("SCI论文", "SCI", "论文"), ("发了", "见刊", "有"),
          ("还在审稿", "刚录用没见刊", "是2019年发的", "被撤稿了", "是北大核心", "只是会议摘要"),
          "是SCI一区的", "联合研究中心"),
    _Kind("户", 10, ("高企", "高新技术企业", "高企和创新型企业"), ("有", "入驻了", "引进了"),
          ("证书过期了", "已经搬走", "没复审上", "注销了"), "是今年新来的", "创新园"),
    _Kind("个", 3, ("平台", "创新平台"), ("有", "建了"), ("是区级的", "还没批下来", "在筹建"), "是国家级的", "创新园"),
    _Kind("个", 2, ("海外团队", "海外研发机构"), ("有", "引进了", "入驻"),
          ("已经撤走", "还在谈", "没入驻"), "去年来的", "园区"),
    _Kind("家", 5, ("境外合作机构", "境外伙伴"), ("有", "签了"), ("协议到期没续", "是上海的", "已经终止合作"),
          "在香港", "创新园"),
    _Kind("项", 3, ("技术转移", "国际技术转移"), ("做成了", "办结"), ("转给了贵州的企业", "还没交付"),
          "是往泰国转的", "转移中心"),
    _Kind("人", 2, ("常驻人员", "长驻的"), ("有", "派了"), ("是兼职", "长期在重庆", "已经离职"),
          "是当地招的", "海外中心"),
    _Kind("万", 200, ("国际合作经费", "经费"), ("花了", "用了"), ("只是合同额", "是预算"), "是去年花的", "海外中心"),
)
_FORMS = ("{what}{n}{u}", "{did}{what}{n}{u}", "{what}{did}{n}{u}", "我们{what}{did}{n}{u}", "{what}一共{n}{u}")
_LEADS = ("其中", "里面有", "里头", "但有", "其中有", "可", "不过", "当中")
_VERDICTS = ("够不够", "够了没", "够{bar}{u}吗", "达标不", "过得了吗", "能过不", "算够吧", "符合不符合", "ok不",
             "够{bar}{u}不")


def as_typed(number: int, seed: int = 8) -> Iterator[Asked]:
    """So many questions as people type them: commas, blanks or full stops between the clauses, verbs of every day, one
    or two parts that do not count, what stands beside, and what counts all the same."""
    chance = random.Random(seed)
    for _ in range(number):
        kind = chance.choice(_KINDS)
        step = 10 if kind.bar > 100 else 1
        have = chance.randint(max(1, kind.bar // step - 4), kind.bar // step + 6) * step
        first = chance.choice(_FORMS).format(what=chance.choice(kind.called), did=chance.choice(kind.did), n=have,
                                             u=kind.unit)
        pieces, total = [first.replace("有有", "有")], have
        case = chance.random()
        if case < 0.5 and have > step:
            part = chance.randint(1, have // step - 1) * step
            pieces.append(chance.choice(_LEADS) + f"{part}{kind.unit}{chance.choice(kind.out)}")
            total -= part
        elif case < 0.6 and have > 2 * step:
            one, two = step, chance.randint(1, have // step - 1) * step
            some, others = chance.sample(kind.out, 2)
            pieces += [f"其中{one}{kind.unit}{some}", f"{two}{kind.unit}{others}"]
            total -= one + two
        elif case < 0.7:
            pieces.append(f"另外{step}{kind.unit}{chance.choice(kind.out)}")
        elif case < 0.8:
            pieces.append(f"再加上{step}{kind.unit}{kind.good}")
            total += step
        elif case < 0.9 and have > step:
            pieces.append(f"其中{step}{kind.unit}{kind.good}")
        ask = chance.choice(_VERDICTS).format(bar=kind.bar, u=kind.unit)
        text = kind.place + chance.choice(("，", "")) + chance.choice(("，", " ", "。", "；")).join([*pieces, ask])
        yield Asked(text, "", "yes" if total >= kind.bar else "no", frozenset())
