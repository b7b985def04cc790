"""What changed between two versions of a document, word by word, as a person would mark it. Pure.

Paragraphs are put side by side first, then the words inside those that changed. The longest common
subsequence comes from RapidFuzz (bit-parallel, Hyyrö 2004): `difflib` needs minutes for texts that
repeat the same few words.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from rapidfuzz.distance import LCSseq

Change = Literal["same", "removed", "added"]
Form = Literal["text", "terms", "lines"]

SAID: Mapping[Change, str] = {"same": "", "removed": "removed", "added": "added"}
"""What a screen reader says before a piece: colour and lines under words say nothing to it."""

BODY = "body"
"""The field of the text below the front matter."""

_ALIKE = 0.4
"""Share of its words that a paragraph keeps to be the same paragraph, changed."""
_MOST_PAIRS = 40_000
"""Pairs of changed paragraphs that are looked at one by one."""
_MOST_CELLS = 1 << 29
"""Words by words that are compared at once, a bit each; beyond these 64 MB all is replaced."""
_WORD = re.compile(r"\w+(?:[-'’]\w+)*|\s+|[^\w\s]")
# what follows a blank line, or begins as Markdown does an entry, a row, a heading or a quotation
_PARAGRAPH = re.compile(
    r"(?<=\n)(?=[ \t]*(?:[-*+][ \t]|\d{1,3}\.[ \t]|\||#|>))|(?:(?<=\n\n)|(?<=\n\r\n))(?=\S)"
)


@dataclass(frozen=True)
class Piece:
    """A stretch of text that stayed, went or came. Markdown and line breaks are kept."""

    kind: Change
    text: str

    @property
    def said(self) -> str:
        """The word for those who hear the page, empty for what stayed."""
        return SAID[self.kind]


@dataclass(frozen=True)
class FieldChange:
    """What changed in one field.

    In the form `terms` each piece is one term of a list; in `lines` each entry of the list is a
    line; `text` is prose or a single value.
    """

    field: str
    label: str
    form: Form
    pieces: tuple[Piece, ...]


def compare(before: str, after: str) -> list[Piece]:
    """Return two texts as one, in the order of reading, with what was removed before what came.

    The pieces that stayed or went make up `before`, those that stayed or came make up `after`,
    to the character. No two pieces of a kind follow each other.
    """
    return _of_paragraphs(_paragraphs(before), _paragraphs(after))


def compare_documents(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    labels: Mapping[str, str] | None = None,
    term_label: Callable[[str, str], str] = lambda field, term: term,
) -> list[FieldChange]:
    """Return the fields that differ, in the order of `after`, the body last.

    Both hold the front matter by field and the body as `body`. A field that only one of them has is
    empty in the other. `labels` are the names of fields in words; `term_label(field, term)` gives
    the words for a term of a list.
    """
    changes = []
    for name in sorted({**after, **before}, key=lambda name: name == BODY):
        was, now = before.get(name), after.get(name)
        if was == now:
            continue
        form = _form(was, now)
        if form == "terms":
            pieces = _of_terms(
                *([term_label(name, str(one)) for one in _listed(value)] for value in (was, now))
            )
        elif form == "lines":
            pieces = _of_paragraphs(_entries(was), _entries(now))
        else:
            pieces = compare(_plain(was), _plain(now))
        label = (labels or {}).get(name, name.replace("_", " ").capitalize())
        if any(piece.kind != "same" for piece in pieces):
            changes.append(FieldChange(name, label, form, tuple(pieces)))
    return changes


# ---- Fields


def _form(was: Any, now: Any) -> Form:
    held = [one for value in (was, now) for one in _listed(value)]
    if any(isinstance(one, Mapping | list | tuple) for one in held):
        return "lines"
    return "terms" if any(isinstance(value, list | tuple) for value in (was, now)) else "text"


def _listed(value: Any) -> Sequence[Any]:
    """Return a value as a list: a field may be one term in one version and many in another."""
    if isinstance(value, list | tuple):
        return value
    return [] if value is None else [value]


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _of_terms(was: Sequence[str], now: Sequence[str]) -> list[Piece]:
    return [
        Piece(kind, term)
        for kind, old, new in _aligned(was, now)
        for term in (new if kind == "added" else old)
    ]


def _entries(value: Any) -> list[str]:
    """Return each entry of a list as a line that ends."""
    return [f"{line}\n" for one in _listed(value) for line in _lines(one)]


def _lines(value: Any, depth: int = 0) -> Iterator[str]:
    """Give a nested value as lines; what holds plain values only is one line."""
    space = "  " * depth
    if isinstance(value, list | tuple):
        for one in value:
            yield from _lines(one, depth)
    elif not isinstance(value, Mapping):
        yield space + _plain(value)
    elif not any(isinstance(held, Mapping | list | tuple) for held in value.values()):
        yield space + "; ".join(f"{_name(key)}: {_plain(held)}" for key, held in value.items())
    else:
        for key, held in value.items():
            if isinstance(held, Mapping | list | tuple):
                yield f"{space}{_name(key)}:"
                yield from _lines(held, depth + 1)
            else:
                yield f"{space}{_name(key)}: {_plain(held)}"


def _name(key: Any) -> str:
    return str(key).replace("_", " ")


# ---- Paragraphs


def _paragraphs(text: str) -> list[str]:
    """Return a text in paragraphs, entries and rows, each with the line breaks that follow it."""
    return [part for part in _PARAGRAPH.split(text) if part]


def _of_paragraphs(was: Sequence[str], now: Sequence[str]) -> list[Piece]:
    pieces: list[Piece] = []
    old: list[str] = []
    new: list[str] = []
    for kind, gone, come in [*_aligned(was, now), ("same", [], [])]:
        if kind != "same":
            old += gone
            new += come
            continue
        pieces += _of_changed(old, new)
        pieces += [Piece("same", text) for text in gone]
        old, new = [], []
    return list(_joined(pieces))


def _of_changed(was: Sequence[str], now: Sequence[str]) -> Iterator[Piece]:
    """Give the pieces of paragraphs that have no equal: those alike are compared word by word."""
    words = [[_WORD.findall(text) for text in texts] for texts in (was, now)]
    if len(was) * len(now) > _MOST_PAIRS:
        was, now = ["".join(was)], ["".join(now)]
        words = [[[word for one in side for word in one]] for side in words]
    i = j = 0
    for x, y in [*_pairs(*words), (len(was), len(now))]:
        yield from (Piece("removed", text) for text in was[i:x])
        yield from (Piece("added", text) for text in now[j:y])
        if x < len(was):
            yield from _of_words(words[0][x], words[1][y])
        i, j = x + 1, y + 1


def _pairs(was: Sequence[Sequence[str]], now: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    """Return which paragraphs belong together: the greatest total likeness that keeps the order."""
    if not was or not now:
        return []
    ids: dict[str, int] = {}
    sides = [[_numbers(text, ids) for text in side] for side in (was, now)]
    alike = [[_likeness(a, b) for b in sides[1]] for a in sides[0]]
    best = [[0.0] * (len(now) + 1) for _ in range(len(was) + 1)]
    for i in range(len(was) - 1, -1, -1):
        for j in range(len(now) - 1, -1, -1):
            both = best[i + 1][j + 1] + alike[i][j] if alike[i][j] else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], both)
    found, i, j = [], 0, 0
    while i < len(was) and j < len(now):
        if alike[i][j] and best[i][j] == best[i + 1][j + 1] + alike[i][j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _numbers(words: Iterable[str], ids: dict[str, int]) -> list[int]:
    """Return a number for each different word, so that equal numbers are equal words."""
    return [ids.setdefault(word, len(ids)) for word in words if not word.isspace()]


def _likeness(a: Sequence[int], b: Sequence[int]) -> float:
    """Return the share of words that the shorter of two paragraphs has in the other, or 0."""
    shorter, longer = sorted((len(a), len(b)))
    if not shorter or len(a) * len(b) > _MOST_CELLS:
        return 0.0
    # a paragraph that was much lengthened is still the same one; a few words in it are not
    share = 2 * LCSseq.similarity(a, b) / (shorter + min(longer, 3 * shorter))
    return share if share >= _ALIKE else 0.0


# ---- Words


@dataclass
class _Replaced:
    """Words that went and words that came in one place, with how many of each there are."""

    old: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    gone: int = 0
    come: int = 0

    def take(self, old: Sequence[str], new: Sequence[str]) -> None:
        self.old += old
        self.new += new
        self.gone += _count(old)
        self.come += _count(new)

    def pieces(self) -> tuple[Piece, Piece]:
        return Piece("removed", "".join(self.old)), Piece("added", "".join(self.new))


def _of_words(was: Sequence[str], now: Sequence[str]) -> Iterator[Piece]:
    """Give the pieces of one paragraph, with scattered words that stayed taken into the change."""
    before: _Replaced | None = None
    kept: Sequence[str] = []
    for old, new, follows in _changes(was, now):
        here = _Replaced()
        here.take(old, new)
        if before and _scattered(kept, before, here):
            before.take(kept, kept)
            before.take(old, new)
        else:
            yield from before.pieces() if before else ()
            yield Piece("same", "".join(kept))
            before = here
        kept = follows
    yield from before.pieces() if before else ()
    yield Piece("same", "".join(kept))


def _changes(
    was: Sequence[str], now: Sequence[str]
) -> Iterator[tuple[Sequence[str], Sequence[str], Sequence[str]]]:
    """Give (words that went, words that came, words that follow and stayed)."""
    old: Sequence[str] = []
    new: Sequence[str] = []
    for kind, gone, come in _aligned(was, now):
        if kind == "same":
            yield old, new, gone
            old, new = [], []
        else:
            old, new = [*old, *gone], [*new, *come]
    if old or new:
        yield old, new, []


def _scattered(kept: Sequence[str], before: _Replaced, after: _Replaced) -> bool:
    """Whether what stayed between two changes is easier to read as part of one change."""
    if not (before.old or before.new):
        return False
    if not ((before.old or after.old) and (before.new or after.new)):
        return False  # words were only taken out, or only put in: each stands alone
    smaller = min(max(before.gone, before.come), max(after.gone, after.come))
    return 2 * _count(kept) <= smaller


def _count(words: Iterable[str]) -> int:
    return sum(word[0].isalnum() for word in words)


# ---- Both


def _aligned(
    was: Sequence[str], now: Sequence[str]
) -> list[tuple[Change, Sequence[str], Sequence[str]]]:
    """Return (kind, units of `was`, units of `now`) in order, what went before what came.

    Of what stayed, both are equal.
    """
    start = 0
    while start < min(len(was), len(now)) and was[start] == now[start]:
        start += 1
    end = 0
    while end < min(len(was), len(now)) - start and was[-1 - end] == now[-1 - end]:
        end += 1
    old, new = was[start : len(was) - end], now[start : len(now) - end]
    found: list[tuple[Change, Sequence[str], Sequence[str]]] = [
        ("same", was[:start], now[:start]),
        *_opcodes(old, new),
        ("same", was[len(was) - end :], now[len(now) - end :]),
    ]
    return [one for one in found if one[1] or one[2]]


def _opcodes(
    was: Sequence[str], now: Sequence[str]
) -> Iterator[tuple[Change, Sequence[str], Sequence[str]]]:
    if len(was) * len(now) > _MOST_CELLS:
        yield from (("removed", was, []), ("added", [], now))
        return
    ids: dict[str, int] = {}
    sides = [[ids.setdefault(unit, len(ids)) for unit in side] for side in (was, now)]
    i = j = 0
    for block in LCSseq.opcodes(*sides).as_matching_blocks():  # the last one is empty, at the end
        yield "removed", was[i : block.a], []
        yield "added", [], now[j : block.b]
        i, j = block.a + block.size, block.b + block.size
        yield "same", was[block.a : i], now[block.b : j]


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Give the pieces with those of a kind between two that stayed put together."""
    texts: dict[Change, list[str]] = {"same": [], "removed": [], "added": []}
    for piece in pieces:
        if not piece.text:
            continue
        if piece.kind == "same":
            yield from _flushed(texts, "removed", "added")
        else:
            yield from _flushed(texts, "same")
        texts[piece.kind].append(piece.text)
    yield from _flushed(texts, "same", "removed", "added")


def _flushed(texts: dict[Change, list[str]], *kinds: Change) -> Iterator[Piece]:
    for kind in kinds:
        if texts[kind]:
            yield Piece(kind, "".join(texts[kind]))
            texts[kind].clear()
