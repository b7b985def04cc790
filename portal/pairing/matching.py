"""How well a host fits an authority that asks, and who is offered to whom. Pure, no database.

    fit = 50 · similarity + 35 · complementarity + 15 · experience

of 100 points, each of which can be accounted for: `parts`. The same answers give the same figures,
in whichever order they come. docs/pairing.md explains formulas, weights and floors in words.

    field = prepare(sides, history)              # once, while nothing changes
    found = shortlist(field, "E06000001")        # ten hosts at most, or why there are none
    why = parts(field, "E06000001", found.suggestions[0].host)
    all_of_them = matrices(field)                # for a round
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum, unique
from functools import lru_cache
from math import isnan

import numpy as np
import numpy.typing as npt

from portal.pairing.fields import (
    MISSING,
    UNLISTED,
    Field,
    Flags,
    Floats,
    Ints,
    Scale,
    prepare,
    scales,
)
from portal.pairing.sides import History, Pair, Side, from_answers
from portal.pairing.weights import (
    COMPARABLES,
    DEFAULT,
    HANDLING,
    SITUATION,
    THEMES,
    VIGNETTES,
    Weights,
)

__all__ = [
    "DEFAULT",
    "Band",
    "Field",
    "History",
    "Matrices",
    "Pair",
    "Part",
    "Parts",
    "Reason",
    "Scores",
    "Shortlist",
    "Side",
    "Suggestion",
    "Weights",
    "band",
    "from_answers",
    "matrices",
    "parts",
    "prepare",
    "rounded",
    "scores",
    "shortlist",
]

MOST_REQUESTS = 3
"""Requests that an asking authority may have open."""
MOST_SUGGESTIONS = 10
DIGITS = 6
"""Figures are rounded to so many, so that the last bits of a sum never decide between two hosts."""
ALIKE = 0.25
UNLIKE = 0.6
"""Distances up to which, and from which on, two answers are called alike and unlike."""
HELPS = 0.5
"""Share of a full gain from which a host is said to help with a theme."""


@unique
class Reason(IntEnum):
    """Why a host isn't offered: the first that applies, from what is firmest to what is softest."""

    OFFERED = 0
    SAME = 1
    """It is the same authority."""
    NOT_ASKING = 2
    """The asking authority hasn't asked for pairing."""
    ASKING_UNLED = 3
    """No lead of the asking authority has confirmed its profile."""
    NO_ANSWERS = 4
    """Nothing is known of the asking authority's confidence."""
    LITTLE_NEED = 5
    """The asking authority is confident enough."""
    REQUESTS_OPEN = 6
    """The asking authority has as many requests open as it may."""
    NOT_HOSTING = 7
    HOST_UNLED = 8
    FULL = 9
    PAIRED = 10
    PAIRED_BEFORE = 11
    DECLINED = 12
    CONFLICT = 13
    BLOCKED = 14
    OTHER_REGION = 15
    """The asking authority wants its own region alone."""
    LITTLE_KNOWN = 16
    """Too few answers are known on both sides."""
    UNLIKE = 17
    """The two are too different."""
    LITTLE_HELP = 18
    """The host is hardly surer where the asking authority is unsure."""

    @property
    def about_asking(self) -> bool:
        """Whether it lies with the asking authority, so that no host at all can be offered."""
        return Reason.NOT_ASKING <= self <= Reason.REQUESTS_OPEN


@unique
class Band(StrEnum):
    """A fit in words. Two hosts in different bands may still be within noise of each other."""

    VERY_CLOSE = "very close"
    CLOSE = "close"
    SOMEWHAT = "somewhat close"
    LESS = "less close"


def band(fit: float, weights: Weights = DEFAULT) -> Band:
    """Return a fit in words."""
    for least, name in (
        (weights.very_close, Band.VERY_CLOSE),
        (weights.close, Band.CLOSE),
        (weights.somewhat, Band.SOMEWHAT),
    ):
        if round(fit, DIGITS) >= least:
            return name
    return Band.LESS


# ---- One asking authority and all others


