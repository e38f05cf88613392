"""Which characters a request may hold: no NUL, no other control character but tab and line ends, no half of a pair.

Databases refuse some of them, logs and terminals obey others; nobody writes them. The gate asks here, about
the address, the headers, each value of a JSON body and each field of a form; file names are cleaned where files are
stored.
"""
from __future__ import annotations

import codecs
import re
from typing import Any

from api.errors import Failure

DEEPEST = 32   # lists and objects of a JSON body within each other
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")  # U+0085 ends lines
_LINES = re.compile("[\t\n\r\x85]")
_ESCAPED = re.compile(   # the same in bytes, as they are or behind a %
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|%(?:0[0-8bcef]|1[0-9a-f]|7f)"
    rb"|(?:\xc2|%c2)(?:[\x80-\x84\x86-\x9f]|%8[0-46-9a-f]|%9[0-9a-f])"
    rb"|(?:\xed|%ed)(?:[\xa0-\xbf]|%[ab][0-9a-f])", re.IGNORECASE)
_ESCAPED_LINES = re.compile(rb"[\t\n\r]|%0[9ad]|(?:\xc2|%c2)(?:\x85|%85)", re.IGNORECASE)
_HEADER = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


def fit(text: str, *, lines: bool = True) -> bool:
    """Whether `text` may come in; without `lines` not even tabs and line ends."""
    return not _UNFIT.search(text) and (lines or not _LINES.search(text))


def check_address(path: str, raw_path: bytes, query: bytes) -> None:
    """Failure "unfit_characters" for an address that holds any, escaped or not."""
    if not fit(path, lines=False) or _ESCAPED.search(raw_path) or _ESCAPED_LINES.search(raw_path):
        raise Failure("unfit_characters", place="path")
    check_escaped(query, "query")


def check_escaped(text: bytes, place: str) -> None:
    """The same for a query or the body of a form, in which line ends may stand."""
    if _ESCAPED.search(text):
        raise Failure("unfit_characters", place=place)


def check_header(value: bytes, name: str) -> None:
    if _HEADER.search(value):
        raise Failure("unfit_characters", place=name)


def check_values(value: Any) -> None:
    """Failure "unfit_characters" or "too_deep" for what JSON gave."""
    waiting = [(value, 1)]
    while waiting:
        one, depth = waiting.pop()
        if isinstance(one, str):
            if not fit(one):
                raise Failure("unfit_characters", place="body")
        elif isinstance(one, (dict, list)):
            if depth > DEEPEST:
                raise too_deep()
            if isinstance(one, dict):
                waiting += [(key, depth) for key in one]
            waiting += [(inner, depth + 1) for inner in (one.values() if isinstance(one, dict) else one)]


def too_deep() -> Failure:
    return Failure("too_deep", most=DEEPEST)


class Parts:
    """Looks through a body of multipart/form-data as it comes: headers of parts, and fields that are no files."""

    def __init__(self, content_type: bytes) -> None:
        """Reads the parts of a form as they stream; Failure for a form that is not in UTF-8."""
        from python_multipart.multipart import MultipartParser, parse_options_header

        _, options = parse_options_header(content_type)
        if options.get(b"charset", b"utf-8").lower() not in {b"utf-8", b"utf8"}:
            raise Failure("unfit_characters", place="content-type")
        self._options = parse_options_header
        self._file = False
        self._header, self._value = b"", b""
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._parser = MultipartParser(options.get(b"boundary", b"-"), {
            "on_part_begin": self._begin, "on_header_field": self._named, "on_header_value": self._valued,
            "on_header_end": self._headed, "on_part_data": self._data, "on_part_end": self._end})

    def write(self, piece: bytes) -> None:
        """Failure "unfit_characters". What is no such body at all is for whoever reads it to say."""
        from python_multipart.exceptions import FormParserError

        try:
            self._parser.write(piece)
        except FormParserError:
            return
        except UnicodeDecodeError as error:
            raise Failure("unfit_characters", place="form") from error

    def _begin(self) -> None:
        self._file, self._header, self._value = False, b"", b""
        self._decoder.reset()

    def _named(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _valued(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _headed(self) -> None:
        check_header(self._value, "form")
        if self._header.lower() == b"content-disposition":
            self._file = b"filename" in self._options(self._value)[1]
        self._header = self._value = b""

    def _data(self, data: bytes, start: int, end: int) -> None:
        if not self._file and not fit(self._decoder.decode(data[start:end])):
            raise Failure("unfit_characters", place="form")

    def _end(self) -> None:
        if not self._file:
            self._decoder.decode(b"", final=True)
