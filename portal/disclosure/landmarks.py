"""Places and organisations whose names are English words: Jubilee Park, Leaving Care West.

Only where something beside them says so: a word like "in", the label of a form, a compass point.
"""

import re
from collections.abc import Iterator, Sequence

from portal.disclosure.bags import bag
from portal.disclosure.cues import NOT_NAMES, ROLES
from portal.disclosure.findings import Candidate, Kind, Tier
from portal.disclosure.lists import Lists
from portal.disclosure.nouns import EMBLEMS, GENERIC, STREET, kind_of
from portal.disclosure.tokens import Token, within

_NOUNS = bag(
    """
    park rec fen fens quay quays wharf baths moor marsh beach pier woods wood fields field arches
    precinct corner ends skatepark meadow meadows heath lake pond reservoir canal towers flats
    cemetery allotments farm lodge grange manor hall vale dale island point docks dock marina garth
    plantation copse spinney quarry common
    bank hill drove walls gate end rise fold brow parade square wynd vennel lock weir sidings steps
    carr holme hey tarn bottoms nook shaw cross green walk row way close drive place side heights
    caravan site lido pitches gardens estate mills parade arcade market
    """
)
_WILD = bag("woods wood fen moor marsh plantation copse spinney heath lake meadows quarry common")
"""Any word makes one of these a place of its own: the Free Woods."""
_BEFORE = bag(
    """
    in at on near from to behind by outside of around through via opposite past round towards
    toward beside under over after
    """
)
_COMPASS = bag("north south east west")
_REGIONS = _COMPASS | bag("middle far near mid")
_COLOURS = bag("golden red white black royal green blue silver three jolly rising happy old")
_IN_NAMES = bag("new old house school court hub lodge centre home hall")
_SIGNS = bag(
    """
    lion lions lantern horse hart swan bull bell dragon crown anchor eagle dolphin fox ship plough
    kettle wok palace pearl lotus bamboo fleece keys pheasant peacock oak stag unicorn cow boar
    tun tuns mermaid tavern
    """
)
_LABELLED = re.compile(
    r"(?:^|(?<=[.;|,)\n])\s|\s\s)[\s*>|\u2022-]{0,6}(?i:(?P<school>school|college|nursery|"
    r"education|provision|pre-?school)|(?P<home>address|home address)|venue|location|where|"
    r"placement|setting|drop(?:[ -]?off)?|pick[ -]?up|surgery|employer|workplace|club|team|mosque|"
    r"church|place of worship|seen at)(?: name)?\s?:\s{1,3}"
    r"(?P<it>[A-Z][\w'&.-]{0,24}(?:\s(?:(?:of|the|and|on|upon|&)\s){0,2}[A-Z][\w'&-]{0,24}){1,4})",
    re.MULTILINE,
)
_THERE = re.compile(
    r"\b(?:(?:works?|worked|working|jobs?|apprenticed|employed|volunteers?|volunteered|trains|"
    r"plays|played|boxes|dances|shifts|weekends|sleeps|slept) (?:at|for|with|in|by)|goes to|"
    r"went to|attends|attended|placed (?:at|with)|"
    r"(?P<school>enrolled (?:at|in)|on roll at|pupil (?:at|of)|excluded from)) "
    r"(?:the )?(?P<it>[A-Z][\w'&]{0,20}(?: (?:(?:of|the|and|on|&) )?[A-Z][\w']{0,20}){1,3})"
    r"(?=[,.;:)\n]|$| [a-z])"
)
_ESTATE = re.compile(
    r"(?i:\b(?:on|of|from|in|around|off|across) the )(?P<it>(?!(?i:housing|council|same|local|"
    r"whole|private|"
    r"industrial|trading|new|real|large|big|main|nearby|rough|next|other|wider|retail|business|"
    r"deceased|family|father's|mother's|an?|this|that|entire|old|poor|deprived)\b)"
    r"[A-Za-z][\w']{2,16}(?: [A-Za-z][\w']{2,16})? (?i:estate))\b"
)
_POSTED = re.compile(
    r"(?<![\w'-])(?P<it>[A-Z][\w'-]{1,24}(?: [A-Z][\w'-]{1,24}){0,2})(?:, | \(|,\n)"
    r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"
)
_FIELDS = bag("postcode address home area district from lives flat authority department")
_WHY = "The name of a place or organisation tells where this was"


