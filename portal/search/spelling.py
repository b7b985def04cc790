"""What someone may have meant by a word that no record has. Pure."""

import gzip
import json
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache
from importlib import resources

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from portal.search import analysis

SHORTEST = 4
"""Characters from which a word is compared; a shorter one is near too many."""
NEAR = 8
"""Characters from which a word may differ in two places instead of one."""
LONGEST = 40
"""Letters up to which a word is taken apart."""
ALIKE = 2
"""First letters that a slip leaves as they are, where an ending is to be allowed for."""
LIKE = 0.84
"""Likeness from which a word is offered instead of another."""


def nearest(
    word: str,
    known: Sequence[str],
    count: Callable[[str], int],
    form: Callable[[str], str],
) -> str:
    """Return the stem among the sorted `known` that `word` is most likely a slip for, or nothing.

    An English word is no slip, even if nothing has been written about it. The distance counts a
    letter left out, put in, changed, or two that changed places (optimal string alignment; Damerau,
    1964), from a stem or from the `form` in which a record has it. Of equally near stems the one
    that most records have is taken: `count` tells how many, 0 for one that the person may not see.
    """
    if len(word) < SHORTEST or any(c.isdigit() for c in word) or is_english(word):
        return ""
    allowed = 2 if len(word) >= NEAR else 1
    best: tuple[float, int, str] = (allowed + 1, 0, "")
    for stem in _candidates(word, known, allowed):
        having = count(stem) if len(stem) >= SHORTEST - 1 else 0
        if not having:
            continue
        forms = {stem, form(stem)}
        distance = min(
            OSA.distance(said, near) for said in (word, analysis.stem(word)) for near in forms
        )
        # people seldom get the first letter wrong
        rank = distance + (0.5 if stem[0] != word[0] else 0)
        if distance <= allowed and (rank, -having, stem) < (best[0], -best[1], best[2]):
            best = (rank, having, stem)
    return best[2]


def _candidates(word: str, known: Sequence[str], allowed: int) -> set[str]:
    """Return the stems worth a closer look: near as they are, or with an ending cut off.

    All of them: were it the best few, words that the person may not see could crowd out others.
    """
    found = set()
    for said in {word, analysis.stem(word)} - {""}:
        near = process.extract(said, known, scorer=OSA.distance, score_cutoff=allowed, limit=None)
        found |= {stem for stem, _, _ in near}
    begins = word[:ALIKE]
    for stem in known[bisect_left(known, begins) :]:
        if not stem.startswith(begins):
            break
        if OSA.distance(word[: len(stem)], stem, score_cutoff=allowed) <= allowed:
            found.add(stem)
    return found


def like(
    word: str, known: Collection[str], count: Callable[[str], int], most: int
) -> list[tuple[str, float]]:
    """Return stems that look like `word`, with a likeness from 0 to 1: a wider net than a slip's.

    The likeness is the normalised similarity of Jaro and Winkler (1990), which favours words that
    begin alike.
    """
    near = process.extract(
        word,
        known,
        scorer=JaroWinkler.normalized_similarity,
        score_cutoff=LIKE,
        limit=None,
    )
    return [(stem, likeness) for stem, likeness, _ in near if len(stem) > 2 and count(stem)][:most]


def halves(word: str) -> Iterator[tuple[str, str]]:
    """Give the ways to read one word as two that were run together, in stems."""
    if len(word) > LONGEST or is_english(word):
        return
    for place in range(3, len(word) - 2):
        left, right = analysis.stem(word[:place]), analysis.stem(word[place:])
        if left and right:
            yield left, right


def is_english(word: str) -> bool:
    """Tell whether a word in lower case is in the dictionary of `pyspellchecker`."""
    return f"\n{word}\n" in _english()


@cache
def _english() -> str:
    """Return its 160 000 words as one text: 2 MB, where a set of them takes 20."""
    file = resources.files("spellchecker") / "resources" / "en.json.gz"
    with file.open("rb") as packed:
        words = json.loads(gzip.decompress(packed.read()))
    return "\n".join(["", *words, ""])
