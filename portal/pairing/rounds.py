"""A national round: who is to be paired with whom, all at once. Pure, and slow: for the worker.

    found = run(matrices(field), Method.EPSILON, pins=[("E06000001", "E06000004")])
    found.pairs, found.unplaced, found.certificate("E06000002")

A round proposes; each side still accepts. docs/pairing.md compares the methods.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum, unique
from time import perf_counter

import numpy as np

from portal.pairing.acceptance import Flags, Ints, Scored, deferred_acceptance
from portal.pairing.assignment import (
    ORDERS,
    banded,
    both_would_gain,
    changed,
    greatest_minimum,
    greatest_total,
    stable_total,
)
from portal.pairing.matrices import Matrices
from portal.pairing.similarity import DIGITS

EPSILON = 5.0
"""Points: what a fit can differ by without meaning anything."""
EXACT_UP_TO = 400
"""Asking authorities and hosts together, up to which the best ε-stable round is looked for."""
BEST_UP_TO = 12_000
"""The same, up to which the greatest total is worked out to compare with."""
SECONDS = 60.0
_TINY = 1e-9


@unique
class Method(StrEnum):
    """How a round decides."""

    EPSILON = "epsilon"
    """The greatest total joint fit that leaves no pair that would gain ε on both sides."""
    STABLE = "stable"
    """Deferred acceptance: no pair that would gain anything on both sides."""
    OPTIMAL = "optimal"
    """The greatest total joint fit, whoever would rather have another."""
    MAXMIN = "maxmin"
    """As many as can be placed, then the greatest fit of whoever has the lowest."""


class Stopped(Exception):
    """A round was called off while it ran."""


@dataclass(frozen=True)
class Placed:
    """A pair that a round proposes."""

    asking: str
    host: str
    fit: float
    view: float
    """The fit as the host sees it."""
    pinned: bool = False
    """Whether a curator decided it beforehand."""

    @property
    def joint(self) -> float:
        """The mean of both sides' fit."""
        return (self.fit + self.view) / 2


@dataclass(frozen=True)
class Better:
    """A host that an authority would gain ε with, and why it isn't its host."""

    host: str
    fit: float
    """For the asking authority."""
    view: float
    """What the asking authority would be to the host."""
    with_: tuple[str, ...]
    """Whom the host has instead."""
    lowest: float | None
    """The host's view of the one of them that it rates lowest, pinned ones apart."""
    full: bool
    both_would_gain: bool
    """Whether host and asking authority would both gain ε: then the round isn't ε-stable."""


@dataclass(frozen=True)
class Certificate:
    """What there is to say to an authority of how it was placed."""

    asking: str
    host: str | None
    fit: float | None
    better: tuple[Better, ...]
    """Every host at least ε better, the best first."""

    @property
    def holds(self) -> bool:
        """Whether each of them is full with authorities that fit it as well, to within ε."""
        return not any(one.both_would_gain for one in self.better)


@dataclass(frozen=True)
class Result:
    """What a round proposes, and how good it is."""

    method: Method
    epsilon: float
    pairs: tuple[Placed, ...]
    """In the order of the codes of those who ask."""
    unplaced: tuple[str, ...]
    total: float
    """The sum of the joint fit of all pairs."""
    best_total: float | None
    """The greatest that any round could have; `None` where that wasn't worked out."""
    worst_off: float | None
    """The lowest fit of those that ask and were placed."""
    both_gain: int
    """Pairs that would both gain ε with each other, pinned places apart."""
    proved: bool
    """Whether the method's own aim is reached, for `EPSILON` to within 0.6 per cent."""
    seconds: float
    _round: "_Round" = field(repr=False, compare=False)
    _match: Ints = field(repr=False, compare=False)

    @property
    def share_of_best(self) -> float | None:
        """The total as a share of the greatest."""
        return self.total / self.best_total if self.best_total else None

    def certificate(self, asking: str) -> Certificate:
        """Return what there is to say to an authority; `KeyError` for one not in the round."""
        return self._round.certificate(self._match, asking)


Progress = Callable[[float, str], None]
"""Takes the share that is done and what is being done."""
Pins = Collection[tuple[str, str]]
"""Asking authority and host."""


