"""The reading exam on Administration → 模型: begun by a button, taken in the background, kept in the store."""
from __future__ import annotations

import re
import shutil
import time
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

import policy_corpus
from api.service.administration.stored_settings import ModelSettings
from api.service.records import Role
from api.service.second_reader.examining import Examination
from ingestion.policies.policy import load
from tests.assistant.second_reader.second_reader_samples import HERE, MODEL, configured, reader, reading
from tests.support.model_server import hangs, saying, serving, status
from tests.support.web_samples import Installation, installation


def ended(site: Installation) -> None:
    """Wait until the exam that was begun has ended."""
    for _ in range(600):
        if not site.services.second.examining.state.running:
            return
        time.sleep(0.1)
    raise AssertionError("the exam has not ended")


def test_an_administrator_has_the_model_examined(tmp_path: Path) -> None:
    """The page's button begins it; its record stands on the page and says why the model may not read."""
    with serving(saying('{"facts": {"no_incidents": null}}')) as endpoint, installation(tmp_path, **HERE) as site:
        configured(site, endpoint.url)
        admin = site.client(Role.ADMINISTRATOR)
        assert admin.post("/admin/model/exam").status_code in {200, 303}
        ended(site)
        page = admin.get("/admin/model").text
        assert page.count("阅读考试低于 0.90") == 1
        assert "未通过：错得太多" in page
        assert re.search(r"已考</dt><dd class=\"num\">\d+/123", page)
        assert "答错（" in page
        assert "重新考核" in page
        assert site.services.second.readying.known().why == "failed_exam"


def test_an_exam_that_could_not_be_taken_leaves_no_record(tmp_path: Path) -> None:
    """The page says what kind of failure ended it; the model is still unexamined."""
    with serving(status(401)) as endpoint, installation(tmp_path, **HERE) as site:
        configured(site, endpoint.url)
        admin = site.client(Role.ADMINISTRATOR)
        admin.post("/admin/model/exam")
        ended(site)
        assert "上次考核没有完成，没有记录：端点不接受密钥。" in admin.get("/admin/model").text
        assert site.services.second.readying.known().why == "unexamined"


def test_a_model_that_is_too_slow_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No word of the first text in time: the page says it once, and whoever asks for a reading hears it."""
    monkeypatch.setenv("GUOHE_READER_TIMEOUT", "1")
    with serving(hangs) as endpoint, installation(tmp_path, **HERE) as site:
        configured(site, endpoint.url)
        admin, me = site.client(Role.ADMINISTRATOR), site.client()
        case = me.assessed()
        admin.post("/admin/model/exam")
        ended(site)
        page = admin.get("/admin/model").text
        assert site.services.second.readying.known().why == "too_slow"
        assert (page.count("太慢：阅读考试"), page.count("未通过：太慢"), page.count("1/123")) == (1, 1, 1)
        assert "（1 秒）" in page
        assert me.post(f"/api/v1/cases/{case}/second-reading").json()["error"]["code"] == "reader_too_slow"
        exam = admin.get("/api/v1/admin/settings/reading").json()["in_force"]["exam"]
        assert (exam["refused"], exam["read"], [one["reason"] for one in exam["mistakes"]]) == ("slow", 1, ["late"])


def test_without_an_endpoint_the_page_says_where_it_is_set(tmp_path: Path) -> None:
    """Also where reading is not switched on."""
    with installation(tmp_path, **HERE) as site:
        page = site.client(Role.ADMINISTRATOR).get("/admin/model").text
        assert page.count("没有配置语言模型。") == 1
        assert 'href="/admin/settings#model"' in page
        assert "/admin/model/exam" not in page


def test_an_exam_of_before_is_shown_with_what_is_known_of_it(tmp_path: Path) -> None:
    """Its scores; how it went was not kept."""
    with reading(tmp_path, reader({})) as (site, _):
        page = site.client(Role.ADMINISTRATOR).get("/admin/model").text
        assert "0.980" in page
        assert "通过，可阅读，也可优先" in page
        assert "已考" not in page


def test_an_exam_holds_for_the_policy_that_it_was_taken_for(tmp_path: Path) -> None:
    """What another policy told and asked the model says nothing of this one: nothing is read, and the page says why."""
    with reading(tmp_path, reader({})) as (site, endpoint):
        readying, admin = site.services.second.readying, site.client(Role.ADMINISTRATOR)
        assert readying.known().ready
        other = tmp_path / "policy"
        shutil.copytree(policy_corpus.DEFAULT, other)
        with (other / "exam.yaml").open("a", encoding="utf-8") as file:
            file.write("# another\n")
        assert readying.known(load(other)).why == "other_policy"
        held = readying.exams.last(MODEL, site.services.policies.current)
        assert held is not None
        readying.exams.keep(msgspec.structs.replace(held, model="b", policy_hash="0" * 64))
        kept = site.services.administration.kept
        kept.put(admin.actor, replace(kept.get(ModelSettings), model="b"))
        me = site.client()
        case = me.assessed()
        told = me.get(f"/api/v1/cases/{case}/second-reading").json()
        assert (told["standing"], told["why"], endpoint.requests) == ("off", "other_policy", [])
        assert "另一版政策" in admin.get("/admin/model").text
        assert me.post(f"/api/v1/cases/{case}/second-reading").json()["error"]["code"] == "reader_other_policy"


def test_a_policy_that_tells_a_reader_nothing_has_none(tmp_path: Path) -> None:
    """Without reading.yaml and exam.yaml there is no reading, whatever the model has passed."""
    other = tmp_path / "policy"
    shutil.copytree(policy_corpus.DEFAULT, other)
    for name in ("reading.yaml", "exam.yaml"):
        (other / name).unlink()
    with reading(tmp_path / "data", reader({})) as (site, _):
        assert site.services.second.readying.known(load(other)).why == "unprepared"


def test_only_administrators_begin_an_exam(tmp_path: Path) -> None:
    """Nobody else, and not without a model."""
    with installation(tmp_path, **HERE) as site:
        assert site.client(Role.REVIEWER).post("/admin/model/exam").status_code == 403
        assert site.client(Role.ADMINISTRATOR).post("/api/v1/admin/settings/reading/exam").status_code == 409


def test_while_it_runs_the_page_says_how_long_it_will_take(tmp_path: Path) -> None:
    """By the texts that were read so far."""
    with serving(saying("…")) as endpoint, installation(tmp_path, **HERE) as site:
        configured(site, endpoint.url)
        examining = site.services.second.examining
        examining._state, examining._begun = Examination(running=True), time.monotonic() - 60
        examining._progress(1, 11, "a")
        page = site.client(Role.ADMINISTRATOR).get("/admin/model").text
        assert re.search("已读 1/11 篇。照此速度还要约 1[01] 分钟", page)
