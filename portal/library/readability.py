"""How well a library reads and hangs together: sentences, links, terms, dates. Pure.

`flask library check` prints what is found here; `docs/content-format.md` says what is asked.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import median

import yaml

from portal.library import pathway
from portal.library.content import LINK, Item
from portal.library.vocabularies import NOT_STATED, Vocabularies

MEDIAN_BELOW = 20
"""Words that the middle one of a document's sentences stays under."""
MOST_WORDS = 40
"""Words of the longest sentence that needs no reason."""
OLDEST = 14
"""Years of the reading age that no document goes over."""
PATH = "reading-path"
EXCEPTIONS = "check.yaml"
"""File of a content folder with what is allowed, and why."""

_TABLE_OR_HEADING = re.compile(r"^(?:\||#).*$", re.MULTILINE)
_LINKED = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKERS = re.compile(r"^[ \t]*(?:>[ \t]?)*(?:[-*+][ \t]+|\d{1,3}\.[ \t]+)?", re.MULTILINE)
_BLOCKS = re.compile(r"\n[ \t>]*\n|\n(?=[ \t>]*(?:[-*+]|\d{1,3}\.)[ \t])")
_END = re.compile(r"[.!?…][\"”’)\]]*\s+(?=[^a-z\s])")
_WORD = re.compile(r"[^\W_]+(?:[-'’.,/&][^\W_]+)*")


@dataclass(frozen=True)
class Measured:
    """How one document reads; tables and headings are left out."""

    id: str
    words: int
    sentences: int
    median: float
    """Words of the middle sentence."""
    longest: int
    """Words of the longest sentence."""
    age: int
    """Reading age in years."""


@dataclass(frozen=True, order=True)
class Fault:
    """Something to mend, in one document or, with an empty id, in the whole."""

    id: str
    message: str

    def __str__(self) -> str:
        return f"{self.id or 'library'}: {self.message}"


@dataclass(frozen=True)
class Allowed:
    """What the check lets pass, each with its reason."""

    long_sentences: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Document → how the sentence begins → why it stays."""
    unused_terms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Vocabulary → term → why nothing is described with it."""


def read_allowed(folder: Path) -> Allowed:
    """Read the exceptions of a content folder; none where it has no such file."""
    path = folder / EXCEPTIONS
    if not path.exists():
        return Allowed()
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
    return Allowed(data.get("long_sentences") or {}, data.get("unused_terms") or {})


def sentences(markdown: str) -> Iterator[str]:
    """Give the sentences of a Markdown text, without tables and headings.

    An entry of a list and a paragraph end a sentence, with or without a full stop.
    """
    prose = _LINKED.sub(r"\1", _TABLE_OR_HEADING.sub("\n", markdown))
    for block in _BLOCKS.split(prose):
        words = " ".join(_MARKERS.sub("", block).replace("*", "").split())
        start = 0
        for end in _END.finditer(words):
            yield words[start : end.end()].strip()
            start = end.end()
        if words[start:]:
            yield words[start:]


def reading_age(characters: int, words: int, sentences: int) -> int:
    """Return the age in years at which a text of so many letters, words and sentences can be read.

    The Automated Readability Index (Senter and Smith 1967, AMRL-TR-66-220), which needs no guess at
    syllables: 4.71 × characters per word + 0.5 × words per sentence - 21.43, rounded up. It gives a
    year of school in the United States; pupils of year n are n + 5 years old when it starts, and
    the index is rounded up, so 4 is added. It knows nothing of what the words mean.
    """
    index = 4.71 * characters / words + 0.5 * words / sentences - 21.43
    return max(5, math.ceil(index) + 4)


