"""The score by which results are ranked, as formulas over posting lists. Pure.

A record's score is the sum of five parts, each documented and sourced at its function:

1. `bm25` of every word of the query, a word of the title counting `WEIGHTS["title"]` times;
2. `PAIRS` times the same for two words that follow each other in the query and in the record;
3. `FEEDBACK` times the same for the words that mark the best records of parts 1 and 2;
4. `NEIGHBOURS` times the mean score of the records that its editor says to read with it;
5. for short queries a step that puts the records with all words first.

Parts 3 and 4 only re-order what was found. A record that is overdue for review keeps `OVERDUE` of
its score. All statistics are of the records that the person may see, so that no order gives away
another.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

WEIGHTS: Mapping[str, float] = {
    "title": 3.0,
    "also": 3.0,
    "summary": 2.0,
    "labels": 1.5,
    "body": 1.0,
    "attachments": 0.5,
    "search_words": 2.0,
}
"""How often a word counts by where it stands, before saturation (the simple BM25F of Robertson,
Zaragoza and Taylor, "Simple BM25 extension to multiple weighted fields", 2004)."""
ONCE = frozenset({"attachments"})
"""Where a word counts once, however often it stands there, and not towards the record's length: a
long file neither carries its record to the top nor weighs it down."""

K1 = 1.5
B = 0.7
PAIRS = 0.3
FEEDBACK = 0.5
FEEDBACK_RECORDS = 3
FEEDBACK_WORDS = 40
FEEDBACK_FROM = 3
"""Words from which a query is long enough to borrow others."""
NEIGHBOURS = 0.4
NEIGHBOURS_OF = 30
"""Best records whose neighbours gain."""
ALL_WORDS_UP_TO = 3
"""Words up to which a query's records with all of them stand first."""
SYNONYM = 0.7
"""What a synonym counts beside the word that was typed."""
NARROWER = 0.5
"""What a word counts that is only implied by the one that was typed."""
NEAREST = 0.6
"""What a word counts that is looked for in place of one that no record has."""
OVERDUE = 0.85
IDF_SHOWN = 1.0
"""How telling a word of a synonym must be to be marked in an extract."""
MOST_WORDS = 64
"""Words of a long text that are looked for: those that say most."""


def norms(lengths: Floats, mean: float) -> Floats:
    """Return the length norm of each record: `K1` (1 - `B` + `B` length / mean length)."""
    made: Floats = np.float32(K1) * (1 - B + B * lengths / np.float32(max(mean, 1e-9)))
    return made


def idf(records: int, having: int) -> float:
    """Return how much a word tells that `having` of `records` have: ln(1 + (N - n + ½) / (n + ½)).

    The form of Lucene, which is never negative (Kamphuis, de Vries, Boytsov and Lin, "Which BM25 do
    you mean?", 2020).
    """
    return float(np.log1p((records - having + 0.5) / (having + 0.5)))


def bm25(frequencies: Floats, norms: Floats, idf: float) -> Floats:
    """Return the part of one word: idf · f (`K1` + 1) / (f + norm), one value for each record.

    Robertson and Zaragoza, "The probabilistic relevance framework: BM25 and beyond" (2009).
    """
    made: Floats = np.float32(idf * (K1 + 1)) * frequencies / (frequencies + norms)
    return made


def borrowed(vectors: list[tuple[float, float, Mapping[str, float]]]) -> dict[str, float]:
    """Return how much each word marks the best records: Σ share · f / (f + norm).

    `vectors` has of each record its share of their scores, its norm, and its words' frequencies.
    After Rocchio's feedback, with BM25's saturation for the weight of a word in a record (Manning,
    Raghavan and Schütze, "Introduction to information retrieval", 2008, chapter 9).
    """
    weights: dict[str, float] = {}
    for share, norm, frequencies in vectors:
        for word, frequency in frequencies.items():
            gain = share * frequency / (frequency + norm)
            weights[word] = weights.get(word, 0.0) + gain
    return weights
