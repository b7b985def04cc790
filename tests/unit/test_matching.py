"""How well authorities fit: the report's ten, formulas, rules, and what must never matter."""

import random
from dataclasses import replace
from itertools import permutations
from time import perf_counter

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.assessment.agreement import TIERS, tier_distance
from portal.authorities import questions
from portal.authorities.figures import PERCENTAGES
from portal.authorities.models import Band as PublishedBand
from portal.pairing import fields as layout
from portal.pairing.matching import (
    DEFAULT,
    Band,
    Field,
    History,
    Reason,
    Side,
    Weights,
    band,
    from_answers,
    matrices,
    parts,
    prepare,
    rounded,
    scores,
    shortlist,
)
from portal.pairing.weights import HANDLING, SITUATION, THEMES
from tests.made_authorities import fields, made
from tests.ten_authorities import sides as ten

SURE = {theme: (5.0, 20) for theme in THEMES}
UNSURE = {theme: (1.0, 20) for theme in THEMES}


def asking(**given: object) -> Side:
    return _side("E00000001", {"asks": True, "themes": UNSURE} | given)


def host(code: str = "E00000002", **given: object) -> Side:
    return _side(code, {"hosts": True, "capacity": 1, "themes": SURE} | given)


def _side(code: str, given: dict[str, object]) -> Side:
    known: dict[str, object] = {
        "tier": "early-help",
        "holds": "spread",
        "mash": True,
        "route": "front-door",
        "prevalence": "low",
        "prevent": False,
    }
    return Side(code=code, **(known | given))  # type: ignore[arg-type]


def similarity(one: Side, other: Side, **more: object) -> float:
    field = prepare([one, other])
    return float(scores(field, one.code, **more).similarity[field.index[other.code]])  # type: ignore[arg-type]


def reason(one: Side, other: Side, history: History | None = None, **more: object) -> Reason:
    field = prepare([one, other], history)
    found = scores(field, one.code, **more)  # type: ignore[arg-type]
    return Reason(found.reasons[field.index[other.code]])


# ---- The ten authorities of the report


def offered(code: str) -> list[list[str]]:
    """Return the hosts offered to one of the ten, by group."""
    groups: dict[int, list[str]] = {}
    for one in shortlist(prepare(ten()), code).suggestions:
        groups.setdefault(one.group, []).append(one.host)
    return list(groups.values())


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("F", [["A"], ["E"]]),
        ("B", [["A"]]),
        ("G", [["H"]]),
        ("H", [["C", "G"]]),
        ("D", [["I", "J"]]),
        ("J", [["I"]]),
    ],
)
def test_a_reader_of_the_report_would_expect_these_hosts(code: str, first: list[list[str]]) -> None:
    assert offered(code)[: len(first)] == first


@pytest.mark.parametrize(("code", "need"), [("A", 0.06), ("I", 0.24)])
def test_the_two_surest_need_no_host(code: str, need: float) -> None:
    field = prepare(ten())
    assert shortlist(field, code).nobody is Reason.LITTLE_NEED
    assert field.need(DEFAULT)[:, field.index[code]].sum() == pytest.approx(need, abs=0.006)


def test_c_and_h_are_within_noise_for_neither_is_first_by_much() -> None:
    found = {one.host: one.fit for one in shortlist(prepare(ten()), "F").suggestions}
    assert abs(found["C"] - found["H"]) < DEFAULT.noise


def test_similarity_alone_would_pair_two_with_the_same_gaps() -> None:
    field = prepare(ten())
    found = scores(field, "D")
    names = [side.code for side in field.sides]
    handled = scores(field, "D", handling=1).similarity
    likest = max((code for code in names if code != "D"), key=lambda c: handled[field.index[c]])
    assert likest in {"G", "I"}
    assert found.complementarity[field.index["G"]] < found.complementarity[field.index["I"]]


def test_confidence_alone_would_send_nearly_everybody_to_the_same_host() -> None:
    field = prepare(ten())
    best = [
        max(
            (c for c in "ABCDEFGHIJ" if c != code),
            key=lambda c, code=code: scores(field, code).complementarity[field.index[c]],
        )
        for code in "BCDEFGHJ"
    ]
    assert best.count("A") + best.count("I") >= 7
    assert {offered(code)[0][0] for code in "BCDEFGHJ"} > {"A", "I"}


