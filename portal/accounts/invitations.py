"""Invitations: who is asked in, by whom, to what; taken up once, through a link that was mailed.

Nobody signs up unasked. A link proves that its bearer reads the mail of the invited address; it
expires, is ended by withdrawing the invitation or sending it again, and works once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts import domains, leaving, service, sessions
from portal.accounts.models import Invitation, RoleAssignment, Sector, User
from portal.accounts.policy import may_invite, may_withdraw
from portal.audit import service as audit
from portal.authorities.models import Authority
from portal.core import clock, links, mail
from portal.core.config import Settings
from portal.core.database import db, reading
from portal.core.errors import Conflict, DomainError, Gone, NotAllowed, NotFound
from portal.core.mail import Words
from portal.core.permissions import Actor
from portal.core.roles import Role

LETTER = "invitation"
MOVED = "address-changed"
"""The letter to the former address of somebody who has moved."""
PURPOSE = "invitation"
DAYS = 7
"""How long an invitation can be taken up."""
_BY_INVITATION = Actor(name="invitation")
_NATIONAL = "the Department for Education’s curators"


class NotToBeChanged(Conflict):
    """An invitation that is no longer waiting; `why` is `accepted`, `withdrawn` or `domain`."""

    def __init__(self, why: str) -> None:
        super().__init__(f"This invitation can’t be changed: {why}")
        self.why = why


class NationalElsewhere(DomainError):
    """A curator or an administrator stays at an address of theirs."""


@dataclass(frozen=True)
class Offer:
    """What an invitation is to, in words for whoever opens its link."""

    id: int
    email: str
    role: Role
    authority_id: int | None
    authority: str | None
    expires_at: datetime
    has_account: bool
    """Whether the invited address is that of an account."""


@dataclass(frozen=True)
class Pending:
    """An invitation that has not been taken up, for the list of people."""

    id: int
    email: str
    role: Role
    sector: Sector | None
    created_at: datetime
    expires_at: datetime
    expired: bool


def invite(
    session: Session,
    *,
    actor: Actor,
    email: str,
    role: Role,
    authority_id: int | None,
    sector: Sector | None = None,
) -> Invitation:
    """Invite somebody to a role, and put the letter into the outbox.

    Raises `NotAllowed` for a role that `actor` does not give, `DomainError` for an address that
    cannot be invited, `Conflict` for somebody who is in or has been invited.
    """
    if not may_invite(actor, role, authority_id):
        raise NotAllowed("This role is given by others")
    email = service.clean_email(email)
    problem = problem_with(session, email=email, role=role, authority_id=authority_id)
    if problem is not None:
        raise problem
    now = clock.now()
    invitation = Invitation(
        email=email,
        role=role,
        authority_id=authority_id,
        sector=sector if role == Role.PARTNER_READER else None,
        nonce=links.new_nonce(),
        invited_by_id=actor.id,
        created_at=now,
        expires_at=now + timedelta(days=DAYS),
    )
    session.add(invitation)
    session.flush()
    _post(session, invitation)
    audit.record(
        session,
        actor=actor,
        action="invitation.sent",
        object_type="invitation",
        object_id=str(invitation.id),
        details={"role": role, "authority": authority_id},
    )
    return invitation


def problem_with(
    session: Session, *, email: str, role: Role, authority_id: int | None
) -> DomainError | None:
    """Return why an address cannot be invited to a role, in words; `None` when it can."""
    allowed = domains.of(session, authority_id)
    if not allowed:
        return DomainError(
            "No e-mail domain has been set for this authority yet. A curator sets it"
        )
    if not domains.covers(allowed, email):
        return DomainError(f"Enter an address that ends in {' or '.join(f'@{d}' for d in allowed)}")
    held = session.scalars(
        select(RoleAssignment)
        .join(User)
        .where(User.email == email, RoleAssignment.authority_id.is_not_distinct_from(authority_id))
    ).all()
    if any(one.suspended_at is not None for one in held):
        return Conflict("This person is suspended here. Let them back in instead")
    if any(one.role == role for one in held):
        return Conflict(f"This person already is a {role.label.lower()} here")
    query = select(Invitation.id).where(
        *_open(), Invitation.email == email, Invitation.role == role, _at(authority_id)
    )
    if session.scalars(query).first() is not None:
        return Conflict("This person has been invited already. Send the invitation again instead")
    return None


def _at(authority_id: int | None) -> Any:
    return Invitation.authority_id.is_not_distinct_from(authority_id)


def _untaken() -> tuple[Any, ...]:
    return (Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))


def _open() -> tuple[Any, ...]:
    return (*_untaken(), Invitation.expires_at > clock.now())


def _post(session: Session, invitation: Invitation) -> None:
    context = {"invitation_id": invitation.id, "nonce": _mark(invitation)}
    mail.post(session, kind=LETTER, to=invitation.email, context=context)


def _mark(invitation: Invitation) -> str:
    """Return what tells the letter of this sending from an earlier one's, and opens nothing."""
    return invitation.nonce[:8]


