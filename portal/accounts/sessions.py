"""Sessions of a person: which there are, and ending them."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.accounts.models import UserSession
from portal.audit import service as audit
from portal.core import clock
from portal.core.permissions import Actor


def end_all(
    session: Session, *, actor: Actor, user_id: int, reason: str, keep: int | None = None
) -> int:
    """End the sessions of a person, but for the one to `keep`; return how many were ended."""
    ended = session.scalars(
        update(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.ended_at.is_(None),
            UserSession.id != (keep or 0),
        )
        .values(ended_at=clock.now())
        .returning(UserSession.id)
        .execution_options(synchronize_session=False)
    ).all()
    if ended:
        audit.record(
            session,
            actor=actor,
            action="sessions.ended",
            object_type="account",
            object_id=str(user_id),
            details={"reason": reason, "number": len(ended)},
        )
    return len(ended)
