"""What a text claims: its figures and bars, outcomes, demands and denials, what it says of all, and what it tells
somebody to do. The words are `language/checks.yaml`, looked for longest first in plain text (see `plain`).
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path

from assistant.wording.texts import load
from ingestion import language
from ingestion.language.characters import simplified
from ingestion.numbers import numerals

_WORDS = Path(__file__).parent.parent / "language" / "checks.yaml"
_BLANKS = re.compile(r" (?![a-z0-9])|(?<![a-z0-9.,;]) ")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_ENGLISH_CLAUSES = re.compile(
    r"[;；:：()!?！？\n\ue000\ue001（）]+|(?<=[a-z\])”\"’])\.(?=\s|$)"
    r"|[,，] ?(?=(?:please|but|which|since|because|if|and it|although|while) )")
_POINTING = re.compile(r"[这那该某此任]一(?=[项点条个种家份件次])|第?(?:一|1)(?=(?:点|方面))")
_YEARS = re.compile(r"([一二两三四五六七八九十]{1,3}|\d{1,2})\s*(?:个)?年(?![份度\d]|级)|\b(\w+) years\b")
_WITHIN = re.compile("(?:之|以)内")
_ORDINALS = re.compile(r"第[一二三四五六七八九十\d]{1,3}(?:年|个|次|种|类)")
_ENGLISH_NUMBERS = {word: number for number, word in enumerate(
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"])}
_STATEMENTS = re.compile(r"[。；;！!？?\n]+|(?<=[a-z\])”\"’])\.(?=\s|$)")
_CLAUSES = re.compile(r"(?<!\d)[，,]|[，,](?!\d{3})|[。；;：:！!？?\n（）()\ue000\ue001]+|(?<=[a-z\])”\"’])\.(?=\s|$)")
JUDGEMENTS = ("met", "not_met", "open", "whether", "judged")
NEGATIVE = frozenset({"not_met", "open", "judged"})


def plain(text: str) -> str:
    """Folded for comparison, without blanks except between Latin words."""
    return _BLANKS.sub("", " ".join(language.fold(simplified(text)).lower().split()))


def statements(text: str) -> list[str]:
    """A text at its full stops and semicolons."""
    return [one for one in _STATEMENTS.split(text) if one.strip()]


def clauses(text: str) -> list[str]:
    """A text at every comma, colon and bracket as well."""
    return [one for one in _CLAUSES.split(text) if one.strip()]


def english_clauses(text: str) -> list[str]:
    """An English text at its full stops, brackets, colons and conjunctions; lists stay whole."""
    return [one for one in _ENGLISH_CLAUSES.split(text) if one.strip()]


def periods(text: str) -> frozenset[str]:
    """Numbers of years: 近三年 and last three years are 3 years."""
    found = set()
    for match in _YEARS.finditer(text):
        word = match[1] or match[2]
        number = _ENGLISH_NUMBERS.get(word) if word.isascii() and word.isalpha() else numerals.parse_number(word)
        if number is not None:
            found.add(f"{number} years")
    return frozenset(found)


@lru_cache(maxsize=1024)
def figures(text: str) -> frozenset[str]:
    """Numbers with their units, periods of years, and dates, one spelling each."""
    folded = _POINTING.sub("", language.fold(text).lower())
    found = set(periods(folded))
    rest = folded
    for quantity in numerals.quantities(folded):
        low, high = quantity.interval.low, quantity.interval.high
        bound = low if low and (high is None or not quantity.interval.exact) else (high if high is not None else low)
        found.add(f"{bound}{quantity.unit}")
        rest = rest[: quantity.span.start] + " " * (quantity.span.end - quantity.span.start) + rest[quantity.span.end :]
    found |= {f"{numerals.parse_number(kinds[1])} kinds" for kinds in _kinds().finditer(folded)}
    bare = {number.replace(",", "") for number in re.findall(r"\d[\d,.]*\d|\d", rest)}
    return frozenset(found | bare)


def bars_stand(text: str, given: Sequence[str]) -> bool:
    """Whether every bound (以上, 不足) is one of the sources' own: its figure, and its kind of bar."""
    text, given = _WITHIN.sub("内", text), [_WITHIN.sub("内", one) for one in given]
    own = {
        (one.interval.low, one.interval.high)
        for source in given
        for one in numerals.quantities(language.fold(source).lower())
    }
    return all(
        one.interval.exact or (one.interval.low, one.interval.high) in own
        for one in numerals.quantities(language.fold(text).lower())
    )