def pending(session: Session, authority_id: int | None) -> list[Pending]:
    """Return the invitations to an authority, or to the curators, that were not taken up."""
    query = (
        select(Invitation)
        .where(*_untaken(), _at(authority_id))
        .order_by(Invitation.created_at, Invitation.id)
    )
    now = clock.now()
    return [
        Pending(i.id, i.email, i.role, i.sector, i.created_at, i.expires_at, i.expires_at <= now)
        for i in session.scalars(query)
    ]


def known(session: Session, *, actor: Actor, invitation_id: int) -> Invitation:
    """Return an invitation that `actor` may take back. Raises `NotFound`, `NotAllowed`."""
    invitation = session.get(Invitation, invitation_id)
    if invitation is None:
        raise NotFound
    if not may_withdraw(actor, invitation.role, invitation.authority_id):
        raise NotAllowed
    return invitation


def managed(session: Session, *, actor: Actor, invitation_id: int) -> Invitation:
    """Return an open or expired invitation that `actor` may take back, held against others.

    Raises `NotFound`, `NotAllowed`, or `NotToBeChanged` when it was taken up or withdrawn.
    """
    invitation = known(session, actor=actor, invitation_id=invitation_id)
    session.refresh(invitation, with_for_update=True)  # whoever takes it up just now comes first
    if invitation.accepted_at is not None:
        raise NotToBeChanged("accepted")
    if invitation.withdrawn_at is not None:
        raise NotToBeChanged("withdrawn")
    return invitation


def withdraw(session: Session, *, actor: Actor, invitation_id: int) -> Invitation:
    """Take an invitation back: its link opens nothing from now on. Raises as `managed` does."""
    invitation = managed(session, actor=actor, invitation_id=invitation_id)
    invitation.withdrawn_at = clock.now()
    _record(session, actor, "invitation.withdrawn", invitation)
    return invitation


def withdraw_all(session: Session, *, actor: Actor, email: str, authority_id: int) -> None:
    """Take back whatever invites an address to an authority."""
    query = select(Invitation).where(
        *_untaken(), Invitation.email == email, Invitation.authority_id == authority_id
    )
    for invitation in session.scalars(query.with_for_update()).all():
        invitation.withdrawn_at = clock.now()
        _record(session, actor, "invitation.withdrawn", invitation)


def resend(session: Session, *, actor: Actor, invitation_id: int) -> Invitation:
    """Send an invitation again with a new link and a new term; earlier links end.

    Raises as `managed` does, also for an address whose domain is no longer allowed.
    """
    invitation = managed(session, actor=actor, invitation_id=invitation_id)
    if not may_invite(actor, invitation.role, invitation.authority_id):
        raise NotAllowed
    if not domains.covers(domains.of(session, invitation.authority_id), invitation.email):
        raise NotToBeChanged("domain")
    invitation.nonce = links.new_nonce()
    invitation.expires_at = clock.now() + timedelta(days=DAYS)
    session.flush()
    _post(session, invitation)
    _record(session, actor, "invitation.resent", invitation)
    return invitation


