"""What is known of a sentence while it is read: its clauses, its figures, their periods."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property

from msgspec import Struct, field

from ingestion.domain import Span
from ingestion.facts.sentences import Sentence
from ingestion.language import load
from ingestion.language.ngrams import Text
from ingestion.numbers.numerals import Quantity
from ingestion.numbers.periods import Period


class Clause(Struct):
    """A stretch between commas at one depth of brackets; offsets are the sentence's."""

    span: Span
    depth: int
    outer: int  # index of the clause that its bracket hangs on, -1 for none
    larger: bool = False  # the body that the applicant is a part of speaks (学校, against 中心)
    subject: str = ""  # "own", "other", "apart" (said to be somebody else's) or "" where the clause names none


class Figure(Struct):
    quantity: Quantity
    sentence: Sentence
    clause: int
    depth: int
    left: str
    right: str
    left_start: int
    part: bool = False
    bracketed: bool = False  # a part that stands in brackets or after a colon
    parent: Figure | None = None
    total: bool = False  # 共, 合计 in its own phrase
    plain: bool = False  # the figure of a "label: figure" pair
    whole: Figure | None = None  # 9 of them: the figure that "them" stands for
    blocked: str = ""  # why it does not count at all: a reason code
    period: Period | None = None
    own_period: bool = False  # the period stands in the figure's own phrase
    label: str = ""  # what stands before the colon that cuts its phrase: 市级：…研究院1个
    topic: int = -1  # the clause before it that names what it counts, where its own phrase does not
    paired: str = ""  # the name that 分别 gives it: SCI、EI论文分别为20篇、9篇
    mean: bool = False
    open: bool = False  # a need is unmet that leaves its lower bound open
    _own: tuple[tuple[str, str, str], Text] | None = None

    @property
    def own(self) -> Text:
        """Its own phrase: what stands before and behind it, with the noun that its unit holds."""
        made_of = (self.left, self.right, self.quantity.unit)
        if self._own is None or self._own[0] != made_of:
            self._own = made_of, Text(self._phrase())
        return self._own[1]

    def _phrase(self) -> str:
        unit = self.quantity.unit
        nouns: dict[str, str] = load("numbers")["noun_units"]
        if unit in nouns:
            return f"{self.left}|{nouns[unit]}{self.right}"
        if self.quantity.measure == "money":
            unit = ""
        unit = unit if unit.isascii() else unit[1:] if len(unit) > 2 else ""  # 3家企业: the noun is in the unit
        return f"{self.left}|{unit}{self.right}" if self.right or unit else self.left


class Names(Struct, frozen=True):
    """Who applies: names found in the documents' forms, and short names given to them."""

    own: frozenset[str] = frozenset()
    home: tuple[str, ...] = ()
    host: str = ""  # the country that the documents call their host, as a code
    issuers: frozenset[str] = frozenset()  # other bodies that signed a document
    bars: frozenset[int] = frozenset()  # the numbers that the policy asks for at least


class Analysis(Struct, dict=True):
    """A sentence without figures is often asked for nothing else: its clauses are found when they are asked for."""

    sentence: Sentence
    figures: list[Figure]
    periods: list[Period]
    today: date
    names: Names
    find_clauses: Callable[[Analysis], list[Clause]]
    find_blocks: Callable[[Analysis], dict[int, str]]
    inherited: Period | None = None  # the years that the statement it goes on began with
    quoting: bool = False  # the statement that this sentence goes on began with a quotation of the policy
    planned: bool = False  # the statement that this sentence goes on began with a plan
    exempt: dict[int, str] = field(default_factory=dict)  # clauses with what looks like a plan and is none blanked
    plans: list[bool] = field(default_factory=list)  # whether a plan holds after each clause, as far as asked

    @cached_property
    def clauses(self) -> list[Clause]:
        return self.find_clauses(self)

    @cached_property
    def clause_blocks(self) -> dict[int, str]:
        """Why nothing in a clause counts, by its index."""
        return self.find_blocks(self)

    def counts(self, measures: list[str]) -> bool:
        """Whether a figure is in a unit of one of the measures, or has none."""
        for figure in self.figures:
            measure = figure.quantity.measure
            if not measure or measure in measures:
                return True
        return False

    def clause_text(self, index: int) -> str:
        span = self.clauses[index].span
        return self.sentence.folded[span.start : span.end]

    def outer_text(self, index: int) -> str:
        """A clause with the contents of its brackets blanked, same length."""
        text = self.clause_text(index)
        if "（" not in text:
            return text
        depth, out = 0, []
        for char in text:
            depth += char == "（"
            out.append(" " if depth else char)
            depth = max(0, depth - (char == "）"))
        return "".join(out)
