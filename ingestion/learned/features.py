"""The features of a row: its characters, pairs and triples of them, alone and together with the fact, hashed.

Digits are one character and cells are parted by one mark, so that a row looks the same in docx, xlsx and plain text.
"""
from __future__ import annotations

import re
import unicodedata
from typing import Final
from zlib import crc32

BUCKETS: Final = 1 << 17
LONGEST: Final = 400         # characters of a row that are looked at
_LENGTHS: Final = (1, 2, 3)  # of the pieces
_TIMES_FACT: Final = 3       # how much the fact alone weighs
_DIGIT = re.compile(r"\d")
_PARTING = re.compile(r"\s*[|｜\t]+\s*")


def features(fact: str, text: str) -> dict[int, int]:
    """Hashed features with their weights, for a row's text with its cells parted by bars or tabs."""
    plain = _PARTING.sub("|", _DIGIT.sub("0", unicodedata.normalize("NFKC", text[:LONGEST]))).strip("| ")
    framed, own = f"|{plain}|", f"{fact}#"
    pieces = {framed[at:at + n] for n in _LENGTHS for at in range(len(framed) - n + 1)}
    found: dict[int, int] = {}
    for piece in pieces:
        found[_bucket(piece)] = 1
        found[_bucket(own + piece)] = 1
    found[_bucket(f"fact:{fact}")] = _TIMES_FACT
    found[_bucket(f"length:{min(9, len(plain) // 10)}")] = 1
    found[_bucket("row:" if "|" in plain else "text:")] = 2
    return found


def _bucket(feature: str) -> int:
    return crc32(feature.encode()) & (BUCKETS - 1)