def _record(session: Session, actor: Actor, action: str, invitation: Invitation) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        object_type="invitation",
        object_id=str(invitation.id),
    )


# ---- Taking one up


def offered(token: str) -> Offer:
    """Return what a link offers. Raises `Gone` for one that opens nothing, and says why.

    Read in a session of its own: what follows may take a while before anything is written.
    """
    with reading(), db.sessionmaker() as session:
        invitation = _of_link(session, token)
        authority = session.get(Authority, invitation.authority_id or 0)
        # a closed account makes room: see `leaving.free_address`
        query = select(User.id).where(User.email == invitation.email, User.closed_at.is_(None))
        return Offer(
            invitation.id,
            invitation.email,
            invitation.role,
            invitation.authority_id,
            authority.name if authority else None,
            invitation.expires_at,
            session.scalars(query).first() is not None,
        )


def _of_link(session: Session, token: str) -> Invitation:
    invitation = session.get(Invitation, links.row_of(token) or 0)
    if invitation is None or not links.matches(token, PURPOSE, invitation.id, invitation.nonce):
        raise Gone("This link is not one of ours, or a newer one has been sent in its place.")
    if invitation.accepted_at is not None:
        raise Gone("This invitation has been accepted already. If that was you, sign in.")
    if invitation.withdrawn_at is not None:
        raise Gone("This invitation has been withdrawn by those who sent it.")
    if invitation.expires_at <= clock.now():
        raise Gone("This invitation has expired. Ask whoever sent it to send it again.")
    return invitation


def accept_anew(session: Session, *, token: str, name: str, password: str) -> User:
    """Open an account with the role that a link offers.

    Raises `Gone`; `Conflict` when the address has an account; `DomainError` for a name or a
    password that cannot be. The slow part comes before anything is written.
    """
    email = offered(token).email
    hashed = service.hash_for(email=email, name=name, password=password)
    with session.begin_nested():  # what is refused leaves the invitation open
        leaving.hold_address(session, email)
        invitation = _claim(session, token)
        leaving.free_address(session, email=email, invitation_id=invitation.id)
        user = service.open_account(
            session,
            actor=_BY_INVITATION,  # without the name, which could not be found to be erased
            email=email,
            name=name,
            password_hash=hashed,
            roles=[(invitation.role, invitation.authority_id)],
        )
        user.roles[0].sector = invitation.sector
        _record_acceptance(session, Actor(id=user.id, name=user.name), invitation, own=True)
    return user


def accept(
    session: Session, *, token: str, person: service.SignedIn, move: bool = False
) -> Invitation:
    """Give the role that a link offers to somebody who has an account.

    With `move` the invited address becomes the account's, and the roles in other authorities end:
    for a person who has changed their employer. It must be known to be them
    (`service.knows_password`), since whoever reads the mail of the address can then choose a new
    password. Raises `Gone`; `Conflict` where the invited address is another account's;
    `DomainError` for an address that the person's other roles do not allow.
    """
    with session.begin_nested():  # what is refused leaves the invitation open
        return _accept(session, token, person, move)


def _accept(session: Session, token: str, person: service.SignedIn, move: bool) -> Invitation:
    assert person.actor.id is not None  # noqa: S101 (only a signed-in person has a session)
    user = leaving.hold_account(session, person.actor.id)
    invitation = _claim(session, token)
    leaving.free_address(session, email=invitation.email, invitation_id=invitation.id)
    query = select(User.id).where(User.email == invitation.email, User.id != user.id)
    if session.scalars(query).first() is not None:
        raise Conflict(f"{invitation.email} has an account of its own: sign in with that one")
    if move:
        _move(session, user, person.actor, invitation)
    held = [r for r in user.roles if _same_place(r, invitation)]
    if not held:
        user.roles.append(
            RoleAssignment(
                role=invitation.role,
                authority_id=invitation.authority_id,
                sector=invitation.sector,
                given_at=clock.now(),
            )
        )
        session.flush()
    _record_acceptance(session, person.actor, invitation, own=user.email == invitation.email)
    sessions.end_all(
        session,
        actor=person.actor,
        user_id=user.id,
        reason="roles changed",
        keep=person.session_id,
    )
    return invitation


