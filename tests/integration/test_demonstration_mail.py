"""The e-mail of a demonstration, as a page; a real service has no such page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal import create_app
from portal.core import clock
from portal.core.config import Settings
from portal.core.mail import Message
from portal.operations.demonstration_mail import with_links
from tests.client import reader

REFERENCE = "0123456789abcdef" * 2


@pytest.fixture
def tried_out(tmp_path: Path) -> Iterator[Flask]:
    app = create_app(Settings(demonstration=True, instance=tmp_path))
    app.testing = True
    yield app
    app.extensions["library"].indexer.stop()


def put(
    app: Flask, text: str, reference: str = REFERENCE, subject: str = "You are invited"
) -> None:
    message = Message(reference, "kim@authority-a.example", subject, text, clock.now())
    app.extensions["postman"].carrier.send(message)


def test_no_e_mail_yet_says_how_to_get_some(tried_out: Flask) -> None:
    page = reader(tried_out).page("/demonstration/mail")
    assert "No e-mail yet" in page.text


def test_a_letter_is_listed_and_its_links_work_on_this_portal(tried_out: Flask) -> None:
    put(tried_out, "Hello <b>you</b>,\n\nopen http://localhost:8000/invitation?t=17-abc&x=1\n")
    page = reader(tried_out).page("/demonstration/mail")
    assert page.links["You are invited"] == f"/demonstration/mail/{REFERENCE}"
    assert "kim@authority-a.example" in page.text
    letter = reader(tried_out).page(f"/demonstration/mail/{REFERENCE}")
    assert letter.heading == "You are invited"
    assert "Hello <b>you</b>," in letter.text, "escaped"
    words = "http://localhost:8000/invitation?t=17-abc&x=1"
    assert letter.links[words] == "/invitation?t=17-abc&x=1", "whatever its port"


@pytest.mark.parametrize("reference", ["0" * 32, "portal.sqlite", "..%2Fdemonstration-key", "x"])
def test_what_is_no_letter_is_not_found(tried_out: Flask, reference: str) -> None:
    put(tried_out, "Hello")
    assert reader(tried_out).get(f"/demonstration/mail/{reference}").status_code == 404


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (
            "go to http://localhost:8000/a?t=1-b now",
            [("http://localhost:8000/a?t=1-b", "/a?t=1-b")],
        ),
        ("http://localhost:8000", [("http://localhost:8000", "/")]),
        ("http://localhost:8000\nand", [("http://localhost:8000", "/")]),
        ("http://localhost:80001/a", []),
        ("http://localhost:8000.thief.example/a", []),
        ("http://localhost:8000@thief.example/a", []),
        ("https://thief.example/http://localhost:8000x", []),
        ("javascript:alert(1)", []),
        ("", []),
    ],
)
def test_only_the_portals_own_pages_become_links(text: str, links: list[tuple[str, str]]) -> None:
    pieces = with_links(text, "http://localhost:8000")
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece in pieces if piece[1]] == links


@pytest.mark.parametrize("address", ["/demonstration/mail", f"/demonstration/mail/{REFERENCE}"])
def test_a_real_service_shows_letters_to_nobody(library: Flask, address: str) -> None:
    assert reader(library).get(address).status_code == 404
