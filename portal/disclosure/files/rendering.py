"""A clean rendering in the portal's Markdown, in which the text's own signs mean themselves."""

import re
from dataclasses import dataclass, field
from itertools import groupby

_SIGNS = re.compile(r"([\\`*_\[\]|])")
_NUMBERED = re.compile(r"(\d+)([.)])(?=\s|$)")
_LINK = re.compile(r"https?://[^\s<>()\[\]\"'\\]+")
_SPACES = re.compile(r"[ \t\r\f\v\u00a0]+")
_ENTITY = re.compile(r"&(?=#?\w{1,32};)")
_TAG = re.compile(r"<(?=\S)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_WITHIN_WORDS = re.compile("[\u00ad\u200b\u2060\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Signs without a width, which part a name for the check and for nobody else."""


def printable(text: str) -> str:
    """Return `text` with a space for what no text can hold, and nothing for what none shows."""
    return _WITHIN_WORDS.sub("", _CONTROL.sub(" ", text))


def escape(text: str) -> str:
    """Return `text` such that Markdown shows it as it is, within a line."""
    text = _TAG.sub("&lt;", _ENTITY.sub("&amp;", text))
    return _SIGNS.sub(r"\\\1", text)


def _line(text: str) -> str:
    """Return a line of Markdown that cannot be taken for a heading, list, rule or quote."""
    text = _SPACES.sub(" ", text).strip()
    if text and text[0] in "#+->:":
        return f"\\{text}" if text[0] != ":" else f"&#58;{text[1:]}"
    if text.startswith("="):
        return f"&#61;{text[1:]}"
    return _NUMBERED.sub(r"\1\\\2", text, count=1) if _NUMBERED.match(text) else text


def _link(part: tuple[str, str]) -> str:
    return part[1]


def _words(link: str, text: str) -> str:
    words = escape(printable(text))
    if not link or not words.strip():
        return words
    return f"[{words.strip()}](<{link}>)" if "_" in link else f"[{words.strip()}]({link})"


@dataclass
class Inline:
    """The text of one paragraph, as plain words and as Markdown."""

    parts: list[tuple[str, str]] = field(default_factory=list)
    """Words, each with the address they link to, or nothing."""

    def text(self, text: str, link: str = "") -> None:
        """Add words, with the address they link to where it is one of the web."""
        self.parts.append((text, link if _LINK.fullmatch(link) else ""))

    def markdown(self) -> str:
        """Return the paragraph; its line breaks are kept."""
        # neighbours are escaped as one: their signs can mean something together
        runs = (
            (link, "".join(text for text, _ in run)) for link, run in groupby(self.parts, _link)
        )
        lines = [_line(line) for line in "".join(_words(*run) for run in runs).split("\n")]
        return "  \n".join(line for line in lines if line)


@dataclass
class Rendering:
    """Blocks of Markdown in their order."""

    blocks: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _outer: list[list[tuple[str, str]]] = field(default_factory=list)

    def heading(self, level: int, inline: Inline) -> None:
        """Add a heading of level 1 (shown as ##) or deeper (###)."""
        text = inline.markdown().replace("  \n", " ")
        self._add("heading", f"{'##' if level <= 1 else '###'} {text}" if text else "")

    def paragraph(self, inline: Inline) -> None:
        """Add a paragraph."""
        self._add("paragraph", inline.markdown())

    def note(self, inline: Inline) -> None:
        """Add a paragraph of a note; notes stand at the end."""
        if text := inline.markdown():
            self.notes.append(text)

    def item(self, depth: int, numbered: bool, inline: Inline) -> None:
        """Add a list item, `depth` 0 for the outermost list."""
        text = inline.markdown().replace("  \n", " ")
        mark = "1." if numbered else "-"
        kind = f"item {mark}" if not depth else "item"
        self._add(kind, f"{'    ' * min(depth, 4)}{mark} {text}" if text else "")

    def picture(self, number: int, alt: str) -> None:
        """Add the place of a picture."""
        words = _SPACES.sub(" ", _words("", alt).replace("\n", " ")).strip()
        self._add("paragraph", f"\\[Picture {number}: {words or 'no description'}\\]")

    def begin(self) -> None:
        """Put blocks aside, until `end`, for a table's cell or for nothing."""
        self._outer.append(self.blocks)
        self.blocks = []

    def end(self) -> str:
        """Return the blocks since `begin` as one line."""
        inside, self.blocks = self.blocks, self._outer.pop()
        words = [text.strip().lstrip("#").removeprefix("- ").strip() for _, text in inside]
        return " ".join(words).replace("  \n", " ")

    def table(self, rows: list[list[str]]) -> None:
        """Add a table of cells in Markdown; its first row heads it."""
        width = max((len(row) for row in rows), default=0)
        if not width or not any(any(row) for row in rows):
            return
        if width == 1:  # a frame, not a table
            for row in rows:
                self._add("paragraph", row[0] if row else "")
            return
        filled = [row + [""] * (width - len(row)) for row in rows]
        lines = [f"| {' | '.join(row)} |" for row in filled]
        self._add("table", "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]]))

    def verbatim(self, text: str) -> None:
        """Add what is Markdown already."""
        self._add("paragraph", text)

    def markdown(self) -> str:
        """Return the blocks as one text that ends with a line break."""
        made: list[str] = []
        before = ""
        for kind, block in [*self.blocks, *(("paragraph", note) for note in self.notes)]:
            if made:
                made.append("\n" if _together(before, kind) else "\n\n")
            made.append(block)
            before = kind
        return "".join(made) + "\n" if made else ""

    def _add(self, kind: str, text: str) -> None:
        if text.strip():
            self.blocks.append((kind, text))


def _together(before: str, kind: str) -> bool:
    """Tell whether blocks are items of one list; one with numbers ends one with bullets."""
    return before.startswith("item") and (kind == "item" or before in ("item", kind))
