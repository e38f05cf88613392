"""guohe ask: a question about the policy, or about an application."""
from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api import outputs
from api.commands.shared import add_common, add_date, day, existing, json_lines, policy_of, text_field
from api.console import Console, error_line
from ingestion.errors import GuoheError, UsageError

if TYPE_CHECKING:
    from ingestion.domain import Answer, Assessment
    from ingestion.policy import Policy


def configure(parser: argparse.ArgumentParser, words: Mapping[str, str]) -> None:
    parser.add_argument("question", nargs="?", metavar="QUESTION", help=words["question"])
    parser.add_argument("--case", nargs="+", metavar="PATH", default=[], help=words["case"])
    parser.add_argument("--base-type", metavar="ID", help=words["base_type"])
    add_date(parser, words)
    parser.add_argument("--batch", metavar="FILE", help=words["ask_batch"])
    add_common(parser, words)
    parser.set_defaults(run=run, lang=None)


def run(options: argparse.Namespace, console: Console) -> int:
    if (options.batch is None) == (options.question is None):
        raise UsageError("give one question, or a file of them with --batch.",
                         "请给出一个问题，或用 --batch 给出问题文件。")
    if options.base_type and not options.case:
        raise UsageError("--base-type goes with --case.", "--base-type 与 --case 一起使用。")
    paths = existing(options.case)
    outputs.check_target(options.json, [*paths, *existing([options.batch] if options.batch else [])])
    application_date, rows = day(options.date), list(json_lines(options.batch)) if options.batch else []
    policy = policy_of(options.policy)
    assessment = _assessment(options.base_type, paths, policy, application_date, console) if paths else None
    answers = _answers(options, console, policy, assessment)
    if options.batch is not None:
        return _batch(options, console, answers, rows)
    from assistant import answering

    answer = answers(options.question)
    body = answering.to_json(answer)
    if options.json:
        outputs.write_json(body, options.json)
    if options.json != outputs.STANDARD_OUTPUT:
        from api import terminal

        terminal.show_answer(body, answer.language)
    return 0


def _answers(options: argparse.Namespace, console: Console, policy: Policy,
             assessment: Assessment | None) -> Callable[[str], Answer]:
    """What answers one question; the retriever and the model are opened once."""
    from api import advice
    from assistant import answering

    model, retriever = advice.model(), advice.retriever(policy, console.progress)
    console.clear()
    return lambda question: answering.answer(question, policy, assessment=assessment, language=options.lang,
                                             retriever=retriever, model=model)


def _assessment(base_type: str | None, paths: Sequence[Path], policy: Policy, application_date: date,
                console: Console) -> Assessment:
    """The application that is asked about. Its forms may say the base type, if the command does not."""
    from assistant import assessing
    from assistant.report import particulars
    from ingestion import reading

    documents = reading.read_all(paths, console.progress)
    console.clear()
    found = base_type or particulars.base_type(documents, policy)
    if not found:
        english, chinese = policy.choices
        raise UsageError(f"--base-type is missing and the documents do not say it; choose one of: {english}",
                         f"缺少 --base-type，材料中也没有写明；请写申报类型，可选：{chinese}")
    policy.base_type(found)
    return assessing.assess_documents(documents, policy, found, application_date, console.language)


def _batch(options: argparse.Namespace, console: Console, answers: Callable[[str], Answer],
           rows: Sequence[tuple[int, object]]) -> int:
    """One answer a line, with its question's id. A line that cannot be used is named and the others go on."""
    from assistant import answering

    results: list[dict[str, Any]] = []
    for done, (number, row) in enumerate(rows, 1):
        try:
            identifier, question = text_field(row, "id"), text_field(row, "question")
            results.append({"id": identifier, **answering.to_json(answers(question))})
        except GuoheError as error:
            console.warn(console.text("line_failed", number=number, reason=error_line(error, console.language)))
        console.progress(done, len(rows), "")
    console.clear()
    outputs.write_json_lines(results, options.json or outputs.STANDARD_OUTPUT)
    return 0 if results or not rows else 2
