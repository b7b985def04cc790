"""Dates that are exact enough to find a person in a newspaper or a register."""

import re
from collections.abc import Iterator

from portal.disclosure.findings import Candidate, Kind, Tier

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_WELSH = "ionawr chwefror mawrth ebrill mai mehefin gorffennaf awst medi hydref tachwedd rhagfyr"
_MONTH = (
    r"(?P<month>(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|"
    + "|".join(_WELSH.split())
    + r"))\b\.?"
)
_YEAR = r"(?P<year>(?:19|20)\d\d|'\d\d|(?<=[\s/.-])\d\d(?![\d:.]\d|\w|%))"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_TH = r"(?P<th>\s?(?i:st|nd|rd|th))"
_WEEKDAY = r"(?i:mon|tues?|wed(?:nes|s)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?i:day)?\b,?"
_LATE = (
    r"(?i:eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|"
    r"nineteenth|twentieth|thirtieth|twenty[ -](?:first|second|third|fourth|fifth|sixth|seventh|"
    r"eighth|ninth)|thirty[ -]first)"
)
_ORDINAL = r"(?i:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|" + _LATE + r")"
_ROMAN = "i ii iii iv v vi vii viii ix x xi xii"
_FORMS = (
    # 14/03/2009, 2.11.11
    rf"(?<![\w/.£-]){_DAY}(?P<sep>[/.-])(?P<number>0?[1-9]|1[0-2])(?P=sep)(?P<year>(?:19|20)\d\d|"
    rf"\d\d)(?![\w/-]|\.\d)",
    # 2023-05-12
    r"(?<![\w/-])(?P<year>(?:19|20)\d\d)(?P<sep>[-/.])(?P<number>0?[1-9]|1[0-2])(?P=sep)"
    r"(?P<day>0?[1-9]|[12]\d|3[01])(?![\d.])",
    # Tuesday 3rd of November 2023, 3 Nov
    rf"(?:\b{_WEEKDAY}\s(?:the\s)?)?(?<![\w/.£-])\b{_DAY}{_TH}?(?:\s(?:of\s)?(?:the\s)?|\s?-\s?|"
    rf"/)?{_MONTH}(?:[\s,/-]{{0,3}}{_YEAR})?(?!\w)",
    # November 3rd, 2023
    rf"(?:\b{_WEEKDAY}\s)?\b{_MONTH}\s(?:the\s)?{_DAY}(?![\d:.]\d|\d|\s?(?i:am|pm)\b|"
    rf"/){_TH}?\b(?:,?\s(?P<year>(?:19|20)\d\d))?",
    # November 2023, Nov '23
    rf"(?:\b(?i:early|mid|late|beginning of|end "
    rf"of)[\s-])?\b{_MONTH}[\s,/-]{{1,2}}(?:of\s)?(?P<year>(?:19|20)\d\d|'\d\d)(?!\d)",
    # Tuesday 3rd
    rf"\b{_WEEKDAY}\s(?:the\s)?{_DAY}{_TH}\b",
    # on the 3rd
    rf"\b(?i:(?:on|by|since|until)\sthe|review|meeting|mtg|panel|"
    rf"hearing)\s{_DAY}{_TH}\b(?!\s(?i:birthday|floor|year|century|time|week|"
    rf"day|occasion|attempt|child|and|(?:per)?cent(?:ile)?s?|grade|floor|page|place))",
    # 3/11 where something says that it is a date
    rf"(?:\b(?i:on|since|from|by|until|till|dated|of|between|w/c|wc|w/e|after|before|to|due|and|"
    rf"seen|visit|meeting|mtg|strat|conf|review|panel|hearing|session|last|again|rang|phoned|"
    rf"called|appt|appts|appointment|app|booked|rebooked|dr's|clinic|court|the)\s|"
    rf"^[\s*>|(-]{{0,6}}|\bDate: "
    rf")(?P<it>){_DAY}[/.](?P<number>0?[1-9]|1[0-2])(?![\w/%-]|\.\d|\s?(?i:of|hours|hrs|support|"
    rf"cover|"
    rf"care|children|pupils|cases|am|pm|miles|years|percent|per)\b)",
    # 16/08 19:00
    rf"(?<![\w/.-]){_DAY}/(?P<number>0?[1-9]|1[0-2])(?=,?\s(?:at\s)?\d{{1,2}}[:.]\d\d\b)",
    # 06/24 where a day would come first otherwise
    r"\b(?i:since|from|until|till|in|by|of)\s(?P<number>0[1-9]|1[0-2])/(?P<year>[0-4]\d)(?![\w/-])",
    # signed and dated: J. Smith, 5/3
    r"(?<=,)\s(?P<day>0?[1-9]|[12]\d|3[01])[/.](?P<number>0?[1-9]|1[0-2])\s{0,3}$",
    # 14th - rang the school
    rf"^[\s*>|-]{{0,6}}{_DAY}{_TH}(?=\s{{0,2}}[-\u2013\u2014:])",
    # ninth of March
    rf"\b{_ORDINAL}"
    rf"\s(?:of\s)?{_MONTH}(?:,?\s(?P<year>(?:19|20)\d\d))?",
    # 11/2023
    r"(?<![\w/.-])(?P<number>0[1-9]|1[0-2])/(?P<year>20\d\d)(?![\w/-])",
    # Mar-23
    rf"\b{_MONTH}-(?P<year>\d\d)(?![\w/-])",
    # 8th inst.
    rf"\b{_DAY}{_TH}?\s(?i:inst|ult|prox)\b\.?",
    # the 3rd of this month
    rf"\b{_DAY}{_TH}\s(?:of\s)?(?i:this|last|next)\smonth\b",
    # 4.iii.24
    r"(?<![\w/.-])(?P<day>0?[1-9]|[12]\d|3[01])[./](?P<roman>i{1,3}|i?v|vi{1,3}|i?x|xi{1,2})[./]"
    r"(?P<year>(?:19|20)\d\d|\d\d)(?![\w/-])",
    # Mon 3/3
    rf"\b{_WEEKDAY}\s(?:the\s)?{_DAY}[/.](?P<number>0?[1-9]|1[0-2])(?![\w/%-]|\.\d)",
    # March the fourth
    rf"\b{_MONTH}\s(?:the\s){_ORDINAL}(?:,?\s(?P<year>(?:19|20)\d\d))?\b",
    # on the twenty-first
    rf"\b(?i:on|by|since|until)\sthe\s{_LATE}\b(?!\s(?i:birthday|floor|year|century|time|week|day|"
    rf"occasion|attempt|child|anniversary|visit|session|meeting|amendment|of))",
    # Christmas Day 2022
    r"\b(?i:christmas(?: eve| day)?|xmas(?: eve| day)?|boxing day|new year'?s (?:eve|day)|"
    r"easter(?: (?:sunday|monday|"
    r"weekend))?|good friday|halloween|bonfire night|valentine'?s day|eid(?:[ -]al[ -]\w{4,5})?|"
    r"ash wednesday|maundy thursday|palm sunday|shrove tuesday|"
    r"whit(?:sun| monday)|remembrance (?:sunday|day)|ramadan|diwali|vaisakhi|hanukkah|nowruz|"
    r"mother'?s day|st (?:george|andrew|david|patrick)'?s day|hogmanay),? "
    r"(?P<year>(?:19|20)\d\d|'?[012]\d(?![\d:.]))\b",
    # 02/24 and 9th at the beginning of a line
    r"^[\s*>|-]{0,6}(?P<it>)(?P<number>0[1-9]|1[0-2])/(?P<year>1[3-9]|2\d)(?=[ :|-])",
    rf"^[\s*>|-]{{0,6}}(?P<it>){_DAY}{_TH}(?=\s[A-Z][a-z]{{2,12}}\s)(?!\s(?:Floor|Century|"
    rf"Edition|Session|Meeting|"
    rf"Annual|Year|Birthday|Report))",
    # 14MAR25
    rf"(?<![\w/.-]){_DAY}(?P<month>(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))"
    r"(?P<year>(?:20)?\d\d)(?!\w)",
    # 9-11 October, 9 and 10 October
    rf"(?<![\w/.£-]){_DAY}{_TH}?\s?(?:-|\u2013|/|&|and|to)\s?\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?"
    rf"{_MONTH}(?:[\s,/-]{{0,3}}{_YEAR})?(?!\w)",
    # fourteenth of the sixth, 14th of the 6th
    rf"\b(?:{_ORDINAL}|{_DAY}{_TH})\sof\sthe\s(?:{_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th))(?!\w)"
    r"(?=[,.;:)\n-]|$|\s(?:two thousand|twenty|oh|he|she|they|and|at|in|with|"
    r"\d)\b)(?:,?\s(?:two thousand(?: and)? \w{3,9}|(?P<year>(?:19|20)\d\d))\b)?",
    # 2) 8/10 - asked, yesterday (8/10)
    rf"(?:^[\s*>|-]{{0,4}}\(?(?:\d{{1,2}}|[a-z]|[ivx]{{1,4}})[).:]\s{{1,3}}|\b(?i:yesterday|today|"
    rf"tomorrow|birthday|tonight|lunchtime|this (?:morning|afternoon|evening)|"
    rf"last night)[\s,(]{{1,2}})(?P<it>){_DAY}[/.]"
    rf"(?P<number>0?[1-9]|1[0-2])(?![\w/%-]|\.\d|\s?(?i:of|hours|hrs|per|out)\b)",
    # on Eid night (4/10), she came back (20/10)
    r"\((?P<it>)(?P<day>1[3-9]|2\d|3[01])/(?P<number>0?[1-9]|1[0-2])(?=\)|,\s[a-z])",
    rf"\b(?i:night|(?:christmas|boxing|mother's|father's|sports|inset) day|morning|evening|"
    rf"weekend|lunchtime|appt|appointment|{_WEEKDAY})\s\((?P<it>){_DAY}/(?P<number>0?[1-9]|1[0-2])\)",
)  # fmt: skip
_COMPILED = tuple(re.compile(form, re.MULTILINE) for form in _FORMS)
_BIRTH = re.compile(
    r"(?i)(?:\bd\.?\s?o\.?\s?b\b|\bborn\b|\bdate of birth\b|\bbirthday\b)[^\n]{0,14}$"
)
_BIRTH_AFTER = re.compile(r"(?i)\A\)?,?\s{0,2}\(?(?:d\.?o\.?b\b|\bbirth)")
_OF_A_LAW = re.compile(
    r"(?i)\b(?:published|statutory|in(?:to)? force|new edition|revised|amended|legislation|"
    r"guidance|"
    r"regulations|royal assent|act (?:19|20)\d\d|working together|keeping children|framework|"
    r"consultation|"
    r"law as (?:at|of)|census|white paper|inspection handbook|last reviewed)\b"
)
_OF_STATISTICS = re.compile(
    r"(?i)\b(?:year (?:to|ending)|statistics|figures (?:for|from|to)|data (?:for|from|to)|"
    r"report of|government|became law|duty began|commenced|announced|edition|bill|strategy|"
    r"interviews? (?:from|in)|"
    r"research|study|survey|evaluation|categories|types of concern|definition|version|protocol of|"
    r"inquiry|(?-i:[A-Z][a-z]+ (?:Act|Bill|Regulations))|was banned|proscribed|toolkit)\b"
)
_IN_FORCE = re.compile(r"[^.\n]{0,45}\b(?:came into force|took effect|takes effect|is in force)\b")
_IN_FORCE_ON = re.compile(
    r"(?i)\b(?:guidance|duty|duties|act|regulations?|framework|code|standards|law|bill|policy|"
    r"thresholds)\b[^.\n]{0,90}\b(?:came into force|comes into force|took effect|takes effect|"
    r"in force from|effective from|commenced)(?: on| from)? $"
)
_LAWS = (
    # an offence in England and Wales since
    re.compile(
        r"(?i)\b(?:been|become|became|made|is|are|was|be) (?:unlawful|illegal|mandatory|compulsory|"
        r"required by law|against the law|an? (?:criminal )?(?:offence|duty))\b[^.\n]{0,60}"
        r" (?:since|as of) $"
    ),
    # the Minimum Age Act raised the age in England and Wales on
    re.compile(
        r"\b(?:Acts?|Regulations|Order|Bill|law)\b[^.\n]{0,110}\bin (?:England|Wales|Scotland|"
        r"Northern Ireland|Great Britain|the UK|the United Kingdom)(?: and (?:Wales|Scotland))?,? "
        r"(?:on|from|since|until) $"
    ),
)
_ITS_DAY = re.compile(r"\d{1,2}(?:st|nd|rd|th)? (?:of )?$")
"""What stands before a month that was read without its day."""
_OBLIGED = re.compile(
    r",?(?: [a-z]+){0,8} (?:professionals|teachers|schools|authorities|settings|providers|"
    r"employers|bodies|agencies|practitioners|it has been (?:an? )?(?:unlawful|illegal|offence|"
    r"duty))\b"
)
_BY_LAW = re.compile(r"\b(?:Act (?:19|20)\d\d|Regulations|Order (?:19|20)\d\d|[Ll]aw)\b")
_TITLED = re.compile(
    r"(?:[A-Z][\w'-]{0,24}(?: (?:of|the|in|to|for|and|a|with|on)){0,2} ){1,8}"
    r"(?:Advice|Guidance|Children|Education|Settings|People|Families|Standards|Code|Framework|"
    r"Handbook|Strategy|Toolkit|Circular|Act|Regulations) \((?:[A-Z][\w' ]{1,40}, )?$"
)
_REVIEW_OF = re.compile(
    r"\b[Tt]he (?!(?:Case|Child|Protection|Care|Statutory|Placement|Annual|Interim|Final|First|"
    r"Second|Last|Rapid|Practice|Plan|Home|School|Initial)\b)[A-Z][\w-]{2,20} "
    r"(?:Review|Inquiry|Report|Strategy|Commission|White Paper|Green Paper) of $"
)
_COMES_OF_AGE = re.compile(r"(?i)(?:\w{2,5} the )?(?:16|18|21|25)(?:th|st)$")
_OF_BIRTHDAYS = re.compile(r"(?i)\bbirthdays?\b")
_TERM = re.compile(
    r"(?i)(?:1(?:st)?(?: of)? (?:april|september)|31(?:st)?(?: of)? (?:march|august))"
)
"""Days on which years of finance and of school begin and end."""
_SOMEBODY = re.compile(r"(?i)\b(?:he|she|him|her|his|mum|dad|mother|father)\b")
_ATTACKS = re.compile(
    r" (?:attacks?|bomb\w{0,5}|conspirac\w{1,3}|truth\w{0,4}|terror\w{0,4}|and the)\b"
)
_IN_THE_NEWS = re.compile(
    r"(?:\b[A-Z][a-z]{2,20} (?:[Aa]ttacks?|[Bb]ombings?|[Rr]iots?|[Ss]hootings?|massacre)|"
    r"\b[Aa]ttacks? (?:at|in|on) (?:the )?[A-Z][\w ]{2,30}|"
    r"\b(?:[Mm]urder|[Kk]illing|[Dd]eath) of (?:Sir |Fusilier |PC )[A-Z][\w ]{2,30}"
    r"),? (?:on|of|in) (?:[^.\n]{0,40} (?:on|of|in) )?"
    r"(?:\d{1,2}(?:st|nd|rd|th)? )?$"
)
"""An attack that everybody knows of, before its date."""
_NUMBERED = re.compile(
    r"(?i)\b(?:year|level|section|aged?|under|over|article|part|tier|band|grade|page|item|annex|"
    r"schedule|"
    r"chapter|case|step|stage|schedule|regulation|s\.?|para|key stage|ks|top|than|least|most)\s?$"
)


