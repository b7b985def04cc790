"""A file that comes late: whoever adds it has written in the text, and the sign-off opens again."""

import pytest
from flask import Flask

from portal.core.database import db, reading
from portal.core.errors import Conflict
from portal.publishing import publication, reviewing, uploads, writing
from portal.publishing.models import Manuscript, SignOffKind, UploadState
from portal.publishing.states import Stage
from tests.client import reader
from tests.integration.publishing import (
    SECOND,
    THIRD,
    acting,
    add_file,
    approve,
    manuscript,
    submit,
    take_on,
    vocabularies,
    write,
)
from tests.people import CURATOR, Person
from tests.work import work


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


def test_of_the_files_of_a_published_text_nothing_is_kept_but_what_readers_see(
    staffed: Flask,
) -> None:
    number, hidden = write(staffed), "Quartermaine"
    held = {"name": f"{hidden}.docx", "traces": [{"text": hidden, "where": "note", "seen": False}]}
    add_file(staffed, number, "Seen.", **held)
    add_file(staffed, number, f"About {hidden}", purpose=uploads.IMPORT, **held)
    add_file(staffed, number, "", state=UploadState.REFUSED, reason=f"{hidden}!", **held)
    with staffed.app_context(), reading():
        first = uploads.of(db.session, number)[0].id
    pages = (f"/review/{number}", f"/writing/{number}/files", f"/writing/{number}/files/{first}")
    approve(staffed, number)
    there = reader(staffed, SECOND)
    assert all(hidden in there.page(page).text for page in pages)
    publish(staffed, number)
    assert not any(hidden in there.page(page).text for page in pages)
    assert "was deleted when the text was published" in there.page(pages[0]).text
    assert "was deleted when the text was published" in there.page(pages[2]).text
    with staffed.app_context(), reading():
        (left,) = uploads.of(db.session, number)
        assert (left.id, left.name, left.body) == (first, "A list", "Seen.")
        assert left.traces == left.warnings == []
