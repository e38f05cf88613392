"""A language model with tools that misbehaves: endless or bad calls, silence, errors, floods, words for calls."""
from __future__ import annotations

import json
import time
from typing import Any

import pytest

from assistant import llm
from assistant.agent import graph, toolbox
from assistant.agent.reading import Answered, calls
from assistant.answering import answering
from assistant.dialogue import conversation
from ingestion.domain import Mode
from tests.assistant.answering.asked_agent import COMPARE, HAVE, PAPERS, SHOWN, ask, plain, same
from tests.assistant.answering.scripted_chat import calling
from tests.support import model_server as server
from tests.support.samples import policy


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """Langchain takes seconds to import: not within the deadline of a test."""
    ask(PAPERS, "SETTLES r1", timeout=60)


def test_endless_calls_end_in_the_answer_without_a_model() -> None:
    """Three requests, the last of them without tools."""
    calls_on = [calling(("policy_search", {"query": f"论文{number}"})) for number in range(9)]
    told = ask(PAPERS, *calls_on)
    assert len(told.model.seen) == graph.MOST_REQUESTS
    assert told.model.offered[-1] == []
    assert same(told.answer, plain(PAPERS))


def test_a_repeated_call_is_answered_from_memory() -> None:
    """The same call again runs nothing."""
    told = ask(HAVE, calling(COMPARE), calling(COMPARE), "SETTLES r2\n还差5篇。[4]")
    assert len(told.answer.trace) == 1
    assert told.results()[0] == told.results()[1]


def test_more_calls_than_there_may_be_are_refused() -> None:
    """Eight run; the others are told that there are no more."""
    many = [("policy_search", {"query": f"论文{number}"}) for number in range(12)]
    told = ask(PAPERS, calling(*many), "SETTLES r1")
    assert len(told.answer.trace) == toolbox.MOST_CALLS


@pytest.mark.parametrize("call", [
    ("policy_lookup", {}), ("policy_lookup", {"ref": "第九十九条"}), ("compare", {"criterion": "8.2.papers"}),
    ("compare", {"criterion": "8.2.papers", "terms": [{"span": "40篇", "role": "have"}]}),
    ("compare", {"criterion": "8.2.papers", "terms": "18篇"}), ("compare", {"criterion": 7, "terms": [3]}),
    ("findings", {}), ("no_such_tool", {"x": 1}), ("policy_search", {"query": {"nested": ["论文"] * 50}}),
])
def test_bad_calls_are_told_and_nothing_breaks(call: tuple[str, dict[str, Any]]) -> None:
    """An unknown tool, a missing or wrong argument: an error that the model reads, then it answers."""
    told = ask(PAPERS, calling(call), f"SETTLES r1\n{SHOWN}[1][2]")
    assert told.sentences
    assert len(told.model.seen) == 2


def test_text_beside_a_call_is_never_shown() -> None:
    """Not for a moment."""
    told = ask(HAVE, calling(COMPARE, text="不够。SCI或EI论文15篇。[2] 让我算一下。"), "SETTLES r2\n还差5篇。[4]")
    assert "让我算" not in "".join(told.sentences) + told.answer.text


@pytest.mark.parametrize("said", [
    "", "   ", "<think>想了很久", "SETTLES", "SETTLES 无", "{}", "无法回答", "SETTLES r1\n" * 3])
def test_a_model_that_says_nothing_ends_in_the_answer_without_one(said: str) -> None:
    """Empty, thinking without an end, only the first line: the draft."""
    assert same(ask(PAPERS, said).answer, plain(PAPERS))


def test_thinking_is_not_shown() -> None:
    """A think block before the answer is stripped."""
    told = ask(PAPERS, f"<think>先看 [1] 。 SETTLES r9</think>\nSETTLES r1\n{SHOWN}[1][2]")
    assert told.sentences == ["近三年SCI或EI论文20篇（含）以上（第八条（二））。"]


def test_a_model_that_raises_ends_in_the_answer_without_one() -> None:
    """Also in the second request, after a tool."""
    assert same(ask(HAVE, RuntimeError("no")).answer, plain(HAVE))
    assert same(ask(HAVE, calling(COMPARE), RuntimeError("no")).answer, plain(HAVE))


def test_a_model_that_hangs_ends_in_the_answer_without_one() -> None:
    """Within the time of a turn."""
    started = time.monotonic()
    told = ask(PAPERS, lambda _: time.sleep(3) or "SETTLES r1", timeout=1.0)
    assert time.monotonic() - started < 2.5
    assert same(told.answer, plain(PAPERS))


