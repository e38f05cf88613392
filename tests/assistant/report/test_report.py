"""The review form: what it says, and that Word and PDF say the same."""
from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from functools import cache

import docx
import pypdf
import pytest
from msgspec.structs import replace

from assistant.report import composing, particulars, pdf, render
from assistant.report.model import Report
from assistant.report.word_file import readable
from assistant.report.words import LANGUAGES, Wording
from assistant.wording.texts import load
from ingestion.domain import Evidence, Interval, Method, Outcome, Span
from tests.support import samples
from tests.support.places import ROOT


@cache
def report(language: str = "zh") -> Report:
    policy = samples.policy()
    result = samples.assessment(policy, language)
    return composing.compose(result, policy, language, particulars.read(result.documents))


@cache
def rendered(language: str, suffix: str) -> bytes:
    return render(report(language), suffix)


def word_text(content: bytes) -> str:
    """Everything a reader of the Word file sees, header and footer too."""
    file = docx.Document(io.BytesIO(content))
    section = file.sections[0]
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in file.paragraphs), *cells,
                      *(paragraph.text for paragraph in (*section.header.paragraphs, *section.footer.paragraphs))])


def pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def text_of(suffix: str, language: str = "zh") -> str:
    return squeezed((word_text if suffix == ".docx" else pdf_text)(rendered(language, suffix)))


BOTH = pytest.mark.parametrize("suffix", [".docx", ".pdf"])


# What it says ---------------------------------------------------------------------------------------------------------

@BOTH
@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_disclaimers_stand_on_every_report(suffix: str, language: str) -> None:
    """It is a pre-screening, and the policy is a draft: every report says both."""
    for line in report(language).disclaimers:
        assert squeezed(line) in text_of(suffix, language)
    assert len(report(language).disclaimers) == 2


@BOTH
def test_every_criterion_has_its_clause_requirement_and_outcome(suffix: str) -> None:
    """A row for each criterion: citation, verbatim clause, outcome."""
    text = text_of(suffix)
    for finding in samples.assessment(samples.policy()).findings:
        assert squeezed(finding.criterion.quote) in text
        assert squeezed(finding.criterion.citation) in text
    assert all(squeezed(row.word) in text for row in report().rows)


@BOTH
def test_every_piece_of_evidence_stands_whole(suffix: str) -> None:
    """The list of evidence holds each quote verbatim and whole, and its place."""
    text = text_of(suffix)
    for fact in samples.assessment(samples.policy()).facts.values():
        for piece in fact.evidence:
            assert squeezed(piece.quote) in text
            assert squeezed(piece.document) in text


@BOTH
def test_gaps_conflicts_exclusions_unread_parts_and_assumptions_are_named(suffix: str) -> None:
    """What a person must act on is on the form, each under its heading."""
    text, words = text_of(suffix), Wording("zh")
    for section in ("summary", "gaps", "judgements", "conflicts", "exclusions", "unread", "notes", "policy"):
        assert squeezed(words(f"sections.{section}")) in text
    assert "还差1篇" in text
    assert "2021-11-15" in text
    assert "第1页识别存疑" in text
    assert squeezed(report().notes[0]) in text


@BOTH
def test_policy_and_documents_are_named_with_their_hashes(suffix: str) -> None:
    """Which text was applied to which files can be checked later."""
    text, policy = text_of(suffix), samples.policy()
    for expected in (policy.id, policy.version, policy.sha256, "a" * 64, "b" * 64, "c" * 64):
        assert squeezed(expected) in text


@BOTH
def test_the_opinion_and_signatures_are_left_to_people(suffix: str) -> None:
    """No box is ticked and nothing follows the places for signatures."""
    text, words = text_of(suffix), Wording("zh")
    for choice in words.lines("opinion.choices"):
        assert squeezed(choice) in text
    assert not re.search("[☑■√☒]", text)
    assert "审查人（签字）：复核人（签字）：" in text


def test_what_is_not_known_stays_blank() -> None:
    """申报编号, 收件时间 and 审查日期 are for people; the date of the run is nowhere."""
    head = dict(report().head)
    assert head["申报编号"] == head["收件时间"] == head["审查日期"] == ""


def test_names_come_from_the_forms_of_the_application() -> None:
    """基地名称 and 依托单位 are taken from the documents' own label cells."""
    head = dict(report().head)
    assert head["基地名称"] == "膜法水处理国际联合研究中心"
    assert head["依托单位"] == "重庆澄江<膜>科学&研究院有限公司"


def test_names_that_differ_between_documents_are_left_out() -> None:
    """Two applicants in one application: the head stays blank and a person looks."""
    first = samples.documents()[0]
    other = samples.form_document("另表.docx", first.text.replace("重庆澄江", "重庆另江"))
    assert particulars.read([first, other]).applicant == ""
    assert particulars.read([first, other], "重庆丙公司").applicant == "重庆丙公司"


@pytest.mark.parametrize("value", ["____", "XX", "／", "—", "  "])
def test_blank_form_fields_name_nobody(value: str) -> None:
    """A field with underscores or a dash is empty."""
    document = samples.form_document("表.docx", f"依托单位\t{value}\n")
    assert particulars.read([document]).applicant == ""


def test_conclusions_never_claim_recognition() -> None:
    """The machine's words are a pre-screening: no text of the form says that the conditions for recognition are met."""
    for language in ("zh", "en"):
        text = (LANGUAGES / f"{language}.yaml").read_text(encoding="utf-8")
        assert "符合认定" not in text
        assert "予以认定" not in text


