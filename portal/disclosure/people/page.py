"""What is known of a text while names are looked for in it."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from portal.disclosure.bags import bag
from portal.disclosure.cues import ROLES
from portal.disclosure.lists import Lists
from portal.disclosure.tokens import Token

PARTICLES = bag(
    """
    bin ibn bint binti al el ul ur de da do dos del della van von der den di la le ap ab ferch
    mac o st abu abd uddin
    """
)
WHY = {
    "cue": "A word beside it says that this is a person",
    "list": "The name of a person",
    "odd": "A capitalised word that is not an English word is mostly a name",
    "again": "The same name as elsewhere in this text",
    "small": "A name in small letters",
    "where": "A word that is not English, where a place stands",
    "letters": "Initials that stand for a person",
}


_CAPITAL = re.compile(r"(?!I\b)[A-Z]")


@dataclass
class Page:
    """The words of one text, and which of them are names already."""

    text: str
    words: Sequence[Token]
    lists: Lists
    within: list[bool] = field(init=False)
    """For each word, whether a name was found in it."""
    parts: set[str] = field(default_factory=set)
    """The words, folded, of the names that were found."""

    where: set[str] = field(default_factory=set)
    """The words, folded, of the places that no list has and that were found."""

    _careless: dict[int, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.within = [False] * len(self.words)

    def between(self, start: int, end: int) -> Iterator[tuple[int, Token]]:
        """Give the words within two places of the text, each with its number."""
        at = bisect_left(self.words, start, key=lambda token: token.start)
        while at < len(self.words) and self.words[at].start < end:
            yield at, self.words[at]
            at += 1

    def careless(self, token: Token) -> bool:
        """Say whether the line of a word has no capital at all: whoever typed it used none."""
        start = self.text.rfind("\n", 0, token.start) + 1
        if start not in self._careless:
            end = self.text.find("\n", start)
            line = self.text[start : end if end >= 0 else len(self.text)]
            self._careless[start] = not _CAPITAL.search(line)
        return self._careless[start]

    def next(self, at: int) -> Token | None:
        """Return the word after one, with nothing but a space between."""
        after = self.words[at + 1] if at + 1 < len(self.words) else None
        return after if after is not None and after.gap == " " else None

    def instead(self, first: int, last: int) -> str:
        """Return the role that stands beside a name."""
        for number in range(first - 1, max(-1, first - 4), -1):
            token = self.words[number]
            if "\n" in token.gap and token.base not in ROLES:
                break
            if token.base in ROLES and not token.owns:
                before = self.words[max(0, number - 1)] if token.base == "worker" else None
                if before is not None and before.base in {"social", "key", "youth", "support"}:
                    return f"the {before.base} worker"
                return ROLES[token.base]
        for token in self.words[last + 1 : last + 4]:
            if "\n" in token.gap:
                break
            if token.base in ROLES and (
                "(" in self.text[self.words[last].end : token.start]
                or "," in self.text[self.words[last].end : token.start]
            ):
                return ROLES[token.base]
        return "a person" if last > first else "the child"
