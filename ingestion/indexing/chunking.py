"""Cuts a policy into passages: what is found, and cited, as one.

It is cut by article and item; what is very long, where sentences end. The cited text is always verbatim; what stands
above it (headings, an article's opening) is its context.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from ingestion.domain import Article, Chapter, Passage, Span

LONG = 800      # characters: longer items are cut
_OPENING = 160  # characters of an article's opening that its items carry as context

_SENTENCE = re.compile(r"[。！？!?；;][”’」』）)]*|\n+|(?<=[A-Za-z0-9])\.(?=\s)")
_COMMA = re.compile(r"[，,、：:]|\s")


def policy_passages(policy_id: str, text: str, chapters: Sequence[Chapter], articles: Sequence[Article],
                    ) -> tuple[Passage, ...]:
    """One passage for each item, and for each article's opening (the whole article where it has no items)."""
    found: list[Passage] = []
    for article in articles:
        title = chapters[article.chapter].title if 0 <= article.chapter < len(chapters) else ""
        opening = " ".join(text[article.opening.start:article.opening.end].split())
        above = [title, article.heading if article.heading not in opening else "", _cut(opening, _OPENING)]
        context = " ".join(one for one in above if one)
        base = Passage("", policy_id, article.opening, "", ref=article.ref)
        found += _numbered(replace(base, context=title), text, article.opening)
        for item in article.items:
            found += _numbered(replace(base, context=context, ref=item.ref), text, item.span)
        if article.items:
            rest = _trim(text, Span(article.items[-1].span.end, article.span.end))
            if rest.end > rest.start:
                found += _numbered(replace(base, context=context), text, rest)
    return _unique(found)


def _numbered(base: Passage, text: str, span: Span) -> Iterator[Passage]:
    """`base` at `span`, in several passages of one reference where it is very long."""
    for number, piece in enumerate(_pieces(text, span), 1):
        name = f"{base.ref}" if number == 1 else f"{base.ref}#{number}"
        yield replace(base, id=name, span=piece, text=text[piece.start:piece.end])


def _unique(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The same passages, each id once."""
    seen: dict[str, int] = {}
    found = []
    for passage in passages:
        times = seen[passage.id] = seen.get(passage.id, 0) + 1
        found.append(passage if times == 1 else replace(passage, id=f"{passage.id}#r{times}"))
    return tuple(found)


def _pieces(text: str, span: Span) -> Iterator[Span]:
    """`span` cut where sentences end, else at a comma, else anywhere, into pieces of at most `LONG` characters."""
    start = span.start
    while span.end - start > LONG:
        pieces = -(-(span.end - start) // LONG)
        aim = start + (span.end - start) // pieces  # pieces of about one length, no crumb at the end
        cut = _nearest(_SENTENCE, text, start, start + LONG, aim) or _nearest(_COMMA, text, start, start + LONG, aim)
        end = cut or start + LONG
        piece = _trim(text, Span(start, end))
        if piece.end > piece.start:
            yield piece
        start = end
    piece = _trim(text, Span(start, span.end))
    if piece.end > piece.start:
        yield piece


def _nearest(pattern: re.Pattern[str], text: str, start: int, end: int, aim: int) -> int | None:
    """The end of the match of `pattern` that lies nearest to `aim`, not in the first quarter."""
    ends = [match.end() for match in pattern.finditer(text, start, end) if match.end() - start > (end - start) // 4]
    return min(ends, key=lambda place: abs(place - aim), default=None)


def _cut(text: str, limit: int) -> str:
    """`text` up to the last sentence or comma within `limit`."""
    if len(text) <= limit:
        return text
    ends = [match.start() for match in re.finditer(r"[。；，]", text[:limit])]
    return text[:ends[-1]] if ends else text[:limit]


def _trim(text: str, span: Span) -> Span:
    start, end = span.start, span.end
    while end > start and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    return Span(start, end)
