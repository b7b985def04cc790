"""Best assignments: greatest total, greatest minimum, greatest total that is ε-stable. Pure.

SciPy is loaded by the functions that need it, since it takes time and memory: call them in the
worker or a command, never while a page is made. Rows, columns and matches: see `acceptance`.
"""

from collections import deque
from collections.abc import Iterator
from time import monotonic

import numpy as np

from portal.pairing.acceptance import Check, Flags, Ints, Scored

GAP = 0.006
"""How far a proved ε-stable round may be below the best one, as a share of its total."""
STEPS = 15
"""How often the programme learns at most: what it gains becomes little, and costs much."""
ORDERS = 16
"""In how many orders a match is changed until nobody would gain."""
_TINY = 1e-9


def greatest_total(joint: Scored, allowed: Flags, capacity: Ints) -> Ints:
    """Return the match with the greatest total; each place of a column is a column of its own."""
    from scipy.optimize import linear_sum_assignment

    places = np.repeat(np.arange(len(capacity)), np.minimum(capacity, len(joint)))
    match = np.full(len(joint), -1, dtype=np.intp)
    if not len(places):
        return match
    rows, chosen = linear_sum_assignment(np.where(allowed, joint, 0)[:, places], maximize=True)
    columns = places[chosen]
    real = allowed[rows, columns]
    match[rows[real]] = columns[real]
    return match


def greatest_minimum(fit: Scored, joint: Scored, allowed: Flags, capacity: Ints) -> Ints:
    """Return a match that places as many as can be, with the greatest lowest fit, then total."""
    levels = np.unique(fit[allowed])
    most = _placeable(allowed, capacity)
    low, high = 0, len(levels) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if _placeable(allowed & (fit >= levels[middle]), capacity) == most:
            low = middle
        else:
            high = middle - 1
    among = allowed & (fit >= levels[low]) if len(levels) else allowed
    return greatest_total(joint + 1000.0, among, capacity)


def _placeable(allowed: Flags, capacity: Ints) -> int:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    places = np.repeat(np.arange(len(capacity)), np.minimum(capacity, len(allowed)))
    if not len(places):
        return 0
    found = maximum_bipartite_matching(csr_array(allowed[:, places]), perm_type="column")
    return int((found >= 0).sum())


def stable_total(
    fit: Scored,
    view: Scored,
    allowed: Flags,
    capacity: Ints,
    *,
    epsilon: float,
    seconds: float,
    check: Check,
) -> tuple[Ints | None, bool]:
    """Return a match in which no pair gains `epsilon` on both sides, with the greatest joint fit.

    Within `GAP` of the greatest if that is proved, which is said second; `None` where not one was
    found in time. A programme in whole numbers (HiGHS) that knows at first only of places: its best
    match has some pairs that would both gain. For each of these it learns that either the row has a
    column at most `epsilon` worse for it, or the column is full of rows at most `epsilon` worse for
    it; and so on. Its total can only fall, and is never below the one looked for. Each of its
    matches is also changed until nobody would gain: the best of those is the answer.
    """
    programme = _Programme(fit, view, allowed, capacity, epsilon)
    joint = (fit + view) / 2
    until = monotonic() + seconds
    best, best_total = None, -np.inf
    for step in range(STEPS):
        check()
        match, bound = programme.solved(max(0.1, until - monotonic()))
        if match is None:
            break
        for one in changed(match, fit, view, allowed, capacity, epsilon, check=check, seed=step):
            total = _total(joint, one)
            if total > best_total + _TINY:
                best, best_total = one, total
        if best_total >= bound * (1 - GAP) - _TINY:
            return best, True
        if not programme.learn(match) or monotonic() > until:
            break
    return best, False


def changed(
    match: Ints,
    fit: Scored,
    view: Scored,
    allowed: Flags,
    capacity: Ints,
    epsilon: float,
    *,
    check: Check,
    seed: int = 0,
    orders: int = ORDERS,
) -> Iterator[Ints]:
    """Return a match changed until nobody would gain, in several orders."""
    chance = np.random.default_rng(seed)
    for number in range(orders):
        found = settled(
            match,
            fit,
            view,
            allowed,
            capacity,
            epsilon=epsilon,
            most=10 * sum(allowed.shape),
            check=check,
            order=chance.permutation(len(match)) if number else None,
        )
        if found is not None:
            yield found


