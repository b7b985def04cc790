"""A file that comes late: whoever adds it has written in the text, and the sign-off opens again."""

import pytest
from flask import Flask

from portal.core.database import db, reading
from portal.core.errors import Conflict
from portal.publishing import publication, reviewing, uploads, writing
from portal.publishing.models import Manuscript, SignOffKind
from portal.publishing.states import Stage
from tests.integration.publishing import (
    SECOND,
    THIRD,
    acting,
    add_curators,
    approve,
    manuscript,
    submit,
    take_on,
    vocabularies,
    write,
)
from tests.people import CURATOR, Person
from tests.work import work


@pytest.fixture
def staffed(portal: Flask) -> Flask:
    add_curators(portal)
    return portal


def add_notes(app: Flask, number: int, *, by: Person, content: bytes = b"First the school.") -> int:
    with acting(app, by) as (session, actor):
        made = uploads.add(
            session,
            actor=actor,
            manuscript_id=number,
            name="notes.txt",
            content=content,
            title="Notes",
            purpose=uploads.ATTACH,
        )
        return made.id


def publish(app: Flask, number: int) -> str:
    with acting(app, CURATOR) as (session, actor):
        words = vocabularies(app)
        made = publication.publish(session, actor=actor, manuscript_id=number, vocabularies=words)
        return made.reference


@pytest.mark.parametrize("kind", list(SignOffKind), ids=str)
def test_a_curator_who_added_a_file_cannot_sign_the_text_off(
    staffed: Flask, kind: SignOffKind
) -> None:
    number = write(staffed)
    submit(staffed, number)
    take_on(staffed, number)
    add_notes(staffed, number, by=SECOND)
    work(staffed)
    for person, may in ((SECOND, False), (THIRD, True)):
        with acting(staffed, person) as (session, actor):
            found = session.get_one(Manuscript, number)
            why_not = reviewing.may_sign_off(session, actor, found, kind)
        assert (why_not == "") == may, person


def test_an_approved_text_is_not_published_before_its_file_has_been_read(staffed: Flask) -> None:
    number = write(staffed)
    approve(staffed, number)
    add_notes(staffed, number, by=THIRD)
    with pytest.raises(Conflict, match="still being read"):
        publish(staffed, number)
    assert manuscript(staffed, number).stage == Stage.APPROVED


def test_a_file_that_is_read_after_approval_puts_the_text_back_into_review(staffed: Flask) -> None:
    number = write(staffed)
    approve(staffed, number)
    add_notes(staffed, number, by=THIRD)
    work(staffed)
    assert manuscript(staffed, number).stage == Stage.IN_REVIEW
    with staffed.app_context(), reading():
        found = db.session.get_one(Manuscript, number)
        assert writing.sign_offs_of(db.session, found) == []
    with pytest.raises(Conflict):
        publish(staffed, number)


def test_a_file_that_is_refused_changes_nothing_of_what_was_approved(staffed: Flask) -> None:
    number = write(staffed)
    approve(staffed, number)
    add_notes(staffed, number, by=THIRD, content=b"MZ" + bytes(600))
    work(staffed)
    assert manuscript(staffed, number).stage == Stage.APPROVED
    assert publish(staffed, number).startswith("case-")
