"""Ages and rare combinations: what names nobody and still points at one child."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from portal.disclosure.findings import Candidate, Kind, Tier

BANDS = ((0, 4), (5, 10), (11, 14), (15, 17), (18, None))
"""The portal's bands of age, both ends in them."""
MOST = 2
"""Of the details below, how many one case example may carry."""

_SPELT = """
one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty
"""
_NUMBER_WORDS = {word: number for number, word in enumerate(_SPELT.split(), start=1)}
_COUNT = r"(?P<age>\d{1,2}|" + "|".join(_NUMBER_WORDS) + r")"
_AGES = (
    re.compile(rf"(?i)\b{_COUNT}[\s-]{{0,2}}(?:years?|yrs?|yr)[\s-]{{0,2}}(?:old|of age)\b"),
    re.compile(rf"(?i)\b{_COUNT}\s?(?:yo|y/o|yrs)\b"),
    re.compile(
        rf"(?i)\baged?:?\s(?:of\s)?{_COUNT}\b"
        r"(?!\s?(?:to|-|–|and over|or over|plus|\+|months))(?![\d-])"
    ),
    re.compile(rf"(?i)\b(?:turned|turns|turning|is|was)\s{_COUNT}\b(?=\s(?:last|this|in|on|next|when|at|and)\b|[.,;])"),
    re.compile(r"(?<=[a-z])\s?\((?P<age>[1-9]|1\d)\)"),
    re.compile(r"(?<=[a-z]), (?P<age>[1-9]|1\d)(?=[.,;])"),
)  # fmt: skip
_PEOPLES = (
    r"afghan|albanian|algerian|arab|bangladeshi|bengali|bosnian|brazilian|bulgarian|chechen|"
    r"chinese|colombian|"
    r"congolese|czech|egyptian|eritrean|ethiopian|filipino|gambian|ghanaian|gujarati|gypsy|hausa|"
    r"hungarian|"
    r"igbo|indian|indonesian|iranian|iraqi|israeli|ivorian|jamaican|kashmiri|kenyan|kosovan|"
    r"kurdish|kuwaiti|"
    r"latvian|lebanese|libyan|lithuanian|malaysian|mirpuri|moldovan|moroccan|nepalese|nepali|"
    r"nigerian|"
    r"pakistani|palestinian|polish|portuguese|punjabi|roma|romani|romanian|russian|rwandan|saudi|"
    r"senegalese|"
    r"serbian|slovak|slovakian|somali|sri lankan|sudanese|syrian|tamil|thai|traveller|tunisian|"
    r"turkish|"
    r"ugandan|ukrainian|uyghur|uzbek|vietnamese|yemeni|yoruba|zimbabwean|black african|black "
    r"caribbean|"
    r"mixed[- ]heritage|mixed[- ]race|dual[- ]heritage|south asian|white british|white irish|"
    r"yazidi|hazara"
)
_FAITHS = (
    r"muslim|christian|catholic|jewish|sikh|hindu|buddhist|jehovah's witness|pentecostal|salafi|"
    r"shia|sunni|"
    r"ahmadi|haredi|charedi|mormon|quaker|coptic|orthodox|rastafarian|baha'i|convert to islam|"
    r"plymouth brethren"
)
_CONDITIONS = (
    r"deaf|blind|cystic fibrosis|sickle cell|down'?s syndrome|epilep\w{2,4}|wheelchair user|"
    r"cerebral palsy|"
    r"albinism|haemophili\w{1,3}|leukaemia|muscular dystrophy|tourette'?s|selective(?:ly)? "
    r"mut\w{1,3}|"
    r"prader-willi|fragile x|foetal alcohol|dwarfism|conjoined|transplant|amputee|narcolepsy|"
    r"spina bifida"
)
_WORK = (
    r"imam|rabbi|pastor|vicar|taxi driver|surgeon|pilot|footballer|boxer|barrister|judge|mp|mayor|"
    r"councillor|"
    r"diplomat|dentist|pharmacist|prison officer|firefighter|paramedic|soldier|headteacher|"
    r"journalist|"
    r"lecturer|professor|youtuber|influencer|actor|singer|rapper|jockey|butcher|undertaker|lorry "
    r"driver"
)
_ONE = re.compile(
    r"(?i)\bthe (?:only|sole|single|first|youngest|last) (?:[\w'-]{1,20} ){0,4}?(?:child|children|"
    r"boy|girl|pupil|student|"
    r"family|mother|father|teenager|young person|woman|man|person|household|convert|refugee|girls|"
    r"boys|learner|"
    r"[\w-]{2,16}-year-old|male|female|muslim|twins|triplets|councillor|imam|one|nurse|doctor|"
    r"teacher|worker|pupils|students|refugees|families|daughter|son|foster carers?|pastor|rabbi|"
    r"midwife|surgeon|taxi driver)(?: [\w'-]{1,20}){0,3}? "
    r"(?:in|at|from|on|within|of|ever to|to (?:be|go|travel|leave|return|join))\b(?! (?:the|their|"
    r"her|his|a|this) "
    r"(?:family|household|home|class|room|house|group|sibling|meeting|panel|office|team|building|"
    r"audience|session|training|conversation|process|system|service))"
)
_WHO = (
    r"(?:child|children|boys?|girls?|lads?|lass(?:es)?|kids?|pupils?|students?|famil(?:y|ies)|"
    r"mother|"
    r"father|mum|dad|man|men|woman|women|persons?|people|household|speakers?|converts?|refugees?|"
    r"teenagers?|males?|females?|one|ones|players?|drummer|workers?|carers?|teachers?|members?|"
    r"brothers?|sisters?|twins?|parents?|couple|learners?|residents?)"
)
_ONE_OF_AN_ORIGIN = re.compile(
    r"(?i)\b(?:the|that|their) (?:only|sole|single|first|one|lone|last) (?:[\w'-]{1,20} ){0,2}?"
    rf"(?:{_PEOPLES}|{_FAITHS}|{_CONDITIONS}|black|asian|brown|white|arab|african|welsh|irish|"
    rf"scottish|"
    r"english|american|french|german|italian|spanish|mixed|arabic|hijabi|non-white|disabled|gay|"
    r"trans|"
    rf"forces|army|traveller)(?: [\w'-]{{1,20}}){{0,3}}? {_WHO}\b"
    r"(?! (?:in|on|at) (?:the|this|that|any|our) (?:office|room|meeting|panel|team|audience|"
    r"session|staff|service)\b)"
    r"(?: (?:in|at|on|of|from|within|here|round here|around here|for miles|we have|they have|"
    r"there)\b"
    r"(?: (?:the|his|her|their|our|this|that|its|my|year|under))?(?: [\w-]{1,20})?)?"
)
_WHOSE = re.compile(
    r"(?i)\bthe (?:only|sole) (?:[\w'-]{1,16} ){0,2}?(?:one|child|boy|girl|lad|pupil|student|"
    r"family|person)"
    r" whose \w{2,12}(?: \w{1,14}){0,4}"
)
_EVER = re.compile(
    r"(?i)\bthe (?:only|youngest|oldest|first|fastest|tallest|"
    r"eldest) (?:[\w'-]{1,20} ){1,3}?(?:(?:that |who |whom )?"
    r"(?:the|this|that|our|any|we|they)(?: [\w'-]{1,20}){0,4}? (?:has |have |had |"
    r"'ve )?ever (?:had|seen|taught|known|"
    r"signed|picked|met|employed|trained|admitted|fielded|taken)|ever to \w{2,12})\b"
)
_NEWS = re.compile(
    r"(?i)\b(?:in|on|made|all over|reported in|covered by|named in|front page of) (?:the "
    r")?(?:local |national |daily |"
    r"evening |regional )?(?:news|newspapers?|papers?|press|headlines|television news|tv news|"
    r"media)\b(?! (?:literacy|"
    r"coverage of prevent|training|studies|policy))"
)
_NEWS_OF = re.compile(
    r"(?i)\b(?:the|a|whose|this|that|his|her|their|case|family|mother|father|brother|sister|"
    r"cousin|arrest|death|trial|"
    r"murder|stabbing|attack|he|she|they|was|were|which)\b[^.\n]{0,60}$"
)
_PERSON = r"(?:boy|girl|male|female|child|teenager|young person|mother|father|woman|man|pupil|student|son|daughter|brother|sister|twin|family|youth|lad)"  # noqa: E501
_CLUSTER = 70
"""Characters within which details say something of one person."""
_PLACED = 150
"""Characters before and after them within which a place is theirs."""


