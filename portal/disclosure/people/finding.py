"""Names of people: capitalised words that are not English, names that are words, small letters.

A name that was found once is found wherever it stands again in the text.
"""

from collections.abc import Iterator, Sequence

from portal.disclosure.bags import bag
from portal.disclosure.cues import LOCATIVES, NOT_NAMES, ROLES, VERBS
from portal.disclosure.findings import Candidate, Kind, Tier
from portal.disclosure.lists import Lists
from portal.disclosure.people.again import Again
from portal.disclosure.people.apart import Apart
from portal.disclosure.people.beside import Cues
from portal.disclosure.people.chats import Chats
from portal.disclosure.people.extent import Extent
from portal.disclosure.people.initials import Initials
from portal.disclosure.people.page import PARTICLES, WHY, Page
from portal.disclosure.people.small import Small
from portal.disclosure.people.spelling import Spelling
from portal.disclosure.people.titles import Titles
from portal.disclosure.tokens import Token

_ALSO_COUNTRIES = bag(
    """
    jordan georgia chad kenya india israel malta cyprus
    """
)
_HONOURED = bag("sir lord lady dame baroness")
"""Titles that the list of what is never reported has with the names of public persons."""
_ALSO_BEFORE_PEOPLE = bag("from to of between over visiting visited left leaving")


class People:
    """Looks for the names of people in the words of one text."""

    def __init__(self, text: str, words: Sequence[Token], lists: Lists) -> None:
        self._page = page = Page(text, words, lists)
        self._spelling = spelling = Spelling(page)
        self._apart = apart = Apart(page)
        self._cues = Cues(page, spelling, apart)
        self._titles = Titles(page, spelling)
        self._extent = Extent(page, spelling)
        self._small = Small(page, spelling)
        self._initials = Initials(page)
        self._chats = Chats(page)
        self._again = Again(page, spelling, self._cues)

    def find(self) -> Iterator[Candidate]:
        """Give the names, each once."""
        yield from self._chats.find()
        for at, token in enumerate(self._page.words):
            if not self._page.within[at] and self._begins(at, token):
                yield from self._name(at)
        yield from self._companions()
        yield from self._small.find()
        yield from self._initials.find()
        yield from self._again.find()

    def _begins(self, at: int, token: Token) -> bool:
        if token.place and not self._titles.titled(at):
            return False
        if self._titles.titled(at):
            return self._after_title(at, token)
        if self._apart.eponym(at):
            return False
        if token.base in _ALSO_COUNTRIES and self._apart.among_countries(at):
            return False
        if self._spelling.strange(token) or self._spelling.nicknamed(token) or self._cues.tells(at):
            return True
        if not self._spelling.word_name(token):
            return False
        if self._cues.on_a_list(token):
            return True
        if token.upper and not token.shouted and len(token.base) < 4:
            return False
        within = token.plain_line or (
            at > 0 and token.gap == " " and self._page.words[at - 1].text.islower()
        )
        if not token.opens and within and not token.shouted and self._cues.stands_alone(at):
            return True
        return self._cues.person_follows(at) or self._cues.introduced(at)

    def _after_title(self, at: int, token: Token) -> bool:
        if token.blocked and self._page.words[at - 1].base in _HONOURED:
            return not self._page.words[at - 1].blocked
        return not token.blocked or (token.base in self._page.lists.given and not token.upper)

    def _name(self, at: int) -> Iterator[Candidate]:
        first = self._extent.first(at)
        last = self._extent.last(at)
        some = self._page.words[first : last + 1]
        if first > 0 and self._page.within[first]:
            return
        why, tier = self._reason(first, at, last)
        kind, instead = Kind.NAME, self._page.instead(first, last)
        if self._is_place(first, last):
            kind, instead = Kind.PLACE, "a town or district"
        for number in range(first, last + 1):
            self._page.within[number] = True
        if kind is Kind.NAME:
            self._page.parts |= {token.base for token in some if self._worth_remembering(token)}
        else:
            self._page.where |= {token.base for token in some if self._worth_remembering(token)}
        yield Candidate(some[0].start, some[-1].stop, kind, tier, why, instead)

    def _worth_remembering(self, token: Token) -> bool:
        if len(token.base) < 3 or token.base in NOT_NAMES or token.base in PARTICLES:
            return False
        return (
            not self._spelling.known(token.base)
            or token.base in self._page.lists.given
            or self._spelling.nicknamed(token)
        )

    def _is_place(self, first: int, last: int) -> bool:
        before = self._page.words[first - 1] if first else None
        if not before or before.base not in LOCATIVES - _ALSO_BEFORE_PEOPLE:
            return False
        return not any(
            token.base in self._page.lists.given for token in self._page.words[first : last + 1]
        )

    def _reason(self, first: int, at: int, last: int) -> tuple[str, Tier]:
        some = self._page.words[first : last + 1]
        given = any(token.base in self._page.lists.given for token in some)
        if self._titles.titled(at) or self._titles.titled(first):
            return WHY["cue"], Tier.CERTAIN if len(some) > 1 or self._spelling.strange(
                some[-1]
            ) else Tier.LIKELY
        if given and len(some) > 1:
            return WHY["list"], Tier.CERTAIN
        return (WHY["list"] if given else WHY["odd"]), Tier.LIKELY

    def _companions(self) -> Iterator[Candidate]:
        """Give the word with a capital before "and Hugh", where Hugh is a name."""
        for at in range(1, len(self._page.words) - 2):
            token, joiner, other = (
                self._page.words[at],
                self._page.words[at + 1],
                self._page.words[at + 2],
            )
            if (
                joiner.base not in {"and", "&"}
                or not self._page.within[at + 2]
                or other.base not in self._page.lists.given
            ):
                continue
            fits = token.capital and not (
                token.blocked
                or (token.opens and token.base not in self._page.lists.given)
                or token.upper
                or self._page.within[at]
                or token.place
                or token.shouted
            )
            if (
                fits
                and joiner.gap == other.gap == " "
                and token.base not in NOT_NAMES | VERBS
                and token.base not in ROLES
                and len(token.base) > 2
            ):
                self._page.within[at] = True
                self._page.parts.add(token.base)
                yield Candidate(
                    token.start, token.stop, Kind.NAME, Tier.LIKELY, WHY["cue"], "a person"
                )
