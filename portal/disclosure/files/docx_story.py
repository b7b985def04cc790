"""The stories of a Word document: its text, headers, footers, notes and comments."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from portal.disclosure.files.docx_places import (
    Page,
    drawing_away,
    paragraph_away,
    row_away,
    table_away,
)
from portal.disclosure.files.docx_styles import (
    Numbering,
    Styles,
    fill_of,
    look_of,
    numbering,
    on,
    outline,
)
from portal.disclosure.files.docx_tables import Cell, TableStyle
from portal.disclosure.files.gathering import Gathering
from portal.disclosure.files.packages import Package
from portal.disclosure.files.pictures import Crop, in_document
from portal.disclosure.files.reading import Where
from portal.disclosure.files.refusals import TOO_COMPLEX, Refused
from portal.disclosure.files.relations import Relation
from portal.disclosure.files.stories import Look, Story

_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_HYPERLINK = re.compile(r'HYPERLINK\s+"([^"]+)"')
_WORDS = re.compile(r"\S\s+[^\s\\]|[a-z]")
"""More in a field than its name and switches, as in " PAGE " and " PAGE \\* MERGEFORMAT "."""
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_SKIPPED = {
    "rPr", "pPr", "sectPr", "tblPr", "tblGrid", "trPr", "tcPr", "sdtEndPr", "tblPrEx",
}  # fmt: skip
_DEEPEST = 100
"""Fields within fields."""
_DULL_NAME = re.compile(
    r"(?:picture|image|graphic|text ?box|shape|rectangle|group|chart|object|straight connector|"
    r"diagram|drawing|frame|line|oval|arrow)?[ :_-]*\d*(?:\.\w{3,4})?",
    re.IGNORECASE,
)


@dataclass
class Document:
    """What the stories of one document share."""

    package: Package
    gathering: Gathering
    styles: Styles
    lists: Numbering
    page_fill: str = "ffffff"
    page: Page = (1584.0, 1584.0)
    noted: set[tuple[str, str]] = field(default_factory=set)
    """Notes, as kind and id, that text refers to which a reader sees."""
    displayed: set[str] = field(default_factory=set)
    """Parts of pictures that were rendered or looked into."""


@dataclass(frozen=True)
class Place:
    """What holds for the text at a point of the walk."""

    link: str = ""
    deleted: bool = False
    fill: str | None = None
    """Of the cell or box around; None is the page."""
    style: Look = field(default_factory=Look)
    hidden: Where | None = None
    table: Look = field(default_factory=Look)
    """What the style of the table around says."""


class Walk:
    """Goes through a part once and hands its text to a story."""

    def __init__(self, document: Document, relations: dict[str, Relation], story: Story) -> None:
        self.document = document
        self.gathering = document.gathering
        self.relations = relations
        self.story = story
        self._instruction: list[str] = []
        self._fields: list[str] = []
        """Addresses of the fields that are open, the innermost last."""
        self._instructing: list[bool] = []
        """For each field that is open: its result has not begun."""
        self._handlers: dict[str, Callable[[Element, Place], None]] = {
            "p": self._paragraph,
            "r": self._run,
            "tbl": self._table,
            "del": self._deleted,
            "moveFrom": self._deleted,
            "hyperlink": self._hyperlink,
            "fldSimple": self._simple_field,
            "AlternateContent": self._alternatives,
            "txbxContent": self._text_box,
            "drawing": self._drawing,
            "pict": self._drawing,
            "object": self._drawing,
            "sdtPr": self._control,
            "bookmarkStart": self._bookmark,
            "smartTagPr": self._described,
            "customXmlPr": self._described,
        }

    def go(self, element: Element, place: Place | None = None) -> None:
        """Walk the children of an element."""
        place = place or Place()
        for child in element:
            handler = self._handlers.get(child.tag)
            if handler:
                handler(child, place)
            elif child.tag not in _SKIPPED:
                self._other(child, place)

    def _other(self, element: Element, place: Place) -> None:
        if element.tag == "t" and element.text:  # of a formula or a shape
            self._say(element.text, place)
        self.go(element, place)

    def _say(self, text: str, place: Place, look: Look | None = None) -> None:
        """Hand text to the story, hidden where it looks so."""
        if place.deleted:
            self.story.text(text, Where.DELETED)
            return
        link = place.link or next((one for one in reversed(self._fields) if one), "")
        where = place.hidden or (look.hides() if look else None)
        if any(self._instructing):  # no program shows this, instruction or not
            where = where or Where.FIELD
        self.story.text(text, where, link)

    def _paragraph(self, paragraph: Element, place: Place) -> None:
        properties = paragraph.find("pPr")
        named = properties.find("pStyle") if properties is not None else None
        style = self.document.styles.get(named.get("val") if named is not None else None)
        look = style.look.over(place.table).over(self.document.styles.default)
        fill = fill_of(properties)
        if fill is not None:
            look = replace(look, fill=fill)
        away = paragraph_away(properties, self.document.page)
        self.go(paragraph, replace(place, style=look, hidden=place.hidden or away))
        level = outline(properties)
        heading = _heading(style.name, style.level if level is None else level)
        number = numbering(properties) or style.numbering
        item = None
        if number and number[0] != "0":
            item = (number[1], self.document.lists.numbered(number))
        self.story.end(heading, None if heading else item)

    def _run(self, run: Element, place: Place) -> None:
        properties = run.find("rPr")
        named = properties.find("rStyle") if properties is not None else None
        look = look_of(properties)
        if named is not None and named.get("val"):
            look = look.over(self.document.styles.get(named.get("val")).look)
        behind = self.document.page_fill if place.fill is None else place.fill
        look = look.over(place.style).over(Look(fill=behind))
        for child in run:
            if child.tag in ("t", "delText"):
                gone = place.deleted or child.tag == "delText"
                self._say(child.text or "", replace(place, deleted=gone), look)
            elif child.tag in ("instrText", "delInstrText"):
                self._instruction.append(child.text or "")
            elif child.tag == "fldChar":
                self._field(child)
            elif child.tag in _CHARACTERS:
                self._say(_CHARACTERS[child.tag], place, look)
            elif child.tag == "sym":
                self._say(_symbol(child.get("char", "")), place, look)
            elif child.tag in ("footnoteReference", "endnoteReference"):
                self._noted(child, hidden=place.deleted or bool(place.hidden or look.hides()))
            elif child.tag != "rPr":
                holder = Element("r")
                holder.append(child)
                self.go(holder, replace(place, hidden=place.hidden or _gone(look)))

    def _noted(self, reference: Element, *, hidden: bool) -> None:
        """Refer to a note, unless the reference is hidden: the note is then too."""
        if not hidden:
            number = reference.get("id", "")
            self.document.noted.add((reference.tag.removesuffix("Reference"), number))
            self.story.inline.text(f" (note {number})")

    def _field(self, mark: Element) -> None:
        """Keep a field's instruction once it is complete, and the address it links to."""
        kind = mark.get("fldCharType")
        if kind == "begin":
            if len(self._fields) >= _DEEPEST:
                raise Refused(TOO_COMPLEX)
            self._fields.append("")
            self._instructing.append(True)
            self._keep_form(mark)
        elif kind == "separate":
            self._instructed()
            if self._instructing:
                self._instructing[-1] = False
        elif kind == "end":
            self._instructed()
            if self._fields:
                self._fields.pop()
                self._instructing.pop()

    def _instructed(self) -> None:
        instruction = "".join(self._instruction).strip()
        self._instruction = []
        link = _HYPERLINK.search(instruction)
        if link and self._fields:
            self._fields[-1] = link[1]
            self._link(link[1])
            instruction = instruction.replace(link[0], "")  # the tip of a link stays
        if _WORDS.search(instruction):
            self.gathering.add(instruction, Where.FIELD, self.story.place)

    def _keep_form(self, mark: Element) -> None:
        for element in mark.iter():
            value = element.get("val", "")
            if element.tag in ("name", "default", "helpText", "statusText", "listEntry"):
                self.gathering.add(value, Where.FORM_FIELD, self.story.place)
        data = mark.find("fldData")
        if data is not None and data.text:
            self.gathering.warn("A field holds data that cannot be read.")

    def _simple_field(self, element: Element, place: Place) -> None:
        instruction = element.get("instr", "")
        link = _HYPERLINK.search(instruction)
        if link:
            self._link(link[1])
            instruction = instruction.replace(link[0], "")
        if _WORDS.search(instruction):
            self.gathering.add(instruction, Where.FIELD, self.story.place)
        self.go(element, replace(place, link=link[1] if link else place.link))

    def _deleted(self, element: Element, place: Place) -> None:
        self.go(element, replace(place, deleted=True))

    def _hyperlink(self, element: Element, place: Place) -> None:
        relation = self.relations.get(element.get("id", ""))
        link = relation.target if relation and relation.external else ""
        if link and element.get("anchor"):
            link += f"#{element.get('anchor')}"
        self._link(link)
        if not link and not element.get("anchor", "").startswith("_"):
            self.gathering.add(element.get("anchor", ""), Where.BOOKMARK)
        self.gathering.add(element.get("docLocation", ""), Where.LINK_TARGET)
        self.gathering.add(element.get("tooltip", ""), Where.ALT_TEXT, "tip of a link")
        self.go(element, replace(place, link=link))

    def _link(self, address: str) -> None:
        rendered = self.story.shown and address.startswith(("http://", "https://"))
        self.gathering.add(address, Where.LINK_TARGET, seen=rendered)

    def _alternatives(self, element: Element, place: Place) -> None:
        """Walk the newest form of a shape; keep what only the form for older programs says."""
        choices = [*element.findall("Choice"), *element.findall("Fallback")]
        if not choices:
            return
        self.go(choices[0], place)
        known = set(_words(choices[0]))
        for other in choices[1:]:
            words = [text for text in _words(other) if text not in known]
            self.gathering.add("".join(words), Where.OLDER_COPY, self.story.place)
            for shape in other.iter():
                self._described(shape, place, own_only=True)

    def _text_box(self, box: Element, place: Place) -> None:
        inner = Story(
            self.gathering,
            Where.TEXT_BOX,
            _of(self.story),
            self.story.seen and not place.deleted,
            self.story.shown,
        )
        outer, self.story = self.story, inner
        self.go(box, replace(place, style=Look(), table=Look()))
        inner.finish()
        self.story = outer

    def _drawing(self, drawing: Element, place: Place) -> None:
        """Keep what a picture or shape is called and described as, show pictures, walk text."""
        own = _own(drawing)
        properties = [one for one in own if one.tag == "docPr"]
        alts = [one.get("descr") or one.get("title") for one in properties]
        alts += [one.get("alt") for one in own if one.tag == "shape"]
        alt = next((text for text in alts if text), "")
        away = drawing_away(own, self.document.page)
        hidden = Where.HIDDEN if any(_hidden_shape(one) for one in own) else away
        for one in own:
            self._described(one, place, own_only=True)
        gone = place.deleted or (place.hidden or hidden) is not None
        for parent in own:
            for one in parent:
                if one.tag in ("blip", "imagedata"):
                    self._picture(one, parent, alt, shown=self.story.shown and not gone)
        inside = replace(place, hidden=place.hidden or hidden)
        self.go(drawing, replace(inside, fill=_box_fill(own, place.fill)))

    def _picture(self, blip: Element, parent: Element, alt: str, *, shown: bool) -> None:
        for key in ("embed", "id", "link"):
            relation = self.relations.get(blip.get(key, ""))
            if relation and not relation.external and relation.target in self.document.package:
                break
        else:
            return
        name = relation.target
        number = in_document(
            self.document.package.read(name),
            self.gathering,
            name=name.rpartition("/")[2],
            alt=alt,
            crop=_crop(blip, parent),
            shown=shown,
        )
        self.document.displayed.add(name)
        if number:
            self.gathering.rendering.picture(number, alt)

    def _described(self, shape: Element, place: Place, *, own_only: bool = False) -> None:
        """Keep names and descriptions that a person wrote."""
        for one in [shape] if own_only else shape.iter():
            for key in ("descr", "alt", "title", "name", "val"):
                text = one.get(key, "")
                if one.tag not in _NAMED or (key == "val" and own_only):
                    continue
                if not _DULL_NAME.fullmatch(text.strip()):
                    self.gathering.add(text, Where.ALT_TEXT, _of(self.story))

    def _control(self, properties: Element, place: Place) -> None:
        for name in ("alias", "tag", "listItem"):
            for one in properties.iter(name):
                for key in ("val", "displayText", "value"):
                    self.gathering.add(one.get(key, ""), Where.FORM_FIELD, self.story.place)

    def _bookmark(self, mark: Element, place: Place) -> None:
        name = mark.get("name", "")
        if not name.startswith("_"):
            self.gathering.add(name, Where.BOOKMARK)

    def _table(self, table: Element, place: Place) -> None:
        """Walk cells; a table inside a cell becomes the cell's text."""
        properties = table.find("tblPr")
        fill = fill_of(properties)
        away = table_away(properties, self.document.page)
        place = replace(
            place,
            fill=place.fill if fill is None else fill,
            hidden=place.hidden or away,
        )
        style = TableStyle(self.document.styles, properties)
        found = _inside(table, "tr")
        columns = max((_width(row) for row in found), default=0)
        rows = [
            self._row(row, place, style, Cell(number, 0, len(found), columns))
            for number, row in enumerate(found)
        ]
        if self.story.shown:
            self.gathering.rendering.table(rows)

    def _row(self, row: Element, place: Place, style: TableStyle, first: Cell) -> list[str]:
        properties = row.find("trPr")
        if properties is not None and properties.find("del") is not None:
            place = replace(place, deleted=True)
        if properties is not None and on(properties.find("hidden")):
            place = replace(place, hidden=Where.HIDDEN)
        place = replace(place, hidden=place.hidden or row_away(properties))
        cells: list[str] = []
        for cell in _inside(row, "tc"):
            look = style.look(replace(first, column=len(cells)))
            self.gathering.rendering.begin()
            self.go(cell, self._cell(cell, place, look))
            cells.append(self.gathering.rendering.end())
            cells += [""] * (_span(cell) - 1)
        return cells

    def _cell(self, cell: Element, place: Place, look: Look) -> Place:
        """Return what holds for the text of a cell whose table's style says `look`."""
        properties = cell.find("tcPr")
        place = replace(place, table=replace(look, fill=None))
        if look.fill is not None:
            place = replace(place, fill=look.fill)
        if properties is None:
            return place
        if properties.find("shd") is not None:
            own = fill_of(properties)  # one of its own that is none shows the page again
            place = replace(place, fill=self.document.page_fill if own is None else own)
        if properties.find("cellDel") is not None:
            return replace(place, deleted=True)
        if place.hidden is None and any(_continues(properties.find(k)) for k in _MERGED):
            return replace(place, hidden=Where.HIDDEN)
        return place


