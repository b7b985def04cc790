"""Changing a password, and what ends with the old one."""

from collections.abc import Mapping
from typing import Any

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts import notices, passwords, sessions, throttle
from portal.accounts.models import PasswordLink, User
from portal.accounts.service import SignedIn
from portal.audit import service as audit
from portal.core import clock, mail
from portal.core.config import Settings
from portal.core.database import db, reading
from portal.core.errors import Conflict, DomainError, Gone
from portal.core.mail import Words
from portal.core.permissions import Actor

CHANGED = "password.changed"
"""The notice to a person whose password is another one."""
LETTER = "password-changed"
"""The letter that says the same, whatever e-mail they chose to get."""


def change(session: Session, *, person: SignedIn, present: str, new: str) -> SignedIn:
    """Give a person the password that they chose; return them with a new token for their session.

    The present password must be known to be right (`service.knows_password`). Their other sessions
    end. Raises `DomainError` for a password that is not taken, `Conflict` when another one was
    chosen meanwhile, `Gone` when this session was ended. The slow part comes before the transaction
    begins.
    """
    user_id = person.actor.id or 0
    if passwords.same(present, new):
        raise DomainError("Choose a password other than your present one")
    passwords.check(new, email=person.email, name=person.actor.name)
    hashed = passwords.hash_password(new)
    with reading(), db.sessionmaker() as own:
        known = own.scalar(select(User.password_hash).where(User.id == user_id))
    # looked at once more: what is replaced below is the very hash that it was right for
    if not passwords.matches(present, known):
        raise Conflict
    with session.begin_nested():
        kept = session.scalar(
            update(User)
            .where(User.id == user_id, User.password_hash == known, User.active)
            .values(password_hash=hashed)
            .returning(User.id)
            .execution_options(synchronize_session=False)
        )
        if kept is None:
            raise Conflict
        renewed = sessions.renew(session, person=person)
        if renewed is None:
            raise Gone
    after_change(session, actor=person.actor, email=person.email, keep=person.session_id)
    audit.record(
        session,
        actor=person.actor,
        action="password.changed",
        object_type="account",
        object_id=str(user_id),
    )
    return renewed


def after_change(session: Session, *, actor: Actor, email: str, keep: int | None = None) -> None:
    """End what the old password opened: links and sessions, but for the one to `keep`; say so."""
    user_id = actor.id or 0
    end_links(session, user_id)
    sessions.end_all(session, actor=actor, user_id=user_id, reason="password changed", keep=keep)
    throttle.forgive_all(session, email=email)
    notices.notify(session, user_ids=[user_id], kind=CHANGED, by_letter=True)
    mail.post(session, kind=LETTER, to=email, user_id=user_id)


def write(session: Session, context: Mapping[str, Any]) -> Words:
    """Write the letter about a changed password: whoever did not do it has to know at once."""
    settings: Settings = current_app.extensions["settings"]
    return Words(
        subject="Your password was changed",
        text=f"""\
The password of your account was changed, and you were signed out everywhere else.

If it was you, you need not do anything. If it was not you, choose a new password now: \
{settings.address}/forgotten-password

Then tell the people who run the service: {settings.address}/contact
""",
    )


def end_links(session: Session, user_id: int) -> None:
    """End the links by which a person could choose a password."""
    session.execute(
        update(PasswordLink)
        .where(PasswordLink.user_id == user_id, PasswordLink.used_at.is_(None))
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
