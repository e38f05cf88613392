"""Every figure is accounted for, what could not be decided widens the interval, and plain statements outweigh what was
only inferred."""
from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ingestion import facts
from ingestion.domain import Block, BlockKind, Document, Extraction, Interval, Span, Unexplained
from ingestion.facts import extraction as reader
from ingestion.facts.claims.reconcile import _widened
from ingestion.facts.prose.analysed import Analysis
from ingestion.facts.prose.phrases import says_any, untitled
from ingestion.facts.schema import FactSpec
from ingestion.parsing import text as texts
from ingestion.policies import policy
from tests.support.sentences import LINES

POLICY = policy.load()
BOOK = POLICY.facts
DAY = date(2025, 6, 15)
COUNTED_ELSEWHERE = ("time", "percent", "countries", "visits", "area", "equipment", "")
MOST_SILENT = 0.007   # of the figures that name the fact's things: rests that stand for their total, cells of tables


def read(written: str) -> Extraction:
    return facts.extract_text(written, POLICY, DAY)


def interval(written: str, key: str) -> tuple[int, int | None, bool]:
    fact = read(written).facts[key]
    return fact.interval.low, fact.interval.high, fact.conflict


def speaks_of(spec: FactSpec, own: str, clause: str) -> bool:
    """Whether a figure's phrase names the fact's things, and something that the fact needs is said of it."""
    if not BOOK.pattern(spec.heads).search(untitled(own)):
        return False
    return len(spec.needs) < 2 or any(says_any(BOOK, need.words, own + clause) for need in spec.needs)


def test_no_figure_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """A figure in a unit that could count a fact, with the fact's words, stands in one of the fact's lists."""
    analyses: list[Analysis] = []
    analyse = reader.analyse

    def kept(*given: Any) -> Analysis:
        analyses.append(analyse(*given))
        return analyses[-1]

    monkeypatch.setattr(reader, "analyse", kept)
    silent, figures = [], 0
    for line in LINES[::3]:
        analyses.clear()
        got = facts.extract_text(line["text"], POLICY, date.fromisoformat(line["application_date"]))
        for analysis in (one for one in analyses if not one.sentence.row):
            for figure in analysis.figures:
                place = analysis.sentence.span.start + figure.quantity.span.start
                clause = analysis.clause_text(figure.clause)
                for key, spec in BOOK.facts.items():
                    measure = figure.quantity.measure
                    if measure in COUNTED_ELSEWHERE or measure not in spec.measures or spec.kind == "yes_no":
                        continue
                    if not speaks_of(spec, figure.own, clause):
                        continue
                    figures += 1
                    told = [*(got.facts[key].evidence if key in got.facts else ()), *got.exclusions.get(key, ()),
                            *got.unexplained.get(key, ())]
                    if not any(place in one.span for one in told):
                        silent.append((key, line["text"]))
    assert figures > 1000
    assert len(silent) <= MOST_SILENT * figures, silent


@pytest.mark.parametrize(("text", "key", "expected"), [
    ("公司设有国际合作部，专职管理人员6名。海外中心目前有工作人员5人，其中外派3人、当地聘用全职2人。",
     "dedicated_officers", (6, 6, False)),
    ("拥有授权知识产权12项：发明专利8项、软件著作权4项。先后制定来访管理、知识产权归属等办法9项。",
     "granted_ip", (12, 12, False)),
    ("园区内市级以上创新平台共3个。重庆实验室向17家本地企业提供测试服务。", "municipal_platforms", (3, 3, False)),
])
def test_plain_statements_outweigh_what_is_inferred(text: str, key: str, expected: tuple[int, int, bool]) -> None:
    """A lone figure whose things, owner or requirement were not said beside it does not change a plain one."""
    assert interval(text, key) == expected


@pytest.mark.parametrize(("text", "key", "expected"), [
    ("近三年发表SCI论文22篇。\n检索报告：近三年发表SCI论文19篇。", "sci_ei_papers", (19, 22, True)),
    ("本中心授权发明专利12件。\n附表说明：本中心授权发明专利15件。", "granted_ip", (12, 15, True)),
])
def test_what_is_plainly_said_stays_a_conflict(text: str, key: str, expected: tuple[int, int, bool]) -> None:
    """Weights are for what is inferred only."""
    assert interval(text, key) == expected


