"""Two readers: what an answer may look like, what stands where they differ, and what nothing may do."""
from __future__ import annotations

import json
import random
from typing import Any

import pytest

from assistant.report import composing, serialising
from assistant.second_reader import agreement, places
from assistant.second_reader.asking import answers as parsing
from assistant.second_reader.asking import request
from ingestion.domain import Differ, Fact, Interval, Outcome, SecondFact
from tests.assistant.second_reader.reader_model import (
    APPLICANT,
    CENTER,
    DAY,
    Scripted,
    alone,
    answer,
    claim,
    files,
    read,
    shipped,
    unreachable,
)

TEXT = "我单位近三年发表SCI、EI论文22篇。"
WINDOW = ("近三年", "window")
HONEST = answer(sci_ei_papers=(22, 22, claim("total", "D1.1", "近三年发表SCI、EI论文22篇", 22, period=WINDOW)))
KEYS = ("sci_ei_papers", "joint_papers")


@pytest.mark.parametrize("text", [
    HONEST,
    f"```json\n{HONEST}\n```",
    f"<think>Let me see {{\"facts\": 1}} first</think>\n{HONEST}\n以上。",
    f"好的，以下是结果：\n{HONEST}",
    HONEST.replace('"value": 22', '"value": "22"').replace('"counts": "yes"', '"counts": true'),
    json.dumps(json.loads(HONEST)["facts"]),
])
def test_answers_in_many_forms_are_read(text: str) -> None:
    """Fences, thinking text, words around it, numbers as text, no outer `facts`."""
    found = parsing.facts(text, KEYS)
    assert found["sci_ei_papers"].interval == (22, 22)
    assert found["sci_ei_papers"].claims[0].value == (22, 22)


@pytest.mark.parametrize("text", [
    "", "抱歉，我不能提供帮助。", HONEST[:-20], '{"facts": []}', '{"facts": {"other": null}}', "[]", "{" * 9000,
    '{"facts": {"sci_ei_papers": {"interval": null}, "sci_ei_papers": {"interval": null}}}',
    '{"facts": {"sci_ei_papers": {"interval": "many"}}}',
    '{"facts": {"sci_ei_papers": {"claims": [{"role": "guess"}]}}}',
    '{"facts": {"sci_ei_papers": {"interval": [1e999, 2]}}}', '{"facts": {"sci_ei_papers": {"interval": [NaN, 2]}}}',
])
def test_unusable_answers_are_said_to_be(text: str) -> None:
    """Refusals, truncation, other facts, duplicates, forms that are none."""
    with pytest.raises(parsing.UnusableError):
        parsing.facts(text, KEYS)


def test_an_unusable_answer_is_asked_for_once_more_with_the_error() -> None:
    """The second try is told what was wrong with the first, and both are kept."""
    model = Scripted("我不确定。", HONEST)
    made = read(files(TEXT), model).second
    assert made is not None
    assert made.facts["sci_ei_papers"].verified
    assert "没有 JSON" in model.asked[1][-1][1]
    assert len(model.kept) == 2


@pytest.mark.parametrize("answers", [("不", "不"), (unreachable(),), (HONEST[:-9], unreachable())])
def test_without_a_usable_answer_the_first_reader_stands(answers: tuple[Any, ...]) -> None:
    """Nothing is lost, and what failed is named."""
    documents = files(TEXT)
    made = read(documents, Scripted(*answers))
    assert made.second is not None
    assert made.second.failed == ("材料1.md",)
    assert made.second.error
    assert made.facts == alone(documents).facts
    assert [one.outcome for one in made.findings] == [one.outcome for one in alone(documents).findings]


def test_what_is_not_clear_is_asked_about_once() -> None:
    """A dropped claim and a differing interval are told to the model, which may mend them."""
    wrong = answer(sci_ei_papers=(23, 23, claim("total", "D1.1", "发表SCI论文22篇", 22, period=("近三年", "window"))))
    model = Scripted(wrong, HONEST)
    made = read(files(TEXT), model).second
    assert made is not None
    assert made.facts["sci_ei_papers"].verified
    assert len(model.asked) == 2
    assert "引文不在所写的位置" in model.asked[1][-1][1]
    assert "23..23" in model.asked[1][-1][1]


def test_the_same_input_asks_the_same_bytes() -> None:
    """A request depends on its input alone, and only the base type's facts are in it."""
    about = request.asked(shipped(), CENTER, APPLICANT, DAY)
    first, second = (request.requests(about, places.number(files(TEXT, TEXT + "。")), 10**6) for _ in range(2))
    assert first == second
    assert not any(key in first[0][0][1] for key in ("stationed_staff", "resident_enterprises"))


