"""The self-assessment: who asks, who answers, what is counted, who sees what came of it."""

import csv
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import StringIO
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.accounts.models import Notice, User
from portal.assessment import national, subjects, waves
from portal.assessment.answers import NoSuchLink
from portal.assessment.models import AnswerLink, LinkTaken, Position, Wave
from portal.core import clock
from portal.core.database import db, reading, short_transaction
from portal.core.errors import Conflict
from portal.core.permissions import Actor
from portal.core.roles import Role
from tests.client import Page, reader
from tests.integration.assessing import (
    alike,
    ask_all,
    begin,
    close,
    codes,
    codes_on,
    counts,
    editions,
    keep,
    lead,
    place,
    sign,
)
from tests.integration.inviting import authority, send
from tests.integration.leaving import SECOND_LEAD, add, recorded
from tests.people import CURATOR, LEAD, PRACTITIONER, Person

ELSEWHERE = Person("Leo Lead", LEAD.role, "E06000002")


@pytest.fixture
def asked(portal: Flask) -> tuple[Flask, int]:
    """A portal in which an authority asks its staff, and the row of the round."""
    return portal, begin(portal, shared=True)


def total(app: Flask, wave_id: int) -> set[int]:
    return {sum(answers.values()) for answers in counts(app, wave_id).values()}


# ---- From a position to results


def test_a_lead_states_asks_and_sees(portal: Flask) -> None:
    client = lead(portal)
    assert sign(client, portal).location.endswith("done=signed")
    opened = send(client, f"{place(portal)}/ask", weeks="3", ways=["shared"])
    assert opened.location == f"{place(portal)}/1"
    token = client.page(f"{place(portal)}/1").fields["csrf_token"]
    slips = client.post(f"{place(portal)}/1", data={"csrf_token": token, "number": "10"})
    made = codes_on(slips.text)
    assert len(made) == 10
    for number, code in enumerate(made):
        browser = reader(portal)
        said = alike(portal, item="4" if number < 9 else "5", tier="early-help")
        assert "What do you think?" in browser.page(f"/answer?t={code}").heading
        checked = browser.post(f"/answer?t={code}", data=said | {"at": "8", "go": "next"})
        assert Page(checked.text).heading == "Check your answers"
        sent = browser.post(f"/answer?t={code}", data=said | {"at": "8", "go": "send"})
        assert sent.location == "/answer/thank-you"
    closed = send(client, f"{place(portal)}/1/close")
    assert closed.location == f"{place(portal)}/1/results?done=closed"
    page = client.page(f"{place(portal)}/1/results")
    assert "At least 10 people answered." in page.text
    assert "Staff answered much alike" in page.text
    assert "Your position: Agree. Answers lie 0.1 steps from the stated position" in page.text
    for name in ("print", "kit"):
        assert client.page(f"{place(portal)}/1/{name}").heading
    table = list(csv.DictReader(StringIO(client.get(f"{place(portal)}/1/results.csv").text)))
    assert len([row for row in table if row["kind"] == "statement"]) == 12
    assert {row["stated_position"] for row in table if row["kind"] == "case"} == {"Early help"}
    assert all(row["low"] <= row["agreement"] <= row["high"] for row in table)
    actions = [e.action for e in recorded(portal) if e.action.startswith(("assess", "position"))]
    assert actions == [
        "position.signed",
        "assessment.opened",
        "assessment.links-made",
        "assessment.closed",
    ]


