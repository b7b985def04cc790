from itertools import combinations, pairwise, product
from math import factorial, log2, prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.assessment import agreement, intervals
from portal.assessment.agreement import TIERS, Chance, Interval

FAR = 0.004
"""How far a limit of an interval may be from where it is exactly."""

scales = st.lists(st.integers(0, 40), min_size=2, max_size=7).filter(any)
five_points = st.lists(st.integers(0, 60), min_size=5, max_size=5).filter(any)
tiers = five_points.map(lambda counts: dict(zip(TIERS, counts, strict=True)))


def shares_in(counts):
    return np.array(counts) / sum(counts)


def is_plausible(shares, counts):
    """Tell it from the likelihood itself, not as the code does."""
    ratio = sum(
        n * (np.log(n / sum(counts)) - (np.log(p) if p > 0 else -np.inf))
        for n, p in zip(counts, shares, strict=True)
        if n
    )
    return 2 * ratio <= 3.8414


def consensus_of(shares):
    """Return the consensus of a population with these shares."""
    return agreement.consensus([round(share * 10**9) for share in shares])


# ---- Consensus


@pytest.mark.parametrize(
    ("counts", "value"),
    [
        # What the R package agrmt 1.42 says of it in the example of its `consensus`.
        ([30, 40, 210, 130, 530, 50, 10], 0.7256876),
        # What the Python package stikpetP says of it in the example of its `me_consensus`.
        ([3, 3, 2, 3, 7], 0.3340394927779964),
        # The distribution of the example in Tastle and Wierman (2007), p. 537, as the R package
        # consr repeats it; the value is ours, worked out by hand.
        ([19, 16, 26, 29, 10], 0.518414),
        # By hand.
        ([7, 0, 0, 0, 7], 0),
        ([0, 0, 9, 0, 0], 1),
        ([0, 0, 0, 0, 5], 1),
        ([4, 4, 4, 4, 4], 1 + 0.2 * (2 * log2(0.5) + 2 * log2(0.75))),
        ([1, 2, 1], 0.5),
        ([0, 1, 1, 0, 0], 1 + log2(0.875)),
    ],
)
def test_consensus_has_the_values_that_others_give(counts, value):
    assert agreement.consensus(counts) == pytest.approx(value, abs=1e-6)


def test_evenly_spread_answers_on_five_points_are_434_thousandths():
    assert round(agreement.consensus([1, 1, 1, 1, 1]), 3) == 0.434


@given(scales)
def test_consensus_lies_between_0_and_1(counts):
    assert 0 <= agreement.consensus(counts) <= 1


@settings(deadline=None, max_examples=60)
@given(scales)
def test_a_scale_read_from_its_other_end_gives_the_same(counts):
    mirrored = counts[::-1]
    assert agreement.consensus(mirrored) == pytest.approx(agreement.consensus(counts))
    assert agreement.consensus_interval(mirrored).high == pytest.approx(
        agreement.consensus_interval(counts).high
    )
    assert agreement.consensus_interval(mirrored).low == pytest.approx(
        agreement.consensus_interval(counts).low
    )


@given(scales, st.integers(2, 9))
def test_consensus_goes_by_shares_not_by_numbers(counts, times):
    more = [n * times for n in counts]
    assert agreement.consensus(more) == pytest.approx(agreement.consensus(counts))


@given(st.lists(st.integers(0, 20), min_size=3, max_size=3).filter(any))
def test_where_on_the_scale_people_agree_does_not_count(counts):
    values = [agreement.consensus([0] * at + counts + [0] * (2 - at)) for at in range(3)]
    assert values == pytest.approx([values[0]] * 3)


@given(st.integers(2, 7), st.data())
def test_all_the_same_is_1_and_nothing_else_is(points, data):
    at = data.draw(st.integers(0, points - 1))
    counts = [0] * points
    counts[at] = data.draw(st.integers(1, 50))
    assert agreement.consensus(counts) == 1
    counts[(at + 1) % points] += 1
    assert agreement.consensus(counts) < 1


