"""A language model behind the web application, set by the environment: it words answers, says so, and may fail."""
from __future__ import annotations

import json
import random
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from api.service.records import TurnView
from tests.api.routes.test_answers import events
from tests.hostile import outputs
from tests.support import model_server as server
from tests.support.web_samples import Client, Installation, installation

QUESTION = "国际联合研究中心要发表多少篇论文？"
SAID = ["近三年SCI或EI论文须在20篇（含）以上。", "[1]"]
BY_MODEL = "由语言模型表述，每句已核对出处。"


class Switch:
    """The endpoint's behaviour, as each test wants it."""

    def __init__(self) -> None:
        self.behaviour: server.Behaviour = server.saying(*SAID)

    def __call__(self, handler: server.Handler) -> None:
        self.behaviour(handler)


@pytest.fixture(scope="module")
def switch() -> Switch:
    return Switch()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, switch: Switch) -> Iterator[Installation]:
    with server.serving(switch) as endpoint, pytest.MonkeyPatch.context() as environment:
        environment.setenv("GUOHE_LLM_URL", endpoint.url)
        environment.setenv("GUOHE_LLM_MODEL", "scripted")
        with installation(tmp_path_factory.mktemp("site")) as made:
            yield made


@pytest.fixture
def me(site: Installation, switch: Switch) -> Client:
    switch.behaviour = server.saying(*SAID)
    return site.client()


def form(me: Client, **fields: str) -> dict[str, Any]:
    """A form of the page as a script sends it, to be answered by a stream."""
    return {"data": {"csrf": me.http.headers["X-CSRF-Token"], **fields}, "headers": {"Accept": "text/event-stream"}}


def test_the_api_streams_what_the_model_words_and_says_so(me: Client) -> None:
    """Checked sentences first, then the answer, whose mode names the model's part; without a stream the same."""
    told = events(me.post("/api/v1/answers", json={"question": QUESTION}, headers={"Accept": "text/event-stream"}).text)
    assert [kind for kind, _ in told] == ["sentence", "answer"]
    assert told[0][1]["text"] == "近三年SCI或EI论文须在20篇（含）以上（第八条（二））。"
    assert (told[1][1]["mode"], told[1][1]["answer"].startswith(told[0][1]["text"])) == ("llm", True)
    assert me.post("/api/v1/answers", json={"question": QUESTION}).json()["mode"] == "llm"


def test_the_page_says_that_a_model_worded_the_answer(me: Client) -> None:
    """In the stream, and whenever the page is opened again."""
    told = events(me.post("/ask", **form(me, question=QUESTION)).text)
    assert [kind for kind, _ in told] == ["text", "turn"]
    assert BY_MODEL in told[1][1]["html"]
    assert BY_MODEL in me.get("/ask").text


@pytest.mark.parametrize("behaviour", [server.status(500), server.saying("论文须在30篇以上。[1]")])
def test_an_answer_without_the_model_comes_when_it_fails(me: Client, switch: Switch, behaviour: server.Behaviour
                                                         ) -> None:
    """An endpoint that breaks, or says what the clause does not: the cited answer, and no word of a model."""
    switch.behaviour = behaviour
    told = events(me.post("/ask", **form(me, question=QUESTION)).text)
    assert [kind for kind, _ in told] == ["turn"]
    assert "20篇（含）以上" in told[0][1]["html"]
    assert "30篇" not in told[0][1]["html"]
    assert BY_MODEL not in told[0][1]["html"]


def test_a_sentence_is_shown_before_the_model_has_ended(site: Installation, me: Client, switch: Switch) -> None:
    """The endpoint goes on only when its first sentence has been seen."""
    seen, endings = threading.Event(), []

    def waits(handler: server.Handler) -> None:
        handler.events()
        handler.piece("近三年SCI或EI论文须在20篇（含）以上。[1] 其中")
        endings.append(seen.wait(10))
        handler.done()

    switch.behaviour = waits
    told = site.services.chat.stream(me.actor, QUESTION)
    assert next(told) == "近三年SCI或EI论文须在20篇（含）以上（第八条（二））。"
    seen.set()
    rest = list(told)
    assert isinstance(rest[-1], TurnView)
    assert endings == [True]


def test_nothing_of_a_hostile_output_is_shown(me: Client, switch: Switch) -> None:
    """Each kind of `outputs.KINDS`, by the interface and by the page: the answer without a model, no markup of it."""
    chance, plain = random.Random(1), asked(me, switch, server.status(500))
    for number in range(len(outputs.KINDS)):
        said = outputs.output(number, chance)
        assert asked(me, switch, server.saying(said)) == plain, said
    page = me.get("/ask").text
    assert not any(mark.format(n=number) in page for mark in outputs.MARKUP for number in range(100))


def asked(me: Client, switch: Switch, behaviour: server.Behaviour) -> tuple[str, str]:
    """How the page and the interface answer while the model behaves so, but for what each answer has of its own."""
    switch.behaviour = behaviour
    told = events(me.post("/ask", **form(me, question=QUESTION)).text)
    answer = me.post("/api/v1/answers", json={"question": QUESTION}).json()
    own = r'[0-9a-f]{32}|\d+:\d+|"number": ?\d+'
    return re.sub(own, "", told[-1][1]["html"]), json.dumps([answer[key] for key in (
        "answer", "answerable", "mode", "citations")], ensure_ascii=False)
