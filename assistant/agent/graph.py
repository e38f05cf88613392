"""The loop of model and tools, by langchain, in a thread of its own so that a deadline holds whatever an endpoint does.

Four requests at most, eight calls, and a third of the time for the answer; the last request has no tools. Where an
endpoint cannot call tools ("plan"), the same loop has them in its instructions and reads calls from a piece of JSON.
"""
from __future__ import annotations

import json
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from msgspec import Struct

from assistant.agent import reading
from assistant.agent.toolbox import MOST_CALLS, MOST_MISTAKES, Spec, Toolbox
from assistant.llm import ModelError, failed
from assistant.wording.texts import load

_log = logging.getLogger(__name__)
MOST_REQUESTS = 4
MOST_AGAIN = 2     # requests beside them, after such in which every call was refused
FOR_THE_ANSWER = 1 / 3     # of the time
_MOST_CHARACTERS = 8_000   # of an answer
_RECURSION = 4 * (MOST_REQUESTS + MOST_AGAIN)
_REFUSALS = (400, 404, 422, 501)
NATIVE, PLAN, AUTO = "native", "plan", "auto"
_DONE = object()


class Piece(Struct, frozen=True):
    """What comes while it works: `text` of the message that is being written, `step` that is shown; `again`: what was
    written was no answer; `ended`: it is whole."""

    text: str = ""
    step: str = ""
    again: bool = False
    ended: bool = False


class Chat(Protocol):
    """A model that can chat, such as `assistant.llm.Endpoint`. `open` gives the model of langchain, for one turn.
    `mode` is how it calls tools; what is found out about an endpoint under "auto" is set there."""

    mode: str

    @property
    def name(self) -> str: ...

    @property
    def timeout(self) -> float: ...

    def open(self, timeout: float) -> AbstractContextManager[Any]: ...


def run(chat: Chat, box: Toolbox, instructions: str, request: str) -> Iterator[Piece]:
    """Pieces as they come; ModelError when there is nothing more to expect."""
    from langchain.agents import create_agent  # noqa: F401 - before the clock: it takes seconds the first time
    from langsmith import tracing_context

    ends = time.monotonic() + chat.timeout
    pieces: queue.Queue[object] = queue.Queue()
    stop = threading.Event()
    box.step = lambda text: pieces.put(Piece(step=text))

    def work() -> None:
        try:
            with chat.open(chat.timeout) as model, tracing_context(enabled=False):
                for one in _Loop(chat, box, model, ends, stop).pieces(instructions, request):
                    pieces.put(one)
            pieces.put(_DONE)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong there, the answer without a model is given
            _log.warning("the language model %s failed: %s", chat.name, type(error).__name__)
            pieces.put(error)

    threading.Thread(target=work, daemon=True, name="agent").start()
    length = 0
    try:
        while True:
            try:
                piece = pieces.get(timeout=max(0.0, ends - time.monotonic()))
            except queue.Empty:
                raise failed("gave no whole answer in time", "未在规定时间内作答") from None
            if piece is _DONE:
                return
            if isinstance(piece, ModelError):
                raise piece
            if isinstance(piece, BaseException):
                raise failed(f"failed ({type(piece).__name__})", f"出错（{type(piece).__name__}）") from piece
            assert isinstance(piece, Piece)  # noqa: S101 - what is put there
            length += len(piece.text)
            if length > _MOST_CHARACTERS:
                raise failed("did not stop", "不停输出")
            yield piece
    finally:
        stop.set()


