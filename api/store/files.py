"""Files by the hash of their content, in a folder or in S3: the bytes as uploaded, and what was made of them.

    content/ab/abcd…            the bytes
    made/abcd…/<name>           what was read from them; deleted with them
    kept/<name>                 what belongs to the installation, such as policies that assessments rest on
"""
from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from api.errors import Failure
from ingestion.errors import UsageError

log = logging.getLogger(__name__)
DISK_FULL = f"os error {errno.ENOSPC}"   # the store's errors say it in words only
PIECE = 1 << 20
RETRY_AFTER = 10                   # seconds after which a store that is away may be back
PATIENCE = timedelta(seconds=8)    # for it to answer at all; a request waits no longer


class Files:
    """Safe to use from several threads. What `put` has acknowledged is on disk. Failure "storage_away" where the store
    does not answer, or not as it should.
    """

    def __init__(self, url: str) -> None:
        """`url` is file://… or s3://…; UsageError for another."""
        from obstore.store import LocalStore, S3Store

        self._root: Path | None = None
        self._store: LocalStore | S3Store
        if url.startswith("file://"):
            self._root = Path(url2pathname(urlsplit(url).path))
            self._root.mkdir(parents=True, exist_ok=True)
            self._store = LocalStore(self._root)
        elif url.startswith("s3://"):
            self._store = S3Store.from_url(url, retry_config={
                "max_retries": 3, "retry_timeout": PATIENCE, "backoff": {
                    "init_backoff": timedelta(seconds=0.1), "max_backoff": timedelta(seconds=2), "base": 2}})
        else:
            raise UsageError(f"GUOHE_BLOB_URL is {url!r}; it must start with s3:// or file://.",
                             f"GUOHE_BLOB_URL 为 {url!r}；须以 s3:// 或 file:// 开头。")

    def put(self, sha256: str, stream: IO[bytes]) -> None:
        """Keep the content of `stream`, whose hash is known; nothing is written where it is kept already."""
        if not self.has(sha256):
            stream.seek(0)
            self._write(_content(sha256), stream)

    def has(self, sha256: str) -> bool:
        try:
            with _reached():
                self._store.head(_content(sha256))
        except FileNotFoundError:
            return False
        return True

    def read(self, sha256: str) -> bytes:
        """Failure "not_found" where it is not kept any more."""
        found = self._read(_content(sha256))
        if found is None:
            raise Failure("not_found")
        return found

    def put_made(self, sha256: str, name: str, data: bytes) -> None:
        self._write(f"made/{sha256}/{name}", data)

    def made(self, sha256: str, name: str) -> bytes | None:
        return self._read(f"made/{sha256}/{name}")

    def delete(self, sha256: str) -> None:
        """The content and what was made of it; no error where nothing is kept."""
        for path in (*self.listed(f"made/{sha256}/"), _content(sha256)):
            self.remove_raw(path)
        if self._root is not None:
            with contextlib.suppress(OSError):
                (self._root / "made" / sha256).rmdir()

    def drop(self, sha256: str) -> None:
        """The content alone; what was made of it says why."""
        self.remove_raw(_content(sha256))

    def listed(self, prefix: str) -> list[str]:
        """Every path below a prefix, such as "kept/"."""
        with _reached():
            return [str(entry["path"]) for batch in self._store.list(prefix) for entry in batch]

    def raw(self, path: str) -> bytes:
        """What stands at a path of `listed`. Failure "not_found"."""
        found = self._read(path)
        if found is None:
            raise Failure("not_found")
        return found

    def put_raw(self, path: str, data: bytes) -> None:
        self._write(path, data)

    def remove_raw(self, path: str) -> None:
        with contextlib.suppress(FileNotFoundError), _reached():
            self._store.delete(path)

    def all(self) -> Iterator[str]:
        """The hashes of everything that is kept, or of which something made is."""
        for prefix in ("content/", "made/"):
            for path in self.listed(prefix):
                parts = path.split("/")
                yield parts[2] if prefix == "content/" else parts[1]

    def keep(self, name: str, data: bytes) -> None:
        self._write(f"kept/{name}", data)

    def kept(self, name: str) -> bytes | None:
        return self._read(f"kept/{name}")

    def healthy(self) -> bool:
        """Whether it can be written to."""
        try:
            self._write("kept/.probe", b"1")
        except Exception:  # noqa: BLE001 - any reason is one
            return False
        return True

    def _read(self, path: str) -> bytes | None:
        try:
            with _reached():
                return self._store.get(path).bytes().to_bytes()
        except FileNotFoundError:
            return None

    def _write(self, path: str, data: IO[bytes] | bytes) -> None:
        with _reached():
            self._store.put(path, data)
        if self._root is not None:
            _sync(self._root / path)
            _sync((self._root / path).parent)


@contextlib.contextmanager
def _reached() -> Iterator[None]:
    """What the store's library raises, as our own; a full disk stays what it is."""
    from obstore.exceptions import BaseError, NotFoundError

    try:
        yield
    except NotFoundError as error:
        raise FileNotFoundError(str(error)) from error
    except BaseError as error:
        if DISK_FULL in str(error):
            raise
        log.warning("the store of files: %s: %.300s", type(error).__name__, error)
        raise Failure("storage_away", retry_after=RETRY_AFTER) from error


def spooled(stream: Any, most: int) -> tuple[IO[bytes], str, int]:
    """A copy of `stream` that can be read again (on disk where it is large), its hash and its size.

    Failure "too_large" beyond `most` bytes; it is read in pieces and never whole.
    """
    copy: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=PIECE)  # noqa: SIM115 - the caller closes it
    digest, size = hashlib.sha256(), 0
    while piece := stream.read(PIECE):
        size += len(piece)
        if size > most:
            copy.close()
            raise Failure("too_large", most=f"{most / 1_000_000:g}")
        digest.update(piece)
        copy.write(piece)
    copy.seek(0)
    return copy, digest.hexdigest(), size


def _content(sha256: str) -> str:
    return f"content/{sha256[:2]}/{sha256}"


def _sync(path: Path) -> None:
    """Make it last a loss of power; folders cannot be synced on Windows."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
