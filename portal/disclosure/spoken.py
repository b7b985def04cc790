"""Numbers that were noted as they were said: "oh double seven", "lima delta six eight".

Also words that were spelled out: "S-H-W-A-N".
"""

import re
from collections.abc import Iterator

from portal.disclosure.findings import Candidate, Kind, Tier

_DIGIT = "oh|o|zero|nought|naught|nil|one|two|three|four|five|six|seven|eight|nine|niner"
_TENS = (
    "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|"
    "thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred"
)
_SIGN = "double|treble|triple|slash|stroke|dash|hyphen|dot|point|underscore"
_SPELLING = (
    "alpha|alfa|bravo|charlie|delta|echo|foxtrot|golf|hotel|india|juliett?|kilo|lima|mike|november|"
    "oscar|papa|quebec|romeo|sierra|tango|uniform|victor|whisk(?:e)?y|x-?ray|yankee|zulu"
)
_PART = (
    rf"(?:(?i:{_DIGIT}|{_TENS}|{_SIGN}|{_SPELLING})|[A-Z](?:-?[A-Z]){{0,3}}|[b-hj-z](?![\w'])|"
    r"\d{1,8})"
)
_FIRST = rf"(?:(?i:{_DIGIT}|{_TENS}|double|treble|triple|{_SPELLING})|[A-Z](?=[ ,-]))"
_SAID = re.compile(rf"(?<![\w'-]){_FIRST}(?:[ ,-]{{1,2}}{_PART}){{2,30}}(?![\w-])")
_DIGITS = re.compile(rf"(?i)\b(?:{_DIGIT}|{_TENS}|\d{{1,8}})\b")
_TWICE = re.compile(r"(?i)\b(?:double|treble|triple|slash|stroke)\b")
_SPELT = re.compile(rf"(?i)\b(?:{_SPELLING})\b")
_OPENS = re.compile(r"(?i)(?:oh|o|zero|nought|double)\b")
_PHONE = re.compile(
    r"(?i)\b(?:tel|telephone|phone|mobile|mob|call|ring|rang|text|my number|her number|his number|"
    r"their number|whatsapp|landline|number is|reach(?:ed)? (?:him|her|me|them|on))\b[^\n.]{0,24}$"
)
_PASSPORT = re.compile(
    r"(?i)\b(?:passport|travel document|ta[sz]kira|identity card|id card|brp)\b[^\n]{0,50}$"
)
_VEHICLE = re.compile(r"(?i)\b(?:plates?|reg|registration|index|vrm|car|van)\b[^\n]{0,30}$")
_REFERRED = re.compile(
    r"(?i)\b(?:ref|refs|reference|number|no|log|case|crime|incident|file|claim|code|id|pin|"
    r"quoted?|urn|nhs|upn|uln|pupil|account|a/c|acc|sort|tenancy|ni|nino|national ins\w{0,8}|"
    r"badge|collar|exhibit|visa|card|licence|postcode|post code|house|nhs no|ends|ending|begins)"
    r"\b[^\n]{0,24}$"
)
_EXTENSION = re.compile(
    rf"(?i)\b(?:extension|extn?) (?:number |is )?(?P<it>(?:{_DIGIT}|{_TENS})(?:[ -](?:{_DIGIT}|"
    rf"{_TENS})){{0,3}})\b"
    r"(?! (?:days?|weeks?|months?|hours?|years?)\b)"
)
_LETTERS = re.compile(
    r"(?<![\w-])(?:[A-Z]-){2,14}[A-Z](?![\w-])|(?<![\w-])(?:[a-z]-){3,14}[a-z](?![\w-])"
    r"|(?i:\b(?:spelt|spelled|spelling|spells)(?: it| that| out| as| with| is|:|,){0,3} [\"']?)"
    r"(?P<it>[A-Za-z](?:[ .,-]{1,2}(?:double )?[A-Za-z](?![\w'])){2,14})"
)
_WITHOUT_A_CUE = 6
_WITH_A_CUE = 4
"""Digits from which a row of numbers in words is a number of somebody or something."""


def spoken(text: str) -> Iterator[Candidate]:
    """Give the numbers of a plain text that are written as they were said, and spelled names."""
    for match in _SAID.finditer(text):
        said = match[0]
        digits = sum(len(one) if one.isdigit() else 1 for one in _DIGITS.findall(said))
        digits += len(_TWICE.findall(said))
        spelt = len(_SPELT.findall(said))
        before = text[max(0, match.start() - 70) : match.start()]
        cue = _PHONE.search(before) or _PASSPORT.search(before) or _REFERRED.search(before)
        cue = cue or _VEHICLE.search(before)
        odd = _OPENS.match(said) or _TWICE.search(said)
        enough = digits >= (_WITH_A_CUE if cue else _WITHOUT_A_CUE) and (cue or odd)
        if enough or (spelt > 1 and spelt + digits > 3) or (cue and spelt and spelt + digits > 2):
            kind = _kind(before, said)
            why = "A number written as it was said leads to a record or a person"
            yield Candidate(*match.span(), kind, Tier.CERTAIN, why)
    for match in _EXTENSION.finditer(text):
        why = "A telephone number leads to one person or team"
        yield Candidate(*match.span("it"), Kind.PHONE, Tier.CERTAIN, why)
    for match in _LETTERS.finditer(text):
        span = match.span("it") if match["it"] else match.span()
        why = "A word that was spelled out is mostly a name"
        yield Candidate(*span, Kind.NAME, Tier.LIKELY, why, "a person")


def _kind(before: str, said: str) -> Kind:
    if _PASSPORT.search(before):
        return Kind.PASSPORT
    if _PHONE.search(before) or (_OPENS.match(said) and not _REFERRED.search(before)):
        return Kind.PHONE
    if _VEHICLE.search(before):
        return Kind.VEHICLE
    return Kind.CASE_REFERENCE
