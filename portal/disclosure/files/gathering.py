"""What is found while a file is read: pieces, the rendering, pictures, files inside."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from portal.disclosure.files.limits import Limits
from portal.disclosure.files.packages import Budget
from portal.disclosure.files.reading import Kind, Picture, Piece, Reading, Where
from portal.disclosure.files.refusals import TOO_COMPLEX, Refused
from portal.disclosure.files.rendering import Rendering, printable

_LETTERS = re.compile(r"[^\W_]")
_ASCII_RUN = re.compile(rb"[\x20-\x7e]{5,}")
_WIDE_RUN = re.compile(rb"(?:[\x20-\x7e]\x00){5,}")

LEFT_OUT = "Some text is left out of the rendering: it could not be told whether a reader sees it."


@dataclass
class Gathering:
    """Collects what one file holds; `nested` reads a file inside it, one level deeper."""

    limits: Limits
    budget: Budget
    depth: int
    nested: "Callable[[bytes, str, Gathering], Reading]"
    rendering: Rendering = field(default_factory=Rendering)
    pieces: list[Piece] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _characters: int = 0
    _known: set[Piece] = field(default_factory=set)

    def add(self, text: str, where: Where, place: str = "", *, seen: bool = False) -> None:
        """Keep a piece of text, once; white space alone is none."""
        text = printable(text).strip()
        piece = Piece(text, where, place, seen)
        if not _LETTERS.search(text) or piece in self._known:
            return
        self._characters += len(text)
        if self._characters > self.limits.characters or len(self.pieces) >= self.limits.pieces:
            raise Refused(TOO_COMPLEX)
        self._known.add(piece)
        self.pieces.append(piece)

    def merge(self, where: Where) -> None:
        """Make the pieces of no particular place into one."""
        parts = [one for one in self.pieces if one.where is where and not one.place]
        self.pieces = [one for one in self.pieces if one.where is not where or one.place]
        self._known.difference_update(parts)  # a single part is the same piece once more
        self.add("\n".join(one.text for one in parts), where)

    def warn(self, sentence: str) -> None:
        """Say, once, what could not be checked."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def embed(self, data: bytes, name: str, place: str = "") -> None:
        """Take in the text of a file inside this one, all of it unseen.

        Raises Refused where it nests too deep, or would be refused for the harm it can do.
        """
        self.add(name, Where.EMBEDDED, place or "its name")
        label = name or "file inside the file"
        if self.depth >= self.limits.depth:
            raise Refused(TOO_COMPLEX)
        self.budget.take(len(data))
        inside = self.nested(data, name, self)
        for piece in inside.pieces:
            words = f"{piece.where}, {piece.place}" if piece.place else str(piece.where)
            self.add(piece.text, Where.EMBEDDED, f"{label}: {words}")
        for sentence in inside.warnings:
            self.warn(f"{label}: {sentence}")

    def strings(
        self, data: bytes, where: Where, place: str = "", known: Collection[str] = ()
    ) -> None:
        """Keep the readable runs of data of an unknown form, save those that are `known`."""
        runs = [run.decode("ascii") for run in _ASCII_RUN.findall(data)]
        runs += [run.decode("utf-16-le") for run in _WIDE_RUN.findall(data)]
        words = [run for run in runs if sum(c.isalpha() for c in run) >= max(4, len(run) // 2)]
        self.add("\n".join(run for run in words if run.strip() not in known), where, place)

    def reading(self, kind: Kind) -> Reading:
        """Return all that was gathered."""
        if not self.rendering.blocks and not self.warnings:
            self.warn("This document shows no text.")
        return Reading(
            kind,
            tuple(self.pieces),
            self.rendering.markdown(),
            tuple(self.pictures),
            tuple(self.warnings),
        )
