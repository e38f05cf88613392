"""读到但未能判断: a reviewer settles each entry; recorded, replayed, in the audit, in report and spreadsheet."""
from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from sqlalchemy import select

from api.pages.results import reviewed
from api.service.records import Role
from api.store.models import Audit
from api.store.rows import INSTALLATION
from assistant.correcting.recounting import Counted, Way, key_of, settle
from ingestion.domain import Evidence, Fact, Interval, Method, Span, Unexplained
from tests.ingestion.facts.tables.test_tables import ENTERPRISE_STATUS
from tests.support.review_samples import decide, fact, handed_in
from tests.support.web_samples import Client, Installation, installation

KEY, UNITS = "resident_enterprises", "overseas_units"
TEXT = "申报单位：重庆市海棠国际创新园有限公司。\n" + "\n".join(ENTERPRISE_STATUS) + \
    "\n\n已经入园并与园区对接的海外研发机构2个。\n"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path) as made:
        yield made


@pytest.fixture
def case(site: Installation) -> str:
    return handed_in(site.client(), TEXT, base_type="innovation_park")


@pytest.fixture
def reviewer(site: Installation) -> Client:
    return site.client(Role.REVIEWER, "李审")


def place(one: dict[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in ("document", "start", "end", "quote")}


def settled(reviewer: Client, case: str, act: str, key: str = KEY, version: int = 0, reason: str = "") -> Any:
    return decide(reviewer, case, act, key, version, place=place(fact(reviewer, case, key)["unexplained"][0]),
                  **({"reason": reason} if reason else {"reason": ""}))


def figure(reviewer: Client, case: str, key: str = KEY) -> tuple[int, int | None] | None:
    person = fact(reviewer, case, key)["person"]
    return (person["low"], person["high"]) if person else None


@pytest.mark.parametrize(("act", "reason", "expected"), [
    ("count", "", (5, 5)), ("leave_out", "停园整顿，不在营", (4, 4)), ("dismiss", "", (4, 4))])
def test_a_row_is_settled_by_one_step(reviewer: Client, case: str, act: str, reason: str, expected: tuple[int, int]
                                      ) -> None:
    """It no longer widens the figure; counted it is one more, and the entry is gone from what is open."""
    assert figure(reviewer, case) == (4, 5)
    assert settled(reviewer, case, act, reason=reason).status_code == 201
    now = fact(reviewer, case, KEY)
    assert (figure(reviewer, case), now["unexplained"], now["checked"]) == (expected, [], "recounted")
    assert [one["reason"] == "by_reviewer" for one in now["left_out"]].count(True) == (act == "leave_out")


def test_a_figure_that_counts_makes_the_fact(reviewer: Client, case: str) -> None:
    """Where nothing else was found it is what the piece says; dismissed it stays absent; taken back it is open."""
    assert figure(reviewer, case, UNITS) is None
    assert settled(reviewer, case, "count", UNITS).status_code == 201
    assert figure(reviewer, case, UNITS) == (2, 2)
    assert reviewer.post(f"/api/v1/review/cases/{case}/decisions", json={
        "act": "withdraw", "subject": UNITS, "version": 1}).status_code == 201
    assert len(fact(reviewer, case, UNITS)["unexplained"]) == 1
    assert settled(reviewer, case, "dismiss", UNITS, 2).status_code == 201
    assert figure(reviewer, case, UNITS) is None
    assert fact(reviewer, case, UNITS)["unexplained"] == []


def test_what_does_not_count_needs_a_reason_and_a_true_entry(reviewer: Client, case: str) -> None:
    """不计入 without one is refused; so is settling something that was not open."""
    assert settled(reviewer, case, "leave_out").json()["error"]["code"] == "reason_missing"
    known = place(fact(reviewer, case, KEY)["person"]["evidence"][0])
    answer = decide(reviewer, case, "dismiss", KEY, place=known)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "no_such_item")