def _total(joint: Scored, match: Ints) -> float:
    placed = np.flatnonzero(match >= 0)
    return float(joint[placed, match[placed]].sum(dtype=np.float64))


class _Programme:
    """The programme of a round, with what it has learned of pairs that would both gain."""

    def __init__(
        self, fit: Scored, view: Scored, allowed: Flags, capacity: Ints, epsilon: float
    ) -> None:
        self.fit, self.view, self.allowed, self.capacity = fit, view, allowed, capacity
        self.epsilon = epsilon
        self.rows, self.columns = np.nonzero(allowed)
        self.fits = fit[self.rows, self.columns]
        self.views = view[self.rows, self.columns]
        self.learned: dict[tuple[int, int], tuple[Ints, Ints]] = {}

    def solved(self, seconds: float) -> tuple[Ints | None, float]:
        """Return the best match as far as the programme knows, and a bound on every total."""
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        match = np.full(len(self.fit), -1, dtype=np.intp)
        number = len(self.rows)
        if not number:
            return match, 0.0
        ones, pairs = np.ones(number), np.arange(number)
        asks = csr_array((ones, (self.rows, pairs)), shape=(len(self.fit), number))
        hosts = csr_array((ones, (self.columns, pairs)), shape=(len(self.capacity), number))
        limits = [LinearConstraint(asks, ub=1), LinearConstraint(hosts, ub=self.capacity)]
        if self.learned:
            limits.append(self._contented(number))
        found = milp(
            -(self.fits + self.views) / 2,
            integrality=ones,
            bounds=Bounds(0, 1),
            constraints=limits,
            options={"mip_rel_gap": GAP / 10, "time_limit": seconds},
        )
        if found.x is None:
            return None, np.inf
        chosen = found.x > 0.5
        match[self.rows[chosen]] = self.columns[chosen]
        return match, -float(found.mip_dual_bound)

    def _contented(self, number: int) -> object:
        """Return that what contents a row, as often as the column has places, and what contents the
        column come to all the places of the column, for each pair that was learned."""
        from scipy.optimize import LinearConstraint
        from scipy.sparse import csr_array

        places = np.array([float(self.capacity[column]) for _, column in self.learned])
        at, pairs, values = [], [], []
        for limit, (mine, theirs) in enumerate(self.learned.values()):
            at.append(np.full(len(mine) + len(theirs), limit))
            pairs += [mine, theirs]
            values += [np.full(len(mine), places[limit]), np.ones(len(theirs))]
        matrix = csr_array(
            (np.concatenate(values), (np.concatenate(at), np.concatenate(pairs))),
            shape=(len(places), number),
        )
        return LinearConstraint(matrix, lb=places)

    def learn(self, match: Ints) -> bool:
        """Learn of the pairs of a match that would both gain; whether any was new."""
        before = len(self.learned)
        would = both_would_gain(
            match, self.fit, self.view, self.allowed, self.capacity, self.epsilon
        )
        for row, column in zip(*np.nonzero(would), strict=True):
            mine = (self.rows == row) & (self.fits > self.fit[row, column] - self.epsilon + _TINY)
            theirs = (self.columns == column) & (
                self.views > self.view[row, column] - self.epsilon + _TINY
            )
            key = int(row), int(column)
            # the pair itself contents both: once is enough
            self.learned.setdefault(key, (np.flatnonzero(mine), np.flatnonzero(theirs & ~mine)))
        return len(self.learned) > before


def standing(match: Ints, fit: Scored, view: Scored, capacity: Ints) -> tuple[Scored, Scored]:
    """Return the fit that each row has, and the lowest view in each column that is full.

    Below any where a row has none, or where a column has a place left.
    """
    placed = np.flatnonzero(match >= 0)
    fits = np.full(len(match), -np.inf)
    fits[placed] = fit[placed, match[placed]]
    lowest = np.full(len(capacity), np.inf)
    np.minimum.at(lowest, match[placed], view[placed, match[placed]])
    lowest[np.bincount(match[placed], minlength=len(capacity)) < capacity] = -np.inf
    return fits, lowest


