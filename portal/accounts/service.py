"""Rules of accounts: creating them, signing in and out, the session behind a request."""

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Row, and_, bindparam, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from portal.accounts import passwords, throttle
from portal.accounts.models import RoleAssignment, User, UserSession
from portal.audit import service as audit
from portal.authorities.models import Authority
from portal.core import clock
from portal.core.config import Settings
from portal.core.database import db, may_write, reading, short_transaction
from portal.core.errors import Conflict, DomainError, TooManyAttempts
from portal.core.mail_settings import is_address
from portal.core.permissions import Actor
from portal.core.roles import OF_AN_AUTHORITY, Role

TOUCH_EVERY = timedelta(minutes=1)
DEMONSTRATION_PASSWORD = "for trying this out"  # noqa: S105 (published on the page it opens)


@dataclass(frozen=True)
class SignedIn:
    """The person behind a request, in the form that Flask-Login asks for."""

    token: str
    session_id: int
    email: str
    actor: Actor
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """Return the session's token: ending the session ends the sign-in."""
        return self.token


@dataclass(frozen=True)
class Membership:
    """A role in words, with the authority's name where it belongs to one."""

    role: str
    authority: str | None
    suspended: bool = False


def clean_email(email: str) -> str:
    """Return an e-mail address as accounts keep it. Raises `DomainError` for what is none."""
    email = email.strip().lower()
    if len(email) > 254 or not is_address(email):
        raise DomainError("Enter an e-mail address in the form name@example.gov.uk")
    return email


def create(
    session: Session,
    *,
    actor: Actor,
    email: str,
    name: str,
    password: str,
    roles: list[tuple[Role, int | None]],
    demonstration: bool = False,
) -> User:
    """Create an account with roles, each with the id of its authority or `None`.

    Raises `DomainError` for an address, name, password or role that cannot be, `Conflict` when the
    address has an account already.
    """
    hashed = hash_for(email=email, name=name, password=password)
    return open_account(
        session,
        actor=actor,
        email=email,
        name=name,
        password_hash=hashed,
        roles=roles,
        demonstration=demonstration,
    )


def hash_for(*, email: str, name: str, password: str) -> str:
    """Check what a person wants to be known by, and return the hash of their password.

    This takes a while: call it before a transaction begins to write. Raises `DomainError`.
    """
    email = clean_email(email)
    if not name.strip() or len(name) > 200:
        raise DomainError("Enter a name of at most 200 characters")
    passwords.check(password, email=email, name=name)
    return passwords.hash_password(password)


def open_account(
    session: Session,
    *,
    actor: Actor,
    email: str,
    name: str,
    password_hash: str,
    roles: list[tuple[Role, int | None]],
    demonstration: bool = False,
) -> User:
    """Create an account with a hash that `hash_for` gave; raises as `create` does."""
    email = clean_email(email)
    for role, authority in roles:
        if (role in OF_AN_AUTHORITY) != (authority is not None):
            raise DomainError(f"A {role.label.lower()} and an authority do not go together")
    user = User(
        email=email,
        name=name.strip(),
        password_hash=password_hash,
        created_at=clock.now(),
        demonstration=demonstration,
        roles=[
            RoleAssignment(role=role, authority_id=authority, given_at=clock.now())
            for role, authority in roles
        ],
    )
    try:
        with session.begin_nested():
            session.add(user)
            session.flush()
    except IntegrityError as error:
        raise Conflict(f"{email} has an account already") from error
    audit.record(
        session,
        actor=actor,
        action="account.created",
        object_type="account",
        object_id=str(user.id),
        details={"roles": sorted(role for role, _ in roles)},
    )
    return user


