"""Whole applications from the grammar: statements of several facts, sentences that say nothing, plans, in one document.

`sample(seed)` is the same for the same seed. What is to be read is known from what was drawn.
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from tests.ingestion.facts.generated.lists import LISTS, TABLES
from tests.ingestion.facts.generated.parts import PARTS
from tests.ingestion.facts.generated.prose import SPECIAL, WRITERS, Writer, distractor
from tests.ingestion.facts.generated.words import DAYS, Bounds, Statement, Words
from tests.support.chinese_numbers import chinese

TITLES = ("基本情况", "工作基础", "科研工作", "合作情况", "支撑条件", "队伍与管理", "其他情况", "有关说明")
PLAN_TITLES = ("建设目标", "下一步工作计划", "预期成果", "考核指标", "未来三年规划")
PLANS = ("发表SCI或EI论文{n}篇，其中中外联合发表{few}篇。", "引进海外研发机构{few}家，入驻高新技术企业{n}家。",
         "与{n}家境外机构建立长期稳定合作关系。",
         "用于国际科技合作的经费支出{n}00万元。", "获授权发明专利{n}件，获市级以上科技奖励{few}项。",
         "承担市级以上科研项目{n}项，实现国际技术转移{few}项。")


@dataclass(frozen=True)
class Sample:
    """An application: headed sections of statements, and the day it is made."""

    day: date
    sections: tuple[tuple[str, tuple[Statement, ...]], ...]

    @property
    def statements(self) -> list[Statement]:
        return [one for _, group in self.sections for one in group]

    @property
    def gold(self) -> dict[str, Bounds]:
        return {key: bounds for one in self.statements for key, bounds in one.gold.items()}

    @property
    def text(self) -> str:
        lines = ["国际科技合作基地申报书"]
        for number, (title, group) in enumerate(self.sections, 1):
            lines += [f"{chinese(number)}、{title}", *(one.text for one in group)]
        return "\n".join(lines) + "\n"

    def with_statement(self, more: Statement) -> Sample:
        """With one more section at the end."""
        return replace(self, sections=(*self.sections, ("补充说明", (more,))))


def tabled(key: str) -> Writer:
    """A table of the fact, its columns in any order, with or without a column of numbers."""
    def write(words: Words) -> Statement:
        rows = TABLES[key](words)
        if words.chance(0.4):
            rows = rows.numbered(words)
        if words.chance(0.4):
            rows = rows.swapped(words)
        return rows.statement()
    return write


ALL: dict[str, tuple[Writer, ...]] = {
    key: (*writers, *([tabled(key)] if key in TABLES else [])) for key, writers in WRITERS.items()}


def sample(seed: int) -> Sample:
    """Two to six statements of different facts, sentences without a fact between them, and sometimes a plan."""
    words = Words(seed, DAYS[seed % len(DAYS)])
    chosen: list[Statement] = []
    taken: set[str] = set()
    if words.chance(0.7):
        chosen.append(words.one([*SPECIAL, *PARTS, *LISTS])(words))
        taken |= chosen[0].gold.keys() | {"joint_papers", "sci_ei_papers"}
    keys = [key for key in ALL if key not in taken]
    chosen += [words.one(ALL[key])(words) for key in words.random.sample(keys, words.random.randint(2, 5))]
    chosen += [distractor(words) for _ in range(words.random.randint(1, 4))]
    words.random.shuffle(chosen)
    chosen.sort(key=lambda one: len(one.lines) > 1)  # a list stands at the end
    titles = words.random.sample(TITLES, 3)
    cuts = sorted(words.random.choices(range(len(chosen) + 1), k=2))
    groups = [chosen[:cuts[0]], chosen[cuts[0]:cuts[1]], chosen[cuts[1]:]]
    sections = [(title, tuple(group)) for title, group in zip(titles, groups, strict=True) if group]
    if words.chance(0.4):
        sections.append((words.one(PLAN_TITLES), (plan(words),)))
    return Sample(words.day, tuple(sections))


def plan(words: Words) -> Statement:
    """Figures below a heading of plans never count."""
    chosen = words.random.sample(PLANS, 2)
    return Statement(tuple(one.format(n=words.random.randint(10, 90),
                                      few=words.random.randint(2, 9)) for one in chosen))


def as_docx(one: Sample) -> bytes:
    """The same application as a Word file: headings by style, tables as tables."""
    from tests.support import word_samples as word

    body = [word.paragraph("国际科技合作基地申报书")]
    for number, (title, group) in enumerate(one.sections, 1):
        body.append(word.paragraph(f"{chinese(number)}、{title}", style="1"))
        for statement in group:
            body += [word.paragraph(line) for line in statement.lines]
            if statement.table:
                body.append(word.table(statement.table))
    return word.package("".join(body))


def as_pdf(one: Sample) -> bytes:
    """The same application as a pdf with ruled tables."""
    from reportlab.platypus import Paragraph, Spacer

    from tests.support import pdf_samples as pdf

    story = [Paragraph("国际科技合作基地申报书", pdf.HEADING)]
    for number, (title, group) in enumerate(one.sections, 1):
        story.append(Paragraph(f"{chinese(number)}、{title}", pdf.HEADING))
        for statement in group:
            story += [Paragraph(line.replace("&", "&amp;"), pdf.BODY) for line in statement.lines]
            if statement.table:
                width = 450 / len(statement.table[0])
                story += [pdf.table(statement.table, [width] * len(statement.table[0])), Spacer(1, 8)]
    return pdf.flowed(story)
