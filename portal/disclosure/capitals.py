"""Streets, schools and inns in lines of capitals, and in notes typed without any.

There a capital tells nothing, so the words beside it have to: "GOING TO A SHOP ON RYE LANE",
"at poplar court care home".
"""

import re
from collections.abc import Iterator, Sequence

from portal.disclosure.bags import bag
from portal.disclosure.cues import NOT_NAMES, ROLES, VERBS
from portal.disclosure.findings import Candidate, Kind, Tier
from portal.disclosure.lists import Lists
from portal.disclosure.nouns import EMBLEMS, FAITH, GENERIC, HEALTH, SCHOOL, STREET_SURE, STRONG
from portal.disclosure.tokens import Token, within

_WHY = "The name of a place or organisation tells where this was"
_HEADS = STREET_SURE | {"st", "hill", "bank", "way", "walk"}
_NAMED = (SCHOOL | HEALTH | FAITH | STRONG) - bag("sixth practice ward university airport retail")
_BEFORE = bag(
    """
    on at in off near from to outside along down up of behind opposite attends attending by via
    live lives living address venue location
    """
)
_SIGNS = re.compile(
    r"\bTHE (?:[A-Z]{3,12} (?:AND|&) [A-Z]{3,12}|(?:RED|WHITE|BLACK|ROYAL|GREEN|BLUE|GOLDEN|OLD|"
    r"THREE) [A-Z]{3,12}|(?:LARCH|BEECH|BIRCH)ES|(?:ELM|OAK|LIME|LAUREL|FIR|POPLAR|WILLOW|PINE|"
    r"CEDAR|"
    r"CHESTNUT|SYCAMORE|HAWTHORN|ROWAN|GABLE|ACORN|MEADOW|CHERRIE|HOLLIE|HEATHER)S|"
    r"[A-Z]{3,14}'?S (?:ARMS|HEAD|INN|HOTEL|HOUSE))\b"
)
_BEASTS = (
    r"(?i:dog|fox|horses?|hounds?|duck|partridge|crown|rose|plough|coach|hare|feathers|bull|bush|"
    r"star|"
    r"garter|lamb|flag|ship|anchor|eagle|gun|barrel|bell|dragon|goose|pheasant|pig|whistle|swan|"
    r"lion|"
    r"thistle|wheatsheaf|harrow|hart|waggon|wagon|compass(?:es)?|sun|moon|angel|castle|elephant)"
)
_ARMS = re.compile(
    r"(?i)(?<=\bthe )(?:kings?|queens?|king's|queen's|railway|station|farmers|builders|masons|"
    r"foresters|"
    r"bricklayers|miners|colliers|weavers|market|drovers|bakers|carpenters|blacksmiths|cricketers|"
    r"travellers|dukes?|duke's|princes|lords|castle|union|commercial|crown|bulls?|nags?|nag's|"
    r"horse) "
    r"(?:arms|inn|tavern|head)\b"
)
_INN = re.compile(rf"\b(?:[Tt]he|THE) {_BEASTS} (?:and|&|AND) {_BEASTS}\b")
_CARE = re.compile(
    r"(?<![\w'])(?:at|in|from|to|near|@|outside|by|runs|with|for|attends)\s(?:the\s)?"
    r"(?P<it>(?:(?!(?:at|in|from|to|near|outside|by|with|for)\s)[a-z][\w'&-]{1,20}\s){1,4}?"
    r"(?:care home|nursing home|residential home|"
    r"childrens home|children's home|medical centre|health centre|leisure centre|sports centre|"
    r"community centre|youth club|youth centre|family centre|boxing club|football club|gym|"
    r"takeaway|"
    r"barbers|arms|inn|mosque|masjid|garage|"
    r"day centre|dental practice|boxing gym|fc|afc|jfc|rfc|rufc|cricket club|sixth form|"
    r"sixth form college|hospital|hospice|infirmary|surgery|high school|primary school|"
    r"secondary school|infant school|"
    r"junior school|nursery school|retail park|industrial estate|trading estate|"
    r"shopping centre|train station|railway station|bus station|church hall|village hall))"
    r"(?![\w'-])"
)
_COUNCIL = re.compile(
    r"(?<![\w'-])(?P<it>(?P<place>[a-z][a-z'-]{2,20}(?:\s(?:and\s|upon\s|on\s|"
    r"with\s)?[a-z]{3,14}){0,2}?)\s"
    r"(?:(?:city|borough|county|district|metropolitan borough|town|london borough)\s)?"
    r"(?:council|mash|social services|childrens services|children's services|police))(?![\w'-])"
)
_FIELD = re.compile(
    r"(?m)^[ >*|-]{0,4}(?i:(?P<school>school|college|nursery|provision)|club|team|venue|location|"
    r"placement|setting|employer|workplace|mosque|church|surgery|gp|work|works at|job|where|gym)\s?"
    r"[:=]\s{1,3}(?P<it>[a-z][\w'&-]{1,20}(?:\s[a-z][\w'&-]{1,20}){1,4})(?=\s*(?:$|[,;(]))"
)
_FOUNDED = re.compile(
    r"(?<![\w'-])(?:jamia|masjid|darul|gurdwara|ysgol|beis)\s(?:e |al |ul |sri |guru |y |yr )?"
    r"(?P<own>[a-z][a-z'-]{3,20})(?![\w'-])"
)
_HONOURED = re.compile(
    r"(?<![\w'-])(?:bishop|archbishop|cardinal|canon|abbot|king|queen|prince|lord|lady|sir|dame|"
    r"our lady|"
    r"saint|st)\s(?P<own>[a-z]{3,14})(?:'?s)?(?![\w'-])"
)
_DESCRIBING = (
    GENERIC
    | NOT_NAMES
    | VERBS
    | bag(
        """
    nearby nearest closest private cheap posh rough good bad nice lovely busy quiet same other
    another different big small little large huge old new first second last next main own certain
    named called run ran based set up down off onto going gone go get got been being work working
    works worked staying living visiting nearby town's city's village's is was are were be very
    rated outstanding failing good closed open whole entire long short few lots kind type
    """
    )
)


