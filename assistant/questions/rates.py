"""The exchange rate that a question states: 1欧元7.8元, 按7.2的汇率, 汇率按7.1."""
from __future__ import annotations

import re
from decimal import Decimal

from msgspec import Struct

from ingestion.domain import Span

_RATE = re.compile(r"(?:1\s*|一|每)?(?P<currency>欧元|美元|英镑|日元|港元|港币|新元|新加坡元|加元|澳元|瑞士法郎"
    r"|卢布|韩元|[\u4e00-\u9fff]{0,4}(?:克朗|泰铢|林吉特|坚戈|第纳尔|福林|迪拉姆|里亚尔|卢比|比索|兹罗提|越南盾|法郎|列弗|列伊)|euros?|eur|dollars?|usd|pounds?|gbp)\s*(?:按|折|换|兑|合|=|等于|对|算|to|at|is|为|是|折合|兑换|折算|折成)*\s*(?:人民币|rmb|cny|yuan)?\s*"
    r"(?:按|为|是|at)?\s*(?P<rate>\d{1,3}\.\d+|\d{1,3})(?![\d.万亿,])")
_RATE_BEFORE = re.compile(r"(?:按|以|用|照|at)\s*(?:an? )?(?:exchange )?(?P<rate>\d{1,3}(?:\.\d+)?)\s*(?:元)?(?:的)?\s*"
                          r"(?:汇率|rate)|(?:按|以|照)\s*(?P<rate_>\d{1,3}(?:\.\d+)?)(?:来|去)?(?=[折换兑])")
_RATE_ALONE = re.compile(r"(?:汇率|rate)(?:[^\d，。；]{0,8})(?P<rate>\d{1,3}(?:\.\d+)?)(?![\d.]|\s*[万亿篇家户项个])")


class Rate(Struct, frozen=True):
    """Yuan for one unit of `currency` ("" where the question does not name it), and where it stands."""

    currency: str
    yuan: Decimal
    span: Span


def stated(folded: str) -> Rate | None:
    """The first rate that a folded text states."""
    match = _RATE.search(folded) or _RATE_BEFORE.search(folded) or _RATE_ALONE.search(folded)
    if match is None:
        return None
    told = match.groupdict()
    return Rate(told.get("currency") or "", Decimal(told["rate"] or told["rate_"]), Span(*match.span()))
