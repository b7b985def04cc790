"""Authorities laid out as arrays, so that one can be compared with all others at once. Pure.

Every attribute with a few possible answers becomes a code; a table says how alike two codes are.
Authorities stand in the order of their ONS codes, so that nothing depends on who was added first.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from portal.assessment.agreement import TIERS, theme_confidence, tier_distance
from portal.pairing.sides import History, Pair, Side
from portal.pairing.weights import HANDLING, SITUATION, THEMES, Weights

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

LEAST_CHOICES = 5
"""Staff who placed an invented case, below whom it is not compared."""
MISSING = -9.0
"""Stands for confidence that nobody knows: lower than any by more than a full gain."""

HOLDS = ("spread", "named-lead", "dedicated-team")
ROUTES = ("front-door", "channel-panel", "prevent-police", "several")
PREVALENCE = ("low", "moderate", "high")
CIRCUMSTANCES = (
    *("asylum-seeking-children", "independent-faith-schools", "home-education", "travel-cases"),
    *("cross-border-schooling", "online", "diverse"),
)
EXTREMISM = (
    *("islamist", "far-right", "far-left", "single-issue"),
    *("incel", "mixed-unclear", "violence", "other"),
)
TERMS: Mapping[str, tuple[str | bool, ...]] = {
    "tier": TIERS,
    "holds": HOLDS,
    "mash": (False, True),
    "route": ROUTES,
    "prevalence": PREVALENCE,
    "prevent": (False, True),
    "two_tier": (False, True),
}
"""The answers of which an authority gives one."""
SETS: Mapping[str, tuple[str, ...]] = {
    "other_tiers": TIERS,
    "circumstances": CIRCUMSTANCES,
    "extremism": EXTREMISM,
}
"""The answers of which an authority gives any number."""
MOVING = ("tier", "holds", "mash", "route")

FIGURES: Mapping[str, tuple[str, ...]] = {
    "child poverty": ("child_poverty_pct",),
    "free school meals": ("fsm_primary_pct", "fsm_secondary_pct"),
    "English as an additional language": ("eal_primary_pct", "eal_secondary_pct"),
}
"""What is published of each of three things; each counts the same, however many figures it has."""
NEIGHBOUR_DISTANCES: Mapping[str, float] = {
    "extremely close": 0.0,
    "very close": 0.25,
    "close": 0.5,
    "somewhat close": 0.75,
}
UNLISTED = 0.75
"""How far apart two authorities are at least that aren't such neighbours. Going by figures alone
they would often come out closer than close neighbours: half of all such pairs by less than .26."""


# ---- How alike two codes are


@dataclass(frozen=True)
class Scale:
    """An attribute with a few possible answers; the code after the last stands for unknown."""

    distances: Floats
    comparable: Flags

    @property
    def unknown(self) -> int:
        """The code for an answer that isn't known."""
        return len(self.distances) - 1


@lru_cache(maxsize=1)
def scales() -> dict[str, Scale]:
    """Return how each attribute is compared."""
    made = {key: _nominal(len(terms)) for key, terms in TERMS.items()}
    made["tier"] = _known([[tier_distance(one, other) for other in TIERS] for one in TIERS])
    for key in ("holds", "prevalence"):
        steps = np.arange(3) / 2
        made[key] = _known(abs(steps[:, None] - steps))
    return made | {key: _jaccard(len(terms)) for key, terms in SETS.items()}


def _nominal(count: int) -> Scale:
    return _known(1.0 - np.eye(count))


def _known(distances: npt.ArrayLike) -> Scale:
    given = np.asarray(distances, dtype=np.float64)
    return Scale(np.pad(given, (0, 1)), np.pad(np.ones(given.shape, dtype=bool), (0, 1)))


def _jaccard(count: int) -> Scale:
    """Return 1 - |both| / |either| for all sets as bits; two empty sets are not compared."""
    masks = np.arange(2**count)
    both = np.bitwise_count(masks[:, None] & masks).astype(np.float64)
    either = np.bitwise_count(masks[:, None] | masks)
    distances = 1 - both / np.maximum(either, 1)
    return Scale(np.pad(distances * (either > 0), (0, 1)), np.pad(either > 0, (0, 1)))


