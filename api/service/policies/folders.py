"""A policy folder as a handful of files by name: from a zip, with another text, with a mended criterion. Pure."""
from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from api.errors import Failure
from ingestion.errors import UnreadableError
from ingestion.parsing import archive, text
from ingestion.policies.files import CRITERIA, FACTS, HEAD, TEXT

MOST_FILES, MOST_BYTES = 120, 4_000_000
WORDS = frozenset({".yaml", ".txt", ".md"})      # kinds of files that people read and mend
KINDS = WORDS | {".npz"}
Folder = Mapping[str, bytes]
Keys = tuple[str | int, ...]
Value = str | int | bool | None | Mapping[str, int]
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)   # eight times as fast, with the same places


def unzip(data: bytes) -> dict[str, bytes]:
    """The files of a zipped policy folder, with or without the folder itself around them. Failure "policy_zip"."""
    try:
        members = archive.members(data)
    except UnreadableError as error:
        raise Failure("policy_zip", name=error.code) from error
    files = {PurePosixPath(name): content for name, content in members}
    heads = [path for path in files if path.name == HEAD]
    if len(heads) != 1:
        raise Failure("policy_zip", name=HEAD)
    root = heads[0].parent
    found = {}
    for path, content in files.items():
        if path.parent not in (root, root / FACTS) or path.suffix not in KINDS:
            raise Failure("policy_zip", name=str(path)[:80])
        found[path.relative_to(root).as_posix()] = content
    if len(found) > MOST_FILES or sum(map(len, found.values())) > MOST_BYTES:
        raise Failure("policy_zip", name=f"{MOST_FILES} / {MOST_BYTES // 1_000_000} MB")
    return _as_utf8(found)


def _as_utf8(files: Folder) -> dict[str, bytes]:
    """The files in UTF-8, the head's digest of the text gone along. Failure "policy_unread" for unknown characters."""
    found = dict(files)
    for name, content in files.items():
        if not readable(name):
            continue
        try:
            content.decode("utf-8-sig")
        except UnicodeDecodeError:
            decoded, doubts = text.decode(content)
            if doubts:
                raise Failure("policy_unread", name=name, zh=doubts[0].text, en=doubts[0].text_en) from None
            found[name] = decoded.replace("\r\n", "\n").encode()
    if TEXT in found and found[TEXT] != files[TEXT]:
        head = found[HEAD].decode("utf-8-sig").replace(hashlib.sha256(files[TEXT]).hexdigest(),
                                                       hashlib.sha256(found[TEXT]).hexdigest())
        found[HEAD] = head.encode()
    return found


def readable(name: str) -> bool:
    """Whether a file of the folder is text, and not a table of numbers."""
    return PurePosixPath(name).suffix in WORDS


def pack(files: Folder) -> bytes:
    """The same bytes for the same files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(files):
            packed.writestr(zipfile.ZipInfo(name), files[name])
    return stream.getvalue()


def digest(files: Folder) -> str:
    """As `api.service.versions.folder` of a folder with these files."""
    found = hashlib.sha256()
    for name in sorted(files):
        found.update(f"{name}\0{len(files[name])}\0".encode())
        found.update(files[name])
    return found.hexdigest()


@contextmanager
def written(files: Folder) -> Iterator[Path]:
    """The files in a folder for as long as they are looked at."""
    with tempfile.TemporaryDirectory(prefix="guohe-policy-") as folder:
        write(files, Path(folder))
        yield Path(folder)


def write(files: Folder, folder: Path) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


def with_text(files: Folder, words: bytes, version: str) -> dict[str, bytes]:
    """The folder with another text, its digest and its version in the head; comments there stay."""
    head = files[HEAD].decode("utf-8-sig")
    head = _with_value(head, ("sha256",), hashlib.sha256(words).hexdigest())
    return {**files, TEXT: words, HEAD: _with_value(head, ("version",), version).encode()}


def with_criterion(files: Folder, criterion: str, values: Mapping[str, Value]) -> dict[str, bytes]:
    """The folder with other values in one criterion. Failure "not_found" for an unknown one."""
    text = files[CRITERIA].decode("utf-8-sig")
    entry = place(text, criterion)
    for name, value in values.items():
        text = _with_value(text, (entry, name), value)
    return {**files, CRITERIA: text.encode()}


def without_criterion(files: Folder, criterion: str) -> dict[str, bytes]:
    text = files[CRITERIA].decode("utf-8-sig")
    entry = place(text, criterion)
    nodes = _root(text).value
    start = text.rfind("\n", 0, nodes[entry].start_mark.index) + 1
    end = text.rfind("\n", 0, nodes[entry + 1].start_mark.index) + 1 if entry + 1 < len(nodes) else len(text)
    return {**files, CRITERIA: (text[:start] + text[end:]).encode()}


def with_file(files: Folder, name: str, content: str) -> dict[str, bytes]:
    """The folder with another content of one of its files; the head's digest of the text goes along."""
    if name not in files or not readable(name):
        raise Failure("not_found")
    changed = {**files, name: content.replace("\r\n", "\n").encode()}
    if name == TEXT:
        head = changed[HEAD].decode("utf-8-sig")
        changed[HEAD] = _with_value(head, ("sha256",), hashlib.sha256(changed[TEXT]).hexdigest()).encode()
    return changed


