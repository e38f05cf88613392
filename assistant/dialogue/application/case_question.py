"""One part of a question about an application, as everything that answers it takes it."""
from __future__ import annotations

from msgspec import Struct

from assistant.dialogue.application.case import Row
from assistant.dialogue.asker.roles import Asked
from assistant.questions.case_questions import CaseQuestion
from assistant.questions.understanding import Part


class Question(Struct, frozen=True):
    """One part of a question about an application, with all that was understood of it."""

    part: Part
    asked: CaseQuestion
    figures: Asked
    rows: tuple[Row, ...]
    documents: tuple[str, ...]
    types: tuple[str, ...]     # other base types that it names
    uncounted: str = ""        # what it names that stands in the documents and in no row

    @property
    def text(self) -> str:
        return self.part.text

    @property
    def facts(self) -> list[str]:
        return self.asked.facts
