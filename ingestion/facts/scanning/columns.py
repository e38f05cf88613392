"""What the columns of a table are, by their headers and by what their cells hold, neighbours together.

And what a row says beside its siblings: that it leaves blank what they fill in, is there no more, is somebody
else's, or is one of them again. What speaks against a row is data of `tables.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, pairwise, zip_longest
from typing import NamedTuple

from ingestion.facts import credit_code
from ingestion.facts.lexicon import listed, words
from ingestion.facts.scanning import states
from ingestion.facts.scanning.headers import roles_by_characters
from ingestion.language import load
from ingestion.names import organisations
from ingestion.numbers.numerals import parse_number

MOST = 0.6  # of a column's filled cells that are of one kind
LONGEST_SAID = 14  # characters of a cell that says how a thing stands or how a person works
MOST_CELLS = 200  # cells of a column that are looked at
LEAST_ROWS, LONGEST_NUMBER = 3, 4  # rows whose numbers show that they are numbered; digits of one
_DATE = re.compile(r"(?<![A-Za-z0-9-])(?:19|20)\d\d\s*(?:年|[-./]\s*\d)|^(?:19|20)\d\d年?$")
_TERM = re.compile(r"(?:19|20)\d\d[\d年月日.\-/ ]{0,9}(?:-|~|至|到|\bto\b)+\s*"
                   r"(?:(?:19|20)\d\d|长期|至今|今|年底|now|date|present|$)|"
                   r"\d年期|长期")
_MONTH = re.compile(r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? (?:\d{1,2},? )?(?:19|20)\d\d")
CODE = re.compile(
    r"(?:[A-Za-z]{1,4}[-/.]?){1,3}(?:19|20)\d\d[-\dXx×./A-Za-z]{3,}|(?:19|20)\d{2}SR\w{3,}|GR20\w{6,}", re.ASCII
)
_PERSON = re.compile(
    r"[\u3400-\u9fff×○*]{2,4}|[\u3400-\u9fff]{1,6}·[\u3400-\u9fff·]{1,8}|[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){0,3}"
)
_FIGURE = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?%?")
_INDEX = re.compile(r"(?<![A-Za-z])(?:SCIE?|EI|SSCI|CPCI|ESCI|CSCD|CSSCI)(?![A-Za-z])|核心|Scopus", re.IGNORECASE)
_PLACE_REST = 3  # characters that a cell may hold beside the names of places
_CLASS_OF_FIRMS = re.compile(r"(?:[^、]*型?企业(?:、|$))+")  # 高新技术企业: a class of bodies names none
_NOTES_AND_BLANKS = re.compile(r"[（(][^（）()]*[）)]|\s")
_RANK = re.compile(r"^(?:国家|部|省|省部|市|区|县|校|院|厅局|市厅|部省|国)级")


def rank(text: str) -> str:
    """市里, 区里给的, 镇街 as 市级, 区级, 镇级; whatever else a cell of ranks says as it is."""
    rung = listed("rank_in_few_words").fullmatch(text.strip())
    if rung is None:
        return text
    data: dict[str, str] = load("tables")
    return data["rank_of_a_place"].format(data["lowest_rank"] if rung["lowest"] else rung["rung"])


def roles_of(header: str) -> frozenset[str]:
    """The roles that a header's characters give its column; several may fit."""
    clean = _NOTES_AND_BLANKS.sub("", header) or header
    return frozenset({"number"}) if listed("number_column").search(clean) else roles_by_characters(clean)


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
    if (_DATE.search(text) or _MONTH.fullmatch(text)) and len(text) <= 24:
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
    brief = len(short) <= LONGEST_SAID * (1 + short.isascii())
    said = [kind for kind in ("mode", "state") if brief and listed(kind + "_cell").search(short)]
    if said:
        return said[0]
    return "body" if is_body(text) else "text"


def are_persons(cells: Sequence[str]) -> bool:
    """Whether a column names persons: nearly all its cells are short names, each once."""
    filled = [text for text in cells[:MOST_CELLS] if not empty(text)]
    named = {text for text in filled if _PERSON.fullmatch(re.sub(r"（[^（）]*）", "", text).strip())}
    return len(filled) >= 2 and len(named) * 5 >= len(filled) * 4


_ROLE = {"term": "term", "date": "date", "index": "index", "rank": "rank", "place": "country", "body": "title",
         "mode": "mode", "state": "status", "code": "number_granted"}


def apart(cells: Iterable[str]) -> bool:
    """Whether nearly every cell of a column says something else, as names do (发明, 发明, 软著 are none)."""
    filled = [text for text in cells if not empty(text)]
    return len(set(filled)) * 4 >= len(filled) * 3


