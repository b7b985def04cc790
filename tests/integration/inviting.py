"""What tests of invitations and people share."""

import re

from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Invitation, User
from portal.authorities.models import Authority
from portal.core.database import db, reading, short_transaction
from portal.core.mail import OutgoingMail, Words, Writers
from tests.client import Page, Reader

NEW_PASSWORD = "violet harbour lantern"
HERE, THERE = "E06000001", "E06000002"


def authority(app: Flask, code: str = HERE) -> int:
    with app.app_context(), reading():
        return db.session.scalars(select(Authority.id).where(Authority.code == code)).one()


def user(app: Flask, email: str) -> User | None:
    with app.app_context(), reading():
        found = db.session.scalars(select(User).where(User.email == email)).one_or_none()
        if found is not None:
            _ = [(r.role, r.authority_id, r.suspended_at) for r in found.roles]
            db.session.expunge_all()
        return found


def roles_of(app: Flask, email: str) -> set[tuple[str, int | None]]:
    found = user(app, email)
    return {(r.role.value, r.authority_id) for r in found.roles} if found else set()


def send(client: Reader, address: str, **fields: object) -> "Answer":
    """Fill the form of a page and send it."""
    token = client.page(address).fields["csrf_token"]
    response = client.post(address, data={"csrf_token": token} | fields)
    return Answer(response.status_code, response.location or "", response.text)


class Answer:
    def __init__(self, status: int, location: str, text: str) -> None:
        self.status = status
        self.location = location
        self.page = Page(text) if status not in {302, 303} else None

    def __repr__(self) -> str:
        return f"<{self.status} {self.location} {self.page.text if self.page else ''}>"


def invite(client: Reader, app: Flask, email: str, choice: str, code: str = HERE) -> Answer:
    place = f"/authorities/{authority(app, code)}/people/invite"
    return send(client, place, email=email, choice=choice)


def letter_to(app: Flask, email: str) -> Words | None:
    """Return the words of the last letter to an address, as they would be sent now."""
    writers: Writers = app.extensions["mail-writers"]
    query = select(OutgoingMail).where(OutgoingMail.to_email == email).order_by(OutgoingMail.id)
    with app.app_context(), reading():
        mail = db.session.scalars(query).all()[-1]
        return writers[mail.kind](db.session, mail.context)


def link_to(app: Flask, email: str) -> str:
    """Return path and query of the link in the last letter to an address."""
    words = letter_to(app, email)
    assert words is not None
    (link,) = re.findall(r"https://localhost(/\S+)", words.text)
    return str(link)


def expire(app: Flask, email: str) -> None:
    with app.app_context(), short_transaction() as session:
        found = session.scalars(select(Invitation).where(Invitation.email == email)).one()
        found.expires_at = found.created_at
