"""Who gets in, who does not, and what is left on record."""

from flask import Flask

from tests.client import Reader, reader
from tests.people import PRACTITIONER


def test_a_practitioner_signs_in_and_is_led_to_the_page_they_wanted(library: Flask) -> None:
    client = reader(library)
    asked = client.get("/library/case-004")
    assert asked.status_code == 302
    assert asked.location == "/sign-in?next=/library/case-004"
    answer = client.sign_in(PRACTITIONER, after="?next=/library/case-004")
    assert answer.location == "/library/case-004"
    assert client.page("/library/case-004").heading.startswith("A web search")


def test_a_stranger_is_asked_to_sign_in(stranger: Reader) -> None:
    assert stranger.get("/").location.startswith("/sign-in")
