"""The supplement letter asks its applicant for what its applicant can mend, and says each thing once."""
from __future__ import annotations

from dataclasses import replace

from assistant.report import letter
from assistant.report.composing import unread
from ingestion import language
from ingestion.domain import Document, Notice
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


def test_a_page_is_said_once() -> None:
    """In the notice's own words, else before it."""
    assert [one.place for one in unread((SCAN,))] == ["承诺书.pdf", "承诺书.pdf", "承诺书.pdf第1页"]
