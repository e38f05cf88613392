"""Whether two things that a question names are one: 七秒换爪和O-1是同一个项目吗, 台账上登了两笔，算两项吗."""
from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.dialogue.application import listing, mentions
from assistant.dialogue.application.case import Case
from assistant.dialogue.application.case_question import Question
from assistant.dialogue.application.lines import Line
from assistant.dialogue.results import NO, OPEN, YES, Result
from assistant.questions.dialogue_patterns import says
from ingestion.language import fold

_AND = re.compile(r"[和跟与及、]|\band\b")
_MOST = 4


def answer(case: Case, one: Question) -> Result | None:
    """Yes where the documents say so or one of the rows was left out as a duplicate; open where they say nothing."""
    if not one.part.polar or not says("asks", "same", one.text):
        return None
    lines = _lines(case, one.text) or [line for line in one.named.lines if says("asks", "said_same", line.folded)]
    rows = [row for row in one.rows if not one.facts or row.fact in one.facts][:_MOST]
    if not lines and not rows:
        return None
    same = any(row.reason == listing.DUPLICATE for row in rows) \
        or any(says("asks", "said_same", line.folded) for line in lines)
    verdict = OPEN if not same else NO if says("asks", "as_two", one.text) else YES
    told = listing.status(case, rows, verdict)
    head = (case.say("case_passages"),) if lines and not rows else ()
    places = [line.citation for line in lines]
    return Result("rows", verdict=verdict, quotes=tuple(dict.fromkeys((*told.quotes, *places))), refs=told.refs,
                  lines=(*told.lines, *head, *(() if same else (case.say("not_said_same"),))))


def _lines(case: Case, text: str) -> list[Line]:
    """The lines that hold a name of both sides of what the question joins."""
    known = fold(case.policy.text)
    sides = [side for piece in _AND.split(text) if (side := _names(piece, known)) is not None]
    if len(sides) < 2:
        return []
    found = []
    for line in case.lines:
        held = [side for side in sides if _holds(line.folded, side)]
        if len(held) > 1:
            found.append(line)
    return found[:_MOST]


def _names(text: str, known: str) -> tuple[Sequence[str], Sequence[str]] | None:
    """The codes and the pairs of characters by which a piece of a question names something."""
    codes = mentions.codes(text)
    pairs = [term for term in mentions.terms(text) if not mentions.common(term) and term not in known]
    return (codes, pairs) if codes or len(pairs) > 1 else None


def _holds(line: str, side: tuple[Sequence[str], Sequence[str]]) -> bool:
    codes, pairs = side
    if codes:
        return any(code in mentions.plain_code(line) for code in codes)
    return sum(pair in line for pair in pairs) * 2 > len(pairs)

