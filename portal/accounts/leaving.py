"""Leaving: a role ends or rests, an account is suspended, closed, erased, and what must not happen.

Somebody must always be able to let people in: the last administrator stays. An authority may lose
its last strategic lead; then the curators are told, who can invite another.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.accounts import notices, sessions
from portal.accounts.models import Invitation, PasswordLink, RoleAssignment, User
from portal.accounts.policy import may_manage_people
from portal.accounts.service import HELD, USABLE, usable_here
from portal.audit import service as audit
from portal.audit.models import AuditEntry
from portal.authorities import personal
from portal.authorities.models import Authority
from portal.core import clock, mail
from portal.core.errors import Conflict, NotAllowed, NotFound
from portal.core.mail import OutgoingMail
from portal.core.permissions import Actor
from portal.core.retention import Keeping
from portal.core.roles import STAFF_OF_AN_AUTHORITY, Role, is_national

ROLES_CHANGED = "roles changed"
WITHOUT_LEAD = "authority.without-lead"
"""Notice to curators, with `authority_id`."""
ROLE_CHANGED = "role.changed"
"""Notice to the person, with `role`, `authority_id` and `change`: ended, suspended or resumed."""
CLOSED = "accounts.closed"
"""The rule of the retention schedule that erases what is left of a closed account."""
_OF_ADMINISTRATORS = RoleAssignment.role == Role.ADMINISTRATOR
LAST_ADMINISTRATOR = "Nobody else can sign in as an administrator: name another administrator first"


# ---- What must not happen


def ensure_an_administrator_remains(session: Session, *, without: int) -> None:
    """Refuse what would leave the portal without an administrator who can sign in.

    `without` is the id of the account that is about to lose the role or the way in. Of two that go
    at once the second one waits for the first one's transaction, and is refused. Raises `Conflict`.
    """
    _stand_in_line(session, _OF_ADMINISTRATORS)
    if is_last_administrator(session, without):
        raise Conflict(LAST_ADMINISTRATOR)


def is_last_administrator(session: Session, user_id: int) -> bool:
    """Tell whether nobody but this person can sign in as an administrator."""
    return set(session.scalars(_holders(_OF_ADMINISTRATORS))) == {user_id}


def _stand_in_line(session: Session, *of_roles: Any) -> None:
    """Wait for everybody who changes these roles; SQLite lets one write at a time in any case."""
    query = select(RoleAssignment.id).where(*of_roles).order_by(RoleAssignment.id)
    session.execute(query.with_for_update()).all()


def _holders(*of_roles: Any) -> Any:
    """Return a query of the ids of the accounts that hold a role and can use it."""
    return (
        select(RoleAssignment.user_id)
        .join(User, HELD)
        .where(*of_roles, USABLE)
        .params(usable_here())
        .distinct()
    )


@dataclass(frozen=True)
class _Leads:
    """The authorities that a person leads, before a change that may take their last lead."""

    authority_ids: frozenset[int]

    @classmethod
    def of(cls, session: Session, user_id: int, authority_id: int | None = None) -> "_Leads":
        """Find them, all or that one, and let nobody else change their leads meanwhile."""
        leads = RoleAssignment.role == Role.STRATEGIC_LEAD
        query = select(RoleAssignment.authority_id).where(leads, RoleAssignment.user_id == user_id)
        if authority_id is not None:
            query = query.where(RoleAssignment.authority_id == authority_id)
        found = frozenset(id_ for id_ in session.scalars(query) if id_ is not None)
        if found:
            _stand_in_line(session, leads, RoleAssignment.authority_id.in_(found))
        return cls(frozenset(id_ for id_ in found if user_id in leads_of(session, id_)))

    def tell_if_gone(self, session: Session) -> None:
        """Tell every curator of the authorities that have no lead any more."""
        for authority_id in sorted(self.authority_ids):
            if not leads_of(session, authority_id):
                notices.notify(
                    session,
                    user_ids=session.scalars(_holders(RoleAssignment.role == Role.CURATOR)).all(),
                    kind=WITHOUT_LEAD,
                    context={"authority_id": authority_id},
                )


def leads_of(session: Session, authority_id: int) -> set[int]:
    """Return the ids of the strategic leads of an authority who can sign in."""
    lead = RoleAssignment.role == Role.STRATEGIC_LEAD
    return set(session.scalars(_holders(lead, RoleAssignment.authority_id == authority_id)))


def led(session: Session) -> set[int]:
    """Return the ids of the authorities that have a strategic lead who can sign in."""
    query = (
        select(RoleAssignment.authority_id)
        .join(User, HELD)
        .where(RoleAssignment.role == Role.STRATEGIC_LEAD, USABLE)
        .params(usable_here())
        .distinct()
    )
    return {id_ for id_ in session.scalars(query) if id_ is not None}


def staff_of(session: Session, authority_id: int) -> set[int]:
    """Return the ids of the practitioners and leads of an authority who can sign in."""
    staff = RoleAssignment.role.in_(STAFF_OF_AN_AUTHORITY)
    return set(session.scalars(_holders(staff, RoleAssignment.authority_id == authority_id)))


def led_alone(session: Session, user_id: int) -> list[str]:
    """Return the names of the authorities that would have no lead without this person."""
    query = (
        select(Authority.id, Authority.name)
        .join(RoleAssignment, RoleAssignment.authority_id == Authority.id)
        .where(RoleAssignment.user_id == user_id, RoleAssignment.role == Role.STRATEGIC_LEAD)
        .order_by(Authority.name)
    )
    return [name for id_, name in session.execute(query) if leads_of(session, id_) == {user_id}]


# ---- A role


def end_role(session: Session, *, actor: Actor, assignment: RoleAssignment, reason: str) -> None:
    """End one role of a person, for a `reason` that names nobody; the caller checked `actor`.

    The sessions of somebody else end with it. Who gives up a role of their own goes on, without it,
    in the browser at hand; the caller ends the others. Raises `Conflict` for the last
    administrator, or when the role has ended meanwhile, `NotFound` when the account has gone.
    """
    user_id, role, authority_id = assignment.user_id, assignment.role, assignment.authority_id
    user = hold_account(session, user_id)
    if role == Role.ADMINISTRATOR:
        ensure_an_administrator_remains(session, without=user_id)
    led = _led_by_this(session, assignment)
    ended = session.scalar(
        delete(RoleAssignment)
        .where(RoleAssignment.id == assignment.id)
        .returning(RoleAssignment.id)
        .execution_options(synchronize_session=False)
    )
    if ended is None:
        raise Conflict("This role has ended already")
    session.expunge(assignment)
    session.expire(user, ["roles"])
    audit.record(
        session,
        actor=actor,
        action="role.ended",
        object_type="account",
        object_id=str(user_id),
        details={"role": role, "authority": authority_id, "reason": reason},
    )
    led.tell_if_gone(session)
    _tell(session, actor, user_id, [role], authority_id, "ended")


def _led_by_this(session: Session, assignment: RoleAssignment) -> _Leads:
    if assignment.role != Role.STRATEGIC_LEAD:
        return _Leads(frozenset())
    return _Leads.of(session, assignment.user_id, assignment.authority_id)


def suspend_roles(session: Session, *, actor: Actor, user_id: int, authority_id: int) -> None:
    """Let a person's roles in an authority rest; elsewhere they stay as they are.

    Raises `NotAllowed` for who may not manage the authority's people or would suspend themself,
    `NotFound` for somebody who holds no role there, `Conflict` when all of them rest already.
    """
    if actor.id == user_id:
        raise NotAllowed("Ask somebody else to suspend you, or give the role up")
    _check_manages(actor, authority_id)
    led = _Leads.of(session, user_id, authority_id)
    changed = _rest(session, actor, user_id, authority_id, rest=True)
    if not changed:
        raise Conflict("This person is suspended here already")
    led.tell_if_gone(session)
    _tell(session, actor, user_id, changed, authority_id, "suspended")


def resume_roles(session: Session, *, actor: Actor, user_id: int, authority_id: int) -> None:
    """Give a person's suspended roles in an authority back as they were.

    Raises as `suspend_roles` does, but for one's own.
    """
    _check_manages(actor, authority_id)
    if not is_national(actor) and _suspended_nationally(session, user_id, authority_id):
        raise NotAllowed("A curator or an administrator has suspended this person")
    changed = _rest(session, actor, user_id, authority_id, rest=False)
    if not changed:
        raise Conflict("This person is not suspended here")
    _tell(session, actor, user_id, changed, authority_id, "resumed")


def _suspended_nationally(session: Session, user_id: int, authority_id: int) -> bool:
    query = select(RoleAssignment.id).where(
        RoleAssignment.user_id == user_id,
        RoleAssignment.authority_id == authority_id,
        RoleAssignment.suspended_nationally.is_(True),
    )
    return session.scalars(query).first() is not None


def _check_manages(actor: Actor, authority_id: int) -> None:
    if not may_manage_people(actor, authority_id):
        raise NotAllowed("People of this authority are managed by others")


def _rest(
    session: Session, actor: Actor, user_id: int, authority_id: int, *, rest: bool
) -> list[Role]:
    here = (RoleAssignment.user_id == user_id, RoleAssignment.authority_id == authority_id)
    held = session.scalars(_as_they_are(*here)).all()
    if not held:
        raise NotFound("This person has no role here")
    changed = []
    for assignment in held:
        if (assignment.suspended_at is None) == rest:
            assignment.suspended_at = clock.now() if rest else None
            assignment.suspended_nationally = rest and is_national(actor)
            changed.append(assignment.role)
            audit.record(
                session,
                actor=actor,
                action="role.suspended" if rest else "role.resumed",
                object_type="account",
                object_id=str(user_id),
                details={"role": assignment.role, "authority": authority_id},
            )
    session.flush()
    return changed


def _as_they_are(*of_roles: Any) -> Any:
    """Return a query of roles as they are now, which nobody else changes meanwhile."""
    return (
        select(RoleAssignment)
        .where(*of_roles)
        .order_by(RoleAssignment.id)
        .with_for_update(of=RoleAssignment)
        .execution_options(populate_existing=True)
    )


def _tell(
    session: Session,
    actor: Actor,
    user_id: int,
    roles: Collection[Role],
    authority_id: int | None,
    change: str,
) -> None:
    """End the sessions of a person to whom somebody else did this, and let them know."""
    if actor.id == user_id:
        return
    sessions.end_all(session, actor=actor, user_id=user_id, reason=ROLES_CHANGED)
    if not session.scalar(select(User.active).where(User.id == user_id)):
        return
    for role in roles:
        context = {"role": role, "authority_id": authority_id, "change": change}
        notices.notify(session, user_ids=[user_id], kind=ROLE_CHANGED, context=context)


# ---- An account


def days_until_erased() -> int:
    """Return after how many days the retention schedule takes the name of a closed account away."""
    schedule: Sequence[Keeping] = current_app.extensions["retention"]
    return next(one.days for one in schedule if one.rule.name == CLOSED)


def suspend_account(session: Session, *, actor: Actor, user_id: int) -> None:
    """Let nobody in with this account until it is resumed; its roles stay.

    Raises `NotFound`, `NotAllowed` for one's own account, `Conflict` for the last administrator or
    an account that is suspended or closed already.
    """
    if actor.id == user_id:
        raise NotAllowed("Ask another administrator to suspend you, or leave the service")
    user = hold_account(session, user_id)
    ensure_an_administrator_remains(session, without=user_id)
    led = _Leads.of(session, user_id)
    if not user.active:
        raise Conflict(f"This account {_state(user)} already")
    user.active = False
    session.flush()
    _record(session, actor, "account.suspended", user_id)
    sessions.end_all(session, actor=actor, user_id=user_id, reason="account suspended")
    led.tell_if_gone(session)


def resume_account(session: Session, *, actor: Actor, user_id: int) -> None:
    """Let a suspended person in again, with the roles they had.

    Raises `NotFound`, or `Conflict` for an account that is open or was closed for good.
    """
    user = hold_account(session, user_id)
    if user.active or user.closed_at is not None:
        raise Conflict(f"This account {_state(user)}")
    user.active = True
    session.flush()
    _record(session, actor, "account.resumed", user_id)


def close_account(session: Session, *, actor: Actor, user_id: int) -> None:
    """Close an account for good: roles and sessions end, and the name goes some time later.

    Raises `NotFound`, or `Conflict` for the last administrator or an account that was closed.
    """
    user = hold_account(session, user_id)
    ensure_an_administrator_remains(session, without=user_id)
    led = _Leads.of(session, user_id)
    if user.closed_at is not None:
        raise Conflict("This account has been closed already")
    user.active = False
    user.closed_at = clock.now()
    session.flush()
    roles = session.scalars(_as_they_are(RoleAssignment.user_id == user_id)).all()
    sessions.end_all(session, actor=actor, user_id=user_id, reason="account closed")
    reason = "left" if actor.id == user_id else "account closed"
    for assignment in roles:
        end_role(session, actor=actor, assignment=assignment, reason=reason)
    led.tell_if_gone(session)
    _stop_letters(session, user_id)
    _record(session, actor, "account.closed", user_id)


def _stop_letters(session: Session, user_id: int) -> None:
    """Send nothing more to somebody who has left, and let no link open the account."""
    session.execute(delete(PasswordLink).where(PasswordLink.user_id == user_id))
    session.execute(
        update(OutgoingMail)
        .where(
            OutgoingMail.user_id == user_id,
            OutgoingMail.sent_at.is_(None),
            OutgoingMail.dropped_at.is_(None),
        )
        .values(dropped_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def erase(
    session: Session, *, actor: Actor, user_id: int, but_invitation: int | None = None
) -> None:
    """Delete an account and every place that holds the person's name or address.

    What they did stays on record, by an erased person. An account that is open is closed first.
    `but_invitation` is the one invitation to their address that stays. Raises `NotFound`, or
    `Conflict` for the last administrator.
    """
    user = hold_account(session, user_id)
    if user.closed_at is None:
        close_account(session, actor=actor, user_id=user_id)
    addresses = addresses_of(session, user)
    mail.forget(session, addresses=addresses, user_id=user_id)
    personal.forget_contact(session, emails=addresses, name=user.name)
    session.execute(
        delete(Invitation).where(
            Invitation.email.in_(addresses), Invitation.id != (but_invitation or 0)
        )
    )
    session.execute(delete(User).where(User.id == user_id))
    session.expire_all()
    audit.erase_name(session, actor_id=user_id)
    by = Actor(id=user_id, name=audit.ERASED) if actor.id == user_id else actor
    _record(session, by, "account.erased", user_id)


def hold_address(session: Session, email: str) -> None:
    """Let nobody else change an account of this address until the transaction ends."""
    session.execute(select(User.id).where(User.email == email).with_for_update(of=User)).all()


def free_address(session: Session, *, email: str, invitation_id: int) -> None:
    """Erase a closed account whose address somebody takes an invitation up at.

    They begin anew: it may be another person, who has got the address of one that left.
    """
    closed = select(User.id).where(User.email == email, User.closed_at.is_not(None))
    user_id = session.scalar(closed)
    if user_id is not None:
        erase(session, actor=Actor(), user_id=user_id, but_invitation=invitation_id)


def hold_account(session: Session, user_id: int) -> User:
    """Return an account as it is now, which nobody else changes until the transaction ends.

    Whoever needs an account and its roles or invitations takes the account first, then the roles of
    administrators, then those of leads, so that nobody waits in a circle. Raises `NotFound`.
    """
    user = session.scalars(
        select(User)
        .where(User.id == user_id)
        .with_for_update(of=User, key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if user is None:
        raise NotFound("There is no such account")
    return user


def addresses_of(session: Session, user: User) -> set[str]:
    """Return the e-mail addresses that are known to be a person's: theirs, and those given up.

    An earlier one is known by the invitation that was taken up there. One that has become somebody
    else's is not among them.
    """
    taken_up = select(AuditEntry.object_id, AuditEntry.details).where(
        AuditEntry.actor_id == user.id, AuditEntry.action == "invitation.accepted"
    )
    ids = [int(id_) for id_, details in session.execute(taken_up) if details["own_address"]]
    earlier = set(session.scalars(select(Invitation.email).where(Invitation.id.in_(ids))))
    others = select(User.email).where(User.email.in_(earlier), User.id != user.id)
    return (earlier - set(session.scalars(others))) | {user.email}


def _state(user: User) -> str:
    if user.closed_at is not None:
        return "has been closed"
    return "is open" if user.active else "is suspended"


def _record(session: Session, actor: Actor, action: str, user_id: int) -> None:
    audit.record(session, actor=actor, action=action, object_type="account", object_id=str(user_id))
