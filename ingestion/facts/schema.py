"""The facts of a policy folder, typed: what can be counted, and how documents word it. `facts/<key>.yaml` holds one of
them, `facts/shared.yaml` what they share (see `ingestion.facts.fact_files`).

A word list may name another one (`$foreign`) from `words:` of the same file or from the language's own lists, and a
word between slashes is a regular expression. Words are matched on folded text (see `ingestion.language.fold`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

from ingestion import language, typed_yaml
from ingestion.errors import PolicyError
from ingestion.facts import fact_files
from ingestion.numbers.windows import WindowSetting
from ingestion.patterns import compiled

FEW = 3  # facts that count in one unit
Reach = Literal["own", "clause", "sentence", "section"]


class Need(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of `words` must stand within `reach` of the figure: in its own phrase, its clause, its sentence, or also in
    the headings, caption and lead-in above it. `unless` lets another word in the figure's own phrase replace it."""

    words: list[str]
    reach: Reach = "clause"
    unless: list[str] = []
    complement: list[str] = []  # a total less its parts of the other kind, which these words name, meets it
    coordinate: bool = False  # it also holds for figures joined to one that meets it
    shared: list[str] = []  # a figure joined to one that meets it meets it, too, if its phrase says only one of these
    open: list[str] = []  # with one of these in the figure's own phrase, an unmet need leaves the lower bound open


class Kinds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Alternatives that make up the fact. `overlap`: one thing may be of two kinds (readings 1 to 3)."""

    names: dict[str, list[str]]
    overlap: bool = False
    within: dict[str, list[str]] = {}  # a word that names a whole of some of the kinds only (专利: no copyright)


class Require(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a row or item must show. `columns`: roles; without such a column the row counts, then (`topic`) the title.

    `missing`: what a row without any word comes to: "fail" (left out, `reason`) or "unknown" (raises the upper bound).
    """

    words: list[str]
    columns: list[str] = []
    topic: bool = False
    missing: Literal["fail", "unknown"] = "fail"
    optional: bool = False  # asked only where the table has one of the columns
    reason: str = "definition"
    origin: Literal["", "foreign", "home"] = ""
    run_by: bool = False  # with `origin`: what a body abroad runs here is from abroad, too
    state: list[str] = []  # done, running: a cell of state that surely says so is enough, in whatever words
    abroad_in: list[str] = []  # roles of columns of which a cell that names a place abroad is enough, too


class Reject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that leave a row or item out, with the reason; `keep` words beside them overrule it; `unknown` only lifts
    the upper bound. Without `columns` they are looked for beside the item's title and in the title's brackets, with
    `named` in the title as well (一种失效机理的分析方法 has not lapsed)."""

    words: list[str]
    reason: str
    columns: list[str] = []
    keep: list[str] = []
    unknown: bool = False
    named: bool = False
    origin: Literal["", "domestic"] = ""
    standing: Literal["", "abroad"] = ""  # leaves out what is said to stand there (设在慕尼黑), besides the words


class Listing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How tables and lists enumerate the fact's items."""

    about: list[str]  # in the name column's header, the caption, the sheet, the lead-in or the heading
    header: list[str] = []  # the header of the column that names the item
    columns: list[str] = []  # header words of which one must be there, when `about` alone is too weak
    avoid: list[str] = []  # in the title: another kind of list
    require: list[Require] = []
    reject: list[Reject] = []
    dated: bool = False  # rows outside the window are left out (role "date")
    term: bool = False  # rows whose term has ended are left out (roles "term", "status")
    names: list[str] = []  # patterns of items named in running text
    kinds: list[str] = []  # kinds of things: a thing named in running text adds to figures that count other kinds only
    named_in: list[str] = []  # words that a sentence with named items must hold
    said: list[str] = []  # before a colon or 的有: says of the names behind it what is asked (与我们签有协议的有…)
    enumerated: bool = False  # names enumerated after a lead-in in running text are items
    held: bool = False  # items that somebody else holds are left out (role "holder")
    bare: bool = False  # enumerated names need not say what they are (甲骏科技)
    subjects: list[str] = []  # names of bodies abroad right before one of these words are items (甲团队、乙团队已入驻)
    objects: list[str] = []  # and so are such names right behind one of these (已入驻甲中心、乙团队等)
    events: list[str] = []  # what is done with the fact's things: each sentence of running text that tells it is one
    split: bool = False  # a sentence that names partners by 与A、B建立… enumerates items
    prose: bool = True  # numbered lists and enumerations count, too
    host_only: bool = False  # only items of the host country


class Amounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tables of amounts by period."""

    about: list[str]
    column: list[str]
    avoid: list[str] = []


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A yes/no statement: every group of `all` has a word within `reach`, none of `none` stands there."""

    value: int
    all: list[list[str]]
    id: str = ""
    none: list[str] = []
    none_so_far: list[str] = []  # nor between the sentence's beginning and the end of that place
    reach: Literal["clause", "sentence", "paragraph", "document"] = "clause"
    period: Literal["", "covers", "inside", "running", "ended"] = ""
    percent: Literal["", "majority"] = ""
    aspects: dict[str, list[str]] = {}
    code: Literal["", "home"] = ""
    weight: int = 1  # a stronger statement overrules weaker ones of the other value
    own: bool = True  # the sentence must speak of the applicant
    nested: bool = True  # it may stand in brackets
    rows: bool = False  # it may stand in a row of a list
    denied: bool = False  # the statement may stand in a negated clause
    planned: bool = False
    document: list[str] = []  # words that the document must hold
    method: Literal["declared", "document"] = "declared"


class FactSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    label: str
    label_en: str
    unit: str
    unit_zh: str = ""
    kind: Literal["count", "money", "yes_no"] = "count"
    time: Literal["window", "state", "open"] = "open"
    measures: list[str] = []
    heads: list[str] = []
    topic: list[str] = []  # what speaks of a yes or no, whether or not it says it: for the ledger
    needs: list[Need] = []
    exclude: list[str] = []  # in the figure's own phrase: the figure is of something else
    exclude_clause: list[str] = []  # anywhere in its clause
    exclude_sentence: list[str] = []
    applicant: list[str] = []  # bodies whose figures are the applicant's, though they are larger than the base
    fulfilled: list[str] = []  # a part so named counts, whatever its total is called (合同8项，其中5项已完成)
    subtract: list[str] = []  # a part of the total that does not count
    overlap: list[str] = []  # a part counted twice
    disjoint: list[str] = []  # says that the kinds do not overlap
    kinds: Kinds | None = None
    classes: list[list[str]] = []  # classes that make up the whole: figures for each of them add up
    home_only: bool = False  # a figure for another mainland region is left out
    doubtful_origin: bool = False  # a figure for Hong Kong, Macao or Taiwan alone raises the upper bound only
    joined: bool = False  # different figures in one sentence add up
    none_words: list[str] = []  # an explicit none: these words, governed by a negation
    listing: Listing | None = None
    amounts: Amounts | None = None
    currency: list[str] = []  # names of the currency in which the fact is counted, where that is not the yuan
    spent: list[str] = []
    not_spent: list[str] = []
    received: list[str] = []
    rules: list[Rule] = []
    settled_by: str = ""
    settled_by_en: str = ""

    def counted_in(self, currency: str) -> str:
        """A stated currency as money facts take it: the fact's own as "CNY", yuan beside another one as foreign."""
        if not self.currency:
            return currency
        return "CNY" if currency in self.currency else "人民币" if currency == "CNY" else currency

    @cached_property
    def named_by_place(self) -> bool:
        """Whether being abroad makes things the fact's: their names alone (机构, 合作) name much else."""
        return any(need.reach == "own" and "$countries" in need.words for need in self.needs)

    @cached_property
    def class_words(self) -> list[str]:
        """The words of all classes."""
        return [word for names in self.classes for word in names]

    def overlap_pattern(self, book: FactBook) -> re.Pattern[str]:
        """Words for a part that is of two kinds: the fact's own, else the language's; only where kinds may overlap."""
        if self.kinds is None or not self.kinds.overlap:
            return language.pattern(())
        return book.pattern([*self.overlap, *language.load("discourse")["overlap"]])


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence (or a few lines, as in a document) and what it gives: `low` and `high`, or neither where it gives
    nothing. `high: none` leaves it open above."""

    text: str
    low: int | None = None
    high: int | Literal["none"] | None = None   # as `low` where it is not written
    conflict: bool = False
    day: str = ""         # of the application (YYYY-MM-DD)
    why: str = ""         # what it shows


class Described(FactSpec, frozen=True, forbid_unknown_fields=True):
    """A fact as it is written: beside its wordings what it is in words, and sentences that show it."""

    definition: str = ""
    definition_en: str = ""
    counts: list[str] = []
    counts_en: list[str] = []
    not_counted: list[str] = []
    not_counted_en: list[str] = []
    readings: list[int] = []      # the numbered readings of the contract that bear on it
    sentences: list[Sample] = []


class Home(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The region of the policy: its names and the division codes that begin there (GB/T 2260)."""

    names: list[str]
    divisions: list[str]


