"""What documents say in their own words: a value under its label, the sentence that answers, sums of amounts."""
from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from assistant.dialogue.application import mentions, names
from assistant.dialogue.application.case import Case, Row
from assistant.dialogue.application.lines import Line
from assistant.dialogue.application.names import Named
from assistant.dialogue.results import NO, YES, Result
from assistant.questions.dialogue_patterns import pattern
from assistant.questions.topics import words_of
from assistant.questions.understanding import Part
from assistant.wording.texts import load
from ingestion.domain import Citation, Span
from ingestion.language import fold
from ingestion.numbers import numerals

_WORDS = Path(__file__).parents[2] / "language" / "dialogue.yaml"
_COUNT = re.compile(r"([一二两三四五六七八九十\d]{1,3})\s*(?:项|笔|份|个|条|家|期)")
_TOTAL = re.compile(r"合计|总计|小计|共计|total")
ENOUGH = 0.62      # the share of what a question is about that a sentence must hold
NEAR = 0.85
_MARK = re.compile(r"(?:19|20)\d\d|[a-z0-9]+[座栋楼号]|[一二三四五六七八九十][座栋楼号]")   # years and houses
_OF_ANY = frozenset("被了过")       # of what happened, whatever it was
_TELLING = 2       # pairs of characters that tell what is spoken of
_PERCENT = "/\\d\\s*[%％]|百分之/"
_RARE = 3          # lines in which what a question names stands at most
MOST = 3
_CELL = 66        # characters of a line that is no paragraph
_NEAR_LABEL = 12
_LEAD = re.compile(r"(?:如下|as follows|below)[：:。.]?\s*$")
_LEADS_ON = re.compile(r"[：:。]?\s*\n(?:[^\n]{1,80}\n?){1,4}")


def particular(case: Case, text: str, documents: Sequence[str]) -> Result | None:
    """The value under the label that a question asks for; an answer that there is none where no document has it; None
    if it asks for no such label."""
    name = _asked_field(text)
    if name is None:
        return None
    found = _values(case, name, documents) or (_values(case, name, ()) if documents else [])
    if not found:
        return Result("documents", lines=(case.say("case_not_found"),), error="not found")
    named = {term for term in mentions.terms(text) if not mentions.common(term)}
    if named and len(found) > 1 and case.language == "zh":
        scores = [sum(term in line.folded for term in named) for line in found]
        best = max(scores)
        found = [line for line, score in zip(found, scores, strict=True) if score == best]
    return Result("documents", lines=(case.say("case_passages"),),
                  quotes=tuple(dict.fromkeys(line.citation for line in found[:MOST])), exhausted=len(found) <= MOST)


def compared_particulars(case: Case, text: str, documents: Sequence[str]) -> Result | None:
    """Whether documents give the same value under a label; None where the question asks for no such value."""
    name = _asked_field(text)
    if name not in ("code", "phone", "email", "mobile"):
        return None
    value = re.compile(_fields()[name]["value"])
    lines = _values(case, name, documents) or _values(case, name, ())
    values = [(line, match[0]) for line in lines for match in [value.search(line.text)] if match]
    if not values:
        return None
    distinct = dict.fromkeys(found for _, found in values)
    shown = [case.say("value_in", document=line.document.name, value=found) for line, found in values]
    return Result("documents", verdict=YES if len(distinct) == 1 else NO, lines=tuple(dict.fromkeys(shown)),
                  quotes=tuple(dict.fromkeys(line.citation for line, _ in values)))


def search(case: Case, part: Part, documents: Sequence[str] = (), k: int = MOST) -> Result | None:
    """What the application says of what a folded question is about; None where no sentence holds enough of it."""
    found = sentences(case.lines_of(documents), part.text, k)
    passages = Result("documents", lines=(case.say("case_passages"),), quotes=found, exhausted=False)
    return passages if found else naming(case, names.read(case, part, documents)) \
        or (naming(case, names.read(case, part)) if documents else None)


