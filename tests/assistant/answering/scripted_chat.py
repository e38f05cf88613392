"""A chat model of langchain that says what a script tells it, calls tools, and keeps what it was asked."""
from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field

Saying = AIMessage | str | BaseException | Callable[[Sequence[BaseMessage]], AIMessage | str]
PIECE = 7   # characters of a piece of a stream


class Scripted(BaseChatModel):
    """Says each of `script` in turn, the last one again and again; `seen` holds what it was asked, `offered` which
    tools came with it."""

    script: list[Any]
    seen: list[list[BaseMessage]] = Field(default_factory=list)
    offered: list[list[str]] = Field(default_factory=list)
    tools: list[str] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Any:
        names = [one.name if hasattr(one, "name") else one["function"]["name"] for one in tools]
        return Bound(inner=self, names=names, script=self.script)

    def asked(self, messages: Sequence[BaseMessage], names: Sequence[str]) -> AIMessage:
        self.seen.append(list(messages))
        self.offered.append(list(names))
        said = self.script[min(len(self.seen), len(self.script)) - 1]
        if isinstance(said, BaseException):
            raise said
        found = said(messages) if callable(said) else said
        return AIMessage(found) if isinstance(found, str) else found

    def _generate(self, messages: list[BaseMessage], stop: list[str] | None = None,  # noqa: ARG002
                  run_manager: CallbackManagerForLLMRun | None = None, **_: Any) -> ChatResult:  # noqa: ARG002
        return ChatResult(generations=[ChatGeneration(message=self.asked(messages, ()))])

    def _stream(self, messages: list[BaseMessage], stop: list[str] | None = None,  # noqa: ARG002
                run_manager: CallbackManagerForLLMRun | None = None, **_: Any) -> Iterator[ChatGenerationChunk]:
        yield from streamed(self.asked(messages, ()), run_manager)

    @property
    def requests(self) -> str:
        """All that was asked, as text."""
        return json.dumps([[one.content for one in messages] for messages in self.seen], ensure_ascii=False)


class Bound(Scripted):
    """The same model with tools."""

    inner: Any
    names: list[str]

    def asked(self, messages: Sequence[BaseMessage], names: Sequence[str]) -> AIMessage:  # noqa: ARG002
        return self.inner.asked(messages, self.names)


def streamed(message: AIMessage, run_manager: CallbackManagerForLLMRun | None) -> Iterator[ChatGenerationChunk]:
    """A message in small pieces, then its calls."""
    text = str(message.content)
    pieces = [AIMessageChunk(text[place:place + PIECE]) for place in range(0, len(text), PIECE)]
    if message.tool_calls:
        pieces.append(AIMessageChunk("", tool_call_chunks=[
            {"name": one["name"], "args": json.dumps(one["args"], ensure_ascii=False), "id": one["id"], "index": number,
             "type": "tool_call_chunk"} for number, one in enumerate(message.tool_calls)]))
    for piece in pieces or [AIMessageChunk("")]:
        chunk = ChatGenerationChunk(message=piece)
        if run_manager is not None:
            run_manager.on_llm_new_token(str(piece.content), chunk=chunk)
        yield chunk


def calling(*calls: tuple[str, dict[str, Any]], text: str = "") -> AIMessage:
    """A message that calls tools."""
    return AIMessage(text, tool_calls=[
        {"name": name, "args": given, "id": f"call_{number}"} for number, (name, given) in enumerate(calls, 1)])
