"""A portal in which texts stand at every stage of review, and documents at every end."""

from datetime import timedelta

from flask import Flask
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.database import db, short_transaction
from portal.library import law, ownership, service, takedown
from portal.library.models import LawChange
from portal.publishing import publication, reviewing, writing
from portal.publishing.models import Manuscript, SignOffKind, Upload, UploadState
from tests.databases import Databases
from tests.integration.publishing import (
    SECOND,
    acting,
    add_curators,
    approve,
    begin_edit,
    release,
    sign_off,
    submit,
    take_on,
    vocabularies,
    write,
)
from tests.people import CURATOR, PRACTITIONER

SENT_IN, FULL, ASKED, APPROVED, SCHEDULED, PUBLISHED, EDITED, EDIT = range(1, 9)
"""Texts by the state that they are left in; `FULL` is in review with all that a page can show."""
STRANDED, BEHIND, DRAFTED = range(9, 12)
"""Edits of what is withdrawn, of what a release has changed meanwhile, and one just begun."""
WITH_VERSIONS, REMOVED, PURGED, WITHDRAWN = "guidance-002", "case-001", "case-003", "guidance-003"
LAW_CHANGED, HELD, RELEASED = "guidance-004", "guidance-005", "guidance-006"
FOUND = "Kayleigh Smith rang on 07700 900123. " + "The school had asked before, and listened. " * 4


def with_reviews(databases: Databases) -> Flask:
    """Make a portal with texts and documents in every state that a curator may meet."""
    app = databases.make("stocked")
    add_curators(app)
    assert write(app) == SENT_IN
    submit(app, SENT_IN)
    _late(app, SENT_IN)
    assert write(app, concern=FOUND) == FULL
    _in_full(app)
    for number in (ASKED, APPROVED, SCHEDULED, PUBLISHED):
        assert write(app) == number
    _asked(app)
    for number in (APPROVED, SCHEDULED, PUBLISHED):
        approve(app, number)
    with acting(app, CURATOR) as (session, actor):
        day = clock.today() + timedelta(days=9)
        reviewing.schedule(session, actor=actor, manuscript_id=SCHEDULED, day=day)
    _publish(app, PUBLISHED)
    _edits(app)
    _draft(app)
    _ends(app)
    with app.app_context():
        db.engine.dispose()
    return app


def _late(app: Flask, number: int) -> None:
    with app.app_context(), short_transaction() as session:
        found = session.get(Manuscript, number)
        assert found is not None
        found.due_on = clock.today() - timedelta(days=3)


def _in_full(app: Flask) -> None:
    with app.app_context(), short_transaction() as session:
        for state, reason in (
            (UploadState.CHECKED, ""),
            (UploadState.REFUSED, "The file is locked with a password."),
            (UploadState.WAITING, ""),
        ):
            session.add(
                Upload(
                    manuscript_id=FULL,
                    name="plan.docx",
                    title=f"The plan of the meeting, {state.value}",
                    purpose="attach",
                    size=9,
                    state=state,
                    reason=reason,
                    body="## The plan\n\nA plan for anybody, with Kayleigh Smith in it.",
                    traces=[
                        {"text": "Page 1 of 2", "where": "Footer", "seen": True},
                        {"text": "Rewritten by S. Smith", "where": "Deleted words", "seen": False},
                    ],
                    warnings=["A picture was left out."],
                    by_id=None,
                    at=clock.now(),
                )
            )
    submit(app, FULL)
    take_on(app, FULL)
    _remark(app, FULL, "concern", "The school had asked before", "Who asked whom? " * 12)
    with acting(app, CURATOR) as (session, actor):
        reviewing.ask_changes(session, actor=actor, manuscript_id=FULL)
        (asked,) = reviewing.remarks_of(session, FULL)
        remark = asked.id
    with acting(app, PRACTITIONER) as (session, actor):
        reviewing.answer_remark(
            session, actor=actor, manuscript_id=FULL, remark_id=remark, answer="The head did."
        )
    submit(app, FULL)
    take_on(app, FULL)
    _remark(app, FULL, "title", "", "A shorter one, please.")