def sign_in(
    *, email: str, password: str, address: str, browser: str | None = None
) -> SignedIn | None:
    """Check a password and begin a session; `None` when they do not go together.

    `browser` is its kind in words, by which the person knows the session again.

    The answer and its cost are the same for an unknown address, a wrong password and a suspended
    account. Attempts are counted before the password is looked at, in a transaction of their own.
    Raises `TooManyAttempts`.
    """
    email = email.strip().lower()
    attempt = _count(email, address)
    with reading(), db.sessionmaker() as session:
        user = session.scalar(select(User).where(User.email == email))
    usable = user is not None and user.active and may_be_used(user)
    if not passwords.matches(password, user.password_hash if user and usable else None):
        reason = "password" if usable else "no usable account"
        _record_refusal(str(user.id) if user else "unknown", reason)
        return None
    assert user is not None  # noqa: S101 (only a known account's hash can match)
    stale = passwords.needs_rehash(user.password_hash)
    rehashed = passwords.hash_password(password) if stale else None
    if not _still(db.session, user):
        db.session.rollback()
        _record_refusal(str(user.id), "changed meanwhile")
        return None
    throttle.forgive(db.session, attempt)
    if rehashed:
        replace = update(User).where(User.id == user.id).values(password_hash=rehashed)
        db.session.execute(replace)
    return begin(db.session, user=user, browser=browser)


def _still(session: Session, user: User) -> bool:
    """Tell whether the password that was checked still is the account's, and hold that so.

    The check takes a while, in which the password may have been changed or the person suspended.
    """
    same = select(User.id).where(
        User.id == user.id, User.password_hash == user.password_hash, User.active
    )
    return session.scalar(same.with_for_update(key_share=True)) is not None


def knows_password(person: SignedIn, *, password: str, address: str) -> bool:
    """Tell whether somebody who is signed in knows the password, before they do what is final.

    Guesses are counted with those at the sign-in page: a browser that was left open lets nobody try
    for long. Ask before the request writes anything, since this takes a while. Raises
    `TooManyAttempts`.
    """
    attempt = _count(person.email, address)
    with reading(), db.sessionmaker() as session:
        known = session.scalar(select(User.password_hash).where(User.id == person.actor.id))
    if not passwords.matches(password, known):
        _record_refusal(str(person.actor.id), "password")
        return False
    with short_transaction() as session:
        throttle.take_back(session, attempt)
    return True


def _count(email: str, address: str) -> throttle.Attempt:
    """Count a try to sign in. Raises `TooManyAttempts`, and puts that on record."""
    try:
        return throttle.count(throttle.SIGN_IN, email=email, address=address)
    except TooManyAttempts:
        _record_refusal("unknown", "too many attempts")
        raise


def _record_refusal(account: str, reason: str) -> None:
    with short_transaction() as session:
        audit.record(
            session,
            actor=Actor(),
            action="sign-in.failed",
            object_type="account",
            object_id=account,
            outcome="refused",
            details={"reason": reason},
        )


def may_be_used(user: User) -> bool:
    """Demonstration accounts have published passwords: they open nothing elsewhere."""
    settings: Settings = current_app.extensions["settings"]
    return settings.demonstration or not user.demonstration


def new_token() -> str:
    """Return what a browser holds to be let in: 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """Return what is kept of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(session: Session, *, user: User, browser: str | None) -> SignedIn:
    """Begin a session of somebody of whom it is known that it is they; `sign_in` asks for that.

    `browser` is its kind in words.
    """
    now = clock.now()
    token = new_token()
    row = UserSession(
        token_hash=hash_of(token),
        user_id=user.id,
        created_at=now,
        last_seen_at=now,
        browser=browser,
    )
    session.add(row)
    session.flush()
    actor = Actor(id=user.id, name=user.name)
    audit.record(
        session,
        actor=actor,
        action="session.started",
        object_type="session",
        object_id=str(row.id),
    )
    return SignedIn(token=token, session_id=row.id, email=user.email, actor=actor)


USABLE = and_(User.active, User.demonstration <= bindparam("demonstration"))
"""The condition on an account that opens anything here; see `usable_here`."""
HELD = (RoleAssignment.user_id == User.id) & RoleAssignment.suspended_at.is_(None)
"""Joins an account's roles to it that are not suspended."""
_PERSON = (User.id.label("user_id"), User.name, RoleAssignment.role, RoleAssignment.authority_id)
"""What `_actor` is made from."""

_SESSION = (
    select(UserSession.id, UserSession.last_seen_at, User.email, *_PERSON)
    .join(User, User.id == UserSession.user_id)
    .outerjoin(RoleAssignment, HELD)
    .where(
        UserSession.token_hash == bindparam("token_hash"),
        UserSession.ended_at.is_(None),
        UserSession.last_seen_at > bindparam("seen_after"),
        UserSession.created_at > bindparam("created_after"),
        USABLE,
    )
)
"""The session behind a request, built once: every request asks it."""