class FactBook(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    home: Home
    facts: dict[str, FactSpec]
    words: dict[str, list[str]] = {}
    reasons: dict[str, list[str]] = {}

    def rare(self, measure: str) -> bool:
        """Whether hardly a fact counts in a unit, so that the unit says much of what is counted."""
        return 0 < sum(measure in one.measures for one in self.facts.values()) < FEW

    @cached_property
    def _lists(self) -> dict[str, list[str]]:
        common: dict[str, list[str]] = language.load("words")
        return common | {"countries": []} | self.words | {"home": self.home.names}

    @cached_property
    def _patterns(self) -> dict[tuple[str, ...], re.Pattern[str]]:
        return {}

    @cached_property
    def _of_lists(self) -> dict[int, re.Pattern[str] | None]:
        """The pattern of each list of the book, by the list's identity, once it was asked for."""
        return {id(words): None for words in _word_lists(self)}

    def without_bases(self, text: str) -> str:
        """A text without the names of what is applied for (国际联合研究中心), which hold words of facts."""
        names = self.words.get("bases")
        return self.pattern(names).sub("", text) if names else text

    def pattern(self, words: Iterable[str]) -> re.Pattern[str]:
        """The compiled alternation of a word list, `$names` resolved."""
        found = self._of_lists.get(id(words))
        if found is None:
            found = self._made(tuple(words))
            if id(words) in self._of_lists:
                self._of_lists[id(words)] = found
        return found

    def _made(self, key: tuple[str, ...]) -> re.Pattern[str]:
        """Compiles a word list once; PolicyError for one that is not defined or no expression."""
        if key not in self._patterns:
            try:
                self._patterns[key] = compiled.pattern(
                    language.alternation(resolve(key, self._lists)), re.IGNORECASE)
            except KeyError as error:
                raise PolicyError(
                    f"the word list ${error.args[0]} is not defined; add it under words:",
                    f"词表 ${error.args[0]} 没有定义，请在 words: 下补充",
                ) from error
            except re.error as error:
                raise PolicyError(
                    f"{error.pattern!r} is not a regular expression ({error.msg}); mend it",
                    f"{error.pattern!r} 不是合法的正则表达式（{error.msg}），请改正",
                ) from error
        return self._patterns[key]


def _word_lists(node: Any) -> Iterator[list[str]]:
    """Every list within a part of a book that holds words, not parts."""
    if isinstance(node, msgspec.Struct):
        for name in node.__struct_fields__:
            yield from _word_lists(getattr(node, name))
    elif isinstance(node, dict):
        for value in node.values():
            yield from _word_lists(value)
    elif isinstance(node, list):
        if not node or isinstance(node[0], str):
            yield node
        else:
            for value in node:
                yield from _word_lists(value)


def resolve(words: Iterable[str], lists: Mapping[str, list[str]]) -> list[str]:
    """Word lists with every `$name` replaced by the list it names, every `{name}` in a pattern by its alternation."""
    resolved: list[str] = []
    for word in words:
        if word.startswith("$"):
            resolved += resolve(lists[word[1:]], lists)
        elif word.startswith("/") and "{" in word:
            resolved.append(
                re.sub(r"\{([a-z_]+)\}", lambda m: f"(?:{language.alternation(resolve(lists[m[1]], lists))})", word)
            )
        else:
            resolved.append(word)
    return resolved


class Shared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the facts of a policy share."""

    home: Home
    words: dict[str, list[str]] = {}
    reasons: dict[str, list[str]] = {}


class PolicyFacts(Protocol):
    """What extraction needs of a policy: its text, how its facts are worded, and its window."""

    @property
    def text(self) -> str: ...

    @property
    def facts(self) -> FactBook: ...

    @property
    def window(self) -> WindowSetting: ...


def load(folder: Path) -> FactBook:
    """The facts of a policy folder; a PolicyError names file and line of a mistake. `mistakes` looks into lists."""
    shared, facts = _decoded(folder)
    names = FactSpec.__struct_fields__
    plain = {key: FactSpec(**{name: getattr(fact, name) for name in names}) for key, fact in facts.items()}
    return FactBook(shared.home, plain, shared.words, shared.reasons)


def described(folder: Path) -> dict[str, Described]:
    """The facts as they are written, with what is said about them in words."""
    return _decoded(folder)[1]


def _decoded(folder: Path) -> tuple[Shared, dict[str, Described]]:
    shared, facts = fact_files.read(folder)

    def typed(raw: Any, record: type[Any], keys: list[str | int]) -> Any:
        file, inner = fact_files.locate(folder, keys)
        return typed_yaml.decode(raw, record, folder / file, inner, file)

    return typed(shared, Shared, []), {
        key: typed(fact_files.named_rules(fact), Described, ["facts", key]) for key, fact in facts.items()}


def mistakes(book: FactBook) -> Iterator[tuple[list[str | int], str, str]]:
    """Word lists that cannot be used: the keys where they stand, and what is wrong in English and Chinese."""
    yield from _unusable(book, ["words"], msgspec.to_builtins(book.words))
    yield from _unusable(book, ["facts"], msgspec.to_builtins(book.facts))


def _unusable(book: FactBook, keys: list[str | int], node: Any) -> Iterator[tuple[list[str | int], str, str]]:
    if isinstance(node, str):
        if node.startswith(("$", "/")):
            try:
                book.pattern([node])
            except PolicyError as error:
                yield keys, str(error), error.chinese
        return
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from _unusable(book, [*keys, key], value)
