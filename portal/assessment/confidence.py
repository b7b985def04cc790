"""How confident the frontline of authorities is, theme by theme, for rooms that compare them.

Rests on released counts alone: what no lead may see is not compared either. Never goes by which
position is held: an item that is a position counts for nothing here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assessment import agreement, release, subjects, waves
from portal.assessment.editions import Editions
from portal.assessment.instrument import Instrument
from portal.assessment.models import Wave
from portal.assessment.release import LEAST_FOR_DISTRIBUTION, Release
from portal.assessment.subjects import Kind


@dataclass(frozen=True)
class Confidence:
    """What the last round of an authority that may be shown says."""

    wave_id: int
    themes: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    """Mean answer from 1 to 5, high is confident, and the mean number of answers; else missing.

    In half steps below ten answers: other rooms show what they work out from it, to curators part
    by part, and an exact mean of so few would tell more than their own leads may see.
    """
    vignettes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How often staff chose each tier for an invented case, from ten of them on."""


def latest(session: Session, editions: Editions) -> dict[int, Confidence]:
    """Return the confidence of every authority that has any, by its id."""
    query = select(Wave).where(Wave.closed_on.is_not(None)).order_by(Wave.number)
    by_authority: dict[int, list[Wave]] = {}
    for wave in session.scalars(query):
        if wave.edition == editions.current.edition:
            by_authority.setdefault(wave.authority_id, []).append(wave)
    counts = waves.counts_of(session, [one for some in by_authority.values() for one in some])
    asked = list(subjects.of(editions.current))
    found = {}
    for authority_id, closed in by_authority.items():
        released = release.releases(asked, [counts[one.id] for one in closed])
        for wave, made in zip(reversed(closed), reversed(released), strict=True):
            if made.shown:
                found[authority_id] = _confidence(editions.current, wave.id, made)
                break
    return found


def _confidence(instrument: Instrument, wave_id: int, made: Release) -> Confidence:
    themes = {}
    for theme in instrument.themes:
        answers = [
            (mean if item.favourable == "high" else 6 - mean, shown.n)
            for item in instrument.items
            if item.theme == theme.key and item.favourable != "none"
            if (shown := made.shown.get(item.key)) is not None
            for mean in (agreement.mean(shown.on_scale),)
        ]
        if answers:
            mean = sum(m for m, _ in answers) / len(answers)
            if min(n for _, n in answers) < LEAST_FOR_DISTRIBUTION:
                mean = round(mean * 2) / 2
            themes[theme.key] = (mean, round(sum(n for _, n in answers) / len(answers)))
    placed = {
        shown.subject.key: dict(zip(shown.subject.on_scale, shown.on_scale, strict=True))
        for shown in made.shown.values()
        if shown.subject.kind == Kind.TIER and shown.has_distribution
    }
    return Confidence(wave_id, themes, placed)
