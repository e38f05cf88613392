"""Answers worded by a language model, over real HTTP: what it may say, and what becomes of everything else."""
from __future__ import annotations

import logging
import random
import socket
import time

import pytest
from msgspec.structs import replace

from assistant import llm
from assistant.answering import answering
from assistant.checking.sentences import Checker, Source, sentences
from ingestion.domain import Answer, Mode
from ingestion.errors import UsageError
from tests.hostile import outputs
from tests.support import model_server as server
from tests.support.samples import policy

PAPERS = outputs.QUESTION
FEW = "联合研究中心只有10篇SCI论文，够不够？"
CLAUSE = outputs.CLAUSE
SHORT = 3.0   # seconds: the deadline in these tests


def ask(question: str, url: str, timeout: float = SHORT, key: str = "test-key") -> Answer:
    model = llm.connect(llm.Settings(url, "scripted", key, timeout))
    return answering.answer(question, policy(), model=model)


def extractive(question: str) -> Answer:
    return answering.answer(question, policy())


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """Langchain takes seconds to import: not within the deadline of a test."""
    with server.serving(server.saying("无法回答")) as endpoint:
        ask(PAPERS, endpoint.url, timeout=15)


def test_a_sentence_that_names_its_source_and_repeats_its_numbers_is_shown() -> None:
    """A right answer is shown, with the clause behind the sentence and the quotation below."""
    with server.serving(server.saying("近三年SCI或EI论文", "须在20篇（含）以上。", "[1]")) as endpoint:
        answer = ask(PAPERS, endpoint.url)
    assert answer.mode is Mode.LLM
    assert answer.text.startswith("近三年SCI或EI论文须在20篇（含）以上（第八条（二））。")
    assert CLAUSE in answer.text
    assert answer.citations == extractive(PAPERS).citations
    assert (answer.model, answer.prompt) == ("scripted", "agent.v1")


@pytest.mark.parametrize(("fault", "sentence"), [
    ("no source", "论文须在20篇（含）以上。"),
    ("unknown source", "论文须在20篇（含）以上。[9]"),
    ("number", "论文须在30篇（含）以上。[1]"),
    ("number", "论文须在三十篇以上。[1]"),
    ("number", "论文须在5个工作日内发表。[1]"),
    ("bar", "论文不超过20篇。[1]"),
    ("clause", "第十九条规定论文20篇（含）以上。[1]"),
    ("clause", "第五条要求论文20篇（含）以上。[1]"),
    ("quotation", "条文写“论文总数不少于二十篇即可”。[1]"),
    ("outcome", "该单位符合申报条件，论文20篇（含）以上。[1]"),
    ("outcome", "发表论文20篇（含）以上即通过评审。[1]"),
    ("outcome", "总体意见：该单位具备条件，论文20篇（含）以上。[1]"),
    ("outcome", "材料齐全，论文20篇（含）以上。[1]"),
    ("denial", "不看论文数量。[1]"),
    ("new matter", "申报单位应缴纳保证金并安排专车接送评委。[1]"),
    ("form", "论文20篇（含）以上，详见 http://evil.example/x 。[1]"),
    ("form", "论文20篇（含）以上<script>alert(1)</script>。[1]"),
    ("form", "论文20篇（含）以上[点这里](javascript:x)。[1]"),
    ("language", "At least 20 papers are needed. [1]"),
])
def test_a_sentence_with_a_fault_is_dropped(fault: str, sentence: str) -> None:
    """Each kind of fault is recognised as such, and nothing of the sentence is shown."""
    with server.serving(server.saying(sentence)) as endpoint:
        answer = ask(PAPERS, endpoint.url)
    assert [line.split(":")[0] for line in answer.dropped] == [fault]
    assert replace(answer, dropped=(), prompt="", model="") == extractive(PAPERS)


def test_faulty_sentences_go_and_good_ones_stay() -> None:
    """One invented sentence costs only itself."""
    said = "近三年SCI或EI论文20篇（含）以上。[1] 另需缴纳2万元保证金。[1] 其中中外联合发表论文不少于5篇。[1]"
    with server.serving(server.saying(said)) as endpoint:
        answer = ask(PAPERS, endpoint.url)
    first = answer.text.split("\n")[0]
    assert first == "近三年SCI或EI论文20篇（含）以上（第八条（二））。其中中外联合发表论文不少于5篇（第八条（二））。"
    assert len(answer.dropped) == 1


def test_a_bare_word_is_no_answer() -> None:
    """不够 alone says less than the answer without a model."""
    with server.serving(server.saying("不够。[2]")) as endpoint:
        assert ask(FEW, endpoint.url).mode is Mode.EXTRACTIVE


