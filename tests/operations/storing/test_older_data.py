"""A data folder that was made by the code of commit 75b1a2c: its cases, decisions and published policies keep working.

It holds two cases of one owner: the first assessed by policy 1.0.0, handed in, its papers confirmed by a reviewer; the
second by 1.1.0, published as a folder whose facts stand in one file. What was shown of them then is beside it.
"""
from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.service.records import Role
from ingestion.facts import fact_files
from tests.api.policies.test_versions import published
from tests.support import policy_samples
from tests.support.places import DATA
from tests.support.review_samples import TEXT, fact, handed_in, review
from tests.support.web_samples import Installation, installation

OLDER = DATA / "older"
SHOWN: dict[str, dict[str, Any]] = json.loads((OLDER / "75b1a2c.json").read_text(encoding="utf-8"))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    with tarfile.open(OLDER / "75b1a2c.tar.xz") as packed:
        packed.extractall(tmp_path, filter="data")
    with installation(tmp_path) as made:
        yield made


def shown(found: dict[str, Any]) -> dict[str, Any]:
    return {"id": found["case_id"], "policy_version": found["policy_version"], "overall": found["overall"],
            "facts": {one["key"]: [one["machine"], one["person"], one["checked"]] for one in found["facts"]},
            "criteria": {one["id"]: one["outcome"] for one in found["criteria"]}}


def intervals(view: dict[str, Any]) -> dict[str, tuple[int, int | None] | None]:
    """What the program read of each fact."""
    return {key: (one[0]["low"], one[0]["high"]) if one[0] else None for key, one in view["facts"].items()}


@pytest.mark.parametrize("name", SHOWN)
def test_what_was_assessed_and_decided_is_shown_as_it_was(site: Installation, name: str) -> None:
    """Facts, decisions, outcomes and the version they rest on; and the case as a file and as a page."""
    reviewer, case = site.client(Role.REVIEWER), SHOWN[name]["id"]
    assert shown(review(reviewer, case)) == SHOWN[name]
    for kind in ("docx", "xlsx"):
        assert reviewer.get(f"/review/cases/{case}/files/{kind}").status_code == 200
    assert reviewer.get(f"/review/cases/{case}").status_code == 200


def test_its_published_policy_is_in_force(site: Installation) -> None:
    """New cases are assessed by a folder of the older form as before."""
    policy = site.services.policies.current
    assert (policy.version, fact_files.is_single(policy.root)) == ("1.1.0", True)
    case = handed_in(site.client(), TEXT)
    found = shown(review(site.client(Role.REVIEWER), case))
    assert found["criteria"] == SHOWN["second"]["criteria"]
    assert intervals(found) == intervals(SHOWN["second"])


def test_a_version_of_the_newer_form_takes_its_place(site: Installation) -> None:
    """It is held against the older one file by file, published, and the older case is assessed again by it."""
    files = policy_samples.stricter("1.2.0", 19)
    staff = site.client(Role.POLICY_STAFF).actor
    made = site.services.policy_work.versions.upload(staff, policy_samples.zipped(files))
    found = site.services.policy_work.versions.difference(staff, made.line.id)
    assert [one.id for one in found.criteria if one.state == "changed"] == ["8.2.papers"]
    site.services.policy_work.versions.withdraw(staff, made.line.id)
    published(site, files)
    reviewer, case = site.client(Role.REVIEWER), SHOWN["first"]["id"]
    answer = reviewer.post("/api/v1/review/cases/assessments", json={"cases": [case]})
    assert [one["code"] for one in answer.json()] == [""]
    again = review(reviewer, case)
    assert (again["policy_version"], again["outdated"]) == ("1.2.0", False)
    assert [one["act"] for one in fact(reviewer, case)["history"]] == ["confirm"]