def landmarks(text: str, words: Sequence[Token], lists: Lists) -> Iterator[Candidate]:
    """Give places that are named in English words, and block the words of each."""
    yield from _labelled(text, words, lists)
    yield from _cued(text, words)
    yield from _before_a_postcode(text, words, lists)
    for at in range(1, len(words)):
        head = words[at]
        if head.blocked or head.shouted or not head.capital or head.gap != " ":
            continue
        first = (
            _landmark(words, at)
            or _by_compass(words, at)
            or _inn(words, at)
            or _with_its_article(words, at, lists)
        )
        if first is not None:
            kind = kind_of(head.base) or Kind.ORGANISATION
            yield _candidate(words[first : at + 1], kind)


def _before_a_postcode(text: str, words: Sequence[Token], lists: Lists) -> Iterator[Candidate]:
    """Give what stands right before a postcode: "Larch House (LS7 4ZX)", "Pool, TR15 3XX"."""
    for match in _POSTED.finditer(text):
        some = within(words, *match.span("it"))
        if (
            some
            and not any(token.blocked or token.place or token.opens for token in some[-1:])
            and not any(token.base in lists.given for token in some)
            and some[-1].base not in NOT_NAMES
            and some[-1].base not in ROLES
            and not all(token.base in GENERIC or token.base in _FIELDS for token in some)
        ):
            yield _candidate(some, Kind.ADDRESS)


def _candidate(some: Sequence[Token], kind: Kind) -> Candidate:
    for token in some:
        token.blocked = True
    instead = {Kind.SCHOOL: "a school", Kind.ADDRESS: ""}.get(kind, "a local place")
    return Candidate(some[0].start, some[-1].stop, kind, Tier.LIKELY, _WHY, instead)


def _labelled(text: str, words: Sequence[Token], lists: Lists) -> Iterator[Candidate]:
    """Give what stands after the label of a form: "Venue: Lantern Rooms"."""
    at = 0
    for match in _LABELLED.finditer(text):
        start, end = match.span("it")
        while at < len(words) and words[at].start < start:
            at += 1
        last = at
        while last < len(words) and words[last].end <= end and words[last].opens is (last == at):
            last += 1
        some = words[at:last]
        if len(some) > 1 and not any(token.blocked for token in some) and _own(some, lists):
            kind = Kind.SCHOOL if match["school"] else Kind.ORGANISATION
            yield _candidate(some, Kind.ADDRESS if match["home"] else kind)


def _cued(text: str, words: Sequence[Token]) -> Iterator[Candidate]:
    """Give where somebody works, plays or goes: "works at Speedy Cabs", "on the manor estate"."""
    for match in _THERE.finditer(text):
        some = within(words, *match.span("it"))
        own = [token for token in some if token.base not in GENERIC and token.base not in _SMALL]
        known = any(token.blocked or token.shouted or token.opens for token in some)
        if own and not known and not all(token.base in NOT_NAMES for token in own):
            yield _candidate(some, Kind.SCHOOL if match["school"] else Kind.ORGANISATION)
    for match in _ESTATE.finditer(text):
        some = within(words, *match.span("it"))
        if some and not any(token.blocked or token.base in GENERIC for token in some[:-1]):
            yield _candidate(some, Kind.ADDRESS)


_SMALL = bag("of the and on")