def test_the_table_lists_each_side_of_a_contradiction() -> None:
    """A declared total and the count of a list stand beside each other."""
    (conflict,) = report().conflicts
    assert [piece.reads for piece in conflict.quotations] == ["24篇", "逐项计数 19篇"]


def test_the_table_of_criteria_counts_what_it_does_not_show() -> None:
    """At most three quotes a row, from every document first; the rest is counted, and stands in the list."""
    row = next(row for row in report().rows if row.clause and "SCI或EI论文20篇" in row.clause)
    assert len(row.quotations) == 3
    assert {piece.place for piece in row.quotations} == {"申报书.docx", "论文<清单>.xlsx"}
    assert "17" in row.more


def test_an_excerpt_is_a_contiguous_part() -> None:
    """A long quote is shown in part, from its start to a clause's end, never with an ellipsis inside."""
    part = composing.excerpt(samples.LONG_QUOTE, 60)
    assert samples.LONG_QUOTE.startswith(part)
    assert part.endswith("，")
    assert len(part) <= 60
    assert composing.excerpt("短", 60) == "短"


def test_english_reports_keep_quotations_as_they_are() -> None:
    """Labels are English, quotations and clauses stay Chinese."""
    text = text_of(".docx", "en")
    assert "Article8(2)" in text
    assert "在所申报领域近三年发表SCI或EI论文20篇（含）以上" in text
    assert dict(report("en").head)["Base type"] == "International Joint Research Center"


def test_both_languages_have_the_same_texts() -> None:
    """A text missing in one language is found here, not by a user."""
    def paths(texts: dict[str, object], lead: str = "") -> set[str]:
        return {path for key, value in texts.items() for path in
                (paths(value, f"{lead}{key}.") if isinstance(value, dict) else {f"{lead}{key}"})}

    chinese, english = (load(LANGUAGES / f"{language}.yaml") for language in ("zh", "en"))
    assert paths(chinese) == paths(english)


# How it is written ----------------------------------------------------------------------------------------------------

@BOTH
def test_the_same_report_is_the_same_bytes(suffix: str) -> None:
    """No time, no random order: rendered again, in another process, time zone and hash seed, the file is equal."""
    code = ("import sys; from tests.assistant.report import test_report as t; "
            f"sys.stdout.buffer.write(t.rendered('zh', '{suffix}'))")
    again = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT,
        env={"PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})
    assert again.stdout == rendered("zh", suffix)


HOSTILE = ("<b>&amp;</b>", "\x00\x07\x1b[31m", "]]>", "{{ 7 * 7 }}", "\ud800", "\u202e倒置",
           "<script>alert(1)</script>", "<img src=file:///etc/passwd>")


@BOTH
def test_names_and_quotes_from_documents_are_only_text(suffix: str) -> None:
    """Markup, control characters and template marks in a document's name or words do nothing but stand there."""
    policy = samples.policy()
    result = samples.assessment(policy)
    three = Interval(3, 3)
    evil = tuple(Evidence(f"恶{text}.docx", None, Span(0, len(text)), f"专职{text}人员", Method.DECLARED, three)
                 for text in HOSTILE)
    fact = replace(result.facts["dedicated_officers"], evidence=evil)
    content = render(composing.compose(replace(result, facts={**result.facts, fact.key: fact}), policy), suffix)
    text = squeezed((word_text if suffix == ".docx" else pdf_text)(content))
    for hostile in HOSTILE:
        if hostile.isprintable():
            assert squeezed(f"专职{hostile}人员") in text
    assert "root:" not in text


def test_characters_that_xml_cannot_hold_are_shown_as_replaced() -> None:
    """Nothing is dropped without a trace."""
    assert readable("a\x00b\ud800c\td") == "a\ufffdb\ufffdc\u2003d"


def test_word_tables_repeat_their_header_and_keep_rows_whole() -> None:
    """Landscape A4; header rows repeat on each page; no row is cut by a page."""
    with zipfile.ZipFile(io.BytesIO(rendered("zh", ".docx"))) as package:
        xml = package.read("word/document.xml").decode()
    assert 'w:orient="landscape"' in xml
    assert xml.count("<w:tblHeader/>") >= 3
    assert xml.count("<w:cantSplit/>") > len(report().rows)


def test_word_packages_hold_no_time() -> None:
    """Neither the zip nor the properties say when the report was made."""
    with zipfile.ZipFile(io.BytesIO(rendered("zh", ".docx"))) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "2000-01-01T00:00:00Z" in package.read("docProps/core.xml").decode()


def test_pdf_pages_are_landscape_and_numbered() -> None:
    """Landscape A4, the policy's version at the top and the page's number at the foot of each page."""
    pages = pypdf.PdfReader(io.BytesIO(rendered("zh", ".pdf"))).pages
    for number, page in enumerate(pages, 1):
        assert page.mediabox.width > page.mediabox.height
        text = squeezed(page.extract_text())
        assert f"第{number}页，共{len(pages)}页" in text
        assert samples.policy().version in text
        assert "预审提示·征求意见稿" in text


def test_pdf_metadata_holds_no_time() -> None:
    """No creation date and no random identifier."""
    reader = pypdf.PdfReader(io.BytesIO(rendered("zh", ".pdf")))
    assert "/CreationDate" not in (reader.metadata or {})
    assert "/ID" not in reader.trailer


def test_the_pdf_is_laid_out_without_fetching_anything() -> None:
    """An address in a document is never opened."""
    with pytest.raises(ValueError, match="not fetched"):
        pdf._refuse("file:///etc/passwd")


def test_outcomes_are_told_apart_without_colour() -> None:
    """Each outcome has a mark of its own."""
    words = Wording("zh")
    assert len({words(f"mark.{outcome.value}") for outcome in Outcome}) == len(Outcome)
