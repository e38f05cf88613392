"""A conversation: questions that go on from the ones before, and the record of each turn.

A follow-up is understood without a model. 那创新园呢？ asks the question before of another base type; 合作伙伴要几个？
is about the base type that was spoken of; 为什么？ and 在哪一条？ are about what was asked last.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from assistant.questions import question_form, understanding
from assistant.questions.clause_weights import STRONG
from assistant.questions.dialogue_patterns import pattern, says
from assistant.questions.topics import OFF_TOPIC
from assistant.questions.understanding import Part, Question, Reader
from ingestion.domain import Answer, Call, Citation, Mode, Span
from ingestion.policies.policy import Policy

_FOLLOW = re.compile(r"^(?:那么?|然后|还有|另外|and|what about|how about|then)|呢[?？]?$|[?？]?$(?<=what about)")
_ITEM_ONLY = re.compile(r"^(?:那么?)?\s*第?\s*([一二三四五六七八九十\d]{1,3})\s*项|^\s*(?:and\s+)?item\s+(\d{1,2})")
_TIME = re.compile(r"第\s*[一二三四五六七八九十\d]+\s*年|[一二两三四五六七八九十\d]+\s*年(?:以)?(?:之)?[前后]"
                   r"|(?:19|20)\d\d\s*年?(?:\d{1,2}月)?|大?前年|去年|今年|明年|\d{1,2}\s*月(?:\d{1,2}[日号])?"
                   r"|\w+ years? (?:ago|later)|(?:last|this|next) year")
_TAIL = re.compile(r"(?:呢|吧)?[?？。!！]*$")
_LEADS_ON = re.compile(r"^(?:那么?|然后)(?=[^个家户篇项份件条])")
_BAR_WORD = re.compile(r"要求|标准|条件|门槛|规定$")
_VERB = re.compile(r"可以|可否|能|要|须|需|应|该|得|会|算|是|有")
_WHERE = re.compile(r"哪一?条|出处|依据是|原文|哪里写|在哪写|写在哪|which (?:article|clause)|where does it say|source")


@dataclass(frozen=True)
class Turn:
    """One question and its answer, with all that explains them later."""

    question: str
    understood: str  # the question with what the turns before add to it
    answer: Answer
    policy_id: str = ""
    policy_version: str = ""
    policy_sha256: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def cited(self) -> tuple[str, ...]:
        return tuple(one.ref or one.document for one in self.answer.citations)


def turn(question: str, answer: Answer, policy: Policy, understood: str = "") -> Turn:
    """The record of a turn."""
    return Turn(
        question, understood or answer.understood or answer.question, answer, policy.id, policy.version, policy.sha256
    )


def to_record(one: Turn) -> dict[str, Any]:
    """A turn as plain data, for a store."""
    answer = one.answer
    return {
        "question": one.question,
        "understood": one.understood,
        "answer": answer.text,
        "answerable": answer.answerable,
        "mode": answer.mode.value,
        "language": answer.language,
        "citations": [
            {
                "ref": c.ref,
                "document": c.document,
                "page": c.page,
                "quote": c.quote,
                "start": c.span.start,
                "end": c.span.end,
            }
            for c in answer.citations
        ],
        "retrieved": list(answer.considered),
        "dropped": list(answer.dropped),
        "prompt": answer.prompt,
        "model": answer.model,
        "verdict": answer.verdict,
        "trace": [{"tool": one.tool, "arguments": one.arguments, "result": one.result, "told": one.told,
                   "step": one.step} for one in answer.trace],
        "policy": {"id": one.policy_id, "version": one.policy_version, "sha256": one.policy_sha256},
        "at": one.at.isoformat(),
    }


def from_record(record: Mapping[str, Any]) -> Turn:
    """The turn that `to_record` wrote."""
    cites = tuple(
        Citation(c["quote"], Span(c["start"], c["end"]), c["ref"], c["document"], c["page"])
        for c in record["citations"]
    )
    answer = Answer(
        record["understood"],
        record["answer"],
        record["answerable"],
        cites,
        Mode(record["mode"]),
        record["language"],
        tuple(record["retrieved"]),
        tuple(record["dropped"]),
        record["prompt"],
        record["model"],
        verdict=record.get("verdict", ""),
        trace=tuple(Call(**one) for one in record.get("trace", ())),
    )
    policy = record["policy"]
    return Turn(
        record["question"],
        record["understood"],
        answer,
        policy["id"],
        policy["version"],
        policy["sha256"],
        datetime.fromisoformat(record["at"]),
    )


def read(reader: Reader, question: str, history: Sequence[Turn], language: str | None = None,
         known: str = "") -> Question:
    """The question with what it leaves unsaid filled in from the turns before it. `known` is the folded text of what
    the conversation is about besides the policy: the names and rows of an application."""
    asked = reader.read(question, language)
    if not history or not asked.parts:
        return asked
    last = history[-1]
    before = reader.read(last.understood or last.question, asked.language)  # each turn holds what those before it add
    text = _completed(asked, before, history, reader)
    if text is not None:
        return replace(reader.read(text, asked.language), text=asked.text, understood=text)
    first = asked.parts[0]
    goes_on = _FOLLOW.search(first.text) is not None and not says("roles", "if", first.text) and any(
        one.polar or question_form.asks_lack(one.text) for one in before.parts)
    if goes_on and not first.asks - {"what"} and _about_something(first, reader):      # 中外联合的呢？ after 够20篇吗？
        first = replace(first, asks=first.asks | {"yes_no"})
        return replace(asked, parts=(first, *asked.parts[1:]))
    if first.gaps & OFF_TOPIC:
        return asked
    leans = _leans(first, reader, known)
    if before.parts and (leans or _bare(first, reader) or _continues(first, last, reader)):
        spoken = next((one for one in reversed(before.parts) if _about_something(one, reader)), before.parts[-1])
        joined = replace(
            first,
            inherited=first.inherited | spoken.subjects,
            refs=first.refs or spoken.refs,
            continues=True,
            asks=first.asks | {"yes_no"} if goes_on and not first.asks else first.asks,
        )
        return replace(asked, parts=(joined, *asked.parts[1:]), understood=f"{before.text}：{asked.text}")
    return asked


def _completed(asked: Question, before: Question, history: Sequence[Turn], reader: Reader) -> str | None:
    """The question written out, if it is a follow-up that can be: with another type, its type, or its article."""
    first, last = asked.parts[0], history[-1]
    item = _ITEM_ONLY.search(first.text)
    carried = _carried_over(asked, before, reader)
    if carried is not None:
        return carried
    refs = [citation.ref for citation in last.answer.citations if citation.ref]
    if item and refs and not first.refs and not first.polar and ("第" in item[0] or not before.parts[-1].quantities):
        return f"{refs[0].split('（')[0]}（{item[1] or item[2]}）"
    of_documents = any(citation.document for citation in last.answer.citations)
    if _WHERE.search(first.text) and _bare(first, reader) and refs and not of_documents:
        return "、".join(dict.fromkeys(refs))
    met = says("asks", "bare_met", first.text) or (first.polar and not first.quantities and _bare(first, reader))
    if met and len(asked.parts) == 1 and any(one.quantities for one in before.parts):
        if any(one.polar for one in before.parts):
            return before.text
        return f"{before.text}，{asked.text}" if asked.language == "zh" else f"{before.text}, {asked.text}"
    if says("asks", "bare_why_not", first.text) and len(asked.parts) == 1 and any(
            one.quantities for one in before.parts):      # 为什么不算？ the answer before has it
        return before.text
    if not first.quantities and (text := _with_stated(last, before, asked, reader)) is not None:
        return text
    if first.quantities and (text := _with_more(before, first, asked.language)) is not None:
        return text
    if first.quantities and (text := _with_facts(history, asked, reader)) is not None:
        return text
    if first.quantities and _bare(first, reader) and _FOLLOW.search(first.text):
        return _with_figure(before, first)
    if _bare(first, reader) and _FOLLOW.search(first.text) and (text := _with_time(before, first)) is not None:
        return text
    own = _types(first, reader)
    if own and _only_type(first, reader) and _FOLLOW.search(first.text):
        return _with_type(before, own, asked, reader)
    if not own and not first.refs and _follows_type(first, before, reader):
        names = _type_names(before, reader)
        return f"{names}{asked.text}" if asked.language == "zh" else f"{names}: {asked.text}"
    return None


def _carried_over(asked: Question, before: Question, reader: Reader) -> str | None:
    """The same of somebody else (那研究所也这样吗), or what was supposed, of all conditions (那整个申报能通过吗)."""
    first = asked.parts[0]
    also = pattern("asks", "also_so").search(first.text)
    if also is not None and before.parts[-1].polar:
        clause = re.split(r"[，,。；;]", before.parts[-1].text.strip("，,。；;?？"))[-1]
        verb = _VERB.search(clause)
        return also["who"] + clause[verb.start():] if verb else None
    if not first.polar or first.quantities or _about_something(first, reader) \
            or not says("asks", "overall_again", first.text):
        return None
    stated = "".join(one.text for one in before.parts).removesuffix(before.parts[-1].asking().text)
    return f"{stated.rstrip('，,')}，{asked.text}" if says("roles", "if", stated) else asked.text


def _about_something(part: Part, reader: Reader) -> bool:
    """Whether a part names a subject that something is counted or ruled for."""
    return any(reader.topics.subjects[name].fact for name in part.found)


def _asks_lack_of(before: Question, part: Part, reader: Reader) -> bool:
    """Whether a part asks how much is missing of what the question before held against a bar: 不够的话还差几篇."""
    if not question_form.asks_lack(part.text) or part.quantities or part.refs or _types(part, reader):
        return False
    return before.parts[-1].polar and any(one.quantities for one in before.parts) and not _names_fact(part, reader)


def _with_stated(last: Turn, before: Question, asked: Question, reader: Reader) -> str | None:
    """How much is missing of what was held against a bar (不够的话还差几篇) or only stated (我们做成了2项)."""
    first = asked.parts[0]
    joint = "，" if asked.language == "zh" else " "
    if _asks_lack_of(before, first, reader):
        return f"{before.text.rstrip('?？') if joint == '，' else before.text}{joint}{asked.text}"
    stated = reader.read(last.question, asked.language).parts[-1]
    if not question_form.asks_lack(first.text) or not _bare(first, reader) or not stated.quantities or stated.asks:
        return None
    spoken = "" if _names_fact(stated, reader) else _narrowest(before.parts[-1], reader)
    word = _BAR_WORD.sub("", before.parts[-1].found[spoken][0].word) if spoken else ""
    pieces = [_type_names(before, reader), word, stated.text]
    return ("" if asked.language == "zh" else " ").join(pieces).strip() + joint + asked.text


def _names_fact(part: Part, reader: Reader) -> bool:
    """Whether a part names, by more than a unit, something that is counted."""
    return any(reader.topics.subjects[name].fact and len(one.word) > 1
               for name, words in part.found.items() for one in words)


def _leans(part: Part, reader: Reader, known: str) -> bool:
    """Whether a question only goes on from the one before: 只按目录算呢？ What is strange is the case's."""
    if _about_something(part, reader) or part.refs or not says("asks", "leans", part.text):
        return False
    strong = any(reader.topics.subjects[name].weight >= STRONG for name in part.found)
    if strong and not known:
        return False
    return all(any(piece[place:place + 2] in known for place in range(max(1, len(piece) - 1)))
               for piece in part.strange)


