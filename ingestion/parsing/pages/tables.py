"""Tables from rulings: the grid that the drawn lines make, its merged cells, and the words inside each cell."""
from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct, field

from ingestion.parsing.pages.layout import Ruling, Strip, joined, rows_of

NEAR = 3.0            # points between lines that are one line, or between a line's end and the line it meets
MAX_RULINGS = 3_000   # of one direction on a page; a page with more is a drawing
MAX_CELLS = 20_000    # of one grid


class CellText(Struct):
    """A cell of the grid with its lines, each joined from the strips of one row."""

    row: int
    column: int
    row_span: int
    column_span: int
    lines: list[Strip] = field(default_factory=list)


class Table(Struct):
    """`edges` are the x of the columns' borders; `rows` list the cells of each grid row, left to right."""

    left: float
    top: float
    right: float
    bottom: float
    edges: tuple[float, ...]
    rows: list[list[CellText]]


class Grid(Struct, frozen=True):
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    owner: tuple[tuple[int, ...], ...]                   # the number of the cell that covers each field
    cells: tuple[tuple[int, int, int, int], ...]         # row, column, row span, column span

    def row_at(self, y: float) -> tuple[int, ...]:
        """The cell of each column at a height between the grid's top and bottom."""
        return self.owner[bisect_right(self.ys, y) - 1]


def ruled(strips: Sequence[Strip], horizontals: Sequence[Ruling], verticals: Sequence[Ruling],
          ) -> tuple[list[Table], list[Strip]]:
    """The ruled tables among `strips`, and the strips outside them."""
    left_over = list(strips)
    tables = []
    for grid in grids(horizontals, verticals):
        top, bottom = grid.ys[0], grid.ys[-1]
        inside = [strip for strip in left_over
                  if top < (strip.top + strip.bottom) / 2 < bottom and _across(strip, grid)]
        if not inside:
            continue
        table = _filled(grid, inside)
        if table is not None:
            tables.append(table)
            chosen = set(map(id, inside))
            left_over = [strip for strip in left_over if id(strip) not in chosen]
    return tables, left_over


def without_empty(table: Table) -> Table:
    """A table without the rows and columns in which no word stands: lines of a picture that were seen double."""
    cells = [cell for row in table.rows for cell in row]
    rows = sorted({cell.row for cell in cells if cell.lines})
    columns = sorted({cell.column for cell in cells if cell.lines})
    if len(rows) == len(table.rows) and len(columns) == len(table.edges) - 1:
        return table
    kept = [[CellText(number, columns.index(cell.column),
                      bisect_left(rows, cell.row + cell.row_span) - bisect_left(rows, cell.row),
                      bisect_left(columns, cell.column + cell.column_span) - bisect_left(columns, cell.column),
                      cell.lines) for cell in table.rows[row] if cell.column in columns]
            for number, row in enumerate(rows)]
    edges = (*(table.edges[column] for column in columns), table.edges[-1])
    return Table(table.left, table.top, table.right, table.bottom, edges, kept)


def grids(horizontals: Sequence[Ruling], verticals: Sequence[Ruling]) -> list[Grid]:
    """Every set of rulings that cross or meet, as a grid of two cells or more, smallest first."""
    across, down = _merged(horizontals), _merged(verticals)
    if not across or not down or len(across) > MAX_RULINGS or len(down) > MAX_RULINGS:
        return []
    found = []
    for rows, columns in _components(across, down):
        grid = _grid(rows, columns)
        if grid is not None:
            found.append(grid)
    return sorted(found, key=lambda grid: (grid.xs[-1] - grid.xs[0]) * (grid.ys[-1] - grid.ys[0]))


def _merged(rulings: Sequence[Ruling]) -> list[Ruling]:
    """Rulings on (nearly) one line joined where they overlap or touch."""
    lines: list[list[Ruling]] = []
    for ruling in sorted(rulings):
        if lines and ruling.at - lines[-1][-1].at <= NEAR / 2 and ruling.at - lines[-1][0].at <= NEAR:
            lines[-1].append(ruling)
        else:
            lines.append([ruling])
    merged = []
    for line in lines:
        at = sum(ruling.at for ruling in line) / len(line)
        pieces = sorted((ruling.start, ruling.end) for ruling in line)
        start, end = pieces[0]
        for begin, stop in pieces[1:]:
            if begin > end + NEAR:
                merged.append(Ruling(at, start, end))
                start, end = begin, stop
            else:
                end = max(end, stop)
        merged.append(Ruling(at, start, end))
    return merged


