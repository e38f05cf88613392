"""One part of a question about an application: what is understood of it, as everything that answers it takes it."""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace as copied

from msgspec import Struct
from msgspec.structs import replace

from assistant.dialogue.application import mentions, names
from assistant.dialogue.application.case import LEFT_OUT, Case, Row
from assistant.dialogue.application.lines import Line
from assistant.dialogue.application.names import Named
from assistant.dialogue.asker.roles import Asked
from assistant.questions import case_questions, clause_weights, question_form
from assistant.questions.case_questions import CaseQuestion
from assistant.questions.dialogue_patterns import pattern, says
from assistant.questions.term_spotting import Spotted
from assistant.questions.topics import words_of
from assistant.questions.understanding import Part, fold
from ingestion.numbers import numerals

_SHORT = 14        # characters of a question that only names a row
_PAIR = 2          # characters of a word that a longer name may hold by chance
_NAMELIKE = re.compile(r"[\u4e00-\u9fff]+")
_TELLING = 100     # a figure that tells a row from others
_LONG = 5          # letters of a word that tells something
_FIGURE = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d.])|(?<![\d.,])\d{3,9}(?![\d.,])")
_NUMBER = 10       # a number that does, with its unit


class Question(Struct, frozen=True):
    """One part of a question about an application, with all that was understood of it."""

    part: Part
    asked: CaseQuestion
    figures: Asked
    rows: tuple[Row, ...]
    documents: tuple[str, ...]
    types: tuple[str, ...]     # other base types that it names
    named: Named = Named()     # what it names of the documents
    reasons: tuple[str, ...] = ()     # for leaving something out, by code

    @property
    def text(self) -> str:
        return self.part.text

    @property
    def places(self) -> tuple[Line, ...]:
        """The lines that hold what it names, without those that are rows of what it does not ask about."""
        other = [(row.document, row.span) for row in self.rows if row.fact not in self.facts]
        lines = self.named.lines
        return tuple(line for line in lines if not any(line.holds(*place) for place in other)) or lines

    @property
    def names_sure(self) -> bool:
        """Whether what it names can be nothing but a name of the documents, or stands in few places only."""
        return self.named.sure or 0 < len(self.places) <= names.RARE

    @property
    def facts(self) -> list[str]:
        return self.asked.facts


def read(case: Case, part: Part, figures: Asked) -> Question:
    """A folded part of a question beside the application; `figures` are those of the whole question."""
    part = _without_names(case, part)
    named = names.read(case, part)
    asked = _about(case, part, figures, named)
    found = _stating(case, asked.facts, part, figures) or rows_named(case, part, asked.facts, named)
    told = [key for key in figures.facts if any(row.fact == key for row in found)]
    if told and not any(row.fact in asked.facts for row in found):      # 那笔36万的合同款: of money, not of contracts
        asked = replace(asked, facts=told, findings=case.findings_of(told))
    types = tuple(one for one in clause_weights.types_of(part, case.topics) if one != case.assessment.base_type)
    files = case.documents_named(mentions.without_subjects(part, case.topics, [
        key for key, spec in case.policy.facts.facts.items() if spec.kind != "yes_no"]))
    return Question(part, asked, figures, tuple(found), tuple(files), types, named,
                    tuple(_reasons(case, part, asked.facts)))


def carried(case: Case, one: Question, before: Question) -> Question:
    """A part that asks if what the part before it names counts (还算数不, 能算进SCI里吗), with what that one names."""
    asks = one.part.polar and (says("asks", "counted_in", one.text) or says("asks", "valid", one.text))
    names_one = before.named.sure or bool(before.rows)
    if not asks or before.part.polar or one.rows or one.named.sure or one.part.refs or not (names_one or before.facts):
        return one
    if not names_one and (one.facts or one.asked.findings):
        return one
    facts = one.facts or before.facts
    rows = _on(before.named, case.rows, facts) or list(before.rows)
    asked = one.asked if one.facts else replace(one.asked, facts=facts, findings=case.findings_of(facts))
    return replace(one, named=before.named, rows=tuple(rows), asked=asked)


def _about(case: Case, part: Part, figures: Asked, named: Named) -> CaseQuestion:
    """What a part asks, of the facts that it names; without them of those that its figures or its unit tell."""
    asked = case_questions.read(part, case.findings, case.assessment.facts, case.topics)
    if not asked.facts and not asked.findings:
        keys = _happened(case, part.text)
        if not keys and question_form.asks_harm(part.text):      # 油罐渗漏会不会影响: by what the documents call it
            keys = [key for line in named.lines for key in _happened(case, line.folded)][:1]
        asked = replace(asked, facts=keys, findings=case.findings_of(keys))
    if not asked.facts and not asked.findings and (keys := _kin(case, part)):
        asked = replace(asked, facts=keys, findings=case.findings_of(keys))
    counted = [key for key in asked.facts if figures.of(key)]
    if not counted and all(case.policy.facts.facts[key].kind == "yes_no" for key in asked.facts):
        counted = [key for key in figures.facts if case.findings_of([key])
                   and any(one.words in part.text for one in figures.of(key))]
    if counted and set(counted) != set(asked.facts):      # its figures say which of them it is about
        asked = replace(asked, facts=counted, findings=case.findings_of(counted))
    if not asked.facts and not asked.findings:
        keys = [key for key in figures.facts if case.findings_of([key])] or _of_unit(case, part.text)
        asked = replace(asked, facts=keys, findings=case.findings_of(keys))
    return asked