_MERGED = ("vMerge", "hMerge")


def _continues(merge: Element | None) -> bool:
    """Tell whether a cell is the rest of a merged one, of which programs show only the first."""
    return merge is not None and merge.get("val", "continue") != "restart"


def _width(row: Element) -> int:
    return sum(_span(cell) for cell in _inside(row, "tc"))


def _hidden_shape(shape: Element) -> bool:
    """Tell whether a shape, or its properties, say that it is hidden."""
    if shape.tag in ("docPr", "cNvPr") and shape.get("hidden") in ("1", "true"):
        return True
    return "visibility:hidden" in shape.get("style", "").replace(" ", "").lower()


def _own(drawing: Element) -> list[Element]:
    """Return the elements of a drawing, without those of the text in its boxes."""
    found = [drawing]
    for child in drawing:
        if child.tag != "txbxContent":
            found += _own(child)
    return found


_NAMED = {
    "docPr", "cNvPr", "shape", "rect", "roundrect", "oval", "line", "group", "imagedata",
    "placeholder", "attr", "textbox", "textpath",
}  # fmt: skip
_WRAPPERS = {"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"}


def _inside(element: Element, tag: str) -> list[Element]:
    """Return the rows or cells of an element, those inside controls too."""
    found = []
    for child in element:
        if child.tag == tag:
            found.append(child)
        elif child.tag in _WRAPPERS:
            found += _inside(child, tag)
    return found


