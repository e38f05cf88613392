"""The vocabulary, in the order the data takes: Document, Span, Fact, Criterion, Finding, Assessment.

Records are frozen structs, made and decoded quickly, of which a long document has hundreds of thousands; one without a
dict is never part of a cycle (`gc=False`). A changed copy is made by `msgspec.structs.replace`.

Offsets are character offsets into `Document.text` (half-open), never into a normalised copy:
`document.text[span.start:span.end]` is always the verbatim quote.
"""
from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum

from msgspec import Struct, field


class Span(Struct, frozen=True, order=True, gc=False):
    """Half-open range of characters `[start, end)` in the text of one document."""

    start: int
    end: int

    def __contains__(self, offset: int) -> bool:
        return self.start <= offset < self.end

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end


class Box(Struct, frozen=True, gc=False):
    """A rectangle on a page. Points (1/72 inch); the origin is the page's top left as it is displayed."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"
    NOTE = "note"            # footnote or endnote
    FURNITURE = "furniture"  # running head, running foot, page number


class Cell(Struct, frozen=True, gc=False):
    """One table cell. `row` and `column` count from 0 in the grid; a merged cell stands once, with its spans."""

    row: int
    column: int
    span: Span
    row_span: int = 1
    column_span: int = 1


class Block(Struct, frozen=True, gc=False):
    """A piece of a document that never crosses a heading, in reading order.

    `span` covers the block's own words: an automatic number ("（一）", "3.", "•") resolved from the numbering
    definition stands in the text before it and in `label`, outside the span. `level` is 1.. for headings, 0 otherwise.
    A table's `cells` lie inside its span; a table that runs over pages is one block and its cells know their page
    through `Document.page_at`. `section` names the sheet of a workbook; `host` holds the words of the form's row that a
    nested table stands in.
    """

    kind: BlockKind
    span: Span
    level: int = 0
    label: str = ""
    section: str = ""
    cells: tuple[Cell, ...] = ()
    host: str = ""


class Line(Struct, frozen=True, gc=False):
    """One line of text as it stands on a page: where a viewer shows it.

    `edges` holds the x coordinate (points) of each character's left side and, last, of the last one's right side
    (len = characters + 1); empty where only the line's box is known and characters are spread evenly over it.
    `score` is the recogniser's confidence 0..1, 1.0 for born-digital text.
    """

    span: Span
    box: Box
    edges: tuple[float, ...] = ()
    score: float = 1.0


class Page(Struct, frozen=True, gc=False):
    """`number` counts from 1; `width` and `height` in points (0 where the format has no pages of a fixed size)."""

    number: int
    span: Span
    width: float = 0.0
    height: float = 0.0
    recognised: bool = False  # its text comes from optical character recognition


class Notice(Struct, frozen=True, gc=False):
    """Something a person must know about a document: what was not read, or read with doubt. Never dropped silently."""

    code: str      # stable, such as "hidden_sheet"
    text: str      # Chinese
    text_en: str
    page: int | None = None


class Document(Struct, frozen=True, gc=False):
    """One file, read. `name` is its path below the folder that was given, with "/" as separator."""

    name: str
    sha256: str
    kind: str                      # "docx", "pdf", "xlsx", "image", "text", …
    text: str
    blocks: tuple[Block, ...] = ()
    pages: tuple[Page, ...] = ()
    lines: tuple[Line, ...] = ()   # ordered by span.start; empty for formats without pages
    notices: tuple[Notice, ...] = ()

    def quote(self, span: Span) -> str:
        return self.text[span.start:span.end]

    def page_at(self, offset: int) -> int | None:
        """The number of the page that holds `offset`, or None where the document has no pages."""
        place = bisect_right(self.pages, offset, key=lambda page: page.span.start)
        return self.pages[place - 1].number if place else None

    def boxes(self, span: Span) -> tuple[Box, ...]:
        """Where `span` stands on its pages, one box a line; empty where the format has no fixed pages."""
        found = []
        for line in self.lines:
            if not line.span.overlaps(span):
                continue
            first = max(span.start, line.span.start) - line.span.start
            last = min(span.end, line.span.end) - line.span.start
            if line.edges:
                left, right = line.edges[first], line.edges[last]
            else:
                step = (line.box.right - line.box.left) / max(1, line.span.end - line.span.start)
                left, right = line.box.left + first * step, line.box.left + last * step
            found.append(Box(line.box.page, min(left, right), line.box.top, max(left, right), line.box.bottom))
        return tuple(found)


class Interval(Struct, frozen=True, gc=False):
    """A count or an amount between two inclusive bounds; `high` None is unbounded."""

    low: int
    high: int | None

    def __iter__(self) -> Iterator[int | None]:
        return iter((self.low, self.high))

    @property
    def exact(self) -> bool:
        return self.low == self.high


class Method(StrEnum):
    DECLARED = "declared"  # a figure or a statement in words
    LISTED = "listed"      # an item of a list or a table, counted
    DOCUMENT = "document"  # a licence, a certificate, a lease, an agreement


class Evidence(Struct, frozen=True, gc=False):
    """A verbatim, located piece of a document, and what it reads for the fact (None: an item of a counted list).

    `more`: so many others like it are known by their number alone (`ingestion.facts.limits`).
    """

    document: str
    page: int | None
    span: Span
    quote: str
    method: Method
    reads: Interval | None = None
    more: int = 0


class Exclusion(Struct, frozen=True, gc=False):
    """Something found and left out of a fact, with its reason: what reviewers ask for. `more` as in `Evidence`."""

    document: str
    page: int | None
    span: Span
    quote: str
    reason: str     # stable code, such as "outside_window"; its texts are data
    detail: str = ""
    more: int = 0


class Unexplained(Struct, frozen=True, gc=False):
    """Something that may speak of a fact and could not be decided: a person settles it, the fact's interval covers it.

    `could_be` is what it comes to if it counts: of a figure the fact's own value, of a row or a part (`adds`) what it
    would add to what counts already.
    """

    document: str
    page: int | None
    span: Span
    quote: str
    could_be: Interval
    why: str        # stable code, such as "rank_unknown"; its texts are data, as those of an exclusion's reason
    adds: bool = False
    more: int = 0


def number_of(pieces: Iterable[Evidence | Exclusion | Unexplained]) -> int:
    """How many pieces there are, with those that are known by their number alone."""
    return sum(1 + one.more for one in pieces)


class Fact(Struct, frozen=True, gc=False):
    """A countable (or yes/no: 0, 1) statement about the applicant, as an interval with all its evidence."""

    key: str
    interval: Interval
    unit: str
    conflict: bool
    evidence: tuple[Evidence, ...]
    exclusions: tuple[Exclusion, ...] = ()
    unexplained: tuple[Unexplained, ...] = ()


class Beyond(Struct, frozen=True, gc=False):
    """What of a document lay beyond the limits of what is read for facts, from `start` on."""

    start: int
    characters: int
    statements: int


class Difference(Struct, frozen=True, gc=False):
    """Documents say two things of who applies: `what` is "name", "code", "check" (a credit code that fails its own
    check), "person" (the legal representative) or "district" (of registration). One piece for each place."""

    what: str
    values: tuple[str, ...]
    evidence: tuple[Evidence, ...]


class Extraction(Struct, frozen=True):
    """What was found in all documents: facts by key; exclusions and what is unexplained of absent facts, too. By
    document, `beyond` says what was not read, `failed` why it gave no facts (a code of `notices.yaml`), `notices` what
    else was found out about it; `identity` where they differ on who applies."""

    facts: dict[str, Fact]
    exclusions: dict[str, tuple[Exclusion, ...]] = field(default_factory=dict)
    unexplained: dict[str, tuple[Unexplained, ...]] = field(default_factory=dict)
    beyond: dict[str, Beyond] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    notices: dict[str, tuple[Notice, ...]] = field(default_factory=dict)
    identity: tuple[Difference, ...] = ()


class Differ(StrEnum):
    """What stands where two readers differ."""

    CAUTIOUS = "cautious"  # both: a model raises doubts and settles nothing
    SECOND = "second"      # the second's where code verified it and it overrules no reason of the first's


class Agreement(StrEnum):
    """How the second reader's reading of a fact lies to the first's."""

    AGREE = "agree"
    DIFFER = "differ"
    FIRST_ONLY = "first_only"
    SECOND_ONLY = "second_only"


class SecondFact(Struct, frozen=True, gc=False):
    """A fact as a language model reads it, recomputed from what code found of its claims. `why` says what keeps it from
    being verified; `overrules`: it counts something that the first reader left out with a reason."""

    fact: Fact
    verified: bool
    why: tuple[str, ...] = ()
    overrules: bool = False


class Dropped(Struct, frozen=True, gc=False):
    """A claim of the model that code could not verify, for who wants to see it."""

    key: str
    quote: str
    places: tuple[str, ...]
    problem: str


class SecondReading(Struct, frozen=True):
    """What a language model read beside the first reader, and how both lie to each other. `first` are the facts that
    the first reader alone has; `exam` is None for a model that read unexamined; `tokens` are estimated where the
    endpoint counted none; `failed` names documents without a usable answer, `orders` those that address a reader."""

    model: str
    prompt: str
    differ: Differ
    exam: float | None
    facts: dict[str, SecondFact]
    first: dict[str, Fact]
    agreement: dict[str, Agreement]
    dropped: tuple[Dropped, ...] = ()
    requests: int = 0
    tokens: int = 0
    estimated: bool = False
    seconds: float = 0.0
    failed: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    error: str = ""
    nothing: tuple[str, ...] = ()   # facts of which it found nothing, and code confirms that


class Item(Struct, frozen=True, gc=False):
    """A numbered item（一）of an article; `span` lies in the policy's text and starts at its number."""

    number: int
    ref: str      # "第八条（二）"
    span: Span


