"""Every text in the objects of a PDF, whether a page shows it or not, and what is refused."""

from collections.abc import Iterator
from typing import Any

from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdftypes import PDFObjRef, PDFStream, resolve1
from pdfminer.psparser import PSLiteral

from portal.disclosure.files.gathering import Gathering
from portal.disclosure.files.pdf_page import decoded
from portal.disclosure.files.pictures import opened, traces, xmp
from portal.disclosure.files.reading import Where
from portal.disclosure.files.refusals import DYNAMIC_FORM, MACROS, TOO_COMPLEX, Refused
from portal.disclosure.files.xml_text import dull

_PROGRAMS = {"JavaScript", "Launch", "ImportData", "SubmitForm", "Rendition", "RichMediaExecute"}
_DEEPEST = 50
_LONGEST_WORD = 200
"""Characters; longer ones are data."""
_WITHOUT_WORDS = {
    "Font", "FontDescriptor", "XRef", "ObjStm", "OutputIntent", "Encoding", "CMap", "ExtGState",
    "Pattern", "Halftone",
}  # fmt: skip
_DULL_KEYS = {
    "ID", "DA", "DS", "CharSet", "FontFamily", "Lang", "CheckSum", "M", "CreationDate", "ModDate",
    "NM", "Registry", "Ordering", "Producer", "O", "U", "OE", "UE", "Perms", "SourceModified",
    "Cert", "ByteRange", "Panose", "Style", "LastModified", "Trapped", "CS", "ColorSpace", "IRT",
    "Decode", "Lookup", "BaseFont", "Base",
}  # fmt: skip
_BY_KEY = {
    "Alt": Where.ALT_TEXT,
    "ActualText": Where.ALT_TEXT,
    "E": Where.ALT_TEXT,
    "URI": Where.LINK_TARGET,
    "TU": Where.FORM_FIELD,
    "TM": Where.FORM_FIELD,
    "V": Where.FORM_FIELD,
    "DV": Where.FORM_FIELD,
    "Opt": Where.FORM_FIELD,
    "Contents": Where.ANNOTATION,
    "RC": Where.ANNOTATION,
    "Subj": Where.ANNOTATION,
    "OverlayText": Where.ANNOTATION,
    "RT": Where.ANNOTATION,
}
_PLACES = {
    "T": "name",
    "TU": "name",
    "TM": "name",
    "V": "value",
    "DV": "value at first",
    "Opt": "choice",
    "Subj": "subject",
}


def name_of(value: Any) -> str:
    """Return the name that a PDF name object is, or nothing."""
    value = resolve1(value)
    return str(value.name) if isinstance(value, PSLiteral) else ""


def objects(document: PDFDocument, limit: int) -> Iterator[tuple[int, Any]]:
    """Give each object of a document by its number, also those that nothing refers to."""
    numbers = sorted({number for xref in document.xrefs for number in xref.get_objids()})
    if len(numbers) > limit:
        raise Refused(TOO_COMPLEX)
    for number in numbers:
        try:
            yield number, document.getobj(number)
        except Refused:
            raise
        except Exception:  # noqa: S112 (a broken object shows nothing, and is not published)
            continue


def sweep(document: PDFDocument, gathering: Gathering) -> None:
    """Keep the texts of all objects; raise Refused for scripts and dynamic forms."""
    info = _information(document)
    for number, value in objects(document, gathering.limits.objects):
        if isinstance(value, PDFStream):
            _stream(value, number, gathering)
        _walk(value, gathering, "properties" if number in info else "", 0)
    for one in document.info:
        _walk(one, gathering, "properties", 0)
    gathering.merge(Where.OTHER)


def _information(document: PDFDocument) -> set[int]:
    """Return the numbers of the objects that hold document properties."""
    found = set()
    for xref in document.xrefs:
        reference = xref.get_trailer().get("Info")
        if isinstance(reference, PDFObjRef):
            found.add(reference.objid)
    return found


def _walk(value: Any, gathering: Gathering, kind: str, depth: int) -> None:
    """Go through an object without following references: those are objects themselves."""
    if depth > _DEEPEST:
        raise Refused(TOO_COMPLEX)
    if isinstance(value, PDFStream):
        value = value.attrs
    if isinstance(value, dict):
        _refuse(value)
        if name_of(value.get("Type")) in _WITHOUT_WORDS or "CIDSystemInfo" in value:
            return
        for key, inner in value.items():
            if key not in _DULL_KEYS and not (key == "Contents" and "ByteRange" in value):
                _value(key, inner, value, gathering, kind, depth)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            if isinstance(inner, bytes):
                _text(inner, Where.OTHER, "", gathering)
            else:
                _walk(inner, gathering, kind, depth + 1)


