"""Deferred acceptance: nobody and no host would both rather have each other. Pure.

Gale and Shapley (1962), "College admissions and the stability of marriage", with places: each
asking authority asks hosts from its best one down, and each host keeps the best who asked. No other
stable outcome is better for anybody who asks, and it doesn't depend on who asks first.

Rows ask, columns host; the higher score is the better one, of equal ones that of the lower row or
column. A match has the column for each row, -1 for nobody.
"""

from collections.abc import Callable
from heapq import heappush, heapreplace

import numpy as np
import numpy.typing as npt

Scored = npt.NDArray[np.floating]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]
Check = Callable[[], None]
"""Called every now and then; raises to stop."""

SMALL = 30_000
"""Pairs up to which sorting all preferences at once is quicker than looking for the next."""
_EVERY = 256


def deferred_acceptance(
    asking: Scored, hosting: Scored, allowed: Flags, capacity: Ints, check: Check | None = None
) -> Ints:
    """Return the stable match that is best for those who ask.

    `asking` has the scores that rows give columns, `hosting` those that columns give rows, both in
    the shape of `allowed`.
    """
    if allowed.size <= SMALL:
        return _sorted(asking, hosting, allowed, capacity)
    return _searched(asking, hosting, allowed, capacity, check or (lambda: None))


def _sorted(asking: Scored, hosting: Scored, allowed: Flags, capacity: Ints) -> Ints:
    """Go down sorted lists of preferences."""
    lists = np.argsort(np.where(allowed, -asking, np.inf), axis=1, kind="stable").tolist()
    lengths = allowed.sum(axis=1).tolist()
    score, places = hosting.item, capacity.tolist()
    at = [0] * len(lists)
    kept: list[list[tuple[float, int]]] = [[] for _ in places]
    for one in range(len(lists)):
        row = one
        while row >= 0:
            row = _ask(row, lists[row], lengths[row], at, kept, places, score)
    match = np.full(len(lists), -1, dtype=np.intp)
    for column, of_column in enumerate(kept):
        for _, row in of_column:
            match[-row] = column
    return match


def _ask(
    row: int,
    preferred: list[int],
    length: int,
    at: list[int],
    kept: list[list[tuple[float, int]]],
    places: list[int],
    score: Callable[[int, int], float],
) -> int:
    """Let a row ask until a column keeps it; return whom that column gives up, or -1."""
    for k in range(at[row], length):
        column = preferred[k]
        heap = kept[column]
        key = (score(row, column), -row)
        if len(heap) < places[column]:
            at[row] = k + 1
            heappush(heap, key)
            return -1
        if heap and heap[0] < key:
            at[row] = k + 1
            return -heapreplace(heap, key)[1]
    at[row] = length
    return -1


def _searched(
    asking: Scored, hosting: Scored, allowed: Flags, capacity: Ints, check: Check
) -> Ints:
    """Look for the best column that would keep a row, each time a row is without one.

    A full column keeps nobody who scores below the worst it has, now or later: those are passed
    over at once, so nearly everybody who asks is kept.
    """
    rows, columns = allowed.shape
    nobody = asking.min(initial=0.0) - 1
    wanted = np.where(allowed, asking, nobody)
    match = np.full(rows, -1, dtype=np.intp)
    kept: list[list[tuple[float, int]]] = [[] for _ in range(columns)]
    places = capacity.tolist()
    lowest = np.where(capacity > 0, -np.inf, np.inf)
    lowest_row = np.full(columns, rows)
    for done, one in enumerate(range(rows)):
        if done % _EVERY == 0:
            check()
        row = one
        while row >= 0:
            scores = hosting[row]
            keeps = (scores > lowest) | ((scores == lowest) & (row < lowest_row))
            column = int(np.argmax(np.where(keeps, wanted[row], nobody)))
            if not keeps[column] or wanted[row, column] <= nobody:
                break
            heap, key = kept[column], (hosting.item(row, column), -row)
            given_up = -1
            if len(heap) < places[column]:
                heappush(heap, key)
            else:
                given_up = -heapreplace(heap, key)[1]
                match[given_up] = -1
            match[row] = column
            if len(heap) == places[column]:
                lowest[column], lowest_row[column] = heap[0][0], -heap[0][1]
            row = given_up
    return match
