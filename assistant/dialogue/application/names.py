"""What a question names of the documents: the runs of its words that stand there, and neither in everyday language nor
in the policy: 韦立, 走山车, the Odense centre, 36万.

The lines that hold most of what is named are what the question is about, whatever else is known of them.
"""
from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache

from msgspec import Struct

from assistant.dialogue.application import mentions
from assistant.dialogue.application.case import Case
from assistant.dialogue.application.lines import Line
from assistant.dialogue.asker import counting
from assistant.questions.dialogue_patterns import says
from assistant.questions.topics import Subject
from assistant.questions.understanding import Part, fold
from assistant.questions.unknown_words import everyday, function_characters
from ingestion.domain import Span
from ingestion.names import gazetteer
from ingestion.names.gazetteer import Origin
from ingestion.numbers import numerals
from ingestion.numbers.numerals import Quantity

MOST = 12         # lines that one name can mean
_RUN = re.compile(r"[\u4e00-\u9fff·]+|[a-z][a-z0-9+\-'’]*|\d[\d.\-/]*\d")
_LATIN = re.compile(r"[a-z][a-z'’\-]{2,}")
_JOINT = re.compile(r"[和跟与及、]|\band\b")
_EDGE = "我你您他她它谁啥咋哪这那其的得了着过吗呢吧啊么是没不在就也都还又个家户项篇件份位名条次"
_EMPTY = frozenset(_EDGE + "里边地为给有只把被与和及或一二两三四五六七八九十年月日")      # stand in no pair that tells
_QUOTED = re.compile(r"[“\"「『《][^”\"」』》]+[”\"」』》]")
_PAIR = 2
RARE = 3         # lines in which a pair of characters stands that is a name by itself
_NEAR = 0.7       # the share of the best line's weight that other lines must have
_TELLING = 100    # an amount that tells what is spoken of
_MOST_OF = 0.6    # of a name
_HOME = 3         # the weight of a clause that is about a subject
_LONG = 5         # characters that stand together by no chance
_GROWTH = 0.4     # what each further character of a name adds to its weight
_ASIDE = ("ends", "happens", "counted_in", "valid", "supplied", "despite", "taken_for")   # verbs that name nothing


class Named(Struct, frozen=True):
    """`words` as the question has them; `lines` hold most of them. `sure`: they can be nothing but a name."""

    words: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    sure: bool = False
    amounts: tuple[tuple[int, str], ...] = ()

    def within(self, folded: str) -> bool:
        """Whether a folded text holds most of a name, or an amount."""
        return any(_most_of(word, folded) for word in self.words) or any(
            _is(one, amount) for amount in self.amounts for one in numerals.quantities(folded))


def read(case: Case, part: Part, documents: Collection[str] = ()) -> Named:
    """What a folded part of a question names, in some of the documents or in all."""
    lines = [line for line in case.lines if not documents or line.document.name in documents]
    kinds = [word.span for name, words in part.found.items() if _kind(case.topics.subjects[name]) for word in words
             if not _place(word.word)]
    titles = fold(" ".join(document.name for document in case.assessment.documents))
    words = dict(_words(part.text, kinds, lines, fold(case.policy.text) + "\n" + titles))
    own = [word for word, kind in words.items() if not kind]
    asking = part.asking().text
    told = [word for word in words if len(word) > _PAIR and word in asking]
    if not own and told and part.polar and says("asks", "counted_in", asking):      # 集团的国家重点实验室算吗
        own = told + [
            word for word in everyday() if word in part.text and any(word in line.folded for line in lines)
            and not _empty(word)]
    quoted = "".join(_QUOTED.findall(part.text))
    weights = {word: _weight(word, lines) * (2 if word in quoted else 1) for word in own}
    bars = {one.bar for one in case.policy.criteria}
    amounts = [(one.interval.low, one.measure) for one in part.quantities if one.interval.exact and (
        one.interval.low >= _TELLING or one.measure == "money") and one.interval.low not in bars]
    found: list[Line] = []
    for side in _JOINT.split(part.text):
        found += _best(lines, {word: weights[word] for word in own if word in side}, amounts)
    found = list(dict.fromkeys(found or _best(lines, weights, amounts)))
    if not found:
        return Named()
    held = [word for word in own if any(word in line.folded for line in found)]
    sure = len(found) <= MOST and (bool(amounts) or len(held) > 1 or any(
        len(word) > _PAIR or sum(word in line.folded for line in lines) <= RARE for word in held))
    return Named(tuple(held), tuple(found), sure, tuple(amounts))


