"""The reading exam on Administration → 模型: begun by a button, taken in the background, kept in the store."""
from __future__ import annotations

import time
from pathlib import Path

from api.service.records import Role
from tests.model_server import saying, serving, status
from tests.second_reader_samples import HERE, configured
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


def test_only_administrators_begin_an_exam(tmp_path: Path) -> None:
    """Nobody else, and not without a model."""
    with installation(tmp_path, **HERE) as site:
        assert site.client(Role.REVIEWER).post("/admin/model/exam").status_code == 403
        assert site.client(Role.ADMINISTRATOR).post("/api/v1/admin/settings/reading/exam").status_code == 409
