"""What a command says to the person at the terminal, apart from its result: notes, progress, errors."""
from __future__ import annotations

import shutil
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from assistant.wording.texts import load
from ingestion.errors import GuoheError

LANGUAGES = ("zh", "en")
LONG_WORK_SECONDS = 3.0  # work that takes longer reports its progress even when nobody watches a terminal
REPORT_EVERY_SECONDS = 10.0


def texts(language: str) -> dict[str, Any]:
    """The command line's own words."""
    return load(Path(__file__).parent.parent / "language" / f"{language}.yaml")


@dataclass(slots=True)
class Console:
    """One run's way to speak: results go to standard output elsewhere, everything here goes to standard error."""

    language: str
    quiet: bool = False
    started: float = field(default_factory=time.monotonic)
    _shown: float = 0.0
    _width: int = 0

    def text(self, key: str, /, **values: object) -> str:
        words: str = texts(self.language)["messages"][key]
        return words.format(**values)

    def pick(self, chinese: str, english: str) -> str:
        return english if self.language == "en" else chinese

    def note(self, line: str) -> None:
        """Something the user should know beside the result; silent under --quiet."""
        if not self.quiet:
            self._line(line)

    def warn(self, line: str) -> None:
        """Something that went wrong with a part of the work; also under --quiet."""
        self._line(line)

    def fail(self, error: GuoheError) -> None:
        self.warn(error_line(error, self.language))

    def progress(self, done: int, total: int, name: str = "") -> None:
        """A counter that overwrites itself on a terminal; elsewhere a line now and then, and only for long work."""
        if self.quiet:
            return
        stream, now = sys.stderr, time.monotonic()
        line = self.text("progress", done=done, total=total, name=one_line(name)).rstrip()
        if stream.isatty():
            from api.terminal.layout import cut, width

            line = cut(line, shutil.get_terminal_size().columns - 1)
            self._put(stream, "\r" + line + " " * max(0, self._width - width(line)))
            self._width = width(line)
            if done >= total:
                self.clear()
        elif now - self.started > LONG_WORK_SECONDS and now - self._shown > REPORT_EVERY_SECONDS:
            self._shown = now
            self._put(stream, line + "\n")

    def clear(self) -> None:
        if self._width:
            self._put(sys.stderr, "\r" + " " * self._width + "\r")
            self._width = 0

    def _line(self, line: str) -> None:
        self.clear()
        self._put(sys.stderr, f"guohe: {one_line(line)}\n")

    @staticmethod
    def _put(stream: TextIO, text: str) -> None:
        encoding = stream.encoding or "utf-8"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()


def error_line(error: GuoheError, language: str) -> str:
    """One line, with the place in the policy folder where there is one."""
    line = str(error) if language == "en" else error.chinese
    file, number = getattr(error, "file", ""), getattr(error, "line", 0)
    if file and file not in line:
        line = f"{file}:{number}: {line}" if number else f"{file}: {line}"
    return one_line(line)


def one_line(text: str) -> str:
    """Nothing that moves the cursor or starts a new line: names and quotes come from strangers."""
    return "".join(character if character.isprintable() else " " for character in text).strip()
