"""Businesses, clubs and schools whose names are English words, beside a noun in small letters.

"a nail bar, Diamond Tips", "the Happy Garden takeaway", "at the green lane masjid", and a building
of which each town has one, beside the town: "Central Library in Leigh".
"""

import re
from collections.abc import Iterator, Sequence

from portal.disclosure.bags import bag
from portal.disclosure.cues import NOT_NAMES, ROLES, TITLES
from portal.disclosure.findings import Candidate, Kind, Tier
from portal.disclosure.lists import Lists
from portal.disclosure.nouns import EMBLEMS, GENERIC, kind_of
from portal.disclosure.tokens import Token, within

_SCHOOLS = bag("school primary nursery college academy preschool playgroup juniors infants")
_WORSHIP = bag("mosque masjid church temple gurdwara synagogue chapel")
_TRADES = _WORSHIP | bag(
    """
    takeaway hotel hostel gym pub restaurant cafe club surgery salon shop garage bar barber barbers
    barber's firm cab company charity bakery supermarket launderette warehouse factory wash
    nightclub youthclub dojo bookmakers bookies chippy kebab guesthouse agency centre center
    pharmacy parlour studio band crew hospital infirmary
    """
)
_HOSPITALS = bag("hospital infirmary")
"""A town has one or two: a single word with a capital tells which."""
_SMALL = _WORSHIP | bag("surgery hotel hostel pub")
_BEFORE = bag("in at from to near outside behind by opposite attends attending via off")
_STREETS = bag("road street lane avenue terrace grove crescent rd ave cres ln gdns terr")
_SOFT = bag("bank hill way row walk gate end rise fold square parade green gardens mews brow side")
_OF_STREETS = bag(
    """
    church mill station park castle market abbey chapel school manor hall well water wood stag
    foundry quarry tannery pottery rectory vicarage smithy windmill
    """
)
"""Words before a noun that has other uses: "on spring bank"."""
_ON = bag("on in off near down along from behind opposite")
_ADJECTIVES = bag(
    """
    main busy same next side every quiet dark back residential local cross open empty long other
    public private country narrow
    """
)
_ONE_A_TOWN = bag(
    """
    library hall hub station baths museum market stadium mosque church hospital college centre
    """
)
_ALSO_NAMES = bag("crown king queen travellers royal western christian word matrix")
"""Words that are never reported alone and begin the names of firms."""
_STAGES = bag("junior infant middle secondary comprehensive comp sixth")
_CAUSES = bag(
    """
    voice voices welcome matters together futures horizons minds hearts steps connections
    """
)
_MET = bag("from by with via through ring rang at contact contacted called named")
_WHY = "The name of a place or organisation tells where this was"


def trades(words: Sequence[Token], lists: Lists) -> Iterator[Candidate]:
    """Give what is named in English words beside a noun of its kind, and block the words."""
    for at in range(1, len(words)):
        found = (
            _after_trade(words, at, lists)
            or _before_trade(words, at, lists)
            or _small(words, at)
            or _street(words, at)
            or _of_a_town(words, at)
            or _cause(words, at)
            or _stage(words, at)
            or _branch(words, at, lists)
        )
        if found:
            first, last, kind = found
            for token in words[first : last + 1]:
                token.blocked = True
            instead = {Kind.SCHOOL: "a school", Kind.ADDRESS: ""}.get(kind, "a local organisation")
            start, end = words[first].start, words[last].stop
            yield Candidate(start, end, kind, Tier.LIKELY, _WHY, instead)


Found = tuple[int, int, Kind] | None

_CLASS = re.compile(
    r"\b(?:Y|Yr\.? ?|Year ?|yr ?|year )\d{1,2}(?:,? at|,) "
    r"(?P<it>[A-Z][\w'-]{2,20}(?: (?:of |the |and )?[A-Z][\w'-]{2,20}){0,3})(?=[),.;\n])"
)


def classes(text: str, words: Sequence[Token]) -> Iterator[Candidate]:
    """Give the school that stands after a year group: "Marek (Y8, Firth Vale)"."""
    for match in _SMALL_CLASS.finditer(text):
        some = within(words, *match.span("it"))
        if some and not any(
            t.blocked or t.base in NOT_NAMES or t.base in GENERIC - {"head"} for t in some[:1]
        ):
            for token in some:
                token.blocked = True
            yield Candidate(*match.span("it"), Kind.SCHOOL, Tier.LIKELY, _WHY, "a school")
    for match in _CLASS.finditer(text):
        start, end = match.span("it")
        some = within(words, start, end)
        if any(token.blocked or token.upper for token in some):
            continue
        if all(token.base in GENERIC or token.base in ROLES for token in some):
            continue
        if len(some) > 1 or text[match.start("it") - 4 : start] == " at ":
            for token in some:
                token.blocked = True
            yield Candidate(start, end, Kind.SCHOOL, Tier.LIKELY, _WHY, "a school")


