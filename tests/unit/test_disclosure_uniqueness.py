import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from pathlib import Path

import pytest
import yaml

from portal.disclosure import uniqueness
from portal.disclosure.uniqueness import (
    BROADER,
    KNOWN,
    SCALES,
    Case,
    Library,
    Rule,
    Way,
    Words,
    check,
    details_of,
)

FIELDS: Mapping[str, tuple[str, ...]] = {
    "about": ("one-child", "siblings"),
    "age_band": SCALES["age_band"],
    "referred_by": ("school", "health", "police"),
    "agencies": ("police", "counter-terrorism-police", "school"),
}
SMALL = Rule(fields=tuple(FIELDS), together=2, alike=3)


def made_case(chance: random.Random) -> Case:
    case = {}
    for key, terms in FIELDS.items():
        if chance.random() < 0.2:
            case[key] = ["not-stated"]
        elif key == "about":
            case[key] = [chance.choice(["one-child", "one-child", "siblings"])]
        else:
            case[key] = chance.sample(terms, chance.choice([1, 1, 2]))
    return case


def made_library(seed: int) -> tuple[Case, list[Case]]:
    chance = random.Random(seed)
    return made_case(chance), [made_case(chance) for _ in range(chance.randint(2, 24))]


def said(terms: Sequence[str]) -> set[str]:
    return set(terms) - {"not-stated"}


def fits_in(key: str, wanted: set[str], other: Case, apart: bool) -> bool:
    """Whether another case says as much in one field."""
    has = said(other.get(key, ()))
    has |= {BROADER.get(key, {}).get(term, term) for term in has}
    if key not in SCALES or apart:
        return wanted <= has
    scale, run = SCALES[key], set[str]()
    for term in (*scale, None):
        if term in wanted:
            run.add(str(term))
        elif run:
            if not run & has:
                return False
            run = set()
    return True


def singled_out(case: Case, others: Sequence[Case], apart: bool) -> set[frozenset[str]]:
    """All combinations of fields that fewer than three cases fit, by looking at every case."""
    stated = [key for key in FIELDS if said(case.get(key, ()))]
    return {
        frozenset(keys)
        for size in (1, 2)
        for keys in combinations(stated, size)
        if sum(all(fits_in(key, said(case[key]), other, apart) for key in keys) for other in others)
        < 2
    }


def coarser(key: str, terms: set[str], apart: bool) -> Iterator[tuple[int, set[str]]]:
    """Every way to say less in a field, with its number of steps."""
    yield 0, terms
    if key in SCALES:
        yield 1, set()
        for size in range(1, len(FIELDS[key]) if not apart and terms else 0):
            for more in combinations(sorted(set(FIELDS[key]) - terms), size):
                yield size, terms | set(more)
        return
    broader = BROADER.get(key, {})
    for kept in product(*([None, term, broader.get(term)] for term in sorted(terms))):
        steps = sum(one != term for one, term in zip(kept, sorted(terms), strict=True))
        yield steps, {one for one in kept if one}


def fewest_steps(case: Case, others: Sequence[Case], apart: bool) -> int:
    options = [list(coarser(key, said(case.get(key, ())), apart)) for key in FIELDS]
    return min(
        sum(steps for steps, _ in choice)
        for choice in product(*options)
        if not singled_out(
            {key: sorted(terms) for key, (_, terms) in zip(FIELDS, choice, strict=True)},
            others,
            apart,
        )
    )


@pytest.mark.parametrize("seed", range(0, 100, 20))
def test_every_smallest_combination_that_singles_a_case_out_is_found(seed: int) -> None:
    for number in range(seed, seed + 20):
        case, others = made_library(number)
        every = singled_out(case, others, "siblings" in case["about"])
        smallest = {one for one in every if not any(less < one for less in every)}
        found = check(case, Library(others, SMALL)).combinations
        assert {frozenset(key for key, _ in one.parts) for one in found} == smallest
        assert len(found) == len(smallest)


@pytest.mark.parametrize("seed", range(0, 24, 6))
def test_no_fewer_changes_than_those_proposed_would_do(seed: int) -> None:
    for number in range(seed, seed + 6):
        case, others = made_library(number)
        apart = "siblings" in case["about"]
        mend = check(case, Library(others, SMALL)).mend
        assert singled_out({**case, **mend.fields}, others, apart) == set()
        assert mend.least
        assert mend.steps == fewest_steps(case, others, apart)


def test_a_mend_that_is_not_proved_least_still_mends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uniqueness, "EFFORT", 1)
    for number in range(60):
        case, others = made_library(number)
        mend = check(case, Library(others, SMALL)).mend
        apart = "siblings" in case["about"]
        assert singled_out({**case, **mend.fields}, others, apart) == set()
        assert mend.least == (not mend.changes)


def test_a_field_that_others_do_not_state_is_poor_cover() -> None:
    case = {"referred_by": ["health"]}
    others = [{"referred_by": ["not-stated"]}] * 5
    (found,) = check(case, Library(others, SMALL)).combinations
    assert (found.others, found.silent, found.unique) == (0, 5, True)
    assert found.why == (
        "Referred by: health. No other case in the library says this. "
        "5 more might fit, because they do not say."
    )
    counting = Rule(fields=tuple(FIELDS), silent_fits=True)
    assert check(case, Library(others, counting)).combinations == ()