@given(st.lists(st.integers(0, 20), min_size=2, max_size=2).filter(any), st.integers(0, 20))
def test_an_answer_in_the_middle_of_even_answers_never_lowers_it(half, middle):
    counts = [*half, middle, *half[::-1]]
    more = [*half, middle + 1, *half[::-1]]
    assert agreement.consensus(more) >= agreement.consensus(counts) - 1e-12


@pytest.mark.parametrize("counts", [[], [3], [0, 0, 0, 0, 0], [1, -1, 2], [1, 0.5, 2]])
@pytest.mark.parametrize(
    "figure",
    [
        agreement.mean,
        agreement.consensus,
        agreement.consensus_interval,
        lambda counts: agreement.closeness(counts, 1),
        lambda counts: agreement.steps(counts, 1),
        lambda counts: agreement.against_chance(counts, 1),
        lambda counts: agreement.theme_consensus([counts]),
    ],
    ids=["mean", "consensus", "interval", "closeness", "steps", "chance", "theme"],
)
def test_what_are_no_counts_of_answers_is_refused(figure, counts):
    with pytest.raises(ValueError, match=r"nobody answered|two points|whole numbers"):
        figure(counts)


def test_the_mean_is_on_the_scale_from_1():
    assert agreement.mean([1, 0, 0, 0, 3]) == 4


# ---- Its interval


@settings(deadline=None, max_examples=60)
@given(scales)
def test_an_interval_holds_its_figure_and_is_finite(counts):
    found = agreement.consensus_interval(counts)
    assert 0 <= found.low <= agreement.consensus(counts) <= found.high <= 1


@settings(deadline=None, max_examples=60)
@given(five_points, st.integers(2, 4))
def test_more_people_with_the_same_shares_never_widen_it(counts, times):
    few = agreement.consensus_interval(counts)
    many = agreement.consensus_interval([n * times for n in counts])
    assert few.low - FAR <= many.low
    assert many.high <= few.high + FAR


@pytest.mark.parametrize("counts", [[0, 0, 0, 0, 5], [0, 0, 5, 0, 0], [5, 0, 0, 0, 0]])
def test_five_who_all_agree_do_not_show_that_everybody_does(counts):
    found = agreement.consensus_interval(counts)
    assert found.low < 0.7
    assert found.high == 1


def test_300_who_all_agree_show_much_more():
    assert agreement.consensus_interval([0, 0, 0, 0, 300]).low > 0.9


def test_the_same_counts_give_the_same_interval():
    first = agreement.consensus_interval([2, 0, 5, 3, 1])
    agreement._consensus_interval.cache_clear()
    assert agreement.consensus_interval([2, 0, 5, 3, 1]) == first
    assert agreement.consensus_interval((1, 3, 5, 0, 2)) == first


@settings(deadline=None, max_examples=60)
@given(five_points, st.lists(st.floats(0.01, 1), min_size=5, max_size=5), st.floats(0, 1))
def test_no_plausible_population_lies_outside(counts, weights, mixed):
    observed = shares_in(counts)
    other = np.array(weights) / sum(weights)
    shares = (1 - mixed) * observed + mixed * other
    while not is_plausible(shares, counts):
        shares = (shares + observed) / 2
    found = agreement.consensus_interval(counts)
    assert found.low - FAR <= consensus_of(shares) <= found.high + FAR


@pytest.mark.parametrize(
    "counts",
    [[2, 3], [0, 5], [9, 1], [1, 2, 2], [0, 0, 5], [0, 5, 0], [3, 0, 2], [10, 4, 6], [0, 3, 2]],
)
def test_limits_are_those_of_all_plausible_populations(counts):
    shares = populations_on_a_grid(len(counts))
    given = np.array(counts) > 0
    observed = shares_in(counts)
    with np.errstate(divide="ignore"):
        logs = np.log(observed[given]) - np.log(shares[:, given])
    shares = shares[2 * logs @ np.array(counts)[given] <= 3.8414]
    points = np.arange(len(counts))
    nearness = 1 - np.abs(points - (shares @ points)[:, None]) / (len(counts) - 1)
    values = 1 + (shares * np.log2(np.maximum(nearness, 1e-300))).sum(axis=1)
    missing = (1 - agreement.consensus(counts)) / (sum(counts) - 1)
    found = agreement.consensus_interval(counts)
    assert found.low == pytest.approx(max(0, values.min() - missing), abs=FAR)
    assert found.high == pytest.approx(values.max(), abs=FAR)


