"""What a bare figure counts, where its sentence begins with it: SCI论文，近三年我们一共发了31篇."""

from __future__ import annotations

from ingestion.facts.lexicon import words
from ingestion.facts.prose.analysed import Analysis, Figure
from ingestion.facts.prose.phrases import residue


def front(analysis: Analysis) -> None:
    """Give a bare figure what its sentence speaks of as its label: noun phrases before a comma, and 以…为口径; or what
    the sentence before it says of what it counts."""
    before = analysis.sentence.previous
    if before is not None and analysis.sentence.counts_on:
        analysis.figures[0].label = before.folded
    if len(analysis.clauses) < 2 or analysis.sentence.synthetic:
        return
    among = words("among_lead").match(analysis.sentence.folded)  # 近三年的EI论文当中，同国外高校一起写的，有6篇
    for figure in analysis.figures:
        if (figure.label and among is None) or figure.part or figure.depth or not figure.clause:
            continue
        scoped = [n for n in range(figure.clause) if words("scope_said").fullmatch(analysis.clause_text(n).strip())]
        topics = scoped or _topics(analysis, figure)
        figure.topic = topics[0] if topics else -1
        if scoped or (topics and bare(analysis, figure)):
            figure.label = "|".join(analysis.clause_text(n) for n in topics)


def bare(analysis: Analysis, figure: Figure) -> bool:
    """Whether a figure's own phrase names no things: 近三年我们一共发了31篇, 园里一共住着31家."""
    left = figure.left
    for period in analysis.periods:
        if figure.left_start <= period.span.start and period.span.end <= figure.quantity.span.start:
            said = analysis.sentence.folded[period.span.start : period.span.end]
            left = left.replace(said, "", 1)
    left = words("own_body").sub("", left)
    return done(figure, left) or not (residue(left) or residue(figure.right))


def done(figure: Figure, left: str | None = None) -> bool:
    """Whether a figure's own phrase ends with what is done with its things: 论文，我们发了31篇."""
    left = figure.left if left is None else left
    return words("verb_end").search(left) is not None and not residue(figure.right)


def _topics(analysis: Analysis, figure: Figure) -> list[int]:
    """The clauses from the first on that are noun phrases, none of them counted; or the one right before that ends in
    的 (同外国单位一起发的，有8篇)."""
    counted = {f.clause for f in analysis.figures if not _an_article(f)}
    before = [n for n in range(figure.clause) if not analysis.clauses[n].depth]
    if any(n in counted for n in before):
        return []
    named = [n for n in before if residue(_noun(analysis, n))]
    found: list[int] = []
    for n in named:
        if words("said_of_topic").search(_noun(analysis, n)) or words("is_one").search(analysis.clause_text(n)):
            break
        found.append(n)
    return found


def _noun(analysis: Analysis, index: int) -> str:
    """What a clause ends with: behind its last 的, without periods and those who speak."""
    text = analysis.clause_text(index).strip()
    for period in analysis.periods:
        span = analysis.clauses[index].span
        if span.start <= period.span.start and period.span.end <= span.end:
            text = text.replace(analysis.sentence.folded[period.span.start : period.span.end], "", 1)
    ends = words("attributive").split(text)
    return ends[-1] or text


def _an_article(figure: Figure) -> bool:
    """与以色列一家公司的…: one that says "a", and counts nothing."""
    interval = figure.quantity.interval
    return interval.exact and interval.low == 1 and not figure.quantity.unit.isascii()
