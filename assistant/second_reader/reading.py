"""A language model reads an application: asked, verified, asked once more about what is not clear, compared."""
from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct, field
from msgspec.structs import replace

from assistant.judging import incomplete, rules
from assistant.llm import ModelError
from assistant.second_reader import agreement, places
from assistant.second_reader.asking import answers as parsing
from assistant.second_reader.asking import guide, request
from assistant.second_reader.asking.answers import UnusableError
from assistant.second_reader.asking.endpoint import Model, Reply, estimated
from assistant.second_reader.asking.request import Asked, Message
from assistant.second_reader.places import Places
from assistant.second_reader.records import Checked, Recomputed
from assistant.second_reader.schema import Answer, Role
from assistant.second_reader.verifying import algebra, clauses, completeness
from assistant.second_reader.verifying.verification import Verifier
from assistant.wording.phrases import phrases
from ingestion.domain import (
    Assessment,
    Differ,
    Document,
    Dropped,
    Evidence,
    Extraction,
    Fact,
    Interval,
    Method,
    SecondFact,
    SecondReading,
    Span,
)
from ingestion.numbers.periods import Window
from ingestion.policies.policy import Policy

_log = logging.getLogger(__name__)
MOST_NAMED = 12      # places named of one fact when it is asked about once more
Progress = Callable[[int, int], None]   # requests done and foreseen


class Settled(Struct, frozen=True):
    """One fact as far as it was read: the claims after code looked at them, what they come to, what is not clear."""

    answer: Answer
    claims: tuple[Checked, ...]
    came_to: Recomputed | None
    why: tuple[str, ...]                  # codes, for the record
    told: tuple[str, ...] = ()            # in the prompt's language, for the second question


class _Talk(Struct):
    """What was asked and answered so far."""

    requests: int = 0
    tokens: int = 0
    estimated: bool = False
    seconds: float = 0.0
    failed: list[str] = field(default_factory=list)
    error: str = ""


def read(about: Asked, documents: Sequence[Document], first: Extraction, model: Model, differ: Differ,
         exam: float | None = None, progress: Progress | None = None) -> SecondReading:
    """The second reader's part of an assessment. It never fails: what could not be read is named in it."""
    numbered = places.number(documents)
    reader = _Reader(about, numbered, first, model, progress)
    settled = reader.settle()
    whole = _whole(numbered, reader.talk.failed)
    facts = {key: one for key in about.keys if (one := _fact(about, numbered, first, key, settled.get(key), whole))}
    found = {key: first.facts[key] for key in about.keys if key in first.facts}
    compared = {} if reader.talk.error else {key: lie for key in about.keys if (lie := agreement.compare(
        found.get(key), facts.get(key), rejects=key in settled and completeness.rejects(
            numbered, settled[key].claims, found.get(key))))}
    return SecondReading(
        model.name, request.PROMPT, differ, exam, facts, found, compared,
        tuple(Dropped(key, one.claim.quote, tuple(one.claim.places or one.claim.rows), one.problem)
              for key, fact in settled.items() for one in fact.claims if not one.ok),
        reader.talk.requests, reader.talk.tokens, reader.talk.estimated, round(reader.talk.seconds, 1),
        tuple(dict.fromkeys(reader.talk.failed)),
        tuple(numbered.documents[one].name for one in clauses.addresses_a_reader(numbered)), reader.talk.error,
        tuple(key for key, one in settled.items() if whole and one.came_to is None and not one.why))


def assessed(alone: Assessment, policy: Policy, second: SecondReading, language: str = "zh") -> Assessment:
    """An assessment of the first reader with what stands beside the second's reading; outcomes follow by the rules.
    Its notes still compare the first reader with itself, and say so."""
    stands = standing(alone.facts, second)
    findings = rules.check(policy.criteria_for(alone.base_type), stands, policy=policy, language=language,
                           exclusions=alone.exclusions, documents=alone.documents)
    notes = (*alone.notes, *([phrases(language).say("window.first_reader")] if len(alone.notes) > 1 else []))
    return replace(alone, facts=stands, findings=findings, overall=rules.overall(findings), notes=notes, second=second)


