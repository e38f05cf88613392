"""The rulings and the pictures of a pdf page, from its page objects.

A ruling is a stroked line along an axis or a filled rectangle thinner than `THIN`: Word and LibreOffice draw the
borders of cells in both ways. A path's bounds alone tell most of them, so its segments are asked for only where the
bounds are not thin themselves.
"""
from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from itertools import pairwise

from msgspec import Struct, field

from ingestion.parsing.pages.layout import Ruling
from ingestion.parsing.pdf.pdfium import Rectangle, quick

THIN = 3.0            # points
SHORT = 4.0           # points; a shorter line is part of a drawing
MAX_SEGMENTS = 20_000  # of one page's paths; a page with more is a drawing
MAX_DEPTH = 4         # of forms inside forms
PATH, IMAGE, FORM = 2, 3, 5
LINE_TO, BEZIER_TO, MOVE_TO = 0, 1, 2

_pointer, _int = ctypes.c_void_p, ctypes.c_int
_count_objects = quick("FPDFPage_CountObjects", _int, _pointer)
_object = quick("FPDFPage_GetObject", _pointer, _pointer, _int)
_form_count = quick("FPDFFormObj_CountObjects", _int, _pointer)
_form_object = quick("FPDFFormObj_GetObject", _pointer, _pointer, ctypes.c_ulong)
_type = quick("FPDFPageObj_GetType", _int, _pointer)
_bounds = quick("FPDFPageObj_GetBounds", _int, _pointer, _pointer, _pointer, _pointer, _pointer)
_matrix = quick("FPDFPageObj_GetMatrix", _int, _pointer, _pointer)
_draw_mode = quick("FPDFPath_GetDrawMode", _int, _pointer, _pointer, _pointer)
_count_segments = quick("FPDFPath_CountSegments", _int, _pointer)
_segment = quick("FPDFPath_GetPathSegment", _pointer, _pointer, _int)
_segment_type = quick("FPDFPathSegment_GetType", _int, _pointer)
_segment_point = quick("FPDFPathSegment_GetPoint", _int, _pointer, _pointer, _pointer)
_segment_close = quick("FPDFPathSegment_GetClose", _int, _pointer)

_four = (ctypes.c_float * 4)()
_sides = tuple(ctypes.addressof(_four) + 4 * place for place in range(4))
_four_values = memoryview(_four).cast("B").cast("f").tolist
_six = (ctypes.c_float * 6)()
_six_place = ctypes.addressof(_six)
_fill, _stroke = ctypes.c_int(), ctypes.c_int()
_fill_place, _stroke_place = ctypes.addressof(_fill), ctypes.addressof(_stroke)

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Paths(Struct):
    """Rectangles are (left, bottom, right, top) in the page's own space; thin ones are rulings."""

    thin: list[Rectangle] = field(default_factory=list)
    pictures: list[Rectangle] = field(default_factory=list)
    count: int = 0        # paths drawn, whatever their shape
    segments: int = 0

    def rulings(self, turned: Callable[[Rectangle], Rectangle]) -> tuple[list[Ruling], list[Ruling]]:
        """Horizontal and vertical rulings where `turned` puts them."""
        horizontals, verticals = [], []
        for rectangle in self.thin:
            left, top, right, bottom = turned(rectangle)
            if right - left >= bottom - top:
                horizontals.append(Ruling((top + bottom) / 2, left, right))
            else:
                verticals.append(Ruling((left + right) / 2, top, bottom))
        return horizontals, verticals


def paths(page: int) -> Paths:
    found = Paths()
    objects = [_object(page, place) for place in range(_count_objects(page))]
    _walk(objects, IDENTITY, found, 0)
    return found


def _walk(objects: list[int], outer: Matrix, found: Paths, depth: int) -> None:
    """Paths and pictures of a page, those inside of forms too."""
    for drawn, kind in zip(objects, map(_type, objects), strict=True):
        if kind == PATH:
            found.count += 1
            if found.segments < MAX_SEGMENTS:
                _path(drawn, outer, found)
        elif kind == IMAGE:
            if _bounds(drawn, *_sides):
                found.pictures.append(_rectangle([(_four[0], _four[1]), (_four[2], _four[3])], outer))
        elif kind == FORM and depth < MAX_DEPTH and _matrix(drawn, _six_place):
            inner = [_form_object(drawn, place) for place in range(_form_count(drawn))]
            _walk(inner, _product(tuple(_six), outer), found, depth + 1)


def _path(path: int, outer: Matrix, found: Paths) -> None:
    """One drawn path: thin ones are rulings, rectangles give their edges."""
    if not _draw_mode(path, _fill_place, _stroke_place) or not (_fill.value or _stroke.value):
        return
    stroked = bool(_stroke.value)
    if not _bounds(path, *_sides):
        return
    left, bottom, right, top = _four_values()
    width, height = right - left, top - bottom
    found.segments += 1
    if min(width, height) < THIN:
        if max(width, height) >= SHORT:
            found.thin.append(_rectangle([(left, bottom), (right, top)], outer))
        return
    count = _count_segments(path)
    if count > MAX_SEGMENTS - found.segments or not _matrix(path, _six_place):
        return
    found.segments += count
    matrix = _product(tuple(_six), outer)
    for points, closed in _subpaths(path, count):
        placed = [_moved(point, matrix) for point in points]
        box = _rectangle(placed, IDENTITY)
        if min(box[2] - box[0], box[3] - box[1]) < THIN:
            if max(box[2] - box[0], box[3] - box[1]) >= SHORT:
                found.thin.append(box)
        elif stroked:
            ends = [*placed, placed[0]] if closed else placed
            for (x0, y0), (x1, y1) in pairwise(ends):
                if min(abs(x0 - x1), abs(y0 - y1)) < 1.0 and max(abs(x0 - x1), abs(y0 - y1)) >= SHORT:
                    found.thin.append((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))


def _subpaths(path: int, count: int) -> Iterator[tuple[list[Point], bool]]:
    """The corners of each piece of a path that has no curves, and whether it is closed."""
    points: list[Point] = []
    closed = curved = False
    for place in range(count):
        segment = _segment(path, place)
        kind = _segment_type(segment)
        if kind == MOVE_TO:
            if len(points) > 1 and not curved:
                yield points, closed
            points, closed, curved = [], False, False
        curved = curved or kind == BEZIER_TO
        if _segment_point(segment, _sides[0], _sides[1]):
            points.append((_four[0], _four[1]))
        closed = closed or bool(_segment_close(segment))
    if len(points) > 1 and not curved:
        yield points, closed


def _moved(point: Point, matrix: Matrix) -> Point:
    a, b, c, d, e, f = matrix
    return a * point[0] + c * point[1] + e, b * point[0] + d * point[1] + f


def _product(inner: tuple[float, ...], outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    if outer is IDENTITY:
        return a, b, c, d, e, f
    p, q, r, s, t, u = outer
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _rectangle(points: list[Point], outer: Matrix) -> Rectangle:
    """What bounds `points` after `outer`."""
    if len(points) == 2 and outer is IDENTITY:
        (x0, y0), (x1, y1) = points
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    if outer is not IDENTITY:
        (x0, y0), (x1, y1) = points[0], points[-1]
        points = [_moved(point, outer) for point in ((x0, y0), (x1, y0), (x0, y1), (x1, y1))]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
