"""Names used online that only their place tells: who speaks in a chat, a second account."""

import re
from collections import Counter
from collections.abc import Iterator

from portal.disclosure.findings import Candidate, Kind, Tier

_WHY = "A name that someone uses online"
_SPEAKER = re.compile(
    r"(?m)^[\s>*]{0,4}(?P<it>(?=[\w.-]{0,28}[\d._])[A-Za-z_][\w.-]{2,28}\w)"
    r"(?:\s[(\[]?\d{1,2}[:.]\d{2}(?:\s?[ap]m)?[)\]]?)?:\s(?=\S)"
)
_ANYBODY = re.compile(
    r"(?i)(?:participant|speaker|interviewer|respondent|facilitator|person|child|pupil|student|"
    r"user|witness|adult|parent|staff|male|female|unknown|question|answer|step|item|line|note|"
    r"action|day|week|year|version)s?[_.-]?\d{0,3}$"
)
_LIKE_ONE = r"(?=[a-z][\w.]{0,28}[\d._]\w)(?=(?:[\d._]{0,6}[a-z]){4})[a-z][\w.]{3,28}\w"
_FORMS = (
    re.compile(
        # posts under @one on one platform and two.wired on another
        r"(?<![\w.])@\w[\w.]{1,28}[^\n;@]{0,60}?(?:\b(?:and|or|also|then|as|now|is)\b|,|/|\()\s?"
        rf"[\"']?(?P<it>{_LIKE_ONE})(?![\w@/])(?!\.\w)"
    ),
    re.compile(
        rf"(?<![\w.@/-])(?P<it>{_LIKE_ONE})(?=[\"']? (?:on|in) (?:another|the other|a second|"
        r"a different|both|one) (?:one|app|site|platform|account|server|game|channel)?\b)"
    ),
    re.compile(
        r"\b(?:posts?|posted|posting|goes|going|writes|wrote|chats|chatted|plays|streams?|"
        r"comments|messages|messaged|uploads) (?:under|by|as|with)(?: the)?"
        r"(?: names?| handles?)?:? "
        rf"[\"']?(?P<it>{_LIKE_ONE})(?![\w@/])(?!\.\w)"
    ),
)


def handles(text: str) -> Iterator[Candidate]:
    """Give who writes in a chat that was copied, and accounts that are named beside another."""
    lines = [match for match in _SPEAKER.finditer(text) if not _ANYBODY.match(match["it"])]
    often = Counter(match["it"] for match in lines)
    odd = any(re.search(r"[\d.]", name) for name in often)  # fields have underscores alone
    if odd and len(lines) > 2 and max(often.values()) > 1:
        for match in lines:
            yield Candidate(
                *match.span("it"), Kind.HANDLE, Tier.CERTAIN, "Who wrote this in a chat"
            )
    for form in _FORMS:
        for match in form.finditer(text):
            yield Candidate(*match.span("it"), Kind.HANDLE, Tier.CERTAIN, _WHY)