def test_what_a_case_does_not_state_singles_it_out_by_nothing() -> None:
    others = [{"referred_by": ["school"]}] * 5
    found = check({"referred_by": ["not-stated"], "agencies": []}, Library(others, SMALL))
    assert found.combinations == ()
    assert found.mend.changes == ()


def test_of_two_cases_that_are_alike_each_is_still_singled_out() -> None:
    case = {"referred_by": ["health"]}
    (found,) = check(case, Library([case, {}, {}], SMALL)).combinations
    assert found.others == 1
    assert not found.unique
    assert check(case, Library([case, case], SMALL)).combinations == ()


def test_only_the_terms_that_single_a_case_out_are_shown() -> None:
    others = [{"agencies": ["police", "school"]}] * 4
    case = {"agencies": ["school", "health", "police"]}
    (found,) = check(case, Library(others, SMALL)).combinations
    assert found.parts == (("agencies", ("health",)),)


def test_an_age_is_widened_before_it_is_left_out() -> None:
    others = [{"age_band": ["age-11-14"]}] * 4
    mend = check({"age_band": ["age-15-17"]}, Library(others, SMALL)).mend
    assert [(one.way, one.to) for one in mend.changes] == [(Way.WIDEN, "age-11-14")]
    assert set(mend.fields["age_band"]) == {"age-11-14", "age-15-17"}


def test_ages_of_brothers_and_sisters_must_each_be_met() -> None:
    others = [{"about": ["siblings"], "age_band": [age]} for age in ("age-11-14", "age-15-17")] * 4
    family = {"about": ["siblings"], "age_band": ["age-11-14", "age-15-17"]}
    child = {"about": ["not-stated"], "age_band": ["age-11-14", "age-15-17"]}
    assert check(family, Library(others, SMALL)).combinations
    assert check(child, Library(others, SMALL)).combinations == ()


def test_a_broader_term_is_offered_before_a_term_is_left_out() -> None:
    others = [{"agencies": ["police"]}] * 4
    mend = check({"agencies": ["counter-terrorism-police"]}, Library(others, SMALL)).mend
    assert [(one.way, one.to) for one in mend.changes] == [(Way.BROADER, "police")]


def test_a_library_that_is_too_small_says_so() -> None:
    mend = check({"referred_by": ["health"]}, Library([{}], SMALL)).mend
    assert not mend.possible
    assert "too few cases" in mend.why


def test_reasons_use_the_labels_of_the_vocabulary() -> None:
    words = Words({"referred_by": "Who raised it"}, {"referred_by": {"health": "Health service"}})
    found = check({"referred_by": ["health"]}, Library([{}] * 3, SMALL), words=words)
    assert found.combinations[0].why.startswith("Who raised it: Health service. ")
    assert found.mend.changes[0].why == "Who raised it: set to “not stated”."


def test_a_case_is_told_the_same_in_whatever_order_its_terms_stand() -> None:
    for number in range(30):
        case, others = made_library(number)
        turned = {key: list(reversed(terms)) for key, terms in reversed(case.items())}
        one, other = (check(each, Library(others, SMALL)).mend for each in (case, turned))
        assert one.steps == other.steps
        assert {k: set(v) for k, v in one.fields.items()} == {
            k: set(v) for k, v in other.fields.items()
        }


def test_two_details_may_stay_and_three_are_too_many() -> None:
    assert not details_of({}, ["religion", "occupation", "religion"]).too_many
    found = details_of({}, ["religion", "occupation", "exact-age"])
    assert found.too_many
    assert "exact age, occupation, religion" in found.why


def test_a_field_of_the_vocabulary_can_count_as_a_detail() -> None:
    rule = Rule(counted={"faith": "religion"})
    assert details_of({"faith": ["any"]}, ["occupation"], rule).kinds == ("occupation", "religion")
    assert details_of({"faith": ["not-stated"]}, [], rule).kinds == ()


def test_the_fields_and_terms_looked_at_are_those_of_the_vocabulary() -> None:
    path = Path(__file__).parents[2] / "content" / "vocabularies.yaml"
    vocabulary = yaml.safe_load(path.read_text())
    assert set(KNOWN) <= set(vocabulary)
    for key, scale in SCALES.items():
        assert list(scale) == [term for term in vocabulary[key]["terms"] if term != "not-stated"]
    for key, broader in BROADER.items():
        assert {*broader, *broader.values()} <= set(vocabulary[key]["terms"])


def test_a_field_with_one_term_may_be_given_without_a_list() -> None:
    others: list[Case] = [{"referred_by": "school"}] * 4
    rule = Library(others, SMALL)
    assert check({"referred_by": "school"}, rule).combinations == ()
    assert check({"referred_by": "health"}, rule).combinations[0].unique
    assert check({"referred_by": ""}, rule).combinations == ()
