"""National rounds: what each method promises, beside others' work and by brute force."""

import subprocess
import sys
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matching.games import HospitalResident
from scipy.optimize import Bounds, LinearConstraint, milp

from portal.pairing import acceptance
from portal.pairing.acceptance import deferred_acceptance
from portal.pairing.assignment import GAP, banded, greatest_total, settled
from portal.pairing.matching import History, Matrices, matrices, prepare
from portal.pairing.rounds import Method, Result, Stopped, run
from tests.made_authorities import made
from tests.ten_authorities import sides as ten

ALL = list(Method)


def drawn(rows: int, columns: int, seed: int, places: int = 2, density: float = 0.8) -> Matrices:
    """Return a round of made-up fits, partly common to all who ask, as good hosts are."""
    generator = np.random.default_rng(seed)
    liked = generator.uniform(0, 25, columns)
    fit = 35 + liked + generator.uniform(0, 40, (rows, columns))
    view = 30 + generator.uniform(0, 25, (rows, 1)) + generator.uniform(0, 45, (rows, columns))
    return Matrices(
        asking=tuple(f"A{i:04d}" for i in range(rows)),
        hosts=tuple(f"H{j:04d}" for j in range(columns)),
        fit=fit,
        view=view,
        allowed=generator.random((rows, columns)) < density,
        capacity=generator.integers(1, places + 1, columns),
        asking_active=np.zeros(rows, dtype=np.intp),
        hosts_active=generator.integers(0, 3, columns),
    )


def national(number: int, seed: int) -> Matrices:
    """Return a round of whole authorities, of whom half ask and half host one."""
    sides = [
        replace(side, asks=bool(i % 2), hosts=not i % 2, capacity=1)
        for i, side in enumerate(made(number, seed=seed))
    ]
    return matrices(prepare(sides))


def both_would_gain(found: Result, given: Matrices, by: float) -> list[tuple[str, str]]:
    """Return pairs that would both gain: looked for one by one, without the code that is tested."""
    row = {code: r for r, code in enumerate(given.asking)}
    column = {code: c for c, code in enumerate(given.hosts)}
    has = {pair.asking: pair for pair in found.pairs}
    of_host: dict[str, list[float]] = {code: [] for code in given.hosts}
    for pair in found.pairs:
        of_host[pair.host].append(given.view[row[pair.asking], column[pair.host]])
    gaining = []
    for asking, host in product(given.asking, given.hosts):
        r, c = row[asking], column[host]
        if not given.allowed[r, c]:
            continue
        own = given.fit[r, column[has[asking].host]] if asking in has else -np.inf
        full = len(of_host[host]) >= given.capacity[c]
        lowest = min(of_host[host]) if full else -np.inf
        if given.fit[r, c] >= own + by and given.view[r, c] >= lowest + by:
            gaining.append((asking, host))
    return gaining


def check_possible(found: Result, given: Matrices) -> None:
    row = {code: r for r, code in enumerate(given.asking)}
    column = {code: c for c, code in enumerate(given.hosts)}
    asking = [pair.asking for pair in found.pairs]
    hosts = [pair.host for pair in found.pairs]
    assert len(asking) == len(set(asking))
    assert set(asking) | set(found.unplaced) == set(given.asking)
    assert not set(asking) & set(found.unplaced)
    for host in set(hosts):
        assert hosts.count(host) <= given.capacity[column[host]]
    for pair in found.pairs:
        r, c = row[pair.asking], column[pair.host]
        assert given.allowed[r, c] or pair.pinned
        assert pair.fit == pytest.approx(given.fit[r, c], abs=1e-5)
        assert pair.view == pytest.approx(given.view[r, c], abs=1e-5)
    assert found.total == pytest.approx(sum(pair.joint for pair in found.pairs))


# ---- Deferred acceptance


