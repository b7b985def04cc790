"""Extracts: the piece of a text that shows best why it was found. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

from portal.search import analysis

LENGTH = 240
"""Characters of an extract."""
LEAD = 30
"""Characters shown before the first match, for its context."""
Run = tuple[str, bool]
"""Words, and whether they match."""


def extract(text: str, stems: Mapping[str, float], length: int = LENGTH) -> list[Run]:
    """Return the `length` characters of `text` whose matches tell most, as runs.

    `stems` are those that were looked for, each with how much it tells.
    """
    places = list(_places(text, frozenset(stems)))
    first, last = _densest(places, stems, length)
    # a few words before the first match, as long as the match itself still fits
    lead = min(LEAD, length // 4, max(0, length - (last - first)))
    start = 0 if first <= lead else max(first - lead, text.find(" ", first - lead, first) + 1)
    end = len(text) if start + length >= len(text) else text.rfind(" ", 0, start + length + 1)
    end = end if end >= last else start + length
    runs: list[Run] = [("… ", False)] if start else []
    done = start
    for _, began, ended in places:
        if began >= done and ended <= end:
            runs += [(text[done:began], False), (text[began:ended], True)]
            done = ended
    runs.append((text[done:end] + (" …" if end < len(text) else ""), False))
    return [run for run in runs if run[0]]


def _places(text: str, stems: frozenset[str]) -> Iterator[analysis.Token]:
    if not stems:
        return
    for match in _possible(stems).finditer(text):
        stem = analysis.stem(match[0])
        if stem in stems:
            yield analysis.Token(stem, match.start(), match.end())


@lru_cache(maxsize=64)
def _possible(stems: frozenset[str]) -> re.Pattern[str]:
    """Return a pattern of all that could have one of `stems`: far quicker than stemming it all."""
    starts = {re.escape(_start(stem)) for stem in stems}
    sections = r"|(?<![\w'’])s(?:ec(?:t(?:ions?)?)?)?[ .]{0,2}\d{1,3}[a-z]?\b"
    letters = r"|\b(?:[a-z]\.){2,}(?:[a-z]\b)?"
    words = rf"|(?<![^\W_])(?:{'|'.join(sorted(starts))})[^\W_]*"
    # what stands first is tried first
    return re.compile((sections + letters + words)[1:], re.IGNORECASE)


def _start(stem: str) -> str:
    """Return the letters that every word with `stem` begins with: endings change the last two."""
    return stem[: max(2, len(stem) - 2)] if len(stem) > 2 else stem


def _densest(
    places: list[analysis.Token], stems: Mapping[str, float], length: int
) -> tuple[int, int]:
    """Return the match from which `length` characters hold the different ones that tell most."""
    best, most = (0, 0), (0.0, 0)
    within: Counter[str] = Counter()
    told, end = 0.0, 0
    for place, (stem, start, stop) in enumerate(places):
        end = max(end, place)
        while end < len(places) and places[end].end <= start + length:
            told += 0 if within[places[end].stem] else stems[places[end].stem]
            within[places[end].stem] += 1
            end += 1
        if (told, end - place) > most:
            best, most = (start, stop), (told, end - place)
        if end > place:  # else the match alone is longer than the extract
            within[stem] -= 1
            told -= 0 if within[stem] else stems[stem]
    return best
