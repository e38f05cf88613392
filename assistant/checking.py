"""What a language model wrote, held sentence by sentence against what it was given.

A sentence is kept if it names a source that was given, if every number, date, quotation and clause in it stands
there, if its words of outcome and of denial stand in what was found without a model, and if it is plain text. The
rest is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from msgspec import Struct

from assistant.strangers import everyday
from assistant.texts import load
from ingestion import articles, language, numerals
from ingestion.lexical import simplified

_LANGUAGE = Path(__file__).parent / "language"
_ID = re.compile(r"[\[【\u3014]\s*(?:依据|来源|source)?\s*(\d{1,2})\s*[\]】\u3015]")
_SENTENCE = re.compile(
    r".*?(?:[。！？!?；;\n]+|(?<=[a-z\])”\"’])\.(?=\s|$))[”’」』\"]?(?:\s*(?:[\[【\u3014]\s*\d{1,2}\s*[\]】\u3015]|[（(]\s*\[\d{1,2}\]\s*[）)]))*",
    re.DOTALL,
)
_MARKUP = re.compile(r"https?:|www\.|<[a-z/!]|\]\(|javascript:|data:|`{3}", re.IGNORECASE)
_DECORATION = re.compile(r"^[\s>*#\-•·]+|\*\*|__|`")
_QUOTES = re.compile(r"[“「『\"]([^”」』\"]{2,})[”」』\"]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufffd]")
_BLANKS = re.compile(r" (?![a-z0-9])|(?<![a-z0-9.,;]) ")
_FOREIGN_SHARE = 0.5  # of a sentence's pairs of characters that may be new
_LONGEST = 400  # characters of a sentence


class Source(Struct, frozen=True):
    """Something that was given under a number: a clause, or a line of what was found."""

    number: int
    text: str
    ref: str = ""


class Checked(Struct, frozen=True):
    """A sentence of a model. `fault` is why it is dropped, "" if it is kept; `cites` are the numbers it names."""

    text: str
    cites: tuple[int, ...]
    fault: str = ""


class Checker:
    """Checks the sentences of one answer. `found` is the answer without a model, whose outcomes it may repeat."""

    def __init__(self, sources: Sequence[Source], question: str, found: str, spoken: str) -> None:
        self._sources: Mapping[int, Source] = {one.number: one for one in sources}
        self._question, self._found, self._spoken = _plain(question), _plain(found), spoken
        known = self._question + self._found + "".join(_plain(one.text) for one in sources)
        self._pairs = {known[place : place + 2] for place in range(len(known) - 1)}

    def check(self, sentence: str) -> Checked:
        """The sentence without its decoration, and what is wrong with it."""
        cites = tuple(dict.fromkeys(int(match[1]) for match in _ID.finditer(sentence)))
        text = _DECORATION.sub("", _ID.sub("", sentence)).replace("（）", "").replace("()", "").strip()
        return Checked(text, cites, self._fault(text, cites))

    def _fault(self, text: str, cites: Sequence[int]) -> str:
        if not text or len(text) > _LONGEST or _CONTROL.search(text) or _MARKUP.search(text):
            return "form"
        if not cites:
            return "no source"
        if any(number not in self._sources for number in cites):
            return "unknown source"
        if (self._spoken == "zh") != bool(_HAN.search(text)):
            return "language"
        given = [self._sources[number] for number in cites]
        plain, said = _plain(text), "".join(_plain(one.text) for one in given)
        checks = (
            ("clause", self._clauses(text, given)),
            ("quotation", all(_plain(match[1]) in said for match in _QUOTES.finditer(text))),
            ("number", figures(text) <= figures(" ".join(one.text for one in given))),
            ("bar", _bars_stand(text, [one.text for one in given]) and _limits(plain) <= _limits(said + self._found)),
            ("outcome", _outcomes(plain) <= _outcomes(said + self._found)),
            ("denial", _denials(plain) <= _denials(said + self._found)),
            ("new matter", self._new(plain) <= _FOREIGN_SHARE),
        )
        return next((name for name, good in checks if not good), "")

    def _clauses(self, text: str, given: Sequence[Source]) -> bool:
        """Whether only clauses are named that were given, or the articles that they belong to."""
        known = {one.ref for one in given} | {one.ref.split("（")[0] for one in given}
        return all(ref in known for ref in articles.parse_refs(text))

    def _new(self, plain: str) -> float:
        """The share of a Chinese sentence that neither the question, the sources nor everyday words explain."""
        pairs = [plain[place : place + 2] for place in range(len(plain) - 1) if _HAN.match(plain[place])]
        common = _common_pairs()
        fresh = [pair for pair in pairs if pair not in self._pairs and pair not in common]
        return len(fresh) / len(pairs) if pairs else 0.0


def sentences(pieces: Iterator[str]) -> Iterator[str]:
    """Whole sentences from a stream, each with the source numbers that follow its end."""
    waiting = ""
    for piece in pieces:
        waiting += piece
        while (
            (match := _SENTENCE.match(waiting))
            and match.end() < len(waiting)
            and not _may_go_on(waiting[match.end() :])
        ):
            yield match.group()
            waiting = waiting[match.end() :]
    while waiting.strip():
        match = _SENTENCE.match(waiting)
        end = match.end() if match and match.end() else len(waiting)
        yield waiting[:end]
        waiting = waiting[end:]


def _may_go_on(rest: str) -> bool:
    """Whether what follows a sentence may still be a source number that belongs to it."""
    return re.fullmatch(r"\s*(?:[\[【\u3014（(]\s*\[?\d{0,2}\s*)?", rest) is not None


def _plain(text: str) -> str:
    """Folded for comparison, without blanks except between Latin words."""
    return _BLANKS.sub("", " ".join(language.fold(simplified(text)).lower().split()))


def figures(text: str) -> frozenset[str]:
    """Numbers with their units, and dates, one spelling each."""
    folded = language.fold(text).lower()
    found = set()
    rest = folded
    for quantity in numerals.quantities(folded):
        low, high = quantity.interval.low, quantity.interval.high
        bound = low if low and (high is None or not quantity.interval.exact) else (high if high is not None else low)
        found.add(f"{bound}{quantity.unit}")
        rest = rest[: quantity.span.start] + " " * (quantity.span.end - quantity.span.start) + rest[quantity.span.end :]
    found |= {f"{numerals.parse_number(kinds[1])} kinds" for kinds in _kinds_pattern().finditer(folded)}
    bare = {number.replace(",", "") for number in re.findall(r"\d[\d,.]*\d|\d", rest)}
    return frozenset(found | bare)


def _bars_stand(text: str, given: Sequence[str]) -> bool:
    """Whether every bound (以上, 不足) is one of the sources' own."""
    own = {
        (one.interval.low, one.interval.high)
        for source in given
        for one in numerals.quantities(language.fold(source).lower())
    }
    return all(
        one.interval.exact or (one.interval.low, one.interval.high) in own
        for one in numerals.quantities(language.fold(text).lower())
    )