_SMALL_CLASS = re.compile(
    r"\b(?:in )?(?:y|yr ?|year )(?:\d{1,2}|seven|eight|nine|ten|eleven|twelve|thirteen) (?:at|@) "
    r"(?P<it>[a-z][\w']{2,14}(?: [a-z][\w']{2,14}){0,2}?)"
    r"(?=[,.;)\n]|$| (?:but|and|he|she|who|with|so|where|his|her|or|until|since|now)\b)"
)
_BRANDS = bag(
    """
    asda tesco aldi lidl morrisons sainsburys sainsbury's greggs mcdonalds mcdonald's kfc costa
    wetherspoons spoons primark nandos nando's coop co-op b&q argos waitrose spar
    """
)


def _branch(words: Sequence[Token], at: int, lists: Lists) -> Found:
    """Return a shop of a chain and where it stands: "asda wolstanton"."""
    token = words[at]
    if token.gap != " " or words[at - 1].base not in _BRANDS or token.shouted:
        return None
    strange = not lists.known(token.base) and token.base not in lists.given and not token.upper
    if not (strange or token.place) or len(token.base) < 4:
        return None
    return at - 1, at, Kind.ORGANISATION


def _named(token: Token) -> bool:
    """Say whether a word may be part of a name of English words."""
    return (
        token.capital
        and not token.upper
        and (not token.blocked or token.base in _ALSO_NAMES)
        and not token.shouted
        and token.base not in ROLES
        and token.base not in TITLES
    )


def _own(token: Token) -> bool:
    return token.base not in GENERIC or token.base in _ALSO_NAMES


def _run(words: Sequence[Token], at: int, most: int) -> int:
    """Return one past the last of the words from `at` that may be of one name."""
    last = at
    while last < len(words) and last - at < most and _named(words[last]):
        if last > at and words[last].gap not in {" ", " & ", "-"}:
            break
        if words[last].opens or (last > at and words[last - 1].owns and last - at > 1):
            break
        last += 1
    return last


def _after_trade(words: Sequence[Token], at: int, lists: Lists) -> Found:
    """Return the name after "a nail bar, " or "a car wash called "."""
    noun = words[at]
    if noun.capital or noun.base not in _TRADES | _SCHOOLS or at + 1 >= len(words):
        return None
    first, called = at + 1, False
    if words[first].base in {"called", "named"} and words[first].gap == " ":
        first, called = first + 1, True
    if first >= len(words) or words[first].gap not in {" ", ", ", " (", ' "', " - "}:
        return None
    last = _run(words, first, 4)
    own = [token for token in words[first:last] if _own(token)]
    if not own or not (called or last - first > 1) or words[first].place:
        return None
    following = words[last] if last < len(words) else None
    if not called and following and following.base in {"and", "or"}:
        return None  # a gym, Boxing Club or shop
    if all(kind_of(token.base) for token in own):
        return None
    if not lists.known(own[0].base) or _a_person(words, first, last, lists):
        return None
    if last < len(words) and words[last].gap == " " and words[last].blocked and words[last].capital:
        return None
    return first, last - 1, Kind.SCHOOL if noun.base in _SCHOOLS else Kind.ORGANISATION


def _a_person(words: Sequence[Token], first: int, last: int, lists: Lists) -> bool:
    """Say whether the words are a given name and a surname: "the shop, Grace Jones"."""
    token = words[first]
    after = words[first + 1] if first + 1 < last else None
    return token.base in lists.given and (
        after is None or after.base in lists.surnames or after.base not in lists.common
    )


def _before_trade(words: Sequence[Token], at: int, lists: Lists) -> Found:
    """Return the name before "takeaway": Happy Garden takeaway."""
    noun = words[at]
    if noun.capital or noun.base not in _TRADES | _SCHOOLS or noun.gap != " ":
        return None
    first = at
    while first > 0 and at - first < 4 and _named(words[first - 1]):
        if words[first].gap != " " or words[first - 1].owns:
            break
        first -= 1
        if words[first].opens:
            return None
    own = [token for token in words[first:at] if _own(token)]
    if not own or words[at - 1].place:
        return None
    few = at - first < 2 or (len(own) < 2 and own[0].base not in EMBLEMS)
    if few and noun.base not in _HOSPITALS:
        return None
    person = _a_person(words, first, at, lists) and noun.base not in _HOSPITALS
    if not noun.plain_line or person:
        return None
    return first, at, Kind.SCHOOL if noun.base in _SCHOOLS else Kind.ORGANISATION


