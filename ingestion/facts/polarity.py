"""What the title of a table says against all that it lists: planned, left out, of former days."""

from __future__ import annotations

import re

from ingestion.facts.lexicon import listed
from ingestion.language import load, pattern

LONGEST_TITLE = 40  # characters of a title that says of what kind all its rows are
_ASIDE = re.compile(
    r"（?(?:不含|不包括|不包含|除|剔除|扣除|已剔除|未含|含|包括|包含|兼)[^（），。；]*(?:）|外|$|(?=[，。；]))"
)


def polarity(title: str) -> str:
    """The reason that a table's own title gives against all that it lists; what it says to leave out is not its, and a
    sentence is no title."""
    said = _ASIDE.sub("", title.strip())
    if len(said) > LONGEST_TITLE or said.endswith("。"):
        return ""
    for reason, names in load("tables")["polarity"].items():
        if pattern(tuple(names)).search(said) and not listed("polarity_exempt").search(said):
            return str(reason)
    return ""