class Article(Struct, frozen=True, gc=False):
    """An article 条, from its number to the next article or chapter. `heading` is the title that follows the number on
    a line of its own ("国际创新园申报条件"), or ""; `opening` is all that stands before the first item."""

    number: int
    ref: str      # "第八条"
    heading: str
    span: Span
    opening: Span
    items: tuple[Item, ...]
    chapter: int  # index into the policy's chapters, -1 before the first


class Chapter(Struct, frozen=True, gc=False):
    number: int
    title: str    # "申报条件"
    span: Span


class Passage(Struct, frozen=True, gc=False):
    """A piece of a policy (`source`: its id), found and cited as one: the verbatim `text` at `span`, and the `context`
    above it (headings, opening) that helps to find it."""

    id: str
    source: str
    span: Span
    text: str
    context: str = ""
    ref: str | None = None           # "第八条（二）", for a policy

    @property
    def embedded(self) -> str:
        """The text that is embedded: the context, then the passage."""
        return f"{self.context}\n{self.text}" if self.context else self.text


class Outcome(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    INSUFFICIENT = "insufficient_evidence"
    JUDGEMENT = "needs_judgement"


class Overall(StrEnum):
    FAILS = "does_not_qualify"
    INSUFFICIENT = "insufficient_evidence"
    PENDING = "qualifies_pending_judgement"


class Comparator(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class CriterionKind(StrEnum):
    COUNT = "count"
    YES_NO = "yes_no"
    PLURAL = "plural"
    JUDGEMENT = "judgement"
    TOTAL = "total"          # the points of other criteria together, against a passing mark


class Scale(Struct, frozen=True, gc=False):
    """The points that a criterion earns: `each` for every whole `every` of its figure, or by `steps` (from this figure
    on, so many), `most` at most. With neither, a yes earns them all, and of a judgement a person awards them."""

    most: int
    each: int = 0
    every: int = 1
    steps: tuple[tuple[int, int], ...] = ()


class Criterion(Struct, frozen=True, gc=False):
    """One requirement of the policy. `quote` stands verbatim, exactly once, in the policy's text at `span`. Any of
    `facts` may meet it; `bar` is the inclusive threshold, in the fact's unit; evidence of the `related` facts is listed
    for who judges. With `points` it decides nothing alone; a total adds up those of the criteria in `sums`, or all."""

    id: str
    citation: str
    quote: str
    span: Span
    kind: CriterionKind
    label: str
    label_en: str
    facts: tuple[str, ...] = ()
    bar: int | None = None
    required: bool = True
    comparator: Comparator = Comparator.AT_LEAST
    related: tuple[str, ...] = ()
    points: Scale | None = None
    sums: tuple[str, ...] = ()


class Finding(Struct, frozen=True, gc=False):
    """What one criterion comes to, in the language the checker was asked for, and the `points` it earns or adds up."""

    criterion: Criterion
    outcome: Outcome
    explanation: str
    gap: str
    evidence: tuple[Evidence, ...]
    points: Interval | None = None


class Assessment(Struct, frozen=True):
    """One applicant's documents against one base type on one day. A pre-screen, never a recognition."""

    policy_id: str
    policy_version: str
    policy_sha256: str
    window: tuple[date, date]
    base_type: str
    application_date: date
    documents: tuple[Document, ...]
    facts: dict[str, Fact]
    exclusions: dict[str, tuple[Exclusion, ...]]
    findings: tuple[Finding, ...]
    overall: Overall
    notes: tuple[str, ...] = ()   # assumptions made, and where another reading of the window changes an outcome
    unexplained: dict[str, tuple[Unexplained, ...]] = field(default_factory=dict)
    second: SecondReading | None = None   # where a language model read the documents as well
    identity: tuple[Difference, ...] = ()


class Citation(Struct, frozen=True, gc=False):
    """A verbatim piece of the policy (`ref`) or of a document (`document`, `page`); `span` lies in its text."""

    quote: str
    span: Span
    ref: str = ""        # "第八条（二）"
    document: str = ""
    page: int | None = None


class Mode(StrEnum):
    EXTRACTIVE = "extractive"  # put together from the clauses and the facts
    LLM = "llm"                # worded by a language model, every sentence checked


class Call(Struct, frozen=True, gc=False):
    """What a language model looked up for an answer: the tool, its arguments as JSON, the id of the result, what the
    model was told, and the step as it was shown."""

    tool: str
    arguments: str
    result: str = ""
    told: str = ""
    step: str = ""


class Answer(Struct, frozen=True, gc=False):
    """`answerable` is False when neither the policy nor the documents settle the question; `text` then says so.

    What it rests on besides its citations is kept for the record: the clauses that were `considered`, sentences of a
    model that were `dropped`, the `prompt` (its name and version) and the `model`.
    """

    question: str
    text: str
    answerable: bool
    citations: tuple[Citation, ...] = ()
    mode: Mode = Mode.EXTRACTIVE
    language: str = "zh"
    considered: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    prompt: str = ""
    model: str = ""
    understood: str = ""   # the question with what the turns before add to it, "" if nothing
    verdict: str = ""      # "yes", "no" or "open" to the question as asked; "" where it asks for none
    trace: tuple[Call, ...] = ()   # what a model looked up
