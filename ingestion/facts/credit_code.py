"""The unified social credit code 统一社会信用代码, GB 32100-2015: 18 symbols, the last one a check character.

Our own because python-stdnum refuses codes that begin with a letter, as those of agricultural collectives do (N2…).
"""

from __future__ import annotations

import re

SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODE = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Z])")
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def valid(code: str) -> bool:
    """Whether the check character fits (GB 32100-2015, 5.3): 31 - sum(value * 3^i mod 31) mod 31."""
    if len(code) != 18 or any(c not in SYMBOLS for c in code):
        return False
    total = sum(SYMBOLS.index(c) * weight for c, weight in zip(code, _WEIGHTS, strict=False))
    return SYMBOLS[(31 - total % 31) % 31] == code[17]