def standing(first: Mapping[str, Fact], second: SecondReading) -> dict[str, Fact]:
    """The facts that stand, by key; those that the second was not asked for, or gave no answer to, are the first's."""
    stands = dict(first)
    for key, compared in second.agreement.items():
        own = second.facts.get(key)
        fact = agreement.stands(first.get(key), own, compared, second.differ,
                                verified=own.verified if own else key in second.nothing)
        if fact is None:
            stands.pop(key, None)
        else:
            stands[key] = fact
    return stands


class _Reader:
    """Asks, checks, and asks once more."""

    def __init__(self, about: Asked, numbered: Places, first: Extraction, model: Model,
                 progress: Progress | None) -> None:
        self.about, self.places, self.first, self.model = about, numbered, first, model
        self.talk, self.guide = _Talk(), guide.of(about.policy)
        self.window = Window(*about.window, about.policy.window.years)
        self.progress = progress or _silent

    def settle(self) -> dict[str, Settled]:
        """What the model's answers come to by fact, asked once more about what is not clear."""
        if not self.places.by_id:
            return {}
        asked = self._first()
        if asked is None:
            return {}
        messages, text, answers = asked
        settled = {key: self._settled(key, answers.get(key, Answer())) for key in self.about.keys}
        unclear = {key: one.told for key, one in settled.items() if one.told}
        if unclear:
            again = self._ask(request.again(messages, text, unclear), tuple(unclear))
            self.talk.error = ""   # the first answer stands
            for key, answer in (again[1] if again else {}).items():
                second = self._settled(key, answer)
                if len(second.why) <= len(settled[key].why):
                    settled[key] = second
        return settled

    def _first(self) -> tuple[list[Message], str, dict[str, Answer]] | None:
        """The messages, the text and the facts of the answer that holds for all documents."""
        requests = request.requests(self.about, self.places, self.model.most)
        self.progress(0, len(requests) + (len(requests) > 1))
        if len(requests) == 1:
            one = self._ask(requests[0], self.about.keys)
            if one is None:
                self.talk.failed += [document.name for document in self.places.documents]
                self.talk.error = self.talk.error or "unusable"
                return None
            return requests[0], one[0], one[1]
        with ThreadPoolExecutor(max_workers=max(1, min(len(requests), getattr(self.model, "at_once", 1)))) as pool:
            parts = list(pool.map(lambda messages: self._ask(messages, self.about.keys), requests))
        for messages, part in zip(requests, parts, strict=True):
            if part is None:
                self.talk.failed += self._named_in(messages)
        if not any(parts):
            self.talk.error = self.talk.error or "unusable"
            return None
        joined = request.join(self.about, self.places, [_claims(part[1]) for part in parts if part])
        self.talk.error = ""
        one = self._ask(joined, self.about.keys)
        if one is None:
            self.talk.failed += [document.name for document in self.places.documents]
            self.talk.error = self.talk.error or "unusable"
            return None
        return joined, one[0], one[1]

    def _named_in(self, messages: Sequence[Message]) -> list[str]:
        numbers = {int(number) - 1 for number in re.findall(r"^\[D(\d+)[.\]]", messages[-1][1], re.MULTILINE)}
        numbers |= {int(number) - 1 for number in re.findall(r"^### \[D(\d+)\]", messages[-1][1], re.MULTILINE)}
        return [self.places.documents[number].name for number in sorted(numbers)]

    def _ask(self, messages: list[Message], keys: Sequence[str]) -> tuple[str, dict[str, Answer]] | None:
        """The answer's text and its facts; asked once more with the error named; None where both are unusable."""
        try:
            reply = self._reply(messages)
            try:
                facts = _usable(reply, keys)
            except UnusableError as error:
                repaired = request.repair(messages, reply.text[:20_000], str(error))
                second = self._reply(repaired)
                facts = _usable(second, keys)
                self.model.keep(messages, reply)
                self.model.keep(repaired, second)
                return second.text, facts
        except ModelError as error:
            _log.warning("the second reader gave no answer: %s", error)
            self.talk.error = error.chinese
            return None
        except UnusableError as error:
            _log.warning("the second reader's answer is unusable: %s", error)
            return None
        self.model.keep(messages, reply)
        return reply.text, facts

    def _reply(self, messages: Sequence[Message]) -> Reply:
        reply = self.model.ask(messages)
        self.talk.requests += 1
        self.talk.seconds += reply.seconds
        self.talk.tokens += reply.tokens or estimated(messages, reply)
        self.talk.estimated |= not reply.tokens
        return reply

    def _settled(self, key: str, answer: Answer) -> Settled:
        """One fact: its claims verified, its interval recomputed, and what is unclear."""
        spec, told = self.about.policy.facts.facts[key], self.guide.facts[key]
        claims = Verifier(self.places, self.about, self.window, key, spec, told).check(answer.claims)
        came_to = algebra.recompute(claims, spec.kind, spec.time, self.window)
        unclear = _Unclear(self.places)
        for one in claims:
            if not one.ok:
                unclear.dropped(one)
        differs = (answer.interval, bool(answer.interval) and answer.conflict) != (
                came_to and (came_to.interval.low, came_to.interval.high), bool(came_to and came_to.conflict))
        if differs:
            for one in claims:
                if one.counting and one.doubts:
                    unclear.doubted(one)
            unclear.interval(answer, came_to)
        unclear.rows(completeness.rows(self.places, claims, spec.kind))
        unclear.watched(completeness.watched(self.places, claims, told))
        unclear.entries(completeness.entries(self.places, claims, self.first.facts.get(key),
                                             self.first.unexplained.get(key, ()), spec.kind))
        return Settled(answer, tuple(claims), came_to, tuple(unclear.why), tuple(unclear.told))


