"""What changed between two versions of a policy's text, article by article and item by item. Pure.

A text is taken apart into pieces: what an article says outside its items, each item, and what stands outside all
articles (title, chapters, annexes). Nothing of a text is left out. A piece that says the same under another number is
moved; what is left over on both sides is paired by its reference, then by its likeness.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from ingestion.domain import Article, Span
from ingestion.policies import articles

ALIKE = 0.5           # from which two pieces under one reference are one piece that was reworded
ALIKE_ELSEWHERE = 0.6  # the same for two pieces under different references
SHORTEST_SAME = 2     # characters between two changes that still count as unchanged
_WORD = re.compile(r"[0-9０-９]+(?:[.,][0-9]+)*|[A-Za-z]+|\s+|.", re.DOTALL)
_MARK = re.compile(r"^(?:第[^条]{1,10}条(?:之[零一二三四五六七八九十]+)?|[（(][^）)]{1,6}[)）]"
                   r"|[0-9０-９]{1,3}[．、.]|[一二三四五六七八九十百]+[、．.])\s*")


class Change(StrEnum):
    SAME = "same"
    MOVED = "moved"          # the very same words under another number
    CHANGED = "changed"      # other words; perhaps under another number too
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of a text. `ref` is "第八条", "第八条（二）", or "" outside all articles; `words` lack its number."""

    ref: str
    text: str
    words: str


@dataclass(frozen=True, slots=True)
class Run:
    """`kind`: "same", "removed" (stood before only) or "added" (stands now only)."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """One piece before and after, None where it does not stand. `runs` joins both, word by word."""

    change: Change
    before: Clause | None
    after: Clause | None
    runs: tuple[Run, ...]

    @property
    def ref(self) -> str:
        """The reference by which it is listed: the one it has now, or had."""
        one = self.after or self.before
        assert one is not None  # noqa: S101 - a change has a side
        return one.ref


def compare(before: str, after: str) -> tuple[ClauseChange, ...]:
    """Every piece of both texts once, in the order of the new text; what was removed stands where it stood."""
    old, new = clauses(before), clauses(after)
    pairs = _pairs(old, new)
    taken = {one: other for other, one in pairs.items()}
    at = {clause.ref: place for place, clause in enumerate(old)}
    found: list[ClauseChange] = []
    done: set[int] = set()

    def removed_before(place: int) -> Iterator[ClauseChange]:
        for other in range(place):
            if other not in done and other not in taken:
                done.add(other)
                yield ClauseChange(Change.REMOVED, old[other], None, (Run("removed", old[other].text),))

    for place, clause in enumerate(new):
        if place in pairs:
            found += removed_before(pairs[place])
            found.append(_changed(old[pairs[place]], clause))
        else:
            if clause.ref in at and at[clause.ref] not in taken:
                found += removed_before(at[clause.ref] + 1)
            found.append(ClauseChange(Change.ADDED, None, clause, (Run("added", clause.text),)))
    found += removed_before(len(old))
    return tuple(found)


def clauses(text: str) -> tuple[Clause, ...]:
    """The pieces of a text in its order, those outside all articles first."""
    _, parsed = articles.parse(text)
    outside: list[str] = []
    found: list[Clause] = []
    place = 0
    for article in parsed:
        outside.append(text[place:article.span.start])
        place = article.span.end
        found += _of(text, article)
    outside.append(text[place:])
    rest = "\n".join(line.strip() for line in "\n".join(outside).splitlines() if line.strip())
    return (*((Clause("", rest, rest),) if rest else ()), *found)


def marks(before: str, after: str) -> tuple[Run, ...]:
    """Both texts in one, word by word: figures and Latin words are whole, Chinese goes by character."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    runs: list[Run] = []
    for kind, start, end, first, last in matcher.get_opcodes():
        gone, come = "".join(old[start:end]), "".join(new[first:last])
        if kind == "equal" and (len(gone) >= SHORTEST_SAME or not runs or last == len(new)):
            runs.append(Run("same", gone))
            continue
        _add(runs, gone, come)
    return tuple(runs)


