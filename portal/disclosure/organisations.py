"""Schools, authorities, organisations, streets: a name with a noun that says what it is."""

from collections.abc import Iterator, Sequence

from portal.disclosure.bags import bag
from portal.disclosure.cues import NOT_NAMES, VERBS
from portal.disclosure.findings import Candidate, Kind, Tier
from portal.disclosure.lists import Lists, slip
from portal.disclosure.nouns import (
    EMBLEMS,
    EVEN_BLOCKED,
    FAITH,
    GENERIC,
    JOINERS,
    LOWER,
    OF,
    PREFIXES,
    SMALL_SCHOOLS,
    STREET,
    STREET_SURE,
    WEAK,
    kind_of,
)
from portal.disclosure.tokens import Token


def organisations(text: str, words: Sequence[Token], lists: Lists) -> Iterator[Candidate]:
    """Give what is named with a noun of its kind, and block the words of each."""
    # from the end, so that "Lister Road Surgery" is a surgery and no road
    for number in range(len(words) - 1, -1, -1):
        found = (
            _before_head(words, number, lists)
            or _after_prefix(words, number, lists)
            or _after_of(words, number, lists)
        )
        if found:
            first, last, kind = found
            yield _candidate(words[first : last + 1], kind)


def _candidate(some: Sequence[Token], kind: Kind) -> Candidate:
    for token in some:
        token.blocked = True
    why, instead = _said(kind, {token.base for token in some})
    return Candidate(some[0].start, some[-1].stop, kind, Tier.LIKELY, why, instead)


def _said(kind: Kind, bases: set[str]) -> tuple[str, str]:
    if kind is Kind.SCHOOL:
        return "A school is known to everybody who lives near it", _school(bases)
    if kind is Kind.AUTHORITY:
        return "The name of an authority tells where this was", "the local authority"
    if kind is Kind.ADDRESS:
        return "A street or building tells where somebody lives", ""
    return "A local organisation tells where this was", _organisation(bases)


def _school(bases: set[str]) -> str:
    if bases & {"primary", "infants", "juniors", "junior", "infant"}:
        return "a primary school"
    if bases & {"high", "secondary", "grammar"}:
        return "a secondary school"
    if bases & {"college", "coleg", "sixth", "university"}:
        return "a university" if "university" in bases else "a college"
    if bases & {"nursery", "preschool", "pre-school", "playgroup", "kindergarten"}:
        return "a nursery"
    return "a school"


def _organisation(bases: set[str]) -> str:
    table = (
        ("a hospital", {"hospital", "infirmary", "ward", "ysbyty"}),
        ("a GP surgery", {"surgery", "practice", "meddygfa"}),
        ("a hotel", {"hotel", "hostel", "guesthouse"}),
        ("a mosque", {"mosque", "masjid"}),
        ("a church", {"church", "chapel", "cathedral"}),
        ("a place of worship", {"temple", "gurdwara", "synagogue", "mandir", "shul"}),
        ("the police", {"police", "constabulary"}),
        ("a court", {"court"}),
        ("a team", {"team"}),
        ("a children's home", {"home", "homes"}),
        ("a youth club", {"youth"}),
        ("a park", {"park"}),
        ("a station", {"station"}),
        ("a law firm", {"solicitors", "llp", "chambers"}),
        ("a company", {"ltd", "limited", "plc"}),
    )
    return next((said for said, some in table if bases & some), "a local organisation")


def _specific(token: Token, lists: Lists) -> bool:
    """Say whether a word before a noun makes it one of its kind."""
    base = token.base
    if (token.blocked and not token.place) or base in GENERIC:
        return token.place
    if token.place or (token.upper and len(base) < 4 and not token.shouted):
        return token.place
    if token.owns and not token.opens:
        return True
    parts = base.split("-")
    if all(lists.known(part) or part in GENERIC for part in parts):
        return base in lists.given and base not in lists.common
    return True


