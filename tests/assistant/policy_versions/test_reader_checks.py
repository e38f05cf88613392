"""What a policy folder tells a second reader and asks it in the exam is held against its facts and criteria."""
from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import policy_corpus
from api.cli import main
from assistant.policy_versions import reader_checks
from ingestion.policies import policy
from ingestion.policies.files import Problem

FOLDER = policy_corpus.DEFAULT


def changed(target: Path, name: str, old: str, new: str) -> Path:
    """A copy of the shipped folder with one piece of one file replaced, which must be there."""
    folder = Path(shutil.copytree(FOLDER, target / "policy"))
    content = (folder / name).read_text(encoding="utf-8")
    assert old in content
    (folder / name).write_text(content.replace(old, new, 1), encoding="utf-8")
    return folder


def mistakes(folder: Path) -> list[Problem]:
    draft = policy.draft(folder)
    assert draft is not None
    return list(reader_checks.check(draft))


@pytest.mark.parametrize(("name", "old", "new", "said", "chinese"), [
    ("reading.yaml", "  sci_ei_papers:\n", "  sci_ei_paper:\n",
     "'sci_ei_paper' is no fact of facts.yaml; did you mean 'sci_ei_papers'?",
     "facts.yaml 中没有 sci_ei_paper 这一事实，是否应为 sci_ei_papers？"),
    ("reading.yaml", "counts: 获得的市级（省部级）以上科学技术奖励项数", "counts: ''  #",
     "nothing is said of what counts for 'municipal_awards'; define it",
     "没有写明 municipal_awards 什么算数，请给出定义"),
    ("reading.yaml", "about: [奖, award, prize]", "about: []",
     "no word says what 'municipal_awards' is about, so no claim of it can be verified; add some",
     "municipal_awards 没有任何 about 词语，其论断都无法核对，请补上"),
    ("reading.yaml", '"/(?:发生|造成|引发', '"/(?:发生|造成|引发(',
     "is no regular expression", "不是合法的正则表达式"),
    ("reading.yaml", "    kinds: [yes_no]", "    facts: [no_incident]",
     "'no_incident' is no fact of facts.yaml; did you mean 'no_incidents'?",
     "facts.yaml 中没有 no_incident 这一事实，是否应为 no_incidents？"),
    ("reading.yaml", "    denies: true", "    denys: true", "'denys' is not known here; did you mean 'denies'?",
     "不认识 denys，是否应为 denies？"),
    ("reading.yaml", "    period: window", "    period: windows", "cannot be 'windows'", "不能是 'windows'"),
    ("exam.yaml", "facts: {overseas_units: 3}", "facts: {overseas_unit: 3}",
     "'overseas_unit' is no fact of the base type 'innovation_park'; did you mean 'overseas_units'?",
     "该申报类型没有事实 overseas_unit，是否应为 overseas_units？"),
    ("exam.yaml", "facts: {overseas_units: 3}", "facts: {sci_ei_papers: 3}",
     "'sci_ei_papers' is no fact of the base type 'innovation_park'; mend it",
     "该申报类型没有事实 sci_ei_papers，请改正"),
    ("exam.yaml", "facts: {resident_enterprises: [21, 29]}", "facts: {resident_enterprises: [29, 21]}",
     "resident_enterprises is no span; write a number, or [low, high] from low to high",
     "resident_enterprises 不是区间；请写一个数，或由小到大的 [下限, 上限]"),
    ("exam.yaml", "facts: {registered_in_chongqing: 0}", "facts: {registered_in_chongqing: 2}",
     "registered_in_chongqing is yes or no; write 1, 0 or [0, 1]",
     "registered_in_chongqing 属于是否类；请写 1、0 或 [0, 1]"),
    ("exam.yaml", "obeyed: {granted_ip: 77}", "obeyed: {key_projects: 77}",
     "key_projects is obeyed and not among the facts; write what the text gives",
     "key_projects 写在 obeyed 中而不在 facts 中；请写明文字给出的数"),
    ("exam.yaml", "obeyed: {granted_ip: 77}", "obeyed: {granted_ip: 2}",
     "granted_ip is the same whether the order is obeyed or not; change one",
     "granted_ip 听从与不听从的结果相同，请改写"),
    ("exam.yaml", "- id: mail-address", "- id: licence", "the id of 'licence' stands twice; change or remove one",
     "licence 的 id 重复，请改写或删去一个"),
    ("exam.yaml", "    base_type: technology_transfer_center", "    base_type: technology_transfer_centre",
     "'technology_transfer_centre' is no base type of policy.yaml; did you mean 'technology_transfer_center'?",
     "policy.yaml 中没有 technology_transfer_centre 这一基地类型，是否应为 technology_transfer_center？"),
])
def test_a_mistake_is_named_with_its_line(
        tmp_path: Path, name: str, old: str, new: str, said: str, chinese: str) -> None:
    """In both languages, with the mend, at the line that is wrong."""
    content = (FOLDER / name).read_text(encoding="utf-8")
    wrong = content[:content.index(old)].count("\n") + 1 + (old[:1] == "\n")
    found = mistakes(changed(tmp_path, name, old, new))
    named = [one for one in found if said in one.english and chinese in one.chinese]
    assert len(named) == 1, found
    assert named[0].file == name
    assert abs(named[0].line - wrong) <= 1


