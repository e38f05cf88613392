"""A question to a scripted model with tools, and what came of it."""
from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import ToolMessage
from msgspec.structs import replace

from assistant.agent import graph, turns
from assistant.answering import answering
from assistant.dialogue import conversation
from ingestion.domain import Answer, Assessment
from tests.assistant.answering.scripted_chat import Scripted
from tests.support.samples import policy

HAVE = "我们有18篇，其中3篇还没见刊，够不够20篇？"
TERMS = [{"span": "18篇", "role": "have"}, {"span": "其中3篇还没见刊", "role": "lost"},
         {"span": "20篇", "role": "claimed_bar"}]
COMPARE = ("compare", {"criterion": "8.2.papers", "terms": TERMS})
PAPERS = "国际联合研究中心要发表多少篇论文？"
SHOWN = "近三年SCI或EI论文20篇（含）以上。"


@dataclass
class Told:
    """What came of a turn."""

    steps: list[str]
    sentences: list[str]
    answer: Answer
    model: Scripted

    def results(self) -> list[str]:
        """What tools told the model, in the last request."""
        return [str(one.content) for one in self.model.seen[-1] if isinstance(one, ToolMessage)]


@dataclass
class Opened:
    """A model of langchain that is there already."""

    model: Any
    name: str = "model"
    timeout: float = 30.0
    mode: str = graph.NATIVE

    def open(self, _timeout: float) -> AbstractContextManager[Any]:
        return nullcontext(self.model)


def ask(question: str, *script: Any, case: Assessment | None = None, mode: str = "native", timeout: float = 30.0,
        earlier: Sequence[str] = (), language: str | None = None) -> Told:
    """The question, to a model that says the script."""
    known, model = policy(), Scripted(script=list(script))
    history: list[conversation.Turn] = []
    for one in earlier:
        history.append(conversation.turn(one, answering.answer(one, known, assessment=case, history=history), known))
    chat = Opened(model, timeout=timeout, mode=mode)
    pieces = list(answering.stream(question, known, assessment=case, history=history, chat=chat, language=language))
    assert isinstance(pieces[-1], Answer)
    return Told([one.text for one in pieces if isinstance(one, turns.Step)],
                [one for one in pieces if isinstance(one, str)], pieces[-1], model)


def plain(question: str, case: Assessment | None = None) -> Answer:
    return answering.answer(question, policy(), assessment=case)


def same(found: Answer, expected: Answer) -> bool:
    """Whether an answer is the one without a model, but for its record."""
    return replace(found, dropped=(), prompt="", model="", trace=()) == expected
