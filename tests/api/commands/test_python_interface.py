"""The Python interface, as its users call it: docs/python.md runs, and failures are said in two languages."""
from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from api.library import Guohe
from ingestion.domain import Outcome, Overall
from ingestion.errors import GuoheError, PathError, UsageError
from tests.support.places import POLICIES, ROOT

EXAMPLE = ROOT / "examples" / "membrane-center"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Questions are answered by words alone, from an index of their own."""
    monkeypatch.setenv("GUOHE_EMBEDDING", "off")
    monkeypatch.setenv("GUOHE_HOME", str(tmp_path / "home"))


@pytest.mark.usefixtures("quick")
def test_the_page_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All blocks of the page, one after the other, and what they say they print."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) > 5
    known: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, "docs/python.md", "exec"), known)  # noqa: S102 - the page's own code
    said = capsys.readouterr().out
    for promised in re.findall(r"^print\([^#\n]*\) +# (.+)$", "\n".join(blocks), re.MULTILINE):
        assert f"{promised}\n" in said
    assert known["result"].overall is Overall.INSUFFICIENT
    assert (tmp_path / "report.docx").stat().st_size > 10_000
    assert known["answer"].answerable
    assert any(one.ref.startswith("第八条") for one in known["answer"].citations)
    assert len(known["talk"].turns) == 2


def test_it_gives_what_the_command_line_gives(capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON of both is the same."""
    guohe = Guohe()
    result = guohe.assess(EXAMPLE, "joint_research_center", date(2025, 6, 30))
    assert main(["assess", str(EXAMPLE), "--base-type", "joint_research_center", "--date", "2025-06-30", "--json", "-",
                 "--quiet"]) == 0
    assert guohe.json(result) == json.loads(capsys.readouterr().out)


def test_the_base_type_may_be_left_to_the_forms() -> None:
    """The documents' forms name it."""
    assert Guohe().assess(EXAMPLE, on="2025-06-30").base_type == "joint_research_center"


def test_another_policy_and_language() -> None:
    """A policy of points, in English."""
    guohe = Guohe(POLICIES / "donglan-overseas-warehouses", language="en")
    result = guohe.assess([POLICIES / "donglan-application"], "model_warehouse", "2024-06-15")
    mark = next(one for one in result.findings if one.criterion.id == "model_mark")
    assert mark.outcome is Outcome.JUDGEMENT
    assert "75 to 80 points" in mark.explanation


@pytest.mark.parametrize(("call", "error", "english", "chinese"), [
    (lambda guohe: guohe.assess(EXAMPLE, "no_such_type"), UsageError, "no_such_type", "未知"),
    (lambda guohe: guohe.assess("nowhere"), PathError, "nowhere", "不存在"),
    (lambda guohe: guohe.facts(EXAMPLE, "yesterday"), UsageError, "YYYY-MM-DD", "不是日期"),
    (lambda guohe: guohe.report(guohe.assess(EXAMPLE, on="2025-06-30"), "form.odt"), UsageError, ".docx", ".pdf"),
    (lambda _: Guohe(language="fr"), UsageError, "fr", "zh"),
])
def test_failures_say_what_to_do(call: Any, error: type[GuoheError], english: str, chinese: str) -> None:
    """What was given wrong, in English and Chinese."""
    with pytest.raises(error) as raised:
        call(Guohe())
    assert english in str(raised.value)
    assert chinese in raised.value.chinese
