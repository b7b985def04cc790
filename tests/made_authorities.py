"""Authorities made up from a seed, and drawn by hypothesis, for tests of the pairing."""

from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import strategies as st

from portal.pairing.fields import CIRCUMSTANCES, EXTREMISM, SETS, TERMS, TIERS
from portal.pairing.sides import Side
from portal.pairing.weights import THEMES

_SETS = {"other_tiers": TIERS, "circumstances": CIRCUMSTANCES, "extremism": EXTREMISM}


def made(number: int, seed: int = 0, **rest: Any) -> list[Side]:
    """Return authorities of all kinds; one answer in ten is missing. `rest` is set on each."""
    random = Random(seed)
    found = []
    for i in range(number):
        given: dict[str, Any] = {
            key: random.choice(terms) if random.random() > 0.1 else None
            for key, terms in TERMS.items()
        }
        given |= {
            key: frozenset(term for term in terms if random.random() < 0.3)
            for key, terms in _SETS.items()
        }
        if random.random() < 0.2:
            given["toward_tier"] = random.choice(TIERS)
        side = Side(
            code=f"E{i:08d}",
            region=f"Region {random.randrange(4)}",
            themes={
                theme: (random.uniform(1, 5), random.randrange(5, 60))
                for theme in THEMES
                if random.random() > 0.1
            },
            figures={
                "child_poverty_pct": random.uniform(5, 40),
                "eal_primary_pct": random.uniform(1, 70),
            },
            vignettes={
                case: {tier: random.randrange(8) for tier in TIERS} for case in ("one", "other")
            },
            case_volume=random.randrange(5),
            training=random.choice([None, 0, 1, 2, 3, 4]),
            asks=True,
            hosts=True,
            capacity=random.randrange(1, 4),
            active=0,
            **given,
        )
        found.append(replace(side, **rest))
    return found


def sides_with(code: str) -> st.SearchStrategy[Side]:
    """Draw an authority with a code."""
    unknown = st.none()
    one = {key: unknown | st.sampled_from(terms) for key, terms in TERMS.items()}
    many = {key: unknown | st.frozensets(st.sampled_from(terms)) for key, terms in SETS.items()}
    moving = {
        "toward_tier": unknown | st.sampled_from(TERMS["tier"]),
        "toward_mash": unknown | st.booleans(),
    }
    themes = st.dictionaries(
        st.sampled_from(THEMES), st.tuples(st.floats(1, 5), st.integers(1, 40))
    )
    cases = st.dictionaries(
        st.sampled_from(["one", "other"]),
        st.dictionaries(st.sampled_from(TIERS), st.integers(0, 9)),
    )
    figures = st.dictionaries(
        st.sampled_from(["child_poverty_pct", "fsm_primary_pct", "eal_secondary_pct"]),
        unknown | st.floats(0, 100),
    )
    bands = unknown | st.integers(0, 4)
    return st.builds(
        Side,
        code=st.just(code),
        region=unknown | st.sampled_from(["North", "South"]),
        themes=themes,
        priorities=st.dictionaries(st.sampled_from(THEMES), st.floats(0, 2)),
        vignettes=cases,
        figures=figures,
        case_volume=bands,
        training=bands,
        asks=st.just(True),
        hosts=st.just(True),
        capacity=st.just(1),
        **one,
        **many,
        **moving,
    )


def fields(least: int = 2, most: int = 8) -> st.SearchStrategy[list[Side]]:
    """Draw a few authorities."""
    return st.integers(least, most).flatmap(
        lambda n: st.tuples(*(sides_with(f"E{i:08d}") for i in range(n))).map(list)
    )
