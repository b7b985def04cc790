"""What may be shown of the answers of an authority's frontline, and what not.

Pure: counts go in, counts or a reason come out, and nothing of what is held back can be worked out
from what is shown. The rules (sources: the report's smallest groups are one to four people; the
usual minimum of five for a group and ten for a distribution):

1. Nothing is shown of a wave that is open, nor of one that fewer than five people answered.
2. Nothing is shown of a question that fewer than five answered on its scale.
3. Its distribution is shown from ten such answers on, in tenths; how many did not know only from
   five on. So no part leaves a remainder of one to four people.
   Below ten a question is told in words alone. Its agreement, the interval of that and the distance
   to a position would together tell most distributions exactly; so would the words with "closer
   than chance". A lead knows how many links there were, and may know some of the answers.
4. A question is shown again in a later wave only if at least five answers differ from each earlier
   wave in which it was shown: two waves never differ by what a few people said.
5. A theme rests on the questions that are shown, so that it tells nothing of the others.
6. The number of people is a multiple of five, rounded down.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique

from portal.assessment.subjects import Subject

LEAST = 5
"""People below whom no figure is shown, and answers that must differ between two waves."""
LEAST_FOR_DISTRIBUTION = 10

Counts = Mapping[str, int]
"""How often each answer was given to one subject."""


@unique
class Withheld(StrEnum):
    """Why a question is not shown."""

    FEW = "fewer than five people answered it"
    UNCHANGED = "fewer than five answers differ from an earlier wave"


@dataclass(frozen=True)
class Shown:
    """A question that may be shown: what figures may be made of."""

    subject: Subject
    on_scale: tuple[int, ...]
    """Counts in the order of the scale. Never shown themselves: see `tenths`."""
    apart: Mapping[str, int]
    """The answers beside the scale of which there are five at least."""

    @property
    def n(self) -> int:
        """How many answered on the scale."""
        return sum(self.on_scale)

    @property
    def has_distribution(self) -> bool:
        """Whether the distribution may be shown."""
        return self.n >= LEAST_FOR_DISTRIBUTION

    @property
    def tenths(self) -> tuple[int, ...] | None:
        """Each answer's share in tenths, rounded; `None` where they may not be shown."""
        if not self.has_distribution:
            return None
        return tuple(round(10 * count / self.n) for count in self.on_scale)


@dataclass(frozen=True)
class Release:
    """What may be shown of one wave."""

    people: int
    """How many answered at least: a multiple of five; 0 says fewer than five."""
    questions: Mapping[str, Shown | Withheld]
    """By the name of the subject; empty where fewer than five answered."""

    @property
    def shown(self) -> dict[str, Shown]:
        """The questions that may be shown."""
        return {name: one for name, one in self.questions.items() if isinstance(one, Shown)}


def releases(
    subjects: Sequence[Subject], waves: Sequence[Mapping[str, Counts]]
) -> tuple[Release, ...]:
    """Decide what may be shown of closed waves, the oldest first: one release for each.

    Each wave has the counts of each subject by its name. A subject that a wave did not ask for is
    missing in it.
    """
    earlier: dict[str, list[Counts]] = {}
    made = []
    for wave in waves:
        people = max((sum(counts.values()) for counts in wave.values()), default=0)
        questions: dict[str, Shown | Withheld] = {}
        if people >= LEAST:
            for subject in subjects:
                if subject.name in wave:
                    before = earlier.setdefault(subject.name, [])
                    questions[subject.name] = _decide(subject, wave[subject.name], before)
        made.append(Release(people - people % LEAST, questions))
    return tuple(made)


def _decide(subject: Subject, counts: Counts, earlier: list[Counts]) -> Shown | Withheld:
    """Decide on one question; one that is shown joins the `earlier` ones."""
    on_scale = tuple(counts.get(answer, 0) for answer in subject.on_scale)
    if sum(on_scale) < LEAST:
        return Withheld.FEW
    if any(differing(subject, counts, before) < LEAST for before in earlier):
        return Withheld.UNCHANGED
    earlier.append(counts)
    apart = {a: counts.get(a, 0) for a in subject.apart if counts.get(a, 0) >= LEAST}
    return Shown(subject, on_scale, apart)


def differing(subject: Subject, one: Counts, other: Counts) -> int:
    """Return how many answers must have come, gone or changed at least between two waves."""
    steps = [one.get(answer, 0) - other.get(answer, 0) for answer in subject.answers]
    return max(sum(step for step in steps if step > 0), -sum(step for step in steps if step < 0))


def about(people: int) -> str:
    """Say how many people answered, without saying it exactly; `people` is a multiple of five."""
    return f"at least {people} people" if people else "fewer than 5 people"
