"""Numbers that their label tells, however they are formed: "NI no PW 48 21", "reg BX5? GWD".

Beside a label any row of letters and digits that looks like a reference is one: too short, split
in odd places, with a sign for what could not be read. Without a label nothing is found here.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from portal.disclosure.bags import bag
from portal.disclosure.findings import Candidate, Kind, Tier
from portal.disclosure.lists import Lists


class Label(NamedTuple):
    """What stands before a number, and what a number after it has.

    `digits` at the least, `bare` where it has no letters, `longest` letters and digits at the most.
    """

    kind: Kind
    form: re.Pattern[str]
    digits: int
    bare: int
    longest: int
    why: str


def _label(kind: Kind, form: str, digits: int, bare: int, longest: int, why: str) -> Label:
    known = re.compile(rf"(?i)(?<![\w@/-])(?:{form})(?![\w-])")
    return Label(kind, known, digits, bare, longest, why)


_SAID = r"(?:no|num|number|nr|ref|id)"
LABELS = (
    _label(
        Kind.NATIONAL_INSURANCE_NUMBER,
        r"ni|nino|n\.i|nat(?:ional)?\.? ins(?:urance)?|insurance (?:no|number)",
        4, 4, 11, "A number after the words National Insurance, even if mistyped",
    ),
    _label(
        Kind.UNIQUE_PUPIL_NUMBER,
        rf"upn|uln|unique (?:pupil|learner)|(?:pupil|learner|student|candidate)(?:'s)? {_SAID}|uci",
        3, 4, 15, "A number after the letters UPN or ULN, even if mistyped",
    ),
    _label(
        Kind.PASSPORT,
        r"passport|travel document|taskera|tazkira|tazkera|identity (?:card|document|paper)|"
        r"id card|"
        r"national id|brp|biometric|residence (?:permit|card)|visa|laissez-passer|"
        r"birth cert\w{0,8}",
        3, 4, 16, "A number of a passport or of another paper that somebody has",
    ),
    _label(
        Kind.BANK_ACCOUNT,
        rf"sort(?:[ -]?codes?)?|s/c(?:ode)?|a/c|acc(?:oun)?t {_SAID}|account|bank(?: details)?|"
        rf"iban|"
        r"(?:bank|debit|credit) card|card (?:no|number|ending|ends)|roll (?:no|number)",
        4, 4, 26, "Bank details lead to one person",
    ),
    _label(
        Kind.NHS_NUMBER, r"nhs|chi (?:no|number)|health (?:and care )?number", 6, 6, 13,
        "A number after the letters NHS, even if mistyped",
    ),
    _label(
        Kind.VEHICLE,
        r"reg|reg'?n|registration|vrm|vrn|index|number ?plates?|plates?|(?:private|part) plate|"
        r"ch[ae]rished",
        1, 3, 9, "A vehicle registration, or part of one",
    ),
    _label(
        Kind.PHONE,
        r"tel|telephone|phone|phones|mobile|mob|cell|call(?:ed|er|s|ing)?|ring|rang|rung|"
        r"text(?:ed|s)?|"
        r"whatsapp|landline|direct line|fax|pager|bleep|voicemail|reach(?:ed)?|contact(?:able)?",
        6, 6, 15, "A telephone number leads to one person or team",
    ),
    _label(
        Kind.CASE_REFERENCE,
        rf"refs?|reference|our ref|your ref|crime|incident|occurrence|warrant|pnc|cro|custody|"
        rf"home office|ho|port|tenancy|complaint|"
        rf"prison {_SAID}|noms|nomis|membership|library card|bus pass|oyster|travelcard|imei|"
        rf"serial|"
        rf"locker|ticket|booking|voucher|folio|docket|docs?|case {_SAID}|file {_SAID}|claim|"
        rf"liquidlogic|mosaic|lcs|niche|athena|delius|caseworks|log {_SAID}|log|intel|"
        rf"(?:court|application|referral|contact|record|client|patient|hospital|staff|employee|"
        rf"payroll|candidate|licence|policy|report|form|visitor|"
        rf"register|order|appeal|tribunal|child|person|service user) {_SAID}",
        3, 4, 22, "A reference by which a record can be found",
    ),
    _label(
        Kind.CASE_REFERENCE,
        r"urn|cad|exhibit|badge|collar|shoulder|wristband|seal|crime (?:no|number|ref)",
        1, 3, 22, "A reference by which a record can be found",
    ),
    _label(
        Kind.NUMBER, r"no|number|num|nr|numbers", 4, 5, 18,
        "A number this long may be the number of a record, an account or a person",
    ),
)  # fmt: skip
_FILLERS = bag(
    """
    no nos number numbers num nr ref refs reference references id code is was are reads read given
    as of the her his their my its your our new old now also still it seems be to begins beginning
    starts starting ends ending with in for on from at last first half only part partly partial
    something like looks said think thinks she he they that this which says shown written down
    noted recorded quoted quote quoting quotes under copied changed has have been sort code account
    details and a an card holder's issued called me us ours via marked maybe possibly poss about
    unknown seen missing approx named being there here then just or either by digits letters
    four three
    """
)
_TOKEN = re.compile(r"[A-Za-z0-9?*_\u2022]{1,24}")
_GAP = re.compile(r"[ \t]?[-\u2013./:\\][ \t]?|[ \t]{1,2}")
_BEFORE = re.compile(r"[ \t:#=|,(\[\"'.\u2013-]{1,6}")
_SHORT = bag("no num nr ref reg tel mob acc i ni n.i acct nos id ins")
"""After these a stop ends no sentence."""
_FEW = 7
"""Words that may stand between a label and its number."""
_ENDS = bag("ending ends end begins beginning starts starting begin in with")
_MASKS = "?*_\u2022"
_MOST_PARTS = 9
_FREE = re.compile(r"0(?:800|808|30\d|345|845|870)|(?:116\d{3}|11[01]|999|101|105)$")
_YEARS = re.compile(r"(?:19|20)\d\d(?:[ /.-]{1,3}(?:(?:19|20)?\d\d))?")
_DATE = re.compile(
    r"(?i)\d{1,2}(?:st|nd|rd|th)?[ /.-]{1,3}(?:\d{1,2}|[a-z]{3,9})[ /.-]{1,3}(?:19|20)?\d\d"
    r"|\d{1,2}[/.:]\d{1,2}|(?:19|20)\d\d-\d\d-\d\d"
)
_OF_A_LAW = re.compile(
    r"(?i)(?:\((?:eu|ec|eec)\)|regulations?|directive|instrument|s\.?i\.?|order|act|charity|"
    r"company|"
    r"isbn|issn|circular|cm|version|page|bill|paper|form|helpline|hotline|childline)\W{0,3}$"
)
_SMALL_WORDS = bag(
    """
    a i an am as at be by do go he if in is it me my no of on or pm so to up us we st nd rd th hr
    hrs min mins yr yrs km kg pa pw kid kids old mum dad and the but for him her his she not yet
    who why how all any per via day
    """
)


def labelled(text: str, lists: Lists) -> Iterator[Candidate]:
    """Give the numbers of a plain text that stand after the word that says what they are."""
    for label in LABELS:
        done = 0
        for match in label.form.finditer(text):
            if match.start() < done:
                continue
            found = _after(text, match.end(), label, lists)
            if found and not _OF_A_LAW.search(text[max(0, match.start() - 24) : match.start()]):
                start, done = found
                yield Candidate(start, done, label.kind, Tier.CERTAIN, label.why)


def _after(text: str, at: int, label: Label, lists: Lists) -> tuple[int, int] | None:
    """Return where the number lies that follows a label, with few small words between."""
    word = text[max(0, at - 3) : at].lower().lstrip(" .,:(|\n")
    for _ in range(_FEW):
        gap = _BEFORE.match(text, at)
        token = _TOKEN.match(text, gap.end()) if gap else None
        if gap is None or token is None or (". " in gap[0] and word not in _SHORT):
            return None
        found = _number(text, token.start(), label, lists)
        if found is not None and not _harmless(text[token.start() : found], label, word):
            return token.start(), found
        word = token[0].lower()
        if not (word in _FILLERS or (label.kind is not Kind.NUMBER and _names_it(word))):
            return None
        at = token.end()
    return None


def _names_it(word: str) -> bool:
    return word in {"home", "office", "police", "crime", "court", "port", "case", "school", "reg"}


def _number(text: str, start: int, label: Label, lists: Lists) -> int | None:
    """Return where a number that begins at `start` ends; None where none does."""
    end, at, parts, digits, signs, letters = start, start, 0, 0, 0, 0
    while parts < _MOST_PARTS:
        token = _TOKEN.match(text, at)
        if token is None or not _coded(token[0], digits > 0, lists):
            break
        more = sum(char.isalnum() or char in _MASKS for char in token[0])
        if signs + more > label.longest:
            break
        numbers = sum(char.isdigit() or char in _MASKS for char in token[0])
        digits, signs, parts, end = digits + numbers, signs + more, parts + 1, token.end()
        letters += sum(char.isalpha() for char in token[0])
        gap = _GAP.match(text, end)
        if gap is None:
            break
        at = gap.end()
    said = text[start:end]
    least = label.digits if letters else label.bare
    if letters and ("/" in said or "-" in said):
        least = min(least, 2)
    if digits < least or signs < 3 or not any(char.isdigit() for char in said):
        return None
    if label.kind is Kind.VEHICLE and letters and signs < 4:
        return None
    return end


def _coded(token: str, begun: bool, lists: Lists) -> bool:
    """Say whether letters and digits may be part of a reference and no word."""
    if any(char.isdigit() or char in _MASKS for char in token):
        return not re.fullmatch(r"(?i)\d{1,2}(?:st|nd|rd|th|am|pm|hrs?|yrs?|yo|k|m|mins?)", token)
    if token.isupper():
        return len(token) < 6 and not lists.says_nothing(token) if begun else len(token) < 6
    word = token.lower()
    return (
        len(word) < 4 and word not in _SMALL_WORDS and (len(word) < 2 or word not in lists.common)
    )


def _harmless(said: str, label: Label, before: str) -> bool:
    """Say whether it is a year, a date, a time, or a line that everybody may ring."""
    bare = re.sub(r"[ ./-]", "", said)
    if label.kind in {Kind.PHONE, Kind.NUMBER} and _FREE.match(bare):
        return True
    if before in _ENDS or label.kind is Kind.BANK_ACCOUNT:
        return before not in _ENDS and bool(_YEARS.fullmatch(said))
    return bool(_YEARS.fullmatch(said) or _DATE.fullmatch(said))
