"""What a fact asks of the items of a list, by their words, their columns and where their parties are."""

from __future__ import annotations

import re

from ingestion.facts.claims.things import without_journal
from ingestion.facts.lexicon import listed, words
from ingestion.facts.lists.pools import KEEP, UNKNOWN, Item, Pool
from ingestion.facts.prose.phrases import abroad, run_from_abroad, says_any
from ingestion.facts.scanning import states
from ingestion.facts.scanning.columns import empty, is_body, located, sorting
from ingestion.facts.schema import FactBook, Reject, Require
from ingestion.language import load
from ingestion.names import organisations
from ingestion.names.organisations import Origin
from ingestion.numbers.numerals import has_number

NAME_END = 8  # characters at the end of a name in which the word for a body stands
PARTIES = 2  # of a transfer, each in a column of its own
_NOTES = re.compile(r"（[^（）]*）")


def _columns(item: Item, roles: list[str]) -> str:
    """The text of the named roles' cells."""
    return "｜".join(item.cells[role] for role in roles if role in item.cells)


def rejects(book: FactBook, reject: Reject, item: Item) -> bool:
    """Whether a rule's words leave an item out."""
    text = _columns(item, reject.columns) if reject.columns and item.cells else item.text
    if not reject.columns and not reject.named and (item.cells or item.titled) and item.name != item.text:
        text = text.replace(item.name, "".join(_NOTES.findall(item.name)), 1)
    if item.section and not reject.columns:
        text += "｜" + item.section
    if reject.origin == "domestic":
        return _origin(item) is Origin.DOMESTIC
    if reject.standing == "abroad" and _stands_abroad(text):
        return True
    if not says_any(book, reject.words, text):
        return False
    return not (reject.keep and says_any(book, reject.keep, text))


def _stands_abroad(text: str) -> bool:
    """设在慕尼黑, 位于境外: a place abroad right behind what says where a thing is."""
    places = (_PHRASE.match(text, found.end()) for found in words("stands_at").finditer(text))
    return any(abroad(place[0]) or words("foreign_title").match(place[0]) for place in places if place)


_PHRASE = re.compile(r"[^，。；、｜（）的]+")


def _origin(item: Item) -> Origin:
    return organisations.origin(item.name, item.cells.get("country", ""))


def requires(book: FactBook, require: Require, pool: Pool, item: Item) -> str:
    """KEEP where an item shows what a rule asks for, UNKNOWN where it leaves it open, else the rule's reason."""
    missing = UNKNOWN if require.missing == "unknown" else require.reason
    if require.origin == "foreign":
        return _foreign(book, require, pool, item, missing)
    if require.origin == "home":
        home, regions = book.pattern(book.home.names), _regions(pool, item)
        at_home = any(map(home.match, regions or organisations.regions(item.text)))
        if regions or at_home:
            return KEEP if at_home else missing
    if any(abroad(item.cells.get(role, "")) for role in require.abroad_in):
        return KEEP
    if require.optional and item.cells and not any(role in item.cells for role in require.columns):
        return KEEP
    text = _columns(item, require.columns) if require.columns and item.cells else item.text
    if require.columns and item.cells and not text and not require.topic:
        text = item.text
    if require.topic and pool.table and (sort := _sort(book, require, pool, item)):
        return KEEP if says_any(book, require.words, sort) else missing
    headed = [(header, text.strip()) for header, text, _ in item.headed if says_any(book, require.words, header)]
    if headed and not says_any(book, require.words, item.name):
        nothing = {*load("tables")["empty"], *load("tables")["no"]}
        headed = [(header, re.sub(r"（[^（）]*）", "", said).strip()) for header, said in headed]  # 否（重庆兼）
        if any(said in load("tables")["yes"] if _asks(header) else said not in nothing for header, said in headed):
            return KEEP
        classed = "kind" in require.columns and says_any(book, require.words, text)  # a title in another column
        unsaid = classed and all(empty(said) for _, said in headed)
        if not unsaid and all(said in nothing or not _asks(header) for header, said in headed):
            return missing
    if _stands(require, item) or any(says_any(book, require.words, said) for said in (text, item.section) if said):
        return KEEP
    unnumbered = "number_granted" in require.columns and "number_granted" in item.cells
    if require.topic and not text and not unnumbered and not pool.weak and says_any(book, require.words, pool.title):
        return KEEP
    if (
        require.topic
        and not pool.weak
        and says_any(book, require.words, pool.title)
        and not any(role in item.cells for role in _telling(require, pool))
    ):
        return KEEP
    return missing


def _stands(require: Require, item: Item) -> bool:
    """Whether how a thing stands is enough, and a cell of state says so in words of its own (下证了, 走完了); where a
    thing must be abroad, in a row that says that it is."""
    if require.abroad_in and not abroad(item.text):
        return False
    told = [states.state(one.text) for one in item.headed if one.roles & _STATE] if require.state else []
    return any(one.kind in require.state and one.certainty > states.SURE for one in told)


def _sort(book: FactBook, require: Require, pool: Pool, item: Item) -> str:
    """What the column that sorts a table's rows says of an item; then the title's word is no word for all of them."""
    header = pool.sorting.get(id(require))
    if header is None:
        header = sorting([one.headed for one in pool.items], lambda text: bool(says_any(book, require.words, text)))
        pool.sorting[id(require)] = header
    said = (one.text.strip() for one in item.headed if header and one.header == header and not empty(one.text))
    return next(said, "")


