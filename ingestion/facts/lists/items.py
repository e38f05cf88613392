"""Items of tables and lists, each judged by the fact's definition, once; the reason stays with each item left out."""

from __future__ import annotations

import re
from datetime import date
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from ingestion.domain import Document, Interval, Method, Span
from ingestion.facts.claims.assertions import Assertion, Claims, Findings
from ingestion.facts.claims.things import Thing, thing, without_tags
from ingestion.facts.lexicon import listed, words
from ingestion.facts.lists.pools import KEEP, UNKNOWN, Item, Pool, Setting
from ingestion.facts.lists.requirements import rejects, requires
from ingestion.facts.prose.dating import bound
from ingestion.facts.prose.terms import term
from ingestion.facts.scanning.columns import BLANK, ENOUGH, SHARE, UNSETTLED, doubts, once, others, over, repeats
from ingestion.facts.schema import FactBook, FactSpec, Listing, Require
from ingestion.language import fold
from ingestion.names import organisations
from ingestion.names.organisations import Origin
from ingestion.numbers.periods import Cover, Period, PeriodKind, Window, dates, periods

NOT_STATED = "not_stated"  # why what is unknown is unexplained


class Judged(Struct, frozen=True):
    """What is known of an item before its date is held against a window."""

    item: Item
    keys: frozenset[str]
    verdict: str  # by its words
    period: Period | None  # its own date, where that decides
    state: str  # by its term and its place: after the date
    why: str = ""  # what leaves it unexplained


def judge(book: FactBook, spec: FactSpec, pool: Pool, setting: Setting, claims: Claims) -> None:
    """Count a list's items one by one; the window decides about the dated ones."""
    listing = spec.listing
    if listing is None or not pool.items:
        return
    cells = [item.headed for item in pool.items]
    place = f"{pool.items[0].document.name}:{pool.items[0].span.start}"
    same = once(cells, [item.text for item in pool.items], place) if pool.table else [frozenset[str]()] * len(cells)
    judged = [_judged(book, listing, pool, item, same[n], setting) for n, item in enumerate(pool.items)]
    judged = _doubted(judged, dated=spec.time == "window") if pool.table else _undated(judged, listing)
    judged = [_once(judged, place) if place and repeats(entry.item.text) else entry
              for place, entry in enumerate(judged)]
    covered = next((p for p in periods(pool.title, setting.window) if p.kind is PeriodKind.DATED), None)
    claims.later(partial(_count, spec, pool, judged, pool.period or covered))


def _once(judged: list[Judged], place: int) -> Judged:
    """A row that says to be another one under another name (同一任务书换名, 第1行机构的中文名): left out, unless that
    other stands below it, with the same key."""
    own = judged[place]
    if own.verdict not in (KEEP, UNKNOWN):
        return own
    above, below = (any(other.keys & own.keys and other.verdict in (KEEP, UNKNOWN) for other in others_)
                    for others_ in (judged[:place], judged[place + 1:]))
    return own if below and not above else replace(own, verdict="duplicate")


def _doubted(judged: list[Judged], *, dated: bool) -> list[Judged]:
    """Rows that count by their words, held against their siblings: one doubt leaves a row unexplained, two take it
    away. `dated`: when a thing was decides whether it counts."""
    good = {n: entry.item.headed for n, entry in enumerate(judged) if entry.verdict == KEEP and not entry.state}
    told = doubts(good, dated=dated)
    found = list(judged)
    for place in others([entry.item.headed for entry in judged]):
        if judged[place].verdict in (KEEP, UNKNOWN):
            found[place] = replace(judged[place], verdict="other_body")
            told.pop(place, None)
    told |= {n: [UNSETTLED, UNSETTLED] for n, entry in enumerate(judged)
             if entry.verdict == UNKNOWN and found[n] is entry and over(entry.item.headed)}
    for place, why in told.items():
        verdict = UNKNOWN if len(why) == 1 else "dropped_status"
        found[place] = replace(judged[place], verdict=verdict, why=why[0])
    return found