def _own(some: Sequence[Token], lists: Lists) -> bool:
    """Say whether the words after a label are a name and no kind of place."""
    if any(token.shouted for token in some):
        return False
    own = [token for token in some if token.capital and token.base not in GENERIC]
    strange = [token for token in own if not lists.known(token.base)]
    noun = some[-1].base
    named = kind_of(noun) or kind_of(noun.removesuffix("s"))
    return bool(strange) or len(own) > 1 or bool(own and named and own[0] is not some[-1])


def _landmark(words: Sequence[Token], at: int) -> int | None:
    """Return where the name of a park or a quay begins, after a word like "in"."""
    if words[at].base not in _NOUNS or not (words[at].plain_line or _in_a_sentence(words, at)):
        return None
    first = _capitals(words, at, 3)
    own = words[first:at]
    if own and words[first].gap == ", " and first and _of_an_address(words[first - 1]):
        return None if any(token.base in NOT_NAMES or token.upper for token in own) else first
    wild = words[at].base in _WILD
    if not own or any(
        token.base in (NOT_NAMES if wild else GENERIC) or token.upper or token.opens
        for token in own
    ):
        return None
    before = words[first - 1] if first else None
    if before and before.base == "the" and first > 1 and words[first].gap == " ":
        before = words[first - 2]
    return first if before and before.base in _BEFORE and not before.capital else None


def _in_a_sentence(words: Sequence[Token], at: int) -> bool:
    """Say whether small words before tell of a short sentence: "He's at Oak Grange"."""
    near = [token.text for token in words[max(0, at - 6) : at]]
    return bool(
        {"he", "she", "He", "She", "they", "They", "He's", "She's", "lives", "I"} & set(near)
    )


def _of_an_address(before: Token) -> bool:
    """Say whether a word ends a street or place, so that a place follows: "Button's Drove, "."""
    return before.place or (before.blocked and before.capital and before.base in STREET | _NOUNS)


def _with_its_article(words: Sequence[Token], at: int, lists: Lists) -> int | None:
    """Return where a name begins that has "The" as its first word: "at The Old Smokehouse"."""
    after = words[at + 1] if at + 1 < len(words) else None
    if after is not None and after.capital and after.gap == " ":
        return None
    first = _capitals(words, at, 3)
    if first < 1 or first == at or words[first].text != "The" or words[first].opens:
        return None
    own = words[first + 1 : at + 1]
    before = words[first - 1]
    if before.base not in _BEFORE | {"called"} or before.capital or not words[at].plain_line:
        return None
    if any(token.upper or token.base in NOT_NAMES - _IN_NAMES for token in own):
        return None
    if before.base == "in" and all(lists.known(token.base) for token in own):
        return first if own[-1].base in EMBLEMS or kind_of(own[-1].base) else None
    return first if any(token.base not in GENERIC for token in own) else None


def _by_compass(words: Sequence[Token], at: int) -> int | None:
    """Return where the name of a team begins that ends in a compass point."""
    after = words[at + 1] if at + 1 < len(words) else None
    if words[at].base not in _COMPASS or (after and after.capital and after.gap == " "):
        return None
    first = _capitals(words, at, 4, blocked=True)
    some = words[first:at]
    if len(some) < 2 or some[0].opens or any(token.base in _REGIONS for token in some):
        return None
    return None if all(token.blocked for token in some) else first


def _inn(words: Sequence[Token], at: int) -> int | None:
    """Return where the name of an inn or a takeaway begins: Golden Lantern."""
    before = words[at - 1]
    fits = before.capital and not before.blocked and before.base in _COLOURS
    return at - 1 if fits and words[at].base in _SIGNS else None


def _capitals(words: Sequence[Token], at: int, most: int, *, blocked: bool = False) -> int:
    """Return where the capitalised words before `at` begin, no more than `most`."""
    first = at
    while first > 0 and at - first < most and words[first].gap == " ":
        before = words[first - 1]
        if not before.capital or (before.blocked and not blocked):
            break
        first -= 1
    return first
