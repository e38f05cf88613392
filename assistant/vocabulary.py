"""What people call things, as the policy folder's vocabulary.yaml lists it, and the policy's words for it.

Nothing in a question is replaced: the policy's words are looked up beside the question's own.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.spotting import Lexicon
from ingestion import lexical, typed_yaml

FILE = "vocabulary.yaml"


@dataclass(frozen=True, slots=True)
class Entry:
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