def test_a_page_on_the_way_keeps_what_was_chosen_and_asks_for_the_rest(
    asked: tuple[Flask, int],
) -> None:
    app, wave_id = asked
    (code,) = codes(app, wave_id, 1)
    browser = reader(app)
    first = Page(browser.post(f"/answer?t={code}", data={"at": "0"}).text)
    names = [i.get("name") for i in first.all("input") if i.get("type") == "radio"]
    subject = str(names[0])
    refused = browser.post(f"/answer?t={code}", data={"at": "1", "go": "next", subject: "2"})
    assert refused.status_code == 422
    page = Page(refused.text)
    assert page.title.startswith("Error: ")
    (kept,) = [i for i in page.all("input") if i.get("checked") is not None]
    assert (kept.get("name"), kept.get("value")) == (subject, "2")
    on_page = dict.fromkeys((str(name) for name in names), "2")
    second = Page(browser.post(f"/answer?t={code}", data=on_page | {"at": "1", "go": "next"}).text)
    assert "Page 2 of 8" in second.text
    assert {second.fields[name] for name in on_page} == {"2"}
    back = Page(browser.post(f"/answer?t={code}", data=on_page | {"at": "2", "go": "1"}).text)
    assert len([i for i in back.all("input") if i.get("checked") is not None]) == len(on_page)
    assert total(app, wave_id) == {0}, "nothing counts before it is sent"


@pytest.mark.parametrize(
    "wrong",
    [{"at": "99", "go": "next"}, {"at": "x", "go": "77"}, {"go": "send"}, {"at": "3" * 500}, {}],
)
def test_any_form_at_all_gets_a_page(asked: tuple[Flask, int], wrong: dict[str, str]) -> None:
    app, wave_id = asked
    (code,) = codes(app, wave_id, 1)
    answer = reader(app).post(f"/answer?t={code}", data=wrong)
    assert answer.status_code in {200, 422}
    assert total(app, wave_id) == {0}


def test_an_answer_that_cannot_be_chosen_is_not_counted(asked: tuple[Flask, int]) -> None:
    app, wave_id = asked
    (code,) = codes(app, wave_id, 1)
    forged = alike(app, item="6") | {"at": "8", "go": "send"}
    assert reader(app).post(f"/answer?t={code}", data=forged).status_code == 422
    assert total(app, wave_id) == {0}


def test_whoever_does_not_know_is_not_asked_how_sure(asked: tuple[Flask, int]) -> None:
    app, wave_id = asked
    (code,) = codes(app, wave_id, 1)
    keep(app, code, alike(app, tier="dont-know"))
    found = counts(app, wave_id)
    sure = [name for name in found if name.endswith(".sure")]
    assert sure
    assert all(found[name]["dont-know"] == 1 for name in sure)


# ---- Links


def test_a_link_works_once(asked: tuple[Flask, int]) -> None:
    app, wave_id = asked
    (code,) = codes(app, wave_id, 1)
    keep(app, code, alike(app))
    with pytest.raises(NoSuchLink):
        keep(app, code, alike(app))
    assert reader(app).page(f"/answer?t={code}", 410).heading == "This link takes no answers"
    assert total(app, wave_id) == {1}


def test_a_link_used_in_two_windows_at_once_counts_once(asked: tuple[Flask, int]) -> None:
    app, wave_id = asked
    (code,) = codes(app, wave_id, 1)
    together = threading.Barrier(4)

    def answer(_: int) -> bool:
        together.wait()
        try:
            keep(app, code, alike(app))
        except NoSuchLink:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(answer, range(4))) == [False, False, False, True]
    assert total(app, wave_id) == {1}


def test_two_thousand_answers_at_once_are_all_kept(asked: tuple[Flask, int]) -> None:
    app, wave_id = asked
    made = codes(app, wave_id, 2000)
    first, second = alike(app, item="1"), alike(app, item="5", tier="police-led")

    def send_until_taken(number: int) -> None:
        """On a slow machine one waits longer for the others than the service lets them."""
        with suppress(OperationalError):
            return keep(app, made[number], second if number % 4 else first)
        return send_until_taken(number)

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(send_until_taken, range(2000)))
    found = counts(app, wave_id)
    items = [s.name for s in subjects.of(editions(app).current) if s.kind == subjects.Kind.ITEM]
    assert {(found[name]["1"], found[name]["5"]) for name in items} == {(500, 1500)}
    assert total(app, wave_id) == {2000}
    with app.app_context(), reading():
        assert db.session.scalar(select(func.count()).select_from(AnswerLink)) == 0


