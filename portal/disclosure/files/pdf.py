"""PDF documents (ISO 32000): pages as painted, objects, attachments, earlier versions."""

import io
import logging
import re
from typing import Any

from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFObjRef, PDFStream, resolve1
from pdfminer.utils import apply_matrix_rect, mult_matrix
from PIL import Image

from portal.disclosure.files.gathering import LEFT_OUT, Gathering
from portal.disclosure.files.leftovers import of_pdf
from portal.disclosure.files.pdf_colours import rgb_of
from portal.disclosure.files.pdf_covers import Box, Cover
from portal.disclosure.files.pdf_layout import (
    Block,
    blocks,
    body_size,
    heading,
    in_order,
    whole_words,
)
from portal.disclosure.files.pdf_objects import (
    attachments,
    is_jpeg,
    name_of,
    objects,
    sweep,
)
from portal.disclosure.files.pdf_page import (
    Interpreter,
    Letter,
    Painter,
    crossed,
    page_matrix,
    paint,
)
from portal.disclosure.files.pictures import opened, remade
from portal.disclosure.files.reading import Where
from portal.disclosure.files.refusals import (
    DAMAGED,
    PROTECTED,
    TOO_COMPLEX,
    Refused,
    too_many_pages,
)
from portal.disclosure.files.rendering import Inline

logging.getLogger("pdfminer").setLevel(logging.CRITICAL)

_END = re.compile(rb"%%EOF[\r\n]*")
_PAINTED = 600_000
"""Letters and shapes of one page."""
_EARLIER = 8
"""Earlier versions that are looked into; a file saved more often is rare."""
_SHOWN_FLAGS = 0x2 | 0x20
"""Annotation flags hidden and no view (ISO 32000-2, table 167)."""
_COVERING = {"Square", "Redact", "Highlight", "Stamp"}


def read_pdf(data: bytes, gathering: Gathering) -> None:
    """Take in a PDF; raise Refused where it is protected, holds scripts or is damaged."""
    document = _opened(data)
    pages = _pages(document, gathering)
    sweep(document, gathering)
    attachments(document, gathering)
    shown = [_page(page, number, _off(document), gathering) for number, page in enumerate(pages, 1)]
    _render(shown, gathering)
    if any(one.where is Where.FORM_FIELD and one.place == "value" for one in gathering.pieces):
        gathering.warn("What is filled in on the form is left out of the rendering.")
    unsure = any(one.where is Where.UNSURE for one in gathering.pieces)
    if not unsure and not any(blocks for blocks, _ in shown):
        gathering.warn(
            "No text could be read on any page: pictures of text cannot be checked by a machine."
        )
    _removed_pages(document, pages, gathering)
    _earlier(data, gathering)
    of_pdf(data, document, gathering)


def _opened(data: bytes) -> PDFDocument:
    try:
        document = PDFDocument(PDFParser(io.BytesIO(data)))
    except PDFEncryptionError as error:
        raise Refused(PROTECTED) from error
    if document.encryption is not None:
        raise Refused(PROTECTED)
    return document


def _pages(document: PDFDocument, gathering: Gathering) -> list[PDFPage]:
    pages = []
    for page in PDFPage.create_pages(document):
        pages.append(page)
        if len(pages) > gathering.limits.pages:
            raise too_many_pages(gathering.limits.pages)
    if not pages:
        raise Refused(DAMAGED)
    return pages


def _off(document: PDFDocument) -> frozenset[int]:
    """Return the object numbers of layers that are switched off when the document opens."""
    settings = resolve1(document.catalog.get("OCProperties"))
    if not isinstance(settings, dict):
        return frozenset()
    first = resolve1(settings.get("D"))
    first = first if isinstance(first, dict) else {}
    layers = _numbers(settings.get("OCGs"))
    off = set(layers) if name_of(first.get("BaseState")) == "OFF" else set()
    return frozenset((off - _numbers(first.get("ON"))) | _numbers(first.get("OFF")))


def _numbers(references: Any) -> set[int]:
    found = resolve1(references)
    return {one.objid for one in found if isinstance(one, PDFObjRef)} if found else set()


Shown = tuple[list[Block], list[tuple[int, str]]]
"""Blocks of a page that a reader sees, and its pictures: number in the rendering, description."""


