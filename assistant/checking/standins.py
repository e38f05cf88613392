"""What stands in for names and words of documents in what a language model gets: 附件1, 引文1.

A name (of a file, a sheet, an author) and a quotation are the documents' own and may say anything, also what to answer.
A model sees their number only; code puts them back behind the check, so neither is a source of words or figures.
"""
from __future__ import annotations

import re
from collections.abc import Collection, Sequence

_QUOTED = re.compile(r"([“「『\"])([^“”「」『』\"]+)([”」』\"])")
_LONG = 12        # characters of a line that are not taken for a document's words by chance
_SHORTEST = 6     # characters of a document's words that are told apart from a line's own
_WORDS = {"zh": ("附件", "引文", "名称"), "en": ("Attachment ", "Quotation ", "Name ")}
_PIECE = re.compile(r"[^，。；：（）“”「」『』\"()\n]+")
_COUNTED = re.compile(r"\s*\d+\.\s+")


class StandIns:
    """One for everything that is sent together. `names` are the documents', in their order; `others` are further names
    of the documents', such as the applicant's; `texts` are what stands in the documents; `own` are texts of the policy,
    whose words may be quoted to a model."""

    def __init__(self, names: Sequence[str], own: Collection[str] = (), language: str = "zh", *,
                 others: Sequence[str] = (), texts: Sequence[str] = ()) -> None:
        """`names` are documents and `others` bodies that the model must not see; `own` stay as they are."""
        document, self._quotation, other = _WORDS[language]
        self._names = {name: f"{other}{number}" for number, name in enumerate(filter(None, others), 1)}
        self._names |= {name: f"{document}{number}" for number, name in enumerate(names, 1)}
        self._own = tuple(own)
        self._texts = texts
        self._quotes: dict[str, str] = {}
        self._back = re.compile(rf"(?:{document}|{self._quotation}|{other})\d+(?!\d)", re.IGNORECASE)
        self._flat: list[str] | None = None
        longest = sorted(filter(None, self._names), key=len, reverse=True)
        self._found = re.compile("|".join(map(re.escape, longest)) or "(?!)")

    def name(self, document: str) -> str:
        """What a document is called."""
        return self._names.get(document, document)

    def hide(self, text: str, quotes: Sequence[str] = ()) -> str:
        """The text with the numbers of documents for their names, and of quotations for what is quoted that is not the
        policy's; `quotes` are words of documents that may also stand in it without marks, on one line."""
        for quote in sorted({" ".join(one.split()) for one in quotes}, key=len, reverse=True):
            if len(quote) >= _SHORTEST and quote in text and not self._is_own(quote):
                text = text.replace(quote, self.quotation(quote))
        return _PIECE.sub(self._piece, _QUOTED.sub(self._number, self.hide_names(text)))

    def quotation(self, quote: str) -> str:
        """The number of words of a document."""
        quote = " ".join(quote.split())
        return self._quotes.setdefault(quote, f"{self._quotation}{len(self._quotes) + 1}")

    def hide_names(self, text: str) -> str:
        return self._found.sub(lambda match: self._names[match.group()], text)

    def numbered(self, text: str) -> str:
        """What a model wrote, with the number of a quotation for words in quotation marks that it copied from one."""
        return _QUOTED.sub(self._known, text)

    def _known(self, match: re.Match[str]) -> str:
        words = " ".join(match[2].split())
        holding = [quote for quote in self._quotes if words in quote] if len(words) >= _SHORTEST else []
        if not holding or self._is_own(match[2]):
            return match.group()
        return f"{match[1]}{self._quotes[min(holding, key=len)]}{match[3]}"

    def restore(self, text: str) -> str:
        """What a model wrote, with names and quotations back."""
        originals = {stand.lower(): original for original, stand in (*self._names.items(), *self._quotes.items())}
        return self._back.sub(lambda match: originals.get(match.group().lower(), match.group()), text)

    def _number(self, match: re.Match[str]) -> str:
        if self._is_own(match[2]) or self._back.fullmatch(match[2]):
            return match.group()
        return f"{match[1]}{self.quotation(match[2])}{match[3]}"

    def _piece(self, match: re.Match[str]) -> str:
        """A piece of a line that stands in a document just so, though nobody said that it is quoted, as a quotation."""
        piece = match.group()
        counted = _COUNTED.match(piece)
        words = piece[counted.end():].strip() if counted else piece.strip()
        if len(words) < _LONG or self._back.search(words) or self._is_own(words) or not self._in_documents(words):
            return piece
        return piece.replace(words, self.quotation(words))

    def _in_documents(self, words: str) -> bool:
        if self._flat is None:
            self._flat = [" ".join(one.split()) for one in self._texts]
        return any(words in one for one in self._flat)

    def _is_own(self, quote: str) -> bool:
        return any(quote in one for one in self._own)
