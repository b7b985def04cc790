"""What this room keeps about a person: what they did for an authority, or as a curator."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.own_data import Parts, Section, Value
from portal.pairing.models import PairingRule, Request, Round, Search, WeightsVersion


def done(session: Session, user_id: int) -> Section:
    """Return what a person did; with whom an authority was to be paired is not theirs to take."""
    steps: list[tuple[str, object]] = []
    for what, query in (
        ("Looked for hosts", select(Search.at).where(Search.by_id == user_id)),
        ("Asked for a pairing", select(Request.made_at).where(Request.by_id == user_id)),
        (
            "Answered or withdrew a request",
            select(Request.ended_at).where(Request.answered_by_id == user_id),
        ),
        ("Laid down a rule", select(PairingRule.made_at).where(PairingRule.by_id == user_id)),
        (
            "Changed the weights",
            select(WeightsVersion.made_at).where(WeightsVersion.by_id == user_id),
        ),
        ("Opened a round", select(Round.made_at).where(Round.by_id == user_id)),
    ):
        steps += [(what, at) for at in session.scalars(query)]
    rows: list[Mapping[str, Value]] = [
        {"what": what, "when": at}  # type: ignore[dict-item]  # moments, all of them
        for what, at in sorted(steps, key=lambda step: str(step[1]))
    ]
    return Section("pairing", "What you did about pairing", {"what": "What", "when": "When"}, rows)


def register(parts: Parts) -> None:
    """Let a copy of one's own data hold it too."""
    parts.register("what you did about the pairing of authorities (not with which)", done)
