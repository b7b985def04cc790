"""The outbox: a letter is kept or lost with its request, sent once in effect, and forgotten."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, abort
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts import notices
from portal.accounts.models import MailFrequency, User
from portal.core import clock, mail
from portal.core.carriers import FolderCarrier, Letter, SmtpCarrier
from portal.core.config import ROOT, Settings
from portal.core.database import db, short_transaction
from portal.core.jobs import Job, JobState, WorkFailed
from portal.core.mail import Message, OutgoingMail, Postman, Words
from portal.core.permissions import public
from tests.client import reader
from tests.databases import SECRET, Databases
from tests.e2e.servers import environment
from tests.mail_servers import HOST, Inbox, mail_server, silent_server
from tests.people import PRACTITIONER
from tests.work import work

TO = "petra.practitioner@example.gov.uk"
SUBJECT = "A subject that no log repeats"
FROM = "no-reply@portal.example.gov.uk"


def write(session: Session, context: Mapping[str, Any]) -> Words | None:
    return None if context.get("pointless") else Words(SUBJECT, f"Hello, {context.get('n', 0)}\n")


@pytest.fixture
def writing(empty_portal: Flask) -> Flask:
    empty_portal.extensions["mail-writers"].register("test", write)
    return empty_portal


def post(app: Flask, to: str = TO, **context: object) -> None:
    with app.app_context(), short_transaction() as session:
        mail.post(session, kind="test", to=to, context=context)


def postman(app: Flask) -> Postman:
    found: Postman = app.extensions["postman"]
    return found


def folder(app: Flask) -> FolderCarrier:
    carrier = postman(app).carrier
    assert isinstance(carrier, FolderCarrier)
    return carrier


def letters(app: Flask) -> list[Letter]:
    return folder(app).letters()


def rows(app: Flask) -> list[OutgoingMail]:
    with app.app_context():
        return list(db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


def jobs(app: Flask) -> list[Job]:
    with app.app_context():
        return list(db.session.scalars(select(Job).where(Job.name == mail.SEND).order_by(Job.id)))


@contextmanager
def carried_by(app: Flask, send: Callable[[Message], None]) -> Iterator[None]:
    """Let `send` stand for the carrier's own."""
    carrier = folder(app)
    carrier.send = send  # type: ignore[method-assign]
    try:
        yield
    finally:
        del carrier.send


# ---- Kept or lost with the request


@pytest.mark.parametrize("fails", [False, True])
def test_a_letter_is_kept_or_lost_with_its_request(writing: Flask, fails: bool) -> None:
    @public
    def ask() -> ResponseReturnValue:
        mail.post(db.session, kind="test", to=TO)
        if fails:
            abort(403)
        return Response("done", mimetype="text/plain")

    writing.add_url_rule("/ask", "ask", ask, methods=["POST"])
    writing.extensions["csrf"].exempt(ask)
    assert reader(writing).post("/ask").status_code == (403 if fails else 200)
    work(writing)
    expected = 0 if fails else 1
    assert (len(rows(writing)), len(jobs(writing)), len(letters(writing))) == (expected,) * 3


def test_a_letter_in_the_folder_is_whole_private_and_has_its_foot(writing: Flask) -> None:
    post(writing)
    assert work(writing) == 1
    (letter,), (row,) = letters(writing), rows(writing)
    assert (letter.to, letter.subject, letter.reference) == (TO, SUBJECT, row.reference)
    assert letter.written_at == row.created_at.replace(microsecond=0)
    assert row.sent_at
    first, *foot = letter.text.split("\n\n")
    assert first == "Hello, 0"
    said = "\n\n".join(foot)
    assert "Shared safeguarding practice\nhttps://localhost\n" in said
    assert "carries no details of any case" in said
    assert "Please don’t reply" in said
    assert "https://localhost/account/mail" in said
    (path,) = list(folder(writing).folder.iterdir())
    assert path.name == f"{row.reference}.eml"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.parent == writing.extensions["settings"].instance / "mail"
    assert "https://localhost/account/mail" in path.read_text(encoding="utf-8"), "no soft breaks"