def populations_on_a_grid(points):
    steps = 1000 if points == 3 else 20_000
    axes = np.meshgrid(*[np.arange(steps + 1)] * (points - 1), indexing="ij")
    first = np.stack([axis.ravel() for axis in axes], axis=1)
    last = steps - first.sum(axis=1)
    return np.concatenate([first, last[:, None]], axis=1)[last >= 0] / steps


POPULATIONS = [
    (0.2, 0.2, 0.2, 0.2, 0.2),
    (0.5, 0, 0, 0, 0.5),
    (0.4, 0.1, 0, 0.1, 0.4),
    (0.05, 0.1, 0.7, 0.1, 0.05),
    (0.02, 0.05, 0.13, 0.3, 0.5),
    (0, 0, 0.02, 0.08, 0.9),
    (0, 0, 0, 0, 1),
]


def every_sample(n):
    """Yield each way in which n answers can fall on five, with the number of orders of it."""
    for bars in combinations(range(n + 4), 4):
        ends = (-1, *bars, n + 4)
        counts = [b - a - 1 for a, b in pairwise(ends)]
        yield counts, factorial(n) // prod(map(factorial, counts))


@pytest.mark.parametrize("population", POPULATIONS)
@pytest.mark.parametrize("n", [5, 7])
def test_it_holds_the_value_of_the_population_in_19_of_20_samples(n, population):
    truth, held = consensus_of(population), 0.0
    for counts, ways in every_sample(n):
        found = agreement.consensus_interval(counts)
        if found.low - 1e-9 <= truth <= found.high + 1e-9:
            held += ways * prod(p**c for p, c in zip(population, counts, strict=True))
    assert held >= 0.93


# ---- Themes


def test_a_theme_is_the_plain_mean_of_its_items():
    items = [[0, 0, 0, 0, 5], [7, 0, 0, 0, 7], [1, 2, 3, 2, 1]]
    found = agreement.theme_consensus(items)
    assert found.value == pytest.approx(np.mean([agreement.consensus(one) for one in items]))
    assert found.interval.low <= found.value <= found.interval.high


@settings(deadline=None, max_examples=60)
@given(five_points)
def test_items_that_everybody_answers_alike_are_no_surer_than_one(counts):
    found = agreement.theme_consensus([counts] * 3)
    one = agreement.consensus_interval(counts)
    assert (found.interval.low, found.interval.high) == pytest.approx((one.low, one.high))


def test_a_theme_needs_an_item():
    with pytest.raises(ValueError, match="needs an item"):
        agreement.theme_consensus([])


@pytest.mark.parametrize(("mean", "n", "value"), [(3, 7, 0.5), (5, 4, 0.75), (1, 12, 0.125)])
def test_confidence_adds_four_answers_in_the_middle(mean, n, value):
    assert agreement.theme_confidence(mean, n) == pytest.approx(value)


@given(st.floats(1, 5), st.integers(1, 300))
def test_confidence_is_the_same_distance_from_the_middle_on_either_side(mean, n):
    sum_of_both = agreement.theme_confidence(mean, n) + agreement.theme_confidence(6 - mean, n)
    assert sum_of_both == pytest.approx(1)


@pytest.mark.parametrize(("mean", "n"), [(3, 0), (0.9, 5), (5.1, 5)])
def test_confidence_without_answers_is_missing(mean, n):
    with pytest.raises(ValueError, match="answers from 1 to 5"):
        agreement.theme_confidence(mean, n)


