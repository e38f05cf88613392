"""The days that a question supposes."""
from __future__ import annotations

from datetime import date

from assistant.questions.dialogue_patterns import pattern


def application_day(folded: str, today: date) -> date:
    """The day that a question supposes: the last one of the year in which it says that they apply, else today."""
    match = pattern("roles", "applying").search(folded)
    year = int(next(filter(None, match.groups()))) if match else today.year
    return today if year == today.year else date(year, 12, 31)
