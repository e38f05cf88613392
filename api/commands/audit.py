"""guohe audit: verify the chain of who did what, or write it out."""
from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from api.terminal.console import Console
from api.terminal.options import add_language, trouble
from ingestion.errors import PathError

if TYPE_CHECKING:
    from api.store.database import Database


def configure(parser: argparse.ArgumentParser, words: Mapping[str, str]) -> None:
    actions = parser.add_subparsers(title=words["commands"], metavar=words["command"], dest="action", required=True)
    verify = actions.add_parser("verify", help=words["audit_verify"], description=words["audit_verify"])
    verify.add_argument("--head", metavar="HASH", default="", help=words["audit_head"])
    export = actions.add_parser("export", help=words["audit_export"], description=words["audit_export"])
    export.add_argument("file", metavar="FILE", help=words["audit_file"])
    for action, work in ((verify, _verify), (export, _export)):
        action.add_argument("--data", metavar="DIR", help=words["data"])
        add_language(action, words)
        action.set_defaults(run=work)


def _verify(options: argparse.Namespace, console: Console) -> int:
    """May run while the server does. A chain that is not whole is an error that names its first broken row."""
    from api.service.administration import auditing

    database = opened(options.data)
    found = auditing.verify(database, options.head.strip())
    database.close()
    if found.broken is not None:
        raise trouble(f"audit_{found.problem}", row=found.broken, rows=found.rows)
    sys.stdout.write(console.text("audit_whole", rows=found.rows, head=found.head) + "\n")
    return 0


def _export(options: argparse.Namespace, console: Console) -> int:
    """`guohe audit export FILE`: the whole audit as csv or jsonl, in words beside what is kept."""
    from api.pages.administration.audit_words import rows_said
    from api.service.administration.administration_records import AuditFilter
    from api.service.administration.auditing import FORMATS, Auditing
    from api.terminal import outputs
    from ingestion.policies import policy

    form = Path(options.file).suffix.lstrip(".").lower()
    if form not in FORMATS:
        raise PathError(f"{options.file!r} must end in .csv or .jsonl.", f"{options.file!r} 须以 .csv 或 .jsonl 结尾。")
    outputs.check_target(options.file, [])
    database = opened(options.data)
    say = rows_said(console.language, policy.load())
    outputs.write("".join(Auditing(database).written(AuditFilter(), form, say)).encode(), options.file)
    database.close()
    console.note(console.text("written", path=options.file))
    return 0


def opened(data: str | None) -> Database:
    """The database of a data folder that is there; nothing is made or brought up to date."""
    from api.service.environment import settings
    from api.store.database import Database

    folder = Path(data or os.environ.get("GUOHE_DATA") or "guohe-data")
    if not folder.is_dir():
        raise PathError(f"there is no data folder {str(folder)!r}; name it with --data.",
                        f"没有数据文件夹 {str(folder)!r}；请用 --data 指明。")
    return Database(settings.read(os.environ, folder).database_url)