def _before_head(words: Sequence[Token], at: int, lists: Lists) -> tuple[int, int, Kind] | None:
    """Return the name that ends in the noun at `at`."""
    head = words[at]
    kind = kind_of(head.base)
    if kind is None or at == 0 or _spent(words, at):
        return None
    if not head.capital:
        return _in_small_letters(words, at, kind, lists)
    if _only_letters(words, at):
        return None
    if _owned_church(words, at) or _sacred(words, at):
        return at - 1, at, kind
    first = _leftmost(words, at)
    if head.base in STREET_SURE - {"drive", "close", "grove"} and _any_street(words, first, at):
        wider = at - 2 >= first and words[at - 2].base not in GENERIC
        return (at - 2 if wider else at - 1), at, kind
    while first < at and not words[first].place and _says_nothing(words[first]):
        first += 1
    first = _after_sentence_word(words, first, at, lists)
    some = words[first:at]
    if head.base in _COMPANIES and not (head.upper and at - _leftmost(words, at) > 1):
        return None
    if any(_specific(token, lists) for token in some):
        if _any_of_a_kind(words, first, at, lists):
            return None
        return first, at, _refined(words, at, kind)
    return (first, at, kind) if some and _own_name(some, head, kind) else None


def _spent(words: Sequence[Token], at: int) -> bool:
    """Say whether a noun is part of something else, or of the field."""
    head = words[at]
    return head.blocked and head.base not in EVEN_BLOCKED and not _sacred(words, at)


_COMPANIES = bag("cic cio scio")
"""Letters at the end of a company's name that have other uses too."""


def _any_of_a_kind(words: Sequence[Token], first: int, at: int, lists: Lists) -> bool:
    """Say whether "an" and a word that only describes stand there: "an Unregistered School"."""
    before = words[first - 1] if first else None
    return (
        before is not None
        and before.base in {"a", "an", "any", "every", "each", "no"}
        and at - first == 1
        and not words[first].place
        and any(
            words[first].base.startswith(prefix)
            and lists.known(words[first].base.removeprefix(prefix))
            for prefix in ("un", "non", "re", "pre", "de")
        )
    )


def _sacred(words: Sequence[Token], at: int) -> bool:
    """Say whether a place of worship has its name from a holy place abroad: Makkah Masjid."""
    head, before = words[at], words[at - 1]
    return (
        head.base in FAITH
        and head.gap == " "
        and not head.shouted
        and before.base in {"makkah", "mecca", "madina", "madinah", "medina", "jerusalem", "zion",
                            "bethlehem", "bethel", "quba", "aqsa", "nazareth", "sinai", "karbala",
                            "najaf", "amritsar", "bethany", "ebenezer", "salem", "calvary"}
    )  # fmt: skip


def _owned_church(words: Sequence[Token], at: int) -> bool:
    """Say whether it is a church like King's Church, whatever the word before."""
    head, before = words[at], words[at - 1]
    return (
        head.base in FAITH
        and head.gap == " "
        and not head.shouted
        and before.capital
        and before.owns
        and before.base not in GENERIC
        and f"{before.base}'s" not in GENERIC
    )


def _after_sentence_word(words: Sequence[Token], first: int, at: int, lists: Lists) -> int:
    """Leave out the word that begins a sentence: "Meet the School Standards"."""
    opening = words[first]
    if (
        at - first > 1
        and opening.opens
        and opening.base in lists.common
        and not opening.place
        and words[first + 1].base in NOT_NAMES
        and not words[first + 1].capital
    ):
        first += 1
        while first < at and _says_nothing(words[first]):
            first += 1
    return first


def _only_letters(words: Sequence[Token], at: int) -> bool:
    """Say whether CC or St is a council's or a street's only where a place stands before."""
    head = words[at]
    if head.text in {"BC", "CC", "DC", "MBC", "LBC"} and not words[at - 1].place:
        return True
    return head.base in {"cc", "bc", "dc", "ct", "st"} and head.opens


