"""guohe doctor: a full check; what can be mended is, and said."""
from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping

from api.terminal.console import Console
from api.terminal.options import add_language, data_folder, trouble


def configure(parser: argparse.ArgumentParser, words: Mapping[str, str]) -> None:
    parser.add_argument("--data", metavar="DIR", help=words["data"])
    parser.add_argument("--check", action="store_true", help=words["doctor_check"])
    add_language(parser, words)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> int:
    """0 where all is well or was mended. Mending needs an embedded folder for itself; `--check` does not."""
    from api.service.administration.doctoring import Doctor, State
    from api.service.environment import settings
    from api.store.lock import FolderLock

    folder = data_folder(options.data)
    given = settings.read(os.environ, folder)
    lock = FolderLock(given.data) if given.embedded and not options.check else None
    left = 0
    for found in Doctor(given, mend=not options.check).look():
        left += found.state in {State.BROKEN, State.FOUND}
        names = " ".join(found.names)
        line = console.text(f"doctor_{found.what}")
        state = console.text(f"doctor_is_{found.state}", count=found.count)
        sys.stdout.write(f"{line}{console.text('doctor_colon')}{state}{' (' + names + ')' if names else ''}\n")
    if lock is not None:
        lock.release()
    if left:
        raise trouble("doctor_left", count=left)
    return 0
