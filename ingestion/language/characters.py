"""Traditional characters as simplified ones, one for one, so that offsets stay."""

from __future__ import annotations

from functools import lru_cache

_FIRST, _LAST = "一", "鿿"
_BOTH = {"後": "后", "於": "于", "夥": "伙", "徵": "征"}  # in GB 2312 as well, and hardly used in simplified texts


def simplified(text: str) -> str:
    """The text in simplified characters, of the same length; the conversion is loaded when one is met that seldom
    stands in such a text. What both scripts use (著, 乾) stays."""
    if text.isascii():
        return text
    try:
        text.encode("gb2312")
        odd = [one for one in _BOTH if one in text]
    except UnicodeEncodeError:
        odd = [one for one in set(text) if one in _BOTH or _outside(one)]
    return text.translate({ord(one): _simple(one) for one in odd}) if odd else text


def _outside(character: str) -> bool:
    return _FIRST <= character <= _LAST and not character.encode("gb2312", "ignore")


@lru_cache(maxsize=16_384)
def _simple(character: str) -> str:
    """One character, or itself where it has no simplified form of its own."""
    if character in _BOTH:
        return _BOTH[character]
    found: str = _conversion().convert(character)
    return found if len(found) == 1 else character


@lru_cache(maxsize=1)
def _conversion():  # type: ignore[no-untyped-def]
    from opencc import OpenCC

    return OpenCC("t2s")
