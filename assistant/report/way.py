"""The way of one fact (`ingestion.facts.explaining`) as text and as JSON."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from assistant.report.labels import Vocabulary, reason_text
from assistant.report.serialising import interval
from assistant.wording.texts import load
from ingestion.facts.explaining import COUNTS, At, LeftOut, Said, Spoke, Way
from ingestion.facts.schema import Described
from ingestion.policies.policy import Policy

Json = dict[str, Any]


class Line(Struct, frozen=True):
    """`depth`: 0 the fact, 1 a section, 2 a place with its quote, 3 what is said of it, 4 a row of its list."""

    depth: int
    text: str


def as_json(way: Way, policy: Policy, written: Described, language: str = "zh") -> Json:
    """The way of a fact as `guohe facts --explain --json` writes it."""
    spec = policy.facts.facts[way.key]
    return {
        "key": way.key, "label": spec.label, "label_en": spec.label_en, "unit": spec.unit,
        "definition": written.definition, "definition_en": written.definition_en, "readings": written.readings,
        "window": [day.isoformat() for day in way.window],
        "low": way.interval.low if way.interval else None, "high": way.interval.high if way.interval else None,
        "found": way.interval is not None, "conflict": way.conflict,
        "said": [_said_json(one) for one in way.said],
        "exclusions": [_left_json(one, policy, language) for one in way.left_out],
        "unexplained": [_left_json(one, policy, language) for one in way.undecided],
        "steps": [{"step": name, "statements": count} for name, count in way.steps],
        "intervals": [{"step": name, **interval(value)} for name, value in way.intervals],
    }


def _place(at: At) -> Json:
    return {"document": at.document, "page": at.page, "quote": at.quote, "start": at.span.start, "end": at.span.end}


def _rules(spoke: tuple[Spoke, ...]) -> list[Json]:
    return [{"rule": one.rule, "words": list(one.words)} for one in spoke]


def _said_json(one: Said) -> Json:
    return {**_place(one.at), "says": interval(one.says), "figures": list(one.figures), "method": one.method,
            "rules": _rules(one.spoke), "kinds": list(one.kinds), "items": [_place(at) for at in one.items],
            "marks": list(one.marks),
            "inferred": one.inferred, "weight": one.weight, "fate": one.fate,
            "became": interval(one.became) if one.became else None, "against": [_place(at) for at in one.against]}


def _left_json(one: LeftOut, policy: Policy, language: str) -> Json:
    found = {**_place(one.at), "reason": one.reason, "reason_text": reason_text(policy, one.reason, language),
             "by": one.by, "rules": _rules(one.spoke)}
    return found if one.could_be is None else {**found, "could_be": interval(one.could_be), "adds": one.adds}


def lines(way: Way, policy: Policy, written: Described, language: str = "zh") -> Iterator[Line]:
    """As people read it, from the definition to what all of it comes to."""
    return _Telling(way, policy, written, language).lines()


class _Telling:
    def __init__(self, way: Way, policy: Policy, written: Described, language: str) -> None:
        self.way, self.policy, self.written = way, policy, written
        self.names = Vocabulary(policy, language)
        self.language = language
        self.words: Json = load(Path(__file__).parent / "language" / "way.yaml")[language]

    def lines(self) -> Iterator[Line]:
        """The way of a fact as lines with their depth."""
        way = self.way
        figure = self._figure(way.interval) if way.interval else self.words["nothing"]
        figure = self._say("conflict", figure=figure) if way.conflict else figure
        yield Line(0, self._say("title", label=self.names.fact_label(way.key), key=way.key, figure=figure))
        yield Line(1, self._say("window", start=way.window[0], end=way.window[1]))
        yield from self._described()
        yield from self._places("said", [(one.at, self._told(one), one.items) for one in way.said])
        yield from self._places("left_out", [(one.at, self._told_left(one), ()) for one in way.left_out])
        yield from self._places("undecided", [(one.at, self._told_left(one), ()) for one in way.undecided])
        if way.intervals:
            yield Line(1, self.words["comes_to"])
        shown = None
        for name, value in way.intervals:
            if value != shown:
                yield Line(2, self.words["steps"][name].format(figure=self._figure(value)))
            shown = value

    def _places(self, name: str, told: Sequence[tuple[At, Iterator[str], tuple[At, ...]]]
                ) -> Iterator[Line]:
        if told:
            yield Line(1, self._say(name, count=len(told)))
        for at, texts, rows in told:
            yield Line(2, self.names.say.place(at.document, at.page) + f"  “{at.quote}”")
            yield Line(3, self.names.words("separator").join(texts))
            for row in rows:
                yield Line(4, f"“{row.quote}”")

    def _described(self) -> Iterator[Line]:
        """What the fact is, what counts, what does not, by which readings."""
        one, english = self.written, self.language == "en"
        definition = one.definition_en if english else one.definition
        if definition:
            yield Line(1, self._say("definition", text=definition))
        for name, texts in (("counts", one.counts_en if english else one.counts),
                            ("not_counted", one.not_counted_en if english else one.not_counted)):
            for text in texts:
                yield Line(1, self._say(name, text=text))
        if one.readings:
            yield Line(1, self._say("readings", numbers=self._joined(list(map(str, one.readings)))))

    def _told(self, one: Said) -> Iterator[str]:
        """What became of one statement, and what it rests on."""
        yield self.words["fate"][one.fate]
        yield self._say("says", figure=self._figure(one.says))
        yield from self._spoke(one.spoke)
        if one.items:
            yield self._say("items", count=len(one.items))
        if one.kinds:
            yield self._say("kinds", kinds=self._joined(list(one.kinds)))
        yield from (self.words["marks"][mark] for mark in one.marks)
        if one.inferred:
            yield self._say("inferred", count=one.inferred)
        if one.weight != 1:
            yield self._say("weight", weight=one.weight)
        if one.fate == COUNTS and one.became is not None and one.became != one.says:
            yield self._say("became", figure=self._figure(one.became))
        if one.against:
            yield self._say("against", places=self._joined([f"“{at.quote}”" for at in one.against]))

    def _told_left(self, one: LeftOut) -> Iterator[str]:
        yield reason_text(self.policy, one.reason, self.language)
        if one.could_be is not None:
            yield self._say("could_add" if one.adds else "could_be", figure=self._figure(one.could_be))
        yield from self._spoke(one.spoke)
        if one.by:
            yield self._say("by", by=one.by)

    def _spoke(self, spoke: tuple[Spoke, ...]) -> Iterator[str]:
        for one in spoke:
            name = "rule_words" if one.words else "rule"
            yield self._say(name, rule=one.rule, words=self._joined(list(one.words)))

    def _figure(self, value: Any) -> str:
        return self.names.interval(self.way.key, value)

    def _joined(self, texts: list[str]) -> str:
        joined = texts[0] if texts else ""
        for text in texts[1:]:
            joined = self._say("listed", first=joined, second=text)
        return joined

    def _say(self, name: str, /, **values: object) -> str:
        return str(self.words[name]).format(**values)
