"""What lies in a file between and after its parts, where no program looks.

All of it is kept as pieces of `Where.OTHER`. Only readable runs are found in what has no known
form; at most `_MOST` bytes of each stretch are looked at.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdftypes import PDFObjRef, PDFStream

from portal.disclosure.files.gathering import Gathering
from portal.disclosure.files.packages import Package
from portal.disclosure.files.reading import Where

_NOT_IN_FULL = "This file holds data beside its parts that could not be read in full."
_MOST = 2_000_000
_MOST_OBJECTS = 500
_FEW = 16
"""Bytes that a stretch must have for a warning when nothing in it can be read."""
_LOCAL = 30
"""Bytes of a local header before its name (APPNOTE 4.3.7)."""
_DIRECTORY_END = 22
"""Bytes of the end of the directory before its comment (APPNOTE 4.3.16)."""
_XML_NAMES = (".xml", ".rels", ".vml", ".rdf")
_STREAM = re.compile(rb"\bstream\r?\n")
_STRING_OR_COMMENT = re.compile(rb"\((?:\\.|[^\\()])*\)|%([^\r\n]*)", re.DOTALL)
_OBJECT = re.compile(rb"(?<![\d.])(\d{1,10})[ \t\r\n]+(\d{1,5})[ \t\r\n]+obj\b")
_FONTS = {"Type1C", "CIDFontType0C", "OpenType"}
_NO_STREAM_OF_OURS = {"XRef", "ObjStm", "Metadata", "EmbeddedFile"}


def of_package(data: bytes, package: Package, gathering: Gathering) -> None:
    """Keep an archive's comments, what lies between and after its entries, and XML comments."""
    archive = package.archive
    _readable(archive.comment, "comment of the archive", gathering)
    entries = sorted(archive.infolist(), key=lambda one: one.header_offset)
    at = 0
    for entry in entries:
        _readable(entry.comment, "comment of a part", gathering)
        _between(data[at : entry.header_offset], gathering)
        at = _end_of(data, entry)
    _between(data[at : archive.start_dir], gathering)
    end = data.rfind(b"PK\x05\x06")
    after = end + _DIRECTORY_END + len(archive.comment)
    if end >= 0 and data[after:].strip(b"\0\r\n "):
        _stretch(data[after:], "after the end", gathering)
    for name in package.names:
        if name.lower().endswith(_XML_NAMES):
            for comment in _xml_comments(package.read(name)):
                gathering.add(comment, Where.OTHER, f"comment in {name}")


def _end_of(data: bytes, entry: zipfile.ZipInfo) -> int:
    """Return where an entry ends; its local header may be longer than the directory says."""
    head = data[entry.header_offset : entry.header_offset + _LOCAL]
    name, extra = int.from_bytes(head[26:28], "little"), int.from_bytes(head[28:30], "little")
    return entry.header_offset + _LOCAL + name + extra + entry.compress_size


def _between(stretch: bytes, gathering: Gathering) -> None:
    """Keep what lies between entries, entries that the directory does not name among it."""
    if stretch.startswith(b"PK\x07\x08"):
        stretch = stretch[16:]
    elif len(stretch) == 12:  # sizes and a check of the entry before, without their mark
        return
    if not stretch.strip(b"\0"):
        return
    if stretch.startswith(b"PK\x03\x04") and len(stretch) > _LOCAL:
        start = _LOCAL + sum(int.from_bytes(stretch[n : n + 2], "little") for n in (26, 28))
        if stretch[8:10] == b"\x08\0":
            stretch = stretch[:start] + _unpacked(stretch[start:], gathering, wbits=-15)
    _stretch(stretch, "between the parts", gathering)


def _unpacked(data: bytes, gathering: Gathering, *, wbits: int = 15) -> bytes:
    try:
        content = zlib.decompressobj(wbits).decompress(data, _MOST)
    except zlib.error:
        return data
    gathering.budget.take(len(content))
    return content


def _readable(comment: bytes, place: str, gathering: Gathering) -> None:
    gathering.add(comment.decode("utf-8", "replace"), Where.OTHER, place)


def _stretch(data: bytes, place: str, gathering: Gathering) -> None:
    """Keep the readable runs of a stretch; say so where there are none."""
    before = len(gathering.pieces)
    gathering.strings(data[:_MOST], Where.OTHER, place)
    if len(data) > _MOST or (len(gathering.pieces) == before and len(data) >= _FEW):
        gathering.warn(_NOT_IN_FULL)


