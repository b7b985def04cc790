"""Cards that several share: how much they say, and that nothing seen singles out fewer than k."""

import random
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.pairing import grouping
from portal.pairing.cards import (
    Card,
    K,
    Offer,
    behind,
    card_fit,
    cards,
    offers,
)
from portal.pairing.fields import TERMS, TIERS
from portal.pairing.grouping import BETWEEN, LESS_SURE, SURE, answer, attributes, said
from portal.pairing.matching import Weights, prepare, scores
from portal.pairing.sides import Side
from portal.pairing.weights import THEMES
from tests.made_authorities import made, sides_with
from tests.ten_authorities import sides as ten

KEY = b"a secret of this test"
LOOSE = Weights(
    "no floors",
    least_known_of_card=0,
    least_similarity=0,
    least_complementarity=0,
)
"""Floors out of the way, so that every card is seen."""


def seen(own: Side, register: Sequence[Side], hosts: Collection[str], **more: Any) -> list[Offer]:
    return list(offers(own, cards(register), hosts, key=KEY, **more))


def codes(sides: Sequence[Side]) -> list[str]:
    return [side.code for side in sides]


# ---- What a card says


@pytest.mark.parametrize(
    ("attribute", "given", "expected"),
    [
        ("tier", {"early-help"}, ("early-help",)),
        ("tier", {"early-help", "child-protection"}, ("child-protection", "early-help")),
        ("tier", {"police-led", "community-safety"}, ("community-safety", "police-led")),
        ("tier", {"universal-services"}, ("universal-services",)),
        ("tier", {"universal-services", "early-help"}, None),
        ("prevalence", {"moderate", "high"}, ("moderate", "high")),
        ("prevalence", {"low", "moderate"}, None),
        ("prevent", {True}, (True,)),
        ("prevent", {True, False}, None),
        ("case_volume", {2, 4}, (2, 3, 4)),
        ("agreement", {LESS_SURE, BETWEEN}, (LESS_SURE, BETWEEN)),
        ("agreement", {BETWEEN, SURE}, None),
        ("circumstances:online", {False}, (False,)),
    ],
)
def test_a_card_says_the_narrowest_that_holds_all_answers(
    attribute: str, given: set[object], expected: tuple[object, ...] | None
) -> None:
    terms = attributes()[attribute]
    bits = sum(1 << v for v, term in enumerate(terms) if term in given)
    assert said(attribute, bits) == expected
    assert said(attribute, bits | 1 << len(terms)) is None


@pytest.mark.parametrize("number", [8, 10, 40, 153])
def test_a_card_is_shared_by_k_others_and_true_of_each(number: int) -> None:
    register = made(number, seed=number)
    found = cards(register)
    assert set(found.of) == set(codes(register))
    assert all(len(group) >= K + 1 for group in found.groups)
    for side in register:
        sharing = [code for code, card in found.of.items() if card == found.of[side.code]]
        assert len(sharing) >= K + 1
        for attribute, values in found.of[side.code].values:
            assert answer(side, attribute) in values


def test_the_ten_of_the_report_are_singled_out_by_no_card() -> None:
    found = cards(ten())
    assert sorted(len(group) for group in found.groups) == [5, 5]
    assert len(set(found.of.values())) == 2
    alone = {
        (side.prevent, side.mash)
        for side in ten()
        if sum((o.prevent, o.mash) == (side.prevent, side.mash) for o in ten()) < K
    }
    assert alone, "the table's own attributes do single some of them out"


def test_too_few_to_choose_from_show_nothing() -> None:
    found = cards(made(7))
    assert found.groups == ()
    assert set(found.of.values()) == {Card()}


def test_who_stated_nothing_has_an_empty_card_and_spoils_no_other() -> None:
    register = made(40)
    silent = [Side(code=f"S{i:08d}") for i in range(20)]
    both = cards([*register, *silent])
    assert {both.of[side.code] for side in silent} == {Card()}
    assert {code: both.of[code] for code in codes(register)} == dict(cards(register).of)


def test_cards_do_not_depend_on_the_order_of_adding() -> None:
    register = made(60)
    mixed = register[:]
    random.Random(1).shuffle(mixed)
    assert cards(mixed) == cards(register)


def test_alike_authorities_share_a_card_that_says_all_and_loses_nothing() -> None:
    kinds = made(3, seed=9)
    register = [
        replace(kind, code=f"{kind.code}-{n}", **{t: None for t in ("toward_tier",)})
        for kind in kinds
        for n in range(4)
    ]
    found = cards(register)
    assert found.lost == pytest.approx(0)
    assert len(found.groups) == 3


def test_grouping_loses_less_than_groups_by_chance() -> None:
    register = made(80, seed=3)
    by_chance = sorted(codes(register))
    random.Random(2).shuffle(by_chance)
    chance = [by_chance[i : i + 4] for i in range(0, 80, 4)]
    assert cards(register).lost < 0.85 * cards(register, before=chance).lost


# ---- How well a card fits


