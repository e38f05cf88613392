"""guohe policy new: a folder to start from; guohe policy check: whether a policy folder can be used, and if not, where
and how to mend it; guohe policy upgrade: its facts as files of their own."""
from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from api.terminal.console import Console, one_line
from api.terminal.options import add_language, existing
from ingestion.errors import PathError, UsageError

if TYPE_CHECKING:
    from ingestion.policies.policy import Policy


def configure(parser: argparse.ArgumentParser, words: Mapping[str, str]) -> None:
    """The actions new, check and upgrade."""
    actions = parser.add_subparsers(title=words["commands"], metavar=words["command"], dest="action", required=True)
    check = actions.add_parser("check", help=words["policy_check"], description=words["policy_check"])
    check.add_argument("folder", metavar="DIR", help=words["policy_folder"])
    add_language(check, words)
    check.set_defaults(run=run)
    new = actions.add_parser("new", help=words["policy_new"], description=words["policy_new"])
    new.add_argument("text", metavar="TEXT", help=words["policy_text"])
    new.add_argument("folder", metavar="DIR", help=words["policy_new_folder"])
    add_language(new, words)
    new.set_defaults(run=run_new)
    upgrade = actions.add_parser("upgrade", help=words["policy_upgrade"], description=words["policy_upgrade"])
    upgrade.add_argument("folder", metavar="DIR", help=words["policy_folder"])
    add_language(upgrade, words)
    upgrade.set_defaults(run=run_upgrade)


def run(options: argparse.Namespace, console: Console) -> int:
    """Every mistake of a folder in a line of its own on standard error, or what it holds; 2 where there are any."""
    from assistant.policy_versions import folder_checks
    from ingestion.policies import policy

    folder = _folder(options)
    problems = folder_checks.check(folder)
    for problem in problems:
        sys.stderr.write(one_line(f"{problem.file}:{problem.line}: "
                                  f"{console.pick(problem.chinese, problem.english)}") + "\n")
    if problems:
        return 2
    sound = policy.load(folder)
    title = console.pick(sound.title, sound.title_en or sound.title)
    sys.stdout.write(console.text("policy_good", title=title, articles=len(sound.articles),
                                  criteria=len(sound.criteria), facts=len(sound.facts.facts)) + "\n")
    if not options.quiet:
        _say_unneeded(sound, console)
    return 0


def run_new(options: argparse.Namespace, console: Console) -> int:
    """Articles, bars, points and units out of a policy's text; what is left to write is marked, and counted here."""
    from assistant.policy_versions import starting
    from ingestion import reading

    source, folder = existing([options.text])[0], Path(options.folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{options.folder!r} is there already; name a folder that is not there.",
                         f"{options.folder!r} 已经存在；请写一个不存在的文件夹。")
    content = source.read_bytes() if source.is_file() else b""
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:   # Word, pdf, or text of another encoding: read as applications are
        content = "\n".join(one.text for one in reading.read_all([source], console.progress)).encode()
        console.clear()
    made = starting.start(content, folder)
    sys.stdout.write(console.text("policy_started", folder=options.folder, articles=made.articles,
                                  measured=made.measured, judged=made.judged, gaps=made.gaps) + "\n")
    return 0


def _say_unneeded(sound: Policy, console: Console) -> None:
    """One line for each fact that has rules which none of its sentences needs."""
    from assistant.policy_versions import fact_sentences

    by_file: dict[str, list[str]] = {}
    for file, rule in fact_sentences.unneeded(sound):
        by_file.setdefault(file, []).append(rule)
    for file, rules in by_file.items():
        sys.stdout.write(one_line(console.text("policy_unneeded", file=file, rules=", ".join(rules))) + "\n")


def run_upgrade(options: argparse.Namespace, console: Console) -> int:
    """A folder whose facts cannot be read stays as it is."""
    from ingestion.facts import fact_files, schema

    folder = _folder(options)
    schema.load(folder)
    made = fact_files.upgrade(folder)
    sys.stdout.write(console.text("policy_upgraded" if made else "policy_new_already", folder=options.folder,
                                  count=len(made) - 1) + "\n")
    return 0


def _folder(options: argparse.Namespace) -> Path:
    folder = Path(options.folder)
    if not folder.is_dir():
        raise PathError(f"{options.folder!r} is no folder; name a policy folder.",
                        f"{options.folder!r} 不是文件夹；请写政策文件夹。")
    return folder