def _span(cell: Element) -> int:
    span = cell.find("tcPr/gridSpan")
    value = span.get("val", "1") if span is not None else "1"
    return min(int(value), 63) if value.isdigit() else 1


def _heading(style: str, level: int | None) -> int:
    """Return the level of a heading from 1, or 0 for other text."""
    if match := _HEADING.match(style):
        return int(match[1])
    if style.lower() == "title":
        return 1
    return level + 1 if level is not None and level < 9 else 0


def _gone(look: Look) -> Where | None:
    """Tell whether what hangs in a run goes with it; a picture has no colour or size of text."""
    return Where.HIDDEN if look.hidden else None


def _symbol(code: str) -> str:
    try:
        value = int(code, 16)
    except ValueError:
        return ""
    return chr(value - 0xF000) if 0xF020 <= value <= 0xF0FF else ""


def _words(element: Element) -> list[str]:
    return [one.text for one in element.iter() if one.tag in ("t", "delText") and one.text]


def _of(story: Story) -> str:
    return "" if story.where is Where.BODY else f"{story.where} {story.place}".strip()


def _box_fill(own: list[Element], around: str | None) -> str | None:
    """Return what lies behind the text of a box: "" where a fill of its own can't be told."""
    fills: set[str | None] = set()
    for one in own:
        if one.tag == "spPr":
            fills.add(_shape_fill(one, around))
        elif one.get("fillcolor") and one.get("filled") not in ("f", "false"):
            colour = _VML_COLOUR.match(one.get("fillcolor", ""))
            named = _NAMED_COLOURS.get(one.get("fillcolor", "").partition(" ")[0], "")
            fills.add(colour[1].lower() if colour else named)
    if fills == {_BY_STYLE}:
        styled = any(one.tag == "fillRef" and one.get("idx") != "0" for one in own)
        return "" if styled else around
    fills.discard(_BY_STYLE)
    return around if not fills else fills.pop() if len(fills) == 1 else ""


