"""The command line: one parser, one command, every error one line on standard error and a status.

Nothing heavy is imported here: each command imports what it uses when it runs. argparse and not typer, which takes
0.1 s more of every start with what it brings, and whose texts would have to be put into two languages in the same way.
"""
from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from api import __version__
from api.terminal.console import LANGUAGES, Console, texts
from ingestion.errors import GuoheError, UsageError

DONE, UNUSABLE, INTERRUPTED = 0, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0 done, 1 a model failed its exam, 2 the arguments or the input are unusable,
    130 interrupted."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if arguments[:1] == ["--version"]:
        return _show_version()
    console = Console("zh")
    try:
        console.language = language_of(arguments, os.environ)
        options = parser(console.language).parse_args(arguments)
        console.quiet = getattr(options, "quiet", False)
        _log_to_standard_error(quiet=console.quiet)
        with _patterns_kept():
            status: int = options.run(options, console)
            sys.stdout.flush()
    except GuoheError as error:
        console.fail(error)
        return UNUSABLE
    except KeyboardInterrupt:
        console.warn(console.text("interrupted"))
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough. Nothing is left to say, also not when Python closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        if os.environ.get("GUOHE_DEBUG"):
            raise
        console.warn(console.text("unexpected", kind=type(error).__name__, detail=error))
        return UNUSABLE
    return status


def _log_to_standard_error(*, quiet: bool) -> None:
    """What libraries and readers warn of comes as lines like our own; under --quiet only errors do."""
    import logging

    logging.basicConfig(format="guohe: %(message)s", level=logging.ERROR if quiet else logging.WARNING)


@contextmanager
def _patterns_kept() -> Iterator[None]:
    """What this command translates of the word lists, the next one reads."""
    from ingestion import caches
    from ingestion.patterns import compiled

    compiled.use(caches.folder() / "patterns")
    try:
        yield
    finally:
        compiled.keep()


def _show_version() -> int:
    sys.stdout.write(f"guohe {__version__}\n")
    return DONE


class _Version(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __call__(self, *_: object) -> NoReturn:
        sys.exit(_show_version())


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """`--lang` wins over GUOHE_LANG; Chinese without either. Read before the parser, whose help speaks it."""
    chosen, source = environment.get("GUOHE_LANG") or "zh", "GUOHE_LANG"
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument.startswith("--lang="):
            chosen, source = argument.removeprefix("--lang="), "--lang"
        elif argument == "--lang" and place + 1 < len(arguments):
            chosen, source = arguments[place + 1], "--lang"
    if chosen not in LANGUAGES:
        raise UsageError(f"{source} is {chosen!r}; choose zh or en.", f"{source} 为 {chosen!r}；请用 zh 或 en。")
    return chosen


class Parser(argparse.ArgumentParser):
    """Speaks the user's language and raises instead of printing its usage and leaving."""

    language = "zh"

    def __init__(self, **settings: Any) -> None:
        """Headings and the help option in the user's language."""
        words = texts(self.language)["help"]

        class Formatter(argparse.HelpFormatter):
            def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
                super().add_usage(usage, actions, groups, words["usage"] if prefix is None else prefix)

            def format_help(self) -> str:
                return re.sub(r"^(\S+):$", rf"\1{words['colon']}", super().format_help(), flags=re.MULTILINE)

        super().__init__(add_help=False, allow_abbrev=False, formatter_class=Formatter, **settings)
        self._positionals.title, self._optionals.title = words["arguments"], words["options"]
        self.add_argument("-h", "--help", action="help", help=words["help"])

    def error(self, message: str) -> NoReturn:
        command = self.prog.removeprefix("guohe").strip()
        command = command + " " if command else ""
        chinese = message
        for pattern, wording in texts("zh")["argparse"]:
            if found := re.fullmatch(pattern, message):
                chinese = wording.format(*found.groups())
                break
        raise UsageError(texts("en")["messages"]["usage_error"].format(message=message, command=command),
                         texts("zh")["messages"]["usage_error"].format(message=chinese, command=command))


def parser(language: str) -> Parser:
    """The parser of every command; `options.run(options, console)` does the chosen one's work."""
    from api.commands import (
        ask,
        assess,
        audit,
        backup,
        doctor,
        facts,
        mcp,
        model,
        policy,
        restore,
        retrieve,
        serve,
        work,
    )

    words = texts(language)["help"]
    kind: type[Parser] = type("Parser", (Parser,), {"language": language})
    root = kind(prog="guohe", description=words["description"], epilog=words["epilog"])
    root.add_argument("--version", action=_Version, nargs=0, help=words["version"])
    root.add_argument("--lang", choices=LANGUAGES, help=words["lang"])
    commands = root.add_subparsers(title=words["commands"], metavar=words["command"], dest="command", required=True,
                                   prog="guohe", parser_class=kind)
    for command in (assess, facts, ask, retrieve, policy, model, serve, work, mcp, audit, backup, restore, doctor):
        name = command.__name__.rpartition(".")[2]
        command.configure(commands.add_parser(name, help=words[name], description=words[name]), words)
    return root


if __name__ == "__main__":
    sys.exit(main())
