"""How far a name goes: given names, particles, surnames, initials."""

from portal.disclosure.cues import NOT_NAMES, ROLES, TITLES, VERBS
from portal.disclosure.people.page import PARTICLES, Page
from portal.disclosure.people.spelling import Spelling
from portal.disclosure.tokens import Token


class Extent:
    """Knows where a name begins and ends."""

    def __init__(self, page: Page, spelling: Spelling) -> None:
        self._page = page
        self._spelling = spelling

    def first(self, at: int) -> int:
        first = at
        while first > 0 and not self._page.within[first - 1]:
            token, before = self._page.words[first], self._page.words[first - 1]
            gap = token.gap
            initial = (
                len(before.text) == 1
                and before.capital
                and gap in {". ", ".", " "}
                and before.text not in "AI"
            )
            if initial and "\n" not in gap:
                first -= 1
                continue
            if (
                gap != " "
                or before.blocked
                or (before.place and not self._page.lists.given.__contains__(before.base))
            ):
                break
            if before.base in NOT_NAMES or before.base in TITLES or before.owns:
                break
            if before.capital and (
                self._spelling.strange(before)
                or (self._spelling.word_name(before) and not self._field(first - 1))
            ):
                first -= 1
                continue
            if (
                before.base in PARTICLES
                and first > 1
                and self._page.words[first - 2].capital
                and before.gap == " "
                and self._spelling.strange(self._page.words[first - 2])
            ):
                first -= 2
                continue
            break
        return first

    def _field(self, at: int) -> bool:
        return self._page.words[at].base in NOT_NAMES or self._page.words[at].base in ROLES

    def last(self, at: int) -> int:
        last = at
        while (
            last + 1 < len(self._page.words) and last - at < 6 and not self._page.words[last].owns
        ):
            token, after = self._page.words[last], self._page.words[last + 1]
            if "\n" in after.gap or self._page.within[last + 1]:
                break
            if after.gap not in {" ", "-"} and not (after.gap == ". " and len(token.text) == 1):
                break
            if self._continues(token, after):
                last += 1
                continue
            beyond = self._page.words[last + 2] if last + 2 < len(self._page.words) else None
            if (
                after.base in PARTICLES
                and beyond
                and beyond.gap in {" ", "-"}
                and beyond.capital
                and not beyond.blocked
                and not self._spelling.known(beyond.base)
            ):
                last += 2
                continue
            break
        return last

    def _continues(self, token: Token, after: Token) -> bool:
        """Say whether `after` belongs to the name that `token` is part of."""
        if not after.capital:
            return (
                not token.capital
                and not self._spelling.known(after.base)
                and after.base in self._page.lists.surnames
            )
        if len(after.text) <= 2 and after.upper | (len(after.text) == 1) and not token.shouted:
            return after.base not in self._page.lists.acronyms and after.text != "I"
        if after.blocked or after.base in NOT_NAMES:
            return False
        if after.place:
            return token.base in self._page.lists.given and after.base in self._page.lists.surnames
        if self._spelling.strange(after):
            return True
        if token.shouted:
            return (
                after.base in self._page.lists.surnames
                and after.base not in VERBS
                and token.base in self._page.lists.given
                and after.base not in self._page.lists.common
            )
        return (
            token.base in self._page.lists.given
            and after.base not in ROLES
            and after.base not in VERBS
        )
