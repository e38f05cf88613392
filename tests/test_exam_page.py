"""The reading exam on Administration → 模型: begun by a button, taken in the background, kept in the store."""
from __future__ import annotations

import shutil
import time
from dataclasses import replace
from pathlib import Path

import msgspec

import policy_corpus
from api.service.administration.stored_settings import ModelSettings
from api.service.records import Role
from ingestion.policy import load
from tests.model_server import saying, serving, status
from tests.second_reader_samples import HERE, MODEL, configured, reader, reading
from tests.web_samples import Installation, installation


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
        assert "阅读考试低于 0.90" in page
        assert "考核这个模型" in page
        assert site.services.second.readying.known().why == "failed_exam"


def test_an_exam_that_could_not_be_taken_leaves_no_record(tmp_path: Path) -> None:
    """The page says what kind of failure ended it; the model is still unexamined."""
    with serving(status(401)) as endpoint, installation(tmp_path, **HERE) as site:
        configured(site, endpoint.url)
        admin = site.client(Role.ADMINISTRATOR)
        admin.post("/admin/model/exam")
        ended(site)
        assert "上次考核没有完成" in admin.get("/admin/model").text
        assert site.services.second.readying.known().why == "unexamined"


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
