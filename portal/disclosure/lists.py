"""The word lists: English, names, places, the vocabulary of the field. See words/README.md."""

import gzip
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

OURS = Path(__file__).parent / "words"
Phrases = dict[str, tuple[tuple[str, ...], ...]]
"""First word, to the words of each phrase that begins with it, longest first."""


@dataclass(frozen=True)
class Lists:
    """Everything that the check knows by heart, folded: small letters without accents."""

    common: frozenset[str]
    """Words that every reader knows."""
    words: frozenset[str]
    """Other English words."""
    given: frozenset[str]
    surnames: frozenset[str]
    places: Phrases
    authorities: Phrases
    allowed: Phrases
    """What is never reported: terms of the field, countries, national bodies."""
    acronyms: frozenset[str]
    """Those of the allowed that are capitals alone: ED is no finding, Ed is."""
    schools: Phrases
    """Of the deployment: always reported."""
    teams: Phrases
    """Of the deployment: always reported."""

    @classmethod
    def load(cls, folder: Path | None = None) -> "Lists":
        """Return our lists with those of `folder`, once for each folder in a process.

        `places.txt` in the folder adds to ours; `only-places.txt` stands instead of ours.
        Raises `FileNotFoundError` for a folder that does not exist.
        """
        if folder is not None and not folder.is_dir():
            raise FileNotFoundError(folder)
        return _load(folder)

    def known(self, word: str) -> bool:
        """Say whether a folded word is English or of the field."""
        return word in self.common or word in self.words or self.is_allowed(word)

    def is_allowed(self, word: str) -> bool:
        """Say whether a folded word is never reported."""
        return (word,) in self.allowed.get(word, ())

    def says_nothing(self, phrase: str) -> bool:
        """Say whether a phrase is, as a whole, one that is never reported."""
        parts = tuple(fold(phrase).split())
        return bool(parts) and parts in self.allowed.get(parts[0], ())

    def is_place(self, word: str) -> bool:
        """Say whether a folded word is a place, or an authority, by itself."""
        return (word,) in self.places.get(word, ()) or (word,) in self.authorities.get(word, ())


@lru_cache(maxsize=512)
def _folded(char: str) -> str:
    special = {"ł": "l", "\u0131": "i", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "’": "'"}
    if char in special:
        return special[char]
    return "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))


def fold(word: str) -> str:
    """Return a word in small letters without accents."""
    low = word.lower()
    return low if low.isascii() else "".join(map(_folded, low))


_LONGEST = 16
"""Letters of a word up to which slips are looked for."""


def slip(base: str, lists: Lists) -> bool:
    """Say whether one letter less, more, other or changed round makes a common word of it."""
    common = lists.common
    if base in lists.given or len(base) > _LONGEST:
        return False
    for at in range(len(base) + 1):
        left, right = base[:at], base[at:]
        if (right and left + right[1:] in common) or (
            right[1:] and left + right[1] + right[0] + right[2:] in common
        ):
            return True
        if any(
            left + letter + right in common or (right and left + letter + right[1:] in common)
            for letter in "abcdefghijklmnopqrstuvwxyz"
        ):
            return True
    return False


@lru_cache(maxsize=4)
def _load(folder: Path | None) -> Lists:
    def of(name: str) -> frozenset[str]:
        return frozenset(map(fold, _lines(name, folder)))

    given = of("given-names") | of("names")
    allowed = _lines("allowed", folder)
    return Lists(
        common=of("common-words"),
        words=of("words"),
        given=given,
        surnames=of("surnames"),
        places=_phrases(_lines("places", folder)),
        authorities=_phrases(_lines("authorities", folder)),
        allowed=_phrases(entry for entry in allowed if not _is_acronym(entry)),
        acronyms=frozenset(fold(entry) for entry in allowed if _is_acronym(entry)),
        schools=_phrases(_lines("schools", folder)),
        teams=_phrases(_lines("teams", folder)),
    )


def _lines(name: str, folder: Path | None) -> list[str]:
    """Return the entries of a list: ours and the deployment's, or the deployment's alone."""
    if folder is not None and (folder / f"only-{name}.txt").is_file():
        return _entries((folder / f"only-{name}.txt").read_text(encoding="utf-8-sig"))
    found: list[str] = []
    if (OURS / f"{name}.txt.gz").is_file():
        packed = (OURS / f"{name}.txt.gz").read_bytes()
        found += _entries(gzip.decompress(packed).decode("utf-8"))
    if (OURS / f"{name}.txt").is_file():
        found += _entries((OURS / f"{name}.txt").read_text(encoding="utf-8"))
    if folder is not None and (folder / f"{name}.txt").is_file():
        found += _entries((folder / f"{name}.txt").read_text(encoding="utf-8-sig"))
    return found


def _is_acronym(entry: str) -> bool:
    return entry.isupper() and " " not in entry


def _entries(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]


def _phrases(entries: Iterable[str]) -> Phrases:
    made: dict[str, set[tuple[str, ...]]] = {}
    for entry in entries:
        parts = tuple(fold(entry).replace("'s ", " ").replace(".", "").split())
        if parts and parts[-1].endswith("'s"):
            parts = (*parts[:-1], parts[-1][:-2])
        if parts:
            made.setdefault(parts[0], set()).add(parts)
    return {first: tuple(sorted(some, key=lambda p: (-len(p), p))) for first, some in made.items()}
