"""Regular expressions in the interpreter's own form, tested by their beginnings and kept between runs.

To translate the word lists takes longer than to read a short document with them. A command that names a file (`use`)
finds there what an earlier run translated, and adds what it had to translate itself (`keep`). The file only saves time:
where it is missing, broken, or from another interpreter, every pattern is translated anew, and where the interpreter's
parts are not as expected here, `re.compile` is all there is.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import sys
import tempfile
from array import array
from pathlib import Path

from msgspec import DecodeError, Struct, ValidationError, msgpack

from ingestion.patterns import grams
from ingestion.patterns.beginnings import tested_first

logger = logging.getLogger(__name__)

FORMAT = 3          # of the file, and of how patterns are translated
MOST = 8_192        # patterns in one file; with more it is begun anew
WORTH_KEEPING = 16  # patterns that a run had to translate before the file is written again


class Translated(Struct, frozen=True, array_like=True):
    """A pattern after parsing: flags with those that it sets itself, code as 32-bit numbers, its groups and names, and
    the characters and pairs that a match needs (`ingestion.patterns.grams`)."""

    flags: int
    code: bytes
    groups: int
    names: dict[str, int]
    needs: tuple[str, ...] | None


class _Kept:
    def __init__(self) -> None:
        self.path: Path | None = None
        self.known: dict[str, Translated] = {}
        self.added = 0


_kept = _Kept()
_needs: dict[tuple[str, int], tuple[str, ...] | None] = {}  # by a pattern's source and flags


def pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile(source, flags)`, and sooner done with what cannot match; raises re.error as it does."""
    key = f"{int(flags)} {source}"
    found = _kept.known.get(key)
    try:
        if found is None:
            found = _translate(source, int(flags))
            if _kept.path is not None:
                _kept.known[key] = found
                _kept.added += 1
        return _made(source, found)
    except (ImportError, AttributeError, TypeError, RuntimeError, OverflowError) as error:
        logger.debug("a pattern is compiled as usual: %r", error)
        return re.compile(source, flags)


def needed(pattern: re.Pattern[str]) -> frozenset[str] | None:
    """Characters and pairs of them, case folded, one of which stands in every match; None where nothing is sure."""
    key = pattern.pattern, pattern.flags
    try:
        found = _needs[key]
    except KeyError:  # it was compiled elsewhere
        from re import _parser  # type: ignore[attr-defined]

        return grams.needed(_parser.parse(*key), pattern.flags)
    return None if found is None else frozenset(found)


def use(path: Path) -> None:
    """Read what is kept at `path`, and keep there."""
    _kept.path, _kept.known, _kept.added = path, {}, 0
    try:
        data = path.read_bytes()
        head = _head(data[_HEAD:])
        if data[:_HEAD] == head:
            _kept.known = msgpack.decode(data[_HEAD:], type=dict[str, Translated])
    except FileNotFoundError:
        pass
    except (OSError, DecodeError, ValidationError) as error:
        logger.info("the patterns kept in %s are ignored: %r", path.name, error)


def keep() -> None:
    """Write what was translated since `use`, if it is worth it; whatever hinders it is no error."""
    path, known = _kept.path, _kept.known
    if path is None or _kept.added < WORTH_KEEPING:
        return
    if len(known) > MOST:
        known = dict(list(known.items())[-_kept.added:])
    _kept.added = 0
    data = msgpack.encode(known)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(_head(data) + data)
            Path(temporary).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as error:
        logger.info("patterns are not kept: %r", error)


def _head(data: bytes) -> bytes:
    """What must stand before the data: the interpreter's whole version, ours, and a hash."""
    return hashlib.sha256(f"{FORMAT} {sys.version}".encode() + array("I").itemsize.to_bytes(1, "big") + data).digest()


_HEAD = hashlib.sha256().digest_size


def _translate(source: str, flags: int) -> Translated:
    from re import _compiler, _parser  # type: ignore[attr-defined]

    tree = _parser.parse(source, flags)
    needs = grams.needed(tree, flags | tree.state.flags)
    tested_first(tree, flags | tree.state.flags)
    code = array("I", _compiler._code(tree, flags))
    return Translated(int(flags | tree.state.flags), code.tobytes(), tree.state.groups - 1, dict(tree.state.groupdict),
                      None if needs is None else tuple(sorted(needs)))


def _made(source: str, found: Translated) -> re.Pattern[str]:
    """A pattern from what was translated before."""
    import _sre  # type: ignore[import-not-found]

    code = array("I")
    code.frombytes(found.code)
    names: list[str | None] = [None] * (found.groups + 1)
    for name, place in found.names.items():
        names[place] = name
    made: re.Pattern[str] = _sre.compile(
        source, found.flags, code.tolist(), found.groups, found.names, tuple(names))
    if len(_needs) >= MOST:
        _needs.clear()
    _needs[source, made.flags] = found.needs
    return made
