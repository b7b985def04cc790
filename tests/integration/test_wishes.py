"""Who finds no example asks for one: in terms of the vocabularies, and by nobody in particular."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core import clock
from portal.core.database import db, reading
from portal.library.demand import WISHED_FOR
from portal.library.models import Wish
from portal.library.vocabularies import NOT_STATED
from tests.client import Page, Reader, reader
from tests.integration.searching import everything, said
from tests.people import NOBODY, PARTNER, PRACTITIONER

ASK = "/ask-for-an-example"


def wishes(app: Flask) -> list[tuple[str, int]]:
    with app.app_context(), reading():
        rows = db.session.scalars(select(Wish).order_by(Wish.terms)).all()
        assert {row.day for row in rows} <= {clock.today()}
        return [(row.terms, row.times) for row in rows]


def chosen(page: Page) -> dict[str, str]:
    return {
        field.get("name", ""): option.get("value", "")
        for field in page.all("select")
        for option in field.iter()
        if option.get("selected") is not None and option.get("value")
    }


def wish(client: Reader, **given: str) -> tuple[int, Page]:
    """Send the form as a browser does: every field, the unchosen ones empty."""
    fields = dict.fromkeys(WISHED_FOR, "") | {"csrf_token": client.page(ASK).fields["csrf_token"]}
    answer = client.post(ASK, data=fields | given)
    if answer.status_code == 302:
        return 302, client.page(answer.location)
    return answer.status_code, Page(answer.text)


def test_the_form_offers_the_vocabularies_and_chooses_nothing(library: Flask) -> None:
    page = reader(library, PARTNER).page(ASK)
    vocabularies = library.extensions["library"].vocabularies
    fields = {field.get("name", ""): field for field in page.all("select")}
    assert tuple(fields) == WISHED_FOR
    for name, field in fields.items():
        offered = {option.get("value"): page.text_of(option) for option in field}
        terms = {t: words for t, words in vocabularies[name].terms.items() if t != NOT_STATED}
        assert offered == {"": "Any"} | terms
    assert chosen(page) == {}
    assert "not who you are, not what you searched for" in said(page)


def test_the_address_fills_the_form_with_what_was_chosen_before(library: Flask) -> None:
    client = reader(library, PRACTITIONER)
    page = client.page(f"{ASK}?source_of_harm=online&age_band=age-11-14&referred_by=school")
    assert chosen(page) == {
        "source_of_harm": "online",
        "age_band": "age-11-14",
        "referred_by": "school",
    }
    page = client.page(f"{ASK}?source_of_harm=online&source_of_harm=peers")
    assert set(chosen(page).values()) <= {"online", "peers"}
    for nonsense in ("source_of_harm=nonsense", "q=words", "csrf_token=x&submit=x", "age_band="):
        assert chosen(client.page(f"{ASK}?{nonsense}")) == {}, nonsense


def test_a_wish_is_thanked_for_and_says_what_happens_next(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    status, page = wish(client, source_of_harm="online", response_tier="early-help")
    assert status == 302
    assert "Your wish is noted" in page.title
    assert "What happens next" in said(page)
    assert "your name was not kept" in said(page)
    assert page.links["Back to the library"] == "/library"


def test_a_wish_is_kept_as_terms_and_a_day_and_nothing_else(portal: Flask) -> None:
    before = everything(portal).splitlines()
    clients = [reader(portal, person) for person in (PRACTITIONER, PARTNER)]
    signed_in = everything(portal).splitlines()
    for client in clients:
        wish(client, response_tier="early-help", source_of_harm="online", note="zzyzx", q="zzyzx")
    wish(clients[0], age_band="age-0-4")
    assert wishes(portal) == [
        ("age_band=age-0-4", 1),
        ("source_of_harm=online response_tier=early-help", 2),
    ]
    new = [line for line in everything(portal).splitlines() if line not in signed_in]
    assert len(new) == 2, "no audit entry, no name"
    assert not [line for line in new if "zzyzx" in line or PRACTITIONER.name in line]
    assert len(before) < len(signed_in)


def test_a_wish_of_another_day_is_another_wish(portal: Flask) -> None:
    with clock.frozen(clock.now() - timedelta(days=1)):
        wish(reader(portal, PRACTITIONER), age_band="age-0-4")
    wish(reader(portal, PRACTITIONER), age_band="age-0-4")
    with portal.app_context(), reading():
        rows = db.session.scalars(select(Wish)).all()
    assert [row.times for row in rows] == [1, 1]
    assert len({row.day for row in rows}) == 2


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"source_of_harm": ""},
        {"source_of_harm": "nonsense"},
        {"age_band": "age-0-4", "response_tier": "zzyzx"},
        {"age_band": NOT_STATED},
        {"referred_by": "source_of_harm=online"},
        {"outcome": "no-concern"},
        {"age_band": "age-0-4 response_tier=police-led"},
    ],
    ids=str,
)
def test_a_wish_for_nothing_or_for_what_is_not_offered_is_refused(
    library: Flask, given: dict[str, str]
) -> None:
    status, page = wish(reader(library, PRACTITIONER), **given)
    assert status == 422
    assert page.title.startswith("Error: ")
    assert [e for e in page.all("div") if "govuk-error-summary" in (e.get("class") or "")]
    forged = any(given.get(name) for name in WISHED_FOR)
    assert ("Choose at least one answer" in page.text) == (not forged)
    assert wishes(library) == []


def test_a_refused_wish_keeps_what_was_chosen(library: Flask) -> None:
    status, page = wish(reader(library, PRACTITIONER), age_band="age-0-4", referred_by="zzyzx")
    assert status == 422
    assert chosen(page) == {"age_band": "age-0-4"}
    assert "zzyzx" not in page.html


def test_a_wish_needs_the_token_of_its_form_and_a_reader(library: Flask) -> None:
    client = reader(library, PRACTITIONER)
    assert client.post(ASK, data={"age_band": "age-0-4"}).status_code == 400
    assert reader(library, NOBODY).get(ASK).status_code == 403
    stranger = reader(library)
    token = stranger.page("/sign-in").fields["csrf_token"]
    answer = stranger.post(ASK, data={"age_band": "age-0-4", "csrf_token": token})
    assert answer.status_code == 401
    assert Page(answer.text).heading == "You have been signed out"
    assert wishes(library) == []


def test_the_report_lists_wishes_most_often_first(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    for _ in range(2):
        wish(client, source_of_harm="online", age_band="age-0-4")
    wish(client, referred_by="police")
    result = portal.test_cli_runner().invoke(args=["search", "report"])
    assert result.exit_code == 0
    *_, first, second = result.output.splitlines()
    assert first.split() == ["2", "source_of_harm=online", "age_band=age-0-4"]
    assert second.split() == ["1", "referred_by=police"]
