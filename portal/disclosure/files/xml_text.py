"""The bare text of XML whose form is not known."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

_DULL = re.compile(
    r"[\d\W]*|true|false|\d{4}-\d\d-\d\dT[\d:.]+Z?|\{?[0-9A-Fa-f-]{32,38}\}?", re.IGNORECASE
)
_TELLING = {"title", "descr", "alt", "author", "name", "comment", "initials", "userId", "tooltip"}


def dull(text: str) -> bool:
    """Tell whether a value says nothing about anybody: a number, a time, an identifier."""
    return _DULL.fullmatch(text.strip()) is not None


def texts(root: Element) -> Iterator[str]:
    """Give texts of elements, and of attributes that may hold words of a person."""
    words: list[str] = []
    for element in root.iter():
        for text in (element.text, element.tail):
            if text and not dull(text):
                words.append(text.strip())
        for key in _TELLING & element.attrib.keys():
            if not dull(element.attrib[key]) and " " in element.attrib[key]:
                yield element.attrib[key]
    if words:
        yield "\n".join(words)