def _says_nothing(token: Token) -> bool:
    return token.base in GENERIC or token.base in JOINERS or token.blocked


def _own_name(some: Sequence[Token], head: Token, kind: Kind) -> bool:
    """Say whether English words before a noun are a name of its own: Green Lane School."""
    if _weak(head):
        return _named_team(some, head) or _served(some, head)
    if head.shouted or (kind is Kind.ADDRESS and not head.plain_line):
        return False
    # a sentence may begin with any word
    return any(not _says_nothing(token) for token in some) and not (
        len(some) == 1 and some[0].opens
    )


def _served(some: Sequence[Token], head: Token) -> bool:
    """Say whether it is a centre for something, with a name before: The Limes Medical Centre."""
    kinds = {
        "medical",
        "health",
        "leisure",
        "shopping",
        "islamic",
        "hindu",
        "sikh",
        "jewish",
        "arts",
        "learning",
        "tuition",
        "education",
        "training",
        "skills",
        "cultural",
        "community",
        "family",
        "children's",
        "contact",
        "sports",
        "outdoor",
    }
    return (
        head.base == "centre"
        and not head.shouted
        and (some[-1].base in kinds or (len(some) > 1 and some[-1].base in STREET))
        and some[0].base not in GENERIC
        and not (some[0].opens or some[0].blocked)
    )


def _named_team(some: Sequence[Token], head: Token) -> bool:
    """Say whether a team has one English word as its own name: Kingfisher Team."""
    if (
        head.base
        not in {
            "ward",
            "high",
            "primary",
            "team",
            "hub",
            "club",
            "unit",
            "centre",
            "house",
            "lodge",
            "project",
            "trust",
            "foundation",
            "charity",
            "community",
        }
        or head.shouted
    ):
        return False
    own = [
        token
        for token in some
        if token.base not in GENERIC and token.base not in JOINERS and not token.blocked
    ]
    beginning = [token for token in some if token.base not in {"the", "new"}]
    return (
        len(own) == 1
        and own[0] is beginning[0]
        and not own[0].opens
        and head.plain_line
        and not own[0].upper
        and not own[0].owns
        and own[0].base in EMBLEMS
    )


def _any_street(words: Sequence[Token], first: int, at: int) -> bool:
    """Say whether any capitalised word before "Road" makes a street of it: New Road."""
    before = words[at - 1]
    return (
        first < at
        and words[at].gap == " "
        and before.capital
        and (not before.opens or _town_follows(words, at))
        and not words[at].shouted
    )


def _town_follows(words: Sequence[Token], at: int) -> bool:
    """Say whether a street is a line of an address: "Mill Lane, Bordon"."""
    after = words[at + 1] if at + 1 < len(words) else None
    return after is not None and after.place and after.gap in {", ", "\n", ",\n"}


def _refined(words: Sequence[Token], at: int, kind: Kind) -> Kind:
    if words[at].base == "borough":
        return Kind.AUTHORITY
    return kind


def _weak(head: Token) -> bool:
    base = head.base
    if base in STREET:
        return base not in STREET_SURE
    return base in WEAK or base in {
        "practice",
        "high",
        "primary",
        "borough",
        "ward",
        "parish",
        "university",
        "clinic",
        "station",
        "library",
        "leisure",
        "garage",
    }


def _leftmost(words: Sequence[Token], at: int) -> int:
    """Return where the capitalised words before `at` begin."""
    first = at
    while first > 0 and at - first < 6:
        if "\n" in words[first].gap or words[first].opens:
            break
        gap = words[first].gap
        before = words[first - 1]
        if before.shouted and (before.base in NOT_NAMES or before.base in VERBS):
            break
        close = gap in {" ", " & ", "-", ". ", " - "} and (
            gap != ". " or before.base in {"st", "rd"}
        )
        if not close:
            break
        joined = (
            before.base in JOINERS and first > 1 and words[first - 2].capital and before.gap == " "
        )
        if not (before.capital or joined) or (before.owns and before.base in NOT_NAMES):
            break
        first -= 1
    return first