def test_what_does_not_fit_is_sent_in_parts_with_its_headings_and_joined() -> None:
    """No line is lost, each part repeats what stands above it, and a last request joins them."""
    text = "# 一、论文\n\n" + "\n\n".join(f"第{number}段，{'文' * 60}。" for number in range(80)) + "\n\n" + TEXT
    about = request.asked(shipped(), CENTER, APPLICANT, DAY)
    numbered = places.number(files(text))
    most = len(request.instructions(about)) + 2500
    parts = request.requests(about, numbered, most)
    assert len(parts) > 1
    assert all("[D1.1] # 一、论文" in part[1][1] for part in parts)
    assert {line.text for line in numbered.lines} <= {line for part in parts for line in part[1][1].split("\n")}
    last = numbered.order[-1]
    said = answer(sci_ei_papers=(22, 22, claim("total", last, "近三年发表SCI、EI论文22篇", 22, period=WINDOW)))
    model = Scripted(said)
    model.most = most
    made = read(files(text), model).second
    assert made is not None
    assert made.facts["sci_ei_papers"].verified
    assert "各部分的论断" in model.asked[len(parts)][1][1]


def a_fact(low: int, high: int | None, *, conflict: bool = False) -> Fact:
    return Fact("sci_ei_papers", Interval(low, high), "papers", conflict, ())


def a_second(low: int, high: int | None, *, verified: bool = True, overrules: bool = False) -> SecondFact:
    return SecondFact(a_fact(low, high), verified, (), overrules)


@pytest.mark.parametrize(("first", "second", "rejects", "agrees", "cautious", "by_second"), [
    ((22, 22), a_second(22, 22), False, "agree", (22, 22), (22, 22)),
    ((22, 22), a_second(22, 22, verified=False), False, "agree", (22, 22), (22, 22)),
    ((19, 24), a_second(22, 22), False, "differ", (19, 24), (22, 22)),
    ((5, 5), a_second(8, None), False, "differ", (5, None), (8, None)),
    ((5, 5), a_second(8, 8, verified=False), False, "differ", (5, 8), (5, 8)),
    ((5, 5), a_second(8, 8, overrules=True), False, "differ", (5, 8), (5, 8)),
    ((5, 5), None, True, "differ", (0, 5), None),
    ((5, 5), None, False, "first_only", (5, 5), (5, 5)),
    (None, a_second(8, 8), False, "second_only", None, (8, 8)),
    (None, a_second(8, 8, verified=False), False, "second_only", None, None),
    (None, a_second(8, 8, overrules=True), False, "second_only", None, None),
    (None, None, False, None, None, None),
])
def test_what_stands(first: tuple[int, int] | None, second: SecondFact | None, rejects: bool, agrees: str | None,
                     cautious: tuple[int, int | None] | None, by_second: tuple[int, int | None] | None) -> None:
    """The contract's table."""
    own = a_fact(*first) if first else None
    lie = agreement.compare(own, second, rejects=rejects)
    assert (lie.value if lie else None) == agrees
    verified = second.verified if second else True
    for mode, wanted in ((Differ.CAUTIOUS, cautious), (Differ.SECOND, by_second)):
        stands = agreement.stands(own, second, lie, mode, verified=verified)
        assert (tuple(stands.interval) if stands else None) == wanted
    assert agreement.to_check(second, lie) == (agrees is not None and not (agrees == "agree" and verified))


def test_the_json_has_what_others_rely_on() -> None:
    """The names of interfaces.md."""
    made = read(files(TEXT), Scripted(HONEST))
    body = serialising.assessment(made, shipped())["second_reader"]
    assert body["agreement"]["sci_ei_papers"] == "agree"
    assert body["facts"]["sci_ei_papers"]["verified"] is True
    assert body["facts"]["sci_ei_papers"]["evidence"][0]["start"] == 3
    assert body["first"]["sci_ei_papers"] == {"low": 22, "high": 22, "conflict": False}
    assert {"model", "prompt", "exam", "differ", "dropped", "requests", "tokens", "seconds", "failed"} <= set(body)
    assert (body["prompt"], body["differ"], body["exam"]) == ("read.v1.zh", "cautious", None)