def as_matching_has_it(given: Matrices) -> dict[str, str]:
    wants = {
        code: [
            given.hosts[c] for c in np.argsort(-given.fit[r], kind="stable") if given.allowed[r, c]
        ]
        for r, code in enumerate(given.asking)
    }
    likes = {
        code: [
            given.asking[r]
            for r in np.argsort(-given.view[:, c], kind="stable")
            if given.allowed[r, c]
        ]
        for c, code in enumerate(given.hosts)
    }
    game = HospitalResident.create_from_dictionaries(
        {code: wanted for code, wanted in wants.items() if wanted},
        {code: liked for code, liked in likes.items() if liked},
        {
            code: int(given.capacity[c])
            for c, code in enumerate(given.hosts)
            if given.allowed[:, c].any()
        },
    )
    return {
        asking.name: host.name
        for host, all_asking in game.solve(optimal="resident").items()
        for asking in all_asking
    }


@pytest.mark.parametrize("seed", range(12))
def test_deferred_acceptance_is_that_of_matching(seed: int) -> None:
    given = drawn(5 + 4 * seed, 4 + 3 * seed, seed, density=1 if seed % 3 else 0.5)
    found = run(given, Method.STABLE)
    assert {pair.asking: pair.host for pair in found.pairs} == as_matching_has_it(given)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 7),
    st.integers(1, 6),
    st.integers(1, 4),
    st.integers(0, 10_000),
)
def test_both_ways_of_deferred_acceptance_agree_even_with_ties(
    rows: int, columns: int, levels: int, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    fit = generator.integers(0, levels, (rows, columns)).astype(float)
    view = generator.integers(0, levels, (rows, columns)).astype(float)
    allowed = generator.random((rows, columns)) < 0.7
    capacity = generator.integers(0, 3, columns)
    one = acceptance._sorted(fit, view, allowed, capacity)
    other = acceptance._searched(fit, view, allowed, capacity, lambda: None)
    assert one.tolist() == other.tolist()


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 12), st.integers(1, 10), st.integers(0, 10_000))
def test_after_deferred_acceptance_nobody_would_both_rather(
    rows: int, columns: int, seed: int
) -> None:
    given = drawn(rows, columns, seed)
    found = run(given, Method.STABLE, epsilon=1e-5)
    check_possible(found, given)
    assert both_would_gain(found, given, 1e-5) == []


def test_ties_go_to_who_has_fewer_pairings_then_to_the_lower_code() -> None:
    given = replace(
        drawn(2, 3, 0),
        fit=np.full((2, 3), 60.0),
        view=np.full((2, 3), 60.0),
        allowed=np.ones((2, 3), dtype=bool),
        capacity=np.array([1, 1, 1]),
        hosts_active=np.array([1, 0, 0]),
    )
    found = run(given, Method.STABLE)
    assert [(pair.asking, pair.host) for pair in found.pairs] == [
        ("A0000", "H0001"),
        ("A0001", "H0002"),
    ]


# ---- ε-stable


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 10), st.integers(1, 8), st.integers(0, 10_000))
def test_after_a_round_no_pair_gains_5_on_both_sides(rows: int, columns: int, seed: int) -> None:
    given = drawn(rows, columns, seed)
    found = run(given)
    check_possible(found, given)
    assert found.both_gain == 0
    assert found.proved
    assert both_would_gain(found, given, 5.0) == []


@pytest.mark.parametrize("seed", range(16))
def test_the_round_is_the_best_of_all_that_leave_nobody_wanting_another(seed: int) -> None:
    """All rounds of five who ask and four hosts, one by one."""
    given = drawn(5, 4, seed, places=1)
    joint = (given.fit + given.view) / 2
    possible = []
    for hosts in product(range(-1, 4), repeat=5):
        match = np.array(hosts)
        rows = np.flatnonzero(match >= 0)
        taken = match[rows]
        if (
            given.allowed[rows, taken].all()
            and (np.bincount(taken, minlength=4) <= given.capacity).all()
        ):
            possible.append((float(joint[rows, taken].sum()), match))
    possible.sort(key=lambda one: -one[0])
    best = next(
        total
        for total, match in possible
        if not both_would_gain(_as_result(match, given), given, 5.0)
    )
    assert best * (1 - GAP) <= run(given).total <= best + 1e-6


