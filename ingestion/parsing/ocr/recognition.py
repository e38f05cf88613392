"""Text recognition on pictures of pages: rapidocr with its bundled models, offline, several pages at a time.

What is found is kept by content (`cache`), so rapidocr is imported, and a page drawn, only for a page that was
never read before. Coordinates are pixels of the picture as given; a picture that stands on its side or on its head is
read turned, and `Recognised.turn` says how.
"""
from __future__ import annotations

import hashlib
import logging
import math
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from importlib import metadata
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ingestion.parsing.ocr import cache as ocr_cache
from ingestion.parsing.ocr.cache import Recognised, RecognisedLine

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

logger = logging.getLogger(__name__)

METHOD = "2"            # of the steps below; a change makes what was kept worthless
MAX_WORKERS = 4
ROOM = 1_000_000_000    # bytes that pictures which are read at once may need together
BYTES, BYTES_A_PIXEL = 170_000_000, 80   # that reading one needs
MAX_SIDE = 2_600        # pixels of a picture's longer side; larger ones are reduced
TALL = 1.5              # height over width of a box around text that stands on its side
STRAIGHT = 2.5          # width over height of a line that shows the page's slant
LEVEL = 0.001           # radians; a smaller slant is none
SURE = 0.8              # mean score of a page that was read the right way up
MIN_LINES = 2           # lines from which a low score makes it worth trying the picture upside down

Progress = Callable[[int, int], None]


class OcrUnavailableError(Exception):
    """rapidocr or what it needs cannot be loaded here."""


class Job(Struct, frozen=True):
    """A picture to read: `key` names its content, `draw` makes it."""

    key: str
    draw: Callable[[], Image]


def recognise(jobs: Sequence[Job], progress: Progress | None = None) -> list[Recognised]:
    """What stands on each job's picture, in the order of the jobs. `progress` is told how many of how many are done."""
    keys = [f"{job.key}-{_engine_version()}-{METHOD}" for job in jobs]
    results: dict[int, Recognised] = {}
    for place, key in enumerate(keys):
        kept = ocr_cache.load(key)
        if kept is not None:
            results[place] = kept
    missing = [place for place in range(len(jobs)) if place not in results]

    def done(place: int, found: Recognised) -> None:
        results[place] = found
        ocr_cache.save(keys[place], found)
        if progress is not None:
            progress(len(results), len(jobs))

    if progress is not None and missing:
        progress(len(results), len(jobs))
    alike: dict[bytes, int] = {}   # pictures that were drawn, by their pixels
    same: dict[int, int] = {}      # a place whose picture is that of a place before it
    with _pool(len(missing)) as pool:
        reading = _Reading(len(jobs), done)
        for place in missing:
            reading.make_room(0)   # no more pictures in memory than are being read, and one
            picture = jobs[place].draw()
            known = alike.setdefault(_pixels(picture), place)
            if known != place:
                same[place] = known
                continue
            needs = _needs(picture)
            reading.make_room(needs)
            reading.waiting.append((place, pool.submit(_read, picture), needs))
        reading.finish()
    for place, known in same.items():
        done(place, results[known])
    return [results[place] for place in range(len(jobs))]


class _Reading:
    """Pictures that are being read, in their order, no more at once than there is room for."""

    def __init__(self, jobs: int, done: Callable[[int, Recognised], None]) -> None:
        self.waiting: list[tuple[int, Future[Recognised], int]] = []
        self._jobs, self._done = jobs, done

    def make_room(self, needs: int) -> None:
        """Wait until there are workers, and the bytes that another picture needs."""
        while len(self.waiting) > _workers() or (
                self.waiting and sum(used for _, _, used in self.waiting) + needs > ROOM):
            self._collect()

    def finish(self) -> None:
        while self.waiting:
            self._collect()

    def _collect(self) -> None:
        place, future, _ = self.waiting.pop(0)
        try:
            found = future.result()
        except OcrUnavailableError:
            raise
        except Exception:  # one picture that breaks a library must not lose the other pages
            logger.warning("recognition of page %d of %d failed", place + 1, self._jobs, exc_info=True)
            found = Recognised(1, 1, 0, ())
        self._done(place, found)


