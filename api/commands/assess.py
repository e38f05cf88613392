"""guohe assess: one application, or a folder of them."""
from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from api.commands.cases import Case, case_folders, read_case
from api.terminal import outputs
from api.terminal.console import Console, error_line
from api.terminal.options import add_common, add_date, day, existing, policy_of
from ingestion.errors import GuoheError, UsageError

if TYPE_CHECKING:
    from assistant.second_reader.configured import SecondReader
    from assistant.second_reader.exam.foreseeing import Cost
    from ingestion.domain import Assessment
    from ingestion.policies.policy import Policy

DIFFER = ("cautious", "second")


def configure(parser: argparse.ArgumentParser, words: Mapping[str, str]) -> None:
    """The options of the command."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help=words["paths"])
    parser.add_argument("--base-type", metavar="ID", help=words["base_type"])
    add_date(parser, words)
    parser.add_argument("--report", metavar="FILE", action="append", default=[], help=words["report"])
    parser.add_argument("--applicant", metavar="NAME", default="", help=words["applicant"])
    parser.add_argument("--batch", metavar="CASES_DIR", help=words["assess_batch"])
    parser.add_argument("--second-reader", action="store_true", help=words["second_reader"])
    parser.add_argument("--differ", choices=DIFFER, default=DIFFER[0], help=words["differ"])
    parser.add_argument("--unexamined", action="store_true", help=words["unexamined"])
    parser.add_argument("--recompute", metavar="KEY", help=words["recompute"])
    parser.add_argument("--data", metavar="DIR", help=words["data"])
    add_common(parser, words)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> int:
    """One application, a folder of cases, or a stored assessment once more; the exit status."""
    if options.recompute is not None:
        from api.commands import recompute

        return recompute.run(options, console)
    if options.second_reader is False and (options.unexamined or options.differ != DIFFER[0]):
        raise UsageError("--differ and --unexamined need --second-reader.",
                         "--differ 与 --unexamined 需要 --second-reader。")
    if options.batch is not None:
        return _batch(options, console)
    if not options.paths:
        raise UsageError("no documents are named; give files or a folder.", "没有给出申报材料；请写文件或文件夹。")
    if not options.base_type:
        english, chinese = policy_of(options.policy).choices
        raise UsageError(f"--base-type is missing; choose one of: {english}",
                         f"缺少 --base-type；请写申报类型，可选：{chinese}")
    application_date, paths = day(options.date), existing(options.paths)
    outputs.check_target(options.json, paths)
    for report in options.report:
        outputs.check_report(report)
        outputs.check_target(report, paths)
    return _one(options, console, paths, application_date)


def _one(options: argparse.Namespace, console: Console, paths: Sequence[Path], application_date: date) -> int:
    """Assess, show the result, and write what is asked for."""
    from assistant.judging import assessing
    from assistant.report import composing, particulars, serialising

    policy = policy_of(options.policy)
    reader = _reader(options, policy)
    result = assessing.assess(paths, policy, options.base_type, application_date, console.language, console.progress)
    known = particulars.read(result.documents, options.applicant)
    if reader is not None:
        result = _read_again(reader, result, policy, known.applicant, console)
    console.clear()
    report = composing.compose(result, policy, console.language, known)
    if options.json:
        outputs.write_json(serialising.assessment(result, policy, console.language), options.json)
    if options.json != outputs.STANDARD_OUTPUT:
        from api.terminal import results as terminal

        terminal.show_assessment(report)
    for target in options.report:
        from assistant.report import render

        outputs.write(render(report, Path(target).suffix), target)
    for target in [options.json, *options.report]:
        if target and target != outputs.STANDARD_OUTPUT:
            console.note(console.text("written", path=target))
    return 0


def _reader(options: argparse.Namespace, policy: Policy) -> SecondReader | None:
    """The second reader that the options ask for."""
    if not options.second_reader:
        return None
    from assistant.second_reader import configured

    return configured.reader(options.differ, policy, unexamined=options.unexamined)


def _read_again(reader: SecondReader, alone: Assessment, policy: Policy, applicant: str, console: Console,
                case: str = "") -> Assessment:
    """Both readings; what the second will cost is said before anything is asked, afterwards what it did and what went
    wrong."""
    about, cost = f"{case}: " if case else "", reader.foresee(alone, policy, applicant)
    console.note(about + _foreseen(cost, reader.name, console))
    if not case:
        console.progress(0, 1, reader.name)
    result = reader.read(alone, policy, applicant, console.language)
    second = result.second
    if second is not None and cost.requests and second.requests:
        console.note(about + console.text(
            "second_reader_used", model=reader.name, requests=second.requests, tokens=f"{second.tokens:,}",
            estimated=console.text("exam_estimated") if second.estimated else "", seconds=f"{second.seconds:,.0f}"))
    if second is not None and second.error:
        console.warn(about + console.text("second_reader_failed", reason=second.error))
    return result


def _foreseen(cost: Cost, model: str, console: Console) -> str:
    if not cost.requests:
        return console.text("second_reader_known", model=model)
    lasting = console.text(f"lasting_{cost.by}", seconds=f"{cost.seconds:,.0f}") if cost.seconds is not None else (
        console.text("lasting_unknown"))
    return console.text("second_reader_foreseen", model=model, requests=cost.requests,
                        tokens=f"{round(cost.tokens, -2):,}", lasting=lasting)


def _batch(options: argparse.Namespace, console: Console) -> int:
    """Every case of a folder; one that cannot be assessed is named and the others go on."""
    if options.paths or options.base_type or options.date or options.report:
        raise UsageError("--batch takes documents, base type and date from each case; leave PATH, --base-type, --date "
                         "and --report out.",
                         "--batch 从各案例读取材料、类型和日期；请不要再给 PATH、--base-type、--date、--report。")
    if not options.json or options.json == outputs.STANDARD_OUTPUT:
        raise UsageError("--batch needs --json OUT_DIR, a folder for one result a case.",
                         "--batch 需要 --json 输出文件夹，每个案例一个结果文件。")
    folders = case_folders(existing([options.batch])[0])
    target = Path(options.json)
    outputs.check_folder(target, create=True)
    policy = policy_of(options.policy)
    reader = _reader(options, policy)
    done: set[str] = set()
    for number, folder in enumerate(folders, 1):
        console.progress(number, len(folders), folder.name)
        try:
            case = read_case(folder)
            if case.id in done:
                raise UsageError(f"its id {case.id!r} stands twice.", f"编号 {case.id!r} 重复。")
            _assess_case(case, policy, target, console, reader)
            done.add(case.id)
        except GuoheError as error:
            console.warn(console.text("case_failed", name=folder.name, reason=error_line(error, console.language)))
    console.clear()
    console.note(console.text("batch_done", done=len(done), total=len(folders)))
    return 0 if done else 2


def _assess_case(case: Case, policy: Policy, target: Path, console: Console, reader: SecondReader | None) -> None:
    """One case of a batch, written as JSON under its id."""
    from assistant.judging import assessing
    from assistant.report import particulars, serialising

    language = console.language
    result: Assessment = assessing.assess([case.documents], policy, case.base_type, case.application_date, language)
    if reader is not None:
        applicant = particulars.read(result.documents, case.applicant).applicant
        result = _read_again(reader, result, policy, applicant, console, case.id)
    outputs.write_json(serialising.assessment(result, policy, language), str(target / f"{case.id}.json"))