def _page(page: PDFPage, number: int, off: frozenset[int], gathering: Gathering) -> Shown:
    painter, interpreter = paint(page, off, _PAINTED)
    place = f"page {number}"
    covers = _covers(page, painter)
    seen = _texts(painter, covers, place, gathering)
    for text in painter.painted.described:
        gathering.add(text, Where.ALT_TEXT, place)
    pictures = _pictures(painter, covers, gathering)
    _appearances(page, painter, interpreter, place, gathering)
    return seen, [(one, "") for one in pictures]


def _texts(painter: Painter, covers: list[Cover], place: str, gathering: Gathering) -> list[Block]:
    """Keep a page's text, seen and hidden, and return the blocks that are seen."""
    letters: dict[Where | None, list[Letter]] = {}
    for letter, hidden in whole_words(painter.painted.sorted_out(covers)):
        letters.setdefault(hidden, []).append(letter)
    seen = blocks(letters.pop(None, []), painter.page)
    lines = "\n".join(block.text for block in seen)
    gathering.add(lines, Where.BODY, place, seen=True)
    unreadable = lines.count("\N{REPLACEMENT CHARACTER}")
    if unreadable > len(lines) / 10:
        gathering.warn(f"Some letters on {place} could not be read.")
    for where, hidden_letters in letters.items():
        if where is not None:
            gathering.add(in_order(hidden_letters), where, place)
    if Where.UNSURE in letters:
        gathering.warn(LEFT_OUT)
    if painter.painted.hatching.full:
        gathering.warn(f"There are too many lines on {place} to tell what they hide.")
    return seen


def _annotations(page: PDFPage) -> list[dict[str, Any]]:
    found = resolve1(page.annots)
    values = [resolve1(one) for one in found] if isinstance(found, list) else []
    return [one for one in values if isinstance(one, dict)]


def _covers(page: PDFPage, painter: Painter) -> list[Cover]:
    """Return the annotations that lie over the page like a shape."""
    covers = []
    for one in _annotations(page):
        kind = name_of(one.get("Subtype"))
        colour = resolve1(one.get("C" if kind == "Highlight" else "IC"))
        filled = kind in ("Redact", "Stamp") or (isinstance(colour, list) and bool(colour))
        if kind not in _COVERING or not filled or _unseen(one):
            continue
        if kind == "Highlight" and not _dark(colour):
            continue
        box = _box(one, page)
        opacity = resolve1(one.get("CA", 1))
        if box and isinstance(opacity, (int, float)) and opacity > 0.9:
            covers.append(Cover(box, None, painter.next_order()))
    return covers


def _unseen(annotation: dict[str, Any]) -> bool:
    flags = resolve1(annotation.get("F", 0))
    return isinstance(flags, int) and bool(flags & _SHOWN_FLAGS)


def _dark(colour: Any) -> bool:
    rgb = rgb_of(None, [resolve1(one) for one in colour])
    return rgb is not None and sum(rgb) < 150


def _box(annotation: dict[str, Any], page: PDFPage) -> Box | None:
    rect = resolve1(annotation.get("Rect"))
    values = [resolve1(one) for one in rect] if isinstance(rect, list) else []
    if len(values) != 4 or not all(isinstance(one, (int, float)) for one in values):
        return None
    x0, y0, x1, y1 = values
    return apply_matrix_rect(page_matrix(page), (x0, y0, x1, y1))


def _appearances(
    page: PDFPage, painter: Painter, interpreter: Interpreter, place: str, gathering: Gathering
) -> None:
    """Keep the text that annotations and form fields paint over a page."""
    for one in _annotations(page):
        appearance = resolve1(one.get("AP"))
        normal = resolve1(appearance.get("N")) if isinstance(appearance, dict) else None
        if isinstance(normal, dict):  # one for each state of a tick box
            normal = resolve1(normal.get(name_of(one.get("AS"))))
        box = _box(one, page)
        if not isinstance(normal, PDFStream) or box is None:
            continue
        resources = resolve1(normal.get("Resources")) or page.resources or {}
        painter.painted.letters.clear()
        inner = interpreter.dup()
        inner.start = None
        corner = (1, 0, 0, 1, box[0], box[1])
        inner.render_contents(resources, [normal], ctm=mult_matrix((1, 0, 0, 1, 0, 0), corner))
        text = in_order(painter.painted.letters)
        field = name_of(one.get("Subtype")) == "Widget"
        where = Where.FORM_FIELD if field else Where.ANNOTATION
        gathering.add(text, where, place, seen=not _unseen(one))


