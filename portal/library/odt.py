"""An OpenDocument text (ISO/IEC 26300) from an HTML copy: its own headings, lists and tables.

Loads lxml: import it where a file is made, not where pages are served.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from xml.etree.ElementTree import Element, TreeBuilder
from xml.sax.saxutils import escape, quoteattr

from odfdo import Document
from odfdo import Element as Odf

from portal.core import clock

LANGUAGE, COUNTRY = "en", "GB"
_EMPTY = {"br", "hr", "img", "link", "meta"}
_INLINE = {"a", "strong", "em", "code", "br", "span"}
_SKIPPED = {"svg", "head", "style", "button", "hr"}
_SPANS = {"strong": "Strong_20_Emphasis", "em": "Emphasis", "code": "Teletype"}
_SPACE = re.compile(r"[ \t\r\n\f]+")
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STYLES = (
    '<style:style style:name="Strong_20_Emphasis" style:display-name="Strong Emphasis" '
    'style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>',
    '<style:style style:name="Emphasis" style:family="text">'
    '<style:text-properties fo:font-style="italic"/></style:style>',
    '<style:style style:name="Quotations" style:family="paragraph" '
    'style:parent-style-name="Text_20_body"><style:paragraph-properties fo:margin-left="1cm" '
    'fo:margin-right="1cm"/></style:style>',
    '<style:style style:name="List_20_Heading" style:display-name="List Heading" '
    'style:family="paragraph" style:parent-style-name="Text_20_body"><style:paragraph-properties '
    'fo:keep-with-next="always" fo:margin-bottom="0cm"/><style:text-properties '
    'fo:font-weight="bold"/></style:style>',
    '<style:style style:name="List_20_Contents" style:display-name="List Contents" '
    'style:family="paragraph" style:parent-style-name="Text_20_body"><style:paragraph-properties '
    'fo:margin-left="0.6cm"/></style:style>',
    '<style:style style:name="Table_20_Heading" style:display-name="Table Heading" '
    'style:family="paragraph" style:parent-style-name="Standard"><style:text-properties '
    'fo:font-weight="bold"/></style:style>',
)
_CELL = (
    '<style:style style:name="Cell" style:family="table-cell"><style:table-cell-properties '
    'fo:border="0.5pt solid #505a5f" fo:padding="0.1cm"/></style:style>'
)
_LEVELS = range(1, 5)


def from_html(html: str, *, title: str, subject: str) -> bytes:
    """Return a page of ours as an OpenDocument text in British English.

    Drawings and lines between parts are left out; everything else keeps its order.
    """
    document = Document("text")
    body = document.body
    body.clear()
    for block in _blocks(_tree(html)):
        body.append(Odf.from_tag(block))
    _dress(document)
    meta = document.meta
    meta.title, meta.subject, meta.language = title, subject, f"{LANGUAGE}-{COUNTRY}"
    meta.creation_date = clock.now().replace(tzinfo=None, microsecond=0)
    _leave_out(document)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _leave_out(document: Document) -> None:
    """Take out what the library's empty document holds of the program that made it."""
    for part in document.get_parts():
        if part.startswith(("Thumbnails", "Configurations2")):
            document.del_part(part)
    for path in document.manifest.get_paths():
        if path.startswith(("Thumbnails", "Configurations2")):
            document.manifest.del_full_path(path)
    for counts in document.meta.get_elements("//meta:document-statistic"):
        counts.delete()


def _dress(document: Document) -> None:
    """Give the document its styles, and its language to those that it came with."""
    for style in _STYLES:
        document.insert_style(style)
    document.insert_style(_CELL, automatic=True)
    for name, level in (("Bullets", _bullet), ("Numbers", _number)):
        levels = "".join(level(depth) for depth in _LEVELS)
        style = f'<text:list-style style:name="{name}">{levels}</text:list-style>'
        document.insert_style(style, automatic=True)
    for properties in document.styles.get_elements("//style:default-style/style:text-properties"):
        properties.set_attribute("fo:language", LANGUAGE)
        properties.set_attribute("fo:country", COUNTRY)
        properties.set_attribute("style:font-name", "Liberation Sans")


def _place(depth: int) -> str:
    return (
        '<style:list-level-properties text:list-level-position-and-space-mode="label-alignment">'
        '<style:list-level-label-alignment text:label-followed-by="listtab" '
        f'fo:text-indent="-0.6cm" fo:margin-left="{depth * 0.6:g}cm"/>'
        "</style:list-level-properties>"
    )


def _bullet(depth: int) -> str:
    return (
        f'<text:list-level-style-bullet text:level="{depth}" text:bullet-char="•">'
        f"{_place(depth)}</text:list-level-style-bullet>"
    )


def _number(depth: int) -> str:
    return (
        f'<text:list-level-style-number text:level="{depth}" style:num-format="1" '
        f'style:num-suffix=".">{_place(depth)}</text:list-level-style-number>'
    )


