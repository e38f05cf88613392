"""Learning from labelled rows what wording says for counting: ridge regression over hashed pieces of characters.

    python -m ingestion.learned.training [FOLDER]

reads `rows.jsonl` (`fact`, `text`, `counts`, `source`: who wrote it) and writes `rows.bin`, the same bytes for the same
rows on the same machine, in under a minute for some thousand rows. It prints how well the rows of each source are told
by what the others taught.
"""
from __future__ import annotations

import hashlib
import math
import sys
from pathlib import Path
from typing import Any, Final

import msgspec

import policy_corpus
from ingestion.errors import PolicyError
from ingestion.learned.features import BUCKETS, features
from ingestion.learned.scorer import FILE, FORM, RowScorer

ROWS: Final = "rows.jsonl"
_RIDGE: Final = 0.5     # how much a single row is distrusted
_FEWEST: Final = 2      # rows that must share a feature
_STEPS: Final = 127     # of the whole numbers that weights are kept as
_ROUNDS: Final = 200    # of fitting the two numbers of the calibration


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row as its document gives it, cells parted by bars, and whether it counts for the fact."""

    fact: str
    text: str
    counts: bool
    source: str = ""


class Told(msgspec.Struct, frozen=True):
    """How well rows of one source are told by what the others taught."""

    source: str
    rows: int
    right: float


def rows(folder: Path) -> tuple[Row, ...]:
    """The labelled rows of a policy folder, none if it has no such file; a PolicyError names the first bad line."""
    path = folder / ROWS
    found = []
    for number, line in enumerate(path.read_bytes().splitlines() if path.is_file() else (), 1):
        try:
            found.append(msgspec.json.decode(line, type=Row))
        except msgspec.DecodeError as error:
            raise PolicyError(f"{ROWS}:{number} is no labelled row: {error}",
                              f"{ROWS}:{number} 不是一行标注：{error}", ROWS) from None
    return tuple(found)


def digest(labelled: tuple[Row, ...]) -> str:
    return hashlib.sha256(msgspec.json.encode(labelled)).hexdigest()


def learn(labelled: tuple[Row, ...]) -> tuple[RowScorer, tuple[Told, ...]]:
    """Weights and calibration, and how each source fares without its own rows."""
    import numpy as np

    found = [features(row.fact, row.text) for row in labelled]
    shared = np.zeros(BUCKETS)
    for one in found:
        shared[list(one)] += 1
    rarity = np.where(shared >= _FEWEST, np.log(len(labelled) / np.maximum(shared, 1)) * 16, 0)
    rarity = np.clip(np.round(rarity), 0, 255)
    gram = _gram(found, rarity)
    wanted = np.array([1.0 if row.counts else -1.0 for row in labelled])
    sources = np.array([row.source for row in labelled])
    held_out = np.zeros(len(labelled))
    told = []
    for source in sorted(set(sources.tolist())):
        out = sources == source
        if out.all():
            continue
        part = np.linalg.solve(gram[np.ix_(~out, ~out)] + _RIDGE * np.eye(int((~out).sum())), wanted[~out])
        held_out[out] = gram[np.ix_(out, ~out)] @ part
        told.append(Told(source, int(out.sum()), float(np.mean((held_out[out] > 0) == (wanted[out] > 0)))))
    solved = np.linalg.solve(gram + _RIDGE * np.eye(len(labelled)), wanted)
    weights = np.zeros(BUCKETS)
    for one, much in zip(found, solved.tolist(), strict=True):
        length = math.sqrt(sum(times * times * rarity[bucket] for bucket, times in one.items())) or 1.0
        for bucket, times in one.items():
            weights[bucket] += much * times * rarity[bucket] / length
    most = float(np.abs(weights).max()) or 1.0
    slope, offset = _calibrated(held_out if told else gram @ solved, wanted)
    scorer = RowScorer(np.round(weights / most * _STEPS).astype(np.int8).tobytes(), rarity.astype(np.uint8).tobytes(),
                       most / _STEPS, slope, offset, tuple(sorted({row.fact for row in labelled})), digest(labelled))
    return scorer, tuple(told)


def _gram(found: list[dict[int, int]], rarity: Any) -> Any:
    """How alike any two rows are: 1 for the same."""
    import numpy as np

    inverted: dict[int, tuple[list[int], list[float]]] = {}
    for place, one in enumerate(found):
        length = math.sqrt(sum(times * times * rarity[bucket] for bucket, times in one.items())) or 1.0
        for bucket, times in one.items():
            if rarity[bucket]:
                places, values = inverted.setdefault(bucket, ([], []))
                places.append(place)
                values.append(times * math.sqrt(rarity[bucket]) / length)
    gram = np.zeros((len(found), len(found)), dtype=np.float32)
    for places, values in inverted.values():
        gram[np.ix_(places, places)] += np.outer(values, values).astype(np.float32)
    return gram.astype(np.float64)


def _calibrated(scores: Any, wanted: Any) -> tuple[float, float]:
    """Slope and offset of the logistic function that fits the scores best (Platt 1999), by Newton's method."""
    import numpy as np

    target = (wanted + 1) / 2
    design = np.stack([scores, np.ones_like(scores)], axis=1)
    found = np.array([1.0, 0.0])
    for _ in range(_ROUNDS):
        likely = 1 / (1 + np.exp(-design @ found))
        step = np.linalg.solve((design.T * (likely * (1 - likely))) @ design + 1e-6 * np.eye(2),
                               design.T @ (target - likely))
        found = found + step
        if float(np.abs(step).max()) < 1e-9:
            break
    return round(float(found[0]), 6), round(float(found[1]), 6)


def main(folder: Path) -> None:
    labelled = rows(folder)
    scorer, told = learn(labelled)
    (folder / FILE).write_bytes(FORM + msgspec.msgpack.encode(scorer))
    for one in told:
        print(f"{one.source}: {one.right:.3f} of {one.rows} rows right by what the others taught")  # noqa: T201
    print(f"{len(labelled)} rows learned")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else policy_corpus.DEFAULT)
