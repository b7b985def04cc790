"""What tests of leaving and of one's own data share."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts import service
from portal.accounts.models import Notice, RoleAssignment, User
from portal.audit.models import AuditEntry
from portal.audit.service import COMMAND_LINE
from portal.core.database import db, reading, short_transaction
from portal.core.roles import Role
from tests.client import Page, Reader
from tests.integration.inviting import Answer, send
from tests.people import PASSWORD, Person

SECOND = Person("Anders Administrator", Role.ADMINISTRATOR)
SECOND_LEAD = Person("Lena Lead", Role.STRATEGIC_LEAD, "E06000001")
LEAVE = "/account/leave/service"


def add(app: Flask, *people: Person, authority_id: int | None = None) -> None:
    """Create accounts besides those that every test has."""
    with app.app_context(), short_transaction() as session:
        for person in people:
            assert person.role
            service.create(
                session,
                actor=COMMAND_LINE,
                email=person.email,
                name=person.name,
                password=PASSWORD,
                roles=[(person.role, authority_id if person.authority else None)],
            )


def number(app: Flask, person: Person) -> int:
    """Return the number of a person's account."""
    with app.app_context(), reading():
        return db.session.scalars(select(User.id).where(User.email == person.email)).one()


def role_number(app: Flask, person: Person, authority_id: int | None = None) -> int:
    """Return the number of a role that a person holds, the first or the one in an authority."""
    query = select(RoleAssignment.id).join(User).where(User.email == person.email)
    if authority_id is not None:
        query = query.where(RoleAssignment.authority_id == authority_id)
    with app.app_context(), reading():
        return db.session.scalars(query.order_by(RoleAssignment.id)).all()[0]


def give(app: Flask, person: Person, role: Role, authority_id: int | None) -> None:
    """Give a person another role."""
    user_id = number(app, person)
    with app.app_context(), short_transaction() as session:
        session.add(RoleAssignment(user_id=user_id, role=role, authority_id=authority_id))


def change(app: Flask, table: type, where: Any, **to: object) -> None:
    """Change rows for good."""
    with app.app_context(), short_transaction() as session:
        session.execute(update(table).where(where).values(**to))


def do(app: Flask, work: Callable[[Session], object]) -> None:
    """Do something in a transaction of its own."""
    with app.app_context(), short_transaction() as session:
        work(session)


def told(app: Flask, kind: str) -> list[tuple[int, dict[str, Any]]]:
    """Return whom a kind of notice was given to, with what it is about."""
    with app.app_context(), reading():
        query = select(Notice.user_id, Notice.context).where(Notice.kind == kind)
        return [(user_id, context) for user_id, context in db.session.execute(query)]


def recorded(app: Flask, *actions: str) -> list[AuditEntry]:
    """Return the entries of the record with these actions, or all."""
    query = select(AuditEntry).order_by(AuditEntry.id)
    if actions:
        query = query.where(AuditEntry.action.in_(actions))
    with app.app_context(), reading():
        found = list(db.session.scalars(query))
        db.session.expunge_all()
        return found


def administrators(app: Flask) -> int:
    """Return how many people can sign in as an administrator."""
    with app.app_context(), reading():
        query = (
            select(RoleAssignment.user_id)
            .join(User)
            .where(
                RoleAssignment.role == Role.ADMINISTRATOR,
                RoleAssignment.suspended_at.is_(None),
                User.active,
            )
        )
        return len(db.session.scalars(query).all())


def leave(client: Reader, how: str, password: str = PASSWORD) -> Answer:
    """Leave the service by its form; `how` is close or erase."""
    return send(client, LEAVE, how=how, password=password)


def signed_in(client: Reader) -> bool:
    """Tell whether a browser is let in."""
    return client.get("/account").status_code == 200


def page_of(app: Flask, person: Person, asker: Reader) -> Page:
    """Return the administrator's page of a person."""
    return asker.page(f"/administration/people/{number(app, person)}")
