"""Every error that a user can meet.

    GuoheError
    ├── UsageError            the arguments or the input are unusable: exit status 2, HTTP 400
    │   ├── PathError         a path is missing or holds nothing that is read
    │   └── DateError         a date that is not one
    ├── PolicyError           a policy folder with a mistake: file, line and mend
    ├── ExtractionError       the facts of documents could not be read together
    └── UnreadableError       one file could not be read; the others go on and the file is named

A message says what is wrong, with the value, why, and what to do, in one line.
"""
from __future__ import annotations


class GuoheError(Exception):
    """`str(error)` is the English line; `chinese` is the Chinese one."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.chinese = chinese


class UsageError(GuoheError):
    pass


class PathError(UsageError):
    pass


class DateError(UsageError):
    pass


class PolicyError(UsageError):
    """`file` and `line` (from 1) say where; the message holds the mend."""

    def __init__(self, english: str, chinese: str, file: str = "", line: int = 0) -> None:
        super().__init__(english, chinese)
        self.file = file
        self.line = line


class UnreadableError(GuoheError):
    """`code` becomes the notice's code, such as "encrypted" or "corrupt"."""

    def __init__(self, code: str, english: str, chinese: str) -> None:
        super().__init__(english, chinese)
        self.code = code


class ExtractionError(GuoheError):
    """`code` is that of a notice, such as "facts_too_long"."""

    def __init__(self, code: str, english: str, chinese: str) -> None:
        super().__init__(english, chinese)
        self.code = code