def dates(text: str) -> Iterator[Candidate]:
    """Give the exact dates, and months with a year, of a plain text."""
    for form in _COMPILED:
        for match in form.finditer(text):
            start, end = match.start(), match.end()
            if "it" in match.re.groupindex:
                start = match.start("it")
            start += len(text[start:end]) - len(text[start:end].lstrip())
            if not _refused(match, text):
                yield _candidate(match, text, start, end)


def _refused(match: re.Match[str], text: str) -> bool:
    said = match.groupdict()
    month, day = said.get("month"), said.get("day")
    if month and month in {"may", "march", "mar", "sat", "mai"} and not said.get("year"):
        follows = text[match.end() : match.end() + 1]
        if not said.get("th") or follows not in {"", ".", ",", "\n", ")", ";", ":"}:
            return True
    if day and _NUMBERED.search(text[max(0, match.start() - 14) : match.start()]):
        return True
    if _COMES_OF_AGE.match(match[0].strip()) and _OF_BIRTHDAYS.search(
        text[max(0, match.start() - 120) : match.start()]
    ):
        return True
    if not said.get("year") and _TERM.fullmatch(match[0].strip(" .")):
        line = text.rfind("\n", 0, match.start()) + 1
        if not _SOMEBODY.search(text[max(line, match.start() - 120) : match.end() + 80]):
            return True
    if match[0].endswith(("7/7", "9/11")) and _ATTACKS.match(text, match.end()):
        return True
    if match[0].strip() == "24/7" or "24/7" in match[0]:
        return True
    if _BIRTH.search(text[max(0, match.start() - 30) : match.start()]):
        return False
    return bool(said.get("year")) and _law(text, match.start(), match.end(), bool(day))


