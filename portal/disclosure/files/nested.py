"""Files inside files that are of no kind taken by themselves, such as a sheet behind a chart."""

from portal.disclosure.files.gathering import Gathering
from portal.disclosure.files.leftovers import of_package
from portal.disclosure.files.packages import Package, open_package
from portal.disclosure.files.reading import Where
from portal.disclosure.files.refusals import MACROS, PROTECTED, Refused
from portal.disclosure.files.xml_text import texts

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def inside_only(data: bytes, name: str, gathering: Gathering) -> bool:
    """Take in Office files and archives as bare text; return whether `data` was one."""
    if data.startswith(OLE):
        _old_container(data, gathering)
        return True
    if not data.startswith(b"PK"):
        return False
    package = open_package(data, gathering.limits, gathering.budget)
    if any("vbaproject" in one.lower() for one in package.names):
        raise Refused(MACROS)
    if _is_document(package):
        # read as a document, with what it unpacked counted once more: a fair price
        return False
    for one in package.names:
        _part(package, one, gathering)
    of_package(data, package, gathering)
    return True


def _is_document(package: Package) -> bool:
    return "word/document.xml" in package or (
        "mimetype" in package
        and package.read("mimetype").strip() == b"application/vnd.oasis.opendocument.text"
    )


def _part(package: Package, name: str, gathering: Gathering) -> None:
    content = package.read(name)
    if name.endswith((".xml", ".rels", ".vml")):
        for text in texts(package.xml(name)):
            gathering.add(text, Where.DATA, name)
    elif content:
        gathering.embed(content, name)


def _old_container(data: bytes, gathering: Gathering) -> None:
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        raise Refused(MACROS)
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Refused(PROTECTED)
    gathering.strings(data, Where.DATA)
    packed = data.find(b"PK\x03\x04")
    if packed >= 0:
        gathering.warn("A file inside the file could not be read in full.")
