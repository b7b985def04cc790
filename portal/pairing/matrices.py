"""All asking authorities by all hosts, for a round. Pure.

Figures are those of `portal.pairing.matching.scores`, for a few rows at a time.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from portal.pairing.fields import UNLISTED, Field, Flags, Floats, Ints, scales
from portal.pairing.similarity import (
    DIGITS,
    Sums,
    Tables,
    gower,
    handling_tables,
    situation_tables,
    slider_factors,
)
from portal.pairing.weights import DEFAULT, HANDLING, THEMES, Weights


@dataclass(frozen=True, eq=False)
class Matrices:
    """Asking authorities (rows) by hosts (columns), both in the order of the field."""

    asking: tuple[str, ...]
    hosts: tuple[str, ...]
    fit: npt.NDArray[np.floating]
    view: npt.NDArray[np.floating]
    allowed: Flags
    """Where neither a rule nor a floor stands between the two."""
    capacity: Ints
    """How many more each host takes."""
    asking_active: Ints
    hosts_active: Ints
    """Pairings that each hosts now."""


ROWS = 16
"""Asking authorities that are compared at once: what is worked on stays near the processor."""


def matrices(
    field: Field,
    *,
    weights: Weights = DEFAULT,
    handling: float | None = None,
    dtype: npt.DTypeLike = np.float64,
) -> Matrices:
    """Compare all who may be paired with all who may host: what a round needs.

    Rows are those who ask, need help and have a lead; how many requests they have open doesn't
    matter. Columns are hosts with a place left. Raises as `scores` does.
    """
    slider = slider_factors(handling, weights)
    need = field.need(weights)
    enough = np.round(need.sum(axis=0), DIGITS) >= weights.least_need
    rows = np.flatnonzero(field.asks & field.led & enough)
    columns = np.flatnonzero(field.hosts & field.led & (field.left > 0))
    fit, view = np.zeros((2, len(rows), len(columns)), dtype=dtype)
    allowed = np.zeros((len(rows), len(columns)), dtype=bool)
    block = _Block(field, columns, weights, slider, need)
    for start in range(0, len(rows), ROWS):
        some = rows[start : start + ROWS]
        where = slice(start, start + len(some))
        fit[where], view[where], allowed[where] = block.of(some)
    return Matrices(
        asking=tuple(field.sides[i].code for i in rows),
        hosts=tuple(field.sides[j].code for j in columns),
        fit=fit,
        view=view,
        allowed=allowed,
        capacity=field.left[columns],
        asking_active=field.active[rows],
        hosts_active=field.active[columns],
    )


class _Block:
    """Compares a few authorities at once with all hosts.

    Sums run over attributes in the order of `scores`, without matrix products: those add up in an
    order that depends on the machine, and make threads of their own in a worker that has others.
    """

    def __init__(
        self,
        field: Field,
        hosts: Ints,
        weights: Weights,
        slider: tuple[float, float],
        need: Floats,
    ) -> None:
        self.field, self.hosts, self.weights, self.slider = field, hosts, weights, slider
        codes = field.codes[:, hosts]
        self.handling = _Spread(handling_tables(weights), codes[: len(HANDLING)])
        self.situation = _Spread(situation_tables(weights), codes[len(HANDLING) :])
        self.need = need
        total = need.sum(axis=0)
        self.need_of_hosts = np.divide(need, total, out=np.zeros_like(need), where=total > 0)[
            :, hosts
        ]
        self.confidence = field.confidence[:, hosts]
        self.experience = weights.experience * field.experience(weights)[hosts]
        self.column = np.full(len(field), -1, dtype=np.intp)
        self.column[hosts] = np.arange(len(hosts))
        self.figures = np.nan_to_num(field.figures)
        self.published = (~np.isnan(field.figures)).astype(np.float64)
        tiers = scales()["tier"].distances[:-1, :-1]
        self.reach = [tiers @ choices[:, hosts] for choices in field.choices]

    def of(self, rows: Ints) -> tuple[Floats, Floats, Flags]:
        """Return fits, hosts' views, and where pairs are allowed."""
        weights, field = self.weights, self.field
        similarity, known = self._similarity(rows)
        help_, learning = self._help(rows)
        fit = weights.similarity * similarity
        fit += weights.complementarity * help_
        fit += self.experience
        view = weights.host_similarity * similarity
        view += weights.host_complementarity * help_
        view += weights.host_learning * learning
        view += weights.host_region * (field.regions[rows][:, None] == field.regions[self.hosts])
        tiny = 10.0**-DIGITS
        allowed = known >= weights.least_known - tiny
        allowed &= similarity >= weights.least_similarity - tiny
        allowed &= help_ >= weights.least_complementarity - tiny
        self._rule_out(rows, allowed)
        return fit, view, allowed

    def _rule_out(self, rows: Ints, allowed: Flags) -> None:
        for r, i in enumerate(rows.tolist()):
            ruled_out = [partners[i] for partners in self.field.pairs.values() if i in partners]
            for columns in (self.column[j] for j in (*ruled_out, np.array([i]))):
                allowed[r, columns[columns >= 0]] = False

    def _help(self, rows: Ints) -> Sums:
        """Return how much the hosts help, and how much they learn back."""
        help_, learning, gains, back = np.zeros((4, len(rows), len(self.hosts)))
        needs = self.need[:, rows]
        total = needs.sum(axis=0)
        needs = np.divide(needs, total, out=np.zeros_like(needs), where=total > 0)
        for t in range(len(THEMES)):
            own = self.field.confidence[t, rows][:, None]
            np.subtract(self.confidence[t], own, out=gains)
            gains /= self.weights.full_gain
            np.clip(gains, -1, 0, out=back)
            back *= self.need_of_hosts[t]
            learning -= back
            np.clip(gains, 0, 1, out=gains)
            gains *= needs[t][:, None]
            help_ += gains
        return help_, learning

    def _similarity(self, rows: Ints) -> Sums:
        field, weights = self.field, self.weights
        situation = self.situation.of(field.codes[len(HANDLING) :, rows])
        self._add_comparables(rows, situation)
        placed = self._placed(rows)
        own = field.codes[: len(HANDLING), rows]
        alike, known = gower(self.handling.of(own), situation, placed, weights, self.slider)
        moving = np.flatnonzero(field.moving[rows])
        if len(moving):
            future = gower(
                self.handling.of(field.toward[:, rows[moving]]),
                (situation[0][moving], situation[1][moving]),
                (placed[0][moving], placed[1][moving]),
                weights,
                self.slider,
            )
            alike[moving] = (alike[moving] + future[0]) / 2
            known[moving] = (known[moving] + future[1]) / 2
        return alike, known

    def _add_comparables(self, rows: Ints, situation: Sums) -> None:
        field, weight = self.field, self.weights.comparables
        if not self.published.any() and not any(len(near) for near, _ in field.near):
            return
        total, count, apart, both = np.zeros((4, len(rows), len(self.hosts)))
        for figure, there in zip(self.figures, self.published, strict=True):
            np.subtract(figure[self.hosts], figure[rows][:, None], out=apart)
            np.abs(apart, out=apart)
            np.multiply(there[self.hosts], there[rows][:, None], out=both)
            apart *= both
            total += apart
            count += both
        comparable = count > 0
        np.maximum(count, 1, out=count)
        total /= count
        distances = UNLISTED + (1 - UNLISTED) * total
        for r, i in enumerate(rows.tolist()):
            near, to_near = field.near[i]
            columns = self.column[near]
            distances[r, columns[columns >= 0]] = to_near[columns >= 0]
            comparable[r, columns[columns >= 0]] = True
        situation[0][:] += weight * (1 - distances) * comparable
        situation[1][:] += weight * comparable

    def _placed(self, rows: Ints) -> Sums:
        field = self.field
        total, cases, across, step = np.zeros((4, len(rows), len(self.hosts)))
        for v, reach in enumerate(self.reach):
            placed = field.placed[v]
            if not placed[rows].any():
                continue
            np.add(field.spread[v, rows][:, None], field.spread[v, self.hosts], out=across)
            across /= -2
            for share, of_hosts in zip(field.choices[v][:, rows], reach, strict=True):
                np.multiply(share[:, None], of_hosts, out=step)
                across += step
            np.multiply(placed[rows][:, None], placed[self.hosts], out=step)
            across *= step
            total += across
            cases += step
        known = np.minimum(cases, 1)
        np.maximum(cases, 1, out=cases)
        total /= cases
        np.clip(total, 0, 1, out=total)
        return known * (1 - total), known


class _Spread:
    """The tables of some attributes, spread over hosts: a row for each code one may have."""

    def __init__(self, tables: Tables, codes: Ints) -> None:
        self.alike = [table[:, row] for table, row in zip(tables.alike, codes, strict=True)]
        self.known = [table[:, row] for table, row in zip(tables.known, codes, strict=True)]

    def of(self, own: Ints) -> Sums:
        """Return both sums over the attributes, for authorities with these codes."""
        alike, known = np.zeros((2, own.shape[1], self.alike[0].shape[1]))
        for of_alike, of_known, codes in zip(self.alike, self.known, own, strict=True):
            alike += of_alike[codes]
            known += of_known[codes]
        return alike, known
