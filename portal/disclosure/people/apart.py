"""What makes a name no person of the case: a theory's, a book's, a virtue among virtues."""

import re
from bisect import bisect_right

from portal.disclosure.bags import bag
from portal.disclosure.cues import NOT_NAMES, ROLES, TITLES, VERBS
from portal.disclosure.people.page import Page
from portal.disclosure.tokens import Token

_COLOURS = bag("silver blue black white red green grey gray gold yellow orange brown purple navy")
_BEFORE_COLOURS = bag("a an the his her their my old new dark light small large little another")
_MODELS = bag(
    """
    previa galaxy touran alhambra zafira vectra laguna scenic espace xsara picasso corolla
    avensis auris almera primera navara meriva tigra vivaro kuga puma mokka tiguan touareg
    arona ateca karoq kodiaq superb yeti sportage sorento ceed tucson duster sandero
    captur kadjar talisman partner traveller dispatch xantia saxo punto panda doblo ducato stilo
    """
)
"""Cars that are no names of people."""
_EPONYMS = bag(
    """
    collaboration principles principle convention inquiry model scale scales theory
    questionnaire criteria competence guidelines syndrome paradigm taxonomy inventory test
    declaration matrix law cycle wheel rounds
    """
)
_REVIEWS = bag("review inquiry report judgment judgement commission")
_BOOKS = re.compile(
    r"(?im)^[ *#>-]{0,6}(?:further reading|reading list|suggested reading|bibliography|key texts|"
    r"literature)\b[^\n]*"
)
_CITED = re.compile(
    r"(?:'s)?(?:,? (?:and|&) [A-Z][\w'-]{2,20}|, [A-Z][\w'-]{2,20}){0,3}(?: et al\.?)?,? ?"
    r"(?:\((?:19|20)\d\d[a-z]?[),:]| (?:theoris|theoriz|argue|conceptualis|hypothesis)\w{1,4}\b)"
)
"""What follows scholars who are cited: "Moghaddam and Horgan (2005)"."""
VIRTUES = bag(
    """
    faith hope grace joy charity patience honour mercy unity liberty verity constance dignity
    glory destiny harmony honor justice peace love
    """
)
"""A sentence may begin with one of these, and "is not" after it."""


class Apart:
    """Knows names that stand for no person of the case."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._books = [match.span() for match in _BOOKS.finditer(page.text)]

    def eponym(self, at: int) -> bool:
        """Say whether a law, book or theory has its name from the word: "Aarhus Model"."""
        token, after = self._page.words[at], self._page.next(at)
        if self._car(at):
            return True
        if self._author(token) or _CITED.match(self._page.text, token.end):
            return True
        if after is None or not after.capital or token.shouted:
            return False
        if token.owns:
            return after.base in _EPONYMS or after.base in {"law", "day", "hierarchy", "rule"}
        if after.base in _REVIEWS and at and self._page.words[at - 1].base == "the":
            beyond = self._page.next(at + 1)
            return beyond is None or not beyond.capital
        return after.base in _EPONYMS and token.base not in self._page.lists.given

    def _car(self, at: int) -> bool:
        """Say whether a word after a colour is a make: "in a blue Sharan"."""
        words = self._page.words
        token, after = words[at], self._page.next(at)
        if at and token.base in _MODELS and words[at - 1].base in _COLOURS | _BEFORE_COLOURS:
            return True
        return (
            at > 1
            and token.gap == words[at - 1].gap == " "
            and words[at - 1].base in _COLOURS
            and not words[at - 1].capital
            and words[at - 2].base in _BEFORE_COLOURS
            and not token.owns
            and (after is None or after.base not in VERBS)
        )

    def _author(self, token: Token) -> bool:
        """Say whether the line is a list of books: its people are no part of a case."""
        at = bisect_right(self._books, (token.start, token.start)) - 1
        return at >= 0 and token.start < self._books[at][1]

    def among_countries(self, at: int) -> bool:
        near = [
            self._page.words[n]
            for n in (at - 1, at + 1, at - 2, at + 2)
            if 0 <= n < len(self._page.words)
        ]
        return any(token.blocked and token.capital and not token.upper for token in near)

    def among_values(self, at: int) -> bool:
        """Say whether a virtue stands among other words of its sort: "Dignity and Faith"."""
        token = self._page.words[at]
        if token.base not in VIRTUES:
            return False
        lists = self._page.lists
        near = [*self._page.words[max(0, at - 3) : at], *self._page.words[at + 1 : at + 4]]
        return any(
            other.capital
            and not (other.opens or other.blocked or other.upper or other.place)
            and other.base in lists.common
            and other.base not in ROLES
            and other.base not in TITLES
            and other.base not in NOT_NAMES
            and (other.base not in lists.given or other.base in VIRTUES)
            and other.base not in lists.surnames
            for other in near
        )

    def among_terms(self, at: int) -> bool:
        """Say whether two words are one of a list of terms: "Bias, Echo Chamber"."""
        words, lists = self._page.words, self._page.lists
        before, token, after = words[at - 1] if at else None, words[at], words[at + 1]
        return (
            before is not None
            and token.gap in {", ", "; "}
            and before.capital
            and lists.known(before.base)
            and before.base not in lists.given
            and before.base not in lists.surnames
            and before.base not in ROLES
            and after.base in lists.common
            and after.base not in lists.surnames
        )