def kind_of_column(cells: Sequence[str]) -> str:
    """What most of a column's filled cells are; "" where they differ or too few are filled."""
    filled = [text for text in cells[:MOST_CELLS] if not empty(text)]
    if len(filled) < 2 or len(filled) * 3 < min(len(cells), MOST_CELLS):
        return ""
    kinds = [kind_of(text) for text in filled]
    best = max(set(kinds), key=lambda kind: (kinds.count(kind), kind))
    return best if kinds.count(best) >= MOST * len(kinds) else ""


def _running(cells: Sequence[str]) -> bool:
    """Whether a column numbers its rows: whole figures that grow by one, whatever stands above them."""
    told = [int(text) for text in cells[:MOST_CELLS] if text.isdecimal() and len(text) <= LONGEST_NUMBER]
    steps = [after - before for before, after in pairwise(told)]
    return len(told) >= LEAST_ROWS and len(told) * 3 >= len(cells[:MOST_CELLS]) * 2 and (
        told[0] in (0, 1) and steps.count(1) * 5 >= len(steps) * 4)


def column_roles(header: str, cells: Sequence[str]) -> frozenset[str]:
    """The roles of a column: those of its header and, where that says little, those of what its cells are."""
    named = roles_of(header)
    if "number" in named or _running(cells):
        return frozenset({"number"})
    held = kind_of_column(cells)
    if held in ("date", "term"):
        named -= {"origin", "target", "title", "authors"}  # From, To: of a term
    if held == "date" and "term" in named and "date" not in named:
        return named | {"until"}  # 期限｜2026-03: one day of a term is its last
    if held == "place" and not named & {"title", "holder", "workplace", "origin", "target"}:
        return named | {"country"}
    if held == "body":
        return named | {"authors"} if named else frozenset({"authors", "title"})
    if held in ("term", "index", "rank", "mode", "code") or (held in _ROLE and not named):
        return named | {_ROLE[held]}
    return named


ENOUGH = 2  # siblings that show what a row of the table holds
SHARE = 0.75  # of them that fill a column which a row is asked to fill, too
LONGEST_STATE = 40  # characters of what a cell says of a row's state
BLANK, UNSETTLED = "row_incomplete", "unsettled_status"

_SAYING = frozenset({"number_granted", "date", "term", "until", "status", "index", "rank", "kind", "source", "mode"})
SHORTEST_KIND = 4  # characters of a cell that names a kind
_CLASSES = frozenset({"kind", "rank", "source", "index"})
_OF_TIME = frozenset({"date", "term", "until"})
_DIGIT = re.compile(r"[\d一二三四五六七八九十]")
_NOTE = re.compile(r"（([^（）]{2,24})）")  # 高企（今年在报，证未下）


class Column(NamedTuple):
    """One cell of a row with what heads it."""

    header: str
    text: str
    roles: frozenset[str] = frozenset()


_NONE = Column("", "")
_PARTS = re.compile(r"[、，；和与/]")
Cells = Sequence[Column]


def sorting(rows: Sequence[Cells], asked: Callable[[str], bool]) -> str:
    """性质｜联合研发, 委托开发, 试验服务: the header of the column of kinds, or of one of which nothing is known, that
    tells rows of what is asked for from others, or ""."""
    said: dict[str, list[bool]] = {}
    plain: set[str] = set()
    for one in chain.from_iterable(cells[1:] for cells in rows):
        if ("kind" in one.roles or not one.roles) and one.header and one.text.strip():
            said.setdefault(one.header, []).append(asked(one.text))
            plain |= set() if one.roles else {one.header}
    sorted_ = [header for header, told in said.items() if len(set(told)) > 1]
    return next((header for header in sorted_ if header not in plain or 2 * sum(said[header]) >= len(rows)), "")


def located(rows: Sequence[Cells]) -> list[str]:
    """The headers of the columns whose cells are bodies or places: who the parties of each row are."""
    columns: dict[str, list[str]] = {}
    for one in chain.from_iterable(rows):
        if not empty(one.text) and listed("remarks").search(one.header) is None:
            columns.setdefault(one.header, []).append(one.text)
    looked_at = {header: cells[:MOST_CELLS] for header, cells in columns.items() if len(cells) >= MOST * len(rows)}
    return [header for header, cells in looked_at.items()
            if sum(kind_of(text) in ("body", "place") for text in cells) >= MOST * len(cells)]


