"""Who may do what with a text under review, whom it waits for, by when, and who is told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.models import RoleAssignment, User
from portal.authorities import service as authorities
from portal.core import clock
from portal.core.database import db, reading
from portal.core.errors import Conflict, InvalidTransition, NotAllowed, NotFound
from portal.core.migrations import history_of
from portal.core.permissions import Actor
from portal.core.roles import Role
from portal.publishing import checking, personal, publication, reviewing, writing
from portal.publishing.models import FindingAnswer, Manuscript, Remark, SignOffKind
from portal.publishing.states import Stage
from tests.client import reader
from tests.integration.keeping import told
from tests.integration.publishing import (
    SECOND,
    THIRD,
    acting,
    actor_of,
    approve,
    manuscript,
    sign_off,
    submit,
    take_on,
    vocabularies,
    write,
)
from tests.integration.test_publishing_attacks import leave
from tests.integration.test_review import GUIDANCE, press
from tests.people import CURATOR, PRACTITIONER, Person

TELLING = "Told by Kayleigh Thornbury, NHS 943 476 5919."
CURATORS = (CURATOR, SECOND, THIRD)


def number_of(app: Flask, person: Person) -> int:
    with acting(app, person) as (_, actor):
        assert actor.id is not None
        return actor.id


def demote(app: Flask, person: Person) -> None:
    """Let a curator become a practitioner."""
    with acting(app, person) as (session, actor):
        place = authorities.ids_by_code(session)["E06000001"]
        held = update(RoleAssignment).where(RoleAssignment.user_id == actor.id)
        session.execute(held.values(role=Role.PRACTITIONER, authority_id=place))


def mend(app: Flask, number: int, by: Person, name: str = "done") -> None:
    """Add a word to a section."""
    with acting(app, by) as (session, actor):
        part = writing.parts_of(session, number)[name]
        writing.save_part(
            session,
            actor=actor,
            manuscript_id=number,
            name=name,
            text=f"{part.text} More.",
            revision=part.revision,
        )


def remark(app: Flask, number: int, by: Person, reason: str = "Shorter") -> int:
    with acting(app, by) as (session, actor):
        made = reviewing.remark(
            session, actor=actor, manuscript_id=number, part="title", passage="", reason=reason
        )
        return made.id


def ask(app: Flask, number: int, by: Person) -> None:
    with acting(app, by) as (session, actor):
        reviewing.ask_changes(session, actor=actor, manuscript_id=number)


def answer(app: Flask, number: int, by: Person, found: checking.Found, reason: str) -> None:
    with acting(app, by) as (session, actor):
        checking.answer(
            session,
            actor=actor,
            manuscript_id=number,
            part=found.place,
            passage=found.passage,
            answer="needed",
            reason=reason,
        )


def waits_for(app: Flask, number: int, show: str = "mine") -> list[str]:
    """Return the curators on whose desk a text is, by name."""
    return [
        person.name
        for person in CURATORS
        if can_sign_in(app, person)
        and f"/review/{number}" in reader(app, person).page(f"/desk?show={show}").links.values()
    ]


def can_sign_in(app: Flask, person: Person) -> bool:
    with app.app_context(), reading():
        query = select(User.active).where(User.email == person.email)
        return bool(db.session.scalar(query))


# ---- Who may answer what was found


def test_whoever_answers_a_finding_signs_nothing_off_and_replaces_nobodys_answer(
    staffed: Flask,
) -> None:
    number = write(staffed, done=TELLING)
    with acting(staffed, PRACTITIONER) as (session, _):
        text = session.get_one(Manuscript, number)
        first, *others = checking.blocking(checking.check(session, text))
    assert others
    answer(staffed, number, PRACTITIONER, first, "The author’s own reason")
    submit(staffed, number)
    take_on(staffed, number)
    with pytest.raises(NotAllowed):
        answer(staffed, number, SECOND, first, "A reviewer’s")
    assert number not in _written_by(staffed, SECOND)
    for found in others:
        answer(staffed, number, SECOND, found, "A reviewer’s")
    sign_off(staffed, number, SignOffKind.CONTENT, by=CURATOR)
    with pytest.raises(NotAllowed):
        sign_off(staffed, number, SignOffKind.DISCLOSURE, by=SECOND)
    sign_off(staffed, number, SignOffKind.DISCLOSURE, by=THIRD)
    page = reader(staffed, CURATOR).page(f"/review/{number}").text
    assert f"Kept by {PRACTITIONER.name}: it is needed" in page
    assert f"Kept by {SECOND.name}: it is needed" in page
    page = reader(staffed, PRACTITIONER).page(f"/writing/{number}/check").text
    assert "Kept by you" in page
    assert "Kept by a curator" in page
    answer(staffed, number, SECOND, others[0], "Another reason, after approval")
    with acting(staffed, CURATOR) as (session, _):
        text = session.get_one(Manuscript, number)
        assert text.stage == Stage.IN_REVIEW
        assert not writing.sign_offs_of(session, text)
        said = select(FindingAnswer.reason).where(FindingAnswer.passage == first.passage)
        assert session.scalars(said).one() == "The author’s own reason"


def _written_by(app: Flask, person: Person) -> list[int]:
    with acting(app, person) as (session, actor):
        assert actor.id is not None
        return [one.id for one in writing.of_person(session, actor.id)]


# ---- Who steers a review


def test_the_author_of_a_text_steers_nothing_of_its_review(staffed: Flask) -> None:
    number = write(staffed, by=SECOND)
    submit(staffed, number, by=SECOND)
    take_on(staffed, number)
    asked = remark(staffed, number, CURATOR, "A thought that was not sent yet")
    author = reader(staffed, SECOND)
    page = author.page(f"/review/{number}")
    assert "A thought that was not sent yet" not in page.text
    assert "Send 1 change" not in page.text
    assert "Hand it over" not in page.text
    assert not page.all("textarea")
    colleague = str(number_of(staffed, THIRD))
    for what, fields in (
        ("remarks", {"part": "title", "reason": "Words of my own"}),
        (f"remarks/{asked}/take-back", {}),
        ("ask", {}),
        ("hand-over", {"to": colleague}),
    ):
        status, page = press(author, number, what, **fields)
        assert (what, status) == (what, 403)
        assert fields.get("reason", "") in page.text
    there = manuscript(staffed, number)
    assert (there.stage, there.owner_id) == (Stage.IN_REVIEW, number_of(staffed, CURATOR))
    status, page = press(
        reader(staffed, CURATOR), number, "hand-over", to=str(number_of(staffed, SECOND))
    )
    assert status == 409


def test_who_mended_a_word_may_ask_for_more_but_decides_on_nobodys_request(staffed: Flask) -> None:
    number = write(staffed)
    submit(staffed, number)
    take_on(staffed, number)
    asked = remark(staffed, number, THIRD)
    mend(staffed, number, CURATOR)
    own = remark(staffed, number, CURATOR)
    for what, refused in ((asked, True), (own, False)):
        status, _ = press(reader(staffed, CURATOR), number, f"remarks/{what}/take-back")
        assert (status == 403) == refused
    ask(staffed, number, CURATOR)
    with acting(staffed, CURATOR) as (session, _):
        assert session.scalars(select(Remark.id)).all() == [asked]


# ---- People who leave


def test_an_author_who_is_a_curator_no_more_keeps_nothing_that_curators_alone_may_write(
    staffed: Flask,
) -> None:
    own = write(staffed, by=SECOND)
    words = vocabularies(staffed)
    with acting(staffed, SECOND) as (session, actor):
        about = {"session": session, "actor": actor, "vocabularies": words}
        begun = [
            writing.begin_edit(**about, reference="case-001", why="A name").id,
            writing.begin_successor(**about, reference="case-003").id,
            writing.begin(**about, type_="guidance").id,
        ]
        assert actor.id is not None
        assert {one.id for one in writing.of_author(session, actor)} == {own, *begun}
    demote(staffed, SECOND)
    there = reader(staffed, SECOND)
    there.page(f"/writing/{own}")
    for number in begun:
        for path in ("", "/preview", "/files", "/check", "/send", "/facts/title"):
            there.page(f"/writing/{number}{path}", 404)
    with acting(staffed, SECOND) as (session, actor):
        assert [one.id for one in writing.of_author(session, actor)] == [own]
        for number in begun:
            assert not writing.may_write(session, actor, session.get_one(Manuscript, number))
            with pytest.raises(NotFound):
                writing.submit(session, actor=actor, manuscript_id=number)
        assert actor.id is not None
        copied = personal.written(session, actor.id).rows
        assert [bool(row["title"] or row["text"]) for row in copied] == [True, False, False, False]


@pytest.mark.parametrize("type_", ["case", "guidance"])
def test_a_text_whose_author_can_not_go_on_with_it_is_brought_out_by_curators(
    staffed: Flask, type_: str
) -> None:
    author = PRACTITIONER if type_ == "case" else THIRD
    more = {} if type_ == "case" else GUIDANCE
    number = write(staffed, by=author, type_=type_, **more)
    submit(staffed, number, by=author)
    take_on(staffed, number)
    remark(staffed, number, CURATOR)
    ask(staffed, number, CURATOR)
    with pytest.raises(InvalidTransition), acting(staffed, CURATOR) as (session, actor):
        reviewing.take_on(session, actor=actor, manuscript_id=number)
    assert waits_for(staffed, number) == []
    if type_ == "case":
        leave(staffed, author)
    else:
        demote(staffed, author)
    there = reader(staffed, CURATOR)
    assert f"/review/{number}" in there.page("/desk").links.values()
    assert "Waiting for you (1)" in there.page("/review").text
    status, page = press(there, number, "take-on")
    assert status == 302
    assert "Its author can’t go on with it" in page.text
    assert manuscript(staffed, number).stage == Stage.IN_REVIEW
    remark(staffed, number, CURATOR)
    with pytest.raises(Conflict, match="can’t go on"):
        ask(staffed, number, CURATOR)
    assert "Send 1 change" not in there.page(f"/review/{number}").text
    sign_off(staffed, number, SignOffKind.CONTENT, by=CURATOR)
    if type_ == "case":
        sign_off(staffed, number, SignOffKind.DISCLOSURE, by=SECOND)
    assert manuscript(staffed, number).stage == Stage.APPROVED
    with acting(staffed, SECOND) as (session, actor):
        reviewing.reopen(session, actor=actor, manuscript_id=number, why="It is not fit after all")
    too_long = "A long reason. " * 40
    for person, why, status in (
        (SECOND, "Not held", 409),
        (CURATOR, "", 409),
        (CURATOR, too_long, 409),
        (CURATOR, "It tells too much", 302),
    ):
        answered, page = press(reader(staffed, person), number, "give-up", why=why)
        assert (why, answered) == (why, status)
        assert status == 302 or why.strip() in page.text
    assert manuscript(staffed, number).stage == Stage.DROPPED


def test_a_text_whose_author_is_there_is_given_up_by_nobody_else(staffed: Flask) -> None:
    number = write(staffed)
    submit(staffed, number)
    take_on(staffed, number)
    there = reader(staffed, CURATOR)
    assert press(there, number, "give-up", why="I do not like it")[0] == 409
    assert "Give it up" not in there.page(f"/review/{number}").text


def test_a_text_waits_for_somebody_who_can_do_what_is_missing(staffed: Flask) -> None:
    """Through every stage, on the desk and by notice: who signed, wrote or left is passed by."""
    number = write(staffed)
    submit(staffed, number)
    take_on(staffed, number)
    assert waits_for(staffed, number) == [CURATOR.name]
    sign_off(staffed, number, SignOffKind.CONTENT, by=CURATOR)
    assert waits_for(staffed, number) == [CURATOR.name, SECOND.name, THIRD.name]
    for person in CURATORS:
        assert len(told(staffed, person, reviewing.HALF_SIGNED)) == (person != CURATOR)
    assert "Waiting for you (1)" in reader(staffed, THIRD).page("/review").text
    assert waits_for(staffed, number, "unowned") == []
    leave(staffed, CURATOR)
    assert waits_for(staffed, number) == [SECOND.name, THIRD.name]
    assert waits_for(staffed, number, "unowned") == [SECOND.name, THIRD.name]
    assert "Waiting for anybody (1)" in reader(staffed, THIRD).page("/review").text
    there = reader(staffed, THIRD)
    assert "Nobody holds this text" in there.page(f"/review/{number}").text
    own = str(number_of(staffed, THIRD))
    assert press(there, number, "hand-over", to=own)[0] == 302
    assert waits_for(staffed, number) == [THIRD.name]
    sign_off(staffed, number, SignOffKind.DISCLOSURE, by=SECOND)
    leave(staffed, THIRD)
    assert manuscript(staffed, number).stage == Stage.APPROVED
    assert waits_for(staffed, number) == [SECOND.name]


def test_who_held_a_text_is_told_when_another_takes_it(staffed: Flask) -> None:
    number = write(staffed)
    submit(staffed, number)
    take_on(staffed, number)
    remark(staffed, number, CURATOR)
    ask(staffed, number, CURATOR)
    submit(staffed, number)
    take_on(staffed, number, by=SECOND)
    assert told(staffed, CURATOR, reviewing.TAKEN) == [
        ("A case example that you held is held by another curator now", f"/review/{number}")
    ]
    with acting(staffed, THIRD) as (session, actor):
        reviewing.hand_over(session, actor=actor, manuscript_id=number, to=actor.id or 0)
    assert len(told(staffed, SECOND, reviewing.TAKEN)) == 1
    mend(staffed, number, THIRD)
    remark(staffed, number, SECOND)
    ask(staffed, number, SECOND)
    submit(staffed, number)
    assert waits_for(staffed, number) == [person.name for person in CURATORS]
    assert [len(told(staffed, person, writing.SENT_IN)) for person in CURATORS] == [3, 2, 1]


# ---- By when, and who is told


def test_every_stage_that_waits_for_somebody_has_a_day(staffed: Flask) -> None:
    number = write(staffed)
    wanted = clock.today() + timedelta(days=40)

    def due() -> tuple[Stage, int | None]:
        there = manuscript(staffed, number)
        return there.stage, there.due_on and (there.due_on - clock.today()).days

    def act(what: Callable[..., object], **more: object) -> None:
        with acting(staffed, CURATOR) as (session, actor):
            what(session, actor=actor, manuscript_id=number, **more)

    review, publish = writing.DAYS_TO_REVIEW, writing.DAYS_TO_PUBLISH
    approve(staffed, number)
    assert due() == (Stage.APPROVED, publish)
    act(reviewing.schedule, day=wanted)
    assert due() == (Stage.SCHEDULED, 40)
    act(reviewing.unschedule)
    assert due() == (Stage.APPROVED, publish)
    act(reviewing.schedule, day=wanted)
    with acting(staffed, CURATOR) as (session, _):
        publication.hold(session, session.get_one(Manuscript, number), "It was not read")
    assert due() == (Stage.APPROVED, publish)
    act(reviewing.reopen, why="A town can be told")
    assert due() == (Stage.IN_REVIEW, review)
    sign_off(staffed, number, SignOffKind.CONTENT, by=CURATOR)
    sign_off(staffed, number, SignOffKind.DISCLOSURE, by=SECOND)
    mend(staffed, number, THIRD)
    assert due() == (Stage.IN_REVIEW, review)
    assert "a day not set" not in reader(staffed, PRACTITIONER).page(f"/writing/{number}").text


def test_texts_that_had_no_day_are_given_one(staffed: Flask) -> None:
    stages = {
        Stage.APPROVED: writing.DAYS_TO_PUBLISH,
        Stage.IN_REVIEW: writing.DAYS_TO_REVIEW,
        Stage.SCHEDULED: 40,
        Stage.DRAFT: None,
    }
    numbers = {stage: write(staffed) for stage in stages}
    with acting(staffed, CURATOR) as (session, _):
        for stage, number in numbers.items():
            text = session.get_one(Manuscript, number)
            text.stage, text.due_on = stage, None
            if stage == Stage.SCHEDULED:
                text.scheduled_for = clock.today() + timedelta(days=40)
    with staffed.app_context():
        history_of(staffed).downgrade("0010")
        history_of(staffed).upgrade()
    for stage, days in stages.items():
        text = manuscript(staffed, numbers[stage])
        since = text.stage_since.date()
        wanted = clock.today() if stage == Stage.SCHEDULED else since
        assert text.due_on == (None if days is None else wanted + timedelta(days=days)), stage


def test_an_approved_text_that_is_in_review_again_is_told_to_all_concerned(staffed: Flask) -> None:
    number = write(staffed)
    approve(staffed, number)
    with acting(staffed, SECOND) as (session, actor):
        reviewing.hand_over(session, actor=actor, manuscript_id=number, to=_id(session, THIRD))
        reviewing.reopen(session, actor=actor, manuscript_id=number, why="A town can be told")
    reopened = "A case example that was approved is in review again"
    unsigned = ("What you signed off of a case example counts no more", f"/review/{number}")
    assert told(staffed, PRACTITIONER, writing.REOPENED) == [(reopened, f"/writing/{number}")]
    assert told(staffed, THIRD, writing.REOPENED) == [(reopened, f"/review/{number}")]
    assert told(staffed, CURATOR, writing.UNSIGNED) == [unsigned]
    assert told(staffed, SECOND, writing.REOPENED, writing.UNSIGNED) == []
    assert told(staffed, CURATOR, reviewing.HANDED) == []
    # an edit says it too, and before it is approved to whoever had signed it off
    sign_off(staffed, number, SignOffKind.CONTENT, by=CURATOR)
    mend(staffed, number, THIRD)
    assert told(staffed, CURATOR, writing.UNSIGNED) == [unsigned] * 2
    sign_off(staffed, number, SignOffKind.CONTENT, by=CURATOR)
    sign_off(staffed, number, SignOffKind.DISCLOSURE, by=SECOND)
    mend(staffed, number, THIRD)
    assert len(told(staffed, PRACTITIONER, writing.REOPENED)) == 2
    assert told(staffed, SECOND, writing.UNSIGNED) == [unsigned]


def _id(session: Session, person: Person) -> int:
    actor: Actor = actor_of(session, person)
    assert actor.id is not None
    return actor.id