def _undated(judged: list[Judged], listing: Listing) -> list[Judged]:
    """Items of a list in prose, held against their siblings: where nearly all have a date, one without it may not
    count (Catena, 二审. among Catena, 2024.)."""
    kept = [entry for entry in judged if entry.verdict == KEEP]
    without = [entry for entry in kept if entry.period is None]
    if not listing.dated or len(kept) - len(without) < max(ENOUGH, SHARE * (len(kept) - 1)):
        return judged
    return [replace(entry, verdict=UNKNOWN, why=BLANK) if entry in without else entry for entry in judged]


def meets(book: FactBook, require: Require, pool: Pool, item: Item) -> bool:
    return requires(book, require, pool, item) == KEEP


def _count(
    spec: FactSpec, pool: Pool, judged: list[Judged], titled: Period | None, window: Window, findings: Findings
) -> None:
    """Adds the interval that a list settles under a window. `titled`: the period that its title says it covers."""
    counted: list[Judged] = []
    unknown = 0
    seen: set[str] = set()
    left_out: list[tuple[Item, str]] = []
    dated = False
    for entry in judged:
        verdict, has_date = _verdict(entry, window)
        verdict = pool.reason or verdict if verdict in (KEEP, UNKNOWN) else verdict
        dated = dated or has_date
        if verdict not in (KEEP, UNKNOWN):
            left_out.append((entry.item, verdict))
        elif entry.keys & seen:
            left_out.append((entry.item, "duplicate"))
        else:
            seen |= entry.keys
            counted += [entry] if verdict == KEEP else []
            if verdict == UNKNOWN:
                unknown += 1
                findings.hold(entry.item.document, entry.item.span, entry.why or NOT_STATED)
    for item, reason in left_out:
        findings.exclude(item.document, item.span, reason)
    for span in pool.totals:
        findings.exclude(pool.document, span, "part_of_total")
    if not counted and not unknown:
        covered = _listed(titled, window)
        findings.empty += [covered] if covered and pool.whole and not pool.partial and not pool.loose else []
        return
    value = Interval(len(counted), None if pool.partial else len(counted) + unknown)
    bounded = _bounded(spec, pool, value, window, dated=dated)
    if bounded is None:
        for entry in counted:
            findings.exclude(pool.document, entry.item.span, "outside_window")
        return
    findings.assertions.append(
        Assertion(
            bounded,
            pool.document,
            Span(min(i.span.start for i in pool.items), max(i.span.end for i in pool.items)),
            Method.LISTED,
            (value.low,) if value.high is None else (value.low, value.high),
            items=tuple(entry.item.span for entry in counted),
            item_keys=tuple(entry.keys for entry in counted),
            things=tuple(_thing(entry, pool) for entry in counted),
            loose=pool.loose,
            told=pool.told,
            partial=pool.partial,
            gone=sum(reason == "expired" for _, reason in left_out) if pool.loose else 0,
            listed=_listed(titled, window) if dated else None,
            doubtful=unknown,
            rule="listing.events" if pool.told else "listing.names" if pool.loose else "listing",
        )
    )


def _thing(entry: Judged, pool: Pool) -> Thing:
    item = entry.item
    return thing(item.name, item.text, item.cells.get("country", ""), entry.keys, row=pool.table)


def _bounded(spec: FactSpec, pool: Pool, value: Interval, window: Window, *, dated: bool) -> Interval | None:
    if spec.time != "window" or not dated:
        complete = spec.time == "open" and words("complete_list").search(pool.title) is not None
        return bound(spec, value, None if complete else pool.period, window)
    covered = pool.period.cover(window) if pool.period else Cover.WINDOW
    return value if covered in (Cover.WINDOW, Cover.WIDER) else Interval(value.low, None)


def _listed(titled: Period | None, window: Window) -> tuple[date, date] | None:
    """The period that the list's title says it covers; whole where it says none."""
    start, end = titled.days(window) if titled is not None else (None, window.end)
    return (start, end) if start is not None else None


