"""From letters on a page to lines, paragraphs and headings."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pdfminer.layout import LAParams, LTChar, LTPage, LTTextBox, LTTextLine

from portal.disclosure.files.pdf_page import Box

_BIGGER = 1.15
"""Times the size of most text: a heading, if it is short."""
_MUCH_BIGGER = 1.45
_HEADING_LENGTH = 120
_FEW = 80
"""Blocks whose order is worked out by columns, which takes the square of their number."""
_AT_LINE_END = re.compile(r"(?<=[^\W\d_])[-\u2010\u00ad]\n(?=[^\W\d_])")
_LIGATURES = {
    "ﬀ": "ff",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "ﬃ": "ffi",
    "ﬄ": "ffl",
    "ﬅ": "st",
    "ﬆ": "st",
}


def plain(text: str) -> str:
    """Return text without joined letters, in which no name would be found."""
    for joined, letters in _LIGATURES.items():
        text = text.replace(joined, letters)
    return text


@dataclass(frozen=True)
class Block:
    """Lines that belong together, with the size of their letters in points."""

    lines: tuple[str, ...]
    size: float

    @property
    def text(self) -> str:
        """The lines as one paragraph; a hyphen at a line's end joins the words it parts."""
        return _AT_LINE_END.sub("-", "\n".join(self.lines)).replace("\n", " ")


def blocks(letters: Iterable[LTChar], page: Box) -> list[Block]:
    """Return the blocks of letters in reading order."""
    letters = list(letters)
    layout = _laid_out(letters, page, LAParams(boxes_flow=None))
    if sum(isinstance(box, LTTextBox) for box in layout) <= _FEW:
        layout = _laid_out(letters, page, LAParams())
    found = []
    for box in layout:
        if isinstance(box, LTTextBox):
            lines: list[LTTextLine] = list(box)
            texts = tuple(text for line in lines if (text := plain(line.get_text()).strip()))
            sizes = Counter(
                round(char.size, 1) for line in lines for char in line if isinstance(char, LTChar)
            )
            if texts:
                found.append(Block(texts, sizes.most_common(1)[0][0] if sizes else 0.0))
    return found


def _laid_out(letters: list[LTChar], page: Box, how: LAParams) -> LTPage:
    layout = LTPage(1, page)
    for letter in letters:
        layout.add(letter)
    layout.analyze(how)
    return layout


def body_size(pages: Iterable[list[Block]]) -> float:
    """Return the size that most text of a document has."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for block in page:
            sizes[block.size] += len(block.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def heading(block: Block, body: float) -> int:
    """Return the level of a heading, 1 or 2, or 0 for other text."""
    if not body or len(block.text) > _HEADING_LENGTH or block.size < body * _BIGGER:
        return 0
    return 1 if block.size >= body * _MUCH_BIGGER else 2
