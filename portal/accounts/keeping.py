"""How long records of people can be kept."""

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.accounts import leaving
from portal.accounts.models import (
    Invitation,
    Notice,
    PasswordLink,
    SignInAttempt,
    User,
    UserSession,
)
from portal.audit.service import WORKER
from portal.core.retention import Rule, Rules, rows

_ERASED_AT_ONCE = 20
"""Accounts that one transaction erases: each touches many tables."""


def register(rules: Rules) -> None:
    """Register the rules."""
    rules.register(
        Rule(
            "accounts.closed",
            label="Closed accounts",
            what="The name, the e-mail address and what else is left of the account",
            since="after it was closed; then the name goes from every other record too",
            count=_closed,
            remove=_erase,
        )
    )
    rules.register(
        rows(
            "accounts.sessions",
            UserSession,
            # one that nobody used for a day has ended, whether it says so or not
            lambda before: or_(UserSession.ended_at < before, UserSession.last_seen_at < before),
            label="Sessions",
            what="When a person was signed in, and with what kind of browser",
            since="after the end of the session",
        )
    )
    rules.register(
        rows(
            "accounts.attempts",
            SignInAttempt,
            lambda before: SignInAttempt.at < before,
            label="Attempts to sign in or to get a new password",
            what="The e-mail address that was typed and the network address, both scrambled so "
            "that they can’t be read",
            since="after the attempt",
        )
    )
    rules.register(
        rows(
            "accounts.password-links",
            PasswordLink,
            lambda before: func.coalesce(PasswordLink.used_at, PasswordLink.expires_at) < before,
            label="Links to choose a new password",
            what="When one was asked for and used",
            since="after it was used, or ran out",
        )
    )
    rules.register(
        rows(
            "accounts.invitations",
            Invitation,
            lambda before: (
                func.coalesce(
                    Invitation.accepted_at, Invitation.withdrawn_at, Invitation.expires_at
                )
                < before
            ),
            label="Invitations",
            what="The e-mail address, the role and the authority",
            since="after it was accepted or withdrawn, or ran out",
        )
    )
    rules.register(
        rows(
            "accounts.notices",
            Notice,
            lambda before: func.coalesce(Notice.read_at, Notice.created_at) < before,
            label="Notices",
            what="What the service told a person",
            since="after it was read, or told where nobody has read it",
        )
    )


def _closed(session: Session, before: datetime) -> int:
    query = select(func.count()).select_from(User).where(User.closed_at < before)
    return session.scalar(query) or 0


def _erase(session: Session, before: datetime, most: int) -> int:
    query = select(User.id).where(User.closed_at < before).order_by(User.id)
    ids = session.scalars(query.limit(min(most, _ERASED_AT_ONCE))).all()
    for id_ in ids:
        leaving.erase(session, actor=WORKER, user_id=id_)
    return len(ids)