@dataclass(frozen=True, eq=False)
class Scores:
    """One asking authority beside every authority, in the order of the field."""

    similarity: Floats
    known: Floats
    """The share of the weight of what could be compared."""
    complementarity: Floats
    experience: Floats
    learning: Floats
    """How much the host could learn back."""
    fit: Floats
    view: Floats
    """The fit as the host would see it."""
    reasons: npt.NDArray[np.uint8]
    """A `Reason` for each; 0 where the host may be offered."""


def scores(
    field: Field,
    asking: str,
    *,
    weights: Weights = DEFAULT,
    handling: float | None = None,
    same_region: bool = False,
) -> Scores:
    """Compare an authority with all others.

    `handling` is the slider: the share of similarity that goes by how cases are handled, from 0 to
    1; the rest goes by the situation. It is .6 unless set. Raises `KeyError` for an authority that
    the field hasn't, `ValueError` for a slider beyond its ends.
    """
    i = field.index[asking]
    similarity, known = _similarity(field, i, weights, _slider(handling, weights))
    need = field.need(weights)
    gains = np.clip((field.confidence - field.confidence[:, i, None]) / weights.full_gain, -1, 1)
    help_ = _share_of_need(need[:, i, None], np.maximum(gains, 0))
    learning = _share_of_need(need, np.maximum(-gains, 0))
    experience = field.experience(weights)
    fit = (
        weights.similarity * similarity
        + weights.complementarity * help_
        + weights.experience * experience
    )
    view = (
        weights.host_similarity * similarity
        + weights.host_complementarity * help_
        + weights.host_learning * learning
        + weights.host_region * (field.regions == field.regions[i])
    )
    reasons = _rules(field, i, float(need[:, i].sum()), weights, same_region)
    _floors(reasons, similarity, known, help_, weights)
    return Scores(similarity, known, help_, experience, learning, fit, view, reasons)


def _slider(handling: float | None, weights: Weights) -> tuple[float, float]:
    """Return by what the weights of handling, and of the situation, are multiplied."""
    share = weights.handling_total if handling is None else handling
    if not 0 <= share <= 1:
        raise ValueError("the slider goes from 0 to 1")
    return share / weights.handling_total, (1 - share) / weights.situation_total


def _share_of_need(need: Floats, gains: Floats) -> Floats:
    """Return Σ need · gain / Σ need over the themes, one after the other; 0 without any need."""
    total, met = np.zeros((2, gains.shape[1]))
    for of_theme, gain in zip(need, gains, strict=True):
        total = total + of_theme
        met = met + of_theme * gain
    return np.divide(met, total, out=np.zeros_like(met), where=total > 0)


