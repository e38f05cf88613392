"""What a model said in a reading, kept with the assessment, so that it can be made again without asking anybody."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence

from msgspec import Struct

from assistant.llm import ModelError
from assistant.second_reader.asking.endpoint import Model, Reply
from assistant.second_reader.asking.request import Message


class Answered(Struct, frozen=True):
    """One request, by the digest of its model and messages, with what came back: an answer, or why there was none."""

    digest: str
    text: str = ""
    tokens: int = 0
    seconds: float = 0.0
    ended: str = ""
    failed: str = ""        # Chinese; "" where there is an answer
    failed_en: str = ""


def digest(model: str, messages: Sequence[Message]) -> str:
    """What a request is known by."""
    return hashlib.sha256(json.dumps([model, [list(one) for one in messages]], ensure_ascii=False).encode()).hexdigest()


class Replayed:
    """A model that says again what it said then, and nothing else."""

    at_once = 1

    def __init__(self, name: str, most: int, answers: Sequence[Answered]) -> None:
        self.name, self.most = name, most
        self._answers = {one.digest: one for one in answers}

    def ask(self, messages: Sequence[Message]) -> Reply:
        found = self._answers.get(digest(self.name, messages))
        if found is None:
            raise ModelError("no answer to this request is stored.", "没有保存对这一请求的回答。")
        if found.failed:
            raise ModelError(found.failed_en, found.failed)
        return Reply(found.text, found.tokens, found.seconds, found.ended, kept=True)

    def keep(self, messages: Sequence[Message], reply: Reply) -> None:
        """It is kept already."""


class Recording:
    """A model whose every answer and failure is taken down; `told` hears of each, with the tokens it was counted by."""

    def __init__(self, model: Model, told: Callable[[Reply | None], None] = lambda _: None) -> None:
        self._model, self._told = model, told
        self._answers: dict[str, Answered] = {}
        self.last: ModelError | None = None

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def most(self) -> int:
        return self._model.most

    @property
    def at_once(self) -> int:
        return int(getattr(self._model, "at_once", 1))

    @property
    def answers(self) -> tuple[Answered, ...]:
        return tuple(self._answers[one] for one in sorted(self._answers))

    def ask(self, messages: Sequence[Message]) -> Reply:
        """Asks, and keeps what was said or why nothing was."""
        name = digest(self.name, messages)
        try:
            reply = self._model.ask(messages)
        except ModelError as error:
            self.last = error
            self._answers[name] = Answered(name, failed=error.chinese, failed_en=str(error))
            self._told(None)
            raise
        self._answers[name] = Answered(name, reply.text, reply.tokens, reply.seconds, reply.ended)
        self._told(reply)
        return reply

    def keep(self, messages: Sequence[Message], reply: Reply) -> None:
        self._model.keep(messages, reply)
