"""Changing one's password: who may, what is refused, and what ends with the old one."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.accounts import passwords, service, throttle
from portal.accounts.models import Notice, User, UserSession
from portal.audit.models import AuditEntry
from portal.core import clock
from portal.core.database import commit, db, reading, short_transaction
from tests.client import Page, Reader, reader
from tests.integration.inviting import letter_to
from tests.integration.wishing import WISH
from tests.people import CURATOR, PASSWORD, PRACTITIONER

NEW = "violet harbour lantern"
COOKIE = "__Host-portal"


def change(client: Reader, present: str = PASSWORD, new: str = NEW) -> tuple[int, str]:
    """Fill the form and send it; return the status and what the page says, or where it leads."""
    token = client.page("/account/password").fields["csrf_token"]
    data = {"csrf_token": token, "present_password": present, "password": new}
    answer = client.post("/account/password", data=data)
    return answer.status_code, answer.location or Page(answer.text).text


def actions(portal: Flask) -> list[str]:
    with portal.app_context(), reading():
        return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_the_new_password_lets_in_and_the_old_one_does_not(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    status, location = change(client)
    assert (status, location) == (302, "/account?saved=password")
    page = client.page(location)
    assert "Your password is changed" in page.text
    assert reader(portal).sign_in(PRACTITIONER, PASSWORD).status_code == 422
    assert reader(portal).sign_in(PRACTITIONER, NEW).status_code == 302
    assert "password.changed" in actions(portal)


def test_other_sessions_end_and_a_copied_cookie_is_worth_nothing(portal: Flask) -> None:
    client, elsewhere = reader(portal, PRACTITIONER), reader(portal, PRACTITIONER)
    somebody_else = reader(portal, CURATOR)
    cookie = client.get_cookie(COOKIE, domain="localhost")
    assert cookie is not None
    thief = reader(portal)
    thief.set_cookie(COOKIE, cookie.value, domain="localhost", secure=True)
    assert thief.get("/account").status_code == 200
    change(client)
    assert client.get("/account").status_code == 200
    assert somebody_else.get("/account").status_code == 200
    for ended in (elsewhere, thief):
        assert ended.get("/account").status_code == 302


def test_a_form_that_was_open_in_another_tab_can_still_be_sent(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    data = WISH | {"csrf_token": client.page("/ask-for-an-example").fields["csrf_token"]}
    change(client)
    assert client.post("/ask-for-an-example", data=data).status_code == 302


def test_the_person_is_told_inside_and_by_letter(portal: Flask) -> None:
    change(reader(portal, PRACTITIONER))
    with portal.app_context(), reading():
        kinds = db.session.scalars(
            select(Notice.kind).join(User).where(User.email == PRACTITIONER.email)
        ).all()
    assert kinds == ["password.changed"]
    letter = letter_to(portal, PRACTITIONER.email)
    assert letter is not None
    assert letter.subject == "Your password was changed"
    assert "https://localhost/forgotten-password" in letter.text
    assert PRACTITIONER.name not in letter.text


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("too short", "Use a password of at least 12 characters"),
        ("Password1234", "on lists that attackers try"),
        ("Petra Practitioner 1", "your own name or e-mail address"),
        ("safeguarding 2026", "words that belong to this service"),
        (PASSWORD, "Choose a password other than your present one"),
    ],
)
def test_a_password_that_is_not_taken_changes_nothing(portal: Flask, new: str, why: str) -> None:
    client, elsewhere = reader(portal, PRACTITIONER), reader(portal, PRACTITIONER)
    status, text = change(client, new=new)
    assert status == 422
    assert why in text
    assert elsewhere.get("/account").status_code == 200
    assert reader(portal).sign_in(PRACTITIONER).status_code == 302
    assert "password.changed" not in actions(portal)


def test_a_rejected_form_keeps_no_password_and_leads_to_the_field(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    token = client.page("/account/password").fields["csrf_token"]
    data = {"csrf_token": token, "present_password": PASSWORD, "password": "Password1234"}
    page = Page(client.post("/account/password", data=data).text)
    assert page.title.startswith("Error: ")
    for secret in (PASSWORD, "Password1234"):
        assert secret not in page.html
    (link,) = [target for text, target in page.links.items() if text.startswith("Choose another")]
    assert link == "#password"


def test_the_field_lets_password_managers_help(library: Flask) -> None:
    page = reader(library, PRACTITIONER).page("/account/password")
    fields = {field.get("name"): field for field in page.all("input")}
    new, present = fields["password"], fields["present_password"]
    assert new.get("autocomplete") == "new-password"
    assert present.get("autocomplete") == "current-password"
    for field in (new, present):
        assert field.get("type") == "password"
        assert field.get("spellcheck") == "false"
        assert field.get("maxlength") is None
    assert fields["username"].get("value") == PRACTITIONER.email
    assert "At least 12 characters." in page.text


def test_guesses_of_the_present_password_count_as_at_the_sign_in_page(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    for _ in range(throttle.PER_ACCOUNT_AND_ADDRESS):
        status, text = change(client, present="walrus teapot on Friday")
        assert status == 422
        assert "The present password is not right" in text
    assert change(client)[0] == 429
    assert reader(portal).sign_in(PRACTITIONER).status_code == 429
    assert actions(portal).count("sign-in.failed") == throttle.PER_ACCOUNT_AND_ADDRESS + 2


def test_after_a_change_earlier_failures_are_forgotten(portal: Flask) -> None:
    client = reader(portal, PRACTITIONER)
    for _ in range(throttle.PER_ACCOUNT_AND_ADDRESS - 1):
        reader(portal).sign_in(PRACTITIONER, "walrus teapot on Friday")
    assert change(client)[0] == 302
    for _ in range(throttle.PER_ACCOUNT_AND_ADDRESS - 1):
        assert reader(portal).sign_in(PRACTITIONER, PASSWORD).status_code == 422
    assert reader(portal).sign_in(PRACTITIONER, NEW).status_code == 302


def test_a_session_that_was_ended_meanwhile_changes_nothing(
    portal: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = reader(portal, PRACTITIONER)
    hashed = passwords.hash_password

    def meanwhile(password: str) -> str:
        """Let somebody sign this browser out from elsewhere, while the new password is hashed."""
        with short_transaction() as session:
            session.execute(update(UserSession).values(ended_at=clock.now()))
        return hashed(password)

    monkeypatch.setattr(passwords, "hash_password", meanwhile)
    assert change(client) == (302, "/sign-in?next=/account/password")
    assert reader(portal).sign_in(PRACTITIONER, PASSWORD).status_code == 302


def test_of_two_changes_at_once_the_second_one_is_refused(
    portal: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = reader(portal, PRACTITIONER)
    hashed = passwords.hash_password
    other = hashed("yellow harbour lantern")

    def meanwhile(password: str) -> str:
        with short_transaction() as session:
            of_person = User.email == PRACTITIONER.email
            session.execute(update(User).where(of_person).values(password_hash=other))
        return hashed(password)

    monkeypatch.setattr(passwords, "hash_password", meanwhile)
    status, text = change(client)
    assert status == 422
    assert "The present password is not right" in text
    assert reader(portal).sign_in(PRACTITIONER, "yellow harbour lantern").status_code == 302


def test_a_demonstration_that_is_prepared_again_has_its_published_password(
    portal: Flask,
) -> None:
    with portal.app_context():
        changed = passwords.hash_password(NEW)
        of_person = User.email == PRACTITIONER.email
        db.session.execute(
            update(User).where(of_person).values(demonstration=True, password_hash=changed)
        )
        service.give_published_password(db.session)
        rows = db.session.execute(select(User.email, User.password_hash))
        hashes = {email: kept for email, kept in rows}
        commit()
    assert passwords.matches(service.DEMONSTRATION_PASSWORD, hashes[PRACTITIONER.email])
    assert passwords.matches(PASSWORD, hashes[CURATOR.email]), "nobody else's"
