"""The words of this room's notices."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.notices import Notices, Told
from portal.assessment import waves
from portal.assessment.models import Wave
from portal.authorities.models import Authority
from portal.core.permissions import Actor
from portal.core.roles import leads, works_for


def opened(session: Session, context: Mapping[str, Any], reader: Actor) -> Told | None:
    """Ask staff to answer; pointless once the round is closed or their link is taken."""
    wave = session.get(Wave, context["wave_id"])
    if wave is None or not wave.is_open or not works_for(reader, wave.authority_id):
        return None
    if waves.has_taken(session, actor=reader, wave=wave):
        return None
    authority = session.get_one(Authority, wave.authority_id)
    return Told(
        f"{authority.name} asks what its staff think. It takes three minutes",
        f"/authorities/{authority.id}/self-assessment",
        authority_id=authority.id,
        plain="Your authority asks what its staff think. It takes three minutes",
    )


def closed(session: Session, context: Mapping[str, Any], reader: Actor) -> Told | None:
    """Tell a lead that results are there."""
    wave = session.get(Wave, context["wave_id"])
    if wave is None or not leads(reader, wave.authority_id):
        return None
    authority = session.get_one(Authority, wave.authority_id)
    return Told(
        f"The answers of staff in {authority.name} can be seen",
        f"/authorities/{authority.id}/self-assessment/{wave.number}/results",
        authority_id=authority.id,
        plain="The answers of an authority’s staff can be seen",
    )


def register(notices: Notices) -> None:
    """Register what this room tells people."""
    notices.register(waves.OPENED, opened)
    notices.register(waves.CLOSED, closed)
