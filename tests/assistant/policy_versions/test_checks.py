"""What a policy folder says about questions is held against its text: topics, points, gaps, vocabulary, examples."""
from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import policy_corpus
from api.cli import main
from api.service.policies import folders
from assistant.learning import likeness, training
from assistant.policy_versions import folder_checks
from assistant.questions import topics
from ingestion.errors import PolicyError
from ingestion.policies import policy
from tests.support import policy_samples
from tests.support.places import ROOT, YUNLING

Edit = Callable[[str, str, str], Path]


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """Copies the policy and replaces one piece of one file, which must be there."""
    def change(name: str, old: str, new: str) -> Path:
        folder = Path(shutil.copytree(policy_corpus.DEFAULT, tmp_path / "policy"))
        content = (folder / name).read_text(encoding="utf-8")
        assert old in content
        (folder / name).write_text(content.replace(old, new, 1), encoding="utf-8")
        return folder
    return change


@pytest.mark.parametrize("path", sorted(
    (one for folder in ("policy_corpus", "assistant", "ingestion", "api") for one in (ROOT / folder).rglob("*.yaml")),
    key=str), ids=lambda one: f"{one.parent.name}/{one.name}")
def test_every_yaml_reader_reads_the_same(path: Path) -> None:
    """Nothing that is shipped can be read by one YAML reader only."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = path.read_text(encoding="utf-8")
    assert yaml.load(text, Loader=yaml.SafeLoader) == yaml.load(text, Loader=loader)  # noqa: S506 - safe loaders


@pytest.mark.parametrize("path", sorted(
    (one for folder in ("policy_corpus", "assistant", "ingestion", "api", "prompts")
     for one in (ROOT / folder).rglob("*.yaml")), key=str), ids=lambda one: f"{one.parent.name}/{one.name}")
def test_no_key_stands_twice(path: Path) -> None:
    """YAML readers keep the last of two entries with one name, without a word."""
    twice: list[str] = []

    def look(node: yaml.Node) -> None:
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            twice.extend(f"{path.name}:{node.start_mark.line + 1} {key}" for key in {*keys} if keys.count(key) > 1)
            for _, value in node.value:
                look(value)
        elif isinstance(node, yaml.SequenceNode):
            for value in node.value:
                look(value)

    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    assert root is not None
    look(root)
    assert twice == []


def test_the_shipped_folder_has_no_mistake() -> None:
    """In none of its files."""
    assert folder_checks.check(policy_corpus.DEFAULT) == []


@pytest.mark.parametrize(("name", "old", "new", "said", "chinese"), [
    ("topics.yaml", "clauses: {第六条: 1}", "clauses: {第九十条: 1}",
     "'第九十条' does not stand in the policy; name a clause that is, or remove it",
     "政策中没有 第九十条，请改为原文中有的条款，或者删去"),
    ("topics.yaml", "type: joint_research_center\n", "type: joint_research_centre\n",
     "'joint_research_centre' is no base type of policy.yaml; did you mean 'joint_research_center'?",
     "policy.yaml 中没有 joint_research_centre 这一基地类型，是否应为 joint_research_center？"),
    ("points.yaml", "cites: [第二条], verdict", "cites: [第2条], verdict",
     "'第2条' does not stand in the policy; write 第二条", "政策中没有 第2条，请写作 第二条"),
    ("points.yaml", "asks: [yes_no, confirm], matches", "asks: [yes_or_no, confirm], matches",
     "'yes_or_no' is no kind of question; did you mean 'yes_no'?", "没有 yes_or_no 这种问法，是否应为 yes_no？"),
    ("points.yaml", 'verdict: "no"', 'verdict: "never"', "'never' is no verdict; mend it", "答案不能是 never，请改正"),
    ("points.yaml", "when: [recognised_by]", "when: [recognised_bye]",
     "'recognised_bye' is no subject of topics.yaml; did you mean 'recognised_by'?",
     "topics.yaml 中没有 recognised_bye 这一主题，是否应为 recognised_by？"),
    ("points.yaml", "matches: '/子公司|", "matches: '/子公司(|",
     "'/子公司(|subsidiar/' is no regular expression (missing ), unterminated subpattern); mend it",
     "/子公司(|subsidiar/ 不是合法的正则表达式（missing ), unterminated subpattern），请改正"),
    ("gaps.yaml", "unless: [grounds]", "unless: [groundz]",
     "'groundz' is no subject of topics.yaml; did you mean 'grounds'?",
     "topics.yaml 中没有 groundz 这一主题，是否应为 grounds？"),
    ("gaps.yaml", "几份(?!文件|规划|政策|协议|合同)/", "几份(?!文件|规划;政策|协议|合同)/",
     ("'/(?<!协议)(?<!需要)几份(?!文件|规划' is no whole pattern; end it with a slash, and write \\x3b for a semicolon "
      "in it"), "/(?<!协议)(?<!需要)几份(?!文件|规划 不是完整的模式，请以斜杠结尾；其中的分号写作 \\x3b"),
    ("points.yaml", "{id: classified,", "{id: other_managers,", "the id 'other_managers' stands twice; rename one",
     "编号 other_managers 重复，请改名"),
    ("examples.yaml", "cites: [第一条]", "cites: [第九十条]",
     "'第九十条' does not stand in the policy; name a clause that is, or remove it",
     "政策中没有 第九十条，请改为原文中有的条款，或者删去"),
    ("examples.yaml", "gap: contact", "gap: contacts", "'contacts' is no gap of gaps.yaml; mend it",
     "gaps.yaml 中没有 contacts，请改正"),
    ("examples.yaml", "questions:\n    - \"办法是照着", "question:\n    - \"办法是照着",
     "'question' is not known here; did you mean 'questions'?", "不认识 question，是否应为 questions？"),
    ("examples.yaml", "制定依据了哪些上位文件", "上位文件有哪些", "'上位文件有哪些' stands twice; remove one",
     "“上位文件有哪些”出现两次，请删去一个"),
])
def test_a_mistake_about_questions_is_named_with_its_line(
        edit: Edit, name: str, old: str, new: str, said: str, chinese: str) -> None:
    """In both languages, with the mend; it is the only one that is told."""
    content = (policy_corpus.DEFAULT / name).read_text(encoding="utf-8")
    lines = content.replace(old, new, 1).splitlines()
    changed = next(place for place, (one, other) in enumerate(zip(content.splitlines(), lines, strict=True), 1)
                   if one != other)
    problems = folder_checks.check(edit(name, old, new))
    assert [(one.file, one.english, one.chinese) for one in problems] == [(name, said, chinese)]
    assert abs(problems[0].line - changed) <= 1


def test_sentences_are_read_again_where_what_they_rest_on_changed(edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are most of a check; an edit of questions or criteria leaves what they give as it was."""
    read: list[object] = []
    monkeypatch.setattr(folder_checks.fact_sentences, "check", lambda policy: read.append(policy) or [])
    folder_checks._sentences.cache_clear()
    folder = edit("points.yaml", "id: classified", "id: classified ")
    for name, times in (("points.yaml", 1), ("gaps.yaml", 1), ("criteria.yaml", 1), ("policy.yaml", 2)):
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write("# nothing\n")
        folder_checks.check(folder)
        assert len(read) == times, name
    folder_checks._sentences.cache_clear()


