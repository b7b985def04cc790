"""Reads copies as programs that read aloud do: their words in the order of their structure."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFObjRef, resolve1
from pdfminer.psparser import PSLiteral

from portal.core.markdown import render
from tests.client import HTML, parsed

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def words_of_html(html: str) -> list[str]:
    """Return the words of a page's main part without those of a diagram."""
    (main,) = parsed(html).iter(f"{HTML}main")
    text = " ".join(_said(main))
    return words(text.replace("The same as a diagram", ""))


def _said(element: ElementTree.Element) -> Iterator[str]:
    if element.tag.endswith("}svg"):
        return
    yield element.text or ""
    for child in element:
        yield from _said(child)
        yield child.tail or ""


def words_of_markdown(text: str) -> list[str]:
    """Return the words of a content file's text as the portal's own renderer shows them."""
    _, _, body = text.removeprefix("---\n").partition("\n---\n")
    html = render(body, address_of=lambda reference: reference).html
    page = (
        f"<!DOCTYPE html><html><head><title>x</title></head><body><main>{html}</main></body></html>"
    )
    return words_of_html(page)


def odt_part(data: bytes, name: str) -> ElementTree.Element:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.infolist()[0].filename == "mimetype"
        return ElementTree.fromstring(archive.read(name))


def words_of_odt(data: bytes) -> list[str]:
    (body,) = odt_part(data, "content.xml").iter(f"{OFFICE}text")
    blocks = (e for e in body.iter() if e.tag in {f"{TEXT}p", f"{TEXT}h"})
    return words(" ".join(" ".join(block.itertext()) for block in blocks))


# ---- PDF


class _Marked(PDFTextDevice):
    """Gathers the text of each marked stretch of a page, by its number."""

    def __init__(self, manager: PDFResourceManager) -> None:
        super().__init__(manager)
        self.stack: list[int | None] = []
        self.said: dict[int, str] = {}

    def begin_tag(self, tag: PSLiteral, props: Any = None) -> None:
        self.stack.append(props.get("MCID") if isinstance(props, dict) else None)

    def end_tag(self) -> None:
        self.stack.pop()

    def do_tag(self, tag: PSLiteral, props: Any = None) -> None:
        pass

    def render_string(self, textstate: Any, seq: Any, *_: Any) -> None:
        number = next((n for n in reversed(self.stack) if n is not None), None)
        text = "".join(
            textstate.font.to_unichr(cid)
            for piece in seq
            if isinstance(piece, bytes)
            for cid in textstate.font.decode(piece)
        )
        if number is not None:
            self.said[number] = self.said.get(number, "") + text


class Pdf:
    """A tagged PDF."""

    def __init__(self, data: bytes) -> None:
        self.document = PDFDocument(PDFParser(io.BytesIO(data)))
        self.catalog = self.document.catalog
        self.said: dict[int, dict[int, str]] = {}
        manager = PDFResourceManager()
        for page in PDFPage.create_pages(self.document):
            device = _Marked(manager)
            PDFPageInterpreter(manager, device).process_page(page)
            self.said[page.pageid] = device.said

    @property
    def title(self) -> str:
        title: bytes = self.document.info[0]["Title"]
        return title.decode("utf-16") if title.startswith(b"\xfe\xff") else title.decode("latin-1")

    @property
    def words(self) -> list[str]:
        return words(" ".join(self._read(self.catalog["StructTreeRoot"], None)))

    @property
    def kinds(self) -> set[str]:
        return {element["S"].name for element in self._elements(self.catalog["StructTreeRoot"])}

    def _elements(self, element: Any) -> Iterator[dict[str, Any]]:
        found = resolve1(element)
        if isinstance(found, list):
            for one in found:
                yield from self._elements(one)
        elif isinstance(found, dict):
            if "S" in found:
                yield found
            yield from self._elements(found.get("K"))

    def _read(self, element: Any, page: int | None) -> Iterator[str]:
        found = resolve1(element)
        if isinstance(found, list):
            for one in found:
                yield from self._read(one, page)
        elif isinstance(found, int):
            assert page is not None
            yield self.said[page].get(found, "")
        elif isinstance(found, dict):
            if isinstance(found.get("S"), PSLiteral) and found["S"].name == "Lbl":
                return  # the mark of an item
            at = found.get("Pg")
            page = at.objid if isinstance(at, PDFObjRef) else page
            if "MCID" in found:
                yield from self._read(found["MCID"], page)
            yield from self._read(found.get("K"), page)
