"""How often the intervals of `portal.assessment.agreement` hold the true value, and what they cost.

Staff are drawn from a population whose answers are planted, so the true value is known: it is that
of the population, not of those who happened to answer. Where there are few answers every possible
set of counts is gone through, weighted by its chance: those figures are exact.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise
from math import lgamma
from statistics import NormalDist, fmean, median
from time import perf_counter

import numpy as np
import numpy.typing as npt

from benchmarks.pages import say
from portal.assessment import agreement, intervals

Floats = npt.NDArray[np.float64]
Counts = tuple[int, ...]
Method = Callable[[Counts], tuple[float, float]]

PLANTED: Mapping[str, Sequence[float]] = {
    "uniform": (0.2, 0.2, 0.2, 0.2, 0.2),
    "polarised": (0.5, 0, 0, 0, 0.5),
    "mostly polarised": (0.4, 0.1, 0, 0.1, 0.4),
    "peaked": (0.05, 0.1, 0.7, 0.1, 0.05),
    "skewed": (0.02, 0.05, 0.13, 0.3, 0.5),
    "bimodal": (0.1, 0.35, 0.1, 0.35, 0.1),
    "near-unanimous": (0, 0, 0.02, 0.08, 0.9),
    "one in twenty opposed": (0.05, 0, 0, 0, 0.95),
    "unanimous": (0, 0, 0, 0, 1),
}
TIERS_PLANTED: Mapping[str, Sequence[float]] = {
    "evenly over tiers": (0.2, 0.2, 0.2, 0.2, 0.2),
    "two near tiers": (0.5, 0.5, 0, 0, 0),
    "two distant tiers": (0.5, 0, 0, 0, 0.5),
    "mostly one": (0.7, 0.2, 0.1, 0, 0),
    "nearly all one": (0.95, 0, 0, 0, 0.05),
}
SIZES = (5, 8, 10, 20, 50, 200)
EXACT = 10
"""Answers up to which every set of counts is gone through."""
TIER_SIZES = (5, 10, 50)
THEME_SIZES = (5, 10)
COMPARED = (5, 10)
ANY = "any, mean"
LOWEST = "any, lowest"
POPULATIONS = 400
"""Populations that are themselves drawn at random, half of them evenly over all, half lopsided."""
TOLERANCE = 1e-9
_SEED = 20261126


@dataclass(frozen=True)
class Coverage:
    """What one method gave for one population and number of answers."""

    method: str
    answers: int
    population: str
    truth: float | None
    estimate: float | None
    """Mean of the figure over samples."""
    coverage: float
    width: float

    @property
    def bias(self) -> float | None:
        if self.truth is None or self.estimate is None:
            return None
        return self.estimate - self.truth


@dataclass(frozen=True)
class Result:
    items: list[Coverage]
    tiers: list[Coverage]
    themes: list[Coverage]
    compared: list[Coverage]
    milliseconds: Mapping[str, float]
    """Median for one interval, by what it is of."""


def measure(draws: int, *, compare: bool) -> Result:
    """Go through every population; draw `draws` samples where not all can be gone through."""
    items, tiers = Measured(agreement.consensus, _portal), Measured(_tier_agreement, _portal_tiers)
    return Result(
        [one for n in SIZES for one in _items("portal", n, items, draws)],
        [one for n in TIER_SIZES for one in _tiers(n, tiers, draws)],
        [one for n in THEME_SIZES for one in _themes(n, draws)],
        list(_compared(draws)) if compare else [],
        {
            "item": median(items.seconds) * 1000,
            "vignette": median(tiers.seconds) * 1000,
        },
    )


class Measured:
    """A figure with its interval, remembered for each set of counts; times are of first calls."""

    def __init__(self, value: Callable[[Sequence[int]], float], interval: Method) -> None:
        self.value = value
        self.interval = interval
        self.seconds: list[float] = []
        self._known: dict[Counts, tuple[float, float, float]] = {}

    def of(self, counts: Counts) -> tuple[float, float, float]:
        """Return the figure, and the least and the greatest that it may be."""
        if counts not in self._known:
            start = perf_counter()
            low, high = self.interval(counts)
            self.seconds.append(perf_counter() - start)
            self._known[counts] = self.value(counts), low, high
        return self._known[counts]

    def truth(self, shares: Iterable[float]) -> float:
        """Return the figure of a population that is large enough to have these shares."""
        return self.value([round(share * 10**9) for share in shares])


def _portal(counts: Counts) -> tuple[float, float]:
    # Not by way of what the portal remembers, so that every time is that of a first call.
    found = agreement._consensus_interval.__wrapped__(counts)
    return found.low, found.high


def _portal_tiers(counts: Counts) -> tuple[float, float]:
    found = agreement._tier_interval.__wrapped__(counts)
    return found.low, found.high


def _tier_agreement(counts: Sequence[int]) -> float:
    return agreement.tier_agreement(dict(zip(agreement.TIERS, counts, strict=True)))


# ---- Populations and samples


def _items(method: str, n: int, measured: Measured, draws: int) -> Iterator[Coverage]:
    say(f"{method}: {n} answers …")
    for name, shares in PLANTED.items():
        yield _covered(method, n, name, shares, measured, draws)
    if n > EXACT:
        return
    generator = np.random.default_rng(_SEED)
    drawn = np.concatenate([generator.dirichlet([a] * 5, POPULATIONS // 2) for a in (1.0, 0.4)])
    found = [_covered(method, n, ANY, shares, measured, draws) for shares in drawn]
    coverages, width = [one.coverage for one in found], fmean(one.width for one in found)
    yield Coverage(method, n, ANY, None, None, fmean(coverages), width)
    yield Coverage(method, n, LOWEST, None, None, min(coverages), width)


def _tiers(n: int, measured: Measured, draws: int) -> Iterator[Coverage]:
    say(f"{n} choices of a tier …")
    for name, shares in TIERS_PLANTED.items():
        yield _covered("portal", n, name, shares, measured, draws)


def _themes(n: int, draws: int) -> Iterator[Coverage]:
    """Three items of one population, answered independently, or by each person in one way."""
    say(f"themes of three items, {n} answers …")
    for name, shares in PLANTED.items():
        truth = Measured(agreement.consensus, _portal).truth(shares)
        drawn = np.random.default_rng(_SEED).multinomial(n, shares, (draws, 3)).tolist()
        for kind, samples in (("independent", drawn), ("tied", [[one[0]] * 3 for one in drawn])):
            found = [agreement.theme_consensus(one) for one in samples]
            sides = [(one.value, one.interval.low, one.interval.high) for one in found]
            yield _summed(kind, n, name, truth, sides, np.full(draws, 1 / draws))


def _compared(draws: int) -> Iterator[Coverage]:
    for name, method in METHODS.items():
        measured = Measured(agreement.consensus, method)
        for n in COMPARED:
            yield from _items(name, n, measured, draws)


def _covered(
    method: str,
    n: int,
    name: str,
    shares: Iterable[float],
    measured: Measured,
    draws: int,
) -> Coverage:
    truth = measured.truth(shares)
    samples, chances = _samples(n, np.array([*shares]), draws)
    return _summed(method, n, name, truth, [measured.of(one) for one in samples], chances)


def _summed(
    method: str,
    n: int,
    name: str,
    truth: float,
    found: Sequence[tuple[float, float, float]],
    chances: Floats,
) -> Coverage:
    value, low, high = np.array(found).T
    held = (low - TOLERANCE <= truth) & (truth <= high + TOLERANCE)
    sums = [float(chances @ figures) for figures in (value, held, high - low)]
    return Coverage(method, n, name, truth, *sums)


def _samples(n: int, shares: Floats, draws: int) -> tuple[list[Counts], Floats]:
    """Return sets of counts with the chance of each: all there are, or of `draws` samples."""
    if n > EXACT:
        drawn = np.random.default_rng(_SEED + n).multinomial(n, shares, draws)
        unique, times = np.unique(drawn, axis=0, return_counts=True)
        return [tuple(one) for one in unique.tolist()], times / draws
    every, table, ways = _every(n)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(table > 0, table * np.log(shares), 0).sum(axis=1) + ways
    possible = np.flatnonzero(np.isfinite(logs))
    return [every[at] for at in possible], np.exp(logs[possible])


@cache
def _every(n: int) -> tuple[list[Counts], Floats, Floats]:
    """Return all ways to share n answers among five, and the logarithm of each one's orders."""
    every = []
    for bars in combinations(range(n + 4), 4):
        ends = (-1, *bars, n + 4)
        every.append(tuple(b - a - 1 for a, b in pairwise(ends)))
    ways = [lgamma(n + 1) - sum(lgamma(count + 1) for count in counts) for counts in every]
    return every, np.array(every, dtype=np.float64), np.array(ways)


