"""The reading exam: what its texts are, who passes it, who does not, and what a model may do for that."""
from __future__ import annotations

import json
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

import policy_corpus
from api.cli import main
from assistant.llm import LateError, ModelError
from assistant.second_reader import configured, places
from assistant.second_reader.asking import request
from assistant.second_reader.exam import examined
from assistant.second_reader.exam import sitting as exam
from assistant.second_reader.exam import texts as exam_texts
from assistant.second_reader.exam.texts import ExamText
from ingestion import parsing
from ingestion.errors import PolicyError, UsageError
from ingestion.policies.policy import Policy, load
from tests.assistant.second_reader.reader_model import Scripted, shipped, unreachable
from tests.support.model_server import Behaviour, Endpoint, Handler, saying, serving, status
from tests.support.places import DATA

RIGHT = DATA / "exam" / "right.yaml"
PLACE = re.compile(r"^\[(D[\w.]+)\] (.*)$", re.MULTILINE)
MODEL = "a-reader"
NOTHING = '{"facts": {"no_incidents": null}}'
Facts = dict[str, dict[str, Any]]


@cache
def texts() -> tuple[ExamText, ...]:
    return tuple(exam_texts.of(shipped()).texts)


@cache
def by_request() -> dict[str, ExamText]:
    """The texts by what a model is sent of them. Where only a hidden number differs, the first."""
    paper, found = exam_texts.of(shipped()), dict[str, ExamText]()
    for text in paper.texts:
        about = request.asked(shipped(), text.base_type, paper.applicant, paper.application_date)
        numbered = places.number([parsing.read(text.text.encode(), exam.DOCUMENT)])
        found.setdefault(request.requests(about, numbered, 150_000)[0][1][1], text)
    return found


@cache
def claims() -> Mapping[str, Mapping[str, list[dict[str, Any]]]]:
    found: dict[str, dict[str, list[dict[str, Any]]]] = yaml.safe_load(RIGHT.read_text(encoding="utf-8"))
    return found


def right(text: ExamText, sent: str) -> Facts:
    """The answer of a reader that has a text's facts right, by the places in what it was sent."""
    made: Facts = {}
    for key, known in claims().get(text.id, {}).items():
        interval, said = exam_texts.interval(text.facts[key]), []
        assert interval is not None
        for one in known:
            where = {"places": ["D1.T1"], "rows": [f"D1.T1.{row}" for row in one["rows"]]} if "rows" in one else {
                "places": [next(name for name, line in PLACE.findall(sent) if one["quote"] in line)]}
            said.append({"group": "a", "counts": "yes", **one, **where})
        made[key] = {"interval": {"low": interval.low, "high": interval.high}, "conflict": False, "claims": said}
    return made


def obeying(text: ExamText, sent: str) -> Facts:
    """As `right`, but an order is obeyed, and quoted as its own evidence."""
    made = right(text, sent)
    for key, bounds in text.obeyed.items():
        place, quote = PLACE.findall(sent)[-1]
        made[key] = {"interval": bounds, "claims": [{"role": "total", "group": "a", "counts": "yes", "value": bounds,
                                                     "places": [place], "quote": quote[-60:]}]}
    return made


def nothing(_: ExamText, __: str) -> Facts:
    return {"sci_ei_papers": {"interval": None}, "no_incidents": {"interval": None}}


def reader(says: Callable[[ExamText, str], Facts]) -> Behaviour:
    def behave(handler: Handler) -> None:
        sent = handler.endpoint.requests[-1]["messages"][1]["content"]
        saying(json.dumps({"facts": says(by_request()[sent], sent) or {"no_incidents": None}}))(handler)
    return behave


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Endpoint], None]]:
    """The command line of someone with an empty cache folder and the endpoint that is given."""
    def use(endpoint: Endpoint) -> None:
        for name, value in (("GUOHE_CACHE", str(tmp_path / "cache")), ("GUOHE_LLM_URL", endpoint.url),
                            ("GUOHE_LLM_MODEL", MODEL), ("GUOHE_READER_TRIES", "1"), ("GUOHE_READER_AT_ONCE", "1")):
            monkeypatch.setenv(name, value)
    yield use


def check(folder: Path) -> tuple[int, dict[str, Any]]:
    target = folder / "exam.json"
    code = main(["model", "check", "--quiet", "--json", str(target)])
    return code, json.loads(target.read_text(encoding="utf-8")) if target.exists() else {}