def run(
    given: Matrices,
    method: Method = Method.EPSILON,
    *,
    epsilon: float = EPSILON,
    pins: Pins = (),
    blocks: Pins = (),
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    seconds: float = SECONDS,
) -> Result:
    """Run a round.

    `pins` are placed whatever the rules say, and take a place of their host; `blocks` are never
    placed. The same input gives the same round, unless the exact search of `EPSILON` reaches
    `seconds`: then the best that is known is taken, which is ε-stable too.

    `should_stop` is asked between steps, not inside those of SciPy, which are bounded by `seconds`
    where it searches. Raises `Stopped`, and `ValueError` for pins that can't be: an authority or a
    host that is not in the round, one pinned twice, more pins than places, a pair also blocked.
    """
    start = perf_counter()
    watch = _Watch(progress or (lambda share, words: None), should_stop or (lambda: False))
    watch.say(0.0, "Preparing")
    round_ = _Round(given, epsilon, pins, blocks)
    best = None
    if sum(round_.shape) <= BEST_UP_TO:
        watch.say(0.1, "Finding the greatest total")
        best = round_.greatest()
    watch.say(0.3, "Pairing")
    match, proved = _matched(round_, method, best, watch, seconds)
    watch.say(0.9, "Checking")
    return round_.result(method, match, best, proved, start)


def _matched(
    round_: "_Round", method: Method, best: Ints | None, watch: "_Watch", seconds: float
) -> tuple[Ints, bool]:
    if method is Method.STABLE:
        return round_.stable(watch), True
    if method is Method.OPTIMAL:
        return (round_.greatest() if best is None else best), True
    if method is Method.MAXMIN:
        return greatest_minimum(round_.fit, round_.joint, round_.allowed, round_.left), True
    return round_.epsilon_stable(best, watch, seconds)


class _Watch:
    """Says how far a round has got, and stops it."""

    def __init__(self, progress: Progress, should_stop: Callable[[], bool]) -> None:
        self._progress, self._should_stop = progress, should_stop

    def say(self, share: float, words: str) -> None:
        self.check()
        self._progress(share, words)

    def check(self) -> None:
        if self._should_stop():
            raise Stopped


