"""Styles and numbering of a Word document: how text looks, and which paragraphs are headings."""

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from portal.disclosure.files.stories import Look

_HIGHLIGHTS = {
    "black": "000000",
    "blue": "0000ff",
    "cyan": "00ffff",
    "darkBlue": "000080",
    "darkCyan": "008080",
    "darkGray": "808080",
    "darkGreen": "008000",
    "darkMagenta": "800080",
    "darkRed": "800000",
    "darkYellow": "808000",
    "green": "00ff00",
    "lightGray": "c0c0c0",
    "magenta": "ff00ff",
    "red": "ff0000",
    "white": "ffffff",
    "yellow": "ffff00",
}
_OFF = {"0", "false", "off", "none"}
_DEEPEST = 20
"""Styles that a style may be based on, one on another; Word itself allows ten."""


def on(element: Element | None) -> bool | None:
    """Return whether a switch such as <w:vanish/> is on; None where it is not there."""
    return None if element is None else element.get("val", "true") not in _OFF


def look_of(properties: Element | None) -> Look:
    """Return how run or paragraph properties make text look."""
    if properties is None:
        return Look()
    size = properties.find("sz")
    fill = fill_of(properties)
    colour = _colour(properties)
    highlight = _HIGHLIGHTS.get(_value(properties, "highlight", "val") or "")
    if highlight:
        fill = highlight
        colour = "000000" if colour in (None, "auto") else colour
    try:
        points = float(size.get("val", "")) / 2 if size is not None else None
    except ValueError:
        points = None
    return Look(
        _hidden(properties),
        None if colour is None else "" if colour == "auto" else colour.lower(),
        fill,
        points,
    )


def _colour(properties: Element) -> str | None:
    """Return the colour of text; one of the theme counts before the one written beside it."""
    filled = properties.find("textFill/solidFill/srgbClr")
    if filled is not None:
        return filled.get("val")
    theme = _value(properties, "color", "themeColor")
    plain = properties.find("color[@themeShade]") is None
    if theme in ("background1", "bg1", "light1") and plain:
        return "ffffff"
    return _value(properties, "color", "val")


def _hidden(properties: Element) -> bool | None:
    """Tell whether text is hidden, filled with nothing or see-through; None if it isn't said."""
    said = on(properties.find("vanish")) or on(properties.find("specVanish"))
    filled = properties.find("textFill")
    if filled is None:
        return said
    alpha = filled.find(".//alpha")
    through = alpha.get("val", "") if alpha is not None else ""  # 100 000 lets all through
    if filled.find("noFill") is not None or (through.isdigit() and int(through) > 95_000):
        return True
    return said


def fill_of(properties: Element | None) -> str | None:
    """Return the shading of a run, paragraph or cell: "rrggbb", "" untold, None without one."""
    shade = properties.find("shd") if properties is not None else None
    if shade is None:
        return None
    if shade.get("val") == "solid":
        fill = shade.get("color", "auto")
        return "000000" if fill == "auto" else fill.lower()
    fill = shade.get("fill", "auto")
    return None if fill == "auto" else fill.lower()


def _value(properties: Element, name: str, attribute: str) -> str | None:
    element = properties.find(name)
    return None if element is None else element.get(attribute)


@dataclass
class Style:
    """What a style says, those it is based on included."""

    name: str = ""
    look: Look = field(default_factory=Look)
    level: int | None = None
    """Outline level, 0 for a heading of the first level."""
    numbering: tuple[str, int] | None = None


class Styles:
    """The styles of a document by their ids."""

    def __init__(self, root: Element | None) -> None:
        self._elements: dict[str, Element] = {}
        self._known: dict[str, Style] = {}
        self.default = Look()
        if root is None:
            return
        for element in root.iter("style"):
            self._elements[element.get("styleId", "")] = element
            if element.get("type") == "paragraph" and element.get("default") in ("1", "true"):
                self._default = element.get("styleId", "")
        self.default = look_of(root.find("docDefaults/rPrDefault/rPr"))

    _default = ""

    def get(self, identifier: str | None) -> Style:
        """Return a style by its id; without one, the default paragraph style."""
        return self._resolve(identifier or self._default, 0)

    def element(self, identifier: str) -> Element | None:
        """Return a style as it is written."""
        return self._elements.get(identifier)

    def _resolve(self, identifier: str, depth: int) -> Style:
        if identifier in self._known:
            return self._known[identifier]
        element = self._elements.get(identifier)
        if element is None or depth > _DEEPEST:
            return Style()
        based = element.find("basedOn")
        base = self._resolve(based.get("val", ""), depth + 1) if based is not None else Style()
        paragraph = element.find("pPr")
        name = element.find("name")
        own = look_of(element.find("rPr"))
        fill = fill_of(paragraph)
        if fill is not None and own.fill is None:
            own = Look(own.hidden, own.colour, fill, own.size)
        level = outline(paragraph)
        style = Style(
            name.get("val", "") if name is not None else "",
            own.over(base.look),
            base.level if level is None else level,
            numbering(paragraph) or base.numbering,
        )
        self._known[identifier] = style
        return style


def outline(properties: Element | None) -> int | None:
    """Return the outline level of paragraph properties, 9 for body text."""
    level = properties.find("outlineLvl") if properties is not None else None
    value = level.get("val", "") if level is not None else ""
    return int(value) if value.isdigit() else None


def numbering(properties: Element | None) -> tuple[str, int] | None:
    """Return (list id, level) of paragraph properties."""
    number = properties.find("numPr") if properties is not None else None
    if number is None:
        return None
    level = _value(number, "ilvl", "val") or "0"
    return (_value(number, "numId", "val") or "0", int(level) if level.isdigit() else 0)


class Numbering:
    """Which lists are numbered; the others have bullets."""

    def __init__(self, root: Element | None) -> None:
        self._formats: dict[tuple[str, int], str] = {}
        if root is None:
            return
        abstract = {one.get("abstractNumId", ""): one for one in root.iter("abstractNum")}
        for number in root.iter("num"):
            used = number.find("abstractNumId")
            kind = abstract.get(used.get("val", "")) if used is not None else None
            for level in kind.iter("lvl") if kind is not None else ():
                depth = level.get("ilvl", "")
                if depth.isdigit():
                    form = _value(level, "numFmt", "val") or "decimal"
                    self._formats[(number.get("numId", ""), int(depth))] = form

    def numbered(self, of: tuple[str, int]) -> bool:
        """Tell whether a list at a level has numbers or letters rather than bullets."""
        return self._formats.get(of, "decimal") not in ("bullet", "none")
