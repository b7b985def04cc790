"""Best assignments: greatest total, greatest minimum, greatest total that is ε-stable. Pure.

SciPy is loaded by the functions that need it, since it takes time and memory: call them in the
worker or a command, never while a page is made. Rows, columns and matches: see `acceptance`.
"""

from collections import deque

import numpy as np
import numpy.typing as npt

from portal.pairing.acceptance import Check, Flags, Ints, Scored

GAP = 1e-3
"""How far the programme may stay below the best total at most, as a share of it."""
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
) -> tuple[Ints | None, bool]:
    """Return the match with the greatest total joint fit in which no pair gains `epsilon` on both
    sides, and whether that is proved; `None` where none was found in time.

    A programme in whole numbers (HiGHS): for each pair, either the row has a column that is at most
    `epsilon` worse for it, or the column is full of rows that are at most `epsilon` worse for it.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    rows, columns = np.nonzero(allowed)
    number = len(rows)
    if not number:
        return np.full(len(fit), -1, dtype=np.intp), True
    pairs = np.arange(number)
    ones = np.ones(number)
    asks = csr_array((ones, (rows, pairs)), shape=(len(fit), number))
    hosts = csr_array((ones, (columns, pairs)), shape=(len(capacity), number))
    joint = (fit[rows, columns] + view[rows, columns]) / 2
    found = milp(
        -joint,
        integrality=ones,
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(asks, ub=1),
            LinearConstraint(hosts, ub=capacity),
            LinearConstraint(
                _contented(rows, columns, fit, view, capacity, epsilon), lb=capacity[columns]
            ),
        ],
        options={"mip_rel_gap": GAP, "time_limit": seconds},
    )
    if found.x is None:
        return None, False
    match = np.full(len(fit), -1, dtype=np.intp)
    chosen = found.x > 0.5
    match[rows[chosen]] = columns[chosen]
    return match, found.status == 0


def _contented(
    rows: Ints, columns: Ints, fit: Scored, view: Scored, capacity: Ints, epsilon: float
) -> object:
    """Return, for each pair, what contents its row, and a place each what contents its column."""
    from scipy.sparse import coo_array

    number = len(rows)
    fits, views = fit[rows, columns], view[rows, columns]
    places: list[Ints] = []
    others: list[Ints] = []
    values: list[npt.NDArray[np.float64]] = []
    by_row = [np.flatnonzero(rows == row) for row in range(len(fit))]
    by_column = [np.flatnonzero(columns == column) for column in range(len(capacity))]
    for pair in range(number):
        mine = by_row[rows[pair]]
        mine = mine[fits[mine] > fits[pair] - epsilon + _TINY]
        theirs = by_column[columns[pair]]
        theirs = theirs[(views[theirs] > views[pair] - epsilon + _TINY) & (theirs != pair)]
        places.append(np.full(len(mine) + len(theirs), pair))
        others += [mine, theirs]
        values += [np.full(len(mine), float(capacity[columns[pair]])), np.ones(len(theirs))]
    return coo_array(
        (np.concatenate(values), (np.concatenate(places), np.concatenate(others))),
        shape=(number, number),
    ).tocsr()


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
) -> Ints | None:
    """Change a match, pair by pair, until none gains `epsilon` on both sides; `None` after `most`.

    Roth and Vande Vate (1990), "Random paths to stability in two-sided matching": a row that would
    gain with a column that would too takes its place there, the joint fit deciding between columns;
    whoever lost a place, and whoever wanted one that is free now, is looked at again.
    """
    state = _State(match, fit, view, capacity)
    waiting = deque(range(len(fit)))
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