def code_of(key: str, value: Any) -> int:
    """Return the code of an answer. Raises `ValueError` for one that the attribute doesn't have."""
    if value is None:
        return scales()[key].unknown
    if key in TERMS:
        return TERMS[key].index(value)
    terms = SETS[key]
    return sum(1 << terms.index(term) for term in value)


# ---- The arrays


@dataclass(frozen=True, eq=False)
class Field:
    """Authorities as arrays. The last axis of each array is the authority."""

    sides: tuple[Side, ...]
    index: Mapping[str, int]
    history: History
    codes: Ints
    """By attribute: those of `HANDLING`, then those of `SITUATION`."""
    toward: Ints
    """The same for what each moves towards: those of `HANDLING` alone."""
    moving: Flags
    figures: Floats
    """By thing of `FIGURES`, in shares of its range; not a number where nothing is published."""
    near: tuple[tuple[Ints, Floats], ...]
    """Statistical neighbours in either direction, and the distance to each."""
    choices: Floats
    """By invented case and tier: the share of staff who chose it."""
    spread: Floats
    """By invented case: the mean distance between two of the staff."""
    placed: Floats
    """By invented case: 1 where enough staff placed it."""
    confidence: Floats
    """By theme; `MISSING` where nobody knows."""
    priorities: Floats
    volume: Floats
    training: Floats
    """Shares of the highest band; not a number where not stated."""
    regions: Ints
    """Number of the region; each unknown one is a region of its own."""
    left: Ints
    active: Ints
    asks: Flags
    hosts: Flags
    led: Flags
    open_requests: Ints
    pairs: Mapping[str, Mapping[int, Ints]]
    """By field of `History`, and "conflicts": whom each authority stands in a pair with."""
    _kept: dict[tuple[str, Weights], Floats] = field(default_factory=dict)
    """What follows from these and from weights, once worked out."""

    def __len__(self) -> int:
        return len(self.sides)

    def need(self, weights: Weights) -> Floats:
        """Return how much help each authority needs with each theme; 0 where nobody knows."""
        if ("need", weights) not in self._kept:
            short = np.maximum(0, weights.enough - self.confidence) * self.priorities
            self._kept["need", weights] = np.where(self.confidence == MISSING, 0, short)
        return self._kept["need", weights]

    def experience(self, weights: Weights) -> Floats:
        """Return how experienced each authority is, 0 to 1."""
        if ("experience", weights) not in self._kept:
            volume = np.nan_to_num(self.volume, nan=weights.not_stated)
            training = np.nan_to_num(self.training, nan=weights.not_stated)
            self._kept["experience", weights] = (
                weights.case_volume * volume + weights.training * training
            )
        return self._kept["experience", weights]


def prepare(sides: Iterable[Side], history: History | None = None) -> Field:
    """Lay out authorities as arrays, once for any number of comparisons.

    Raises `ValueError` for a code that comes twice and for answers that no question offers.
    """
    given = tuple(sorted(sides, key=lambda side: side.code))
    index = {side.code: i for i, side in enumerate(given)}
    if len(index) < len(given):
        raise ValueError("an authority comes twice")
    history = history or History()
    cases = sorted({case for side in given for case in side.vignettes})
    choices, spread, placed = _placements(given, cases)
    return Field(
        sides=given,
        index=index,
        history=history,
        codes=_codes(given, (*HANDLING, *SITUATION)),
        toward=_toward(given),
        moving=np.array([side.moving for side in given], dtype=bool),
        figures=_figures(given),
        near=_near(given, index),
        choices=choices,
        spread=spread,
        placed=placed,
        confidence=_confidence(given),
        priorities=np.array(
            [[float(side.priorities.get(theme, 1)) for side in given] for theme in THEMES]
        ),
        volume=_share([side.case_volume for side in given]),
        training=_share([side.training for side in given]),
        regions=_regions(given),
        left=np.array([side.left for side in given], dtype=np.intp),
        active=np.array([side.active for side in given], dtype=np.intp),
        asks=np.array([side.asks for side in given], dtype=bool),
        hosts=np.array([side.hosts for side in given], dtype=bool),
        led=np.array([side.confirmed_lead for side in given], dtype=bool),
        open_requests=np.array([side.open_requests for side in given], dtype=np.intp),
        pairs=_pairs(given, index, history),
    )


def _codes(sides: Sequence[Side], keys: Sequence[str]) -> Ints:
    return np.array(
        [[code_of(key, getattr(side, key)) for side in sides] for key in keys], dtype=np.intp
    ).reshape(len(keys), len(sides))