# ---- The stated position


def test_steps_and_closeness_by_hand():
    counts = [1, 0, 2, 0, 2]  # from 1: 0, 2, 2, 4, 4
    assert agreement.steps(counts, 1) == pytest.approx(2.4)
    assert agreement.closeness(counts, 1) == pytest.approx(0.4)


@given(scales, st.data())
def test_positions_mirrored_with_the_answers_change_nothing(counts, data):
    position = data.draw(st.integers(1, len(counts)))
    opposite = len(counts) + 1 - position
    mirrored = counts[::-1]
    assert agreement.steps(mirrored, opposite) == pytest.approx(agreement.steps(counts, position))
    assert agreement.against_chance(mirrored, opposite) == agreement.against_chance(
        counts, position
    )


@given(scales, st.data())
def test_closeness_is_1_at_the_position_and_less_elsewhere(counts, data):
    position = data.draw(st.integers(1, len(counts)))
    closeness = agreement.closeness(counts, position)
    assert 0 <= closeness <= 1 + 1e-12
    elsewhere = sum(counts) - counts[position - 1]
    assert (closeness > 1 - 1e-12) == (elsewhere == 0)


@pytest.mark.parametrize("position", [0, 6, 2.5])
def test_a_position_outside_the_scale_is_refused(position):
    with pytest.raises(ValueError, match="not on the scale"):
        agreement.closeness([1, 1, 1, 1, 1], position)
    with pytest.raises(ValueError, match="not on the scale"):
        agreement.against_chance([1, 1, 1, 1, 1], position)


def by_counting(distances, n):
    """Return each total distance with the band that counting every way to answer gives it."""
    totals = sorted(sum(one) for one in product(distances, repeat=n))
    bands = {}
    for total in set(totals):
        below = sum(t <= total for t in totals) / len(totals)
        above = sum(t >= total for t in totals) / len(totals)
        bands[total] = (
            Chance.CLOSER if below <= 0.025 else Chance.FURTHER if above <= 0.025 else Chance.LIKE
        )
    return bands


@pytest.mark.parametrize("position", [1, 2, 3, 4, 5])
def test_bands_are_those_of_counting_every_way_to_answer(position):
    distances = [abs(point - position) for point in range(1, 6)]
    bands = by_counting(distances, 5)
    assert set(bands.values()) == set(Chance), "each can be reached"
    for counts, _ in every_sample(5):
        total = sum(n * d for n, d in zip(counts, distances, strict=True))
        assert agreement.against_chance(counts, position) == bands[total], counts


@pytest.mark.parametrize(
    ("counts", "band"),
    [
        ([0, 0, 5, 0, 0], Chance.CLOSER),
        ([0, 5, 0, 0, 0], Chance.LIKE),  # all one step off
        ([2, 1, 0, 0, 2], Chance.LIKE),
        ([3, 0, 0, 0, 2], Chance.FURTHER),  # nothing else is
        ([5, 0, 0, 0, 0], Chance.FURTHER),
    ],
)
def test_five_answers_around_a_position_in_the_middle(counts, band):
    assert agreement.against_chance(counts, 3) == band


@pytest.mark.parametrize("n", [5, 6, 9, 40, 300])
@pytest.mark.parametrize("position", [1, 2, 3])
def test_answers_by_chance_leave_the_middle_band_in_1_of_20_at_most(n, position):
    distances = tuple(abs(point - position) for point in range(1, 6))
    chances = agreement._total_by_chance(distances, n)
    assert chances.sum() == pytest.approx(1)
    mean = float(chances @ np.arange(len(chances)))
    assert mean == pytest.approx(n * sum(distances) / 5)
    cumulated = chances.cumsum()
    leaving = cumulated[cumulated <= 0.025].max() + (
        chances[::-1].cumsum()[chances[::-1].cumsum() <= 0.025].max()
    )
    assert 0 < leaving <= 0.05


