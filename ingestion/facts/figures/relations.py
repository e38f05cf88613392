"""How figures of one sentence are related: paired with names before them, summed up, left over;
kinds that hold one another or stand apart."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from ingestion.domain import Interval, Span
from ingestion.facts.claims.assertions import add
from ingestion.facts.lexicon import words
from ingestion.facts.prose.analysed import Analysis, Figure
from ingestion.facts.prose.phrases import note_behind
from ingestion.facts.schema import FactBook, FactSpec
from ingestion.language.ngrams import search
from ingestion.numbers.numerals import Quantity


def pair_names(analysis: Analysis) -> None:
    """Give each figure behind 分别 the member of the list before it that it counts, where both are as many."""
    text = analysis.sentence.folded
    for match in words("respectively").finditer(text):
        after = [f for f in analysis.figures if f.quantity.span.start >= match.end()]
        after = [f for f in after if f.clause == after[0].clause]
        start = max(text.rfind(mark, 0, match.start()) for mark in "，。；：（）") + 1
        members = [m for m in words("joint").split(text[start : match.start()]) if m.strip()]
        numbered = any(re.search(r"\d", m) for m in members)
        if len(after) < 2 or len(members) != len(after) or numbered or after[0].left_start >= match.end():
            continue
        for figure, member in zip(after, members, strict=True):
            figure.paired = member.strip()


def nested(book: FactBook, spec: FactSpec, analysis: Analysis) -> bool:
    """Of two kinds that may overlap, one lies within the other; what they are of together is the larger one."""
    if spec.kinds is None or not spec.kinds.overlap or not analysis.sentence.holds(words("all_also")):
        return False
    for index, clause in enumerate(analysis.clauses):
        body = analysis.clause_text(index)
        for match in words("all_also").finditer(body):
            before = [f for f in analysis.figures if f.quantity.span.end <= clause.span.start + match.start()]
            said = _kinds_said(book, spec, body[: match.start()])
            inner = said or (_kinds_said(book, spec, before[-1].own) if before else [])
            outer = _kinds_said(book, spec, body[match.end() :])
            if inner and outer and inner[-1] != outer[0]:
                return True
    return False


def _kinds_said(book: FactBook, spec: FactSpec, text: str) -> list[str]:
    """The kinds that a text names, in the order of their words."""
    names = spec.kinds.names if spec.kinds else {}
    found = [(m.start(), name) for name, words_ in names.items() for m in book.pattern(words_).finditer(text)]
    return [name for _, name in sorted(found)]


def classed(book: FactBook, spec: FactSpec, analysis: Analysis) -> list[Figure]:
    """The figures that between them name every class, each class once; none where a class is missing, or named twice,
    or where the figures are parts of a stated total."""
    if not spec.classes or len(analysis.figures) < 2:
        return []
    named: list[set[int]] = []
    figures = []
    of_any = book.pattern(spec.class_words)
    for figure in analysis.figures:
        if figure.quantity.measure in spec.measures and search(of_any, figure.own):
            figures.append(figure)
            named.append({n for n, names in enumerate(spec.classes) if book.pattern(names).search(figure.own)})
    whole = set[int]().union(*named) if named else set[int]()
    if len(whole) < len(spec.classes) or sum(len(classes) for classes in named) > len(whole) or len(figures) < 2:
        return []
    return [] if any(figure.part for figure in figures) else figures


def completed(figure: Figure, earlier: list[Figure]) -> Figure | None:
    """共9人，在当地工作5人，其余4人在国内: the figure before that those after it and the rest come to exactly; those
    are its parts."""
    for place, whole in enumerate(earlier[:-1]):
        members = earlier[place + 1 :]
        exact = whole.quantity.interval.exact and all(f.quantity.interval.exact for f in (*members, figure))
        summed = sum(f.quantity.interval.low for f in (*members, figure))
        if whole.part or not exact or summed != whole.quantity.interval.low or any(f.part for f in members):
            continue
        for member in members:
            member.part, member.parent = True, whole
        return whole
    return None


def of_nothing_stated(earlier: list[Figure]) -> bool:
    """联合研发4项、技术转移2项，其余1项只签了意向: beside figures joined to one another and no total of theirs."""
    if len(earlier) < 2 or earlier[-1].part or earlier[-1].total:
        return False
    first, last = earlier[-2:]
    joined = words("joint").match(last.left.lstrip()) is not None
    return joined and first.clause == last.clause and first.quantity.unit == last.quantity.unit and not first.total


def is_the_new_part(figure: Figure, earlier: list[Figure]) -> bool:
    """由9家增加到11家，新加两家是…: what is new is a part of what it grew to."""
    if len(earlier) < 2 or words("new_ones").match(figure.left.lstrip("，、 ")) is None:
        return False
    was, now = (f.quantity.interval for f in earlier[-2:])
    return was.exact and now.exact and now.low - was.low == figure.quantity.interval.low


def fill(figures: list[Figure]) -> None:
    """共14项，国内9项，国际5项: figures behind a total that come to it exactly are its parts."""
    for place, whole in enumerate(figures):
        members = figures[place + 1 :]
        alike = [f for f in members if f.quantity.measure == whole.quantity.measure and f.depth == whole.depth]
        if len(alike) < 2 or alike != members or whole.part or any(f.part or f.total for f in alike):
            continue
        exact = all(f.quantity.interval.exact for f in (whole, *alike))
        summed = sum(f.quantity.interval.low for f in alike)
        if exact and summed == whole.quantity.interval.low and words("whole_said").search(whole.left):
            for member in alike:
                member.part, member.parent = True, whole


def beside_the_first(analysis: Analysis, figure: Figure) -> bool:
    """除同甲签的1份协议外，同乙还签有2份: a figure beside one that its sentence begins with, of the same things."""
    first, said = analysis.figures[0], words("besides").match(analysis.sentence.folded.lstrip())
    alike = first.quantity.measure == figure.quantity.measure and first.clause < figure.clause
    return said is not None and alike and first.quantity.span.end < said.end()


NEAR = 4  # characters between the word that leaves a kind out and the kind


def kinds_apart(book: FactBook, spec: FactSpec, text: str) -> list[tuple[int, int]]:
    """Where a text names a kind to leave it out; empty where kinds cannot overlap."""
    if spec.kinds is None or not spec.kinds.overlap:
        return []
    found = []
    for names in spec.kinds.names.values():
        for match in book.pattern(names).finditer(text):
            before = words("apart_before").search(text, max(0, match.start() - 2 * NEAR), match.start())
            if before is not None or words("apart_behind").match(text, match.end()):
                found.append(match.span())
    return found


def kinds_counted(book: FactBook, spec: FactSpec, phrases: list[str]) -> tuple[str, ...]:
    """The kinds of things that figures count by their phrases; none where one counts things of any kind (平台5个)."""
    if spec.listing is None or not spec.listing.kinds:
        return ()
    kinds = book.pattern(spec.listing.kinds)
    alone = all(kinds.search(own) and not book.pattern(spec.heads).search(kinds.sub("", own)) for own in phrases)
    return tuple(match for own in phrases for match in kinds.findall(own)) if alone else ()


def without_apart(book: FactBook, spec: FactSpec, text: str) -> str:
    """The text with such kinds blanked: what is left names the figure's own."""
    for start, end in kinds_apart(book, spec, text):
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def set_apart(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure) -> bool:
    """Whether a figure is of one kind without those that are of another, too; or of one kind alone (仅EI收录9篇)."""
    if spec.kinds is None or not spec.kinds.overlap or figure.quantity.measure not in spec.measures:
        return False
    text = figure.own + "|" + note_behind(analysis, figure)
    if kinds_apart(book, spec, text) and book.pattern(
        [w for names in spec.kinds.names.values() for w in names]
    ).search(without_apart(book, spec, text)):
        return True
    return any(
        words("this_alone").search(figure.left, 0, match.start())
        for names in spec.kinds.names.values()
        for match in book.pattern(names).finditer(figure.left)
    )


