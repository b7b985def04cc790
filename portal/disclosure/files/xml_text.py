"""The bare text of XML whose form is not known."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

_NUMBER = re.compile(r"[\d\W]*")
_MACHINE = re.compile(
    r"true|false|\d{4}-\d\d-\d\dT[\d:.]+Z?|\{?[0-9A-Fa-f-]{32,38}\}?", re.IGNORECASE
)
_NUMBER_OF_SOMEBODY = re.compile(r"(?:\D*\d){8,15}\D*|\d{1,2}([/.-])\d{1,2}\1(?:\d{4}|\d\d)")
"""Long enough for a telephone or NHS number, or a date as people write it."""
_TELLING = {"title", "descr", "alt", "author", "name", "comment", "initials", "userId", "tooltip"}


def dull(text: str) -> bool:
    """Tell whether a value says nothing about anybody: a short number, a time, an identifier."""
    text = text.strip()
    if _MACHINE.fullmatch(text):
        return True
    return _NUMBER.fullmatch(text) is not None and not _NUMBER_OF_SOMEBODY.fullmatch(text)


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