def _outcomes(plain: str) -> frozenset[str]:
    """The words of outcome in a text, the longest at each place: 不符合 is not 符合."""
    return frozenset(match.group() for match in _outcome_pattern().finditer(plain))


def _limits(plain: str) -> frozenset[str]:
    """The words that make a bar of a number: 以上, 以内, at most."""
    return frozenset(match.group() for match in _limit_pattern().finditer(plain))


def _denials(plain: str) -> frozenset[str]:
    """Every word of denial with what it denies, the next character; bars (不少于) deny nothing."""
    text = _not_denying().sub("", plain)
    return frozenset(match.group() + text[match.end():match.end() + 1] if _HAN.match(match.group()) else match.group()
                     for match in _denial_pattern().finditer(text))


@cache
def _outcome_pattern() -> re.Pattern[str]:
    return language.pattern(tuple(load(_LANGUAGE / "checks.yaml")["outcomes"]))


@cache
def _kinds_pattern() -> re.Pattern[str]:
    return language.pattern(tuple(load(_LANGUAGE / "checks.yaml")["kinds"]))


@cache
def _limit_pattern() -> re.Pattern[str]:
    return language.pattern(tuple(load(_LANGUAGE / "checks.yaml")["limits"]))


@cache
def _denial_pattern() -> re.Pattern[str]:
    return language.pattern(tuple(load(_LANGUAGE / "checks.yaml")["denials"]))


@cache
def _not_denying() -> re.Pattern[str]:
    return language.pattern(tuple(load(_LANGUAGE / "checks.yaml")["bars"]))


@cache
def _common_pairs() -> frozenset[str]:
    return frozenset(word[place : place + 2] for word in everyday() for place in range(len(word) - 1))
