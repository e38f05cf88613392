"""Writes whole numbers in Chinese, for tests that read them back."""
from __future__ import annotations

DIGITS, FORMAL_DIGITS = "零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖"
POWERS, FORMAL_POWERS = ("", "十", "百", "千"), ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")


def chinese(number: int, *, formal: bool = False) -> str:
    """二十三, 一千零二十六, formal 贰拾叁; from 0 to below 10**12."""
    if number == 0:
        return "零"
    words = ""
    for place in range(len(GROUPS) - 1, -1, -1):
        group = number // 10_000**place % 10_000
        if group == 0:
            continue
        gap = bool(words) and (group < 1000 or number // 10_000 ** (place + 1) % 10_000 == 0)
        words += ("零" if gap else "") + _group(group, formal) + GROUPS[place]
    return words[1:] if words.startswith("一十") else words


def _group(number: int, formal: bool) -> str:
    """A number below 10,000, one 零 for each gap inside it."""
    digits, powers = (FORMAL_DIGITS, FORMAL_POWERS) if formal else (DIGITS, POWERS)
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            words += ("零" if gap and words else "") + digits[digit] + powers[place]
        gap = digit == 0
    return words


def full_width(text: str) -> str:
    """Digits as they stand in forms filled with a Chinese input method: ２３."""
    return text.translate({ord(digit): chr(ord(digit) + 0xFEE0) for digit in "0123456789"})
