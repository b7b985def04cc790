"""Agreement in words: statements and tiers are measured on scales of their own."""

from portal.assessment import agreement
from portal.assessment.results import band
from portal.assessment.subjects import Kind


def tiers(**counts: int) -> str:
    by_tier = {key.replace("_", "-"): n for key, n in counts.items()}
    return band(agreement.tier_agreement(by_tier), Kind.TIER)


def test_neighbouring_tiers_count_as_more_alike_than_distant_ones() -> None:
    assert tiers(early_help=10) == "much alike"
    assert tiers(early_help=5, child_protection=5) == "mostly alike"
    assert tiers(child_protection=5, police_led=5) == "very differently"


def test_answers_spread_evenly_differ_on_either_scale() -> None:
    assert band(agreement.consensus((2, 2, 2, 2, 2))) == "very differently"
    every = dict.fromkeys(agreement.TIERS, 2)
    assert band(agreement.tier_agreement(every), Kind.TIER) == "very differently"


def test_a_statement_that_all_but_one_answer_alike_is_answered_alike() -> None:
    assert band(agreement.consensus((0, 0, 0, 9, 1))) == "much alike"
