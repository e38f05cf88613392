"""The facts of a policy folder as they are written: one file each beside what they share, or one file for all of them.

`facts/shared.yaml` holds what several facts use (home, words, reasons, the order in which facts are shown), and
`facts/<key>.yaml` one fact. Folders of the older form hold all of it in `facts.yaml`; they are read as they are, and
`split` gives their files in the newer form, word by word as they were written.
"""
from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from ingestion import typed_yaml
from ingestion.errors import PolicyError

FOLDER = "facts"
SHARED = f"{FOLDER}/shared.yaml"
SINGLE = "facts.yaml"
_KEY = re.compile(r"[A-Za-z0-9_]+")


def file_of(key: str) -> str:
    """Where a fact is written, by its key."""
    return f"{FOLDER}/{key}.yaml"


def is_single(folder: Path) -> bool:
    """Whether the folder has the older form."""
    return (folder / SINGLE).is_file() and not (folder / FOLDER).is_dir()


def names(folder: Path) -> tuple[str, ...]:
    """The files that hold facts, what they share first."""
    if is_single(folder):
        return (SINGLE,)
    return (SHARED, *(file_of(path.stem) for path in _paths(folder)))


def locate(folder: Path, keys: Sequence[str | int]) -> tuple[str, Sequence[str | int]]:
    """The file in which the `keys` of the whole are written, and their place there."""
    if is_single(folder):
        return SINGLE, keys
    if keys and keys[0] == "facts":
        return (file_of(str(keys[1])), keys[2:]) if len(keys) > 1 else (SHARED, ())
    return SHARED, keys


