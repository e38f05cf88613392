"""The words of answers in one language, as data, and how a citation stands in an answer."""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from assistant.wording.texts import load
from ingestion.domain import Citation
from ingestion.policies import articles

_LANGUAGE = Path(__file__).parent.parent / "language"
_BLANK_LINES = re.compile(r"\n\s*")


class Say:
    """The words of "zh" or "en". Cheap to make: the texts are read once."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts: Mapping[str, Any] = load(_LANGUAGE / f"answers_{language}.yaml")

    def __call__(self, name: str, /, **values: object) -> str:
        """The text at a dotted name with its {places} filled."""
        found: Any = self._texts
        for key in name.split("."):
            found = found[key]
        return str(found).format(**values) if values else str(found)

    def pick(self, chinese: str, english: str) -> str:
        return (english or chinese) if self.language == "en" else chinese

    def joined(self, words: Iterable[str]) -> str:
        return str(self._texts["list"]).join(words)

    def clauses(self, words: Iterable[str]) -> str:
        return str(self._texts["clauses"]).join(words)

    def refs(self, refs: Iterable[str]) -> list[str]:
        """References as the language writes them."""
        return [articles.in_english(ref) if self.language == "en" else ref for ref in refs]


def quoted(citation: Citation, say: Say) -> str:
    """A citation as a line of an answer, word for word."""
    if citation.ref:
        quote = _BLANK_LINES.sub("\n", citation.quote)
        return say("quote", ref=say.refs([citation.ref])[0], chinese=citation.ref, quote=quote)
    if citation.page is not None:
        return say("quote_page", document=citation.document, page=citation.page, quote=citation.quote)
    return say("quote_document", document=citation.document, quote=citation.quote)
