"""What a second reading will cost is said before anything is asked: on the case's page, in the API, by the command."""
from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from api.cli import main
from api.service.administration.stored_settings import ReadingSettings
from api.service.records import Role
from api.store.models import Reading
from api.store.rows import INSTALLATION
from assistant.second_reader.asking.endpoint import Took
from assistant.second_reader.exam import examined, foreseeing
from assistant.second_reader.exam.examined import Course
from assistant.second_reader.exam.foreseeing import Pace, Request
from tests.assistant.second_reader.reader_model import shipped
from tests.assistant.second_reader.second_reader_samples import MODEL, reader, reading
from tests.support.model_server import Endpoint, saying, serving

NOTHING = '{"facts": {"no_incidents": null}}'
TEXT = "近三年发表SCI论文22篇。\n现有授权发明专利12件。\n"
SAID = {"granted_ip": (12, 12, "授权发明专利12件", 12)}
ONE = [("system", "读" * 6000), ("user", "料" * 3000)]


def test_a_reading_in_one_request_has_its_text_and_an_answer() -> None:
    """Of what is sent every character, and an answer by the number of facts and the length of the documents."""
    found, = foreseeing.requests([ONE], ["a"], 10)
    assert found == Request("a", 6000, int((5300 + 0.73 * 3000) / 1.5))


def test_parts_are_joined_by_one_more() -> None:
    """Which is sent the instructions and every part's answer."""
    one, other, joined = foreseeing.requests([ONE, ONE], ["a", "b"], 10)
    assert joined == Request("", 4000 + one.answered + other.answered, one.answered + other.answered)


@pytest.mark.parametrize(("known", "requests"), [((), 3), (("a",), 2), (("a", "b"), 0)])
def test_what_was_answered_before_is_not_asked_again(known: tuple[str, ...], requests: int) -> None:
    """Nothing at all where every part was."""
    cost = foreseeing.cost(foreseeing.requests([ONE, ONE], ["a", "b"], 10), None, known)
    assert (cost.requests, cost.tokens > 0, cost.seconds, cost.by) == (requests, requests > 0, None, "")


@pytest.mark.parametrize(("took", "reads", "writes"), [
    ([Took(8000, 100, 10.0), Took(8000, 1100, 60.0), Took(4000, 100, 7.5)], 0.000625, 0.05),
    ([Took(8000, 2000, 20.0), Took(4000, 1000, 10.0)], 0.002, 0.002),
    ([Took(8000, 100, 1.0), Took(100, 1000, 10.0)], 0.0, 0.01), ([], None, None), ([Took(0, 0, 3.0)], None, None)])
def test_the_pace_is_what_requests_took(took: list[Took], reads: float | None, writes: float | None) -> None:
    """For a token read and one written apart where the requests tell them apart, none below zero."""
    found = foreseeing.pace(took, "exam")
    assert (found.asked if found else None, found.answered if found else None) == (
        pytest.approx(reads, abs=1e-4) if reads is not None else None,
        pytest.approx(writes, abs=1e-3) if writes is not None else None)


def test_seconds_follow_from_the_pace() -> None:
    """Those of reading and those of writing together."""
    cost = foreseeing.cost([Request("a", 6000, 4000)], Pace(0.001, 0.02, "exam"))
    assert (cost.seconds, cost.by, cost.tokens) == (86.0, "exam", 10_000)


def made(course: Course) -> examined.Examined:
    """An exam that was passed."""
    return examined.Examined(MODEL, examined.prompts_hash(), 0.95, 0.9, 0, datetime.now(UTC),
                             policy_hash=examined.policy_hash(shipped()), course=course)


@contextmanager
def at_hand(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Endpoint]]:
    """A file and an endpoint, for the command line."""
    path = folder / "申报书.txt"
    path.write_text(TEXT, encoding="utf-8")
    with serving(saying(NOTHING)) as endpoint:
        for name, value in (("CACHE", str(folder / "cache")), ("LLM_URL", endpoint.url), ("LLM_MODEL", MODEL)):
            patch.setenv(f"GUOHE_{name}", value)
        yield path, endpoint