_VML_COLOUR = re.compile(r"#([0-9a-fA-F]{6})\b")
_NAMED_COLOURS = {
    "white": "ffffff", "lt1": "ffffff", "bg1": "ffffff", "window": "ffffff",
    "black": "000000", "dk1": "000000", "tx1": "000000", "windowText": "000000",
}  # fmt: skip
_BY_STYLE = "by style"


def _shape_fill(properties: Element, around: str | None) -> str | None:
    """Return the fill that a shape's own properties say."""
    for one in properties:
        if one.tag == "noFill":
            return around
        if one.tag in ("gradFill", "blipFill", "pattFill", "grpFill"):
            return ""
        if one.tag == "solidFill":
            colour = next(iter(one), None)
            if colour is None or len(colour):  # made lighter, darker or see-through
                return ""
            value = colour.get("val", "").lower()
            return value if colour.tag == "srgbClr" else _NAMED_COLOURS.get(value, "")
    return _BY_STYLE


def _crop(blip: Element, parent: Element) -> Crop | None:
    """Return what the document cuts off a picture, in shares of its sides."""
    rect = parent.find("srcRect")
    sides = [rect.get(k, "0") for k in ("l", "t", "r", "b")] if rect is not None else []
    if blip.tag == "imagedata":
        sides = [blip.get(f"crop{k}", "0") for k in ("left", "top", "right", "bottom")]
    try:
        left, top, right, bottom = (_share(side, blip.tag == "imagedata") for side in sides)
    except ValueError:
        return None
    return (left, top, right, bottom) if any((left, top, right, bottom)) else None


def _share(value: str, vml: bool) -> float:
    """Return a share of a side: VML counts in 65536ths ("f"), DrawingML in 100 000ths."""
    if value.endswith("%"):
        return float(value[:-1]) / 100
    if vml:
        return float(value[:-1]) / 65536 if value.endswith("f") else float(value)
    return float(value) / 100_000
