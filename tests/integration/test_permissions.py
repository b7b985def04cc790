"""Who may open what: every endpoint, for every person, by request."""

import pytest
from flask import Flask

from tests.client import reader
from tests.people import ADMINISTRATOR, CURATOR, EVERYONE, LEAD, NOBODY, READERS, Person

PUBLIC = None

ENDPOINTS: dict[str, str | None] = {
    "accounts.account": "account:read-own",
    "accounts.sign_in": PUBLIC,
    "accounts.sign_out": PUBLIC,
    "accounts.signed_out": PUBLIC,
    "library.ask": "library:ask",
    "library.asked": "library:ask",
    "library.browse": "library:read",
    "library.complete": "library:read",
    "library.concern": "library:read",
    "library.describe": "library:read",
    "library.document": "library:read",
    "library.download": "library:export",
    "library.find_a_case": "library:read",
    "library.glossary": "library:read",
    "library.home": "library:read",
    "operations.access": "access:explain",
    "operations.administration": "jobs:manage",
    "ui.accessibility": PUBLIC,
    "ui.contact": PUBLIC,
    "ui.cookies": PUBLIC,
    "ui.privacy": PUBLIC,
    "ui.robots": PUBLIC,
    "ui.security_txt": PUBLIC,
}
"""Every endpoint with the permission that it must ask for."""

HOLDERS: dict[str, tuple[Person, ...]] = {
    "access:explain": (ADMINISTRATOR,),
    "account:change-own": EVERYONE,
    "account:read-own": EVERYONE,
    "authority:set-domains": (CURATOR, ADMINISTRATOR),
    "jobs:manage": (ADMINISTRATOR,),
    "library:ask": READERS,
    "library:export": READERS,
    "library:read": READERS,
    "people:manage": (LEAD, CURATOR, ADMINISTRATOR),
    "staff:manage": (ADMINISTRATOR,),
}
"""Who holds each permission."""

ADDRESSES = {
    "accounts.account": "/account",
    "library.ask": "/ask-for-an-example",
    "library.asked": "/ask-for-an-example/thank-you",
    "library.browse": "/library",
    "library.complete": "/library/complete",
    "library.concern": "/concern",
    "library.describe": "/find-a-case/describe",
    "library.document": "/library/case-001",
    "library.download": "/library/case-001/download.md",
    "library.find_a_case": "/find-a-case",
    "library.glossary": "/glossary",
    "library.home": "/",
    "operations.access": "/administration/access",
    "operations.administration": "/administration",
}


def test_every_endpoint_is_listed_with_the_permission_it_asks_for(library: Flask) -> None:
    declared = {name: view.permission for name, view in library.view_functions.items()}
    assert declared == ENDPOINTS


def test_every_closed_endpoint_is_asked_for_below() -> None:
    assert set(ADDRESSES) == {name for name, asked in ENDPOINTS.items() if asked}


@pytest.mark.parametrize("address", ADDRESSES.values())
def test_a_stranger_is_sent_to_sign_in(library: Flask, address: str) -> None:
    answer = reader(library).get(address)
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in?next=")


@pytest.mark.parametrize("person", EVERYONE, ids=lambda person: person.name)
def test_a_person_opens_what_their_roles_allow(library: Flask, person: Person) -> None:
    client = reader(library, person)
    for endpoint, address in ADDRESSES.items():
        allowed = person in HOLDERS[ENDPOINTS[endpoint] or ""]
        assert client.get(address).status_code == (200 if allowed else 403), endpoint


def test_a_view_that_declares_nothing_is_refused(portal: Flask) -> None:
    portal.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    for person in (None, READERS[0]):
        answer = reader(portal, person).get("/forgotten")
        assert answer.status_code == 403
        assert "secret" not in answer.text


def test_a_person_without_a_role_is_told_what_to_do(library: Flask) -> None:
    page = reader(library, NOBODY).page("/", status=403)
    assert "can’t see this page" in page.heading
    assert page.links["ask the people who run this service"] == "/contact"