def test_letters_stand_with_the_newest_first(writing: Flask) -> None:
    for day in range(3):
        with clock.frozen(clock.now() + timedelta(days=day)):
            post(writing, n=day)
    with clock.frozen(clock.now() + timedelta(days=3)):
        work(writing)
    assert [letter.text[:8] for letter in letters(writing)] == ["Hello, 2", "Hello, 1", "Hello, 0"]


def test_what_is_no_reference_is_no_letter(writing: Flask) -> None:
    post(writing)
    work(writing)
    for asked in ("", "../portal", "0" * 32, "*" * 32):
        assert folder(writing).letter(asked) is None


def test_a_pointless_letter_is_dropped(writing: Flask) -> None:
    post(writing, pointless=True)
    assert work(writing) == 1
    (row,), (job,) = rows(writing), jobs(writing)
    assert row.dropped_at
    assert row.sent_at is None
    assert job.state == JobState.DONE
    assert letters(writing) == []


def test_a_letter_that_was_sent_dropped_or_deleted_is_left_alone(writing: Flask) -> None:
    post(writing)
    post(writing, pointless=True)
    work(writing)
    before = [(row.sent_at, row.dropped_at) for row in rows(writing)]
    with writing.app_context(), carried_by(writing, lambda message: pytest.fail("sent again")):
        for mail_id in (*(row.id for row in rows(writing)), 4711):
            postman(writing).send(mail_id)
    assert [(row.sent_at, row.dropped_at) for row in rows(writing)] == before


def test_a_kind_that_nobody_writes_any_more_is_said_to_an_administrator(writing: Flask) -> None:
    with writing.app_context(), short_transaction() as session:
        mail.post(session, kind="of an older version", to=TO)
    work(writing)
    (job,) = jobs(writing)
    assert job.state == JobState.FAILED
    assert job.error == "This version of the portal does not write this kind of letter."


def test_nothing_is_locked_while_a_letter_is_on_its_way(writing: Flask) -> None:
    post(writing)

    def send(message: Message) -> None:
        with short_transaction(patience=0.0) as session:
            mail.post(session, kind="test", to="somebody.else@example.gov.uk")
            session.execute(select(OutgoingMail).with_for_update(nowait=True))

    with carried_by(writing, send), writing.app_context():
        postman(writing).send(rows(writing)[0].id)
    assert [row.to_email for row in rows(writing) if row.sent_at] == [TO]


def test_a_folder_that_cannot_be_written_to_is_tried_again(writing: Flask) -> None:
    place = folder(writing).folder
    place.write_text("a file in its place")
    post(writing)
    work(writing)
    (job,) = jobs(writing)
    assert (job.state, job.error) == (
        JobState.WAITING,
        "The folder of letters could not be written to.",
    )
    place.unlink()
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        work(writing)
    assert len(letters(writing)) == 1


# ---- Tried again


def test_a_letter_is_tried_for_about_a_day(writing: Flask) -> None:
    tried = []

    def send(message: Message) -> None:
        tried.append(clock.now())
        raise WorkFailed("The mail server could not be reached.")

    post(writing)
    began = clock.now()
    with carried_by(writing, send):
        while jobs(writing)[0].state == JobState.WAITING:
            with clock.frozen(jobs(writing)[0].due_at):
                work(writing)
    assert timedelta(hours=20) < tried[-1] - began < timedelta(hours=30)
    assert len({second - first for first, second in pairwise(tried)}) > 5
    (job,) = jobs(writing)
    assert (job.state, job.error) == (JobState.FAILED, "The mail server could not be reached.")
    assert rows(writing)[0].sent_at is None


