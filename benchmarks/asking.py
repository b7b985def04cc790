"""What people might look for in a made-up library: the same questions for both systems.

Words are drawn from documents and told apart by how many have them, so that a third of each kind's
words is common, a third middling, a third rare. No question is asked twice.
"""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

from benchmarks import fts, library
from benchmarks.texts import Writer
from portal.library.catalogue import Key
from portal.library.vocabularies import NOT_STATED
from portal.search import analysis

ONE, THREE, PHRASE, FACET = "one word", "three words", "phrase", "three words, a facet chosen"
LIKE = "a case of 200 words"
SAMPLE = 5000
"""Documents that words are drawn from and counted in."""
BANDS = ((0.05, 1.0), (0.005, 0.05), (0.0, 0.005))
"""Common, middling, rare: shares of the documents."""
WORDS_OF_CASE = 200
_SENTENCE = re.compile(r"[^.\n]+")
_WORD = re.compile(r"[a-z]{3,}")


@dataclass(frozen=True)
class Asked:
    """One question."""

    kind: str
    text: str
    """As it is typed into the portal."""
    match: str
    """The same for FTS5."""
    chosen: Key | None = None

    @property
    def literal(self) -> bool:
        return self.kind == LIKE

    @property
    def filters(self) -> dict[str, tuple[str, ...]]:
        return {self.chosen[0]: (self.chosen[1],)} if self.chosen else {}


@dataclass(frozen=True)
class _Sampled:
    words: list[str]
    pairs: list[tuple[str, str]]
    keys: list[Key]


class Asker:
    """Makes questions about the library in a database.

    `telling` returns of a long text the stems that the portal looks for; FTS5 is asked for the same
    words.
    """

    def __init__(self, database: Path, telling: Callable[[str], Collection[str]]) -> None:
        self._random = Random(library.SEED)
        self._telling = telling
        self._writer = Writer(library.SEED, stream=1)
        self._documents = list(self._sampled(database))
        self._having = Counter(word for d in self._documents for word in set(d.words))
        self._together = Counter(pair for d in self._documents for pair in set(d.pairs))
        self._asked: set[tuple[str, Key | None]] = set()
        self._makers = {
            ONE: lambda: self._of_words(ONE, 1),
            THREE: lambda: self._of_words(THREE, 3),
            PHRASE: self._phrase,
            FACET: lambda: self._of_words(FACET, 3),
            LIKE: self._like,
        }

    def _sampled(self, database: Path) -> Iterator[_Sampled]:
        connection = sqlite3.connect(database)
        (size,) = connection.execute("SELECT count(*) FROM document").fetchone()
        every = max(1, size // SAMPLE)
        rows = connection.execute(
            "SELECT plain, terms FROM document"
            " WHERE audience IN ('readers', 'staff') AND id % ? = 0",
            (every,),
        )
        for plain, terms in rows:
            sentences = [_told(found[0]) for found in _SENTENCE.finditer(plain)]
            pairs = [pair for words in sentences for pair in pairwise(words) if all(pair)]
            keys = [(name, t) for name, own in json.loads(terms).items() for t in own]
            yield _Sampled(
                [word for words in sentences for word in words if word],
                [(one, other) for one, other in pairs if one != other],
                [key for key in keys if key[1] != NOT_STATED],
            )
        connection.close()

    def questions(self, kind: str, count: int) -> list[Asked]:
        """Return new questions of a kind."""
        made: list[Asked] = []
        while len(made) < count:
            asked = self._makers[kind]()
            if asked is not None and (asked.text, asked.chosen) not in self._asked:
                self._asked.add((asked.text, asked.chosen))
                made.append(asked)
        return made

    def _of_words(self, kind: str, count: int) -> Asked | None:
        document = self._random.choice(self._documents)
        words = [self._word(document) for _ in range(count)]
        if "" in words or len({analysis.stem(word) for word in words}) < count:
            return None
        if kind != FACET:
            return Asked(kind, " ".join(words), fts.any_of(words))
        if not document.keys:
            return None
        chosen = self._random.choice(document.keys)
        return Asked(kind, " ".join(words), fts.any_of(words), chosen)

    def _word(self, document: _Sampled) -> str:
        least, most = self._random.choice(BANDS)
        total = len(self._documents)
        fitting = [w for w in document.words if least <= self._having[w] / total < most]
        return self._random.choice(fitting) if fitting else ""

    def _phrase(self) -> Asked | None:
        document = self._random.choice(self._documents)
        known = [pair for pair in document.pairs if self._together[pair] > 1]
        if not known:
            return None
        words = " ".join(self._random.choice(known))
        return Asked(PHRASE, f'"{words}"', fts.phrase(words))

    def _like(self) -> Asked:
        text = f"{self._writer.text().plain} {self._writer.text().plain}"
        text = " ".join(text.split()[:WORDS_OF_CASE])
        telling = self._telling(text)
        words = dict.fromkeys(w for _, w in analysis.words(text) if analysis.stem(w) in telling)
        return Asked(LIKE, text, fts.any_of(words))


def _told(sentence: str) -> list[str]:
    """Return the words of a sentence, those that tell nothing apart as nothing."""
    return [
        word if _WORD.fullmatch(word) and analysis.stem(word) else ""
        for word in sentence.casefold().split()
    ]
