"""A comparison of two texts as a page shows it: what stayed is folded away. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from portal.publishing.difference import Piece

FEWEST_FOLDED = 2
"""Paragraphs that stayed from which they are folded: one alone is as short as the fold."""
_PARAGRAPHS = re.compile(r"(?<=\n\n)(?=\S)")


@dataclass(frozen=True)
class Stretch:
    """Consecutive pieces of a text: shown, or folded if nothing in them has changed."""

    pieces: Sequence[Piece]
    paragraphs: int = 0
    """How many paragraphs are folded, 0 where the pieces are shown."""

    @property
    def text(self) -> str:
        """The pieces as one text."""
        return "".join(piece.text for piece in self.pieces)


@dataclass
class _Folding:
    """Stretches as they come, with the shown pieces that wait for their end."""

    shown: list[Piece] = field(default_factory=list)

    def end(self) -> Iterator[Stretch]:
        if any(piece.text.strip() for piece in self.shown):
            yield Stretch(tuple(self.shown))
        self.shown = []


def fold(pieces: Iterable[Piece]) -> list[Stretch]:
    """Return pieces in stretches; whole paragraphs between changes are folded.

    The paragraph in which a change stands is shown whole.
    """
    every = list(pieces)
    folding = _Folding()
    made: list[Stretch] = []
    for place, piece in enumerate(every):
        if piece.kind != "same":
            folding.shown.append(piece)
            continue
        before, folded, after = _cut(piece.text, first=place == 0, last=place == len(every) - 1)
        if before:
            folding.shown.append(Piece("same", before))
        if len(folded) >= FEWEST_FOLDED:
            made += folding.end()
            made.append(Stretch((Piece("same", "".join(folded)),), len(folded)))
        elif folded:
            folding.shown.append(Piece("same", "".join(folded)))
        if after:
            folding.shown.append(Piece("same", after))
    return [*made, *folding.end()]


def _cut(text: str, *, first: bool, last: bool) -> tuple[str, list[str], str]:
    """Return the rest of the paragraph before, whole paragraphs, the beginning of the next one."""
    paragraphs = _PARAGRAPHS.split(text)
    before = "" if first else paragraphs.pop(0)
    after = "" if last or not paragraphs or text.endswith("\n\n") else paragraphs.pop()
    return before, [one for one in paragraphs if one.strip()], after