def doubts(rows: Mapping[int, Cells], *, dated: bool = True) -> dict[int, list[str]]:
    """What speaks against rows that would count, by their place: BLANK, UNSETTLED. Where a date decides nothing
    (`dated`), a row without one whose state is that of its siblings (在研) says enough."""
    asked = _filled(list(rows.values()))
    states = [one.text for cells in rows.values() for one in cells if "status" in one.roles and not empty(one.text)]
    found: dict[int, list[str]] = {}
    passed = _blank_for_a_kind(list(rows.values()))
    for place, cells in rows.items():
        stands = not dated and any("status" in one.roles and states.count(one.text) > 1 for one in cells)
        asks_nothing = {header for kind, header in passed if any(one.text == kind for one in cells)}
        missing = [one.header for one in cells if _undated(one) or (
            empty(one.text) and not (stands and one.roles & _OF_TIME) and one.header not in asks_nothing)]
        told = [BLANK] if asked.intersection(missing) else []
        of_state = [one.text for one in cells[1:] if told or _of_state(one)]
        told += [UNSETTLED for text in of_state for _ in range(_against(text))]
        beside = [one for one in cells[1:] if one.text not in of_state]
        told += [UNSETTLED for one in beside if _pending(one.text) or (one.roles & _CLASSES and _noted(one.text))]
        if told:
            found[place] = told
    return found


def _blank_for_a_kind(rows: Sequence[Cells]) -> set[tuple[str, str]]:
    """市创新型企业, 有效期 blank in all its rows: a kind with each header that it leaves blank wherever it stands."""
    kinds: dict[str, list[frozenset[str]]] = {}
    for cells in rows:
        blank = frozenset(one.header for one in cells if empty(one.text))
        classes = (one for one in cells if one.roles & _CLASSES or not one.roles)
        for text in {one.text for one in classes if len(one.text) >= SHORTEST_KIND and not empty(one.text)}:
            kinds.setdefault(text, []).append(blank)
    return {(kind, header) for kind, blanks in kinds.items() if len(blanks) >= ENOUGH
            for header in frozenset.intersection(*blanks)}


def _filled(rows: Sequence[Cells]) -> frozenset[str]:
    """The headers of the columns that say what makes a row one of the things, and that nearly all rows fill."""
    filled: dict[str, int] = {}
    for cells in rows:
        dates = [one.header for one in cells if one.roles & {"date", "until"}][1:]  # what still runs has no last day
        for header, text, roles in cells:
            saying = roles & _SAYING and header not in dates and listed("remarks").search(header) is None
            filled[header] = filled.get(header, 0) + bool(saying and not empty(text))
    least = max(ENOUGH, SHARE * (len(rows) - 1))
    return frozenset(header for header, n in filled.items() if n >= least)


def _undated(one: Column) -> bool:
    """Whether words stand where a date or a term is asked for (刊出｜拟投, 约期｜文本在改)."""
    asked = roles_of(one.header) == {"date"} or ("term" in one.roles and _pending(one.text))
    return asked and not empty(one.text) and _DIGIT.search(one.text) is None


def _of_state(one: Column) -> bool:
    return "status" in one.roles or not one.header or listed("remarks").search(one.header) is not None


def answer(text: str) -> tuple[bool | None, str]:
    """Whether a cell says yes (是（某大学）, √) or no (否，已离岗), None for neither; and what it says behind that."""
    said = _ANSWER.fullmatch(text.strip())
    word, behind = (said[1], said[2]) if said is not None else (text.strip(), "")
    behind = "" if behind in load("tables")["yes"] + load("tables")["no"] else behind  # 是 Yes
    for told, name in ((True, "yes"), (False, "no")):
        if word in load("tables")[name]:
            return told, behind
    return None, text


_ANSWER = re.compile(r"([A-Za-z]+|[^\s，,；;（(])\s*[\s，,；;（(]\s*(.*?)[）)]?")


def _against(text: str) -> int:
    """How strongly a cell of state speaks against its row: 0, 1 or, where what it says is surely to come or over, 2."""
    told, text = answer(text)
    said = states.state(text)
    if told is False or said.against > states.SURE:
        return 2
    return int(said.doubt > states.LIKELY or _pending(text))


def over(cells: Cells) -> bool:
    """Whether a state of a row surely says that it is to come or over."""
    return any(_of_state(one) and states.state(answer(one.text)[1]).against > states.SURE for one in cells[1:])


def _pending(text: str) -> bool:
    return len(text) <= LONGEST_STATE and listed("pending").search(text) is not None


def _noted(text: str) -> bool:
    """Whether a note in brackets says that what a cell names is to come or over (高企（今年在报，证未下）)."""
    return any(states.state(said).doubt > states.SURE for said in _NOTE.findall(text))


def others(rows: Sequence[Cells]) -> set[int]:
    """The rows that somebody else did: a column says of some that the applicant did them (本会, 我单位), of these not;
    or a remark says that they are none of its own (误收, 与中心无关)."""
    found = {place for place, cells in enumerate(rows)
             if any(listed("not_own").search(one.text) for one in cells if len(one.text) <= LONGEST_STATE)}
    for column in zip_longest(*rows, fillvalue=_NONE):
        asked = next((one.header for one in column if one.header), "")
        if listed("asks_own").search(asked):  # 完成单位里有无我方
            found |= {place for place, one in enumerate(column) if listed("says_no").match(one.text.strip())}
        if any(roles_of(one.header) - {"holder"} for one in column):
            continue
        own = {place for place, one in enumerate(column)
               if any(listed("own_cell").search(part.strip()) for part in _PARTS.split(one.text))}
        if len(own) >= ENOUGH:
            found |= {place for place, one in enumerate(column) if not empty(one.text)} - own
    return found


