"""No row of a table is lost: each of a fact's things has an entry, and a table that feeds no fact is said."""

from __future__ import annotations

from datetime import date

import pytest

from ingestion import facts
from ingestion.policies import policy
from tests.ingestion.facts.tables.table_samples import (
    ENTERPRISE_BUILDINGS,
    ENTERPRISE_STATUS,
    OVERSEAS_TEAMS,
    PROJECTS_SPLIT_TABLE,
    TRANSFER_PARTIES,
    documents,
)

POLICY = policy.load()
DAY = date(2025, 6, 30)


@pytest.mark.parametrize(("texts", "key", "silent"), [
    (ENTERPRISE_STATUS, "resident_enterprises", ()),
    (TRANSFER_PARTIES, "technology_transfers", ()),
    (ENTERPRISE_BUILDINGS, "resident_enterprises", ("本座合计",)),
    (PROJECTS_SPLIT_TABLE, "key_projects", ()),
    (OVERSEAS_TEAMS, "overseas_units", ()),
])
def test_every_row_of_a_table_of_a_fact_s_things_has_an_entry(
    texts: tuple[str, ...], key: str, silent: tuple[str, ...]
) -> None:
    """Counted, not counted with its reason, or unexplained."""
    document = documents(*texts)[0]
    found = facts.extract([document], POLICY, DAY)
    entries = [*found.facts[key].evidence, *found.exclusions.get(key, ()), *found.unexplained.get(key, ())]
    lines = [line.strip("| ") for line in document.text.splitlines() if line.count("|") > 2 or "\t" in line]
    rows = [line for line in lines if any(char.isdigit() for char in line) and not line.startswith(silent)]
    assert [row for row in rows if not any(row[:12] in one.quote or one.quote[:12] in row for one in entries)] == []


def test_a_row_with_one_doubt_is_unexplained() -> None:
    """What it would add is in the interval, and why it is open is said."""
    found = facts.extract(documents(*ENTERPRISE_STATUS), POLICY, DAY)
    [entry] = found.unexplained["resident_enterprises"]
    assert (entry.why, "停园整顿" in entry.quote, entry.adds) == ("unsettled_status", True, True)


def test_a_table_of_things_that_feeds_no_fact_is_said() -> None:
    """A person should know that nothing was read from it."""
    rows = "".join(f"| {n} | 重庆{n}号供应商有限公司 | 北京 | 2023-0{n} |\n" for n in range(1, 7))
    text = f"# 我公司情况\n\n本单位供货商\n\n| 序号 | 供货商 | 属地 | 建档 |\n| --- | --- | --- | --- |\n{rows}"
    prepared = facts.prepare(documents(text), POLICY)
    assert [one.code for one in prepared.notices["0.md"]] == ["table_unused"]