def said_disjoint(spec: FactSpec, analysis: Analysis) -> bool:
    """SCI：21；EI：6，两库不重: a clause without a figure, in a statement that goes on from another one."""
    if spec.kinds is None or not spec.kinds.overlap or not analysis.figures or not analysis.sentence.continues:
        return False
    counted = {f.clause for f in analysis.figures}
    return any(
        not clause.depth and index not in counted and words("disjoint").search(analysis.clause_text(index))
        for index, clause in enumerate(analysis.clauses)
    )


_PLUS = re.compile(r"\s*\+\s*")
DENIED_NEAR = 6  # characters before a figure in which its denial ends
_EQUALS = re.compile(r"\s*=\s*")


def summed(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """The quantities of a text with each sum made one. A total that is not what its addends come to spans both."""
    if "+" not in text:
        return [*found]
    joined: list[Quantity] = []
    place = 0
    while place < len(found):
        last = place
        while _joined(text, found, last, _PLUS):
            last += 1
        total = last + 1 if last > place and _joined(text, found, last, _EQUALS) else None
        joined += _sum(found[place : last + 1], found[total] if total is not None else None)
        place = (last if total is None else total) + 1
    return joined


def nothing(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """没有一篇, 一家也没有: the one of which nothing is there is none."""
    return [replace(q, interval=Interval(0, 0)) if _denied(text, q) else q for q in found]


def _denied(text: str, quantity: Quantity) -> bool:
    start, end = quantity.span.start, quantity.span.end
    if quantity.interval.low != 1 or not quantity.interval.exact or not quantity.unit:
        return False
    return (
        words("none_before").search(text, max(0, start - DENIED_NEAR), start) is not None
        or words("none_after").match(text, end) is not None
    )


def _joined(text: str, found: Sequence[Quantity], place: int, sign: re.Pattern[str]) -> bool:
    """Whether nothing but a sign stands between a quantity and the next one."""
    if place + 1 == len(found):
        return False
    return sign.fullmatch(text, found[place].span.end, found[place + 1].span.start) is not None


def _sum(addends: Sequence[Quantity], total: Quantity | None) -> list[Quantity]:
    """Addends and what they come to, as one quantity; as they are where they do not fit together."""
    whole = total or addends[-1]
    alike = all(a.unit in ("", whole.unit) for a in addends)
    bare = any(a.unit != whole.unit for a in addends) and whole.measure == "money"  # 80+75+92=247万元
    if len(addends) < 2 or (total is None and (not whole.unit or not alike or bare)):
        return [*addends, *([total] if total else [])]
    value = add(a.interval for a in addends)
    if total is not None and (bare or not alike or not value.exact or not total.interval.exact):
        value = total.interval
    elif total is not None:
        value = Interval(min(value.low, total.interval.low), max(value.low, total.interval.low))
    start = addends[0].span.start
    return [replace(whole, span=Span(start, whole.span.end), number=Span(start, whole.number.end), interval=value)]