def both_would_gain(
    match: Ints, fit: Scored, view: Scored, allowed: Flags, capacity: Ints, epsilon: float
) -> Flags:
    """Return the pairs that would gain `epsilon` on both sides."""
    fits, lowest = standing(match, fit, view, capacity)
    found: Flags = allowed & (fit >= fits[:, None] + epsilon - _TINY)
    found &= view >= lowest + epsilon - _TINY
    return found


# ---- Many authorities: near the greatest total, and nobody left who would both gain


def settled(
    match: Ints,
    fit: Scored,
    view: Scored,
    allowed: Flags,
    capacity: Ints,
    *,
    epsilon: float,
    most: int,
    check: Check,
    order: Ints | None = None,
) -> Ints | None:
    """Change a match, pair by pair, until none gains `epsilon` on both sides; `None` after `most`.

    Roth and Vande Vate (1990), "Random paths to stability in two-sided matching": a row that would
    gain with a column that would too takes its place there, the joint fit deciding between columns;
    whoever lost a place, and whoever wanted one that is free now, is looked at again. `order` has
    the rows in the order in which they are looked at first.
    """
    state = _State(match, fit, view, capacity)
    waiting = deque(range(len(fit)) if order is None else order.tolist())
    queued = set(waiting)
    changes = 0
    while waiting:
        row = waiting.popleft()
        queued.discard(row)
        would = allowed[row] & (fit[row] >= state.fits[row] + epsilon - _TINY)
        would &= view[row] >= state.lowest + epsilon - _TINY
        if not would.any():
            continue
        changes += 1
        if changes > most:
            return None
        if changes % 256 == 0:
            check()
        column = int(np.argmax(np.where(would, fit[row] + view[row], -1)))
        left, given_up = state.move(row, column)
        again = [row] if given_up < 0 else [row, given_up]
        if left >= 0:
            gains = allowed[:, left] & (fit[:, left] >= state.fits + epsilon - _TINY)
            again += np.flatnonzero(gains).tolist()
        for one in again:
            if one not in queued:
                queued.add(one)
                waiting.append(one)
    return state.match


class _State:
    """A match as it changes: the fit that each row has, and the lowest view in each full column."""

    def __init__(self, match: Ints, fit: Scored, view: Scored, capacity: Ints) -> None:
        self.match, self.fit, self.view, self.capacity = match.copy(), fit, view, capacity
        placed = np.flatnonzero(match >= 0)
        self.fits = np.full(len(match), -np.inf)
        self.fits[placed] = fit[placed, match[placed]]
        self.members: list[list[int]] = [[] for _ in capacity]
        for row in placed.tolist():
            self.members[match[row]].append(row)
        self.lowest = np.array([self._lowest(column) for column in range(len(capacity))])

    def _lowest(self, column: int) -> float:
        members = self.members[column]
        if len(members) < self.capacity[column]:
            return -np.inf
        return min((float(self.view[row, column]) for row in members), default=np.inf)

    def move(self, row: int, column: int) -> tuple[int, int]:
        """Put a row into a column; return the column it left, and the row that lost its place."""
        left, given_up = int(self.match[row]), -1
        if left >= 0:
            self.members[left].remove(row)
            self.lowest[left] = self._lowest(left)
        members = self.members[column]
        if len(members) >= self.capacity[column]:
            given_up = max(members, key=lambda one: (-self.view[one, column], one))
            members.remove(given_up)
            self.match[given_up], self.fits[given_up] = -1, -np.inf
        members.append(row)
        self.match[row], self.fits[row] = column, self.fit[row, column]
        self.lowest[column] = self._lowest(column)
        return left, given_up


def banded(scores: Scored, joint: Scored, epsilon: float) -> Scored:
    """Return scores in bands `epsilon` wide, in a band by joint fit (below 1000).

    Whoever gains `epsilon` is at least a band higher. So a match that is stable by such scores
    leaves no pair that gains `epsilon` on both sides.
    """
    found: Scored = np.floor((scores + _TINY) / epsilon) * 1000 + joint
    return found
