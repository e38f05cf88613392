"""Where vectors are searched: by brute force in memory, in an embedded Chroma, or in a Chroma server; one interface.

An index is a cache of what the store holds. Each collection carries a stamp of its ids, vectors and model; one that is
missing, broken, of another stamp or of the wrong size is made again, without embedding anything. One process owns an
embedded Chroma's folder. The command line searches by brute force, which is exact, needs no import of seconds and takes
10 ms for 60,000 passages; the server process uses Chroma.
"""
from __future__ import annotations

import hashlib
import logging
import shutil
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

log = logging.getLogger(__name__)

RETRY: Final = 30.0         # seconds after which a Chroma that could not be used is tried again
_BATCH: Final = 2000        # Chroma takes 5,461 at most
_CURRENT: Final = "current"  # names the folder in use: a broken one is left behind, not mended
_ROUNDING: Final = 1e-3     # between a vector and what Chroma gives back


class VectorIndex(Protocol):
    """The vectors of one collection. Similarity is the cosine, 1 for the same direction."""

    def search(self, vector: Floats, count: int) -> list[tuple[str, float]]:
        """The ids of the `count` most similar vectors, the most similar first."""


class VectorIndexes(Protocol):
    """All collections of one deployment."""

    def open(self, collection: str, model: str, ids: Sequence[str], vectors: Floats) -> VectorIndex:
        """The collection's index, made (again) where it does not hold exactly these ids and vectors of this model."""


class FlatIndex:
    """Every vector compared, by one product. Exact."""

    def __init__(self, ids: Sequence[str], vectors: Floats) -> None:
        self._ids, self._vectors = tuple(ids), vectors

    def search(self, vector: Floats, count: int) -> list[tuple[str, float]]:
        from ingestion.indexing.lexical import best

        return [(self._ids[place], score) for place, score in best(cosines(self._vectors, vector), count)]


class FlatIndexes:
    """Keeps nothing: what is opened is searched where it lies."""

    def open(self, collection: str, model: str, ids: Sequence[str], vectors: Floats) -> VectorIndex:  # noqa: ARG002
        return FlatIndex(ids, vectors)


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """Where a Chroma server listens. It has no authentication of its own: a private address only."""

    host: str
    port: int = 8000
    ssl: bool = False


class ChromaIndexes:
    """Collections in a folder of this process's own, or on a server. Opening the folder costs seconds, once."""

    def __init__(self, place: Path | ChromaServer, retry: float = RETRY) -> None:
        self._place, self.retry = place, retry
        self._lock = threading.RLock()
        self._client: ClientAPI | None = None

    def open(self, collection: str, model: str, ids: Sequence[str], vectors: Floats) -> VectorIndex:
        """The index in Chroma; by brute force, with a warning, as long as Chroma cannot be used."""
        stamp, name = _stamp(model, ids, vectors), collection_name(collection)
        held = self.collection(name, stamp, ids, vectors)
        return _ChromaIndex(self, name, stamp, ids, vectors, held)

    def collection(self, name: str, stamp: str, ids: Sequence[str], vectors: Floats) -> Collection | None:
        """The collection with exactly these vectors, made (again) if need be; None where Chroma cannot be used."""
        with self._lock:
            for following in ("it is made again", "vectors are compared one by one"):
                try:
                    return self._current(name, stamp, ids, vectors)
                except BaseException as error:  # a panic in Chroma's Rust half is no Exception
                    if isinstance(error, KeyboardInterrupt | SystemExit):
                        raise
                    log.warning("the vector index fails (%s: %.200s); %s", type(error).__name__, error, following)
                    self._begin_again()
        return None

    def close(self) -> None:
        with self._lock:
            self._client = None

    def _current(self, name: str, stamp: str, ids: Sequence[str], vectors: Floats) -> Collection:
        client = self._connected()
        known = _known(client, name)
        if known is not None:
            if _sound(known, stamp, ids, vectors):
                return known
            log.warning("the vector index %s is missing something or of another version; it is made again", name)
        return _fill(client, name, stamp, ids, vectors)

    def _connected(self) -> ClientAPI:
        if self._client is None:
            self._client = _connect(self._place)
        return self._client

    def _begin_again(self) -> None:
        """A fresh folder: the old one may hold files that no call survives."""
        self._client = None
        if isinstance(self._place, Path):
            old = self._place / _read_current(self._place)
            try:
                _write_current(self._place, f"v{uuid.uuid4().hex[:12]}")
            except OSError as error:
                log.warning("the vector index cannot be kept in %s (%s)", self._place, error.strerror)
            shutil.rmtree(old, ignore_errors=True)


