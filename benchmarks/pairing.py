"""What pairing costs and how well it pairs, on made-up authorities.

Each size is measured in a process of its own, so that its peak of memory is its own.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from random import Random
from resource import RUSAGE_SELF, getrusage
from statistics import median
from time import process_time
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np

from benchmarks.pages import say
from portal.pairing import cards as cards_
from portal.pairing.acceptance import Flags, Ints, Scored, deferred_acceptance
from portal.pairing.assignment import greatest_total
from portal.pairing.fields import SETS, TERMS, TIERS
from portal.pairing.matching import Matrices, Side, matrices, prepare, shortlist
from portal.pairing.rounds import Method, run
from portal.pairing.weights import THEMES

SIZES = (10, 153, 343, 2_000, 20_000)
_LISTS = 100
"""Authorities whose list is asked for."""
_MATCHING_UP_TO = 2_000
_CARDS_UP_TO = 2_000
_MAXMIN_UP_TO = 2_000
_SEEDS: Mapping[int, int] = {10: 5, 153: 5, 343: 3}
"""Registers that rounds are run on, by size; one of a larger size."""


@dataclass(frozen=True)
class Round:
    """One way to run a round, over the registers of a size."""

    name: str
    cpu_ms: float
    """Median, of the whole round with its checks, or of the bare algorithm where named so."""
    placed: float
    """Share of those who ask; means over registers, as all that follow but the worst."""
    total: float
    of_best: float | None
    worst_off: float | None
    both_gain: float


@dataclass(frozen=True)
class Result:
    """What one size took."""

    size: int
    prepare_ms: float
    one_ms: float
    """The short list of one authority beside all others."""
    all_ms: float
    """All who ask by all who host, where all do both."""
    cards_ms: float | None = None
    offers_ms: float | None = None
    lost: float | None = None
    """How much of what was stated cards hold back."""
    cards_offered: float | None = None
    rounds: list[Round] = field(default_factory=list)
    da_ms: float = 0.0
    """Deferred acceptance alone."""
    matching_ms: float | None = None
    """PyPI matching on the same preferences: its objects made, and the game solved."""
    same: bool | None = None
    assignment_ms: float | None = None
    """The linear sum assignment alone."""
    peak_mb: float = 0.0


def measure(sizes: Sequence[int]) -> list[Result]:
    """Measure each size in a process of its own."""
    results = []
    for size in sizes:
        say(f"{size:,} authorities …")
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            results.append(pool.submit(_of_size, size).result())
    return results


def _of_size(size: int) -> Result:
    sides = register(size, seed=0)
    narrow = np.float32 if size > _CARDS_UP_TO else np.float64
    costs = _costs(sides, narrow) | (_cards_of(sides) if size <= _CARDS_UP_TO else {})
    rounds, bare = _rounds(size, narrow)
    peak = getrusage(RUSAGE_SELF).ru_maxrss / 1024
    return Result(size=size, rounds=rounds, peak_mb=peak, **costs, **bare)


def _costs(sides: Sequence[Side], dtype: type) -> dict[str, Any]:
    prepare_ms, whole = _timed(lambda: prepare(sides))
    codes = [side.code for side in whole.sides[:_LISTS]]
    shortlist(whole, codes[0])
    one = [_timed(lambda code=code: shortlist(whole, code))[0] for code in codes]
    times = range(3 if len(sides) < 20_000 else 1)
    together = [_timed(lambda: matrices(whole, dtype=dtype))[0] for _ in times]
    return {"prepare_ms": prepare_ms, "one_ms": median(one), "all_ms": median(together)}


def _cards_of(sides: Sequence[Side]) -> dict[str, Any]:
    cards_ms, made = _timed(lambda: cards_.cards(sides))
    hosts = [side.code for side in sides]
    listed = [
        _timed(lambda side=side: cards_.offers(side, made, hosts, key=b"benchmark"))
        for side in sides[:_LISTS]
    ]
    return {
        "cards_ms": cards_ms,
        "offers_ms": median(ms for ms, _ in listed),
        "lost": made.lost,
        "cards_offered": _mean(len(found) for _, found in listed),
    }


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    start = process_time()
    found = call()
    return (process_time() - start) * 1000, found


# ---- Rounds


def _rounds(size: int, dtype: type) -> tuple[list[Round], dict[str, Any]]:
    """Run every method on balanced registers: half of the authorities ask, half host one."""
    given = [
        matrices(prepare(register(size, seed, balanced=True)), dtype=dtype)
        for seed in range(_SEEDS.get(size, 1))
    ]
    best = [None] * len(given)
    rounds = []
    for method in (Method.OPTIMAL, Method.EPSILON, Method.STABLE, Method.MAXMIN):
        if method is Method.MAXMIN and size > _MAXMIN_UP_TO:
            continue
        say(f"  {method.value} …")
        timed = [_timed(lambda one=one, method=method: run(one, method)) for one in given]
        results = [result for _, result in timed]
        if method is Method.OPTIMAL:
            best = [result.total for result in results]
        rounds.append(
            Round(
                name=method.value,
                cpu_ms=median(ms for ms, _ in timed),
                placed=_mean(
                    len(r.pairs) / max(1, len(r.pairs) + len(r.unplaced)) for r in results
                ),
                total=_mean(r.total for r in results),
                of_best=_mean(r.total / b for r, b in zip(results, best, strict=True) if b),
                worst_off=min((r.worst_off for r in results if r.worst_off), default=None),
                both_gain=_mean(r.both_gain for r in results),
            )
        )
    return rounds, _bare(given)


def _mean(values: Any) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0


def _bare(given: Sequence[Matrices]) -> dict[str, Any]:
    """Time the algorithms alone on the same rounds, ours and others' by turns."""
    ours, theirs, assignment, same = [], [], [], []
    for one in given:
        fit, view, allowed, places = one.fit, one.view, one.allowed, one.capacity
        calls = 5 if allowed.size < 1e6 else 1
        times = [
            _timed(lambda f=fit, v=view, a=allowed, p=places: deferred_acceptance(f, v, a, p))
            for _ in range(calls)
        ]
        ours.append(median(ms for ms, _ in times))
        joint = (fit + view) / 2
        assignment.append(_timed(lambda j=joint, a=allowed, p=places: greatest_total(j, a, p))[0])
        if sum(allowed.shape) <= _MATCHING_UP_TO:
            ms, found = _matching(fit, view, allowed, places)
            theirs.append(ms)
            same.append(found == times[0][1].tolist())
    return {
        "da_ms": median(ours),
        "assignment_ms": median(assignment),
        "matching_ms": median(theirs) if theirs else None,
        "same": all(same) if same else None,
    }


