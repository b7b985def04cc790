"""Markdown that some readers could not use: those who hear a page, or move by its headings. Pure.

The rules are those of WCAG 2.2 that concern written text (1.3.1, 2.4.4, 2.4.6), and what
`portal.core.markdown` leaves out or shows as it stands.
"""

import re
from collections.abc import Iterator, Sequence

from portal.publishing.blocks import (
    ADDRESS,
    LINK,
    Block,
    Cell,
    blocks,
    cells,
    hide_code,
    is_entry,
    is_table,
    plain,
)
from portal.publishing.marks import Kind, Mark

MOST_WORDS = 150
"""Words of a paragraph that are easy to read in one piece."""
MOST_BOLD_WORDS = 12
"""Words of a bold line that may be meant as a heading."""
DEEPEST = 3
"""The lowest level of heading that a document has."""

_BOLD = re.compile(r"(\*\*|__)(?P<words>(?:(?!\1).)+)\1[ \t]*:?$", re.DOTALL)
_PICTURE = re.compile(r"(?<!\\)!\[[^\]]{0,500}\](?:\([^)\n]*\))?")
_HTML = re.compile(r"<!--.*?(?:-->|$)|</?(?!https?:|mailto:)[A-Za-z][^<>]*>", re.DOTALL)
_BULLET = re.compile(r"[ \t]*(?:[•·●▪◦‣]|[–—](?=[ \t]))[ \t]*\S")
_SAYS_NOTHING = re.compile(
    r"(?:please )?(?:(?:click|press|tap|follow|see|read)(?: on)? )?"
    r"(?:here|this|this link|this page|link|the link|more|read more|find out more|learn more|"
    r"more information|further information|details|more details|page|website|download|document|"
    r"continue|go|info)[.:…→> ]*",
    re.IGNORECASE,
)


def check(text: str, *, under: int = 1) -> list[Mark]:
    """Return what is hard to use in a Markdown text, in its order, with places in that text.

    `under` is the level of the heading that the text stands under: 1 for the body of a document,
    2 for a section of a case.
    """
    found = blocks(text)
    marks = [*_headings(text, found, under)]
    for block in found:
        if block.sort == "table":
            marks += _table(block)
        elif block.sort in {"paragraph", "entry", "quotation"}:
            marks += _paragraph(text, block)
    shown = _without_code(text, found)
    marks += [*_links(shown), *_addresses(shown), *_refused(shown)]
    return sorted(marks)


def _without_code(text: str, found: Sequence[Block]) -> str:
    """Return a text of the same length in which code is spaces."""
    parts, at = [], 0
    for block in found:
        source = text[block.start : block.end]
        shown = " " * len(source) if block.sort == "code" else hide_code(source)
        parts += [text[at : block.start], shown]
        at = block.end
    return "".join([*parts, text[at:]])


# ---- Headings


def _headings(text: str, found: Sequence[Block], under: int) -> Iterator[Mark]:
    above = under
    for block in found:
        if block.sort != "heading":
            continue
        if not plain(text[block.start : block.end]).strip("=- \t\r\n"):
            yield _mark(
                block,
                Kind.HEADING_EMPTY,
                "This heading has no words.",
                "Write what comes below it, or take it out.",
            )
            continue
        problem = _level_problem(block, above, under)
        if problem:
            yield _mark(block, Kind.HEADING_LEVEL, *problem)
        above = max(block.level, under)


def _level_problem(block: Block, above: int, under: int) -> tuple[str, str] | None:
    """Return why the level of a heading is wrong, and what to write."""
    highest = "#" * (under + 1)
    level = block.level
    if not block.lines[0].text.startswith("#"):
        return "This heading is made by a line below it.", f"Write {highest} before it instead."
    if level <= under:
        held = "The title is the page’s only #." if under == 1 else "## begins the next section."
        return f"This heading is at too high a level. {held}", f"Begin it with {highest}."
    if level > DEEPEST:
        return (
            f"This heading is at level {level}; documents have ## and ### only.",
            f"Begin it with {'#' * DEEPEST}, or make the section simpler.",
        )
    if level > above + 1:
        wanted = "#" * (above + 1)
        return (
            f"{'#' * level} follows {'#' * above}: a level is left out, and who moves by headings "
            "looks for what is missing.",
            f"Begin it with {wanted}.",
        )
    return None


# ---- Paragraphs


def _paragraph(text: str, block: Block) -> Iterator[Mark]:
    source = text[block.start : block.end]
    words = len(plain(source).split())
    if words > MOST_WORDS:
        yield _mark(
            block,
            Kind.LONG_PARAGRAPH,
            f"This paragraph has {words} words.",
            "Begin a new one where the thought changes, or make a list of it.",
        )
    yield from _no_list_inside(block)
    if block.sort != "paragraph":
        return
    bold = _BOLD.match(source)
    if bold and len(bold["words"].split()) <= MOST_BOLD_WORDS and not _is_sentence(bold["words"]):
        yield _mark(
            block,
            Kind.HEADING_BOLD,
            "This bold line looks like a heading, but nobody can find it as one.",
            "If it is a heading, write ## or ### before it, without the stars.",
        )
    yield from _no_table(block)
    yield from _no_list(block)


def _is_sentence(words: str) -> bool:
    return words.rstrip().endswith((".", "!", "…"))