def test_the_shared_link_says_that_it_cannot_prevent_repeats(asked: tuple[Flask, int]) -> None:
    app, wave_id = asked
    page = lead(app).page(f"{place(app)}/1")
    (link,) = [href for href in page.links.values() if "/answer?t=" in href]
    link = link.removeprefix("https://localhost")
    assert "can’t prevent repeats" in page.text
    for _ in range(2):
        browser = reader(app)
        assert "can’t prevent anybody from answering twice" in browser.page(link).text
        sent = browser.post(link, data=alike(app) | {"at": "8", "go": "send"})
        assert sent.status_code == 302
    assert total(app, wave_id) == {2}
    other = "1" if link.endswith("0") else "0"
    assert reader(app).get(link[:-1] + other).status_code == 410


def test_links_end_when_a_round_closes(asked: tuple[Flask, int]) -> None:
    app, wave_id = asked
    code, _ = codes(app, wave_id, 2)
    shared = next(h for h in lead(app).page(f"{place(app)}/1").links.values() if "/answer?t" in h)
    close(app, wave_id)
    for link in (f"/answer?t={code}", shared.removeprefix("https://localhost")):
        answer = reader(app).post(link, data=alike(app) | {"at": "8", "go": "send"})
        assert answer.status_code == 410
    assert total(app, wave_id) == {0}


def test_a_round_takes_no_answers_after_its_last_day_even_before_the_worker_comes(
    asked: tuple[Flask, int],
) -> None:
    app, wave_id = asked
    (code,) = codes(app, wave_id, 1)
    with clock.frozen(datetime.now(UTC) + timedelta(days=15)):
        with pytest.raises(NoSuchLink):
            keep(app, code, alike(app))
        with app.app_context():
            waves.close_due()
    with app.app_context(), reading():
        assert db.session.get_one(Wave, wave_id).closed_on is not None
        told = db.session.scalars(select(Notice.kind)).all()
    assert told == [waves.CLOSED]


def test_a_code_typed_from_paper_leads_to_the_questions(asked: tuple[Flask, int]) -> None:
    app, wave_id = asked
    (code,) = codes(app, wave_id, 1)
    browser = reader(app)
    assert browser.page("/answer").heading == "Answer your authority’s questions"
    assert browser.page(f"/answer?t={code.lower().replace('-', '+')}").heading
    assert browser.page("/answer?t=WRONG", 410).fields["t"] == "WRONG"
    pasted = quote(f"https://localhost/answer?t={code}")
    assert browser.page(f"/answer?t={pasted}").heading == "What do you think?"


# ---- With an account


def test_staff_with_an_account_take_one_link(portal: Flask) -> None:
    wave_id = begin(portal, tell=True)
    client = reader(portal, PRACTITIONER)
    assert "asks what its staff think" in client.page("/notices").text
    token = client.page(place(portal)).fields["csrf_token"]
    answer = client.post(f"{place(portal)}/take", data={"csrf_token": token})
    assert answer.location.startswith("/answer?t=")
    again = client.post(f"{place(portal)}/take", data={"csrf_token": token})
    assert again.location == place(portal)
    assert "You have taken your link" in client.page(place(portal)).text
    assert "asks what its staff think" not in client.page("/notices").text
    close(portal, wave_id)
    with portal.app_context(), reading():
        assert db.session.scalars(select(LinkTaken)).all() == []


def test_a_lead_states_the_position_and_does_not_answer(portal: Flask) -> None:
    """Who sees results of five and knows one of the answers would know more of the other four."""
    begin(portal, tell=True)
    client = lead(portal)
    assert "asks what its staff think" not in client.page("/notices").text
    page = client.page(place(portal))
    token = client.page(f"{place(portal)}/1").fields["csrf_token"]
    assert "Answer yourself" not in page.text
    taken = client.post(f"{place(portal)}/take", data={"csrf_token": token})
    assert taken.status_code == 404
    with portal.app_context(), reading():
        assert db.session.scalar(select(func.count()).select_from(AnswerLink)) == 0


