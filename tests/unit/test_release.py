"""What is held back of answers, and that nothing shown gives it away."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.assessment.codes import LENGTH, digest, new_code
from portal.assessment.release import (
    LEAST,
    LEAST_FOR_DISTRIBUTION,
    Counts,
    Release,
    Shown,
    Withheld,
    differing,
    releases,
)
from portal.assessment.subjects import Kind, Subject

ITEM = Subject("who-holds", Kind.ITEM, "who-holds")
OTHER = Subject("who-to-call", Kind.ITEM, "who-to-call")
CASE = Subject("clips.tier", Kind.TIER, "clips")


def counted(*answers: str) -> Counts:
    return Counter(answers)


def wave(*answers: str) -> dict[str, Counts]:
    return {ITEM.name: counted(*answers)}


def only(waves: Sequence[dict[str, Counts]]) -> Release:
    return releases([ITEM, OTHER, CASE], waves)[-1]


def test_nothing_is_shown_of_four_people() -> None:
    assert only([wave("1", "2", "3", "4")]) == Release(0, {})


def test_five_people_are_shown_without_a_distribution() -> None:
    found = only([wave(*"12345")]).shown[ITEM.name]
    assert found.n == 5
    assert found.tenths is None


def test_ten_people_are_shown_with_a_distribution_in_tenths() -> None:
    found = only([wave(*"1223333334", "5")]).shown[ITEM.name]
    assert found.tenths == (1, 2, 5, 1, 1)


def test_a_question_that_four_could_answer_is_held_back_among_many_people() -> None:
    answers = ["3"] * 4 + ["dont-know"] * 20
    assert only([wave(*answers)]).questions[ITEM.name] == Withheld.FEW


def test_how_many_did_not_know_is_told_from_five_on() -> None:
    four = only([wave(*["3"] * 10, *["dont-know"] * 4)]).shown[ITEM.name]
    five = only([wave(*["3"] * 10, *["dont-know"] * 5)]).shown[ITEM.name]
    assert four.apart == {}
    assert five.apart == {"dont-know": 5}


def test_the_number_of_people_is_never_exact() -> None:
    numbers = {only([wave(*["3"] * n)]).people for n in range(30)}
    assert numbers == {0, 5, 10, 15, 20, 25}


def test_a_later_round_is_held_back_until_five_answers_differ() -> None:
    first = ["1"] * 6 + ["5"] * 6
    for newcomers in range(LEAST):
        later = wave(*first, *["2"] * newcomers)
        assert only([wave(*first), later]).questions[ITEM.name] == Withheld.UNCHANGED
    assert only([wave(*first), wave(*first, *["2"] * LEAST)]).shown


def test_a_later_round_is_compared_with_every_earlier_one_that_was_shown() -> None:
    first, second = ["1"] * 12, ["5"] * 12
    third = ["1"] * 12 + ["2"] * 4
    made = releases([ITEM], [wave(*first), wave(*second), wave(*third)])
    assert [ITEM.name in one.shown for one in made] == [True, True, False]


def test_a_round_that_was_held_back_is_no_measure_for_the_next() -> None:
    first = ["1"] * 12
    second = first + ["2"] * 3
    third = first + ["2"] * 5
    made = releases([ITEM], [wave(*first), wave(*second), wave(*third)])
    assert [ITEM.name in one.shown for one in made] == [True, False, True]


def test_people_who_left_count_as_much_as_people_who_came() -> None:
    assert differing(ITEM, counted(*"111"), counted(*"1111111")) == 4
    assert differing(ITEM, counted("1", "dont-know"), counted("1", "1")) == 1


def test_a_tier_is_measured_among_tiers_alone() -> None:
    answers = ["early-help"] * 4 + ["no-further-action"] * 8
    assert only([{CASE.name: counted(*answers)}]).questions[CASE.name] == Withheld.FEW


ANSWERS = st.lists(st.sampled_from(ITEM.answers), max_size=30)


@given(st.lists(ANSWERS, max_size=4))
def test_no_two_rounds_that_are_shown_differ_by_few(rounds: list[list[str]]) -> None:
    waves = [wave(*answers) for answers in rounds]
    shown = [
        counts[ITEM.name]
        for counts, made in zip(waves, releases([ITEM], waves), strict=True)
        if ITEM.name in made.shown
    ]
    for at, one in enumerate(shown):
        for other in shown[:at]:
            assert differing(ITEM, one, other) >= LEAST


@given(ANSWERS, st.sampled_from(ITEM.answers), st.sampled_from(ITEM.answers))
def test_what_is_held_back_says_nothing_of_an_answer(
    others: list[str], one: str, instead: str
) -> None:
    """In two worlds that differ in one person's answer the reasons are the only thing to see."""
    first = [*others]
    made = [releases([ITEM], [wave(*first), wave(*first, own)])[-1] for own in (one, instead)]
    if first and len(first) >= LEAST and isinstance(made[0].questions[ITEM.name], Withheld):
        on_scale = sum(answer in ITEM.on_scale for answer in first)
        if on_scale >= LEAST:
            assert made[0] == made[1]


@given(ANSWERS)
def test_a_distribution_needs_ten(answers: list[str]) -> None:
    found = only([wave(*answers)]).questions.get(ITEM.name)
    if isinstance(found, Shown):
        assert found.n >= LEAST
        assert (found.tenths is not None) == (found.n >= LEAST_FOR_DISTRIBUTION)
        assert all(n >= LEAST for n in found.apart.values())


def test_a_code_is_known_however_it_is_typed() -> None:
    code = new_code()
    assert len(code.replace("-", "")) == LENGTH
    typed = [code.lower(), code.replace("-", " "), f" {code.replace('-', '')}\n"]
    assert {digest(one) for one in typed} == {digest(code)}


@pytest.mark.parametrize("typed", ["", "abc", "0" * 16, "7KQM-2WXA-PD9H-4TE", "Ω" * 16, "1-" * 40])
def test_what_is_no_code_has_no_digest(typed: str) -> None:
    assert digest(typed) is None


def test_no_two_codes_are_alike() -> None:
    assert len({new_code() for _ in range(2000)}) == 2000
