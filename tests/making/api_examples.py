"""Writes the examples of the OpenAPI document from true answers of the API: `python -m tests.making.api_examples`."""
from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from api.http.schemas import EXAMPLES
from api.service import clock
from api.service.records import Role
from tests.support.web_samples import APPLICATION, PASSWORD, installation

LONGEST_LIST, LONGEST_TEXT = 2, 160


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, installation(
            Path(folder), GUOHE_SMTP_HOST="mail.example.cn", GUOHE_SMTP_FROM="guohe@example.cn") as site:
        examples = collected(site)
    short = {name: shortened(one) for name, one in examples.items()}
    EXAMPLES.write_text(json.dumps(short, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def collected(site: Any) -> dict[str, Any]:
    admin, me = site.client(Role.ADMINISTRATOR, "管理员"), site.client(Role.APPLICANT, "申报人")
    found: dict[str, Any] = {
        "sign_in": {"email": "name@example.com", "password": PASSWORD},
        "registration": {"email": "name@example.com", "password": PASSWORD, "name": "张三", "invitation": ""},
        "password": {"old": PASSWORD, "new": "another harbour 8"},
        "forgotten": {"email": "name@example.com", "language": "zh"},
        "password_reset": {"secret": "Zq3…", "new": "another harbour 8"},
        "token_name": {"name": "夜间脚本", "scopes": ["read", "write"], "days": 90},
        "user_change": {"role": "reviewer", "active": True, "reason": "调入审查科"},
        "new_invitation": {"email": "name@example.com", "role": "applicant"},
        "new_case": {"base_type": "joint_research_center", "application_date": "2025-06-30",
                     "title": "2025年申报", "applicant": "重庆市海棠膜材料研究院有限公司"},
        "new_paper_case": {"paper_number": "2026-纸-0107", "applicant": "重庆市海棠膜材料研究院有限公司",
                           "base_type": "joint_research_center", "application_date": "2025-06-30", "title": ""},
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
    found["reset"] = admin.post(f"/api/v1/users/{me.actor.id}/reset").json()
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
    found["new_webhook"] = {"url": "https://records.example.cn/guohe", "note": "办公系统",
                            "kinds": ["assessment.finished", "assessment.failed", "review.status"]}
    found["webhook_change"] = {"active": False}
    found["webhook"] = admin.post("/api/v1/webhooks", json=found["new_webhook"]).json()
    get("webhooks", "/webhooks", admin)
    found["delivery"] = admin.post(f"/api/v1/webhooks/{found['webhook']['id']}/ping").json()
    get("deliveries", f"/webhooks/{found['webhook']['id']}/deliveries", admin)
    found |= {"notices_read": {"ids": None},
              "notice_settings": {"robots": ["submitted", "resubmitted", "published"], "days": 3, "hour": 8}}
    get("notice_choices", "/notices/choices")
    get("notice_ways", "/admin/notices", admin)
    get("conversations", f"/conversations?case_id={case.rpartition('/')[2]}")
    get("turns", f"/conversations/{found['answer']['conversation']}/turns")
    get("policy", "/policy")
    get("articles", "/policy/articles")
    get("item", "/policy/clauses/第八条（二）")
    _policy_work(site, found)
    _administration(found, admin)
    _reviewed(site, found, case.rpartition("/")[2], me)
    _read_again(found)
    _rounds(found)
    found["event"] = "id: 12\nevent: job\ndata: " + json.dumps(found["job"], ensure_ascii=False) + "\n\n"
    return found


def _policy_work(site: Any, found: dict[str, Any]) -> None:
    """What policy staff send and get."""
    from tests.support import policy_samples
    from tests.support.review_samples import handed_in

    staff = site.client(Role.POLICY_STAFF, "王五")
    work, path = site.services.policy_work, "/api/v1/policy"
    found |= {
        "policy_text": {"text": "第一条 ……", "version": "1.1.0", "note": "论文数量提高到25篇"},
        "policy_file": {"digest": "0" * 64, "content": "第一条 ……"}, "policy_digest": {"digest": "0" * 64},
        "policy_criterion": {"digest": "0" * 64, "quote": "近三年发表SCI或EI论文25篇（含）以上", "bar": 25},
        "policy_form": {"digest": "0" * 64, "part": "criterion", "id": "9.4.funding", "values": {"bar": "350万元"},
                        "reword": True},
        "rating": {"up": False, "comment": "没有说是不是工作日"}, "policy_folder": "PK…",
        "new_approved_answer": {"question": "年度总结报给谁？", "answer": "报市科技局。", "ref": "第十三条",
                                "quote": "每年11月底前向市科技局报送年度工作总结"}}
    asked = staff.post("/api/v1/answers", json={"question": "公示多少天？"}).json()
    staff.post("/api/v1/answers", json={"question": "认定后有没有停车位补贴？"})
    staff.post(f"/api/v1/turns/{asked['id']}/rating", json=found["rating"])
    found["policy_questions"] = staff.get(f"{path}/questions").json()
    found["clause_questions"] = staff.get(f"{path}/clause-questions").json()
    found["approved_answer"] = staff.post(f"{path}/approved-answers", json=found["new_approved_answer"]).json()
    found["approved_answers"] = staff.get(f"{path}/approved-answers").json()
    changed = {**found["policy_text"], "text": policy_samples.text(policy_samples.PAPERS)}
    first = staff.post(f"{path}/versions/text", json=changed).json()
    found["policy_difference"] = staff.get(f"{path}/versions/{first['line']['id']}/difference").json()
    handed_in(site.client(name="申报人"), APPLICATION)
    made = work.versions.upload(staff.actor, policy_samples.zipped(policy_samples.stricter()))
    here = f"{path}/versions/{made.line.id}"
    found["policy_version"] = staff.get(here).json()
    found["policy_forms"] = staff.get(f"{here}/forms").json()
    found["policy_trial"] = staff.post(f"{here}/trial").json()
    work.trials.wait(found["policy_trial"]["id"])
    found["policy_trial_done"] = staff.get(f"{here}/trial").json()
    found["policy_versions"] = staff.get(f"{path}/versions").json()


def _administration(found: dict[str, Any], admin: Any) -> None:
    """What administrators see."""
    found["invitations"] = admin.get("/api/v1/invitations").json()
    found["audit"] = admin.get("/api/v1/audit?limit=2").json()
    found["health"] = admin.get("/api/v1/admin/health").json()
    found["admin_settings"] = admin.get("/api/v1/admin/settings").json()
    found["model_settings"] = {"enabled": True, "url": "http://127.0.0.1:8081/v1", "model": "qwen3-8b",
                               "roles": ["reviewer", "policy_staff"]}
    for name in ("limits", "retention", "office"):
        found[f"{name.removesuffix('s')}_settings"] = found["admin_settings"][name]
    found["model_test"] = {"answered": True, "said": "ready", "seconds": 0.4, "error": "", "error_en": ""}
    found["applied"] = admin.get("/api/v1/admin/retention").json()
    found["reason"] = {"reason": "本人要求"}
    found["verification"] = admin.get("/api/v1/audit/verification").json()


def _reviewed(site: Any, found: dict[str, Any], case: str, me: Any) -> None:
    """What reviewers send and get."""
    from tests.support.review_samples import handed_in

    reviewer = site.client(Role.REVIEWER, "李审")
    path, here = "/api/v1/review", f"/api/v1/review/cases/{case}"
    found |= {
        "new_decision": {"act": "correct", "subject": "sci_ei_papers", "version": 0, "low": 21,
                         "reason": "核对检索证明"},
        "review_change": {"status": "in_review", "due": "2025-07-31"}, "presence": {"subject": "sci_ei_papers"},
        "bulk_change": {"cases": [case], "assignee": reviewer.actor.id, "due": "2025-07-31"},
        "cases_to_assess": {"cases": [case]},
        "cases_to_export": {"cases": [case], "kind": "docx"},
        "saved_view_new": {"name": "我的在审", "query": "status=in_review&assignee=me"},
    }
    found["new_reply"] = {"subject": "sci_ei_papers", "version": 0, "low": 23, "high": 23, "text": "以检索证明为准"}
    found["reply"] = me.post(f"/api/v1/cases/{case}/replies", json=found["new_reply"]).json()
    found["replies"] = me.get(f"/api/v1/cases/{case}/replies").json()
    found["submission"] = me.post(f"/api/v1/cases/{case}/submission").json()
    found["submissions"] = me.get(f"/api/v1/cases/{case}/submissions").json()
    found["case_deletion"] = {"receipt": found["submission"]["handed"]["receipt"], "reason": "申报单位来函撤销申报"}
    handed_in(me, title="另一份")
    handed_in(site.client(name="另一位"), title="又一份")
    found["bulk_done"] = reviewer.post(f"{path}/cases/change", json=found["bulk_change"]).json()
    found["decision"] = reviewer.post(f"{here}/decisions", json=found["new_decision"]).json()
    found["saved_view"] = reviewer.http.put(f"{path}/views", json=found["saved_view_new"]).json()
    site.client(Role.REVIEWER, "王审").http.put(f"{here}/presence", json=found["presence"])
    found["here"] = reviewer.http.put(f"{here}/presence", json=found["presence"]).json()
    found["letter_draft"] = reviewer.get(f"{here}/letter/draft").json()
    found["letter_text"] = {"text": found["letter_draft"]["text"], "number": 0, "frame": found["letter_draft"]["frame"]}
    found["letter"] = reviewer.http.put(f"{here}/letter", json=found["letter_text"]).json()
    found["letters"] = reviewer.get(f"{here}/letter/versions").json()
    other = handed_in(me, title="第三份")
    reviewer.http.put(f"{path}/cases/{other}/letter", json=found["letter_text"])
    reviewer.post(f"{path}/cases/{other}/letter/sending")
    found["letters_sent"] = me.get(f"/api/v1/cases/{other}/letters").json()
    found["notices"] = me.get("/api/v1/notices").json()
    admin = site.client(Role.ADMINISTRATOR)
    found["notice_message"] = admin.post("/api/v1/admin/notices/ways/mail/trial").json()
    found["notice_messages"] = admin.get("/api/v1/admin/notices/messages").json()
    for name, address in (("worklist", f"{path}/cases"), ("reviewers", f"{path}/reviewers"),
                          ("saved_views", f"{path}/views"),
                          ("renewing", f"{path}/assessments"), ("statistics", f"{path}/statistics"), ("review", here),
                          ("decisions", f"{here}/decisions")):
        found[name] = reviewer.get(address).json()


def _rounds(found: dict[str, Any]) -> None:
    """Rounds, from an installation in which one is open and two cases claim the same."""
    from datetime import timedelta

    from tests.support.review_samples import decide, handed_in

    day = clock.today("Asia/Shanghai")
    found["new_intake"] = {"title": "2026年第一批", "base_type": "joint_research_center",
                           "opens": str(day - timedelta(days=9)), "closes": str(day + timedelta(days=21)), "quota": 10,
                           "note": "纸质材料另行报送"}
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder)) as site:
        reviewer, one, two = site.client(Role.REVIEWER, "李审"), site.client(), site.client()
        made = reviewer.post("/api/v1/review/intakes", json=found["new_intake"]).json()
        found["changed_intake"] = {**found["new_intake"], "quota": 12, "seen": made["changed"]}
        case = handed_in(one, title="甲")
        handed_in(two, title="乙")
        decide(reviewer, case, "correct", low=21, high=21)
        found["intakes_offered"] = one.get("/api/v1/intakes").json()
        found["intake_offered"] = one.get(f"/api/v1/cases/{case}/intake").json()
        here = f"/api/v1/review/intakes/{made['id']}"
        for name, path in (("intakes", "/api/v1/review/intakes"), ("intake", here),
                           ("intake_numbers", f"{here}/numbers"), ("intake_overlaps", f"{here}/overlaps"),
                           ("intake_kinds", f"{here}/overlaps/kinds")):
            found[name] = reviewer.get(path).json()


def _read_again(found: dict[str, Any]) -> None:
    """What is told of a second reading, from an installation where a model reads."""
    from tests.assistant.second_reader.second_reader_samples import reader, reading

    found["withhold"] = {"withheld": True}
    found["reading_settings_new"] = {"enabled": True, "differ": "cautious", "day_tokens": 2_000_000,
                                     "user_tokens": 200_000, "at_once": 2, "withheld": False}
    facts = {"sci_ei_papers": (22, 22, "SCI论文23篇", 23), "granted_ip": (12, 12, "授权发明专利12件", 12)}
    with tempfile.TemporaryDirectory() as folder, reading(Path(folder), reader(facts)) as (site, _):
        me = site.client()
        found["second_reading"] = me.get(f"/api/v1/cases/{me.assessed()}/second-reading").json()
        found["second_reading"]["host"] = "llm.example.cn"
        found["reading_settings"] = site.client(Role.ADMINISTRATOR).get("/api/v1/admin/settings/reading").json()
        found["reading_settings"]["in_force"]["host"] = "llm.example.cn"


def shortened(value: Any) -> Any:
    """Enough to see what it is like: short lists, short texts, a few facts."""
    if isinstance(value, dict):
        kept = list(value.items())
        table = len(kept) > 20 and not {"standing", "stands", "taken"} & value.keys()
        if table or {"sci_ei_papers", "joint_papers"} <= value.keys():
            kept = [(key, one) for key, one in kept if key in {"sci_ei_papers"}] or kept[:LONGEST_LIST]
        return {key: shortened(one) for key, one in kept}
    if isinstance(value, list):
        return [shortened(one) for one in value[:LONGEST_LIST]]
    if isinstance(value, str) and len(value) > LONGEST_TEXT and not value.startswith("id: "):
        return value[:LONGEST_TEXT] + "…"
    return value


if __name__ == "__main__":
    main()
