"""What any search engine of the portal takes and gives."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Protocol

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]
"""Ids of records, one dimension."""


@dataclass(frozen=True)
class Record:
    """A published document as the engine sees it. The contributing authority is not in it."""

    id: int
    audience: str
    title: str
    reference: str = ""
    related: tuple[str, ...] = ()
    """References of the records that its editor says to read with it."""
    also: str = ""
    """Other names of a glossary entry."""
    summary: str = ""
    body: str = ""
    """Plain text, without markup."""
    labels: str = ""
    """The labels of its terms."""
    search_words: str = ""
    """What people may call what it is about, where it calls it something else."""
    review_by: int = 0
    """The day (`date.toordinal()`) after which it is overdue; 0 if it never is."""
    attachments: str = ""
    """Plain text of the files that are published with it."""


def mark(record: Record) -> int:
    """Return a number that differs for records that differ, to tell an index that is behind."""
    said = "\0".join(
        str(getattr(record, name)) for name in sorted(record.__dataclass_fields__)
    ).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(said, digest_size=8).digest(), "big")


@dataclass(frozen=True)
class Query:
    """A search as typed, and the audiences of the person who typed it.

    The text may hold "phrases", -words and title:words: see `syntax`.
    """

    text: str
    audiences: frozenset[str]
    today: int = 0
    """The day (`date.toordinal()`) on which records may be overdue."""
    literal: bool = False
    """Whether `text` is a description in plain words, in which no sign means anything."""
    hidden: frozenset[int] = frozenset()
    """Ids of records that changed since the index was written: they may no longer be for them."""


@dataclass(frozen=True)
class Results:
    """What was found: never a record, a word or a number from outside the query's audiences."""

    ids: Ids
    """All matching records, best first; of equals the one with the lower id."""
    scores: npt.NDArray[np.float32]
    """The score of each; see `scoring`. Zero where nothing but exclusions was asked."""
    stems: Mapping[str, float] = field(default_factory=dict)
    """The stems that were looked for, each with how much it tells, for extracts."""
    read_as: Mapping[str, str] = field(default_factory=dict)
    """Words that no record has, each with the one that was looked for in its place."""
    unknown: Sequence[str] = ()
    """Words that no record has and that are like none."""
    relaxed: Sequence[str] = ()
    """Phrases and fields that no record meets; their words were looked for anywhere."""
    too_common: bool = False
    """Whether nothing was looked for, since every word is too common to tell records apart."""


class NotReady(Exception):
    """There is no index that can be read: none yet, one of another version, or a damaged one."""


class Engine(Protocol):
    """A search engine. The database is the truth: an index can be thrown away at any time.

    One process at a time changes an index; searching goes on meanwhile, in any number of threads.
    """

    def search(self, query: Query) -> Results:
        """Return what matches; any text at all gives an answer. Raises `NotReady`."""

    def reasons(self, query: Query, ids: Sequence[int], most: int) -> dict[int, list[str]]:
        """Return for each of `ids` the words of the query that speak most for it, best first.

        Ids outside the query's audiences have no entry. Raises `NotReady`.
        """

    def near(self, query: Query, most: int) -> list[str]:
        """Return words of records that are spelled nearly like words of the query that none has.

        The nearest come first. Raises `NotReady`.
        """

    def as_known(self, query: Query) -> str:
        """Return the words of a query in forms that records have, not as they were typed.

        Nothing if no record has one of them. Raises `NotReady`.
        """

    def generation(self) -> int | None:
        """Return the generation of the library that the index holds; `None` without an index."""

    def writing(self) -> AbstractContextManager[None]:
        """Hold off every other process and thread that would change the index."""

    def apply(self, records: Iterable[Record], gone: Collection[int], generation: int) -> None:
        """Add or replace `records`, forget `gone`, and take note of the generation.

        Within `writing()`. Raises `NotReady` when there is no index to change.
        """

    def rebuild(self, records: Iterable[Record], generation: int) -> None:
        """Build the index anew beside the present one, then put it in its place.

        Within `writing()`.
        """

    def contents(self) -> Mapping[int, int]:
        """Return the ids of all records in the index, each with its `mark`. Raises `NotReady`."""

    def verify(self) -> None:
        """Read the whole index. Raises `NotReady` if it is not as it was written."""