def _law(text: str, start: int, end: int, exact: bool) -> bool:
    """Say whether the sentence tells when a law or guidance came, not when a child was seen."""
    left = max(
        text.rfind("\n", 0, start), text.rfind(". ", 0, start), start - (40 if exact else 70)
    )
    right = min(len(text), end + (16 if exact else 30))
    line = text.find("\n", end, right)
    around = text[max(0, left) : start] + " " + text[end : line if line >= 0 else right]
    if not exact and (
        _OF_STATISTICS.search(around)
        or _TITLED.search(text[max(0, start - 140) : start])
        or _REVIEW_OF.search(text[max(0, start - 60) : start])
    ):
        return True
    if _IN_THE_NEWS.search(text[max(0, start - 100) : start]):
        return True
    if _IN_FORCE_ON.search(text[max(0, start - 140) : start]):
        return True
    if _in_force(text, start, end):
        return True
    return bool(_OF_A_LAW.search(around) or _IN_FORCE.match(text[end : end + 70]))


def _in_force(text: str, start: int, end: int) -> bool:
    """Say whether a sentence of nobody tells from which day a law holds."""
    before, after = text[max(0, start - 170) : start], text[end : end + 170]
    before = _ITS_DAY.sub("", before)
    sentence = re.split(r"[.!?]\s|\n", before)[-1]
    if _SOMEBODY.search(sentence + " " + re.split(r"[.!?]\s|\n", after)[0]):
        return False
    return any(form.search(before) for form in _LAWS) or bool(
        re.fullmatch(r"\W*(?:Since|From|Until) ", sentence)
        and _OBLIGED.match(after)
        and _BY_LAW.search(before + after)
    )