def read(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the facts share, and the facts by key in their order, as plain data. A PolicyError names file and line."""
    if is_single(folder):
        raw = typed_yaml.read(folder / SINGLE)
        if not isinstance(raw, dict):
            raise PolicyError(f"{SINGLE}:1: it should hold home, words, reasons and facts; write them",
                              f"{SINGLE} 第1行：应含 home、words、reasons、facts，请补上", SINGLE, 1)
        facts = raw.get("facts")
        shared = {name: value for name, value in raw.items() if name != "facts"}
        return shared, facts if isinstance(facts, dict) else {}
    if (folder / SINGLE).exists():
        raise PolicyError(f"{SINGLE}:1: facts stand both here and in {FOLDER}/; remove one of them",
                          f"{SINGLE} 第1行：事实同时写在此处和 {FOLDER}/ 中，请删去其一", SINGLE, 1)
    shared = typed_yaml.read(folder / SHARED, SHARED)
    found = {path.stem: typed_yaml.read(path, file_of(path.stem)) for path in _paths(folder)}
    order = shared.pop("order", None) if isinstance(shared, dict) else None
    listed = [str(key) for key in order] if isinstance(order, list) else []
    for place, key in enumerate(listed):
        if key not in found:
            number = typed_yaml.line(folder / SHARED, ["order", place])
            raise PolicyError(f"{SHARED}:{number}: there is no {file_of(key)}; write it or take {key!r} out of here",
                              f"{SHARED} 第{number}行：没有 {file_of(key)}，请补上，或从次序中删去 {key}",
                              SHARED, number)
    return shared, {key: found[key] for key in dict.fromkeys([*listed, *found])}


def named_rules(fact: Any) -> Any:
    """A fact each of whose statements has an id: its own, else what it says and its number among all."""
    if not isinstance(fact, dict) or not isinstance(fact.get("rules"), list):
        return fact
    rules = [{"id": _rule_id(rule, number), **rule} if isinstance(rule, dict) else rule
             for number, rule in enumerate(fact["rules"], 1)]
    return {**fact, "rules": rules}


def _rule_id(rule: Mapping[str, Any], number: int) -> str:
    return f"{'yes' if rule.get('value') else 'no'}_{number}"


def _paths(folder: Path) -> list[Path]:
    """The files of single facts, by name."""
    return sorted(path for path in (folder / FOLDER).glob("*.yaml") if path.name != Path(SHARED).name)


# From the older form to the newer one ---------------------------------------------------------------------------------

def upgrade(folder: Path) -> tuple[str, ...]:
    """Give a folder of the older form the newer one; the names of the files that are new, none where it has it already.

    `facts.yaml` goes last, so that nothing is lost when it is broken off."""
    if not is_single(folder):
        return ()
    files = split(typed_yaml.read_text(folder / SINGLE))
    unfinished = folder / f".{FOLDER}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    for name, text in files.items():
        (unfinished / Path(name).name).write_text(text, encoding="utf-8")
    unfinished.rename(folder / FOLDER)
    (folder / SINGLE).unlink()
    return tuple(sorted(files))


def split(content: str) -> dict[str, str]:
    """The files of the newer form, by name, of what `facts.yaml` held, which must be sound; comments stay."""
    root = yaml.compose(content, Loader=yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)  # noqa: S101 - a sound file
    begin, end, entries = len(content), len(content), yaml.MappingNode("", [])
    tops = [*root.value]
    for place, (name, value) in enumerate(tops):
        if name.value == "facts":
            begin, entries = name.start_mark.index, value
            end = _with_comments(content, tops[place + 1][0].start_mark.index) if place + 1 < len(tops) else end
    files = {file_of(key): _numbered(text) for key, text in _entries(content, entries, end)}
    order = "".join(f"  - {name.value}\n" for name, _ in entries.value)
    rest = f"{content[:begin].rstrip()}\n\n{content[end:]}".rstrip()
    files[SHARED] = f"{rest}\n\norder:   # in which facts are shown; one that is not named here comes last\n{order}"
    _same(content, files)
    return files


def _entries(content: str, entries: yaml.MappingNode, end: int) -> Iterator[tuple[str, str]]:
    """Key and text of each fact, further to the left; with the comments above and beside its key."""
    starts = [_with_comments(content, name.start_mark.index) for name, _ in entries.value]
    for (name, value), last in zip(entries.value, [*starts[1:], end], strict=True):
        if not _KEY.fullmatch(name.value):
            number = name.start_mark.line + 1
            raise PolicyError(f"{SINGLE}:{number}: {name.value!r} cannot name a file; use letters",
                              f"{SINGLE} 第{number}行：{name.value} 不能作文件名，请用字母", SINGLE, number)
        above = content[_with_comments(content, name.start_mark.index):name.start_mark.index]
        if value.flow_style:
            body = content[value.start_mark.index:value.end_mark.index]
        else:
            line = content.find("\n", name.end_mark.index) + 1
            beside = content[name.end_mark.index:line].lstrip(": ")
            body = beside + "".join(_left(one, value.start_mark.column)
                                    for one in content[line:last].splitlines(keepends=True))
        yield name.value, "".join(one.lstrip(" ") for one in above.splitlines(keepends=True)) + body.strip("\n") + "\n"


def _with_comments(content: str, at: int) -> int:
    """Where the lines of comments begin that stand right above what stands at `at`."""
    start = content.rfind("\n", 0, at) + 1
    while (before := content.rfind("\n", 0, max(0, start - 1)) + 1) < start \
            and content[before:start].lstrip(" ").startswith("#"):
        start = before
    return start


def _left(line: str, column: int) -> str:
    return line[min(column, len(line) - len(line.lstrip(" "))):]


def _numbered(text: str) -> str:
    """The text of a fact with an id for every statement."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)  # noqa: S101 - a sound file
    rules = next((value for name, value in root.value if name.value == "rules"), None)
    held = yaml.safe_load(text).get("rules") or []
    for number, node in reversed([*enumerate(rules.value, 1)] if rules is not None else []):
        if "id" in held[number - 1]:
            continue
        at, name = node.start_mark.index, _rule_id(held[number - 1], number)
        if node.flow_style:
            text = f"{text[:at]}{{id: {name}, {text[at + 1:].lstrip()}"
        else:
            text = f"{text[:at]}id: {name}\n{' ' * node.start_mark.column}{text[at:]}"
    return text


def _same(content: str, files: Mapping[str, str]) -> None:
    """Refuse files that would not say what the one file said."""
    before = yaml.safe_load(content)
    after = yaml.safe_load(files[SHARED])
    order = after.pop("order") or []
    after["facts"] = {key: yaml.safe_load(files[file_of(key)]) for key in order}
    before["facts"] = {key: named_rules(fact) for key, fact in (before.get("facts") or {}).items()}
    if before != after:
        raise PolicyError(f"{SINGLE}:1: its facts cannot be written as files of their own; write them by hand",
                          f"{SINGLE} 第1行：无法自动拆成单独的文件，请手工拆分", SINGLE, 1)
