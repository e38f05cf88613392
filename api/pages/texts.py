"""The pages' own words in one language, as data; what a report says too is in assistant.report.words."""
from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from assistant.wording.texts import load

FOLDER = Path(__file__).parent.parent / "language"


class Words:
    """`words("case.result")` is the text at a dotted path, with its {places} filled."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = texts(language)

    def __call__(self, path: str, /, **values: object) -> str:
        found: Any = self._texts
        for name in path.split("."):
            found = found[name]
        return str(found).format(**values) if values else str(found)

    def lines(self, path: str) -> tuple[str, ...]:
        found: Any = self._texts
        for name in path.split("."):
            found = found[name]
        return tuple(str(line) for line in found)

    def label(self, path: str) -> str:
        """The text at a path whose last part comes from elsewhere; that part itself where nobody gave it words."""
        try:
            return self(path)
        except (KeyError, TypeError):
            return path.rpartition(".")[2]

    def pick(self, chinese: str, english: str) -> str:
        return (english or chinese) if self.language == "en" else chinese

    def for_scripts(self) -> str:
        """The texts that scripts say, as JSON."""
        return json.dumps(self._texts["script"], ensure_ascii=False, separators=(",", ":"))


def texts(language: str) -> dict[str, Any]:
    """All files of pages' words, `pages_<language>.yaml` and `<area>_pages_<language>.yaml`, in one."""
    joined: dict[str, Any] = {}
    for path in sorted(FOLDER.glob(f"*pages_{language}.yaml")):
        for name, value in load(path).items():
            if name in joined:
                raise ValueError(f"{path.name} says {name!r} again; each group of texts stands in one file")
            joined[name] = value
    return joined


@cache
def words(language: str) -> Words:
    return Words(language)
