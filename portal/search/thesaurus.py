"""Curated words: which phrases mean the same, which imply others, which are signs of a term. Pure.

The file `search-words.yaml` of the content folder; docs/content-format.md describes it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from portal.search import analysis, scoring

Phrase = tuple[str, ...]
"""The stems of a phrase."""
T = tuple[str, str]
"""A vocabulary and one of its terms."""


class Related(NamedTuple):
    """Phrases that are looked for besides the words from `start` to `end` of a query."""

    start: int
    end: int
    phrases: tuple[Phrase, ...]
    weight: float
    same: bool
    """Whether they mean the same, or are only implied."""


@dataclass(frozen=True)
class _Entry:
    phrase: Phrase
    others: tuple[Phrase, ...]
    same: bool


class Thesaurus:
    """Finds what else to look for, and which terms a description speaks of. Never changes."""

    def __init__(
        self,
        same: Iterable[Sequence[str]] = (),
        also: Iterable[tuple[Sequence[str], Sequence[str]]] = (),
        signs: Mapping[T, Sequence[str]] | None = None,
    ) -> None:
        self._related: defaultdict[str, list[_Entry]] = defaultdict(list)
        for group in same:
            phrases = _phrases(group)
            for phrase in phrases:
                others = tuple(other for other in phrases if other != phrase)
                self._add(_Entry(phrase, others, same=True))
        for froms, tos in also:
            for phrase in _phrases(froms):
                self._add(_Entry(phrase, _phrases(tos), same=False))
        self._signs: defaultdict[str, list[tuple[Phrase, T]]] = defaultdict(list)
        for term, group in (signs or {}).items():
            for phrase in _phrases(group):
                self._signs[phrase[0]].append((phrase, term))

    def _add(self, entry: _Entry) -> None:
        if entry.others:
            self._related[entry.phrase[0]].append(entry)

    def related(self, stems: Sequence[str]) -> Iterator[Related]:
        """Give what else to look for, in the order of the text."""
        for start, stem in enumerate(stems):
            for entry in self._related.get(stem, ()):
                end = start + len(entry.phrase)
                if tuple(stems[start:end]) == entry.phrase:
                    weight = scoring.SYNONYM if entry.same else scoring.NARROWER
                    yield Related(start, end, entry.others, weight, entry.same)

    def signs_in(self, stems: Sequence[str]) -> Collection[T]:
        """Return the terms whose signs stand in a text, in its order, each once."""
        found: dict[T, None] = {}
        for start, stem in enumerate(stems):
            for phrase, term in self._signs.get(stem, ()):
                if tuple(stems[start : start + len(phrase)]) == phrase:
                    found[term] = None
        return found.keys()

    @property
    def signed_terms(self) -> frozenset[T]:
        """The terms that have signs."""
        return frozenset(term for entries in self._signs.values() for _, term in entries)


def read(path: Path) -> Thesaurus:
    """Read the curated words. Raises `ValueError`, in plain words, for a file that says none."""
    if not path.exists():
        return Thesaurus()
    try:
        text = path.read_text(encoding="utf-8")
    except ValueError as error:
        raise ValueError(f"{path.name} is no YAML: {error}") from error
    return _understood(path.name, text)


# most of what it costs to make an application, and the same for every application of a process
@lru_cache(maxsize=1)
def _understood(file: str, text: str) -> Thesaurus:
    try:
        data = yaml.load(text, Loader=yaml.CSafeLoader) or {}
    except (yaml.YAMLError, ValueError) as error:  # a date that is none
        raise ValueError(f"{file} is no YAML: {error}") from error
    unknown = set(data) - {"same", "also", "signs"} if isinstance(data, dict) else {"a list"}
    if unknown:
        names = ", ".join(sorted(map(str, unknown)))
        raise ValueError(f"{file} has {names}; it may have same, also and signs")
    same = _list(file, "same", data.get("same"))
    also = _list(file, "also", data.get("also"))
    for entry in also:
        if not isinstance(entry, dict) or set(entry) != {"from", "to"}:
            raise ValueError(f"{file}: an entry of `also` has not just from and to: {entry}")
    signs = data.get("signs") or {}
    if not isinstance(signs, dict) or not all(isinstance(terms, dict) for terms in signs.values()):
        raise ValueError(f"{file}: write signs as vocabulary, then term, then a list")
    return Thesaurus(
        [_strings(file, group) for group in same],
        [(_strings(file, entry["from"]), _strings(file, entry["to"])) for entry in also],
        {
            (name, term): _strings(file, phrases)
            for name, terms in signs.items()
            for term, phrases in terms.items()
        },
    )


def _list(file: str, key: str, given: Any) -> list[Any]:
    if given is not None and not isinstance(given, list):
        raise ValueError(f"{file}: {key} is not a list: {given}")
    return given or []


def _strings(file: str, given: Any) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(phrase, str) for phrase in given):
        raise ValueError(f"{file}: this is not a list of phrases (quote numbers): {given}")
    return given


def _phrases(group: Iterable[str]) -> tuple[Phrase, ...]:
    """Return the phrases of a group, each once, in stems; one of stop words only is none."""
    return tuple(dict.fromkeys(filter(None, (tuple(analysis.stems(p)) for p in group))))
