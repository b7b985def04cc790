"""Colours of a PDF as red, green and blue, as a screen shows them (ISO 32000-2, 8.6)."""

from itertools import pairwise
from typing import Any

from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.psparser import PSLiteral

from portal.disclosure.files.stories import RGB

_DEEPEST = 4
"""Colour spaces that stand for one another."""
_WHITE_POINT = (0.9505, 1.0, 1.089)
_COMPONENTS = {
    "DeviceGray": 1, "G": 1, "CalGray": 1, "DeviceRGB": 3, "RGB": 3, "CalRGB": 3,
    "DeviceCMYK": 4, "CMYK": 4, "Lab": 3,
}  # fmt: skip


class Space(PDFColorSpace):
    """A colour space with all that the file says of it, which pdfminer drops."""

    def __init__(self, name: str, ncomponents: int, said: Any) -> None:
        super().__init__(name, ncomponents)
        self.said = said


def initial(space: Any) -> Any:
    """Return the colour that a space begins with: black, or all of an ink (ISO 32000-2, 8.6.8)."""
    name, count = getattr(space, "name", ""), getattr(space, "ncomponents", 1)
    if name in ("Separation", "DeviceN"):
        return (1.0,) * count
    return (0.0, 0.0, 0.0, 1.0) if name == "DeviceCMYK" else (0.0,) * count


def rgb_of(space: Any, colour: Any) -> RGB | None:
    """Return a colour as red, green, blue of 0 to 255; None where it cannot be told."""
    values = list(colour) if isinstance(colour, (tuple, list)) else [colour]
    if not values or not all(isinstance(value, (int, float)) for value in values):
        return None
    name = getattr(space, "name", "")
    said = getattr(space, "said", None)
    if name in ("Separation", "DeviceN", "Indexed", "Pattern", "Lab"):
        return _special(said if isinstance(said, list) else [name], values, 0)
    return _plain(values)


def _plain(values: list[float]) -> RGB | None:
    values = [min(max(value, 0.0), 1.0) for value in values]
    if len(values) == 1:
        return (values[0] * 255,) * 3
    if len(values) == 3:
        return (values[0] * 255, values[1] * 255, values[2] * 255)
    if len(values) == 4:
        cyan, magenta, yellow, black = values
        red, green, blue = (255 * (1 - c) * (1 - black) for c in (cyan, magenta, yellow))
        return (red, green, blue)
    return None


def _name(value: Any) -> str:
    value = resolve1(value)
    return str(value.name) if isinstance(value, PSLiteral) else str(value or "")


def _special(said: list[Any], values: list[float], depth: int) -> RGB | None:
    """Return a colour of a space that is written as a list: its name, then what it needs."""
    kind = _name(said[0])
    if kind == "Lab" and len(values) == 3:
        return _lab(*values)
    if depth > _DEEPEST or len(said) < 4:
        return None
    if kind == "Indexed":
        return _indexed(said, values[0], depth)
    if kind == "Separation" and _name(said[1]) != "None":
        made = _applied(resolve1(said[3]), values[0])
        if made is not None:
            return _in(resolve1(said[2]), made, depth + 1)
        return (255 * (1 - values[0]),) * 3 if _name(said[1]) in ("All", "Black") else None
    return None


def _in(space: Any, values: list[float], depth: int) -> RGB | None:
    """Return a colour of a space as it stands in the file."""
    if isinstance(space, list) and space:
        if _name(space[0]) in ("Separation", "DeviceN", "Indexed", "Pattern", "Lab"):
            return _special(space, values, depth)
        return _plain(values)  # with a profile, or calibrated
    return _plain(values) if _name(space) in _COMPONENTS else None


def _count(space: Any) -> int:
    if isinstance(space, list) and space:
        if _name(space[0]) == "ICCBased" and len(space) > 1:
            profile = resolve1(space[1])
            count = resolve1(profile.get("N")) if isinstance(profile, PDFStream) else 0
            return count if isinstance(count, int) else 0
        if _name(space[0]) == "Separation":
            return 1
        return _COMPONENTS.get(_name(space[0]), 0)
    return _COMPONENTS.get(_name(space), 0)


def _indexed(said: list[Any], value: float, depth: int) -> RGB | None:
    base, table = resolve1(said[1]), resolve1(said[3])
    table = table.get_data() if isinstance(table, PDFStream) else table
    count, at = _count(base), int(max(value, 0))
    if not isinstance(table, bytes) or not count or (at + 1) * count > len(table):
        return None
    entry = [byte / 255 for byte in table[at * count : (at + 1) * count]]
    if isinstance(base, list) and base and _name(base[0]) == "Lab":
        entry = [entry[0] * 100, entry[1] * 200 - 100, entry[2] * 200 - 100]
    return _in(base, entry, depth + 1)


def _lab(lightness: float, a: float, b: float) -> RGB:
    """Return a colour of CIE L*a*b* (ISO 32000-2, 8.6.5.4) under daylight as sRGB."""
    middle = (lightness + 16) / 116
    x, y, z = (
        white * (t**3 if t >= 6 / 29 else 108 / 841 * (t - 4 / 29))
        for white, t in zip(_WHITE_POINT, (middle + a / 500, middle, middle - b / 200), strict=True)
    )
    linear = (
        3.2406 * x - 1.5372 * y - 0.4986 * z,
        -0.9689 * x + 1.8758 * y + 0.0415 * z,
        0.0557 * x - 0.2040 * y + 1.0570 * z,
    )
    red, green, blue = (
        255 * min(1.0, 12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055)
        for v in (max(0.0, one) for one in linear)
    )
    return (red, green, blue)


def _applied(function: Any, tint: float) -> list[float] | None:
    """Return what a function of one number gives: of type 2 or sampled bytes; else nothing.

    Source: ISO 32000-2, 7.10.2 and 7.10.3.
    """
    held = function.attrs if isinstance(function, PDFStream) else function
    if not isinstance(held, dict):
        return None
    tint = min(max(tint, 0.0), 1.0)
    if resolve1(held.get("FunctionType")) == 2:
        power = resolve1(held.get("N", 1))
        low = _numbers(held.get("C0"), [0.0])
        high = _numbers(held.get("C1"), [1.0])
        if not isinstance(power, (int, float)) or power <= 0 or len(low) != len(high):
            return None
        return [a + tint**power * (b - a) for a, b in zip(low, high, strict=True)]
    if isinstance(function, PDFStream) and resolve1(held.get("FunctionType")) == 0:
        return _sampled(function, tint)
    return None


def _sampled(function: PDFStream, tint: float) -> list[float] | None:
    size, spans = _numbers(function.get("Size"), []), _numbers(function.get("Range"), [])
    plain = resolve1(function.get("BitsPerSample")) == 8 and "Encode" not in function
    if not plain or len(size) != 1 or size[0] < 2 or len(spans) % 2:
        return None
    count, data = len(spans) // 2, function.get_data()
    pairs = list(pairwise(_numbers(function.get("Decode"), spans)))[::2]
    place = tint * (size[0] - 1)
    at = min(int(place), int(size[0]) - 2)
    if len(pairs) != count or (at + 2) * count > len(data):
        return None
    found = []
    for number, (low, high) in enumerate(pairs):
        before, after = data[at * count + number], data[(at + 1) * count + number]
        found.append(low + (before + (place - at) * (after - before)) / 255 * (high - low))
    return found


def _numbers(value: Any, otherwise: list[float]) -> list[float]:
    found = resolve1(value)
    if not isinstance(found, list):
        return otherwise
    values = [resolve1(one) for one in found]
    return [float(one) for one in values if isinstance(one, (int, float))]