def _with_time(before: Question, part: Part) -> str | None:
    """The question before, of another time: 那到第五年呢？ after 第二年重新申报，受理吗？"""
    old, new = list(_TIME.finditer(understanding.fold(before.text))), _TIME.search(part.text)
    if not old or new is None:
        return None
    text = understanding.fold(before.text)
    return text[:old[-1].start()] + new[0] + text[old[-1].end():]


def _with_type(before: Question, own: Sequence[str], asked: Question, reader: Reader) -> str | None:
    """The question before, of the base type that is named now."""
    name = next(one.word for subject in own for one in asked.parts[0].found[subject])
    text = understanding.fold(before.text)
    spans = sorted(
        (
            one.span
            for part in before.parts
            for subject in _types(part, reader)
            for one in part.found[subject]
            if one.word in text
        ),
        reverse=True,
    )
    named = [one.word for part in before.parts for subject in _types(part, reader) for one in part.found[subject]]
    if not named:
        return f"{name}{before.text}" if asked.language == "zh" else f"{name}: {before.text}"
    for word in sorted(set(named), key=len, reverse=True):
        text = text.replace(word, name)
    return text if spans else f"{name}{before.text}"


def _with_figure(before: Question, part: Part) -> str | None:
    """The question before, of another figure: 11户呢？ after 9户高企够吗."""
    figures = [one for each in before.parts for one in each.quantities if one.measure != "time"]
    text = understanding.fold(before.text)
    if len(figures) != 1 or len(before.parts) != 1 or figures[0].measure != part.quantities[0].measure:
        return None
    old, new = figures[0].span, part.quantities[0].span
    return text[: old.start] + part.text[new.start : new.end] + text[old.end :]