def with_values(files: Folder, name: str, keys: Keys, values: Mapping[str, Value]) -> dict[str, bytes]:
    """The folder with other values in the mapping that stands under `keys` of a file; comments there stay."""
    text = files[name].decode("utf-8-sig")
    for key, value in values.items():
        text = _with_value(text, (*keys, key), value)
    return {**files, name: text.encode()}


def with_entry(files: Folder, name: str, keys: Keys, entry: Mapping[str, Value]) -> dict[str, bytes]:
    """The folder with one more entry at the end of the list that stands under `keys` of a file."""
    text = files[name].decode("utf-8-sig")
    node = _under(_root(text), keys)
    if not isinstance(node, yaml.SequenceNode) or node.flow_style or not node.value:
        raise Failure("policy_yaml", name=str(keys[-1]))
    end = len(text[:node.value[-1].end_mark.index].rstrip())
    end = text.find("\n", end) if "\n" in text[end:] else len(text)
    added = f"\n{' ' * node.start_mark.column}- {json.dumps(entry, ensure_ascii=False)}"
    return {**files, name: (text[:end] + added + text[end:]).encode()}


def place(text: str, criterion: str) -> int:
    """Which entry of a list of criteria is that one. Failure "not_found"."""
    for number, node in enumerate(_root(text).value):
        if isinstance(node, yaml.MappingNode) and any(
                name.value == "id" and value.value == criterion for name, value in node.value):
            return number
    raise Failure("not_found")


def _root(text: str) -> yaml.Node:
    try:
        root: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise Failure("policy_yaml", name=str(getattr(error, "problem", "") or "YAML")) from error
    if root is None:
        raise Failure("policy_yaml", name="YAML")
    return root


def _under(node: yaml.Node, keys: Keys) -> yaml.Node:
    """What stands under `keys`. Failure "policy_yaml" where nothing does."""
    for key in keys:
        if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
        elif isinstance(node, yaml.MappingNode) and any(name.value == key for name, _ in node.value):
            node = next(value for name, value in node.value if name.value == key)
        else:
            raise Failure("policy_yaml", name=str(key))
    return node


def _with_value(text: str, keys: Keys, value: Value) -> str:
    """The YAML with a value put in place of what stands under `keys`, or after the first entry of its mapping."""
    node = _under(_root(text), keys[:-1])
    if not isinstance(node, yaml.MappingNode) or not node.value:
        raise Failure("policy_yaml", name=str(keys[-1]))
    written = json.dumps(value, ensure_ascii=False)
    for name, held in node.value:
        if name.value == keys[-1]:
            start, end = held.start_mark.index, held.end_mark.index
            before = text[start:end]
            block = not isinstance(held, yaml.ScalarNode) or (held.style or " ") in "|>"   # ends below its last line
            kept = before[len(before.rstrip()):] if block else ""
            return f"{text[:start]}{written}{kept}{text[end:]}"
    first = node.value[0][0].start_mark
    if node.flow_style:
        return f"{text[:first.index]}{keys[-1]}: {written}, {text[first.index:]}"
    end = text.find("\n", node.value[0][1].end_mark.index - 1)
    end = len(text) if end < 0 else end
    return f"{text[:end]}\n{' ' * first.column}{keys[-1]}: {written}{text[end:]}"