def limits(text: str) -> frozenset[str]:
    """The kinds of bar in a text: at_least, at_most, more, less, about."""
    return _classes("limits", text=text)


@lru_cache(maxsize=1024)
def outcomes(text: str) -> frozenset[str]:
    """How something comes out, or may be: the classes of `judgements` and `modals`, and every other deciding word."""
    return _classes("judgements", "modals", "outcomes", text=text)


@lru_cache(maxsize=1024)
def judgements(text: str) -> frozenset[str]:
    return outcomes(text) & frozenset(JUDGEMENTS)


def scopes(text: str) -> frozenset[str]:
    return _classes("scopes", text=text)


def denials(text: str) -> frozenset[str]:
    """Every word of denial with what it denies, the next character; bars (不少于) deny nothing."""
    text = _listed("bars").sub("", text)
    return frozenset(match.group() + text[match.end():match.end() + 1] if _HAN.match(match.group()) else "not"
                     for match in _listed("denials").finditer(text))


def denies_lack(text: str) -> bool:
    """Whether a text says that nothing lacks (没有缺少): a denial right before what lacks."""
    return any(_listed("lacking").match(text, place) for match in _listed("denials").finditer(text)
               for place in range(match.end(), match.end() + 2))


def denies(text: str) -> bool:
    """Whether a text denies anything, how a criterion comes out aside."""
    text = _classed(("judgements",))[0].sub("", _listed("bars").sub("", text))
    return _listed("denials").search(text) is not None


def directive(text: str) -> re.Match[str] | None:
    """Where a text begins to tell somebody to do something."""
    return _listed("directives").search(text)


def lacks(text: str) -> bool:
    """Whether a text says that something is missing or disagrees."""
    return _listed("lacking").search(text) is not None


def ordinals(text: str) -> frozenset[str]:
    """The ordinal numbers of a text: 第二年."""
    return frozenset(_ORDINALS.findall(text))


def supposes(text: str) -> bool:
    """Whether a text says that it holds under a supposition."""
    return _listed("supposing").search(text) is not None


def roles(text: str) -> frozenset[str]:
    """What the figures of a text are: short, have, bar."""
    return _classes("roles", text=text)


def points(text: str) -> bool:
    """Whether a text names what would prove something."""
    return _listed("pointing").search(text) is not None


def has_contact(text: str) -> bool:
    """Whether a text says where to write, call or click."""
    return _listed("contact").search(text) is not None


def of_applicant(text: str) -> bool:
    """Whether a text speaks of the applicant, or of whoever asks."""
    return _listed("applicant").search(text) is not None


def conditional(text: str) -> bool:
    return _listed("conditional").search(text) is not None


def _classes(*sections: str, text: str) -> frozenset[str]:
    """The classes of the words of these sections in a text; a word of no class stands for itself."""
    pattern, names = _classed(sections)
    return frozenset(names[match.lastindex or 0] or match.group() for match in pattern.finditer(text))


@cache
def _classed(sections: tuple[str, ...]) -> tuple[re.Pattern[str], dict[int, str]]:
    """One pattern for all words, each in a group of its own, and the class of each group."""
    classes: dict[str, str] = {}
    for section in sections:
        listed = load(_WORDS)[section]
        if isinstance(listed, dict):
            classes |= {str(word): str(name) for name, words in listed.items() for word in words}
        else:
            classes |= dict.fromkeys(map(str, listed), "")
    words = _longest_first(classes)
    pattern = re.compile("|".join(f"({_spelled(word)})" for word in words) or "(?!)")
    return pattern, {number: classes[word] for number, word in enumerate(words, 1)}


@cache
def _kinds() -> re.Pattern[str]:
    return language.pattern(tuple(load(_WORDS)["kinds"]))


@cache
def _listed(section: str) -> re.Pattern[str]:
    return _classed((section,))[0]


def _longest_first(words: Iterable[str]) -> list[str]:
    """Patterns between slashes first, then words, the longest first."""
    return sorted(words, key=lambda one: (not one.startswith("/"), -len(one), one))


def _spelled(word: str) -> str:
    """A word as a pattern; a Latin one stands alone."""
    if word.startswith("/"):
        return word[1:-1]
    return rf"(?<![a-z]){re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word)