def whole_programme(given: Matrices, epsilon: float) -> float:
    """Return the greatest total of an ε-stable round, with all conditions written down at once."""
    rows, columns = np.nonzero(given.allowed)
    fits, views = given.fit[rows, columns], given.view[rows, columns]
    places = given.capacity[columns]
    same_row, same_column = rows[:, None] == rows, columns[:, None] == columns
    contented = places[:, None] * (same_row & (fits > fits[:, None] - epsilon))
    contented = np.maximum(contented, same_column & (views > views[:, None] - epsilon))
    found = milp(
        -(fits + views) / 2,
        integrality=np.ones(len(rows)),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(np.equal.outer(np.arange(len(given.fit)), rows), ub=1),
            LinearConstraint(
                np.equal.outer(np.arange(len(given.capacity)), columns), ub=given.capacity
            ),
            LinearConstraint(contented, lb=places),
        ],
    )
    return float(-found.fun)


@pytest.mark.parametrize("seed", range(4))
def test_a_proved_round_is_near_the_best_there_is(seed: int) -> None:
    given = replace(drawn(22, 20, seed, places=1), view=drawn(20, 22, seed + 50).fit.T)
    best = whole_programme(given, 5.0)
    found = run(given)
    assert found.proved
    assert best * (1 - GAP) <= found.total <= best + 1e-5


class _Pairs:
    """As much of a result as `both_would_gain` looks at."""

    def __init__(self, pairs: list[Any], total: float) -> None:
        self.pairs, self.total = pairs, total


class _Pair:
    def __init__(self, asking: str, host: str) -> None:
        self.asking, self.host = asking, host


def _as_result(match: np.ndarray, given: Matrices) -> Any:
    rows = np.flatnonzero(match >= 0)
    joint = (given.fit + given.view) / 2
    return _Pairs(
        [_Pair(given.asking[r], given.hosts[match[r]]) for r in rows],
        float(joint[rows, match[rows]].sum()),
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_round_of_the_whole_country_is_quick_fair_and_nearly_the_best(seed: int) -> None:
    given = national(153, seed)
    found = run(given)
    check_possible(found, given)
    assert both_would_gain(found, given, 5.0) == []
    assert found.share_of_best is not None
    assert found.share_of_best >= 0.97
    assert len(found.pairs) >= len(run(given, Method.STABLE).pairs)
    assert found.seconds < 20, "5 s on a machine that does nothing else"


def test_a_large_round_has_the_same_guarantee() -> None:
    given = national(900, 1)
    found = run(given)
    assert sum(given.fit.shape) > 400
    assert both_would_gain(found, given, 5.0) == []
    assert found.share_of_best is not None
    assert found.share_of_best > run(given, Method.STABLE).share_of_best  # type: ignore[operator]
    assert not found.proved


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 12), st.integers(1, 9), st.integers(0, 10_000), st.floats(0.5, 15))
def test_the_two_ways_of_a_large_round_leave_nobody_wanting_another(
    rows: int, columns: int, seed: int, epsilon: float
) -> None:
    given = drawn(rows, columns, seed)
    joint = (given.fit + given.view) / 2
    by_bands = deferred_acceptance(
        banded(given.fit, joint, epsilon),
        banded(given.view, joint, epsilon),
        given.allowed,
        given.capacity,
    )
    changed = settled(
        greatest_total(joint, given.allowed, given.capacity),
        given.fit,
        given.view,
        given.allowed,
        given.capacity,
        epsilon=epsilon,
        most=10_000,
        check=lambda: None,
    )
    for match in (by_bands, changed):
        assert match is not None
        assert both_would_gain(_as_result(match, given), given, epsilon) == []


def test_when_time_is_up_the_best_that_is_known_is_taken() -> None:
    given = national(300, 1)
    found = run(given, seconds=0.01)
    check_possible(found, given)
    assert both_would_gain(found, given, 5.0) == []


# ---- The greatest total, the greatest minimum


