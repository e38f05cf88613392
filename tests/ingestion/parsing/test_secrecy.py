"""Documents with a mark of state secrets are refused, on the command line and in the web application."""
from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.cli import main
from ingestion import secrecy
from tests.support.web_samples import APPLICATION, installation
from tests.support.word_samples import package, paragraph, run

CANARY = "卫星回收舱四一七"


@pytest.mark.parametrize("text", [
    "绝密★30年", "机密★20年\n关于某项目的报告", "标题\n秘密★1年\n正文", "机密★", "机　密　★　１０年", "机密 ★ 长期",
    "密级：机密★5年", "秘密★6个月", "绝密★启封", "密级：秘密 10年", "机密20年", "绝密 长期", "前言（机密★十年）正文"])
def test_a_mark_is_found(text: str) -> None:
    """With a star anywhere; with a term where it stands alone on its line."""
    assert secrecy.mark(text) is not None


@pytest.mark.parametrize("text", [
    "本单位建立了保守国家秘密的制度。", "商业秘密保护", "不涉及国家秘密", "秘密", "机密性、完整性、可用性",
    "专利申请保密审查",
    "获评★★★级企业", "签订保守商业秘密协议，期限3年", "秘密级项目 2 项", "涉密文件应标注“机密★20年”等密级标志。",
    "五星★好评", "机密\n★"[:2]])
def test_words_about_secrets_are_no_mark(text: str) -> None:
    """Applications speak of secrecy all the time; so do rules that show what a mark looks like."""
    assert secrecy.mark(text) is None


def test_the_command_line_refuses_a_marked_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named with its reason, gives no fact, and the others go on."""
    folder = tmp_path / "材料"
    folder.mkdir()
    (folder / "申报书.txt").write_text(APPLICATION, encoding="utf-8")
    (folder / "内部.docx").write_bytes(package(
        paragraph(run("机密★20年")) + paragraph(run(f"{CANARY}，近三年发表SCI论文99篇。"))))
    assert main(["assess", str(folder), "--base-type", "joint_research_center", "--date", "2025-06-30", "--json", "-",
                 "--quiet"]) == 0
    said = capsys.readouterr().out
    result = json.loads(said)
    marked = next(one for one in result["documents"] if one["name"] == "内部.docx")
    assert "国家秘密" in json.dumps(marked, ensure_ascii=False)
    assert result["facts"]["sci_ei_papers"]["high"] == 23
    assert CANARY not in said


def test_the_web_application_keeps_nothing_of_a_marked_document(tmp_path: Path, caplog: pytest.LogCaptureFixture
                                                                ) -> None:
    """The file is listed as refused, its content is gone at once, and an assessment goes on without it."""
    with installation(tmp_path) as site:
        me = site.client()
        marked = f"秘密★3年\n{CANARY}，近三年发表SCI论文99篇。".encode()
        case = me.assessed(("内部.txt", marked), ("申报书.txt", APPLICATION.encode()))
        files = {one["name"]: one for one in me.get(f"/api/v1/cases/{case}/files").json()}
        assert (files["内部.txt"]["state"], files["内部.txt"]["notices"][0]["code"]) == ("unread", "secrecy_mark")
        content = me.get(f"/api/v1/cases/{case}/files/{files['内部.txt']['id']}/content")
        assert content.status_code == 404
        result = me.get(f"/api/v1/cases/{case}/assessments/latest").text
        assert CANARY not in result
        assert json.loads(result)["facts"]["sci_ei_papers"]["high"] == 23
        me.upload(case, ("又一次.txt", marked + b"\n"))
        assert me.post(f"/api/v1/cases/{case}/assessments").status_code == 202
        assert not [path for path in tmp_path.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert CANARY not in caplog.text