def _same_place(role: RoleAssignment, invitation: Invitation) -> bool:
    return (role.role, role.authority_id) == (invitation.role, invitation.authority_id)


def _move(session: Session, user: User, actor: Actor, invitation: Invitation) -> None:
    national = {r.role for r in user.roles if r.authority_id is None}
    if national and not domains.covers(domains.of(session, None), invitation.email):
        raise NationalElsewhere
    for assignment in list(user.roles):
        if assignment.authority_id not in (None, invitation.authority_id):
            leaving.end_role(session, actor=actor, assignment=assignment, reason="moved")
    if user.email != invitation.email:
        mail.post(session, kind=MOVED, to=user.email, user_id=user.id)
        user.email = invitation.email
        session.flush()
        audit.record(
            session,
            actor=actor,
            action="email.changed",
            object_type="account",
            object_id=str(user.id),
        )


def write_moved(session: Session, context: Mapping[str, Any]) -> Words:
    """Write to the former address of an account: whoever did not do it has to know at once."""
    settings: Settings = current_app.extensions["settings"]
    return Words(
        subject="The e-mail address of your account was changed",
        text=f"""\
The account that you had under this address is now under another one.

If it was you, you need not do anything. If it was not you, tell the people who run the service at \
once: {settings.address}/contact
""",
    )


def _claim(session: Session, token: str) -> Invitation:
    """Take an invitation up: of two who do so at once one finds it taken."""
    invitation = _of_link(session, token)
    claimed = session.scalar(
        update(Invitation)
        .where(*_open(), Invitation.id == invitation.id, Invitation.nonce == invitation.nonce)
        .values(accepted_at=clock.now())
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    )
    if claimed is None:
        raise Gone("This invitation has just been accepted or withdrawn.")
    session.refresh(invitation)
    return invitation


def _record_acceptance(
    session: Session, actor: Actor, invitation: Invitation, *, own: bool
) -> None:
    audit.record(
        session,
        actor=actor,
        action="invitation.accepted",
        object_type="invitation",
        object_id=str(invitation.id),
        details={
            "role": invitation.role,
            "authority": invitation.authority_id,
            # whether the address is the person's: a link can be passed on
            "own_address": own,
        },
    )


# ---- The letter


def write(session: Session, context: Mapping[str, Any]) -> Words | None:
    """Write the letter of an invitation; none when it was taken up, withdrawn or sent again."""
    settings: Settings = current_app.extensions["settings"]
    query = select(Invitation).where(*_open(), Invitation.id == context["invitation_id"])
    invitation = session.scalars(query).first()
    if invitation is None or _mark(invitation) != context["nonce"]:
        return None
    authority = session.get(Authority, invitation.authority_id or 0)
    place = authority.name if authority else _NATIONAL
    token = links.token(PURPOSE, invitation.id, invitation.nonce)
    until = invitation.expires_at.astimezone(clock.LONDON)
    return Words(
        subject="You are invited to Shared safeguarding practice",
        text=f"""\
You are invited to Shared safeguarding practice, where English local authorities share what they \
have learned about safeguarding children from radicalisation.

Your role would be: {invitation.role.label.lower()}, {place}.

To accept, open this link by {until.day} {until:%B %Y}. It works once and is for you alone:

{settings.address}/invitation?t={token}

If you did not expect this, you need not do anything.
""",
    )
