"""That the figures of a question do not tell how each of a few people answered."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations_with_replacement
from pathlib import Path

import pytest

from portal.assessment import agreement, results, subjects
from portal.assessment.editions import read_all
from portal.assessment.instrument import NO_FURTHER_ACTION
from portal.assessment.release import LEAST, LEAST_FOR_DISTRIBUTION, Release, Shown
from portal.assessment.results import Figure
from portal.assessment.subjects import Kind, Subject

INSTRUMENT = read_all(Path("content/assessment")).current
SUBJECTS = {s.kind: s for s in subjects.stated(INSTRUMENT)}
"""One statement and one invented case."""
ALIKE = 5
"""Ways of answering that must look the same, at least."""


def ways(people: int) -> Iterator[tuple[int, ...]]:
    """Yield every way in which so many people can have answered on five points."""
    for chosen in combinations_with_replacement(range(5), people):
        yield tuple(chosen.count(point) for point in range(5))


def figure(subject: Subject, counts: tuple[int, ...], position: str | None = None) -> Figure:
    released = Release(LEAST, {subject.name: Shown(subject, counts, {})})
    stated = {subject.name: position} if position else {}
    found = results._question(INSTRUMENT, subject, released, stated)
    assert isinstance(found, Figure)
    return found


@pytest.mark.parametrize("people", range(LEAST, LEAST_FOR_DISTRIBUTION))
@pytest.mark.parametrize("kind", [Kind.ITEM, Kind.TIER])
def test_figures_of_few_people_fit_many_ways_of_answering(kind: Kind, people: int) -> None:
    """Even for a reader who knows how many answered, and who chose the position for it."""
    subject = SUBJECTS[kind]
    more = (NO_FURTHER_ACTION,) if kind == Kind.TIER else ()
    for position in (None, *subject.on_scale, *more):
        looks = Counter(figure(subject, counts, position) for counts in ways(people))
        assert min(looks.values()) >= ALIKE


@pytest.mark.parametrize(
    "counts",
    [(0, 0, 0, 0, 10), (10, 0, 0, 0, 0), (5, 0, 0, 0, 5), (1, 2, 4, 2, 1), (0, 0, 1, 99, 0)],
)
def test_an_interval_is_never_narrower_than_it_is(counts: tuple[int, ...]) -> None:
    found, exact = figure(SUBJECTS[Kind.ITEM], counts), agreement.consensus_interval(counts)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.value <= found.high
    assert found.low <= exact.low + 1e-6
    assert exact.high - 1e-6 <= found.high
