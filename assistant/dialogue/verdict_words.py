"""The word that answers a yes-or-no question, in the question's own verb: 能 or 不能, 算 or 不算, Yes or No."""
from __future__ import annotations

import re

from assistant.questions import question_form
from assistant.questions.dialogue_patterns import says
from assistant.questions.topics import Point
from assistant.questions.understanding import Part
from ingestion.numbers import numerals

YES, NO, OPEN = "yes", "no", "open"
REQUIRED, HARMLESS, FORFEITS = "required", "harmless", "forfeits"
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december")
_DAYS = re.compile(r"(\d{1,3}|[一二两三四五六七八九十]{1,3}|\b[a-z]+)\s*(?:个?工作日|天|working days|days)")
_OPPOSITE = {YES: NO, NO: YES}


def verdict_of(point: Point, part: Part, quote: str) -> str:
    """ "yes" or "no" for a question, "" where the policy does not say or the question denies what it asks."""
    by_time = _by_time(part, quote)
    if by_time:
        return by_time
    if point.elapsed:
        years = question_form.years_passed(part.text)
        return "" if years is None else YES if years >= point.elapsed else NO
    if point.verdict == HARMLESS:       # to what asks for harm a no; the verb of 影响吗 is turned round by who words it
        inverted = question_form.inverts(part.text, part.language)
        asks_it = question_form.asks_harm(part.text) or says("asks", "counted_in", part.text)
        return NO if asks_it and not inverted else YES
    if point.verdict == FORFEITS:       # it costs what one has: to whether one may keep or get it, a no
        keeps = question_form.asks_permission(part.text, part.language) or says("claims", "keeps", part.text)
        return "" if question_form.denies(part.text) and not point.matches else NO if keeps else YES
    if question_form.denies_verb(part.text):
        return ""
    denied = question_form.denies(part.text)
    if point.verdict == REQUIRED:
        if question_form.asks_permission(part.text, part.language):
            return NO if denied else ""
        return YES if question_form.asks_need(part.text, part.language) and not denied else ""
    if point.verdict == YES and (denied or part.strange) and not point.matches:
        return ""
    return point.verdict


def as_asked(decided: str, part: Part, *, of_condition: bool = False) -> str:
    """What was decided as an answer to the question as it is put: 影响不影响 is a no where it can still be applied for.

    `of_condition`: what was decided is whether a condition holds, so that a question whether it does harm asks for the
    opposite.
    """
    inverted = question_form.asks_harm(part.text) or says("asks", "ended", part.text) if of_condition \
        else question_form.inverts(part.text, part.language)
    if of_condition and not inverted and question_form.denies_verb(part.text):
        inverted = True     # 就不能报了吗
    return _OPPOSITE.get(decided, decided) if inverted else decided


def of_condition(decided: str, part: Part, fallback: tuple[str, str]) -> str:
    """The word for a condition that holds ("yes") or does not; `fallback` where the question's verb says nothing."""
    if decided not in _OPPOSITE:
        return ""
    said = as_asked(decided, part, of_condition=True)
    if part.language == "en":
        return said.capitalize()
    modal = question_form.modal(part.text)
    found = modal.get(decided if modal.get("inverted") else said) if modal else ""
    return str(found or fallback[0 if decided == YES else 1])


def word(verdict: str, part: Part) -> str:
    """The verdict as it is said; "" where the question has no verb for it."""
    if part.language == "en":
        return verdict.capitalize()
    return str(question_form.modal(part.text).get(verdict, ""))


def _by_time(part: Part, quote: str) -> str:
    """A month or a number of days in the question against the clause's: 12月 is later than 11月底."""
    claimed = "confirm" in part.asks or question_form.claims(part.text)
    months, asked = _months(quote), _months(part.text)
    if months and asked:
        return YES if asked[-1] == months[-1] or (asked[-1] < months[-1] and not claimed) else NO
    if re.search(r"自然日|日历日|calendar days", part.text) and re.search(r"工作日|working days", quote):
        return NO
    days, asked = _days(quote), _days(part.text)
    if days and asked:
        if asked[-1] <= days[-1] and says("claims", "fewer", part.text):
            return NO       # shorter than five working days
        return YES if asked[-1] == days[-1] or (asked[-1] > days[-1] and not claimed) else NO
    return ""


def _months(text: str) -> list[int]:
    words = [word for word in re.findall(r"[a-z]+", text.lower()) if word in _MONTHS and word != "may"]
    named = [_MONTHS.index(word) + 1 for word in words]
    return [int(number) for number in re.findall(r"(?<!\d)(1[0-2]|[1-9])\s*月", text)] or named


def _days(text: str) -> list[int]:
    found = (numerals.parse_number(number.strip()) for number in _DAYS.findall(text))
    return [int(number) for number in found if number is not None]
