"""The report's and the terminal's own words in one language, as data; the checker's are in `assistant.wording.phrases`.
"""
from __future__ import annotations

from pathlib import Path
from typing import Any

from assistant.wording.texts import load

LANGUAGES = Path(__file__).parent / "language"


class Wording:
    """The words of one language, "zh" or "en". Cheap to make: the texts are read once."""

    def __init__(self, language: str = "zh") -> None:
        self.language = language
        self._texts = load(LANGUAGES / f"{language}.yaml")

    def __call__(self, path: str, /, **values: object) -> str:
        """The text at a dotted path, such as `wording("columns.item")`, with its {places} filled."""
        found = str(self._at(path))
        return found.format(**values) if values else found

    def lines(self, path: str) -> tuple[str, ...]:
        return tuple(str(line) for line in self._at(path))

    def _at(self, path: str) -> Any:
        found: Any = self._texts
        for name in path.split("."):
            found = found[name]
        return found
