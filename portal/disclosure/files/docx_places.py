"""Where frames, boxes and lines of a Word document stand: on the page, or where none sees them.

Lengths are in points. Offsets count from a margin, a column or the page, which is not always said,
so what sticks out by less than a margin is taken to be on the page.
"""

import re
from xml.etree.ElementTree import Element

from portal.disclosure.files.reading import Where

_TWIP = 1 / 20
_EMU = 1 / 12700
_MARGIN = 72.0
_LARGEST_PAGE = 1584.0
"""Word's largest page, 22 inches."""
_LEAST = 3.0
"""A line or row of that height shows nothing of its letters."""
_UNITS = {"pt": 1.0, "in": 72.0, "cm": 28.35, "mm": 2.835, "pc": 12.0, "px": 0.75, "": 0.75}
_LENGTH = re.compile(r"(-?[\d.]+)(pt|in|cm|mm|pc|px|)")

Page = tuple[float, float]


def page_of(root: Element) -> Page:
    """Return the width and height of a document's largest page, in points."""
    sizes = [
        (_number(one.get("w")) * _TWIP, _number(one.get("h")) * _TWIP) for one in root.iter("pgSz")
    ]
    sizes = [one for one in sizes if one[0] > 0 and one[1] > 0]
    if not sizes:
        return (_LARGEST_PAGE, _LARGEST_PAGE)
    return (max(width for width, _ in sizes), max(height for _, height in sizes))


def paragraph_away(properties: Element | None, page: Page) -> Where | None:
    """Tell whether a paragraph stands off the page, or has lines too low to show it."""
    if properties is None:
        return None
    frame = properties.find("framePr")
    if frame is not None:
        size = (_number(frame.get("w")) * _TWIP, _number(frame.get("h")) * _TWIP)
        at = (_number(frame.get("x")) * _TWIP, _number(frame.get("y")) * _TWIP)
        if where := _away(at, size, page):
            return where
    indent = properties.find("ind")
    if indent is not None:
        keys = ("left", "right", "start", "end", "firstLine", "hanging")
        furthest = max(abs(_number(indent.get(key))) * _TWIP for key in keys)
        if furthest >= page[0] - _MARGIN / 2:
            return Where.UNSURE
    spacing = properties.find("spacing")
    if spacing is not None and spacing.get("lineRule") == "exact":
        return Where.UNSURE if _number(spacing.get("line"), 240) * _TWIP < _LEAST else None
    return None


def table_away(properties: Element | None, page: Page) -> Where | None:
    """Tell whether a table that floats stands off the page."""
    floating = properties.find("tblpPr") if properties is not None else None
    if floating is None:
        return None
    at = (_number(floating.get("tblpX")) * _TWIP, _number(floating.get("tblpY")) * _TWIP)
    return _away(at, (0, 0), page)


def row_away(properties: Element | None) -> Where | None:
    """Tell whether a row is too low to show its text."""
    height = properties.find("trHeight") if properties is not None else None
    if height is None or height.get("hRule") != "exact":
        return None
    return Where.UNSURE if _number(height.get("val"), 240) * _TWIP < _LEAST else None


def drawing_away(own: list[Element], page: Page) -> Where | None:
    """Tell whether a shape, given with the elements that describe it, stands off the page."""
    for one in own:
        where = None
        if one.tag == "anchor":
            extent = one.find("extent")
            size = (0.0, 0.0)
            if extent is not None:
                size = (_number(extent.get("cx")) * _EMU, _number(extent.get("cy")) * _EMU)
            across, down = (
                _number(one.findtext(f"{name}/posOffset")) * _EMU
                for name in ("positionH", "positionV")
            )
            where = _away((across, down), size, page)
        elif one.get("style"):
            where = _styled_away(one.get("style", ""), page)
        if where:
            return where
    return None


def _styled_away(style: str, page: Page) -> Where | None:
    """Read the place of a shape of VML from its style."""
    said: dict[str, str] = {}
    for part in style.lower().replace(" ", "").split(";"):
        name, _, value = part.partition(":")
        said[name] = value
    if "position" not in said:
        return None
    across = _length(said.get("margin-left", "")) + _length(said.get("left", ""))
    down = _length(said.get("margin-top", "")) + _length(said.get("top", ""))
    size = (_length(said.get("width", "")), _length(said.get("height", "")))
    return _away((across, down), size, page)


def _away(at: tuple[float, float], size: tuple[float, float], page: Page) -> Where | None:
    """Tell whether a box is off the page, or so far out that it can't be told."""
    for start, length, whole in zip(at, size, page, strict=True):
        if start >= whole or start + max(length, 0) <= -_MARGIN:
            return Where.OFF_PAGE
        if start < -2 * _MARGIN:
            return Where.UNSURE
    return None


def _length(value: str) -> float:
    match = _LENGTH.fullmatch(value)
    try:
        return float(match[1]) * _UNITS[match[2]] if match else 0.0
    except ValueError:
        return 0.0


def _number(value: str | None, otherwise: float = 0.0) -> float:
    try:
        return float(value or "") if value else otherwise
    except ValueError:
        return otherwise