def _silent(_done: int, _foreseen: int) -> None:
    """Progress that nobody follows."""


class _Unclear:
    """What code could not confirm of a fact: as codes, and in the prompt's language."""

    def __init__(self, numbered: Places) -> None:
        self.places = numbered
        self.why: list[str] = []
        self.told: list[str] = []

    def dropped(self, one: Checked) -> None:
        self.why.append(f"dropped:{one.problem}")
        shown = one.claim.quote or "、".join(one.claim.rows)
        self.told.append(f"论断“{shown[:80]}”（{'、'.join(one.claim.places[:4])}）未能核验：{_PROBLEMS[one.problem]}")

    def doubted(self, one: Checked) -> None:
        self.why.append("period_reads_otherwise")
        shown = one.claim.quote[:80] or "、".join(one.claim.rows)
        self.told.append(f"论断“{shown}”的期间，代码在原文中读到的与你写的不同（或原文、标题中没有期间）")

    def interval(self, answer: Answer, came_to: Recomputed | None) -> None:
        self.why.append("interval_differs")
        found = (came_to.interval.low, came_to.interval.high) if came_to else None
        self.told.append(f"你写的区间是{_shown(answer.interval, conflict=answer.conflict)}，"
                         "代码由通过核验的论断推算为"
                         f"{_shown(found, conflict=bool(came_to and came_to.conflict))}")

    def rows(self, left: Sequence[str]) -> None:
        self._named("rows_not_judged", "下列表行没有任何论断", left)

    def watched(self, left: Sequence[str]) -> None:
        self._named("places_not_judged", "下列位置谈及该事项，没有任何论断", left)

    def entries(self, left: Sequence[completeness.Entry]) -> None:
        named = []
        for piece in left:
            quote = self.places.redactor.redact(" ".join(piece.quote.split()))[:60]
            named.append(f"{completeness.place_of(self.places, piece)}“{quote}”")
        self._named("entries_not_judged", "下列内容可能与该事实有关，没有任何论断（算或不算都请写明）", named)

    def _named(self, code: str, text: str, left: Sequence[str]) -> None:
        if left:
            self.why.append(code)
            more = f" 等{len(left)}处" if len(left) > MOST_NAMED else ""
            self.told.append(f"{text}：{'、'.join(list(dict.fromkeys(left))[:MOST_NAMED])}{more}")