def _in_small_letters(
    words: Sequence[Token], at: int, kind: Kind, lists: Lists
) -> tuple[int, int, Kind] | None:
    head = words[at]
    if head.base not in LOWER or head.gap != " ":
        return None
    first = at
    if head.base in SMALL_SCHOOLS:
        first = _after_preposition(words, at)
        if first < at:
            return first, at, kind
        first = at
    while first > 0 and at - first < 4 and words[first].gap in {" ", "'s "}:
        before = words[first - 1]
        english = all(lists.known(part) for part in before.base.split("-"))
        odd = before.place or not (english or before.blocked)
        if head.base in _LATER and not before.place and slip(before.base, lists):
            odd = False
        if head.base in _LATER and before.gap != " ":
            odd = False  # a "tradwife club"
        saint = before.base in {"st", "saint"}
        if not (odd or saint) or (before.owns and not saint):
            break
        if (
            before.base in lists.given
            and not before.place
            and head.base not in {"road", "rd", "street", "st"}
        ):
            break
        first -= 1
    return (
        (first, at, kind)
        if first < at and not (at - first == 1 and words[first].base in {"st", "saint"})
        else None
    )


_LATER = bag("centre club gym solicitors takeaway barbers garage restaurant cafe")
"""Nouns before which a word is often mistyped."""


def _after_preposition(words: Sequence[Token], at: int) -> int:
    """Return where the name begins in "goes to marl pits primary"; `at` where there is none."""
    first = at
    while first > 0 and at - first < 4 and words[first].gap == " ":
        before = words[first - 1]
        if before.base in {"to", "at", "attends", "attending", "from", "in"}:
            return first
        if before.base in GENERIC or before.blocked or before.owns:
            return at
        first -= 1
    return at


def _after_prefix(words: Sequence[Token], at: int, lists: Lists) -> tuple[int, int, Kind] | None:
    """Return the name that follows a noun, as in Welsh."""
    head = words[at]
    kind = PREFIXES.get(head.base)
    if (
        kind is None
        or not head.capital
        or (head.blocked and head.base not in {"hmp", "yoi", "masjid"})
    ):
        return None
    last = at
    while last + 1 < len(words) and last - at < 4:
        following = words[last + 1]
        if following.gap not in {" ", "-"} or not (following.capital or following.base in JOINERS):
            break
        if (
            following.capital
            and lists.known(following.base)
            and not following.place
            and kind is not Kind.SCHOOL
        ):
            break
        last += 1
    while last > at and words[last].base in JOINERS:
        last -= 1
    return (at, last, kind) if last > at else None


def _after_of(words: Sequence[Token], at: int, lists: Lists) -> tuple[int, int, Kind] | None:
    """Return "University of Leeds", "London Borough of Brent"."""
    head = words[at]
    if not head.capital or head.base not in OF or at + 2 >= len(words):
        return None
    if words[at + 1].base != "of" or not words[at + 2].capital:
        return None
    last = at + 2
    if not _specific(words[last], lists) and words[last].base not in {"st", "our"}:
        return None
    while (
        last + 1 < len(words)
        and words[last + 1].capital
        and words[last + 1].gap == " "
        and last - at < 5
    ):
        last += 1
    if last + 2 < len(words) and words[last + 1].base in {"and", "upon"} and words[last + 2].place:
        last += 2
    kind = (
        Kind.AUTHORITY
        if head.base in {"borough", "city"}
        else kind_of(head.base) or Kind.ORGANISATION
    )
    first = at
    while (
        first > 0
        and words[first].gap == " "
        and words[first - 1].base in {"london", "royal", "metropolitan"}
    ):
        first -= 1
    return first, last, kind
