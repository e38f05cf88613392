"""An answer worded by a language model, from the answer that was found without one, every sentence checked.

The model gets the question, the clauses under numbers and what was found, nothing else: without personal identifiers,
and with numbers in place of the documents' names and of what is quoted from them (`assistant.checking.standins`).
"""
from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

import prompts
from assistant.checking import claims
from assistant.checking.claims import figures, plain
from assistant.checking.redaction import Redactor
from assistant.checking.sentences import Checked, Checker, Source, sentences
from assistant.checking.standins import StandIns
from assistant.llm import LanguageModel, ModelError
from assistant.wording.answer_words import Say
from ingestion.domain import Answer, Citation, Mode
from ingestion.policies import articles

PROMPT = "answer.v2"
_HEAD = 5        # characters of a verdict at the beginning of a sentence
_SHORT_WORDS = re.compile(r"[不没未]?(?:能|会|够|行|算|过|对|是|可以|需要|要|成|符合|达标|受理|影响)|yes|no")
_DENIED = re.compile(r"[不没未]|no\b")
SHORTEST = 8     # characters of a sentence that says something


class Draft(Struct, frozen=True):
    """What was found without a model: the answer, its statements, its lines of quotations, and its verdict word."""

    answer: Answer
    said: tuple[str, ...]
    quotes: tuple[str, ...]
    verdict: str = ""
    free: bool = True        # a model may word it
    closed: bool = False     # nothing is to be added to it: talk, the text of a clause, what the policy leaves unsaid
    supposed: bool = False   # it holds under what the question supposes only
    places: tuple[Citation, ...] = ()   # all that it rests on in documents, also what is not cited


class Names(Struct, frozen=True):
    """What is called how: the documents of a case with their texts, other names in them, what the policy calls its
    types, and the policy's own texts."""

    documents: Sequence[str] = ()
    types: Sequence[str] = ()
    policy: Collection[str] = ()
    others: Sequence[str] = ()
    texts: Sequence[str] = ()

    def stand_ins(self, language: str) -> StandIns:
        return StandIns(self.documents, self.policy, language, others=self.others, texts=self.texts)


class Kept(Struct, frozen=True):
    """A checked sentence as it is shown and as it was said."""

    text: str
    said: str
    cites: tuple[int, ...]


class Worded(Struct):
    """What a model made of a draft; `kept` grows while it is streamed."""

    kept: list[Kept] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)


def stream(draft: Draft, model: LanguageModel, names: Names | None = None) -> Iterator[str | Answer]:
    """The checked sentences of the model as they come, then the answer; the draft's alone if they do not answer."""
    answer, language, names = draft.answer, draft.answer.language, names or Names()
    stands = names.stand_ins(language)
    sources = _sources(draft, stands)
    question = stands.hide_names(answer.question)
    checker = Checker(sources, question, draft.verdict, language, names.types)
    worded, redactor, begun = Worded(), Redactor(), False
    instructions = (Path(prompts.__file__).parent / f"{PROMPT}.{language}.md").read_text(encoding="utf-8")
    try:
        pieces = model.stream(instructions, redactor.redact(_request(question, sources, language)))
        for sentence in sentences(pieces):
            checked = checker.check(redactor.restore(sentence))
            if checked.fault:
                worded.dropped.append(f"{checked.fault}: {stands.restore(checked.text)[:200]}")
                continue
            text = shown(checked, sources, language)
            if not worded.kept:
                text = _led(text, draft, language)
            worded.kept.append(Kept(stands.restore(text), checked.text, checked.cites))
            if _answers(worded, sources, draft):
                yield from ([one.text for one in worded.kept] if not begun else [worded.kept[-1].text])
                begun = True
    except ModelError as error:
        worded.dropped.append(str(error))
    if begun:
        yield _answer(draft, worded, model)
    else:
        yield replace(answer, dropped=tuple(worded.dropped), prompt=PROMPT, model=model.name)


def _request(question: str, sources: Sequence[Source], language: str) -> str:
    clauses, facts = ("条款", "已查明的事实") if language == "zh" else ("Clauses", "Established facts")
    asked = "问题" if language == "zh" else "Question"
    lines = [f"{clauses}:", *(f"[{one.number}] {one.ref} {one.text}" for one in sources if one.ref)]
    found = [one for one in sources if not one.ref]
    if found:
        lines += [f"{facts}:", *(f"[{one.number}] {one.text}" for one in found)]
    return "\n".join([*lines, f"{asked}: {question}"])


def _sources(draft: Draft, stands: StandIns) -> list[Source]:
    """The cited clauses and what was found. Documents' own words are not among them: their orders reach no model."""
    texts = [(one.ref, one.quote) for one in draft.answer.citations if one.ref]
    quotes = [one.quote for one in (*draft.places, *draft.answer.citations) if one.document]
    texts += [("", stands.hide(line, quotes)) for line in draft.said]
    return [Source(number, text, ref) for number, (ref, text) in enumerate(texts, 1)]


def _answers(worded: Worded, sources: Sequence[Source], draft: Draft) -> bool:
    """Whether what was kept says more than a word, rests on what settles the question (its first clause, or what was
    found), and gives every figure of what was found, unless a verdict leads it: 共四种 answers 第五类是什么, one of
    them does not."""
    first = draft.answer.citations[0] if draft.answer.citations else None
    said = figures(" ".join(draft.said))
    if not draft.verdict and not said <= figures(" ".join(one.said for one in worded.kept)):
        return False
    telling = {one.number for one in sources if not one.ref or (first is not None and one.text == first.quote)}
    return any(set(one.cites) & telling and len(one.said) >= SHORTEST for one in worded.kept)


def shown(checked: Checked, sources: Sequence[Source], language: str) -> str:
    """A sentence with the clauses that it names behind it."""
    refs = list(dict.fromkeys(one.ref for one in sources if one.number in checked.cites and one.ref))
    if not refs:
        return checked.text
    end = "。！？；!?;." if checked.text[-1:] in "。！？；!?;." else ""
    body = checked.text.rstrip(end) if end else checked.text
    mark = checked.text[len(body) : len(body) + 1] or ("。" if language == "zh" else ".")
    if language == "en":
        return f"{body} ({', '.join(articles.in_english(ref) for ref in refs)}){mark}"
    return f"{body}（{'、'.join(refs)}）{mark}"


def leads(text: str, word: str) -> bool:
    """Whether a sentence begins with a verdict, or with a short word that says the same: 过，… where the word is 是."""
    if text.lower().startswith(word.lower()):
        return True
    head = re.split(r"[，,。：:；;]", plain(text), maxsplit=1)[0]
    same = claims.outcomes(head) & claims.outcomes(plain(word))
    return len(head) <= _HEAD and bool(same or _SHORT_WORDS.fullmatch(head)) and denied(head) == denied(plain(word))


def denied(word: str) -> bool:
    return _DENIED.match(word) is not None


def _led(text: str, draft: Draft, language: str) -> str:
    """The first sentence, led by the verdict if it does not begin with it."""
    if not draft.verdict or leads(text, draft.verdict):
        return text
    return Say(language)("verdict", word=draft.verdict, text=text)


def _answer(draft: Draft, worded: Worded, model: LanguageModel) -> Answer:
    space = " " if draft.answer.language == "en" else ""
    text = "\n".join([space.join(one.text for one in worded.kept), *draft.quotes])
    return replace(draft.answer, text=text, mode=Mode.LLM, dropped=tuple(worded.dropped), prompt=PROMPT,
                   model=model.name)