def _similarity(
    field: Field, i: int, weights: Weights, slider: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Return similarity and how much is known, one authority by all; of the two it moves between,
    the mean."""
    situation = _situation(field, i, weights)
    placed = _placed(field, i)
    found = _gower(
        _handling(field, field.codes[: len(HANDLING), i], weights),
        situation,
        placed,
        weights,
        slider,
    )
    if not field.moving[i]:
        return found
    future = _gower(
        _handling(field, field.toward[:, i], weights), situation, placed, weights, slider
    )
    return (found[0] + future[0]) / 2, (found[1] + future[1]) / 2


Sums = tuple[Floats, Floats]
"""Σ weight · alikeness, and Σ weight of what is known on both sides."""


def _gower(
    handling: Sums, situation: Sums, placed: Sums, weights: Weights, slider: tuple[float, float]
) -> Sums:
    """Return similarity and known, from the sums of both blocks and from the invented cases."""
    share, lent = weights.vignettes, weights.vignettes / weights.handling_total
    stays = 1 - lent * placed[1]
    alike = slider[0] * (handling[0] * stays + share * placed[0]) + slider[1] * situation[0]
    known = slider[0] * (handling[1] * stays + share * placed[1]) + slider[1] * situation[1]
    return np.divide(alike, known, out=np.zeros_like(alike), where=known > 1e-12), known


def _handling(field: Field, own: npt.NDArray[np.int16], weights: Weights) -> Sums:
    return _compared(_handling_tables(weights), own, field.codes[: len(HANDLING)])


def _situation(field: Field, i: int, weights: Weights) -> Sums:
    codes = field.codes[len(HANDLING) :]
    alike, known = _compared(_situation_tables(weights), codes[:, i], codes)
    distances, comparable = _comparables(field, i)
    return (
        alike + weights.comparables * np.where(comparable, 1 - distances, 0),
        known + weights.comparables * comparable,
    )


@dataclass(frozen=True, eq=False)
class _Tables:
    """For each attribute: weight · alikeness and weight · known of every two codes."""

    alike: tuple[Floats, ...]
    known: tuple[Floats, ...]


def _tables(keys: Sequence[str], weights: Weights) -> _Tables:
    given: list[tuple[Scale, float]] = [(scales()[key], weights.of(key)) for key in keys]
    return _Tables(
        tuple(weight * (1 - scale.distances) * scale.comparable for scale, weight in given),
        tuple(weight * scale.comparable.astype(np.float64) for scale, weight in given),
    )


@lru_cache(maxsize=8)
def _handling_tables(weights: Weights) -> _Tables:
    return _tables(HANDLING, weights)


@lru_cache(maxsize=8)
def _situation_tables(weights: Weights) -> _Tables:
    return _tables(SITUATION, weights)


def _compared(tables: _Tables, own: npt.NDArray[np.int16], codes: npt.NDArray[np.int16]) -> Sums:
    """Return sums over attributes of one authority by all, one attribute after the other."""
    alike, known = np.zeros((2, codes.shape[1]))
    for k, code in enumerate(own):
        alike += tables.alike[k][code].take(codes[k])
        known += tables.known[k][code].take(codes[k])
    return alike, known


def _comparables(field: Field, i: int) -> tuple[Floats, Flags]:
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


def _placed(field: Field, i: int) -> Sums:
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


# ---- Rules


def _rules(
    field: Field, i: int, need: float, weights: Weights, same_region: bool
) -> npt.NDArray[np.uint8]:
    """Return the firmest hard rule that keeps each host from being offered, 0 without any."""
    reasons = np.zeros(len(field), dtype=np.uint8)
    if same_region:
        reasons[field.regions != field.regions[i]] = Reason.OTHER_REGION
    for key, reason in (
        ("blocked", Reason.BLOCKED),
        ("conflicts", Reason.CONFLICT),
        ("declined", Reason.DECLINED),
        ("before", Reason.PAIRED_BEFORE),
        ("paired", Reason.PAIRED),
    ):
        partners = field.pairs[key].get(i)
        if partners is not None:
            reasons[partners] = reason
    reasons[field.left <= 0] = Reason.FULL
    reasons[~field.led] = Reason.HOST_UNLED
    reasons[~field.hosts] = Reason.NOT_HOSTING
    about = _about_asking(field, i, need, weights)
    if about:
        reasons[:] = about
    reasons[i] = Reason.SAME
    return reasons


def _about_asking(field: Field, i: int, need: float, weights: Weights) -> Reason:
    if not field.asks[i]:
        return Reason.NOT_ASKING
    if not field.led[i]:
        return Reason.ASKING_UNLED
    if (field.confidence[:, i] == MISSING).all():
        return Reason.NO_ANSWERS
    if round(need, DIGITS) < weights.least_need:
        return Reason.LITTLE_NEED
    if field.open_requests[i] >= MOST_REQUESTS:
        return Reason.REQUESTS_OPEN
    return Reason.OFFERED


def _floors(
    reasons: npt.NDArray[np.uint8],
    similarity: Floats,
    known: Floats,
    help_: Floats,
    weights: Weights,
) -> None:
    """Add the floors to `reasons`, where no hard rule stands."""
    tiny = 10.0**-DIGITS
    for values, least, reason in (
        (known, weights.least_known, Reason.LITTLE_KNOWN),
        (similarity, weights.least_similarity, Reason.UNLIKE),
        (help_, weights.least_complementarity, Reason.LITTLE_HELP),
    ):
        reasons[(values < least - tiny) & (reasons == 0)] = reason


# ---- The short list


@dataclass(frozen=True)
class Suggestion:
    """A host that is offered."""

    host: str
    fit: float
    view: float
    """The fit as the host would see it."""
    similarity: float
    known: float
    complementarity: float
    experience: float
    band: Band
    group: int
    """Hosts of a group, from 1 on, are within noise of its best: they are not to be ranked."""


@dataclass(frozen=True)
class Shortlist:
    """Whom an authority may ask, and why others aren't offered."""

    asking: str
    suggestions: tuple[Suggestion, ...]
    reasons: Mapping[Reason, int]
    """How many authorities aren't offered, by reason."""
    weights: Weights
    handling: float

    @property
    def nobody(self) -> Reason | None:
        """Why there is nobody: what lies with itself, else what keeps most of the hosts away."""
        if self.suggestions:
            return None
        about = [reason for reason in self.reasons if reason.about_asking]
        others = {r: n for r, n in self.reasons.items() if r > Reason.NOT_HOSTING}
        if about:
            return about[0]
        return max(others, key=lambda r: (others[r], r)) if others else Reason.NOT_HOSTING


def shortlist(
    field: Field,
    asking: str,
    *,
    weights: Weights = DEFAULT,
    handling: float | None = None,
    same_region: bool = False,
    most: int = MOST_SUGGESTIONS,
) -> Shortlist:
    """Return the hosts that fit an authority best, grouped so that noise makes no ranking.

    In a group come first those who host fewer now, then those with the lower ONS code. Raises as
    `scores` does.
    """
    found = scores(field, asking, weights=weights, handling=handling, same_region=same_region)
    chosen, groups = _best(found, field.active, weights, most)
    counted = np.bincount(found.reasons, minlength=len(Reason))
    suggestions = tuple(
        Suggestion(
            host=field.sides[j].code,
            fit=float(found.fit[j]),
            view=float(found.view[j]),
            similarity=float(found.similarity[j]),
            known=float(found.known[j]),
            complementarity=float(found.complementarity[j]),
            experience=float(found.experience[j]),
            band=band(float(found.fit[j]), weights),
            group=group,
        )
        for j, group in zip(chosen, groups, strict=True)
    )
    return Shortlist(
        asking,
        suggestions,
        {reason: int(counted[reason]) for reason in Reason if reason and counted[reason]},
        weights,
        weights.handling_total if handling is None else handling,
    )


def _best(found: Scores, active: Ints, weights: Weights, most: int) -> tuple[list[int], list[int]]:
    """Return the best hosts, and the number of each one's group."""
    able = np.flatnonzero(found.reasons == 0)
    fit = np.round(found.fit[able], DIGITS)
    if len(able) > most:
        # no group that reaches into the list goes further down than this
        last = np.partition(fit, -most)[-most]
        near = fit > last - weights.noise
        able, fit = able[near], fit[near]
    order = np.argsort(-fit, kind="stable")
    able, fit = able[order], fit[order]
    chosen: list[int] = []
    groups: list[int] = []
    start = 0
    while start < len(able) and len(chosen) < most:
        end = max(start + 1, int(np.searchsorted(-fit, -(fit[start] - weights.noise), side="left")))
        group = able[start:end]
        group = group[np.lexsort((group, active[group]))][: most - len(chosen)]
        chosen += group.tolist()
        groups += [1 + (groups[-1] if groups else 0)] * len(group)
        start = end
    return chosen, groups


# ---- What a fit is made of


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
    slider = _slider(handling, weights)
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
    own: npt.NDArray[np.int16],
    weights: Weights,
    slider: tuple[float, float],
) -> tuple[list[Part], float]:
    rows: list[tuple[str, str, float, float | None]] = []
    placed_alike, placed = (float(values[j]) for values in _placed(field, i))
    stays = slider[0] * (1 - placed * weights.vignettes / weights.handling_total)
    for k, key in enumerate(HANDLING):
        apart = _apart(key, int(own[k]), int(field.codes[k, j]))
        rows.append((key, "handling", stays * weights.of(key), apart))
    lent = slider[0] * weights.vignettes
    rows.append((VIGNETTES, "handling", lent, 1 - placed_alike if placed else None))
    for k, key in enumerate(SITUATION, start=len(HANDLING)):
        apart = _apart(key, int(field.codes[k, i]), int(field.codes[k, j]))
        rows.append((key, "situation", slider[1] * weights.of(key), apart))
    distances, comparable = _comparables(field, i)
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


