"""The stories of an OpenDocument text: body, headers, footers, notes, annotations, boxes."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from portal.disclosure.files.odt_styles import Styles, points
from portal.disclosure.files.packages import Package
from portal.disclosure.files.pictures import in_document
from portal.disclosure.files.reading import Where
from portal.disclosure.files.stories import Look, Story
from portal.disclosure.files.xml_text import dull

_MOST_REPEATED = 1000
"""Rows, columns or spaces that a document may say are repeated; only these many are."""
_MARGIN = 72.0
"""Points; what sticks out of its margin by less is taken to be on the page."""
_FORM_TEXTS = ("name", "label", "title", "value", "current-value", "help-text", "string-value")
_DULL_STARTS = (
    "Image",
    "Frame",
    "Picture",
    "Graphic",
    "Table",
    "Object",
    "Shape",
    "Text Frame",
    "Section",
)


@dataclass(frozen=True)
class Place:
    """What holds for the text at a point of the walk."""

    look: Look = field(default_factory=Look)
    link: str = ""
    hidden: Where | None = None
    depth: int = -1
    """Of lists, 0 for the outermost."""
    list_style: str = ""


class Walk:
    """Goes through a story once; `finish` hands over the notes and boxes met on the way."""

    def __init__(self, package: Package, styles: Styles, story: Story, shown: set[str]) -> None:
        self.package = package
        self.styles = styles
        self.story = story
        self.gathering = story.gathering
        self._displayed = shown
        self._notes: list[tuple[Element, Where, Where | None]] = []
        self._first_in_item = False
        self._handlers: dict[str, Callable[[Element, Place], None]] = {
            "h": self._paragraph,
            "p": self._paragraph,
            "span": self._span,
            "a": self._link,
            "s": self._spaces,
            "note": self._note,
            "annotation": self._annotation,
            "tracked-changes": self._changes,
            "section": self._section,
            "list": self._list,
            "list-item": self._item,
            "list-header": self._item,
            "table": self._table,
            "frame": self._frame,
            "custom-shape": self._shape,
            "rect": self._shape,
            "hidden-text": self._hidden_text,
            "user-field-decl": self._declared,
            "variable-decl": self._declared,
            "bookmark": self._bookmark,
            "bookmark-start": self._bookmark,
            "forms": self._forms,
            "conditional-text": self._conditional,
            "placeholder": self._placeholder,
        }
        self._marks = {"tab": "\t", "line-break": "\n", "soft-hyphen": ""}
        self._skipped = {"title", "desc", "sequence-decls", "note-citation", "change-info"}

    def go(self, element: Element, place: Place | None = None) -> None:
        """Walk the children of an element, their tails included."""
        place = place or Place()
        for child in element:
            handler = self._handlers.get(child.tag)
            if handler:
                handler(child, place)
            elif child.tag in self._marks:
                self._say(self._marks[child.tag], place)
            elif child.tag not in self._skipped:
                if child.text and element.tag in _INLINE:
                    self._say(child.text, place)
                self.go(child, place)
            if child.tail and element.tag in _INLINE:
                self._say(child.tail, place)

    def finish(self) -> None:
        """Write the notes after the text they belong to."""
        for number, (note, where, hidden) in enumerate(self._notes, 1):
            seen = self.story.seen and not hidden
            story = Story(self.gathering, where, f"{number}", seen, self.story.shown)
            story.inline.text(f"Note {number}: ")
            self._inside(note, story, Place(hidden=hidden))
            story.finish()
        self._notes = []

    def _inside(self, element: Element, story: Story, place: Place) -> None:
        outer, self.story = self.story, story
        self.go(element, place)
        self.story = outer

    def _say(self, text: str, place: Place) -> None:
        look = place.look.over(Look(fill=self.styles.page_fill))
        self.story.text(text.replace("\n", " ") if text != "\n" else text,
                        place.hidden or look.hides(), place.link)  # fmt: skip

    def _styled(self, element: Element, family: str, place: Place) -> Place:
        look = self.styles.get(family, element.get("style-name")).look
        return replace(place, look=look.over(place.look))

    def _paragraph(self, element: Element, place: Place) -> None:
        inner = self._styled(element, "paragraph", place)
        if any(one.get("is-hidden") == "true" for one in element.iter("hidden-paragraph")):
            inner = replace(inner, hidden=Where.HIDDEN)
        if element.text:
            self._say(element.text, inner)
        self.go(element, inner)
        level = element.get("outline-level", "1")
        heading = int(level) if element.tag == "h" and level.isdigit() else 0
        item = None
        if place.depth >= 0 and self._first_in_item and not heading:
            item = (place.depth, self.styles.numbered(place.list_style, place.depth))
            self._first_in_item = False
        self.story.end(heading, item)

    def _span(self, element: Element, place: Place) -> None:
        inner = self._styled(element, "text", place)
        if element.text:
            self._say(element.text, inner)
        self.go(element, inner)

    def _link(self, element: Element, place: Place) -> None:
        address = element.get("href", "")
        rendered = self.story.shown and address.startswith(("http://", "https://"))
        self.gathering.add(address, Where.LINK_TARGET, seen=rendered)
        for key in ("name", "title"):
            self.gathering.add(element.get(key, ""), Where.ALT_TEXT, "tip of a link")
        self._span(element, replace(place, link=address))

    def _spaces(self, element: Element, place: Place) -> None:
        count = element.get("c", "1")
        self._say(" " * min(int(count) if count.isdigit() else 1, _MOST_REPEATED), place)

    def _note(self, element: Element, place: Place) -> None:
        where = Where.ENDNOTE if element.get("note-class") == "endnote" else Where.FOOTNOTE
        body = element.find("note-body")
        if body is not None:
            self._notes.append((body, where, place.hidden or place.look.hides()))
            if not self._notes[-1][2]:
                self.story.inline.text(f" (note {len(self._notes)})")

    def _annotation(self, element: Element, place: Place) -> None:
        for key in ("creator", "creator-initials", "sender-initials"):
            self.gathering.add(element.findtext(key) or "", Where.COMMENT_AUTHOR)
        for one in element.findall("creator") + element.findall("date"):
            element.remove(one)
        story = Story(self.gathering, Where.COMMENT, seen=False)
        self._inside(element, story, Place())
        story.finish()

    def _changes(self, element: Element, place: Place) -> None:
        for info in element.iter("change-info"):
            self.gathering.add(info.findtext("creator") or "", Where.REVISION_AUTHOR)
            for comment in info.findall("p"):
                self.gathering.add("".join(comment.itertext()), Where.COMMENT)
        for deletion in element.iter("deletion"):
            story = Story(self.gathering, Where.DELETED, seen=False)
            self._inside(deletion, story, Place())
            story.finish()

    def _section(self, element: Element, place: Place) -> None:
        self.gathering.add(element.get("condition", ""), Where.FIELD)
        hidden = element.get("display") in ("none", "condition")
        hidden = hidden or element.get("is-hidden") == "true"
        self._named(element)
        for source in element.findall("section-source"):
            self.gathering.add(source.get("href", ""), Where.LINK_TARGET, "linked section")
        inner = self._styled(element, "section", place)
        self.go(element, replace(inner, hidden=Where.HIDDEN) if hidden else inner)

    def _list(self, element: Element, place: Place) -> None:
        style = element.get("style-name") or place.list_style
        self.go(element, replace(place, depth=place.depth + 1, list_style=style))

    def _item(self, element: Element, place: Place) -> None:
        self._first_in_item = True
        self.go(element, place)
        self._first_in_item = False

    def _table(self, element: Element, place: Place) -> None:
        self._named(element)
        inner = replace(self._styled(element, "table", place), depth=-1)
        hidden = _hidden_columns(element)
        rows = [self._row(row, inner, hidden) for row in _rows_inside(element)]
        if self.story.shown:
            self.gathering.rendering.table(rows)

    def _row(self, row: Element, place: Place, hidden: set[int]) -> list[str]:
        if row.get("visibility") in ("collapse", "filter"):
            place = replace(place, hidden=place.hidden or Where.HIDDEN)
        cells: list[str] = []
        column = 0
        for cell in row:
            if cell.tag in ("table-cell", "covered-table-cell"):
                # a cell under the one beside it is kept in the file, and not shown
                unseen = cell.tag == "covered-table-cell" or column in hidden
                inner = self._styled(cell, "table-cell", place)
                if unseen:
                    inner = replace(inner, hidden=place.hidden or Where.HIDDEN)
                self.gathering.rendering.begin()
                self.go(cell, inner)
                cells.append(self.gathering.rendering.end())
                column += _count(cell.get("number-columns-repeated"))
        return cells

    def _frame(self, element: Element, place: Place) -> None:
        alt = element.findtext("desc") or element.findtext("title") or ""
        self._named(element)
        for key in ("title", "desc"):
            self.gathering.add(element.findtext(key) or "", Where.ALT_TEXT)
        style = self.styles.get("graphic", element.get("style-name"))
        place = replace(place, hidden=place.hidden or self._away(element))
        for child in element:
            if child.tag == "image":
                self._image(child, alt, style.clipped, place)
            elif child.tag in ("object", "object-ole"):
                self.gathering.warn("A chart or object is left out of the rendering.")
                self.gathering.add(child.get("href", "").lstrip("./"), Where.EMBEDDED)
        box = element.find("text-box")
        if box is not None:
            self._box(box, replace(place, look=style.look))

    def _shape(self, element: Element, place: Place) -> None:
        self._named(element)
        for key in ("title", "desc"):
            self.gathering.add(element.findtext(key) or "", Where.ALT_TEXT)
        style = self.styles.get("graphic", element.get("style-name"))
        place = replace(place, hidden=place.hidden or self._away(element))
        self._box(element, replace(place, look=style.look))

    def _away(self, element: Element) -> Where | None:
        """Tell whether a frame is not displayed, or stands off the page."""
        if element.get("display") in ("none", "printer"):
            return Where.HIDDEN
        sides = (("x", "width"), ("y", "height"))
        for (start, length), whole in zip(sides, self.styles.page, strict=True):
            at = points(element.get(start)) or 0.0
            if at >= whole or at + (points(element.get(length)) or 0.0) <= -_MARGIN:
                return Where.OFF_PAGE
            if at < -2 * _MARGIN:
                return Where.UNSURE
        return None

    def _box(self, element: Element, place: Place) -> None:
        story = Story(self.gathering, Where.TEXT_BOX, seen=self.story.seen, shown=self.story.shown)
        self._inside(element, story, replace(place, depth=-1))
        story.finish()

    def _image(self, image: Element, alt: str, clipped: bool, place: Place) -> None:
        name = image.get("href", "").removeprefix("./")
        if name not in self.package:
            self.gathering.add(name, Where.LINK_TARGET, "linked picture")
            return
        self._displayed.add(name)
        if clipped:
            self.gathering.warn("A picture that the document cuts is left out of the rendering.")
        number = in_document(
            self.package.read(name),
            self.gathering,
            name=name.rpartition("/")[2],
            alt=alt,
            crop=None,
            shown=self.story.shown and not clipped and place.hidden is None,
        )
        if number:
            self.gathering.rendering.picture(number, alt)

    def _named(self, element: Element) -> None:
        name = element.get("name", "")
        if not name.startswith(_DULL_STARTS):
            self.gathering.add(name, Where.ALT_TEXT, "name of a part")

    def _hidden_text(self, element: Element, place: Place) -> None:
        words = element.get("string-value", "") or element.text or ""
        self.story.text(words, Where.HIDDEN)

    def _conditional(self, element: Element, place: Place) -> None:
        """Show the text that is displayed; keep the other one."""
        shown = element.text or ""
        for key in ("string-value-if-true", "string-value-if-false", "condition"):
            if element.get(key, "") != shown:
                self.gathering.add(element.get(key, ""), Where.HIDDEN, "conditional text")
        self._say(shown, place)

    def _placeholder(self, element: Element, place: Place) -> None:
        self.gathering.add(element.get("description", ""), Where.FIELD)
        self._say(element.text or "", place)

    def _declared(self, element: Element, place: Place) -> None:
        self.gathering.add(element.get("name", ""), Where.FIELD, "name of a field")
        self.gathering.add(element.get("string-value", ""), Where.FIELD, element.get("name", ""))

    def _bookmark(self, element: Element, place: Place) -> None:
        if not element.get("name", "").startswith("_"):
            self.gathering.add(element.get("name", ""), Where.BOOKMARK)

    def _forms(self, element: Element, place: Place) -> None:
        for one in element.iter():
            for key in _FORM_TEXTS:
                if not dull(one.get(key, "")):
                    self.gathering.add(one.get(key, ""), Where.FORM_FIELD)
            if one.text and not dull(one.text):
                self.gathering.add(one.text, Where.FORM_FIELD)
        self.gathering.warn("What is filled in on the form is left out of the rendering.")


_INLINE = {
    "p", "h", "span", "a", "meta", "meta-field", "ruby", "ruby-base", "ruby-text",
}  # fmt: skip


def _count(value: str | None) -> int:
    return min(int(value), _MOST_REPEATED) if value and value.isdigit() else 1


def _hidden_columns(table: Element) -> set[int]:
    """Return the numbers, from 0, of a table's columns that are collapsed."""
    hidden: set[int] = set()
    number = 0

    def walk(element: Element, unseen: bool) -> None:
        nonlocal number
        for child in element:
            if child.tag == "table-column":
                count = _count(child.get("number-columns-repeated"))
                if unseen or child.get("visibility") in ("collapse", "filter"):
                    hidden.update(range(number, number + count))
                number += count
            elif child.tag in ("table-columns", "table-header-columns", "table-column-group"):
                walk(child, unseen or child.get("display") == "false")

    walk(table, False)
    return hidden


def _rows_inside(table: Element) -> list[Element]:
    """Return a table's own rows, not those of tables in its cells."""
    found: list[Element] = []
    for child in table:
        if child.tag == "table-row":
            found.append(child)
        elif child.tag in ("table-rows", "table-header-rows", "table-row-group"):
            found += _rows_inside(child)
            if child.get("display") == "false":
                for row in _rows_inside(child):
                    row.set("visibility", "collapse")
    return found
