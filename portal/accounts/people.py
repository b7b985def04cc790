"""The people of an authority: the list that its leads keep, and confirm every ninety days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from portal.accounts import invitations, leaving, notices
from portal.accounts.models import (
    Notice,
    PeopleConfirmation,
    RoleAssignment,
    Sector,
    User,
    UserSession,
)
from portal.accounts.policy import may_manage_people
from portal.accounts.service import USABLE, usable_here
from portal.audit import service as audit
from portal.authorities.models import Authority
from portal.core import clock
from portal.core.database import short_transaction
from portal.core.errors import NotAllowed, NotFound
from portal.core.permissions import Actor
from portal.core.roles import Role, is_national, leads

CONFIRM_EVERY = timedelta(days=90)
ASK_AGAIN_AFTER = timedelta(days=14)
ASK = "people.confirm"
"""The notice that asks a lead to look through the list."""


@dataclass(frozen=True)
class HeldRole:
    """A role that a person holds in the authority that is looked at."""

    role: Role
    sector: Sector | None
    suspended: bool


@dataclass(frozen=True)
class Member:
    """A person of an authority."""

    user_id: int
    name: str
    email: str
    roles: Sequence[HeldRole]
    last_seen_at: datetime | None
    manageable: bool
    """Whether whoever looks may suspend and remove them."""
    may_resume: bool
    """Whether whoever looks may let them back in: a lead not those whom a curator suspended."""
    account_suspended: bool
    """Whether an administrator lets nobody in with the account."""

    @property
    def suspended(self) -> bool:
        """Whether every role here is suspended."""
        return all(role.suspended for role in self.roles)


@dataclass(frozen=True)
class Place:
    """An authority with the state of its list."""

    id: int
    name: str
    leads: int
    people: int
    confirmed_at: datetime | None
    due: bool
    """Whether its leads should look through the list now."""


def authority(session: Session, *, actor: Actor, authority_id: int) -> Authority:
    """Return an authority whose people `actor` may manage. Raises `NotFound`, `NotAllowed`."""
    found = session.get(Authority, authority_id)
    if found is None:
        raise NotFound
    if not may_manage_people(actor, authority_id):
        raise NotAllowed
    return found


def members(session: Session, *, actor: Actor, authority_id: int) -> list[Member]:
    """Return the people who hold a role in an authority, by name."""
    last_seen = (
        select(func.max(UserSession.last_seen_at))
        .where(UserSession.user_id == User.id)
        .scalar_subquery()
    )
    query = (
        select(User, RoleAssignment, last_seen)
        .join(RoleAssignment, RoleAssignment.user_id == User.id)
        .where(RoleAssignment.authority_id == authority_id)
        .order_by(func.lower(User.name), User.id, RoleAssignment.id)
    )
    people: dict[int, tuple[User, list[RoleAssignment], datetime | None]] = {}
    for user, held, seen in session.execute(query):
        people.setdefault(user.id, (user, [], seen))[1].append(held)
    return [_member(actor, authority_id, *person) for person in people.values()]


def _member(
    actor: Actor,
    authority_id: int,
    user: User,
    held: Sequence[RoleAssignment],
    seen: datetime | None,
) -> Member:
    manageable = _manageable(actor, user.id, authority_id, [r.role for r in held])
    overruled = any(r.suspended_nationally for r in held) and not is_national(actor)
    return Member(
        user.id,
        user.name,
        user.email,
        [HeldRole(r.role, r.sector, r.suspended_at is not None) for r in held],
        seen,
        manageable,
        may_resume=manageable and not overruled,
        account_suspended=not user.active,
    )


def _manageable(actor: Actor, user_id: int, authority_id: int, roles: Sequence[Role]) -> bool:
    """Tell whether a person may be suspended or removed: a lead not by another lead, nobody by
    themselves (leaving is on their account page).
    """
    if user_id == actor.id or not may_manage_people(actor, authority_id):
        return False
    return is_national(actor) or Role.STRATEGIC_LEAD not in roles


def member(session: Session, *, actor: Actor, authority_id: int, user_id: int) -> Member:
    """Return a person of an authority whom `actor` may manage. Raises `NotFound`, `NotAllowed`."""
    authority(session, actor=actor, authority_id=authority_id)
    for found in members(session, actor=actor, authority_id=authority_id):
        if found.user_id == user_id:
            if not found.manageable:
                raise NotAllowed
            return found
    raise NotFound


def suspend(session: Session, *, actor: Actor, authority_id: int, user_id: int) -> None:
    """Take a person's rights in an authority away until they are given back."""
    member(session, actor=actor, authority_id=authority_id, user_id=user_id)
    leaving.suspend_roles(session, actor=actor, user_id=user_id, authority_id=authority_id)


def resume(session: Session, *, actor: Actor, authority_id: int, user_id: int) -> None:
    """Give a suspended person's rights in an authority back."""
    member(session, actor=actor, authority_id=authority_id, user_id=user_id)
    leaving.resume_roles(session, actor=actor, user_id=user_id, authority_id=authority_id)