def _components(across: list[Ruling], down: list[Ruling]) -> list[tuple[list[Ruling], list[Ruling]]]:
    """Rulings that touch, across and down, each set a table of its own."""
    parent = list(range(len(across) + len(down)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    heights = [ruling.at for ruling in across]  # ascending, as `_merged` leaves them
    for column, (x, top, bottom) in enumerate(down, len(across)):
        for row in range(bisect_left(heights, top - NEAR), bisect_right(heights, bottom + NEAR)):
            if across[row].start - NEAR <= x <= across[row].end + NEAR:
                parent[root(row)] = root(column)
    groups: dict[int, tuple[list[Ruling], list[Ruling]]] = defaultdict(lambda: ([], []))
    for place in range(len(parent)):
        group = groups[root(place)]
        if place < len(across):
            group[0].append(across[place])
        else:
            group[1].append(down[place - len(across)])
    return [group for group in groups.values() if group[0] and group[1]]


def _grid(across: list[Ruling], down: list[Ruling]) -> Grid | None:
    """The cells between rulings, merged where no line parts them; None for what is no table."""
    xs = _sides([ruling.at for ruling in down], min(ruling.start for ruling in across),
                max(ruling.end for ruling in across))
    ys = _sides([ruling.at for ruling in across], min(ruling.start for ruling in down),
                max(ruling.end for ruling in down))
    columns, rows = len(xs) - 1, len(ys) - 1
    if columns * rows < 2 or columns * rows > MAX_CELLS:
        return None
    walls = _walls(down, xs, ys)     # walls[c][r]: a line left of column c in row r
    floors = _walls(across, ys, xs)  # floors[r][c]: a line above row r in column c
    owner = [[-1] * columns for _ in range(rows)]
    cells: list[tuple[int, int, int, int]] = []
    for row in range(rows):
        for column in range(columns):
            if owner[row][column] >= 0:
                continue
            wide = 1
            while column + wide < columns and owner[row][column + wide] < 0 and not walls[column + wide][row]:
                wide += 1
            high = 1
            while row + high < rows and _open_below(floors[row + high], walls, owner, row + high, column, wide):
                high += 1
            for y in range(row, row + high):
                for x in range(column, column + wide):
                    owner[y][x] = len(cells)
            cells.append((row, column, high, wide))
    if len(cells) < 2:
        return None
    return Grid(xs, ys, tuple(map(tuple, owner)), tuple(cells))


def _open_below(floor: Sequence[bool], walls: list[list[bool]], owner: list[list[int]], row: int, column: int,
                wide: int) -> bool:
    """Whether the fields of `row` go on the cell above: no line between, none inside, the same sides."""
    return (not any(floor[column:column + wide])
            and not any(walls[x][row] for x in range(column + 1, column + wide))
            and all(owner[row][x] < 0 for x in range(column, column + wide)))


def _sides(at: list[float], low: float, high: float) -> tuple[float, ...]:
    """Distinct positions of lines; the ends of the crossing lines close a side that is left open."""
    values = sorted(at)
    if low < values[0] - NEAR:
        values.insert(0, low)
    if high > values[-1] + NEAR:
        values.append(high)
    sides = [values[0]]
    for value in values[1:]:
        if value - sides[-1] > NEAR:
            sides.append(value)
    return tuple(sides)


def _walls(lines: list[Ruling], sides: tuple[float, ...], steps: tuple[float, ...]) -> list[list[bool]]:
    """For each side, whether a line on it covers each step's middle. The outermost sides are closed."""
    middles = [(a + b) / 2 for a, b in pairwise(steps)]
    walls = [[place in {0, len(sides) - 1}] * len(middles) for place in range(len(sides))]
    for line in lines:
        place = min(range(len(sides)), key=lambda at: abs(sides[at] - line.at))
        if abs(sides[place] - line.at) > NEAR:
            continue
        wall = walls[place]
        for step, middle in enumerate(middles):
            if line.start - NEAR <= middle <= line.end + NEAR:
                wall[step] = True
    return walls


def _across(strip: Strip, grid: Grid) -> bool:
    """Whether most of a strip's width lies within the grid's."""
    inside = min(strip.right, grid.xs[-1]) - max(strip.left, grid.xs[0])
    return inside > 0.5 * (strip.right - strip.left)


def _filled(grid: Grid, strips: list[Strip]) -> Table | None:
    """The grid with its words; None where they fill fewer than two cells (a frame, a drawing)."""
    words: list[list[Strip]] = [[] for _ in grid.cells]
    for strip in strips:
        for cell, piece in _split(strip, grid):
            words[cell].append(piece)
    if sum(map(bool, words)) < 2:
        return None
    rows: list[list[CellText]] = [[] for _ in range(len(grid.ys) - 1)]
    for (row, column, high, wide), pieces in zip(grid.cells, words, strict=True):
        lines = [joined(line) for line in rows_of(pieces)] if len(pieces) > 1 else pieces
        rows[row].append(CellText(row, column, high, wide, lines))
    for cells in rows:
        cells.sort(key=lambda cell: cell.column)
    return Table(grid.xs[0], grid.ys[0], grid.xs[-1], grid.ys[-1], grid.xs, rows)


def _split(strip: Strip, grid: Grid) -> list[tuple[int, Strip]]:
    """A strip cut where it crosses into another cell."""
    xs, ys = grid.xs, grid.ys
    row = grid.row_at(min(max((strip.top + strip.bottom) / 2, ys[0] + 0.1), ys[-1] - 0.1))
    low, high = xs[0] + 0.1, xs[-1] - 0.1
    first = row[bisect_right(xs, min(max(strip.left + 0.5, low), high)) - 1]
    if first == row[bisect_right(xs, min(max(strip.right - 0.5, low), high)) - 1]:
        return [(first, strip)]
    pieces: list[tuple[int, Strip]] = []
    start, current = 0, None
    edges = strip.edges
    for place in range(len(strip.text) + 1):
        cell = None
        if place < len(strip.text):
            cell = row[bisect_right(xs, min(max((edges[place] + edges[place + 1]) / 2, low), high)) - 1]
            if strip.text[place].isspace() and current is not None:
                cell = current
        if cell != current:
            if current is not None:
                piece = part(strip, start, place)
                if piece is not None:
                    pieces.append((current, piece))
            start, current = place, cell
    return pieces


def part(strip: Strip, start: int, end: int) -> Strip | None:
    """The characters `start` to `end` of a strip without outer blanks; None if nothing is left."""
    text = strip.text[start:end]
    bare = text.strip()
    if not bare:
        return None
    start += len(text) - len(text.lstrip())
    end = start + len(bare)
    return strip._replace(text=bare, edges=strip.edges[start:end + 1], left=strip.edges[start],
                          right=strip.edges[end], marks=())
