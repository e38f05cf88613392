"""guohe facts: the extractor alone, over documents or over sentences."""
from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from api.terminal import outputs
from api.terminal.console import Console, error_line
from api.terminal.options import add_common, add_date, day, existing, json_lines, policy_of, text_field
from ingestion.errors import GuoheError, UsageError

if TYPE_CHECKING:
    from ingestion.policies.policy import Policy


def configure(parser: argparse.ArgumentParser, words: Mapping[str, str]) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help=words["paths"])
    add_date(parser, words)
    parser.add_argument("--batch", metavar="FILE", help=words["facts_batch"])
    parser.add_argument("--explain", metavar="KEY", help=words["facts_explain"])
    add_common(parser, words)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> int:
    """Read facts, show them or write them as JSON; the exit status."""
    if options.batch is not None:
        return _batch(options, console)
    if not options.paths:
        raise UsageError("no documents are named; give files or a folder.", "没有给出申报材料；请写文件或文件夹。")
    application_date, paths = day(options.date), existing(options.paths)
    outputs.check_target(options.json, paths)
    from assistant.report import serialising
    from ingestion import reading
    from ingestion.facts.sandbox import wall

    policy = policy_of(options.policy)
    if options.explain is not None:
        return _explain(options, console, policy, application_date)
    read = wall.read(reading.read_all(paths, console.progress), policy, application_date)
    documents, found = read.documents, read.found
    console.clear()
    if options.json:
        outputs.write_json(serialising.extraction(documents, found, policy, application_date, console.language),
                           options.json)
    if options.json != outputs.STANDARD_OUTPUT:
        from api.terminal import results as terminal
        from assistant.report import composing

        terminal.show_facts(composing.fact_sections(found.facts, found.exclusions, policy, console.language),
                            composing.unread(documents, console.language), console.language)
    return 0


def _explain(options: argparse.Namespace, console: Console, policy: Policy, application_date: date) -> int:
    """The way of one fact, from the places that state it to its interval."""
    from assistant.report import way
    from ingestion import reading
    from ingestion.facts import schema
    from ingestion.facts.sandbox import wall

    if options.explain not in policy.facts.facts:
        labels = {key: (spec.label, spec.label_en) for key, spec in policy.facts.facts.items()}
        raise UsageError(f"unknown fact {options.explain!r}; name one of: "
                         + ", ".join(f"{key} ({one[1]})" for key, one in labels.items()),
                         f"没有名为 {options.explain!r} 的事实，可选："
                         + "、".join(f"{key}（{one[0]}）" for key, one in labels.items()))
    documents = reading.read_all(existing(options.paths), console.progress)
    found = wall.explain(documents, policy, application_date, options.explain)
    console.clear()
    written = schema.described(policy.root)[options.explain]
    if options.json:
        outputs.write_json(way.as_json(found, policy, written, console.language), options.json)
    if options.json != outputs.STANDARD_OUTPUT:
        from api.terminal import results as terminal

        terminal.show_way(way.lines(found, policy, written, console.language))
    return 0


def _batch(options: argparse.Namespace, console: Console) -> int:
    """One object a line in, one a line out. A line that cannot be used is named and the others go on."""
    if options.paths:
        raise UsageError("--batch takes its texts from the file; leave PATH out.",
                         "--batch 从文件读取文本；请不要再给 PATH。")
    target = options.json or outputs.STANDARD_OUTPUT
    rows = list(json_lines(options.batch))
    outputs.check_target(target, existing([options.batch]))
    default = day(options.date)
    from assistant.report import serialising
    from ingestion import facts

    policy = policy_of(options.policy)
    results: list[dict[str, Any]] = []
    for done, (number, row) in enumerate(rows, 1):
        try:
            identifier, text = text_field(row, "id"), text_field(row, "text")
            application_date = day(text_field(row, "application_date", default=default.isoformat()))
            found = facts.extract_text(text, policy, application_date)
            results.append({"id": identifier, "facts": serialising.facts(found.facts, policy)})
        except GuoheError as error:
            console.warn(console.text("line_failed", number=number, reason=error_line(error, console.language)))
        console.progress(done, len(rows), "")
    console.clear()
    outputs.write_json_lines(results, target)
    return 0 if results or not rows else 2