def remove(session: Session, *, actor: Actor, authority_id: int, user_id: int) -> None:
    """End every role of a person in an authority, and what invites them there.

    The account stays.
    """
    found = member(session, actor=actor, authority_id=authority_id, user_id=user_id)
    leaving.hold_account(session, user_id)
    query = select(RoleAssignment).where(
        RoleAssignment.user_id == user_id, RoleAssignment.authority_id == authority_id
    )
    for assignment in session.scalars(query).all():
        leaving.end_role(session, actor=actor, assignment=assignment, reason="removed")
    invitations.withdraw_all(session, actor=actor, email=found.email, authority_id=authority_id)


# ---- The list is confirmed every ninety days


def confirm(session: Session, *, actor: Actor, authority_id: int) -> None:
    """Keep a lead's word that the list is right. Raises `NotAllowed` for anybody but a lead."""
    if not leads(actor, authority_id):
        raise NotAllowed
    session.add(PeopleConfirmation(authority_id=authority_id, at=clock.now(), by_id=actor.id))
    people = select(func.count(RoleAssignment.user_id.distinct())).where(
        RoleAssignment.authority_id == authority_id
    )
    audit.record(
        session,
        actor=actor,
        action="people.confirmed",
        object_type="authority",
        object_id=str(authority_id),
        details={"people": session.scalar(people) or 0},
    )
    for notice in _asked(session).get(authority_id, []):
        notice.read_at = notice.read_at or clock.now()


def place(session: Session, authority_id: int) -> Place:
    """Return an authority with the state of its list."""
    (found,) = places(session, ids=[authority_id])
    return found


def places(session: Session, *, ids: Sequence[int] | None = None, name: str = "") -> list[Place]:
    """Return authorities with the state of their lists, by name: those of `ids`, or all."""
    is_lead = and_(
        RoleAssignment.role == Role.STRATEGIC_LEAD, RoleAssignment.suspended_at.is_(None), USABLE
    )
    confirmed = (
        select(func.max(PeopleConfirmation.at))
        .where(PeopleConfirmation.authority_id == Authority.id)
        .scalar_subquery()
    )
    query = (
        select(
            Authority.id,
            Authority.name,
            func.count(case((is_lead, RoleAssignment.user_id)).distinct()),
            func.count(RoleAssignment.user_id.distinct()),
            confirmed,
            func.min(case((is_lead, RoleAssignment.given_at))),
        )
        .outerjoin(RoleAssignment, RoleAssignment.authority_id == Authority.id)
        .outerjoin(User, User.id == RoleAssignment.user_id)
        .group_by(Authority.id, Authority.name)
        .order_by(Authority.name)
    )
    if ids is not None:
        query = query.where(Authority.id.in_(ids))
    if name:
        query = query.where(Authority.name.icontains(name, autoescape=True))
    return [
        Place(id_, called, lead_count, people, at, lead_count > 0 and _due(at or since))
        for id_, called, lead_count, people, at, since in session.execute(query, usable_here())
    ]


def _due(since: datetime | None) -> bool:
    return since is None or clock.now() - since >= CONFIRM_EVERY


def ask_leads(session: Session) -> int:
    """Ask the leads of each authority whose list is due to confirm it; return how many were asked.

    They are asked again every fortnight until one of them does.
    """
    asked, before = 0, _asked(session)
    for due in (p for p in places(session) if p.due):
        latest = max((n.created_at for n in before.get(due.id, [])), default=None)
        if latest is not None and clock.now() - latest < ASK_AGAIN_AFTER:
            continue
        people = leaving.leads_of(session, due.id)
        notices.notify(session, user_ids=people, kind=ASK, context={"authority_id": due.id})
        asked += len(people)
    return asked


def remind() -> None:
    """Ask all leads whose list is due: the daily work of the worker."""
    with short_transaction() as session:
        ask_leads(session)


def _asked(session: Session) -> dict[int, list[Notice]]:
    """Return the notices that ask for a confirmation, by authority."""
    found: dict[int, list[Notice]] = {}
    for notice in session.scalars(select(Notice).where(Notice.kind == ASK)):
        found.setdefault(notice.context["authority_id"], []).append(notice)
    return found


def staff(session: Session) -> list[tuple[User, list[RoleAssignment]]]:
    """Return the curators and administrators, by name, each with those roles."""
    query = (
        select(User, RoleAssignment)
        .join(RoleAssignment, RoleAssignment.user_id == User.id)
        .where(RoleAssignment.authority_id.is_(None))
        .order_by(func.lower(User.name), User.id, RoleAssignment.id)
    )
    people: dict[int, tuple[User, list[RoleAssignment]]] = {}
    for user, held in session.execute(query):
        people.setdefault(user.id, (user, []))[1].append(held)
    return list(people.values())
