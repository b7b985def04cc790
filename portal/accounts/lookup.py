"""Looking a person up, with every role they hold: for administrators, who help and explain."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import RoleAssignment, User, UserSession
from portal.accounts.service import HELD, USABLE, usable_here
from portal.authorities.models import Authority
from portal.core.errors import NotFound
from portal.core.roles import Role


@dataclass(frozen=True)
class HeldRole:
    """A role that somebody holds, in force or suspended."""

    id: int
    role: Role
    authority_id: int | None
    authority: str | None
    suspended_at: datetime | None
    given_at: datetime | None

    @property
    def where(self) -> str:
        """The role in words, with its authority: "Practitioner, Leeds"."""
        return f"{self.role.label}, {self.authority}" if self.authority else self.role.label


@dataclass(frozen=True)
class Person:
    """Somebody who has an account, whatever its state."""

    id: int
    name: str
    email: str
    active: bool
    demonstration: bool
    created_at: datetime
    closed_at: datetime | None
    last_seen_at: datetime | None
    roles: Sequence[HeldRole]

    @property
    def state(self) -> str:
        """Whether the account is open, suspended or closed."""
        if self.closed_at is not None:
            return "closed"
        return "open" if self.active else "suspended"


def id_of(session: Session, email: str) -> int | None:
    """Return the number of the account with an e-mail address, however that is written."""
    return session.scalar(select(User.id).where(User.email == email.strip().lower()))


def names(session: Session, user_ids: Collection[int]) -> dict[int, str]:
    """Return the names of people by their number; whoever has been erased is left out."""
    query = select(User.id, User.name).where(User.id.in_(user_ids))
    return {id_: name for id_, name in session.execute(query)}


def with_role(session: Session, role: Role) -> set[int]:
    """Return the accounts that can be signed in to here and hold a role, whatever authority."""
    query = select(User.id).join(RoleAssignment, HELD).where(USABLE, RoleAssignment.role == role)
    return set(session.scalars(query, usable_here()))


def roles_held(session: Session, user_ids: Collection[int]) -> dict[int, set[Role]]:
    """Return the roles of those among some people who can sign in here, whatever authority."""
    query = select(User.id, RoleAssignment.role).join(RoleAssignment, HELD)
    made: dict[int, set[Role]] = {}
    for id_, role in session.execute(query.where(USABLE, User.id.in_(user_ids)), usable_here()):
        made.setdefault(id_, set()).add(role)
    return made


def person(session: Session, user_id: int) -> Person:
    """Return a person with all their roles. Raises `NotFound`."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("There is no such person")
    seen = select(func.max(UserSession.last_seen_at)).where(UserSession.user_id == user_id)
    return Person(
        id=user.id,
        name=user.name,
        email=user.email,
        active=user.active,
        demonstration=user.demonstration,
        created_at=user.created_at,
        closed_at=user.closed_at,
        last_seen_at=session.scalar(seen),
        roles=roles_of(session, user_id),
    )


def roles_of(session: Session, user_id: int) -> list[HeldRole]:
    """Return every role that somebody holds, those that are suspended too."""
    query = (
        select(RoleAssignment, Authority.name)
        .outerjoin(Authority, Authority.id == RoleAssignment.authority_id)
        .where(RoleAssignment.user_id == user_id)
        .order_by(RoleAssignment.id)
    )
    return [
        HeldRole(
            id=held.id,
            role=held.role,
            authority_id=held.authority_id,
            authority=name,
            suspended_at=held.suspended_at,
            given_at=held.given_at,
        )
        for held, name in session.execute(query)
    ]


def holders(session: Session, roles: Collection[Role]) -> tuple[Mapping[Role, int], int]:
    """Count the people who can sign in with each of `roles`, and with any of them."""
    people = select(func.count(User.id.distinct())).join(RoleAssignment, HELD).where(USABLE)
    given = usable_here()
    by_role = {
        role: session.scalar(people.where(RoleAssignment.role == role), given) or 0
        for role in sorted(roles)
    }
    return by_role, session.scalar(people.where(RoleAssignment.role.in_(roles)), given) or 0
