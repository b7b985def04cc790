"""Titles before a name: Mrs, Dr, PC 4417."""

import re

from portal.disclosure.bags import bag
from portal.disclosure.cues import HARD_TITLES, NOT_NAMES, ROLES, TITLES, VERBS
from portal.disclosure.people.page import Page
from portal.disclosure.people.spelling import Spelling

_ANYBODY = bag("A B C D E F X Y Z")
"""Letters that stand for persons in texts in which nobody is named."""
_RANKS = bag(
    """
    constable sergeant inspector superintendent detective officer commander justice
    """
)
_KIN = bag("auntie aunty aunt uncle nan nanna gran granny nana grandad grandpa grandma")
_NUMBERED = bag("pc dc ds di sgt pcso wpc dci officer insp")
"""Between one of these and the name may stand a number."""


class Titles:
    """Knows a person by the title before."""

    def __init__(self, page: Page, spelling: Spelling) -> None:
        self._page = page
        self._spelling = spelling

    def titled(self, at: int) -> bool:
        """Say whether a title stands before the word: any word is a name then."""
        token = self._page.words[at]
        if at == 0:
            return False
        before = self._page.words[at - 1]
        gap = self._page.text[before.end : token.start]
        if (token.base in NOT_NAMES or token.base in VERBS or before.owns) and not (
            before.base in {"mr", "mrs", "ms", "miss", "cllr"}
            and not before.owns
            and token.capital
            and token.plain_line
            and token.base in self._page.lists.surnames
        ):
            return False
        # PC 4417 Hughes
        if re.fullmatch(r"\s\d{2,6}\s", gap):
            return before.base in _NUMBERED and (
                token.capital or not self._spelling.known(token.base)
            )
        if gap not in {" ", ". "} or token.text in _ANYBODY:
            return False
        if before.base in {"ds", "di", "dc", "pc"} and not before.upper:
            return False
        if before.base in HARD_TITLES and not (
            before.upper and before.base in {"dr"} and before.shouted
        ):
            return (
                token.capital
                or not self._spelling.known(token.base)
                or (
                    before.base in {"mr", "mrs", "ms", "miss"}
                    and len(token.base) > 2
                    and token.base in self._page.lists.surnames
                    and token.base not in {"may", "will", "and", "can"}
                )
            )
        if before.base not in TITLES or not token.capital or token.base in _RANKS:
            return False
        if before.base in _KIN and token.plain_line and not (token.upper or token.opens):
            return before.capital and token.base not in ROLES
        return self._spelling.listed(token) or not self._page.lists.known(token.base)