def _with_facts(history: Sequence[Turn], asked: Question, reader: Reader) -> str | None:
    """19篇、6篇，过不过 after questions for two bars: each figure with what was asked about, in the same order."""
    part = asked.parts[0]
    figures = [one for one in part.quantities if one.measure != "time"]
    named = any(len(one.word) > 1 for name, words in part.found.items() if reader.topics.subjects[name].fact
                for one in words)
    last = reader.read(history[-1].question, asked.language).parts[-1]
    one_kind = len({one.unit for one in figures}) == 1
    answers = one_kind and not part.asks and "quantity" in last.asks and not last.polar    # 我们13户，其中4户搬走了
    if (len(figures) < 2 and not answers) or named or part.refs or not figures:
        return None
    figures = figures[:1] if answers else figures
    spoken: dict[str, str] = {}
    type_name = ""
    for turn in history:
        earlier = reader.read(turn.question, asked.language)
        type_name = _type_names(earlier, reader) or type_name
        for one in earlier.parts:
            name = _narrowest(one, reader)
            if name:
                spoken[reader.topics.subjects[name].fact] = _BAR_WORD.sub("", one.found[name][0].word)
    words = list(spoken.values())[-len(figures):]
    if len(words) != len(figures):
        return None
    text = part.text
    for figure, word in sorted(zip(figures, words, strict=True), key=lambda one: -one[0].span.start):
        text = text[:figure.span.start] + word + text[figure.span.start:]
    rest = "".join(one.text for one in asked.parts[1:])
    if not any(one.asks for one in asked.parts):
        rest += "，够吗？" if asked.language == "zh" else ", enough?"
    return f"{type_name}{text}{rest}" if asked.language == "zh" else f"{type_name}: {text} {rest}"