def test_every_mistake_is_named_at_once(edit: Edit) -> None:
    """Not the first one only, and whatever is wrong elsewhere; loading names the first."""
    folder = edit("points.yaml", 'verdict: "no"', 'verdict: "never"')
    for name, old, new in (("gaps.yaml", "near: [第十条]", "near: [第八十条]"),
                           ("policy.yaml", "[第六条]", "[第七十条]"),
                           ("vocabulary.yaml", "policy: [国际创新园]", "policy: [国际创新圆]")):
        content = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(content.replace(old, new, 1), encoding="utf-8")
    files = {one.file for one in folder_checks.check(folder)}
    assert {"policy.yaml", "points.yaml", "gaps.yaml", "vocabulary.yaml"} <= files
    assert {"topics.yaml", "examples.yaml"}.isdisjoint(files)
    sound = policy.load(policy_corpus.DEFAULT)
    (folder / "policy.yaml").write_bytes((policy_corpus.DEFAULT / "policy.yaml").read_bytes())
    with pytest.raises(PolicyError, match=r"points\.yaml:\d+: 'never' is no verdict"):
        topics.load(policy.load(folder))
    assert topics.check(sound) == []


def test_a_text_with_other_numbers_names_every_place_that_has_the_old_ones(tmp_path: Path) -> None:
    """An article put in before the last one: what names the last by its old number says so, in every file."""
    words = policy_samples.TEXT.replace("第十八条", "第十九条")
    with folders.written(folders.with_text(policy_samples.FILES, words.encode(), "2.0.0")) as folder:
        problems = folder_checks.check(folder)
    assert {one.file for one in problems} == {"topics.yaml", "points.yaml", "gaps.yaml", "examples.yaml"}
    assert all("'第十八条' does not stand in the policy" in one.english for one in problems)
    lines = policy_samples.FILES["examples.yaml"].decode().splitlines()
    named = [one.line for one in problems if one.file == "examples.yaml"]
    assert named == [place for place, line in enumerate(lines, 1) if line.startswith("- cites:") and "第十八条" in line]


def test_what_was_learned_of_other_examples_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also where nothing was learned; the command that learns is the mend."""
    folder = Path(shutil.copytree(YUNLING, tmp_path / "policy"))
    assert folder_checks.check(folder) == []
    (folder / likeness.EXAMPLES).write_text('- gap: ""\n  questions: [中午管饭不, 谁家管饭]\n', encoding="utf-8")
    for spoiled in (None, b"no archive"):
        if spoiled is not None:
            (folder / likeness.FILE).write_bytes(spoiled)
        assert main(["policy", "check", str(folder), "--lang", "en"]) == 2
        assert capsys.readouterr().err == ("examples.npz:1: was not learned from these examples; make it again: "
                                           "python -m assistant.learning.training DIR\n")
    training.write(folder)
    assert folder_checks.check(folder) == []