def _matching(fit: Scored, view: Scored, allowed: Flags, places: Ints) -> tuple[float, list[int]]:
    """Solve a round with PyPI matching; lists of preferences are made beforehand."""
    from matching.games import HospitalResident

    wants = {
        r: [int(c) for c in np.argsort(-fit[r], kind="stable") if allowed[r, c]]
        for r in range(len(fit))
    }
    likes = {
        c: [int(r) for r in np.argsort(-view[:, c], kind="stable") if allowed[r, c]]
        for c in range(len(places))
    }
    wants = {r: listed for r, listed in wants.items() if listed}
    likes = {c: listed for c, listed in likes.items() if listed}
    capacities = {c: int(places[c]) for c in likes}
    # it calls itself once for each of those who ask
    sys.setrecursionlimit(100_000)

    def solve() -> Any:
        game = HospitalResident.create_from_dictionaries(wants, likes, capacities)
        return game.solve(optimal="resident")

    with catch_warnings():
        simplefilter("ignore")
        ms, solved = _timed(solve)
    match = [-1] * len(fit)
    for host, guests in solved.items():
        for guest in guests:
            match[guest.name] = host.name
    return ms, match


# ---- Authorities


def register(size: int, seed: int, *, balanced: bool = False) -> list[Side]:
    """Make up authorities: how a case is handled goes with the tier, as far as it does in practice.

    One answer in ten is missing. Balanced, every second one is sure and hosts one, the others are
    less sure and ask; else all ask and host.
    """
    random = Random(f"{size} {seed}")
    return [_side(i, random, balanced) for i in range(size)]


