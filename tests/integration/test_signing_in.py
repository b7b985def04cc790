"""Who gets in, who does not, and what is left on record."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, url_for
from sqlalchemy import func, select, update

from portal.accounts import passwords, throttle
from portal.accounts.models import SignInAttempt, User, UserSession
from portal.audit.models import AuditEntry
from portal.core import clock
from portal.core.database import commit, db
from tests.client import Page, Reader, reader
from tests.people import ADMINISTRATOR, CURATOR, PASSWORD, PRACTITIONER, Person

STRANGER = Person("Nemo Nobody-Knows", None)
WRONG = "walrus teapot on Friday"


def test_a_practitioner_is_led_to_the_page_they_wanted(library: Flask) -> None:
    client = reader(library)
    asked = client.get("/library/case-004")
    assert asked.location == "/sign-in?next=/library/case-004"
    answer = client.sign_in(PRACTITIONER, after="?next=/library/case-004")
    assert answer.location == "/library/case-004"
    assert client.page("/library/case-004").heading.startswith("A web search")


def test_what_was_searched_for_is_not_carried_along(stranger: Reader) -> None:
    assert stranger.get("/library?q=something+private").location == "/sign-in?next=/library"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "//[",
        "//\u2100",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\nb",
    ],
)
def test_sign_in_never_leads_to_another_site(library: Flask, wanted: str) -> None:
    with library.test_request_context():
        after = "?" + url_for("accounts.sign_in", next=wanted).partition("?")[2]
    assert reader(library).sign_in(PRACTITIONER, after=after).location == "/"


def test_the_answer_is_the_same_whether_an_account_exists_or_not(portal: Flask) -> None:
    suspend(portal, CURATOR)
    pages = []
    for person, password in ((PRACTITIONER, WRONG), (STRANGER, WRONG), (CURATOR, PASSWORD)):
        answer = reader(portal).sign_in(person, password)
        assert answer.status_code == 422
        token = Page(answer.text).fields["csrf_token"]
        text = answer.text.replace(token, "").replace(person.email, "")
        pages.append(text.split("<main")[1])
    assert pages[0] == pages[1] == pages[2]
    assert "The e-mail address or the password is not right" in pages[0]


def test_the_work_is_the_same_whether_an_account_exists_or_not(
    library: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    verify = passwords._hasher.verify

    class Watched:
        def verify(self, hashed: str, password: str) -> bool:
            verified.append(hashed.rsplit("$", 2)[0])
            return verify(hashed, password)

    monkeypatch.setattr(passwords, "_hasher", Watched())
    for person in (PRACTITIONER, STRANGER):
        reader(library).sign_in(person, WRONG)
    assert len(verified) == 2
    assert verified[0] == verified[1], "the same cost parameters"


def test_a_rejected_form_keeps_the_address_and_never_the_password(library: Flask) -> None:
    page = Page(reader(library).sign_in(PRACTITIONER, WRONG).text)
    assert page.title.startswith("Error: ")
    assert page.fields["email"] == PRACTITIONER.email
    assert WRONG not in page.html
    assert page.links["The e-mail address or the password is not right"] == "#password"


def test_an_empty_form_says_what_to_enter(stranger: Reader) -> None:
    token = stranger.page("/sign-in").fields["csrf_token"]
    answer = stranger.post("/sign-in", data={"csrf_token": token})
    assert answer.status_code == 422
    links = Page(answer.text).links
    assert links["Enter your e-mail address"] == "#email"
    assert links["Enter your password"] == "#password"


def test_an_address_typed_in_capitals_is_the_same(library: Flask) -> None:
    loud = Person(PRACTITIONER.name.upper(), None)
    client = reader(library)
    token = client.page("/sign-in").fields["csrf_token"]
    data = {"csrf_token": token, "email": f" {loud.email.upper()} ", "password": PASSWORD}
    assert client.post("/sign-in", data=data).status_code == 302


def test_a_form_without_its_token_is_refused(stranger: Reader) -> None:
    data = {"email": PRACTITIONER.email, "password": PASSWORD}
    answer = stranger.post("/sign-in", data=data)
    assert answer.status_code == 400
    assert Page(answer.text).heading == "This page was open for too long"


def test_guessing_is_stopped_for_known_and_unknown_accounts_alike(portal: Flask) -> None:
    for person in (PRACTITIONER, STRANGER):
        client = reader(portal)
        for _ in range(throttle.PER_ACCOUNT_AND_ADDRESS):
            assert client.sign_in(person, WRONG).status_code == 422
        for password in (WRONG, PASSWORD):
            answer = client.sign_in(person, password)
            assert answer.status_code == 429
            assert 60 <= int(answer.headers["Retry-After"]) <= 15 * 60
            assert Page(answer.text).heading == "Wait before you try again"


def test_one_guesser_does_not_lock_the_person_out_elsewhere(portal: Flask) -> None:
    for _ in range(throttle.PER_ACCOUNT_AND_ADDRESS + 1):
        reader(portal).sign_in(PRACTITIONER, WRONG)
    elsewhere = reader(portal)
    token = elsewhere.page("/sign-in").fields["csrf_token"]
    data = {"csrf_token": token, "email": PRACTITIONER.email, "password": PASSWORD}
    answer = elsewhere.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": "127.0.0.2"})
    assert answer.status_code == 302


def test_a_guesser_does_not_get_away_within_one_ipv6_network(portal: Flask) -> None:
    answers = [
        try_from(portal, f"2001:db8::{number:x}")
        for number in range(throttle.PER_ACCOUNT_AND_ADDRESS)
    ]
    assert answers == [422] * throttle.PER_ACCOUNT_AND_ADDRESS
    assert try_from(portal, "2001:db8::ffff") == 429
    assert try_from(portal, "2001:db8:0:1::1") == 422


def try_from(portal: Flask, address: str) -> int:
    client = reader(portal)
    token = client.page("/sign-in").fields["csrf_token"]
    data = {"csrf_token": token, "email": PRACTITIONER.email, "password": WRONG}
    return client.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": address}).status_code


def test_a_refused_guesser_is_on_record(portal: Flask) -> None:
    for _ in range(throttle.PER_ACCOUNT_AND_ADDRESS + 1):
        reader(portal).sign_in(PRACTITIONER, WRONG)
    with portal.app_context():
        reasons = [
            entry.details["reason"]
            for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
            if entry.action == "sign-in.failed"
        ]
    assert reasons == ["password"] * throttle.PER_ACCOUNT_AND_ADDRESS + ["too many attempts"]


def test_signs_that_no_keyboard_has_are_no_error(portal: Flask) -> None:
    strange = Person("x", None)
    client = reader(portal)
    token = client.page("/sign-in").fields["csrf_token"]
    data = {"csrf_token": token, "email": f"\0{strange.email}", "password": "\0" * 12}
    assert client.post("/sign-in", data=data).status_code == 422


def test_after_a_while_sign_in_opens_again(portal: Flask) -> None:
    start = clock.now()
    with clock.frozen(start):
        for _ in range(throttle.PER_ACCOUNT_AND_ADDRESS + 1):
            last = reader(portal).sign_in(PRACTITIONER, WRONG)
        assert last.status_code == 429
    with clock.frozen(start + throttle.WINDOW + timedelta(seconds=1)):
        assert reader(portal).sign_in(PRACTITIONER).status_code == 302


def test_success_forgets_the_failures_before_it(portal: Flask) -> None:
    reader(portal).sign_in(PRACTITIONER, WRONG)
    reader(portal).sign_in(PRACTITIONER)
    with portal.app_context():
        assert db.session.scalar(select(func.count()).select_from(SignInAttempt)) == 0


def test_what_was_typed_is_never_kept(portal: Flask) -> None:
    reader(portal).sign_in(STRANGER, WRONG)
    with portal.app_context():
        attempt = db.session.scalars(select(SignInAttempt)).one()
        entry = db.session.scalars(
            select(AuditEntry).where(AuditEntry.action == "sign-in.failed")
        ).one()
        kept = f"{vars(attempt)} {vars(entry)}"
    for secret in (STRANGER.email, WRONG, "127.0.0.1"):
        assert secret not in kept
    assert entry.object_id == "unknown"


def test_a_failed_sign_in_stays_on_record_when_the_request_fails(
    portal: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.config["SHOW_ERROR_PAGES"] = True
    client = reader(portal)
    token = client.page("/sign-in").fields["csrf_token"]
    data = {"csrf_token": token, "email": PRACTITIONER.email, "password": WRONG}

    def broken(*args: object, **kwargs: object) -> str:
        raise RuntimeError("the page cannot be made")

    monkeypatch.setattr("portal.accounts.views._people", broken)
    assert client.post("/sign-in", data=data).status_code == 500
    with portal.app_context():
        actions = db.session.scalars(select(AuditEntry.action)).all()
        assert "sign-in.failed" in actions
        assert db.session.scalar(select(func.count()).select_from(SignInAttempt)) == 1


def test_the_cookie_is_for_this_host_and_https_alone(library: Flask) -> None:
    cookie = reader(library).sign_in(PRACTITIONER).headers["Set-Cookie"]
    assert cookie.startswith("__Host-portal=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    assert "Expires" not in cookie, "gone with the browser"


def test_a_copied_cookie_is_worth_nothing_after_sign_out(library: Flask) -> None:
    client = reader(library, PRACTITIONER)
    cookie = client.get_cookie("__Host-portal", domain="localhost")
    assert cookie is not None
    thief = reader(library)
    thief.set_cookie("__Host-portal", cookie.value, domain="localhost", secure=True)
    assert thief.get("/account").status_code == 200
    assert client.post("/sign-out").location == "/signed-out"
    assert client.get("/account").status_code == 302
    assert thief.get("/account").status_code == 302


def test_signing_in_again_makes_a_new_session(portal: Flask) -> None:
    for _ in range(2):
        reader(portal, PRACTITIONER)
    with portal.app_context():
        hashes = db.session.scalars(select(UserSession.token_hash)).all()
        assert len(set(hashes)) == 2


@pytest.mark.parametrize(
    ("later", "status"),
    [
        (timedelta(minutes=29), 200),
        (timedelta(minutes=31), 302),
        (timedelta(hours=13), 302),
    ],
)
def test_an_idle_session_ends(portal: Flask, later: timedelta, status: int) -> None:
    start = datetime(2026, 11, 23, 9, tzinfo=UTC)
    with clock.frozen(start):
        client = reader(portal, PRACTITIONER)
    with clock.frozen(start + later):
        assert client.get("/account").status_code == status


def test_a_used_session_ends_after_twelve_hours(portal: Flask) -> None:
    start = datetime(2026, 11, 23, 8, tzinfo=UTC)
    with clock.frozen(start):
        client = reader(portal, PRACTITIONER)
    for quarter in range(1, 48):
        with clock.frozen(start + timedelta(minutes=15 * quarter)):
            assert client.get("/account").status_code == 200
    with clock.frozen(start + timedelta(hours=12, seconds=1)):
        assert client.get("/account").status_code == 302


def test_a_person_whose_session_ran_out_signs_in_again_in_the_same_browser(portal: Flask) -> None:
    start = datetime(2026, 11, 23, 9, tzinfo=UTC)
    with clock.frozen(start):
        client = reader(portal, PRACTITIONER)
    with clock.frozen(start + timedelta(hours=1)):
        assert client.sign_in(PRACTITIONER).status_code == 302
        assert client.get("/account").status_code == 200


def test_suspension_ends_every_session_at_once(portal: Flask) -> None:
    client = reader(portal, CURATOR)
    suspend(portal, CURATOR)
    assert client.get("/account").status_code == 302


def test_a_demonstration_account_opens_nothing_in_production(portal: Flask) -> None:
    client = reader(portal, ADMINISTRATOR)
    with portal.app_context():
        where = User.email == ADMINISTRATOR.email
        db.session.execute(update(User).where(where).values(demonstration=True))
        commit()
    assert client.get("/account").status_code == 302
    assert reader(portal).sign_in(ADMINISTRATOR).status_code == 422
    assert "Accounts to try" not in reader(portal).page("/sign-in").text


def test_the_account_page_shows_roles_with_their_authority(library: Flask) -> None:
    page = reader(library, PRACTITIONER).page("/account")
    assert "Practitioner, Hartlepool" in page.text
    assert PRACTITIONER.email in page.text


def test_signing_in_and_out_is_on_record(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    client.post("/sign-out")
    with portal.app_context():
        entries = db.session.scalars(
            select(AuditEntry).where(AuditEntry.object_type == "session").order_by(AuditEntry.id)
        ).all()
    assert [entry.action for entry in entries] == ["session.started", "session.ended"]
    assert {entry.actor_name for entry in entries} == {PRACTITIONER.name}


def suspend(portal: Flask, person: Person) -> None:
    with portal.app_context():
        db.session.execute(update(User).where(User.email == person.email).values(active=False))
        commit()