def _keys(listing: Listing, item: Item) -> frozenset[str]:
    """What two items that are one have in common: an organisation's names, else the title with what else names it."""
    names = [name for m in words("former_name").finditer(item.text) for name in m.groups() if name]
    former = frozenset().union(*(organisations.keys(name) for name in names))
    firm = words("firm_end").search(item.name) is not None
    if firm or any(r.origin for r in listing.require) or (listing.names and not item.beside):
        return organisations.keys(item.name) | former
    return frozenset({_title_key(item.name + item.beside), *(_title_key(name) for name in names)})


def _title_key(name: str) -> str:
    return re.sub(r"[^\w\u4e00-\u9fff]", "", fold(name)).casefold()


def _judged(
    book: FactBook, listing: Listing, pool: Pool, item: Item, row: frozenset[str], setting: Setting
) -> Judged:
    """`row`: the keys that its number in the list gives it."""
    verdict = _by_words(book, listing, pool, item)
    keys = setting.aliases.of(_keys(listing, item)) | row
    if verdict not in (KEEP, UNKNOWN):
        return Judged(item, keys, verdict, None, KEEP)
    state = KEEP
    if listing.held and _of_somebody_else(item, setting.own):
        return Judged(item, keys, "other_body", None, KEEP)
    if (listing.term and _ended(item, setting.window)) or _gone(item, setting.window.end):
        state = "expired"
    elif listing.host_only and (_other_country(item, setting.host) if setting.host else not setting.hosted):
        state = "other_country"
    return Judged(item, keys, verdict, _date(item, setting.window) if listing.dated else None, state)


def _by_words(book: FactBook, listing: Listing, pool: Pool, item: Item) -> str:
    """KEEP, UNKNOWN or the reason that leaves an item out, by what it says."""
    doubtful = False
    if words("placeholder").match(item.name):
        return "planned"
    for reject in listing.reject:
        if rejects(book, reject, item):
            if not reject.unknown:
                return reject.reason
            doubtful = True
    for require in listing.require:
        verdict = requires(book, require, pool, item)
        if verdict not in (KEEP, UNKNOWN):
            return verdict
        doubtful = doubtful or verdict == UNKNOWN
    return UNKNOWN if doubtful else KEEP


def _verdict(judged: Judged, window: Window) -> tuple[str, bool]:
    """KEEP, UNKNOWN or the reason that leaves an item out; and whether a date of its own was asked."""
    if judged.verdict not in (KEEP, UNKNOWN):
        return judged.verdict, False
    when = _in_window(judged.period, window) if judged.period else KEEP
    dated = judged.period is not None
    if when not in (KEEP, UNKNOWN):
        return when, dated
    if judged.state:
        return judged.state, dated
    return (UNKNOWN if UNKNOWN in (judged.verdict, when) else KEEP), dated


def _date(item: Item, window: Window) -> Period | None:
    """An item's own date: its date column decides, else the last date in the item's text."""
    text = item.cells.get("date") or item.cells.get("term") or ("" if item.cells else item.text)
    dated = [p for p in periods(text, window) if p.start is not None]
    begun = [p for p in dated if words("begun").match(text, p.span.end)]
    return next(iter(dated if item.cells else begun or dated[-1:]), None)


def _in_window(period: Period, window: Window) -> str:
    start, end = period.days(window)
    if start is not None and start < window.start:
        return UNKNOWN if (end - start).days <= 366 and end >= window.start else "outside_window"
    return "outside_window" if start is not None and start > window.end else KEEP


def _of_somebody_else(item: Item, own: frozenset[str]) -> bool:
    """Whether a column names the item's holders, and the applicant is none of them."""
    holder = re.sub(r"\s", "", item.cells.get("holder", ""))
    if words("own_body").search(holder) is not None:
        return False  # 本院、重庆大学
    named = organisations.origin(holder) is not Origin.UNKNOWN or words("firm_end").search(holder)
    return bool(holder and own and named) and not any(name in holder or holder in name for name in own)


