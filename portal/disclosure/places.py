"""Places below region, and addresses with a number."""

import re
from collections.abc import Iterator, Sequence

from portal.disclosure.bags import bag
from portal.disclosure.cues import LOCATIVES, TITLES, VERBS
from portal.disclosure.findings import Candidate, Kind, Tier
from portal.disclosure.lists import Lists
from portal.disclosure.nouns import kind_of
from portal.disclosure.tokens import Token, phrases

_SURE = (
    r"road|rd|street|str|lane|ln|avenue|ave|crescent|cres|cresent|gardens|gdns|grove|terrace|"
    r"mews|drive|close|tce|terr"
)
_STREET = (
    _SURE + r"|st|way|place|court|ct|walk|hill|square|row|rise|view|green|parade|mount|fold|croft|"
    r"flats|towers|tower|heights|house|lodge|quay|wharf|villas|cottages|park|garth|gate|vale|end|"
    r"meadows?|heath|bank|dale|drove|path|passage|yard|approach|circus|causeway|loan|wynd|brow|nook|"
    r"chase|ridge|orchard|glade|dell|hollow|esplanade|promenade|copse|spinney|broadway|crest"
)
_HOUSE = (
    r"(?:(?i:flat|apartment|apt|unit|room)\s?[A-Z]?\d{0,4}[A-Za-z]?,?\s)?"
    r"(?<![\w/.£:-])\d{1,4}(?:\s?[A-Ha-h])?(?:\s?[-/]\s?\d{1,4}[A-Za-z]?)?,?\s"
)
_ADDRESS = re.compile(
    _HOUSE
    + r"(?:(?:St\.|[A-Z][\w'-]{0,24})\s){1,4}(?i:"
    + _STREET
    + r")\b(?:\.?\s(?:East|West|North|South)\b)?"
)
_ADDRESS_SMALL = re.compile(
    _HOUSE + r"(?!(?i:year|month|week|day|hour|minute|mile|of|in|or|and|to|the|way|other|young|"
    r"child)\w{0,3}\s)"
    r"(?i:[a-z][\w'.-]{2,24}\s){1,2}?(?i:" + _SURE + r"|st)\b"
)
_ADDRESS_SOFT = re.compile(
    r"(?:^|[\n,:;(]\s?|\b(?:at|@|lives|live|number|no|from|of|is)\s)(?P<it>\d{1,3}[a-h]?\s"
    r"(?!(?i:year|month|week|day|hour|minute|mile|of|in|or|and|to|the|way|other|young|child|more|"
    r"people|pupils|boys|girls|men|lads)\w{0,3}\s)"
    r"(?:[a-z][a-z'-]{2,16}\s){1,2}?(?:hill|bank|way|row|walk|gate|rise|fold|square|parade|green|"
    r"court|"
    r"view|place|brow|garth|vale|heights|wharf|quay|croft|meadows?|park|end|house|chase|copse|esplanade))"
    r"(?=[,.;:)\n]|$| (?:and|with|where|on|in|near|she|he|they|is|was|for|from|[A-Za-z]{1,2}\d))",
    re.MULTILINE,
)
_NUMBER_ALONE = re.compile(
    r"\b(?:from|at|in|outside|opposite|to) (?P<it>(?:number|no\.?) (?!10\b)\d{1,3}[a-c]?)"
    r"(?=[,.;)\n]|$| (?:and|she|he|is|who|on|just|said|with|down|up|over|saw|says|they|that)\b)"
)
_UNIT = re.compile(
    r"\b(?:(?i:flat|apartment|apt)\s?\d{1,4}[A-Za-z]?)\b(?:,?\s(?:[A-Z][\w'.-]{0,24}(?:\s|"
    r"\b)){1,3})?"
)
_OLD = re.compile(
    r"\b(?:The|THE)\s(?:(?:Old|OLD|New|"
    r"NEW)\s)?[A-Z][\w'-]{2,20}(?:\s[A-Z][\w'-]{2,20})?(?=,\s(?:[A-Z][\w'-]{1,20}\s){1,3}"
    r"(?i:" + _STREET + r")\b)"
)
_WHY = "An address tells where somebody lives or was met"
_HOUSES = bag(
    """
    bungalow farm cottage dairy barn chapel rectory vicarage mill lodge house
    """
)
_CITIES = bag(
    """
    bath birmingham bradford brighton bristol cambridge canterbury carlisle chelmsford chester
    chichester colchester coventry derby doncaster durham ely exeter gloucester hereford hull
    lancaster leeds leicester lichfield lincoln liverpool manchester newcastle norwich
    nottingham oxford peterborough plymouth portsmouth preston ripon salford salisbury sheffield
    southampton southend-on-sea stoke-on-trent sunderland truro wakefield wells winchester
    wolverhampton worcester york cardiff swansea newport bangor glasgow edinburgh aberdeen
    dundee inverness perth stirling belfast derry lisburn newry armagh
    """
)
_LONDON = bag(
    """
    barnet bexley brent bromley camden croydon ealing enfield greenwich hackney hammersmith
    haringey harrow havering hillingdon hounslow islington lambeth lewisham merton newham
    redbridge southwark sutton wandsworth
    """
)