def test_a_settled_entry_is_told_everywhere(site: Installation, reviewer: Client, case: str) -> None:
    """In the history of the page, the audit, the form and the spreadsheet; what is still open says so there."""
    before = docx.Document(io.BytesIO(reviewer.get(f"/review/cases/{case}/files/docx").content))
    assert any("读到但未能判断" in cell.text for table in before.tables for row in table.rows for cell in row.cells)
    settled(reviewer, case, "leave_out", reason="停园整顿，不在营")
    settled(reviewer, case, "dismiss", UNITS)
    page = reviewer.get(f"/review/cases/{case}").text
    assert "停园整顿，不在营" in page
    assert "<strong>不相关</strong>" in page
    with site.services.context.database.reading(INSTALLATION) as session:
        rows = session.scalars(select(Audit).where(Audit.action == "decide").order_by(Audit.id)).all()
    assert [(one.detail["act"], one.detail["subject"]) for one in rows] == [("leave_out", KEY), ("dismiss", UNITS)]
    assert (rows[0].before, rows[0].after) == ({"low": 4, "high": 5}, {"low": 4, "high": 4})
    book = openpyxl.load_workbook(io.BytesIO(reviewer.get(f"/review/cases/{case}/files/xlsx").content))
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any("不相关" in one for one in cells)
    assert any("停园整顿，不在营" in one for one in cells)


def test_the_page_has_one_button_for_each_way(reviewer: Client, case: str) -> None:
    """With its number; the form does what the API does."""
    page = reviewer.get(f"/review/cases/{case}").text
    row = page[page.index(f'id="s-{KEY}"'):]
    row = row[:row.index("</article>")]
    assert row.count("data-way=") == 3
    name = row.split('value="count:')[1].split('"')[0]
    csrf = reviewer.http.headers["X-CSRF-Token"]
    answer = reviewer.post(f"/review/cases/{case}/decisions", data={
        "csrf": csrf, "subject": KEY, "version": "0", "settle": f"leave_out:{name}", "why": "重复"})
    assert answer.status_code == 200
    assert figure(reviewer, case) == (4, 4)
    assert reviewer.post(f"/review/cases/{case}/decisions", data={
        "csrf": csrf, "subject": KEY, "version": "1", "settle": f"count:{name}"}).status_code == 422


def piece(start: int, could_be: Interval, *, adds: bool) -> Unexplained:
    return Unexplained("x", None, Span(start, start + 1), "x", could_be, "unclear", adds)


def known(reads: Interval, interval: Interval, *pieces: Unexplained) -> Counted:
    return Counted(Fact("papers", interval, "papers", False, (
        Evidence("x", None, Span(90, 91), "x", Method.DECLARED, reads),), (), pieces), ())


@pytest.mark.parametrize(("ways", "expected"), [
    ((None, None), (1, 5)), ((True, None), (3, 5)), ((False, None), (1, 3)), ((None, True), (2, 4)),
    ((None, False), (3, 5)), ((True, True), None), ((False, False), (3, 3)), ((True, False), (5, 5))])
def test_what_is_settled_stops_widening(ways: tuple[bool | None, ...], expected: tuple[int, int] | None) -> None:
    """A fact of 3, two rows that may count, and another figure of the whole, from 1: in any order, piece by piece."""
    rows, other = piece(0, Interval(2, 2), adds=True), piece(1, Interval(1, 1), adds=False)
    base = known(Interval(3, 3), Interval(1, 5), rows, other)
    taken = {key_of(one): Way(way) for one, way in zip((rows, other), ways, strict=True) if way is not None}
    found = settle("papers", "papers", base, (rows, other), taken, reason="by_reviewer").fact
    assert found is not None
    if ways == (True, True):
        assert found.conflict
    elif ways == (None, True):
        assert found.conflict     # 3 against 1, and the rows may be more
    elif ways == (True, None):
        assert (found.interval.low, found.interval.high) == (1, 5)
    else:
        assert (found.interval.low, found.interval.high) == expected


def test_a_statement_that_counts_is_a_yes() -> None:
    """For a fact of yes or no; against a no it is a contradiction."""
    entry = piece(0, Interval(0, 1), adds=True)
    ways = {key_of(entry): Way(True)}
    made = settle("office", "yes/no", Counted(None, ()), (entry,), ways, reason="by_reviewer", yes_no=True)
    assert made.fact is not None
    assert made.fact.interval == Interval(1, 1)
    against = settle("office", "yes/no", known(Interval(0, 0), Interval(0, 0), entry), (entry,), ways,
                     reason="by_reviewer", yes_no=True).fact
    assert against is not None
    assert (against.interval, against.conflict) == (Interval(0, 1), True)


def test_what_the_page_does_not_hold_is_said(reviewer: Client, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All are counted; those that are settled make room for the next."""
    whole = len(fact(reviewer, case, KEY)["unexplained"])
    assert "依次列出" not in reviewer.get(f"/review/cases/{case}").text
    monkeypatch.setattr(reviewed, "MOST", 0)
    page = reviewer.get(f"/review/cases/{case}").text
    assert f"读到但未能判断 {whole} 处" in page
    assert "先列 0 处；处理后，其余依次列出" in page
