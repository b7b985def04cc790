"""What tests of those who keep the library share: documents, laws, owners, and what is told."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import select

from portal.accounts import notices
from portal.accounts.models import Notice, User
from portal.core.database import db, reading
from portal.library import law, ownership
from portal.library.models import Document, Instrument
from tests.client import Page, Reader
from tests.integration.publishing import acting
from tests.people import CURATOR, Person

CHILDREN_ACT = "Children Act 1989"


def post(there: Reader, address: str, status: int, **fields: Any) -> Page:
    """Send a form with its token; return the page that follows."""
    token = there.page(address).fields["csrf_token"]
    answer = there.post(address, data={"csrf_token": token, **fields})
    assert answer.status_code == status, answer.status_code
    if status == 302:
        answer = there.get(answer.location)
        assert answer.status_code == 200
    return Page(answer.text)


def change(app: Flask, references: list[str] | None = None, **values: Any) -> None:
    """Change columns of documents, or of all, as a release before would have left them."""
    with acting(app, CURATOR) as (session, _):
        query = select(Document)
        if references is not None:
            query = query.where(Document.reference.in_(references))
        for document in session.scalars(query):
            for name, value in values.items():
                setattr(document, name, value)


def own(app: Flask, references: list[str], owner: Person = CURATOR) -> None:
    """Let a curator own documents, without a notice."""
    with acting(app, owner) as (session, actor):
        for document in ownership.published(session, references):
            ownership.set_owner(session, actor=actor, document=document, account_id=actor.id or 0)


def instrument(app: Flask, name: str = CHILDREN_ACT) -> int:
    """Return the number of a law."""
    with app.app_context(), reading():
        return db.session.scalars(select(Instrument.id).where(Instrument.name == name)).one()


def citing(app: Flask, name: str = CHILDREN_ACT) -> set[str]:
    """Return the references of the published documents that cite a law."""
    with app.app_context(), reading():
        rows = db.session.execute(select(Document.reference, Document.details))
        return {reference for reference, details in rows if name in details.get("law", [])}


def marked(app: Flask) -> Mapping[str, list[str]]:
    """Return the documents that are marked, with the laws because of which."""
    with app.app_context(), reading():
        rows = db.session.execute(select(Document.id, Document.reference))
        references = {id_: reference for id_, reference in rows}
        return {references[id_]: names for id_, names in law.all_marked(db.session).items()}


def told(app: Flask, person: Person, *kinds: str) -> list[tuple[str, str]]:
    """Return (words, link) of the notices of some kinds that a person sees, oldest first."""
    with acting(app, person) as (session, actor):
        shown = {one.id: one.told for one in notices.of(session, actor)}
        query = (
            select(Notice)
            .join(User, User.id == Notice.user_id)
            .where(User.email == person.email, Notice.kind.in_(kinds))
            .order_by(Notice.id)
        )
        return [
            (shown[one.id].text, shown[one.id].link)
            for one in session.scalars(query)
            if one.id in shown
        ]
