"""Pictures of results as SVG, with the table that says the same. Pure: no database, no Flask.

A picture is drawn from the same rounded numbers that its table shows, so that neither tells more
than the other. Presentation is by SVG attributes, which a strict content security policy allows,
and by classes that begin with `app-chart` (`static/_charts.scss`) for fonts and forced colours.
Nothing is told by colour alone. An `id` is the caller's and has to be unique on its page.
"""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

ENDS = ("answers spread out", "everyone answered alike")
"""What 0 and 1 mean on a scale of agreement."""
MOST_WAVES = 8
NOT_SHOWN = "not shown"

_WIDTH = 300  # units; about the pixels of a narrow phone's column, so that text is as large as said
_SIZE, _SMALL = 16, 14
_LINE = 1.25  # height of a line of text, in sizes
_CHARACTER = 0.6  # width of an average character in the widest of the usual fonts, in sizes
_INK, _BAR, _RULE = "#0b0c0c", "#1d70b8", "#505a5f"
_NOTHING = Markup("")
_EDGE = 10  # units kept free where a dot at 0 or 1 would be cut off


@dataclass(frozen=True)
class Table:
    """The facts of a picture: cells are text, the first of a row is its header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Bar:
    """One answer of a distribution."""

    label: str
    share: float
    """From 0 to 1; drawn in tenths, which is all that `words` may tell."""
    words: str
    """The share as readers see it, for instance "about 3 in 10"."""
    stated: bool = False
    """Whether this is the position that the authority states."""


@dataclass(frozen=True)
class Estimate:
    """Agreement from 0 to 1 with its interval; `value` is `None` where nothing may be shown."""

    label: str
    value: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def cells(self) -> tuple[str, str]:
        """The value and its interval as a reader sees them."""
        if self.value is None:
            return NOT_SHOWN, NOT_SHOWN
        if self.low is None or self.high is None:
            return f"{self.value:.2f}", NOT_SHOWN
        return f"{self.value:.2f}", f"{self.low:.2f} to {self.high:.2f}"


def distribution_table(bars: Sequence[Bar]) -> Table:
    """Return answers, their shares in words and, where one is stated, which."""
    if not any(bar.stated for bar in bars):
        return Table(("Answer", "Share"), tuple((bar.label, bar.words) for bar in bars))
    rows = tuple((bar.label, bar.words, "yes" if bar.stated else "no") for bar in bars)
    return Table(("Answer", "Share", "Stated position"), rows)


def distribution(bars: Sequence[Bar], *, id: str, title: str) -> Markup:
    """Draw a bar for each answer, with a mark at the stated position; nothing without bars.

    Raises `ValueError` for a share outside 0 to 1.
    """
    if not bars:
        return _NOTHING
    for bar in bars:
        _check(bar.share)
    parts: list[Markup] = []
    y = 0.0
    for bar in bars:
        y = _bar(parts, bar, y)
    return _picture(parts, y, id=id, title=title, table=distribution_table(bars))


def _bar(parts: list[Markup], bar: Bar, y: float) -> float:
    """Draw one answer from `y` down, and return where the next begins."""
    thick = 18
    y = _headline(parts, bar.label, bar.words, y, bold=bar.stated)
    parts.append(
        _tag(
            "rect",
            {"class": "app-chart__track", "x": 1, "y": y, "width": _WIDTH - 2, "height": thick},
            {"fill": "#ffffff", "stroke": _RULE},
        )
    )
    if tenths := round(bar.share * 10):
        size = {"width": (_WIDTH - 2) * tenths / 10, "height": thick}
        parts.append(
            _tag("rect", {"class": "app-chart__bar", "x": 1, "y": y, **size, "fill": _BAR})
        )
    y += thick
    if bar.stated:
        points = f"1,{y + 18} 9,{y + 4} 17,{y + 18}"
        parts.append(_tag("polygon", {"class": "app-chart__mark", "points": points, "fill": _INK}))
        parts.append(_text("stated position", 24, y + 18, size=_SMALL))
        y += 22
    return y + 14


def agreement_table(estimates: Sequence[Estimate], *, of: str = "Theme") -> Table:
    """Return agreement and its interval for each theme, or whatever `of` names."""
    rows = tuple((one.label, *one.cells) for one in estimates)
    return Table((of, "Agreement, from 0 to 1", "Likely between"), rows)


def agreement(estimates: Sequence[Estimate], *, id: str, title: str) -> Markup:
    """Draw a dot with its interval for each theme; nothing where no value may be shown.

    Raises `ValueError` for a number outside 0 to 1.
    """
    if not _drawable(estimates):
        return _NOTHING
    parts: list[Markup] = []
    y = 0.0
    for one in estimates:
        y = _headline(parts, one.label, one.cells[0], y)
        middle = y + 12
        if one.value is not None:
            parts.extend(_scale_across(middle))
            parts.extend(_whisker(one, middle))
            parts.append(_dot(_across(one.value), middle))
        y = middle + 24
    half = _WIDTH / 2 - 10
    low, high = (_lines(end, half, _SMALL) for end in ENDS)
    for number, line in enumerate(low):
        parts.append(_text(line, 0, y + _SMALL * (1 + number * _LINE), size=_SMALL))
    for number, line in enumerate(high):
        at = y + _SMALL * (1 + number * _LINE)
        parts.append(_text(line, _WIDTH, at, size=_SMALL, anchor="end"))
    y += max(len(low), len(high)) * _SMALL * _LINE + 4
    return _picture(parts, y, id=id, title=title, table=agreement_table(estimates))


def waves_table(estimates: Sequence[Estimate]) -> Table:
    """Return agreement and its interval for each wave, the oldest first."""
    return agreement_table(estimates, of="Wave")


def waves(estimates: Sequence[Estimate], *, id: str, title: str) -> Markup:
    """Draw agreement over waves, the oldest first; nothing where no value may be shown.

    A wave that may not be shown leaves a gap in the line. Raises `ValueError` for more than
    `MOST_WAVES` waves and for a number outside 0 to 1.
    """
    if len(estimates) > MOST_WAVES:
        raise ValueError(f"{len(estimates)} waves; at most {MOST_WAVES} can be read")
    if not _drawable(estimates):
        return _NOTHING
    top, bottom = 30.0, 190.0  # of the scale, with its ends in words above and below
    slot = _WIDTH / len(estimates)
    xs = [slot * (number + 0.5) for number in range(len(estimates))]
    parts = [_text(ENDS[1], 0, _SMALL, size=_SMALL)]
    for height in (top, (top + bottom) / 2, bottom):
        parts.append(_line(0, height, _WIDTH, height, color=_RULE, name="rule"))
    for x in xs:
        parts.append(_line(x, bottom, x, bottom + 6, color=_RULE, thick=2, name="rule"))
    parts.append(_text(ENDS[0], 0, bottom + 24, size=_SMALL))
    parts.extend(_course(estimates, xs, top, bottom))
    y = _labels_below(parts, [one.label for one in estimates], xs, bottom + 36)
    return _picture(parts, y, id=id, title=title, table=waves_table(estimates))


def _course(
    estimates: Sequence[Estimate], xs: Sequence[float], top: float, bottom: float
) -> Iterator[Markup]:
    """Draw the line, then the intervals, then dots and numbers, so that nothing hides a number."""

    def height(value: float) -> float:
        return bottom - (bottom - top) * round(value, 2)

    shown = list(zip(estimates, xs, strict=True))
    for (one, x), (other, next_x) in pairwise(shown):
        if one.value is not None and other.value is not None:
            ends = (x, height(one.value), next_x, height(other.value))
            yield _line(*ends, color=_BAR, thick=3, name="line")
    for one, x in shown:
        if one.low is not None and one.high is not None:
            low, high = height(one.low), height(one.high)
            yield _line(x, low, x, high, color=_INK, thick=2, name="line")
            for end in (low, high):
                yield _line(x - 4, end, x + 4, end, color=_INK, thick=2, name="line")
    for one, x in shown:
        if one.value is not None:
            yield _dot(x, height(one.value))


def _labels_below(
    parts: list[Markup], labels: Sequence[str], xs: Sequence[float], y: float
) -> float:
    """Write labels under their places, in as many rows as keep them apart, and return the end."""
    slot = _WIDTH / len(labels)
    rows = 1 + (len(labels) > 3) + (len(labels) > 6)
    # so wide that the first of a row, held inside the edge, does not reach the next one
    broken = [_lines(label, slot * (rows + 0.5) * 2 / 3, _SMALL) for label in labels]
    step = _SMALL * _LINE
    tall = max(len(lines) for lines in broken) * step + 4
    for number, (lines, x) in enumerate(zip(broken, xs, strict=True)):
        half = max(len(line) for line in lines) * _CHARACTER * _SMALL / 2
        held, anchor = x, "middle"
        if x < half:
            held, anchor = 0, "start"
        elif x > _WIDTH - half:
            held, anchor = _WIDTH, "end"
        for at, line in enumerate(lines):
            below = y + number % rows * tall + _SMALL + at * step
            parts.append(_text(line, held, below, size=_SMALL, anchor=anchor))
    return y + rows * tall


def _drawable(estimates: Sequence[Estimate]) -> bool:
    """Say whether there is anything to draw, having checked every number."""
    for one in estimates:
        for number in (one.value, one.low, one.high):
            if number is not None:
                _check(number)
    return any(one.value is not None for one in estimates)


def _check(number: float) -> None:
    if not 0 <= number <= 1:  # also false for a number that is none
        raise ValueError(f"{number} is not from 0 to 1")


def _across(value: float) -> float:
    """Return where a value lies on a scale from left to right."""
    return _EDGE + (_WIDTH - 2 * _EDGE) * round(value, 2)


def _scale_across(middle: float) -> Iterator[Markup]:
    left, right = _across(0), _across(1)
    yield _line(left, middle, right, middle, color=_RULE, name="rule")
    for end in (left, _across(0.5), right):
        yield _line(end, middle - 6, end, middle + 6, color=_RULE, name="rule")


def _whisker(one: Estimate, middle: float) -> Iterator[Markup]:
    if one.low is None or one.high is None:
        return
    low, high = _across(one.low), _across(one.high)
    yield _line(low, middle, high, middle, color=_INK, thick=3, name="line")
    for end in (low, high):
        yield _line(end, middle - 8, end, middle + 8, color=_INK, thick=3, name="line")


def _dot(x: float, y: float) -> Markup:
    place = {"class": "app-chart__dot", "cx": x, "cy": y, "r": 7}
    return _tag("circle", place, {"fill": _BAR, "stroke": "#ffffff", "stroke-width": 2})


def _headline(
    parts: list[Markup], label: str, words: str, y: float, *, bold: bool = False
) -> float:
    """Write a label on the left and words on the right, and return where the picture begins."""
    size = _SIZE * 1.1 if bold else _SIZE  # bold letters are wider
    room = _WIDTH - len(words) * _CHARACTER * size - 8
    lines = _lines(label, room, size)
    for number, line in enumerate(lines):
        parts.append(_text(line, 0, y + _SIZE * (1 + number * _LINE), bold=bold))
    parts.append(_text(words, _WIDTH, y + _SIZE, anchor="end", bold=bold))
    return y + _SIZE * (1 + (len(lines) - 1) * _LINE) + 8


def _lines(text: str, width: float, size: float) -> list[str]:
    """Break a text into lines that fit `width` units at that size."""
    room = max(int(width / (_CHARACTER * size)), 5)
    return textwrap.wrap(_printable(text), room) or [""]


def _printable(text: str) -> str:
    """Leave out signs that are not allowed in a page or would turn the text round."""
    return "".join(sign for sign in text if sign.isprintable())


def _text(
    text: str, x: float, y: float, *, size: int = _SIZE, anchor: str = "start", bold: bool = False
) -> Markup:
    attributes = {
        "class": "app-chart__text",
        "x": x,
        "y": y,
        "font-size": size,
        "text-anchor": anchor,
        "fill": _INK,
    }
    if bold:
        attributes["font-weight"] = "bold"
    return _tag("text", attributes, content=escape(_printable(text)))


def _line(
    x1: float, y1: float, x2: float, y2: float, *, color: str, name: str, thick: float = 1
) -> Markup:
    place = {"class": f"app-chart__{name}", "x1": x1, "y1": y1, "x2": x2, "y2": y2}
    return _tag("line", place, {"stroke": color, "stroke-width": thick})


def _picture(
    parts: Sequence[Markup], height: float, *, id: str, title: str, table: Table
) -> Markup:
    facts = ". ".join(
        ", ".join(f"{name}: {cell}" for name, cell in zip(table.header, row, strict=True))
        for row in table.rows
    )
    name = _tag("title", {"id": f"{id}-title"}, content=escape(_printable(title)))
    what = _tag("desc", {"id": f"{id}-desc"}, content=escape(_printable(f"{facts}.")))
    return _tag(
        "svg",
        {"class": "app-chart", "viewBox": f"0 0 {_WIDTH} {height:g}", "role": "img"},
        {"aria-labelledby": f"{id}-title {id}-desc", "focusable": "false"},
        content=_NOTHING.join([name, what, *parts]),
    )


def _tag(name: str, *attributes: Mapping[str, object], content: Markup = _NOTHING) -> Markup:
    """Return an element; attribute values are escaped, `content` has to be markup already."""
    said = _NOTHING.join(
        Markup(' {}="{}"').format(key, f"{value:.5g}" if isinstance(value, float) else value)
        for group in attributes
        for key, value in group.items()
    )
    return Markup("<{0}{1}>{2}</{0}>").format(name, said, content)
