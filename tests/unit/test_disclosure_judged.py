"""The check finds in judged texts what it found before, and flags no more of the clean ones."""

from functools import lru_cache

import pytest

from portal.core.config import ROOT
from portal.disclosure.evaluation import NAMES, PLACES, STRUCTURED, Measured, evaluate, judged

SETS = ROOT / "tests" / "disclosure"
RECALL = [
    ("made-with", STRUCTURED, 0.98),
    ("made-with", NAMES, 0.97),
    ("made-with", PLACES, 0.96),
    ("second", STRUCTURED, 0.98),
    ("second", NAMES, 0.97),
    ("second", PLACES, 0.96),
    ("third", STRUCTURED, 0.98),
    ("third", NAMES, 0.97),
    ("third", PLACES, 0.96),
    ("fourth", STRUCTURED, 0.98),
    ("fourth", NAMES, 0.97),
    ("fourth", PLACES, 0.96),
    ("fifth", STRUCTURED, 0.98),
    ("fifth", NAMES, 0.97),
    ("fifth", PLACES, 0.96),
    ("sixth", STRUCTURED, 0.98),
    ("sixth", NAMES, 0.95),
    ("sixth", PLACES, 0.9),
    ("untouched", STRUCTURED, 0.97),
    ("untouched", NAMES, 0.94),
    ("untouched", PLACES, 0.89),
]


@lru_cache
def measured(name: str) -> Measured:
    return evaluate(judged(SETS / f"{name}.jsonl"))


@pytest.mark.parametrize(("name", "group", "floor"), RECALL)
def test_what_could_identify_somebody_is_found(name: str, group: str, floor: float) -> None:
    assert measured(name).recall_by_group[group].value >= floor, measured(name).table()


@pytest.mark.parametrize("name", sorted({name for name, _, _ in RECALL}))
def test_what_is_flagged_is_worth_looking_at(name: str) -> None:
    assert measured(name).precision.value >= 0.98, measured(name).table()
    for group in (STRUCTURED, NAMES, PLACES):  # of rare combinations a set has a handful
        assert measured(name).precision_by_group[group].value >= 0.96, measured(name).table()


@pytest.mark.parametrize(
    ("name", "flags", "texts"),
    [
        ("made-with", 1.0, 0.9),
        ("second", 1.0, 0.9),
        ("third", 1.0, 0.87),
        ("fourth", 1.0, 0.9),
        ("fifth", 1.0, 0.9),
        ("sixth", 3.5, 0.68),
        ("untouched", 1.0, 0.88),
        ("clean", 2.0, 0.9),
    ],
)
def test_professional_writing_is_left_alone(name: str, flags: float, texts: float) -> None:
    assert measured(name).flags_per_thousand <= flags, measured(name).table()
    assert measured(name).clean_texts.value >= texts, measured(name).table()


@pytest.mark.parametrize("name", sorted({name for name, _, _ in RECALL} | {"clean"}))
def test_each_text_has_a_name_of_its_own_and_marks_that_lie_in_it(name: str) -> None:
    texts = list(judged(SETS / f"{name}.jsonl"))
    assert len({one.id for one in texts}) == len(texts)
    for one in texts:
        assert not (one.clean and one.entities)
        marks = [*one.entities, *one.open]
        assert all(0 <= mark.start < mark.end <= len(one.text) for mark in marks), one.id
