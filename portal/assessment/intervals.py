"""Intervals by profile likelihood for figures that are made of the shares of k answers. Pure.

The staff who answered are taken for a random sample of all who could be asked. A set of shares is
*plausible* when its likelihood is not too far below that of the shares observed: twice the
difference of the logarithms is at most `PLAUSIBLE`. The interval of a figure runs from its least to
its greatest value over all plausible shares (Wilks 1938; Venzon and Moolgavkar 1988; for figures of
counts the same as the empirical likelihood of Owen 1988, "Empirical likelihood ratio confidence
intervals for a single functional", Biometrika 75, with answers nobody gave allowed to have shares).

So an interval is not narrowed to nothing where everybody answered the same, ends where the figure
ends, and needs no random numbers. How often it holds the true value is measured by
`python -m benchmarks agreement`.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEVEL = 0.95
PLAUSIBLE = 3.841458820694124
"""The 95% point of the χ² distribution with one degree of freedom."""

_ROOT_STEPS = 4
_ROOT_STEPS_OF_POINTS = 6
_MEANS = 24
_MEANS_AGAIN = 10
_TILTS = 24
_TILTS_AGAIN = 9
_CLIMBS = 20


class Plausible:
    """All sets of shares that the counts do not speak against."""

    def __init__(self, counts: Sequence[int]) -> None:
        given = np.asarray(counts, dtype=np.float64)
        self.shares: Floats = given / given.sum()
        self._used = self.shares > 0
        self._of_used: Floats = self.shares[self._used]
        self._loss = PLAUSIBLE / (2 * float(given.sum()))

    def most(self, weights: Floats) -> Floats:
        """Return the greatest Σ pᵢwᵢ over plausible shares p; weights have the answers last.

        By Lagrange's dual it is the least value of c - e^(-loss) Π (c - wᵢ)^(observed shareᵢ) over
        all c ≥ max wᵢ. As any such c gives a bound, a c that is nearly right errs to the safe side.
        """
        top, slack = self._slack(weights, _ROOT_STEPS)
        scale = np.exp(np.log(slack) @ self._of_used - self._loss)
        most: Floats = top + slack.min(axis=-1) - scale
        return most

    def point(self, weights: Floats) -> Floats:
        """Return the plausible shares p that make Σ pᵢwᵢ greatest; weights have the answers last.

        It is the closed form of Filippi, Cappé and Garivier (2010), "Optimism in reinforcement
        learning and Kullback-Leibler divergence": at most one unused answer gets a share.
        """
        _, slack = self._slack(weights, _ROOT_STEPS_OF_POINTS)
        scale = np.exp(np.log(slack) @ self._of_used - self._loss)
        found = np.zeros_like(weights)
        found[..., self._used] = scale[..., None] * self._of_used / slack
        best = weights.argmax(axis=-1)
        rest = np.where(self._used[best], 0.0, np.maximum(1 - found.sum(axis=-1), 0))
        found += rest[..., None] * (np.arange(weights.shape[-1]) == best[..., None])
        made: Floats = found / found.sum(axis=-1, keepdims=True)
        return made

    def _slack(self, weights: Floats, steps: int) -> tuple[Floats, Floats]:
        """Return the greatest weight of an answer that was given, and c - wᵢ for those answers.

        c solves Σ qᵢ log(c - wᵢ) + log Σ qᵢ / (c - wᵢ) = loss, q being the observed shares, by
        Newton's method on logarithms, or is the weight of an unused answer if that is greater.
        """
        used = weights[..., self._used]
        top = used.max(axis=-1)
        gaps = top[..., None] - used
        lift = np.sqrt(np.maximum(self._variance(gaps), 1e-24) / (2 * self._loss))
        for _ in range(steps):
            slack = gaps + lift[..., None]
            inverse = 1 / slack
            first, second = inverse @ self._of_used, inverse**2 @ self._of_used
            loss = np.maximum(np.log(slack) @ self._of_used + np.log(first), 1e-15)
            slope = np.minimum(lift * (first - second / first) / loss, -1e-3)
            lift = lift * np.exp(np.clip(np.log(self._loss / loss) / slope, -4, 4))
        lift = np.maximum(lift, weights.max(axis=-1) - top)
        return top, gaps + lift[..., None]

    def _variance(self, gaps: Floats) -> Floats:
        mean = gaps @ self._of_used
        variance: Floats = gaps**2 @ self._of_used - mean**2
        return variance


def given_mean(counts: Sequence[int], values: Callable[[Floats], Floats]) -> tuple[float, float]:
    """Return the least and greatest plausible Σ pᵢ values(μ)ᵢ, μ = Σ i pᵢ, answers 0 to k - 1.

    `values` takes means (of any shape) and returns, with one more axis, what each answer counts
    given each mean. For one mean the figure is linear in the shares, so its bound is exact: the
    least over b of `most`(values + b (i - μ)), a convex function of b. Means are searched on a grid
    that holds every answer, where `values` may have a kink, and is made finer around the best.
    """
    plausible = Plausible(counts)
    answers = np.arange(len(counts), dtype=np.float64)
    low, high = -float(plausible.most(-answers)), float(plausible.most(answers))
    special = (*answers, answers.mean(), answers @ plausible.shares)
    inside = [mean for mean in special if low < mean < high]
    grid = np.sort(np.concatenate([np.linspace(low, high, _MEANS + 2)[1:-1], inside]))
    means: Floats = np.stack([grid, grid])
    least, most = np.inf, -np.inf
    for _ in range(3):
        means = np.clip(means, 1e-9, answers[-1] - 1e-9)
        bounds = _bounds(plausible, means, values)
        least, most = min(least, -bounds[0].max()), max(most, bounds[1].max())
        means = np.stack(
            [
                _around(side, int(bound.argmax()), low, high)
                for side, bound in zip(means, bounds, strict=True)
            ]
        )
    return float(least), float(most)


def _around(means: Floats, at: int, low: float, high: float) -> Floats:
    left = float(means[at - 1]) if at else low
    right = float(means[at + 1]) if at + 1 < len(means) else high
    return np.linspace(left, right, _MEANS_AGAIN + 2)[1:-1]


def _bounds(plausible: Plausible, means: Floats, values: Callable[[Floats], Floats]) -> Floats:
    """Return the greatest plausible value of minus the figure (row 0) and of the figure (row 1)."""
    deviation = np.arange(len(plausible.shares)) - means[..., None]
    figure = np.array([-1.0, 1.0])[:, None, None] * values(means)
    centre, reach = np.zeros((*means.shape, 1)), np.pi / 2
    steps = _TILTS
    best = np.full(means.shape, np.inf)
    for _ in range(3):
        tilt = centre + np.linspace(-reach, reach, steps)
        tilt = np.clip(tilt, -np.pi / 2 + 1e-6, np.pi / 2 - 1e-6)
        weights = figure[:, :, None, :] + np.tan(tilt)[..., None] * deviation[:, :, None, :]
        bound = plausible.most(weights)
        centre = np.take_along_axis(tilt, bound.argmin(axis=-1)[..., None], axis=-1)
        best = np.minimum(best, bound.min(axis=-1))
        reach, steps = 2 * reach / (steps - 1), _TILTS_AGAIN
    return best


def spread(counts: Sequence[int], distances: Floats) -> tuple[float, float]:
    """Return the least and greatest plausible Σ pᵢpⱼdᵢⱼ.

    `distances` must be symmetric and conditionally negative definite, so that the figure is concave
    in the shares. The greatest is then found by climbing from anywhere (Frank and Wolfe 1956); the
    least lies at the edge and is sought from each answer and from the observed shares.
    """
    plausible = Plausible(counts)
    corners = plausible.point(np.eye(len(counts)))
    starts = np.concatenate([corners, plausible.shares[None]])
    least = -_climb(plausible, starts, -distances).max()
    return float(least), float(_climb(plausible, plausible.shares[None], distances).max())


def _climb(plausible: Plausible, shares: Floats, matrix: Floats) -> Floats:
    """Return the greatest Σ pᵢpⱼmᵢⱼ that is reached from each of the shares."""
    for _ in range(_CLIMBS):
        step = plausible.point(shares @ matrix) - shares
        slope = 2 * ((shares @ matrix) * step).sum(axis=-1)
        bend = ((step @ matrix) * step).sum(axis=-1)
        inner = np.where(bend < 0, -slope / (2 * np.minimum(bend, -1e-300)), 1.0)
        if float(slope.max()) < 1e-6:
            break
        shares = shares + np.clip(inner, 0, 1)[..., None] * step
    reached: Floats = ((shares @ matrix) * shares).sum(axis=-1)
    return reached
