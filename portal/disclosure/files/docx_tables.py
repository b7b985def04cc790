"""How the style of a Word table makes each of its cells look (ECMA-376 part 1, 17.7.6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from portal.disclosure.files.docx_styles import Styles, fill_of, look_of, on
from portal.disclosure.files.stories import Look

_DEEPEST = 20
_BITS = {
    "firstRow": 0x20, "lastRow": 0x40, "firstColumn": 0x80, "lastColumn": 0x100,
    "noHBand": 0x200, "noVBand": 0x400,
}  # fmt: skip
_WHOLE = "wholeTable"


@dataclass(frozen=True)
class Cell:
    """Where a cell stands in its table, counted from 0."""

    row: int
    column: int
    rows: int
    columns: int


class TableStyle:
    """The style of one table, with the parts of it that the table says are to be used."""

    def __init__(self, styles: Styles, properties: Element | None) -> None:
        named = properties.find("tblStyle") if properties is not None else None
        self._used = _used(properties.find("tblLook") if properties is not None else None)
        self._parts: dict[str, Look] = {}
        chain = list(_chain(styles, named.get("val", "") if named is not None else ""))
        for style in reversed(chain):  # what a style is based on comes first
            self._take(_WHOLE, style, ("tcPr", "tblPr"))
            for part in style.findall("tblStylePr"):
                self._take(part.get("type", _WHOLE), part, ("tcPr", "tblPr", "trPr"))

    def _take(self, name: str, element: Element, places: tuple[str, ...]) -> None:
        fills = [fill_of(element.find(place)) for place in (*places, "pPr")]
        look = look_of(element.find("rPr"))
        row = element.find("trPr")
        if row is not None and on(row.find("hidden")):
            look = Look(True).over(look)
        fill = next((one for one in fills if one is not None), None)
        self._parts[name] = look.over(Look(fill=fill)).over(self._parts.get(name, Look()))

    def look(self, cell: Cell) -> Look:
        """Return how text of a cell looks where nothing nearer to it says otherwise."""
        look = Look()
        for name in (_WHOLE, *self._applied(cell)):
            look = self._parts.get(name, Look()).over(look)
        return look

    def _applied(self, cell: Cell) -> Iterator[str]:
        """Give the conditional parts that hold for a cell, the weakest first."""
        top = self._used["firstRow"] and cell.row == 0
        bottom = self._used["lastRow"] and cell.row == cell.rows - 1
        left = self._used["firstColumn"] and cell.column == 0
        right = self._used["lastColumn"] and cell.column == cell.columns - 1
        if not self._used["noVBand"] and not left:
            band = (cell.column - self._used["firstColumn"]) % 2
            yield f"band{band + 1}Vert"
        if not self._used["noHBand"] and not top:
            band = (cell.row - self._used["firstRow"]) % 2
            yield f"band{band + 1}Horz"
        sides = (
            ("firstCol", left), ("lastCol", right), ("firstRow", top), ("lastRow", bottom),
            ("neCell", top and right), ("nwCell", top and left),
            ("seCell", bottom and right), ("swCell", bottom and left),
        )  # fmt: skip
        for name, holds in sides:
            if holds:
                yield name


def _chain(styles: Styles, identifier: str) -> Iterator[Element]:
    """Give a style, then those it is based on."""
    for _ in range(_DEEPEST):
        element = styles.element(identifier)
        if element is None:
            return
        yield element
        based = element.find("basedOn")
        identifier = based.get("val", "") if based is not None else ""


def _used(look: Element | None) -> dict[str, bool]:
    """Return which conditional parts of its style a table uses; all of them if it isn't said."""
    if look is None:
        return {name: not name.startswith("no") for name in _BITS}
    try:
        bits = int(look.get("val", "0"), 16)
    except ValueError:
        bits = 0
    return {
        name: look.get(name, "") in ("1", "true", "on") if name in look.attrib else bool(bits & bit)
        for name, bit in _BITS.items()
    }
