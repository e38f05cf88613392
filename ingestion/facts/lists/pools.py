"""Lists before they are judged: their items, their titles, and what judging needs besides."""

from __future__ import annotations

from msgspec import Struct, field

from ingestion.domain import Document, Span
from ingestion.facts.claims.things import Aliases
from ingestion.facts.scanning.columns import Column
from ingestion.numbers.periods import Period, Window

KEEP = ""  # a verdict: the item counts
UNKNOWN = "?"  # it only lifts the upper bound


class Item(Struct):
    """`cells` by role (empty for list items); `name` identifies it, with `beside` where other columns name it, too."""

    document: Document
    span: Span
    text: str
    name: str
    cells: dict[str, str] = field(default_factory=dict)
    section: str = ""
    beside: str = ""
    headed: tuple[Column, ...] = ()  # its cells with what heads them
    titled: bool = False  # `name` is a title of a work, whose words say nothing of its status


class Pool(Struct):
    """The items of one list with its title, before they are judged."""

    document: Document
    title: str  # captions, headers' row, lead-in, nearest headings
    period: Period | None
    items: list[Item]
    partial: bool
    loose: bool = False
    told: bool = False
    weak: bool = False  # only a heading names it: each item must say itself what it is
    table: bool = False
    whole: bool = True  # it lists the fact's things: where none of its rows counts, there is none
    reason: str = ""  # why none of them counts, where their title says so
    totals: tuple[Span, ...] = ()  # rows that sum up others
    sorting: dict[int, str] = field(default_factory=dict)  # by a requirement's id: the column that sorts its items
    sides: tuple[str, ...] | None = None  # the headers of the columns that say where each row's parties are


class Setting(Struct, frozen=True):
    """What judging needs besides the item: the day, the window, the host country."""

    window: Window
    host: str = ""
    hosted: bool = True  # the documents speak of a host country at all
    own: frozenset[str] = frozenset()  # the applicant's names
    aliases: Aliases = Aliases({})