def test_a_card_that_says_all_fits_like_the_profile_itself() -> None:
    """Where nothing is generalised the parts that a card may hold are those of the exact fit."""
    one = made(1, seed=4)[0]
    own = replace(one, code="own", figures={}, vignettes={}, toward_tier=None)
    same = [
        replace(
            one,
            code=f"host{n}",
            figures={},
            vignettes={},
            toward_tier=None,
            tier="police-led",
            training=2,
        )
        for n in range(8)
    ]
    card = cards(same).of["host0"]
    exact = scores(prepare([own, same[0]]), "own")
    j = prepare([own, same[0]]).index["host0"]
    fit = card_fit(own, card)
    assert fit.similarity == pytest.approx(exact.similarity[j])
    assert fit.known == pytest.approx(exact.known[j])
    assert fit.experience == pytest.approx(exact.experience[j])


def test_an_open_answer_counts_as_the_mean_of_what_it_may_be() -> None:
    own = Side(code="own", tier="early-help", mash=True)
    card = Card((("tier", ("child-protection", "early-help")), ("mash", (True,))))
    assert card_fit(own, card).similarity == pytest.approx(1 - 0.24 * 0.2 / 0.30)
    assert card_fit(own, card, handling=0).known == 0
    assert card_fit(own, Card()).known == 0


def test_what_a_host_helps_with_is_read_off_the_card() -> None:
    own = Side(code="own", themes={"agreement": (1.0, 16), "families": (1.0, 16)})
    card = Card((("agreement", (SURE,)), ("families", (LESS_SURE, BETWEEN))))
    fit = card_fit(own, card)
    assert fit.can_help_with[0] == "agreement"
    assert fit.complementarity == pytest.approx((1 + (0.3 / 0.4 + 1) / 2) / 2)


def test_the_slider_works_on_cards() -> None:
    own = Side(code="own", tier="early-help", prevent=True)
    card = Card((("tier", ("early-help",)), ("prevent", (False,))))
    assert card_fit(own, card, handling=1).similarity == pytest.approx(1)
    assert card_fit(own, card, handling=0).similarity == pytest.approx(0)


# ---- The attack: whatever a lead does, hosts that share a card look the same


def one_host_each(group: Collection[str]) -> list[list[str]]:
    return [[code] for code in sorted(group)]


@settings(deadline=None, max_examples=60)
@given(
    own=sides_with("own"),
    seed=st.integers(0, 5),
    handling=st.none() | st.floats(0, 1),
    wanted=st.dictionaries(
        st.sampled_from(["tier", "prevalence", "mash", "agreement"]),
        st.just(None),
        max_size=2,
    ),
    data=st.data(),
)
def test_nothing_that_a_lead_can_change_tells_members_of_a_group_apart(
    own: Side, seed: int, handling: float | None, wanted: dict[str, None], data: st.DataObject
) -> None:
    """Slider, filter, the own profile and conflicts, over registers that differ in who hosts."""
    register = [*made(30, seed=seed), own]
    found = cards(register)
    filters = {
        name: data.draw(st.sets(st.sampled_from(attributes()[name]), min_size=1)) for name in wanted
    }
    others = set(codes(register)) - {"own"}
    attacker = replace(
        own, conflicts=frozenset(data.draw(st.lists(st.sampled_from(sorted(others)), max_size=10)))
    )
    for group in found.groups:
        rest = [code for code in others - group if code.endswith("5")]
        views = {
            tuple(
                offers(
                    attacker,
                    found,
                    [*one, *rest],
                    key=KEY,
                    handling=handling,
                    wanted=filters,
                    weights=LOOSE,
                )
            )
            for one in one_host_each(group - {"own"})
        }
        assert len(views) == 1
        assert len(group - {"own"}) >= K


def test_a_host_s_own_answers_reach_nobody_but_through_the_card() -> None:
    """The exact profile of a host may change as it likes within what its card leaves open."""
    register = made(40, seed=7)
    found = cards(register)
    own = register[0]
    hosts = codes(register)[1:]
    view = offers(own, found, hosts, key=KEY, weights=LOOSE)
    changed = [
        replace(side, region="Elsewhere", figures={}, vignettes={}, neighbours={own.code: "close"})
        for side in register
    ]
    again = cards(changed, before=found.groups)
    assert offers(own, again, hosts, key=KEY, weights=LOOSE) == view


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 1000), steps=st.integers(1, 6))
def test_what_was_seen_at_several_times_still_fits_k_others(seed: int, steps: int) -> None:
    """Answers change and authorities join; whoever is behind a card at each time stays hidden."""
    chance = random.Random(seed)
    register = made(chance.randrange(8, 40), seed=seed)
    groups = None
    candidates: dict[str, set[str]] = {}
    spare = iter(made(60, seed=seed + 1))
    for _ in range(steps):
        found = cards(register, before=groups)
        groups = found.groups
        for code, card in found.of.items():
            if card != Card():
                sharing = {other for other, of_other in found.of.items() if of_other == card}
                candidates[code] = candidates.get(code, sharing) & sharing
        assert all(len(left) >= K + 1 for left in candidates.values())
        register = [_changed(side, chance) for side in register]
        for _ in range(chance.randrange(0, 12)):
            register.append(replace(next(spare), code=f"N{len(register):08d}"))


