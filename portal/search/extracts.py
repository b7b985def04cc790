"""Extracts: the piece of a text that shows best why it was found. Pure."""

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from portal.search import analysis

LENGTH = 240
"""Characters of an extract."""
LEAD = 30
"""Characters shown before the first match, for its context."""
SHORT = 3
"""Letters up to which the last one of a stem may be another in its words: die, dying."""
Run = tuple[str, bool]
"""Words, and whether they match."""


def extract(text: str, stems: Mapping[str, float], length: int = LENGTH) -> list[Run]:
    """Return the `length` characters of `text` whose matches tell most, as runs.

    `stems` are those that were looked for, each with how much it tells.
    """
    places = _places(text, stems)
    first, last = _densest(places, stems, length)
    # a few words before the first match, as long as the last one still fits
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


def _places(text: str, stems: Mapping[str, float]) -> list[analysis.Token]:
    """Return the words of `text` that have one of `stems`, in their order.

    Only what begins as such a word does is stemmed: far quicker than stemming all of it.
    """
    lower = text.lower()
    if len(lower) != len(text):  # a few letters are two when they are small
        return [token for token in analysis.tokens(text) if token.stem in stems]
    found = set()
    for start in _starts(frozenset(stems)):
        at = lower.find(start)
        while at >= 0:
            token = analysis.token_at(text, at)
            if token is not None and token.stem in stems:
                found.add(token)
            at = lower.find(start, at + 1)
    return sorted(found, key=lambda token: token.start)


@lru_cache(maxsize=64)
def _starts(stems: frozenset[str]) -> frozenset[str]:
    """Return what words with `stems` begin with; endings change what comes after."""
    starts = set()
    for stem in stems:
        starts |= {
            form[:3] if len(form) > SHORT else form[:2] for form in (stem, *analysis.forms(stem))
        }
        starts.add(f"{stem[0]}.")  # M.A.S.H.
        if stem[0] == "s" and stem[1:2].isdigit():
            starts |= {"sec", "s "}
    return frozenset(starts)


def _densest(
    places: list[analysis.Token], stems: Mapping[str, float], length: int
) -> tuple[int, int]:
    """Return where the `length` characters begin and end that hold the matches that tell most."""
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
            best, most = (start, max(stop, places[end - 1].end)), (told, end - place)
        if end > place:  # else the match alone is longer than the extract
            within[stem] -= 1
            told -= 0 if within[stem] else stems[stem]
    return best
