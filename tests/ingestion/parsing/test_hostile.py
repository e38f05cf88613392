"""Hostile files of every class through the upload of a live server (ten of each: `python -m tests.long hostile`)."""
from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from ingestion.errors import UnreadableError
from ingestion.parsing.sandbox import wall
from tests.hostile import live
from tests.hostile.packages import WORDS

CLASSES = 72
REFUSED = {  # what the gate refuses, and how it is called
    "text_bomb": "too_large", "many_paragraphs": "too_large", "overlapping_entries": "unsafe",
    "sixty_thousand_entries": "too_large", "duplicate_names": "unsafe", "unsafe_names": "unsafe", "symlink": "unsafe",
    "doctype": "doctype", "external_entity": "doctype", "billion_laughs": "doctype", "encrypted_package": "encrypted",
    "fourteen_million_cells": "too_large", "encrypted_pdf": "encrypted", "pixel_bomb": "picture_size",
    "line_of_10_mb": "too_large", "wide_rows": "too_large"}
SAID = {  # what is read, and the notice of what is not
    "tracked_changes": "deleted_text", "hidden_text": "hidden_text", "hidden_sheets": "hidden_sheet",
    "far_cell": "cut_sheet", "formulas_without_values": "formula_without_value", "embedded_files":
    "attachments_not_read", "invisible_text": "hidden_text", "hundred_thousand_pages": "pages_not_read",
    "image_only": "page_no_text"}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[live.Outcome]:
    yield live.run(1, tmp_path_factory.mktemp("hostile"))


def test_every_class_is_sent(outcome: live.Outcome) -> None:
    """All of them, none twice."""
    assert len(outcome.sent) == outcome.sent.total() == CLASSES


def test_the_server_lives_and_every_file_ends(outcome: live.Outcome) -> None:
    """No exit, no 5xx, each file in a final state within 35 s, each assessment done."""
    assert outcome.exits == 0
    assert outcome.faults == []


def test_it_answers_meanwhile(outcome: live.Outcome) -> None:
    """Whether it lives is said at once, however busy its readers are."""
    assert outcome.p99 < 0.5


@pytest.mark.parametrize(("name", "code"), REFUSED.items())
def test_what_the_gate_refuses_is_named(name: str, code: str) -> None:
    """Before any parser sees it, for another seed."""
    for seed in (2,):
        with pytest.raises(UnreadableError) as refused:
            wall.read(*reversed(live.CLASSES[name](random.Random(seed))))
        assert refused.value.code == code


@pytest.mark.parametrize(("name", "code"), SAID.items())
def test_what_is_left_out_is_said(name: str, code: str) -> None:
    """Nothing is lost silently."""
    document = wall.read(*reversed(live.CLASSES[name](random.Random(2))))
    assert code in {one.code for one in document.notices}


def test_a_text_box_and_a_huge_span_are_read() -> None:
    """What other readers lose, or lay out a million cells for."""
    for name in ("text_box_only", "huge_grid_span", "external_relationship", "macro"):
        assert WORDS in wall.read(*reversed(live.CLASSES[name](random.Random(2)))).text