class _Loop:
    """One turn of langchain's agent, with this project's limits about it."""

    def __init__(self, chat: Chat, box: Toolbox, model: Any, ends: float, stop: threading.Event) -> None:
        self._chat, self._box, self._model, self._ends, self._stop = chat, box, model, ends, stop
        self._specs = box.specs()
        self._requests = 0
        self._made = 0
        self._again = 0
        self._names = {spec.name for spec in self._specs}
        self._told: dict[str, str] = {}

    def pieces(self, instructions: str, request: str) -> Iterator[Piece]:
        """What the model says and asks for, as it comes."""
        from langchain.agents import create_agent
        from langchain.agents.middleware import ToolCallLimitMiddleware
        from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage

        agent = create_agent(
            self._model, [self._tool(spec) for spec in self._specs], system_prompt=instructions,
            middleware=[self._middleware(), ToolCallLimitMiddleware(
                run_limit=MOST_CALLS + MOST_MISTAKES, exit_behavior="continue")])
        streamed = False
        coming: Iterator[Any] = agent.stream(
            {"messages": [HumanMessage(request)]}, stream_mode=["messages", "updates"],
            config={"recursion_limit": _RECURSION})
        for mode, data in coming:
            if self._stop.is_set():
                return
            if mode == "messages":
                chunk, where = data
                if isinstance(chunk, AIMessageChunk) and where.get("langgraph_node") == "model":
                    text = _text(chunk.content)
                    streamed = streamed or bool(text)
                    if text:
                        yield Piece(text)
                continue
            for message in (data.get("model") or {}).get("messages", []):
                if not isinstance(message, AIMessage):
                    continue
                if message.tool_calls:
                    yield Piece(again=True)
                else:
                    yield Piece("" if streamed else _text(message.content), ended=True)
                streamed = False

    def _tool(self, spec: Spec) -> Any:
        from langchain_core.tools import StructuredTool

        return StructuredTool(name=spec.name, description=spec.description, args_schema=spec.parameters,
                              func=lambda _name=spec.name, **given: self._box.call(_name, given))

    def _middleware(self) -> Any:
        """What langchain calls before each request to the model."""
        from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse

        loop = self

        class Limits(AgentMiddleware[Any, Any, Any]):
            """Counts requests, withdraws tools, speaks JSON where an endpoint cannot call them."""

            def wrap_model_call(self, request: ModelRequest[Any], handler: Callable[[Any], ModelResponse[Any]]) -> Any:
                return loop.asked(request, handler)

        return Limits()

    def asked(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        """One request to the model, and once more in the other way where this one did not work."""
        planned = self._chat.mode == PLAN
        try:
            message = self._once(request, handler, planned=planned)
        except Exception as error:
            if self._chat.mode != AUTO or self._requests > 1 or not _refuses(error):
                raise
            self._chat.mode, planned = PLAN, True     # the endpoint takes no tools
            message = self._once(request, handler, planned=True)
        if not message.tool_calls:
            message = self._rescued(message, planned=planned)
        if not message.tool_calls and not _text(message.content).strip():
            if self._chat.mode != AUTO or self._requests > 1:
                raise failed("said nothing", "没有作答")
            self._chat.mode = PLAN
            message = self._rescued(self._once(request, handler, planned=True), planned=True)
        self._run(message)
        return message

    def _once(self, request: Any, handler: Callable[[Any], Any], *, planned: bool) -> Any:
        """One request, within what the turn may ask and how long it may take; without tools at last."""
        from langchain_core.messages import HumanMessage

        self._requests += 1
        if self._requests > MOST_REQUESTS:
            raise failed("asks for more than it may", "请求次数过多")
        late = time.monotonic() > self._ends - self._chat.timeout * FOR_THE_ANSWER
        last = self._requests == MOST_REQUESTS or self._box.spent or late
        messages = _as_text(request.messages) if planned else list(request.messages)
        if last:
            messages.append(HumanMessage(_say("last", self._box.language)))
        changed: dict[str, Any] = {"messages": messages}
        if planned or last:
            changed["tools"] = []
        if planned and not last:
            changed["system_message"] = _planning(request.system_message, self._specs, self._box.language)
        response = handler(request.override(**changed))
        message = response.result[-1]
        if last and message.tool_calls:
            raise failed("asks for more than it may", "请求次数过多")
        return message

    def _rescued(self, message: Any, *, planned: bool) -> Any:
        """A message whose text is a call, as a call."""
        from langchain_core.messages import AIMessage

        found = reading.calls(_text(message.content)) if self._requests < MOST_REQUESTS else []
        if not found or any(one.tool not in self._names for one in found):
            return message
        if not planned and self._chat.mode == AUTO:
            self._chat.mode = PLAN
        made = []
        for one in found:
            self._made += 1
            made.append({"name": one.tool, "args": dict(one.arguments), "id": f"c{self._made}"})
        return AIMessage(_text(message.content), tool_calls=made)

    def _run(self, message: Any) -> None:
        """Runs the calls in their order, so that results have the same ids each time; the tools only look them up."""
        before = len(self._box.calls)
        for call in message.tool_calls:
            if call["name"] in self._names:
                self._box.call(call["name"], call["args"])
        made = self._box.calls[before:]
        if made and not any(one.result for one in made) and self._again < MOST_AGAIN:
            self._again += 1
            self._requests -= 1      # told what was wrong with every call, it may ask again


def _as_text(messages: Sequence[Any]) -> list[Any]:
    """A conversation without calls, for an endpoint that knows none: results come as text."""
    from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

    found: list[Any] = []
    results: list[str] = []
    for one in messages:
        if isinstance(one, ToolMessage):
            results.append(_text(one.content))
            if len(results) > 1:
                found.pop()
            found.append(HumanMessage("\n".join(results)))
            continue
        results = []
        if isinstance(one, AIMessage) and one.tool_calls:
            steps = [{"tool": call["name"], "args": call["args"]} for call in one.tool_calls]
            found.append(AIMessage(json.dumps({"steps": steps}, ensure_ascii=False, sort_keys=True)))
        else:
            found.append(one)
    return found


def _planning(system: Any, specs: Sequence[Spec], language: str) -> Any:
    from langchain_core.messages import SystemMessage

    told = "\n".join(f"{one.name}: {one.description} {json.dumps(one.parameters, ensure_ascii=False, sort_keys=True)}"
                     for one in specs)
    return SystemMessage(f"{_text(system.content) if system else ''}\n\n{_say('plan', language).format(tools=told)}")


def _refuses(error: BaseException | None) -> bool:
    """Whether an endpoint says that it cannot do what was asked, as one that knows no tools does."""
    while error is not None:
        if getattr(error, "status_code", None) in _REFUSALS:
            return True
        error = error.__cause__
    return False


def _say(name: str, language: str) -> str:
    from assistant.agent.toolbox import _TEXTS

    return str(load(_TEXTS)[name][language])


def _text(content: Any) -> str:
    """The words of a message; thinking and other parts aside."""
    if isinstance(content, str):
        return content
    return "".join(str(one.get("text", "")) for one in content if isinstance(one, dict) and one.get("type") == "text")