def _side(i: int, random: Random, balanced: bool) -> Side:
    asks = bool(i % 2) if balanced else True
    hosts = not asks if balanced else True
    tier = random.choices(TIERS, (3, 3, 1, 2, 1))[0]
    usual = {
        "child-protection": ("spread", "front-door", "high"),
        "early-help": ("spread", "front-door", "moderate"),
        "universal-services": ("spread", "front-door", "low"),
        "community-safety": ("named-lead", "channel-panel", "moderate"),
        "police-led": ("dedicated-team", "prevent-police", "low"),
    }[tier]
    given: dict[str, Any] = {"tier": tier, "mash": random.random() < 0.8}
    for key, value in zip(("holds", "route", "prevalence"), usual, strict=True):
        given[key] = value if random.random() < 0.6 else random.choice(TERMS[key])
    given["prevent"] = random.random() < (0.8 if given["prevalence"] == "high" else 0.3)
    given["two_tier"] = random.random() < 0.15
    given = {key: value if random.random() > 0.1 else None for key, value in given.items()}
    for key, terms in SETS.items():
        given[key] = frozenset(term for term in terms if random.random() < 0.25)
    low, high = ((2.8, 5.0) if hosts else (1.2, 3.4)) if balanced else (1.2, 5.0)
    sureness = random.uniform(low, high)
    weights = [10 if one == tier else 3 for one in TIERS]
    return Side(
        code=f"E{i:08d}",
        region=f"Region {random.randrange(9)}",
        themes={
            theme: (min(5.0, max(1.0, random.gauss(sureness, 0.6))), random.randrange(8, 60))
            for theme in THEMES
            if random.random() > 0.05
        },
        vignettes={
            case: {
                tier: random.randrange(weight) for tier, weight in zip(TIERS, weights, strict=True)
            }
            for case in ("one", "two", "three", "four")
        },
        figures={
            "child_poverty_pct": random.gauss(22, 7),
            "fsm_primary_pct": random.gauss(24, 8),
            "eal_primary_pct": random.gauss(20, 12),
        },
        toward_tier=random.choice(TIERS) if random.random() < 0.15 else None,
        case_volume=random.choices(range(5), (1, 3, 3, 2, 1))[0],
        training=random.choice([None, 1, 2, 3, 4]),
        asks=asks,
        hosts=hosts,
        capacity=1,
        **given,
    )


# ---- The report


def report(results: Sequence[Result], table: Callable[..., str]) -> str:
    """Return figures as Markdown tables."""
    head = ("Authorities", "prepare ms", "list of one ms", "all pairs ms", "peak MB")
    cost = [
        [
            f"{r.size:,}",
            *(f"{v:,.2f}" for v in (r.prepare_ms, r.one_ms, r.all_ms)),
            f"{r.peak_mb:,.0f}",
        ]
        for r in results
    ]
    parts = [table(head, cost), table(*_algorithms(results)), table(*_cards(results))]
    parts += [f"{r.size:,} authorities\n\n{table(*_methods(r))}" for r in results]
    return "\n\n".join(parts)


def _algorithms(results: Sequence[Result]) -> tuple[Sequence[str], list[list[str]]]:
    head = (
        "Authorities",
        "deferred acceptance ms",
        "PyPI matching ms",
        "times",
        "same",
        "SciPy ms",
    )
    rows = []
    for r in results:
        theirs = ["–", "–", "–"]
        if r.matching_ms is not None:
            times = f"{r.matching_ms / r.da_ms:,.0f} ×"
            theirs = [f"{r.matching_ms:,.1f}", times, "yes" if r.same else "no"]
        rows.append([f"{r.size:,}", f"{r.da_ms:,.2f}", *theirs, f"{r.assignment_ms:,.2f}"])
    return head, rows


def _cards(results: Sequence[Result]) -> tuple[Sequence[str], list[list[str]]]:
    head = ("Authorities", "all cards ms", "offers to one ms", "held back", "offers")
    rows = [
        [
            f"{r.size:,}",
            f"{r.cards_ms:,.1f}",
            f"{r.offers_ms:,.2f}",
            f"{r.lost:.0%}",
            f"{r.cards_offered:.1f}",
        ]
        for r in results
        if r.cards_ms is not None
    ]
    return head, rows


def _methods(result: Result) -> tuple[Sequence[str], list[list[str]]]:
    head = ("Method", "CPU ms", "placed", "total", "of the greatest", "worst-off", "both gain ≥ 5")
    rows = [
        [
            one.name,
            f"{one.cpu_ms:,.1f}",
            f"{one.placed:.1%}",
            f"{one.total:,.0f}",
            f"{one.of_best:.1%}",
            "–" if one.worst_off is None else f"{one.worst_off:.1f}",
            f"{one.both_gain:,.1f}",
        ]
        for one in result.rounds
    ]
    return head, rows
