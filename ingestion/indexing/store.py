"""Vectors, kept in one SQLite file: what the indexes are rebuilt from.

Vectors are keyed by model and by the SHA-256 of the embedded text, so that nothing is embedded twice and a new model or
version embeds everything anew. A file that is no database any more is set aside and begun again: all can be remade.
The journal is the rollback journal: SQLite before 3.51.3 can lose commits in WAL mode with several connections.
"""
from __future__ import annotations

import hashlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

log = logging.getLogger(__name__)

MEMORY: Final = Path(":memory:")
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS vectors (
    model TEXT NOT NULL, digest BLOB NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (model, digest)) WITHOUT ROWID;
"""
_BUSY_MILLISECONDS: Final = 10_000
_AT_ONCE: Final = 500  # parameters of one statement
Result = TypeVar("Result")


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


class VectorStore(Protocol):
    """What embedding and indexing need; the web application's relational store offers the same."""

    def vectors(self, model: str, digests: Sequence[bytes]) -> dict[bytes, Vector]:
        """The known vectors among those asked for."""

    def add_vectors(self, model: str, vectors: Mapping[bytes, Vector]) -> None: ...


class SqliteStore:
    """A `VectorStore` in one file (or in memory: `MEMORY`); safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._connection = self._open()

    def vectors(self, model: str, digests: Sequence[bytes]) -> dict[bytes, Vector]:
        """The vectors that are known, by digest."""
        import numpy as np

        def read(connection: sqlite3.Connection) -> dict[bytes, Vector]:
            found: dict[bytes, Vector] = {}
            for start in range(0, len(digests), _AT_ONCE):
                some = digests[start:start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                rows = connection.execute(f"SELECT digest, vector FROM vectors WHERE model = ? AND digest IN ({marks})",  # noqa: S608
                                          (model, *some))
                found.update((key, np.frombuffer(vector, "<f4").astype(np.float32)) for key, vector in rows)
            return found

        return self._run(read)

    def add_vectors(self, model: str, vectors: Mapping[bytes, Vector]) -> None:
        rows = [(model, key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
        self._run(lambda connection: connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows))

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """`work` in one transaction; once more on a fresh file where the old one turns out to be broken."""
        with self._lock:
            try:
                with _transaction(self._connection):
                    return work(self._connection)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError as error:
                log.warning("the store of vectors %s is broken (%s); it is begun again", self._path.name, error)
                self._connection.close()
                _set_aside(self._path)
                self._connection = self._open()
                with _transaction(self._connection):
                    return work(self._connection)

    def _open(self) -> sqlite3.Connection:
        """The file opened; in memory where that cannot be, begun again where it is broken."""
        if self._path == MEMORY:
            return _connect(self._path)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return _connect(self._path)
        except sqlite3.OperationalError as error:
            log.warning("%s cannot be opened (%s); vectors are kept in memory only", self._path, error)
        except OSError as error:
            log.warning("%s cannot be made (%s); vectors are kept in memory only", self._path.parent, error.strerror)
        except sqlite3.DatabaseError as error:
            log.warning("%s is broken (%s); it is begun again", self._path.name, error)
            _set_aside(self._path)
            return _connect(self._path)
        return _connect(MEMORY)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    with connection:
        yield


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_MILLISECONDS / 1000, check_same_thread=False)
    try:
        connection.executescript(_SCHEMA)
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _set_aside(path: Path) -> None:
    for suffix in ("", "-journal"):
        broken = path.with_name(path.name + suffix)
        if broken.exists():
            broken.replace(path.with_name(path.name + suffix + ".broken"))
