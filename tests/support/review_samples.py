"""A case that was handed in, and those who review it."""
from __future__ import annotations

from typing import Any

from tests.support.web_samples import APPLICATION, Client

PAPERS = "sci_ei_papers"
TEXT = ("申报单位：重庆市海棠膜材料研究院有限公司。\n近三年发表SCI论文18篇，其中与国外机构合作发表6篇。\n"
        "现有授权发明专利12件，其中ZL202210345678.X《一种中空纤维膜》。\n本单位设有国际合作处，配备专职人员3名。\n")


def handed_in(owner: Client, /, text: str = TEXT, **settings: Any) -> str:
    """A case's id."""
    case = owner.assessed(("申报书.txt", text.encode()), **settings)
    answer = owner.post(f"/api/v1/cases/{case}/submission")
    assert answer.status_code == 201, answer.text
    return case


def review(reviewer: Client, case: str) -> dict[str, Any]:
    answer = reviewer.get(f"/api/v1/review/cases/{case}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def fact(reviewer: Client, case: str, key: str = PAPERS) -> dict[str, Any]:
    return next(one for one in review(reviewer, case)["facts"] if one["key"] == key)


def outcome(reviewer: Client, case: str, criterion: str = "8.2.papers") -> str:
    return str(next(one for one in review(reviewer, case)["criteria"] if one["id"] == criterion)["outcome"])


def decide(reviewer: Client, case: str, act: str, subject: str = PAPERS, version: int = 0, **more: Any) -> Any:
    return reviewer.post(f"/api/v1/review/cases/{case}/decisions", json={
        "act": act, "subject": subject, "version": version, "reason": "核对原件", **more})


__all__ = ["APPLICATION", "PAPERS", "TEXT", "decide", "fact", "handed_in", "outcome", "review"]
