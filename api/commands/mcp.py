"""guohe mcp: tools for a program on this computer, over standard input and output."""
from __future__ import annotations

import argparse
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from api.terminal.console import Console
from api.terminal.options import add_common, existing, policy_of

if TYPE_CHECKING:
    from assistant.retrieving.retrieval import Retriever


def configure(parser: argparse.ArgumentParser, words: Mapping[str, str]) -> None:
    parser.add_argument("paths", nargs="*", metavar="DIR", default=["."], help=words["mcp_folders"])
    add_common(parser, words, json_help=False)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> int:
    """Answer until standard input ends. Only what lies below the folders given is read."""
    roots = tuple(path.resolve() for path in existing(options.paths))
    policy = policy_of(options.policy)
    from api import answer_sources
    from api.programs import server
    from api.programs.backends import LocalDesk

    @cache
    def retriever() -> Retriever:
        return answer_sources.retriever(policy)

    server.local(LocalDesk(policy, roots, console.language, retriever, answer_sources.model())).run("stdio")
    return 0
