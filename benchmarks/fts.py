"""A results page from SQLite's own full-text search: what the portal's is held against.

One file holds the texts (FTS5, Porter's stemmer), what a list shows of each document, who may read
it, and its terms. A page is the same as the portal's: how many documents match and may be read, the
best ten by BM25 with the title counting as much as in the portal, an extract of each, and how many
documents have each term. Of the ways to write it that were tried this was the quickest: what
matches goes into a temporary table once, and everything is asked of that.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.library.catalogue import Key
from portal.search import scoring
from portal.search.extracts import LENGTH
from portal.search.port import Record

HITS = 10
_TABLES = """
    PRAGMA page_size = 4096;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = OFF;
    CREATE TABLE document (
        id INTEGER PRIMARY KEY, reference TEXT, type TEXT, title TEXT, summary TEXT,
        question TEXT, practice_year INTEGER, review_by TEXT
    );
    CREATE TABLE reading (id INTEGER PRIMARY KEY, audience INTEGER NOT NULL);
    CREATE TABLE audience (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
    CREATE TABLE term (id INTEGER PRIMARY KEY, name TEXT, term TEXT, UNIQUE (name, term));
    CREATE TABLE document_term (
        document INTEGER, term INTEGER, PRIMARY KEY (document, term)
    ) WITHOUT ROWID;
    CREATE VIRTUAL TABLE text USING fts5(
        title, summary, labels, body, tokenize = 'porter unicode61'
    );
"""
_SETTINGS = """
    PRAGMA mmap_size = 8000000000;
    PRAGMA cache_size = -200000;
    PRAGMA temp_store = MEMORY;
    PRAGMA temp.journal_mode = OFF;
    CREATE TEMP TABLE hit (id INTEGER PRIMARY KEY, score REAL);
    CREATE TEMP TABLE narrowed (id INTEGER PRIMARY KEY, score REAL);
"""
_WEIGHTS = ", ".join(str(scoring.WEIGHTS[name]) for name in ("title", "summary", "labels", "body"))
# CROSS JOIN is SQLite's way to say which table comes first
_FIND = f"""
    INSERT INTO hit SELECT text.rowid, bm25(text, {_WEIGHTS})
    FROM text CROSS JOIN reading ON reading.id = text.rowid
    WHERE text MATCH ? AND reading.audience IN (SELECT value FROM json_each(?))
"""
_NARROW = """
    INSERT INTO narrowed SELECT hit.id, hit.score FROM hit CROSS JOIN document_term AS own
    ON own.document = hit.id AND own.term = ?
"""
_BEST = """
    SELECT document.* FROM
    (SELECT id, score FROM {hits} ORDER BY score, id LIMIT ?) AS best
    CROSS JOIN document ON document.id = best.id ORDER BY best.score, best.id
"""
_COUNTS = """
    SELECT own.term, count(*) FROM {hits} AS found
    CROSS JOIN document_term AS own ON own.document = found.id GROUP BY own.term
"""
_OWN_COUNTS = """
    SELECT own.term, count(*) FROM hit CROSS JOIN document_term AS own
    ON own.document = hit.id AND own.term BETWEEN ? AND ? GROUP BY own.term
"""
_TERMS_OF_ONE = 1000
"""Terms are numbered so that those of one facet lie side by side."""
_EXTRACTS = """
    SELECT rowid, snippet(text, 3, '<b>', '</b>', '…', {words}) FROM text
    WHERE text MATCH ? AND rowid IN ({places})
"""
WORDS_OF_EXTRACT = LENGTH // 6
"""As long as the portal's extracts: a word and a space are six characters."""


@dataclass(frozen=True)
class Shown:
    """What a list shows of a document, besides what the index has."""

    reference: str
    type: str
    question: str | None
    practice_year: int | None
    review_by: str
    keys: Sequence[Key]


@dataclass(frozen=True)
class Page:
    total: int
    hits: Sequence[tuple[Any, ...]]
    extracts: Mapping[int, str]
    counts: Mapping[Key, int]


def build(path: Path, documents: Iterable[tuple[Record, Shown]]) -> None:
    """Write the file."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(_TABLES)
    audiences: dict[str, int] = {}
    terms: dict[Key, int] = {}
    connection.execute("BEGIN")
    for record, shown in documents:
        _add(connection, record, shown, audiences, terms)
    for name, id_ in audiences.items():
        connection.execute("INSERT INTO audience VALUES (?, ?)", (id_, name))
    for key, id_ in terms.items():
        connection.execute("INSERT INTO term VALUES (?, ?, ?)", (id_, *key))
    connection.execute("INSERT INTO text (text) VALUES ('optimize')")
    connection.execute("COMMIT")
    connection.close()


def _add(
    connection: sqlite3.Connection,
    record: Record,
    shown: Shown,
    audiences: dict[str, int],
    terms: dict[Key, int],
) -> None:
    about = (shown.reference, shown.type, record.title, record.summary)
    connection.execute(
        "INSERT INTO document VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (record.id, *about, shown.question, shown.practice_year, shown.review_by),
    )
    audience = audiences.setdefault(record.audience, len(audiences) + 1)
    connection.execute("INSERT INTO reading VALUES (?, ?)", (record.id, audience))
    connection.executemany(
        "INSERT INTO document_term VALUES (?, ?)",
        [(record.id, _number(key, terms)) for key in shown.keys],
    )
    connection.execute(
        "INSERT INTO text (rowid, title, summary, labels, body) VALUES (?, ?, ?, ?, ?)",
        (
            record.id,
            f"{record.title} {record.also}",
            f"{record.summary} {record.search_words}",
            record.labels,
            record.body,
        ),
    )


def _number(key: Key, terms: dict[Key, int]) -> int:
    if key not in terms:
        last = [number for (name, _), number in terms.items() if name == key[0]]
        facets = len({name for name, _ in terms})
        terms[key] = max(last) + 1 if last else _TERMS_OF_ONE * (facets + 1)
    return terms[key]


class Index:
    """The file, opened by one thread. `sqlite3` keeps each statement prepared."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.executescript(_SETTINGS)
        self._audiences = dict(self._connection.execute("SELECT name, id FROM audience"))
        rows = self._connection.execute("SELECT id, name, term FROM term")
        self._keys: dict[int, Key] = {id_: (name, term) for id_, name, term in rows}
        self._ids = {key: id_ for id_, key in self._keys.items()}

    def close(self) -> None:
        self._connection.close()

    def page(
        self,
        match: str,
        *,
        audiences: Collection[str],
        chosen: Key | None = None,
        lap: Callable[[str], None] = lambda part: None,
    ) -> Page:
        """Return the first page; `lap` is told when a part of it is done."""
        ask = self._connection.execute
        ask("BEGIN")
        ask("DELETE FROM hit")
        readable = [self._audiences[name] for name in audiences if name in self._audiences]
        ask(_FIND, (match, str(readable)))
        hits = "hit"
        if chosen is not None:
            ask("DELETE FROM narrowed")
            ask(_NARROW, (self._ids[chosen],))
            hits = "narrowed"
        lap("search")
        (total,) = ask(f"SELECT count(*) FROM {hits}").fetchone()
        best = ask(_BEST.format(hits=hits), (HITS,)).fetchall()
        lap("ten hits")
        counts = self._counts(_COUNTS.format(hits=hits))
        if chosen is not None:
            # a facet's own counts say what choosing another of its terms would give
            others = {key: n for key, n in counts.items() if key[0] != chosen[0]}
            counts = others | self._own(chosen[0])
        lap("facet counts")
        ids = [row[0] for row in best]
        places = ", ".join("?" * len(ids))
        wanted = _EXTRACTS.format(words=WORDS_OF_EXTRACT, places=places)
        extracts = dict(ask(wanted, (match, *ids)).fetchall()) if ids else {}
        ask("COMMIT")
        lap("extracts")
        return Page(total, best, extracts, counts)

    def _counts(self, query: str) -> dict[Key, int]:
        return {self._keys[term]: n for term, n in self._connection.execute(query)}

    def _own(self, name: str) -> dict[Key, int]:
        """Return the counts of one facet over all that was found."""
        first = min(id_ for key, id_ in self._ids.items() if key[0] == name)
        last = max(id_ for key, id_ in self._ids.items() if key[0] == name)
        rows = self._connection.execute(_OWN_COUNTS, (first, last))
        return {self._keys[term]: n for term, n in rows}


def any_of(words: Iterable[str]) -> str:
    """Return the query for documents with one of `words` at least."""
    return " OR ".join(f'"{word}"' for word in words)


def phrase(words: str) -> str:
    """Return the query for documents in which `words` follow each other."""
    return f'"{words}"'