def measure(item: Item) -> Measured:
    """Return how a document reads."""
    lengths: list[int] = []
    characters = 0
    for sentence in sentences(item.body):
        words = _WORD.findall(sentence)
        if words:
            lengths.append(len(words))
            characters += sum(letter.isalnum() for word in words for letter in word)
    if not lengths:
        return Measured(item.id, 0, 0, 0, 0, 0)
    count = sum(lengths)
    return Measured(
        item.id,
        count,
        len(lengths),
        median(lengths),
        max(lengths),
        reading_age(characters, count, len(lengths)),
    )


def faults(
    items: Sequence[Item], vocabularies: Vocabularies, *, today: date, allowed: Allowed
) -> list[Fault]:
    """Return what is to be mended in a library that the loader has accepted.

    That loader has refused what is broken, links that lead nowhere among it.
    """
    found = [*_unused(items, vocabularies, allowed), *_links(items)]
    for item in items:
        found += _prose(item, allowed)
        found += _pathway(item)
        if item.fields["review_by"] < today:
            found.append(Fault(item.id, f"its review was due by {item.fields['review_by']}"))
    return sorted(found)


# ---- One document


def _prose(item: Item, allowed: Allowed) -> Iterator[Fault]:
    measured = measure(item)
    if measured.median >= MEDIAN_BELOW:
        yield Fault(item.id, f"half of its sentences have {measured.median:g} words or more")
    if measured.age > OLDEST:
        yield Fault(item.id, f"its reading age is {measured.age}, more than {OLDEST}")
    left = dict(allowed.long_sentences.get(item.id, {}))
    for sentence in sentences(item.body):
        count = len(_WORD.findall(sentence))
        if count > MOST_WORDS:
            reason = [start for start in left if sentence.startswith(start)]
            if reason:
                del left[reason[0]]
            else:
                yield Fault(item.id, f"a sentence of {count} words: “{sentence[:60]}…”")
    for start in left:
        yield Fault(item.id, f"{EXCEPTIONS} allows a long sentence that is not there: “{start}”")


def _pathway(item: Item) -> Iterator[Fault]:
    if item.fields.get("pathway"):
        for problem in pathway.check(pathway.read(item.fields["pathway"])):
            step = f"step {problem.step_id}: " if problem.step_id else ""
            yield Fault(item.id, f"pathway, {step}{problem.message}")


# ---- The whole


def targets(item: Item) -> set[str]:
    """Return the documents that a document links to, in its text or as related."""
    return {entry["id"] for entry in item.fields["related"]} | set(LINK.findall(item.body))


def reached(items: Iterable[Item], start: Iterable[str]) -> set[str]:
    """Return the documents that links lead to from `start`, in any number of steps."""
    links = {item.id: targets(item) for item in items}
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        for target in links.get(waiting.pop(), set()) - found:
            found.add(target)
            waiting.append(target)
    return found


def _links(items: Sequence[Item]) -> Iterator[Fault]:
    linked = {target for item in items for target in targets(item)}
    paths = [item.id for item in items if PATH in item.fields.get("kind", ())]
    from_paths = reached(items, paths)
    for item in items:
        if item.id not in linked:
            yield Fault(item.id, "no other document links to it")
        elif paths and item.id not in from_paths and item.id not in paths:
            yield Fault(item.id, "no reading path leads to it")


def _unused(items: Sequence[Item], vocabularies: Vocabularies, allowed: Allowed) -> Iterator[Fault]:
    used = {(v, term) for item in items for v in vocabularies for term in item.fields.get(v, ())}
    for vocabulary in vocabularies.values():
        reasons = allowed.unused_terms.get(vocabulary.key, {})
        for term in vocabulary.terms:
            known = (vocabulary.key, term) in used
            if known and term in reasons:
                yield Fault("", f"{EXCEPTIONS} says {vocabulary.key}: {term} is unused; it is used")
            elif not known and term != NOT_STATED and not reasons.get(term):
                yield Fault("", f"nothing is described with {vocabulary.key}: {term}")
        for term in reasons.keys() - vocabulary.terms.keys():
            yield Fault("", f"{EXCEPTIONS} speaks of {vocabulary.key}: {term}, which is no term")
