"""Review: who reads what was sent in, who may sign it off, what an edit undoes, who is told."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts import notices
from portal.accounts.models import Notice, User
from portal.core import clock
from portal.core.database import db, reading, short_transaction
from portal.core.errors import Conflict
from portal.library import service, takedown
from portal.library.indexing import sync_index
from portal.library.models import Document, Version
from portal.publishing import publication, reviewing, writing
from portal.publishing.models import Manuscript, Remark, SignOff, SignOffKind, Upload, UploadState
from portal.publishing.states import Stage
from tests.client import Page, Reader, reader
from tests.integration.publishing import (
    CURATOR,
    HOLDS,
    SECOND,
    TEXTS,
    THIRD,
    acting,
    approve,
    manuscript,
    sign_off,
    submit,
    take_on,
    vocabularies,
    write,
)
from tests.people import ADMINISTRATOR, LEAD, PARTNER, PASSWORD, PRACTITIONER, Person
from tests.work import work

GUIDANCE = {
    "title": "How to ask before a referral is made",
    "summary": "What a school can ask before it refers, and whom.",
    "body": "## Ask\n\nAsk what the child meant.\n\n## Then decide\n\nDecide with others.",
    "sources": [{"title": "Working Together to Safeguard Children", "year": 2023}],
    "law": ["Children Act 1989"],
}


@pytest.fixture
def sent(staffed: Flask) -> int:
    """A case that was sent in."""
    number = write(staffed)
    submit(staffed, number)
    return number


def press(there: Reader, number: int, what: str, **fields: str) -> tuple[int, Page]:
    """Post to an address of a text; return the status and the page one ends up on."""
    token = there.page("/account/mail").fields["csrf_token"]
    answer = there.post(f"/review/{number}/{what}", data={"csrf_token": token, **fields})
    status = answer.status_code
    if status == 302:
        answer = there.get(answer.headers["Location"].partition("#")[0])
    return status, Page(answer.text)


def hash_of(app: Flask, number: int) -> str:
    return manuscript(app, number).text_hash


def told(app: Flask, since: int = 0) -> set[tuple[str, str]]:
    """Return (name, kind) of the notices after one."""
    query = select(User.name, Notice.kind).join(Notice, Notice.user_id == User.id)
    with app.app_context(), reading():
        rows = db.session.execute(query.where(Notice.id > since)).all()
        return {(row[0], row[1]) for row in rows}


def last_notice(app: Flask) -> int:
    with app.app_context(), reading():
        return max(db.session.scalars(select(Notice.id)), default=0)


def sign_for_disclosure(
    there: Reader, number: int, text_hash: str, password: str = PASSWORD, **answers: str
) -> tuple[int, Page]:
    fields = {**HOLDS, **answers, "text_hash": text_hash, "password": password}
    return press(there, number, "disclosure", **fields)


# ---- Who sees what


@pytest.mark.parametrize("person", [PRACTITIONER, LEAD, PARTNER, ADMINISTRATOR], ids=str)
def test_nobody_but_curators_opens_review(staffed: Flask, sent: int, person: Person) -> None:
    there = reader(staffed, person)
    for address in ("/review", f"/review/{sent}", f"/review/{sent}/disclosure"):
        answer = there.get(address)
        assert answer.status_code == 403
        assert "essay" not in answer.text


def test_a_draft_is_not_there_for_curators_and_not_for_a_curator_who_wrote_it(
    staffed: Flask,
) -> None:
    for author in (PRACTITIONER, CURATOR):
        number = write(staffed, by=author)
        reader(staffed, CURATOR).page(f"/review/{number}", 404)
        assert "essay" not in reader(staffed, CURATOR).page("/review").text


def test_the_list_says_what_is_whose_and_what_is_overdue(staffed: Flask, sent: int) -> None:
    there = reader(staffed, CURATOR)
    page = there.page("/review")
    assert "Waiting for anybody (1)" in page.text
    assert PRACTITIONER.name in page.text
    assert "Overdue" not in page.text
    take_on(staffed, sent, by=SECOND)
    assert "Held by others (1)" in there.page("/review").text
    assert "Waiting for you (1)" in reader(staffed, SECOND).page("/review").text
    with staffed.app_context(), short_transaction() as session:
        found = session.get(Manuscript, sent)
        assert found is not None
        found.due_on = clock.today() - timedelta(days=1)
    assert "Overdue" in there.page("/review").text


def test_whoever_reviews_reads_the_text_what_was_found_and_who_wrote_it(staffed: Flask) -> None:
    number = write(staffed, concern="Kayleigh Smith said it on 3 March 2024 at school.")
    submit(staffed, number)
    page = reader(staffed, CURATOR).page(f"/review/{number}")
    assert TEXTS["learning"] in page.text
    assert PRACTITIONER.name in page.text
    assert "Middlesbrough" in page.text or "Hartlepool" in page.text
    marked = [page.text_of(element) for element in page.all("mark")]
    assert "Kayleigh Smith" in " ".join(marked)


def test_what_was_hidden_in_a_file_stands_first(staffed: Flask) -> None:
    number = write(staffed)
    with staffed.app_context(), short_transaction() as session:
        session.add(
            Upload(
                manuscript_id=number,
                name="plan.docx",
                title="The plan",
                purpose="attach",
                size=9,
                state=UploadState.CHECKED,
                body="A plan for anybody.",
                traces=[
                    {"text": "Page 1 of 2", "where": "Footer", "seen": True},
                    {"text": "Rewritten by somebody", "where": "Deleted words", "seen": False},
                ],
                warnings=[],
                by_id=None,
                at=clock.now(),
            )
        )
    submit(staffed, number)
    text = reader(staffed, CURATOR).page(f"/review/{number}").text
    assert "2 pieces, 1 hidden" in text
    assert text.index("Rewritten by somebody") < text.index("Page 1 of 2")


# ---- Taking on, handing over


def test_of_two_curators_who_take_a_text_on_one_is_told_who_was_faster(
    staffed: Flask, sent: int
) -> None:
    first, second = reader(staffed, CURATOR), reader(staffed, SECOND)
    assert press(first, sent, "take-on")[0] == 302
    status, page = press(second, sent, "take-on")
    assert status == 409
    assert f"by {CURATOR.name}" in page.text
    assert "Nothing was changed by what you have just pressed" in page.text
    assert manuscript(staffed, sent).stage == Stage.IN_REVIEW


def test_whoever_has_written_in_a_text_can_not_take_it_on(staffed: Flask) -> None:
    number = write(staffed, by=CURATOR)
    submit(staffed, number, by=CURATOR)
    shown = reader(staffed, CURATOR).page(f"/review/{number}")
    assert "You have written in this text" in shown.text
    assert "Take it on for review" not in shown.text
    status, page = press(reader(staffed, CURATOR), number, "take-on")
    assert status == 403
    assert "You have written in this text" in page.text


def test_a_text_is_handed_to_a_curator_who_alone_is_told(staffed: Flask, sent: int) -> None:
    take_on(staffed, sent)
    before = last_notice(staffed)
    there = reader(staffed, CURATOR)
    with staffed.app_context(), reading():
        ids = {user.email: user.id for user in db.session.scalars(select(User))}
    assert press(there, sent, "hand-over", to=str(ids[SECOND.email]))[0] == 302
    assert told(staffed, before) == {(SECOND.name, reviewing.HANDED)}
    for stranger in (PRACTITIONER, ADMINISTRATOR):
        assert press(there, sent, "hand-over", to=str(ids[stranger.email]))[0] == 409
    assert manuscript(staffed, sent).owner_id == ids[SECOND.email]


# ---- Asking for changes


def test_a_change_is_seen_by_the_author_only_once_it_was_sent(staffed: Flask, sent: int) -> None:
    take_on(staffed, sent)
    there, author = reader(staffed, CURATOR), reader(staffed, PRACTITIONER)
    before = last_notice(staffed)
    status, page = press(
        there,
        sent,
        "remarks",
        part="concern",
        passage="worrying remarks",
        reason="Say what made them worrying.",
    )
    assert status == 302
    assert "Not sent yet" in page.text
    assert "what made them worrying" not in author.page(f"/writing/{sent}").text
    assert told(staffed, before) == set()
    assert press(there, sent, "ask")[0] == 302
    page = author.page(f"/writing/{sent}")
    assert "Say what made them worrying." in page.text
    assert "worrying remarks" in author.page(f"/writing/{sent}/sections/concern").text
    assert told(staffed, before) == {(PRACTITIONER.name, reviewing.CHANGES_ASKED)}


def test_what_was_answered_comes_back_to_who_asked_and_is_settled(
    staffed: Flask, sent: int
) -> None:
    take_on(staffed, sent)
    there = reader(staffed, CURATOR)
    press(there, sent, "remarks", part="title", reason="Shorter, please.")
    press(there, sent, "ask")
    with staffed.app_context(), reading():
        remark = db.session.scalars(select(Remark.id)).one()
    with acting(staffed, PRACTITIONER) as (session, actor):
        reviewing.answer_remark(
            session, actor=actor, manuscript_id=sent, remark_id=remark, answer="It is short now."
        )
    before = last_notice(staffed)
    submit(staffed, sent)
    assert told(staffed, before) == {(CURATOR.name, writing.SENT_IN)}
    page = there.page(f"/review/{sent}")
    assert "It is short now." in page.text
    _, page = press(there, sent, f"remarks/{remark}/take-back")
    assert "Settled" in page.text


def test_a_change_not_sent_can_be_taken_out(staffed: Flask, sent: int) -> None:
    take_on(staffed, sent)
    there = reader(staffed, CURATOR)
    press(there, sent, "remarks", part="concern", reason="A slip of mine.")
    with staffed.app_context(), reading():
        remark = db.session.scalars(select(Remark.id)).one()
    _, page = press(there, sent, f"remarks/{remark}/take-back")
    assert "A slip of mine." not in page.text


def test_words_that_do_not_stand_there_are_refused_and_nothing_typed_is_lost(
    staffed: Flask, sent: int
) -> None:
    take_on(staffed, sent)
    there = reader(staffed, CURATOR)
    for fields in (
        {"passage": "words of another text", "reason": "A long reason of mine."},
        {"passage": "words that I have copied", "reason": ""},
    ):
        status, page = press(there, sent, "remarks", part="concern", **fields)
        assert status == 422
        shown = [page.text_of(area) for area in page.all("textarea")]
        assert fields["passage"] in shown
        assert fields["reason"] in shown
        assert page.title.startswith("Error:")


def test_a_change_that_comes_too_late_is_shown_to_whoever_wrote_it(
    staffed: Flask, sent: int
) -> None:
    take_on(staffed, sent)
    first, second = reader(staffed, CURATOR), reader(staffed, SECOND)
    press(first, sent, "remarks", part="title", reason="Shorter.")
    press(first, sent, "ask")
    status, page = press(second, sent, "remarks", part="title", reason="Two careful paragraphs.")
    assert status == 409
    assert "Two careful paragraphs." in page.text
    assert "Changes asked for" in page.text


def test_nothing_is_asked_without_a_change(staffed: Flask, sent: int) -> None:
    take_on(staffed, sent)
    status, page = press(reader(staffed, CURATOR), sent, "ask")
    assert status == 409
    assert "Write down at least one change" in page.text
    assert manuscript(staffed, sent).stage == Stage.IN_REVIEW


# ---- Signing off


def test_a_case_needs_two_people_and_the_second_not_the_first(staffed: Flask, sent: int) -> None:
    take_on(staffed, sent)
    there, text = reader(staffed, CURATOR), hash_of(staffed, sent)
    status, page = press(there, sent, "sign-off", text_hash=text)
    assert status == 302
    assert "a second person must do this one" in page.text
    status, page = sign_for_disclosure(there, sent, text)
    assert status == 409
    assert manuscript(staffed, sent).stage == Stage.IN_REVIEW
    before = last_notice(staffed)
    status, page = sign_for_disclosure(reader(staffed, SECOND), sent, text)
    assert status == 302
    assert manuscript(staffed, sent).stage == Stage.APPROVED
    names = {name for name, _ in told(staffed, before)}
    assert names == {CURATOR.name, PRACTITIONER.name}
    assert SECOND.name in page.text
    with staffed.app_context(), reading():
        kept = db.session.scalars(
            select(SignOff).where(SignOff.kind == SignOffKind.DISCLOSURE)
        ).one()
        assert kept.checklist == HOLDS
        assert kept.text_hash == text


def test_whoever_has_written_in_a_text_signs_nothing_off_and_is_told_why(
    staffed: Flask, sent: int
) -> None:
    take_on(staffed, sent)
    with acting(staffed, SECOND) as (session, actor):
        part = writing.parts_of(session, sent)["concern"]
        writing.save_part(
            session,
            actor=actor,
            manuscript_id=sent,
            name="concern",
            text=f"{part.text} It was late.",
            revision=part.revision,
        )
    there, text = reader(staffed, SECOND), hash_of(staffed, sent)
    page = there.page(f"/review/{sent}")
    assert "You have written in this text" in page.text
    assert "sign off the content" not in page.text
    assert press(there, sent, "sign-off", text_hash=text)[0] == 403
    assert sign_for_disclosure(there, sent, text)[0] == 409
    with staffed.app_context(), reading():
        assert db.session.scalars(select(SignOff)).all() == []


def test_a_text_that_changed_since_it_was_read_is_not_signed_off(staffed: Flask, sent: int) -> None:
    take_on(staffed, sent)
    old = hash_of(staffed, sent)
    with acting(staffed, THIRD) as (session, actor):
        part = writing.parts_of(session, sent)["outcome"]
        writing.save_part(
            session,
            actor=actor,
            manuscript_id=sent,
            name="outcome",
            text="Another end.",
            revision=part.revision,
        )
    status, page = press(reader(staffed, CURATOR), sent, "sign-off", text_hash=old)
    assert status == 409
    assert "The text has changed since you opened it" in page.text
    there = reader(staffed, SECOND)
    there.page(f"/review/{sent}/disclosure?text={old}", 409)
    status, page = sign_for_disclosure(there, sent, old, time="no")
    assert status == 409
    assert "The text has changed since you opened it" in page.text
    ticked = {
        i.get("name"): i.get("value") for i in page.all("input") if i.get("checked") is not None
    }
    assert ticked == HOLDS | {"time": "no"}, "what was answered is kept"
    with staffed.app_context(), reading():
        assert db.session.scalars(select(SignOff)).all() == []


def test_disclosure_asks_for_every_point_and_the_password_and_keeps_the_answers(
    staffed: Flask, sent: int
) -> None:
    take_on(staffed, sent)
    there, text = reader(staffed, SECOND), hash_of(staffed, sent)
    for change, password in (({"known": "no"}, PASSWORD), ({}, "not the password"), ({}, "")):
        status, page = sign_for_disclosure(there, sent, text, password, **change)
        assert status == 422
        ticked = {
            i.get("name"): i.get("value") for i in page.all("input") if i.get("checked") is not None
        }
        assert ticked == HOLDS | change
        assert page.title.startswith("Error:")
    fields = {**HOLDS, "text_hash": text, "password": PASSWORD}
    del fields["files"]
    assert press(there, sent, "disclosure", **fields)[0] == 422
    with staffed.app_context(), reading():
        assert db.session.scalars(select(SignOff)).all() == []
    assert sign_for_disclosure(there, sent, text)[0] == 302


def test_an_edit_of_an_approved_text_opens_it_again(staffed: Flask) -> None:
    number = write(staffed)
    approve(staffed, number)
    with acting(staffed, THIRD) as (session, actor):
        part = writing.parts_of(session, number)["outcome"]
        writing.save_part(
            session,
            actor=actor,
            manuscript_id=number,
            name="outcome",
            text="Another end.",
            revision=part.revision,
        )
    assert manuscript(staffed, number).stage == Stage.IN_REVIEW
    there = reader(staffed, CURATOR)
    page = there.page(f"/review/{number}")
    assert page.text.count("Not signed off") == 2
    assert "Changed after approval" in page.text
    assert press(there, number, "publish")[0] == 409


def test_guidance_needs_one_other_curator(staffed: Flask) -> None:
    number = write(staffed, by=CURATOR, type_="guidance", **GUIDANCE)
    submit(staffed, number, by=CURATOR)
    take_on(staffed, number, by=SECOND)
    page = reader(staffed, CURATOR).page(f"/review/{number}")
    assert "sign off the content" not in page.text
    status, _ = press(
        reader(staffed, SECOND), number, "sign-off", text_hash=hash_of(staffed, number)
    )
    assert status == 302
    assert manuscript(staffed, number).stage == Stage.APPROVED


def test_an_approved_text_that_is_put_back_must_be_signed_off_again(staffed: Flask) -> None:
    number = write(staffed)
    approve(staffed, number)
    there = reader(staffed, THIRD)
    assert press(there, number, "reopen", reason="")[0] == 422
    status, page = press(there, number, "reopen", reason="A reader could tell the town.")
    assert status == 302
    assert page.text.count("Not signed off") == 2
    assert "A reader could tell the town." in page.text
    assert manuscript(staffed, number).stage == Stage.IN_REVIEW


# ---- Publishing


def test_publishing_makes_a_page_a_search_entry_and_a_version(staffed: Flask) -> None:
    number = write(staffed)
    approve(staffed, number)
    there, before = reader(staffed, THIRD), last_notice(staffed)
    assert "Publish this now?" in there.page(f"/review/{number}/publish").heading
    status, _ = press(there, number, "publish")
    assert status == 302
    reference = manuscript(staffed, number).became
    page = reader(staffed, LEAD).page(f"/library/{reference}")
    assert TEXTS["outcome"] in page.text
    assert PRACTITIONER.name not in page.html
    assert told(staffed, before) == {(PRACTITIONER.name, "manuscript.published")}
    library = staffed.extensions["library"]
    with staffed.app_context(), reading():
        sync_index(db.session, library.engine, library.vocabularies)
        kept = db.session.scalars(
            select(Version)
            .join(Document, Document.id == Version.document_id)
            .where(Document.reference == reference)
        ).one()
        assert TEXTS["outcome"] in kept.text
    assert reference in reader(staffed, LEAD).page("/library?q=argument+with+a+friend").html


def test_of_two_who_publish_at_once_one_is_told(staffed: Flask) -> None:
    number = write(staffed)
    approve(staffed, number)
    first, second = reader(staffed, CURATOR), reader(staffed, THIRD)
    second.page(f"/review/{number}/publish")
    assert press(first, number, "publish")[0] == 302
    status, page = press(second, number, "publish")
    assert status == 409
    assert "Published" in page.text
    assert CURATOR.name in page.text
    with staffed.app_context(), reading():
        made = db.session.scalars(select(Document).where(Document.reference == "case-1001")).all()
        assert len(made) == 1


def test_a_scheduled_text_is_published_on_its_day_and_not_before(staffed: Flask) -> None:
    number = write(staffed)
    approve(staffed, number)
    there = reader(staffed, CURATOR)
    wanted = clock.today() + timedelta(days=3)
    token = there.page(f"/review/{number}/schedule").fields["csrf_token"]

    def choose(day: str, month: str, year: str) -> int:
        data = {"csrf_token": token, "day": [day, month, year]}
        return there.post(f"/review/{number}/schedule", data=data).status_code

    for day in (("31", "2", "2030"), ("", "", ""), ("1", "1", "2020")):
        assert choose(*day) == 422
    assert choose(str(wanted.day), str(wanted.month), str(wanted.year)) == 302
    assert manuscript(staffed, number).stage == Stage.SCHEDULED
    assert f"{wanted.day} {wanted:%B %Y}" in there.page("/review").text
    work(staffed, scheduled=True)
    assert manuscript(staffed, number).stage == Stage.SCHEDULED
    at = datetime(wanted.year, wanted.month, wanted.day, 6, 0, tzinfo=UTC)
    with clock.frozen(at):
        work(staffed, scheduled=True)
    assert manuscript(staffed, number).stage == Stage.PUBLISHED
    assert TEXTS["outcome"] in reader(staffed, LEAD).page("/library/case-1001").text


def test_whoever_wrote_a_text_follows_it_to_its_end(staffed: Flask) -> None:
    number = write(staffed)
    approve(staffed, number)
    with acting(staffed, CURATOR) as (session, actor):
        words = vocabularies(staffed)
        publication.publish(session, actor=actor, manuscript_id=number, vocabularies=words)
        reference = session.get_one(Manuscript, number).became or ""
        begun = writing.begin_edit(
            session, actor=actor, reference=reference, why="A word", vocabularies=words
        ).id
    there = reader(staffed, PRACTITIONER)
    assert "Read it in the library" in there.page(f"/writing/{number}").links
    with acting(staffed, SECOND) as (session, actor):
        service.withdraw(
            session, actor=actor, reference=reference, reason="It is too old.", vocabularies=words
        )
    said = "A case example that you have written in was {} from the library"
    assert said_to(staffed, PRACTITIONER)[said.format("withdrawn")] == f"/writing/{number}"
    assert said_to(staffed, CURATOR)[said.format("withdrawn")] == f"/library/{reference}/history"
    page = there.page(f"/writing/{number}")
    assert "Read it in the library" not in page.links
    assert "It is too old." in page.text
    assert "Withdrawn" in there.page("/writing").text
    assert "It is too old." in reader(staffed, SECOND).page(f"/review/{number}").text
    with acting(staffed, SECOND) as (session, actor):
        takedown.take_down(
            session,
            actor=actor,
            reference=reference,
            reason="It could lead to somebody.",
            vocabularies=words,
            purges=staffed.extensions["purges"],
        )
        assert session.get(Manuscript, begun) is None
    gone = said_to(staffed, PRACTITIONER)
    assert said.format("withdrawn") not in gone
    removed = said.format("removed")
    assert gone[removed] == f"/writing/{number}"
    assert "Reason: It could lead to somebody." in there.page(gone[removed], 410).text
    assert "Reason: It could lead" in reader(staffed, CURATOR).page(f"/writing/{begun}", 410).text
    assert said_to(staffed, CURATOR)[removed] == f"/library/{reference}/history"
    assert removed not in said_to(staffed, SECOND)
    reader(staffed, SECOND).page(f"/writing/{number}", 404)


def said_to(app: Flask, person: Person) -> dict[str, str]:
    """Return what a person is told now, with where that leads."""
    with acting(app, person) as (session, actor):
        return {one.told.text: one.told.link for one in notices.of(session, actor)}


def test_a_scheduled_text_can_wait_after_all(staffed: Flask) -> None:
    number = write(staffed)
    approve(staffed, number)
    with acting(staffed, CURATOR) as (session, actor):
        day = clock.today() + timedelta(days=3)
        reviewing.schedule(session, actor=actor, manuscript_id=number, day=day)
    assert press(reader(staffed, CURATOR), number, "unschedule")[0] == 302
    assert manuscript(staffed, number).stage == Stage.APPROVED
    assert manuscript(staffed, number).scheduled_for is None


def test_what_is_published_stays_up_while_its_edit_is_reviewed(staffed: Flask) -> None:
    with acting(staffed, CURATOR) as (session, actor):
        made = writing.begin_edit(
            session,
            actor=actor,
            reference="guidance-001",
            why="Clearer",
            vocabularies=vocabularies(staffed),
        )
        number = made.id
        part = writing.parts_of(session, number)["body"]
        text = f"{part.text}\n\nA sentence that nobody has read before."
        writing.save_part(
            session,
            actor=actor,
            manuscript_id=number,
            name="body",
            text=text,
            revision=part.revision,
        )
    submit(staffed, number, by=CURATOR)
    take_on(staffed, number, by=SECOND)
    readers = reader(staffed, LEAD)
    assert "nobody has read before" not in readers.page("/library/guidance-001").text
    page = reader(staffed, SECOND).page(f"/review/{number}")
    added = [page.text_of(element) for element in page.all("ins")]
    assert any("A sentence that nobody has read before." in text for text in added)
    assert "did not change" in page.text
    sign_off(staffed, number, SignOffKind.CONTENT, by=SECOND)
    assert "nobody has read before" not in readers.page("/library/guidance-001").text
    press(reader(staffed, SECOND), number, "publish")
    assert "nobody has read before" in readers.page("/library/guidance-001").text


def test_a_text_that_was_not_signed_off_is_never_published(staffed: Flask, sent: int) -> None:
    take_on(staffed, sent)
    there = reader(staffed, CURATOR)
    assert press(there, sent, "publish")[0] == 409
    assert press(there, sent, "schedule")[0] == 409
    with (
        pytest.raises(Conflict),
        acting(staffed, CURATOR) as (session, actor),
    ):
        reviewing.unschedule(session, actor=actor, manuscript_id=sent)
