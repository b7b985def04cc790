"""A person is erased: no page, copy, index, letter, table or record has the name any more."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import Client

from portal.accounts.models import Invitation, PeopleConfirmation, RoleAssignment
from portal.audit.service import ERASED, WORKER
from portal.authorities import profiles
from portal.authorities.models import Capacity, ProfileAnswer
from portal.core import clock
from portal.core.database import db, reading, short_transaction
from portal.core.roles import Role
from tests.client import Reader, reader
from tests.integration.inviting import (
    NEW_PASSWORD,
    THERE,
    authority,
    invite,
    link_to,
    send,
    user,
)
from tests.integration.leaving import give, leave, number, recorded, signed_in
from tests.integration.searching import everything
from tests.people import ADMINISTRATOR, CURATOR, LEAD, PARTNER, PRACTITIONER, READERS, Person
from tests.work import work

EARLIER = Person("Zebedee Quillfeather", Role.PRACTITIONER, "E06000001")
"""Somebody with a name like no word of the portal, at the address they were invited at."""
NEW_ADDRESS = "z.quillfeather@example.gov.uk"
WORD = "quillfeather"
OTHER_CONTACT = "Connie Contact"
MOST_PAGES = 2000
MOST_DOCUMENTS = 20
"""Documents of the library are alike in this: none names an account."""


@pytest.fixture
def lived_in(portal: Flask) -> tuple[Flask, Reader]:
    """A portal in which somebody left every kind of trace, and their browser."""
    invite(reader(portal, LEAD), portal, EARLIER.email, "practitioner")
    work(portal)  # the letter goes
    link = link_to(portal, EARLIER.email)
    send(reader(portal), link, name=EARLIER.name, password=NEW_PASSWORD)
    client = reader(portal)
    assert client.sign_in(EARLIER, NEW_PASSWORD).status_code == 302
    # they move: the address that they were invited at becomes an earlier one
    there = authority(portal, THERE)
    give(portal, LEAD, Role.STRATEGIC_LEAD, there)
    invite(reader(portal, LEAD), portal, NEW_ADDRESS, "practitioner", THERE)
    send(client, link_to(portal, NEW_ADDRESS), how="move", password=NEW_PASSWORD)
    found = user(portal, NEW_ADDRESS)
    assert found is not None
    # what somebody does who leads as well
    with_lead_role(portal, found.id, there)
    send(client, "/account/mail", choice="at-once")
    client.get("/library/case-001/download.html")
    client.get("/account/export/your-data.json")
    reader(portal).post("/sign-in", data={"email": NEW_ADDRESS})
    invite(client, portal, "ivy.invited@example.gov.uk", "practitioner", THERE)
    token = client.page(f"/authorities/{there}/people").fields["csrf_token"]
    client.post(f"/authorities/{there}/people/confirm", data={"csrf_token": token})
    profile = f"/authorities/{there}/profile"
    send(client, f"{profile}/handling", tier="early-help")
    contact = {"contact_1_name": EARLIER.name, "contact_1_email": NEW_ADDRESS}
    other = {"contact_2_name": OTHER_CONTACT, "contact_2_phone": "01632 960001"}
    send(client, f"{profile}/contacts", **contact)
    again = client.page(f"{profile}/contacts").fields["seen"]
    send(client, f"{profile}/contacts", **contact, **other, seen=again)
    seen = client.page(f"{profile}/confirm").fields["seen"]
    send(client, f"{profile}/confirm", seen=seen)
    send(reader(portal), "/forgotten-password", email=NEW_ADDRESS)
    polly = f"/authorities/{there}/people/{number(portal, PARTNER)}"
    send(client, f"{polly}/suspend")
    place = f"/administration/people/{found.id}"
    send(reader(portal, ADMINISTRATOR), f"{place}/suspend")
    send(reader(portal, ADMINISTRATOR), f"{place}/resume")
    work(portal)
    client = reader(portal)
    back = client.page("/sign-in").fields["csrf_token"]
    data = {"csrf_token": back, "email": NEW_ADDRESS, "password": NEW_PASSWORD}
    assert client.post("/sign-in", data=data).status_code == 302
    return portal, client


def with_lead_role(app: Flask, user_id: int, place: int) -> None:
    with app.app_context(), short_transaction() as session:
        session.add(RoleAssignment(user_id=user_id, role=Role.STRATEGIC_LEAD, authority_id=place))


# ---- Three ways to be erased


def by_themself(app: Flask, client: Reader) -> None:
    assert leave(client, "erase", NEW_PASSWORD).location == "/goodbye?name=erased"


def by_an_administrator(app: Flask, client: Reader) -> None:
    found = user(app, NEW_ADDRESS)
    assert found is not None
    asker = reader(app, ADMINISTRATOR)
    assert send(asker, f"/administration/people/{found.id}/erase").status == 302


def by_the_schedule(app: Flask, client: Reader) -> None:
    assert leave(client, "close", NEW_PASSWORD).location == "/goodbye?name=kept"
    with clock.frozen(clock.now() + timedelta(days=29)):
        work(app, scheduled=True)
    assert WORD in everything(app).lower(), "it is not time yet"
    with clock.frozen(clock.now() + timedelta(days=31)):
        work(app, scheduled=True)


WAYS: dict[str, Callable[[Flask, Reader], None]] = {
    "by themself": by_themself,
    "by an administrator": by_an_administrator,
    "by the schedule": by_the_schedule,
}


# ---- Looking for the name


def pages(client: Reader) -> Iterator[tuple[str, str]]:
    """Follow every link from the home page, each page once, and give what it says."""
    met, waiting, documents = {"/"}, ["/"], 0
    while waiting:
        assert len(met) < MOST_PAGES
        address = waiting.pop()
        documents += address.startswith("/library/")
        if address.startswith("/library/") and documents > MOST_DOCUMENTS:
            continue
        # as a browser does, without the checks of every page, which other tests make
        answer = Client.open(client, address, base_url="https://localhost")
        yield address, answer.text
        for link in re.findall(r'<a [^>]*href="(/[^"?#]*)', answer.text):
            # lists in another order or with filters have the same people, copies of documents none
            if link not in met and "/download." not in link:
                met.add(link)
                waiting.append(link)


def seen_by(app: Flask, person: Person) -> list[str]:
    """Return the pages that show the name or the address to somebody."""
    client = reader(app, person)
    found = [address for address, said in pages(client) if WORD in said.lower()]
    if person == ADMINISTRATOR:
        for email in (NEW_ADDRESS, EARLIER.email):
            answer = client.post("/administration/people/find", data={"email": email})
            found += ["found by address"] if answer.status_code == 302 else []
    return found


def files_with_the_name(app: Flask) -> list[str]:
    """Return the files of the portal that hold the name; on SQLite the database is one."""
    instance = app.extensions["settings"].instance
    if (instance / "portal.sqlite").exists():
        with closing(sqlite3.connect(instance / "portal.sqlite")) as connection:
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            assert not busy
    files = [path for path in instance.rglob("*") if path.is_file()]
    assert any(path.parent.name.startswith("index-") for path in files), "the index is in it"
    word = WORD.encode()
    return [path.name for path in files if word in path.read_bytes().lower()]


@pytest.mark.parametrize("way", WAYS)
def test_the_name_is_nowhere_any_more(lived_in: tuple[Flask, Reader], way: str) -> None:
    app, client = lived_in
    found = user(app, NEW_ADDRESS)
    assert found is not None
    assert len(files_with_the_name(app)) >= 2, "letters, and on SQLite the database"
    others = [entry for entry in recorded(app) if entry.actor_id != found.id]
    theirs = [entry for entry in recorded(app) if entry.actor_id == found.id]

    WAYS[way](app, client)

    assert WORD not in everything(app).lower()
    assert files_with_the_name(app) == []
    after = {entry.id: entry for entry in recorded(app)}
    for entry in theirs:
        left = after[entry.id]
        assert left.actor_name == ERASED
        assert (left.actor_id, left.action, left.at, left.details, left.object_id) == (
            entry.actor_id,
            entry.action,
            entry.at,
            entry.details,
            entry.object_id,
        )
    for entry in others:
        assert after[entry.id].actor_name == entry.actor_name
    (erased,) = [entry for entry in after.values() if entry.action == "account.erased"]
    by = {
        "by themself": ERASED,
        "by an administrator": ADMINISTRATOR.name,
        "by the schedule": WORKER.name,
    }
    assert (erased.actor_name, erased.object_id) == (by[way], str(found.id))


def test_no_page_shows_the_name_any_more(lived_in: tuple[Flask, Reader]) -> None:
    """By the schedule, for which the account is closed first; the rest is looked at above."""
    app, client = lived_in
    for person in (ADMINISTRATOR, LEAD):
        assert seen_by(app, person), "else nothing is shown by its absence"
    by_the_schedule(app, client)
    assert {person: seen_by(app, person) for person in READERS} == {p: [] for p in READERS}
    for person in READERS:
        copy = reader(app, person).get("/account/export/your-data.json").text
        assert WORD not in copy.lower()


def test_what_others_have_stays_and_names_nobody(lived_in: tuple[Flask, Reader]) -> None:
    app, client = lived_in
    by_themself(app, client)
    with app.app_context(), reading():
        (sent,) = db.session.scalars(select(Invitation)).all()
        assert (sent.email, sent.invited_by_id) == ("ivy.invited@example.gov.uk", None)
        (confirmed,) = db.session.scalars(select(PeopleConfirmation)).all()
        assert confirmed.by_id is None
        profile = profiles.profile_of(db.session, confirmed.authority_id)
        assert profile.term("tier") == "early-help"
        (contact,) = profile.value("contacts")
        assert contact["name"] == OTHER_CONTACT
        given = db.session.scalars(select(ProfileAnswer)).all()
        assert {(one.by_id, one.capacity) for one in given} == {(None, Capacity.LEAD)}
    assert link_to(app, "ivy.invited@example.gov.uk"), "who was invited can still come"
    for person in (PRACTITIONER, LEAD, CURATOR, ADMINISTRATOR):
        assert signed_in(reader(app, person))


def test_the_erased_person_is_out_and_can_be_invited_anew(lived_in: tuple[Flask, Reader]) -> None:
    app, client = lived_in
    before = user(app, NEW_ADDRESS)
    assert before is not None
    by_an_administrator(app, client)
    assert not signed_in(client), "the session died"
    for email in (NEW_ADDRESS, EARLIER.email):
        stranger = reader(app)
        token = stranger.page("/sign-in").fields["csrf_token"]
        data = {"csrf_token": token, "email": email, "password": NEW_PASSWORD}
        assert stranger.post("/sign-in", data=data).status_code == 422
    assert invite(reader(app, LEAD), app, EARLIER.email, "practitioner").status == 302
    send(reader(app), link_to(app, EARLIER.email), name=EARLIER.name, password=NEW_PASSWORD)
    newcomer = reader(app)
    assert newcomer.sign_in(EARLIER, NEW_PASSWORD).status_code == 302
    found = json.loads(newcomer.get("/account/export/your-data.json").text)
    assert found["account"]["number"] > before.id, "a number is never given again"
    assert len(found["roles"]) == 1
    assert len(found["invitations_received"]) == 1
    actions = [one["action"] for one in found["done_by_you"]]
    assert actions == ["Accepted an invitation", "Signed in"], "nothing of the earlier person"
