"""What stands in for names and words of documents in what a language model gets: 附件1, 引文1.

A name (of a file, a sheet, an author) and a quotation are the documents' own and may say anything, also what to answer.
A model sees their number only; code puts them back behind the check, so neither is a source of words or figures.
"""
from __future__ import annotations

import re
from collections.abc import Collection, Sequence

_QUOTED = re.compile(r"([“「『\"])([^“”「」『』\"]+)([”」』\"])")
_WORDS = {"zh": ("附件", "引文"), "en": ("Attachment ", "Quotation ")}


class StandIns:
    """One for everything that is sent together. `names` are the documents', in their order; `own` are texts of the
    policy, whose words may be quoted to a model."""

    def __init__(self, names: Sequence[str], own: Collection[str] = (), language: str = "zh") -> None:
        document, self._quotation = _WORDS[language]
        self._names = {name: f"{document}{number}" for number, name in enumerate(names, 1)}
        self._own = tuple(own)
        self._quotes: dict[str, str] = {}
        self._back = re.compile(rf"(?:{document}|{self._quotation})\d+(?!\d)", re.IGNORECASE)
        longest = sorted(filter(None, self._names), key=len, reverse=True)
        self._found = re.compile("|".join(map(re.escape, longest)) or "(?!)")

    def name(self, document: str) -> str:
        """What a document is called."""
        return self._names.get(document, document)

    def hide(self, text: str) -> str:
        """The text with the numbers of documents for their names, and of quotations that are not the policy's."""
        return _QUOTED.sub(self._number, self._found.sub(lambda match: self._names[match.group()], text))

    def hide_names(self, text: str) -> str:
        return self._found.sub(lambda match: self._names[match.group()], text)

    def restore(self, text: str) -> str:
        """What a model wrote, with names and quotations back."""
        originals = {stand.lower(): original for original, stand in (*self._names.items(), *self._quotes.items())}
        return self._back.sub(lambda match: originals.get(match.group().lower(), match.group()), text)

    def _number(self, match: re.Match[str]) -> str:
        quote = match[2]
        if any(quote in one for one in self._own) or self._back.fullmatch(quote):
            return match.group()
        stand = self._quotes.setdefault(quote, f"{self._quotation}{len(self._quotes) + 1}")
        return f"{match[1]}{stand}{match[3]}"