def _no_list(block: Block) -> Iterator[Mark]:
    """Mark entries that no blank line parts from the words before, and bullets of another kind."""
    entries = [n for n, line in enumerate(block.lines) if is_entry(line)]
    if entries and (len(entries) > 1 or block.lines[entries[0] - 1].text.rstrip().endswith(":")):
        first = block.lines[entries[0]]
        yield Mark(
            first.start,
            block.end,
            Kind.LIST,
            "This list runs on in the paragraph before it.",
            "Leave a blank line before its first entry.",
        )
    bullets = [line for line in block.lines if _BULLET.match(line.text)]
    if len(bullets) > 1:
        yield Mark(
            bullets[0].start,
            bullets[-1].end,
            Kind.LIST,
            "These lines show as one paragraph, not as a list.",
            "Begin each entry with a hyphen and a space, and leave a blank line before the first.",
        )


def _no_list_inside(block: Block) -> Iterator[Mark]:
    """Mark entries that show as part of the entry above them."""
    inside = [line for line in block.lines[1:] if is_entry(line)]
    if block.sort == "entry" and inside:
        yield Mark(
            inside[0].start,
            inside[-1].end,
            Kind.LIST,
            "This list runs on in the entry above it.",
            "Indent each of its entries by four spaces, or leave a blank line if it is a new list.",
        )


def _no_table(block: Block) -> Iterator[Mark]:
    """Mark rows that are no table, for want of a line of dashes or of a blank line."""
    rows = [line for line in block.lines if line.text.lstrip().startswith("|")]
    if len(rows) < 2:
        return
    first = block.lines.index(rows[0])
    if first and is_table(block.lines[first:]):
        why, hint = (
            "This table runs on in the paragraph before it.",
            "Leave a blank line before it.",
        )
    else:
        why = "These rows show as they stand, because the table has no row of column headings."
        hint = "Write the headings as the first row and |---|---| below, one --- for each column."
    yield Mark(rows[0].start, rows[-1].end, Kind.TABLE_HEADER, why, hint)


# ---- Tables


def _table(block: Block) -> Iterator[Mark]:
    heads = cells(block.lines[0])
    for number, cell in enumerate(heads, start=1):
        if not plain(cell.text).strip():
            yield _head_mark(block, cell, number)
    for row in block.lines[2:]:
        count = len(cells(row))
        if count == len(heads):
            continue
        lost = "What is too much is left out." if count > len(heads) else "The rest stays empty."
        yield Mark(
            row.start,
            row.end,
            Kind.TABLE_ROW,
            f"This row has {_cells(count)} and the table {len(heads)} columns. {lost}",
            "Give each row a cell for each column; write “Not stated” where nothing is known.",
        )


def _head_mark(block: Block, cell: Cell, number: int) -> Mark:
    line = block.lines[0]
    return Mark(
        min(cell.start, line.end - 1),
        min(cell.start, line.end - 1) + 1,
        Kind.TABLE_HEADER,
        f"Column {number} has no heading.",
        "Say in a word or two what the column holds: it is read out before each cell.",
    )


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"


# ---- Links


def _links(text: str) -> Iterator[Mark]:
    leads: dict[str, str] = {}
    for match in LINK.finditer(text):
        words = " ".join(plain(match["words"]).split())
        bare = ADDRESS.search(match["words"])
        address = match["address"].strip("<>")
        if not address or not (words or bare):
            missing = "words" if address else "address"
            yield _link_mark(
                match, Kind.LINK_EMPTY, f"This link has no {missing}.", "Write it, or take it out."
            )
        elif bare or _SAYS_NOTHING.fullmatch(words):
            yield _link_mark(
                match,
                Kind.LINK_WORDS,
                f"“{match['words']}” does not say where the link leads, for those who hear links "
                "one after another.",
                "Use the title of what it leads to as its words.",
            )
        elif leads.setdefault(words.casefold(), address) != address:
            yield _link_mark(
                match,
                Kind.LINK_SAME_WORDS,
                f"Another link with the words “{words}” leads to a different place.",
                "Give each its own words.",
            )


def _link_mark(match: re.Match[str], kind: Kind, why: str, hint: str) -> Mark:
    return Mark(match.start(), match.end(), kind, why, hint)


def _addresses(text: str) -> Iterator[Mark]:
    rest = LINK.sub(lambda match: " " * len(match[0]), text)
    rest = _PICTURE.sub(lambda match: " " * len(match[0]), rest)
    for match in ADDRESS.finditer(rest):
        yield Mark(
            match.start(),
            match.end(),
            Kind.LINK_WORDS,
            "An address is read out letter by letter, and without brackets it is no link.",
            "Write [the title of the page](its address).",
        )


# ---- What is refused


def _refused(text: str) -> Iterator[Mark]:
    for match in _PICTURE.finditer(text):
        yield Mark(
            match.start(),
            match.end(),
            Kind.PICTURE,
            "Documents have no pictures: not everybody can see them.",
            "Say in words what it shows.",
        )
    for match in _HTML.finditer(text):
        yield Mark(
            match.start(),
            match.end(),
            Kind.HTML,
            "HTML is shown as it stands, with its signs.",
            "Write Markdown instead, or take it out.",
        )


def _mark(block: Block, kind: Kind, why: str, hint: str) -> Mark:
    return Mark(block.start, block.end, kind, why, hint)