def counterpart(before: str, after: str, quote: str) -> str:
    """The stretch of `after` that stands where `quote` stands in `before`; "" where that says nothing."""
    start = before.find(quote)
    if start < 0 or not quote:
        return ""
    first = last = None
    for kind, low, high, new_low, new_high in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if high <= start or low >= start + len(quote) or kind == "delete":
            continue
        begin, end = (new_low, new_high) if kind != "equal" else (
            new_low + max(0, start - low), new_low + min(high, start + len(quote)) - low)
        first, last = begin if first is None else first, end
    return after[first:last].strip() if first is not None else ""


def by_ref(changes: Sequence[ClauseChange]) -> Mapping[str, ClauseChange]:
    """What became of each clause of the text before, by its reference there."""
    return {one.before.ref: one for one in changes if one.before is not None}


def _of(text: str, article: Article) -> Iterator[Clause]:
    """What an article says outside its items, then its items."""
    place, outside = article.span.start, []
    for item in article.items:
        outside.append(text[place:item.span.start])
        place = item.span.end
    outside.append(text[place:article.span.end])
    own = "\n".join(part.strip() for part in outside if part.strip())
    yield Clause(article.ref, own, _without_mark(own))
    for item in article.items:
        words = _quote(text, item.span)
        yield Clause(item.ref, words, _without_mark(words))


def _quote(text: str, span: Span) -> str:
    return text[span.start:span.end].strip()


def _without_mark(text: str) -> str:
    return _MARK.sub("", text, count=1)


def _pairs(old: Sequence[Clause], new: Sequence[Clause]) -> dict[int, int]:
    """Places of the new text and of the old one that are the same piece, each used once."""
    pairs: dict[int, int] = {}
    free_old, free_new = set(range(len(old))), set(range(len(new)))

    def pair(place: int, other: int) -> None:
        pairs[place] = other
        free_new.discard(place)
        free_old.discard(other)

    at = {clause.ref: place for place, clause in enumerate(old)}
    for place in sorted(free_new):       # the very same words under the same reference
        other = at.get(new[place].ref)
        if other in free_old and old[other].words == new[place].words:
            pair(place, other)
    for place in sorted(free_new):       # the very same words elsewhere, of enough length to mean something
        for other in sorted(free_old):
            if old[other].words == new[place].words and _kind(old[other]) == _kind(new[place]):
                pair(place, other)
                break
    for place in sorted(free_new):       # one reference, words that are alike
        other = at.get(new[place].ref)
        if other in free_old and _likeness(old[other], new[place]) >= ALIKE:
            pair(place, other)
    candidates = sorted((-_likeness(old[other], new[place]), place, other) for place in free_new for other in free_old
                        if _kind(old[other]) == _kind(new[place]))
    for likeness, place, other in candidates:
        if -likeness >= ALIKE_ELSEWHERE and place in free_new and other in free_old:
            pair(place, other)
    return pairs


def _kind(clause: Clause) -> str:
    return "" if not clause.ref else "item" if "（" in clause.ref else "article"


def _likeness(before: Clause, after: Clause) -> float:
    if not before.ref and not after.ref:
        return 1.0
    matcher = SequenceMatcher(None, before.words, after.words, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0


def _changed(before: Clause, after: Clause) -> ClauseChange:
    if before.words == after.words:
        change = Change.SAME if before.ref == after.ref else Change.MOVED
        runs = (Run("same", after.text),) if before.text == after.text else marks(before.text, after.text)
        return ClauseChange(change, before, after, runs)
    return ClauseChange(Change.CHANGED, before, after, marks(before.text, after.text))


def _add(runs: list[Run], gone: str, come: str) -> None:
    """Join a change to the one before it, so that a word is struck out and written anew as a whole."""
    old = new = ""
    while runs and runs[-1].kind != "same":
        last = runs.pop()
        if last.kind == "removed":
            old = last.text + old
        else:
            new = last.text + new
    old, new = old + gone, new + come
    runs += [run for run in (Run("removed", old), Run("added", new)) if run.text]
