"""Writes the examples of the OpenAPI document from true answers of the API: `python -m tests.make_api_examples`."""
from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from api.schemas import EXAMPLES
from api.service.records import Role
from tests.web_samples import APPLICATION, PASSWORD, installation

LONGEST_LIST, LONGEST_TEXT = 2, 160


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder)) as site:
        examples = collected(site)
    short = {name: shortened(one) for name, one in examples.items()}
    EXAMPLES.write_text(json.dumps(short, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def collected(site: Any) -> dict[str, Any]:
    admin, me = site.client(Role.ADMINISTRATOR, "管理员"), site.client(Role.APPLICANT, "申报人")
    found: dict[str, Any] = {
        "sign_in": {"email": "name@example.com", "password": PASSWORD},
        "registration": {"email": "name@example.com", "password": PASSWORD, "name": "张三", "invitation": ""},
        "password": {"old": PASSWORD, "new": "another harbour 8"}, "token_name": {"name": "夜间脚本"},
        "user_change": {"role": "reviewer", "active": True, "reason": "调入审查科"},
        "new_invitation": {"email": "name@example.com", "role": "applicant"},
        "new_case": {"base_type": "joint_research_center", "application_date": "2025-06-30",
                     "title": "2025年申报", "applicant": "重庆市海棠膜材料研究院有限公司"},
        "case_change": {"base_type": "innovation_park"},
        "question": {"question": "国际联合研究中心要求多少篇论文？", "language": "zh"},
    }

    def get(name: str, path: str, client: Any = me) -> Any:
        found[name] = client.get(f"/api/v1{path}").json()
        return found[name]

    get("who", "/session")
    get("sessions", "/sessions")
    found["new_token"] = me.post("/api/v1/tokens", json=found["token_name"]).json()
    get("tokens", "/tokens")
    found["invitation"] = admin.post("/api/v1/invitations", json=found["new_invitation"]).json()
    get("users", "/users", admin)
    found["user"] = found["users"]["items"][0]
    case = f"/cases/{me.post('/api/v1/cases/demo').json()['id']}"
    get("case", case)
    get("cases", "/cases")
    files = get("files", f"{case}/files")
    found["added"] = me.upload(case.rpartition("/")[2], ("补充.txt", APPLICATION.encode()))
    get("file", f"{case}/files/{files[0]['id']}")
    get("document", f"{case}/files/{files[0]['id']}/document")
    found["job"] = me.post(f"/api/v1{case}/assessments").json()
    get("assessments", f"{case}/assessments")
    new, old = (one["id"] for one in found["assessments"]["items"])
    get("assessment", f"{case}/assessments/{old}")
    get("comparison", f"{case}/assessments/latest/comparison")
    get("difference", f"{case}/difference?before={old}&after={new}")
    found["answer"] = me.post(f"/api/v1{case}/answers", json={"question": "论文够了吗？"}).json()
    found["openai_request"] = {"model": "guohe-policy", "messages": [
        {"role": "user", "content": "国际联合研究中心要求多少篇论文？"}]}
    found["openai_models"] = me.get("/v1/models").json()
    found["openai_completion"] = me.post("/v1/chat/completions", json=found["openai_request"]).json()
    get("conversations", f"/conversations?case_id={case.rpartition('/')[2]}")
    get("turns", f"/conversations/{found['answer']['conversation']}/turns")
    get("policy", "/policy")
    get("articles", "/policy/articles")
    get("item", "/policy/clauses/第八条（二）")
    _administration(found, admin)
    found["event"] = "id: 12\nevent: job\ndata: " + json.dumps(found["job"], ensure_ascii=False) + "\n\n"
    return found


def _administration(found: dict[str, Any], admin: Any) -> None:
    """What administrators see."""
    found["invitations"] = admin.get("/api/v1/invitations").json()
    found["audit"] = admin.get("/api/v1/audit?limit=2").json()
    found["verification"] = admin.get("/api/v1/audit/verification").json()


def shortened(value: Any) -> Any:
    """Enough to see what it is like: short lists, short texts, a few facts."""
    if isinstance(value, dict):
        kept = list(value.items())
        if len(kept) > 20 or {"sci_ei_papers", "joint_papers"} <= value.keys():
            kept = [(key, one) for key, one in kept if key in {"sci_ei_papers"}] or kept[:LONGEST_LIST]
        return {key: shortened(one) for key, one in kept}
    if isinstance(value, list):
        return [shortened(one) for one in value[:LONGEST_LIST]]
    if isinstance(value, str) and len(value) > LONGEST_TEXT and not value.startswith("id: "):
        return value[:LONGEST_TEXT] + "…"
    return value


if __name__ == "__main__":
    main()