def test_a_flood_ends_in_the_answer_without_a_model() -> None:
    """Too many characters of an answer."""
    assert same(ask(PAPERS, "SETTLES r1\n" + "论文很多。[1]" * 3000).answer, plain(PAPERS))


# Without tool calling -------------------------------------------------------------------------------------------------

PLANNED = json.dumps({"steps": [{"tool": "compare", "args": COMPARE[1]}]}, ensure_ascii=False)


@pytest.mark.parametrize("text", [
    PLANNED, f"```json\n{PLANNED}\n```", f"<think>先比较</think>{PLANNED}",
    json.dumps({"tool": "compare", "args": COMPARE[1]}, ensure_ascii=False),
    json.dumps({"name": "compare", "arguments": json.dumps(COMPARE[1], ensure_ascii=False)}, ensure_ascii=False),
])
def test_a_plan_in_text_is_run(text: str) -> None:
    """Where an endpoint cannot call tools, they are in the instructions and asked for in JSON; results come as text."""
    told = ask(HAVE, text, "SETTLES r2\nSCI或EI论文15篇，还差5篇。[4]", mode="plan")
    assert told.model.offered == [[], []]
    assert "policy_lookup" in str(told.model.seen[0][0].content)
    assert "18-3=15" in str(told.model.seen[1][-1].content)
    assert told.sentences == ["不够。SCI或EI论文15篇，还差5篇。"]


def test_a_call_as_text_is_rescued() -> None:
    """<tool_call> in the text of a model that was offered tools: it is run, and never shown."""
    written = f"<tool_call>{json.dumps({'name': 'compare', 'arguments': COMPARE[1]}, ensure_ascii=False)}</tool_call>"
    told = ask(HAVE, written, "SETTLES r2\nSCI或EI论文15篇，还差5篇。[4]", mode="auto")
    assert told.sentences == ["不够。SCI或EI论文15篇，还差5篇。"]


@pytest.mark.parametrize("text", [
    "{", "[]", '{"steps": 3}', '{"steps": [3]}', '{"tool": 3}', 'SETTLES r1 {"tool": "x"}',
    "<tool_call>rows</tool_call>", '{"tool": "rows", "args": "x"}', "没有"])
def test_what_is_no_plan_is_none(text: str) -> None:
    """Broken or other JSON is no call."""
    assert calls(text) == []


def test_reading_is_the_same_however_the_stream_is_cut() -> None:
    """The first line, then sentences, in pieces of any size."""
    text = f"<think>x</think>SETTLES r1, r2\n{SHOWN}[1] 还差5篇。[2][3]\n"
    for size in (1, 2, 3, 7, 200):
        read = Answered()
        found = [one for place in range(0, len(text), size) for one in read.feed(text[place:place + size])]
        found += list(read.end())
        assert read.settles == ("r1", "r2")
        assert [one.strip() for one in found] == [f"{SHOWN}[1]", "还差5篇。[2][3]"]


# Over HTTP ------------------------------------------------------------------------------------------------------------

def test_an_endpoint_that_refuses_tools_is_asked_for_a_plan() -> None:
    """400 on the first request with tools: the same question as text, and the endpoint is remembered."""
    def behave(handler: server.Handler) -> None:
        if handler.endpoint.requests[-1].get("tools"):
            handler.plain(400, "application/json", b'{"error": {"message": "tools are not supported"}}')
        else:
            server.saying(f"SETTLES r1\n{SHOWN}[1][2]")(handler)

    with server.serving(behave) as endpoint:
        model = llm.connect(llm.Settings(endpoint.url, "old", timeout=30))
        first, second = (answering.answer(PAPERS, policy(), model=model) for _ in range(2))
    assert first.text == second.text
    assert first.mode is Mode.LLM
    assert [bool(one.get("tools")) for one in endpoint.requests] == [True, False, False]


def test_tools_can_be_switched_off() -> None:
    """GUOHE_LLM_TOOLS=off: the model words what was found, as before."""
    with server.serving(server.saying(f"{SHOWN}[1][2]")) as endpoint:
        model = llm.connect(llm.Settings(endpoint.url, "m", timeout=30, tools="off"))
        answer = answering.answer(PAPERS, policy(), model=model)
    assert answer.prompt == "answer.v2"
    assert not endpoint.requests[0].get("tools")


def test_a_turn_s_record_has_what_was_looked_up() -> None:
    """Stored and read again, calls and verdict are there."""
    told = ask(HAVE, calling(COMPARE), "SETTLES r2\n还差5篇。[4]")
    record = conversation.to_record(conversation.turn(HAVE, told.answer, policy()))
    again = conversation.from_record(json.loads(json.dumps(record))).answer
    assert (again.trace, again.verdict) == (told.answer.trace, "no")
