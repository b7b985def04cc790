"""The page of an authority, which rooms above add to: what there is to do, and people's names.

Rooms above register cards, so that this room need not know of them.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.authorities.models import Authority
from portal.core.permissions import Actor

NamesOfPeople = Callable[[Session, Collection[int]], Mapping[int, str]]
"""Returns the names of people by the number of their account; one that is gone is left out."""


@dataclass(frozen=True)
class Card:
    """A way from an authority's page to something that belongs to the authority."""

    title: str
    href: str
    text: str
    """What is there, in a sentence or two."""
    tag: str = ""
    """Its state in a word or two, if it has one."""
    colour: str = "grey"
    """Colour of the tag, as GOV.UK Frontend names it."""


CardMaker = Callable[[Session, Actor, Authority], Card | None]
"""Makes a card for somebody who may open the authority's page; `None` where it is not for them."""


class Hub:
    """The cards of the rooms, in the order in which they registered."""

    def __init__(self, names: NamesOfPeople) -> None:
        self.names = names
        self._makers: dict[str, CardMaker] = {}

    def register(self, name: str, maker: CardMaker) -> None:
        """Let `maker` add a card to the page of every authority; a name has one owner."""
        if name in self._makers:
            raise ValueError(f"{name} has a card already")
        self._makers[name] = maker

    def cards(self, session: Session, actor: Actor, authority: Authority) -> Iterator[Card]:
        """Return the cards that somebody sees on the page of an authority."""
        for maker in self._makers.values():
            card = maker(session, actor, authority)
            if card is not None:
                yield card
