"""Answers about an application: results of the rules (`assistant.dialogue`), put into words with their places.

Counts and outcomes are the assessment's own, never found by searching. Anything else is answered with passages of the
documents word for word, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from msgspec import Struct

from assistant.checking import citations
from assistant.checking.model_wording import Draft
from assistant.dialogue import verdict_words
from assistant.dialogue.application import about, case_question, particulars
from assistant.dialogue.application.case import Case
from assistant.dialogue.application.finding import settled
from assistant.dialogue.asker import holding
from assistant.dialogue.results import Result, together
from assistant.questions import case_questions
from assistant.questions.dialogue_patterns import says
from assistant.questions.topics import Topics
from assistant.questions.understanding import Part, Question, Reader, fold
from assistant.wording.answer_words import quoted
from ingestion.domain import Answer, Assessment, Citation
from ingestion.policies.policy import Policy

QUOTED = 3  # places that are quoted in the text
_TAG = 6    # characters of a part that only asks on
SHOWN = 16  # places that are cited for one question
_OF_CONDITION = frozenset({"findings", "recompute", "overall", "types", "harm"})


class Told(Struct, frozen=True):
    """What is said to one part. `word` leads it; `verdict` is to the question as asked. `free`: a model may word it."""

    lines: tuple[str, ...]
    cites: tuple[Citation, ...] = ()
    verdict: str = ""
    word: str = ""
    settled: bool = True
    free: bool = False
    brief: bool = False     # its clauses are cited and not quoted in the text


def draft(asked: Question, assessment: Assessment, policy: Policy, topics: Topics, reader: Reader,
          from_policy: Callable[[Question], Draft]) -> Draft:
    """The answer to a question that comes with an application: about the application, about the policy, or from the
    documents' own words."""
    case = Case(assessment, policy, topics, asked.language)
    whole = reader.whole(asked) if len(asked.parts) > 1 else asked.parts[0]
    figures = holding.figures(whole, policy, topics, [assessment.base_type], assessment.application_date)
    told: list[Told | None] = []
    before: Part | None = None
    asked_last: case_question.Question | None = None
    for part in asked.parts:
        if before is not None and says("asks", "bare_met", part.text):      # 过没过: of what was asked about
            part = replace(part, found={}, strange=(), gaps=frozenset())
        told_of = not part.refs or (part.polar and not any("（" in ref for ref in part.refs))    # 达到第七条的要求了吗
        if before is not None and told_of and (not _has_subject(part, topics) or _points_back(part, topics)):
            part = replace(part, inherited=part.inherited | before.subjects)
        one = case_question.read(case, part, figures)
        one = case_question.carried(case, one, asked_last) if asked_last is not None else one
        asked_last = one
        found = about.answer(case, one) or _stated(case, part)
        told.append(_told(case, found, part) if found is not None else None)
        before = part if _has_subject(part, topics) or before is None else before
    if not any(told):
        return _from_elsewhere(case, asked, whole, from_policy)
    answers: list[Told] = []
    for part, each in zip(asked.parts, told, strict=True):
        if answers and not part.refs and (says("asks", "bare_why", part.text) or (
                each is None and len(part.text) <= _TAG)):
            continue        # 为啥？ or 分别叫什么？ behind what was told with its reasons and rows
        if each is None:
            other = from_policy(replace(asked, parts=(part,)))
            if not other.answer.answerable and not (part.gaps and (part.found or not answers)):
                continue        # 为什么？ or 多少钱？ after a question that was answered
            each = Told(other.said, other.answer.citations, other.answer.verdict, other.verdict,
                        settled=other.answer.answerable, free=True)
        answers.append(each)
    return _draft(case, asked, answers)


def known(assessment: Assessment | None) -> str:
    """The folded names and rows of an application: what a question may speak of besides the policy."""
    if assessment is None:
        return ""
    pieces = [document.name for document in assessment.documents]
    pieces += [piece.quote for fact in assessment.facts.values() for piece in fact.evidence]
    pieces += [piece.quote for left in assessment.exclusions.values() for piece in left]
    return fold("\n".join(pieces))


def _points_back(part: Part, topics: Topics) -> bool:
    """Whether a part speaks of what the part before named: 这个数是怎么算出来的？"""
    return says("asks", "points_back", part.text) and not any(topics.subjects[name].fact for name in part.found)


