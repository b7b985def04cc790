"""How well a host fits an authority that asks, and who is offered to whom. Pure, no database.

    fit = 50 · similarity + 35 · complementarity + 15 · experience

of 100 points, each of which can be accounted for: `parts`. The same answers give the same figures,
in whichever order they come. docs/pairing.md explains formulas, weights and floors in words.

    field = prepare(sides, history)              # once, while nothing changes
    found = shortlist(field, "E06000001")        # ten hosts at most, or why there are none
    why = parts(field, "E06000001", found.suggestions[0].host)
    all_of_them = matrices(field)                # for a round
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum, unique

import numpy as np
import numpy.typing as npt

from portal.pairing.fields import MISSING, Field, Floats, Ints, prepare
from portal.pairing.matrices import Matrices, matrices
from portal.pairing.parts import Part, Parts, parts, rounded
from portal.pairing.sides import History, Pair, Side, from_answers
from portal.pairing.similarity import DIGITS, share_of_need, similarity_to_all, slider_factors
from portal.pairing.weights import DEFAULT, Weights

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
    similarity, known = similarity_to_all(field, i, weights, slider_factors(handling, weights))
    need = field.need(weights)
    gains = np.clip((field.confidence - field.confidence[:, i, None]) / weights.full_gain, -1, 1)
    help_ = share_of_need(need[:, i, None], np.maximum(gains, 0))
    learning = share_of_need(need, np.maximum(-gains, 0))
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