def _narrowest(part: Part, reader: Reader) -> str:
    """The subject that a part asks about: of those that are counted, the one that is no part's whole."""
    subjects = reader.topics.subjects
    counted = [name for name in part.found if subjects[name].fact and not subjects[name].denies]
    wide = {subjects[name].narrows for name in counted}
    return max((name for name in counted if name not in wide), key=lambda name: subjects[name].weight, default="")


def _with_more(before: Question, part: Part, language: str) -> str | None:
    """The question before, with what would come to its figures: 要是再花40万呢？ after 花了170万，够吗？"""
    if language != "zh" or part.asks - {"yes_no"} or len(before.parts) != 1 or len(part.quantities) != 1:
        return None
    own, lead = before.parts[0].quantities, part.text[:part.quantities[0].span.start]
    alike = any(one.measure in ("", part.quantities[0].measure) or not part.quantities[0].measure for one in own)
    adds = any(says("roles", name, lead) for name in ("added", "also", "gone")) \
        or says("roles", "fewer_if", part.text)
    if not alike or not before.parts[0].polar or not adds:
        return None
    text = before.parts[0].text
    if part.polar:
        return f"{text[:own[-1].span.end]}，{_LEADS_ON.sub('', part.text)}" if own else None
    end = text.find("，", own[-1].span.end) if "，" in text[own[-1].span.end:] else own[-1].span.end
    more = _LEADS_ON.sub("", _TAIL.sub("", part.text))
    return f"{text[:end]}，{more}，{text[end:].lstrip('，')}"


def _continues(part: Part, last: Turn, reader: Reader) -> bool:
    """Whether a question's only subject is said of many things, and of what was cited last too: 交给谁？"""
    subjects = [reader.topics.subjects[name] for name in part.found if reader.topics.subjects[name].weight]
    cited = {citation.ref for citation in last.answer.citations if citation.ref}
    return bool(subjects) and not part.refs and all(one.loose and cited & set(one.clauses) for one in subjects)


def _type_names(before: Question, reader: Reader) -> str:
    return next(
        (one.word for part in before.parts for subject in _types(part, reader) for one in part.found[subject]), ""
    )


def _follows_type(part: Part, before: Question, reader: Reader) -> bool:
    """Whether a question without a base type is about something that belongs to the base type spoken of before."""
    subjects = reader.topics.subjects
    homes = {ref for one in before.parts for name in _types(one, reader) for ref in subjects[name].clauses}
    own = {ref.split("（")[0] for name in part.found for ref in subjects[name].clauses}
    return bool(homes & own) and bool(_type_names(before, reader))


def _types(part: Part, reader: Reader) -> list[str]:
    return [name for name in part.found if reader.topics.subjects[name].type and not reader.topics.subjects[name].hint]


def _only_type(part: Part, reader: Reader) -> bool:
    subjects = reader.topics.subjects
    return not part.refs and not any(subjects[name].weight and not subjects[name].type for name in part.found)


def _bare(part: Part, reader: Reader) -> bool:
    """Whether a question names nothing that it could be about."""
    subjects = reader.topics.subjects
    return not part.refs and not part.strange and not any(subjects[name].weight for name in part.found)
