"""YAML files as typed records, and messages that say which line is wrong and how to mend it.

The good path reads a file once with the C loader. Line numbers are looked up, by composing the file's nodes, only
when there is something to report. Our own because ruamel.yaml, which keeps positions, takes 16 times as long to load.
"""
from __future__ import annotations

import difflib
import re
import typing
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from ingestion.errors import PolicyError

Record = TypeVar("Record")
Key = str | int
_SOME_KEY = "..."     # how msgspec writes a key of a mapping
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(path: Path, name: str = "") -> Any:
    """The content of a YAML file; a file that is missing, not UTF-8 or not YAML is a PolicyError. `name` is what the
    message calls it, for a file deeper in the folder."""
    name, text = name or path.name, read_text(path, name)
    try:
        return _copied(_loaded(text), {})
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        number = mark.line + 1 if mark is not None else 1
        reason = getattr(error, "problem", None) or "unreadable"
        raise PolicyError(f"{name}:{number}: not valid YAML ({reason}); mend the indentation or the quotes there",
                          f"{name} 第{number}行不是合法的 YAML（{reason}），请检查缩进和引号",
                          name, number) from None


@lru_cache(128)   # a folder is read several times where it is checked, and again after each small change of it
def _loaded(text: str) -> Any:
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader


def _copied(raw: Any, known: dict[int, Any]) -> Any:
    """Lists and mappings anew, so that nobody changes what is kept; what stands in two places is one thing still."""
    if not isinstance(raw, (dict, list)):
        return raw
    if id(raw) in known:
        return known[id(raw)]
    made: Any = known.setdefault(id(raw), type(raw)())
    if isinstance(raw, dict):
        made.update((key, _copied(value, known)) for key, value in raw.items())
    else:
        made.extend(_copied(value, known) for value in raw)
    return made


def read_text(path: Path, name: str = "") -> str:
    """The text of a file; one that is missing or not UTF-8 is a PolicyError, which calls it `name`."""
    name = name or path.name
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise PolicyError(f"{name} is missing in {str(path.parent)!r}; add it",
                          f"{path.parent} 中缺少 {name}，请补上", name) from None
    except UnicodeDecodeError as error:
        raise PolicyError(f"{name} is not UTF-8 (byte {error.start}); save it as UTF-8",
                          f"{name} 不是 UTF-8 编码（第{error.start}字节），请另存为 UTF-8", name) from None


def decode(raw: Any, record: type[Record], path: Path, keys: Sequence[Key] = (), name: str = "") -> Record:
    """`raw`, found in `path` under `keys`, as `record`; a PolicyError names file (`name`, if given), line and mend."""
    name = name or path.name
    try:
        return msgspec.convert(raw, record)
    except msgspec.ValidationError as error:
        english, chinese, inner = _mend(str(error), record, raw)
        number = line(path, [*keys, *inner])
        raise PolicyError(f"{name}:{number}: {english}", f"{name} 第{number}行：{chinese}", name, number) from None


def line(path: Path, keys: Sequence[Key]) -> int:
    """The line (from 1) of what stands under `keys`, or of the nearest thing above it; 1 for an unreadable file."""
    return line_in(_composed(path), keys)


def line_in(node: yaml.Node | None, keys: Sequence[Key]) -> int:
    """The same in a file that was composed already."""
    number = 1
    for key in keys:
        found = None
        if isinstance(node, yaml.MappingNode):
            found = next(((name.start_mark, value) for name, value in node.value if name.value == str(key)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            found = (node.value[key].start_mark, node.value[key])
        if found is None:
            break
        number, node = found[0].line + 1, found[1]
    return number


def repeated_keys(path: Path) -> Iterator[tuple[str, int]]:
    """Keys that stand twice in one mapping, of which YAML silently keeps the last, and the line of the second."""
    yield from _repeated(_composed(path))


def _repeated(node: yaml.Node | None) -> Iterator[tuple[str, int]]:
    """Keys that stand twice in one mapping, with the line of the second, at any depth."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    yield key.value, key.start_mark.line + 1
                seen.add(key.value)
            yield from _repeated(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated(value)


def _composed(path: Path) -> yaml.Node | None:
    try:
        return _compose(path.read_bytes())
    except (OSError, ValueError, yaml.YAMLError):
        return None


@lru_cache(maxsize=8)
def _compose(content: bytes) -> yaml.Node | None:
    composed: yaml.Node | None = yaml.compose(content.decode("utf-8-sig"), Loader=_Loader)
    return composed


def _mend(message: str, record: Any, raw: Any) -> tuple[str, str, list[Key]]:
    """English, Chinese and the keys of a msgspec message."""
    what, _, where = message.partition(" - at `$")
    steps = [int(word) if word.isdigit() else word for word in re.findall(r"[\w-]+|\.\.\.", where.rstrip("`"))]
    keys, found = _followed(steps, record, raw)
    if match := re.match(r"Object missing required field `(.+?)`", what):
        return f"{match[1]!r} is missing; add it", f"缺少 {match[1]}，请补上", list(keys)
    if match := re.match(r"Object contains unknown field `(.+?)`", what):
        near = difflib.get_close_matches(match[1], _field_names(found), 1)
        hint = f"did you mean {near[0]!r}?" if near else "remove it or mend its name"
        chinese = f"是否应为 {near[0]}？" if near else "请删去或改正名称"
        return f"{match[1]!r} is not known here; {hint}", f"不认识 {match[1]}，{chinese}", [*keys, match[1]]
    name = ".".join(map(str, keys)) or "this entry"
    if match := re.match(r"Expected `(.+?)`, got `(.+?)`", what):
        return (f"{name} should be {match[1]} and is {match[2]}; write {match[1]}",
                f"{name} 应为 {match[1]}，实为 {match[2]}，请改正", list(keys))
    if match := re.match(r"Invalid enum value (.+)", what):
        return (f"{name} cannot be {match[1]}; use one of its values",
                f"{name} 不能是 {match[1]}，请改用规定的值", list(keys))
    return f"{name}: {what}; mend it", f"{name}：{what}，请改正", list(keys)


def _followed(steps: Sequence[Key], record: Any, raw: Any) -> tuple[list[Key], Any]:
    """The keys that msgspec's steps stand for, and the type of what is there (None if it cannot be told).

    msgspec writes "..." for a key of a mapping: it is the first one whose value is not what it should be.
    """
    keys: list[Key] = []
    for step in steps:
        inside = typing.get_args(record)
        if step == _SOME_KEY and isinstance(raw, Mapping) and len(inside) > 1:
            record = inside[1]
            step = next((name for name, value in raw.items() if not _fits(value, record)), step)
        elif isinstance(step, int):
            record = inside[0] if inside else None
        else:
            record = typing.get_type_hints(record).get(str(step)) if isinstance(record, type) else None
        if step == _SOME_KEY:
            break
        keys.append(step)
        try:
            raw = raw[step]
        except (KeyError, IndexError, TypeError):
            raw = None
    return keys, record


def _fits(value: Any, record: Any) -> bool:
    try:
        msgspec.convert(value, record)
    except msgspec.ValidationError:
        return False
    return True


def _field_names(record: Any) -> list[str]:
    plain = isinstance(record, type) and issubclass(record, msgspec.Struct)
    return [field.encode_name for field in msgspec.structs.fields(record)] if plain else []
