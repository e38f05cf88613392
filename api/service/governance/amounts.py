"""Numbers as staff write them: 200万元 and 2,000,000 are the same. Pure."""
from __future__ import annotations

import re
import unicodedata

from api.errors import Failure
from ingestion.domain import Comparator
from ingestion.numbers import numerals
from ingestion.policies import measures

WAN, WAN_STEP = 10_000, 100
_NUMBER = re.compile(r"[0-9０-９][0-9０-９,，.．]*[ ]*[万亿]?|[零〇一二两三四五六七八九十百千]+[万亿]?")
_FORM = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?[万亿]?|[零〇一二两三四五六七八九十百千]+[万亿]?)\s*([^\d\s,.]*)")


def written(number: int, unit: str = "") -> str:
    """200万元, 205.5万元, 20篇; below ten thousand, and where it is not round, in full."""
    if number >= WAN and number % WAN_STEP == 0:
        return f"{number / WAN:,.2f}".rstrip("0").rstrip(".") + "万" + unit
    return f"{number:,}{unit}"


def read(typed: str, unit: str = "") -> int:
    """The whole number that somebody typed, with its unit or without. Failure "policy_amount"."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed)).replace("，", ",")
    match = _FORM.fullmatch(plain)
    value = numerals.parse_number(match[1]) if match else None
    if match is None or value is None or value != int(value) or match[2] not in {"", unit}:
        raise Failure("policy_amount", given=typed[:60], unit=unit)
    return int(value)


def reworded(quote: str, bar: int, comparator: Comparator, unit: str) -> str:
    """The clause's words asking for another number, all else as it was; "" where they name none, or several."""
    for match in _NUMBER.finditer(quote):
        for number in (bar, bar - 1, bar + 1):          # 超过5项 asks for 6
            wan = "万" in match[0] and number % WAN_STEP == 0
            figure = written(number) if wan else str(number)
            changed = quote[:match.start()] + figure + quote[match.end():]
            found = measures.measures(changed)
            if len(found) == 1 and (found[0].bar, found[0].comparator, found[0].unit) == (bar, comparator, unit):
                return changed
    return ""
