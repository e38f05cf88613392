"""Things done, told in running text one after another: 2022年，将…技术转让给…。2023年，引进…技术到…。"""

from __future__ import annotations

import re
from itertools import pairwise

from ingestion import organisations
from ingestion.domain import Span
from ingestion.facts.items import Item, Pool, is_partial
from ingestion.facts.lexicon import words
from ingestion.facts.modality import exempted, section_block
from ingestion.facts.phrases import found
from ingestion.facts.records import Analysis
from ingestion.facts.schema import FactBook, FactSpec
from ingestion.language import fold


def events(book: FactBook, spec: FactSpec, analysis: Analysis, pools: dict[str, Pool]) -> None:
    """Add the things that a sentence without a figure of them tells; one thing alone in a document is an example."""
    listing, sentence = spec.listing, analysis.sentence
    if listing is None or not listing.events or sentence.pair or sentence.synthetic or sentence.listed:
        return
    told = [f for f in analysis.figures if f.quantity.measure in spec.measures]
    if told or section_block(sentence.section) or not sentence.holds(book.pattern(listing.events)):
        return
    happened = list(book.pattern(listing.events).finditer(sentence.folded))
    starts = [_clause_start(analysis, match.start()) for match in happened]
    bounds = [0, *starts[1:], len(sentence.folded)]
    for (start, end), match in zip(pairwise(bounds), happened, strict=True):
        index = next(i for i, c in enumerate(analysis.clauses) if c.span.start <= match.start() <= c.span.end)
        clause = analysis.clause_text(index)
        blocked = analysis.clause_blocks.get(index, "") not in ("", "other_body")  # whose it was, the parties say
        if start == end or blocked or book.pattern(spec.exclude_clause).search(clause):
            continue
        text = sentence.folded[start:end] + _of_all(analysis, end)
        if not any(found(book, rule.words, text) for rule in listing.require if "status" in rule.columns):
            text += "｜" + _following(analysis, book.pattern(listing.events))
        if words("plan").search(exempted(text, analysis.today)) or words("several").search(match[0] + clause):
            continue  # 促成多项境外技术落地: nobody knows how many
        span = Span(sentence.span.start + start, sentence.span.start + end)
        item = Item(sentence.document, span, text, _name(match[0]))
        empty = Pool(sentence.document, sentence.folded, None, [], partial=False, loose=True, told=True)
        pool = pools.setdefault(f"{sentence.document.name}|events", empty)
        pool.items.append(item)
        around = [sentence.section.lead, *sentence.section.headings, sentence.document.name, sentence.folded[:start]]
        pool.partial = len(pool.items) < 2 or any(is_partial(text) for text in around)


def _clause_start(analysis: Analysis, place: int) -> int:
    return max(c.span.start for c in analysis.clauses if c.span.start <= place and not c.depth)


def _following(analysis: Analysis, events_: re.Pattern[str]) -> str:
    """The next sentence of the paragraph, where what became of it may stand, if it tells of nothing else."""
    sentence = analysis.sentence
    rest = fold(sentence.document.text[sentence.span.end :].split("\n", 1)[0])
    following = re.split(r"(?<=。)", rest.lstrip("。； "))[0]
    return "" if events_.search(following) else following


def _of_all(analysis: Analysis, end: int) -> str:
    """…转让给…，…转移至…，均已完成: the last clause, where it speaks of all of them."""
    last = analysis.clauses[-1]
    text = analysis.clause_text(len(analysis.clauses) - 1)
    return "｜" + text if last.span.start >= end and words("said_of_all").match(text.lstrip()) else ""


def _name(told: str) -> str:
    """What was moved, without the words and the country before it."""
    things = [m[0] for m in words("thing_moved").finditer(told)]
    name = words("thing_before").split(things[-1] if things else told)[-1]
    first = next(iter(organisations.scan(name)), None)
    return name[first.end :] if first is not None and first.start == 0 and first.end < len(name) else name