def _pictures(painter: Painter, covers: list[Cover], gathering: Gathering) -> list[int]:
    """Make a page's pictures anew; return their numbers in the rendering."""
    numbers = []
    over = [*painter.painted.covers, *covers]
    if painter.painted.masked_pictures:
        gathering.warn("A picture that something may hide is left out of the rendering.")
    for stream, box, order in painter.painted.pictures:
        own = order + 1  # a picture covers what was painted before it
        if any(one.order > own and crossed(one.box, box) for one in over):
            gathering.warn("A picture that something lies over is left out of the rendering.")
            continue
        try:
            image = _decoded(stream, gathering)
        except Refused:
            raise
        except Exception:
            image = None
        if image is None:
            gathering.warn("A picture of a kind that cannot be read is left out of the rendering.")
        else:
            numbers.append(remade(image, gathering, ""))
    return numbers


def _decoded(stream: PDFStream, gathering: Gathering) -> Image.Image | None:
    """Return the pixels of a picture of a PDF: JPEG, or grey or red-green-blue of 8 bits."""
    if any(key in stream for key in ("ImageMask", "Mask", "SMask", "IM")):
        return None
    if is_jpeg(stream):
        image = opened(stream.get_data(), gathering)
        return image if image.mode in ("L", "RGB") else None
    width, height = resolve1(stream["Width"]), resolve1(stream["Height"])
    if width * height > gathering.limits.pixels:
        raise Refused(TOO_COMPLEX)
    if resolve1(stream.get("BitsPerComponent")) != 8 or "Decode" in stream:
        return None
    mode = {"DeviceGray": "L", "DeviceRGB": "RGB"}.get(name_of(stream.get("ColorSpace")))
    return Image.frombytes(mode, (width, height), stream.get_data()) if mode else None


def _render(shown: list[Shown], gathering: Gathering) -> None:
    size = body_size(blocks for blocks, _ in shown)
    for page, pictures in shown:
        for block in page:
            inline = Inline()
            inline.text(block.text)
            level = heading(block, size)
            if level:
                gathering.rendering.heading(level, inline)
            else:
                gathering.rendering.paragraph(inline)
        for number, alt in pictures:
            gathering.rendering.picture(number, alt)


def _removed_pages(document: PDFDocument, pages: list[PDFPage], gathering: Gathering) -> None:
    """Keep the text of pages that are in the file but no longer in the document."""
    kept = {page.pageid for page in pages}
    for number, value in objects(document, gathering.limits.objects):
        if isinstance(value, dict) and name_of(value.get("Type")) == "Page" and number not in kept:
            page = PDFPage(document, number, value, None)
            painter, _ = paint(page, frozenset(), _PAINTED)
            text = in_order(painter.painted.letters)
            gathering.add(text, Where.EARLIER, "removed page")


def _earlier(data: bytes, gathering: Gathering) -> None:
    """Keep what earlier versions say and this one does not: saving often only adds to a file."""
    ends = [match.end() for match in _END.finditer(data)]
    ends = [end for end in ends[:-1] if b"startxref" in data[end:]]
    if len(ends) > _EARLIER:
        gathering.warn("This file keeps many earlier versions; only the last ones were read.")
    known = {line.strip() for piece in gathering.pieces for line in piece.text.splitlines()}
    for end in ends[-_EARLIER:]:
        try:
            lines = _lines(data[:end], gathering)
        except Refused:
            raise
        except Exception:  # noqa: S112 (a file made for the web begins with no whole version)
            continue
        new = [line for line in lines if line.strip() not in known]
        known.update(line.strip() for line in new)
        gathering.add("\n".join(new), Where.EARLIER)


def _lines(data: bytes, gathering: Gathering) -> list[str]:
    """Return the texts of a version: its pages and its objects."""
    document = PDFDocument(PDFParser(io.BytesIO(data)), fallback=False)
    if document.encryption is not None:
        raise Refused(PROTECTED)
    version = Gathering(gathering.limits, gathering.budget, gathering.depth + 1, gathering.nested)
    sweep(document, version)
    for page in _pages(document, version):
        painter, _ = paint(page, frozenset(), _PAINTED)
        for block in blocks(painter.painted.letters, painter.page):
            version.add(block.text, Where.EARLIER)
    return [line for piece in version.pieces for line in piece.text.splitlines()]