class Detail(StrEnum):
    """What a case example may carry two of."""

    AGE = "exact age"
    PEOPLE = "ethnicity or nationality"
    FAITH = "religion"
    CONDITION = "rare condition"
    WORK = "occupation"
    PLACE = "place below region"
    DATE = "exact date"


@dataclass(frozen=True)
class QuasiIdentifiers:
    """Which details a text carries."""

    details: tuple[Detail, ...]

    @property
    def too_many(self) -> bool:
        """More than a case example may carry."""
        return len(self.details) > MOST


_ATTRIBUTES = {
    Detail.PEOPLE: re.compile(rf"(?i)\b(?:{_PEOPLES})\b"),
    Detail.FAITH: re.compile(rf"(?i)\b(?:{_FAITHS})\b(?! (?:and|or) (?:{_FAITHS})\b)"),
    Detail.CONDITION: re.compile(rf"(?i)\b(?:{_CONDITIONS})\b"),
    Detail.WORK: re.compile(rf"(?i)\b(?:{_WORK})\b"),
}
_OF_PERSON = re.compile(rf"(?i)\b{_PERSON}s?\b")


def band(age: int) -> str:
    """Return the portal's band of an age: "aged 11 to 14"."""
    for low, high in BANDS:
        if high is None:
            return "aged 18 or over"
        if age <= high:
            return f"aged {low} to {high}"
    raise AssertionError(age)