_PROBLEMS = {
    "quote_not_found": "引文不在所写的位置（须逐字照抄）",
    "number_cut": "引文截断了数字",
    "modifier_cut": "引文漏掉了修饰数字的字",
    "no_value": "缺少 value",
    "value_not_in_quote": "引文中读不出所写的 value",
    "role_of_another_kind": "role 与该事实不符（是否类用 statement）",
    "off_topic": "引文及其标题没有谈到该事实",
    "planned": "所在分句或标题是计划、目标",
    "other_body": "所在分句说的是他人或更大的主体",
    "quotation": "所在句是政策要求或填报说明",
    "no_denial": "没有否定的字样",
    "need_failed": "该陈述不满足事实的要求（例如只涉及一个方面，或只涉及重大事故）",
    "period_too_short": "该陈述没有覆盖窗口期",
    "outside_window": "在窗口期之外",
    "term_ended": "租期已在申报日前届满",
    "invalid_code": "代码无效或不属本市",
    "upper_not_read": "原文没有只抬高上限（maybe）的依据",
    "rows_are_no_rows": "表行不存在",
    "total_row": "合计行不是一件",
    "header_row": "表头不是一件",
    "empty_row": "空行",
    "row_outside_window": "该行日期在窗口期之外",
    "no_such_column": "没有这样的列",
    "no_amounts": "该列没有金额",
    "currency_reads_otherwise": "原文的币种与所写的 currency 不同",
    "totals_beside_items": "合计行与明细行混在一起",
}


def _fact(about: Asked, numbered: Places, first: Extraction, key: str, one: Settled | None,
          whole: bool) -> SecondFact | None:
    """The second reader's fact, where its claims come to one."""
    if one is None or one.came_to is None:
        return None
    fact = Fact(key, one.came_to.interval, about.policy.facts.facts[key].unit, one.came_to.conflict,
                tuple(piece for claim in one.claims if claim.counting for piece in _evidence(numbered, claim)))
    overrules = completeness.overrules(numbered, one.claims, first.facts.get(key), first.exclusions.get(key, ()))
    why = tuple(dict.fromkeys((*one.why, *(() if whole else ("documents_incomplete",)))))
    return SecondFact(fact, not why, why, overrules)


def _evidence(numbered: Places, one: Checked) -> list[Evidence]:
    """A claim's places as evidence: each row, or the quote from its first character to its last."""
    spans: list[tuple[Span, Method, Interval | None]]
    if one.claim.role is Role.ROWS:
        spans = [(span, Method.LISTED, None) for _, span in one.spans]
    else:
        method = Method.LISTED if one.claim.role is Role.ITEM else Method.DECLARED
        spans = [(Span(one.spans[0][1].start, one.spans[-1][1].end), method, one.reads)]
    document = numbered.documents[one.spans[0][0]]
    return [Evidence(document.name, document.page_at(span.start), span, document.quote(span), method, reads)
            for span, method, reads in spans]


def _whole(numbered: Places, failed: Sequence[str]) -> bool:
    """Whether all documents were sent to their end and answered, and none of them addresses a reader."""
    withheld = [one for one in numbered.documents if one.name in numbered.withheld
                and not any(notice.code == "duplicate_file" for notice in one.notices)]
    cut = incomplete.cut(numbered.documents)
    return not (failed or withheld or cut or clauses.addresses_a_reader(numbered))


def _usable(reply: Reply, keys: Sequence[str]) -> dict[str, Answer]:
    if reply.ended == "length":
        raise UnusableError("回答太长，被截断了；请写得更简短（连续表行合写，不算的少写）")
    return parsing.facts(reply.text, keys)


def _claims(answers: Mapping[str, Answer]) -> str:
    """What a part's answer claims, for the request that joins the parts."""
    return json.dumps({key: [claim.model_dump(by_alias=True, mode="json", exclude_defaults=True)
                             for claim in answer.claims] for key, answer in answers.items() if answer.claims},
                      ensure_ascii=False)


def _shown(bounds: tuple[int, int | None] | None, *, conflict: bool) -> str:
    if bounds is None:
        return "无"
    return f"{bounds[0]}..{'null' if bounds[1] is None else bounds[1]}{'（冲突）' if conflict else ''}"
