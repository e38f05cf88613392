"""One turn: the model looks up, names the results that settle the question, and words them; rules give the verdict.

Sentences are shown once checked. What the results need said and the model did not say is added in the project's own
words; where nothing is left, or anything fails, the answer without a model is given.
"""
from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

import prompts
from assistant.agent import graph
from assistant.agent.material import Material
from assistant.agent.reading import Answered
from assistant.agent.settling import Settled, settle
from assistant.agent.toolbox import Toolbox
from assistant.checking import citations, claims
from assistant.checking.coverage import content
from assistant.checking.model_wording import SHORTEST, Draft, Names, leads, shown
from assistant.checking.redaction import Redactor
from assistant.checking.sentences import Checked, Checker
from assistant.dialogue.results import Result
from assistant.dialogue.tools import Tools
from assistant.llm import ModelError
from assistant.questions.understanding import Question
from assistant.wording.answer_words import Say, quoted
from ingestion.domain import Answer, Assessment, Citation, Document, Mode
from ingestion.policies.policy import Policy

_log = logging.getLogger(__name__)
PROMPT = "agent.v1"
QUOTED, CITED = 3, 16   # places of documents that are quoted; that are cited
REMEMBERED = 3          # earlier questions that a model gets
_SAID = 0.8             # of a line's words that a sentence must have to say it


class Step(Struct, frozen=True):
    """What is being looked up, in fixed words."""

    text: str


class Turn(Struct, frozen=True):
    """What a turn is about: the question, its answer without a model, the tools, and what must not be named."""

    asked: Question
    draft: Draft
    tools: Tools
    policy: Policy
    names: Names
    assessment: Assessment | None = None
    before: tuple[str, ...] = ()


def stream(turn: Turn, chat: graph.Chat) -> Iterator[Step | str | Answer]:
    """Steps and checked sentences as they come, then the answer; without the model's part where it gives none."""
    return _Turn(turn, chat).stream()


