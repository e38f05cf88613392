"""The supplement letter asks its applicant for what its applicant can mend, and says each thing once."""
from __future__ import annotations

from msgspec.structs import replace

from assistant.report import letter
from assistant.report.composing import unread
from ingestion import language
from ingestion.domain import Document, Notice, Outcome
from tests import samples


def noticed(code: str, **values: object) -> Notice:
    words = language.load("notices")["notices"][code]
    return Notice(code, words["zh"].format(**values), words["en"].format(**values), 1)


SCAN = Document("承诺书.pdf", "b" * 64, "pdf", "", notices=(
    noticed("ocr_used", pages=1), noticed("page_no_text", pages=1), noticed("frames_not_read", count=3, limit=1)))


def test_what_only_reviewers_look_at_again_is_not_asked_for() -> None:
    """A page that was recognised is theirs to check; a page without text is the applicant's to mend."""
    made = replace(samples.assessment(samples.policy()), documents=(SCAN,))
    text = letter.draft(made, samples.policy(), "海棠研究院", None)
    assert "图像识别得到" not in text
    assert "承诺书.pdf：第 1 页没有识别出文字；如有内容，请上传更清晰的扫描件" in text


def test_a_contradiction_is_said_once() -> None:
    """With the criterion that it leaves open; by itself where its criterion says something else."""
    made = samples.assessment(samples.policy())
    open_ = {key for one in made.findings if one.outcome is Outcome.INSUFFICIENT for key in one.criterion.facts}
    torn = {key: replace(fact, conflict=True) for key, fact in made.facts.items()}
    text = letter.draft(replace(made, facts=torn), samples.policy(), "海棠研究院", None)
    labels = {key: samples.policy().facts.facts[key].label for key in torn}
    said = {key for key, label in labels.items() if f"{label}的数字前后不一致" in text}
    assert said == set(torn) - open_
    assert said
    assert open_ & set(torn)


def test_a_page_is_said_once() -> None:
    """In the notice's own words, else before it."""
    assert [one.place for one in unread((SCAN,))] == ["承诺书.pdf", "承诺书.pdf", "承诺书.pdf第1页"]
