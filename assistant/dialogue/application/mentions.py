"""Rows of an application that a question speaks of by what stands in them: 绵阳那项, 第7行, 2020年12月那篇."""
from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache

from assistant.dialogue.application.case import Row
from assistant.questions.dialogue_patterns import pattern
from assistant.questions.topics import Topics
from assistant.questions.understanding import Part, fold
from assistant.questions.unknown_words import everyday, plain_english

_RUN = re.compile(r"[\u4e00-\u9fff]+|[a-z][a-z0-9+\-]{2,}")
_MONTH = re.compile(r"((?:19|20)\d\d)\s*年\s*(\d{1,2})\s*月")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)\s*年?\s*(?:那|的那|那次|那篇)")
_CODE = re.compile(r"(?<![a-z0-9])[a-z]{1,4}[-_]?\d{1,5}(?![a-z0-9])")
_JOINTS = frozenset("的地得了着过吗呢吧啊么与和及或")
_RARE = 0.34      # the share of the rows in which a telling term stands at most
_NEAR = 0.7
_FEW = 4         # rows that one thing can mean
_NOTE = re.compile(r"[^；;，,。]+")
_NAME = 4        # characters that are no chance run of words


def rows(part: Part, found: Sequence[Row], facts: Collection[str]) -> list[Row]:
    """The rows that a folded question names by a code, a number or a day, those of `facts` before others."""
    numbered = {int(number) for match in pattern("rows", "number").finditer(part.text)
                for number in re.findall(r"\d+", match[0])}
    listed = [one for one in found if one.number in numbered and (not facts or one.fact in facts)] if numbered else []
    named_by = codes(part.text)
    coded = [one for one in found if named_by and any(plain_code(fold(cell)) in named_by for cell in one.cells)]
    dated = _dated(part.text, found)
    if not facts and len(dated) > _FEW:       # a year alone tells little: 2022年那个罚款
        dated = []
    chosen = coded or listed or dated
    return _once([one for one in chosen if one.fact in facts] or chosen)


def codes(text: str) -> list[str]:
    """The codes in a folded text, as `plain_code` writes them: ZY-07, T13."""
    return [plain_code(one) for one in _CODE.findall(text)]


def plain_code(code: str) -> str:
    """A code without what joins its parts."""
    return code.replace("-", "").replace("_", "").replace(" ", "")


def _dated(text: str, found: Sequence[Row]) -> list[Row]:
    months = [(year, int(month)) for year, month in _MONTH.findall(text)]
    if months:
        year, month = months[-1]
        near = re.compile(rf"{year}\s*(?:年|[\t.\-/|]|\s)\s*0?{month}(?!\d)")
        return [one for one in found if near.search(one.quote)]
    years = _YEAR.findall(text)
    return [one for one in found if years and years[-1] in one.quote]


def without_subjects(part: Part, topics: Topics, facts: Collection[str] | None = None) -> str:
    """The question without the words for what is counted (`facts`, or all), which tell no row or document from
    another."""
    text = part.text
    for name, words in part.found.items():
        subject = topics.subjects[name]
        told = subject.type or (subject.fact and (facts is None or subject.fact in facts))
        for word in words if told else ():
            text = text[:word.span.start] + " " * (word.span.end - word.span.start) + text[word.span.end:]
    return text


def terms(text: str) -> Iterable[str]:
    """Pairs of characters and Latin words."""
    for run in _RUN.findall(text):
        if "\u4e00" <= run[0] <= "\u9fff":
            yield from (run[place:place + 2] for place in range(len(run) - 1))
        else:
            yield run


def common(term: str) -> bool:
    """Whether a term only puts the question."""
    return term in _everyday() or not _characters().isdisjoint(term)


def empty(term: str) -> bool:
    """Whether a term is nothing but words that put a question: 在审 is none."""
    return term in _everyday() or _characters().issuperset(term) or not _JOINTS.isdisjoint(term)


@cache
def _everyday() -> frozenset[str]:
    pairs = {word[place:place + 2] for word in everyday() for place in range(max(1, len(word) - 1))}
    return frozenset(pairs) | frozenset(plain_english())


@cache
def _characters() -> frozenset[str]:
    return frozenset("我你您他她它谁啥咋哪这那其的地得了着过吗呢吧啊么是有没不在和与及或就都也还又"
                     "算够要能可几项个家篇户条件份人")


def noted(said: str, note: str) -> str:
    """The clause of a note that speaks of a kind which a folded text names, be it in a longer word (港台: 港澳台); ""
    for none."""
    told = [term for term in terms(said) if not common(term)]
    return next((clause for clause in _NOTE.findall(note)
                 if any(re.search(".?".join(map(re.escape, term)), clause) for term in told)), "")


def _once(found: Iterable[Row]) -> list[Row]:
    """Each place once."""
    kept: dict[tuple[str, int, str], Row] = {}
    for one in found:
        kept.setdefault((one.document, one.span.start, one.fact), one)
    return list(kept.values())