# ---- Similarity


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("child-protection", "early-help", 0.4),
        ("early-help", "universal-services", 0.5),
        ("universal-services", "community-safety", 0.5),
        ("community-safety", "police-led", 0.6),
        ("early-help", "community-safety", 0.7),
        ("universal-services", "police-led", 0.7),
        ("child-protection", "universal-services", 0.8),
        ("child-protection", "community-safety", 0.9),
        ("child-protection", "police-led", 1.0),
        ("early-help", "police-led", 1.0),
    ],
)
def test_tiers_are_graded(one: str, other: str, distance: float) -> None:
    for first, second in ((one, other), (other, one)):
        found = similarity(
            Side(code="E1", tier=first, mash=True), Side(code="E2", tier=second, mash=True)
        )
        assert found == pytest.approx(1 - 0.24 * distance / 0.30)


def test_distances_are_those_of_the_tables() -> None:
    only = {"tier": "early-help"}
    for mine, theirs, weight, distance in (
        ({"holds": "spread"}, {"holds": "dedicated-team"}, 0.14, 1),
        ({"holds": "spread"}, {"holds": "named-lead"}, 0.14, 0.5),
        ({"mash": True}, {"mash": False}, 0.06, 1),
        ({"route": "front-door"}, {"route": "several"}, 0.10, 1),
        ({"prevalence": "low"}, {"prevalence": "high"}, 0.12, 1),
        ({"prevalence": "low"}, {"prevalence": "moderate"}, 0.12, 0.5),
        ({"prevent": True}, {"prevent": False}, 0.08, 1),
        ({"two_tier": True}, {"two_tier": False}, 0.05, 1),
        (
            {"circumstances": frozenset({"online", "diverse"})},
            {"circumstances": frozenset({"online", "travel-cases"})},
            0.06,
            2 / 3,
        ),
        (
            {"extremism": frozenset({"far-right"})},
            {"extremism": frozenset({"far-right", "incel"})},
            0.04,
            1 / 2,
        ),
        (
            {"other_tiers": frozenset({"police-led"})},
            {"other_tiers": frozenset[str]()},
            0.06,
            1,
        ),
    ):
        found = similarity(Side(code="E1", **only, **mine), Side(code="E2", **only, **theirs))  # type: ignore[arg-type]
        assert found == pytest.approx(1 - weight * distance / (0.24 + weight)), mine


def test_two_that_have_none_of_a_list_are_not_called_alike() -> None:
    nothing = frozenset[str]()
    one = asking(circumstances=nothing)
    found = parts(prepare([one, host(circumstances=nothing)]), one.code, "E00000002")
    assert "circumstances" in found.not_compared


def test_an_unknown_answer_is_not_compared_and_lowers_what_is_known() -> None:
    field = prepare([asking(), host(route=None)])
    assert scores(field, "E00000001").known[1] == pytest.approx(0.74 - 0.10)
    assert scores(field, "E00000001").similarity[1] == pytest.approx(1)


def test_answers_that_say_nothing_are_unknown() -> None:
    found = from_answers(
        {"tier": None, "toward_tier": "no-change", "mash": "planned", "other_tiers": ["none"]},
        code="E1",
    )
    assert found == Side(code="E1", mash=False, other_tiers=frozenset())


def test_the_slider_moves_between_handling_and_situation() -> None:
    one = asking()
    other = host(prevalence="high", prevent=True)
    assert similarity(one, other, handling=1.0) == pytest.approx(1)
    assert similarity(one, other, handling=0.0) == pytest.approx(0)
    default = similarity(one, other)
    assert similarity(one, other, handling=0.6) == pytest.approx(default)
    assert default == pytest.approx(0.54 / 0.74)


@pytest.mark.parametrize("handling", [-0.01, 1.01])
def test_a_slider_beyond_its_ends_is_refused(handling: float) -> None:
    with pytest.raises(ValueError, match="slider"):
        similarity(asking(), host(), handling=handling)


def test_who_is_changing_is_compared_as_it_is_and_as_it_will_be() -> None:
    now, future = asking(), asking(tier="community-safety")
    moving = replace(now, toward_tier="community-safety")
    other = host(tier="community-safety")
    mean = (similarity(now, other) + similarity(future, other)) / 2
    assert similarity(moving, other) == pytest.approx(mean)
    assert not replace(now, toward_tier="early-help").moving


