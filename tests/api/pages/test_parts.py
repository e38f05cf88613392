"""What pages mark, cut and work out before they are drawn: marks at their offsets, parts of documents, addresses."""
from __future__ import annotations

import re
from itertools import pairwise

import pytest

from api.pages.addresses import clause_address
from api.pages.results.result import meter
from api.pages.viewing import marking, viewer
from api.pages.viewing.marking import Mark
from assistant.questions import guide
from ingestion import parsing
from ingestion.domain import Document, Interval, Span
from ingestion.policies import policy
from tests.support.places import EXAMPLE

FILES = ("申报书.docx", "论文清单.xlsx", "证照与承诺书.pdf")

# Marks ----------------------------------------------------------------------------------------------------------------

def read(name: str) -> Document:
    return parsing.read((EXAMPLE / name).read_bytes(), name)


@pytest.mark.parametrize("name", FILES)
def test_marks_stand_at_exactly_their_offsets(name: str) -> None:
    """The marked words together are the quote, in every paragraph and cell it runs through."""
    document = read(name)
    block = max(document.blocks, key=lambda one: one.span.end - one.span.start)
    span = Span(block.span.start + 3, block.span.start + 40)
    marked = "".join(
        segment.text for part in marking.parts(document)
        for view in marking.shown(document, part, [Mark(span, "target")])
        for segments in (view.segments, *(cell.segments for row in view.rows for cell in row))
        for segment in segments if segment.kind == "target")
    assert re.sub(r"\s", "", marked) == re.sub(r"\s", "", document.quote(span))


def test_the_stronger_mark_counts_where_two_lie() -> None:
    """A search hit inside the evidence does not cut the evidence in two colours."""
    found = marking.segments("abcdef", Span(0, 6), [Mark(Span(1, 5), "target"), Mark(Span(2, 3), "hit")])
    assert [(one.text, one.kind) for one in found] == [("a", ""), ("b", "target"), ("c", "target"), ("de", "target"),
                                                       ("f", "")]


@pytest.mark.parametrize("size", [50, 300, 9_000])
@pytest.mark.parametrize("name", FILES[:2])
def test_parts_show_every_block_once_and_in_order(name: str, size: int) -> None:
    """Cutting a document for the page loses no text, also within long tables."""
    document = read(name)
    made = marking.parts(document, size)
    rows = [row for part in made for block, first, last in part.pieces if block.cells for row in range(first, last)]
    assert len(rows) == sum(1 + max(cell.row for cell in block.cells) for block in document.blocks if block.cells)
    assert all(one.span.start < other.span.start for one, other in pairwise(made))
    assert marking.part_at(made, made[-1].span.start) == made[-1].number


def test_parts_of_one_sheet_can_be_told_apart() -> None:
    """A long sheet's parts carry its name and their number; a part that is a whole sheet only the name."""
    names = list(viewer.part_names(marking.parts(read("论文清单.xlsx"), 300)))
    assert len(set(names)) == len(names) > 2
    assert {place for _, place in viewer.part_names(marking.parts(read("论文清单.xlsx"), 1_000_000))} == {0}


def test_search_finds_words_across_lines_and_widths() -> None:
    """A reader's search does not fail for a line end or full-width digits."""
    document = Document("a.txt", "", "text", "近三年发表SCI论\n文２３篇，其中sci论文5篇")
    assert [document.quote(hit.span) for hit in marking.search(document, "sci论文")] == ["SCI论\n文", "sci论文"]
    assert [document.quote(hit.span) for hit in marking.search(document, "23篇")] == ["２３篇"]
    assert marking.search(document, "   ") == ()


def test_boxes_of_a_span_are_those_of_the_document() -> None:
    """Looking near the span only finds the same boxes."""
    document = read("证照与承诺书.pdf")
    for line in document.lines:
        assert marking.boxes(document, line.span) == document.boxes(line.span)


# What is worked out ---------------------------------------------------------------------------------------------------

def test_the_three_questions_lead_to_each_base_type() -> None:
    """Nobody is led past a type: for every one there are answers that suggest it alone."""
    book = policy.load()
    asked = guide.questions(book)
    answers = [{"place": place, "work": work, "body": body} for place in asked["place"].answers
               for work in asked["work"].answers for body in asked["body"].answers]
    alone = {found[0] for one in answers if len(found := guide.suggestion(book, one)) == 1}
    assert alone == {one.id for one in book.base_types}
    assert guide.suggestion(book, {}) == ()


def test_a_clause_has_an_address() -> None:
    """A citation leads to its article, at its item."""
    assert clause_address("第八条（二）") == "/policy/articles/8#item-2"
    assert clause_address("第十一条") == "/policy/articles/11"
    assert clause_address("附件") == "/policy"


def test_a_meter_shows_what_is_sure_and_what_is_possible() -> None:
    """At least 10 of 20: half is sure, the rest is open to the end."""
    assert (meter(Interval(10, None), 20).low, meter(Interval(10, None), 20).high) == (40.0, 100.0)
    assert meter(Interval(30, 30), 20).low == meter(Interval(30, 30), 20).high > meter(Interval(30, 30), 20).bar
