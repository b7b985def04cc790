"""Who can see what, explained: never otherwise than it is."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.accounts.models import RoleAssignment, User
from portal.audit.models import AuditEntry
from portal.core import clock
from portal.core.database import commit, db
from portal.core.permissions import Permission
from portal.library import service
from portal.library.models import Document
from tests.client import Page, Reader, reader
from tests.integration.searching import said
from tests.people import (
    ADMINISTRATOR,
    CURATOR,
    EVERYONE,
    LEAD,
    NOBODY,
    PARTNER,
    PRACTITIONER,
    Person,
)

ACCESS = "/administration/access"
AUDIENCES = ("readers", "staff", "leads", "curators")
PUBLISHED = {audience: f"case-00{number}" for number, audience in enumerate(AUDIENCES, start=1)}
WITHDRAWN = {audience: f"case-00{number}" for number, audience in enumerate(AUDIENCES, start=5)}
SAID = {
    200: "It is published.",
    410: "It was withdrawn",
    404: "told that there is no such page",
    403: "Without one the library stays closed",
    302: "They can’t sign in",
}
"""What the explanation says where a request is answered so."""


@pytest.fixture
def every_kind(portal: Flask) -> Flask:
    """A portal with a document of each audience in each state."""
    library = portal.extensions["library"]
    with portal.app_context():
        for audience in AUDIENCES:
            for reference in (PUBLISHED[audience], WITHDRAWN[audience]):
                where = Document.reference == reference
                db.session.execute(update(Document).where(where).values(audience=audience))
            service.withdraw(
                db.session,
                actor=db_actor(),
                reference=WITHDRAWN[audience],
                reason="The authority asked for it.",
                vocabularies=library.vocabularies,
            )
        commit()
    return portal


def db_actor() -> service.Actor:
    return service.Actor(name="test")


def change(app: Flask, person: Person, **to: object) -> None:
    with app.app_context():
        db.session.execute(update(User).where(User.email == person.email).values(**to))
        commit()


def suspend_role(app: Flask, person: Person) -> None:
    with app.app_context():
        user = select(User.id).where(User.email == person.email).scalar_subquery()
        db.session.execute(
            update(RoleAssignment)
            .where(RoleAssignment.user_id == user)
            .values(suspended_at=clock.now())
        )
        commit()


def ask(client: Reader, email: str = "", reference: str = "", status: int = 200) -> Page:
    answer = client.post(ACCESS, data={"email": email, "reference": reference})
    assert answer.status_code == status
    return Page(answer.text)


def compare(app: Flask, asker: Reader, person: Person, client: Reader) -> None:
    """Hold the explanation for a person against what their browser gets."""
    for reference in (*PUBLISHED.values(), *WITHDRAWN.values()):
        status = client.get(f"/library/{reference}").status_code
        kept = client.get(f"/library/{reference}/download.md").status_code
        text = said(ask(asker, person.email, reference))
        about = (person.name, reference, status)
        assert (f"Yes: {person.name} can read" in text) == (status == 200), about
        assert (f"No: {person.name} can’t read" in text) == (status != 200), about
        assert ("They can download it too" in text) == (kept == 200), about
        assert [code for code, words in SAID.items() if words in text] == [status], about


@pytest.mark.parametrize("person", EVERYONE, ids=lambda person: person.name)
def test_the_explanation_agrees_with_what_happens(every_kind: Flask, person: Person) -> None:
    compare(every_kind, reader(every_kind, ADMINISTRATOR), person, reader(every_kind, person))


def test_it_agrees_where_a_role_or_an_account_is_suspended_or_closed(every_kind: Flask) -> None:
    asker = reader(every_kind, ADMINISTRATOR)
    clients = {person: reader(every_kind, person) for person in (CURATOR, LEAD, PRACTITIONER)}
    suspend_role(every_kind, CURATOR)
    change(every_kind, LEAD, active=False)
    change(every_kind, PRACTITIONER, active=False, closed_at=clock.now())
    for person, client in clients.items():
        compare(every_kind, asker, person, client)
    assert "every role of theirs is suspended" in said(ask(asker, CURATOR.email, "case-001"))
    assert "the account is suspended" in said(ask(asker, LEAD.email, "case-001"))
    assert "the account is closed" in said(ask(asker, PRACTITIONER.email, "case-001"))


def test_it_agrees_for_an_account_of_a_demonstration(every_kind: Flask) -> None:
    client = reader(every_kind, PARTNER)
    change(every_kind, PARTNER, demonstration=True)
    asker = reader(every_kind, ADMINISTRATOR)
    compare(every_kind, asker, PARTNER, client)
    assert "this is an account of the demonstration" in said(ask(asker, PARTNER.email, "case-001"))


def test_of_two_roles_the_one_that_counts_is_named(every_kind: Flask) -> None:
    with every_kind.app_context():
        lead = db.session.scalars(select(User).where(User.email == LEAD.email)).one()
        (held,) = lead.roles
        lead.roles.append(
            RoleAssignment(role="practitioner", authority_id=held.authority_id)  # type: ignore[arg-type]  # its value
        )
        held.suspended_at = clock.now()
        commit()
    asker = reader(every_kind, ADMINISTRATOR)
    compare(every_kind, asker, LEAD, reader(every_kind, LEAD))
    yes = said(ask(asker, LEAD.email, PUBLISHED["staff"]))
    assert "They belong to it as Practitioner," in yes
    no = said(ask(asker, LEAD.email, PUBLISHED["leads"]))
    assert "This would belong to it, but is suspended: Strategic lead," in no


def test_a_document_says_who_can_read_it_and_how_many(every_kind: Flask) -> None:
    change(every_kind, PRACTITIONER, active=False)
    text = said(ask(reader(every_kind, ADMINISTRATOR), reference=PUBLISHED["staff"]))
    assert "Curator: 1 person" in text
    assert "Practitioner: 0 people" in text
    assert "Together 2 people" in text
    assert "Partner reader" not in text


def test_a_person_is_shown_with_what_they_may_do(library: Flask) -> None:
    asker = reader(library, ADMINISTRATOR)
    policy = library.extensions["policy"]
    for person in EVERYONE:
        text = said(ask(asker, person.email))
        actor = service.Actor(id=1, roles=frozenset({person.role}) if person.role else frozenset())
        for permission in Permission:
            assert (permission.label in text) == policy.allows(actor, permission), permission


def test_the_question_is_on_record_without_a_name(portal: Flask) -> None:
    client = reader(portal, ADMINISTRATOR)
    ask(client, LEAD.email.upper(), " Case-001 ")
    ask(client, reference="case-002")
    with portal.app_context():
        query = select(AuditEntry).where(AuditEntry.action == "access.explained")
        first, second = db.session.scalars(query.order_by(AuditEntry.id)).all()
        lead = db.session.scalars(select(User.id).where(User.email == LEAD.email)).one()
        assert (first.object_type, first.object_id) == ("account", str(lead))
        assert first.details == {"document": "case-001"}
        assert (second.object_type, second.details) == ("library", {"document": "case-002"})
        assert first.actor_name == ADMINISTRATOR.name


@pytest.mark.parametrize(
    ("email", "reference", "problem"),
    [
        ("", "", "Enter an e-mail address, a document’s reference, or both"),
        ("who@example.gov.uk", "", "Nobody has an account with this e-mail address"),
        ("", "case-999", "There is no document with this reference"),
        ("", "a child of 14", "Enter a reference like case-004"),
    ],
)
def test_a_question_that_can_not_be_answered_is_kept_and_not_recorded(
    portal: Flask, email: str, reference: str, problem: str
) -> None:
    client = reader(portal, ADMINISTRATOR)
    page = ask(client, email, reference, status=422)
    assert problem in page.text
    assert page.title.startswith("Error: ")
    assert (page.fields["email"], page.fields["reference"]) == (email, reference)
    with portal.app_context():
        query = select(AuditEntry).where(AuditEntry.action == "access.explained")
        assert not db.session.scalars(query).all()


def test_neither_title_nor_reason_of_what_the_asker_may_not_read_is_told(
    every_kind: Flask,
) -> None:
    with every_kind.app_context():
        query = select(Document.title).where(Document.reference == PUBLISHED["curators"])
        title = db.session.scalars(query).one()
    client = reader(every_kind, ADMINISTRATOR)
    for reference in (PUBLISHED["curators"], WITHDRAWN["curators"]):
        text = ask(client, CURATOR.email, reference).text
        assert title not in text
        assert "The authority asked for it" not in text


@pytest.mark.parametrize("person", [PRACTITIONER, LEAD, PARTNER, CURATOR, NOBODY])
def test_nobody_but_an_administrator_may_ask(library: Flask, person: Person) -> None:
    client = reader(library, person)
    assert client.post(ACCESS, data={"email": LEAD.email}).status_code == 403


def test_who_was_signed_out_meanwhile_gets_back_what_they_typed(library: Flask) -> None:
    answer = reader(library).post(ACCESS, data={"email": LEAD.email, "reference": ""})
    assert answer.status_code == 401
    assert LEAD.email in answer.text