def test_nobody_takes_a_link_that_takes_no_answers(asked: tuple[Flask, int]) -> None:
    app, wave_id = asked
    with clock.frozen(datetime.now(UTC) + timedelta(days=15)):
        client = reader(app, PRACTITIONER)
        page = client.page(place(app))
        assert "not asking its staff anything at the moment" in page.text
        late = send(lead(app), f"{place(app)}/1", number="3")
        assert late.status == 422
        assert late.page is not None
        assert "This round takes no more answers" in late.page.text
        with app.app_context(), pytest.raises(Conflict), short_transaction() as session:
            take(session, app, wave_id)
    with app.app_context(), reading():
        assert db.session.scalars(select(LinkTaken)).all() == []


def test_a_link_is_not_taken_from_a_round_that_closed_a_moment_ago(
    asked: tuple[Flask, int],
) -> None:
    """What the page read before it waited for the closing to end does not count."""
    app, wave_id = asked
    closing = update(Wave).where(Wave.id == wave_id).values(closed_on=clock.today())
    with app.app_context(), short_transaction() as session:
        assert session.get_one(Wave, wave_id).is_open
        session.execute(closing, execution_options={"synchronize_session": False})
        with pytest.raises(Conflict):
            take(session, app, wave_id)


def take(session: Session, app: Flask, wave_id: int) -> str:
    there = authority(app)
    account = session.scalars(select(User.id).where(User.email == PRACTITIONER.email)).one()
    actor = Actor(id=account, memberships=frozenset({(Role.PRACTITIONER, there)}))
    return waves.take_code(session, actor=actor, wave_id=wave_id)


def test_staff_of_another_authority_find_nothing(portal: Flask) -> None:
    there = begin(portal, "E06000002")
    client = reader(portal, PRACTITIONER)
    assert client.get(place(portal, "E06000002")).status_code == 404
    token = client.page("/ask-for-an-example").fields["csrf_token"]
    taken = client.post(f"{place(portal, 'E06000002')}/take", data={"csrf_token": token})
    assert taken.status_code == 404
    with portal.app_context(), reading():
        assert db.session.get_one(Wave, there).links_made == 0


# ---- Who sees what


def test_a_few_people_are_told_of_in_words(portal: Flask) -> None:
    ask_all(portal, [alike(portal)] * 6)
    client = lead(portal)
    for name in ("results", "print"):
        page = client.page(f"{place(portal)}/1/{name}")
        assert "staff answered much alike" in page.text
        assert "told in words only" in page.text
        assert "Agreement, from 0 to 1" not in page.text, "a table of nothing but “not shown”"


def test_only_leads_of_the_authority_see_its_results(portal: Flask) -> None:
    add(portal, ELSEWHERE, authority_id=authority(portal, "E06000002"))
    ask_all(portal, [alike(portal)] * 10)
    pages = [f"{place(portal)}/1/{name}" for name in ("results", "print", "kit", "results.csv")]
    for person, status in ((LEAD, 200), (ELSEWHERE, 404), (PRACTITIONER, 403), (CURATOR, 403)):
        client = reader(portal, person)
        assert {client.get(page).status_code for page in pages} == {status}, person.name


def test_an_open_round_shows_no_results_to_anybody(asked: tuple[Flask, int]) -> None:
    app, wave_id = asked
    for code in codes(app, wave_id, 12):
        keep(app, code, alike(app))
    client = lead(app)
    for name in ("results", "print", "kit", "results.csv"):
        assert client.get(f"{place(app)}/1/{name}").status_code == 404
    assert "at least 10 people have answered" in client.page(place(app)).text


def test_practitioners_are_told_when_nothing_is_asked(portal: Flask) -> None:
    page = reader(portal, PRACTITIONER).page(place(portal))
    assert "not asking its staff anything at the moment" in page.text


# ---- The position


def test_a_position_is_signed_or_refused_with_what_was_chosen(portal: Flask) -> None:
    client = lead(portal)
    refused = sign(client, portal, sign="")
    assert refused.status == 422
    assert refused.page is not None
    assert len([i for i in refused.page.all("input") if i.get("checked") is not None]) >= 16
    with portal.app_context(), reading():
        assert db.session.scalars(select(Position)).all() == []


