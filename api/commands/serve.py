"""guohe serve: the web application, where an installation has one."""
from __future__ import annotations

import argparse
from collections.abc import Mapping

from api.commands.shared import add_common
from api.console import Console
from ingestion.errors import UsageError


def configure(parser: argparse.ArgumentParser, words: Mapping[str, str]) -> None:
    parser.add_argument("--host", default="127.0.0.1", help=words["host"])
    parser.add_argument("--port", type=int, default=8000, help=words["port"])
    add_common(parser, words, json_help=False)
    parser.set_defaults(run=run)


def run(_options: argparse.Namespace, _console: Console) -> int:
    raise UsageError("this version has no web application yet; use guohe assess and guohe ask.",
                     "本版本尚不含网页应用；请使用 guohe assess 和 guohe ask。")
