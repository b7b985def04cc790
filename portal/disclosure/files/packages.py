"""Archives of parts (DOCX, ODT) and XML, opened within limits."""

import io
import zipfile
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from portal.disclosure.files.limits import Limits
from portal.disclosure.files.refusals import DAMAGED, ENTITIES, PACKED, PROTECTED, Refused

_RATIO_FROM = 10 * 1024 * 1024
_HEADER = 30
"""Bytes of a local header before its name (APPNOTE 4.3.7)."""


@dataclass
class Budget:
    """What may still be unpacked, shared by a file and the files inside it."""

    left: int

    def take(self, count: int) -> None:
        """Count `count` unpacked bytes; raise Refused when there are too many."""
        self.left -= count
        if self.left < 0:
            raise Refused(PACKED)


@dataclass
class Package:
    """An archive whose parts are read within limits, each once."""

    archive: zipfile.ZipFile
    limits: Limits
    budget: Budget
    _read: dict[str, bytes] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.archive.NameToInfo

    @property
    def names(self) -> list[str]:
        """The parts' names, folders left out."""
        return [one.filename for one in self.archive.infolist() if not one.is_dir()]

    def read(self, name: str) -> bytes:
        """Return the content of a part; raise Refused where it is missing or too much."""
        if name not in self._read:
            try:
                with self.archive.open(name) as part:
                    content = part.read(self.limits.part_bytes + 1)
            except KeyError as error:
                raise Refused(DAMAGED) from error
            if len(content) > self.limits.part_bytes:
                raise Refused(PACKED)
            self.budget.take(len(content))
            self._read[name] = content
        return self._read[name]

    def xml(self, name: str) -> Element:
        """Return the root of a part of XML, names without their namespaces."""
        return parse(self.read(name))


def open_package(data: bytes, limits: Limits, budget: Budget) -> Package:
    """Open an archive; raise Refused where it is damaged, encrypted or made to do harm."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Refused(DAMAGED) from error
    parts = archive.infolist()
    if len(parts) > limits.parts:
        raise Refused(PACKED)
    if any(part.flag_bits & 1 for part in parts):
        raise Refused(PROTECTED)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > budget.left or (
        unpacked > _RATIO_FROM and unpacked > limits.ratio * max(1, len(data))
    ):
        raise Refused(PACKED)
    if len({part.filename.lower() for part in parts}) < len(parts) or _overlap(parts):
        raise Refused(DAMAGED)  # programs would not agree on what is inside
    return Package(archive, limits, budget)


def _overlap(parts: list[zipfile.ZipInfo]) -> bool:
    """Tell whether parts share bytes, as in an archive that unpacks to more than it holds."""
    end = 0
    for part in sorted(parts, key=lambda part: part.header_offset):
        if part.header_offset < end:
            return True
        end = part.header_offset + _HEADER + part.compress_size
    return False


def parse(data: bytes) -> Element:
    """Return the root of XML, names without namespaces; entities and broken XML are refused."""
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise Refused(ENTITIES) from error
    except (ParseError, ValueError, LookupError) as error:
        raise Refused(DAMAGED) from error
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2]
        if any("}" in key for key in element.attrib):
            for key in [key for key in element.attrib if "}" in key]:
                element.set(key.rpartition("}")[2], element.attrib.pop(key))
    return root
