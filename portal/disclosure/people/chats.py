"""Who wrote in a chat that was copied, and grand names that somebody uses: "Uncle Wolf"."""

import re
from collections.abc import Iterator

from portal.disclosure.cues import NOT_NAMES, ROLES
from portal.disclosure.findings import Candidate, Kind, Tier
from portal.disclosure.lists import fold
from portal.disclosure.people.page import WHY, Page

_STAMP = (
    r"(?:\[?\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4},?\s\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[ap]m)?\]?"
    r"|\[\d{1,2}[:.]\d{2}(?:[:.]\d{2})?\])"
)
_SPEAKER = re.compile(
    rf"(?im)^[\s>*]{{0,4}}{_STAMP}\s(?:-\s)?(?P<it>[^\W\d_][^:\n]{{0,30}}?)\s?:\s"
)
_NOBODY = re.compile(r"(?i)(?:me|you|system|admin|bot|staff|caller|child|worker|school|police)$")
_FIELD = re.compile(
    r"(?i:\b(?:first name|forename|surname|family name|given name|christian name|last name|"
    r"middle name|real name|maiden name|stage name|full name))(?: is| was|:| =|,| \|)? [\"']?"
    r"(?P<it>[A-Z][\w'-]{1,20})(?=[ ,.;)\"'\n|]|$)"
)
_CALLED = re.compile(
    r"(?i:\b(?:(?:also |otherwise )?known as|a\.?k\.?a\.?|nick ?names?|preferred name|alias(?:es)?|"
    r"street name|likes to be called|pet name|answers to|other names?|also called|"
    r"chosen name|former name|previous name|maiden name|name at school))\s?[:|=]\s{1,2}[\"']?"
    r"(?P<it>[^\W\d_][\w'-]{0,20}[\"']?(?:(?:,| or| and|/|;)\s?[\"']?[A-Z][\w'-]{0,20}[\"']?){0,3})"
)
_GRAND = re.compile(
    r"[\"'](?P<it>(?:the )?(?i:uncle|auntie|aunty|brother|sister|sheikh|captain|lady|lord|papa|"
    r"mama|king|queen|doctor|professor|general|commander|father|mother|emir|boss|big|lil|"
    r"gran|granny|nan|nanny|nana|nanna|grandad|grandpa|pa|ma|baba|bibi|little|young|old|crazy|mad|"
    r"fat|skinny|tall|mr|mrs|miss|dr|chef|coach|pastor|prophet|abu|umm) "
    r"[A-Z][\w'-]{1,20}|[Tt]he (?:Captain|Doctor|Professor|General|Boss|Commander|Teacher|Emir|"
    r"Preacher|Colonel|Sheikh|Wolf|Major|Sergeant))[\"']"
)


class Chats:
    """Looks for names that only their form tells."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def find(self) -> Iterator[Candidate]:
        for match in _FIELD.finditer(self._page.text):
            if self._is_called(*match.span("it")):
                yield Candidate(*match.span("it"), Kind.NAME, Tier.LIKELY, WHY["cue"], "a person")
        for match in _CALLED.finditer(self._page.text):
            for one in re.finditer(r"[^\W\d_][\w'-]{0,20}", match["it"]):
                start, end = match.start("it") + one.start(), match.start("it") + one.end()
                if self._is_called(start, end):
                    self._remember(start, end)
                    yield Candidate(start, end, Kind.NAME, Tier.LIKELY, WHY["cue"], "a person")
        for form, why in ((_SPEAKER, "Who wrote this in a chat"), (_GRAND, WHY["cue"])):
            for match in form.finditer(self._page.text):
                if not _NOBODY.match(match["it"]):
                    self._remember(*match.span("it"))
                    yield Candidate(*match.span("it"), Kind.NAME, Tier.LIKELY, why, "a person")

    def _is_called(self, start: int, end: int) -> bool:
        """Say whether a word after the label of a form is a name: "Known as: T, Reese"."""
        return not any(
            (token.blocked and token.base not in self._page.lists.given)
            or token.base in NOT_NAMES
            or token.base in ROLES
            for _, token in self._page.between(start, end)
        )

    def _remember(self, start: int, end: int) -> None:
        for number, token in self._page.between(start, end):
            self._page.within[number] = True
            known = self._page.lists.known(token.base)
            if len(token.base) > 2 and (not known or fold(token.text) in self._page.lists.given):
                self._page.parts.add(token.base)
