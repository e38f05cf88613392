"""What a reading costs, before anything is asked: its tokens by the size of what would be sent, its seconds by what
such requests took of late.

How long answers are was measured on recorded ones (36 applications of 4,000 to 14,000 characters: 6 % off on average,
24 % at most); those of long packages name rows together and grow no further.
"""
from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from assistant.second_reader.asking.endpoint import Took, tokens_of
from assistant.second_reader.asking.request import Message
from assistant.second_reader.exam.examined import Examined

A_FACT, A_CHARACTER, MOST = 530, 0.73, 12_000    # characters of an answer: for each fact; of documents, and at most


class Pace(Struct, frozen=True):
    """Seconds for a token that is read and one that is written. `by`: what it was measured on, "readings", "exam"."""

    asked: float
    answered: float
    by: str


class Request(Struct, frozen=True):
    """One request as it is foreseen, in tokens; `name` is what it is known by, "" for one that is not made yet."""

    name: str
    asked: int
    answered: int


class Cost(Struct, frozen=True):
    """What is foreseen; `seconds` None where nothing was measured, `by` as of a pace. Without requests everything that
    would be asked was answered before."""

    requests: int
    tokens: int
    seconds: float | None
    by: str = ""


def requests(messages: Sequence[Sequence[Message]], names: Sequence[str], facts: int) -> tuple[Request, ...]:
    """The requests for `facts` facts as they would be sent, and the one that joins their answers."""
    made = [Request(name, tokens_of(sum(len(text) for _, text in one)), _answer(facts, len(one[-1][1])))
            for name, one in zip(names, messages, strict=True)]
    if len(made) > 1:
        instructions = tokens_of(len(messages[0][0][1]))
        together = sum(one.answered for one in made)
        made.append(Request("", instructions + together, together))
    return tuple(made)


def cost(foreseen: Sequence[Request], pace: Pace | None, known: Collection[str] = ()) -> Cost:
    """What is foreseen of requests but for those whose answers are `known` by name."""
    left = [one for one in foreseen if one.name not in known]
    if all(not one.name for one in left):
        left = []
    asked, answered = sum(one.asked for one in left), sum(one.answered for one in left)
    seconds = pace.asked * asked + pace.answered * answered if pace is not None else None
    return Cost(len(left), asked + answered, round(seconds, 1) if seconds is not None else None,
                pace.by if pace is not None else "")


def pace(took: Sequence[Took], by: str) -> Pace | None:
    """The pace that requests show: least squares over what was read and written, none of both below zero."""
    asked, answered = sum(one.asked**2 for one in took), sum(one.answered**2 for one in took)
    both = sum(one.asked * one.answered for one in took)
    for_asked = sum(one.asked * one.seconds for one in took)
    for_answered = sum(one.answered * one.seconds for one in took)
    apart = asked * answered - both**2
    if not asked or not answered:
        return None
    if apart < asked * answered / 1000:   # always as much written as read
        every = sum(one.seconds for one in took) / sum(one.asked + one.answered for one in took)
        return Pace(every, every, by)
    reads = (for_asked * answered - for_answered * both) / apart
    writes = (for_answered * asked - for_asked * both) / apart
    if reads < 0 or writes < 0:
        reads, writes = (0.0, for_answered / answered) if reads < 0 else (for_asked / asked, 0.0)
    return Pace(reads, writes, by)


def of_exam(exam: Examined | None) -> Pace | None:
    """The pace that an exam showed."""
    paces = exam.course.paces if exam is not None and exam.course is not None else None
    return Pace(*paces, "exam") if paces is not None else None


def _answer(facts: int, characters: int) -> int:
    return tokens_of(int(A_FACT * facts + min(MOST, A_CHARACTER * characters)))
