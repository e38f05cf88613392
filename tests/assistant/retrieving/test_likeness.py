"""What is learned from a policy folder's examples: its file, its mistakes, and what it does for answers."""
from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant.answering import answering
from assistant.learning import likeness, training
from ingestion.errors import PolicyError
from ingestion.policies import policy as policies
from tests.support.places import YUNLING
from tests.support.samples import policy

TAUGHT = """\
- cites: [第三条（二）]
  questions: [前阵子车间冒烟了还有机会么, 车间冒烟了怎么办, 冒烟那次要紧不]
- cites: [第四条（二）]
  questions: [兜里得掏多少, 得掏多少才像样, 要掏多少银两]
- gap: ""
  questions: [中午管饭不, 食堂管饭么, 谁家管饭, 有没有饭]
"""


@pytest.fixture
def taught(tmp_path: Path) -> Path:
    """The invented policy with a few examples in words of their own."""
    folder = Path(shutil.copytree(YUNLING, tmp_path / "policy"))
    (folder / likeness.EXAMPLES).write_text(TAUGHT, encoding="utf-8")
    return folder


def test_what_is_shipped_was_learned_from_the_examples_that_are_shipped() -> None:
    """Whoever changes examples.yaml makes examples.npz again."""
    root = policy().root
    assert training.learned_of(root) == training.digest(training.examples(root))


def test_examples_teach_words_that_no_list_has(taught: Path) -> None:
    """A question in nobody's words finds its clause, or none, once questions like it are among the examples."""
    asked = ("车间冒烟要紧么", "得掏多少银两", "中午有没有饭")
    before = [answering.answer(one, policies.load(taught)) for one in asked]
    assert not any(one.answerable for one in before)
    learned = Path(shutil.copytree(taught, taught.parent / "learned"))
    training.write(learned)
    after = [answering.answer(one, policies.load(learned)) for one in asked]
    assert [[cited.ref for cited in one.citations] for one in after] == [["第三条（二）"], ["第四条（二）"], []]


def test_learning_twice_gives_the_same_file(taught: Path) -> None:
    """Byte for byte."""
    assert training.write(taught).read_bytes() == training.write(taught).read_bytes()


@pytest.mark.parametrize(("examples", "message"), [
    ("- cites: [第九十条]\n  questions: [甲]\n", r"examples\.yaml:1: '第九十条' does not stand in the policy"),
    ("- gap: lunch\n  questions: [甲]\n", r"examples\.yaml:1: 'lunch' is no gap of gaps\.yaml"),
    ("- questions: [甲]\n", r"examples\.yaml:1: name either `cites` or a `gap`"),
])
def test_a_mistake_in_the_examples_is_named_with_its_line(taught: Path, examples: str, message: str) -> None:
    """A clause or a gap that does not exist, and neither of both."""
    (taught / likeness.EXAMPLES).write_text(examples, encoding="utf-8")
    with pytest.raises(PolicyError, match=message):
        training.write(taught)


def test_a_broken_file_is_named(taught: Path) -> None:
    """Whatever lies there instead of what was learned."""
    (taught / likeness.FILE).write_bytes(b"no archive")
    with pytest.raises(PolicyError, match=r"examples\.npz cannot be used"):
        likeness.load(taught, {})
