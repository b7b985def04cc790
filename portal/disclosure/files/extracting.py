"""One file, read in this process: only for `child`, which has limits, and for tests."""

import warnings
from pathlib import PurePath

from portal.disclosure.files import docx, leftovers, odt, pdf, pictures, plain, rtf
from portal.disclosure.files.gathering import Gathering
from portal.disclosure.files.kinds import kind_of
from portal.disclosure.files.limits import Limits
from portal.disclosure.files.nested import inside_only
from portal.disclosure.files.packages import Budget, Package, open_package
from portal.disclosure.files.reading import Kind, Reading, Where
from portal.disclosure.files.refusals import DAMAGED, EMPTY, TOO_COMPLEX, Refused, too_large


def extract(data: bytes, name: str, limits: Limits) -> Reading:
    """Return all that a file holds; raise Refused, and nothing else, where it is not taken."""
    if len(data) > limits.file_bytes:
        raise too_large(limits.file_bytes)
    gathering = Gathering(limits, Budget(limits.unpacked_bytes), 0, _nested)
    gathering.add(PurePath(name).stem, Where.FILE_NAME)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # libraries warn of what is odd in a file
            return _read(data, name, gathering)
    except Refused:
        raise
    except MemoryError as error:
        raise Refused(TOO_COMPLEX) from error
    except Exception as error:  # parsers meet what their authors never thought of
        raise Refused(DAMAGED) from error


def _read(data: bytes, name: str, gathering: Gathering, *, inside: bool = False) -> Reading:
    if not data:
        raise Refused(EMPTY)
    package = None
    if data.startswith(b"PK"):
        package = open_package(data, gathering.limits, gathering.budget)
    kind = kind_of(data, name, package, inside=inside)
    _take(kind, data, package, gathering)
    if package:
        leftovers.of_package(data, package, gathering)
    return gathering.reading(kind)


def _take(kind: Kind, data: bytes, package: Package | None, gathering: Gathering) -> None:
    match kind:
        case Kind.DOCX if package:
            docx.read_docx(package, gathering)
        case Kind.ODT if package:
            odt.read_odt(package, gathering)
        case Kind.PDF:
            pdf.read_pdf(data, gathering)
        case Kind.RTF:
            rtf.read_rtf(data, gathering)
        case Kind.TEXT | Kind.MARKDOWN:
            plain.of_kind(kind, data, gathering)
        case _:
            pictures.read_picture(data, gathering)


def _nested(data: bytes, name: str, outer: Gathering) -> Reading:
    """Read a file inside another; one that is no text of a known kind gives what it can."""
    gathering = Gathering(outer.limits, outer.budget, outer.depth + 1, _nested)
    if inside_only(data, name, gathering):
        return gathering.reading(Kind.TEXT)
    try:
        return _read(data, name, gathering, inside=True)
    except Refused as refused:
        if not refused.reason.startswith(_PASSED_OVER):
            raise
    gathering.strings(data, Where.OTHER)
    gathering.warn("This file inside the file could not be read in full.")
    return gathering.reading(Kind.TEXT)


_PASSED_OVER = (DAMAGED, EMPTY, "This is ", "This file is named ", "This file has no text")