_AREAS = bag(
    """
    town city village area part parts district side north south east west outskirts centre edge
    suburb suburbs borough council people streets port university diocese bishop all most
    outside
    """
)
_OFFICES = bag("housing police library mash children's childrens social council fire")
_WORDS_FIRST = bag(
    """
    bury hart highland reading rugby
    """
)
"""Authorities whose names are first of all words."""


def addresses(text: str) -> Iterator[Candidate]:
    """Give the addresses of a plain text that have a number."""
    for form in (_ADDRESS, _ADDRESS_SMALL):
        for match in form.finditer(text):
            yield Candidate(*match.span(), Kind.ADDRESS, Tier.CERTAIN, _WHY)
    for match in _ADDRESS_SOFT.finditer(text):
        yield Candidate(*match.span("it"), Kind.ADDRESS, Tier.LIKELY, _WHY)
    for match in _NUMBER_ALONE.finditer(text):
        yield Candidate(*match.span("it"), Kind.ADDRESS, Tier.LIKELY, _WHY)
    for match in _UNIT.finditer(text):
        yield Candidate(
            match.start(), match.start() + len(match[0].rstrip()), Kind.ADDRESS, Tier.LIKELY, _WHY
        )
    for match in _OLD.finditer(text):
        yield Candidate(*match.span(), Kind.ADDRESS, Tier.LIKELY, _WHY)


def places(words: Sequence[Token], lists: Lists) -> Iterator[Candidate]:
    """Give the places of the lists, and mark their words."""
    yield from _of_the_deployment(words, lists)
    for table, kind in ((lists.places, Kind.PLACE), (lists.authorities, Kind.AUTHORITY)):
        for first, last in phrases(words, table):
            some = words[first:last]
            if any(token.place for token in some):
                continue
            if any(token.blocked for token in some):
                # Westminster alone is Parliament
                if kind is Kind.AUTHORITY and _governs(words, first, last):
                    yield _named(some, kind)
                continue
            if not (
                _many(words, first, last, lists) if len(some) > 1 else _one(words, first, lists)
            ):
                continue
            for token in some:
                token.place = True
            yield _named(some, kind)


def _of_the_deployment(words: Sequence[Token], lists: Lists) -> Iterator[Candidate]:
    for table, kind, why in (
        (lists.schools, Kind.SCHOOL, "A school is known to everybody who lives near it"),
        (lists.teams, Kind.ORGANISATION, "A local team or organisation tells where this was"),
    ):
        for first, last in phrases(words, table):
            for token in words[first:last]:
                token.blocked = True
            said = "a school" if kind is Kind.SCHOOL else "a team"
            yield Candidate(words[first].start, words[last - 1].stop, kind, Tier.LIKELY, why, said)


def _named(some: Sequence[Token], kind: Kind) -> Candidate:
    why = "The name of a place tells where this was"
    said = instead([token.base for token in some])
    return Candidate(some[0].start, some[-1].stop, kind, Tier.LIKELY, why, said)


def _governs(words: Sequence[Token], first: int, last: int) -> bool:
    """Say whether an authority of words with other uses is meant: "Westminster Council"."""
    after = words[last] if last < len(words) and words[last].gap == " " else None
    named = after is not None and after.base in {"council", "borough", "city", "mash"}
    return words[first].capital and (named or (last - first > 1 and words[last - 1].capital))