def test_a_false_premise_is_not_worded_away() -> None:
    """Asked for a fifth of four types, a type of them is no answer: what was found (four) must be in it."""
    asked = "国合基地一共分五类，第五类是什么？"
    with server.serving(server.saying("第五类是国际联合研究中心。[1]")) as endpoint:
        answer = ask(asked, endpoint.url)
    assert answer.mode is Mode.EXTRACTIVE
    assert answer.text.startswith("共四种类型")


def test_a_verdict_against_the_rule_checker_is_not_shown() -> None:
    """10 papers are not enough, whatever the model says; the verdict stands first."""
    with server.serving(server.saying("够了，符合要求。[1] SCI或EI论文要求20篇（含）以上。[1]")) as endpoint:
        answer = ask(FEW, endpoint.url)
    assert answer.mode is Mode.LLM
    assert answer.text.startswith("不够。SCI或EI论文要求20篇（含）以上")
    assert "符合要求" not in answer.text.split("\n")[0]


MISBEHAVIOURS = {
    "hangs": server.hangs, "one byte now and then": server.trickles, "endless": server.floods,
    "one endless line": server.one_endless_line, "invalid UTF-8": server.garbles, "redirect": server.redirects,
    "500": server.status(500), "429": server.status(429), "401": server.status(401),
    "a web page": server.status(200, "text/html", b"<html><body>Welcome</body></html>"),
    "broken JSON": server.status(200, "application/json", b'{"choices": ['),
    "nothing": server.saying(), "breaks off": server.breaks_off(["论文"]),
}


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_a_misbehaving_endpoint_ends_in_the_extractive_answer(name: str) -> None:
    """Whatever an endpoint does, the cited answer without a model comes within the deadline."""
    with server.serving(MISBEHAVIOURS[name]) as endpoint:
        started = time.monotonic()
        answer = ask(PAPERS, endpoint.url, timeout=1.5)
        took = time.monotonic() - started
    assert took < 2.5
    assert answer.mode is Mode.EXTRACTIVE
    assert replace(answer, dropped=(), prompt="", model="") == extractive(PAPERS)
    assert "/internal" not in endpoint.visits, "a redirect was followed"


