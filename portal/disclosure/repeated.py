"""Schools that were named once in full and stand again by their first word: "Bankside"."""

from collections.abc import Iterator, Sequence

from portal.disclosure.findings import Candidate, Kind, Tier
from portal.disclosure.lists import Lists
from portal.disclosure.nouns import GENERIC, kind_of
from portal.disclosure.tokens import Token

_WHY = "The same school as elsewhere in this text"


def repeated(
    words: Sequence[Token], found: Sequence[Candidate], lists: Lists
) -> Iterator[Candidate]:
    """Give the first words of the schools among `found` where they stand alone."""
    starts = {one.start for one in found if one.kind is Kind.SCHOOL}
    firsts = {token.base for token in words if token.start in starts and _tells(token, lists)}
    for token in words:
        if token.base in firsts and token.capital and not (token.blocked or token.place):
            token.blocked = True
            said = "a school"
            yield Candidate(token.start, token.stop, Kind.SCHOOL, Tier.LIKELY, _WHY, said)


def _tells(token: Token, lists: Lists) -> bool:
    base = token.base
    return (
        len(base) > 3
        and base not in GENERIC
        and base not in lists.common
        and base not in lists.given
        and not lists.is_allowed(base)
        and kind_of(base) is None
    )
