"""Whoosh behind the engine port; the only module that imports it.

The private folder holds one index folder, and the file `current` that names it with the generation
of the library that it holds. A rebuild writes a new index folder beside the old one and then
replaces that file, which is atomic: readers see the old index or the new one, never a half.
"""

import os
import re
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

from whoosh.analysis import LowercaseFilter, RegexTokenizer, StemFilter, StopFilter
from whoosh.fields import ID, TEXT, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.query import And, Or, Phrase, Term
from whoosh.scoring import BM25F

from portal.search.port import NotReady, Query, Record, Results

SCHEMA_VERSION = 2  # raise it when the schema or the analysis changes: an older index is not read
LOCK_SECONDS = 30.0
# a title says what a document is about, a summary nearly so
WEIGHTS = {"title": 3.0, "also": 3.0, "summary": 2.0, "labels": 1.5, "body": 1.0}
MOST_WORDS = 64
# an apostrophe parts a word, so that "child" finds "child’s", however either is typed
_WORD = re.compile(r"\w+")
_PHRASE = re.compile(r'["“”]([^"“”]*)["“”]')


class WhooshEngine:
    """An engine over the index in `folder`, which belongs to the application alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._analyzer = (
            RegexTokenizer(_WORD) | LowercaseFilter() | StopFilter(minsize=2) | StemFilter()
        )
        texts = {name: TEXT(analyzer=self._analyzer) for name in WEIGHTS}
        self._schema = Schema(id=ID(unique=True, stored=True), audience=ID(), **texts)
        self._lock = Lock()
        self._opened: tuple[str, Any] | None = None

    def search(self, query: Query) -> Results:
        """Rank by BM25F the documents that hold any of the words, and all of the phrases."""
        wanted = self._parse(query.text)
        if wanted is None:
            return Results(ids=[], too_common=True)
        if not query.audiences:  # Whoosh takes an empty filter for none
            return Results(ids=[])
        audiences = Or([Term("audience", audience) for audience in sorted(query.audiences)])
        with self._index().searcher(weighting=BM25F()) as searcher:
            hits = searcher.search(wanted, filter=audiences, limit=None)
            return Results(ids=[int(hit["id"]) for hit in hits])

    def _parse(self, text: str) -> Any:
        phrases = [self._tokens(phrase) for phrase in _PHRASE.findall(text)]
        words = self._tokens(text)[:MOST_WORDS]
        if not words:
            return None
        parts: list[Any] = [
            Or([Phrase(name, phrase, boost=weight) for name, weight in WEIGHTS.items()])
            for phrase in phrases
            if len(phrase) > 1
        ]
        parts.append(
            Or([Term(name, w, boost=weight) for w in words for name, weight in WEIGHTS.items()])
        )
        return And(parts) if len(parts) > 1 else parts[0]

    def _tokens(self, text: str) -> list[str]:
        return [token.text for token in self._analyzer(text)]

    def generation(self) -> int | None:
        """Return the generation of the library that the index holds; `None` without an index."""
        current = self._current()
        return current[1] if current else None

    def apply(self, records: Iterable[Record], gone: Collection[int], generation: int) -> None:
        """Add or replace `records`, forget `gone`, and take note of the generation."""
        current = self._current()
        if current is None:
            raise NotReady("there is no index to change; rebuild it")
        writer = self._index().writer(timeout=LOCK_SECONDS)
        with _cancelled_on_failure(writer):
            for id_ in gone:
                writer.delete_by_term("id", str(id_))
            for record in records:
                writer.update_document(**self._fields(record))
        writer.commit()
        self._name_current(current[0], generation)

    def rebuild(self, records: Iterable[Record], generation: int) -> None:
        """Build the index anew beside the present one, then put it in its place."""
        name = f"index-{SCHEMA_VERSION}-{uuid4().hex}"
        path = self.folder / name
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.mkdir(mode=0o700)
        try:
            writer = FileStorage(str(path)).create_index(self._schema).writer(timeout=LOCK_SECONDS)
            with _cancelled_on_failure(writer):
                for record in records:
                    writer.add_document(**self._fields(record))
            writer.commit(optimize=True)
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise
        self._name_current(name, generation)
        for old in self.folder.glob("index-*"):
            if old.name != name:
                shutil.rmtree(old, ignore_errors=True)

    def extract(self, text: str, query: str, length: int = 240) -> list[tuple[str, bool]]:
        """Return the piece of `text` with most of the query's words, as (words, matched?) runs."""
        wanted = set(self._tokens(query))
        places = [
            (token.startchar, token.endchar)
            for token in self._analyzer(text, chars=True)
            if token.text in wanted
        ]
        first, last = _densest(places, length)
        # a few words before the first match, as long as the match itself still fits
        lead = min(30, length // 4, max(0, length - (last - first)))
        start = 0 if first <= lead else max(first - lead, text.find(" ", first - lead, first) + 1)
        end = len(text) if start + length >= len(text) else text.rfind(" ", 0, start + length + 1)
        end = end if end >= last else start + length
        runs: list[tuple[str, bool]] = [("… ", False)] if start else []
        done = start
        for began, ended in places:
            if began >= done and ended <= end:
                runs += [(text[done:began], False), (text[began:ended], True)]
                done = ended
        runs.append((text[done:end] + (" …" if end < len(text) else ""), False))
        return [run for run in runs if run[0]]

    @staticmethod
    def _fields(record: Record) -> dict[str, str]:
        return {
            "id": str(record.id),
            "audience": record.audience,
            "title": record.title,
            "also": record.also,
            "labels": record.labels,
            "summary": record.summary,
            "body": record.body,
        }

    def _current(self) -> tuple[str, int] | None:
        try:
            name, generation = (self.folder / "current").read_text(encoding="ascii").split()
        except (FileNotFoundError, ValueError):
            return None
        if not name.startswith(f"index-{SCHEMA_VERSION}-") or not (self.folder / name).is_dir():
            return None
        return name, int(generation)

    def _name_current(self, name: str, generation: int) -> None:
        beside = self.folder / f"current-{uuid4().hex}"
        beside.write_text(f"{name} {generation}", encoding="ascii")
        os.replace(beside, self.folder / "current")

    def _index(self) -> Any:
        current = self._current()
        if current is None:
            raise NotReady("there is no index yet")
        with self._lock:
            if self._opened is None or self._opened[0] != current[0]:
                storage = FileStorage(str(self.folder / current[0]))
                self._opened = (current[0], storage.open_index())
            return self._opened[1]


@contextmanager
def _cancelled_on_failure(writer: Any) -> Iterator[None]:
    """Let go of the lock and the open files of a writer that did not come to its end."""
    try:
        yield
    except BaseException:
        writer.cancel()
        raise


def _densest(places: list[tuple[int, int]], length: int) -> tuple[int, int]:
    """Return the match that is followed by most others within `length` characters."""
    best, most = (0, 0), 0
    for place, match in enumerate(places):
        near = sum(1 for _, end in places[place:] if end <= match[0] + length)
        if near > most:
            best, most = match, near
    return best