def _gone(item: Item, today: date) -> bool:
    """离岗｜2023-06: whether a column of the days since when things are there no more holds one that has come."""
    told = [dates(text) for header, text, _ in item.headed if listed("gone_header").search(header)]
    return any(days and days[0][1] <= today for days in told)


def _ended(item: Item, window: Window) -> bool:
    """A term that ended before the application date; the latest period named decides (续签 renews)."""
    text = (
        "｜".join(filter(None, [item.cells.get("term", ""), item.cells.get("status", ""), item.cells.get("date", "")]))
        if item.cells
        else item.text
    )
    stated = term(text, window)
    if stated is None and item.cells.get("term") and "until" in item.cells:
        ends = [last for _, _, last in dates(item.cells["until"])]
        return bool(ends) and max(ends) < window.end
    return stated is not None and stated[1] < window.end


def _other_country(item: Item, host: str) -> bool:
    place = item.text.find(item.name) + len(item.name)
    note = _NOTES.match(item.text, place)  # 麦克雷雷大学（乌干达）
    codes = (
        organisations.countries_in(item.cells.get("country", ""))
        or organisations.countries_in(item.name)
        or organisations.countries_in(note[0] if note else "")
    )
    code = codes[0] if codes else organisations.country(item.name)
    return bool(code) and code not in (host, "")


_NOTES = re.compile(r"（[^（）]*）")
_CITATION = re.compile(r"[“《\"]([^”》\"]{4,})[”》\"]")
_REFERENCE = re.compile(
    r"(?:^|[.。）]\s*)([A-Z\u4e00-\u9fff][^.\[\]。：]{10,}?)(?:\[[JCDM](?:/OL)?\]|（J）|（C）|[.,，]\s*(?:[A-Z][\w&\s-]+)?[,，]?\s*(?:19|20)\d\d)"
)
# authors, then a title: 周晓岚, M. Ortega （某研究院）. Title. Journal, 2021 (GB/T 7714 and its like)
_AUTHOR = (
    r"(?:[\u4e00-\u9fff·]{2,4}|(?:[A-Z]\.[ -]?)+[A-Z][\w'-]+|[A-Z][\w'-]+(?: [A-Z]{1,3}(?=[,，.;； ]|$))?"
    r"(?:, (?:[A-Z]\. ?)+)?)[*#]?(?: ?（[^（）]*）)?[*#]?"
)
_AUTHORED = re.compile(
    rf"(?:\[\d+\] ?)?{_AUTHOR}(?:(?:, |[,，、;；] ?| and | & |和){_AUTHOR})*(?:[,，]? ?(?:et al|等))?[.。] ?"
    r"(?P<title>[^.。\[]{5,}?)(?=[.。?？]|\[[JCDM])")
_ITEM_NAME = re.compile(r"(?:[^（，,；：。|]|（[^（）]{1,8}）(?=[^（），,；：。|\s]*(?:公司|Ltd)))+")


_YEAR = re.compile(r"(?:19|20)\d\d")


def _body(text: str) -> bool:
    """Whether what looks like a title is the authors' organisation."""
    name = text.strip()
    return organisations.origin(name) is not Origin.UNKNOWN or words("firm_end").search(name) is not None


def list_item(document: Document, span: Span, text: str) -> Item:
    """An item of a list, named by its quoted title, a reference's title, or the words before its first note."""
    authored = _AUTHORED.match(text)
    if authored is not None and _YEAR.search(text, authored.end()):
        return Item(document, span, text, without_tags(authored["title"].strip()), titled=True)
    match = _CITATION.search(text) or _REFERENCE.search(text)
    if match and not _body(match[1]):
        return Item(document, span, text, without_tags(match[1].strip()), titled=True)
    pieces = [piece.strip() for piece in re.split(r"[.。]\s+", text) if len(piece.strip()) >= 6]
    if match and (title := next((piece for piece in pieces if not _body(piece)), "")):
        return Item(document, span, text, title, titled=True)
    named = _ITEM_NAME.match(text.strip())
    name = (named[0].strip() if named else "") or text.strip()
    return Item(document, span, text, name)
