"""What running text and whole documents tell of things: events told sentence by sentence, an agreement in force."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from ingestion.domain import BlockKind, Interval, Method, Span
from ingestion.facts.claims.assertions import Assertion, Claims
from ingestion.facts.lexicon import is_partial, words
from ingestion.facts.lists.pools import Item, Pool, Setting
from ingestion.facts.prose.analysed import Analysis
from ingestion.facts.prose.modality import exempted, section_block
from ingestion.facts.prose.phrases import says_any
from ingestion.facts.prose.terms import term
from ingestion.facts.scanning.scan import Reading
from ingestion.facts.schema import FactBook, FactSpec
from ingestion.language import fold, load
from ingestion.names import organisations
from ingestion.names.organisations import Origin


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
        if not any(says_any(book, rule.words, text) for rule in listing.require if "status" in rule.columns):
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


TITLE_LINES = 8  # within which an agreement says that it is one
STOPS = ("。", "；", ".")


def agreement(specs: Mapping[str, FactSpec], reading: Reading, setting: Setting, found: dict[str, Claims]) -> None:
    """One agreement in force bounds its facts from below; a memorandum, a lapsed or an undated one says nothing."""
    if reading.document.kind in ("xlsx", "xls"):
        return  # a ledger of agreements is a list, not one of them
    head = reading.folded[:160]
    data = load("discourse")
    lines = _words(reading, head).split("\n")[:TITLE_LINES]
    title = "\n".join(line for line in lines if not line.rstrip().endswith(STOPS))
    if not re.search(data["agreement_title"], title, re.IGNORECASE) or re.search(
        data["agreement_avoid"], head, re.IGNORECASE
    ):
        return
    party = _party(reading)
    running = term(reading.folded, setting.window)
    if (
        party is None
        or running is None
        or running[1] < setting.window.end
        or (running[0] is not None and running[0] > setting.window.end)
    ):
        return
    name = reading.document.quote(party)
    for key, spec in specs.items():
        if spec.listing is None or not spec.listing.split:
            continue
        if spec.listing.host_only and setting.host and organisations.country(name) not in ("", setting.host):
            continue
        found[key].add(Assertion(Interval(1, None), reading.document, party, Method.DOCUMENT, rule="listing.split"))


def _words(reading: Reading, head: str) -> str:
    """The head without its tables: a list of agreements is not one of them."""
    for block in reading.document.blocks:
        if block.kind is BlockKind.TABLE and block.span.start < len(head):
            end = min(block.span.end, len(head))
            head = head[: block.span.start] + " " * (end - block.span.start) + head[end:]
    return head


def _party(reading: Reading) -> Span | None:
    """The first line or clause of the document's head that names a body abroad."""
    for match in re.finditer(r"[^\n，。；]+", reading.folded[:1200]):
        text = match.group()
        if organisations.origin(text.strip()) in (Origin.FOREIGN, Origin.GREATER_CHINA) and re.search(
            load("discourse")["body_words"], text, re.IGNORECASE
        ):
            start = match.start() + len(text) - len(text.lstrip())
            return Span(start, match.start() + len(text.rstrip()))
    return None
