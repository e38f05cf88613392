"""What loading a policy folder guarantees, and what is refused."""
from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import policy_corpus
from assistant.policy_versions import folder_checks
from ingestion.domain import Comparator, Criterion, CriterionKind
from ingestion.errors import PathError, PolicyError, UsageError
from ingestion.policies import policy
from ingestion.policies.articles import by_ref
from ingestion.policies.measures import asks_for_presence, measures, plural_unit
from ingestion.policies.policy import Problem
from tests.support.places import YUNLING

POLICY = policy.load()
CRITERION = {one.id: one for one in POLICY.criteria}
Edit = Callable[[str, str, str], Path]


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """Copies the policy and replaces one piece of one file, which must be there."""
    folder = tmp_path / "policy"

    def change(name: str, old: str, new: str) -> Path:
        if not folder.exists():
            shutil.copytree(policy_corpus.DEFAULT, folder)
        content = (folder / name).read_text(encoding="utf-8")
        assert old in content
        (folder / name).write_text(content.replace(old, new, 1), encoding="utf-8")
        return folder
    return change


def only(folder: Path) -> Problem:
    """The single problem of a folder, which loading raises too."""
    problems = policy.check(folder)
    assert len(problems) == 1, problems
    with pytest.raises(PolicyError) as raised:
        policy.load(folder)
    assert (raised.value.file, raised.value.line) == (problems[0].file, problems[0].line)
    assert str(raised.value) == str(problems[0])
    return problems[0]


def test_the_shipped_folder_has_no_mistake() -> None:
    """`check` finds nothing in the policy that is shipped."""
    assert policy.check(policy_corpus.DEFAULT) == []


def test_text_is_as_published() -> None:
    """The sha256 that the policy carries is that of the file, byte for byte."""
    content = (policy_corpus.DEFAULT / "text.txt").read_bytes()
    assert hashlib.sha256(content).hexdigest() == POLICY.sha256
    assert POLICY.text.encode("utf-8") == content


def test_thirty_seven_criteria() -> None:
    """All requirements of articles 5 to 9, 8 of them common."""
    assert len(POLICY.criteria) == 37
    counts = {one.id: len(POLICY.criteria_for(one.id)) for one in POLICY.base_types}
    assert counts == {"innovation_park": 16, "technology_transfer_center": 12, "joint_research_center": 16,
                      "overseas_innovation_center": 17}


@pytest.mark.parametrize("criterion", POLICY.criteria, ids=lambda one: one.id)
def test_quotations_stand_once_where_they_are_cited(criterion: Criterion) -> None:
    """Each quotation occurs exactly once in the text, at its span, inside the item that it cites."""
    cited = by_ref(POLICY.articles, criterion.citation)
    assert cited is not None
    assert POLICY.text.count(criterion.quote) == 1
    assert POLICY.quote(criterion.span) == criterion.quote
    assert cited.span.start <= criterion.span.start
    assert criterion.span.end <= cited.span.end


def test_bars_of_the_contract() -> None:
    """The thresholds, all inclusive, are the contract's."""
    bars = {one.id: one.bar for one in POLICY.criteria if one.kind is CriterionKind.COUNT}
    assert bars == {
        "5.2.officers": 1, "6.2.enterprises": 10, "6.2.platforms": 3, "6.2.overseas_units": 2, "6.3.partners": 5,
        "7.4.transfers": 3, "8.2.papers": 20, "8.2.joint_papers": 5, "8.3.ip_or_award": 1, "8.4.platform": 1,
        "9.2.staff": 2, "9.3.agreements": 1, "9.4.funding": 2_000_000, "9.4.projects": 2}
    assert {one.comparator for one in POLICY.criteria} == {Comparator.AT_LEAST}


def test_only_the_platform_of_article_8_is_no_requirement() -> None:
    """8.4 gives priority; everything else is required."""
    assert [one.id for one in POLICY.criteria if not one.required] == ["8.4.platform"]


def test_measures_are_the_policys_words() -> None:
    """What an explanation calls the requirement is worded as the clause words it."""
    assert POLICY.wordings["8.2.papers"].measure == "20篇（含）以上"
    assert POLICY.wordings["9.2.staff"].measure == "2人以上"
    assert POLICY.wordings["8.2.partners"].measure == "多家"
    assert POLICY.wordings["5.2.officers"].measure == ""


