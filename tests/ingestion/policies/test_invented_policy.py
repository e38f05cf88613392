"""A second policy, invented, that is nothing but a folder: other articles, bars, words, region and window."""
from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from tests.support.places import YUNLING

GOOD = {
    "申报书.txt": "云岭区绿色实验室申报书\n申报单位：云岭光电材料检测有限公司\n注册地址：云岭区松涛路18号。\n"
               "一、管理情况\n实验室现有专职节能管理人员3人，另有兼职人员5人。现有危险废物贮存点3个，其中1个已停用。\n二、经费情况\n"
               "2022年以来，实验室用于节能改造的经费支出62.5万元。项目合同额共90万元。\n三、建设目标\n"
               "到2026年，专职节能管理人员达到8人，取得节能专利授权20项。\n",
    "承诺书.txt": "承诺书\n近两年，我单位未发生安全责任事故。2020年5月曾发生一起安全生产事故，已整改。\n",
    "专利清单.md": "节能专利清单\n\n| 序号 | 专利名称 | 专利号 | 状态 |\n|---|---|---|---|\n"
                "| 1 | 一种低功耗老化试验箱 | ZL202210001111.1 | 授权 |\n"
                "| 2 | 一种余热回收烘箱 | ZL202210002222.2 | 授权 |\n"
                "| 3 | 一种自然冷却机柜 | 202310003333.3 | 受理 |\n"
                "| 4 | 一种低功耗老化试验箱 | ZL202210001111.1 | 授权 |\n",
}
BAD = {
    "申报书.txt": "注册地址：青禾省白石市滨河路2号。\n实验室有专职节能管理人员2人。\n近两年节能改造经费支出50万元。\n"
               "现有危险废物贮存点三个。\n",
    "情况说明.txt": "2023年8月，实验室发生一起安全责任事故。\n",
    "知识产权.txt": "实验室取得节能专利授权1项，另有2项已受理。\n",
}


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A copy of the policy, to be broken."""
    return Path(shutil.copytree(YUNLING, tmp_path / "policy"))


def assess(folder: Path, files: dict[str, str], capsys: pytest.CaptureFixture[str],
           base_type: str = "model_laboratory",
           day: str = "2024-06-15") -> dict[str, Any]:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    assert main(["assess", str(folder), "--policy", str(YUNLING), "--base-type", base_type, "--date", day,
                 "--json", "-"]) == 0
    body: dict[str, Any] = json.loads(capsys.readouterr().out)
    return body


def intervals(body: dict[str, Any]) -> dict[str, tuple[int, int | None]]:
    return {key: (fact["low"], fact["high"]) for key, fact in body["facts"].items()}


def outcomes(body: dict[str, Any]) -> dict[str, str]:
    return {one["id"]: one["outcome"] for one in body["criteria"]}


def test_its_facts_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A count, an amount, yes/no statements, a subtraction and a table with a duplicate, in its own window."""
    body = assess(tmp_path, GOOD, capsys)
    assert body["policy"]["id"] == "yunling-green-laboratories"
    assert body["policy"]["window"] == ["2022-01-01", "2024-06-15"]
    assert intervals(body) == {
        "registered_in_yunling": (1, 1), "no_accidents": (1, 1), "energy_managers": (3, 3),
        "retrofit_funding": (625_000, 625_000), "waste_stores": (2, 2), "energy_patents": (2, 2)}
    assert not any(fact["conflict"] for fact in body["facts"].values())


def test_its_criteria_are_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bars of every kind, also one that is an upper limit, with the policy's own clauses."""
    body = assess(tmp_path, GOOD, capsys)
    assert outcomes(body) == {
        "registered": "met", "accidents": "met", "managers": "met", "funding": "met", "waste_stores": "met",
        "patents": "needs_judgement", "management": "needs_judgement"}
    assert body["overall"] == "qualifies_pending_judgement"
    text = (YUNLING / "text.txt").read_text(encoding="utf-8")
    assert all(one["quote"] in text for one in body["criteria"])


