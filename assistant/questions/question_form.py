"""How a question is put: its parts, its kinds, its verb, what it denies, and the times that it names.

All functions read folded text (see `assistant.questions.understanding.fold`); the words are `language/questions.yaml`.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from assistant.questions.topics import pattern, words_of
from assistant.wording.texts import load
from ingestion.numbers import numerals

_WORDS = Path(__file__).parent.parent / "language" / "questions.yaml"
_SENTENCE_END = re.compile(r"[?？!！。；;\n]+")
_CLAUSE_END = re.compile(
    r"[,，](?!\d{3}\b)|\s(?:and|or)\s(?=(?:who|when|what|how|where|which|why|is|are|can|do|does)\b)")
_PAUSE = re.compile(r"[,，](?!\d{3}\b)|[?？!！。；;\n]+")
_TAG = re.compile(r"(?:对|是|没错|正确|这样|真的|right|correct|true|is that|isn't).{0,8}")
_MARKS = " ,，?？!！。；;\n"
_YEARS_AGO = re.compile(
    r"([一二两三四五六七八九十\d]{1,3})\s*(?:多|余)?\s*年(?:多|以)?(?:之)?前|\b(\w+)\s+years?\s+ago")
_YEAR_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*(?:年|[-/.])\s*(?:(\d{1,2})\s*月?)?")
_AFTER_YEARS = re.compile(
    r"(?:隔|过|等|满)(?:了|个|上)?\s*([一二两三四五六七八九十\d]+)\s*年|([一二两三四五六七八九十\d]+)\s*年(?:之后|以后|后|了|过后|就)|后\s*([一二两三四五六七八九十\d]+)\s*年")
_NTH_YEAR = re.compile(r"第\s*([一二三四五六七八九十\d]+)\s*年")
_ENGLISH_NUMBERS = {word: value for value, word in enumerate(
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"])}


def split(folded: str) -> list[str]:
    """The questions in a text. A clause that asks nothing goes with the next one, a tag (对吗) with the one before."""
    pieces = [piece for sentence in _kept(folded, _SENTENCE_END) for piece in _clauses(sentence)]
    merged: list[str] = []
    for piece in pieces:  # a statement before a question belongs to it: 我们是部属高校。应走哪条渠道？
        if merged and not (_asks_something(merged[-1]) and _asks_something(piece)):
            merged[-1] += piece
        else:
            merged.append(piece)
    return merged or [folded]


def kinds_of(folded: str) -> frozenset[str]:
    """How a text asks: quantity, when, who, yes_no …"""
    stripped = folded.strip()
    return frozenset(name for name, patterns in _asks() if any(one.search(stripped) for one in patterns))


def years_ago(folded: str) -> int | None:
    """How many years ago something is said to have happened: 五年前 is 5, 去年 is 1."""
    match = _YEARS_AGO.search(folded)
    if match:
        word = match[1] or match[2]
        number = numerals.parse_number(word) if word not in _ENGLISH_NUMBERS else _ENGLISH_NUMBERS[word]
        if number is not None:
            return int(number)
    return next((years for word, years in _past() if word in folded), None)


def years_passed(folded: str) -> int | None:
    """Whole years between the two days that a question names, or after which it asks (两年后)."""
    days = [(int(year), int(month or 1)) for year, month in _YEAR_MONTH.findall(folded)]
    if len(days) > 1:
        return (days[-1][0] * 12 + days[-1][1] - days[0][0] * 12 - days[0][1]) // 12
    ordinal = _NTH_YEAR.search(folded)
    if ordinal:     # 第二年: one year has passed
        number = numerals.parse_number(ordinal[1])
        return int(number) - 1 if number is not None else None
    match = _AFTER_YEARS.search(folded)
    number = numerals.parse_number(next(filter(None, match.groups()))) if match else None
    return int(number) if number is not None else None


def asks_exists(folded: str) -> bool:
    """Whether a question asks if the policy says something at all: 有没有…这么一条."""
    return _says("exists", folded)


def asks_lack(folded: str) -> bool:
    """Whether a question asks how much is missing: 还差几篇."""
    return _says("lack", folded)


def asks_harm(folded: str) -> bool:
    """Whether a question asks if something stands in the way: 影响申报吗, 会不会被判不符合."""
    return _says("harm", folded)


def inverts(folded: str, language: str) -> bool:
    """Whether the verb of a question asks for the opposite of what a clause settles: 影响吗, 算晚吗."""
    return _says("inverts_en", folded) if language == "en" else bool(modal(folded).get("inverted"))


def claims(folded: str) -> bool:
    """Whether a figure is said to be what is asked for: 要5项才够."""
    return _says("claims", folded)


def denies(folded: str) -> bool:
    """Whether a question denies something before it asks: 没有协议可以吗."""
    text = folded.strip()
    for one in _patterns("not_denying"):
        text = one.sub(" ", text)
    return _says("denying", text)


def denies_verb(folded: str) -> bool:
    """Whether the very verb that asks is denied: 就不能报了吗."""
    return _says("denied_verb", asking(folded).strip())


def asks_permission(folded: str, language: str) -> bool:
    """Whether a question asks if something is allowed, not if it is needed."""
    return _says("permits_en", folded) if language == "en" else bool(modal(folded).get("permits"))


def asks_need(folded: str, language: str) -> bool:
    """Whether a question asks if something is needed."""
    return not asks_permission(folded, language) if language == "en" else bool(modal(folded).get("needs"))


def joins(folded: str) -> bool:
    """Whether a question joins several things: 总结和评估."""
    return _says("joining", folded)


def asks_for_mentions(folded: str) -> bool:
    """Whether a question asks which clauses name something: 哪些条款提到知识产权."""
    return _says("mentions", folded)


def asks_for_extent(folded: str) -> bool:
    """Whether a question asks how many articles or chapters there are, or for the last one."""
    return _says("extent", folded)


def speaks_of_chapters(folded: str) -> bool:
    return _says("chapters", folded)


def modal(folded: str) -> Mapping[str, Any]:
    """The verb that a yes-or-no answer repeats; see `modals` in the language file. That of the clause that asks counts
    before those of what is told before it."""
    for text in dict.fromkeys((asking(folded), folded)):
        for entry in load(_WORDS)["modals"]:
            if pattern(str(entry["pattern"])).search(text):
                return dict(entry)
        if kinds_of(text) & {"yes_no"}:
            break       # 户数这关稳不稳: its verb is none of these
    return {}


def asking(folded: str) -> str:
    """The clause that puts a question, with a tag behind it (对吗); the whole where no clause of it asks."""
    clauses, behind = _kept(folded, _PAUSE), ""
    for clause in reversed(clauses):
        if _TAG.fullmatch(clause.strip(_MARKS)) is None and _asks_something(clause):
            return clause + behind
        behind = clause + behind
    return folded


def _clauses(sentence: str) -> list[str]:
    """The clauses of a sentence that ask something, each with what stands before it."""
    clauses: list[str] = []
    waiting = ""
    for clause in _kept(sentence, _CLAUSE_END):
        tag = _TAG.fullmatch(clause.strip(_MARKS)) is not None
        if tag and clauses and not waiting:
            clauses[-1] += clause
            continue
        waiting += clause
        if _asks_something(waiting) and not tag:
            clauses.append(waiting)
            waiting = ""
    if waiting.strip(_MARKS):
        if clauses and not _asks_something(waiting):
            clauses[-1] += waiting
        else:
            clauses.append(waiting)
    return clauses


def _asks_something(text: str) -> bool:
    return bool(kinds_of(text) - {"list"})


def _kept(text: str, mark: re.Pattern[str]) -> list[str]:
    """The pieces of a text between marks, each with the mark that ends it."""
    pieces, start = [], 0
    for match in mark.finditer(text):
        pieces.append(text[start:match.end()])
        start = match.end()
    pieces.append(text[start:])
    return [piece for piece in pieces if piece.strip()]


def _says(name: str, folded: str) -> bool:
    return any(one.search(folded) for one in _patterns(name))


@cache
def _asks() -> tuple[tuple[str, tuple[re.Pattern[str], ...]], ...]:
    return tuple((str(name), _compiled(str(text))) for name, text in load(_WORDS)["asks"].items())


@cache
def _patterns(name: str) -> tuple[re.Pattern[str], ...]:
    return _compiled(str(load(_WORDS)[name]))


@cache
def _past() -> tuple[tuple[str, int], ...]:
    pairs = [entry.strip().rsplit(" ", 1) for entry in str(load(_WORDS)["past"]).split(";")]
    return tuple((word, int(years)) for word, years in pairs)


@cache
def regional() -> tuple[tuple[str, str], ...]:
    """Words of other regions, each with the mainland's of the same length."""
    pairs = (entry.split() for entry in str(load(_WORDS)["regional"]).split(";"))
    return tuple((said, meant) for said, meant in pairs if len(said) == len(meant))


def _compiled(text: str) -> tuple[re.Pattern[str], ...]:
    words, patterns = words_of(text)
    return tuple(pattern(one) for one in [*patterns, *map(re.escape, words)])