def test_every_criterion_says_what_would_settle_it() -> None:
    """Labels and settling evidence exist in both languages, and both findings of a yes/no criterion."""
    for criterion in POLICY.criteria:
        wording = POLICY.wordings[criterion.id]
        assert all((criterion.label, criterion.label_en, wording.settled_by, wording.settled_by_en))
        assert bool(wording.note) == bool(wording.note_en)
        if criterion.kind is CriterionKind.YES_NO:
            assert all((wording.holds, wording.holds_en, wording.fails, wording.fails_en))


def test_unknown_base_type_names_the_choices() -> None:
    """The message lists every id with its name, in both languages."""
    with pytest.raises(UsageError) as raised:
        POLICY.criteria_for("park")
    assert "'park'" in str(raised.value)
    assert "innovation_park (International Innovation Park)" in str(raised.value)
    assert "国际联合研究中心" in raised.value.chinese


@pytest.mark.parametrize(("name", "old", "new", "words"), [
    ("criteria.yaml", "bar: 20\n", "bar: 15\n", "bar of '8.2.papers' is '15', but the quotation says '20篇（含）以上'"),
    ("criteria.yaml", "bar: 10\n  unit: 户", "bar: 10\n  unit: 家", "unit of '6.2.enterprises' is '家', but"),
    ("criteria.yaml", "bar: 2000000", "bar: 200", "bar of '9.4.funding' is '200', but"),
    ("criteria.yaml", "bar: 3\n", "bar: 3\n  comparator: at_most\n", "comparator of '6.2.platforms'"),
    ("criteria.yaml", "unit: 篇\n  noun: 中外联合", "presence: true\n  unit: 篇\n  noun: 中外联合", "bar: 1"),
    ("criteria.yaml", "quote: 承担过多项市级以上", "quote: 承担过5项市级以上", "does not stand"),
    ("criteria.yaml", "quote: 与5个以上国（境）外政府", "quote: 与 5 个以上国（境）外政府", "copy it letter by letter"),
    ("criteria.yaml", "quote: 严格遵守我国科技保密有关规定", "quote: 国际科技合作基地", "times in text.txt"),
    ("criteria.yaml", "cites: 第五条（四）", "cites: 第五条（三）", "cite 第五条（四）"),
    ("criteria.yaml", "cites: 第五条（四）", "cites: 第五条(4)", "write 第五条（四）"),
    ("criteria.yaml", "cites: 第五条（四）", "cites: 第二十条（四）", "does not stand in text.txt"),
    ("criteria.yaml", "id: 5.4.secrecy", "id: 5.3.integrity", "stands twice"),
    ("criteria.yaml", "facts: [secrecy_compliance]", "facts: [secrecy]", "names the fact 'secrecy'"),
    ("criteria.yaml", "related: [foreign_partners, technology_transfers]", "related: [partners]", "'partners'"),
    ("criteria.yaml", "facts: [secrecy_compliance]", "facts: [granted_ip]", "make them agree"),
    ("criteria.yaml", "  facts: [secrecy_compliance]\n", "", "names no fact"),
    ("criteria.yaml", "settled_by: 园区功能", "setled_by: 园区功能", "did you mean 'settled_by'?"),
    ("criteria.yaml", "bar: 20\n", "bar: twenty\n", "should be int"),
    ("criteria.yaml", "kind: plural", "kind: many", "cannot be 'many'"),
    ("criteria.yaml", "  label_en: Self-sustaining operation\n", "", "'label_en' is missing"),
    ("criteria.yaml", "- id: 5.4.secrecy", "- id: [5.4.secrecy", "not valid YAML"),
    ("policy.yaml", "sha256: e37c", "sha256: 037c", "is not the text that was described"),
    ("policy.yaml", "reading: third_calendar_year_before", "reading: three_years", "choose one of"),
    ("policy.yaml", "common_articles: [第五条]", "common_articles: [第25条]", "is no article of text.txt"),
    ("policy.yaml", "id: technology_transfer_center", "id: innovation_park", "stands twice"),
    ("policy.yaml", "occurs: [第五条（三）", "occurs: [第五条（二）", "does not say '近三年'"),
    ("policy.yaml", "end: {years: -1, month: 12, day: 31}", "end: {years: -9}", "ends before it begins"),
    ("policy.yaml", "issuer_en:", "isuer_en:", "did you mean 'issuer_en'?"),
])
def test_one_mistake_is_named_with_file_line_and_mend(edit: Edit, name: str, old: str, new: str, words: str) -> None:
    """The file, the line where the mistake stands, what is wrong and what to do, in both languages."""
    folder = edit(name, old, new)
    problem = next(one for one in policy.check(folder) if words in one.english)
    with pytest.raises(PolicyError):
        policy.load(folder)
    lines = (folder / name).read_text(encoding="utf-8").split("\n")
    changed = next(number for number, line in enumerate(lines, 1)
                   if line != (policy_corpus.DEFAULT / name).read_text(encoding="utf-8").split("\n")[number - 1])
    assert problem.file == name
    assert abs(problem.line - changed) <= 8
    assert problem.chinese