def naming(case: Case, named: Named) -> Result | None:
    """The lines that hold what a question names; None where it names nothing that is sure to be a name."""
    if not named.sure:
        return None
    return Result("documents", lines=(case.say("case_passages"),),
                  quotes=tuple(dict.fromkeys(line.citation for line in named.lines)), exhausted=False)


def beside(case: Case, part: Part, told: Result, k: int = 2) -> tuple[Citation, ...]:
    """The documents' own words about what a question names and a result does not speak of: 租户闪爆那件事."""
    known = fold(" ".join([case.policy.text, *told.lines, *(one.name for one in case.assessment.documents),
                           *(one.quote for one in told.quotes)])).lower()
    text = mentions.without_subjects(part, case.topics)
    asked = {term for term in mentions.terms(text) if not mentions.common(term) and term not in known}
    spoken = case.lines
    held = [{term for term in asked if term in line.folded} for line in spoken] if asked else []
    counts = Counter(term for some in held for term in some)
    telling = {term for term in asked if 0 < counts[term] <= _RARE}
    scores = [len(some & telling) for some in held]
    best = max(scores, default=0)
    return tuple(line.citation for line, score in zip(spoken, scores, strict=False) if score == best >= _TELLING)[:k]


def events(case: Case, part: Part, k: int = 2) -> tuple[Citation, ...]:
    """The lines about what happened where a question names it by a word of a subject that is denied, or by another word
    of the same: 着火 for 火情. Those that share a year, a place or a name with the question come first."""
    words = {word for name in part.found if case.topics.subjects[name].denies
             for word in words_of(case.topics.subjects[name].words)[0] if len(word) > 1}
    happened = pattern("asks", "incident")
    asking = part.asking().text
    before = part.text[:part.text.rfind(asking)]      # 那次仓库失火，影响安全事故这条吗: the fire is what is spoken of
    said = before if happened.search(before) else part.text
    same = {char for match in happened.finditer(said) for char in match[0]} - _OF_ANY
    found = [line for line in case.lines if any(word in line.folded for word in words)
             or (same and any(same & set(match[0]) for match in happened.finditer(line.folded)))]
    told_ones = [line for line in found if "\t" not in line.text] or found      # what happened is told, not listed
    told = {term for term in mentions.terms(said) if not mentions.common(term)} | set(_MARK.findall(said))
    scores = [sum(term in line.folded for term in told) for line in told_ones]
    best = max(scores, default=0)
    near = [line for line, score in zip(told_ones, scores, strict=True) if score == best > 0]
    return tuple(dict.fromkeys(line.citation for line in near))[:k]


def around(case: Case, rows: Sequence[Row], k: int = MOST) -> tuple[Citation, ...]:
    """The sentences that rows are pieces of."""
    found = [line for line in case.lines for row in rows if line.holds(row.document, row.span)]
    return tuple(dict.fromkeys(line.citation for line in found))[:k]


def following(case: Case, cite: Citation) -> Citation:
    """A place that only leads on (股权结构如下), with the lines behind it."""
    document = next((one for one in case.assessment.documents if one.name == cite.document), None)
    behind = _LEADS_ON.match(document.text, cite.span.end) if document is not None else None
    if document is None or behind is None or not _LEAD.search(cite.quote):
        return cite
    quote = document.text[cite.span.start:behind.end()].rstrip()
    return replace(cite, quote=quote, span=Span(cite.span.start, cite.span.start + len(quote)))


def speaking(case: Case, keys: Sequence[str], k: int = MOST) -> tuple[Citation, ...]:
    """Lines that hold the words of facts for which nothing was found, so that one sees what is there."""
    found: list[Citation] = []
    book = case.policy.facts
    for key in keys:
        spec = book.facts.get(key)
        if spec is None:
            continue
        wanted = [[*rule.all, [_PERCENT]] if rule.percent else rule.all for rule in spec.rules if rule.all]
        if spec.kind != "yes_no":
            wanted = [[spec.heads]] if spec.heads else []
        found += [line.citation for line in case.lines
                  if any(all(book.pattern(one).search(line.text) for one in words) for words in wanted)]
    return tuple(dict.fromkeys(found))[:k]