def test_without_a_second_reader_nothing_is_added() -> None:
    """The first reader alone gives the JSON that it always gave."""
    assert "second_reader" not in serialising.assessment(alone(files(TEXT)), shipped())


MATERIAL = (
    "我单位近三年发表SCI、EI论文22篇，其中中外联合发表3篇。近三年未发生环保、安全等责任事故。授权发明专利12件。\n\n"
    "我单位与德国慕尼黑工业大学、日本名古屋大学签有长期合作协议，力争新增市级平台2个。"
    "西南理工大学近三年发表SCI论文90篇。\n\n"
    "| 序号 | 项目名称 | 级别 |\n| --- | --- | --- |\n| 1 | 甲项目 | 市级 |\n"
    "| 2 | 乙项目 | 区级 |\n| 3 | 丙项目 | 国家级 |\n"
)


def hostile(chance: random.Random) -> str:
    """An answer that claims whatever it likes of places that are there and places that are not."""
    about = request.asked(shipped(), CENTER, APPLICANT, DAY)
    quotes = ["论文22篇", "发表SCI论文90篇", "2个", "未发生环保、安全等责任事故", "专利12件", "慕尼黑工业大学",
              "3篇", "无", "力争新增市级平台2个", "甲项目", "近三年", "9", ""]
    facts: dict[str, Any] = {}
    for key in about.keys:
        claims = [claim(
            chance.choice(["total", "part", "minus", "class", "item", "rows", "statement", "none"]),
            chance.choice(["D1.1", "D1.2", "D1.T1", "D1.T1.R2", "D7.1"]), chance.choice(quotes),
            chance.choice([0, 1, 2, 3, 12, 22, 90, [20, None], [0, 99], None, 10**9]),
            chance.choice(["yes", "yes", "maybe", "no"]), chance.choice("abc-"),
            rows=chance.choice([[], ["D1.T1.R2-R4"], ["D1.T1.R3"], ["D1.T1.rest"], ["D1.T9.R1"]]),
            period=(chance.choice(["近三年", "", "累计"]), chance.choice(["window", "wider", "narrower", "none"])),
            complete=chance.choice([True, False]), why=chance.choice(["planned", "rank", "其他"]),
            column=chance.choice(["级别", "金额"])) for _ in range(chance.randrange(4))]
        low = chance.choice([0, 1, 5, 20, 90])
        facts[key] = chance.choice([None, (low, low, *claims), (low, None, *claims), (0, low, True, *claims)])
    return answer(**facts)


GOOD = frozenset({Outcome.MET, Outcome.JUDGEMENT})


def test_under_cautious_no_output_lifts_a_criterion() -> None:
    """200 hostile outputs make no criterion met or to be judged that the first reader does not have so."""
    chance, documents = random.Random(14), files(MATERIAL)
    first = alone(documents)
    good = {one.criterion.id for one in first.findings if one.outcome in GOOD}
    for _ in range(200):
        made = read(documents, Scripted(hostile(chance)))
        lifted = {one.criterion.id for one in made.findings if one.outcome in GOOD} - good
        assert not lifted
        for key, fact in made.facts.items():
            own = first.facts[key].interval
            assert fact.interval.low <= own.low
            assert fact.interval.high is None or (own.high is not None and fact.interval.high >= own.high)


def test_every_piece_of_evidence_is_verbatim() -> None:
    """Whatever is claimed, evidence of the second reader is a span of the document."""
    chance, documents = random.Random(15), files(MATERIAL)
    for _ in range(60):
        made = read(documents, Scripted(hostile(chance)), differ=Differ.SECOND)
        assert made.second is not None
        for one in made.second.facts.values():
            for piece in one.fact.evidence:
                assert documents[0].quote(piece.span) == piece.quote


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_report_names_the_second_reader_and_what_is_left_to_check(language: str) -> None:
    """Which model, which prompt, examined or not, what stands, and both figures of what differs."""
    text = TEXT + "其中中外联合发表5篇。"
    model = Scripted(answer(
        sci_ei_papers=(22, 22, claim("total", "D1.1", "近三年发表SCI、EI论文22篇", 22, period=WINDOW)),
        joint_papers=(4, 4, claim("total", "D1.1", "中外联合发表5篇", 4, period=WINDOW))))
    told = "\n".join(composing.compose(read(files(text), model), shipped(), language).tally)
    assert "scripted" in told
    assert "read.v1.zh" in told
    assert ("未经阅读考试" if language == "zh" else "unexamined") in told
    assert ("中外联合" if language == "zh" else "by the first only") in told