# ---- Methods that were not taken


def _consensus_of(shares: Floats) -> Floats:
    answers = np.arange(5)
    distance = np.abs(answers - (shares @ answers)[:, None]) / 4
    found: Floats = 1 + (shares * np.log2(np.maximum(1 - distance, 1e-300))).sum(axis=1)
    return found


TAIL = (1 - intervals.LEVEL) / 2


def _profile(counts: Counts) -> tuple[float, float]:
    low, high = intervals.given_mean(counts, agreement._log_closeness(len(counts)))
    return max(0.0, 1 + low), max(agreement.consensus(counts), 1 + high)


def _resampled(counts: Counts) -> Floats:
    n = sum(counts)
    drawn = np.random.default_rng(_SEED).multinomial(n, np.array(counts) / n, 2000)
    return _consensus_of(drawn / n)


def _percentile(counts: Counts) -> tuple[float, float]:
    low, high = np.quantile(_resampled(counts), [TAIL, 1 - TAIL])
    return float(low), float(high)


def _basic(counts: Counts) -> tuple[float, float]:
    low, high = _percentile(counts)
    value = agreement.consensus(counts)
    return max(0.0, 2 * value - high), min(1.0, 2 * value - low)


def _accelerated(counts: Counts) -> tuple[float, float]:
    """Efron's BCa, with the jackknife's acceleration."""
    drawn, value, normal = _resampled(counts), agreement.consensus(counts), NormalDist()
    below = np.mean(drawn < value - TOLERANCE) + np.mean(np.abs(drawn - value) < TOLERANCE) / 2
    bias = normal.inv_cdf(min(max(float(below), 1 / 4000), 1 - 1 / 4000))
    without = [
        agreement.consensus([c - (i == left) for i, c in enumerate(counts)])
        for left, n in enumerate(counts)
        for _ in range(n)
    ]
    off = np.mean(without) - np.array(without)
    scale = float((off**2).sum()) ** 1.5
    bend = float((off**3).sum()) / (6 * scale) if scale > TOLERANCE else 0.0
    levels = []
    for tail in (TAIL, 1 - TAIL):
        moved = bias + normal.inv_cdf(tail)
        levels.append(normal.cdf(bias + moved / (1 - bend * moved)))
    low, high = np.quantile(drawn, levels)
    return float(low), float(high)