def test_a_host_is_compared_as_it_is() -> None:
    assert similarity(asking(), host(toward_tier="police-led")) == pytest.approx(1)


def test_neighbours_are_closer_than_others_whatever_their_figures() -> None:
    near = {"child_poverty_pct": 20.0}
    sides = [
        asking(figures=near, neighbours={"E00000002": "somewhat close", "E00000003": "very close"}),
        host("E00000002", figures={"child_poverty_pct": 30.0}),
        host("E00000003", figures={"child_poverty_pct": 29.0}),
        host("E00000004", figures=near),
        host("E00000005"),
    ]
    field = prepare(sides)
    apart = {
        code: part.apart
        for code in ("E00000002", "E00000003", "E00000004", "E00000005")
        for part in parts(field, "E00000001", code).of_fit
        if part.key == "comparables"
    }
    assert apart == {
        "E00000002": 0.75,
        "E00000003": 0.25,
        "E00000004": 0.75,
        "E00000005": None,
    }


def test_a_neighbour_counts_whichever_of_the_two_lists_it() -> None:
    one = asking()
    other = host(neighbours={one.code: "close"})
    found = parts(prepare([one, other]), one.code, other.code)
    assert [part.apart for part in found.of_fit if part.key == "comparables"] == [0.5]


# ---- The invented cases


def placed(**counts: int) -> dict[str, dict[str, int]]:
    return {"case": {key.replace("_", "-"): n for key, n in counts.items()}}


def test_staff_of_one_mind_are_as_far_apart_as_their_tiers() -> None:
    for one, other in permutations(TIERS, 2):
        field = prepare(
            [asking(vignettes={"case": {one: 7}}), host(vignettes={"case": {other: 9}})]
        )
        found = parts(field, "E00000001", "E00000002")
        apart = next(part.apart for part in found.of_fit if part.key == "vignettes")
        assert apart == pytest.approx(tier_distance(one, other))


def test_cases_that_fewer_than_five_placed_are_not_compared() -> None:
    without = similarity(asking(), host(tier="police-led"))
    few = similarity(
        asking(vignettes=placed(early_help=4)),
        host(tier="police-led", vignettes=placed(early_help=50)),
    )
    assert few == without


def test_cases_take_a_tenth_from_the_rest_of_handling() -> None:
    one = asking(vignettes=placed(early_help=10), holds="spread")
    other = host(vignettes=placed(police_led=10))
    # all else alike: of .74 that is known, .10 now lies on the cases
    assert similarity(one, other) == pytest.approx(1 - 0.10 / (0.10 + 0.54 * 0.5 / 0.6 + 0.20))
    assert parts(prepare([one, other]), one.code, other.code).known == pytest.approx(0.75)


def test_the_spread_inside_an_authority_is_not_taken_for_a_distance() -> None:
    mixed = placed(child_protection=500, police_led=500)
    assert similarity(asking(vignettes=mixed), host(vignettes=mixed)) == pytest.approx(1)


def test_the_spread_inside_is_that_of_two_different_people() -> None:
    """So that few answers do not look further from home than many."""
    field = prepare([asking(vignettes=placed(child_protection=3, early_help=1, police_led=1))])
    staff = ["child-protection"] * 3 + ["early-help", "police-led"]
    apart = [tier_distance(one, other) for one, other in permutations(staff, 2)]
    assert field.spread[0, 0] == pytest.approx(sum(apart) / len(apart))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(0, 30), min_size=5, max_size=5),
    st.lists(st.integers(0, 30), min_size=5, max_size=5),
)
def test_the_distance_of_two_placements_is_symmetric_and_within_bounds(
    one: list[int], other: list[int]
) -> None:
    assume(sum(one) >= 5 and sum(other) >= 5)
    first = asking(vignettes={"case": dict(zip(TIERS, one, strict=True))})
    second = host(vignettes={"case": dict(zip(TIERS, other, strict=True))})
    field = prepare([first, second])
    there, back = (
        next(p.apart for p in parts(field, a, b).of_fit if p.key == "vignettes")
        for a, b in ((first.code, second.code), (second.code, first.code))
    )
    assert there is not None
    assert 0 <= there <= 1
    assert there == pytest.approx(back)


def test_tier_distances_are_of_negative_type_so_that_no_placement_is_further_than_1() -> None:
    table = layout.scales()["tier"].distances[:-1, :-1]
    centre = np.eye(5) - 1 / 5
    assert np.linalg.eigvalsh(centre @ table @ centre).max() < 1e-9