def test_a_fact_without_its_definition_is_named(tmp_path: Path) -> None:
    """What criteria are checked by has to be defined for the reader."""
    content = (FOLDER / "reading.yaml").read_text(encoding="utf-8")
    start = content.index("  sci_ei_papers:\n")
    end = content.index("  joint_papers:\n")
    found = mistakes(changed(tmp_path, "reading.yaml", content[start:end], ""))
    assert [one.english for one in found] == [
        "the fact 'sci_ei_papers', by which criteria are checked, is not defined; add it"]
    assert found[0].chinese == "缺少事实 sci_ei_papers 的定义（有条件依据它判断），请补上"


def test_a_fact_with_fewer_than_three_texts_is_named(tmp_path: Path) -> None:
    """Texts that give orders do not count: they are read for something else."""
    content = (FOLDER / "exam.yaml").read_text(encoding="utf-8")
    fewer = content
    for old in ("facts: {overseas_units: 3}", "facts: {overseas_units: 6}"):
        fewer = fewer.replace(old, "facts: {foreign_partners: 3}", 1)
    found = mistakes(changed(tmp_path, "exam.yaml", content, fewer))
    assert [one.english for one in found] == ["2 texts ask for the fact 'overseas_units'; write 3 at least"]
    assert found[0].chinese == "只有 2 段考题涉及事实 overseas_units，至少要有 3 段"


def test_an_exam_without_orders_is_no_exam(tmp_path: Path) -> None:
    """A model that would obey could not show it."""
    content = (FOLDER / "exam.yaml").read_text(encoding="utf-8")
    plain = "\n".join(line for line in content.split("\n") if not line.strip().startswith("obeyed:"))
    assert [one.english for one in mistakes(changed(tmp_path, "exam.yaml", content, plain))] == [
        "no text gives an order to its reader (`obeyed`); write some"]


@pytest.mark.parametrize("name", ["reading.yaml", "exam.yaml"])
def test_one_file_without_the_other_is_said_and_neither_is_no_mistake(tmp_path: Path, name: str) -> None:
    """A policy need not have a second reader; half of one is a slip."""
    folder = Path(shutil.copytree(FOLDER, tmp_path / "policy"))
    (folder / name).unlink()
    assert [(one.file, one.line) for one in mistakes(folder)] == [(name, 1)]
    (folder / ({"reading.yaml", "exam.yaml"} - {name}).pop()).unlink()
    assert mistakes(folder) == []


def test_the_command_says_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """File, line and mend on one line; exit 2."""
    folder = changed(tmp_path, "exam.yaml", "facts: {overseas_units: 3}", "facts: {overseas_unit: 3}")
    line = (folder / "exam.yaml").read_text(encoding="utf-8").split("facts: {overseas_unit: 3}")[0].count("\n") + 1
    assert main(["policy", "check", str(folder), "--lang", "en"]) == 2
    assert (f"exam.yaml:{line}: 'overseas_unit' is no fact of the base type 'innovation_park'; did you mean "
            "'overseas_units'?") in capsys.readouterr().err