@pytest.mark.parametrize("seed", range(6))
def test_optimal_and_maxmin_are_what_they_say(seed: int) -> None:
    given = drawn(4, 3, seed, places=2)
    joint = (given.fit + given.view) / 2
    totals: list[tuple[float, int, float]] = []
    for hosts in product(range(-1, 3), repeat=4):
        match = np.array(hosts)
        rows = np.flatnonzero(match >= 0)
        if not given.allowed[rows, match[rows]].all():
            continue
        if (np.bincount(match[rows], minlength=3) > given.capacity).any():
            continue
        lowest = min(given.fit[rows, match[rows]], default=0.0)
        totals.append((float(joint[rows, match[rows]].sum()), len(rows), float(lowest)))
    best = run(given, Method.OPTIMAL)
    assert best.total == pytest.approx(max(total for total, _, _ in totals))
    assert best.share_of_best == pytest.approx(1)
    most = max(number for _, number, _ in totals)
    fairest = run(given, Method.MAXMIN)
    assert len(fairest.pairs) == most
    assert fairest.worst_off == pytest.approx(
        max(lowest for _, number, lowest in totals if number == most)
    )


# ---- More places, pins, blocks


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 12),
    st.integers(1, 8),
    st.integers(0, 10_000),
    st.sampled_from([Method.STABLE, Method.OPTIMAL, Method.MAXMIN]),
    st.data(),
)
def test_more_places_never_lower_how_many_are_placed(
    rows: int, columns: int, seed: int, method: Method, data: st.DataObject
) -> None:
    given = drawn(rows, columns, seed)
    more = given.capacity.copy()
    more[data.draw(st.integers(0, columns - 1))] += data.draw(st.integers(1, 3))
    before, after = run(given, method), run(replace(given, capacity=more), method)
    assert len(after.pairs) >= len(before.pairs)


@pytest.mark.parametrize("method", ALL)
def test_pins_are_placed_and_blocks_are_not(method: Method) -> None:
    given = drawn(12, 9, 3)
    free = run(given, method)
    blocked = (free.pairs[0].asking, free.pairs[0].host)
    barred = next(iter(zip(*np.nonzero(~given.allowed), strict=True)))
    pinned = (given.asking[barred[0]], given.hosts[barred[1]])
    found = run(given, method, pins=[pinned], blocks=[blocked])
    check_possible(found, given)
    assert [(p.asking, p.host) for p in found.pairs if p.pinned] == [pinned]
    assert blocked not in {(pair.asking, pair.host) for pair in found.pairs}


def test_a_pinned_place_is_nobody_else_s_to_want() -> None:
    given = replace(
        drawn(2, 1, 0),
        fit=np.array([[60.0], [90.0]]),
        view=np.array([[40.0], [90.0]]),
        allowed=np.ones((2, 1), dtype=bool),
        capacity=np.array([1]),
        hosts_active=np.array([0]),
    )
    found = run(given, pins=[("A0000", "H0000")])
    assert found.unplaced == ("A0001",)
    assert found.both_gain == 0
    certificate = found.certificate("A0001")
    assert certificate.holds
    assert certificate.better[0].with_ == ("A0000",)