# ---- What the host can help with, its experience, its own view


def complementarity(one: Side, other: Side) -> float:
    field = prepare([one, other])
    return float(scores(field, one.code).complementarity[field.index[other.code]])


def confidence(mean: float, n: int) -> float:
    return ((mean - 1) / 4 * n + 2) / (n + 4)


def test_help_is_weighted_by_need() -> None:
    one = asking(themes={"agreement": (1.0, 16), "families": (2.0, 16)}, priorities={"families": 2})
    other = host(themes={"agreement": (2.0, 16), "families": (5.0, 16)})
    need = (0.70 - confidence(1, 16), 2 * (0.70 - confidence(2, 16)))
    gain = ((confidence(2, 16) - confidence(1, 16)) / 0.40, 1.0)
    expected = (need[0] * gain[0] + need[1] * gain[1]) / sum(need)
    assert complementarity(one, other) == pytest.approx(expected)


def test_a_theme_that_the_host_has_not_answered_helps_nothing() -> None:
    one = asking(themes={"agreement": (1.0, 10), "families": (1.0, 10)})
    assert complementarity(one, host(themes={"agreement": (5.0, 10)})) == pytest.approx(0.5)


def test_a_theme_that_the_asking_authority_has_not_answered_counts_for_nothing() -> None:
    one = asking(themes={"agreement": (1.0, 10)})
    assert complementarity(one, host(themes={"agreement": (5.0, 10)})) == pytest.approx(1)


def test_no_answers_at_all_are_missing_not_the_middle() -> None:
    assert reason(asking(themes={}), host()) is Reason.NO_ANSWERS
    assert reason(asking(), host(themes={})) is Reason.LITTLE_HELP


def test_experience_counts_a_missing_part_as_half_and_says_so() -> None:
    sides = [asking(), host(case_volume=4), host("E00000003", case_volume=2, training=1)]
    field = prepare(sides)
    assert scores(field, "E00000001").experience.tolist()[1:] == pytest.approx(
        [0.7 + 0.15, 0.35 + 0.3 / 4]
    )
    assert parts(field, "E00000001", "E00000002").not_stated == ("training",)


def test_the_host_has_a_view_of_its_own() -> None:
    one = asking(region="North", themes={**UNSURE, "families": (5.0, 30)})
    other = host(region="North", themes={**SURE, "families": (1.0, 30)})
    field = prepare([one, other])
    found = scores(field, one.code)
    assert found.learning[1] == pytest.approx(1)
    assert found.view[1] == pytest.approx(
        40 * found.similarity[1] + 30 * found.complementarity[1] + 20 + 10
    )
    elsewhere = prepare([one, replace(other, region=None)])
    assert scores(elsewhere, one.code).view[1] == pytest.approx(found.view[1] - 10)
    assert parts(field, one.code, other.code).learns_back == ("families",)


# ---- Every score is the sum of its parts


@settings(deadline=None, max_examples=40)
@given(fields(), st.floats(0, 1), st.booleans())
def test_every_score_is_the_sum_of_its_parts(
    sides: list[Side], handling: float, default: bool
) -> None:
    slider = None if default else handling
    field = prepare(sides)
    for one in sides:
        found = scores(field, one.code, handling=slider)
        for j, other in enumerate(field.sides):
            made_of = parts(field, one.code, other.code, handling=slider)
            for name in ("fit", "view", "similarity", "known", "complementarity", "experience"):
                value = float(getattr(found, name)[j])
                assert getattr(made_of, name) == pytest.approx(value, abs=1e-9), name
            assert sum(part.points for part in made_of.of_fit) == pytest.approx(made_of.fit)
            assert sum(part.points for part in made_of.of_view) == pytest.approx(made_of.view)
            assert all(-1e-9 <= part.points <= part.most + 1e-9 for part in made_of.of_view)
            keys = {*HANDLING, *SITUATION, "vignettes", "comparables"}
            assert (
                set(made_of.not_compared)
                | {part.key for part in made_of.of_fit if part.apart is not None}
                == keys
            )