def ages(text: str) -> Iterator[Candidate]:
    """Give the exact ages of a plain text."""
    why = "An exact age narrows down who this is; a band of ages says as much"
    for form in _AGES:
        for match in form.finditer(text):
            said = match["age"].lower()
            age = int(said) if said.isdigit() else _NUMBER_WORDS[said]
            start, end = match.start(), match.end()
            start += len(text[start:end]) - len(text[start:end].lstrip(" ("))
            yield Candidate(start, end, Kind.AGE, Tier.POSSIBLE, why, band(age))


def rare(text: str, places: list[int]) -> Iterator[Candidate]:
    """Give rare combinations; `places` are where places below region begin, in order."""
    for match in _ONE.finditer(text):
        why = "Being the only one, or the first, points at one person"
        yield Candidate(*match.span(), Kind.RARE_COMBINATION, Tier.LIKELY, why, "one of few")
    for form in (_ONE_OF_AN_ORIGIN, _WHOSE, _EVER):
        for match in form.finditer(text):
            why = "Being the only one, or the first, points at one person"
            yield Candidate(*match.span(), Kind.RARE_COMBINATION, Tier.LIKELY, why, "one of few")
    for match in _NEWS.finditer(text):
        if _NEWS_OF.search(text[max(0, match.start() - 70) : match.start()]):
            why = "What was in the news can be looked up"
            yield Candidate(*match.span(), Kind.RARE_COMBINATION, Tier.POSSIBLE, why)
    yield from _clusters(text, places)


def _clusters(text: str, places: list[int]) -> Iterator[Candidate]:
    """Give details that stand together and say three things of one person, a place among them."""
    marks = [(one.start, one.end, Detail.AGE) for one in ages(text)]
    for detail, form in _ATTRIBUTES.items():
        marks += [(*match.span(), detail) for match in form.finditer(text)]
    marks.sort()
    at = 0
    while at < len(marks):
        last, kinds = at, {marks[at][2]}
        while last + 1 < len(marks) and _near(text, marks[last][1], marks[last + 1][0]):
            last += 1
            kinds.add(marks[last][2])
        start, end = marks[at][0], marks[last][1]
        candidate = _combination(text, start, end, kinds, places)
        if candidate:
            yield candidate
        at = last + 1


def _near(text: str, end: int, start: int) -> bool:
    between = text[end:start] if start - end < _CLUSTER // 2 else "\n"
    return not re.search(r"[.\n;|]|\b(?:and|or)\b", between)


def _combination(
    text: str, start: int, end: int, kinds: set[Detail], places: list[int]
) -> Candidate | None:
    origin = kinds & {Detail.PEOPLE, Detail.FAITH}
    if len(kinds) < 2 or not origin:
        return None
    person = _OF_PERSON.match(text, end + 1)
    end = person.end() if person else end
    nearest = bisect_left(places, start - _PLACED)
    placed = nearest < len(places) and places[nearest] <= end + _PLACED
    why = "Age, origin, faith or condition together, with a place, point at few people"
    if len(kinds) > 2 or placed:
        return Candidate(start, end, Kind.RARE_COMBINATION, Tier.LIKELY, why, "a young person")
    return Candidate(start, end, Kind.RARE_COMBINATION, Tier.POSSIBLE, why, "a young person")


def details(text: str, kinds: set[Kind]) -> QuasiIdentifiers:
    """Return which details a plain text carries; `kinds` are those of its findings."""
    found = {detail for detail, form in _ATTRIBUTES.items() if form.search(text)}
    if Kind.AGE in kinds or Kind.DATE_OF_BIRTH in kinds:
        found.add(Detail.AGE)
    if kinds & {
        Kind.PLACE,
        Kind.ADDRESS,
        Kind.POSTCODE,
        Kind.SCHOOL,
        Kind.AUTHORITY,
        Kind.ORGANISATION,
    }:
        found.add(Detail.PLACE)
    if kinds & {Kind.DATE, Kind.DATE_OF_BIRTH}:
        found.add(Detail.DATE)
    return QuasiIdentifiers(tuple(detail for detail in Detail if detail in found))