class _ChromaIndex:
    """Answers also while Chroma does not: from the vectors it was opened with. Out of them the collection is remade,
    at once, and again every `retry` seconds in which it is asked while that does not succeed."""

    def __init__(self, owner: ChromaIndexes, name: str, stamp: str, ids: Sequence[str], vectors: Floats,
                 collection: Collection | None) -> None:
        self._owner, self._name, self._stamp, self._ids, self._vectors = owner, name, stamp, ids, vectors
        self._collection: Collection | None = collection
        self._flat = FlatIndex(ids, vectors)
        self._next = time.monotonic() + owner.retry     # when a missing collection is tried again
        self._mending = threading.Lock()

    def search(self, vector: Floats, count: int) -> list[tuple[str, float]]:
        """The nearest, from Chroma; by brute force while it fails, and it is made again meanwhile."""
        collection, count = self._collection, min(count, len(self._ids))
        if collection is not None and count > 0:
            try:
                return _query(collection, vector, count)
            except BaseException as error:  # as above
                if isinstance(error, KeyboardInterrupt | SystemExit):
                    raise
                log.warning("the vector index %s fails (%s); it is made again", self._name, type(error).__name__)
                self._collection, self._next = None, 0.0
        if self._collection is None and time.monotonic() >= self._next and self._mending.acquire(blocking=False):
            threading.Thread(target=self._mend, daemon=True).start()
        return self._flat.search(vector, count)

    def _mend(self) -> None:
        try:
            self._collection = self._owner.collection(self._name, self._stamp, self._ids, self._vectors)
        finally:
            self._next = time.monotonic() + self._owner.retry
            self._mending.release()


def _query(collection: Collection, vector: Floats, count: int) -> list[tuple[str, float]]:
    answer = collection.query(query_embeddings=vector.reshape(1, -1), n_results=count, include=["distances"])
    ids, distances = answer["ids"][0], (answer["distances"] or [[]])[0]
    if len(ids) != count or len(distances) != count:
        raise LookupError(f"{len(ids)} of {count} results")
    return [(one, 1.0 - float(distance)) for one, distance in zip(ids, distances, strict=True)]


def _known(client: ClientAPI, name: str) -> Collection | None:
    from chromadb.errors import NotFoundError

    try:
        return client.get_collection(name, embedding_function=None)
    except NotFoundError:
        return None


def _fill(client: ClientAPI, name: str, stamp: str, ids: Sequence[str], vectors: Floats) -> Collection:
    """The collection made from nothing."""
    if _known(client, name) is not None:
        client.delete_collection(name)
    made = client.create_collection(name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}},
                                    metadata={"state": "filling"})
    for start in range(0, len(ids), _BATCH):
        made.upsert(ids=list(ids[start:start + _BATCH]), embeddings=vectors[start:start + _BATCH])
    made.modify(metadata={"state": stamp})  # last: a half-filled collection has no stamp
    return made


def cosines(vectors: Floats, vector: Floats) -> Floats:
    """Of unit vectors, in one thread: memory is the limit, and BLAS threads wait for each other on a busy machine."""
    import numpy as np

    return np.asarray(np.einsum("ij,j->i", vectors, vector), np.float32)


def collection_name(collection: str) -> str:
    """A name that Chroma takes, the same for the same id: it allows no Chinese and no slashes."""
    return "c" + hashlib.sha256(collection.encode("utf-8")).hexdigest()[:40]


def _stamp(model: str, ids: Sequence[str], vectors: Floats) -> str:
    import numpy as np

    state = hashlib.sha256(model.encode("utf-8"))
    state.update("\n".join(ids).encode("utf-8", "surrogatepass"))
    state.update(np.ascontiguousarray(vectors, np.float32).tobytes())
    return state.hexdigest()


def _sound(collection: Collection, stamp: str, ids: Sequence[str], vectors: Floats) -> bool:
    """Stamp and count are right, and the first, a middle and the last vector are found where they belong."""
    import numpy as np

    if (collection.metadata or {}).get("state") != stamp or collection.count() != len(ids):
        return False
    for place in sorted({0, len(ids) // 2, len(ids) - 1} if ids else ()):
        kept = collection.get(ids=[ids[place]], include=["embeddings"])["embeddings"]
        if kept is None or len(kept) != 1 or not np.allclose(kept[0], vectors[place], atol=_ROUNDING):
            return False
        nearest = collection.query(query_embeddings=vectors[place].reshape(1, -1), n_results=1, include=["distances"])
        if not nearest["distances"] or float(nearest["distances"][0][0]) > _ROUNDING:
            return False
    return True


def _connect(place: Path | ChromaServer) -> ClientAPI:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if isinstance(place, ChromaServer):
        return chromadb.HttpClient(place.host, place.port, place.ssl, settings=settings)
    folder = place / _read_current(place)
    folder.mkdir(parents=True, exist_ok=True)
    return chromadb.PersistentClient(str(folder), settings=settings)


def _read_current(place: Path) -> str:
    try:
        name = (place / _CURRENT).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        name = ""
    return name if name.isalnum() else "v1"


def _write_current(place: Path, name: str) -> None:
    place.mkdir(parents=True, exist_ok=True)
    temporary = place / f"{_CURRENT}.{uuid.uuid4().hex}"
    temporary.write_text(name, encoding="ascii")
    temporary.replace(place / _CURRENT)