def _candidate(match: re.Match[str], text: str, start: int, end: int) -> Candidate:
    birth = bool(
        _BIRTH.search(text[max(0, start - 30) : start]) or _BIRTH_AFTER.match(text[end : end + 20])
    )
    if birth:
        why, kind, tier = "A date of birth", Kind.DATE_OF_BIRTH, Tier.CERTAIN
        return Candidate(start, end, kind, tier, why, _year_of_birth(match))
    exact = bool(match.groupdict().get("day"))
    why = (
        "An exact date can be looked up in a newspaper or a record"
        if exact
        else "A month and year together narrow down the event"
    )
    return Candidate(start, end, Kind.DATE, Tier.LIKELY, why, quarter(match))


def _year(match: re.Match[str]) -> int | None:
    said = match.groupdict().get("year")
    if not said:
        return None
    number = int(said.lstrip("'"))
    return number if number > 99 else number + (2000 if number < 60 else 1900)


def _month(match: re.Match[str]) -> int | None:
    said = match.groupdict()
    if said.get("number"):
        return int(said["number"])
    if said.get("roman"):
        return _ROMAN.split().index(said["roman"]) + 1
    name = (said.get("month") or "").lower()
    if name in _WELSH.split():
        return _WELSH.split().index(name) + 1
    return next(
        (n for n, month in enumerate(_MONTHS, 1) if name and month.startswith(name[:3])), None
    )


def quarter(match: re.Match[str]) -> str:
    """Return the quarter that a date lies in: "January to March 2023"."""
    month, year = _month(match), _year(match)
    if month is None:
        return str(year) if year else ""
    first = (month - 1) // 3 * 3
    said = f"{_MONTHS[first].title()} to {_MONTHS[first + 2].title()}"
    return f"{said} {year}" if year else said


def _year_of_birth(match: re.Match[str]) -> str:
    year = _year(match)
    return f"born between {year - 1} and {year + 1}" if year else ""