def test_neither_address_nor_words_are_logged(
    writing: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def send(message: Message) -> None:
        raise ValueError(f"{message.to} {message.subject} {message.text}")

    post(writing)
    with carried_by(writing, send):
        work(writing)
    (job,) = jobs(writing)
    assert job.error
    assert job.error.startswith("Unexpected ValueError")
    post(writing, n=2)
    work(writing)
    for secret in (TO, SUBJECT, "Hello"):
        assert secret not in caplog.text
        assert secret not in str(job.error)


def smtp(port: int) -> dict[str, object]:
    return {
        "mail": "smtp",
        "smtp_host": HOST,
        "smtp_port": port,
        "smtp_security": "none",
        "mail_from": FROM,
    }


def test_a_mail_server_that_refuses_hangs_and_comes_back_gets_the_letter_once(
    databases: Databases,
) -> None:
    inbox = Inbox(answers={"RCPT": ["451 4.7.1 greylisted"]})
    with silent_server([]) as port:
        inbox.port = port
    app = databases.make("empty", **smtp(port))
    try:
        app.extensions["mail-writers"].register("test", write)
        carrier = postman(app).carrier
        assert isinstance(carrier, SmtpCarrier)
        carrier._patience = 0.3
        post(app)
        later = clock.now()

        def errors() -> str | None:
            nonlocal later
            later += timedelta(hours=1)
            with clock.frozen(later):
                work(app)
            return jobs(app)[0].error

        assert errors() == "The mail server could not be reached."
        with silent_server(["220 mail.example"], port=port):
            assert "did not answer in time" in str(errors())
        carrier._patience = 20
        with mail_server(inbox):
            assert "for now (451)" in str(errors())
            assert inbox.envelopes == []
            assert errors() is None
            assert errors() is None
        (letter,) = inbox.letters
        assert letter["Message-ID"] == f"<{rows(app)[0].reference}@localhost>"
        assert inbox.envelopes[0].rcpt_tos == [TO]
        assert rows(app)[0].sent_at
    finally:
        databases.drop(app)


def test_an_address_that_is_refused_for_good_waits_for_an_administrator(
    databases: Databases,
) -> None:
    inbox = Inbox(answers={"RCPT": [f"550 5.1.1 no {TO} here"]})
    with mail_server(inbox) as port:
        app = databases.make("empty", **smtp(port))
        try:
            app.extensions["mail-writers"].register("test", write)
            post(app)
            work(app)
            (job,) = jobs(app)
            assert job.state == JobState.FAILED
            assert job.error == "The mail server refuses the recipient’s address for good (550)."
        finally:
            databases.drop(app)


# ---- A worker is killed between sending and recording

KILLED = """
import os, signal
from portal import create_app
from portal.core import jobs
from portal.core.database import db, reading

app = create_app()
carrier = app.extensions["postman"].carrier
send = carrier.send

def send_and_die(message):
    send(message)
    os.kill(os.getpid(), signal.SIGKILL)

carrier.send = send_and_die
with app.app_context():
    with reading():
        due = jobs.due(db.session)
        db.session.close()
    for job_id in due:
        jobs.run(app.extensions["jobs"], job_id)
"""


def tell_petra(app: Flask) -> None:
    with app.app_context(), short_transaction() as session:
        petra = session.scalars(select(User).where(User.email == PRACTITIONER.email)).one()
        petra.mail_frequency = MailFrequency.AT_ONCE
        session.flush()
        notices.notify(session, user_ids=[petra.id], kind="password.changed")


def killed_while_working(app: Flask, **more: str) -> None:
    settings: Settings = app.extensions["settings"]
    given = {
        "PORTAL_SECRET_KEY": SECRET,
        "PORTAL_INSTANCE": str(settings.instance),
        "PORTAL_HOSTS": "localhost",
    } | more
    if settings.database_url:
        given["DATABASE_URL"] = settings.database_url
    ended = subprocess.run(
        [sys.executable, "-c", KILLED],
        cwd=ROOT,
        env=environment(given),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def work_after_the_lease(app: Flask) -> None:
    assert work(app) == 0, "nobody takes the job while it may still be done"
    with clock.frozen(clock.now() + timedelta(minutes=10)):
        assert work(app) == 1
        assert work(app) == 0
    (job,), (row,) = jobs(app), rows(app)
    assert (job.state, job.attempts) == (JobState.DONE, 2)
    assert row.sent_at


def test_a_killed_worker_leaves_one_letter_in_the_folder(portal: Flask) -> None:
    tell_petra(portal)
    killed_while_working(portal)
    assert rows(portal)[0].sent_at is None
    assert len(letters(portal)) == 1
    work_after_the_lease(portal)
    (letter,) = letters(portal)
    assert letter.to == PRACTITIONER.email
    assert len(list(folder(portal).folder.iterdir())) == 1


def test_a_killed_worker_sends_the_same_letter_again_by_the_same_name(
    databases: Databases,
) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        app = databases.make("stocked", **smtp(port))
        try:
            tell_petra(app)
            killed_while_working(
                app,
                PORTAL_MAIL="smtp",
                PORTAL_SMTP_HOST=HOST,
                PORTAL_SMTP_PORT=str(port),
                PORTAL_SMTP_SECURITY="none",
                PORTAL_MAIL_FROM=FROM,
            )
            work_after_the_lease(app)
        finally:
            databases.drop(app)
    assert len(inbox.ids) == 2
    assert len(set(inbox.ids)) == 1, "mail systems show it once"
    first, second = inbox.envelopes
    assert first.content == second.content


def test_a_half_written_letter_is_no_letter_and_goes_with_the_others(writing: Flask) -> None:
    place = folder(writing).folder
    post(writing)
    work(writing)
    (row,) = rows(writing)
    whole = (place / f"{row.reference}.eml").read_bytes()
    (place / ".00000000000000000000000000000000-x.part").write_bytes(whole[:-10])
    assert len(letters(writing)) == 1
    with writing.app_context(), short_transaction() as session:
        mail.forget(session, addresses=[TO])
    assert list(place.iterdir()) == []


# ---- Forgetting


def test_forgetting_an_address_leaves_the_letters_of_others(portal: Flask) -> None:
    portal.extensions["mail-writers"].register("test", write)
    tell_petra(portal)
    other = "lars.lead@example.gov.uk"
    earlier = "petra@earlier.example.gov.uk"
    with portal.app_context(), short_transaction() as session:
        petra = session.scalars(select(User.id).where(User.email == PRACTITIONER.email)).one()
        mail.post(session, kind="test", to=other)
        mail.post(session, kind="test", to=earlier, user_id=petra)
    work(portal)
    post(portal)
    assert len(letters(portal)) == 3
    with portal.app_context(), short_transaction() as session:
        assert mail.forget(session, addresses=[PRACTITIONER.email], user_id=petra) == 3
    work(portal)
    assert [letter.to for letter in letters(portal)] == [other]
    assert [row.to_email for row in rows(portal)] == [other]


def test_a_letter_of_nobodys_account_is_not_taken_for_everybodys(writing: Flask) -> None:
    post(writing, to="somebody.invited@example.gov.uk")
    with writing.app_context(), short_transaction() as session:
        assert mail.forget(session, addresses=[TO]) == 0
    assert len(rows(writing)) == 1


def test_whoever_is_erased_while_a_letter_is_on_its_way_leaves_none(writing: Flask) -> None:
    carrier = folder(writing)
    send = carrier.send

    def erased_meanwhile(message: Message) -> None:
        with short_transaction() as session:
            mail.forget(session, addresses=[TO])
        send(message)

    post(writing)
    with carried_by(writing, erased_meanwhile):
        work(writing)
    assert (rows(writing), letters(writing)) == ([], [])


def test_old_letters_go_from_the_outbox_and_the_folder(writing: Flask) -> None:
    for day in (0, 40):
        with clock.frozen(clock.now() + timedelta(days=day)):
            post(writing, n=day)
            work(writing)
    with writing.app_context(), short_transaction() as session:
        before = clock.now() + timedelta(days=10)
        assert mail.forget_old(session, before=before) == 1
    assert [letter.text[:9] for letter in letters(writing)] == ["Hello, 40"]
    assert len(rows(writing)) == 1


def test_no_more_than_the_letters_stand_in_the_folder(tmp_path: Path, writing: Flask) -> None:
    """A disk that is full half-way leaves nothing behind."""
    carrier = folder(writing)
    message = Message("0" * 32, TO, SUBJECT, "Hello", clock.now())
    carrier.folder.mkdir(mode=0o700)
    (carrier.folder / f"{'0' * 32}.eml").mkdir()  # what cannot be replaced by a file
    with pytest.raises(WorkFailed):
        carrier.send(message)
    assert [path.name for path in carrier.folder.iterdir()] == [f"{'0' * 32}.eml"]
    os.rmdir(carrier.folder / f"{'0' * 32}.eml")


def test_the_outbox_holds_no_words(writing: Flask) -> None:
    post(writing)
    with writing.app_context():
        (row,) = rows(writing)
        assert row.context == {}
        assert db.session.scalar(select(func.count(Job.id))) == 1
    assert jobs(writing)[0].arguments == {"mail_id": row.id}
