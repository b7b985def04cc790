"""What a fit is made of: points for each attribute and theme, and words for them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isnan

import numpy as np

from portal.pairing.fields import Field, Floats, Ints, scales
from portal.pairing.similarity import DIGITS, comparables, placements, slider_factors
from portal.pairing.weights import (
    COMPARABLES,
    DEFAULT,
    HANDLING,
    SITUATION,
    THEMES,
    VIGNETTES,
    Weights,
)

ALIKE = 0.25
UNLIKE = 0.6
"""Distances up to which, and from which on, two answers are called alike and unlike."""
HELPS = 0.5
"""Share of a full gain from which a host is said to help with a theme."""


@dataclass(frozen=True)
class Part:
    """Points that one attribute or theme gave."""

    key: str
    block: str
    """"handling", "situation", "help", "experience"; for a host's view "similarity", "help",
    "learning", "region"."""
    points: float
    most: float
    """What it would have given at best; 0 where it couldn't be compared."""
    apart: float | None = None
    """How far the two are apart, 0 to 1; `None` where it couldn't be, or isn't, compared."""
    stated: bool = True
    """Whether a host stated this part of its experience."""


@dataclass(frozen=True)
class Parts:
    """A fit accounted for: its points add up to it, and the host's to the host's view."""

    asking: str
    host: str
    fit: float
    view: float
    similarity: float
    known: float
    complementarity: float
    experience: float
    learning: float
    of_fit: tuple[Part, ...]
    of_view: tuple[Part, ...]

    def block(self, name: str) -> float:
        """Return the points of a block of the fit."""
        return sum(part.points for part in self.of_fit if part.block == name)

    @property
    def alike(self) -> tuple[str, ...]:
        """What the two do, or face, alike: what counted most comes first."""
        found = [part for part in self.of_fit if part.apart is not None and part.apart <= ALIKE]
        return tuple(part.key for part in sorted(found, key=lambda part: -part.most))

    @property
    def unlike(self) -> tuple[str, ...]:
        """What is different: what counted most comes first."""
        found = [part for part in self.of_fit if part.apart is not None and part.apart >= UNLIKE]
        return tuple(part.key for part in sorted(found, key=lambda part: -part.most))

    @property
    def not_compared(self) -> tuple[str, ...]:
        """What isn't known on both sides."""
        return tuple(
            part.key
            for part in self.of_fit
            if part.block in {"handling", "situation"} and part.apart is None
        )

    @property
    def can_help_with(self) -> tuple[str, ...]:
        """Themes in which the host is much surer and the asking authority needs help."""
        return _helped(self.of_fit, "help")

    @property
    def learns_back(self) -> tuple[str, ...]:
        """Themes in which it is the other way round."""
        return _helped(self.of_view, "learning")

    @property
    def not_stated(self) -> tuple[str, ...]:
        """What of its experience the host hasn't stated."""
        return tuple(part.key for part in self.of_fit if not part.stated)


def _helped(given: Sequence[Part], block: str) -> tuple[str, ...]:
    found = [part for part in given if part.block == block and part.most > 0]
    helped = [part for part in found if part.points >= HELPS * part.most]
    return tuple(part.key for part in sorted(helped, key=lambda part: -part.most))


