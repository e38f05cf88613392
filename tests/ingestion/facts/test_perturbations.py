"""Other words, another layout, another way to write figures: what documents say stays what it is."""
from __future__ import annotations

from functools import cache

import pytest

from ingestion.parsing.text import from_string
from tests.bench import bench_perturbations, perturbations
from tests.bench.bench_perturbations import Case, Result
from tests.support.places import APPLICATIONS

PLAIN = ("jrc-chuyun-since-2018", "jrc-wulong-highland-crops", "ttc-nanan-two-done")   # without a scan or a photo
MOST = 1    # readings that one kind may break in all of them


@cache
def cases() -> tuple[Case, ...]:
    return tuple(case for name in PLAIN for case in bench_perturbations.cases(APPLICATIONS / name))


@pytest.mark.parametrize("kind", perturbations.KINDS)
def test_a_change_that_says_the_same_reads_the_same(kind: str) -> None:
    """Each kind of change breaks one right reading at most."""
    result = Result()
    for case in cases():
        bench_perturbations.measure(case, {kind: result})
    assert len(result.broken) <= MOST, result.broken


def test_a_document_put_together_anew_reads_the_same() -> None:
    """What the changes are held against is what the files say."""
    for case in cases():
        plain = [perturbations.rebuilt(document) for document in case.documents]
        assert case.read(plain) == case.read(case.documents)


def test_codes_and_numbers_of_documents_stay() -> None:
    """Figures are written otherwise, codes are not."""
    text = "证书编号GR202151100012，渝科发〔2023〕12号，SCI论文12篇，经费1200万元。"
    assert perturbations.in_chinese(text) == "证书编号GR202151100012，渝科发〔2023〕12号，SCI论文十二篇，经费1200万元。"
    assert perturbations.with_commas(text).endswith("经费1,200万元。")


def test_a_word_stays_where_it_is_part_of_another() -> None:
    """计划 in the name of a programme is no plan."""
    assert perturbations.other_word("国家重点研发计划项目，计划引进2家。", perturbations.pairs()) == (
        "国家重点研究开发计划项目，打算引入2个。")


def test_word_saves_a_table_as_lines_with_tabs() -> None:
    """Cells that are blank at the end of a row part no table."""
    document = from_string("企业\t证书\t备注\n甲公司\tGR1\t\n乙公司\tGR2\t续期\n丙公司\tGR3\t\n")
    assert [len({cell.row for cell in block.cells}) for block in document.blocks] == [4]
