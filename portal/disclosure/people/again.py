"""Names, and places that no list has, that were found once and stand again."""

from collections.abc import Iterator

from portal.disclosure.cues import VERBS
from portal.disclosure.findings import Candidate, Kind, Tier
from portal.disclosure.people.beside import SEASONED, Cues
from portal.disclosure.people.page import WHY, Page
from portal.disclosure.people.spelling import Spelling
from portal.disclosure.tokens import Token

_MONTHS = {"may", "june", "april", "august"}


class Again:
    """Looks for the names that the page has."""

    def __init__(self, page: Page, spelling: Spelling, cues: Cues) -> None:
        self._page = page
        self._spelling = spelling
        self._cues = cues

    def find(self) -> Iterator[Candidate]:
        letters = {
            token.text
            for at, token in enumerate(self._page.words)
            if self._page.within[at] and token.upper and len(token.text) < 4
        }
        for at, token in enumerate(self._page.words):
            if (
                self._page.within[at]
                or (token.blocked and token.base not in self._page.parts)
                or token.place
            ):
                continue
            if token.base in self._page.where and token.capital:
                self._page.within[at] = True
                end, kind, tier = token.stop, Kind.PLACE, Tier.LIKELY
                yield Candidate(token.start, end, kind, tier, WHY["again"], "a town or district")
                continue
            same = token.base in self._page.parts or any(
                part in self._page.parts for part in token.base.split("-") if "-" in token.base
            )
            if self._owns_without_a_sign(token):
                same = True
            if token.text in letters and not token.blocked and not token.shouted:
                same = True
            if not same or not self._means_the_same(at, token):
                continue
            self._page.within[at] = True
            yield Candidate(
                token.start,
                token.stop,
                Kind.NAME,
                Tier.LIKELY,
                WHY["again"],
                self._page.instead(at, at),
            )

    def _owns_without_a_sign(self, token: Token) -> bool:
        """Say whether a name that was found has an s at its end: "kofis boots"."""
        base = token.base
        return (
            base.endswith("s")
            and len(base) > 3
            and base[:-1] in self._page.parts
            and not self._page.lists.known(base)
        )

    def _means_the_same(self, at: int, token: Token) -> bool:
        known = self._spelling.known(token.base)
        if not token.capital:
            return not known
        after = self._page.next(at)
        before = self._page.words[at - 1].base if at else ""
        if token.base in _MONTHS and before in SEASONED and not token.owns:
            return False
        if known and token.opens and token.base in {"will", "may", "mark", "hope", "grant", "can"}:
            return bool(
                token.owns
                or self._page.text.startswith(
                    (", I", ", you", ", we", ", please", ", can"), token.end
                )
                or (after and (after.base in VERBS or after.base in {"will", "to", "and", "can"}))
            )
        if known and token.shouted:
            return self._cues.person_follows(at)
        return not (known and after and after.capital and after.blocked)