# ---- All asking authorities and all hosts


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


ROWS = 64
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
    slider = _slider(handling, weights)
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
    """Compares some authorities at once with all hosts: sums over attributes as matrix products."""

    def __init__(
        self,
        field: Field,
        hosts: Ints,
        weights: Weights,
        slider: tuple[float, float],
        need: Floats,
    ) -> None:
        self.field, self.hosts, self.weights, self.slider = field, hosts, weights, slider
        handling, situation = field.codes[: len(HANDLING)], field.codes[len(HANDLING) :]
        self.handling = _Products(_handling_tables(weights), handling[:, hosts])
        self.situation = _Products(_situation_tables(weights), situation[:, hosts])
        total = need.sum(axis=0)
        self.need = np.divide(need, total, out=np.zeros_like(need), where=total > 0)
        self.experience = weights.experience * field.experience(weights)[hosts]
        self.column = np.full(len(field), -1, dtype=np.intp)
        self.column[hosts] = np.arange(len(hosts))

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
        learning *= weights.host_learning
        view += learning
        region = field.regions[rows][:, None] == field.regions[self.hosts]
        view += weights.host_region * region
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
        help_, learning = np.zeros((2, len(rows), len(self.hosts)))
        for confidence, need in zip(self.field.confidence, self.need, strict=True):
            gains = confidence[self.hosts] - confidence[rows][:, None]
            gains /= self.weights.full_gain
            back = np.clip(-gains, 0, 1)
            np.clip(gains, 0, 1, out=gains)
            gains *= need[rows][:, None]
            back *= need[self.hosts]
            help_ += gains
            learning += back
        return help_, learning

    def _similarity(self, rows: Ints) -> Sums:
        field, weights = self.field, self.weights
        situation = self.situation.of(field.codes[len(HANDLING) :, rows])
        self._add_comparables(rows, situation)
        placed = self._placed(rows)
        own = field.codes[: len(HANDLING), rows]
        alike, known = _gower(self.handling.of(own), situation, placed, weights, self.slider)
        moving = np.flatnonzero(field.moving[rows])
        if len(moving):
            future = _gower(
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
        if np.isnan(field.figures).all() and not any(len(field.near[i][0]) for i in rows):
            return
        total, count = np.zeros((2, len(rows), len(self.hosts)))
        for figure in field.figures:
            apart = np.abs(figure[self.hosts] - figure[rows][:, None])
            there = ~np.isnan(apart)
            total += np.where(there, apart, 0)
            count += there
        distances = UNLISTED + (1 - UNLISTED) * total / np.maximum(count, 1)
        comparable = count > 0
        for r, i in enumerate(rows.tolist()):
            near, to_near = field.near[i]
            columns = self.column[near]
            distances[r, columns[columns >= 0]] = to_near[columns >= 0]
            comparable[r, columns[columns >= 0]] = True
        situation[0][:] += weight * np.where(comparable, 1 - distances, 0)
        situation[1][:] += weight * comparable

    def _placed(self, rows: Ints) -> Sums:
        field = self.field
        total, cases = np.zeros((2, len(rows), len(self.hosts)))
        tiers = scales()["tier"].distances[:-1, :-1]
        for choices, spread, placed in zip(field.choices, field.spread, field.placed, strict=True):
            both = placed[rows][:, None] * placed[self.hosts]
            across = choices[:, rows].T @ tiers @ choices[:, self.hosts]
            across -= (spread[rows][:, None] + spread[self.hosts]) / 2
            total += across * both
            cases += both
        known = (cases > 0).astype(np.float64)
        return known * (1 - np.clip(total / np.maximum(cases, 1), 0, 1)), known


class _Products:
    """Σ over attributes as one matrix product: rows of the tables by which code each host has."""

    def __init__(self, tables: _Tables, codes: npt.NDArray[np.int16]) -> None:
        self.tables = tables
        used = [np.unique(row) for row in codes]
        self.alike = [table[:, these] for table, these in zip(tables.alike, used, strict=True)]
        self.known = [table[:, these] for table, these in zip(tables.known, used, strict=True)]
        self.has = np.concatenate(
            [(these[:, None] == row) for these, row in zip(used, codes, strict=True)]
        ).astype(np.float64)

    def of(self, own: npt.NDArray[np.int16]) -> Sums:
        """Return both sums for authorities with these codes."""
        alike = np.concatenate(
            [table[codes] for table, codes in zip(self.alike, own, strict=True)], axis=1
        )
        known = np.concatenate(
            [table[codes] for table, codes in zip(self.known, own, strict=True)], axis=1
        )
        return alike @ self.has, known @ self.has