def once(rows: Sequence[Cells], texts: Sequence[str], place: str) -> list[frozenset[str]]:
    """For each row the keys that it shares with those it is one with: it names their number or their code (与第3项重复,
    同2号卷, 与LCB-022同一项目), or one number is written beside both. `place` tells the table from others."""
    numbers = [_numbers(cells) for cells in rows]
    known: dict[str, int] = {}
    for row, own in enumerate(numbers):
        for number in own:
            known[number] = -1 if number in known else row
    found: list[set[str]] = [set(code) for code in _codes(rows)]
    for row, text in enumerate(texts):
        for number, counted in _referred(text):
            other = known.get(number, -1)
            if other < 0 and counted and number.isdecimal() and not any(numbers):
                other = int(number) - 1
            if other >= 0 and other != row and other < len(rows):
                found[row].add(f"{place}:{other}")
                found[other].add(f"{place}:{other}")
    for row, other in _retold(rows, texts):
        found[row].add(f"{place}:{other}")
        found[other].add(f"{place}:{other}")
    return [frozenset(keys) for keys in found]


def _retold(rows: Sequence[Cells], texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Rows that say to be told again (边坡雷达（同上，补报）), each with the only other one that holds the same in all
    columns but its number, its title and its remarks."""
    told = [tuple(one.text.strip() for one in cells[1:] if not one.roles & {"number", "title"}
                  and listed("remarks").search(one.header) is None) for cells in rows]
    for row, text in enumerate(texts):
        if words("told_again").search(text) and sum(not empty(said) for said in told[row]) >= ENOUGH:
            same = [other for other, said in enumerate(told) if other != row and said == told[row]]
            if len(same) == 1:
                yield row, same[0]


def _numbers(cells: Cells) -> set[str]:
    """What numbers a row: its cell in a column of numbers, and a code that it begins with."""
    said = {one.text.strip() for one in cells if "number" in one.roles}
    first = {one.text.strip() for one in cells[:1] if _MARK.fullmatch(one.text.strip())}
    return {text for text in said | first if text}


_MARK = re.compile(r"[A-Za-z]{0,5}[-.]?\d{1,5}[A-Za-z]?(?:[-.]\d{1,4})?")


def _referred(text: str) -> Iterator[tuple[str, bool]]:
    """The numbers of other rows that a row says to be the same, and whether it counts rows (第一行)."""
    for match in _same_rows(text):
        number = match["code"] or match["number"] or (str(parse_number(match["numeral"])) if match["numeral"] else "")
        if number:
            yield number, match["unit"] == "行"


def repeats(text: str) -> bool:
    """Whether a row says that it is one above, without its number (即上一行的旧名, 同一任务书换名)."""
    return words("same_again").search(text) is not None or any(match["above"] for match in _same_rows(text))


def _same_rows(text: str) -> Iterator[re.Match[str]]:
    """Where a text names another row (第2行, LCB-022, 上一行) and says that it is one with it, before or behind."""
    for match in words("row_reference").finditer(text):
        numbers = match["ordinal"] or match["unit"] in ("号", "行", "项", "条", "卷")
        counted = match["number"] and not numbers  # 4篇
        plain = (match["numeral"] and not match["ordinal"]) or (counted and not match["lead"])
        if not plain and (match["lead"] or words("row_same").match(text[match.end():])):
            yield match


_LONG_CODE = re.compile(r"10\.\d{4,9}/\S+|(?=(?:\S*\d){4})[A-Z]{1,6}[A-Z0-9]*(?:[-/.][A-Z0-9]+)*")


def _codes(rows: Sequence[Cells]) -> list[frozenset[str]]:
    """For each row what numbers it alone (DOI, number of a contract or a certificate): in a column of such numbers that
    nearly all differ, two rows of one number are one thing."""
    found: list[set[str]] = [set() for _ in rows]
    for cells in zip_longest(*rows, fillvalue=_NONE):
        told = [text.strip() if _code(text.strip()) else "" for _, text, _ in cells]
        filled = [text for text in told if text]
        most = len(filled) * 2 > len([one for one in cells if one.text.strip(" -")])
        if most and len(set(filled)) * 5 >= len(filled) * 4:
            for keys, text in zip(found, told, strict=True):
                keys |= {f"code:{text}"} if text else set()
    return [frozenset(keys) for keys in found]


def _code(text: str) -> bool:
    return any(shape.fullmatch(text) is not None for shape in (_LONG_CODE, CODE, credit_code.CODE))
