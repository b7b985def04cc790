"""The one way through: a reading request changes nothing, a writing one is whole or not at all."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask, abort
from sqlalchemy import Executable, delete, select, text, update
from sqlalchemy.exc import DBAPIError

from portal.accounts import service as accounts
from portal.accounts.models import RoleAssignment, User, UserSession
from portal.audit import service as audit
from portal.audit.models import AuditEntry
from portal.audit.service import COMMAND_LINE
from portal.authorities.models import Authority
from portal.core import clock
from portal.core.application import DirtyRead
from portal.core.database import PATIENCE, commit, db, short_transaction
from portal.core.errors import Conflict, DomainError
from portal.core.permissions import public
from portal.core.roles import Role
from tests.client import reader
from tests.people import PASSWORD, PRACTITIONER


def add_authority() -> str:
    db.session.add(Authority(code="X", name="X", region="X", type="X"))
    return "<!DOCTYPE html><html lang=en><title>x</title><h1>x</h1>"


def count_authorities(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(Authority)).all())


def test_a_reading_request_that_changes_a_record_fails(empty_portal: Flask) -> None:
    empty_portal.add_url_rule("/x", view_func=public(add_authority))
    with pytest.raises(DirtyRead):
        reader(empty_portal).get("/x")
    assert count_authorities(empty_portal) == 0


@pytest.mark.parametrize("statement", [delete(Authority), text("DELETE FROM authority")])
def test_a_reading_request_can_not_write_at_all(portal: Flask, statement: Executable) -> None:
    def read_and_write() -> str:
        db.session.execute(statement)
        return "done"

    portal.add_url_rule("/x", view_func=public(read_and_write))
    with pytest.raises(DBAPIError):
        reader(portal).get("/x")
    assert count_authorities(portal) == 153


def test_a_reader_does_not_wait_for_a_writer(portal: Flask) -> None:
    start = clock.now()
    with clock.frozen(start):
        client = reader(portal, PRACTITIONER)
    with portal.app_context(), short_transaction() as writer:
        writer.execute(update(Authority).values(region="Elsewhere"))
        with clock.frozen(start + timedelta(minutes=5)):  # time to note that the person is there
            begun = time.monotonic()
            assert client.get("/library/case-001").status_code == 200
            assert client.get("/library").status_code == 200
            assert time.monotonic() - begun < PATIENCE


def test_a_writing_request_is_kept(empty_portal: Flask) -> None:
    empty_portal.config["WTF_CSRF_ENABLED"] = False
    empty_portal.add_url_rule("/x", view_func=public(add_authority), methods=["POST"])
    assert reader(empty_portal).post("/x").status_code == 200
    assert count_authorities(empty_portal) == 1


@pytest.mark.parametrize("status", [404, 500])
def test_a_writing_request_that_fails_leaves_nothing(empty_portal: Flask, status: int) -> None:
    empty_portal.config |= {"WTF_CSRF_ENABLED": False, "SHOW_ERROR_PAGES": True}

    def write_and_fail() -> str:
        add_authority()
        db.session.flush()
        if status == 404:
            abort(404)
        raise RuntimeError("half way")

    empty_portal.add_url_rule("/x", view_func=public(write_and_fail), methods=["POST"])
    assert reader(empty_portal).post("/x").status_code == status
    assert count_authorities(empty_portal) == 0


def test_a_commit_that_fails_is_told_before_the_answer_leaves(empty_portal: Flask) -> None:
    empty_portal.config |= {"WTF_CSRF_ENABLED": False, "SHOW_ERROR_PAGES": True}
    client = reader(empty_portal)
    empty_portal.add_url_rule("/x", view_func=public(add_authority), methods=["POST"])
    assert client.post("/x").status_code == 200
    assert client.post("/x").status_code == 500, "the same code twice"


def test_audit_entries_can_not_be_changed(portal: Flask) -> None:
    with portal.app_context():
        entry = db.session.scalars(select(AuditEntry).limit(1)).one()
        entry.action = "something else"
        with pytest.raises(TypeError):
            db.session.flush()
        db.session.rollback()
        for change in (
            update(AuditEntry).values(action="something else"),
            text("UPDATE audit_entry SET outcome = 'x'"),
        ):
            with pytest.raises((DBAPIError, sqlite3.DatabaseError)):
                db.session.execute(change)
            db.session.rollback()


def test_an_audit_entry_carries_exactly_what_its_action_declares(empty_portal: Flask) -> None:
    with empty_portal.app_context():
        about = {"actor": COMMAND_LINE, "object_type": "x", "object_id": "1"}
        with pytest.raises(ValueError, match="not a declared action"):
            audit.record(db.session, action="made.up", **about)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="carries"):
            audit.record(
                db.session,
                action="document.downloaded",
                details={"format": "md", "q": "a search"},
                **about,  # type: ignore[arg-type]
            )


def create(email: str, roles: list[tuple[Role, int | None]], password: str = PASSWORD) -> User:
    return accounts.create(
        db.session, actor=COMMAND_LINE, email=email, name="N", password=password, roles=roles
    )


def test_an_account_that_can_not_be_is_refused_in_words(portal: Flask) -> None:
    with portal.app_context():
        authority = db.session.scalars(select(Authority.id).limit(1)).one()
        for email, roles, password in (
            ("no address", [(Role.CURATOR, None)], PASSWORD),
            ("a@b.example", [(Role.CURATOR, None)], "p" * 11),
            ("a@b.example", [(Role.CURATOR, authority)], PASSWORD),
            ("a@b.example", [(Role.PRACTITIONER, None)], PASSWORD),
        ):
            with pytest.raises(DomainError):
                create(email, roles, password)
        with pytest.raises(Conflict, match="has an account already"):
            create(PRACTITIONER.email.upper(), [(Role.CURATOR, None)])


def test_the_database_refuses_a_role_in_the_wrong_place(portal: Flask) -> None:
    with portal.app_context():
        person = db.session.scalars(select(User.id).limit(1)).one()
        authority = db.session.scalars(select(Authority.id).limit(1)).one()
        for role, place in ((Role.CURATOR, authority), (Role.PRACTITIONER, None)):
            db.session.add(RoleAssignment(user_id=person, role=role, authority_id=place))
            with pytest.raises(DBAPIError):
                db.session.flush()
            db.session.rollback()
        for _ in range(2):
            db.session.add(RoleAssignment(user_id=person, role=Role.CURATOR, authority_id=None))
        with pytest.raises(DBAPIError):
            db.session.flush()


def test_a_deleted_account_takes_its_roles_and_sessions_along(portal: Flask) -> None:
    reader(portal, PRACTITIONER)
    with portal.app_context():
        db.session.execute(delete(User).where(User.email == PRACTITIONER.email))
        commit()
        assert not db.session.scalars(select(UserSession)).all()
        assert len(db.session.scalars(select(RoleAssignment)).all()) == 4


def test_writers_wait_for_each_other_and_readers_for_nobody(portal: Flask) -> None:
    def sign_in_and_read(number: int) -> int:
        client = reader(portal)
        token = client.page("/sign-in").fields["csrf_token"]
        data = {"csrf_token": token, "email": PRACTITIONER.email, "password": "wrong " * 3}
        place = {"REMOTE_ADDR": f"127.0.1.{number}"}
        return client.post("/sign-in", data=data, environ_base=place).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(sign_in_and_read, range(24)))
    assert answers == [422] * 24