class _Round:
    """A round in the order in which ties are decided: fewer pairings now, then the ONS code."""

    def __init__(self, given: Matrices, epsilon: float, pins: Pins, blocks: Pins) -> None:
        rows = np.argsort(given.asking_active, kind="stable")
        columns = np.argsort(given.hosts_active, kind="stable")
        whole = np.ix_(rows, columns)
        self.epsilon = epsilon
        self.asking = [given.asking[row] for row in rows]
        self.hosts = [given.hosts[column] for column in columns]
        self.row = {code: r for r, code in enumerate(self.asking)}
        self.column = {code: c for c, code in enumerate(self.hosts)}
        self.fit: Scored = np.round(given.fit[whole], DIGITS)
        self.view: Scored = np.round(given.view[whole], DIGITS)
        self.joint: Scored = (self.fit + self.view) / 2
        self.allowed: Flags = given.allowed[whole]
        # more places than there are who ask are as good as that many
        self.capacity: Ints = np.minimum(given.capacity[columns], len(rows))
        self.left = self.capacity.copy()
        for asking, host in blocks:
            if asking in self.row and host in self.column:
                self.allowed[self.row[asking], self.column[host]] = False
        self.wanted = self.allowed.copy()
        self.pinned = self._pin(pins, set(blocks))
        for r in self.pinned:
            self.allowed[r] = False
        self.allowed[:, self.left <= 0] = False

    def _pin(self, pins: Pins, blocked: Collection[tuple[str, str]]) -> dict[int, int]:
        found: dict[int, int] = {}
        for asking, host in sorted(set(pins)):
            if asking not in self.row or host not in self.column:
                raise ValueError(f"{asking} or {host} is not in this round")
            r, c = self.row[asking], self.column[host]
            if r in found:
                raise ValueError(f"{asking} is pinned to two hosts")
            if asking == host:
                raise ValueError(f"{asking} is pinned to itself")
            if (asking, host) in blocked:
                raise ValueError(f"{asking} and {host} are both pinned and blocked")
            if self.left[c] <= 0:
                raise ValueError(f"{host} has fewer places than pins")
            found[r] = c
            self.left[c] -= 1
        return found

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.asking), len(self.hosts)

    def greatest(self) -> Ints:
        return greatest_total(self.joint, self.allowed, self.left)

    def epsilon_stable(self, best: Ints | None, watch: _Watch, seconds: float) -> tuple[Ints, bool]:
        """Return the best ε-stable match that is found, and whether it is proved to be the best."""
        found = [self._banded(watch), self.stable(watch)]
        proved = False
        if sum(self.shape) <= EXACT_UP_TO:
            watch.say(0.4, "Looking for the best round that leaves no pair wanting each other")
            exact, proved = stable_total(
                self.fit,
                self.view,
                self.allowed,
                self.left,
                epsilon=self.epsilon,
                seconds=seconds,
                check=watch.check,
            )
            found += [] if exact is None else [exact]
        else:
            start = np.full(len(self.fit), -1, dtype=np.intp) if best is None else best
            found += list(
                changed(
                    start,
                    self.fit,
                    self.view,
                    self.allowed,
                    self.left,
                    self.epsilon,
                    check=watch.check,
                    orders=1 if best is None else ORDERS,
                )
            )
        return max(found, key=self.total), proved

    def stable(self, watch: _Watch) -> Ints:
        return deferred_acceptance(self.fit, self.view, self.allowed, self.left, watch.check)

    def _banded(self, watch: _Watch) -> Ints:
        return deferred_acceptance(
            banded(self.fit, self.joint, self.epsilon),
            banded(self.view, self.joint, self.epsilon),
            self.allowed,
            self.left,
            watch.check,
        )

    # ---- How good a match is

    def total(self, match: Ints) -> float:
        placed = np.flatnonzero(match >= 0)
        return float(self.joint[placed, match[placed]].sum(dtype=np.float64))

    def both_gain(self, match: Ints) -> int:
        return int(
            both_would_gain(match, self.fit, self.view, self.allowed, self.left, self.epsilon).sum()
        )

    # ---- What is said of it

    def result(
        self, method: Method, match: Ints, best: Ints | None, proved: bool, start: float
    ) -> Result:
        pinned = sum(float(self.joint[r, c]) for r, c in self.pinned.items())
        both = self.both_gain(match)
        whole = match.copy()
        for r, c in self.pinned.items():
            whole[r] = c
        placed = np.flatnonzero(whole >= 0)
        pairs = sorted(
            (
                Placed(
                    self.asking[r],
                    self.hosts[whole[r]],
                    float(self.fit[r, whole[r]]),
                    float(self.view[r, whole[r]]),
                    r in self.pinned,
                )
                for r in placed.tolist()
            ),
            key=lambda pair: pair.asking,
        )
        return Result(
            method=method,
            epsilon=self.epsilon,
            pairs=tuple(pairs),
            unplaced=tuple(sorted(self.asking[r] for r in np.flatnonzero(whole < 0))),
            total=self.total(whole),
            best_total=None if best is None else self.total(best) + pinned,
            worst_off=min((pair.fit for pair in pairs), default=None),
            both_gain=both,
            proved=proved,
            seconds=perf_counter() - start,
            _round=self,
            _match=whole,
        )

    def certificate(self, match: Ints, asking: str) -> Certificate:
        r = self.row[asking]
        own = int(match[r])
        fit = float(self.fit[r, own]) if own >= 0 else None
        better = self.wanted[r] & (
            self.fit[r] >= (-np.inf if fit is None else fit) + self.epsilon - _TINY
        )
        order = np.flatnonzero(better)
        order = order[np.argsort(-self.fit[r, order], kind="stable")]
        return Certificate(
            asking,
            self.hosts[own] if own >= 0 else None,
            fit,
            tuple(self._better(match, r, c) for c in order.tolist()),
        )

    def _better(self, match: Ints, r: int, c: int) -> Better:
        members = np.flatnonzero(match == c).tolist()
        free = [m for m in members if m not in self.pinned]
        full = len(members) >= self.capacity[c]
        lowest = min((float(self.view[m, c]) for m in free), default=None)
        view = float(self.view[r, c])
        gains = not full or (lowest is not None and view >= lowest + self.epsilon - _TINY)
        return Better(
            host=self.hosts[c],
            fit=float(self.fit[r, c]),
            view=view,
            with_=tuple(sorted(self.asking[m] for m in members)),
            lowest=lowest,
            full=bool(full),
            both_would_gain=bool(gains),
        )