@given(st.lists(st.floats(0, 50), min_size=1, max_size=20), st.integers(0, 2))
def test_rounded_points_still_add_up(points: list[float], digits: int) -> None:
    shown = rounded(points, digits)
    assert sum(shown) == pytest.approx(round(sum(points), digits), abs=1.01 * 10.0**-digits / 2)
    assert all(abs(a - b) < 10.0**-digits + 1e-6 for a, b in zip(points, shown, strict=True))


@settings(deadline=None, max_examples=40)
@given(fields(), st.floats(0, 1))
def test_matrices_have_what_scores_have(sides: list[Side], handling: float) -> None:
    field = prepare(sides)
    whole = matrices(field, handling=handling)
    columns = [field.index[code] for code in whole.hosts]
    for row, code in enumerate(whole.asking):
        found = scores(field, code, handling=handling)
        np.testing.assert_allclose(whole.fit[row], found.fit[columns], atol=1e-9)
        np.testing.assert_allclose(whole.view[row], found.view[columns], atol=1e-9)
        assert (whole.allowed[row] == (found.reasons[columns] == 0)).all()
    about = {Reason.NO_ANSWERS, Reason.LITTLE_NEED}
    missing = set(field.index) - set(whole.asking)
    assert all(about & set(shortlist(field, code).reasons) for code in missing)


def test_matrices_agree_with_scores_where_history_rules_out() -> None:
    sides = made(40, seed=5)
    codes = [side.code for side in sides]
    history = History(
        paired=[(codes[0], codes[1])],
        before=[(codes[2], codes[3])],
        declined=[(codes[4], codes[5])],
        blocked=[(codes[6], codes[7])],
    )
    sides[8] = replace(sides[8], conflicts=frozenset({codes[9]}))
    sides[10] = replace(sides[10], capacity=0)
    sides[11] = replace(sides[11], confirmed_lead=False)
    field = prepare(sides, history)
    whole = matrices(field)
    columns = [field.index[code] for code in whole.hosts]
    for row, code in enumerate(whole.asking):
        assert (whole.allowed[row] == (scores(field, code).reasons[columns] == 0)).all()
    assert codes[10] not in whole.hosts
    assert codes[11] not in (*whole.hosts, *whole.asking)


# ---- Rules and floors


PAIR = ("E00000002", "E00000001")


@pytest.mark.parametrize(
    ("one", "other", "history", "expected"),
    [
        ({}, {}, {}, Reason.OFFERED),
        ({"asks": False}, {}, {}, Reason.NOT_ASKING),
        ({"confirmed_lead": False}, {}, {}, Reason.ASKING_UNLED),
        ({"themes": SURE}, {}, {}, Reason.LITTLE_NEED),
        ({"open_requests": 3}, {}, {}, Reason.REQUESTS_OPEN),
        ({"open_requests": 2}, {}, {}, Reason.OFFERED),
        ({}, {"hosts": False}, {}, Reason.NOT_HOSTING),
        ({}, {"confirmed_lead": False}, {}, Reason.HOST_UNLED),
        ({}, {"capacity": 2, "active": 1, "proposed": 1}, {}, Reason.FULL),
        ({}, {"capacity": 3, "active": 1, "proposed": 1}, {}, Reason.OFFERED),
        ({}, {}, {"paired": [PAIR]}, Reason.PAIRED),
        ({}, {}, {"before": [PAIR]}, Reason.PAIRED_BEFORE),
        ({}, {}, {"before": [PAIR], "renewing": [PAIR[::-1]]}, Reason.OFFERED),
        ({}, {}, {"declined": [PAIR]}, Reason.DECLINED),
        ({}, {}, {"blocked": [PAIR]}, Reason.BLOCKED),
        ({"conflicts": frozenset({"E00000002"})}, {}, {}, Reason.CONFLICT),
        ({}, {"conflicts": frozenset({"E00000001"})}, {}, Reason.CONFLICT),
        (
            {},
            {"tier": "police-led", "holds": "dedicated-team", "route": "several", "mash": False},
            {},
            Reason.UNLIKE,
        ),
        ({}, {"themes": {"agreement": (1.5, 20)}}, {}, Reason.LITTLE_HELP),
        ({}, {"tier": None, "holds": None}, {}, Reason.LITTLE_KNOWN),
    ],
)
def test_each_rule_keeps_a_host_away_and_says_why(
    one: dict[str, object],
    other: dict[str, object],
    history: dict[str, list[tuple[str, str]]],
    expected: Reason,
) -> None:
    assert reason(asking(**one), host(**other), History(**history)) is expected  # type: ignore[arg-type]