def _pixels(picture: Image) -> bytes:
    return hashlib.sha256(repr((picture.mode, picture.size)).encode() + picture.tobytes()).digest()


def _needs(picture: Image) -> int:
    """Bytes that reading a picture takes beside what the recogniser itself does."""
    scale = min(1.0, MAX_SIDE / max(picture.size))
    return BYTES + int(BYTES_A_PIXEL * picture.width * picture.height * scale * scale)


@lru_cache(maxsize=1)
def _engine_version() -> str:
    try:
        return metadata.version("rapidocr")
    except metadata.PackageNotFoundError:
        return "none"


def _workers() -> int:
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(MAX_WORKERS, available))


@contextmanager
def _pool(jobs: int) -> Iterator[ThreadPoolExecutor]:
    if jobs:
        _engine()  # once, before the threads
    with ThreadPoolExecutor(max(1, min(_workers(), jobs)), thread_name_prefix="ocr") as pool:
        yield pool


_loading = threading.Lock()


def _engine() -> Any:
    with _loading:
        return _loaded()


@lru_cache(maxsize=1)
def _loaded() -> Any:
    """The recogniser, safe for threads. Its own guess at lines that are upside down is off: it errs on lone lines."""
    try:
        from rapidocr import RapidOCR
        return RapidOCR(params={
            "EngineConfig.onnxruntime.intra_op_num_threads": 1, "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Global.log_level": "critical", "Global.use_cls": False, "Global.return_word_box": True,
            "Global.return_single_char_box": True})
    except Exception as error:  # a missing system library shows as OSError, ImportError or worse
        raise OcrUnavailableError(f"{type(error).__name__}: {error}") from error


def _read(picture: Image) -> Recognised:
    """The lines of a picture, turned to the side on which they are surest."""
    import numpy as np

    width, height = picture.size
    scale = min(1.0, MAX_SIDE / max(width, height))
    if scale < 1.0:
        picture = picture.resize((max(1, round(width * scale)), max(1, round(height * scale))))
    pixels = np.asarray(picture)[:, :, ::-1]  # blue first
    turn, found = 0, _lines(pixels)
    if _on_its_side(found):
        found = []
        for quarter in (1, 3):
            turned = _lines(np.ascontiguousarray(np.rot90(pixels, -quarter)))
            if _certainty(turned) > _certainty(found):
                turn, found = quarter, turned
            if _certainty(found) >= SURE:
                break
    elif len(found) >= MIN_LINES and _certainty(found) < SURE:
        turned = _lines(np.ascontiguousarray(np.rot90(pixels, 2)))
        if _certainty(turned) > _certainty(found):
            turn, found = 2, turned
    upright = np.ascontiguousarray(np.rot90(pixels, -turn))
    horizontals, verticals = _rulings(upright, slant(found)) if found else ((), ())
    if scale < 1.0:
        back = 1 / scale
        found = [RecognisedLine(line.text, line.score, tuple(value * back for value in line.quad),
                                tuple(value * back for value in line.edges)) for line in found]
        horizontals = tuple(tuple(value * back for value in ruling) for ruling in horizontals)
        verticals = tuple(tuple(value * back for value in ruling) for ruling in verticals)
    return Recognised(width, height, turn, tuple(found), horizontals, verticals)


def _lines(pixels: np.ndarray[Any, Any]) -> list[RecognisedLine]:
    result = _engine()(pixels)
    if result.boxes is None or result.txts is None:
        return []
    words = result.word_results if len(result.word_results) == len(result.txts) else [()] * len(result.txts)
    return [RecognisedLine(text, round(float(score), 4), tuple(float(value) for value in box.reshape(-1)),
                           _edges(text, box.tolist(), characters))
            for text, score, box, characters in zip(result.txts, result.scores, result.boxes, words, strict=True)
            if text.strip()]


