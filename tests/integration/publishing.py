"""What tests of publishing share: a written case, and a second and a third curator."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import service as accounts
from portal.accounts.models import User
from portal.audit.service import COMMAND_LINE
from portal.core import clock
from portal.core.database import db, short_transaction
from portal.core.permissions import Actor
from portal.core.roles import Role
from portal.library import content, service
from portal.library.vocabularies import Vocabularies
from portal.publishing import reviewing, sections, writing
from portal.publishing.models import Manuscript, SignOffKind, Upload, UploadState
from tests.databases import STOCKS
from tests.people import CURATOR, PASSWORD, PRACTITIONER, Person

SECOND = Person("Sita Second", Role.CURATOR)
THIRD = Person("Theo Third", Role.CURATOR)
TEXTS = {
    "background": "A child of secondary school age in a town, known to no service.",
    "concern": "A teacher read worrying remarks in an essay.",
    "referral": "The school’s safeguarding lead rang the front door.",
    "assessment": "A social worker spoke with the family at home.",
    "done": "Early help offered a mentor, and the family said yes.",
    "outcome": "The mentor and the child met for some months. The worry passed.",
    "learning": "Ask what the child meant before anybody decides what it was.",
}
FIELDS: Mapping[str, Any] = {
    "title": "An essay worries a teacher and turns out to be an argument with a friend",
    "summary": "A school asked before it referred. What was learned about asking first.",
    "age_band": ["age-11-14"],
    "outcome": ["no-concern"],
}
HOLDS = dict.fromkeys(reviewing.INTRUDER, "yes")


def vocabularies(app: Flask) -> Vocabularies:
    """Return the controlled words of the portal."""
    found: Vocabularies = app.extensions["library"].vocabularies
    return found


def add_curators(app: Flask) -> None:
    """Let there be three curators, so that two others can read what one has written."""
    with app.app_context(), short_transaction() as session:
        for person in (SECOND, THIRD):
            accounts.create(
                session,
                actor=COMMAND_LINE,
                email=person.email,
                name=person.name,
                password=PASSWORD,
                roles=[(Role.CURATOR, None)],
            )


STAFFED = "staffed"
STOCKS[STAFFED] = ("stocked", add_curators)


def actor_of(session: Session, person: Person) -> Actor:
    """Return a person as rules know them."""
    user = session.scalars(select(User.id).where(User.email == person.email)).one()
    actor = accounts.actor_of(session, user)
    assert actor is not None
    return actor


@contextmanager
def acting(app: Flask, person: Person) -> Iterator[tuple[Session, Actor]]:
    """Give a transaction and the person who acts in it; it is committed at the end."""
    with app.app_context():
        with short_transaction() as session:
            yield session, actor_of(session, person)
        db.session.rollback()


def write(app: Flask, *, by: Person = PRACTITIONER, type_: str = "case", **more: Any) -> int:
    """Write a case whole, and return its number; `more` are other fields and sections."""
    with acting(app, by) as (session, actor):
        words = vocabularies(app)
        made = writing.begin(session, actor=actor, type_=type_, vocabularies=words)
        names = {section.name for section in sections.of_type(type_)}
        texts = {
            **(TEXTS if type_ == "case" else {}),
            **{k: v for k, v in more.items() if k in names},
        }
        fields = {**FIELDS, **{k: v for k, v in more.items() if k not in names}}
        known = {*words, *sections.start(type_, words), "question", "search_words", "pathway"}
        fields = {name: value for name, value in fields.items() if name in known}
        for name, text in texts.items():
            writing.save_part(
                session, actor=actor, manuscript_id=made.id, name=name, text=text, revision=0
            )
        session.refresh(made)
        writing.save_fields(
            session, actor=actor, manuscript_id=made.id, values=fields, revision=made.revision
        )
        return made.id


def submit(app: Flask, number: int, *, by: Person = PRACTITIONER) -> None:
    """Send a text in."""
    with acting(app, by) as (session, actor):
        writing.submit(session, actor=actor, manuscript_id=number)


def take_on(app: Flask, number: int, *, by: Person = CURATOR) -> None:
    """Begin to review a text."""
    with acting(app, by) as (session, actor):
        reviewing.take_on(session, actor=actor, manuscript_id=number)


def sign_off(app: Flask, number: int, kind: SignOffKind, *, by: Person) -> None:
    """Vouch for the present text."""
    with acting(app, by) as (session, actor):
        found = session.get(Manuscript, number)
        assert found is not None
        reviewing.sign_off(
            session,
            actor=actor,
            manuscript_id=number,
            kind=kind,
            text_hash=found.text_hash,
            checklist=HOLDS,
            vocabularies=vocabularies(app),
        )


def approve(app: Flask, number: int, *, author: Person = PRACTITIONER) -> None:
    """Bring a written case through review: two curators sign it off."""
    submit(app, number, by=author)
    take_on(app, number)
    sign_off(app, number, SignOffKind.CONTENT, by=CURATOR)
    sign_off(app, number, SignOffKind.DISCLOSURE, by=SECOND)


def manuscript(app: Flask, number: int) -> Manuscript:
    """Return a manuscript as it stands, detached."""
    with app.app_context(), short_transaction() as session:
        found = session.get(Manuscript, number)
        assert found is not None
        session.expunge(found)
        return found


def add_file(app: Flask, number: int, body: str, **more: Any) -> None:
    """Let a text have a file that was read, as the worker leaves it."""
    with app.app_context(), short_transaction() as session:
        held = {"name": "list.docx", "title": "A list", "purpose": "attach", "traces": []}
        held |= {"state": UploadState.CHECKED, "warnings": []} | more
        session.add(Upload(manuscript_id=number, size=9, body=body, at=clock.now(), **held))
        session.flush()
        writing.hash_again(session, session.get_one(Manuscript, number))


def begin_edit(app: Flask, reference: str, version: int | None = None) -> int:
    """Begin the next version of a document, as a curator; return the number of the text."""
    with acting(app, CURATOR) as (session, actor):
        return writing.begin_edit(
            session,
            actor=actor,
            reference=reference,
            why="It was not clear",
            vocabularies=vocabularies(app),
            version=version,
        ).id


def release(app: Flask, reference: str, *, add: str, **fields: object) -> None:
    """Load a content file that says more, as a release brings it."""
    words = vocabularies(app)
    with app.app_context(), short_transaction() as session:
        found = service.any_document(session, reference)
        front, body = content.parse(service.content_file(session, found, words))
        front = {
            name: [value] if name in words and not isinstance(value, list) else value
            for name, value in front.items()
        }
        item = content.Item(Path(f"{reference}.md"), {**front, **fields}, f"{body}\n\n{add}")
        service.import_items(session, actor=COMMAND_LINE, items=[item], vocabularies=words)