def _posterior(prior: float, counts: Counts) -> Floats:
    drawn = np.random.default_rng(_SEED).dirichlet(np.array(counts) + prior, 4000)
    return np.sort(_consensus_of(drawn))


def _dirichlet(prior: float) -> Method:
    """The posterior of Dirichlet's prior, equal tails, made to hold the figure itself."""

    def interval(counts: Counts) -> tuple[float, float]:
        low, high = np.quantile(_posterior(prior, counts), [TAIL, 1 - TAIL])
        value = agreement.consensus(counts)
        return min(float(low), value), max(float(high), value)

    return interval


def _shortest(counts: Counts) -> tuple[float, float]:
    drawn, value = _posterior(0.2, counts), agreement.consensus(counts)
    drawn[0], drawn[-1] = 0, 1
    inside = int(np.ceil(intervals.LEVEL * len(drawn)))
    start = int((drawn[inside:] - drawn[:-inside]).argmin())
    return min(float(drawn[start]), value), max(float(drawn[start + inside]), value)


def _arcsine(counts: Counts) -> tuple[float, float]:
    """The delta method on the arcsine of the root, a fifth of an answer added to each point."""
    added = np.array(counts) + 0.2
    n = added.sum()
    shares, answers = added / n, np.arange(5)
    deviation = answers - shares @ answers
    near = 1 - np.abs(deviation) / 4
    pull = (shares * np.sign(deviation) / near).sum() / (4 * np.log(2))
    influence = np.log2(near) + answers * pull
    variance = (shares @ influence**2 - (shares @ influence) ** 2) / n
    value = float(_consensus_of(shares[None])[0])
    reach = 1.96 * np.sqrt(variance) / (2 * np.sqrt(value * (1 - value)))
    middle = np.arcsin(np.sqrt(value))
    low, high = np.sin(np.clip([middle - reach, middle + reach], 0, np.pi / 2)) ** 2
    own = agreement.consensus(counts)
    return min(float(low), own), max(float(high), own)


METHODS: Mapping[str, Method] = {
    "profile likelihood, lower limit corrected (portal)": _portal,
    "profile likelihood": _profile,
    "percentile bootstrap": _percentile,
    "basic bootstrap": _basic,
    "BCa bootstrap": _accelerated,
    "Bayesian bootstrap (prior near 0)": _dirichlet(1e-6),
    "Dirichlet posterior, prior .2": _dirichlet(0.2),
    "Dirichlet posterior, prior .5": _dirichlet(0.5),
    "Dirichlet posterior, prior 1": _dirichlet(1.0),
    "shortest posterior, prior .2": _shortest,
    "delta method, arcsine": _arcsine,
}