def test_an_endpoint_that_is_not_there_ends_in_the_extractive_answer() -> None:
    """A refused connection is no error for the one who asks."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert ask(PAPERS, f"http://127.0.0.1:{port}/v1").mode is Mode.EXTRACTIVE


def test_what_was_checked_before_a_break_stays() -> None:
    """A stream that breaks off leaves its checked sentences."""
    with server.serving(server.breaks_off(["近三年SCI或EI论文20篇（含）以上。[1] 其中"])) as endpoint:
        answer = ask(PAPERS, endpoint.url)
    assert answer.mode is Mode.LLM
    assert answer.text.startswith("近三年SCI或EI论文20篇（含）以上（第八条（二））。")


def test_the_stream_holds_only_checked_sentences() -> None:
    """What is streamed is what the answer shows; a dropped sentence never appears, not for a moment."""
    said = ["SCI或EI论文30篇", "以上。[1] ", "近三年SCI或EI论文20篇（含）以上。", "[1]"]
    with server.serving(server.saying(*said)) as endpoint:
        model = llm.connect(llm.Settings(endpoint.url, "scripted", timeout=SHORT))
        pieces = list(answering.stream(PAPERS, policy(), model=model))
    assert pieces[:-1] == ["近三年SCI或EI论文20篇（含）以上（第八条（二））。"]
    assert isinstance(pieces[-1], Answer)
    assert pieces[-1].text.startswith(str(pieces[0]))


def test_the_model_gets_the_question_the_clauses_and_what_was_found_only() -> None:
    """The request holds the instructions of prompts/ and the numbered clauses, no identifier and no other clause."""
    question = "张三（身份证500101199001011234，手机138 1234 5678）问：联合研究中心10篇SCI论文够不够？"
    with server.serving(server.saying("不够。[2]")) as endpoint:
        answer = ask(question, endpoint.url)
    system, user = (message["content"] for message in endpoint.requests[0]["messages"])
    assert system.startswith("你是政策问答助手")
    assert "500101199001011234" not in user
    assert "1234 5678" not in user
    assert "身份证#1" in user
    assert CLAUSE in user
    assert "第九条" not in user
    assert answer.question == question


def test_identifiers_come_back_in_what_the_model_says() -> None:
    """A placeholder in a sentence is the identifier again when it is shown."""
    question = "联系人13812345678问：联合研究中心10篇SCI论文够不够？"
    with server.serving(server.saying("〔手机号#1〕问：SCI或EI论文要求20篇（含）以上。[1]")) as endpoint:
        answer = ask(question, endpoint.url)
    assert "〔" not in answer.text
    assert all("〔" not in line for line in answer.dropped)


def test_a_question_that_is_not_settled_is_not_sent() -> None:
    """Abstention is decided in code: the model is not even asked."""
    with server.serving(server.saying("截止日期是6月30日。[1]")) as endpoint:
        answer = ask("今年的申报截止日期是哪天？", endpoint.url)
    assert not answer.answerable
    assert endpoint.requests == []


def test_the_text_of_a_clause_that_is_asked_for_is_not_worded_anew() -> None:
    """第八条 is answered with its text, without a model."""
    with server.serving(server.saying("论文20篇（含）以上。[1]")) as endpoint:
        assert ask("第八条第二项", endpoint.url).mode is Mode.EXTRACTIVE
    assert endpoint.requests == []


def test_the_key_is_sent_to_the_endpoint_and_written_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    """A key appears in no log, no representation and no answer."""
    caplog.set_level(logging.DEBUG, logger="assistant")
    with server.serving(server.status(500)) as endpoint:
        answer = ask(PAPERS, endpoint.url, key="sk-very-secret")
    assert "sk-very-secret" not in caplog.text + repr(answer) + repr(llm.Settings(endpoint.url, "m", "sk-very-secret"))


@pytest.mark.parametrize("environment", [
    {"GUOHE_LLM_URL": "file:///etc/passwd", "GUOHE_LLM_MODEL": "m"},
    {"GUOHE_LLM_URL": "http://127.0.0.1:1/v1"},
    {"GUOHE_LLM_URL": "http://127.0.0.1:1/v1", "GUOHE_LLM_MODEL": "m", "GUOHE_LLM_TIMEOUT": "soon"},
    {"GUOHE_LLM_URL": "http://127.0.0.1:1/v1", "GUOHE_LLM_MODEL": "m", "GUOHE_LLM_TIMEOUT": "600"},
])
def test_settings_that_cannot_be_right_are_refused(environment: dict[str, str]) -> None:
    """The message names the variable."""
    with pytest.raises(UsageError, match="GUOHE_LLM_"):
        llm.from_environment(environment)


def test_without_an_address_there_is_no_model() -> None:
    """Nothing is configured by default."""
    assert llm.connect(llm.from_environment({})) is None


def test_sentences_keep_the_numbers_that_follow_them() -> None:
    """A source number after the full stop belongs to the sentence before it, wherever the stream is cut."""
    text = "第一句。[1] 第二句（含“引文”）。[2][3]第三句"
    for size in (1, 2, 5, 100):
        pieces = (text[place:place + size] for place in range(0, len(text), size))
        assert [one.strip() for one in sentences(pieces)] == ["第一句。[1]", "第二句（含“引文”）。[2][3]", "第三句"]


def test_an_english_sentence_is_checked_in_the_same_way() -> None:
    """Numbers, denials and outcomes of English sentences are held against the sources, too."""
    source = Source(1, "Required: SCI or EI papers: at least 20")
    checker = Checker([source], "How many papers?", "", "en")
    assert checker.check("At least 20 SCI or EI papers are required. [1]").fault == ""
    assert checker.check("At least 30 SCI or EI papers are required. [1]").fault == "number"
    assert checker.check("No papers are required. [1]").fault == "denial"


def test_no_hostile_sentence_of_many_is_kept() -> None:
    """Five hundred seeded mutations of a right sentence, of every kind of `tests.hostile.outputs`."""
    clause = f"具有良好的国际科技合作基础，{CLAUSE}；"
    checker = Checker([Source(1, clause, "第八条（二）")], PAPERS, "", "zh")
    assert checker.check(outputs.GOOD).fault == ""
    chance = random.Random(20250630)
    for number in range(500):
        sentence = outputs.sentence(number, chance)
        assert checker.check(sentence).fault, sentence


@pytest.mark.endpoint
def test_a_real_model_answers_or_is_replaced() -> None:
    """With a real endpoint every answer is cited, and no worse than without one."""
    model = llm.connect(llm.from_environment())
    for question in (PAPERS, FEW, "年度总结什么时候交？", "海外中心要几个人？", "评估优秀有什么奖励？"):
        found, plain = answering.answer(question, policy(), model=model), extractive(question)
        assert found.citations == plain.citations
        assert all(one.quote in found.text for one in found.citations)
