"""复核: where an office asks for it, two reviewers stand behind a case that is concluded."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.service.environment import settings
from api.service.records import Role
from ingestion.errors import UsageError
from tests.support.review_samples import decide, handed_in
from tests.support.web_samples import Client, installation


def standing(reviewer: Client, case: str) -> tuple[list[str], list[str] | None, str]:
    """The statuses that the page offers, who is at work, and what the page says of it."""
    view, page = reviewer.get(f"/api/v1/review/cases/{case}").json(), reviewer.get(f"/review/cases/{case}").text
    offered = re.search(r'<select id="status".*?</select>', page, re.DOTALL)
    assert offered is not None
    assert re.findall(r'value="(\w+)"', offered[0]) == view["ways"]
    said = re.search(r'id="second-look".*?本单位要求复核：(.*?)(?:[。]|，由|，再由)', page, re.DOTALL)
    at_work = view["at_work"]
    names = None if at_work is None else [one["name"] for one in at_work]
    return view["ways"], names, said[1] if said else ""


def test_whoever_decided_does_not_conclude(tmp_path: Path) -> None:
    """Nor whoever took it up, nor anybody of a case that nobody looked at; a bulk change says so for each."""
    with installation(tmp_path, GUOHE_SECOND_REVIEW="yes") as site:
        case = handed_in(site.client())
        first, second, third = (site.client(Role.REVIEWER, name) for name in ("李一", "陈二", "周三"))
        path = f"/api/v1/review/cases/{case}"
        assert standing(first, case) == (["received", "in_review", "returned"], [], "须由一人受理、作出决定")
        refused = second.patch(path, json={"status": "done"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "second_reviewer")
        decide(first, case, "correct", low=21, high=21)
        others = ["received", "in_review", "returned"]
        assert standing(first, case) == (others, ["李一"], "您已参与这个案卷")
        assert standing(second, case) == ([*others, "done"], ["李一"],
                                          "李一已受理或作出决定；您没有参与，看过后可以办结")
        assert first.patch(path, json={"status": "done"}).status_code == 409
        assert second.patch(path, json={"status": "done"}).status_code == 204
        assert second.patch(path, json={"status": "in_review"}).status_code == 204     # taken up again: at work now
        assert second.patch(path, json={"status": "done"}).status_code == 409
        assert third.patch(path, json={"status": "done"}).status_code == 204


def test_an_office_that_does_not_ask_concludes_alone(tmp_path: Path) -> None:
    """Which is the default; another word than yes or no is refused at the start."""
    with installation(tmp_path) as site:
        case, reviewer = handed_in(site.client()), site.client(Role.REVIEWER)
        assert standing(reviewer, case) == (["received", "in_review", "returned", "done"], None, "")
        assert reviewer.patch(f"/api/v1/review/cases/{case}", json={"status": "done"}).status_code == 204
    with pytest.raises(UsageError, match="GUOHE_SECOND_REVIEW"):
        settings.read({"GUOHE_SECOND_REVIEW": "maybe"}, tmp_path / "other")