def sentences(lines: Sequence[Line], text: str, k: int = MOST) -> tuple[Citation, ...]:
    """Sentences that hold most of what a question is about, the best first; none where none holds enough."""
    asked = {term for term in mentions.terms(fold(text).lower()) if not mentions.common(term)}
    if not asked:
        return ()
    counts = Counter(term for line in lines for term in asked if term in line.folded)
    weights = {term: math.log(1 + len(lines) / (1 + counts[term])) for term in asked}
    whole = sum(weights.values()) or 1.0
    ranked = sorted(((sum(weights[term] for term in asked if term in line.folded) / whole, -place)
                     for place, line in enumerate(lines)), reverse=True)
    if not ranked or ranked[0][0] < ENOUGH:
        return ()
    best = ranked[0][0]
    found = [lines[-place] for share, place in ranked[:k] if share >= max(ENOUGH, best * NEAR)]
    return tuple(dict.fromkeys(line.citation for line in found))


def total_of(case: Case, text: str, documents: Sequence[str]) -> Result | None:
    """The sum of the amounts in a document, with its terms; None where they are not all told apart."""
    wanted = _COUNT.search(text)
    number = numerals.parse_number(wanted[1]) if wanted else None
    for name in documents:
        found: list[tuple[int, Line]] = []
        for line in case.lines_of([name]):
            if _TOTAL.search(line.folded):
                continue
            amounts = [one for one in numerals.quantities(line.folded)
                       if one.measure == "money" and one.currency in ("", "CNY") and one.interval.exact]
            found += [(one.interval.low, line) for one in amounts]
        if len(found) > 1 and (number is None or int(number) == len(found)):
            total = sum(amount for amount, _ in found)
            terms = "+".join(case.words.sum(amount) for amount, _ in found)
            return Result("documents", lines=(f"{terms}={case.words.sum(total)}" + case.say("stop"),),
                          quotes=tuple(dict.fromkeys(line.citation for _, line in found)))
    return None


def _asked_field(text: str) -> str | None:
    return next((name for name, field in _fields().items() if re.search(field["ask"], text, re.IGNORECASE)), None)


def _values(case: Case, name: str, documents: Sequence[str]) -> list[Line]:
    """The lines that hold a value under the label, the shortest first: a cell says it better than a paragraph."""
    field = _fields()[name]
    value = re.compile(field["value"])
    label = re.compile(field["label"], re.IGNORECASE) if field["label"] else None
    found = []
    for line in case.lines_of(documents):
        place = label.search(line.text) if label else None
        if label is not None and place is None:
            continue
        if value.search(line.text, place.end() if place else 0) or (label is not None and value.search(line.text)
                                                                    and field["value"][0] != "["):
            found.append(line)
    found.sort(key=lambda one: (_far(one, label, value), len(one.text) > _CELL))
    first: dict[str, Line] = {}
    for line in found:
        first.setdefault(line.document.name, line)
    heads = list(first.values())      # a line of every document before a second one of the same
    return [*heads, *(line for line in found if line not in heads)]


def _far(line: Line, label: re.Pattern[str] | None, value: re.Pattern[str]) -> bool:
    """Whether the value stands far behind its label."""
    if label is None:
        return False
    for place in label.finditer(line.text):
        found = value.search(line.text, place.end())
        if found is not None and found.start() - place.end() <= _NEAR_LABEL:
            return False
    return True


@cache
def _fields() -> dict[str, dict[str, str]]:
    return {str(name): {key: str(one) for key, one in field.items()} for name, field in load(_WORDS)["fields"].items()}

