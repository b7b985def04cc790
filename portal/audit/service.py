"""Writing to the record. Each action declares exactly the details it carries."""

from typing import Any

from sqlalchemy.orm import Session

from portal.audit.models import AuditEntry
from portal.core import clock
from portal.core.permissions import Actor

ACTIONS: dict[str, frozenset[str]] = {
    "account.created": frozenset({"roles"}),
    "document.downloaded": frozenset({"format"}),
    "document.withdrawn": frozenset(),
    "library.imported": frozenset({"added", "changed", "unchanged"}),
    "register.imported": frozenset({"added", "changed", "unchanged"}),
    "session.ended": frozenset({"reason"}),
    "session.started": frozenset(),
    "sign-in.failed": frozenset({"reason"}),
}
"""Every action that can be on record, with the keys of its details."""

COMMAND_LINE = Actor(name="command line")


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