def test_the_line_is_that_of_the_field(edit: Edit) -> None:
    """A wrong bar is reported on the line of `bar`."""
    folder = edit("criteria.yaml", "bar: 20\n", "bar: 15\n")
    number = only(folder).line
    assert (folder / "criteria.yaml").read_text(encoding="utf-8").split("\n")[number - 1] == "  bar: 15"


def test_all_mistakes_are_listed(edit: Edit) -> None:
    """`check` goes on after a mistake; `load` names the first and says how many more there are."""
    edit("criteria.yaml", "bar: 20\n", "bar: 15\n")
    edit("criteria.yaml", "quote: 严格遵守", "quote: 遵守了")
    folder = edit("policy.yaml", "reading: third_calendar_year_before", "reading: other")
    assert [one.file for one in policy.check(folder)] == ["policy.yaml", "criteria.yaml", "criteria.yaml"]
    with pytest.raises(PolicyError, match=r"policy\.yaml:\d+: .*and 2 more: `guohe policy check`"):
        policy.load(folder)


def test_a_changed_text_is_refused(edit: Edit) -> None:
    """One character of the policy's text is enough."""
    problem = only(edit("text.txt", "自发布之日起实施", "自公布之日起实施"))
    assert problem.file == "policy.yaml"
    assert "write this sha256" in problem.english


@pytest.mark.parametrize("name", ["policy.yaml", "text.txt", "criteria.yaml", "facts/shared.yaml"])
def test_a_missing_file_is_named(edit: Edit, name: str) -> None:
    """A folder without one of its files says which."""
    folder = edit("policy.yaml", "language: zh", "language: zh")
    (folder / name).unlink()
    assert any(one.file == name for one in policy.check(folder))
    with pytest.raises(PolicyError):
        policy.load(folder)


@pytest.mark.parametrize("name", ["policy.yaml", "text.txt", "criteria.yaml"])
def test_a_file_that_is_not_utf8_is_named(edit: Edit, name: str) -> None:
    """Another encoding is no stack trace."""
    folder = edit("policy.yaml", "language: zh", "language: zh")
    (folder / name).write_bytes((folder / name).read_text(encoding="utf-8").encode("gb18030"))
    assert any(one.file == name and "UTF-8" in one.english for one in policy.check(folder))


def test_a_bar_within_the_window_needs_a_fact_within_it(edit: Edit) -> None:
    """A clause that says 近三年 and counts something without a window is a mistake."""
    folder = edit("criteria.yaml", "facts: [sci_ei_papers]", "facts: [technology_transfers]")
    assert "write time: window" in only(folder).english


def test_a_key_that_stands_twice_is_named(edit: Edit) -> None:
    """YAML would silently keep the last one."""
    folder = edit("criteria.yaml", "bar: 20\n", "bar: 20\n  bar: 20\n")
    assert ["'bar' stands twice" in one.english for one in policy.check(folder)] == [True]


def test_a_path_that_is_no_folder(tmp_path: Path) -> None:
    """It says what to name instead."""
    with pytest.raises(PathError, match="name a folder that holds policy"):
        policy.load(tmp_path / "nowhere")