def test_on_few_points_a_position_may_never_be_missed_by_five():
    assert agreement.against_chance([5, 0], 1) == Chance.LIKE
    assert agreement.against_chance([6, 0], 1) == Chance.CLOSER
    assert agreement.against_chance([3, 0, 2], 2) == Chance.LIKE
    assert agreement.against_chance([5, 0, 5], 2) == Chance.FURTHER


# ---- Tiers


def test_distances_between_tiers():
    listed = {
        ("child-protection", "early-help"): 0.4,
        ("early-help", "universal-services"): 0.5,
        ("universal-services", "community-safety"): 0.5,
        ("community-safety", "police-led"): 0.6,
        ("early-help", "community-safety"): 0.7,
        ("universal-services", "police-led"): 0.7,
        ("child-protection", "universal-services"): 0.8,
        ("child-protection", "community-safety"): 0.9,
        ("child-protection", "police-led"): 1.0,
        ("early-help", "police-led"): 1.0,
    }
    assert len(listed) == 10
    for (one, other), distance in listed.items():
        assert agreement.tier_distance(one, other) == distance
        assert agreement.tier_distance(other, one) == distance
    assert all(agreement.tier_distance(tier, tier) == 0 for tier in TIERS)


@given(tiers)
def test_agreement_on_tiers_is_the_mean_distance_of_two_people(choices):
    people = [tier for tier, n in choices.items() for _ in range(min(n, 12))]
    if not people:
        return
    shortened = {tier: min(n, 12) for tier, n in choices.items()}
    apart = np.mean([agreement.tier_distance(a, b) for a, b in product(people, repeat=2)])
    assert 0 <= apart <= 0.5934034 + 1e-9, "no choice is farther apart"
    assert agreement.tier_agreement(shortened) == pytest.approx(1 - apart / 0.5934034, abs=1e-6)


def test_agreement_on_tiers_reaches_0_where_it_is_farthest_apart():
    # The solution of "the mean distance to others is the same in each tier", to six places.
    weights = (291525, 127940, 111818, 159444, 309274)
    assert agreement.tier_agreement(dict(zip(TIERS, weights, strict=True))) < 1e-9


@pytest.mark.parametrize("tier", TIERS)
def test_all_in_one_tier_is_1_whichever_it_is(tier):
    assert agreement.tier_agreement({tier: 5}) == 1
    found = agreement.tier_interval({tier: 5})
    assert found.low < 0.5
    assert found.high == 1


def test_near_tiers_are_less_of_a_disagreement():
    near = agreement.tier_agreement({"child-protection": 4, "early-help": 4})
    far = agreement.tier_agreement({"child-protection": 4, "police-led": 4})
    assert near == pytest.approx(0.663, abs=5e-4)
    assert far == pytest.approx(0.157, abs=5e-4)


@settings(deadline=None, max_examples=50)
@given(tiers, st.lists(st.floats(0.01, 1), min_size=5, max_size=5), st.floats(0, 1))
def test_no_plausible_population_of_tiers_lies_outside(choices, weights, mixed):
    counts = list(choices.values())
    observed = shares_in(counts)
    shares = (1 - mixed) * observed + mixed * np.array(weights) / sum(weights)
    while not is_plausible(shares, counts):
        shares = (shares + observed) / 2
    population = {t: round(s * 10**9) for t, s in zip(TIERS, shares, strict=True)}
    found = agreement.tier_interval(choices)
    assert found.low - FAR <= agreement.tier_agreement(population) <= found.high + FAR
    assert found.low <= agreement.tier_agreement(choices) <= found.high


