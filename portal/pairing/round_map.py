"""A round drawn as a map of its pairs, as SVG. Pure: no database, no Flask.

Hosts stand on the right, those whom each would host on the left, so that no line crosses another;
who has no host comes last. Nothing is told by colour alone, and the page says the same in a table.
Classes are those of the portal's charts (`static/_charts.scss`).
"""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_WIDTH, _SIDE = 300, 112
"""Units: about the pixels of a narrow phone's column; a side is what a name has."""
_SIZE, _STEP, _CHARACTER = 14, 17, 0.58
_GAP = 12
_NOTHING = Markup("")
_INK, _LINE, _RULE = "#0b0c0c", "#1d70b8", "#505a5f"
STYLES: Mapping[str, tuple[float, str]] = {
    "very close": (5, "none"),
    "close": (3, "none"),
    "somewhat close": (1.5, "none"),
    "less close": (1.5, "2 3"),
}
"""Thickness and dashes of a line by the band of its fit."""


@dataclass(frozen=True)
class Drawn:
    """A pair, with names."""

    asking: str
    host: str
    fit: float
    band: str
    pinned: bool = False


@dataclass(frozen=True)
class _Place:
    lines: Sequence[str]
    y: float
    """The middle."""


def draw(
    pairs: Sequence[Drawn],
    unplaced: Sequence[str],
    wishes: Sequence[tuple[str, str]] = (),
    *,
    id: str,
    title: str,
) -> Markup:
    """Draw pairs, who has no host, and who would both gain with each other; nothing for nobody.

    `wishes` has asking authority and host. `id` has to be unique on the page.
    """
    if not pairs and not unplaced:
        return Markup("")
    left, right, bottom = _places(pairs, unplaced)
    parts: list[Markup] = []
    for asking, host in wishes:
        if asking in left and host in right:
            parts.append(_line(left[asking].y, right[host].y, _RULE, 1, "6 4"))
    for pair in pairs:
        thick, dashes = STYLES[pair.band]
        parts.append(_line(left[pair.asking].y, right[pair.host].y, _LINE, thick, dashes))
    for pair in pairs:
        middle = (left[pair.asking].y * 3 + right[pair.host].y) / 4
        parts.extend(_figure(f"{pair.fit:.0f}{' pin' if pair.pinned else ''}", middle))
    for place in left.values():
        parts.extend(_name(place, 0, "start"))
    for place in right.values():
        parts.extend(_name(place, _WIDTH, "end"))
    for name in unplaced:
        parts.append(_text("no host", _WIDTH, left[name].y + _SIZE / 3, "end", _SIZE))
        parts.append(_line(left[name].y, left[name].y, _RULE, 1, "1 4"))
    return _picture(parts, bottom, id=id, title=title, facts=words(pairs, unplaced, wishes))


def words(
    pairs: Sequence[Drawn], unplaced: Sequence[str], wishes: Sequence[tuple[str, str]] = ()
) -> str:
    """Return the facts of the picture as text."""
    said = [
        f"{pair.host} hosts {pair.asking}, fit {pair.fit:.0f}, {pair.band}"
        f"{', pinned' if pair.pinned else ''}"
        for pair in pairs
    ]
    said += [f"{name} has no host" for name in unplaced]
    said += [f"{asking} and {host} would both gain with each other" for asking, host in wishes]
    return ". ".join(said) + "."


def _places(
    pairs: Sequence[Drawn], unplaced: Sequence[str]
) -> tuple[dict[str, _Place], dict[str, _Place], float]:
    """Return where each name stands on the left and on the right, and where the picture ends."""
    hosted: dict[str, list[str]] = {}
    for pair in sorted(pairs, key=lambda pair: (pair.host, pair.asking)):
        hosted.setdefault(pair.host, []).append(pair.asking)
    left: dict[str, _Place] = {}
    right: dict[str, _Place] = {}
    y = 4.0
    for host, askings in hosted.items():
        lines = _lines(host)
        heights = [len(_lines(asking)) * _STEP + 4 for asking in askings]
        tall = max(sum(heights), len(lines) * _STEP)
        at = y + (tall - sum(heights)) / 2
        for asking, height in zip(askings, heights, strict=True):
            left[asking] = _Place(_lines(asking), at + height / 2)
            at += height
        right[host] = _Place(lines, y + tall / 2)
        y += tall + _GAP
    for name in unplaced:
        height = len(_lines(name)) * _STEP + 4
        left[name] = _Place(_lines(name), y + height / 2)
        y += height + _GAP / 2
    return left, right, y


def _lines(name: str) -> list[str]:
    plain = "".join(sign for sign in name if sign.isprintable())
    return textwrap.wrap(plain, int(_SIDE / (_CHARACTER * _SIZE))) or [""]


def _name(place: _Place, x: float, anchor: str) -> list[Markup]:
    top = place.y - (len(place.lines) - 1) * _STEP / 2 + _SIZE / 3
    return [_text(line, x, top + n * _STEP, anchor, _SIZE) for n, line in enumerate(place.lines)]


def _figure(text: str, y: float) -> list[Markup]:
    x = _SIDE + (_WIDTH - 2 * _SIDE) / 4
    size = {"x": x - len(text) * 4 - 2, "y": y - 8, "width": len(text) * 8 + 4, "height": 16}
    return [
        _tag("rect", {"class": "app-chart__track", **size, "fill": "#ffffff"}),
        _text(text, x, y + 4, "middle", 13),
    ]


def _line(y1: float, y2: float, color: str, thick: float, dashes: str) -> Markup:
    x1, x2 = _SIDE + 2, _WIDTH - _SIDE - 2
    place = {"class": "app-chart__line", "x1": x1, "y1": y1, "x2": x2, "y2": y2}
    return _tag(
        "line", {**place, "stroke": color, "stroke-width": thick, "stroke-dasharray": dashes}
    )


def _text(text: str, x: float, y: float, anchor: str, size: int) -> Markup:
    place = {"class": "app-chart__text", "x": x, "y": y, "font-size": size, "fill": _INK}
    return _tag("text", {**place, "text-anchor": anchor}, escape(text))


def _picture(parts: Sequence[Markup], height: float, *, id: str, title: str, facts: str) -> Markup:
    names = {"aria-labelledby": f"{id}-title {id}-desc", "focusable": "false"}
    box = {"class": "app-chart", "viewBox": f"0 0 {_WIDTH} {height:g}", "role": "img", **names}
    head = [
        _tag("title", {"id": f"{id}-title"}, escape(title)),
        _tag("desc", {"id": f"{id}-desc"}, escape(facts)),
    ]
    return _tag("svg", box, Markup("").join([*head, *parts]))


def _tag(name: str, attributes: Mapping[str, object], content: Markup = _NOTHING) -> Markup:
    """Return an element; attribute values are escaped, `content` has to be markup already."""
    said = Markup("").join(
        Markup(' {}="{}"').format(key, f"{value:.5g}" if isinstance(value, float) else value)
        for key, value in attributes.items()
    )
    return Markup("<{0}{1}>{2}</{0}>").format(name, said, content)
