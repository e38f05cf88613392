"""What a language model must not get shown: seeded mutations of a right sentence, by kind."""
from __future__ import annotations

import random
from collections.abc import Callable

QUESTION = "国际联合研究中心要发表多少篇论文？"
CLAUSE = "在所申报领域近三年发表SCI或EI论文20篇（含）以上，其中中外联合发表论文不少于5篇"
GOOD = "近三年SCI或EI论文须达20篇（含）以上。[1]"
MARKUP = ("<script>alert({n})</script>", "<img src=x onerror=alert({n})>", "<b>{n}</b>", "<iframe src=//x{n}.example>",
          "[{n}](javascript:alert(1))", "![x](https://x{n}.example/p.png)", "<svg/onload=alert({n})>")
Mutation = Callable[[random.Random], str]


def _number(chance: random.Random) -> str:
    return GOOD.replace("20", str(chance.choice([one for one in range(1, 400) if one not in (5, 20)])))


KINDS: dict[str, Mutation] = {
    "another number": _number,
    "a made-up article": lambda chance: f"依据第{chance.randint(19, 99)}条，{GOOD}",
    "a source that was not given": lambda chance: GOOD.replace("[1]", f"[{chance.randint(3, 99)}]"),
    "no source": lambda chance: GOOD.replace("[1]", "") + "。" * chance.randint(0, 2),
    "another applicant's code": lambda chance: GOOD.replace("。", f"，代码91500{chance.randint(10**12, 10**13 - 1)}。"),
    "another applicant's number": lambda chance: GOOD.replace(
        "。", f"，联系人1{chance.randint(3, 9)}{chance.randint(0, 999_999_999):09}。"),
    "a link": lambda chance: GOOD.replace("。", f"，见https://x{chance.randint(1, 99)}.example。"),
    "markup": lambda chance: GOOD.replace("论文", "论文" + chance.choice(MARKUP).format(n=chance.randint(1, 99))),
    "a denial": lambda chance: GOOD.replace("须达", chance.choice(("不须达到", "无需", "不必达到", "禁止"))),
    "an outcome": lambda chance: f"该单位{chance.choice(('符合', '不符合', '满足', '达标', '具备'))}条件，{GOOD}",
    "another period": lambda chance: GOOD.replace(
        "近三年", f"{chance.randint(2015, 2030)}年{chance.randint(1, 12)}月以来"),
    "another bar": lambda chance: GOOD.replace("以上", chance.choice(("以下", "以内", "左右"))),
}


def sentence(number: int, chance: random.Random) -> str:
    """One of the kinds after another."""
    return list(KINDS.values())[number % len(KINDS)](chance)


def output(number: int, chance: random.Random) -> str:
    """What a model says at once: one to three sentences, every one of them hostile."""
    return "".join(sentence(number + more, chance) for more in range(chance.randint(1, 3)))
