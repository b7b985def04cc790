"""Markdown in blocks with their places, as `portal.core.markdown` will render it. Pure.

Python-Markdown keeps no places, so the blocks are found here again: its rules for headings, lists,
quotations and tables, a line at a time.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Sort = Literal["paragraph", "heading", "entry", "quotation", "table", "code", "rule"]

_HEADING = re.compile(r"#{1,6}")
_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*$")
_ENTRY = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}\.)[ \t]+(?=\S)")
_QUOTATION = re.compile(r" {0,3}>[ ]?")
_DEEP = re.compile(r"(?: {0,3}+>){10,}+[ ]?")
"""More signs of a quotation than anybody writes: they are taken off at once."""
_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
_DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_INDENTED = re.compile(r"(?: {4}|\t)")
_CODE = re.compile(r"(?<![\\`])(`+)(?!`)(?:.*?[^`])\1(?!`)", re.DOTALL)
_STEP = 4
"""Spaces by which an entry is inside another."""
LINK = re.compile(
    r"(?<![!\\])\[(?P<words>[^\[\]]*)\]"
    r"\([ \t]*(?P<address>[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)(?P<rest>[^()\n]*)\)"
)
"""A link as people write it, with its words and its address."""
ADDRESS = re.compile(r"<?\b(?:https?://|www\.)[^\s<>()\[\]|]*[^\s<>()\[\]|.,;:!?'\"’”*_]>?")
"""An address that stands in the text."""
_MARKERS = re.compile(
    r"^[ \t]*(?:(?:[-*+]|\d{1,9}\.)[ \t]+|>[ \t]?|#{1,6})|(?<!#)#++[ \t]*$", re.MULTILINE
)
_EMPHASIS = re.compile(r"\\(?=[^\w\s])|\*+|(?<!\w)_++(?=\S)|(?<=[^\s_])_++(?!\w)")


@dataclass(frozen=True)
class Line:
    """A line without its break, and the character of the text at which it starts."""

    start: int
    text: str

    @property
    def end(self) -> int:
        """The character after its last."""
        return self.start + len(self.text)


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph, an entry of a list, a table, with its lines."""

    sort: Sort
    lines: Sequence[Line]

    @property
    def start(self) -> int:
        """The first character of the block in the text."""
        return self.lines[0].start

    @property
    def end(self) -> int:
        """The character after its last."""
        return self.lines[-1].end

    @property
    def level(self) -> int:
        """The level of a heading: 1 for `#`."""
        first, last = self.lines[0].text, self.lines[-1].text
        hashes = _HEADING.match(first)
        if hashes:
            return len(hashes[0])
        return 1 if last.startswith("=") else 2


@dataclass(frozen=True)
class Cell:
    """A cell of a table, without the spaces around it."""

    start: int
    text: str


def lines_of(text: str) -> list[Line]:
    """Return the lines of a text."""
    lines, start = [], 0
    for line in text.split("\n"):
        lines.append(Line(start, line.removesuffix("\r")))
        start += len(line) + 1
    return lines


def blocks(text: str) -> list[Block]:
    """Return the blocks of a text in their order."""
    return _of_lines(lines_of(text))


def _of_lines(lines: Sequence[Line]) -> list[Block]:
    found: list[Block] = []
    for chunk in _chunks(lines):
        in_list = bool(found) and found[-1].sort == "entry"
        indented = bool(_INDENTED.match(chunk[0].text))
        if indented and not in_list:
            found.append(Block("code", chunk))
        else:
            found += _of_chunk(chunk, in_list and indented)
    return found


