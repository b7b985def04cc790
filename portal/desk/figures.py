"""The figures of the desk: who carries how much, what cases tell, what readers miss."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from portal.core import clock
from portal.desk.lists import Gathered
from portal.library import demand
from portal.library.catalogue import Snapshot
from portal.library.vocabularies import Vocabularies

FIGURES: Mapping[str, str] = {
    "workload": "Workload",
    "balance": "Balance of outcomes",
    "missed": "What readers miss",
}
"""What the desk can count, by the word in its address."""
UNWELCOME = ("no-concern", "did-not-work")
"""Outcomes that are learned from and seldom told: there was nothing, or it failed."""
LOOKED_BACK = timedelta(days=365)
FEW = 3
"""Documents up to which a search has found little."""


@dataclass(frozen=True)
class Load:
    """What a curator carries; nobody where there is no name."""

    account_id: int
    held: int
    held_late: int
    owned: int
    owned_late: int


def workload(given: Gathered, curators: Collection[int]) -> list[Load]:
    """Return what each curator carries, and first (as account 0) what nobody does."""
    today = clock.today()
    made = []
    for id_ in (0, *sorted(curators)):
        held = [one for one in given.texts if _carrier(one.owner_id, curators) == id_]
        owned = [one for one in given.holdings if given.owners.get(one.id, 0) == id_]
        made.append(
            Load(
                account_id=id_,
                held=len(held),
                held_late=sum(bool(one.due_on and one.due_on < today) for one in held),
                owned=len(owned),
                owned_late=sum(one.review_by < today for one in owned),
            )
        )
    return made


def _carrier(account_id: int | None, curators: Collection[int]) -> int:
    return account_id if account_id in curators and account_id else 0


@dataclass(frozen=True)
class Balance:
    """How published cases ended. A case can have several outcomes."""

    cases: int
    unwelcome: int
    """Cases in which there was no concern or something did not work."""
    outcomes: Sequence[tuple[str, int]]
    """Each outcome in words with its number of cases."""

    def share(self, number: int) -> str:
        """Return a number of cases as a share of all, in words."""
        return f"{100 * number / self.cases:.0f}%" if self.cases else "none"


def balance(snapshot: Snapshot, vocabularies: Vocabularies, audiences: Collection[str]) -> Balance:
    """Count how the published cases ended, exactly."""
    cases = {"type": ("case",)}
    found = snapshot.listing(audiences=audiences, filters=cases, limit=0)
    unwelcome = snapshot.listing(
        audiences=audiences, filters={**cases, "outcome": UNWELCOME}, limit=0
    )
    terms = vocabularies["outcome"].terms
    outcomes = [(label, found.counts.get(("outcome", term), 0)) for term, label in terms.items()]
    return Balance(found.total, unwelcome.total, outcomes)


@dataclass(frozen=True)
class Missed:
    """What readers looked for in a year and found little of, and what they asked for."""

    searches: Sequence[tuple[str, int, int]]
    """Words, most documents that they found, how often; the most often first."""
    unknown: int
    """Searches whose words stand nowhere in the library, or are not kept."""
    wishes: Sequence[tuple[str, int]]
    """An example that was asked for, in words, and how often."""


def missed(session: Session, vocabularies: Vocabularies) -> Missed:
    """Return what the library lacks, by nobody in particular."""
    since = clock.today() - LOOKED_BACK
    searches = demand.searches(session, since)
    return Missed(
        searches=[(w, most, times) for w, most, times in searches if w and most <= FEW],
        unknown=sum(times for words, _, times in searches if not words),
        wishes=[
            (_in_words(terms, vocabularies), times)
            for terms, times in demand.wishes(session, since)
        ],
    )


def _in_words(terms: str, vocabularies: Vocabularies) -> str:
    said = []
    for pair in terms.split():
        name, _, term = pair.partition("=")
        if name in vocabularies:
            words = vocabularies[name].terms.get(term, term)
            said.append(f"{vocabularies[name].label}: {words}")
    return ", ".join(said)
