"""How similar two authorities are, attribute by attribute: Gower's coefficient. Pure.

    similarity = 1 - Σ weight · distance / Σ weight

both sums over what is known on both sides (Gower 1971, "A general coefficient of similarity and
some of its properties", Biometrics 27). Sums run over attributes in one order, each over all
authorities at once, so that a figure doesn't depend on who else there is or in which order; only
published figures are measured by their range over all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from portal.pairing.fields import UNLISTED, Field, Flags, Floats, Ints, Scale, scales
from portal.pairing.weights import HANDLING, SITUATION, Weights

DIGITS = 6
"""Figures are rounded to so many, so that the last bits of a sum never decide between two hosts."""


def slider_factors(handling: float | None, weights: Weights) -> tuple[float, float]:
    """Return by what the weights of handling, and of the situation, are multiplied."""
    share = weights.handling_total if handling is None else handling
    if not 0 <= share <= 1:
        raise ValueError("the slider goes from 0 to 1")
    return share / weights.handling_total, (1 - share) / weights.situation_total


def share_of_need(need: Floats, gains: Floats) -> Floats:
    """Return Σ need · gain / Σ need over the themes, one after the other; 0 without any need."""
    total, met = np.zeros((2, gains.shape[1]))
    for of_theme, gain in zip(need, gains, strict=True):
        total = total + of_theme
        met = met + of_theme * gain
    return np.divide(met, total, out=np.zeros_like(met), where=total > 0)


def similarity_to_all(
    field: Field, i: int, weights: Weights, slider: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Return how similar one authority is to each, and how much is known.

    For one that is changing how it handles cases, both are means over what it does now and what it
    moves towards. Hosts are taken as they are now: that is what they have experience of.
    """
    situation = _situation(field, i, weights)
    placed = placements(field, i)
    found = gower(
        _handling(field, field.codes[: len(HANDLING), i], weights),
        situation,
        placed,
        weights,
        slider,
    )
    if not field.moving[i]:
        return found
    future = gower(
        _handling(field, field.toward[:, i], weights), situation, placed, weights, slider
    )
    return (found[0] + future[0]) / 2, (found[1] + future[1]) / 2


Sums = tuple[Floats, Floats]
"""Σ weight · alikeness, and Σ weight of what is known on both sides."""


def gower(
    handling: Sums, situation: Sums, placed: Sums, weights: Weights, slider: tuple[float, float]
) -> Sums:
    """Return similarity and known, from the sums of both blocks and from the invented cases."""
    share, lent = weights.vignettes, weights.vignettes / weights.handling_total
    stays = 1 - lent * placed[1]
    alike = slider[0] * (handling[0] * stays + share * placed[0]) + slider[1] * situation[0]
    known = slider[0] * (handling[1] * stays + share * placed[1]) + slider[1] * situation[1]
    return np.divide(alike, known, out=np.zeros_like(alike), where=known > 1e-12), known


def _handling(field: Field, own: Ints, weights: Weights) -> Sums:
    return _compared(handling_tables(weights), own, field.codes[: len(HANDLING)])


def _situation(field: Field, i: int, weights: Weights) -> Sums:
    codes = field.codes[len(HANDLING) :]
    alike, known = _compared(situation_tables(weights), codes[:, i], codes)
    distances, comparable = comparables(field, i)
    return (
        alike + weights.comparables * np.where(comparable, 1 - distances, 0),
        known + weights.comparables * comparable,
    )


@dataclass(frozen=True, eq=False)
class Tables:
    """For each attribute: weight · alikeness and weight · known of every two codes."""

    alike: tuple[Floats, ...]
    known: tuple[Floats, ...]


def _tables(keys: Sequence[str], weights: Weights) -> Tables:
    given: list[tuple[Scale, float]] = [(scales()[key], weights.of(key)) for key in keys]
    return Tables(
        tuple(weight * (1 - scale.distances) * scale.comparable for scale, weight in given),
        tuple(weight * scale.comparable.astype(np.float64) for scale, weight in given),
    )


@lru_cache(maxsize=8)
def handling_tables(weights: Weights) -> Tables:
    """Return the tables of how cases are handled, in the order of `HANDLING`."""
    return _tables(HANDLING, weights)


@lru_cache(maxsize=8)
def situation_tables(weights: Weights) -> Tables:
    """Return the tables of the situation, in the order of `SITUATION`."""
    return _tables(SITUATION, weights)


def _compared(tables: Tables, own: Ints, codes: Ints) -> Sums:
    """Return sums over attributes of one authority by all, one attribute after the other."""
    alike, known = np.zeros((2, codes.shape[1]))
    for k, code in enumerate(own):
        alike += tables.alike[k][code].take(codes[k])
        known += tables.known[k][code].take(codes[k])
    return alike, known


def comparables(field: Field, i: int) -> tuple[Floats, Flags]:
    """Return how far published figures and neighbours are apart, and where that is known."""
    apart = np.abs(field.figures - field.figures[:, i, None])
    there = ~np.isnan(apart)
    count = there.sum(axis=0)
    mean = np.where(there, apart, 0).sum(axis=0) / np.maximum(count, 1)
    distances = UNLISTED + (1 - UNLISTED) * mean
    comparable = count > 0
    near, to_near = field.near[i]
    distances[near] = to_near
    comparable[near] = True
    return distances, comparable


def placements(field: Field, i: int) -> Sums:
    """Return how alike staff of one and of all placed the invented cases, and where known.

    The distance is the mean tier distance between two people of either side, less the mean within
    the sides (Rao's dissimilarity), so it is 0 for equal distributions and the tier distance where
    each side is of one mind. Tier distances are of negative type, hence it lies from 0 to 1.
    """
    tiers = scales()["tier"].distances[:-1, :-1]
    total, cases = np.zeros((2, len(field)))
    for v in range(len(field.placed)):
        if field.placed[v, i]:
            across = _dot(field.choices[v, :, i] @ tiers, field.choices[v])
            within = (field.spread[v] + field.spread[v, i]) / 2
            total += (across - within) * field.placed[v]
            cases += field.placed[v]
    known = (cases > 0).astype(np.float64)
    distance = np.clip(total / np.maximum(cases, 1), 0, 1)
    return known * (1 - distance), known


def _dot(row: Floats, columns: Floats) -> Floats:
    """Return row · columns, summed in one order whatever the number of columns."""
    total: Floats = np.zeros(columns.shape[1])
    for factor, column in zip(row, columns, strict=True):
        total += factor * column
    return total