def told(path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    capsys.readouterr()
    assert main(["assess", str(path), "--base-type", "joint_research_center", "--date", "2025-06-30", "--json",
                 str(path.with_suffix(".json")), "--second-reader", "--unexamined", *more]) == 0
    return capsys.readouterr().err


def test_the_command_says_it_before_it_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                            capsys: pytest.CaptureFixture[str]) -> None:
    """Without a measured pace the time is unknown; the same files ask nothing; other ones follow the last answers."""
    with at_hand(tmp_path, monkeypatch) as (path, endpoint):
        first = told(path, capsys)
        assert re.search(r"1 次，预计约 [\d,]+ 个 token（估计），时间未知", first)
        assert re.search(r"回答了 \d+ 次，用 [\d,]+ 个 token（估计）、\d+ 秒", first)
        again = told(path, capsys)
        assert "不再提问" in again
        assert "回答了" not in again
        path.write_text(TEXT + "另有说明。\n", encoding="utf-8")
        assert re.search(r"约 \d+ 秒（估计，按最近的阅读）", told(path, capsys))
        assert "（估计" not in told(path, capsys, "--quiet")
        assert endpoint.requests


def test_the_command_follows_the_exam_where_nothing_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                              capsys: pytest.CaptureFixture[str]) -> None:
    """With the paces that the exam measured."""
    with at_hand(tmp_path, monkeypatch) as (path, _):
        examined.keep(made(Course(paces=(0.0, 0.05))))
        assert re.search(r"约 \d+ 秒（估计，按阅读考试）", told(path, capsys))


def test_the_page_and_the_api_say_it_at_the_button(tmp_path: Path) -> None:
    """Nothing is asked for it. Unknown before anything was read, that nothing would be asked where answers are kept,
    then by the last readings."""
    with reading(tmp_path, reader(SAID), enabled=False) as (site, endpoint):
        me, other = site.client(), site.client()
        case = me.assessed(("申报书.txt", TEXT.encode()))
        second = other.assessed(("申报书.txt", (TEXT + "另有说明。").encode()))
        kept, admin = site.services.administration.kept, site.client(Role.ADMINISTRATOR).actor
        kept.put(admin, replace(kept.get(ReadingSettings), enabled=True))
        before = me.get(f"/api/v1/cases/{case}/second-reading").json()
        assert (before["standing"], before["foreseen_requests"], before["foreseen_seconds"], before["pace"]) == (
            "none", 1, None, "")
        assert 5_000 < before["foreseen"] < 20_000
        assert "词元，时间未知" in me.get(f"/cases/{case}").text
        assert not endpoint.requests
        me.post(f"/api/v1/cases/{case}/second-reading")
        assert "再读不再提问" in me.get(f"/cases/{case}").text
        with site.services.context.database.writing(INSTALLATION) as session:
            session.execute(update(Reading).values(tokens=10_000, seconds=200.0))
        after = other.get(f"/api/v1/cases/{second}/second-reading").json()
        assert (after["foreseen_requests"], after["pace"]) == (1, "readings")
        assert after["foreseen_seconds"] == pytest.approx(after["foreseen"] / 50, abs=0.1)
        assert "分钟（按最近的阅读）" in other.get(f"/cases/{second}").text


def test_without_a_reading_the_page_follows_the_exam(tmp_path: Path) -> None:
    """And says so."""
    with reading(tmp_path, reader(SAID), enabled=False) as (site, _):
        me, exams = site.client(), site.services.second.readying.exams
        case = me.assessed(("申报书.txt", TEXT.encode()))
        kept, admin = site.services.administration.kept, site.client(Role.ADMINISTRATOR).actor
        kept.put(admin, replace(kept.get(ReadingSettings), enabled=True))
        exams.keep(made(Course(paces=(0.0, 0.01))))
        assert me.get(f"/api/v1/cases/{case}/second-reading").json()["pace"] == "exam"
        assert "秒（按阅读考试）" in me.get(f"/cases/{case}").text