def test_another_region_is_left_out_only_when_asked_for() -> None:
    one, other = asking(region="North"), host(region="South")
    assert reason(one, other) is Reason.OFFERED
    assert reason(one, other, same_region=True) is Reason.OTHER_REGION


def test_nobody_is_offered_itself() -> None:
    both = asking(hosts=True, capacity=3)
    field = prepare([both])
    assert shortlist(field, both.code).suggestions == ()
    assert scores(field, both.code).reasons[0] == Reason.SAME


def test_a_need_of_a_quarter_is_enough() -> None:
    mean = 1 + 4 * (0.45 * 24 - 2) / 20
    one = asking(themes={"agreement": (mean, 20)})
    assert prepare([one]).need(DEFAULT).sum() == pytest.approx(0.25)
    assert reason(one, host()) is Reason.OFFERED


def test_the_page_can_say_why_there_is_nobody() -> None:
    unlike = {"tier": "police-led", "holds": "dedicated-team", "route": "several", "mash": False}
    sides = [asking(), host(**unlike), host("E00000003", **unlike), host("E00000004", hosts=False)]
    found = shortlist(prepare(sides), "E00000001")
    assert found.nobody is Reason.UNLIKE
    assert found.reasons == {Reason.SAME: 1, Reason.NOT_HOSTING: 1, Reason.UNLIKE: 2}


# ---- The list


def test_bands_are_words_for_points() -> None:
    assert [band(fit) for fit in (70, 69.999, 60, 59.9, 50, 49.9)] == [
        Band.VERY_CLOSE,
        Band.CLOSE,
        Band.CLOSE,
        Band.SOMEWHAT,
        Band.SOMEWHAT,
        Band.LESS,
    ]


def test_differences_below_noise_are_not_ranked_and_spread_the_load() -> None:
    sides = [
        asking(),
        host("E00000002", case_volume=4, training=4, capacity=5, active=1),
        host("E00000003", case_volume=3, training=4),
        host("E00000004", case_volume=4, training=3),
        host("E00000005", case_volume=0, training=0),
    ]
    found = shortlist(prepare(sides), "E00000001").suggestions
    assert [(one.host, one.group) for one in found] == [
        ("E00000003", 1),
        ("E00000004", 1),
        ("E00000002", 1),
        ("E00000005", 2),
    ]
    assert found[0].fit < found[2].fit


def test_every_group_lies_within_noise_and_groups_come_in_order() -> None:
    field = prepare(made(150, seed=3))
    for code in list(field.index)[:50]:
        found = shortlist(field, code).suggestions
        assert len(found) <= 10
        groups: dict[int, list[float]] = {}
        for one in found:
            groups.setdefault(one.group, []).append(one.fit)
        for fits in groups.values():
            assert max(fits) - min(fits) < DEFAULT.noise + 1e-6
        assert list(groups) == sorted(groups)
        firsts = [max(fits) for fits in groups.values()]
        assert firsts == sorted(firsts, reverse=True)


def test_the_list_leaves_out_nobody_who_is_clearly_better() -> None:
    field = prepare(made(150, seed=4))
    for code in list(field.index)[:50]:
        listed = shortlist(field, code).suggestions
        found = scores(field, code)
        rest = set(np.flatnonzero(found.reasons == 0)) - {field.index[o.host] for o in listed}
        if rest:
            assert max(found.fit[list(rest)]) < min(o.fit for o in listed) + DEFAULT.noise


@settings(deadline=None, max_examples=20)
@given(st.randoms(use_true_random=False))
def test_the_order_of_adding_never_matters(order: random.Random) -> None:
    sides = made(30, seed=1)
    mixed = sides[:]
    order.shuffle(mixed)
    for side in sides[:6]:
        assert shortlist(prepare(mixed), side.code) == shortlist(prepare(sides), side.code)


def test_figures_do_not_depend_on_who_else_is_there() -> None:
    sides = made(60, seed=2, figures={})
    whole, pair = prepare(sides), prepare(sides[:2])
    assert scores(whole, sides[0].code).fit[1] == scores(pair, sides[0].code).fit[1]


# ---- Never which position an authority holds


