"""复核: where an office asks for it, two reviewers stand behind a case that is concluded."""
from __future__ import annotations

from pathlib import Path

import pytest

from api.service.environment import settings
from api.service.records import Role
from ingestion.errors import UsageError
from tests.review_samples import decide, handed_in
from tests.web_samples import installation


def test_whoever_decided_does_not_conclude(tmp_path: Path) -> None:
    """Nor whoever took it up, nor anybody of a case that nobody looked at; a bulk change says so for each."""
    with installation(tmp_path, GUOHE_SECOND_REVIEW="yes") as site:
        case = handed_in(site.client())
        first, second, third = (site.client(Role.REVIEWER) for _ in range(3))
        path = f"/api/v1/review/cases/{case}"
        refused = second.patch(path, json={"status": "done"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "second_reviewer")
        decide(first, case, "correct", low=21, high=21)
        assert first.patch(path, json={"status": "done"}).status_code == 409
        assert second.patch(path, json={"status": "done"}).status_code == 204
        assert second.patch(path, json={"status": "in_review"}).status_code == 204     # taken up again: at work now
        assert second.patch(path, json={"status": "done"}).status_code == 409
        assert third.patch(path, json={"status": "done"}).status_code == 204


def test_an_office_that_does_not_ask_concludes_alone(tmp_path: Path) -> None:
    """Which is the default; another word than yes or no is refused at the start."""
    with installation(tmp_path) as site:
        case, reviewer = handed_in(site.client()), site.client(Role.REVIEWER)
        assert reviewer.patch(f"/api/v1/review/cases/{case}", json={"status": "done"}).status_code == 204
    with pytest.raises(UsageError, match="GUOHE_SECOND_REVIEW"):
        settings.read({"GUOHE_SECOND_REVIEW": "maybe"}, tmp_path / "other")
