"""Results in the terminal: calm, aligned for Chinese characters, as wide as the window between 80 and 120 columns."""
from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from api.terminal.layout import Painter, fitted, hanging, pad, plain, row, width, wrap
from assistant.report.composing import excerpt
from assistant.report.model import FactSection, Report, Row, Unread
from assistant.report.way import Line
from assistant.report.words import Wording
from assistant.wording.phrases import phrases
from ingestion.domain import Outcome

NARROWEST, WIDEST = 80, 120
PIECES = 3            # pieces of evidence shown of one fact
LEFT_OUT = 3          # pieces shown of what was left out of one fact for one reason
QUOTE = 90            # characters of a quote; the JSON and the report have it whole
SHARES = {1: 2.0, 2: 1.0, 3: 1.1}  # of the columns item, requirement and figure
STYLES = {Outcome.MET: "good", Outcome.NOT_MET: "bad", Outcome.INSUFFICIENT: "open", Outcome.JUDGEMENT: ""}


def show_assessment(report: Report) -> None:
    _write(assessment_lines(report, _columns(), Painter(sys.stdout)))


def show_facts(facts: Sequence[FactSection], unread: Sequence[Unread], language: str) -> None:
    _write(fact_lines(facts, unread, Wording(language), _columns(), Painter(sys.stdout)))


def show_way(lines: Iterable[Line]) -> None:
    """The way of a fact."""
    columns, paint = _columns(), Painter(sys.stdout)
    _write(shown for line in lines for shown in _of_way(line, columns, paint))


def _of_way(line: Line, columns: int, paint: Painter) -> Iterator[str]:
    style = {0: "bold", 1: "bold", 3: "dim", 4: "dim"}.get(line.depth, "")
    yield from (paint(one, style) for one in hanging("  " * max(0, line.depth - 1), plain(line.text), columns))


def show_answer(answer: Mapping[str, Any], language: str) -> None:
    _write(answer_lines(answer, Wording(language), _columns(), Painter(sys.stdout)))


def answer_lines(answer: Mapping[str, Any], words: Wording, columns: int, paint: Painter) -> Iterator[str]:
    """The answer, then the sources that it does not quote itself: each clause or document once, with its words."""
    text = str(answer["answer"])
    for paragraph in text.splitlines():
        yield from wrap(plain(paragraph), columns)
    sources = [citation for citation in answer["citations"] if citation["quote"] not in text]
    if sources:
        yield from _section(words("sections.sources"), columns, paint)
    above = ""
    for citation in sources:
        source = citation.get("ref") or phrases(words.language).place(citation["document"], citation.get("page"))
        if source != above:
            yield paint(plain(source), "bold")
        above = source
        yield from hanging("  ", words("quote", text=plain(citation["quote"])), columns)


def assessment_lines(report: Report, columns: int, paint: Painter) -> Iterator[str]:
    """A report as lines: head, suggestion, criteria, facts, what was left out or not read, notes."""
    words = Wording(report.language)
    yield from _head(report, words, columns, paint)
    yield ""
    lead = f"{words('suggestion')}{words('colon')}"
    yield from (paint(line, "bold") for line in hanging(lead, report.suggestion, columns))
    for line in report.tally:
        yield from wrap(line, columns)
    yield from _section(words("sections.criteria"), columns, paint)
    yield from _criteria([line for line in report.rows if line.citation], words, columns, paint)
    yield from _identity([one for one in report.conflicts if not one.key], words, columns, paint)
    yield from _facts(report.facts, words, columns, paint)
    yield from _left_out(report.facts, words, columns, paint)
    yield from _unread(report.unread, words, columns, paint)
    yield from _bullets(words("sections.notes"), report.notes, columns, paint)
    yield ""
    for line in report.disclaimers:
        yield from (paint(wrapped, "dim") for wrapped in wrap(line, columns))


def fact_lines(facts: Sequence[FactSection], unread: Sequence[Unread], words: Wording, columns: int,
               paint: Painter) -> Iterator[str]:
    if any(fact.figure for fact in facts):
        yield from _facts(facts, words, columns, paint)
    else:
        yield words("none.facts")
    yield from _left_out(facts, words, columns, paint)
    yield from _unread(unread, words, columns, paint)


def _head(report: Report, words: Wording, columns: int, paint: Painter) -> Iterator[str]:
    """The title with the policy's state, and what is applied for, line by line."""
    left, right = words("title"), f"{words('pre_screen')} · {report.status}"
    yield paint(left, "bold") + " " * max(2, columns - width(left) - width(right)) + paint(right, "open")
    known = {one.key: one for one in report.head}
    pages = sum(int(line.pages) for line in report.documents if line.pages.isdigit())
    values = {
        known["applicant"].label: known["applicant"].value, known["name"].label: known["name"].value,
        known["base_type"].label: known["base_type"].value,
        known["application_date"].label: known["application_date"].value
        + words("terminal.window", term=known["window"].label, window=known["window"].value),
        words("terminal.policy"): known["policy"].value,
        words("head.documents"): words("terminal.documents" if pages else "terminal.documents_no_pages",
                                files=len(report.documents), pages=pages),
    }
    labels = {key: plain(value) for key, value in values.items() if value}
    widest = max(map(width, labels))
    for label, value in labels.items():
        yield from hanging(paint(pad(label, widest), "dim") + "  ", value, columns, widest + 2)


