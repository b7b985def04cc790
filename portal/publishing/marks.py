"""A mark at a passage of a text that its writer may want to look at again. Nothing is changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a mark is about."""

    LONG_SENTENCE = "long-sentence"
    ABBREVIATION = "abbreviation"
    JARGON = "jargon"
    CONTESTED = "contested"
    NOBODY_NAMED = "nobody-named"
    HEADING_LEVEL = "heading-level"
    HEADING_EMPTY = "heading-empty"
    HEADING_BOLD = "heading-bold"
    TABLE_HEADER = "table-header"
    TABLE_ROW = "table-row"
    LINK_WORDS = "link-words"
    LINK_SAME_WORDS = "link-same-words"
    LINK_EMPTY = "link-empty"
    PICTURE = "picture"
    HTML = "html"
    LONG_PARAGRAPH = "long-paragraph"
    LIST = "list"


TITLES: Mapping[Kind, str] = {
    Kind.LONG_SENTENCE: "Long sentence",
    Kind.ABBREVIATION: "Abbreviation that nobody explains",
    Kind.JARGON: "Word of the trade",
    Kind.CONTESTED: "Contested word",
    Kind.NOBODY_NAMED: "Nobody is named",
    Kind.HEADING_LEVEL: "Level of a heading",
    Kind.HEADING_EMPTY: "Heading without words",
    Kind.HEADING_BOLD: "Bold line in place of a heading",
    Kind.TABLE_HEADER: "Table without column headings",
    Kind.TABLE_ROW: "Row with too many or too few cells",
    Kind.LINK_WORDS: "Link that does not say where it leads",
    Kind.LINK_SAME_WORDS: "Links with the same words",
    Kind.LINK_EMPTY: "Empty link",
    Kind.PICTURE: "Picture",
    Kind.HTML: "HTML",
    Kind.LONG_PARAGRAPH: "Long paragraph",
    Kind.LIST: "List that does not show as one",
}
"""What a kind is called on a page."""


@dataclass(frozen=True, order=True)
class Mark:
    """A passage, as characters `start` to `end` of the Markdown, with why it is marked."""

    start: int
    end: int
    kind: Kind
    why: str
    """What is there, in a sentence."""
    hint: str
    """What the writer could think about or do."""
