"""Styles of an OpenDocument text: how text looks, which sections are hidden."""

from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from portal.disclosure.files.stories import Look

_DEEPEST = 20
_A4 = (595.3, 841.9)
_USUAL = 12.0
"""Points, of text whose size no style says."""
_NARROWEST = 0.1
"""Of a letter's width."""


@dataclass(frozen=True)
class Style:
    """What a style says, with what it takes from its parents."""

    look: Look = field(default_factory=Look)
    clipped: bool = False
    """Pictures of this style are cut."""


class Styles:
    """The styles of a document by (family, name), those of both its parts."""

    def __init__(self, *roots: Element) -> None:
        self._elements: dict[tuple[str, str], Element] = {}
        self._known: dict[tuple[str, str], Style] = {}
        self._numbered: dict[tuple[str, int], bool] = {}
        self.page_fill = "ffffff"
        self.page = _A4
        """Width and height of the largest page, in points."""
        for root in roots:
            for element in root.iter("style"):
                key = (element.get("family", ""), element.get("name", ""))
                self._elements[key] = element
            for element in root.iter("default-style"):
                self._elements[(element.get("family", ""), "")] = element
            for element in root.iter("list-style"):
                self._list(element)
            for element in root.iter("page-layout-properties"):
                fill = element.get("background-color", "transparent")
                self.page_fill = self.page_fill if fill == "transparent" else fill
                width, height = (
                    points(element.get("page-width")),
                    points(element.get("page-height")),
                )
                self.page = (max(self.page[0], width or 0), max(self.page[1], height or 0))

    def _list(self, element: Element) -> None:
        for level in element:
            depth = level.get("level", "")
            if depth.isdigit():
                numbered = level.tag == "list-level-style-number" and level.get("num-format") != ""
                self._numbered[(element.get("name", ""), int(depth))] = numbered

    def numbered(self, name: str, depth: int) -> bool:
        """Tell whether a list style has numbers at a depth from 0."""
        return self._numbered.get((name, depth + 1), False)

    def get(self, family: str, name: str | None, depth: int = 0) -> Style:
        """Return a style; an unknown one says nothing."""
        key = (family, name or "")
        if key in self._known:
            return self._known[key]
        element = self._elements.get(key)
        if element is None or depth > _DEEPEST:
            return Style()
        above = element.get("parent-style-name") or ("" if key[1] else None)
        base = Style() if above is None else self.get(family, above, depth + 1)
        look = replace(_look(element), size=_size(element, base.look.size)).over(base.look)
        self._known[key] = Style(look, _clipped(element) or base.clipped)
        return self._known[key]


def _look(style: Element) -> Look:
    text = style.find("text-properties")
    fill = None
    for name in ("text-properties", "paragraph-properties", "table-cell-properties",
                 "graphic-properties", "section-properties"):  # fmt: skip
        element = style.find(name)
        found = element.get("background-color") if element is not None else None
        if found and found != "transparent" and fill is None:
            fill = found
        if name == "graphic-properties" and element is not None and element.get("fill") == "none":
            continue
        if element is not None and element.get("fill") in ("gradient", "bitmap", "hatch"):
            fill = fill or ""  # cannot be told
        elif element is not None and element.get("fill-color") and element.get("fill"):
            fill = fill or element.get("fill-color")
    if text is None:
        return Look(fill=fill)
    colour = {"white": "#ffffff", "black": "#000000"}.get(text.get("color", ""), text.get("color"))
    display = text.get("display")
    hidden = None if display is None else display != "true"  # on a condition: nobody knows
    if text.get("use-window-font-color") == "true":
        colour = ""
    elif text.get("color") and text.get("opacity") == "0%":  # without a colour, it means nothing
        hidden = True
    scale = _share(text.get("text-scale", ""))
    if scale is not None and scale < _NARROWEST:
        hidden = True
    return Look(hidden, colour, fill)


def _size(style: Element, base: float | None) -> float | None:
    """Return the size of a style's letters, which may be a share of those it is based on."""
    text = style.find("text-properties")
    if text is None:
        return None
    said = text.get("font-size", "")
    share = _share(said)
    size = points(said) if share is None else share * (base or _USUAL)
    more = points(text.get("font-size-rel"))
    if more is not None:
        size = max((base or _USUAL) + more, 0.0)
    raised = _share((text.get("text-position", "").split() or [""])[-1])
    if raised is not None and len(text.get("text-position", "").split()) > 1:
        size = raised * (size or base or _USUAL)
    return size


def _share(value: str) -> float | None:
    try:
        return float(value[:-1]) / 100 if value.endswith("%") else None
    except ValueError:
        return None


def points(size: str | None) -> float | None:
    """Return a length such as "2.5cm" in points, or nothing."""
    if not size:
        return None
    for unit, points in (("pt", 1.0), ("cm", 28.35), ("mm", 2.835), ("in", 72.0)):
        if size.endswith(unit):
            try:
                return float(size.removesuffix(unit)) * points
            except ValueError:
                return None
    return None


def _clipped(style: Element) -> bool:
    graphic = style.find("graphic-properties")
    clip = graphic.get("clip", "auto") if graphic is not None else "auto"
    return any(digit in clip for digit in "123456789")
