"""The words of a plain text, each with what its place in the line tells."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from portal.disclosure.bags import bag
from portal.disclosure.lists import Lists, Phrases, fold

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+){0,6}")
_ARTICLE = re.compile(r"(?:al|el|ul|ad|as|ar|an|az|abd)-[A-Z]")
_OPENING = re.compile(
    r"(?:\A|\n|[.!?][\"')\]]{0,2}\s|[:|]\s)[\s\-*>+\u2022\u2013\u2014\"'(\[\u25aa\uf0b7]{0,12}"
    r"(?:\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)]\s{1,4})?[\"'(\[]{0,2}"
)
_ABBREVIATED = bag(
    """
    mr mrs ms dr prof rev st sgt insp cllr fr sr no
    """
)
_SHOUTING = 0.75
"""Share of capitals in a line from which a capital tells nothing more."""


@dataclass(slots=True)
class Token:
    """A word; `base` is it folded, without the 's of a possessive."""

    start: int
    end: int
    text: str
    base: str
    capital: bool
    upper: bool
    opens: bool
    """It begins a sentence, a line or a cell, where any word has a capital."""
    plain_line: bool
    """Most words of its line have small letters, so that a capital says something."""
    shouted: bool
    owns: bool
    """It ends in 's."""
    gap: str
    """What stands between the word before and this one, at most eight characters of it."""
    blocked: bool = False
    """Never the start of a finding: of the field, or within one already."""
    place: bool = False

    @property
    def stop(self) -> int:
        """Where the word ends without its 's."""
        return self.end - (2 if self.owns else 0)


def tokens(text: str, lists: Lists) -> list[Token]:
    """Return the words of a plain text; those that are never reported are blocked."""
    opening = {match.end() for match in _OPENING.finditer(text)}
    found: list[Token] = []
    at = 0
    for line in text.splitlines(keepends=True):
        found += _of_line(text, at, at + len(line), opening)
        at += len(line)
    before = 0
    for token in found:
        token.gap = text[max(before, token.start - 8) : token.start]
        before = token.end
    for first, last in phrases(found, lists.allowed):
        for token in found[first:last]:
            token.blocked = True
    for token in found:
        if token.base in lists.acronyms and (token.upper or not token.capital):
            token.blocked = True
        elif token.text[-1] == "s" and token.text[:-1].isupper() and len(token.text) > 2:
            token.blocked = True  # ABCs
    return found


def _of_line(text: str, start: int, end: int, opening: set[int]) -> list[Token]:
    matches = list(_WORD.finditer(text, start, end))
    longer = [match[0] for match in matches if len(match[0]) > 3]
    letters = sum(len(word) for word in longer)
    capitals = sum(len(word) for word in longer if word.isupper())
    shouted = letters > 8 and capitals > letters * _SHOUTING
    small = sum(word[0].islower() for word in longer)
    plain = small * 3 >= len(longer) and small > 0
    made: list[Token] = []
    for match in matches:
        word = match[0]
        owns = word[-2:].lower() == "'s" and len(word) > 2
        bare = word[:-2] if owns else word
        capital = word[0].isupper() or bool(_ARTICLE.match(word))
        made.append(
            Token(
                start=match.start(),
                end=match.end(),
                text=bare,
                base=fold(bare),
                capital=capital,
                upper=bare.isupper() and len(bare) > 1,
                opens=_opens(match.start(), opening, made, text),
                plain_line=plain,
                shouted=shouted,
                owns=owns,
                gap="",
            )
        )
    return made


def _opens(start: int, opening: set[int], before: list[Token], text: str) -> bool:
    if start not in opening:
        return False
    if before and before[-1].base in _ABBREVIATED and text[before[-1].end : start] == ". ":
        return False
    # J. Smith
    return not (before and len(before[-1].text) == 1 and text[before[-1].end : start] == ". ")


def within(words: Sequence[Token], start: int, end: int) -> Sequence[Token]:
    """Return the words that lie between two places of the text."""
    first = bisect_left(words, start, key=lambda token: token.start)
    last = first
    while last < len(words) and words[last].end <= end:
        last += 1
    return words[first:last]


def phrases(found: Sequence[Token], wanted: Phrases) -> list[tuple[int, int]]:
    """Return the first and one past the last word of each of the `wanted` phrases."""
    made, at = [], 0
    while at < len(found):
        length = _longest(found, at, wanted.get(found[at].base, ()))
        if length:
            made.append((at, at + length))
        at += length or 1
    return made


def _longest(found: Sequence[Token], at: int, some: tuple[tuple[str, ...], ...]) -> int:
    for phrase in some:
        part = found[at : at + len(phrase)]
        if len(part) == len(phrase) and all(
            token.base == word and (number == 0 or token.gap.strip() in {"", ".", ",", "-"})
            for number, (token, word) in enumerate(zip(part, phrase, strict=True))
        ):
            return len(phrase)
    return 0
