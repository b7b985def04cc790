"""From letters on a page to lines, paragraphs and headings."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pdfminer.layout import LAParams, LTChar, LTPage, LTTextBox, LTTextLine

from portal.disclosure.files.pdf_covers import Box
from portal.disclosure.files.pdf_page import Letter
from portal.disclosure.files.reading import Where

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


def blocks(letters: Iterable[Letter], page: Box) -> list[Block]:
    """Return the blocks of letters in reading order; those of a page turned another way follow."""
    by_turn: dict[tuple[int, bool], list[LTChar]] = {}
    for letter in letters:
        by_turn.setdefault(letter.turned, []).append(letter.upright)
    found = []
    for turned, chars in sorted(by_turn.items(), key=lambda one: -len(one[1])):
        found += _blocks(chars, _around(chars) if any(turned) else page)
    return found


def _around(letters: list[LTChar]) -> Box:
    return (
        min(one.x0 for one in letters) - 1,
        min(one.y0 for one in letters) - 1,
        max(one.x1 for one in letters) + 1,
        max(one.y1 for one in letters) + 1,
    )


def _blocks(letters: list[LTChar], page: Box) -> list[Block]:
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


def in_order(letters: Iterable[Letter]) -> str:
    """Return letters as text in the order they were painted: those hidden may overlap."""
    parts: list[str] = []
    before: Letter | None = None
    for letter in letters:
        if before is not None:
            turned = before.turned != letter.turned
            parts.append("\n" if turned else _between(before.upright, letter.upright))
        parts.append(plain(letter.upright.get_text()))
        before = letter
    return "".join(parts)


Judged = tuple[Letter, Where | None]
"""A letter with how a reader is kept from seeing it."""


def whole_words(letters: Iterable[Judged]) -> Iterator[Judged]:
    """Give letters such that a word of which a part is unsure is so as a whole.

    Half a name would be rendered else, which no check finds.
    """
    word: list[Judged] = []
    for one in letters:
        if word and _parted(word[-1][0], one[0]):
            yield from _as_one(word)
            word = []
        word.append(one)
    yield from _as_one(word)


def _parted(before: Letter, letter: Letter) -> bool:
    if before.turned != letter.turned or not letter.upright.get_text().strip():
        return True
    return bool(_between(before.upright, letter.upright))


def _as_one(word: list[Judged]) -> list[Judged]:
    if not any(hidden is Where.UNSURE for _, hidden in word):
        return word
    return [(letter, hidden or Where.UNSURE) for letter, hidden in word]


def _between(before: LTChar, char: LTChar) -> str:
    """Return what parts two letters: a new line, a space or nothing."""
    size = max(char.size, before.size, 0.1)
    if abs(char.y0 - before.y0) > size * 0.5:
        return "\n"
    apart = char.x0 - before.x1 > size * 0.2 or char.x1 < before.x0 - size * 0.2
    return " " if apart else ""


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
