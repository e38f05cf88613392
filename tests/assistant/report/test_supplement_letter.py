"""The supplement letter asks its applicant for what its applicant can mend, and says each thing once."""
from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from msgspec.structs import replace

from api.service import clock
from assistant.report import letter, letter_file
from assistant.report.composing import unread
from ingestion import language, parsing
from ingestion.domain import Document, Notice, Outcome
from tests.support import samples


def noticed(code: str, **values: object) -> Notice:
    words = language.load("notices")["notices"][code]
    return Notice(code, words["zh"].format(**values), words["en"].format(**values), 1)


SCAN = Document("承诺书.pdf", "b" * 64, "pdf", "", notices=(
    noticed("ocr_used", pages=1), noticed("page_no_text", pages=1), noticed("frames_not_read", count=3, limit=1)))


def test_what_only_reviewers_look_at_again_is_not_asked_for() -> None:
    """A page that was recognised is theirs to check; a page without text is the applicant's to mend."""
    made = replace(samples.assessment(samples.policy()), documents=(SCAN,))
    text = letter.draft(made, samples.policy(), "海棠研究院")
    assert "图像识别得到" not in text
    assert "承诺书.pdf：第 1 页没有识别出文字；如有内容，请上传更清晰的扫描件" in text


def test_a_contradiction_is_said_once() -> None:
    """With the criterion that it leaves open; by itself where its criterion says something else."""
    made = samples.assessment(samples.policy())
    open_ = {key for one in made.findings if one.outcome is Outcome.INSUFFICIENT for key in one.criterion.facts}
    torn = {key: replace(fact, conflict=True) for key, fact in made.facts.items()}
    text = letter.draft(replace(made, facts=torn), samples.policy(), "海棠研究院")
    labels = {key: samples.policy().facts.facts[key].label for key in torn}
    said = {key for key, label in labels.items() if f"{label}的数字前后不一致" in text}
    assert said == set(torn) - open_
    assert said
    assert open_ & set(torn)


def test_a_page_is_said_once() -> None:
    """In the notice's own words, else before it."""
    assert [one.place for one in unread((SCAN,))] == ["承诺书.pdf", "承诺书.pdf", "承诺书.pdf第1页"]


FRAME = letter.Frame("关于补正国际联合研究中心申报材料的通知", "重庆市科学技术局", "渝科基补〔2026〕12号",
                     "李工，023-67510000", date(2026, 12, 15), 10, date(2026, 12, 1))


def test_each_point_has_its_clause_and_its_place() -> None:
    """Word for word from the policy; where in the documents it was looked for, what was not counted and why."""
    text = letter.draft(samples.assessment(samples.policy()), samples.policy(), "海棠研究院")
    assert "《重庆市国际科技合作基地管理办法（试行）》（征求意见稿）" in text
    papers = text[text.index("近三年SCI或EI论文（材料不足）"):].split("\n")
    assert papers[1].startswith("   依据：第八条（二）：“在所申报领域近三年发表SCI或EI论文20篇（含）以上”")
    assert papers[2] == "   材料所在：申报书.docx、论文<清单>.xlsx"
    assert papers[3].startswith("   已见但未计入：")
    assert "计划、拟议、申请或在审，未实现" in papers[3]
    numbers = [line.partition(".")[0] for line in text.split("\n") if line[:1].isdigit()]
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("status", ["征求意见稿", "现行有效"])
def test_the_policys_status_is_the_policys(status: str) -> None:
    """A letter under a policy in force does not say that it rests on a draft."""
    policy = replace(samples.policy(), status=status)
    text = letter.draft(samples.assessment(policy), policy, "海棠研究院")
    assert f"（{status}）" in text
    assert ("征求意见稿" in text) is (status == "征求意见稿")


def test_the_frame_makes_an_official_document() -> None:
    """Issuer, number, title, recipient, points, last day, contact, issuer and date, in this order; a letter of before
    frames is its text."""
    lines = letter.compose("海棠研究院：\n\n下列事项需要补正：\n1. 论文。\n   依据：第八条。", FRAME)
    assert [one.part.value for one in lines] == ["issuer", "reference", "title", "recipient", "body", "body", "detail",
                                                 "body", "body", "signed", "dated"]
    assert "10个工作日内，即2026年12月15日" in lines[7].text
    assert lines[8].text == "联系方式：李工，023-67510000"
    assert lines[-1].text == "2026年12月1日"
    assert letter.plain("甲：\n\n  正文", letter.Frame()) == "甲：\n\n  正文"


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_the_file_is_portrait_and_says_what_the_letter_says(kind: str) -> None:
    """On A4; what was not sent says so on its pages, what was sent does not; the same letter is the same bytes."""
    text = letter.draft(samples.assessment(samples.policy()), samples.policy(), "海棠研究院")
    made = letter_file.render(text, FRAME, kind)
    assert made == letter_file.render(text, FRAME, kind)
    document = parsing.read(made, f"通知.{kind}")
    flat = document.text.replace("\n", "").replace(" ", "")
    for one in letter.compose(text, FRAME):
        assert one.text.replace(" ", "")[:40] in flat, one
    draft = letter_file.render(text, FRAME, kind, sent=False)
    if kind == "pdf":
        page = document.pages[0]
        assert (round(page.width), round(page.height)) == (595, 842)
        assert "草稿，未发出" in parsing.read(draft, "稿.pdf").text
        assert "草稿" not in document.text
        return
    heads = [zipfile.ZipFile(io.BytesIO(one)).read("word/header1.xml").decode() for one in (made, draft)]
    assert ["草稿，未发出" in one for one in heads] == [False, True]
    body = zipfile.ZipFile(io.BytesIO(made)).read("word/document.xml").decode()
    assert 'w:orient="landscape"' not in body


@pytest.mark.parametrize(("day", "count", "last"), [
    (date(2026, 12, 1), 10, date(2026, 12, 15)),
    (date(2025, 9, 26), 5, date(2025, 10, 10)),    # 28 September is made up for; the holidays end on 8 October
    (date(2026, 2, 12), 3, date(2026, 2, 24)),     # 14 February is worked, the Spring Festival is not
    (date(2026, 12, 30), 3, date(2027, 1, 5)),     # over the end of a year
])
def test_working_days_are_chinas(day: date, count: int, last: date) -> None:
    """Counted from the next day; public holidays are none, days that are made up for are some."""
    assert clock.working_days_after(day, count) == last


def test_a_year_that_was_not_announced_is_known_as_such() -> None:
    """Nobody knows yet which of its days are moved."""
    assert (clock.announced(2026), clock.announced(2033)) == (True, False)
