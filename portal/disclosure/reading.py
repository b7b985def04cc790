"""What a reader sees of a Markdown text, with the way back from each character to the source.

Signs that only format are left out, so that `**Kay**leigh` reads as one word. Signs that look alike
read as one. The cell of a table is read with the heading of its column before it, because
"NHS number" stands there and the number below.
"""

import html
import re
import unicodedata
from collections.abc import Iterator

# Invisible signs, and accents that follow their letter as signs of their own
_GONE = "\u0300-\u036f\u00ad\u061c\u180e\u200b-\u200f\u2060-\u2064\ufeff"
_LIKE = {
    "\u2018": "'", "\u2019": "'", "\u201b": "'", "\u02bc": "'", "\u2032": "'", "`": "'",
    "\u02b9": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2212": "-",
    "\u00a0": " ", "\u2002": " ", "\u2003": " ", "\u2009": " ", "\u202f": " ", "\u3000": " ",
    "\t": " ", "\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\x0c": "\n", "\r": "\n",
}  # fmt: skip
# Letters of other scripts that print like Latin ones
_TWINS = dict(zip("АВЕКМНОРСТУХІЈЅаеорсухіјѕԁһӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανιτρκυ",
                  "ABEKMHOPCTYXIJSaeopcyxijsdhlABEZHIKMNOPTYXoavitpku", strict=True))  # fmt: skip
_SPECIAL = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<entity>&(?:\#\d{1,6}|\#[xX][0-9a-fA-F]{1,5}|[A-Za-z]{2,8});)"
    r"|(?P<comment><!--|-->)"
    r"|(?P<tag></?[A-Za-z][A-Za-z0-9]{0,9} ?/?>)"
    r"|(?P<target>\]\((?P<address>[^()\s]{0,500})(?: \"[^\"\n]{0,200}\")?\))"
    r"|(?P<mark>[*`~]+|(?<![^\W_])_+|_+(?![^\W_]))"
    r"|(?P<gone>[" + _GONE + r"]+)"
)
_ROW = re.compile(r"[ >]{0,8}\|")
_RULE = re.compile(r"[ >]{0,8}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*){0,60}$")
_HEADING = re.compile(r"[ ]{0,3}\#{1,6}[ \t]+")
_BORROWED = 40
"""Characters of a column's heading that are read before each of its cells."""


class Reading:
    """The plain text, and where each of its characters stands in the source."""

    def __init__(self, source: str) -> None:
        self._parts: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._source = source
        self.borrowed: list[tuple[int, int]] = []
        """Where the headings of columns were read again before a cell."""
        self._read()
        self.text = "".join(self._parts)

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the characters of the source that `start` to `end` were read from.

        None where none were: the heading of a column that was read again with a cell.
        """
        places = [place for place in range(start, end) if self._starts[place] >= 0]
        if not places:
            return None
        return self._starts[places[0]], self._ends[places[-1]]

    def _read(self) -> None:
        at, header = 0, None
        for line in self._source.splitlines(keepends=True):
            if _ROW.match(line):
                header = self._row(line, at, header)
            else:
                header = None
                skipped = _HEADING.match(line)
                self._put(at + (skipped.end() if skipped else 0), at + len(line))
            at += len(line)

    def _row(self, line: str, at: int, header: list[str] | None) -> list[str]:
        """Read one row of a table; returns the headings of its columns."""
        bare = line.rstrip("\r\n")
        if _RULE.match(bare):
            return header or []
        cells = list(_cells(bare))
        names = [bare[start:end].strip(" *_`\t") for start, end in cells]
        for number, (start, end) in enumerate(cells):
            label = header[number] if header is not None and number < len(header) else ""
            if len(cells) == 2 and number == 1 and not re.search(r"\d", names[0]):
                label = f"{label} {names[0]}".strip()
            if label and len(label) <= _BORROWED:
                self._borrow(f"{_plain(label)}: ")
            self._put(at + start, at + end)
            self._add("\n", at + end, at + end + 1 if at + end < len(self._source) else at + end)
        return names if header is None else header

    def _borrow(self, text: str) -> None:
        self.borrowed.append((len(self._starts), len(self._starts) + len(text)))
        self._parts.append(text)
        self._starts += [-1] * len(text)
        self._ends += [-1] * len(text)

    def _add(self, text: str, start: int, end: int) -> None:
        """Add what was read from all of `start` to `end`."""
        self._parts.append(text)
        self._starts += [start] * len(text)
        self._ends += [end] * len(text)

    def _copy(self, start: int, end: int) -> None:
        if start < end:
            self._parts.append(_plain(self._source[start:end]))
            self._starts += range(start, end)
            self._ends += range(start + 1, end + 1)

    def _put(self, start: int, end: int) -> None:
        """Read `start` to `end` without what only formats."""
        done = start
        for match in _SPECIAL.finditer(self._source, start, end):
            self._copy(done, match.start())
            done = match.end()
            self._special(match)
        self._copy(done, end)

    def _special(self, match: re.Match[str]) -> None:
        start, end = match.span()
        if match["escaped"]:
            self._add(match["escaped"], start, end)
        elif match["entity"]:
            said = html.unescape(match["entity"])
            self._add(_plain(said) if len(said) == 1 else match["entity"], start, end)
        elif match["target"]:
            address = match["address"]
            self._add(" ", start, start + 1)
            # only an address that leads out of the portal can tell who it is
            if re.match(r"(?:https?:|mailto:|www\.|//)", address, re.IGNORECASE):
                self._copy(match.start("address"), match.end("address"))
                self._add(" ", end - 1, end)
        elif match["comment"] or "\n" in match[0]:
            self._add("\n", start, end)


def _cells(row: str) -> Iterator[tuple[int, int]]:
    """Give where the cells of a row begin and end, without the signs between them."""
    bars = [match.start() for match in re.finditer(r"(?<!\\)\|", row)]
    for left, right in zip(bars, [*bars[1:], len(row)], strict=True):
        if row[left + 1 : right].strip():
            yield left + 1, right


def _plain(text: str) -> str:
    """Return `text` with one character for each of its own."""
    if text.isascii():
        return text.replace("\t", " ").replace("\r", "\n")
    table = {ord(char): _sign(char) for char in set(text) if not char.isascii()}
    return text.translate(table | {9: " ", 13: "\n"})


def _sign(char: str) -> str:
    if char in _LIKE:
        return _LIKE[char]
    if char in _TWINS:
        return _TWINS[char]
    if "\uff01" <= char <= "\uff5e":
        return chr(ord(char) - 0xFEE0)
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if unicodedata.category(char) == "Zs":
        return " "
    return char