@pytest.mark.parametrize(
    ("pins", "blocks", "message"),
    [
        ([("A0000", "nowhere")], [], "not in this round"),
        ([("A0000", "H0000"), ("A0000", "H0001")], [], "two hosts"),
        ([("A0000", "H0000")], [("A0000", "H0000")], "both pinned and blocked"),
        ([(f"A{i:04d}", "H0000") for i in range(3)], [], "fewer places"),
    ],
)
def test_pins_that_cannot_be_are_refused(
    pins: list[tuple[str, str]], blocks: list[tuple[str, str]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        run(drawn(5, 4, 0), Method.STABLE, pins=pins, blocks=blocks)


# ---- What is said of a round


@pytest.mark.parametrize("seed", range(4))
def test_every_authority_is_told_why_no_better_host_is_its_own(seed: int) -> None:
    given = national(100, seed)
    found = run(given)
    row = {code: r for r, code in enumerate(given.asking)}
    column = {code: c for c, code in enumerate(given.hosts)}
    for code in given.asking:
        told = found.certificate(code)
        assert told.holds
        own = -np.inf if told.fit is None else told.fit
        better = {
            host
            for host, c in column.items()
            if given.allowed[row[code], c] and given.fit[row[code], c] >= own + 5
        }
        assert {one.host for one in told.better} == better
        for one in told.better:
            assert one.full
            assert all(
                given.view[row[other], column[one.host]] > one.view - 5 for other in one.with_
            )


def test_a_round_that_leaves_pairs_wanting_each_other_says_so() -> None:
    given = national(153, 0)
    found = run(given, Method.OPTIMAL)
    gaining = both_would_gain(found, given, 5.0)
    assert found.both_gain == len(gaining) > 0
    told = {asking: found.certificate(asking) for asking, _ in gaining}
    assert not any(one.holds for one in told.values())
    assert {
        (asking, better.host)
        for asking, one in told.items()
        for better in one.better
        if better.both_would_gain
    } == set(gaining)


@pytest.mark.parametrize("method", ALL)
def test_the_same_round_comes_out_the_same(method: Method) -> None:
    sides = made(60, seed=4)
    one = run(matrices(prepare(sides)), method)
    other = run(matrices(prepare(reversed(sides))), method)
    assert one.pairs == other.pairs


def test_the_ten_of_the_report_are_paired_as_a_reader_would() -> None:
    found = run(matrices(prepare(ten(capacity=2))))
    hosts = {pair.asking: pair.host for pair in found.pairs}
    assert hosts["G"] == "H"
    assert hosts["F"] in {"A", "E"}
    assert hosts["D"] in {"I", "J"}
    assert hosts["J"] == "I"
    assert not {"A", "I"} & (set(hosts) | set(found.unplaced))


def test_history_keeps_pairs_out_of_a_round() -> None:
    found = run(matrices(prepare(ten(), History(before=[("G", "H")]))))
    assert "G" in found.unplaced


@pytest.mark.parametrize("method", ALL)
def test_a_round_of_nobody_is_empty(method: Method) -> None:
    found = run(matrices(prepare([])), method)
    assert (found.pairs, found.unplaced, found.worst_off) == ((), (), None)


@pytest.mark.parametrize("method", ALL)
def test_a_round_in_which_nobody_may_be_paired_places_nobody(method: Method) -> None:
    given = drawn(4, 3, 1, density=0)
    found = run(given, method)
    assert len(found.unplaced) == 4
    assert found.total == 0


# ---- Long work


def test_progress_is_told_and_rises() -> None:
    told: list[float] = []
    run(drawn(20, 15, 1), progress=lambda share, words: told.append(share))
    assert told == sorted(told)
    assert len(told) >= 4
    assert 0 <= told[0] <= told[-1] <= 1


@pytest.mark.parametrize("asked", [0, 1, 2, 3])
def test_a_round_can_be_called_off(asked: int) -> None:
    times = iter(range(1000))
    with pytest.raises(Stopped):
        run(drawn(20, 15, 1), should_stop=lambda: next(times) >= asked)


def test_a_long_search_is_called_off_in_the_middle() -> None:
    given = national(900, 1)
    calls = []

    def should_stop() -> bool:
        calls.append(1)
        return len(calls) > 3

    with pytest.raises(Stopped):
        run(given, Method.STABLE, should_stop=should_stop)
    assert len(calls) == 4


def test_scipy_is_loaded_by_a_round_alone() -> None:
    """A web process that offers hosts never pays for it."""
    code = (
        "import sys; from portal.pairing import matching, cards, rounds;"
        "print('scipy' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_more_places_than_there_are_authorities_are_no_burden() -> None:
    given = replace(drawn(3, 2, 0), capacity=np.array([10**9, 10**9]))
    some = replace(given, capacity=np.array([3, 3]))
    for method in ALL:
        assert run(given, method).pairs == run(some, method).pairs
