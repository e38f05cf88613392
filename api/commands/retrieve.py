"""guohe retrieve: the retriever over any corpus."""
from __future__ import annotations

import argparse
from collections.abc import Mapping

from api.terminal import outputs
from api.terminal.console import Console
from api.terminal.options import add_common, existing
from ingestion.errors import UsageError


def configure(parser: argparse.ArgumentParser, words: Mapping[str, str]) -> None:
    parser.add_argument("--corpus", metavar="FILE", required=True, help=words["corpus"])
    parser.add_argument("--batch", metavar="FILE", required=True, help=words["queries"])
    parser.add_argument("--top", type=int, default=100, metavar="N", help=words["top"])
    add_common(parser, words)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> int:
    """Search a corpus for each query of a file; the exit status."""
    corpus, queries = existing([options.corpus, options.batch])
    if options.top < 1:
        raise UsageError(f"--top is {options.top}; give at least 1.", f"--top 为 {options.top}；至少为 1。")
    if not options.json or options.json == outputs.STANDARD_OUTPUT:
        raise UsageError("--json is missing; name the file for the results.", "缺少 --json；请写结果文件名。")
    outputs.check_target(options.json, [corpus, queries])
    from pathlib import Path

    from assistant.retrieving import corpus as retrieval

    retrieval.run(corpus, queries, Path(options.json), options.top, console.progress)
    console.clear()
    console.note(console.text("written", path=options.json))
    return 0
