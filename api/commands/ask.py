"""guohe ask: a question about the policy, or about an application."""
from __future__ import annotations

import argparse
from collections.abc import Mapping

from api.commands.shared import add_common, add_date
from api.console import Console
from ingestion.errors import UsageError


def configure(parser: argparse.ArgumentParser, words: Mapping[str, str]) -> None:
    parser.add_argument("question", nargs="?", metavar="QUESTION", help=words["question"])
    parser.add_argument("--case", nargs="+", metavar="PATH", default=[], help=words["case"])
    parser.add_argument("--base-type", metavar="ID", help=words["base_type"])
    add_date(parser, words)
    parser.add_argument("--batch", metavar="FILE", help=words["ask_batch"])
    add_common(parser, words)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> int:
    raise UsageError("not yet.", "尚未实现。")