def _small(words: Sequence[Token], at: int) -> Found:
    """Return "green lane masjid" and "hope valley juniors" after a word like "at"."""
    noun = words[at]
    school = noun.base in _SCHOOLS
    if noun.capital or not (school or noun.base in _SMALL) or noun.gap != " ":
        return None
    if noun.blocked and noun.base not in _WORSHIP:
        return None
    first = at
    while first > 0 and at - first < 4:
        before = words[first - 1]
        if words[first].gap != " " or before.capital or before.blocked:
            return None
        if before.base in _BEFORE:
            break
        if before.base == "the" and first > 1 and words[first - 2].base in _BEFORE:
            break
        if before.base in ROLES or before.owns:
            return None
        first -= 1
    else:
        return None
    some = words[first:at]
    if not _own_small(some):
        return None
    return first, at, Kind.SCHOOL if school else Kind.ORGANISATION


def _own_small(some: Sequence[Token]) -> bool:
    """Say whether words in small letters before a noun are a name and no description."""
    own = [token for token in some if token.base not in GENERIC | _ADJECTIVES]
    if not own or own[-1] is not some[-1]:
        return False
    if any(token.base in NOT_NAMES - {"new"} for token in some):
        return False
    named = len(some) > 1 and some[0].base in {"st", "little", "new", "big"}
    return len(own) > 1 or named or own[0].base in EMBLEMS


def _street(words: Sequence[Token], at: int) -> Found:
    """Return "wharf street" after a word like "on"."""
    noun = words[at]
    if noun.capital or noun.blocked or noun.base not in _STREETS | _SOFT or noun.gap != " ":
        return None
    for length in (1, 2):
        first = at - length
        if first < 1 or words[first].gap != " ":
            return None
        some = words[first:at]
        if noun.base not in _STREETS and some[0].base not in EMBLEMS | _OF_STREETS:
            continue
        if any(token.capital or token.base in _ADJECTIVES or token.owns for token in some):
            return None
        if any(token.base in NOT_NAMES for token in some):
            return None
        if words[first - 1].base in _ON and not words[first - 1].capital:
            return first, at, Kind.ADDRESS
    return None


def _cause(words: Sequence[Token], at: int) -> Found:
    """Return the name of a charity: "from Travellers' Voice"."""
    noun = words[at]
    if noun.base not in _CAUSES or not noun.capital or noun.blocked or noun.opens or noun.shouted:
        return None
    first = at
    while first > 0 and at - first < 3 and words[first].gap in {" ", "' "}:
        if not words[first - 1].capital or words[first].opens:
            break
        first -= 1
    before = words[first - 1] if first else None
    fits = first < at and before is not None and before.base in _MET and not before.capital
    return (first, at, Kind.ORGANISATION) if fits else None


def _stage(words: Sequence[Token], at: int) -> Found:
    """Return a school that is called by the ages of its pupils: "at Bankside Junior"."""
    noun = words[at]
    if noun.base not in _STAGES or not noun.capital or noun.opens or noun.shouted:
        return None
    first = at
    while first > 0 and at - first < 3 and words[first].gap in {" ", "'s "}:
        if not words[first - 1].capital or words[first].opens:
            break
        first -= 1
    before = words[first - 1] if first else None
    own = [token for token in words[first:at] if _own(token) and not token.blocked]
    fits = own and before is not None and before.base in _BEFORE and not before.capital
    return (first, at, Kind.SCHOOL) if fits else None


def _of_a_town(words: Sequence[Token], at: int) -> Found:
    """Return "Central Library" before "in Leigh"."""
    noun = words[at]
    if noun.base not in _ONE_A_TOWN or noun.gap != " " or noun.blocked or at + 2 >= len(words):
        return None
    if words[at + 1].base not in {"in", "at"} or not words[at + 2].place:
        return None
    if any(word.gap != " " for word in words[at + 1 : at + 3]) or noun.shouted:
        return None
    before = words[at - 1]
    if before.blocked or before.capital is not noun.capital or before.base in _LITTLE:
        return None
    return at - 1, at, Kind.ORGANISATION


_LITTLE = bag(
    """
    a an the this that these those his her their our my your its one any each every no local same
    new of to and another nearest police fire train railway bus petrol power
    """
)