def test_what_is_outweighed_says_so() -> None:
    """The reason stands with the figure that was left out, and the plain one is the evidence."""
    got = read("公司设有国际合作部，专职管理人员6名。海外中心目前有工作人员5人，其中外派3人、当地聘用全职2人。")
    assert [one.reads for one in got.facts["dedicated_officers"].evidence] == [Interval(6, 6)]


@pytest.mark.parametrize(("interval_", "could_be", "adds", "expected"), [
    (Interval(3, 3), Interval(0, 2), True, Interval(3, 5)),      # rows that may count
    (Interval(1, 1), Interval(2, 2), False, Interval(1, 2)),     # another figure of the whole
    (Interval(3, None), Interval(0, 2), True, Interval(3, None)),
    (Interval(3, 3), Interval(2, None), False, Interval(2, None)),
])
def test_unexplained_entries_widen(interval_: Interval, could_be: Interval, adds: bool, expected: Interval) -> None:
    """The truth lies inside the interval: rows add to its upper bound, another figure of the whole is spanned."""
    entry = Unexplained("x", None, Span(0, 1), "x", could_be, "unclear", adds)
    assert _widened(interval_, [entry]) == expected


def test_what_only_describes_the_things_leaves_them_open() -> None:
    """开展合作工作的: what speaks against a figure stands in what describes the fact's things; a person decides."""
    got = read("已经入园并与园区对接的海外研发机构2个。")
    assert "overseas_units" not in got.facts
    assert [(one.could_be, one.why) for one in got.unexplained["overseas_units"]] == [(Interval(2, 2), "unclear")]


@pytest.mark.parametrize(("text", "key", "reason"), [
    ("市级重点实验室去年开始申请。", "municipal_platforms", "planned"),
    ("到2028年，市级以上平台达到6个。", "municipal_platforms", "planned"),
    ("九龙坡区企业技术中心为区级平台，另有市级重点实验室1个。", "municipal_platforms", "low_rank"),
    ("长期合作的境外机构有6家。另有2家尚在洽谈。", "foreign_partners", "planned"),
    ("申报单位应当近三年未发生环保、安全等责任事故。", "no_incidents", "quotation"),
    ("现有高新技术企业14家。2021年底高新技术企业为9家。", "resident_enterprises", "outside_window"),
])
def test_what_does_not_count_says_why(text: str, key: str, reason: str) -> None:
    """Plans, recitals, lower ranks and earlier days stand among what was not counted."""
    assert reason in [one.reason for one in read(text).exclusions.get(key, ())]


def form(instructions: str, heading: str, rows: str, behind: str) -> Document:
    """A heading of instructions with a list, then a form, then running text."""
    text = f"{heading}\n{instructions}\n{rows}\n{behind}"
    spans = []
    place = 0
    for piece in (heading, instructions, rows, behind):
        spans.append(Span(place, place + len(piece)))
        place += len(piece) + 1
    kinds = (BlockKind.HEADING, BlockKind.LIST_ITEM, BlockKind.TABLE, BlockKind.PARAGRAPH)
    built = texts.from_string(rows).blocks
    cells = tuple(type(c)(c.row, c.column, Span(c.span.start + spans[2].start, c.span.end + spans[2].start))
                  for b in built for c in b.cells)
    blocks = tuple(Block(kind, span, level=int(kind is BlockKind.HEADING),
                         cells=cells if kind is BlockKind.TABLE else ())
                   for kind, span in zip(kinds, spans, strict=True))
    return Document("申报书.docx", "0", "docx", text, blocks)


@pytest.mark.parametrize("heading", ["填报说明", "填 写 说 明", "填表须知"])
def test_instructions_end_where_the_form_begins(heading: str) -> None:
    """What stands behind the form is the applicant's own; what stands above it is not."""
    document = form("近三年发表SCI论文20篇以上的单位可以申报。", heading, "单位名称 | 重庆甲研究院\n性质 | 事业单位",
                    "近三年发表SCI论文23篇。")
    got = facts.extract([document], POLICY, DAY)
    assert got.facts["sci_ei_papers"].interval == Interval(23, 23)
