"""Writing to the record. Each action declares exactly the details it carries."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.audit.models import AuditEntry
from portal.core import clock
from portal.core.permissions import Actor

ACTIONS: dict[str, frozenset[str]] = {
    "access.explained": frozenset({"document"}),
    "account.closed": frozenset(),
    "account.created": frozenset({"roles"}),
    "account.erased": frozenset(),
    "account.exported": frozenset(),
    "account.resumed": frozenset(),
    "account.suspended": frozenset(),
    "assessment.closed": frozenset({"wave"}),
    "assessment.links-made": frozenset({"wave", "links"}),
    "assessment.opened": frozenset({"wave", "shared"}),
    "document.downloaded": frozenset({"format"}),
    "document.law-checked": frozenset(),
    "document.owner-set": frozenset(),
    "document.published": frozenset({"version"}),
    "document.read-again": frozenset(),
    "document.removed": frozenset(),
    "document.superseded": frozenset(),
    "document.withdrawn": frozenset(),
    "domains.changed": frozenset({"added", "removed"}),
    "email.changed": frozenset(),
    "instrument.saved": frozenset(),
    "instrument.superseded": frozenset({"documents"}),
    "invitation.accepted": frozenset({"role", "authority", "own_address"}),
    "invitation.resent": frozenset(),
    "invitation.sent": frozenset({"role", "authority"}),
    "invitation.withdrawn": frozenset(),
    "job.retried": frozenset({"name"}),
    "library.imported": frozenset({"added", "changed", "unchanged"}),
    "manuscript.changes-asked": frozenset({"remarks"}),
    "manuscript.dropped": frozenset(),
    "manuscript.finding-answered": frozenset({"answer"}),
    "manuscript.followed": frozenset(),
    "manuscript.handed-over": frozenset(),
    "manuscript.moved": frozenset({"stage"}),
    "manuscript.signed-off": frozenset({"kind"}),
    "manuscript.stands-alone": frozenset(),
    "manuscript.started": frozenset({"type"}),
    "manuscript.submitted": frozenset(),
    "manuscript.upload": frozenset({"state"}),
    "pairing.accepted": frozenset(),
    "pairing.agreed": frozenset(),
    "pairing.asked": frozenset(),
    "pairing.ended": frozenset(),
    "pairing.expired": frozenset(),
    "pairing.looked": frozenset({"cards"}),
    "pairing.planned": frozenset(),
    "pairing.refused": frozenset(),
    "pairing.renewed": frozenset(),
    "pairing.round-opened": frozenset(),
    "pairing.round-run": frozenset({"method"}),
    "pairing.round-sent": frozenset({"proposals"}),
    "pairing.round-stopped": frozenset(),
    "pairing.ruled": frozenset({"kind"}),
    "pairing.weighed": frozenset({"version"}),
    "pairing.withdrawn": frozenset(),
    "password.changed": frozenset(),
    "password.link-sent": frozenset(),
    "password.reset": frozenset(),
    "people.confirmed": frozenset({"people"}),
    "profile.changed": frozenset({"origin", "questions"}),
    "profile.confirmed": frozenset(),
    "position.signed": frozenset({"stated"}),
    "register.imported": frozenset({"added", "changed", "unchanged"}),
    "retention.applied": frozenset({"removed"}),
    "role.ended": frozenset({"role", "authority", "reason"}),
    "role.given": frozenset({"role", "authority"}),
    "role.resumed": frozenset({"role", "authority"}),
    "role.suspended": frozenset({"role", "authority"}),
    "session.ended": frozenset({"reason"}),
    "session.started": frozenset(),
    "sessions.ended": frozenset({"reason", "number"}),
    "sign-in.failed": frozenset({"reason"}),
}
"""Every action that can be on record, with the keys of its details."""

COMMAND_LINE = Actor(name="command line")
WORKER = Actor(name="worker")
ERASED = "Erased person"
"""Stands for the name of somebody who has been erased; nothing else of an entry ever changes."""


def record(
    session: Session,
    *,
    actor: Actor,
    action: str,
    object_type: str,
    object_id: str,
    outcome: str = "done",
    details: dict[str, Any] | None = None,
) -> None:
    """Add an entry to `session`; it is kept or lost together with the change it speaks of.

    Raises `ValueError` for an action that is not declared or details that are not its own.
    """
    details = details or {}
    if action not in ACTIONS:
        raise ValueError(f"{action} is not a declared action")
    if details.keys() != ACTIONS[action]:
        raise ValueError(f"{action} carries {sorted(ACTIONS[action])}, not {sorted(details)}")
    session.add(
        AuditEntry(
            at=clock.now(),
            actor_id=actor.id,
            actor_name=actor.name,
            action=action,
            object_type=object_type,
            object_id=object_id,
            outcome=outcome,
            details=details,
        )
    )
    session.flush()


def erase_name(session: Session, *, actor_id: int) -> None:
    """Take a person's name out of the record of what they did; the rest of it stays."""
    session.execute(
        update(AuditEntry)
        .where(AuditEntry.actor_id == actor_id, AuditEntry.actor_name != ERASED)
        .values(actor_name=ERASED)
        .execution_options(synchronize_session=False)
    )
