"""What people call things, as the policy folder's vocabulary.yaml lists it, and the policy's words for it.

Nothing in a question is replaced: the policy's words are looked up beside the question's own.
"""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from assistant.questions.term_spotting import Lexicon
from ingestion import typed_yaml
from ingestion.errors import PolicyError
from ingestion.indexing import lexical
from ingestion.policies.files import Problem, Problems

FILE = "vocabulary.yaml"


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the file: the policy's words, and what else is said for them (`also` Chinese, `en` English)."""

    policy: tuple[str, ...]
    also: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


class Vocabulary:
    """Immutable. Without entries it adds nothing, which is what a policy without the file has.

    `text` is the policy's own: what stands there is never taken for a slip.
    """

    def __init__(self, entries: Sequence[Entry], text: str = "") -> None:
        self.entries = tuple(entries)
        self._meaning: dict[str, list[Entry]] = {}
        for entry in self.entries:
            for word in (*entry.policy, *entry.also, *entry.en):
                listed = self._meaning.setdefault(lexical.fold(word), [])
                if entry not in listed:
                    listed.append(entry)
        self._lexicon = Lexicon(self._meaning, lexical.fold(text)) if self._meaning else None

    def additions(self, question: str) -> tuple[str, ...]:
        """The policy's words for what the question says otherwise, each once, in the order of the question."""
        if self._lexicon is None:
            return ()
        folded = lexical.fold(question)
        words = (word for spotted in self._lexicon.spot(folded) for entry in self._meaning[spotted.word]
                 for word in entry.policy)
        return tuple(dict.fromkeys(word for word in words if lexical.fold(word) not in folded))


def load(folder: Path, text: str = "") -> Vocabulary:
    """The vocabulary of the policy in `folder`, an empty one where it has none. A mistake in it is a PolicyError."""
    path = folder / FILE
    if not path.is_file():
        return Vocabulary(())
    return Vocabulary(typed_yaml.decode(typed_yaml.read(path) or [], tuple[Entry, ...], path), text)


def check(folder: Path, text: str) -> list[Problem]:
    """Every mistake in the vocabulary of the policy in `folder`, whose text is `text`; none without such a file."""
    problems = Problems(folder)
    try:
        entries = load(folder).entries
    except PolicyError as error:
        problems.add_error(error)
        return problems
    folded = lexical.fold(text)
    for place, entry in enumerate(entries):
        if not entry.also and not entry.en:
            problems.add(FILE, [place], "nothing else is said for these words; add `also` or `en`, or remove the entry",
                         "没有写出其他说法；请补上 also 或 en，或删去这一条")
        for number, word in enumerate(entry.policy):
            if lexical.fold(word) not in folded:
                problems.add(FILE, [place, "policy", number],
                             f"{word!r} does not stand in the policy; write its own words",
                             f"政策原文中没有“{word}”，请改用原文的写法")
        problems += _repeated(folder, place, entry)
    return problems


def _repeated(folder: Path, place: int, entry: Entry) -> list[Problem]:
    """Words that stand twice, or are empty, in one entry."""
    problems, seen = Problems(folder), set(map(lexical.fold, entry.policy))
    for key, words in (("also", entry.also), ("en", entry.en)):
        for number, word in enumerate(words):
            if not word.strip() or lexical.fold(word) in seen:
                problems.add(FILE, [place, key, number], f"{word!r} stands here already or is empty; remove it",
                             f"“{word}”重复或为空，请删去")
            seen.add(lexical.fold(word))
    return problems
