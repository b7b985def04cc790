"""The next version of a document and what takes its place: files, and what changes meanwhile."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.database import db, reading
from portal.core.errors import Conflict
from portal.library import rereading, service, takedown, versions
from portal.library.mentions import REMOVED_LINK
from portal.library.models import State, Version
from portal.publishing import checking, publication, reviewing, uploads, writing
from portal.publishing.models import Manuscript, SignOffKind, Upload, UploadState
from portal.publishing.states import Stage
from tests.client import reader
from tests.integration.publishing import (
    SECOND,
    THIRD,
    acting,
    begin_edit,
    manuscript,
    release,
    sign_off,
    submit,
    take_on,
    vocabularies,
)
from tests.integration.test_curating_library import document, publish_edit, save_body, send
from tests.people import CURATOR, PRACTITIONER, Person

REFERENCE = "guidance-001"
GUIDANCE = {
    "title": "A newer text about the same",
    "summary": "What is new in it.",
    "sources": [{"title": "Working Together", "year": 2023}],
    "body": "## Who\n\nText.\n\n## When\n\nText.",
}


def attach(app: Flask, number: int, title: str, body: str, by: Person = CURATOR) -> int:
    """Add a file that has been read."""
    with acting(app, by) as (session, actor):
        upload = Upload(
            manuscript_id=number,
            name="plan.docx",
            title=title,
            purpose=uploads.ATTACH,
            size=10,
            state=UploadState.CHECKED,
            body=body,
            traces=[],
            warnings=[],
            by_id=actor.id,
            at=clock.now(),
        )
        session.add(upload)
        session.flush()
        writing.touched(session, actor, session.get_one(Manuscript, number))
        return upload.id


def begin(app: Flask, version: int | None = None) -> int:
    return begin_edit(app, REFERENCE, version)


def begin_successor(app: Flask, reference: str = REFERENCE, by: Person = CURATOR) -> int:
    """Begin what is to take the place of a document, and write it."""
    with acting(app, by) as (session, actor):
        words = vocabularies(app)
        made = writing.begin_successor(
            session, actor=actor, reference=reference, vocabularies=words
        )
        number = made.id
        body = str(GUIDANCE["body"])
        writing.save_part(
            session, actor=actor, manuscript_id=number, name="body", text=body, revision=0
        )
        writing.save_fields(
            session,
            actor=actor,
            manuscript_id=number,
            values={name: value for name, value in GUIDANCE.items() if name != "body"},
            revision=made.revision,
        )
    return number


def review(app: Flask, number: int) -> None:
    submit(app, number, by=CURATOR)
    take_on(app, number, by=SECOND)
    sign_off(app, number, SignOffKind.CONTENT, by=SECOND)


def publish(app: Flask, number: int) -> str:
    with acting(app, SECOND) as (session, actor):
        words = vocabularies(app)
        made = publication.publish(session, actor=actor, manuscript_id=number, vocabularies=words)
        return made.reference


def files_of(app: Flask, number: int) -> list[tuple[str, str]]:
    with app.app_context(), reading():
        return publication.attachments_of(db.session, db.session.get_one(Manuscript, number))


# ---- Files


def test_a_version_keeps_its_files_and_brings_them_back(staffed: Flask) -> None:
    there = reader(staffed, CURATOR)
    number = begin(staffed)
    upload = attach(staffed, number, "A plan", "First the school asks.")
    for page in (there.page(f"/writing/{number}/preview"), there.page(f"/writing/{number}/files")):
        assert page.links["A plan"] == f"/writing/{number}/files/{upload}"
    publish_edit(staffed, number)

    number = begin(staffed)
    with acting(staffed, CURATOR) as (session, actor):
        kept = writing.attachments_of(session, number)[0].id
        uploads.remove(session, actor=actor, manuscript_id=number, upload_id=kept)
    attach(staffed, number, "A plan", "First the social worker asks.")
    attach(staffed, number, "A list", "Pens.")
    publish_edit(staffed, number)
    page = there.page(f"/library/{REFERENCE}/history/3")
    assert f"It was not clear. By {SECOND.name}." in page.text
    assert "Attachment “A plan”" in page.text
    assert "[removed: school end]" in page.text
    assert "[added: social worker end]" in page.text
    assert "[added: A list end]" in page.text
    assert "[removed: Pens. end]" in there.page(f"/library/{REFERENCE}/history/2?with=3").text

    number = begin(staffed, version=2)
    assert files_of(staffed, number) == [("A plan", "First the school asks.")]
    with acting(staffed, CURATOR) as (session, actor):
        writing.drop(session, actor=actor, manuscript_id=number)
        session.execute(update(Version).where(Version.number == 1).values(attachments=None))
    assert (
        "Which files version 1 had is not known"
        in there.page(f"/library/{REFERENCE}/history/2").text
    )
    # of what is not known nothing is taken away
    assert len(files_of(staffed, begin(staffed, version=1))) == 2


def test_the_files_of_versions_forget_what_was_taken_down(staffed: Flask) -> None:
    number = begin(staffed)
    attach(staffed, number, "A plan", "Like [the zebrafinch](doc:case-003).")
    publish_edit(staffed, number)
    with acting(staffed, SECOND) as (session, actor):
        takedown.take_down(
            session,
            actor=actor,
            reference="case-003",
            reason="It could identify somebody.",
            vocabularies=vocabularies(staffed),
            purges=staffed.extensions["purges"],
        )
    with staffed.app_context(), reading():
        last = versions.of(db.session, document(staffed).id)[0]
        assert versions.attached_to(last) == [("A plan", f"Like {REMOVED_LINK}.")]


# ---- A place that is gone


def test_one_document_is_written_to_take_the_place_of_another(staffed: Flask) -> None:
    number = begin_successor(staffed)
    with pytest.raises(Conflict, match="writing the document that takes its place already"):
        begin_successor(staffed, by=SECOND)
    address = f"/library/{REFERENCE}/supersede"
    assert "Somebody is writing it already" in reader(staffed, SECOND).page(address).text
    page = reader(staffed, CURATOR).page(address)
    assert page.links["writing it already"] == f"/writing/{number}"
    assert send(reader(staffed, SECOND), f"/library/{REFERENCE}/successor")[0] == 409
    with acting(staffed, CURATOR) as (session, actor):
        writing.drop(session, actor=actor, manuscript_id=number)
    assert begin_successor(staffed, by=SECOND)


@pytest.mark.parametrize("start", [begin, begin_successor], ids=["edit", "successor"])
def test_a_text_whose_place_is_gone_says_so_at_once_and_is_published_as_a_new_one(
    staffed: Flask, start: Callable[[Flask], int]
) -> None:
    number = start(staffed)
    if start is begin:
        save_body(staffed, number, "More.")
    there = reader(staffed, CURATOR)
    place = f"/writing/{number}/place"
    assert "be published so" not in there.page(place).text
    review(staffed, number)
    with acting(staffed, THIRD) as (session, actor):
        service.withdraw(
            session,
            actor=actor,
            reference=REFERENCE,
            reason="It was wrong.",
            vocabularies=vocabularies(staffed),
        )
    for page in (f"/writing/{number}", place, f"/review/{number}"):
        assert "has been withdrawn meanwhile" in there.page(page).text
    with pytest.raises(Conflict, match="has been withdrawn meanwhile"):
        publish(staffed, number)
    status, page = send(there, f"{place}/alone")
    assert (status, "It is to be a new document now" in page.text) == (302, True)
    text = manuscript(staffed, number)
    assert (text.stage, text.edits, text.replaces) == (Stage.IN_REVIEW, None, None)
    with pytest.raises(Conflict, match="must be reviewed again"):
        publish(staffed, number)
    sign_off(staffed, number, SignOffKind.CONTENT, by=SECOND)
    made = publish(staffed, number)
    assert int(made.rpartition("-")[2]) >= service.FIRST_OWN_NUMBER
    assert document(staffed).state == State.WITHDRAWN


def test_what_is_to_take_the_place_of_another_must_be_for_its_readers(staffed: Flask) -> None:
    number = begin_successor(staffed)
    with acting(staffed, CURATOR) as (session, actor):
        writing.save_fields(
            session,
            actor=actor,
            manuscript_id=number,
            values={"audience": "curators"},
            revision=session.get_one(Manuscript, number).revision,
        )
    there = reader(staffed, CURATOR)
    assert "could not read this one" in there.page(f"/writing/{number}/send").text
    page = there.page(f"/writing/{number}/place")
    assert page.links["change who may read it"] == f"/writing/{number}/facts/readers"
    assert send(there, f"/writing/{number}/place/alone")[0] == 302
    assert "could not read" not in there.page(f"/writing/{number}/send").text


def test_an_edit_of_what_is_published_can_not_be_published_beside_it(staffed: Flask) -> None:
    number = begin(staffed)
    there = reader(staffed, CURATOR)
    assert "new document" not in there.page(f"/writing/{number}/place").text
    assert send(there, f"/writing/{number}/place/alone")[0] == 409
    assert reader(staffed, PRACTITIONER).get(f"/writing/{number}/place").status_code == 404


# ---- What is published changes


def test_an_edit_does_not_undo_what_a_release_has_brought_meanwhile(staffed: Flask) -> None:
    number = begin(staffed)
    with acting(staffed, CURATOR) as (session, actor):
        writing.save_fields(
            session,
            actor=actor,
            manuscript_id=number,
            values={"title": "A title of our own"},
            revision=session.get_one(Manuscript, number).revision,
        )
    review(staffed, number)
    release(staffed, REFERENCE, add="A release says this.", title="A title of the release")
    with pytest.raises(Conflict, match="has changed since this edit began"):
        publish(staffed, number)
    there = reader(staffed, THIRD)
    page = there.page(f"/review/{number}")
    assert "what is published has changed since this edit began" in page.text
    page = there.page(page.links["Its place in the library"])
    assert "[added: A release says this. end]" in page.text
    assert page.links["Title"] == f"/writing/{number}/facts/title"
    seen = page.fields["seen"]
    assert send(there, f"/writing/{number}/place/follow", seen=int(seen) - 1)[0] == 409
    assert send(there, f"/writing/{number}/place/follow", seen=seen)[0] == 302
    text = manuscript(staffed, number)
    assert (text.stage, text.fields["title"]) == (Stage.IN_REVIEW, "A title of our own")
    assert "be published so" not in there.page(f"/writing/{number}/place").text
    sign_off(staffed, number, SignOffKind.CONTENT, by=SECOND)
    publish(staffed, number)
    published = document(staffed)
    assert (published.title, "A release says this." in published.body) == (
        text.fields["title"],
        True,
    )


def test_that_a_document_was_read_again_stands_against_no_edit(staffed: Flask) -> None:
    number = begin(staffed)
    save_body(staffed, number, "More.")
    with acting(staffed, THIRD) as (session, actor):
        rereading.read_again(
            session,
            actor=actor,
            reference=REFERENCE,
            review_by=clock.today().replace(year=clock.today().year + 1),
            vocabularies=vocabularies(staffed),
        )
    review(staffed, number)
    assert publish(staffed, number) == REFERENCE


# ---- Files in review


def test_what_was_said_to_findings_in_files_stays_with_them_in_the_next_version(
    staffed: Flask,
) -> None:
    number = begin(staffed)
    attach(staffed, number, "A plan", "Ring Kayleigh Thornbury, NHS 943 476 5919.")
    attach(staffed, number, "A plan", "Ring Rosa Pettifer, NHS 943 476 5919.")

    def blocking(session: Session, number: int) -> list[checking.Found]:
        found = session.get_one(Manuscript, number)
        return checking.blocking(checking.check(session, found))

    with acting(staffed, CURATOR) as (session, actor):
        assert len({one.place for one in blocking(session, number)}) == 2
        for one in blocking(session, number):
            checking.answer(
                session,
                actor=actor,
                manuscript_id=number,
                part=one.place,
                passage=one.passage,
                answer="invented",
                reason="They are made up.",
            )
    publish_edit(staffed, number)
    for version in (None, 2):
        number = begin(staffed, version=version)
        with acting(staffed, CURATOR) as (session, actor):
            assert blocking(session, number) == []
            writing.drop(session, actor=actor, manuscript_id=number)


def test_a_change_is_asked_for_at_a_file_and_answered_there(staffed: Flask) -> None:
    number = begin(staffed)
    upload = attach(staffed, number, "A plan", "First the school asks.")
    submit(staffed, number, by=CURATOR)
    take_on(staffed, number, by=SECOND)
    there = reader(staffed, SECOND)
    asked = {"part": f"upload-{upload}", "reason": "Say whom.", "passage": "the school asks"}
    address = f"/review/{number}/remarks"
    assert send(there, address, **asked | {"passage": "not in it"})[0] == 422
    assert send(there, address, **asked | {"part": "upload-999999"})[0] == 404
    status, page = send(there, address, **asked)
    assert (status, "File “A plan”" in page.text) == (302, True)
    assert page.links["A plan"] == f"/writing/{number}/files/{upload}"
    assert f'id="review-part-upload-{upload}"' in page.html
    with acting(staffed, SECOND) as (session, actor):
        reviewing.ask_changes(session, actor=actor, manuscript_id=number)
    author = reader(staffed, CURATOR)
    page = author.page(f"/writing/{number}")
    assert page.links["File “A plan”"] == f"/writing/{number}/files/{upload}"
    assert "Say whom." in author.page(page.links["File “A plan”"]).text
    with acting(staffed, CURATOR) as (session, actor):
        uploads.remove(session, actor=actor, manuscript_id=number, upload_id=upload)
    assert "A file that was taken out" in author.page(f"/writing/{number}").text
