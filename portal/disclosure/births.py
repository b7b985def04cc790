"""Dates of birth in every form that stands after the words that say so, and before them.

"date of birth the fourteenth of the sixth two thousand and eight", "DOB as given 10.10.1387",
"thirteen on Christmas Eve", "KAI M 140311".
"""

import re
from collections.abc import Iterator

from portal.disclosure.findings import Candidate, Kind, Tier

_UNITS = "one|two|three|four|five|six|seven|eight|nine"
_TEENS = (
    "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty"
)
_NUMBER_WORD = rf"(?:{_UNITS}|{_TEENS}|oh|o|zero|nought|hundred|thousand|forty|fifty|sixty|seventy|eighty|ninety|double)"  # noqa: E501
_ORDINAL = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|"
    r"thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|"
    r"twenty[ -](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|thirtieth|"
    r"thirty[ -]first|\d{1,2}\s?(?:st|nd|rd|th))"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR_WORDS = (
    rf"(?:two thousand(?: and)?(?: (?:{_UNITS}|{_TEENS})(?:[ -](?:{_UNITS}))?)?|"
    rf"(?:twenty|nineteen) (?:oh |o )?(?:{_UNITS}|{_TEENS}|\w{{3,7}}ty)(?:[ -](?:{_UNITS}))?|"
    rf"(?:oh|o|nought|zero) (?:{_UNITS})|'\d\d|\d{{2,4}})"
)
_FEAST = (
    r"(?:christmas(?: eve| day)|xmas(?: eve| day)|boxing day|new year'?s? (?:eve|day)|hogmanay|"
    r"hallowe'?en|bonfire night|guy fawkes(?: night)?|valentine'?s(?: day)?|st\.? \w{4,8}'?s? day|"
    r"leap (?:day|year day)|may day|midsummer(?:'s)?(?: day| night| eve)?|april fool'?s?(?: day)?|"
    r"good friday|easter (?:sunday|monday|day)|burns night|pancake day|mother'?s day|"
    r"(?:first|last) day of \w{3,9})"
)
_MASK = r"[\dxX?*_]"
_VALUE = (
    rf"(?:{_MASK}{{1,2}}[ ]?[./\\, _\u2013-][ ]?{_MASK}{{1,2}}[ ]?[./\\, _\u2013-][ ]?"
    rf"{_MASK}{{2,4}}(?![\w/])"
    rf"|\d{{4}}[ ]?[./\\ -][ ]?\d{{1,2}}[ ]?[./\\ -][ ]?\d{{1,2}}(?![\w/])"
    rf"|(?:[0-3]\d[01]\d(?:\d\d|(?:19|20)\d\d)|(?:19|20)\d\d[01]\d[0-3]\d)(?!\w)"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?[ ./-]?(?:of )?{_MONTH}(?![a-z])"
    rf"(?:[ ,./-]{{0,2}}{_YEAR_WORDS}(?!\w))?"
    rf"|(?:the )?{_ORDINAL}(?: day)? (?:of )?(?:the )?(?:{_MONTH}|{_ORDINAL})(?![a-z])"
    rf"(?: month)?(?:,? (?:of |in )?{_YEAR_WORDS}(?!\w))?"
    rf"|{_MONTH} (?:the )?(?:{_ORDINAL}|\d{{1,2}}(?!\d))(?:,? {_YEAR_WORDS}(?!\w))?"
    rf"|{_NUMBER_WORD}(?:[ ,-]{{1,2}}(?:{_NUMBER_WORD}|and|of|the|slash|stroke|{_MONTH}|"
    rf"{_ORDINAL})(?!\w)){{2,9}}"
    rf"|(?:(?:early|mid|late|spring|summer|autumn|"
    rf"winter)[ -](?:of )?)?(?:{_MONTH}[ ,/-]{{1,2}})(?:of )?(?:(?:19|20)\d\d|'\d\d)(?!\w)"
    rf"|(?:the )?(?:spring|summer|autumn|winter) (?:of )?(?:19|20)\d\d(?!\w)"
    rf"|{_FEAST}(?!\w)(?:,? (?:of |in )?{_YEAR_WORDS}(?!\w))?"
    rf"|\d{{1,2}}[./]\d{{1,2}}(?![\w/.-]\w)"
    rf"|[A-Za-z]{{3,9}} \d{{1,2}},? (?:19|20)\d\d(?!\w)"
    rf"|[A-Za-z]{{3,4}} (?:19|20)\d\d(?!\w)"
    rf")"
)  # fmt: skip
_LABEL = (
    r"(?:d\s?[./]?\s?o\s?[./]?\s?b\b\.?|date of birth|birth ?date|birth ?day|b'?day|born|"
    r"day of birth)"
)
_FILLER = (
    r"(?:(?:as|is|was|on|in|at|about|around|approx\.?|given|stated|recorded|reads|says|said|"
    r"claimed|believed|thought|to|be|being|it|him|her|his|hers|he|she|they|have|now|today|the|"
    r"assessed|assumed|registered|"
    r"shown|confirmed|per|from|by|afghan|persian|solar|iranian|ethiopian|islamic|hijri|calendar|"
    r"uncertain|disputed|age|here|abroad|um|er|erm|uh)\b[ ,:]{0,3}){0,6}?"
)
_AFTER_LABEL = re.compile(
    rf"(?i)(?<![\w@]){_LABEL}[\s:=#,|(.\u2013-]{{0,5}}{_FILLER}[(]?(?P<it>{_VALUE})"
)
_YEAR_ALONE = re.compile(
    r"(?i)\b(?:d\.?o\.?b\.?|date of birth|birth ?date|year of birth)[ :=|]{1,3}"
    r"(?P<it>(?:19|20|1[34])\d\d)(?![\w/-]|\.\d)"
)
_ABBREVIATED = re.compile(
    r"(?<=[\s(,])b\.? ?(?P<it>\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d\d)|\d{1,2} [A-Z][a-z]{2,8} "
    r"(?:19|20)?\d\d|[0-3]\d[01]\d\d\d)(?!\w)"
)
_BEFORE_LABEL = re.compile(
    r"(?i)(?<![\w./-])(?P<it>\d{1,2}[./ -]\d{1,2}[./ -](?:\d{4}|\d\d)|[0-3]\d[01]\d\d\d)"
    r"(?= ?\(?(?:d\.?o\.?b\b|date of birth))"
)
_ON_A_FEAST = re.compile(
    rf"(?i)\b(?:(?:{_UNITS}|{_TEENS}|\d{{1,2}})|turn(?:s|ed|ing)?(?: \w{{1,10}})?|birthday|born) "
    rf"(?:is |was |falls |falling |next |last |this )?(?:on |at |is )?(?P<it>{_FEAST})(?!\w)"
)
_POLICE = re.compile(
    r"\b[A-Z][A-Za-z'-]{0,20},? (?:[A-Z]{1,2}[a-z]{0,12},? ){0,2}\(?"
    r"(?P<it>(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:[0-2]\d|[4-9]\d))\b(?![/-]\w|\.\d)"
)
_COUNTED = re.compile(
    r"(?i)\b(?:ref|no|number|log|cad|urn|collar|pc|id|pin|code|crime|exhibit)\W{0,3}$"
)
_WHY = "A date of birth"


def births(text: str) -> Iterator[Candidate]:
    """Give the dates of birth of a plain text that their label, or a name before, tells."""
    for form in (_AFTER_LABEL, _YEAR_ALONE, _ABBREVIATED, _BEFORE_LABEL, _ON_A_FEAST):
        for match in form.finditer(text):
            start, end = match.span("it")
            end -= len(match["it"]) - len(match["it"].rstrip(" .,"))
            yield Candidate(start, end, Kind.DATE_OF_BIRTH, Tier.CERTAIN, _WHY)
    for match in _POLICE.finditer(text):
        start, end = match.span("it")
        if not _COUNTED.search(text[max(0, start - 14) : start]):
            yield Candidate(start, end, Kind.DATE_OF_BIRTH, Tier.LIKELY, _WHY)