class _Turn:
    def __init__(self, turn: Turn, chat: graph.Chat) -> None:
        """Everything one turn with a model keeps: its material, its tools, what was kept and dropped."""
        self._turn, self._chat = turn, chat
        self._draft, self._language = turn.draft, turn.draft.answer.language
        self._say = Say(self._language)
        self._material = Material(turn.draft, turn.names.stand_ins(self._language), Redactor())
        base = turn.assessment.base_type if turn.assessment is not None else ""
        self._box = Toolbox(turn.tools, self._material, turn.policy, self._language, base)
        self._dropped: list[str] = []
        self._kept: list[Checked] = []
        self._texts: list[str] = []
        self._shown = 0
        self._settled: Settled | None = None
        self._checker: Checker | None = None

    def stream(self) -> Iterator[Step | str | Answer]:
        try:
            yield from self._answered()
        except ModelError as error:
            self._dropped.append(str(error))
        yield self._answer()

    def _answered(self) -> Iterator[Step | str]:
        """Steps and sentences that passed the check, as they come."""
        instructions = (Path(prompts.__file__).parent / f"{PROMPT}.{self._language}.md").read_text(encoding="utf-8")
        turn = self._turn
        request = self._material.request(self._material.hide(turn.asked.text),
                                         [self._material.hide(one) for one in turn.before[-REMEMBERED:]], self._case())
        read = Answered()
        for piece in graph.run(self._chat, self._box, instructions, request):
            if piece.step:
                yield Step(piece.step)
            if piece.again:      # what stood beside calls is no answer
                read = Answered()
                self._kept, self._texts, self._settled, self._checker = [], [], None, None
            for sentence in read.feed(piece.text):
                yield from self._take(sentence, read)
            if piece.ended:
                for sentence in read.end():
                    yield from self._take(sentence, read)
                self._settle(read)

    def _case(self) -> str:
        """What the application is, in the policy's names."""
        one = self._turn.assessment
        if one is None:
            return ""
        base = self._turn.policy.base_type(one.base_type)
        return f"{self._say.pick(base.label, base.label_en)} ({one.base_type}), {one.application_date.isoformat()}"

    def _settle(self, read: Answered) -> None:
        """What the named results come to, once they are named."""
        if self._settled is not None or read.settles is None:
            return
        given = self._material.given
        unknown = [one for one in read.settles if one not in given]
        if unknown:
            self._dropped.append(f"unknown result: {', '.join(unknown)}")
        named = [given[one].result for one in read.settles if one in given]
        self._settled = settle(named, self._draft, self._turn.asked)
        if self._settled.against:
            self._dropped.append(f"verdict: {self._settled.against}")
            _log.info("a model's results say %s", self._settled.against)
        self._checker = Checker(self._material.sources, self._material.hide(self._turn.asked.text),
                                self._settled.word, self._language, self._turn.names.types)

    def _take(self, sentence: str, read: Answered) -> Iterator[str]:
        """A sentence, shown if it stands and the answer has begun to be one."""
        self._settle(read)
        assert self._checker is not None and self._settled is not None  # noqa: S101 - it has just been settled
        checked = self._checker.check(self._material.named(sentence))
        if self._settled.against or checked.fault:
            if checked.fault:
                self._dropped.append(f"{checked.fault}: {self._material.back(checked.text)[:200]}")
            return
        text = shown(checked, self._material.sources, self._language)
        self._kept.append(checked)
        self._texts.append(self._material.back(self._led(text) if len(self._kept) == 1 else text))
        if self._telling():
            yield from self._texts[self._shown:]
            self._shown = len(self._texts)

    def _telling(self) -> bool:
        """Whether what is kept rests on a result that settles the question, and says more than a word."""
        assert self._settled is not None  # noqa: S101
        numbers = {number for one in self._settled.results for number in self._material.given[one.id].numbers}
        return any(set(one.cites) & numbers and len(one.text) >= SHORTEST for one in self._kept)

    def _led(self, text: str) -> str:
        word = self._settled.word if self._settled is not None else ""
        return text if not word or leads(text, word) else self._say("verdict", word=word, text=text)

    # The answer -----------------------------------------------------------------------------------------------------

    def _answer(self) -> Answer:
        """The answer of the settled results, or the one without a model."""
        settled, draft = self._settled, self._draft
        plain = self._marked(draft.answer)
        if settled is None or settled.against or not settled.results:
            return plain
        told = bool(self._kept) and self._telling()
        if settled.own and not (told and draft.answer.answerable and self._whole()):
            return plain
        others = [one for one in settled.results if one.id != "r1"]
        if not told and not (draft.answer.answerable or any(one.verdict for one in others)):
            return plain
        text = [*self._texts] if told else []
        lines = [*([(" " if self._language == "en" else "").join(text)] if text else []), *self._missing(settled, told)]
        if not lines:
            return plain
        cited = self._cited(settled)
        quotes = draft.quotes if settled.own else [*self._tail(settled), *self._quotes(cited, "\n".join(lines))]
        return self._marked(replace(
            draft.answer, text="\n".join([*lines, *quotes]),
            answerable=True, citations=cited, mode=Mode.LLM, verdict=settled.verdict,
            considered=tuple(dict.fromkeys(one.ref or one.document for one in cited))))

    def _marked(self, answer: Answer) -> Answer:
        return replace(answer, dropped=tuple(self._dropped), prompt=PROMPT, model=self._chat.name,
                       trace=tuple(self._box.calls))

    def _whole(self) -> bool:
        """Whether every figure of what was found is said, unless a verdict leads it: 共四种 answers 第五类是什么, one
        of them does not."""
        said = claims.figures(" ".join(one.text for one in self._kept))
        found = claims.figures(" ".join(self._hidden(self._material.given["r1"].result)))
        return bool(self._draft.verdict) or not self._draft.free or found <= said

    def _hidden(self, result: Result) -> list[str]:
        """The lines of a result as the model has them."""
        numbers = self._material.given[result.id].said
        return [one.text for one in self._material.sources if one.number in numbers]

    def _missing(self, settled: Settled, told: bool) -> list[str]:
        """The lines of the settled results that no kept sentence says, led by the verdict where they come first."""
        said = " ".join(one.text for one in self._kept) if told else ""
        known = _Said(said)
        lines = []
        for result in settled.results:
            own = self._hidden(result)
            left = ["".join(part for part in _STATEMENT.findall(line) if not known.holds(part)) for line in own]
            listed = any(line.endswith(_HEADS) or _ENTRY.match(line) for line in own)
            if listed and any(one and not one.endswith(_HEADS) for one in left):
                left = own      # a list stays whole, under its heads
            lines += [self._material.back(line) for line in left if line]
        while lines and lines[-1].endswith(_HEADS):
            lines.pop()
        if lines and not told and settled.word:
            lines[0] = self._say("verdict", word=settled.word, text=lines[0])
        return list(dict.fromkeys(lines))

    def _cited(self, settled: Settled) -> tuple[Citation, ...]:
        """The clauses and places of the settled results and of the kept sentences, verified."""
        numbers = {number for one in self._kept for number in one.cites}
        used = [one.result for one in self._material.given.values()
                if one.result in settled.results or numbers & set(one.numbers)]
        documents: Sequence[Document] = self._turn.assessment.documents if self._turn.assessment is not None else ()
        found = citations.verified((quote for one in used for quote in one.quotes), self._turn.policy, documents)
        if settled.own:
            return tuple(dict.fromkeys([*self._draft.answer.citations, *(one for one in found if one.ref)]))
        return (*[one for one in found if one.ref], *[one for one in found if not one.ref][:CITED])

    def _quotes(self, cited: Sequence[Citation], text: str) -> list[str]:
        """Citations as lines: the clauses, and the first places that the text does not hold already."""
        clauses = [one for one in cited if one.ref]
        places = [one for one in cited if not one.ref and " ".join(one.quote.split()) not in text]
        lines = [quoted(one, self._say) for one in (*clauses, *places[:QUOTED])]
        return lines + ([self._say("case_more", count=len(places) - QUOTED)] if len(places) > QUOTED else [])

    def _tail(self, settled: Settled) -> list[str]:
        """That a pre-screen is no recognition, where the case was judged."""
        judged = any(one.kind in ("findings", "overall", "missing", "recompute", "types") for one in settled.results)
        own = self._say("case_pre_screen") in self._draft.quotes
        return [self._say("case_pre_screen")] if judged or own else []


class _Said:
    """What sentences say: their figures, words, outcomes, and the documents and quotations that they name."""

    def __init__(self, said: str) -> None:
        self._figures, self._named = claims.figures(said), set(_STANDING.findall(said))
        plain = claims.plain(said)
        self._words, self._outcomes = content(plain), claims.judgements(plain)

    def holds(self, part: str) -> bool:
        """Whether they say what a statement does: figures, names, most of its words, an open or failed outcome."""
        plain = claims.plain(part)
        about = content(plain)
        return (claims.figures(part) <= self._figures and set(_STANDING.findall(part)) <= self._named
                and len(about & self._words) >= _SAID * len(about)
                and claims.judgements(plain) & claims.NEGATIVE <= self._outcomes)


_HEADS = ("：", ":")
_ENTRY = re.compile(r"\s*\d+\.\s")
_STANDING = re.compile(r"(?:附件|引文|名称|Attachment |Quotation |Name )\d+")
_STATEMENT = re.compile(r"（[^（）]*。）|[^。]+。?")