def _value(
    key: str, inner: Any, holder: dict[str, Any], gathering: Gathering, kind: str, depth: int
) -> None:
    where, place = _where(key, holder, kind)
    if isinstance(inner, bytes):
        _text(inner, where, place, gathering)
    elif isinstance(inner, list) and key in ("Opt", "V", "DV"):
        for one in inner:
            for text in one if isinstance(one, list) else [one]:
                if isinstance(text, bytes):
                    _text(text, where, place, gathering)
    elif isinstance(inner, (dict, list, PDFStream)):
        _walk(inner, gathering, kind, depth + 1)
    elif isinstance(inner, PDFObjRef):
        _referred(inner, where, place, gathering)


def _referred(reference: PDFObjRef, where: Where, place: str, gathering: Gathering) -> None:
    """Keep a text that is an object of its own under the name it is referred to by."""
    target = resolve1(reference)
    if isinstance(target, bytes):
        _text(target, where, place, gathering)


def _refuse(value: dict[str, Any]) -> None:
    if name_of(value.get("S")) in _PROGRAMS or "JS" in value or "JavaScript" in value:
        raise Refused(MACROS)
    if "XFA" in value:
        raise Refused(DYNAMIC_FORM)


def _where(key: str, holder: dict[str, Any], kind: str) -> tuple[Where, str]:
    if kind == "properties":
        return Where.PROPERTIES, key.lower()
    subtype, of = name_of(holder.get("Subtype")), name_of(holder.get("Type"))
    if subtype == "Widget" or "FT" in holder:
        return (Where.FORM_FIELD if key != "Contents" else Where.ANNOTATION), _PLACES.get(key, "")
    if of == "Sig" or "ByteRange" in holder:
        return Where.SIGNATURE, key.lower()
    if of == "OCG":
        return Where.LAYER, ""
    if of in ("Filespec", "F") or "EF" in holder:
        return Where.EMBEDDED, "its name"
    if key == "Title" and ("Parent" in holder or "Dest" in holder or "A" in holder):
        return Where.BOOKMARK, ""
    if key == "T" and ("Rect" in holder or of == "Annot"):
        return Where.COMMENT_AUTHOR, subtype.lower()
    if key == "F" and name_of(holder.get("S")):
        return Where.LINK_TARGET, ""
    return _BY_KEY.get(key, Where.OTHER), _PLACES.get(key, "")


def _text(value: bytes, where: Where, place: str, gathering: Gathering) -> None:
    text = decoded(value)
    readable = sum(c.isprintable() or c.isspace() for c in text)
    if dull(text) or readable < len(text) * 0.9 or len(text.strip()) < 2:
        return
    if len(text) > _LONGEST_WORD and not any(c.isspace() for c in text):
        return
    if text.startswith("D:") and text[2:6].isdigit():
        return
    gathering.add(text, where, place)


def _stream(stream: PDFStream, number: int, gathering: Gathering) -> None:
    of, subtype = name_of(stream.get("Type")), name_of(stream.get("Subtype"))
    if of == "Metadata" or subtype == "XML":
        xmp(stream.get_data(), gathering, Where.PROPERTIES, "XMP")
    elif subtype == "Image" and is_jpeg(stream):
        image = opened(stream.get_data(), gathering)
        traces(image, stream.get_data(), gathering, f"picture of object {number}")


def is_jpeg(stream: PDFStream) -> bool:
    """Tell whether a picture is kept as JPEG, whole with what the camera wrote."""
    filters = stream.get_filters()
    return bool(filters) and getattr(filters[-1][0], "name", "") in ("DCTDecode", "DCT")


def attachments(document: PDFDocument, gathering: Gathering) -> None:
    """Take in the files attached to a document or its annotations, unnamed ones too."""
    done: set[int | None] = set()
    for _, value in objects(document, gathering.limits.objects):
        for one in _dictionaries(value):
            files = resolve1(one.get("EF"))
            name = resolve1(one.get("UF")) or resolve1(one.get("F")) or b""
            for reference in files.values() if isinstance(files, dict) else ():
                _attach(resolve1(reference), name, done, gathering)
    for _, value in objects(document, gathering.limits.objects):
        if isinstance(value, PDFStream) and name_of(value.get("Type")) == "EmbeddedFile":
            _attach(value, b"", done, gathering)


def _dictionaries(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Give the dictionaries written in an object, one inside another too."""
    if depth > _DEEPEST:
        raise Refused(TOO_COMPLEX)
    if isinstance(value, PDFStream):
        value = value.attrs
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _dictionaries(inner, depth + 1)


def _attach(stream: Any, name: Any, done: set[int | None], gathering: Gathering) -> None:
    if isinstance(stream, PDFStream) and stream.objid not in done:
        done.add(stream.objid)
        text = decoded(name) if isinstance(name, bytes) else ""
        gathering.embed(stream.get_data(), text)