def _xml_comments(data: bytes) -> Iterator[str]:
    """Give the comments of XML, and what it says to programs."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    text = data.decode(encoding, "replace")
    for part in text.split("<!--")[1:]:
        yield part.partition("-->")[0]
    for part in text.split("<?")[1:]:
        if not part.startswith(("xml ", "mso-")):
            yield part.partition("?>")[0]


def of_pdf(data: bytes, document: PDFDocument, gathering: Gathering) -> None:
    """Keep a PDF's comments, streams and objects that nothing refers to, and what follows it."""
    end = data.rfind(b"%%EOF")
    after = data[end + 5 :] if end >= 0 else b""
    if after.strip(b"\0\r\n\t "):
        _stretch(after, "after the end", gathering)
    for comment in _pdf_comments(data[: end if end >= 0 else len(data)]):
        gathering.add(comment, Where.OTHER, "comment between objects")
    _orphans(document, gathering)
    _unlisted(data, document, gathering)


def _outside_streams(data: bytes) -> Iterator[bytes]:
    at = 0
    while match := _STREAM.search(data, at):
        yield data[at : match.start()]
        at = data.find(b"endstream", match.end())
        if at < 0:
            return
    yield data[at:]


def _pdf_comments(data: bytes) -> Iterator[str]:
    for part in _outside_streams(data):
        for match in _STRING_OR_COMMENT.finditer(part):
            comment = match[1] or b""
            binary = sum(byte > 126 for byte in comment) > len(comment) / 3
            if not binary and not comment.startswith((b"PDF-", b"%EOF")):
                yield comment.decode("utf-8", "replace")


def _orphans(document: PDFDocument, gathering: Gathering) -> None:
    """Keep what streams say that cannot be reached from the document's own dictionaries."""
    reached: set[int] = set()
    waiting: list[Any] = [xref.get_trailer() for xref in document.xrefs]
    while waiting:
        value = waiting.pop()
        if isinstance(value, PDFObjRef):
            if value.objid in reached:
                continue
            reached.add(value.objid)
            value = _object(document, value.objid)
        if isinstance(value, PDFStream):
            value = value.attrs
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, (list, tuple)):
            waiting += value
    numbers = {number for xref in document.xrefs for number in xref.get_objids()}
    for number in sorted(numbers - reached)[: gathering.limits.objects]:
        stream = _object(document, number)
        if isinstance(stream, PDFStream):
            _orphan(stream, number, gathering)


def _orphan(stream: PDFStream, number: int, gathering: Gathering) -> None:
    if _name(stream, "Type") in _NO_STREAM_OF_OURS:
        return
    if _name(stream, "Subtype") == "Image":
        gathering.warn("This file holds pictures that no page shows; they could not be checked.")
        return
    if "Length1" in stream or _name(stream, "Subtype") in _FONTS:
        return
    content, place = _content(stream, gathering), f"object {number}, which nothing shows"
    if isinstance(stream.attrs.get("S"), int):  # of a file made for the web: numbers alone
        gathering.strings(content[:_MOST], Where.OTHER, place)
    else:
        _stretch(content, place, gathering)


def _object(document: PDFDocument, number: int) -> Any:
    try:
        return document.getobj(number)
    except Exception:  # a broken object shows nothing
        return None


def _name(stream: PDFStream, key: str) -> str:
    return str(getattr(stream.attrs.get(key), "name", ""))


def _content(stream: PDFStream, gathering: Gathering) -> bytes:
    try:
        content = stream.get_data()
    except MemoryError:
        raise
    except Exception:
        content = stream.get_rawdata() or b""
    gathering.budget.take(len(content))
    return content


def _unlisted(data: bytes, document: PDFDocument, gathering: Gathering) -> None:
    """Keep objects that stand in the file but in none of its tables."""
    listed = {number for xref in document.xrefs for number in xref.get_objids()}
    found = (match for match in _OBJECT.finditer(data) if int(match[1]) not in listed)
    for count, match in enumerate(found):
        if count >= _MOST_OBJECTS:
            gathering.warn(_NOT_IN_FULL)
            return
        end = data.find(b"endobj", match.end())
        inside = data[match.end() : end if end >= 0 else len(data)][:_MOST]
        if stream := _STREAM.search(inside):
            inside = inside[: stream.start()] + _unpacked(inside[stream.end() :], gathering)
        _stretch(inside, f"object {int(match[1])}, which no table lists", gathering)
