"""What of an authority is compared, and what stands between two of them. Pure.

Missing is missing: `None` for an answer that nobody gave, that isn't settled, or that an authority
prefers not to give. It is never taken for the middle, and an empty set is an answer: none of these.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

Pair = tuple[str, str]
"""Codes of two authorities, in either order."""

NO_CHANGE = "no-change"


@dataclass(frozen=True, kw_only=True)
class Side:
    """An authority as others may meet it. Terms are those of `portal.authorities.questions`."""

    code: str
    region: str | None = None

    tier: str | None = None
    other_tiers: frozenset[str] | None = None
    holds: str | None = None
    mash: bool | None = None
    """One that is only planned isn't there."""
    route: str | None = None

    toward_tier: str | None = None
    toward_holds: str | None = None
    toward_mash: bool | None = None
    toward_route: str | None = None
    """What is to change; `None` where nothing is, or nobody knows."""

    prevalence: str | None = None
    prevent: bool | None = None
    two_tier: bool | None = None
    circumstances: frozenset[str] | None = None
    extremism: frozenset[str] | None = None
    figures: Mapping[str, float | None] = field(default_factory=dict)
    """Per cent, by the keys of `portal.authorities.figures.PERCENTAGES`."""
    neighbours: Mapping[str, str] = field(default_factory=dict)
    """Codes of its statistical neighbours, each with its band in the Department's words."""

    themes: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    """Mean answer (1 to 5, high is confident) and number of answers; missing without any."""
    priorities: Mapping[str, float] = field(default_factory=dict)
    """How much help with a theme matters to it; 1 unless set."""
    vignettes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How often staff chose each tier for an invented case; compared from five answers on."""

    case_volume: int | None = None
    """From 0, never, to 4, every week."""
    training: int | None = None
    """From 0, hardly anybody trained, to 4, nearly everybody."""

    asks: bool = False
    hosts: bool = False
    confirmed_lead: bool = True
    """Whether it has a lead who confirmed the profile."""
    capacity: int = 0
    active: int = 0
    """Pairings that it hosts now."""
    proposed: int = 0
    """Places that are promised to pairings which aren't agreed yet."""
    open_requests: int = 0
    """Requests that it has made and that nobody has answered."""
    conflicts: frozenset[str] = frozenset()
    """Codes of authorities that it should not be paired with."""

    @property
    def left(self) -> int:
        """How many more authorities it could host."""
        return max(0, self.capacity - self.active - self.proposed)

    @property
    def moving(self) -> bool:
        """Whether it is changing how it handles cases."""
        return any(
            toward is not None and toward != now
            for now, toward in (
                (self.tier, self.toward_tier),
                (self.holds, self.toward_holds),
                (self.mash, self.toward_mash),
                (self.route, self.toward_route),
            )
        )


def from_answers(answers: Mapping[str, Any], **rest: Any) -> Side:
    """Return a side from the values of a profile by the keys of its questions.

    `answers` has what `Profile.value` gives: `None`, or no entry, for whatever isn't known. `rest`
    has the fields of `Side` that no profile holds, `code` among them.
    """

    def term(key: str) -> Any:
        value = answers.get(key)
        return None if value == NO_CHANGE else value

    def yes(key: str) -> bool | None:
        value = term(key)
        return None if value is None else value == "yes"

    def terms(key: str) -> frozenset[str] | None:
        value = answers.get(key)
        return None if value is None else frozenset(value) - {"none"}

    def band(key: str) -> int | None:
        value = answers.get(key)
        return None if value is None else int(value)

    given: dict[str, Any] = {key: term(key) for key in _TERMS}
    given |= {key: yes(key) for key in ("mash", "toward_mash", "prevent", "two_tier")}
    given |= {key: terms(key) for key in ("other_tiers", "circumstances", "extremism")}
    given |= {key: band(key) for key in ("case_volume", "training")}
    given |= {"capacity": band("capacity") or 0}
    given |= {"asks": yes("asks_for_pairing") or False, "hosts": yes("hosting") or False}
    return Side(**{**given, **rest})


_TERMS = (
    *("tier", "holds", "route", "prevalence"),
    *("toward_tier", "toward_holds", "toward_route"),
)


@dataclass(frozen=True)
class History:
    """What has been between two authorities. Pairs count whichever of the two comes first."""

    paired: Collection[Pair] = ()
    """Pairs that work together now."""
    before: Collection[Pair] = ()
    """Pairs that did once."""
    renewing: Collection[Pair] = ()
    """Those of the two above that both want again."""
    declined: Collection[Pair] = ()
    """Pairs of which a side said no in the last twelve months."""
    blocked: Collection[Pair] = ()
    """Pairs that a curator ruled out."""