def _chunks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Give runs of lines between blank ones."""
    chunk: list[Line] = []
    for line in lines:
        if line.text.strip():
            chunk.append(line)
        elif chunk:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _of_chunk(chunk: list[Line], in_list: bool) -> Iterator[Block]:
    if len(chunk) > 1 and _UNDERLINE.match(chunk[1].text) and not _begins(chunk[0].text):
        yield Block("heading", chunk[:2])
        chunk = chunk[2:]
    rest: list[Line] = []
    for line in chunk:
        if _HEADING.match(line.text) or _RULE.match(line.text):
            if rest:
                yield from _of_run(rest, in_list)
            yield Block("heading" if _HEADING.match(line.text) else "rule", [line])
            rest = []
        else:
            rest.append(line)
    if rest:
        yield from _of_run(rest, in_list)


def _begins(text: str) -> bool:
    """Whether a line is no plain words, so that dashes below it are no underline."""
    return bool(_HEADING.match(text) or _ENTRY.match(text) or "|" in text or _QUOTATION.match(text))


def _of_run(run: list[Line], in_list: bool) -> Iterator[Block]:
    """Give the blocks of lines without a heading among them."""
    if is_table(run):
        yield Block("table", run)
        return
    if _ENTRY.match(run[0].text) or in_list:
        yield from _entries(run)
        return
    quoted = next((n for n, line in enumerate(run) if _QUOTATION.match(line.text)), len(run))
    if quoted:
        yield Block("paragraph", run[:quoted])
    for block in _of_lines([_unquoted(line) for line in run[quoted:]]):
        yield Block("quotation", block.lines) if block.sort == "paragraph" else block


def _unquoted(line: Line) -> Line:
    """Return a line without the sign of a quotation, which its later lines may lack."""
    sign = _DEEP.match(line.text) or _QUOTATION.match(line.text)
    return Line(line.start + sign.end(), line.text[sign.end() :]) if sign else line


def _entries(run: list[Line]) -> Iterator[Block]:
    """Give the entries of a list: those of its own kind, and those of any kind four spaces in."""
    inside = _indent(run[0]) // _STEP * _STEP + _STEP
    kind = _kind(run[0])
    entry: list[Line] = []
    for line in run:
        starts = kind and is_entry(line) and (_kind(line) == kind or _indent(line) >= inside)
        if entry and starts:
            yield Block("entry", entry)
            entry = []
        entry.append(line)
    yield Block("entry", entry)


def _indent(line: Line) -> int:
    shown = line.text.expandtabs(_STEP)
    return len(shown) - len(shown.lstrip())


def _kind(line: Line) -> Literal["", "bullet", "number"]:
    """Return how a line begins an entry: `sane_lists` keeps the two kinds apart."""
    if not is_entry(line):
        return ""
    return "number" if line.text.lstrip()[0].isdigit() else "bullet"


def is_entry(line: Line) -> bool:
    """Whether a line begins as an entry of a list does."""
    return bool(_ENTRY.match(line.text))


# ---- Tables


def is_table(lines: Sequence[Line]) -> bool:
    """Whether lines make a table: a row, dashes below it for each column, rows."""
    if len(lines) < 2 or "|" not in lines[0].text or not _DELIMITER.match(lines[1].text):
        return False
    return len(cells(lines[0])) == len(cells(lines[1]))


def cells(row: Line) -> list[Cell]:
    """Return the cells of a row; a stroke after a backslash or in code parts none."""
    hidden = _CODE.sub(lambda match: "x" * len(match[0]), row.text).replace("\\|", "xx")
    start = len(hidden) - len(hidden.lstrip())
    end = len(hidden.rstrip())
    start += hidden.startswith("|", start)
    end -= end > start and hidden[end - 1] == "|"
    found, at = [], start
    for part in hidden[start:end].split("|"):
        text = row.text[at : at + len(part)]
        found.append(Cell(row.start + at + len(text) - len(text.lstrip()), text.strip()))
        at += len(part) + 1
    return found


# ---- Words


def passages(text: str) -> list[tuple[Block, int, str]]:
    """Return (block, place, words) of everything that is read as one: a paragraph, a cell.

    The words are as long as their source, with Markdown's signs, addresses and code replaced by
    spaces, so that a place in them is a place in the text. Code is left out.
    """
    found = []
    for block in blocks(text):
        if block.sort == "table":
            rows = [block.lines[0], *block.lines[2:]]
            found += [(block, cell.start, plain(cell.text)) for row in rows for cell in cells(row)]
        elif block.sort not in {"code", "rule"}:
            found.append((block, block.start, plain(text[block.start : block.end])))
    return found


def plain(source: str) -> str:
    """Return Markdown as words of the same length."""
    words = hide_code(source)
    words = LINK.sub(_only_words, words)
    for signs in (ADDRESS, _MARKERS, _EMPHASIS):
        words = signs.sub(_spaces, words)
    return words


def hide_code(source: str) -> str:
    """Return Markdown with spaces for what stands between backticks."""
    return _CODE.sub(_spaces, source)


def _spaces(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _only_words(match: re.Match[str]) -> str:
    return f" {match['words']}".ljust(len(match[0]))
