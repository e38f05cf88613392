"""guohe ask: a question about the policy, or about an application."""
from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.commands.cases import Case, case_folders, read_case
from api.terminal import outputs
from api.terminal.console import Console, error_line
from api.terminal.options import add_common, add_date, day, existing, json_lines, policy_of, text_field
from ingestion.errors import GuoheError, UsageError

if TYPE_CHECKING:
    from assistant.dialogue.conversation import Turn
    from ingestion.domain import Answer, Assessment
    from ingestion.policies.policy import Policy

    Answers = Callable[[str, Assessment | None, Sequence[Turn]], Answer]


def configure(parser: argparse.ArgumentParser, words: Mapping[str, str]) -> None:
    parser.add_argument("question", nargs="?", metavar="QUESTION", help=words["question"])
    parser.add_argument("--case", nargs="+", metavar="PATH", default=[], help=words["case"])
    parser.add_argument("--base-type", metavar="ID", help=words["base_type"])
    add_date(parser, words)
    parser.add_argument("--batch", metavar="FILE", help=words["ask_batch"])
    parser.add_argument("--cases", metavar="DIR", help=words["ask_cases"])
    add_common(parser, words)
    parser.set_defaults(run=run, lang=None)


def run(options: argparse.Namespace, console: Console) -> int:
    """One question, or a file of them; the exit status."""
    if (options.batch is None) == (options.question is None):
        raise UsageError("give one question, or a file of them with --batch.",
                         "请给出一个问题，或用 --batch 给出问题文件。")
    if options.base_type and not options.case:
        raise UsageError("--base-type goes with --case.", "--base-type 与 --case 一起使用。")
    if options.cases and (options.batch is None or options.case):
        raise UsageError("--cases goes with --batch, and without --case.",
                         "--cases 与 --batch 一起使用，不能同时给出 --case。")
    paths = existing(options.case)
    outputs.check_target(options.json, [*paths, *existing([options.batch] if options.batch else [])])
    application_date, rows = day(options.date), list(json_lines(options.batch)) if options.batch else []
    policy = policy_of(options.policy)
    assessment = _assessment(options.base_type, paths, policy, application_date, console) if paths else None
    answers = _answers(options, console, policy)
    if options.batch is not None:
        cases = _Cases(case_folders(existing([options.cases])[0]) if options.cases else [], policy, console)
        return _batch(options, console, lambda row: _conversation(row, answers, cases, assessment), rows)
    from assistant.answering import answering

    answer = answers(options.question, assessment, ())
    body = answering.to_json(answer)
    if options.json:
        outputs.write_json(body, options.json)
    if options.json != outputs.STANDARD_OUTPUT:
        from api.terminal import results as terminal

        terminal.show_answer(body, answer.language)
    return 0


def _answers(options: argparse.Namespace, console: Console, policy: Policy) -> Answers:
    """What answers one question; the retriever and the model are opened once."""
    from api import answer_sources
    from assistant.answering import answering

    model, retriever = answer_sources.model(), answer_sources.retriever(policy, console.progress)
    console.clear()
    return lambda question, assessment, history: answering.answer(
        question, policy, assessment=assessment, language=options.lang, retriever=retriever, model=model,
        history=history)


class _Cases:
    """The cases of a folder, each assessed when it is first asked about."""

    def __init__(self, folders: Sequence[Path], policy: Policy, console: Console) -> None:
        self.policy, self._console = policy, console
        self._folders = {folder.name: folder for folder in folders}
        self._assessed: dict[str, Assessment] = {}

    def assessment(self, identifier: str) -> Assessment:
        """The assessment of a case; UsageError where the folder has no such case, or it cannot be used."""
        if identifier not in self._assessed:
            from assistant.judging import assessing

            case = self._case(identifier)
            self._assessed[identifier] = assessing.assess([case.documents], self.policy, case.base_type,
                                                          case.application_date, self._console.language)
        return self._assessed[identifier]

    def _case(self, identifier: str) -> Case:
        if identifier in self._folders:
            return read_case(self._folders[identifier])
        for folder in self._folders.values():
            case = read_case(folder)
            if case.id == identifier:
                return case
        raise UsageError(f"there is no case {identifier!r}; name a folder below --cases.",
                         f"没有案例 {identifier!r}；请写 --cases 下文件夹的编号。")


def _conversation(row: object, answers: Answers, cases: _Cases, assessment: Assessment | None) -> Answer:
    """The answer to a line's question, after the earlier questions of its conversation were asked."""
    from assistant.dialogue import conversation

    question = text_field(row, "question")
    assert isinstance(row, dict)  # noqa: S101 - `text_field` looked
    if row.get("case") is not None:
        assessment = cases.assessment(text_field(row, "case"))
    earlier = row.get("turns") or []
    if not isinstance(earlier, list) or not all(isinstance(one, str) for one in earlier):
        raise UsageError("its turns are no list of questions", "turns 不是问题列表")
    history: list[Turn] = []
    for one in earlier:
        history.append(conversation.turn(one, answers(one, assessment, history), cases.policy))
    return answers(question, assessment, history)


def _assessment(base_type: str | None, paths: Sequence[Path], policy: Policy, application_date: date,
                console: Console) -> Assessment:
    """The application that is asked about. Its forms may say the base type, if the command does not."""
    from assistant.judging import assessing
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


def _batch(options: argparse.Namespace, console: Console, answered: Callable[[object], Answer],
           rows: Sequence[tuple[int, object]]) -> int:
    """One answer a line, with its question's id. A line that cannot be used is named and the others go on."""
    from assistant.answering import answering

    results: list[dict[str, Any]] = []
    for done, (number, row) in enumerate(rows, 1):
        try:
            results.append({"id": text_field(row, "id"), **answering.to_json(answered(row))})
        except GuoheError as error:
            console.warn(console.text("line_failed", number=number, reason=error_line(error, console.language)))
        console.progress(done, len(rows), "")
    console.clear()
    outputs.write_json_lines(results, options.json or outputs.STANDARD_OUTPUT)
    return 0 if results or not rows else 2