def _has_subject(part: Part, topics: Topics) -> bool:
    return any(topics.subjects[name].weight for name in part.found)


def _stated(case: Case, part: Part) -> Result | None:
    """What the application says to a question that states something for a yes/no condition: 分公司能申报吗."""
    one = case.assessment
    if not part.polar:
        return None
    held = holding.hold(part, case.policy, case.topics, [one.base_type], one.application_date)
    keys = [each.criterion.facts[0] for each in held.statements]
    findings = case.findings_of(keys)
    return settled(case, findings) if findings else None


def _told(case: Case, found: Result, part: Part) -> Told:
    """A result as it answers a part: led by the word of its verdict, where the part asks for one."""
    lines, say = found.lines, case.say
    if found.hypothetical and found.kind == "recompute":
        lines = (say("supposed") + (" " if case.language == "en" else "") + lines[0], *lines[1:]) if lines else lines
    verdict, word = found.verdict, ""
    if verdict and part.polar:
        if found.kind in _OF_CONDITION:
            fallback = (say("holds"), say("fails"))
            word = verdict_words.of_condition(verdict, part, fallback) or say("unsettled")
            verdict = verdict_words.as_asked(verdict, part, of_condition=True)
        else:
            word = verdict_words.word(verdict, part) or say("right" if verdict == "yes" else "wrong") \
                if verdict != verdict_words.OPEN else say("unsettled")
    elif not part.polar:
        verdict = ""
    return Told(lines, found.quotes, verdict, word, settled=not found.error,
                free=found.kind in ("findings", "overall", "summary", "missing") and not found.error,
                brief=found.kind == "summary")


def _from_elsewhere(case: Case, asked: Question, whole: Part, from_policy: Callable[[Question], Draft]) -> Draft:
    """The policy's answer, passages of the documents, or that neither has one."""
    found = from_policy(asked)
    own = any(case_questions.speaks_of_applicant(part) for part in asked.parts)
    if not found.answer.answerable or own:
        known = all(case.speaks_of(piece) for piece in whole.strange)
        passages = particulars.search(case, whole, case.documents_named(whole.text)) if known else None
        if passages is not None:
            return _draft(case, asked, [Told(passages.lines, passages.quotes)])
    if found.answer.answerable or any(part.gaps for part in asked.parts):
        return found
    return _draft(case, asked, [Told((case.say("case_not_found"),), settled=False)])


def _draft(case: Case, asked: Question, answers: Sequence[Told]) -> Draft:
    """What is told as an answer, its citations verified."""
    said = [line for one in answers for line in one.lines]
    led = [case.say("verdict", word=one.word, text=one.lines[0]) if one.word and number == 0 else line
           for one in answers for number, line in enumerate(one.lines)]
    ruled = {one.lines[0] for one in answers if one.word and one.lines}
    led = [line for line in dict.fromkeys(led) if line not in ruled]      # not once more without its word
    said = list(dict.fromkeys(said))
    cited = citations.verified((cite for one in answers for cite in one.cites), case.policy, case.assessment.documents)
    clauses = [one for one in cited if one.ref]
    places = [one for one in cited if not one.ref][:SHOWN]
    ordered = (*clauses, *places) if not cited or cited[0].ref else (*places, *clauses)
    text = "\n".join(led)
    hidden = [one for one in places if " ".join(one.quote.split()) not in text]
    spoken = [] if all(one.brief for one in answers) else clauses
    quotes = [quoted(one, case.say) for one in (*spoken, *hidden[:QUOTED])]
    if len(hidden) > QUOTED:
        quotes.append(case.say("case_more", count=len(hidden) - QUOTED))
    tail = [case.say("case_pre_screen")] if any(one.free for one in answers) else []
    answer = Answer(asked.text, "\n".join([*led, *tail, *quotes]), any(one.settled for one in answers),
                    ordered, language=asked.language,
                    considered=tuple(dict.fromkeys(one.ref or one.document for one in ordered)),
                    verdict=together(one.verdict for one in answers))
    word = next((one.word for one in answers if one.word), "")
    free = answer.answerable and all(one.free for one in answers)
    return Draft(answer, tuple(said), (*tail, *quotes), word, free=free,
                 places=tuple(one for one in cited if not one.ref))
