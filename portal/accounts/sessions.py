"""Sessions of a person: which there are, how long they last, and ending them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import UserSession
from portal.accounts.service import SignedIn, hash_of, new_token
from portal.audit import service as audit
from portal.core import clock
from portal.core.config import Settings
from portal.core.errors import NotFound
from portal.core.permissions import Actor

WARN = 5 * 60  # seconds
UNKNOWN_BROWSER = "A browser that we don’t know"


@dataclass(frozen=True)
class Open:
    """A session that has not ended."""

    id: int
    browser: str
    since: datetime
    last_used: datetime
    present: bool
    """The one that asks."""


@dataclass(frozen=True)
class Left:
    """How long a session lasts yet, in seconds."""

    idle: int
    """Until it ends unless it is used."""
    at_most: int
    """Until it ends however much it is used."""
    warn: int
    """How long before either a page says so."""


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _open(user_id: int) -> Select[UserSession]:
    now, settings = clock.now(), _settings()
    return select(UserSession).where(
        UserSession.user_id == user_id,
        UserSession.ended_at.is_(None),
        UserSession.last_seen_at > now - timedelta(minutes=settings.session_idle_minutes),
        UserSession.created_at > now - timedelta(hours=settings.session_hours),
    )


def of(session: Session, *, person: SignedIn) -> list[Open]:
    """Return the sessions in which a person is signed in: the present one, then the last used."""
    found = [
        Open(
            id=row.id,
            browser=row.browser or UNKNOWN_BROWSER,
            since=row.created_at,
            last_used=row.last_seen_at,
            present=row.id == person.session_id,
        )
        for row in session.scalars(
            _open(person.actor.id or 0).order_by(UserSession.last_seen_at.desc(), UserSession.id)
        )
    ]
    return sorted(found, key=lambda one: not one.present)


def left(session: Session, *, person: SignedIn) -> Left:
    """Return how long the person's present session lasts."""
    row = session.get_one(UserSession, person.session_id)
    now, settings = clock.now(), _settings()
    idle = row.last_seen_at + timedelta(minutes=settings.session_idle_minutes) - now
    at_most = row.created_at + timedelta(hours=settings.session_hours) - now
    return Left(
        idle=max(0, int(idle.total_seconds())),
        at_most=max(0, int(at_most.total_seconds())),
        warn=min(WARN, settings.session_idle_minutes * 60 // 3),
    )


def extend(session: Session, *, person: SignedIn) -> None:
    """Note that the person uses their present session."""
    session.execute(
        update(UserSession)
        .where(UserSession.id == person.session_id, UserSession.ended_at.is_(None))
        .values(last_seen_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def renew(session: Session, *, person: SignedIn) -> SignedIn | None:
    """Give the person's present session another token; `None` when it has ended.

    A copy of the earlier one opens nothing any more.
    """
    token = new_token()
    kept = session.scalar(
        update(UserSession)
        .where(UserSession.id == person.session_id, UserSession.ended_at.is_(None))
        .values(token_hash=hash_of(token))
        .returning(UserSession.id)
        .execution_options(synchronize_session=False)
    )
    return None if kept is None else replace(person, token=token)


def end_one(session: Session, *, person: SignedIn, session_id: int) -> None:
    """End one of the person's own sessions. Raises `NotFound` for any other."""
    ended = session.scalar(
        update(UserSession)
        .where(
            UserSession.id == session_id,
            UserSession.user_id == person.actor.id,
            UserSession.ended_at.is_(None),
        )
        .values(ended_at=clock.now())
        .returning(UserSession.id)
        .execution_options(synchronize_session=False)
    )
    if ended is None:
        raise NotFound
    audit.record(
        session,
        actor=person.actor,
        action="session.ended",
        object_type="session",
        object_id=str(session_id),
        details={"reason": "ended by the person"},
    )


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