def _asks(header: str) -> bool:
    """办结与否, 是否完成: a header that is a question says nothing of what stands below it."""
    return listed("asking_header").search(header) is not None


_STATE = frozenset({"status", "number_granted"})  # roles of columns that tell how a thing stands, not what it is

def _telling(require: Require, pool: Pool) -> list[str]:
    """The columns that could tell what is asked. Where the list has none for its things' class, what its columns of
    state say (在园, 有效期至2025-11) is beside the question, and the title's word holds for all rows."""
    classes = [role for role in require.columns if role not in _STATE]
    known = {role for item in pool.items for role in item.cells}
    return require.columns if not classes or known & set(classes) else classes


def _foreign(book: FactBook, require: Require, pool: Pool, item: Item, missing: str) -> str:
    """Whether an item shows somebody abroad: by its country column, its name, or any column that the rule names."""
    if require.columns and "authors" in require.columns:
        text = _columns(item, require.columns) if item.cells else item.text
        if _yes(text) and words("foreign_column").search(pool.title):
            return KEEP
        text = text if item.cells else without_journal(text)
        origins = {origin for _, _, origin in organisations.mentions(organisations.without_subsidiaries(text))}
        if Origin.FOREIGN in origins:
            return KEEP
        if Origin.GREATER_CHINA in origins:
            return UNKNOWN
        return KEEP if not origins and _in_foreign_column(item) else missing
    if "title" in require.columns:
        where = Origin.FOREIGN if require.run_by and _run_from_abroad(item) else _origin(item)
        if where in (Origin.FOREIGN, Origin.GREATER_CHINA):
            return KEEP
        named = re.search(load("discourse")["body_words"], item.name[-NAME_END:], re.IGNORECASE) is not None
        if where is Origin.UNKNOWN and (named or item.cells) and (
            abroad(item.text)
            or (pool.loose and abroad(pool.title))
            or (words("foreign_title").search(pool.title) and not words("mixed_title").search(pool.title))
        ):
            return KEEP
        if where is Origin.DOMESTIC and (item.cells.get("country") or _of_elsewhere(book, item.name)):
            return require.reason  # its country is stated
        return (
            missing if where is Origin.DOMESTIC else (UNKNOWN if words("foreign_title").search(pool.title) else missing)
        )
    parties = [item.cells[role] for role in ("origin", "target") if role in item.cells]
    if len(parties) == 1:  # 让出方｜受让方: the head of one side is not known
        parties += filter(None, map(item.cells.get, ("authors", "country")))
    if parties:
        pieces = [side for party in parties for side in words("transfer_arrow").split(party)]
        sides = [organisations.origin(side) for side in pieces if side.strip()]
        if Origin.FOREIGN in sides or Origin.GREATER_CHINA in sides:
            return KEEP
        if all(side is Origin.DOMESTIC for side in sides):
            return missing
    return KEEP if abroad(item.text) else missing


def _sides(pool: Pool, item: Item) -> list[str]:
    """An item's parties as the two columns or more give them whose cells are bodies and places, whatever heads them;
    none where a list has no such columns, or where one of them is blank."""
    if pool.sides is None:
        pool.sides = tuple(located([one.headed for one in pool.items]))
    said = {one.header: one.text for one in item.headed if one.header in pool.sides and not empty(one.text)}
    return list(said.values()) if len(said) == len(pool.sides) >= PARTIES else []


def _regions(pool: Pool, item: Item) -> list[str]:
    """The regions of the mainland in which an item's parties are; none where one of them may be anywhere in it."""
    inland = [side for side in _sides(pool, item) if organisations.origin(side) in (Origin.DOMESTIC, Origin.UNKNOWN)]
    regions = [organisations.region(side) for side in inland]
    return regions if all(regions) else []


def _run_from_abroad(item: Item) -> bool:
    """By its name, or by the body abroad that another column gives it (团队｜母体)."""
    others = (one.text for one in item.headed if one.text != item.name and is_body(one.text))
    return run_from_abroad(item.name) or any(organisations.origin(text) is Origin.FOREIGN for text in others)


def _of_elsewhere(book: FactBook, name: str) -> bool:
    """成都光电研究院重庆中心: a name that begins with a mainland place outside the policy's region."""
    first = next(iter(organisations.scan(name)), None)
    if first is None or first.start or first.kind is not organisations.Kind.PLACE:
        return False
    return first.origin is Origin.DOMESTIC and book.pattern(book.home.names).match(name) is None


def _in_foreign_column(item: Item) -> bool:
    """Whether a column for bodies abroad (外方作者单位) names one, though nothing else tells where it is."""
    nothing = {*load("tables")["empty"], *load("tables")["no"], *load("tables")["yes"]}
    return any(
        words("foreign_title").search(header) and words("named_body").search(header) and text.strip() not in nothing
        for header, text, _ in item.headed
        if not has_number(text)
    )


def _yes(text: str) -> bool:
    return any(part.strip() in load("tables")["yes"] for part in text.split("｜"))
