"""A forgotten password: a link by e-mail, once, for an hour, to choose a new one.

The page that asks for a link does not look whether there is an account: it counts the try and
leaves the rest to the worker, so that its answer, and how long it takes, cannot tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts import passwords, throttle
from portal.accounts.models import PasswordLink, SignInAttempt, User
from portal.accounts.password_change import after_change, end_links
from portal.accounts.service import may_be_used
from portal.audit import service as audit
from portal.core import clock, jobs, links
from portal.core.config import Settings
from portal.core.database import db, reading, short_transaction
from portal.core.errors import Gone
from portal.core.mail import Words, post
from portal.core.permissions import Actor
from portal.ui.filters import moment

LETTER = "password-link"
PURPOSE = "password"
FIND = "password.find-account"
"""The job behind a request; its argument `attempt_id` is the try that was counted."""
VALID = timedelta(hours=1)
MOST = 3
"""Letters to one account within `VALID`: a stranger who asks again and again fills no mailbox."""


@dataclass(frozen=True)
class Link:
    """A link that works, and whose it is."""

    id: int
    user_id: int
    email: str
    name: str


# ---- Asking for a link


def ask(session: Session, *, email: str, address: str) -> None:
    """Note that somebody wants a link. Raises `TooManyAttempts`.

    It is the same work whoever asks and for whatever address.
    """
    attempt = throttle.count(throttle.PASSWORD_LINK, email=email, address=address)
    jobs.enqueue(session, FIND, arguments={"attempt_id": attempt.id})


def find_account(attempt_id: int) -> None:
    """Write to the person whose address was typed, if there is one: the worker's part of it.

    The try holds only a keyed hash, so each address of an account is hashed and compared.
    """
    with reading(), db.sessionmaker() as session:
        attempt = session.get(SignInAttempt, attempt_id)
        people = session.execute(select(User.id, User.email)).all() if attempt else []
    for user_id, email in people:
        if attempt and throttle.keyed(throttle.PASSWORD_LINK, email) == attempt.account_hash:
            with short_transaction() as session:
                _write_to(session, user_id, asked_at=attempt.at)
            return


def _write_to(session: Session, user_id: int, asked_at: datetime) -> None:
    # of two that do this at once, the second one sees the link of the first
    user = session.get(User, user_id, with_for_update={"key_share": True})
    if user is None or not user.active or not may_be_used(user):
        return
    now = clock.now()
    of_user = PasswordLink.user_id == user.id
    made = session.scalars(
        select(PasswordLink.created_at).where(of_user, PasswordLink.created_at > now - VALID)
    ).all()
    # a later letter answers this try too, as when the work is done twice
    if len(made) >= MOST or any(made_at >= asked_at for made_at in made):
        return
    end_links(session, user.id)
    link = PasswordLink(
        user_id=user.id, nonce=links.new_nonce(), created_at=now, expires_at=now + VALID
    )
    session.add(link)
    session.flush()
    post(session, kind=LETTER, to=user.email, user_id=user.id, context={"link_id": link.id})
    audit.record(
        session,
        actor=Actor(),
        action="password.link-sent",
        object_type="account",
        object_id=str(user.id),
    )


def _token(link: PasswordLink, user: User) -> str:
    """Return what the link carries; an account whose e-mail address has changed has no link."""
    return links.token(PURPOSE, link.id, f"{link.nonce}:{user.email}")


def write(session: Session, context: Mapping[str, Any]) -> Words | None:
    """Write the letter; none when the link was used, is too old, or a later one has been made."""
    settings: Settings = current_app.extensions["settings"]
    link = session.get(PasswordLink, context["link_id"])
    if link is None or link.used_at or link.expires_at <= clock.now():
        return None
    user = session.get_one(User, link.user_id)
    return Words(
        subject="Choose a new password",
        text=f"""\
Somebody, probably you, has said that they forgot the password of your account.

To choose a new one, open this link before {moment(link.expires_at)}. It works once:

{settings.address}/choose-password?t={_token(link, user)}

If it was not you, you need not do anything: your password stays as it is. Please tell the people \
who run the service if this happens again.
""",
    )


# ---- Using it


def find(given: str) -> Link:
    """Return the link that a token stands for. Raises `Gone` when it does not work, or no more."""
    row_id = links.row_of(given)
    with reading(), db.sessionmaker() as session:
        link = session.get(PasswordLink, row_id) if row_id is not None else None
        if link is None or link.used_at or link.expires_at <= clock.now():
            raise Gone
        user = session.get_one(User, link.user_id)
        right = links.matches(given, PURPOSE, link.id, f"{link.nonce}:{user.email}")
        if not right or not user.active or not may_be_used(user):
            raise Gone
        return Link(link.id, user.id, user.email, user.name)


def use(session: Session, *, link: Link, password: str) -> None:
    """Give a person the password that they chose by a link, and end their sessions.

    Raises `Gone` when the link has been used meanwhile, `DomainError` for a password that is not
    taken. The slow part of it comes before the transaction begins.
    """
    passwords.check(password, email=link.email, name=link.name)
    hashed = passwords.hash_password(password)
    with session.begin_nested():  # what is refused leaves the link as it was
        _use(session, link, hashed)
    person = Actor(id=link.user_id, name=link.name)
    after_change(session, actor=person, email=link.email)
    audit.record(
        session,
        actor=person,
        action="password.reset",
        object_type="account",
        object_id=str(link.user_id),
    )


def _use(session: Session, link: Link, hashed: str) -> None:
    # the account first, as whoever makes a link does, so that nobody waits in a circle
    session.execute(select(User.id).where(User.id == link.user_id).with_for_update(key_share=True))
    # one statement: of two that use the link at once, one finds it used
    claimed = session.scalar(
        update(PasswordLink)
        .where(
            PasswordLink.id == link.id,
            PasswordLink.used_at.is_(None),
            PasswordLink.expires_at > clock.now(),
        )
        .values(used_at=clock.now())
        .returning(PasswordLink.id)
        .execution_options(synchronize_session=False)
    )
    kept = claimed and session.scalar(
        update(User)
        .where(User.id == link.user_id, User.email == link.email, User.active)
        .values(password_hash=hashed)
        .returning(User.id)
        .execution_options(synchronize_session=False)
    )
    if not kept:
        raise Gone