def test_another_policy_loads_without_a_change_of_code() -> None:
    """An invented policy with articles written 第5条, items written 1. and a window of two years."""
    folder = YUNLING
    assert policy.check(folder) == []
    other = policy.load(folder)
    assert other.base_type("young_laboratory").articles == ("第三条", "第五条")
    assert [one.id for one in other.criteria_for("young_laboratory")] == ["registered", "accidents", "young_managers"]
    assert other.window_on(date(2024, 6, 15)) == (date(2022, 1, 1), date(2024, 6, 15))
    assert other.wordings["waste_stores"].measure == "不超过2个"


@pytest.mark.parametrize(("clause", "expected"), [
    ("达10户以上", (Comparator.AT_LEAST, 10, "户")), ("20篇（含）以上", (Comparator.AT_LEAST, 20, "篇")),
    ("20（含）篇以上", (Comparator.AT_LEAST, 20, "篇")), ("不少于5篇", (Comparator.AT_LEAST, 5, "篇")),
    ("工作人员 2 人以上", (Comparator.AT_LEAST, 2, "人")), ("经费200万元以上", (Comparator.AT_LEAST, 2_000_000, "元")),
    ("1.5亿元以上", (Comparator.AT_LEAST, 150_000_000, "元")), ("超过二百万元", (Comparator.AT_LEAST, 2_000_001, "元")),
    ("一百二十家及以上", (Comparator.AT_LEAST, 120, "家")), ("１０户(含)以上", (Comparator.AT_LEAST, 10, "户")),
    ("不超过40周岁", (Comparator.AT_MOST, 40, "周岁")), ("少于3个", (Comparator.AT_MOST, 2, "个")),
    ("45岁以下", (Comparator.AT_MOST, 45, "岁")),
])
def test_bars_in_a_policys_words(clause: str, expected: tuple[Comparator, int, str]) -> None:
    """Number, comparator and unit are read as inclusive bars, however the number is written."""
    assert [(one.comparator, one.bar, one.unit) for one in measures(clause)] == [expected]


@pytest.mark.parametrize("clause", ["近三年未发生", "每年11月底前", "市级以上平台", "2022年", "多家单位", "四种类型"])
def test_what_is_no_bar(clause: str) -> None:
    """A number without a comparator, and a rank, set no bar."""
    assert measures(clause) == ()


def test_what_asks_without_a_number() -> None:
    """设有 asks for presence, 多项 for several; a number takes the place of both."""
    assert asks_for_presence("设有管理机构")
    assert not asks_for_presence("有工作人员2人以上")
    assert plural_unit("承担过多项项目") == "项"
    assert plural_unit("承担过5项以上项目") == ""


def test_an_unknown_field_under_a_fact_is_reported_at_its_own_line(edit: Edit) -> None:
    """Also below a mapping whose keys are free; a field that is nearly right is suggested."""
    name = "facts/sci_ei_papers.yaml"
    folder = edit(name, "unit: papers\n", "unit: papers\nmeasure: [papers]\n")
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    problem = only(folder)
    assert (problem.file, problem.line) == (name, lines.index("measure: [papers]") + 1)
    assert "did you mean 'measures'?" in problem.english


@pytest.mark.parametrize(("old", "new", "said"), [
    ("policy: [国际创新园]", "policy: [国际创新圆]", "'国际创新圆' does not stand in the policy; write its own words"),
    ("also: [创新园, 国创园", "also: [创新园, 创新园", "'创新园' stands here already or is empty; remove it"),
    ("also: [创新园, 国创园", "another: [创新园, 国创园", "'another' is not known here; remove it or mend its name"),
])
def test_a_mistake_in_the_vocabulary_is_reported_with_its_line(edit: Edit, old: str, new: str, said: str) -> None:
    """`guohe policy check` reads vocabulary.yaml, too."""
    folder = edit("vocabulary.yaml", old, new)
    lines = (folder / "vocabulary.yaml").read_text(encoding="utf-8").splitlines()
    number = next(place for place, line in enumerate(lines, 1) if new in line)
    assert list(map(str, folder_checks.check(folder))) == [f"vocabulary.yaml:{number}: {said}"]
