"""Whatever a person does leaves a row in the audit: read off the services' code, so that no new act can lack one."""
from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.places import ROOT

SERVICES = ROOT / "api" / "service"
ROWS = {"record", "record_system"}
# What changes nothing that anybody would ask after, by the file and the function.
UNTOLD = {
    ("assessments.py", "start"): "the assessment that comes of it has the row, with everything that it rests on",
    ("documents.py", "document"): "what was read of a file, kept to be shown again",
    ("notices.py", "read"): "one's own bell",
    ("presence.py", "come"): "who looks at a case now; the look itself has its row",
    ("presence.py", "leave"): "the same",
    ("worklist.py", "save_view"): "one's own filter of the list",
    ("worklist.py", "delete_view"): "the same",
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Act:
    """A function, or a method of a class."""

    path: Path
    node: Function
    method: bool


def functions() -> Iterator[Act]:
    for path in sorted(SERVICES.rglob("*.py")):
        for one in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(one, Function):
                yield Act(path, one, method=False)
            elif isinstance(one, ast.ClassDef):
                yield from (Act(path, inner, method=True) for inner in one.body if isinstance(inner, Function))


def called(node: ast.AST) -> tuple[set[str], set[str]]:
    """The names of the functions, and of the methods."""
    calls = [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
    return {one.id for one in calls if isinstance(one, ast.Name)}, {
        one.attr for one in calls if isinstance(one, ast.Attribute)}


def takes_actor(node: Function) -> bool:
    every = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    return any(isinstance(one.annotation, ast.Name) and one.annotation.id == "Actor" for one in every)


def tells(act: Act, known: Mapping[str, Sequence[Act]], seen: frozenset[str] = frozenset()) -> bool:
    """Whether a row is written here, or by what is called here: a function, or a method of the same file."""
    plain, methods = called(act.node)
    return bool(plain & ROWS) or any(
        tells(one, known, seen | plain | methods) for name in (plain | methods) - seen for one in known.get(name, ())
        if (one.path == act.path if one.method else name in plain or one.path == act.path))


def test_every_act_of_a_person_leaves_a_row() -> None:
    """Of everything that a service writes for somebody; what needs none is named above, with why."""
    known: dict[str, list[Act]] = defaultdict(list)
    for one in functions():
        known[one.node.name].append(one)
    acts = [one for many in known.values() for one in many
            if takes_actor(one.node) and "writing" in called(one.node)[1]]
    silent = {(one.path.name, one.node.name) for one in acts if not tells(one, known)}
    assert silent == set(UNTOLD)
    assert len(acts) > 50
