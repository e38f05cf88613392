"""guohe restore FILE: a backup back into an empty data folder."""
from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from api.terminal.console import Console
from api.terminal.options import add_language, existing


def configure(parser: argparse.ArgumentParser, words: Mapping[str, str]) -> None:
    parser.add_argument("file", metavar="FILE", help=words["restore_file"])
    parser.add_argument("--data", metavar="DIR", help=words["data"])
    add_language(parser, words)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> int:
    from api.service.administration import backing_up
    from api.service.environment import settings

    source = existing([options.file])[0]
    given = settings.read(os.environ, Path(options.data) if options.data else None)
    saved = backing_up.restore(given, source)
    sys.stdout.write(console.text("restore_done", path=str(given.data), files=saved.files, rows=saved.audit_rows,
                                  head=saved.audit_head) + "\n")
    return 0
