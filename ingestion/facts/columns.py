"""What the columns of a table are: by their headers and by what their cells hold, neighbours together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from ingestion import organisations
from ingestion.facts.lexicon import listed, words
from ingestion.language import load, pattern

MOST = 0.6  # of a column's filled cells that are of one kind
LONGEST_SAID = 14  # characters of a cell that says how a thing stands or how a person works
ENOUGH = 200  # cells of a column that are looked at
LEAST_ROWS, LONGEST_NUMBER = 3, 4  # rows whose numbers show that they are numbered; digits of one
_DATE = re.compile(r"(?<![A-Za-z0-9-])(?:19|20)\d\d\s*(?:年|[-./]\s*\d)|^(?:19|20)\d\d年?$")
_TERM = re.compile(r"(?:19|20)\d\d[\d年月日.\-/ ]{0,9}(?:-|~|至|到)+\s*(?:(?:19|20)\d\d|长期|至今|今|年底)|\d年期|长期")
CODE = re.compile(
    r"(?:[A-Za-z]{1,4}[-/.]?){1,3}(?:19|20)\d\d[-\dXx×./A-Za-z]{3,}|(?:19|20)\d{2}SR\w{3,}|GR20\w{6,}", re.ASCII
)
_PERSON = re.compile(
    r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]{1,6}·[\u3400-\u9fff·]{1,8}|[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){0,3}"
)
_FIGURE = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?%?")
_INDEX = re.compile(r"(?<![A-Za-z])(?:SCIE?|EI|SSCI|CPCI|ESCI|CSCD|CSSCI)(?![A-Za-z])|核心|Scopus", re.IGNORECASE)
_PLACE_REST = 3  # characters that a cell may hold beside the names of places
_CLASS_OF_FIRMS = re.compile(r"(?:[^、]*型?企业(?:、|$))+")  # 高新技术企业: a class of bodies names none
_RANK = re.compile(r"^(?:国家|部|省|省部|市|区|县|校|院|厅局|市厅|部省|国)级")


@lru_cache(maxsize=1)
def _roles() -> list[tuple[str, re.Pattern[str]]]:
    return [(name, pattern(tuple(map(_whole, said)))) for name, said in load("tables")["roles"].items()]


def _whole(word: str) -> str:
    """A word in Latin letters stands alone: no "to" in "Director"."""
    return rf"/(?<![A-Za-z]){word}s?(?![A-Za-z])/" if word.isascii() and word.isalpha() else word


@lru_cache(maxsize=4096)
def roles_of(header: str) -> frozenset[str]:
    """The roles that a header's words give its column; several may fit."""
    clean = re.sub(r"[（(][^（）()]*[）)]|\s", "", header) or header
    if listed("number_column").search(clean):
        return frozenset({"number"})
    return frozenset(name for name, said in _roles() if name != "number" and said.search(clean))


@lru_cache(maxsize=1)
def _empty() -> frozenset[str]:
    return frozenset(load("tables")["empty"])


def empty(text: str) -> bool:
    """Whether a cell says nothing: blank, or one of the marks that forms put for nothing."""
    return text.strip() in _empty()


def is_body(text: str) -> bool:
    """Whether a short text is the name of an organisation."""
    name = re.sub(r"（[^（）]*）", "", text).strip()
    if not 2 <= len(name) <= 80 or _FIGURE.fullmatch(name) or _CLASS_OF_FIRMS.fullmatch(name):
        return False
    return words("firm_end").search(name) is not None or organisations.origin(text) is not organisations.Origin.UNKNOWN


def is_place(text: str) -> bool:
    """Whether a cell names countries or regions and little else."""
    if not 0 < len(text) <= 12 or words("firm_end").search(text):
        return False
    places = [m for m in organisations.scan(text) if m.kind in (organisations.Kind.PLACE, organisations.Kind.COUNTRY)]
    return bool(places) and len(text) - sum(m.end - m.start for m in places) <= _PLACE_REST


@lru_cache(maxsize=8192)
def kind_of(text: str) -> str:
    """What one cell is: term, date, figure, index, rank, place, mode, state, body or text."""
    if CODE.fullmatch(text):
        return "code"
    if _TERM.search(text) and len(text) <= 40:
        return "term"
    if _DATE.search(text) and len(text) <= 24:
        return "date"
    if _FIGURE.fullmatch(text.replace(" ", "")):
        return "figure"
    if len(text) <= 24 and _INDEX.search(text):
        return "index"
    if len(text) <= 12 and _RANK.search(text):
        return "rank"
    if is_place(text):
        return "place"
    short = re.sub(r"（[^（）]*）$", "", text)
    said = [kind for kind in ("mode", "state") if len(short) <= LONGEST_SAID and listed(kind + "_cell").search(short)]
    if said:
        return said[0]
    return "body" if is_body(text) else "text"


def are_persons(cells: Sequence[str]) -> bool:
    """Whether a column names persons: nearly all its cells are short names, each once."""
    filled = [text for text in cells[:ENOUGH] if not empty(text)]
    named = {text for text in filled if _PERSON.fullmatch(re.sub(r"（[^（）]*）", "", text).strip())}
    return len(filled) >= 2 and len(named) * 5 >= len(filled) * 4


_ROLE = {"term": "term", "date": "date", "index": "index", "rank": "rank", "place": "country", "body": "title",
         "mode": "mode", "state": "status", "code": "number_granted"}


def kind_of_column(cells: Sequence[str]) -> str:
    """What most of a column's filled cells are; "" where they differ or too few are filled."""
    filled = [text for text in cells[:ENOUGH] if not empty(text)]
    if len(filled) < 2 or len(filled) * 3 < min(len(cells), ENOUGH):
        return ""
    kinds = [kind_of(text) for text in filled]
    best = max(set(kinds), key=lambda kind: (kinds.count(kind), kind))
    return best if kinds.count(best) >= MOST * len(kinds) else ""


def _running(cells: Sequence[str]) -> bool:
    """Whether a column numbers its rows: whole figures that grow by one, whatever stands above them."""
    told = [int(text) for text in cells[:ENOUGH] if text.isdecimal() and len(text) <= LONGEST_NUMBER]
    steps = [after - before for before, after in pairwise(told)]
    return len(told) >= LEAST_ROWS and len(told) * 3 >= len(cells[:ENOUGH]) * 2 and (
        told[0] in (0, 1) and steps.count(1) * 5 >= len(steps) * 4)


def column_roles(header: str, cells: Sequence[str]) -> frozenset[str]:
    """The roles of a column: those of its header and, where that says little, those of what its cells are."""
    named = roles_of(header)
    if "number" in named or _running(cells):
        return frozenset({"number"})
    held = kind_of_column(cells)
    if held in ("date", "term"):
        named -= {"origin", "target", "title", "authors"}  # From, To: of a term
    if held == "place" and not named & {"title", "holder", "workplace", "origin", "target"}:
        return named | {"country"}
    if held == "body":
        return named | {"authors"} if named else frozenset({"authors", "title"})
    if held in ("term", "index", "rank", "mode", "code") or (held in _ROLE and not named):
        return named | {_ROLE[held]}
    return named
