"""Patterns kept between runs: the same matches, and a file that is missing, broken or foreign changes nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.patterns import compiled

SOURCES = ["未获|没有", r"(?P<number>\d{1,3})\s*(?P<unit>[篇项个])", "(?i:sci)[^，]{0,4}论文", "(?<!尚)未", "Straße|K",
           "(a)|(?P<b>b)"]
TEXTS = ["", "共26篇SCI收录论文", "尚未获批", "没有", "STRASSE", "\u212a", "ab"]
FLAGS = [0, re.IGNORECASE, re.MULTILINE]


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    yield
    compiled._kept.path = None
    compiled._kept.known = {}


def keep_all(path: Path) -> None:
    compiled.use(path)
    for source in SOURCES:
        for flags in FLAGS:
            compiled.pattern(source, flags)
    compiled.keep()


def found(pattern: re.Pattern[str], text: str) -> list[tuple[object, ...]]:
    return [(match.span(), match.groups(), match.groupdict(), match.lastgroup) for match in pattern.finditer(text)]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("flags", FLAGS)
def test_a_kept_pattern_is_the_same(source: str, flags: int, tmp_path: Path) -> None:
    """Like what `re.compile` makes, in everything that can be asked of it."""
    keep_all(tmp_path / "patterns")
    compiled.use(tmp_path / "patterns")
    kept, usual = compiled.pattern(source, flags), re.compile(source, flags)
    assert compiled._kept.added == 0
    assert kept.pattern == usual.pattern
    assert (kept.flags, kept.groups, kept.groupindex) == (usual.flags, usual.groups, usual.groupindex)
    for text in TEXTS:
        assert found(kept, text) == found(usual, text)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("flags", FLAGS)
def test_what_a_kept_pattern_needs_is_kept(source: str, flags: int, tmp_path: Path) -> None:
    """The same as is read off a pattern that was compiled elsewhere."""
    keep_all(tmp_path / "patterns")
    compiled._needs.clear()
    told = compiled.needed(re.compile(source, flags))
    compiled.use(tmp_path / "patterns")
    assert compiled.needed(compiled.pattern(source, flags)) == told
    assert compiled._needs.keys() == {(source, re.compile(source, flags).flags)}


def test_without_a_file_nothing_is_kept(tmp_path: Path) -> None:
    """A program that names no file uses `re.compile` and remembers nothing."""
    assert compiled.pattern("未|没").findall("没有，未获") == ["没", "未"]
    compiled.keep()
    assert compiled._kept.known == {}


def test_a_few_new_patterns_are_not_worth_a_file(tmp_path: Path) -> None:
    """Below the least number nothing is written."""
    compiled.use(tmp_path / "patterns")
    compiled.pattern("未|没")
    compiled.keep()
    assert not (tmp_path / "patterns").exists()


@pytest.mark.parametrize("harm", ["cut", "changed", "foreign", "empty", "folder"])
def test_a_file_that_is_not_ours_is_ignored_and_replaced(harm: str, tmp_path: Path) -> None:
    """Cut off, changed by a bit, from elsewhere, empty, a folder: no error, and a whole file afterwards."""
    path = tmp_path / "patterns"
    keep_all(path)
    data = path.read_bytes()
    if harm == "folder":
        path.unlink()
        path.mkdir()
    else:
        changed = bytes([data[-1] ^ 1])
        path.write_bytes({"cut": data[:-9], "changed": data[:-1] + changed, "foreign": b"x" * 32 + data[32:],
                          "empty": b""}[harm])
    compiled.use(path)
    assert compiled._kept.known == {}
    keep_all(path)
    assert path.is_dir() if harm == "folder" else path.read_bytes() == data


def test_a_mistake_in_a_pattern_is_told_as_always(tmp_path: Path) -> None:
    """The error is that of `re`."""
    compiled.use(tmp_path / "patterns")
    with pytest.raises(re.error, match="unterminated"):
        compiled.pattern("(未")


def test_an_interpreter_with_other_parts_compiles_as_usual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the private parts of `re` are others, `re.compile` is used."""
    def gone(_source: str, _flags: int) -> None:
        raise AttributeError("_code")

    compiled.use(tmp_path / "patterns")
    monkeypatch.setattr(compiled, "_translate", gone)
    assert compiled.pattern("没有啊") == re.compile("没有啊")


def test_a_second_command_reads_what_the_first_kept(tmp_path: Path) -> None:
    """Its output is the same, and it has nothing to write."""
    text, cache = tmp_path / "材料.txt", tmp_path / "cache"
    text.write_text("近三年发表SCI论文26篇，其中中外联合论文9篇。", encoding="utf-8")
    said, written = [], []
    for _ in range(2):
        command = [sys.executable, "-m", "api.cli", "facts", str(text), "--date", "2024-06-15", "--json", "-"]
        done = subprocess.run(command, env={**os.environ, "GUOHE_CACHE": str(cache)}, capture_output=True, check=True)
        said.append(done.stdout)
        written.append((cache / "patterns").stat().st_mtime_ns)
    assert b'"sci_ei_papers"' in said[0]
    assert said[0] == said[1]
    assert written[0] == written[1]