def capitals(text: str, words: Sequence[Token], lists: Lists) -> Iterator[Candidate]:
    """Give what is named in lines of capitals, and in small letters, and block its words."""
    yield from _lines_of_capitals(words)
    for form in (_SIGNS, _CARE):
        for match in form.finditer(text):
            yield from _typed(match, Kind.ORGANISATION, words, lists)
    for form in (_INN, _ARMS):
        for match in form.finditer(text):
            yield from _blocked(match.span(), Kind.ORGANISATION, words)
    for match in _FIELD.finditer(text):
        kind = Kind.SCHOOL if match["school"] else Kind.ORGANISATION
        yield from _typed(match, kind, words, lists)
    for match in _COUNCIL.finditer(text):
        yield from _council(match, words, lists)
    yield from _honoured(text, words, lists)
    for match in _FOUNDED.finditer(text):
        some = within(words, *match.span())
        if some and not lists.known(match["own"]) and not some[-1].blocked:
            yield _blocking(some, Kind.ORGANISATION)


def _lines_of_capitals(words: Sequence[Token]) -> Iterator[Candidate]:
    for at in range(len(words) - 1, 0, -1):
        if words[at].shouted and not words[at].blocked:
            first = _in_capitals(words, at)
            if first is not None:
                yield _blocking(words[first : at + 1], _kind(words[at].base))


def _honoured(text: str, words: Sequence[Token], lists: Lists) -> Iterator[Candidate]:
    """Give a school or church that is called by a bishop or a saint: "bishop ridley"."""
    for match in _HONOURED.finditer(text):
        own = match["own"]
        forms = {own, own.removesuffix("s")}
        if forms & lists.surnames and not forms & lists.common and own not in VERBS:
            yield from _blocked(match.span(), Kind.ORGANISATION, words)


def _kind(base: str) -> Kind:
    if base in SCHOOL:
        return Kind.SCHOOL
    return Kind.ADDRESS if base in _HEADS else Kind.ORGANISATION


