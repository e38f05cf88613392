"""Every goal has a quick form that the suite runs and a full one whose last result stands in the docs."""
from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module

import pytest

from tests.long import page
from tests.long.goals import GOALS, Figure, Goal, Outcome
from tests.support.places import TESTS


@cache
def functions(name: str) -> frozenset[str]:
    tree = ast.parse((TESTS / name).read_text(encoding="utf-8"))
    return frozenset(one.name for one in tree.body if isinstance(one, ast.FunctionDef))


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: goal.name)
def test_a_goal_has_its_quick_tests_and_its_long_form(goal: Goal) -> None:
    """By name: a test that is renamed or lost takes its goal with it."""
    assert goal.quick
    assert [one for one in goal.quick if one.partition("::")[2] not in functions(one.partition("::")[0])] == []
    module, _, function = goal.long.partition(":")
    assert callable(getattr(import_module(module), function))


def test_the_page_is_what_the_records_give() -> None:
    """Nobody writes it by hand."""
    assert page.PAGE.read_text(encoding="utf-8") == page.rendered()


def test_every_goal_was_measured() -> None:
    """Its last result stands in the docs, with when, where and how."""
    assert [goal.name for goal in GOALS if page.kept(goal) is None] == []
    for goal in GOALS:
        record = page.kept(goal)
        assert record is not None
        assert re.fullmatch(rf"python -m tests\.long {goal.name}(=\d+)?", record.command)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", record.date)
        assert record.outcome.figures or record.outcome.faults


def test_a_goal_is_reached_only_in_full_and_without_a_fault() -> None:
    """A smaller run, or one with a fault, is said to be that."""
    goal = GOALS[0]

    def result(size: int, *faults: str) -> bool:
        outcome = Outcome(size, (Figure("次", "times", "1"),), faults)
        return page.reached(goal, page.Record("2026-01-01", "", "", 2, 8, 0.1, 1, outcome))

    assert result(goal.full)
    assert not result(goal.full - 1)
    assert not result(goal.full, "one was lost")