def _remark(app: Flask, number: int, part: str, passage: str, reason: str) -> None:
    with acting(app, CURATOR) as (session, actor):
        reviewing.remark(
            session,
            actor=actor,
            manuscript_id=number,
            part=part,
            passage=passage,
            reason=reason,
        )


def _asked(app: Flask) -> None:
    submit(app, ASKED)
    take_on(app, ASKED)
    _remark(app, ASKED, "outcome", "", "How long did it take?")
    with acting(app, CURATOR) as (session, actor):
        reviewing.ask_changes(session, actor=actor, manuscript_id=ASKED)


def _publish(app: Flask, number: int) -> None:
    with acting(app, SECOND) as (session, actor):
        words = vocabularies(app)
        publication.publish(session, actor=actor, manuscript_id=number, vocabularies=words)


def _edits(app: Flask) -> None:
    for number, reference in ((EDITED, WITH_VERSIONS), (EDIT, WITH_VERSIONS)):
        with acting(app, CURATOR) as (session, actor):
            made = writing.begin_edit(
                session,
                actor=actor,
                reference=reference,
                why="Readers asked what to do at night",
                vocabularies=vocabularies(app),
            )
            assert made.id == number
            part = writing.parts_of(session, number)["body"]
            first, _, rest = part.text.partition("\n\n")
            writing.save_part(
                session,
                actor=actor,
                manuscript_id=number,
                name="body",
                text=f"{first}\n\nAt night, ring the duty team.\n\n{rest} Look again tomorrow.",
                revision=part.revision,
            )
            writing.save_fields(
                session,
                actor=actor,
                manuscript_id=number,
                values={"audience": "staff", "title": f"What to do first, {number}"},
                revision=made.revision,
            )
            if number == EDITED:
                _attach(session, number)
        submit(app, number, by=CURATOR)
        take_on(app, number, by=SECOND)
        if number == EDITED:
            sign_off(app, number, SignOffKind.CONTENT, by=SECOND)
            _publish(app, number)

    assert begin_edit(app, WITHDRAWN) == STRANDED
    assert begin_edit(app, RELEASED) == BEHIND
    with acting(app, CURATOR) as (session, actor):
        writing.save_fields(
            session,
            actor=actor,
            manuscript_id=BEHIND,
            values={"title": "A title of our own"},
            revision=1,
        )
    release(app, RELEASED, add="A release says this.", title="A title of the release")


def _attach(session: Session, number: int) -> None:
    session.add(
        Upload(
            manuscript_id=number,
            name="list.docx",
            title="What to take along at night",
            purpose="attach",
            size=9,
            state=UploadState.CHECKED,
            body="## At the door\n\nA card with the number of the duty team.",
            traces=[],
            warnings=[],
            by_id=None,
            at=clock.now(),
        )
    )
    session.flush()
    writing.hash_again(session, session.get_one(Manuscript, number))


def _draft(app: Flask) -> None:
    with acting(app, SECOND) as (session, actor):
        made = writing.begin_edit(
            session,
            actor=actor,
            reference=HELD,
            why="A word that few know",
            vocabularies=vocabularies(app),
        )
        assert made.id == DRAFTED


def _ends(app: Flask) -> None:
    words, purges = vocabularies(app), app.extensions["purges"]
    with acting(app, CURATOR) as (session, actor):
        for reference in (REMOVED, PURGED):
            takedown.take_down(
                session,
                actor=actor,
                reference=reference,
                reason="It held details that could identify somebody.",
                vocabularies=words,
                purges=purges,
            )
        service.withdraw(
            session,
            actor=actor,
            reference=WITHDRAWN,
            reason="The law has changed.",
            vocabularies=words,
        )
        finished = takedown.receipt_of(session, PURGED)
        finished.finished_at = clock.now()
        law.cite_all(session)
        document = service.any_document(session, LAW_CHANGED)
        document.review_by = clock.today() - timedelta(days=1)
        instrument = law.standings(session)[0].instrument.id
        session.add(LawChange(document_id=document.id, instrument_id=instrument, at=clock.now()))
        ownership.set_owner(session, actor=actor, document=document, account_id=actor.id or 0)
