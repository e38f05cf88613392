"""Questions that follow each other, answered one by one without a model."""
from __future__ import annotations

from assistant.answering import answering
from assistant.dialogue import conversation
from ingestion.domain import Answer, Assessment
from tests.support import samples


def conversed(*questions: str, case: Assessment | None = None) -> Answer:
    """The answer to the last of questions that follow each other."""
    history: list[conversation.Turn] = []
    for question in questions:
        answer = answering.answer(question, samples.policy(), assessment=case, history=history)
        history.append(conversation.turn(question, answer, samples.policy()))
    return answer