def _section(title: str, columns: int, paint: Painter) -> Iterator[str]:
    yield ""
    yield paint(f"── {title} " + "─" * max(0, columns - width(title) - 4), "dim")


def _criteria(rows: Sequence[Row], words: Wording, columns: int, paint: Painter) -> Iterator[str]:
    """Citation, item, requirement, figure, outcome; what is to be mended stands below its row."""
    names = ("citation", "item", "requirement", "figure", "outcome")
    header = [words(f"terminal.columns.{name}") for name in names]
    cells = [[line.citation, line.item, line.requirement, line.figure, line.word] for line in rows]
    widths = fitted([header, *cells], columns, SHARES)
    yield from (paint(line, "dim") for line in row(header, widths))
    for line, texts in zip(rows, cells, strict=True):
        styled = row(texts, widths)
        style = STYLES[line.outcome] if line.outcome else ""
        styled[0] = styled[0][:len(styled[0]) - len(line.word)] + paint(line.word, style)
        yield from styled
        if line.gap:
            inset = " " * (widths[0] + 2)
            for wrapped in hanging(words("terminal.gap"), plain(line.gap), columns - len(inset)):
                yield inset + paint(wrapped, "dim")


def _identity(differing: Sequence[FactSection], words: Wording, columns: int, paint: Painter) -> Iterator[str]:
    """What documents say differently of who applies."""
    if differing:
        yield from _section(words("sections.conflicts"), columns, paint)
    for one in differing:
        yield from (paint(line, "bold") for line in wrap(f"{one.label}  {one.figure}", columns))
        for piece in one.quotations:
            yield from _quote(piece.text, piece.place, words, columns, paint)


def _facts(facts: Sequence[FactSection], words: Wording, columns: int, paint: Painter) -> Iterator[str]:
    """Each fact with its figure and a few pieces of its evidence."""
    known = [fact for fact in facts if fact.figure]
    if not known:
        return
    yield from _section(words("sections.figures"), columns, paint)
    for fact in known:
        conflict = f"  {words('figure.conflict')}" if fact.conflict else ""
        yield from (paint(line, "bold") for line in wrap(f"{fact.label}  {fact.figure}{conflict}", columns))
        for piece in fact.quotations[:PIECES]:
            reads = words("terminal.reads", figure=piece.reads) if piece.reads and fact.conflict else ""
            remark = words("terminal.and").join(part for part in (piece.place, reads) if part)
            yield from _quote(piece.text, remark, words, columns, paint)
        yield from _more(sum(1 + one.more for one in fact.quotations) - PIECES, words, columns, paint)


def _left_out(facts: Sequence[FactSection], words: Wording, columns: int, paint: Painter) -> Iterator[str]:
    """What was seen and not counted, by fact and reason."""
    found = [fact for fact in facts if fact.left_out]
    if not found:
        return
    yield from _section(words("sections.exclusions"), columns, paint)
    for fact in found:
        yield paint(fact.label, "bold")
        for reason in dict.fromkeys(piece.reason for piece in fact.left_out):
            pieces = [piece for piece in fact.left_out if piece.reason == reason]
            number = sum(1 + piece.more for piece in pieces)
            yield from hanging("  ", words("terminal.reason", reason=plain(reason), count=number), columns)
            for piece in pieces[:LEFT_OUT]:
                yield from _quote(piece.text, piece.place, words, columns, paint, indent=4)
            yield from _more(number - LEFT_OUT, words, columns, paint)


def _quote(text: str, remark: str, words: Wording, columns: int, paint: Painter, indent: int = 2) -> Iterator[str]:
    """The quote on its lines, then its place; a long one is shown in part, and says so."""
    part, remark = excerpt(text, QUOTE), plain(remark)
    shown = words("quote", text=plain(part)) + ("" if part == text else words("excerpt"))
    lead = " " * indent
    if indent + 2 + width(shown) + width(remark) <= columns:
        yield f"{lead}{shown}  {paint(remark, 'dim')}"
        return
    yield from hanging(lead, shown, columns)
    yield from (paint(line, "dim") for line in hanging(lead + "  ", remark, columns))


def _more(count: int, words: Wording, columns: int, paint: Painter) -> Iterator[str]:
    if count > 0:
        yield from (paint(line, "dim") for line in hanging("    ", words("terminal.more", count=count), columns))


def _unread(unread: Sequence[Unread], words: Wording, columns: int, paint: Painter) -> Iterator[str]:
    lines = [f"{line.place}{words('colon')}{line.text}" for line in unread]
    return _bullets(words("sections.unread"), lines, columns, paint)


def _bullets(title: str, lines: Sequence[str], columns: int, paint: Painter) -> Iterator[str]:
    if lines:
        yield from _section(title, columns, paint)
        for line in lines:
            yield from hanging("· ", plain(line), columns)


def _columns() -> int:
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns))


def _write(lines: Iterator[str]) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    text = "".join(line.rstrip() + "\n" for line in lines)
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding))

