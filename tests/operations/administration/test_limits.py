"""What one person may ask for: rates and waiting assessments, said with the time to wait; and turns between people."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.errors import Failure
from api.service.administration.limits import Limits
from api.service.administration.stored_settings import Kept, LimitSettings
from api.service.background.jobs import Jobs
from api.service.records import Role
from tests.support.web_samples import APPLICATION, Client, Installation, installation


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path) as made:
        yield made


def limited(site: Installation, **limits: int) -> None:
    admin = site.client(Role.ADMINISTRATOR)
    site.services.administration.kept.put(admin.actor, LimitSettings(**limits))


def waiting(client: Client) -> str:
    case_id = client.case()
    client.upload(case_id, ("申报书.txt", APPLICATION.encode()))
    return case_id


@pytest.mark.parametrize(("kind", "path", "send"), [
    ("questions", "/api/v1/answers", {"json": {"question": "要几篇论文？"}}),
    ("uploads", "/api/v1/cases/{case}/files", {"files": [("files", ("a.txt", b"x"))]}),
    ("assessments", "/api/v1/cases/{case}/assessments", {}),
])
def test_too_much_in_a_minute_is_refused_with_the_time_to_wait(site: Installation, kind: str, path: str,
                                                               send: dict[str, Any]) -> None:
    """429 with Retry-After and texts in both languages; another person is not concerned."""
    limited(site, **{kind: 2})
    me, other = site.client(), site.client()
    address = path.format(case=me.case())
    codes = [me.post(address, **send).status_code for _ in range(3)]
    assert codes[2] == 429
    assert 429 not in codes[:2]
    answer = me.post(address, **send)
    error = answer.json()["error"]
    assert 1 <= int(answer.headers["retry-after"]) <= 30
    assert str(error["detail"]["retry_after"]) in error["message"]
    assert "try again" in error["message_en"]
    assert me.get("/api/v1/cases").status_code == 200
    assert other.post(path.format(case=other.case()), **send).status_code != 429


def test_a_page_says_that_it_was_too_much(site: Installation) -> None:
    """In words, with the same header."""
    limited(site, requests=1)
    me = site.client()
    me.get("/cases")
    answer = me.get("/cases")
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (429, True)
    assert "请求过于频繁" in answer.text


def test_the_time_to_wait_is_enough(site: Installation) -> None:
    """Whoever waits as long as was said is let in."""
    limited(site, requests=3)
    clock = [0.0]
    limits = Limits(Kept(site.services.context), lambda: clock[0])
    for _ in range(3):
        limits.check("a", "GET", "/cases")
    with pytest.raises(Failure) as caught:
        limits.check("a", "GET", "/cases")
    limits.check("b", "GET", "/cases")
    clock[0] += caught.value.detail["retry_after"]
    limits.check("a", "GET", "/cases")


def test_nobody_fills_the_queue_alone(site: Installation) -> None:
    """So many of one person's assessments wait, the next is refused; another person's is taken."""
    limited(site, waiting=2)
    site.services.jobs.held = True  # type: ignore[attr-defined]
    me, other = site.client(), site.client()
    codes = [me.post(f"/api/v1/cases/{waiting(me)}/assessments") for _ in range(3)]
    assert [one.status_code for one in codes] == [202, 202, 429]
    assert codes[2].json()["error"]["code"] == "queue_full"
    assert codes[2].headers["retry-after"] == "60"
    assert other.post(f"/api/v1/cases/{waiting(other)}/assessments").status_code == 202


def test_people_take_turns(site: Installation) -> None:
    """Who asks for one assessment does not wait for all of somebody's many: jobs are ordered by their number within
    their person's own.
    """
    site.services.jobs.held = True  # type: ignore[attr-defined]
    many, one = site.client(), site.client()
    jobs = [many.post(f"/api/v1/cases/{waiting(many)}/assessments").json()["id"] for _ in range(3)]
    single = one.post(f"/api/v1/cases/{waiting(one)}/assessments").json()["id"]
    engine = Jobs("sqlite://", site.services.context.database, lambda _job, _steps: None, 1)
    assert [engine._turn(job)[1] for job in (*jobs, single)] == [1, 2, 3, 1]
