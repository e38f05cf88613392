"""Folders of cases: applications as `assess --batch` and `ask --cases` read them."""
from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from api.terminal.options import day, text_field
from ingestion.errors import PathError, UsageError

DOCUMENTS, CASE_FILE = "documents", "case.json"
SAFE_ID = re.compile(r"[^/\\\x00-\x1f]{1,200}")


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    base_type: str
    application_date: date
    documents: Path
    applicant: str = ""


def case_folders(root: Path) -> list[Path]:
    """The folders of the cases below `root`, in the order of their names; PathError where there is none."""
    folders = sorted(path.parent for path in root.glob(f"*/{CASE_FILE}")) if root.is_dir() else []
    if not folders:
        raise PathError(f"{str(root)!r} holds no case (a folder with {CASE_FILE} and {DOCUMENTS}/).",
                        f"{str(root)!r} 中没有案例（含 {CASE_FILE} 和 {DOCUMENTS}/ 的文件夹）。")
    return folders


def read_case(folder: Path) -> Case:
    """What a case's file says; UsageError or PathError where it cannot be used."""
    try:
        content = json.loads((folder / CASE_FILE).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{CASE_FILE} is no readable JSON.", f"{CASE_FILE} 不是可读的 JSON。") from error
    identifier = text_field(content, "id", default=folder.name)
    if not SAFE_ID.fullmatch(identifier) or identifier.startswith("."):
        raise UsageError(f"its id {identifier!r} cannot name a file.", f"编号 {identifier!r} 不能用作文件名。")
    documents = folder / DOCUMENTS
    if not documents.is_dir():
        raise PathError(f"it has no folder {DOCUMENTS}/.", f"缺少 {DOCUMENTS}/ 文件夹。")
    return Case(identifier, text_field(content, "base_type"), day(text_field(content, "application_date")), documents,
                text_field(content, "applicant", default=""))

