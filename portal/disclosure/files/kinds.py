"""What kind a file is: its content decides, and its name must agree."""

from pathlib import PurePath

from portal.disclosure.files.packages import Package
from portal.disclosure.files.reading import Kind
from portal.disclosure.files.refusals import (
    MACROS,
    OLD_WORD,
    PROTECTED,
    Refused,
    mistyped,
    not_taken,
)

_ENDINGS = {
    ".docx": Kind.DOCX,
    ".odt": Kind.ODT,
    ".pdf": Kind.PDF,
    ".rtf": Kind.RTF,
    ".md": Kind.MARKDOWN,
    ".markdown": Kind.MARKDOWN,
    ".txt": Kind.TEXT,
    ".text": Kind.TEXT,
    ".jpg": Kind.JPEG,
    ".jpeg": Kind.JPEG,
    ".png": Kind.PNG,
    ".webp": Kind.WEBP,
    ".gif": Kind.GIF,
}
_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"%PDF-", Kind.PDF),
    (b"{\\rtf", Kind.RTF),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
)
_OTHERS = (
    (b"MZ", "a program for Windows"),
    (b"\x7fELF", "a program"),
    (b"#!", "a script"),
    (b"7z\xbc\xaf", "an archive"),
    (b"Rar!", "an archive"),
    (b"\x1f\x8b", "an archive"),
    (b"BZh", "an archive"),
    (b"BM", "a BMP picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"%!PS", "a PostScript file"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound or video file"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORD_MAIN = ".wordprocessingml.document.main+xml"


def kind_of(data: bytes, name: str, package: Package | None, *, inside: bool = False) -> Kind:
    """Return the kind of `data`; raise Refused where it is none that is taken, or its name lies.

    `package` is the opened archive where `data` is one. A file `inside` another may have any name.
    """
    ending = PurePath(name).suffix.lower()
    named = _ENDINGS.get(ending)
    found = _packed(package) if package else _plain(data)
    if found is None and inside and not _looks_binary(data):
        return Kind.MARKDOWN if named is Kind.MARKDOWN else Kind.TEXT
    if found is None:
        return _text(data, ending, named)
    if named is not found and not inside:
        raise mistyped(ending or "without an ending", found)
    return found


def _plain(data: bytes) -> Kind | None:
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.WEBP
    if data.startswith(_OLE):
        raise _old_office(data)
    return None


def _old_office(data: bytes) -> Refused:
    """Return why a file of Microsoft's old container is refused; streams are named in UTF-16."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Refused(PROTECTED)
    if "WordDocument".encode("utf-16-le") in data:
        return Refused(OLD_WORD)
    return not_taken("an old Office file")


def _packed(package: Package) -> Kind:
    mimetype = package.read("mimetype") if "mimetype" in package else b""
    if mimetype.strip() == b"application/vnd.oasis.opendocument.text":
        return Kind.ODT
    if mimetype.startswith(b"application/vnd.oasis.opendocument"):
        raise not_taken("an OpenDocument file other than a text")
    if "[Content_Types].xml" not in package:
        raise not_taken("an archive")
    types = {
        element.get("ContentType", "") for element in package.xml("[Content_Types].xml").iter()
    }
    if any("macroEnabled" in one or "vba" in one.lower() for one in types):
        raise Refused(MACROS)
    if any(one.endswith(_WORD_MAIN) for one in types):
        return Kind.DOCX
    raise not_taken("an Office file other than a Word document")


def _text(data: bytes, ending: str, named: Kind | None) -> Kind:
    if named in (Kind.TEXT, Kind.MARKDOWN) and not _looks_binary(data):
        return named
    for magic, words in _OTHERS:
        if data.startswith(magic):
            raise not_taken(words)
    if data[4:8] == b"ftyp":
        raise not_taken("a video, or a picture of a telephone (HEIC)")
    if named is not None:
        raise mistyped(ending, "different kind of file, or damaged")
    raise not_taken(f"a file of a kind that is not known here ({ending or 'no ending'})")


def _looks_binary(data: bytes) -> bool:
    return b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff"))