def usable_here() -> dict[str, bool]:
    """Return the parameters of `USABLE`: demonstration accounts open nothing elsewhere."""
    settings: Settings = current_app.extensions["settings"]
    return {"demonstration": settings.demonstration}


def _actor(rows: Sequence[Row[*tuple[Any, ...]]]) -> Actor:
    return Actor(
        id=rows[0].user_id,
        name=rows[0].name,
        roles=frozenset(row.role.value for row in rows if row.role),
        memberships=frozenset(
            (row.role.value, row.authority_id) for row in rows if row.role and row.authority_id
        ),
    )


def actor_of(session: Session, user_id: int) -> Actor | None:
    """Return who a person would be to the rules when signed in; `None` when nobody lets them in."""
    query = select(*_PERSON).outerjoin(RoleAssignment, HELD).where(User.id == user_id, USABLE)
    rows = session.execute(query, usable_here()).all()
    return _actor(rows) if rows else None


def load(token: str, *, touch: bool = True) -> SignedIn | None:
    """Return the person whose session `token` belongs to, or `None` when it has ended.

    A session ends by itself when idle or too old (settings), and with the account's suspension.
    To `touch` it says that somebody uses it, so that it is not idle.
    """
    settings: Settings = current_app.extensions["settings"]
    now = clock.now()
    limits = {
        "token_hash": hash_of(token),
        "seen_after": now - timedelta(minutes=settings.session_idle_minutes),
        "created_after": now - timedelta(hours=settings.session_hours),
    } | usable_here()
    # where the request may write, a session of its own: SQLite's lock must not be held from here on
    own = db.sessionmaker() if may_write() else nullcontext(db.session)
    with reading(), own as session:
        # on the connection: there are no objects to keep, and every request pays for it
        rows = session.connection().execute(_SESSION, limits).all()
    if not rows:
        return None
    first = rows[0]
    if touch and now - first.last_seen_at > TOUCH_EVERY:
        _touch(first.id)
    return SignedIn(token=token, session_id=first.id, email=first.email, actor=_actor(rows))


def was_of(token: str | None, person: SignedIn) -> bool:
    """Tell whether a session, which may have ended, was the person's."""
    with reading(), db.sessionmaker() as session:
        query = select(UserSession.user_id).where(UserSession.token_hash == hash_of(token or ""))
        return session.scalar(query) == person.actor.id


def _touch(session_id: int) -> None:
    change = update(UserSession).where(UserSession.id == session_id)
    # a reader doesn't wait for a writer: the next request touches again
    with suppress(OperationalError), short_transaction(patience=0) as session:
        session.execute(change.values(last_seen_at=clock.now()))


def sign_out(session: Session, *, person: SignedIn) -> None:
    """End the person's present session."""
    session.execute(
        update(UserSession)
        .where(UserSession.id == person.session_id, UserSession.ended_at.is_(None))
        .values(ended_at=clock.now())
    )
    audit.record(
        session,
        actor=person.actor,
        action="session.ended",
        object_type="session",
        object_id=str(person.session_id),
        details={"reason": "signed out"},
    )


def memberships(session: Session, user_id: int) -> list[Membership]:
    """Return the person's roles in words, each with its authority."""
    rows = session.execute(
        select(RoleAssignment.role, Authority.name, RoleAssignment.suspended_at)
        .outerjoin(Authority, Authority.id == RoleAssignment.authority_id)
        .where(RoleAssignment.user_id == user_id)
        .order_by(RoleAssignment.id)
    )
    return [Membership(role.label, authority, at is not None) for role, authority, at in rows]


def give_published_password(session: Session) -> None:
    """Let the demonstration's people sign in with the published password, whatever theirs is."""
    for user in session.scalars(select(User).where(User.demonstration)):
        if not passwords.matches(DEMONSTRATION_PASSWORD, user.password_hash):
            user.password_hash = passwords.hash_password(DEMONSTRATION_PASSWORD)
    session.flush()


def demonstration_people(session: Session) -> list[tuple[User, list[Membership]]]:
    """Return the demonstration's accounts in the order they were made, each with its roles."""
    people = session.scalars(select(User).where(User.demonstration).order_by(User.id)).all()
    return [(person, memberships(session, person.id)) for person in people]
