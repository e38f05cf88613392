"""What a question asks for of a thing (how long, how many persons, in what order), which its clause may not say.

The aspects are `language/aspects.yaml`.
"""
from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from assistant.wording.texts import load

_ASPECTS = Path(__file__).parent.parent / "language" / "aspects.yaml"
_OPEN = re.compile(r"没有规定|未规定|没有写|没有限定|未限定"
                   r"|not (?:state|speak|limit)|no \w+ (?:is|are) (?:state|set)|is stated|states no")


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    asked: str
    zh: str
    en: str
    said: str = ""
    bar: bool = False
    kinds: frozenset[str] = frozenset()


class Aspect(Struct, frozen=True):
    id: str
    zh: str
    en: str
    asked: re.Pattern[str]
    said: re.Pattern[str] | None
    bar: bool
    kinds: frozenset[str]

    def said_by(self, folded: str, question: str) -> bool:
        """Whether a folded clause says it, or leaves it open in so many words."""
        if _OPEN.search(folded) or (self.said is not None and self.said.search(folded)):
            return True
        return any(word and word in folded for word in (match.group() for match in self.asked.finditer(question)))


def unsaid(question: str, clauses: Iterable[str], settled: Collection[str] = ()) -> Aspect | None:
    """The first aspect that a folded question asks for and none of the folded `clauses` says.

    `settled` are the kinds of question that something else answers.
    """
    texts = list(clauses)
    return next((one for one in asked(question)
                 if one.kinds.isdisjoint(settled) and not any(one.said_by(text, question) for text in texts)), None)


def asked(question: str) -> Iterator[Aspect]:
    """What a folded question asks for."""
    return (one for one in _aspects() if one.asked.search(question))


@cache
def _aspects() -> tuple[Aspect, ...]:
    entries = msgspec.convert(load(_ASPECTS)["aspects"], tuple[_Entry, ...])
    return tuple(Aspect(one.id, one.zh, one.en, re.compile(one.asked), re.compile(one.said) if one.said else None,
                        one.bar, one.kinds)
                 for one in entries)
