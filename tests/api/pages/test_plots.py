"""Plots of a round: what is drawn is what was counted, named for whoever does not see it; nothing in it runs."""
from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from api.pages.review import plots
from api.pages.review.plots import Bar, Piece, bars

SVG = {"s": "http://www.w3.org/2000/svg"}
ROWS = (Bar("第八条（二） 近三年被SCI、EI收录的论文数量", (Piece("not_met", "不符合", 2), Piece("met", "符合", 6))),
        Bar("独立法人", (Piece("not_met", "不符合", 0), Piece("met", "符合", 4))))


def drawn(**options: Any) -> Any:
    return etree.fromstring(str(bars("plot-x", "标题", "说明", options.pop("rows", ROWS), **options)))


def lengths(root: Any) -> dict[str, list[float]]:
    """The lengths of the pieces of each kind, from the first row down."""
    return {one.get("class"): [float(each.get("width", 0)) for each in reversed(one.findall(".//s:rect", SVG))]
            for one in root.iterfind(".//s:g[@class]", SVG) if one.get("class") in {"met", "not_met"}
            and one.find(".//s:rect", SVG) is not None}


def test_pieces_are_as_long_as_what_they_count() -> None:
    """On one scale, or as shares of their row."""
    found = lengths(drawn())
    assert found["met"][0] == pytest.approx(3 * found["not_met"][0])
    assert found["met"][1] == pytest.approx(2 * found["not_met"][0])
    assert found["not_met"][1] == 0
    shares = lengths(drawn(whole=True))
    assert shares["met"][0] + shares["not_met"][0] == pytest.approx(shares["met"][1])


def test_a_plot_is_named_and_each_piece_says_what_it_counts() -> None:
    """The whole label too, where its place does not hold it; a piece that is too short for its number as well."""
    root = drawn(rows=[*ROWS, Bar("多", (Piece("not_met", "不符合", 1), Piece("met", "符合", 900, "900 件")))])
    assert root.get("role") == "img"
    assert [root.find(f".//*[@id='{one}']").text for one in root.get("aria-labelledby").split()] == ["标题", "说明"]
    said = [one.text for one in root.iterfind(".//s:title", SVG)]
    assert {"第八条（二） 近三年被SCI、EI收录的论文数量", "多 不符合 1", "多 符合 900 件"} <= set(said)
    written = [one.text for one in root.iterfind(".//s:text", SVG)]
    assert "900 件" in written
    assert written.count("1") == 0
    assert any(one and one.endswith("…") for one in written)


def test_nothing_of_a_plot_runs_or_has_colours_of_its_own() -> None:
    """No script, style or handler, as the page's rules have it; a label that looks like markup is text."""
    root = drawn(rows=[Bar("<script>alert(1)</script>&", (Piece("met", "<b>", 1),))])
    assert {etree.QName(one).localname for one in root.iter()} <= {
        "svg", "defs", "title", "desc", "g", "rect", "path", "text"}
    assert [name for one in root.iter() for name in one.attrib if name == "style" or name.startswith("on")] == []
    assert "<script>alert(1)</script>& <b> 1" in [one.text for one in root.iterfind(".//s:title", SVG)]


def test_rows_stand_as_they_were_given_and_are_drawn_once() -> None:
    """The first above the second; a page that is looked at again draws nothing."""
    root = drawn()
    lowest = max(root.iterfind(".//s:g[@class='axis y']//s:text", SVG), key=lambda one: float(one.get("y")))
    assert lowest.text == "独立法人"
    before = plots._drawn.cache_info().misses
    assert etree.tostring(drawn()) == etree.tostring(root)
    assert plots._drawn.cache_info().misses == before
