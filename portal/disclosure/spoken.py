"""Numbers that were noted as they were said: "oh double seven", "six J-P, two slash five"."""

import re
from collections.abc import Iterator

from portal.disclosure.findings import Candidate, Kind, Tier

_DIGIT = "oh|o|zero|nought|naught|nil|one|two|three|four|five|six|seven|eight|nine"
_TENS = (
    "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|"
    "thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred"
)
_SIGN = "double|treble|triple|slash|stroke|dash|hyphen|dot|point|underscore"
_PART = rf"(?:(?i:{_DIGIT}|{_TENS}|{_SIGN})|[A-Z](?:-?[A-Z]){{0,3}}|\d{{1,8}})"
_SAID = re.compile(
    rf"(?<![\w-])(?i:{_DIGIT}|{_TENS}|double|treble|triple)(?:[ ,-]{{1,2}}{_PART}){{2,30}}(?![\w-])"
)
_DIGITS = re.compile(rf"(?i)\b(?:{_DIGIT}|\d{{1,8}})\b")
_TWICE = re.compile(r"(?i)\b(?:double|treble|triple|slash|stroke)\b")
_OPENS = re.compile(r"(?i)(?:oh|o|zero|nought|double)\b")
_PHONE = re.compile(
    r"(?i)\b(?:tel|telephone|phone|mobile|mob|call|ring|rang|text|my number|her number|his number|"
    r"their number|whatsapp|landline|number is)\b[^\n.]{0,24}$"
)
_PASSPORT = re.compile(r"(?i)\bpassport\b[^\n.]{0,50}$")
_REFERRED = re.compile(
    r"(?i)\b(?:ref|refs|reference|number|no|log|case|crime|incident|file|claim|code|id|pin|"
    r"quoted?|urn|nhs|plate|account|tenancy)\b[^\n.]{0,24}$"
)
_WITHOUT_A_CUE = 6
_WITH_A_CUE = 4
"""Digits from which a row of numbers in words is a number of somebody or something."""


def spoken(text: str) -> Iterator[Candidate]:
    """Give the numbers of a plain text that are written as they were said."""
    for match in _SAID.finditer(text):
        said = match[0]
        digits = sum(len(one) if one.isdigit() else 1 for one in _DIGITS.findall(said))
        digits += len(_TWICE.findall(said))
        before = text[max(0, match.start() - 70) : match.start()]
        cue = _PHONE.search(before) or _PASSPORT.search(before) or _REFERRED.search(before)
        odd = _OPENS.match(said) or _TWICE.search(said)
        if digits >= (_WITH_A_CUE if cue else _WITHOUT_A_CUE) and (cue or odd):
            kind = _kind(before, said)
            why = "A number written as it was said leads to a record or a person"
            yield Candidate(*match.span(), kind, Tier.CERTAIN, why)


def _kind(before: str, said: str) -> Kind:
    if _PASSPORT.search(before):
        return Kind.PASSPORT
    if _PHONE.search(before) or (_OPENS.match(said) and not _REFERRED.search(before)):
        return Kind.PHONE
    return Kind.CASE_REFERENCE