def _toward(sides: Sequence[Side]) -> Ints:
    rows = _codes(sides, HANDLING)
    for k, key in enumerate(HANDLING):
        if key in MOVING:
            for i, side in enumerate(sides):
                value = getattr(side, f"toward_{key}")
                if value is not None:
                    rows[k, i] = code_of(key, value)
    return rows


def _figures(sides: Sequence[Side]) -> Floats:
    rows = []
    for keys in FIGURES.values():
        means = np.full(len(sides), np.nan)
        for i, side in enumerate(sides):
            known = [v for key in keys if (v := side.figures.get(key)) is not None]
            if known:
                means[i] = sum(known) / len(known)
        width = np.nanmax(means) - np.nanmin(means) if (~np.isnan(means)).any() else 0
        rows.append(means / width if width else means)
    return np.array(rows)


def _near(sides: Sequence[Side], index: Mapping[str, int]) -> tuple[tuple[Ints, Floats], ...]:
    """Return neighbours of each: of two that name each other, or one the other, the closer band."""
    found: list[dict[int, float]] = [{} for _ in sides]
    for i, side in enumerate(sides):
        for code, band in side.neighbours.items():
            j = index.get(code)
            distance = NEIGHBOUR_DISTANCES.get(band)
            if j is not None and distance is not None:
                found[i][j] = min(found[i].get(j, 1.0), distance)
                found[j][i] = min(found[j].get(i, 1.0), distance)
    return tuple(
        (np.array(list(one), dtype=np.intp), np.array(list(one.values()), dtype=np.float64))
        for one in found
    )


def _placements(sides: Sequence[Side], cases: Sequence[str]) -> tuple[Floats, Floats, Floats]:
    choices = np.zeros((len(cases), len(TIERS), len(sides)))
    spread, placed = np.zeros((2, len(cases), len(sides)))
    tiers = scales()["tier"].distances[:-1, :-1]
    for i, side in enumerate(sides):
        for v, case in enumerate(cases):
            counts = np.array([side.vignettes.get(case, {}).get(tier, 0) for tier in TIERS])
            n = int(counts.sum())
            if n >= LEAST_CHOICES:
                shares = counts / n
                choices[v, :, i] = shares
                # of two different people: few answers would else look more alike than staff are
                spread[v, i] = shares @ tiers @ shares * n / (n - 1)
                placed[v, i] = 1
    return choices, spread, placed


def _confidence(sides: Sequence[Side]) -> Floats:
    rows = np.full((len(THEMES), len(sides)), MISSING)
    for t, theme in enumerate(THEMES):
        for i, side in enumerate(sides):
            mean, n = side.themes.get(theme, (0.0, 0))
            if n:
                rows[t, i] = theme_confidence(mean, n)
    return rows


def _share(bands: Sequence[int | None]) -> Floats:
    return np.array([np.nan if band is None else band / 4 for band in bands], dtype=np.float64)


def _regions(sides: Sequence[Side]) -> Ints:
    names = sorted({side.region for side in sides if side.region is not None})
    numbers = {name: i for i, name in enumerate(names)}
    return np.array(
        [-1 - i if side.region is None else numbers[side.region] for i, side in enumerate(sides)],
        dtype=np.intp,
    )


def _pairs(
    sides: Sequence[Side], index: Mapping[str, int], history: History
) -> dict[str, dict[int, Ints]]:
    renewing = {frozenset(pair) for pair in history.renewing}
    conflicts = [(side.code, other) for side in sides for other in side.conflicts]
    return {
        "paired": _partners(history.paired, index, renewing),
        "before": _partners(history.before, index, renewing),
        "declined": _partners(history.declined, index),
        "conflicts": _partners(conflicts, index),
        "blocked": _partners(history.blocked, index),
    }


def _partners(
    pairs: Collection[Pair],
    index: Mapping[str, int],
    without: Collection[frozenset[str]] = (),
) -> dict[int, Ints]:
    found: dict[int, set[int]] = {}
    for one, other in pairs:
        if one in index and other in index and frozenset((one, other)) not in without:
            found.setdefault(index[one], set()).add(index[other])
            found.setdefault(index[other], set()).add(index[one])
    return {i: np.array(sorted(others), dtype=np.intp) for i, others in found.items()}