def _changed(side: Side, chance: random.Random) -> Side:
    if chance.random() < 0.7:
        return side
    key = chance.choice(["tier", "holds", "mash", "prevalence", "route"])
    change: dict[str, Any] = {key: chance.choice([None, *TERMS[key]])}
    theme = chance.choice(THEMES)
    themes = {**side.themes, theme: (chance.uniform(1, 5), 20)}
    return replace(side, **change, themes=themes, circumstances=frozenset())


def test_groups_that_became_too_small_join_another_whole() -> None:
    register = made(16)
    found = cards(register)
    gone = sorted(found.groups[0])[:2]
    left = [side for side in register if side.code not in gone]
    after = cards(left, before=found.groups)
    assert all(len(group) >= K + 1 for group in after.groups)
    remaining = found.groups[0] - set(gone)
    assert any(remaining <= group for group in after.groups)


def test_newcomers_wait_until_they_can_share_a_card_or_join_where_little_is_lost() -> None:
    kinds = made(2, seed=11)
    register = [replace(kind, code=f"{kind.code}-{n}") for kind in kinds for n in range(4)]
    found = cards(register)
    same = replace(kinds[0], code="same")
    other = replace(made(1, seed=12)[0], code="other")
    after = cards([*register, same, other], before=found.groups)
    assert after.of["same"] == found.of[f"{kinds[0].code}-0"]
    assert after.of["other"] == Card()
    more = [replace(other, code=f"other{n}") for n in range(7)]
    later = cards([*register, same, other, *more], before=after.groups)
    assert later.of["other"] != Card()
    assert set(after.groups) <= set(later.groups)


# ---- The list of offers


def test_references_say_nothing_and_differ_between_leads() -> None:
    register = made(60, seed=2)
    found = cards(register)
    hosts = codes(register)
    first, other = (offers(side, found, hosts, key=KEY, weights=LOOSE) for side in register[:2])
    assert not {one.reference for one in first} & {one.reference for one in other}
    assert not {one.reference for one in first} & {
        one.reference for one in offers(register[0], found, hosts, key=b"x", weights=LOOSE)
    }


def test_behind_a_reference_are_all_hosts_with_the_card_but_oneself() -> None:
    register = made(60, seed=2)
    found = cards(register)
    own = register[0]
    hosts = codes(register)
    for one in offers(own, found, hosts, key=KEY, weights=LOOSE):
        sharing = {code for code in hosts if found.of[code] == one.card} - {own.code}
        assert set(behind(one.reference, own, found, hosts, key=KEY)) == sharing
    assert behind("made up", own, found, hosts, key=KEY) == ()


def test_within_noise_the_order_is_by_chance_alone_and_stays() -> None:
    register = made(120, seed=5)
    found = cards(register)
    hosts = codes(register)
    ranked_by_fit = 0
    for own in register[:40]:
        listed = offers(own, found, hosts, key=KEY, weights=LOOSE)
        assert listed == offers(own, found, hosts, key=KEY, weights=LOOSE)
        assert len(listed) <= 10
        for number in {one.group for one in listed}:
            fits = [one.fit.fit for one in listed if one.group == number]
            assert max(fits) - min(fits) < 5
        fits = [one.fit.fit for one in listed]
        ranked_by_fit += fits == sorted(fits, reverse=True)
    assert ranked_by_fit < 40


def test_floors_hold_for_cards_too() -> None:
    own = replace(made(1, seed=1)[0], themes={theme: (1.0, 20) for theme in THEMES})
    register = [*made(60, seed=8), replace(own, code="own")]
    listed = seen(replace(own, code="own"), register, codes(register))
    assert listed
    for one in listed:
        assert one.fit.known >= 0.15
        assert one.fit.similarity >= 0.45
        assert one.fit.complementarity >= 0.25


def test_a_filter_keeps_cards_that_may_be_meant() -> None:
    register = made(60, seed=2)
    listed = seen(
        register[0], register, codes(register), wanted={"tier": ["police-led"]}, weights=LOOSE
    )
    assert listed
    assert all("police-led" in (one.card.of("tier") or ()) for one in listed)


def test_levels_are_those_of_need() -> None:
    levels = [
        grouping.level(Side(code="x", themes={"agreement": (mean, 1000)}), "agreement")
        for mean in (1.0, 2.9, 3.1, 3.7, 3.9, 5.0)
    ]
    assert levels == [LESS_SURE, LESS_SURE, BETWEEN, BETWEEN, SURE, SURE]
    assert grouping.level(Side(code="x"), "agreement") is None


def test_what_a_card_may_hold_together_are_answers_of_the_attribute() -> None:
    for attribute, coarser in grouping.COARSER.items():
        together = [value for values in coarser for value in values]
        assert len(together) == len(set(together))
        assert set(together) <= set(attributes()[attribute])
    assert set(TIERS) == set(attributes()["tier"])
    assert sum(grouping.importance().values()) == pytest.approx(100 - 50 * 0.05)