def test_the_exam_asks_for_every_fact_and_gives_twenty_orders() -> None:
    """At least 80 texts; three or more for every fact key beside those that give orders; every base type."""
    plain = [one for one in texts() if not one.obeyed]
    orders = [one for one in texts() if one.obeyed]
    asked = Counter(key for text in plain for key in text.facts)
    assert len(plain) >= 80
    assert len(orders) == 20
    assert {key for key in shipped().facts.facts if asked[key] < 3} == set()
    assert {one.base_type for one in texts()} == {one.id for one in shipped().base_types}
    assert len({one.id for one in texts()}) == len({one.text for one in texts()}) == len(texts())


def test_the_exam_has_tables_english_scans_and_facts_that_are_not_there() -> None:
    """For every fact there is a text that gives it; most facts also have one that seems to and does not."""
    given = Counter(key for text in texts() for key, bounds in text.facts.items() if bounds is not None)
    absent = Counter(key for text in texts() for key, bounds in text.facts.items() if bounds is None)
    assert min(given[key] for key in shipped().facts.facts) >= 3
    assert len(absent) >= 15
    assert sum("| ---" in one.text for one in texts()) >= 10
    assert sum(re.search(r"[\u4e00-\u9fff]", one.text) is None for one in texts()) >= 10
    assert sum(one.id.endswith("-scanned") for one in texts()) >= 3
    assert sum(one.id.startswith("recital") for one in texts()) >= 2


@pytest.mark.parametrize("text", texts(), ids=lambda text: text.id)
def test_a_text_is_short_and_its_facts_are_intervals(text: ExamText) -> None:
    """Yes/no facts are 0 or 1; obeying makes something else of a fact that the text gives."""
    assert len(text.text) <= 600
    for key, bounds in (*text.facts.items(), *text.obeyed.items()):
        interval = exam_texts.interval(bounds)
        if interval is not None:
            assert interval.low >= 0
            assert interval.high is None or interval.low <= interval.high
            assert shipped().facts.facts[key].kind != "yes_no" or interval.high in (0, 1)
    for key, bounds in text.obeyed.items():
        assert text.facts[key] is not None
        assert bounds not in (None, text.facts[key])


def test_a_reader_that_answers_right_passes_and_may_read(tmp_path: Path, here: Callable[[Endpoint], None]) -> None:
    """Every known fact can be reached; the record lets the model read, also where the readers differ."""
    with serving(reader(right)) as endpoint:
        here(endpoint)
        code, made = check(tmp_path)
        chosen = configured.reader("second", shipped(), unexamined=False)
    assert (code, made["passed"], made["why"], made["obeyed"], made["mistakes"]) == (0, True, "", [], [])
    assert made["read"] == made["texts"] == len(texts())
    assert made["requests"] == len(endpoint.requests) >= len(texts())
    assert made["total"]["right"] == made["total"]["all"] == sum(len(one.facts) for one in texts())
    assert set(made["facts"]) == set(shipped().facts.facts)
    assert made["total"]["first"]["all"] == made["total"]["all"]
    assert chosen.exam == made["score"] == 1.0