def test_a_position_needs_one_settled_answer(portal: Flask) -> None:
    client = lead(portal)
    nothing = {s.name: "not-settled" for s in subjects.stated(editions(portal).current)}
    refused = sign(client, portal, **nothing)
    assert refused.status == 422
    assert refused.page is not None
    assert "State a position on at least one question" in refused.page.text


def test_two_leads_who_sign_at_once_do_not_overwrite_each_other(portal: Flask) -> None:
    add(portal, SECOND_LEAD, authority_id=authority(portal))
    one, other = lead(portal), reader(portal, SECOND_LEAD)
    assert sign(one, portal).status == 302
    late = sign(other, portal, instead_of="0")
    assert late.status == 409
    assert late.page is not None
    assert "Another lead has signed a position meanwhile" in late.page.text
    assert f"{LEAD.name} has signed this meanwhile" in late.page.text
    assert sign(other, portal).status == 302
    page = one.page(f"{place(portal)}/positions")
    assert LEAD.name in page.text
    assert SECOND_LEAD.name in page.text


def test_results_stay_compared_with_the_position_of_their_day(portal: Flask) -> None:
    client = lead(portal)
    sign(client, portal)
    ask_all(portal, [alike(portal)] * 10)
    address = f"{place(portal)}/1/results.csv"
    before = client.get(address).text
    for point in "12345":
        stated = dict.fromkeys((i.key for i in editions(portal).current.items), point)
        assert sign(client, portal, **stated).status == 302
        assert client.get(address).text == before, "moving the position would tell the answers"


# ---- Rounds


def test_one_round_is_open_at_a_time(asked: tuple[Flask, int]) -> None:
    app, _ = asked
    with pytest.raises(Conflict):
        begin(app)
    assert send(lead(app), f"{place(app)}/1/close").status == 302
    assert begin(app) > 0


@pytest.mark.parametrize("number", ["", "0", "-1", "201", "many"])
def test_links_are_made_in_sensible_numbers(asked: tuple[Flask, int], number: str) -> None:
    app, _ = asked
    answer = send(lead(app), f"{place(app)}/1", number=number)
    assert answer.status == 422
    assert answer.page is not None
    assert "Enter a whole number from 1 to 200" in answer.page.text


def test_a_round_has_no_more_links_than_it_may(asked: tuple[Flask, int]) -> None:
    app, wave_id = asked
    codes(app, wave_id, waves.MOST_LINKS - 5)
    answer = send(lead(app), f"{place(app)}/1", number="6")
    assert answer.page is not None
    assert "5 are left" in answer.page.text


# ---- Across authorities


def test_the_national_picture_needs_three_authorities_and_shows_no_small_number(
    portal: Flask,
) -> None:
    every = editions(portal)
    for number, code in enumerate(("E06000001", "E06000002", "E06000003"), 1):
        ask_all(portal, [alike(portal)] * 10, code)
        with portal.app_context():
            national.refresh(every)
            made = national.latest(db.session)
        assert (made is not None) == (number == 3)
    page = reader(portal, CURATOR).page("/self-assessment")
    assert "3 to 5" in page.text
    assert "Hartlepool" not in page.text
    with portal.app_context(), short_transaction() as session:
        picture = national.latest(session)
        assert picture is not None
        shown = {cell for cells in picture.cells.values() for cell in cells.values()}
    assert shown == {"3 to 5", national.FEW}


def test_the_national_picture_never_differs_by_one_authority(portal: Flask) -> None:
    every = editions(portal)
    for code in ("E06000001", "E06000002", "E06000003"):
        ask_all(portal, [alike(portal)] * 10, code)
    with portal.app_context():
        national.refresh(every)
    before = reader(portal, CURATOR).page("/self-assessment").text
    for code in ("E06000004", "E06000005"):
        ask_all(portal, [alike(portal, "1")] * 5 + [alike(portal, "5")] * 5, code)
        with portal.app_context():
            national.refresh(every)
        assert reader(portal, CURATOR).page("/self-assessment").text == before
