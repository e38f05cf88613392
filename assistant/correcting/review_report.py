"""What reviewers take away: the review form with the program's and the persons' values, and lists as tables."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from msgspec.structs import replace

from assistant.correcting.corrections import Act
from assistant.report import composing, particulars, render
from assistant.report.labels import Vocabulary
from assistant.report.model import Report, Row
from assistant.report.word_file import SMALL, TITLE, WIDTH, WordFile, run
from assistant.report.workbook import Sheet, workbook
from ingestion.domain import Assessment, Interval, Outcome
from ingestion.policies.policy import Policy


@dataclass(frozen=True, slots=True)
class Step:
    """One decision as the form tells it."""

    subject: str
    version: int
    act: Act
    value: Interval | None
    outcome: Outcome | None
    amount: int
    document: str
    page: int | None
    quote: str
    reason: str
    machine: Interval | None
    by: str
    at: datetime
    holds: bool
    first: Interval | None = None    # both readers' figures where a language model had read, and which one
    second: Interval | None = None
    model: str = ""
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """When an application came, under which number, and the zone of every time on the form."""

    at: datetime
    receipt: str
    zone: tzinfo


def form(seen: Assessment, machine: Assessment, steps: Sequence[Step], policy: Policy, applicant: str, kind: str,
         received: Received, language: str = "zh") -> bytes:
    """The 形式审查意见表 of a reviewed case: "docx", "pdf" or "xlsx"."""
    names, zone = Vocabulary(policy, language), received.zone
    report = composing.compose(seen, policy, language, particulars.read(seen.documents, applicant))
    came = {"received": names.words("review.came", time=_time(received.at, zone),
                              receipt=received.receipt)}
    report = replace(report, rows=tuple(_rows(report, seen, machine, steps, names, zone)),
                     head=tuple(replace(one, value=came.get(one.key, one.value)) for one in report.head),
                     notes=(*report.notes, names.words("review.note")),
                     decisions=tuple(_told(one, names, zone) for one in steps))
    return workbook([Sheet(report.title, _columns(names), [_plain(row) for row in report.rows]),
                     Sheet(names.words("sections.decisions"), names.words.lines("review.decision_columns"),
                           report.decisions)]) if kind == "xlsx" else render(report, f".{kind}")


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], kind: str, names: Vocabulary
          ) -> bytes | None:
    """A list as a file, None for a kind that is none."""
    if kind == "xlsx":
        return workbook([Sheet(title, columns, rows)])
    if kind == "docx":
        return _document(title, columns, rows, names)
    if kind == "pdf":
        from assistant.report import pdf

        return pdf.table(title, columns, rows, names.words, names.status())
    return None


# ----------------------------------------------------------------------------------------------------------------------

def _rows(report: Report, seen: Assessment, machine: Assessment, steps: Sequence[Step], names: Vocabulary,
          zone: tzinfo) -> Sequence[Row]:
    """Where a person's figure is another than the program's, both stand in the row."""
    words = names.words
    last = {one.subject: one for one in steps if one.holds}
    before = {names.label(one.criterion): one for one in machine.findings}
    made = []
    for row in report.rows:
        finding = before.get(row.item)
        if finding is None or not row.citation:
            made.append(row)
            continue
        keys = finding.criterion.facts
        theirs = "；".join(_figure(machine, key, names) for key in keys) if keys else ""
        ours = "；".join(_figure(seen, key, names) for key in keys) if keys else ""
        figure = words("review.both", person=ours, machine=theirs) if theirs != ours else row.figure
        notes = [words("review.said", by=one.by, day=one.at.astimezone(zone).date().isoformat(),
                       act=words(f"review.acts.{one.act.value}"), reason=one.reason)
                 for key in (*keys, finding.criterion.id) if (one := last.get(key)) and one.reason]
        outcome = words("review.machine_outcome", outcome=names.say.outcome(finding.outcome)) \
            if row.outcome is not finding.outcome else ""
        made.append(replace(row, figure=figure, note="\n".join(text for text in (row.note, outcome, *notes) if text)))
    return made


def _figure(assessment: Assessment, key: str, names: Vocabulary) -> str:
    fact = assessment.facts.get(key)
    return names.figure_and_conflict(fact) if fact else names.words("figure.absent")


def _time(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _told(one: Step, names: Vocabulary, zone: tzinfo) -> tuple[str, ...]:
    """A decision as cells of the form's history."""
    fact = one.subject in names.policy.facts.facts
    label = names.fact_label(one.subject) if fact else names.named(one.subject)[1]
    said = names.interval(one.subject, one.value) if one.value and fact else \
        names.say.outcome(one.outcome) if one.outcome else ""
    machine = names.interval(one.subject, one.machine) if one.machine and fact else ""
    place = names.say.place(one.document, one.page) + names.words("colon") + one.quote if one.document else ""
    act = names.words(f"review.acts.{one.act.value}")
    if one.model and fact:
        first, second = (names.interval(one.subject, figure) if figure else names.words("second.nothing")
                         for figure in (one.first, one.second))
        machine = names.words("review.readers", machine=machine or names.words("second.nothing"), first=first,
                              second=second, model=one.model, prompt=one.prompt)
    return (_time(one.at, zone), one.by, label,
            act if one.holds else names.words("review.outdated", act=act), machine, said, one.reason, place)


def _columns(names: Vocabulary) -> list[str]:
    return [names.words(f"columns.{name}") for name in (
        "number", "category", "item", "clause", "requirement", "figure", "evidence", "outcome", "note")]


def _plain(row: Row) -> list[str]:
    pieces = "\n".join(f"{one.place}: {one.text}" for one in row.quotations)
    return [str(row.number), row.category, row.item, f"{row.citation} {row.clause}".strip(), row.requirement,
            row.figure, pieces, row.word, "\n".join(text for text in (row.note, row.gap) if text)]


def _document(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], names: Vocabulary) -> bytes:
    """A table of lines as a Word file."""
    words = names.words
    file = WordFile(title, names.policy_line(), f"{words('pre_screen')} · {names.status()}",
                    words("page_of", page="\0", pages="\0"))
    file.paragraph(title, TITLE, centred=True, bold=True)
    widths = [WIDTH / len(columns)] * len(columns)
    made = file.table(widths, columns)
    for row in rows:
        for cell, text in zip(file.row(made, widths), row, strict=True):
            run(cell.paragraphs[0], text, SMALL)
    return file.bytes()


