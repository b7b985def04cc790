"""How far staff agree, with each other and with a stated position, from counts of answers. Pure.

A figure of an item takes `counts`: how often each of the points 1 to k of its scale was answered,
"don't know" left out. A figure of a vignette takes how often each tier was chosen, other answers
left out. No figure says which position is right: everybody agreeing is 1 wherever they agree, and a
scale read from its other end gives the same. docs/agreement.md says for readers what each means and
what it can't say.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from functools import lru_cache
from itertools import combinations

import numpy as np

from portal.assessment import intervals
from portal.assessment.intervals import LEVEL, Floats


@dataclass(frozen=True)
class Interval:
    """Where the figure of all staff lies, going by those who answered: at `LEVEL` 95%.

    95% rather than 90%, since a lead who reads several figures will meet some that missed.
    """

    low: float
    high: float


@dataclass(frozen=True)
class Agreement:
    """A figure from 0 to 1 with its interval."""

    value: float
    interval: Interval


# ---- Among staff, on a scale


def mean(counts: Sequence[int]) -> float:
    """Return the mean answer, from 1 to k. Raises `ValueError` where nobody answered."""
    return float(_shares(counts) @ _points(counts))


def consensus(counts: Sequence[int]) -> float:
    """Return how alike answers are: 0 half at each end, 1 all the same; evenly on five points .434.

    Tastle and Wierman (2007), "Consensus and dissention: A measure of ordinal dispersion",
    International Journal of Approximate Reasoning 45: 1 + Σ pᵢ log₂(1 - |xᵢ - μ| / (k - 1)).
    From few answers it comes out too high on average: read it with `consensus_interval`.

    Raises `ValueError` where nobody answered or the scale has fewer than two points.
    """
    shares = _shares(counts)
    given = shares > 0
    closeness = _log_closeness(len(shares))(shares @ np.arange(len(shares)))
    return max(0.0, min(1.0, float(1 + shares[given] @ closeness[given])))


def consensus_interval(counts: Sequence[int]) -> Interval:
    """Return where the consensus of all staff lies, by profile likelihood: see `intervals`.

    Holds the consensus itself. The same counts always give the same interval, and so do the counts
    of the scale read from its other end. Raises `ValueError` as `consensus` does.
    """
    _shares(counts)
    given = tuple(map(int, counts))
    return _consensus_interval(max(given, given[::-1]))


@lru_cache(maxsize=4096)
def _consensus_interval(counts: tuple[int, ...]) -> Interval:
    low, high = intervals.given_mean(counts, _log_closeness(len(counts)))
    return _around(consensus(counts), sum(counts), -high, -low)


def _around(value: float, n: int, least: float, greatest: float) -> Interval:
    """Return the interval of 1 - scatter from the least and the greatest plausible scatter.

    n answers scatter less than all staff do: on average (n - 1) / n as much for `tier_agreement`,
    as for a variance, and about that for `consensus`. What is missing of the scatter observed is
    taken off the lower limit; without it a wide scatter is missed too often, and taken off the
    upper one too, a narrow scatter is (both measured).
    """
    missing = (1 - value) / max(1, n - 1)
    return Interval(max(0.0, min(value, 1 - greatest - missing)), max(value, min(1.0, 1 - least)))


def _log_closeness(points: int) -> Callable[[Floats], Floats]:
    """Return a function from means (0 to k - 1) to log₂(1 - distance / (k - 1)) of each point."""
    answers = np.arange(points)

    def logs(means: Floats) -> Floats:
        distance = np.abs(answers - np.asarray(means)[..., None]) / (points - 1)
        found: Floats = np.log2(np.maximum(1 - distance, 1e-300))
        return found

    return logs


def theme_consensus(items: Sequence[Sequence[int]]) -> Agreement:
    """Return the plain mean of the consensus on several items, with its interval.

    The same people answered them, and who answered what together isn't kept. So the interval has
    the means of the items' limits. A mean varies that much only if the items go wholly together,
    since its standard deviation is at most the mean of theirs; otherwise the interval is too wide.

    Raises `ValueError` where there are no items, or as `consensus` does.
    """
    if not items:
        raise ValueError("a theme needs an item")
    found = [consensus_interval(counts) for counts in items]
    return Agreement(
        float(np.mean([consensus(counts) for counts in items])),
        Interval(
            float(np.mean([one.low for one in found])), float(np.mean([one.high for one in found]))
        ),
    )


def theme_confidence(mean_answer: float, n: int) -> float:
    """Return a theme's confidence from 0 to 1: ((m - 1)/4 · n + .5 · 4) / (n + 4).

    m is the mean of n answers from 1 to 5. Four answers in the middle are added, so that a few
    answers do not say as much as many. No answers is missing, not .5: raises `ValueError` for that
    and for a mean outside the scale.
    """
    if n < 1 or not 1 <= mean_answer <= 5:
        raise ValueError("confidence needs answers from 1 to 5")
    return ((mean_answer - 1) / 4 * n + 0.5 * 4) / (n + 4)


# ---- With the stated position, on a scale


@unique
class Chance(StrEnum):
    """How far answers are from a position, beside answers that fall anywhere with equal chance.

    Two-sided at the 5% level, 2.5% on each side. On five points each is possible from five answers
    on, for any position. In the middle, five answers are "further" only if all are at the ends; and
    since nothing lies more than two steps from there, staff who are all one step off are "like".
    So "like chance" means that the distance alone shows nothing, not that staff guess.
    """

    CLOSER = "closer"
    LIKE = "like"
    FURTHER = "further"


def steps(counts: Sequence[int], position: int) -> float:
    """Return the mean distance of answers from a position, 1 to k, in steps of the scale.

    Raises `ValueError` where nobody answered or the position isn't on the scale.
    """
    return float(_shares(counts) @ _distances(counts, position))


def closeness(counts: Sequence[int], position: int) -> float:
    """Return 1 - mean|xᵢ - s| / (k - 1): 1 all at the position s, 0 all at the other end.

    Raises `ValueError` as `steps` does.
    """
    return 1 - steps(counts, position) / (len(counts) - 1)


def against_chance(counts: Sequence[int], position: int) -> Chance:
    """Tell whether answers are closer to a position, or further off, than chance would have them.

    The exact distribution of Σ|xᵢ - s| where each answer is any of the k points with equal chance.
    Raises `ValueError` as `steps` does.
    """
    _shares(counts)
    return _against_chance(counts, tuple(map(int, _distances(counts, position))))


def _against_chance(counts: Sequence[int], distances: tuple[int, ...]) -> Chance:
    total = sum(n * distance for n, distance in zip(counts, distances, strict=True))
    chances = _total_by_chance(distances, int(sum(counts)))
    each_side = (1 - LEVEL) / 2
    if chances[: total + 1].sum() <= each_side:
        return Chance.CLOSER
    if chances[total:].sum() <= each_side:
        return Chance.FURTHER
    return Chance.LIKE


@lru_cache(maxsize=1024)
def _total_by_chance(distances: tuple[int, ...], n: int) -> Floats:
    """Return the chance of each total distance of n answers, by convolution."""
    if n == 1:
        one: Floats = np.bincount(distances) / len(distances)
        return one
    half = _total_by_chance(distances, n // 2)
    both = np.convolve(half, half)
    return np.convolve(both, _total_by_chance(distances, 1)) if n % 2 else both


# ---- Tiers, which have distances but no order


TIERS = (
    "child-protection",
    "early-help",
    "universal-services",
    "community-safety",
    "police-led",
)
_TENTHS = np.array(
    [
        [0, 4, 8, 9, 10],
        [4, 0, 5, 7, 10],
        [8, 5, 0, 5, 7],
        [9, 7, 5, 0, 6],
        [10, 10, 7, 6, 0],
    ]
)
"""Distances between `TIERS` in tenths, by judgement: how different it is to hold a case there."""
_TIER_DISTANCES: Floats = _TENTHS / 10


def tier_distance(one: str, other: str) -> float:
    """Return how far apart two of `TIERS` are, 0 to 1. Raises `ValueError` for any other name."""
    return float(_TIER_DISTANCES[_tier(one), _tier(other)])


def tiers_apart(choices: Mapping[str, int]) -> tuple[dict[str, int], int]:
    """Return the counts of tiers alone, and how many chose anything else.

    "No further action" is no tier and has no distance to one: it is counted apart.
    """
    tiers = {choice: n for choice, n in choices.items() if choice in TIERS}
    return tiers, sum(choices.values()) - sum(tiers.values())


def tier_agreement(counts_by_tier: Mapping[str, int]) -> float:
    """Return how alike choices of a tier are: 1 all the same, 0 as far apart as they can be.

    1 - Q / greatest Q, Q = Σ pᵢpⱼdᵢⱼ being the mean distance of two people drawn at random: Rao's
    quadratic entropy (Rao 1982, "Diversity and dissimilarity coefficients: a unified approach",
    Theoretical Population Biology 21). Unlike the share of the tier chosen most, it counts two near
    tiers as less of a disagreement than two distant ones. Evenly over the tiers it is .043, half
    with child protection and half police-led .157: don't compare it with `consensus`.

    Raises `ValueError` where nobody chose a tier, or a choice is none.
    """
    shares = _shares(_by_tier(counts_by_tier))
    return max(0.0, 1 - float(shares @ _TIER_DISTANCES @ shares) / _greatest_spread())


def tier_interval(counts_by_tier: Mapping[str, int]) -> Interval:
    """Return where the agreement of all staff lies, by the method of `consensus_interval`.

    Raises `ValueError` as `tier_agreement` does.
    """
    counts = _by_tier(counts_by_tier)
    _shares(counts)
    return _tier_interval(tuple(counts))


@lru_cache(maxsize=4096)
def _tier_interval(counts: tuple[int, ...]) -> Interval:
    least, greatest = intervals.spread(counts, _TIER_DISTANCES)
    value = tier_agreement(dict(zip(TIERS, counts, strict=True)))
    most = _greatest_spread()
    return _around(value, sum(counts), least / most, greatest / most)


def tier_closeness(counts_by_tier: Mapping[str, int], position: str) -> float:
    """Return 1 - the mean distance of the tiers chosen from the stated one.

    Raises `ValueError` as `tier_agreement` does, and for a position that is no tier.
    """
    return 1 - float(_shares(_by_tier(counts_by_tier)) @ _TIER_DISTANCES[_tier(position)])


def tier_against_chance(counts_by_tier: Mapping[str, int], position: str) -> Chance:
    """Tell what `against_chance` does, where each choice is any of the tiers with equal chance.

    From five choices on each band is possible, for any position. Raises `ValueError` as
    `tier_closeness` does.
    """
    counts = _by_tier(counts_by_tier)
    _shares(counts)
    return _against_chance(counts, tuple(map(int, _TENTHS[_tier(position)])))


@lru_cache(maxsize=1)
def _greatest_spread() -> float:
    """Return the greatest Σ pᵢpⱼdᵢⱼ of any shares: where every tier in use is equally far off."""
    found = []
    for size in range(2, len(TIERS) + 1):
        for some in combinations(range(len(TIERS)), size):
            weights = np.linalg.solve(_TIER_DISTANCES[np.ix_(some, some)], np.ones(size))
            if (weights > 0).all():
                found.append(1 / float(weights.sum()))
    return max(found)


# ---- What is taken


def _shares(counts: Sequence[int]) -> Floats:
    if len(counts) < 2:
        raise ValueError("a scale has two points at least")
    if any(n < 0 or n != int(n) for n in counts):
        raise ValueError("counts are whole numbers from 0 on")
    if not any(counts):
        raise ValueError("nobody answered")
    given: Floats = np.asarray(counts, dtype=np.float64)
    shares: Floats = given / given.sum()
    return shares


def _points(counts: Sequence[int]) -> Floats:
    return np.arange(1, len(counts) + 1, dtype=np.float64)


def _distances(counts: Sequence[int], position: int) -> Floats:
    if position not in range(1, len(counts) + 1):
        raise ValueError(f"{position} is not on the scale")
    distances: Floats = np.abs(_points(counts) - position)
    return distances


def _by_tier(counts_by_tier: Mapping[str, int]) -> list[int]:
    for choice in counts_by_tier:
        _tier(choice)
    return [int(counts_by_tier.get(tier, 0)) for tier in TIERS]


def _tier(name: str) -> int:
    if name not in TIERS:
        raise ValueError(f"{name} is no tier")
    return TIERS.index(name)