def _blocking(some: Sequence[Token], kind: Kind) -> Candidate:
    for token in some:
        token.blocked = True
    instead = {Kind.SCHOOL: "a school", Kind.ADDRESS: ""}.get(kind, "a local organisation")
    return Candidate(some[0].start, some[-1].stop, kind, Tier.LIKELY, _WHY, instead)


def _blocked(span: tuple[int, int], kind: Kind, words: Sequence[Token]) -> Iterator[Candidate]:
    some = within(words, *span)
    if some and not any(token.blocked for token in some):
        yield _blocking(some, kind)


def _in_capitals(words: Sequence[Token], at: int) -> int | None:
    """Return where a name begins that ends in the noun at `at` of a line of capitals."""
    head = words[at]
    if head.base not in _HEADS | _NAMED or head.gap != " ":
        return None
    first = at
    while first > 0 and at - first < 3 and (first == at or words[first].gap in {" ", ". "}):
        before = words[first - 1]
        stops = before.base in NOT_NAMES | VERBS | _BEFORE or before.base in ROLES
        if stops or not before.shouted or words[first].gap not in {" ", ". "}:
            break
        first -= 1
    some = words[first:at]
    own = [token for token in some if token.base not in GENERIC]
    if (
        not own
        or (some[-1].owns and head.base not in _HEADS)
        or any(token.blocked and not token.place for token in own)
    ):
        return None
    apart = first == 0 or words[first].gap.strip(" ") != ""
    return first if apart or words[first - 1].base in _BEFORE else None


def _typed(
    match: re.Match[str], kind: Kind, words: Sequence[Token], lists: Lists
) -> Iterator[Candidate]:
    """Give what a form found, if its words are a name and no description."""
    group = "it" if "it" in match.re.groupindex else 0
    start, end = match.span(group)
    some = within(words, start, end)
    if not some or some[0].capital is not some[-1].capital:
        return
    if match.re is _SIGNS:
        if any(token.base in GENERIC or token.base in ROLES for token in some[1:]):
            return
    else:
        placed = _begins_with_a_place(some, lists)
        while some and some[0].base in _LEADING and not placed:
            some = some[1:]
        own = [token for token in some[:-1] if token.base not in _DESCRIBING]
        told = [
            token
            for token in own
            if token.place or token.base in EMBLEMS or not lists.known(token.base)
        ]
        if not placed and (not own or some[0].base in NOT_NAMES | VERBS):
            return
        if not placed and any(token.base in (NOT_NAMES | VERBS) - _INNER for token in some[1:-1]):
            return
        if (
            not told
            and not placed
            and (len(own) < 2 or (match.re is _CARE and own[0] is not some[0]))
        ):
            return
    if not any(token.blocked and not token.place for token in some[:1]):
        yield _blocking(some, kind)


def _begins_with_a_place(some: Sequence[Token], lists: Lists) -> bool:
    """Say whether the words before a noun are a place, though each is English: "new cross"."""
    bases = tuple(token.base for token in some)
    return any(bases[:last] in lists.places.get(bases[0], ()) for last in range(2, len(bases)))


_INNER = bag("court house hall school park lodge care home health hub and of the on")
_LEADING = bag("the a an this that her his their our my your local new old another same")


def _council(match: re.Match[str], words: Sequence[Token], lists: Lists) -> Iterator[Candidate]:
    """Give an authority in small letters: "hull city council"."""
    parts = match["place"].split()
    for begin in range(len(parts)):
        place = tuple(parts[begin:])
        if place in lists.places.get(place[0], ()) or place in lists.authorities.get(place[0], ()):
            if len(place) == 1 and place[0] in _NO_PLACES:
                return
            start = match.start() + match["place"].rfind(" ".join(place))
            some = within(words, start, match.end("it"))
            if some and not some[0].blocked:
                yield _blocking(some, Kind.AUTHORITY)
            return


_NO_PLACES = bag("bury hart highland reading rugby the local our city town county borough district")