@settings(deadline=None, max_examples=40)
@given(fields(2, 5), st.permutations(TIERS))
def test_confidence_does_not_depend_on_the_position_held(
    sides: list[Side], renamed: list[str]
) -> None:
    def turned(side: Side) -> Side:
        names = dict(zip(TIERS, renamed, strict=True))
        return replace(
            side,
            tier=None if side.tier is None else names[side.tier],
            toward_tier=None if side.toward_tier is None else names[side.toward_tier],
            vignettes={
                case: {names[tier]: n for tier, n in counts.items()}
                for case, counts in side.vignettes.items()
            },
        )

    before, after = prepare(sides), prepare([turned(side) for side in sides])
    assert (before.confidence == after.confidence).all()
    assert (before.need(DEFAULT) == after.need(DEFAULT)).all()
    for side in sides:
        one, other = scores(before, side.code), scores(after, side.code)
        assert (one.complementarity == other.complementarity).all()
        assert (one.learning == other.learning).all()
        assert (one.experience == other.experience).all()


@settings(deadline=None)
@given(st.sampled_from(TIERS), st.sampled_from(TIERS))
def test_mirror_image_authorities_fare_alike(one: str, other: str) -> None:
    """Two pairs that differ only in the position that each pair shares have the same fit."""

    def fit(tier: str) -> tuple[float, float]:
        field = prepare(
            [
                asking(tier=tier, vignettes={"case": {tier: 9}}),
                host(tier=tier, vignettes={"case": {tier: 9}}),
            ]
        )
        found = scores(field, "E00000001")
        return float(found.fit[1]), float(found.view[1])

    assert fit(one) == fit(other)


# ---- Weights


def test_weights_are_kept_with_their_version() -> None:
    weights = Weights("trial", similarity=45, complementarity=40)
    assert Weights.restored(weights.stored()) == weights


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"version": ""}, "version"),
        ({"tier": 0.3}, "compared"),
        ({"similarity": 60}, "fit"),
        ({"host_region": 20}, "host's view"),
        ({"case_volume": 0.5}, "experience"),
        ({"tier": -0.24, "holds": 0.62}, "from 0 on"),
        ({"noise": float("nan")}, "from 0 on"),
        ({"vignettes": 0.7}, "invented cases"),
        ({"least_known": 1.5}, "floors"),
        ({"close": 80.0}, "bands"),
        ({"full_gain": 0.0}, "confidence"),
    ],
)
def test_weights_that_make_no_sense_are_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Weights(**({"version": "trial"} | given))  # type: ignore[arg-type]


def test_other_weights_give_other_figures_from_the_same_field() -> None:
    field = prepare([asking(case_volume=1), host(case_volume=1)])
    heavy = Weights("trial", similarity=30, complementarity=35, experience=35)
    assert scores(field, "E00000001", weights=heavy).fit[1] == pytest.approx(
        30 + 35 + 35 * (0.7 / 4 + 0.15)
    )
    assert scores(field, "E00000001").fit[1] == pytest.approx(50 + 35 + 15 * (0.7 / 4 + 0.15))


# ---- What is taken


def test_an_authority_that_comes_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        prepare([asking(), asking()])


def test_an_answer_that_no_question_offers_is_refused() -> None:
    with pytest.raises(ValueError, match="not in"):
        prepare([asking(tier="somewhere else")])


def test_an_empty_field_has_nobody() -> None:
    assert matrices(prepare([])).fit.shape == (0, 0)


def test_attributes_are_those_that_the_profile_asks_for() -> None:
    for key, terms in layout.TERMS.items():
        asked = questions.QUESTIONS[key].terms
        assert set(terms) == ({False, True} if "yes" in asked else set(asked)), key
    for key, of_set in layout.SETS.items():
        assert set(of_set) == set(questions.QUESTIONS[key].terms) - {"none"}, key
    assert {f"toward_{key}" for key in layout.MOVING} <= set(questions.QUESTIONS)
    assert {key for keys in layout.FIGURES.values() for key in keys} == set(PERCENTAGES)
    words = {word.value for word in PublishedBand}
    assert set(layout.NEIGHBOUR_DISTANCES) == words - {"not close"}


def quickest(field: Field, times: int = 30) -> float:
    taken = []
    for code in list(field.index)[:times]:
        start = perf_counter()
        shortlist(field, code)
        taken.append(perf_counter() - start)
    return min(taken)


def test_the_list_of_one_takes_a_few_milliseconds_of_all_authorities() -> None:
    assert quickest(prepare(made(153))) < 0.005
