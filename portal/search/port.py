"""What any search engine of the portal takes and gives."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Record:
    """A published document as the engine sees it. The contributing authority is not in it."""

    id: int
    audience: str
    title: str
    also: str
    """Other names of a glossary entry."""
    summary: str
    body: str
    """Plain text, without markup."""
    labels: str
    """The labels of its terms."""


@dataclass(frozen=True)
class Query:
    """A search as typed, and the audiences of the person who typed it."""

    text: str
    audiences: frozenset[str]


@dataclass(frozen=True)
class Results:
    """Ids of the matching documents, best first, never one outside the query's audiences."""

    ids: Sequence[int]
    too_common: bool = False
    """Whether nothing was looked for, since every word is too common to tell documents apart."""


class NotReady(Exception):
    """There is no index yet, or it belongs to another version of the portal."""


class Engine(Protocol):
    """A search engine. The database is the truth: an index can be thrown away at any time."""

    def search(self, query: Query) -> Results:
        """Return what matches; any text at all gives an answer. Raises `NotReady`."""

    def generation(self) -> int | None:
        """Return the generation of the library that the index holds; `None` without an index."""

    def apply(self, records: Iterable[Record], gone: Collection[int], generation: int) -> None:
        """Add or replace `records`, forget `gone`, and take note of the generation."""

    def rebuild(self, records: Iterable[Record], generation: int) -> None:
        """Build the index anew beside the present one, then put it in its place."""

    def extract(self, text: str, query: str, length: int = 240) -> list[tuple[str, bool]]:
        """Return the piece of `text` that shows best why it matched, as (words, matched?) runs."""