def rounded(points: Sequence[float], digits: int = 0) -> tuple[float, ...]:
    """Round points so that what is shown still adds up to their rounded sum.

    Each is rounded down; the greatest remainders get one more until the sum is right.
    """
    unit = 10.0**-digits
    scaled = [round(point / unit, DIGITS) for point in points]
    low = [int(value // 1) for value in scaled]
    short = round(sum(scaled)) - sum(low)
    order = sorted(range(len(scaled)), key=lambda k: (low[k] - scaled[k], k))
    for k in order[:short]:
        low[k] += 1
    return tuple(round(value * unit, digits) for value in low)


def parts(
    field: Field,
    asking: str,
    host: str,
    *,
    weights: Weights = DEFAULT,
    handling: float | None = None,
) -> Parts:
    """Account for the fit of a host for an asking authority. Raises as `scores` does."""
    i, j = field.index[asking], field.index[host]
    slider = slider_factors(handling, weights)
    similar, known = _similarity_parts(field, i, j, weights, slider)
    similarity = sum(part.points for part in similar)
    need = field.need(weights)
    ahead = (field.confidence[:, j] - field.confidence[:, i]) / weights.full_gain
    gains = np.clip(ahead, 0, 1)
    helped = _theme_parts(need[:, i], gains, "help")
    learned = _theme_parts(need[:, j], np.clip(-ahead, 0, 1), "learning")
    experienced = [
        _experience_part("case_volume", float(field.volume[j]), weights),
        _experience_part("training", float(field.training[j]), weights),
    ]
    of_fit = (
        *_scaled(similar, weights.similarity),
        *_scaled(helped, weights.complementarity),
        *_scaled(experienced, weights.experience),
    )
    together = field.regions[i] == field.regions[j]
    of_view = (
        Part(
            "similarity",
            "similarity",
            similarity * weights.host_similarity,
            weights.host_similarity,
        ),
        *_scaled(helped, weights.host_complementarity),
        *_scaled(learned, weights.host_learning),
        Part("region", "region", weights.host_region * together, weights.host_region),
    )
    return Parts(
        asking,
        host,
        fit=sum(part.points for part in of_fit),
        view=sum(part.points for part in of_view),
        similarity=similarity,
        known=known,
        complementarity=sum(part.points for part in helped),
        experience=sum(part.points for part in experienced),
        learning=sum(part.points for part in learned),
        of_fit=of_fit,
        of_view=of_view,
    )


def _scaled(given: Sequence[Part], points: float) -> list[Part]:
    return [replace(part, points=part.points * points, most=part.most * points) for part in given]


def _experience_part(key: str, share: float, weights: Weights) -> Part:
    weight, stated = weights.of(key), not isnan(share)
    points = weight * (share if stated else weights.not_stated)
    return Part(key, "experience", points, weight, stated=stated)


def _theme_parts(need: Floats, gains: Floats, block: str) -> list[Part]:
    total = float(need.sum())
    return [
        Part(theme, block, *(need[t] * gain / total, need[t] / total) if total else (0.0, 0.0))
        for t, (theme, gain) in enumerate(zip(THEMES, gains.tolist(), strict=True))
    ]


def _similarity_parts(
    field: Field, i: int, j: int, weights: Weights, slider: tuple[float, float]
) -> tuple[list[Part], float]:
    """Return what each attribute gives of similarity, and how much is known.

    For an authority that is changing, each is the mean over what it does now and what it will do.
    """
    futures = [field.codes[: len(HANDLING), i]]
    if field.moving[i]:
        futures.append(field.toward[:, i])
    shares = [_one_profile(field, i, j, own, weights, slider) for own in futures]
    made = []
    for versions in zip(*(of_profile for of_profile, _ in shares), strict=True):
        apart = [part.apart for part in versions if part.apart is not None]
        made.append(
            Part(
                versions[0].key,
                versions[0].block,
                sum(part.points for part in versions) / len(versions),
                sum(part.most for part in versions) / len(versions),
                sum(apart) / len(apart) if apart else None,
            )
        )
    return made, sum(known for _, known in shares) / len(shares)


def _one_profile(
    field: Field,
    i: int,
    j: int,
    own: Ints,
    weights: Weights,
    slider: tuple[float, float],
) -> tuple[list[Part], float]:
    rows: list[tuple[str, str, float, float | None]] = []
    alike, placed = (float(values[j]) for values in placements(field, i))
    stays = slider[0] * (1 - placed * weights.vignettes / weights.handling_total)
    for k, key in enumerate(HANDLING):
        apart = _apart(key, int(own[k]), int(field.codes[k, j]))
        rows.append((key, "handling", stays * weights.of(key), apart))
    lent = slider[0] * weights.vignettes
    rows.append((VIGNETTES, "handling", lent, 1 - alike if placed else None))
    for k, key in enumerate(SITUATION, start=len(HANDLING)):
        apart = _apart(key, int(field.codes[k, i]), int(field.codes[k, j]))
        rows.append((key, "situation", slider[1] * weights.of(key), apart))
    distances, comparable = comparables(field, i)
    apart = float(distances[j]) if comparable[j] else None
    rows.append((COMPARABLES, "situation", slider[1] * weights.comparables, apart))
    known = sum(weight for _, _, weight, apart in rows if apart is not None)
    return [
        Part(key, block, 0.0, 0.0)
        if apart is None or known <= 1e-12
        else Part(key, block, weight * (1 - apart) / known, weight / known, apart)
        for key, block, weight, apart in rows
    ], known


def _apart(key: str, one: int, other: int) -> float | None:
    scale = scales()[key]
    return float(scale.distances[one, other]) if scale.comparable[one, other] else None