def instead(bases: Sequence[str]) -> str:
    """Return the type of a place; nothing that is not known of it."""
    if len(bases) == 1 and bases[0] in _CITIES:
        return "a city"
    if (
        (len(bases) == 1 and bases[0] in _LONDON)
        or bases[:1] == ["tower"]
        or bases == ["waltham", "forest"]
    ):
        return "a London borough"
    if bases[-1].endswith("shire") or bases[-1] in {
        "essex",
        "kent",
        "surrey",
        "sussex",
        "norfolk",
        "suffolk",
    }:
        return "a county"
    return "a town or district"


def located(words: Sequence[Token], at: int) -> bool:
    """Say whether the word at `at` follows one like "in"."""
    before = words[at - 1] if at else None
    return bool(before and before.base in LOCATIVES and words[at].gap == " " and not before.blocked)


def _many(words: Sequence[Token], first: int, last: int, lists: Lists) -> bool:
    some = words[first:last]
    if any("\n" in token.gap for token in some[1:]):
        return False
    ends = some[0].capital and some[-1].capital
    odd = any(not lists.known(token.base) for token in some)
    after = words[last] if last < len(words) and words[last].gap == " " else None
    if some[0].shouted and after and (kind_of(after.base) or after.base in _OFFICES):
        return True
    if some[0].shouted or not ends:
        return odd or (not some[0].shouted and located(words, first) and not ends and len(some) > 2)
    return True


def _one(words: Sequence[Token], at: int, lists: Lists) -> bool:
    token = words[at]
    base = token.base
    if len(base) < 3 or (token.upper and not token.shouted and len(base) < 4):
        return False
    if _personal(words, at, lists) or _reviewer(words, at):
        return False
    if not token.capital:
        return (
            not lists.known(base)
            and len(base) > 3
            and base not in lists.given
            and (base not in lists.surnames or located(words, at))
        )
    if base in lists.common and words[at + 1 : at + 2] and words[at + 1].gap[:2].strip().isdigit():
        return False  # Quarter 3
    if base in lists.common and base in lists.given and words[at - 1].base in {"to", "from"}:
        return False  # from Hate to Hope
    if base in lists.common:
        follows = words[at + 1] if at + 1 < len(words) else None
        alone = follows is None or follows.gap != " " or not follows.capital
        if at and words[at - 1].blocked and token.gap == ", " and alone:
            return True
        if _council(words, at, lists):
            return True
        return located(words, at) and not token.shouted and alone and _within(words, at)
    if base in lists.words:
        return (not token.opens and token.plain_line) or located(words, at)
    return True


def _reviewer(words: Sequence[Token], at: int) -> bool:
    """Say whether a report has its name from a person: "the Bradley Report"."""
    after = words[at + 1] if at + 1 < len(words) else None
    return (
        after is not None
        and after.capital
        and after.gap == " "
        and after.base in {"report", "review", "inquiry", "judgment", "judgement"}
        and at > 0
        and words[at - 1].base == "the"
    )


def _council(words: Sequence[Token], at: int, lists: Lists) -> bool:
    """Say whether a common word is an authority's name within a sentence: Hackney."""
    token = words[at]
    named = (token.base,) in lists.authorities.get(token.base, ())
    return named and token.base not in _WORDS_FIRST and token.plain_line and not token.opens


def _within(words: Sequence[Token], at: int) -> bool:
    """Say whether "of" before a common word follows what a place has: "part of Bath"."""
    return words[at - 1].base != "of" or (at > 1 and words[at - 2].base in _AREAS)


def _personal(words: Sequence[Token], at: int, lists: Lists) -> bool:
    """Say whether a place that is also a name of people is one here."""
    token = words[at]
    if token.base not in lists.given and token.base not in lists.surnames:
        return False
    before = words[at - 1] if at and token.gap in {" ", ". "} else None
    after = words[at + 1] if at + 1 < len(words) and words[at + 1].gap == " " else None
    if before and (
        before.base in TITLES
        or (before.capital and before.base in lists.given and not before.place)
    ):
        return True
    if token.base not in lists.given:
        return False
    return bool(
        token.owns
        or (
            after
            and after.capital
            and not after.blocked
            and (not lists.known(after.base))
            and not lists.is_place(after.base)
        )
        or (after and after.base in VERBS and not located(words, at))
    )