def test_limits_on_tiers_are_those_of_plausible_populations():
    # Only two tiers are likely, so the search can be fine: the other three share what is left.
    counts = [30, 0, 0, 0, 20]
    values = []
    for first, rest in product(np.linspace(0, 1, 201), np.linspace(0, 0.1, 41)):
        for middle in product((0, 0.5, 1), repeat=2):
            left = rest * np.array([middle[0], (1 - middle[0]) * middle[1], 1])
            left[2] = rest - left[0] - left[1]
            shares = [first, *left, 1 - first - rest]
            if min(shares) >= 0 and is_plausible(shares, counts):
                population = [round(s * 10**9) for s in shares]
                values.append(agreement.tier_agreement(dict(zip(TIERS, population, strict=True))))
    choices = dict(zip(TIERS, counts, strict=True))
    found = agreement.tier_interval(choices)
    missing = (1 - agreement.tier_agreement(choices)) / 49
    assert found.low == pytest.approx(min(values) - missing, abs=0.01)
    assert found.high == pytest.approx(max(values), abs=0.01)


@pytest.mark.parametrize("population", [(0.2,) * 5, (0.5, 0, 0, 0, 0.5), (0.7, 0.2, 0.1, 0, 0)])
def test_intervals_on_tiers_hold_the_value_of_the_population(population):
    def value(counts):
        return agreement.tier_agreement(dict(zip(TIERS, counts, strict=True)))

    truth, held = value([round(p * 10**9) for p in population]), 0.0
    for counts, ways in every_sample(5):
        found = agreement.tier_interval(dict(zip(TIERS, counts, strict=True)))
        if found.low - 1e-9 <= truth <= found.high + 1e-9:
            held += ways * prod(p**c for p, c in zip(population, counts, strict=True))
    assert held >= 0.93


def test_the_order_in_which_tiers_come_does_not_count():
    choices = {"early-help": 4, "police-led": 1, "child-protection": 3}
    turned = dict(reversed(choices.items()))
    assert agreement.tier_agreement(turned) == agreement.tier_agreement(choices)
    assert agreement.tier_interval(turned) == agreement.tier_interval(choices)
    assert isinstance(agreement.tier_interval(turned), Interval)


def test_closeness_to_a_stated_tier():
    choices = {"child-protection": 1, "early-help": 2, "police-led": 1}
    assert agreement.tier_closeness(choices, "early-help") == pytest.approx(1 - 1.4 / 4)
    assert agreement.tier_closeness({"early-help": 3}, "early-help") == 1


@pytest.mark.parametrize("position", TIERS)
def test_bands_of_tiers_are_those_of_counting_every_way_to_choose(position):
    tenths = [round(10 * agreement.tier_distance(position, tier)) for tier in TIERS]
    bands = by_counting(tenths, 5)
    assert set(bands.values()) == set(Chance), "each can be reached"
    for counts, _ in every_sample(5):
        total = sum(n * d for n, d in zip(counts, tenths, strict=True))
        choices = dict(zip(TIERS, counts, strict=True))
        assert agreement.tier_against_chance(choices, position) == bands[total], counts


def test_other_answers_are_counted_apart_and_refused_among_tiers():
    choices = {"early-help": 4, "no-further-action": 2, "police-led": 1, "dont-know": 3}
    found, others = agreement.tiers_apart(choices)
    assert found == {"early-help": 4, "police-led": 1}
    assert others == 5
    with pytest.raises(ValueError, match="no-further-action is no tier"):
        agreement.tier_agreement(choices)
    with pytest.raises(ValueError, match="no-further-action is no tier"):
        agreement.tier_closeness(found, "no-further-action")


@pytest.mark.parametrize("choices", [{}, {"early-help": 0}])
def test_tiers_that_nobody_chose_have_no_agreement(choices):
    for figure in (agreement.tier_agreement, agreement.tier_interval):
        with pytest.raises(ValueError, match="nobody answered"):
            figure(choices)
    with pytest.raises(ValueError, match="nobody answered"):
        agreement.tier_against_chance(choices, "early-help")


def test_the_search_of_tiers_rests_on_distances_that_bend_one_way():
    # As `intervals.spread` asks: no direction that sums to 0 has a positive mean distance.
    distances = np.array([[agreement.tier_distance(a, b) for b in TIERS] for a in TIERS])
    centred = np.eye(5) - 0.2
    assert np.linalg.eigvalsh(centred @ distances @ centred).max() < 1e-12
    assert intervals.LEVEL == 0.95