def _kind(subject: Subject) -> bool:
    """Whether a subject is a kind of thing that the policy speaks of: a word for it names none of them."""
    return bool(subject.fact or subject.type) or max(subject.clauses.values(), default=0) >= _HOME


def _place(word: str) -> bool:
    """Whether a word is the name of a place of the country: 香港那家."""
    return any(one.origin is not Origin.FOREIGN and one.end - one.start == len(word) for one in gazetteer.scan(word))


def _weight(word: str, lines: Sequence[Line]) -> float:
    """How much a word tells: the rarer and the longer the more."""
    return math.log(1 + len(lines) / sum(word in line.folded for line in lines)) * (1 + _GROWTH * (len(word) - _PAIR))


def _best(lines: Sequence[Line], weights: Mapping[str, float], amounts: Sequence[tuple[int, str]]) -> list[Line]:
    """The lines with the most weight of words and amounts."""
    scores = [sum(weight for word, weight in weights.items() if word in line.folded) for line in lines]
    if amounts:
        high = math.log(1 + len(lines))
        scores = [score + high * sum(_states(line, each) for each in amounts)
                  for score, line in zip(scores, lines, strict=True)]
    best = max(scores, default=0)
    return [line for line, score in zip(lines, scores, strict=True) if score >= best * _NEAR and score > 0]


def _states(line: Line, amount: tuple[int, str]) -> bool:
    """Whether a line states an amount, be it in another unit of the same: 36万 and 360000."""
    return any(_is(one, amount) for one in line.quantities)


def _is(one: Quantity, amount: tuple[int, str]) -> bool:
    value, measure = amount
    return one.interval.low == value and (not measure or not one.measure or measure == one.measure)


def _most_of(word: str, text: str) -> bool:
    """Whether a text holds a name, or most of it where other words have run into it."""
    length = max(_PAIR, math.ceil(len(word) * _MOST_OF))
    return any(word[place:place + length] in text for place in range(len(word) - length + 1))


def _words(text: str, kinds: Sequence[Span], lines: Sequence[Line], known: str) -> Iterator[tuple[str, bool]]:
    """The names in a folded text, each with whether it is only the word for a kind of thing."""
    plain = _covered(text, (), known)
    telling = _covered(text, kinds, known)
    for match in _RUN.finditer(text):
        run = match[0]
        if not "\u4e00" <= run[0] <= "\u9fff":
            if _tells(run, known) and any(run in line.folded for line in lines):
                yield run, False
            continue
        end = 0
        for start in range(len(run)):
            length = 0
            while start + length < len(run) and any(run[start:start + length + 1] in line.folded for line in lines):
                length += 1
            if start + length <= end:
                continue
            end = start + length
            word = run[start:end].strip(_EDGE)
            place = match.start() + start + run[start:end].find(word)
            span = Span(place, place + len(word))
            kind = any(one.overlaps(span) for one in kinds)
            if len(word) < _PAIR or _empty(word) or (word in known and not kind):
                continue
            left = len(word) - sum(telling[span.start:span.end])
            rare = len(word) >= _LONG and sum(word in line.folded for line in lines) < RARE     # 第二完成单位
            if left >= _PAIR or not all(plain[span.start:span.end]) or kind or rare:
                yield word, left < _PAIR


def _covered(text: str, spans: Sequence[Span], known: str) -> bytearray:
    """Which characters of a text belong to spans, to everyday words or to pairs of what is known."""
    covered = bytearray(len(text))
    for place in range(len(text) - 1):
        pair = text[place:place + _PAIR]
        if pair in _everyday_pairs() or pair in known:
            covered[place:place + _PAIR] = b"\1\1"
    for span in spans:
        covered[span.start:span.end] = b"\1" * (span.end - span.start)
    return covered


def _tells(token: str, known: str) -> bool:
    """Whether a Latin word or a number tells something: no English of every day, no plain figure."""
    if _LATIN.fullmatch(token):
        return not mentions.common(token) and token not in known
    return any(char in token for char in "-/") or (token[0].isalpha() and any(char.isdigit() for char in token))


def _empty(word: str) -> bool:
    """Whether a run is no name: what questions ask with, or what happens to anybody's things."""
    if all(char in function_characters() for char in word) or counting.lost(word):
        return True
    if len(word) == _PAIR:
        return mentions.common(word) or any(says("asks", name, word) for name in _ASIDE)
    return all(not _EMPTY.isdisjoint(word[place:place + _PAIR]) for place in range(len(word) - 1))


@cache
def _everyday_pairs() -> frozenset[str]:
    return frozenset(word[place:place + _PAIR] for word in everyday() for place in range(max(1, len(word) - 1)))
