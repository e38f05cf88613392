"""Files the command line writes: checked before the work begins, replaced whole or not at all."""
from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ingestion.errors import PathError, UsageError

STANDARD_OUTPUT = "-"
REPORT_SUFFIXES = (".docx", ".pdf")


def json_bytes(value: object, *, indent: int | None = 2) -> bytes:
    """UTF-8 with the characters as they are and a line end. A lone surrogate (from an odd file name) is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def write_json(value: object, target: str) -> None:
    write(json_bytes(value), target)


def write_json_lines(values: Sequence[object], target: str) -> None:
    write(b"".join(json_bytes(value, indent=None) for value in values), target)


def write(content: bytes, target: str) -> None:
    """To standard output for "-", else to a temporary file beside `target` that then takes its name."""
    if target == STANDARD_OUTPUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    path = Path(target)
    try:
        _replace(path, content)
    except OSError as error:
        raise _unwritable(path, error) from error


def check_target(target: str | None, inputs: Sequence[Path] = ()) -> None:
    """Refuse, before any work, a file that cannot be written, is an input, or would be read as one the next time."""
    if target is None or target == STANDARD_OUTPUT:
        return
    path = Path(target)
    if path.is_dir():
        raise PathError(f"{target!r} is a folder; name a file in it, such as {str(path / 'result')!r}.",
                        f"{target!r} 是文件夹；请写出其中的文件名，例如 {str(path / 'result')!r}。")
    check_folder(path.parent)
    resolved = path.resolve()
    for given in inputs:
        if resolved == given.resolve():
            raise UsageError(f"{target!r} is one of the documents to read; write the result to another file.",
                             f"{target!r} 是待审材料之一；请把结果写到别的文件。")
        if path.suffix.lower() in REPORT_SUFFIXES and given.is_dir() and given.resolve() in resolved.parents:
            raise UsageError(
                f"{target!r} lies in the folder {str(given)!r} and would be read as evidence the next time; "
                "write the report somewhere else.",
                f"{target!r} 位于材料文件夹 {str(given)!r} 之内，下次会被当作申报材料读入；请写到别处。")


def check_report(target: str) -> None:
    """Refuse a report whose name says neither docx nor pdf."""
    if Path(target).suffix.lower() not in REPORT_SUFFIXES:
        raise UsageError(f"the report {target!r} must end in .docx or .pdf.",
                         f"审查表文件名 {target!r} 须以 .docx 或 .pdf 结尾。")


def check_folder(folder: Path, *, create: bool = False) -> None:
    """Refuse a folder that is missing (unless it may be made) or cannot be written to."""
    if create:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(folder, error) from error
    if not folder.is_dir():
        raise PathError(f"the folder {str(folder)!r} for the result does not exist; make it first.",
                        f"结果所在文件夹 {str(folder)!r} 不存在；请先建立。")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PathError(f"the folder {str(folder)!r} cannot be written to; choose another one.",
                        f"文件夹 {str(folder)!r} 不可写；请换一个位置。")


def _replace(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all, with the permissions of the one before."""
    path = path.resolve()
    if path.exists() and not path.is_file():  # a device or a pipe is written to, never replaced
        path.write_bytes(content)
        return
    handle, name = tempfile.mkstemp(prefix=".guohe-", suffix=".part", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _unwritable(path: Path, error: OSError) -> PathError:
    reason = error.strerror or type(error).__name__
    return PathError(f"{str(path)!r} cannot be written ({reason}); choose another place or free some room.",
                     f"{str(path)!r} 无法写入（{reason}）；请换一个位置或腾出空间。")
