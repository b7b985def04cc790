"""Who wrote in a chat that was copied, and grand names that somebody uses: "Uncle Wolf"."""

import re
from collections.abc import Iterator

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
_GRAND = re.compile(
    r"[\"'](?P<it>(?:the )?(?i:uncle|auntie|aunty|brother|sister|sheikh|captain|lady|lord|papa|"
    r"mama|king|queen|doctor|professor|general|commander|father|mother|emir|boss|big|lil) "
    r"[A-Z][\w'-]{1,20}|[Tt]he (?:Captain|Doctor|Professor|General|Boss|Commander|Teacher|Emir|"
    r"Preacher|Colonel|Sheikh|Wolf|Major|Sergeant))[\"']"
)


class Chats:
    """Looks for names that only their form tells."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def find(self) -> Iterator[Candidate]:
        for form, why in ((_SPEAKER, "Who wrote this in a chat"), (_GRAND, WHY["cue"])):
            for match in form.finditer(self._page.text):
                if not _NOBODY.match(match["it"]):
                    self._remember(*match.span("it"))
                    yield Candidate(*match.span("it"), Kind.NAME, Tier.LIKELY, why, "a person")

    def _remember(self, start: int, end: int) -> None:
        for number, token in self._page.between(start, end):
            self._page.within[number] = True
            known = self._page.lists.known(token.base)
            if len(token.base) > 2 and (not known or fold(token.text) in self._page.lists.given):
                self._page.parts.add(token.base)
