"""The ways that the navigation shows: to those alone who may go them."""

import pytest
from flask import Flask

from tests.client import reader
from tests.people import ADMINISTRATOR, CURATOR, EVERYONE, LEAD, PRACTITIONER, Person

EXTRA = {
    "Your authority": ("/authority", {PRACTITIONER, LEAD}),
    "Desk": ("/desk", {CURATOR}),
    "Writing": ("/writing", {PRACTITIONER, LEAD, CURATOR}),
    "Review": ("/review", {CURATOR}),
    "People": ("/people", {LEAD, CURATOR, ADMINISTRATOR}),
    "Administration": ("/administration", {ADMINISTRATOR}),
}


@pytest.mark.parametrize("person", EVERYONE, ids=lambda person: person.name)
def test_a_person_sees_the_ways_that_are_open_to_them(library: Flask, person: Person) -> None:
    links = reader(library, person).page("/account").links
    for text, (address, people) in EXTRA.items():
        assert (links.get(text) == address) == (person in people), text


def test_a_stranger_sees_none(library: Flask) -> None:
    assert not EXTRA.keys() & reader(library).page("/sign-in").links.keys()


def test_the_page_of_one_person_does_not_show_the_ways_of_another(library: Flask) -> None:
    for person in (ADMINISTRATOR, LEAD, ADMINISTRATOR):
        links = reader(library, person).page("/accessibility").links
        assert ("Administration" in links) == (person == ADMINISTRATOR)


def test_the_desk_leads_curators_to_every_page_of_theirs(library: Flask) -> None:
    links = reader(library, CURATOR).page("/desk").links.values()
    assert {"/law", "/receipts", "/authorities", "/pairing", "/people", "/review"} <= set(links)


def test_the_desk_stands_first_and_the_name_of_the_service_leads_home(library: Flask) -> None:
    page = reader(library, CURATOR).page("/account")
    addresses = list(page.links.values())
    assert page.links["Shared safeguarding practice"] == "/"
    assert addresses.index("/desk") < addresses.index("/library")


def test_all_of_administration_can_be_reached(library: Flask) -> None:
    client = reader(library, ADMINISTRATOR)
    page = client.page("/administration")
    assert len({href for href in page.links.values() if href.startswith("/administration/")}) >= 4
    for href in page.links.values():
        if href.startswith("/"):
            assert client.get(href).status_code == 200, href
