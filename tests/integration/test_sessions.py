"""A person's own sessions: which there are, how long they last, and what ends them."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts import leaving
from portal.accounts.models import RoleAssignment, User, UserSession
from portal.audit.models import AuditEntry
from portal.core import clock
from portal.core.database import commit, db, reading
from portal.core.errors import Conflict, Gone, NotAllowed, NotFound, TooManyAttempts
from portal.core.permissions import Actor, public
from portal.core.roles import Role
from tests.client import Page, Reader, reader
from tests.integration.wishing import WISH
from tests.people import CURATOR, LEAD, PASSWORD, PRACTITIONER, Person

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
WISHING = "/ask-for-an-example"
WROTE = "Words that took an hour."


def sign_in(
    app: Flask, person: Person, user_agent: str = "", again: Reader | None = None
) -> Reader:
    """Sign in with a browser that calls itself `user_agent`."""
    client = again or reader(app)
    token = client.page("/sign-in").fields["csrf_token"]
    data = {"csrf_token": token, "email": person.email, "password": PASSWORD}
    answer = client.post("/sign-in", data=data, headers={"User-Agent": user_agent})
    assert answer.status_code == 302
    return client


def rows(app: Flask, person: Person) -> list[UserSession]:
    with app.app_context(), reading():
        query = select(UserSession).join(User, User.id == UserSession.user_id)
        query = query.where(User.email == person.email).order_by(UserSession.id)
        found = list(db.session.scalars(query))
        db.session.expunge_all()
        return found


def post(client: Reader, address: str) -> tuple[int, str]:
    token = client.page("/account/sessions").fields["csrf_token"]
    answer = client.post(address, data={"csrf_token": token})
    return answer.status_code, answer.location or ""


def headings(page: Page) -> list[str]:
    return [page.text_of(heading) for heading in page.all("h2")]


def test_a_person_sees_where_they_are_signed_in(portal: Flask) -> None:
    with clock.frozen(START):
        sign_in(portal, PRACTITIONER, FIREFOX)
        sign_in(portal, CURATOR, FIREFOX)
    with clock.frozen(START + timedelta(minutes=5)):
        client = sign_in(portal, PRACTITIONER, "curl/8.5.0")
        page = client.page("/account/sessions")
    shown = [heading for heading in headings(page) if "browser" in heading or "Firefox" in heading]
    assert shown == ["A browser that we don’t know (this browser)", "Firefox on Windows"]
    assert "23 November 2026 at 9:00am" in page.text
    assert "140" not in page.text
    assert rows(portal, PRACTITIONER)[0].browser == "Firefox on Windows"


def test_what_has_ended_by_itself_is_not_shown(portal: Flask) -> None:
    with clock.frozen(START):
        sign_in(portal, PRACTITIONER, FIREFOX)
    with clock.frozen(START + timedelta(minutes=31)):
        page = sign_in(portal, PRACTITIONER).page("/account/sessions")
    assert "Firefox" not in page.text
    assert "Sign out everywhere else" not in page.text


def test_one_session_is_ended_and_the_others_go_on(portal: Flask) -> None:
    clients = [reader(portal, PRACTITIONER) for _ in range(3)]
    second = rows(portal, PRACTITIONER)[1].id
    answer = post(clients[0], f"/account/sessions/{second}/end")
    assert answer == (302, "/account/sessions?ended=one")
    assert [client.get("/account").status_code for client in clients] == [200, 302, 200]
    assert "That browser is signed out" in clients[0].page(answer[1]).text
    assert post(clients[0], f"/account/sessions/{second}/end")[0] == 404, "it has ended"


def test_the_present_session_is_ended_as_by_signing_out(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    present = rows(portal, PRACTITIONER)[0].id
    assert post(client, f"/account/sessions/{present}/end") == (302, "/signed-out")
    assert client.get("/account").status_code == 302


def test_all_others_are_ended_at_once(portal: Flask) -> None:
    clients = [reader(portal, PRACTITIONER) for _ in range(3)]
    curator = reader(portal, CURATOR)
    answer = post(clients[1], "/account/sessions/end-others")
    assert answer == (302, "/account/sessions?ended=others")
    assert [client.get("/account").status_code for client in clients] == [302, 200, 302]
    assert curator.get("/account").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(portal: Flask) -> None:
    curator = reader(portal, CURATOR)
    foreign = rows(portal, CURATOR)[0].id
    client = reader(portal, PRACTITIONER)
    assert post(client, f"/account/sessions/{foreign}/end")[0] == 404
    assert post(client, f"/account/sessions/{foreign + 1000}/end")[0] == 404
    assert curator.get("/account").status_code == 200


def test_ending_is_on_record_and_needs_the_token_of_its_page(portal: Flask) -> None:
    client, other = (reader(portal, PRACTITIONER) for _ in range(2))
    for address in ("/account/sessions/1/end", "/account/sessions/end-others"):
        assert client.post(address).status_code == 400
    assert other.get("/account").status_code == 200
    post(client, f"/account/sessions/{rows(portal, PRACTITIONER)[1].id}/end")
    with portal.app_context(), reading():
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert (entry.action, entry.details) == (
            "session.ended",
            {"reason": "ended by the person"},
        )


MANAGER = Actor(name="a curator", roles=frozenset({Role.CURATOR.value}))


def end(how: str, role: RoleAssignment) -> None:
    user_id, place = role.user_id, role.authority_id or 0
    match how:
        case "account suspended":
            leaving.suspend_account(db.session, actor=MANAGER, user_id=user_id)
        case "account closed":
            leaving.close_account(db.session, actor=MANAGER, user_id=user_id)
        case "role suspended":
            leaving.suspend_roles(db.session, actor=MANAGER, user_id=user_id, authority_id=place)
        case "role ended":
            leaving.end_role(db.session, actor=MANAGER, assignment=role, reason="moved")


@pytest.mark.parametrize(
    "how", ["account suspended", "account closed", "role suspended", "role ended"]
)
def test_a_session_ends_when_the_person_may_no_longer_do_what_they_could(
    portal: Flask, how: str
) -> None:
    client, other = reader(portal, PRACTITIONER), reader(portal, CURATOR)
    with portal.app_context():
        of_person = User.email == PRACTITIONER.email
        end(how, db.session.scalars(select(RoleAssignment).join(User).where(of_person)).one())
        commit()
    assert client.get("/account").status_code == 302
    assert client.get("/session").status_code == 302
    assert rows(portal, PRACTITIONER)[0].ended_at is not None
    assert other.get("/account").status_code == 200


def left(client: Reader) -> dict[str, int]:
    answer = client.get("/session")
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    found: dict[str, int] = answer.json  # type: ignore[assignment]
    return found


def test_a_page_is_told_how_long_its_session_lasts(portal: Flask) -> None:
    with clock.frozen(START):
        client = reader(portal, PRACTITIONER)
    with clock.frozen(START + timedelta(minutes=10)):
        assert left(client) == {"idle": 20 * 60, "at_most": 11 * 3600 + 50 * 60, "warn": 300}


def test_asking_does_not_keep_a_session_open(portal: Flask) -> None:
    with clock.frozen(START):
        client = reader(portal, PRACTITIONER)
    for minute in range(1, 30):
        with clock.frozen(START + timedelta(minutes=minute)):
            assert left(client)["idle"] == (30 - minute) * 60
    with clock.frozen(START + timedelta(minutes=30)):
        assert client.get("/session").status_code == 302
        assert client.get("/account").status_code == 302


def test_saying_that_somebody_is_there_keeps_it_open_up_to_the_last_hour(portal: Flask) -> None:
    with clock.frozen(START):
        client = reader(portal, PRACTITIONER)
    for minute in range(29, 12 * 60, 29):
        with clock.frozen(START + timedelta(minutes=minute)):
            answer = client.post("/session")
            assert answer.status_code == 200
            assert answer.json["idle"] == 30 * 60
    with clock.frozen(START + timedelta(hours=11, minutes=59)):
        assert left(client)["at_most"] == 60
    with clock.frozen(START + timedelta(hours=12)):
        assert client.post("/session").status_code == 302
        assert client.get("/account").status_code == 302


def test_a_session_that_ended_is_not_brought_back(portal: Flask) -> None:
    with clock.frozen(START):
        client = reader(portal, PRACTITIONER)
    with clock.frozen(START + timedelta(minutes=31)):
        assert client.post("/session").status_code == 302
    with clock.frozen(START + timedelta(minutes=32)):
        assert client.get("/account").status_code == 302


def test_a_warning_comes_in_time_where_sessions_are_short(databases: object) -> None:
    app = databases.make("stocked", session_idle_minutes=5)  # type: ignore[attr-defined]
    try:
        found = left(reader(app, PRACTITIONER))
        assert found["warn"] == 100
        assert found["idle"] > found["warn"]
    finally:
        databases.drop(app)  # type: ignore[attr-defined]


def test_pages_of_somebody_who_is_signed_in_load_the_warning_and_no_others(portal: Flask) -> None:
    def loads(page: Page) -> bool:
        return any(script.get("data-session") for script in page.all("script"))

    assert loads(reader(portal, PRACTITIONER).page("/account"))
    assert not loads(reader(portal).page("/sign-in"))


def test_the_account_page_says_how_long_one_stays_signed_in(portal: Flask) -> None:
    page = reader(portal, PRACTITIONER).page("/account")
    assert "signed out after 30 minutes" in page.text
    assert "after 12 hours in any case" in page.text
    assert page.links["Change your password"] == "/account/password"
    assert page.links["See where you are signed in"] == "/account/sessions"


# ---- A form that is sent too late


def test_a_form_that_was_sent_too_late_is_given_back_and_sent_again(portal: Flask) -> None:
    with clock.frozen(START):
        client = sign_in(portal, PRACTITIONER)
        token = client.page(WISHING).fields["csrf_token"]
    with clock.frozen(START + timedelta(hours=1)):
        answer = client.post(WISHING, data=WISH | {"csrf_token": token})
        assert answer.status_code == 401
        page = Page(answer.text)
        assert page.heading == "You have been signed out"
        assert page.links["Sign in (opens in a new tab)"] == "/sign-in"
        kept = page.fields
        assert WISH.items() <= kept.items()
        again = client.post(WISHING, data=kept)
        assert again.status_code == 401, "not signed in yet"
        sign_in(portal, PRACTITIONER, again=client)
        assert client.post(WISHING, data=kept).location == "/ask-for-an-example/thank-you"


def test_it_is_never_sent_in_the_name_of_somebody_else(portal: Flask) -> None:
    with clock.frozen(START):
        client = sign_in(portal, PRACTITIONER)
        token = client.page(WISHING).fields["csrf_token"]
    with clock.frozen(START + timedelta(hours=1)):
        kept = Page(client.post(WISHING, data=WISH | {"csrf_token": token}).text).fields
        sign_in(portal, LEAD, again=client)
        for _ in range(2):
            answer = client.post(WISHING, data=kept | {"why": WROTE})
            assert answer.status_code == 400
            kept = Page(answer.text).fields
            assert Page(answer.text).heading == "Somebody else is signed in now"
            assert WROTE not in Page(answer.text).text, "nor read by somebody else"
        client.post("/sign-out")
        sign_in(portal, PRACTITIONER, again=client)
        kept = Page(client.post(WISHING, data=kept).text).fields
        assert client.post(WISHING, data=kept).location == "/ask-for-an-example/thank-you"


def test_a_form_of_before_signing_out_is_shown_once_more_and_sent_again(portal: Flask) -> None:
    client = sign_in(portal, PRACTITIONER)
    form = WISH | {"csrf_token": client.page(WISHING).fields["csrf_token"], "why": WROTE}
    client.post("/sign-out")
    for heading in ("You have been signed out", "Send this again"):
        answer = client.post(WISHING, data=form)
        assert answer.status_code == 400, "its token is worth nothing"
        page = Page(answer.text)
        assert page.heading == heading
        assert WROTE in page.text
        form = page.fields
        assert WISH.items() <= form.items()
        if heading == "You have been signed out":
            sign_in(portal, PRACTITIONER, again=client)
    assert client.post(WISHING, data=form).location == "/ask-for-an-example/thank-you"


def test_another_site_gets_no_page_that_sends_for_it(portal: Flask) -> None:
    strange = reader(portal).page("/sign-in").fields["csrf_token"]
    for client in (reader(portal), reader(portal, PRACTITIONER)):
        for more in ({}, {"csrf_token": "made up"}, {"csrf_token": strange}):
            answer = client.post(WISHING, data=WISH | {"why": WROTE} | more)
            assert answer.status_code == 400
            assert WROTE not in answer.text


def test_whatever_stops_a_form_what_was_typed_is_given_back(portal: Flask) -> None:
    errors = {
        403: NotAllowed("You can’t"),
        404: NotFound("It is gone"),
        409: Conflict("It has changed"),
        410: Gone("It was withdrawn"),
        429: TooManyAttempts(60),
        500: RuntimeError("Something broke"),
    }

    def stop(status: int) -> str:
        raise errors[status]

    portal.config["SHOW_ERROR_PAGES"] = True
    portal.add_url_rule("/stop/<int:status>", view_func=public(stop), methods=["POST"])
    client = sign_in(portal, PRACTITIONER)
    typed = {
        "csrf_token": client.page(WISHING).fields["csrf_token"],
        "reason": WROTE,
        "password": PASSWORD,
    }
    maintenance = portal.extensions["settings"].instance / "maintenance"
    for status in (*errors, 503):
        if status == 503:
            maintenance.touch()
        answer = client.post(f"/stop/{status}", data=typed)
        assert answer.status_code == status
        assert WROTE in answer.text
        assert PASSWORD not in answer.text
        # whether it is any use to send it again
        assert (Page(answer.text).fields.get("reason") == WROTE) == (status in {429, 500, 503})
    maintenance.unlink()


def test_a_password_or_a_file_is_asked_for_again_and_the_rest_is_kept(portal: Flask) -> None:
    with clock.frozen(START):
        client = sign_in(portal, PRACTITIONER)
        token = client.page(WISHING).fields["csrf_token"]
    secret = {"csrf_token": token, "present_password": "walrus teapot"}
    file = {"csrf_token": token, "file": (BytesIO(b"walrus teapot"), "list.txt")}
    with clock.frozen(START + timedelta(hours=1)):
        for more in (secret, file):
            page = Page(client.post(WISHING, data=WISH | more).text)
            assert WISH.items() <= page.fields.items()
            assert "asked for it again" in page.text
            assert "teapot" not in page.html


@pytest.mark.parametrize(
    "more",
    [{"long": "x" * 100_001}, {f"f{n}": "" for n in range(1001)}],
    ids=["too long", "too many"],
)
def test_what_no_form_sends_is_not_given_back_and_leads_to_sign_in(
    portal: Flask, more: dict[str, str]
) -> None:
    with clock.frozen(START):
        client = sign_in(portal, PRACTITIONER)
        token = client.page(WISHING).fields["csrf_token"]
    with clock.frozen(START + timedelta(hours=1)):
        answer = client.post(WISHING, data=WISH | more | {"csrf_token": token})
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in")