class _Reader(HTMLParser):
    """Builds a tree of the HTML that our own templates and renderer write."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = TreeBuilder()
        self.builder.start("root", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in _EMPTY:
            self.builder.end(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _EMPTY:
            self.builder.end(tag)

    def handle_data(self, data: str) -> None:
        self.builder.data(data)


def _tree(html: str) -> Element:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.builder.end("root")
    root = reader.builder.close()
    found = root.find(".//main")
    return root if found is None else found


def _text(text: str | None) -> str:
    return escape(_NO_XML.sub("", _SPACE.sub(" ", text or "")))


def _blocks(parent: Element, style: str = "Text_20_body") -> Iterator[str]:
    """Give the blocks within an element; words that stand in none become a paragraph."""
    words = _text(parent.text)
    for child in parent:
        if child.tag in _INLINE:
            words += _inline(child)
        else:
            yield from _paragraph(words, style)
            words = ""
            yield from _block(child, style)
        words += _text(child.tail)
    yield from _paragraph(words, style)


def _paragraph(words: str, style: str) -> Iterator[str]:
    if words.strip():
        yield f'<text:p text:style-name="{style}">{words.strip()}</text:p>'


def _block(element: Element, style: str) -> Iterator[str]:
    tag = str(element.tag)
    if tag in _SKIPPED:
        return
    if tag in _LISTS:
        yield _list(element)
    elif tag == "table":
        yield _table(element)
    elif tag == "pre":
        yield from _lines(element)
    elif re.fullmatch("h[1-6]", tag):
        yield (
            f'<text:h text:style-name="Heading_20_{tag[1]}" text:outline-level="{tag[1]}">'
            f"{_mark(element)}{_within(element).strip()}</text:h>"
        )
    elif tag in _PARAGRAPHS:
        yield from _blocks(element, _PARAGRAPHS[tag] or style)
    else:
        yield from _blocks(element, style)


_LISTS = {"ul": "Bullets", "ol": "Numbers"}
_PARAGRAPHS = {
    "p": "",
    "blockquote": "Quotations",
    "dt": "List_20_Heading",
    "dd": "List_20_Contents",
}


def _list(element: Element) -> str:
    items = "".join(
        f"<text:list-item>{''.join(_item(item))}</text:list-item>"
        for item in element.iterfind("li")
    )
    return f'<text:list text:style-name="{_LISTS[str(element.tag)]}">{items}</text:list>'


def _item(item: Element) -> Iterator[str]:
    """Give the blocks of an item; the first can be linked to by the name of the item."""
    first = True
    for block in _blocks(item):
        yield re.sub(r"^(<text:[hp][^>]*>)", rf"\1{_mark(item)}", block) if first else block
        first = False


def _table(table: Element) -> str:
    head = "".join(_row(row) for row in table.iterfind("thead/tr"))
    rows = "".join(_row(row) for row in table.iterfind("tbody/tr"))
    columns = max((len(row) for row in table.iter("tr")), default=1)
    return (
        f'<table:table><table:table-column table:number-columns-repeated="{columns}"/>'
        f"<table:table-header-rows>{head}</table:table-header-rows>{rows}</table:table>"
    )


def _row(row: Element) -> str:
    cells = ""
    for cell in row:
        style = "Table_20_Heading" if cell.tag == "th" else "Standard"
        inside = "".join(_blocks(cell, style)) or f'<text:p text:style-name="{style}"/>'
        cells += (
            '<table:table-cell table:style-name="Cell" office:value-type="string">'
            f"{inside}</table:table-cell>"
        )
    return f"<table:table-row>{cells}</table:table-row>"


def _lines(element: Element) -> Iterator[str]:
    for line in "".join(element.itertext()).strip("\n").split("\n"):
        kept = escape(_NO_XML.sub("", line)).replace("  ", " <text:s/>")
        yield f'<text:p text:style-name="Preformatted_20_Text">{kept}</text:p>'


def _within(element: Element) -> str:
    inside = _text(element.text)
    for child in element:
        if child.tag not in _SKIPPED:
            inside += _inline(child)
        inside += _text(child.tail)
    return inside


def _inline(element: Element) -> str:
    if element.tag == "br":
        return "<text:line-break/>"
    inside = _within(element)
    if element.tag == "a" and element.get("href"):
        href = quoteattr(element.get("href", ""))
        return f'<text:a xlink:type="simple" xlink:href={href}>{inside}</text:a>'
    span = _SPANS.get(str(element.tag))
    return f'<text:span text:style-name="{span}">{inside}</text:span>' if span else inside


def _mark(element: Element) -> str:
    """Return the bookmark by which an element can be linked to within the document."""
    name = element.get("id")
    return f"<text:bookmark text:name={quoteattr(name)}/>" if name else ""
