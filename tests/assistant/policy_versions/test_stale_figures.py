"""A figure that a clause no longer has is found wherever the policy folder says it in words of its own."""
from __future__ import annotations

from pathlib import Path

import pytest

from api.service.policies import folders
from assistant.policy_versions import folder_checks, stale_figures
from tests.support import policy_samples

STALE = "中没有这个数"


def reported(*changes: tuple[str, str], files: dict[str, bytes] | None = None) -> list[tuple[str, str]]:
    """The file and the line of every figure that is stale in the shipped folder with another text."""
    changed = folders.with_text(files or policy_samples.FILES, policy_samples.text(*changes).encode(), "2.0.0")
    with folders.written(changed) as folder:
        return [(one.file, (folder / one.file).read_text(encoding="utf-8").splitlines()[one.line - 1])
                for one in folder_checks.check(folder) if STALE in one.chinese]


@pytest.mark.parametrize(("old", "new", "expected"), [
    ("论文20篇（含）以上", "论文33篇（含）以上", 9),
    ("不少于5篇", "不少于7篇", 5),        # as many as the policy has chapters
    ("达10户以上", "达17户以上", 5),
    ("平台达3个以上", "平台达9个以上", 1),
    ("团队达2个以上", "团队达9个以上", 1),
    ("与5个以上国", "与9个以上国", 3),
    ("总计3项以上", "总计9项以上", 10),
    ("工作人员 2 人以上", "工作人员 9 人以上", 6),
    ("经费200万元以上", "经费350万元以上", 3),
    ("项目2项以上", "项目9项以上", 3),
    ("不少于5个工作日", "不少于9个工作日", 5),
    ("市科技局三年内", "市科技局八年内", 8),
    ("每年11月底前", "每年9月底前", 11),
    ("近三年发表SCI", "近八年发表SCI", 8),
    ("海外科技创新中心等四种不同类型。", "海外科技创新中心等六种不同类型。", 10)])
def test_every_place_that_names_what_a_clause_no_longer_says_is_found(old: str, new: str, expected: int) -> None:
    """Whatever the old figure happens to be elsewhere: the number of chapters, of types, of items."""
    assert len(reported((old, new))) >= expected


def test_the_shipped_folder_and_a_mended_one_have_none() -> None:
    """No figure that a clause has is taken for a stale one."""
    assert reported() == []
    with folders.written(policy_samples.stricter()) as folder:
        assert [one for one in folder_checks.check(folder) if STALE in one.chinese] == []


@pytest.mark.parametrize(("file", "old", "new"), [
    ("criteria.yaml", "note: 同时被SCI和EI收录的计1篇；", "note: 同时被SCI和EI收录的计1篇，须满25篇；"),
    ("criteria.yaml", "label: 近三年SCI或EI论文\n", "label: 近八年SCI或EI论文\n"),
    ("points.yaml", "Included: the clause says", "Included: twenty-six are asked, the clause says"),
    ("gaps.yaml", "zh: \"外币折算的汇率\"", "zh: \"外币折算成300万元的汇率\""),
    ("examples.yaml", "    - \"经废200万以上\"", "    - \"经废260万以上\"")])
def test_explanations_points_gaps_and_examples_are_all_held_against_their_clause(file: str, old: str, new: str
                                                                                 ) -> None:
    """A figure of nowhere in each of the files is a mistake there."""
    content = policy_samples.FILES[file].decode()
    assert old in content
    found = reported(files={**policy_samples.FILES, file: content.replace(old, new, 1).encode()})
    assert found
    assert {name for name, _ in found} == {file}


@pytest.mark.parametrize(("text", "expected"), [
    ("至少两名、二十篇（含）以上", {2, 20}), ("两百万元以上", {2_000_000}), ("几百万", set()),
    ("at least two, 2 million yuan or more", {2, 2_000_000}), ("第八条（二）、8条3项、Art. 9(2)、9.3节", {9.3}),
    ("十四五规划 and the 14th Five-Year Plan", set()), ("两个方向，一项", set())])
def test_figures_are_read_in_either_language_and_numerals(text: str, expected: set[float]) -> None:
    """References to clauses are none."""
    assert stale_figures.figures(text) == expected


def test_an_asker_may_bring_figures_of_their_own(tmp_path: Path) -> None:
    """A question that supposes a figure, or tells one's own, is no claim about the clause."""
    examples = policy_samples.FILES["examples.yaml"].decode()
    line = '    - "经废200万以上"'
    for own in ("要260万以上吗", "我们有160万，还差多少", "是150万还是260万以上"):
        assert reported(files={**policy_samples.FILES, "examples.yaml": examples.replace(
            line, f'    - "{own}"', 1).encode()}) == []
