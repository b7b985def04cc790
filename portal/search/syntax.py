"""What a search means: words, "phrases", -without, title:words. Anything at all can be read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from portal.search import analysis

FIELDS = ("title",)
"""Fields that a word or phrase can be asked to stand in."""
MOST_WORDS = 12
"""Words that count up to which signs mean something; more is prose, and its dashes and quotation
marks are those of prose."""

_FIELD = rf"(?P<field>{'|'.join(FIELDS)}):(?=[^\s])"
_CLAUSE = re.compile(
    r"(?P<without>(?<!\S)[-–\N{MINUS SIGN}])?"  # a hyphen inside a word is none
    rf"(?:{_FIELD})?"
    r"(?:[\"“”](?P<phrase>[^\"“”]*)[\"“”]|(?P<word>[^\s\"“”]+))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Clause:
    """A part of a query that a record must meet, or must not."""

    source: str
    """As it was typed."""
    span: tuple[int, int]
    """Where it was typed."""
    stems: tuple[str, ...]
    field: str = ""
    """The field that it must stand in; any if empty."""
    without: bool = False


@dataclass(frozen=True)
class Parsed:
    """A query: free words, of which a record needs one, and clauses, which hold one by one."""

    words: Sequence[tuple[str, str]]
    """(stem, word) in the order of the text; those of required phrases are among them."""
    required: Sequence[Clause] = ()
    excluded: Sequence[Clause] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not (self.words or self.required or self.excluded)


def parse(text: str) -> Parsed:
    """Read what someone typed.

    A phrase or a field that is asked for is required; a lone sign or quotation mark is passed over.
    """
    required: list[Clause] = []
    excluded: list[Clause] = []
    left = []
    for match in _CLAUSE.finditer(text):
        said = match["phrase"] if match["phrase"] is not None else match["word"]
        clause = Clause(
            source=match[0],
            span=match.span(),
            stems=tuple(analysis.stems(said)),
            field=(match["field"] or "").lower(),
            without=bool(match["without"]),
        )
        if clause.without and clause.stems:
            excluded.append(clause)
            continue
        left.append(said)
        if clause.stems and (match["phrase"] is not None or clause.field):
            required.append(clause)
    # read together, since a section of an Act may hold a space
    words = analysis.words(" ".join(left))
    if len(words) + sum(len(clause.stems) for clause in excluded) > MOST_WORDS:
        return plain(text)
    return Parsed(words, required, excluded)


def plain(text: str) -> Parsed:
    """Read a description in plain words, in which no sign means anything."""
    return Parsed(analysis.words(text))


def without_each_clause(text: str) -> list[tuple[str, str]]:
    """Return for each clause of a query how it was typed, and the query that is left without it."""
    parsed = parse(text)
    made = []
    for clause in (*parsed.required, *parsed.excluded):
        start, end = clause.span
        made.append((clause.source, " ".join((text[:start] + " " + text[end:]).split())))
    return made
