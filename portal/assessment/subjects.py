"""What is counted: for each question of the instrument the answers that it can have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum, unique

from portal.assessment.instrument import DONT_KNOW, NO_FURTHER_ACTION, SCALE, TIERS, Instrument

POINTS = tuple(str(point) for point, _ in SCALE)
TIER_KEYS = tuple(key for key, _ in TIERS)
_TIER, _SURE = ".tier", ".sure"


@unique
class Kind(StrEnum):
    """How the answers to a subject hang together."""

    ITEM = "item"
    """Five points from strongly disagree to strongly agree."""
    TIER = "tier"
    """Which response tier should hold the case of a vignette."""
    SURE = "sure"
    """Five points from not sure at all to very sure, of those who named one."""


@dataclass(frozen=True)
class Subject:
    """One thing that is counted."""

    name: str
    kind: Kind
    key: str
    """Of the item or the vignette."""

    @property
    def on_scale(self) -> tuple[str, ...]:
        """The answers among which agreement is measured, in their order."""
        return TIER_KEYS if self.kind == Kind.TIER else POINTS

    @property
    def apart(self) -> tuple[str, ...]:
        """The answers that are counted apart: they say nothing about the question itself."""
        return (NO_FURTHER_ACTION, DONT_KNOW) if self.kind == Kind.TIER else (DONT_KNOW,)

    @property
    def answers(self) -> tuple[str, ...]:
        """Every answer."""
        return self.on_scale + self.apart


def of(instrument: Instrument) -> Iterator[Subject]:
    """Yield the subjects of an instrument in its order."""
    for item in instrument.items:
        yield Subject(item.key, Kind.ITEM, item.key)
    for vignette in instrument.vignettes:
        yield Subject(tier_of(vignette.key), Kind.TIER, vignette.key)
        yield Subject(sure_of(vignette.key), Kind.SURE, vignette.key)


def tier_of(vignette: str) -> str:
    """Name the subject "which tier" of a vignette."""
    return vignette + _TIER


def sure_of(vignette: str) -> str:
    """Name the subject "how sure" of a vignette."""
    return vignette + _SURE


def stated(instrument: Instrument) -> list[Subject]:
    """Return the subjects on which an authority can state a position."""
    return [subject for subject in of(instrument) if subject.kind != Kind.SURE]


def complete(instrument: Instrument, given: Mapping[str, str]) -> dict[str, str]:
    """Return one answer for every subject.

    Whoever does not know which tier is not asked how sure they are. Raises `ValueError` that names
    the first subject without an answer that it can have.
    """
    answers: dict[str, str] = {}
    for subject in of(instrument):
        answer = given.get(subject.name, "")
        if subject.kind == Kind.SURE and given.get(tier_of(subject.key)) == DONT_KNOW:
            answer = DONT_KNOW
        elif answer not in subject.answers or (subject.kind == Kind.SURE and answer == DONT_KNOW):
            raise ValueError(subject.name)
        answers[subject.name] = answer
    return answers
