"""Letters that stand for a person: K.T., AB, M."""

import re
from collections import Counter
from collections.abc import Iterator

from portal.disclosure.bags import bag
from portal.disclosure.cues import AFTER_WEAK, BELONGINGS, ROLES, VERBS, WEAK_VERBS
from portal.disclosure.findings import Candidate, Kind, Tier
from portal.disclosure.people.page import WHY, Page
from portal.disclosure.tokens import Token

_LETTERS = re.compile(r"(?<![\w.])(?:[A-Z]\.\s?){2,3}(?![\w.])|(?<![\w.])[A-Z]\.[A-Z](?![\w.])")
_TITLED = re.compile(
    r"\b(?i:nanny|nan|auntie|aunty|uncle|mr|mrs|miss|ms|dr|coach|grandad|cousin|sir|pastor|ustadh)"
    r"\.? (?P<it>[A-Za-z])(?![\w'.-])"
)
_NOBODYS = "aioxyzABCDEFIXYZ"
"""Letters that stand for anybody after a title, or are words."""
_SIGNED = re.compile(
    r"(?m)^(?P<dated>[ >*|-]{0,4}\[?\d{1,4}[/.:-]\d{1,2})?[^\n]{0,600}?(?:[.!?)\"']|\w)\s?"
    r"(?:[-\u2013\u2014/]|\(|\[)\s?(?P<it>[A-Z]{2,3})[)\]]?[ .]{0,2}$"
)
_CALLS = bag("tc vm lm em")
"""Calls and messages, where a person follows: "TC to mum"."""
_KNOWN_LETTERS = bag(
    """
    U.K U.S N.B P.S A.M P.M E.G I.E U.N D.O.B A.O.B N.I N.A D.V G.P U.S.A P.E R.E C.V E.U
    """
)


