"""While someone types, the library completes it: with titles and terms that they may see."""

from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.library.views import MOST_TERMS, MOST_TITLES
from tests.client import Reader, reader
from tests.databases import Databases
from tests.integration.searching import change, counted, rewrite
from tests.people import CURATOR, NOBODY, PRACTITIONER

ADDRESS = "/library/complete"
TITLES = {
    "case-001": "Marzipan lighthouse",
    "case-002": "A lighthouse of marzipan",
    "case-003": "Marzo <b>\"&amp;' (1.5) [a-z]* C:\\x",
    "case-004": "Online contact or material",
    "case-005": "O’Malley’s saltern: über-marzipan",
}


@pytest.fixture(scope="module")
def shop(databases: Databases) -> Iterator[Flask]:
    """A portal with titles of its own; tests only read it."""
    app = databases.make("stocked")
    for reference, title in TITLES.items():
        rewrite(app, reference, title, "Nothing else.")
    change(app, "case-004", terms={"source_of_harm": "online"})
    yield app
    databases.drop(app)


@pytest.fixture(scope="module")
def client(shop: Flask) -> Reader:
    return reader(shop, PRACTITIONER)


def completed(client: Reader, typed: str) -> list[str]:
    answer = client.get(ADDRESS, query_string={"q": typed})
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert isinstance(answer.json, list)
    return answer.json


def test_a_title_is_completed_from_the_beginning_of_any_of_its_words(client: Reader) -> None:
    both = [TITLES["case-001"], TITLES["case-002"]]
    assert completed(client, "lighth") == both
    assert completed(client, "MARZIPAN LI") == [TITLES["case-001"]]
    assert completed(client, "marzipan") == [*both, TITLES["case-005"]]
    assert completed(client, "arzipan") == [], "not from the middle of a word"
    assert completed(client, "über") == [TITLES["case-005"]]


def test_a_term_is_completed_too_after_the_titles_and_nothing_twice(client: Reader) -> None:
    assert completed(client, "Online cont") == ["Online contact or material"]
    assert completed(client, "family plan t") == ["Family plan to travel to a conflict zone"]


def test_nothing_is_completed_from_less_than_two_letters(client: Reader) -> None:
    for typed in ("", " ", "m", " m ", "\0m"):
        assert completed(client, typed) == [], repr(typed)
    assert completed(client, "ma")
    assert client.get(ADDRESS).json == []


def test_there_are_never_more_than_can_be_looked_over(client: Reader) -> None:
    for typed in ("a ", "ca", "co", "re", "pr", "th"):
        assert len(completed(client, typed)) <= MOST_TITLES + MOST_TERMS


def test_a_sign_is_a_sign_and_no_pattern(client: Reader) -> None:
    odd = TITLES["case-003"]
    for typed in ('marzo <b>"&amp;', "MARZO <B>", "amp;' (1.5) [a-z]* c:\\x", "a-z]*", 'b>"&'):
        assert completed(client, typed) == [odd], typed
    for typed in (".*", "m.rzo", "(", "[a", "marz[io]", "\\w\\w", "^m", "ma|li"):
        assert completed(client, typed) in ([], [odd]), typed
    assert completed(client, "O’Malley’s") == [TITLES["case-005"]]


def test_the_answer_can_not_be_taken_for_a_page_and_is_kept_nowhere(client: Reader) -> None:
    answer = client.get(ADDRESS, query_string={"q": "marzo"})
    assert answer.json == [TITLES["case-003"]]
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers


def test_only_titles_and_terms_that_someone_may_see_are_completed(portal: Flask) -> None:
    rewrite(portal, "case-001", "Marzipan lighthouse", "x", audience="curators")
    change(portal, "case-001", terms={"age_band": "age-18-plus"})
    curator, practitioner = reader(portal, CURATOR), reader(portal, PRACTITIONER)
    assert completed(curator, "marz") == ["Marzipan lighthouse"]
    assert completed(curator, "18 an") == ["18 and over"]
    assert completed(practitioner, "marz") == completed(practitioner, "18 an") == []
    change(portal, "case-001", state="withdrawn")
    assert completed(curator, "marz") == completed(curator, "18 an") == []


def test_a_stranger_is_sent_to_sign_in_without_what_they_typed(shop: Flask) -> None:
    answer = reader(shop).get(f"{ADDRESS}?q=marzipan")
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in?next=")
    assert "marzipan" not in answer.location
    assert reader(shop, NOBODY).get(f"{ADDRESS}?q=marzipan").status_code == 403


def test_what_is_typed_on_the_way_is_not_counted(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    client.get(f"{ADDRESS}?q=passport&asked=1")
    assert counted(portal) == {}


@settings(max_examples=80, deadline=None)
@given(typed=st.text(max_size=120))
def test_anything_may_be_typed(client: Reader, typed: str) -> None:
    completed(client, typed.encode("utf-8", "replace").decode())