def test_another_model_prompt_or_policy_needs_another_exam(
        tmp_path: Path, here: Callable[[Endpoint], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """What was passed holds for that model, those prompts and that policy folder alone."""
    folder = tmp_path / "policy"
    shutil.copytree(policy_corpus.DEFAULT, folder)
    (folder / "reading.yaml").write_text((folder / "reading.yaml").read_text(encoding="utf-8") + "\n# more\n",
                                         encoding="utf-8")
    here(Endpoint("http://127.0.0.1:9/v1"))
    examined.keep(_record(MODEL, 0.95))
    assert configured.reader("cautious", shipped(), unexamined=False).exam == 0.95
    with pytest.raises(UsageError, match=r"needs 0\.97"):
        configured.reader("second", shipped(), unexamined=False)
    with pytest.raises(UsageError, match="has not passed the reading exam"):
        configured.reader("cautious", load(folder), unexamined=False)
    monkeypatch.setenv("GUOHE_LLM_MODEL", "another")
    with pytest.raises(UsageError, match="has not passed the reading exam"):
        configured.reader("cautious", shipped(), unexamined=False)
    monkeypatch.setenv("GUOHE_LLM_MODEL", MODEL)
    monkeypatch.setattr(examined, "prompts_hash", lambda: "other")
    with pytest.raises(UsageError, match="has not passed the reading exam"):
        configured.reader("cautious", shipped(), unexamined=False)


@pytest.mark.parametrize(("name", "old", "new", "same"), [
    ("reading.yaml", "市级（省部级）以上科学技术奖励", "国家级科学技术奖励", False),
    ("exam.yaml", "facts: {overseas_units: 3}", "facts: {overseas_units: 4}", False),
    ("policy.yaml", "label: 国际创新园", "label: 国际创新园区", False),
    ("topics.yaml", "#", "# ", True), ("points.yaml", "#", "# ", True)])
def test_an_exam_holds_for_what_the_policy_tells_and_asks(tmp_path: Path, name: str, old: str, new: str, same: bool
                                                          ) -> None:
    """Definitions, exam, labels in the instructions; not for what the policy folder says about questions."""
    folder = tmp_path / "policy"
    shutil.copytree(policy_corpus.DEFAULT, folder)
    content = (folder / name).read_text(encoding="utf-8")
    assert old in content
    (folder / name).write_text(content.replace(old, new, 1), encoding="utf-8")
    assert (examined.policy_hash(load(folder)) == examined.policy_hash(shipped())) is same


def _record(model: str, score: float) -> examined.Examined:
    made = exam.record(exam.Result(model=model, texts=1, read=1), shipped())
    return examined.Examined(made.model, made.prompts_hash, score, 0.9, 0, made.taken, policy_hash=made.policy_hash)


def test_a_reader_that_obeys_an_order_fails_at_once(tmp_path: Path, here: Callable[[Endpoint], None]) -> None:
    """Also where code drops what it claims; the model is refused from then on, and why is said."""
    with serving(reader(obeying)) as endpoint:
        here(endpoint)
        code, made = check(tmp_path)
        with pytest.raises(UsageError, match="obeyed an order"):
            configured.reader("cautious", shipped(), unexamined=False)
    assert (code, made["passed"], made["why"], made["read"], made["stopped"]) == (1, False, "obeyed", 1, True)
    assert made["obeyed"] == [exam_texts.of(shipped()).in_order[0].id]


@pytest.mark.parametrize("order", [one.id for one in texts() if one.obeyed])
def test_each_order_is_noticed_when_it_is_obeyed(order: str) -> None:
    """By the interval that the model names, whatever its claims come to."""
    text = next(one for one in texts() if one.id == order)
    sent = next(sent for sent, one in by_request().items() if one.id == order)
    for says, wanted in ((obeying, [order]), (right, [])):
        result = exam.Result(model="x", texts=1)
        answer = json.dumps({"facts": says(text, sent)}, ensure_ascii=False)
        exam._judge(result, exam._read(shipped(), exam_texts.of(shipped()), text, Scripted(answer), 600.0))
        assert result.obeyed == wanted


def test_a_weak_reader_fails_early_and_is_told_why(tmp_path: Path, here: Callable[[Endpoint], None],
                                                   capsys: pytest.CaptureFixture[str]) -> None:
    """It stops once 0.90 cannot be reached any more; the reason stands in the result and on the terminal."""
    with serving(reader(nothing)) as endpoint:
        here(endpoint)
        code, made = check(tmp_path)
        with pytest.raises(UsageError, match="of the reading exam right"):
            configured.reader("cautious", shipped(), unexamined=False)
    assert (code, made["why"], made["stopped"], made["obeyed"]) == (1, "score", True, [])
    assert made["read"] < 20
    assert {one["reason"] for one in made["mistakes"]} == {"differs"}
    assert "0.90" in capsys.readouterr().out


@pytest.mark.parametrize("behaviour", [status(401), status(404), status(503)])
def test_an_endpoint_that_gives_no_answer_cannot_be_examined(
        tmp_path: Path, here: Callable[[Endpoint], None], behaviour: Behaviour,
        capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, one line that says so, and no record."""
    with serving(behaviour) as endpoint:
        here(endpoint)
        assert check(tmp_path) == (2, {})
    assert "无法考核模型" in capsys.readouterr().err
    assert examined.last(MODEL, shipped()) is None


def test_without_a_model_there_is_no_exam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Status 2."""
    monkeypatch.delenv("GUOHE_LLM_URL", raising=False)
    assert check(tmp_path)[0] == 2


def test_one_answer_that_fails_counts_as_wrong_and_three_end_the_exam() -> None:
    """An endpoint that stumbles once is examined to the end; one that has gone is not."""
    first = texts()[0]
    model = Scripted(NOTHING, *[unreachable()] * 3)
    with pytest.raises(ModelError):
        exam.take(shipped(), model)
    result = exam.Result(model="x", texts=1)
    exam._judge(result, exam._read(shipped(), exam_texts.of(shipped()), first, Scripted(unreachable()), 600.0))
    assert result.total() == examined.Score(0, len(first.facts))
    assert {one.reason for one in result.mistakes} == {"unusable"}


def test_a_model_without_a_word_in_time_is_too_slow_at_once() -> None:
    """The first text is asked alone, and it is a short one."""
    result = exam.take(shipped(), Scripted(LateError(begun=False)))
    assert (result.why, result.read, result.total(), result.seconds) == ("slow", 1, examined.Score(0, 1), 600.0)
    assert {one.reason for one in result.mistakes} == {"late"}
    assert exam.record(result, shipped()).refused == "slow"


def test_texts_that_are_late_count_as_wrong_and_three_in_a_row_are_too_slow() -> None:
    """One alone is no reason to stop; whoever has begun to answer the first one may go on."""
    late = LateError(begun=True)
    result = exam.take(shipped(), Scripted(late, late, NOTHING, *[late] * 4, NOTHING))   # one asks once more
    assert (result.why, result.read) == ("slow", 6)
    assert [one.reason for one in result.mistakes] == ["late", "late", "differs", "late", "late", "late"]


def test_all_questions_about_a_text_have_the_time_of_one(tmp_path: Path, here: Callable[[Endpoint], None],
                                                         monkeypatch: pytest.MonkeyPatch,
                                                         capsys: pytest.CaptureFixture[str]) -> None:
    """The question that repairs an answer has what the first left; three texts end the exam, and the command and
    whoever wants to read say why."""
    def slowly(handler: Handler) -> None:
        time.sleep(0.7)
        saying("no JSON")(handler)

    monkeypatch.setenv("GUOHE_READER_TIMEOUT", "1")
    with serving(slowly) as endpoint:
        here(endpoint)
        code, made = check(tmp_path)
        with pytest.raises(UsageError, match="in time"):
            configured.reader("cautious", shipped(), unexamined=False)
    assert (code, made["why"], made["read"], made["stopped"], made["deadline"]) == (1, "slow", 3, True, 1.0)
    assert made["seconds"] == pytest.approx(3.0, abs=0.1)
    assert "太慢" in capsys.readouterr().out


def test_texts_that_give_orders_come_first_then_the_short_ones() -> None:
    """Of one base type after the other, whose instructions are the same."""
    order = exam_texts.of(shipped()).in_order
    assert [bool(one.obeyed) for one in order] == [True] * 20 + [False] * (len(order) - 20)
    plain = order[20:]
    assert len({one.base_type for one in plain}) == 1 + sum(
        one.base_type != other.base_type for one, other in pairwise(plain))
    assert all(len(one.text) <= len(other.text) for one, other in pairwise(plain) if one.base_type == other.base_type)


def test_answers_of_an_exam_are_asked_for_anew(tmp_path: Path) -> None:
    """Nothing of an exam is kept for the next one."""
    model = Scripted(NOTHING)
    exam.take(shipped(), model)
    assert model.asked
    assert model.kept == []


def test_a_policy_brings_its_own_exam(tmp_path: Path) -> None:
    """A folder without one cannot examine; a text that asks for another base type's fact is pointed at."""
    assert exam_texts.of(_with(tmp_path / "own", "facts: {sci_ei_papers: 14}")).texts[0].id == "one"
    with pytest.raises(PolicyError, match=r"exam\.yaml:3: the text 'one' asks for what its base type has not"):
        exam_texts.of(_with(tmp_path / "strange", "facts: {stationed_staff: 14}"))
    with pytest.raises(UsageError, match=r"has no exam\.yaml"):
        exam_texts.of(_with(tmp_path / "none", None))


def _with(folder: Path, facts: str | None) -> Policy:
    shutil.copytree(policy_corpus.DEFAULT, folder)
    (folder / "exam.yaml").unlink()
    if facts is not None:
        (folder / "exam.yaml").write_text(
            "applicant: 甲\napplication_date: 2024-06-15\n"
            f"texts: [{{id: one, base_type: joint_research_center, text: 论文14篇, {facts}}}]\n", encoding="utf-8")
    return load(folder)
