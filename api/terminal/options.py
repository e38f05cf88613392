"""Options that several commands take, and what they mean."""
from __future__ import annotations

import argparse
import atexit
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from api.terminal.console import LANGUAGES, texts
from ingestion.errors import DateError, PathError, UsageError

if TYPE_CHECKING:
    from ingestion.policies.policy import Policy

EARLIEST_YEAR, LATEST_YEAR = 1990, 2100


def add_common(parser: argparse.ArgumentParser, words: Mapping[str, str], *, json_help: bool = True) -> None:
    """--json, --policy, --lang, --quiet."""
    if json_help:
        parser.add_argument("--json", metavar="FILE", help=words["json"])
    parser.add_argument("--policy", metavar="DIR", help=words["policy_dir"])
    add_language(parser, words)


def add_language(parser: argparse.ArgumentParser, words: Mapping[str, str]) -> None:
    """--lang, --quiet."""
    parser.add_argument("--lang", choices=LANGUAGES, default=argparse.SUPPRESS, help=words["lang"])
    parser.add_argument("--quiet", action="store_true", help=words["quiet"])


def trouble(key: str, /, **values: object) -> UsageError:
    """An error whose texts stand among the command line's messages."""
    return UsageError(*(texts(language)["messages"][key].format(**values) for language in ("en", "zh")))


def data_folder(given: str | None) -> Path:
    """The data folder of an installation: as given, as set, or `guohe-data` here. UsageError where there is none.

    Where PostgreSQL has everything and the secret is a setting, the folder has only caches, and an empty one will do.
    """
    named = given or os.environ.get("GUOHE_DATA")
    folder = Path(named or "guohe-data")
    elsewhere = (os.environ.get("GUOHE_DATABASE_URL") or "").startswith("postgres") and os.environ.get("GUOHE_SECRET")
    if not folder.is_dir():
        if elsewhere and not named:
            folder = Path(tempfile.mkdtemp(prefix="guohe-data-"))
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            return folder
        raise trouble("no_data", folder=str(folder))
    return folder


def add_date(parser: argparse.ArgumentParser, words: Mapping[str, str]) -> None:
    parser.add_argument("--date", metavar="YYYY-MM-DD", help=words["date"])


def policy_of(folder: str | None) -> Policy:
    """The policy in `folder`, or the one shipped."""
    from ingestion.policies import policy

    return policy.load(Path(folder)) if folder else policy.load()


def day(text: str | None) -> date:
    """An application date written YYYY-MM-DD; today without one."""
    if text is None:
        return date.today()  # noqa: DTZ011 — the day on the user's own calendar
    try:
        found = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) else None
    except ValueError:
        found = None
    if found is None or not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise DateError(f"{text!r} is no date; write it as YYYY-MM-DD, such as 2024-06-15.",
                        f"{text!r} 不是日期；请写成 YYYY-MM-DD，例如 2024-06-15。")
    return found


def existing(paths: Sequence[str]) -> list[Path]:
    """The paths as given, every one of which must be there."""
    found = [Path(path) for path in paths]
    for path in found:
        if not _exists(path):
            raise PathError(f"{str(path)!r} does not exist; check the name.", f"{str(path)!r} 不存在；请检查名称。")
    return found


def json_lines(file: str) -> Iterator[tuple[int, object]]:
    """(line number, value) of a JSON Lines file; a line that is no JSON comes as the UsageError that says so."""
    path = existing([file])[0]
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise PathError(f"{file!r} cannot be read as UTF-8 text ({_reason(error)}); save it as UTF-8.",
                        f"{file!r} 不能按 UTF-8 文本读取（{_reason(error)}）；请另存为 UTF-8。") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                yield number, UsageError("it is no JSON", "不是 JSON")


def text_field(row: object, key: str, *, default: str | None = None) -> str:
    """A string of a batch's object; a whole number is taken for the text it is written as."""
    if isinstance(row, UsageError):
        raise row
    if not isinstance(row, dict):
        raise UsageError("it is no JSON object", "不是 JSON 对象")
    value = row.get(key, default)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise UsageError(f"it has no text under {key!r}", f"缺少文本字段 {key!r}")
    return value


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # too long, or with a NUL
        return False


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
