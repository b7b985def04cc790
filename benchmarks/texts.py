"""Made-up texts that are spread as English is: a few words often, most seldom, some together.

How often each word is used is what `pyspellchecker`'s dictionary says, which the portal brings.
Words that the starter library has are themselves; of all others the letters are changed, endings
kept, so that stemming puts the same together as in English. About a third of a text comes from one
or two of `TOPICS` topics, each with words of its own and phrases that return. The first texts of a
seed are the same however many are made.
"""

import gzip
import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from portal.core.config import ROOT
from portal.search.analysis import STOP_WORDS

VOCABULARY = 60_000
TOPICS = 300
WORDS_OF_TOPIC = 300
PHRASES_OF_TOPIC = 60
TOPICAL, TOPICAL_IN_TITLES = 0.35, 0.8
"""How much of a text and of a title comes from its topics."""
FIRST_TOPIC_SHARE = 0.75
FEWEST, MOST = 150, 400
"""Words of a text."""
TITLE, SUMMARY, SENTENCE, PARAGRAPH = (5, 10), (20, 40), (8, 22), 4

_INFLECTED = re.compile(
    r"(.{3,}?)(ing|ings|ed|e|es|s|y|ies|er|ers|ly|ness|ment|ments|al|able|ion|ions|ation|ations)?"
)
_OTHER_LETTERS = str.maketrans("aeioubcdfghjklmnpqrstvwxyz", "eiouagfhlpkmnbrtdvscwzxjyq")

Words = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Text:
    title: str
    summary: str
    plain: str


class _Bag:
    """Draws words, or phrases, each as often as its weight says."""

    def __init__(self, words: Words, weights: Floats) -> None:
        self.words = words
        self.upto = np.cumsum(weights / weights.sum())

    def draw(self, random: np.random.Generator, count: int) -> Words:
        drawn = np.searchsorted(self.upto, random.random(count))
        found: Words = self.words[np.minimum(drawn, len(self.words) - 1)]
        return found


@cache
def lexicon() -> tuple[Words, Floats]:
    """Return the words of English that are used most, and how often each is."""
    file = resources.files("spellchecker") / "resources" / "en.json.gz"
    counts = json.loads(gzip.decompress(file.read_bytes()))
    plain = [(n, word) for word, n in counts.items() if word.isascii() and word.isalpha()]
    best = sorted(plain, key=lambda pair: (-pair[0], pair[1]))[:VOCABULARY]
    known = _words_of_the_portal()
    words = [word if word in known else _disguised(word) for _, word in best]
    return np.array(words, object), np.array([n for n, _ in best], float)


def _words_of_the_portal() -> frozenset[str]:
    files = [*(ROOT / "content").rglob("*.md"), *(ROOT / "content").glob("*.yaml")]
    texts = [path.read_text(encoding="utf-8").casefold() for path in files]
    return STOP_WORDS.union(*(re.findall("[a-z]+", text) for text in texts))


def _disguised(word: str) -> str:
    parts = _INFLECTED.fullmatch(word)
    if parts is None:
        return word.translate(_OTHER_LETTERS)
    return parts[1].translate(_OTHER_LETTERS) + (parts[2] or "")


class Writer:
    """Writes one text after the other; another `stream` writes others on the same topics."""

    def __init__(self, seed: int, stream: int = 0) -> None:
        self._random = np.random.default_rng(seed)
        self._english = _Bag(*lexicon())
        self._topics = [self._topic() for _ in range(TOPICS)]
        self._random = np.random.default_rng([seed, stream])

    def _topic(self) -> _Bag:
        words, counts = lexicon()
        # neither the words that hold any sentence together nor those that nobody knows
        middling = slice(200, VOCABULARY // 2)
        chances = np.sqrt(counts[middling])
        own = self._random.choice(
            words[middling], WORDS_OF_TOPIC, replace=False, p=chances / chances.sum()
        )
        lengths = self._random.choice([2, 2, 2, 3], PHRASES_OF_TOPIC)
        phrases = [" ".join(self._random.choice(own, n, replace=False)) for n in lengths]
        # a phrase is used as often as a word of half its place
        places = [*range(1, WORDS_OF_TOPIC + 1), *range(4, 4 + 2 * PHRASES_OF_TOPIC, 2)]
        return _Bag(np.array([*own, *phrases], object), 1 / np.array(places, float))

    def text(self) -> Text:
        first, second = self._random.integers(TOPICS, size=2)
        topics = self._topics[first], self._topics[second]
        plain = self._words(topics, self._between(FEWEST, MOST), TOPICAL)
        return Text(
            title=self._sentence(self._words(topics, self._between(*TITLE), TOPICAL_IN_TITLES)),
            summary=f"{self._sentence(self._words(topics, self._between(*SUMMARY), TOPICAL))}.",
            plain=self._paragraphs(plain),
        )

    def _between(self, fewest: int, most: int) -> int:
        return int(self._random.integers(fewest, most + 1))

    def _words(self, topics: tuple[_Bag, _Bag], count: int, topical: float) -> Words:
        drawn = self._english.draw(self._random, count)
        kind = self._random.random(count)
        for topic, upto in zip(topics, (topical, topical * (1 - FIRST_TOPIC_SHARE)), strict=True):
            of_topic = kind < upto
            drawn[of_topic] = topic.draw(self._random, int(of_topic.sum()))
        return drawn

    def _sentence(self, words: Words) -> str:
        said = " ".join(words)
        return said[:1].upper() + said[1:]

    def _paragraphs(self, words: Words) -> str:
        sentences = []
        done = 0
        while done < len(words):
            end = done + self._between(*SENTENCE)
            sentences.append(f"{self._sentence(words[done:end])}.")
            done = end
        parts = range(0, len(sentences), PARAGRAPH)
        return "\n".join(" ".join(sentences[at : at + PARAGRAPH]) for at in parts)