def test_its_quotes_are_verbatim(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Evidence and what was left out stand in the files."""
    body = assess(tmp_path, GOOD, capsys)
    pieces = [piece for fact in body["facts"].values() for piece in fact["evidence"]]
    assert pieces
    assert all(piece["quote"] in GOOD[piece["document"]] for piece in pieces)
    reasons = {(key, one["reason"]) for key, group in body["exclusions"].items() for one in group}
    assert {("energy_patents", "duplicate"), ("energy_patents", "not_granted"), ("energy_managers", "planned"),
            ("no_accidents", "outside_window")} <= reasons


def test_another_reading_of_its_window_is_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The note names the term, both readings and the criterion that would change."""
    notes = "".join(assess(tmp_path, GOOD, capsys)["notes"])
    assert all(words in notes for words in ("近两年", "申报日之前的24个月", "第四条（二）"))


def test_what_fails_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Below a bar, exactly on a bar that must be exceeded, above an upper limit, elsewhere, and after an accident."""
    body = assess(tmp_path, BAD, capsys)
    assert outcomes(body) == {
        "registered": "not_met", "accidents": "not_met", "managers": "not_met", "funding": "not_met",
        "waste_stores": "not_met", "patents": "not_met", "management": "needs_judgement"}
    assert body["overall"] == "does_not_qualify"
    gap = next(one["gap"] for one in body["criteria"] if one["id"] == "managers")
    assert "1人" in gap
    assert "第四条（一）" not in gap   # it stands beside the clause


def test_its_other_base_type(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The other type asks for less, and an accident before the window no longer matters."""
    body = assess(tmp_path, {**BAD, "申报书.txt": GOOD["申报书.txt"], "承诺书.txt": "近两年未发生安全责任事故。\n"},
                  capsys,
                  "young_laboratory", "2026-03-01")
    assert outcomes(body) == {"registered": "met", "accidents": "met", "young_managers": "met"}


def test_its_folder_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    """`guohe policy check` says what it holds."""
    assert main(["policy", "check", str(YUNLING), "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert all(words in out for words in ("Yunling", "8 ", "6 "))


@pytest.mark.parametrize(("name", "old", "new", "mend"), [
    ("criteria.yaml", "bar: 500001", "bar: 500000", "write what the policy says"),
    ("criteria.yaml", "quote: 危险废物贮存点不超过2个", "quote: 危废贮存点不超过2个", "copy it letter by letter"),
    ("criteria.yaml", "comparator: at_most", "comparator: at_least", "write what the policy says"),
    ("criteria.yaml", "facts: [energy_patents]", "facts: [patents]", "mend the name or describe it"),
    ("policy.yaml", "articles: [第四条]", "articles: [第九条]", "第九条"),
    ("policy.yaml", "reading: second_calendar_year_before", "reading: second", "choose one of"),
    ("facts/retrofit_funding.yaml", "kind: money", "kind: money: x", "not valid YAML"),
    ("facts/waste_stores.yaml", "heads: [贮存点, 暂存点]", "heads: [$stores]", "add it under words:"),
    ("facts/waste_stores.yaml", "heads: [贮存点, 暂存点]", 'heads: ["/(贮存点/"]', "is not a regular expression"),
])
def test_a_broken_copy_is_named(broken: Path, capsys: pytest.CaptureFixture[str], name: str, old: str, new: str,
                                mend: str) -> None:
    """Exit status 2, and one line with the file, the line of the mistake and what to do."""
    text = (broken / name).read_text(encoding="utf-8")
    (broken / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert main(["policy", "check", str(broken), "--lang", "en"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    file, line, message = captured.err.splitlines()[0].split(":", 2)
    assert (file, int(line)) == (name, text[:text.index(old)].count("\n") + 1)
    assert mend in message
