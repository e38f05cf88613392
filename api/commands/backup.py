"""guohe backup FILE: the whole installation in one file, while it runs."""
from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from api.terminal.console import Console
from api.terminal.options import add_language, data_folder


def configure(parser: argparse.ArgumentParser, words: Mapping[str, str]) -> None:
    parser.add_argument("file", metavar="FILE", help=words["backup_file"])
    parser.add_argument("--data", metavar="DIR", help=words["data"])
    add_language(parser, words)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> int:
    """Write the whole installation into one file while it runs; the exit status."""
    from api.service.administration import backing_up
    from api.service.environment import settings
    from api.terminal import outputs

    folder = data_folder(options.data)
    target = Path(options.file).absolute()
    outputs.check_target(str(target))
    saved = backing_up.backup(settings.read(os.environ, folder), target)
    for one in saved.missing:
        console.warn(console.text("backup_missing", sha256=one[:12]))
    sys.stdout.write(console.text("backup_done", path=options.file, files=saved.files, size=saved.size,
                                  rows=saved.audit_rows, head=saved.audit_head) + "\n")
    return 0
