"""A policy of points in the web application: what its pages show, and points that a person awards."""
from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from api.service.records import Role
from tests.support.places import POLICIES
from tests.support.review_samples import decide
from tests.support.web_samples import Client, Installation, installation

FOLDER, FILES = POLICIES / "donglan-overseas-warehouses", sorted((POLICIES / "donglan-application").iterdir())


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    """An installation that serves the policy of points."""
    with installation(tmp_path / "data", FOLDER) as made:
        yield made


def words(page: str) -> str:
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def case_of(owner: Client) -> str:
    return owner.assessed(*[(one.name, one.read_bytes()) for one in FILES], base_type="model_warehouse",
                          application_date="2024-06-15")


def test_the_case_page_shows_points(site: Installation) -> None:
    """Each item what it earns, the total beside its mark, all together above; none of them is called preferred."""
    owner = site.client()
    said = words(owner.get(f"/cases/{case_of(owner)}").text)
    for expected in ("得12分", "得18分", "75至80分", "评分项 8 项：合计 75至80分（满分100分）", "1,860万美元"):
        assert expected in said
    assert "优先条件" not in said


def test_a_new_case_asks_the_policys_own_questions(site: Installation) -> None:
    """Its window, its types, its questions about them."""
    said = words(site.client().get("/cases/new").text)
    for expected in ("省级示范海外仓", "近两个会计年度", "配送几个国家？"):
        assert expected in said
    assert "重庆" not in said


@pytest.mark.parametrize(("outcome", "awarded", "reached", "short"), [
    ("met", {}, "met", ""), ("met", {"low": 4, "high": 4}, "not_met", "还差1分"),
    ("not_met", {}, "not_met", "还差5分")])
def test_a_reviewer_awards_points(site: Installation, outcome: str, awarded: dict[str, int], reached: str,
                                  short: str) -> None:
    """All, some or none; the total follows at once, and whether it reaches the mark."""
    owner, reviewer = site.client(), site.client(Role.REVIEWER, "李审查")
    case = case_of(owner)
    assert owner.post(f"/api/v1/cases/{case}/submission").status_code == 201
    decided = decide(reviewer, case, "judge", subject="influence", outcome=outcome, **awarded)
    assert decided.status_code == 201, decided.text
    body = reviewer.get(f"/api/v1/review/cases/{case}").json()
    mark = next(one for one in body["criteria"] if one["id"] == "model_mark")
    assert (mark["machine"], mark["outcome"]) == ("needs_judgement", reached)
    assert short in mark["gap"]


def test_more_points_than_there_are_cannot_be_awarded(site: Installation) -> None:
    """Six of five are refused."""
    owner, reviewer = site.client(), site.client(Role.REVIEWER, "李审查")
    case = case_of(owner)
    owner.post(f"/api/v1/cases/{case}/submission")
    assert decide(reviewer, case, "judge", subject="influence", outcome="met", low=6, high=6).status_code == 422