def _edges(text: str, box: list[list[float]], characters: Sequence[Any]) -> tuple[float, ...]:
    """Distances along the line's top side, from its left corner: the left of each character, the right of the last."""
    (x0, y0), (x1, y1) = box[0], box[1]
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    if box[3][1] - box[0][1] > TALL * length:
        return ()
    along = ((x1 - x0) / length, (y1 - y0) / length)

    def distance(point: Sequence[float]) -> float:
        return min(max((point[0] - x0) * along[0] + (point[1] - y0) * along[1], 0.0), length)

    visible = [place for place, character in enumerate(text) if not character.isspace()]
    if [str(character[0]) for character in characters] != [text[place] for place in visible]:
        return ()
    lefts: dict[int, float] = {}
    right = 0.0
    for place, character in zip(visible, characters, strict=True):
        corners = character[2]
        lefts[place] = max(right - 0.25 * length / len(text), distance(corners[0]))
        lefts[place] = max([lefts[place], *list(lefts.values())[-2:-1]])
        if place and place - 1 not in lefts:
            lefts[place - 1] = min(right, lefts[place])
        right = max(right, distance(corners[1]))
    return (*(round(lefts.get(place, right), 1) for place in range(len(text))), round(right, 1))


def _on_its_side(lines: Sequence[RecognisedLine]) -> bool:
    tall = long = 0.0
    for line in lines:
        x, y = line.quad[0::2], line.quad[1::2]
        width, height = max(x) - min(x), max(y) - min(y)
        if height > TALL * width:
            tall += height
        elif width > TALL * height:
            long += width
    return tall > long


def _certainty(lines: Sequence[RecognisedLine]) -> float:
    """The mean score of the characters, less for text on its side."""
    weight = sum(len(line.text) for line in lines)
    score = sum(line.score * len(line.text) for line in lines) / weight if weight else 0.0
    return score - (0.5 if _on_its_side(lines) else 0.0)


def slant(lines: Sequence[RecognisedLine]) -> float:
    """The angle of the lines in radians, positive where they fall to the right: the median by length."""
    angles = []
    for line in lines:
        x0, y0, x1, y1, _, _, x3, y3 = line.quad
        length = math.hypot(x1 - x0, y1 - y0)
        if length > STRAIGHT * math.hypot(x3 - x0, y3 - y0):
            angles.append((math.atan2(y1 - y0, x1 - x0), length))
    angles.sort()
    half = sum(length for _, length in angles) / 2
    for angle, length in angles:
        half -= length
        if half <= 0:
            return angle if abs(angle) < math.radians(30) else 0.0
    return 0.0


Rulings = tuple[tuple[float, ...], ...]


def _rulings(pixels: np.ndarray[Any, Any], angle: float) -> tuple[Rulings, Rulings]:
    """Long dark straight lines along and across text at `angle`, each as (x0, y0, x1, y1)."""
    import cv2
    import numpy as np

    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    turning = cv2.getRotationMatrix2D((grey.shape[1] / 2, grey.shape[0] / 2), math.degrees(angle), 1.0)
    back = cv2.invertAffineTransform(turning)
    if abs(angle) > LEVEL:
        grey = cv2.warpAffine(grey, turning, (grey.shape[1], grey.shape[0]), borderMode=cv2.BORDER_REPLICATE)
    else:
        back = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    dark = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 12)
    height, width = grey.shape
    found: list[Rulings] = []
    for across in (True, False):
        least = max(30, (width if across else height) // 40)
        kernel = np.ones((1, least) if across else (least, 1), np.uint8)
        mask = cv2.morphologyEx(dark, cv2.MORPH_OPEN, kernel)
        mask = cv2.dilate(mask, np.ones((3, 9) if across else (9, 3), np.uint8))
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        lines = []
        for number in range(1, min(count, 2_000)):
            left, top, wide, high, _area = (int(value) for value in stats[number])
            long, thick = (wide, high) if across else (high, wide)
            if long < 2 * least or thick > max(12, 0.06 * long):
                continue
            inside = labels[top:top + high, left:left + wide] == number
            if across:
                first, last = np.nonzero(inside[:, :9])[0].mean(), np.nonzero(inside[:, -9:])[0].mean()
                lines.append((float(left), float(top + first), float(left + wide), float(top + last)))
            else:
                first, last = np.nonzero(inside[:9])[1].mean(), np.nonzero(inside[-9:])[1].mean()
                lines.append((float(left + first), float(top), float(left + last), float(top + high)))
        found.append(tuple(
            tuple(round(float(value), 1) for x, y in ((x0, y0), (x1, y1)) for value in back @ (x, y, 1.0))
            for x0, y0, x1, y1 in lines))
    return found[0], found[1]