def _kin(case: Case, part: Part) -> list[str]:
    """The one fact of the application's base type that is counted in the same things as what a part names, where that
    belongs to another type: 校级项目算不算."""
    book = case.policy.facts.facts
    named = {case.topics.subjects[name].fact for name in part.found} - {""}
    things = {measure for key in named for measure in book[key].measures if book[key].kind == "count"}
    keys = [key for one in case.findings for key in one.criterion.facts
            if book[key].kind == "count" and things & set(book[key].measures)]
    return keys[:1] if len(set(keys)) == 1 else []


def _without_names(case: Case, part: Part) -> Part:
    """A part without the words that it has only inside a name of the documents: 机密 in 压缩机密封."""
    def inside(word: Spotted) -> bool:
        around = part.text[max(0, word.span.start - 1):word.span.end + 1]
        return len(word.word) == _PAIR and len(around) == _PAIR + 2 and _NAMELIKE.fullmatch(around) is not None \
            and case.speaks_of(around)

    yes_no = {key for key, spec in case.policy.facts.facts.items() if spec.kind == "yes_no"}
    found = {name: kept for name, words in part.found.items()
             if (kept := tuple(word for word in words
                               if case.topics.subjects[name].fact not in yes_no or not inside(word)))}
    return copied(part, found=found) if found != dict(part.found) else part


def _happened(case: Case, text: str) -> list[str]:
    """The fact that is denied by something of the kind that a text names, be it inside another word (重大安全事故)
    or by a word for what may happen to anybody (罚款)."""
    denied = {subject.fact: words_of(subject.words)[0] for subject in case.topics.subjects.values() if subject.denies}
    keys = [key for one in case.findings for key in one.criterion.facts if key in denied]
    named = [key for key in keys if any(len(word) > 1 and word in text for word in denied[key])]
    return named or (keys[:1] if says("asks", "incident", text) else [])


def _of_unit(case: Case, text: str) -> list[str]:
    """The fact that a bare 几项 counts, where one condition only is counted so."""
    asked = pattern("asks", "how_many").search(text)
    if asked is None or (len(text) > _SHORT and not says("roles", "if", text)):
        return []
    keys = [one.criterion.facts[0] for one in case.findings
            if one.criterion.bar is not None and case.policy.wordings[one.criterion.id].unit == asked[1]
            and case.policy.wordings[one.criterion.id].measure]
    return keys if len(keys) == 1 else []


def rows_named(case: Case, part: Part, facts: Sequence[str], named: Named | None = None) -> list[Row]:
    """The rows that a folded part names, those of `facts` before others."""
    return mentions.rows(part, case.rows, facts) or _on(named or names.read(case, part), case.rows, facts)


def _on(named: Named, rows: Sequence[Row], facts: Sequence[str]) -> list[Row]:
    """The rows that hold what a question names: those of `facts` before others."""
    here = [row for row in rows for line in named.lines if line.holds(row.document, row.span)]
    told = [row for row in here if named.within(fold(row.quote))]
    told = [row for row in told if row.fact in facts] or told
    return list({(row.document, row.span.start, row.fact): row for row in told}.values())


def _stating(case: Case, keys: Sequence[str], part: Part, figures: Asked) -> list[Row]:
    """What was left out that states the very figure of a question: of the facts asked about the one large figure
    (全校的3216篇), else a number in the same unit (集团的37项奖)."""
    if keys:
        stated = {one.interval.low for key in keys for one in figures.of(key) if one.interval.exact}
        large = [(row, [number for number in _numbers(row) if number >= _TELLING])
                 for row in case.rows_of(keys, LEFT_OUT)]
        return [row for row, numbers in large if len(numbers) == 1 and numbers[0] in stated]
    united = {(one.interval.low, one.unit) for one in part.quantities
              if one.unit and one.interval.exact and one.interval.low >= _NUMBER}
    return [row for row in case.rows if united and row.status == LEFT_OUT and any(
        (one.interval.low, one.unit) in united for one in numerals.quantities(fold(row.quote)))]


def _numbers(row: Row) -> Iterator[int]:
    for match in _FIGURE.findall(row.quote):
        yield int(match.replace(",", ""))


def _reasons(case: Case, part: Part, facts: Sequence[str]) -> Iterator[str]:
    """The reasons for leaving something out that a question names (兼职的有哪几个), by their own words or by those for
    which the policy folder leaves it out (证书过期的)."""
    known = fold(case.policy.text + "\n".join(case.fact_label(key) for key in facts))
    text = mentions.without_subjects(part, case.topics)
    there = {row.reason for row in case.rows_of(facts or case.assessment.exclusions, LEFT_OUT)}
    for code, texts in case.policy.facts.reasons.items():
        words = {term for text in texts for term in mentions.terms(fold(text))
                 if not mentions.empty(term) and term not in known}
        named = any(word in text for word in words if len(word) == _PAIR or len(word) > _LONG)
        if code in there and (named or _rejects(case, facts, code, text)):
            yield code


def _rejects(case: Case, facts: Sequence[str], code: str, text: str) -> bool:
    book = case.policy.facts
    specs = [book.facts[key] for key in facts]
    return any(reject.reason == code and reject.words and book.pattern(reject.words).search(text) is not None
               for spec in specs if spec.listing is not None for reject in spec.listing.reject)
