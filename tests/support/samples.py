"""An assessment made by hand, with one of everything that a report must show. No extractor takes part."""
from __future__ import annotations

from datetime import date
from functools import cache

from ingestion.domain import (
    Assessment,
    BlockKind,
    Document,
    Evidence,
    Exclusion,
    Fact,
    Finding,
    Interval,
    Method,
    Notice,
    Outcome,
    Overall,
    Page,
    Span,
)
from ingestion.parsing.builder import CELL_BREAK, DocumentBuilder
from ingestion.policies import policy as policies
from ingestion.policies.policy import Policy

BASE_TYPE = "joint_research_center"
FORM_TEXT = (
    "基地名称\t膜法水处理国际联合研究中心\n依托单位\t重庆澄江<膜>科学&研究院有限公司\n"
    "近三年，研究院在膜法水处理领域发表SCI或EI论文24篇，其中中外联合发表6篇，明细见论文清单。\n"
    "研究院设立国际科技合作部，专职开展国际科技合作，现有专职管理人员3名，另有兼职联络员2名。\n"
    "到2028年，力争发表SCI或EI论文60篇。\n")
LIST_TEXT = "".join(f"{number}\tPaper {number} on membranes\tSCI\t2023-0{1 + number % 9}-11\n"
                    for number in range(1, 22))
LONG_QUOTE = "本单位与海外机构长期合作，" * 20 + "特此说明。"


@cache
def policy() -> Policy:
    """The policy that is shipped."""
    return policies.load()


def form_document(name: str, text: str) -> Document:
    """A Word file whose lines with a tab are rows of one table each, the others paragraphs."""
    builder = DocumentBuilder(name, "a" * 64, "docx")
    for line in text.splitlines():
        if CELL_BREAK in line:
            builder.table([[(cell, place, 1, 1) for place, cell in enumerate(line.split(CELL_BREAK))]])
        else:
            builder.text_block(BlockKind.PARAGRAPH, line)
    return builder.build()


def piece(document: Document, quote: str, method: Method = Method.DECLARED, reads: Interval | None = None) -> Evidence:
    start = document.text.index(quote)
    return Evidence(document.name, document.page_at(start), Span(start, start + len(quote)), quote, method, reads)


def left_out(document: Document, quote: str, reason: str, detail: str = "") -> Exclusion:
    start = document.text.index(quote)
    return Exclusion(document.name, document.page_at(start), Span(start, start + len(quote)), quote, reason, detail)


def documents() -> tuple[Document, ...]:
    pledge = f"近三年未出现科研诚信问题。\n{LONG_QUOTE}\n"
    return (
        form_document("申报书.docx", FORM_TEXT),
        Document("论文<清单>.xlsx", "b" * 64, "xlsx", LIST_TEXT),
        Document("承诺书.pdf", "c" * 64, "pdf", pledge, pages=(Page(1, Span(0, len(pledge))),),
                 notices=(Notice("low_score", "第1页识别存疑，请核对原件", "page 1 was read with doubt", 1),)),
    )


def assessment(policy: Policy, language: str = "zh") -> Assessment:
    form, papers, pledge = read = documents()
    declared = piece(form, "近三年，研究院在膜法水处理领域发表SCI或EI论文24篇", reads=Interval(24, 24))
    rows = tuple(piece(papers, line, Method.LISTED) for line in LIST_TEXT.splitlines()[:19])
    excluded = (left_out(papers, LIST_TEXT.splitlines()[19], "outside_window", "2021-11-15"),
                left_out(form, "到2028年，力争发表SCI或EI论文60篇", "planned"))
    facts = {fact.key: fact for fact in (
        Fact("dedicated_office", Interval(1, 1), "yes/no", False,
             (piece(form, "设立国际科技合作部", reads=Interval(1, 1)),)),
        Fact("dedicated_officers", Interval(3, 3), "persons", False,
             (piece(form, "现有专职管理人员3名", reads=Interval(3, 3)),)),
        Fact("no_integrity_issues", Interval(1, 1), "yes/no", False,
             (piece(pledge, "近三年未出现科研诚信问题。", reads=Interval(1, 1)), piece(pledge, LONG_QUOTE))),
        Fact("sci_ei_papers", Interval(19, 24), "papers", True, (declared, *rows), excluded),
        Fact("joint_papers", Interval(6, 6), "papers", False, (piece(form, "中外联合发表6篇", reads=Interval(6, 6)),)),
        Fact("granted_ip", Interval(0, 0), "items", False, ()),
    )}
    outcomes = {"5.2.office": Outcome.MET, "5.2.officers": Outcome.MET, "5.3.integrity": Outcome.MET,
                "8.2.papers": Outcome.INSUFFICIENT, "8.2.joint_papers": Outcome.MET, "8.3.ip_or_award": Outcome.NOT_MET}
    findings = []
    for criterion in policy.criteria_for(BASE_TYPE):
        outcome = outcomes.get(criterion.id) or (
            Outcome.INSUFFICIENT if criterion.facts else Outcome.JUDGEMENT)
        evidence = tuple(one for key in criterion.facts if key in facts for one in facts[key].evidence)
        gap = {Outcome.MET: "", Outcome.JUDGEMENT: "请人工判断"}.get(outcome, f"{criterion.label}：请补交材料")
        if criterion.id == "8.2.papers":
            gap = "申报书.docx 申明24篇，论文清单列19篇；如以清单为准，还差1篇"
        findings.append(Finding(criterion, outcome, f"{criterion.label}（{outcome.value}）", gap, evidence))
    application_date = date(2025, 6, 30)
    note = "the window is one reading" if language == "en" else "“近三年”按申报年之前第三年的1月1日至申报日计算"
    return Assessment(
        policy.id, policy.version, policy.sha256, policy.window_on(application_date), BASE_TYPE, application_date, read,
        facts, {"sci_ei_papers": excluded}, tuple(findings), Overall.FAILS, (note,))
