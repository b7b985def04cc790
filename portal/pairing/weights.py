"""What counts how much when two authorities are compared: weights and floors, with a version. Pure.

docs/pairing.md says in words what each is for. A stored suggestion names its version.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isclose, isfinite
from typing import Any, Self

HANDLING = ("tier", "other_tiers", "holds", "mash", "route")
"""What is compared of how cases are handled, apart from the invented cases that staff placed."""
VIGNETTES = "vignettes"
SITUATION = ("prevalence", "prevent", "circumstances", "two_tier", "extremism")
"""What is compared of the situation, apart from published figures and neighbours."""
COMPARABLES = "comparables"
THEMES = ("agreement", "families", "partners", "legitimacy")
"""The themes of the self-assessment."""


@dataclass(frozen=True)
class Weights:
    """Weights and floors. Raises `ValueError` where they make no sense together."""

    version: str

    tier: float = 0.24
    other_tiers: float = 0.06
    holds: float = 0.14
    mash: float = 0.06
    route: float = 0.10
    vignettes: float = 0.10
    """Lent by the five above in proportion, where both sides' staff placed the invented cases."""
    prevalence: float = 0.12
    prevent: float = 0.08
    circumstances: float = 0.06
    two_tier: float = 0.05
    comparables: float = 0.05
    extremism: float = 0.04

    similarity: float = 50
    complementarity: float = 35
    experience: float = 15
    """Points of the fit, of 100."""
    case_volume: float = 0.7
    training: float = 0.3
    not_stated: float = 0.5
    """What a part of the experience counts as that a host didn't state."""

    host_similarity: float = 40
    host_complementarity: float = 30
    host_learning: float = 20
    host_region: float = 10
    """Points of the host's own view of the fit, of 100."""

    enough: float = 0.70
    """Confidence from which a theme needs no help."""
    full_gain: float = 0.40
    """By how much more confidence a host helps as much as anybody can."""
    least_need: float = 0.25
    least_similarity: float = 0.45
    least_complementarity: float = 0.25
    least_known: float = 0.5
    least_known_of_card: float = 0.15
    """The same where only a card is seen: it says less, and the rest is looked at before a request
    is passed on."""

    noise: float = 5
    """Points below which a difference between two fits says nothing."""
    very_close: float = 70
    close: float = 60
    somewhat: float = 50

    def __post_init__(self) -> None:
        if not self.version:
            raise ValueError("weights need a version")
        if any(not isfinite(v) or v < 0 for k, v in asdict(self).items() if k != "version"):
            raise ValueError("weights are numbers from 0 on")
        for what, total, parts in (
            ("what is compared", 1.0, [self.handling_total, self.situation_total]),
            ("a fit", 100.0, [self.similarity, self.complementarity, self.experience]),
            ("the experience", 1.0, [self.case_volume, self.training]),
            (
                "a host's view",
                100.0,
                [
                    self.host_similarity,
                    self.host_complementarity,
                    self.host_learning,
                    self.host_region,
                ],
            ),
        ):
            if not isclose(sum(parts), total, abs_tol=1e-9):
                raise ValueError(f"the weights of {what} add up to {sum(parts):g}, not {total:g}")
        if not self.handling_total or not self.situation_total:
            raise ValueError("handling and situation each need some weight")
        if self.vignettes > self.handling_total:
            raise ValueError("the invented cases can't weigh more than all of handling")
        if not 0 < self.enough <= 1 or not 0 < self.full_gain <= 1:
            raise ValueError("confidence and what is gained of it lie above 0 and up to 1")
        floors = (
            self.least_similarity,
            self.least_complementarity,
            self.least_known,
            self.least_known_of_card,
        )
        if max(*floors, self.not_stated) > 1:
            raise ValueError("floors, and what counts as not stated, lie between 0 and 1")
        if not self.very_close > self.close > self.somewhat:
            raise ValueError("bands come in their order")

    def of(self, attribute: str) -> float:
        """Return the weight of an attribute by its key."""
        return float(getattr(self, attribute))

    @property
    def handling_total(self) -> float:
        """The weight of how cases are handled."""
        return sum(self.of(key) for key in HANDLING)

    @property
    def situation_total(self) -> float:
        """The weight of the situation."""
        return sum(self.of(key) for key in SITUATION) + self.comparables

    def stored(self) -> dict[str, Any]:
        """Return it as it can be kept with a round; `restored` reads it."""
        return asdict(self)

    @classmethod
    def restored(cls, kept: Mapping[str, Any]) -> Self:
        """Return what `stored` kept."""
        return cls(**kept)


DEFAULT = Weights("2026-1")
