"""Where documents contradict each other on a fact: who says what, and where."""
from __future__ import annotations

import re

from assistant.wording.phrases import Phrases
from ingestion.domain import Evidence, Fact, Interval, Method, number_of

SIDES_SHOWN = 4
LONGEST_QUOTE = 40


def sides(fact: Fact, say: Phrases, kind: str, unit: str) -> str:
    """申报书.docx第3页写明26篇；台账.xlsx逐项计数为18篇. `kind` is the fact's: "count", "money" or "yes_no"."""
    unit = fact.unit if say.language == "en" else unit
    said = _yes_no(fact, say) if kind == "yes_no" else _counted(fact, say, kind, unit)
    return say.join(said[:SIDES_SHOWN], "sides")


def _yes_no(fact: Fact, say: Phrases) -> list[str]:
    said = []
    for piece in sorted(fact.evidence, key=lambda one: one.reads is None or one.reads.high == 0):
        quote = _short(piece.quote)
        denied = piece.reads is not None and piece.reads.high == 0
        name = "side_yes" if quote else "side_unquoted_no" if denied else "side_unquoted_yes"
        said.append(say.say(f"forms.{name}", place=say.place(piece.document, piece.page), quote=quote))
    return list(dict.fromkeys(said))


def _counted(fact: Fact, say: Phrases, kind: str, unit: str) -> list[str]:
    """Declared figures by what they read, then lists: a list's figure is the bound that no declared figure gives."""
    figures: dict[Interval, list[Evidence]] = {}
    lists: dict[str, list[Evidence]] = {}
    for piece in fact.evidence:
        if piece.method is Method.LISTED or piece.reads is None:
            lists.setdefault(piece.document, []).append(piece)
        else:
            figures.setdefault(piece.reads, []).append(piece)
    claims = [(_place(pieces[0], say), say.say("forms.claim_declared", amount=_amount(reads, say, kind, unit)))
              for reads, pieces in figures.items()]
    bounds = {bound for bound in fact.interval if bound is not None}
    open_bounds = bounds - {reads.low for reads in figures if reads.exact}
    for document, pieces in lists.items():
        alone = len(lists) == 1 and len(open_bounds) == 1
        number = min(open_bounds) if alone else number_of(pieces) if kind == "count" else None
        if number is not None:
            name = "claim_listed_money" if kind == "money" else "claim_listed"
            amount = _amount(Interval(number, number), say, kind, unit)
            claims.append((_list_place(document, pieces, say), say.say(f"forms.{name}", amount=amount)))
    if len(claims) < 2:
        low, high = (_amount(Interval(one, one), say, kind, unit)
                     for one in (fact.interval.low, fact.interval.high or fact.interval.low))
        return [say.say("forms.side_bounds", low=low, high=high)]
    by_place: dict[str, list[str]] = {}
    for place, claim in claims:
        by_place.setdefault(place, []).append(claim)
    return [say.say("forms.side", place=place, claims=say.join(said)) for place, said in by_place.items()]


def _amount(interval: Interval, say: Phrases, kind: str, unit: str) -> str:
    if kind == "money":
        return say.sum(interval.low, unit) if interval.exact else say.money(interval, unit)
    return say.amount(interval, unit)


def _place(piece: Evidence, say: Phrases) -> str:
    return say.place(piece.document, piece.page)


def _list_place(document: str, pieces: list[Evidence], say: Phrases) -> str:
    pages = {piece.page for piece in pieces}
    return say.place(document, pages.pop() if len(pages) == 1 else None)


def _short(quote: str) -> str:
    """The quotation, or as much of its beginning as ends at a stop; "" where that is too long."""
    quote = quote.strip()
    if len(quote) <= LONGEST_QUOTE:
        return quote if "\n" not in quote else ""
    ends = [match.start() for match in re.finditer(r"[，。；,;]", quote[:LONGEST_QUOTE])]
    return quote[:ends[-1]] if ends and "\n" not in quote[:ends[-1]] else ""
