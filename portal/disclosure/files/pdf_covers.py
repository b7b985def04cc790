"""What lies over and behind a letter of a PDF page, and whether a reader can still tell it.

Positions are those of the page in points.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from portal.disclosure.files.reading import Where
from portal.disclosure.files.stories import RGB, near

Box = tuple[float, float, float, float]
Point = tuple[float, float]
Outline = tuple[tuple[Point, ...], ...]
"""The closed lines of a shape; what lies in an odd number of them is inside."""

_HIDES = 0.9
"""Of the light, or of a letter's area: with that much gone, nobody reads it."""
_BLURS = 0.35
"""From this on it cannot be told whether a letter can still be read."""
_GRID = 10.0
_MOST_IN_GRID = 300_000
_MOST_CANDIDATES = 8
_WHITE: RGB = (255.0, 255.0, 255.0)


@dataclass(frozen=True)
class Cover:
    """Something painted: its box, its colour (None for a picture or pattern), when.

    `opacity` 1 is opaque. `outline` is its shape where that is not its box. `sure`: it is known
    what of its box it covers.
    """

    box: Box
    colour: RGB | None
    order: int
    sure: bool = True
    opacity: float = 1.0
    outline: Outline = ()

    def outlines(self, x: float, y: float) -> bool:
        """Tell whether a point of the box lies in the shape."""
        return not self.outline or sum(_inside(line, x, y) for line in self.outline) % 2 == 1


def _inside(line: Sequence[Point], x: float, y: float) -> bool:
    """Tell whether a point lies within a closed line: a ray from it crosses that oddly often."""
    odd = False
    for (x0, y0), (x1, y1) in pairwise((*line, line[0])):
        if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
            odd = not odd
    return odd


def hidden_by(
    covers: Iterable[Cover], point: Point, order: int, colour: RGB | None
) -> Where | None:
    """Tell how a letter painted at `order` is kept from a reader, or that it can't be told."""
    behind: set[RGB | None] = {_WHITE}
    light, doubt = 1.0, False
    x, y = point
    for cover in covers:
        x0, y0, x1, y1 = cover.box
        if not (x0 <= x <= x1 and y0 <= y <= y1) or not cover.outlines(x, y):
            continue
        if cover.order < order:
            behind = _behind(behind, cover)
        elif cover.sure and not cover.outline:
            light *= 1 - cover.opacity
        elif cover.opacity >= _BLURS:
            doubt = True
    if light <= 1 - _HIDES:
        return Where.COVERED
    same = [near(colour, one) for one in behind]
    if all(same):
        return Where.SAME_COLOUR
    untold = colour is None or None in behind
    if doubt or untold or any(same) or light <= 1 - 2 * _BLURS:
        return Where.UNSURE
    return None


def _behind(before: set[RGB | None], cover: Cover) -> set[RGB | None]:
    """Return the colours that may lie behind what is painted next."""
    over = {_mixed(one, cover.colour, cover.opacity) for one in before}
    found = over if cover.sure else over | before
    return found if len(found) <= _MOST_CANDIDATES else {None}


def _mixed(below: RGB | None, above: RGB | None, opacity: float) -> RGB | None:
    if opacity >= 1:
        return above
    if below is None or above is None:
        return None
    red, green, blue = (a * opacity + b * (1 - opacity) for a, b in zip(above, below, strict=True))
    return (red, green, blue)


@dataclass
class Hatching:
    """Thin lines, of which many hide what is below them."""

    full: bool = False
    """There were too many to be looked at."""
    _lines: list[tuple[Point, Point, float, int]] = field(default_factory=list)
    _grid: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    _entries: int = 0

    def add(self, start: Point, end: Point, width: float, order: int) -> None:
        """Note a line of a width, painted after the thing numbered `order`."""
        if self.full:
            return
        number = len(self._lines)
        self._lines.append((start, end, width, order))
        for cell in _cells(start, end):
            self._grid.setdefault(cell, []).append(number)
            self._entries += 1
        self.full = self._entries > _MOST_IN_GRID

    def hides(self, box: Box, order: int) -> Where | None:
        """Tell whether lines painted later hide the box of a letter, or may do so."""
        area = (box[2] - box[0]) * (box[3] - box[1])
        if not self._lines or area <= 0:
            return None
        inked = 0.0
        for number in {one for cell in _around(box) for one in self._grid.get(cell, ())}:
            start, end, width, painted = self._lines[number]
            if painted >= order:
                inked += _length_in(start, end, box) * width
        if inked >= area * 2 * _BLURS:
            return Where.COVERED
        return Where.UNSURE if inked >= area * _BLURS else None


def _cells(start: Point, end: Point) -> set[tuple[int, int]]:
    """Return the squares of the grid that a line touches, a few beside it too."""
    (x0, y0), (x1, y1) = start, end
    steps = min(int(max(abs(x1 - x0), abs(y1 - y0)) / (_GRID / 2)) + 1, 1000)
    return {
        (int((x0 + (x1 - x0) * n / steps) // _GRID), int((y0 + (y1 - y0) * n / steps) // _GRID))
        for n in range(steps + 1)
    }


def _around(box: Box) -> Iterator[tuple[int, int]]:
    x0, y0, x1, y1 = (int(one // _GRID) for one in box)
    for x in range(x0, min(x1, x0 + 20) + 1):
        for y in range(y0, min(y1, y0 + 20) + 1):
            yield (x, y)


def _length_in(start: Point, end: Point, box: Box) -> float:
    """Return how much of a line lies in a box, in points (clipping by Liang and Barsky)."""
    (x0, y0), (x1, y1) = start, end
    dx, dy = x1 - x0, y1 - y0
    enters, leaves = 0.0, 1.0
    for p, q in ((-dx, x0 - box[0]), (dx, box[2] - x0), (-dy, y0 - box[1]), (dy, box[3] - y0)):
        if p == 0:
            if q < 0:
                return 0.0
        elif p < 0:
            enters = max(enters, q / p)
        else:
            leaves = min(leaves, q / p)
    return float(max(0.0, leaves - enters) * (dx * dx + dy * dy) ** 0.5)
