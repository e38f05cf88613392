"""Characters of symbol fonts as the Unicode characters that they look like (`ingestion/language/symbols.yaml`)."""
from __future__ import annotations

import re

from ingestion import language

PRIVATE = re.compile("[\uf020-\uf0ff]")  # where Word puts the codes of symbol fonts
UNKNOWN = "\ufffd"
BULLET = "•"


def _fonts() -> dict[str, dict[int, str]]:
    fonts: dict[str, dict[int, str]] = language.load("symbols.yaml")
    return fonts


def is_symbol_font(font: str) -> bool:
    return bool(font) and font.strip().lower() in _fonts()


def bullet(font: str, text: str) -> str:
    """A bullet as shown; one that is not known is a plain bullet."""
    return _translate(font, text, BULLET)


def run_text(font: str, text: str) -> str:
    """The words of a run that is set in a symbol font or holds characters of the private area."""
    return _translate(font, text, "")


def character(font: str, code: str) -> str:
    """The character of a `w:sym` (font and hexadecimal code); U+FFFD where it is not known."""
    try:
        value = int(code, 16)
    except ValueError:
        return UNKNOWN
    if is_symbol_font(font) or 0xF020 <= value <= 0xF0FF:
        return _known(font).get(value & 0xFF, UNKNOWN)
    return chr(value) if 0x20 <= value < 0xD800 or 0xE000 <= value < 0xFFFE else UNKNOWN


def _known(font: str) -> dict[int, str]:
    """The font's table; that of Wingdings for a font that is not named, as most such characters come from there."""
    fonts = _fonts()
    return fonts.get(font.strip().lower(), fonts["wingdings"])


def _translate(font: str, text: str, unknown: str) -> str:
    """`unknown` stands for characters without an entry; "" keeps letters and marks private characters U+FFFD."""
    symbolic, known = is_symbol_font(font), _known(font)
    shown = []
    for letter in text:
        private = PRIVATE.match(letter) is not None
        if private or (symbolic and ord(letter) < 0x100 and not letter.isspace()):
            shown.append(known.get(ord(letter) & 0xFF) or unknown or (UNKNOWN if private else letter))
        else:
            shown.append(letter)
    return "".join(shown)
