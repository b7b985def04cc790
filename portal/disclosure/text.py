"""The check of a text: what in it could let a child be recognised."""

from collections.abc import Iterator
from dataclasses import replace

from portal.disclosure.births import births
from portal.disclosure.capitals import capitals
from portal.disclosure.dates import dates
from portal.disclosure.findings import Candidate, Finding, Kind, Tier, resolve
from portal.disclosure.handles import handles
from portal.disclosure.labelled import labelled
from portal.disclosure.landmarks import landmarks
from portal.disclosure.lists import Lists
from portal.disclosure.mended import mended
from portal.disclosure.organisations import organisations
from portal.disclosure.patterns import structured
from portal.disclosure.people import People
from portal.disclosure.places import addresses, places
from portal.disclosure.rare import QuasiIdentifiers, ages, details, rare
from portal.disclosure.reading import Reading
from portal.disclosure.repeated import repeated
from portal.disclosure.spoken import spoken
from portal.disclosure.tokens import Token, tokens
from portal.disclosure.trades import classes, trades
from portal.disclosure.welsh import pass_over_welsh

_PLACED = {Kind.PLACE, Kind.AUTHORITY, Kind.SCHOOL, Kind.ADDRESS, Kind.ORGANISATION}


def find(text: str, *, lists: Lists | None = None, include_possible: bool = False) -> list[Finding]:
    """Return what a Markdown text holds that may identify somebody, in order, without overlaps.

    Offsets are characters of `text`. The same text and lists give the same findings.
    """
    reading = Reading(text)
    found = _candidates(reading, lists or Lists.load())
    wanted = [one for one in found if include_possible or one.tier is not Tier.POSSIBLE]
    return _in_source(reading, resolve(wanted))


def quasi_identifiers(text: str, *, lists: Lists | None = None) -> QuasiIdentifiers:
    """Return which details a Markdown text carries that narrow down who it is about."""
    reading = Reading(text)
    found = _candidates(reading, lists or Lists.load())
    return details(reading.text, {one.kind for one in found})


def _candidates(reading: Reading, lists: Lists) -> list[Candidate]:
    text = reading.text
    found = [*_numbers(text, lists), *spoken(text), *handles(text), *addresses(text)]
    for start, line in mended(text):
        found += [
            replace(one, start=one.start + start, end=one.end + start)
            for one in _numbers(line, lists)
        ]
    words = tokens(text, lists)
    pass_over_welsh(words, lists)
    spans = [(one.start, one.end) for one in found if one.kind is not Kind.ORGANISATION]
    _block(words, spans + reading.borrowed)
    named = [*places(words, lists)]
    named += organisations(text, words, lists)
    named += landmarks(text, words, lists)
    named += trades(words, lists)
    named += capitals(text, words, lists)
    named += classes(text, words)
    named += repeated(words, named, lists)
    named += People(text, words, lists).find()
    found += named
    found += ages(text)
    found += rare(text, sorted(one.start for one in found if one.kind in _PLACED))
    return found


def _numbers(text: str, lists: Lists) -> Iterator[Candidate]:
    """Give what is known by the form of its digits, or by the label before them."""
    yield from structured(text, lists)
    yield from labelled(text, lists)
    yield from births(text)
    yield from dates(text)


def _block(words: list[Token], spans: list[tuple[int, int]]) -> None:
    """Keep words that stand within `spans` from being the beginning of something else."""
    spans.sort()
    at = 0
    for token in words:
        while at < len(spans) and spans[at][1] <= token.start:
            at += 1
        if at < len(spans) and spans[at][0] < token.end:
            token.blocked = True


def _in_source(reading: Reading, found: list[Candidate]) -> list[Finding]:
    made: list[Finding] = []
    for one in found:
        span = reading.span(one.start, one.end)
        if span is None or span[0] >= span[1] or (made and span[0] < made[-1].end):
            continue
        made.append(Finding(*span, one.kind, one.tier, one.why, one.instead))
    return made
