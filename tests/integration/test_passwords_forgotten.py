"""A forgotten password: the same answer for everybody, a link that works once, and what it ends."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update

from portal.accounts import password_links, throttle
from portal.accounts.models import Notice, PasswordLink, SignInAttempt, User
from portal.audit.models import AuditEntry
from portal.core import clock
from portal.core.database import db, reading, short_transaction
from portal.core.errors import Gone
from portal.core.jobs import Job
from portal.core.mail import OutgoingMail
from tests.client import Page, Reader, reader
from tests.integration.inviting import letter_to, link_to
from tests.people import CURATOR, PASSWORD, PRACTITIONER, Person
from tests.work import work

NEW = "violet harbour lantern"
STRANGER = Person("Nemo Nobody-Knows", None)


def ask(app: Flask, email: str = PRACTITIONER.email, address: str = "127.0.0.1") -> int:
    """Ask for a link; return the status of the answer."""
    client = reader(app)
    token = client.page("/forgotten-password").fields["csrf_token"]
    answer = client.post(
        "/forgotten-password",
        data={"csrf_token": token, "email": email},
        environ_base={"REMOTE_ADDR": address},
    )
    assert answer.status_code != 302 or answer.location == "/forgotten-password/sent"
    return answer.status_code


def choose(client: Reader, link: str, password: str = NEW) -> tuple[int, str]:
    """Open a link, fill the form and send it; return the status and the text or where it leads."""
    opened = client.get(link)
    if opened.status_code != 200:
        return opened.status_code, Page(opened.text).heading
    token = Page(opened.text).fields["csrf_token"]
    answer = client.post(link, data={"csrf_token": token, "password": password})
    return answer.status_code, answer.location or Page(answer.text).text


def letters(app: Flask) -> list[str]:
    with app.app_context(), reading():
        query = select(OutgoingMail.to_email).where(OutgoingMail.kind == "password-link")
        return list(db.session.scalars(query))


def change_account(app: Flask, **values: object) -> None:
    with app.app_context(), short_transaction() as session:
        of_person = User.email == PRACTITIONER.email
        session.execute(update(User).where(of_person).values(**values))


@pytest.fixture
def link(portal: Flask) -> str:
    assert ask(portal) == 302
    work(portal)
    return link_to(portal, PRACTITIONER.email)


def test_the_sign_in_page_leads_there(stranger: Reader) -> None:
    page = stranger.page("/sign-in")
    assert page.links["I have forgotten my password"] == "/forgotten-password"


def test_a_link_lets_choose_a_new_password_once(portal: Flask, link: str) -> None:
    before = reader(portal, PRACTITIONER)
    client = reader(portal)
    assert link.startswith("/choose-password?t=")
    assert PRACTITIONER.email in client.page(link).text
    assert choose(client, link) == (302, "/choose-password/done")
    assert client.page("/choose-password/done").links["Sign in"] == "/sign-in"
    assert before.get("/account").status_code == 302, "every session has ended"
    assert reader(portal).sign_in(PRACTITIONER, PASSWORD).status_code == 422
    assert reader(portal).sign_in(PRACTITIONER, NEW).status_code == 302
    status, heading = choose(reader(portal), link, "yellow harbour lantern")
    assert (status, heading) == (410, "This link doesn’t work")
    assert reader(portal).sign_in(PRACTITIONER, NEW).status_code == 302


def test_it_is_on_record_and_the_person_is_told(portal: Flask, link: str) -> None:
    choose(reader(portal), link)
    with portal.app_context(), reading():
        entries = db.session.scalars(
            select(AuditEntry).where(AuditEntry.action.startswith("password."))
        ).all()
        assert [entry.action for entry in entries] == ["password.link-sent", "password.reset"]
        assert [entry.actor_name for entry in entries] == ["", PRACTITIONER.name]
        assert db.session.scalars(select(Notice.kind)).all() == ["password.changed"]
    letter = letter_to(portal, PRACTITIONER.email)
    assert letter is not None
    assert letter.subject == "Your password was changed"


def test_a_link_that_was_only_opened_still_works(portal: Flask, link: str) -> None:
    for _ in range(3):
        reader(portal).page(link)
    assert choose(reader(portal), link)[0] == 302


def test_a_password_that_is_refused_leaves_the_link_open(portal: Flask, link: str) -> None:
    for password, why in (
        ("short", "at least 12 characters"),
        ("Password1234", "on lists that attackers try"),
        (PRACTITIONER.name, "your own name"),
    ):
        status, text = choose(reader(portal), link, password)
        assert status == 422
        assert why in text
    assert choose(reader(portal), link)[0] == 302


def test_a_link_ends_after_an_hour(portal: Flask) -> None:
    start = clock.now()
    with clock.frozen(start):
        ask(portal)
        work(portal)
        link = link_to(portal, PRACTITIONER.email)
    with clock.frozen(start + timedelta(minutes=59)):
        reader(portal).page(link)
    with clock.frozen(start + timedelta(minutes=61)):
        assert choose(reader(portal), link)[0] == 410
        assert letter_to(portal, PRACTITIONER.email) is None, "nor is it sent any more"


def test_a_newer_link_ends_the_earlier_one(portal: Flask, link: str) -> None:
    with clock.frozen(clock.now() + timedelta(seconds=1)):
        ask(portal)
        work(portal)
        newer = link_to(portal, PRACTITIONER.email)
        assert choose(reader(portal), link)[0] == 410
        assert choose(reader(portal), newer)[0] == 302


def wrong_tokens(link: str) -> list[str]:
    path, _, token = link.partition("?t=")
    number, _, mac = token.partition("-")
    return [
        path,
        f"{path}?t=",
        f"{path}?t={token[:-1]}",
        f"{path}?t={int(number) + 1}-{mac}",
        f"{path}?t={number}-{'0' * 64}",
        f"{path}?t={number}-{mac[:-1]}\u00e9",
        f"{path}?t={token * 50}",
        f"{path}?t=1%00-{mac}",
    ]


def test_a_link_that_is_not_whole_gives_a_calm_page(portal: Flask, link: str) -> None:
    for wrong in wrong_tokens(link):
        page = reader(portal).page(wrong, status=410)
        assert page.heading == "This link doesn’t work"
        assert page.links["Send me another link"] == "/forgotten-password"
    assert choose(reader(portal), link)[0] == 302


@pytest.mark.parametrize(
    "change",
    [{"active": False}, {"email": "petra@elsewhere.gov.uk"}, {"demonstration": True}],
    ids=["suspended", "another address", "of a demonstration"],
)
def test_a_link_of_an_account_that_changed_lets_nobody_in(
    portal: Flask, link: str, change: dict[str, object]
) -> None:
    change_account(portal, **change)
    assert choose(reader(portal), link)[0] == 410


@pytest.mark.parametrize("change", [{"active": False}, {"demonstration": True}])
def test_no_letter_goes_to_an_account_that_opens_nothing(
    portal: Flask, change: dict[str, object]
) -> None:
    change_account(portal, **change)
    assert ask(portal) == 302
    work(portal)
    assert letters(portal) == []


def test_the_request_is_the_same_work_whether_there_is_an_account_or_not(portal: Flask) -> None:
    """What is asked of the database is the same to the letter, so the time is too."""
    statements: list[str] = []
    with portal.app_context():
        engine = db.engine

    here = threading.get_ident()

    def watch(_: object, __: object, statement: str, *___: object) -> None:
        if threading.get_ident() == here and not statement.startswith("PRAGMA"):
            statements.append(statement)

    pages, work_of = [], []
    event.listen(engine, "before_cursor_execute", watch)
    for person in (PRACTITIONER, STRANGER):
        statements.clear()
        assert ask(portal, person.email) == 302
        work_of.append(list(statements))
        pages.append(reader(portal).page("/forgotten-password/sent").html.split("<main")[1])
    event.remove(engine, "before_cursor_execute", watch)
    assert work_of[0] == work_of[1]
    assert any("INSERT INTO job" in statement for statement in work_of[0])
    assert not any("FROM account" in statement for statement in work_of[0])
    assert pages[0] == pages[1]
    work(portal)
    assert letters(portal) == [PRACTITIONER.email]


def test_what_was_typed_is_kept_nowhere(portal: Flask) -> None:
    ask(portal, STRANGER.email)
    work(portal)
    with portal.app_context(), reading():
        rows = [
            vars(row)
            for table in (SignInAttempt, Job, OutgoingMail, AuditEntry)
            for row in db.session.scalars(select(table))
        ]
    assert STRANGER.email not in str(rows)


def test_the_address_may_be_typed_in_capitals(portal: Flask) -> None:
    ask(portal, f" {PRACTITIONER.email.upper()} ")
    work(portal)
    assert letters(portal) == [PRACTITIONER.email]


def test_asking_again_and_again_is_stopped_and_fills_no_mailbox(portal: Flask) -> None:
    start = clock.now()
    for number in range(throttle.PER_ACCOUNT_AND_ADDRESS):
        with clock.frozen(start + timedelta(seconds=number)):
            for person in (PRACTITIONER, STRANGER):
                assert ask(portal, person.email) == 302
            work(portal)
    with clock.frozen(start + timedelta(minutes=1)):
        for person in (PRACTITIONER, STRANGER):
            assert ask(portal, person.email) == 429
        assert ask(portal, PRACTITIONER.email, "127.0.0.2") == 302
        work(portal)
        assert letters(portal) == [PRACTITIONER.email] * password_links.MOST
        assert choose(reader(portal), link_to(portal, PRACTITIONER.email))[0] == 302


def test_who_asked_too_often_can_still_sign_in(portal: Flask) -> None:
    for _ in range(throttle.PER_ACCOUNT_AND_ADDRESS + 1):
        ask(portal)
    assert reader(portal).sign_in(PRACTITIONER).status_code == 302


def test_who_guessed_too_often_can_sign_in_with_the_new_password(portal: Flask, link: str) -> None:
    for _ in range(throttle.PER_ACCOUNT_AND_ADDRESS + 1):
        reader(portal).sign_in(PRACTITIONER, "walrus teapot on Friday")
    choose(reader(portal), link)
    assert reader(portal).sign_in(PRACTITIONER, NEW).status_code == 302


def test_work_that_is_done_twice_sends_one_letter(portal: Flask) -> None:
    ask(portal)
    with portal.app_context():
        with reading():
            attempt = db.session.scalars(select(SignInAttempt.id)).one()
        for _ in range(2):
            password_links.find_account(attempt)
    assert letters(portal) == [PRACTITIONER.email]


def at_once(app: Flask, one: Callable[[], object], other: Callable[[], object]) -> list[object]:
    def run(work: Callable[[], object]) -> object:
        with app.app_context():
            try:
                return work()
            except Gone:
                return Gone

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, (one, other)))


def test_of_two_who_use_a_link_at_once_one_wins(portal: Flask, link: str) -> None:
    token = link.partition("?t=")[2]
    with portal.app_context():
        found = password_links.find(token)

    def use(password: str) -> Callable[[], object]:
        def work() -> str:
            with short_transaction() as session:
                password_links.use(session, link=found, password=password)
            return password

        return work

    passwords = [NEW, "yellow harbour lantern"]
    results = at_once(portal, use(passwords[0]), use(passwords[1]))
    assert results.count(Gone) == 1
    (won,) = (result for result in results if result is not Gone)
    for password in passwords:
        expected = 302 if password == won else 422
        assert reader(portal).sign_in(PRACTITIONER, password).status_code == expected
    with portal.app_context(), reading():
        resets = select(func.count()).where(AuditEntry.action == "password.reset")
        assert db.session.scalar(resets) == 1


def test_a_link_that_is_used_while_another_is_made_waits_for_nobody(
    portal: Flask, link: str
) -> None:
    with clock.frozen(clock.now() + timedelta(seconds=1)):
        ask(portal)
    with portal.app_context():
        with reading():
            attempt = db.session.scalars(
                select(SignInAttempt.id).order_by(SignInAttempt.id.desc())
            ).first()
        found = password_links.find(link.partition("?t=")[2])

    def use() -> None:
        with short_transaction() as session:
            password_links.use(session, link=found, password=NEW)

    at_once(portal, use, lambda: password_links.find_account(attempt or 0))
    with portal.app_context(), reading():
        first = db.session.get(PasswordLink, found.id)
        assert first is not None
        assert first.used_at is not None


def test_somebody_who_is_signed_in_as_another_person_stays_so(portal: Flask, link: str) -> None:
    curator = reader(portal, CURATOR)
    assert choose(curator, link)[0] == 302
    assert CURATOR.email in curator.page("/account").text