class Initials:
    """Looks for letters that do what a person does."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def find(self) -> Iterator[Candidate]:
        for match in _LETTERS.finditer(self._page.text):
            if match[0].replace(" ", "").rstrip(".").upper() not in _KNOWN_LETTERS and not re.match(
                r" ?[A-Z][a-z]", self._page.text[match.end() : match.end() + 3]
            ):
                yield Candidate(
                    match.start(),
                    match.start() + len(match[0].rstrip()),
                    Kind.NAME,
                    Tier.LIKELY,
                    WHY["letters"],
                    "the child",
                )
        yield from self._titled()
        yield from self._signatures()
        if not re.search(
            r"\b(?:[Cc]hild|[Pp]arent|[Aa]dult|[Ff]amily|[Pp]upil|[Ss]ibling) [A-Z]\b",
            self._page.text,
        ):
            for at, token in enumerate(self._page.words):
                if self._letter(at, token):
                    yield Candidate(
                        token.start,
                        token.stop,
                        Kind.NAME,
                        Tier.LIKELY,
                        WHY["letters"],
                        "the child",
                    )
        for at, token in enumerate(self._page.words):
            if (
                not (token.upper and 2 <= len(token.text) <= 3)
                or token.blocked
                or token.place
                or self._page.within[at]
                or token.shouted
            ):
                continue
            if self._stands_for_person(at, token):
                self._page.within[at] = True
                yield Candidate(
                    token.start, token.stop, Kind.NAME, Tier.LIKELY, WHY["letters"], "the child"
                )

    def _titled(self) -> Iterator[Candidate]:
        """Give a letter after a title: "nanny v"."""
        for match in _TITLED.finditer(self._page.text):
            if match["it"] not in _NOBODYS:
                span = match.span("it")
                yield Candidate(*span, Kind.NAME, Tier.LIKELY, WHY["letters"], "a person")

    def _signatures(self) -> Iterator[Candidate]:
        """Give the letters that end an entry of a log: "No blame. - JW"."""
        marks = [
            match
            for match in _SIGNED.finditer(self._page.text)
            if not any(token.blocked for _, token in self._page.between(*match.span("it")))
        ]
        often = Counter(match["it"] for match in marks)
        for match in marks:
            if often[match["it"]] > 1 or match["dated"]:
                span = match.span("it")
                for number, _ in self._page.between(*span):
                    self._page.within[number] = True
                yield Candidate(*span, Kind.NAME, Tier.LIKELY, WHY["letters"], "the worker")

    def _letter(self, at: int, token: Token) -> bool:
        """Say whether a single letter does what a person does."""
        if (
            len(token.text) != 1
            or not token.capital
            or token.text in "AI"
            or self._page.within[at]
            or token.shouted
        ):
            return False
        before = self._page.words[at - 1] if at else None
        if before and token.gap == " " and before.capital:
            return False
        after = self._page.words[at + 1] if at + 1 < len(self._page.words) else None
        if token.owns:
            return bool(after and after.base in BELONGINGS)
        return bool(
            after
            and after.gap == " "
            and not after.capital
            and (
                after.base in VERBS - WEAK_VERBS
                or after.base == "is"
                or after.base == "was"
                or after.base in {"seen"}
            )
        )

    def _is_subject_line(self, token: Token) -> bool:
        """Say whether a note is about the letters: "re DB, Y11"."""
        before = self._page.text[max(0, token.start - 12) : token.start]
        after = self._page.text[token.end : token.end + 2]
        return bool(re.search(r"(?i)(?:^|\n)\s?re:?\s$", before)) and after[:1] in {
            ",",
            "\n",
            ".",
            "",
        }

    def _will_do(self, at: int, token: Token, after: Token | None) -> bool:
        """Say whether a sentence tells what somebody did or will do: "DB has cut down"."""
        beyond = self._page.words[at + 2] if at + 2 < len(self._page.words) else None
        if not (token.opens or at == 0) or after is None or beyond is None:
            return False
        return (
            after.gap == " "
            and after.base in {"has", "had", "will", "can", "did", "does", "won't", "hasn't"}
            and not after.capital
            and not beyond.capital
            and beyond.base not in {"a", "an", "the", "no", "been", "published", "issued", "set"}
        )

    def _stands_for_person(self, at: int, token: Token) -> bool:
        before = self._page.words[at - 1] if at else None
        after = self._page.words[at + 1] if at + 1 < len(self._page.words) else None
        two = len(token.text) == 2
        if token.owns:
            two = two and not (before and before.base in {"the", "our", "a", "an", "their", "your"})
            return bool(after and (two or after.base in BELONGINGS or after.base in ROLES))
        if two and self._is_subject_line(token):
            return True
        if two and self._will_do(at, token, after):
            return True
        if before and before.base == "by" and token.gap == " " and after and not after.capital:
            return True
        if re.search(
            r"(?:^|\n)[ >]{0,4}$", self._page.text[max(0, token.start - 5) : token.start]
        ) and re.match(r"\s{0,4}(?:\n|$)", self._page.text[token.end : token.end + 5]):
            return True
        if after and after.gap == " " and not after.capital:
            if after.base in (VERBS - WEAK_VERBS) - {
                "reported",
                "shared",
                "reports",
                "states",
                "requested",
                "called",
            }:
                return True
            beyond = self._page.words[at + 2] if at + 2 < len(self._page.words) else None
            rung = token.base in _CALLS and beyond is not None and beyond.base in ROLES
            if after.base == "to" and token.opens and beyond and not (beyond.capital or rung):
                return True
            if (
                after.base in {"is", "was", "has"}
                and beyond
                and beyond.base in AFTER_WEAK - {"a", "an", "in", "on", "not", "being", "now"}
            ):
                return True
        return bool(
            before
            and (
                before.base in {"told", "child", "mother", "mum", "boy", "girl"}
                or (two and not before.upper and before.base in {"taker", "worker", "chair"})
            )
            and token.gap == " "
            and not (before.capital and len(token.text) < 2)
        )
