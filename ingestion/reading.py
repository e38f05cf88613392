"""From paths to documents: folders read whole, zips opened, everything in an order that depends on names alone.

Nothing is dropped silently. A file that cannot be read is a document without text whose one notice says why; the only
files that are passed over without a word are those that systems leave behind (`.DS_Store`, `~$…`, `__MACOSX`).
"""
from __future__ import annotations

import contextlib
import hashlib
import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from ingestion import parsing
from ingestion.domain import Document, Notice
from ingestion.errors import PathError, UnreadableError
from ingestion.parsing import archive
from ingestion.parsing.notices import unreadable
from ingestion.parsing.sandbox import wall

MOST_BYTES = 200_000_000  # of one file
ZIP_STARTS = frozenset({b"PK\x03\x04", b"PK\x05\x06"})
UNREAD = "unread"         # kind of a document that gave no text
Progress = Callable[[int, int, str], None]


class Source(Struct, frozen=True):
    """One file to read: on disk at `path`, or `content`, already taken out of a zip; `error` says why neither."""

    name: str
    path: Path | None = None
    content: bytes | None = None
    error: UnreadableError | None = None

    def read(self) -> bytes:
        """The bytes of the file; an error that says why there are none."""
        if self.error is not None:
            raise self.error
        if self.content is not None:
            return self.content
        if self.path is None:
            raise unreadable("unreadable", detail="no path")
        try:
            size = self.path.stat().st_size
            if size > MOST_BYTES:
                raise unreadable("too_large", detail=f"{size // 1_000_000} MB > {MOST_BYTES // 1_000_000} MB")
            return self.path.read_bytes()
        except OSError as error:
            raise unreadable("unreadable", detail=error.strerror or str(error)) from error


def collect(paths: Sequence[Path]) -> list[Source]:
    """The files below `paths`, sorted by name. PathError where a path is missing or holds no file."""
    if not paths:
        raise PathError("No path was given. Give a file or a folder with the application's documents.",
                        "没有给出路径；请给出申报材料的文件或文件夹")
    files: dict[Path, tuple[str, str]] = {}  # file to its name, and the name of the folder that tells it from another
    for path in paths:
        for file in _below(path):
            name = file.relative_to(path).as_posix() if path.is_dir() else file.name
            folder = path.resolve().name if path.is_dir() else file.resolve().parent.name
            files.setdefault(file.resolve(), (name, folder))
    named: dict[str, Path] = {}
    shared = Counter(name for name, _ in files.values())
    for file, (name, folder) in sorted(files.items()):
        full = clean = _printable(name if shared[name] == 1 else f"{folder}/{name}")
        count = 1
        while full in named:
            count += 1
            full = f"{clean} ({count})"
        named[full] = file
    return sorted((source for name, file in named.items() for source in _opened(Source(name, file))),
                  key=lambda source: source.name)


def read_all(paths: Sequence[Path], progress: Progress | None = None) -> list[Document]:
    """Every file below `paths` as a document, in the order of their names.

    `progress(done, total, name)` is called before each file with its name, with "name page/pages" while a long one is
    read, and once more at the end with "". A file with the same bytes as one before it is not read again: it is a
    document without text that names the other.
    """
    sources = collect(paths)
    documents: list[Document] = []
    first: dict[str, str] = {}
    for done, source in enumerate(sources):
        if progress:
            progress(done, len(sources), source.name)
        documents.append(_read(source, first, _pages(progress, done, len(sources), source.name)))
    if progress:
        progress(len(sources), len(sources), "")
    return documents


def _pages(progress: Progress | None, done: int, total: int, name: str) -> parsing.Progress | None:
    """What tells of the pages of one file."""
    if progress is None:
        return None

    def tell(page: int, pages: int, _recognising: bool = True, /) -> None:
        if page:
            progress(done, total, f"{name} {page}/{pages}")

    return tell


def _read(source: Source, first: dict[str, str], progress: parsing.Progress | None) -> Document:
    """One file as a document; what cannot be read, or was read before under another name, has its notice."""
    digest = ""
    try:
        data = source.read()
        digest = hashlib.sha256(data).hexdigest()
        if digest in first and data:
            raise unreadable("duplicate_file", detail=first[digest])
        first[digest] = source.name
        return wall.read(data, source.name, progress)
    except UnreadableError as error:
        return Document(source.name, digest or _digest(source.path), UNREAD, "",
                        notices=(Notice(error.code, error.chinese, str(error)),))


def _digest(path: Path | None) -> str:
    """The hash of a file that is not taken into memory; "" where it cannot be opened."""
    if path is not None:
        with contextlib.suppress(OSError), path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    return ""


def _below(path: Path) -> list[Path]:
    """The file itself, or every file below a folder but litter."""
    try:
        if path.is_file():
            return [path]
        found = [Path(folder, file) for folder, _, names in os.walk(path) for file in names] if path.is_dir() else None
    except OSError as error:
        raise PathError(f"{str(path)!r} cannot be opened: {error.strerror}. Check its permissions.",
                        f"无法打开 {str(path)!r}（{error.strerror}）；请检查权限") from error
    if found is None:
        raise PathError(f"{str(path)!r} does not exist. Check the path.", f"{str(path)!r} 不存在；请检查路径")
    kept = [file for file in found if file.is_file() and not archive.is_litter(file.relative_to(path).as_posix())]
    if not kept:
        raise PathError(f"{str(path)!r} holds no file. Give a file or a folder with the application's documents.",
                        f"文件夹 {str(path)!r} 中没有文件；请给出申报材料的文件或文件夹")
    return kept


def _opened(source: Source) -> list[Source]:
    """The members of a zip of documents; anything else as it is."""
    extension = parsing.suffix(source.name)
    if extension in parsing.SUFFIXES - parsing.ARCHIVES:
        return [source]
    try:
        with source.path.open("rb") if source.path else contextlib.nullcontext() as stream:
            if stream is None or stream.read(4) not in ZIP_STARTS:
                return [source]
        data = source.read()
        if parsing.kind(data, source.name) != "zip":
            return [source]
        members = archive.members(data)
        if not members:
            raise unreadable("empty_archive")
    except UnreadableError as error:
        return [Source(source.name, source.path, error=error)]
    except OSError:
        return [source]  # named when it is read
    return [Source(f"{source.name}/{_printable(name)}", content=content) for name, content in members]


def _printable(name: str) -> str:
    """A name that can be written everywhere: composed characters, no bytes that no encoding explains."""
    return unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
