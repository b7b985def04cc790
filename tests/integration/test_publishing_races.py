"""Two people decide at the same moment: one wins, the other is told, and nothing is lost.

A third hand holds the text and the library still until both wait, so that both have read what was
there before; then they go on, in the order in which they came.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.database import db, reading, short_transaction
from portal.library import service
from portal.library.models import Document, State, Version
from portal.publishing import publication, reviewing, uploads, writing
from portal.publishing.models import (
    FindingAnswer,
    Manuscript,
    Remark,
    SignOff,
    SignOffKind,
    Upload,
    UploadState,
)
from portal.publishing.states import Stage
from tests.client import Page, reader
from tests.integration.publishing import (
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
from tests.people import CURATOR, PASSWORD, PRACTITIONER, Person
from tests.workers import until

Act = Callable[[], tuple[int, str]]
"""Does something as a request does; returns the status and the words of the answer."""
ORDERS = pytest.mark.parametrize("turned", [False, True], ids=["in-order", "turned"])


def act(app: Flask, person: Person, address: str, **data: str) -> Act:
    """Prepare to post to an address in a browser of its own."""
    there = reader(app, person)
    token = there.page("/account/mail").fields["csrf_token"]

    def done() -> tuple[int, str]:
        answer = there.post(address, data={"csrf_token": token, **data})
        html = answer.mimetype == "text/html"
        return answer.status_code, Page(answer.text).text if html else answer.text

    return done


@contextmanager
def held(app: Flask) -> Iterator[None]:
    """Let everybody wait who would change a text or the library."""
    with app.app_context(), short_transaction() as session:
        service.one_at_a_time(session)
        session.scalars(select(Manuscript.id).with_for_update()).all()
        yield


def waiting(app: Flask) -> int:
    """Return how many wait for a lock; SQLite does not tell."""
    with app.app_context(), db.engine.connect() as connection:
        query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        return connection.scalar(text(query)) or 0


def race(app: Flask, acts: Sequence[Act], *, turned: bool = False) -> list[tuple[int, str]]:
    """Let all begin before any can end; return what each was told, in the order of `acts`."""
    order = list(reversed(acts)) if turned else list(acts)
    begun: list[Future[tuple[int, str]]] = []
    with app.app_context():
        on_postgresql = db.engine.dialect.name == "postgresql"

    def all_wait() -> bool:
        return waiting(app) + sum(one.done() for one in begun) >= len(begun)

    with ThreadPoolExecutor(len(acts)) as pool:
        with held(app):
            for one in order:
                begun.append(pool.submit(one))
                until(all_wait) if on_postgresql else time.sleep(0.1)
        said = [one.result() for one in begun]
    return list(reversed(said)) if turned else said


def one_wins(said: Sequence[tuple[int, str]], words: str) -> int:
    """Fail unless one was done and the other was told `words`; return which one won."""
    assert sorted(status for status, _ in said) == [302, 409], said
    winner = [status for status, _ in said].index(302)
    assert words in said[1 - winner][1]
    return winner


def count(app: Flask, model: type, *where: object) -> int:
    with app.app_context(), reading():
        query = select(func.count()).select_from(model).where(*where)  # type: ignore[arg-type]
        return db.session.scalar(query) or 0


def document_of(app: Flask, reference: str) -> Document:
    with app.app_context(), reading():
        found = service.any_document(db.session, reference)
        db.session.expunge(found)
        return found


def in_review(app: Flask) -> int:
    number = write(app)
    submit(app, number)
    take_on(app, number)
    return number


def approved(app: Flask) -> int:
    number = write(app)
    approve(app, number)
    return number


def edit_approved(app: Flask, reference: str = "guidance-001") -> int:
    """Bring a change of a published document so far that it can be published."""
    with acting(app, CURATOR) as (session, actor):
        begun = writing.begin_edit(
            session, actor=actor, reference=reference, why="Plainer", vocabularies=vocabularies(app)
        )
        number = begun.id
        part = writing.parts_of(session, number)["body"]
        writing.save_part(
            session,
            actor=actor,
            manuscript_id=number,
            name="body",
            text=f"{part.text}\n\nA sentence that was not there.",
            revision=part.revision,
        )
    submit(app, number, by=CURATOR)
    take_on(app, number, by=SECOND)
    sign_off(app, number, SignOffKind.CONTENT, by=SECOND)
    assert manuscript(app, number).stage == Stage.APPROVED
    return number


# ---- Review


def test_of_two_curators_who_take_a_text_on_one_holds_it(staffed: Flask) -> None:
    number = write(staffed)
    submit(staffed, number)
    people = (SECOND, THIRD)
    said = race(staffed, [act(staffed, one, f"/review/{number}/take-on") for one in people])
    winner = one_wins(said, "Somebody may have changed it meanwhile")
    with acting(staffed, people[winner]) as (session, actor):
        found = session.get_one(Manuscript, number)
        assert (found.stage, found.owner_id) == (Stage.IN_REVIEW, actor.id)
        stages = [step.stage for step in writing.steps_of(session, number)]
        assert stages.count(Stage.IN_REVIEW) == 1


@ORDERS
def test_a_text_is_taken_back_or_taken_on_but_not_both(staffed: Flask, turned: bool) -> None:
    number = write(staffed)
    submit(staffed, number)
    acts = [
        act(staffed, PRACTITIONER, f"/writing/{number}/take-back"),
        act(staffed, SECOND, f"/review/{number}/take-on"),
    ]
    said = race(staffed, acts, turned=turned)
    found = manuscript(staffed, number)
    back = said[0][0] == 302
    assert found.stage == (Stage.DRAFT if back else Stage.IN_REVIEW)
    if back:
        assert said[1][0] in {404, 409}, "to whoever reviews it is there no more"
    else:
        assert said[0][0] == 409
        assert "Somebody may have changed it meanwhile" in said[0][1]


@pytest.mark.parametrize("kind", list(SignOffKind), ids=str)
def test_of_two_who_sign_the_same_off_one_has_signed(staffed: Flask, kind: SignOffKind) -> None:
    number = in_review(staffed)
    read = manuscript(staffed, number).text_hash
    address, more = f"/review/{number}/sign-off", {"text_hash": read}
    if kind == SignOffKind.DISCLOSURE:
        address = f"/review/{number}/disclosure"
        more |= {**HOLDS, "password": PASSWORD}
    said = race(staffed, [act(staffed, one, address, **more) for one in (SECOND, THIRD)])
    one_wins(said, "signed off")
    assert count(staffed, SignOff, SignOff.manuscript_id == number) == 1


@ORDERS
def test_the_last_sign_off_never_holds_for_a_text_that_somebody_just_changed(
    staffed: Flask, turned: bool
) -> None:
    number = in_review(staffed)
    sign_off(staffed, number, SignOffKind.DISCLOSURE, by=CURATOR)
    read = manuscript(staffed, number).text_hash
    new = f"{TEXTS['concern']} It was written on paper."
    acts = [
        act(staffed, SECOND, f"/review/{number}/sign-off", text_hash=read),
        act(
            staffed,
            THIRD,
            f"/writing/{number}/sections/concern",
            text=new,
            revision="1",
            stay="yes",
        ),
    ]
    said = race(staffed, acts, turned=turned)
    assert said[1][0] == 302, "the edit is kept whoever came first"
    assert said[0][0] in {302, 409}
    if said[0][0] == 409:
        assert "changed since you opened it" in said[0][1]
    with staffed.app_context(), reading():
        found = db.session.get_one(Manuscript, number)
        assert found.stage == Stage.IN_REVIEW
        assert writing.sign_offs_of(db.session, found) == []
        assert writing.texts_of(db.session, number)["concern"] == new


@ORDERS
def test_what_the_author_types_while_the_text_is_sent_in_is_saved_or_still_on_the_page(
    staffed: Flask, turned: bool
) -> None:
    number = write(staffed)
    address = f"/writing/{number}/sections/concern"
    typed = "What I typed at the last moment."
    acts = [
        act(staffed, PRACTITIONER, address, text=typed, revision="1", stay="yes"),
        act(staffed, PRACTITIONER, f"/writing/{number}/send"),
    ]
    said = race(staffed, acts, turned=turned)
    assert said[1][0] == 302
    with staffed.app_context(), reading():
        kept = writing.texts_of(db.session, number)["concern"]
    if said[0][0] == 302:
        assert kept == typed
    else:
        assert kept == TEXTS["concern"]
        assert typed in said[0][1], "it is still on the page"
        assert "not saved" in said[0][1]


def test_a_change_that_is_being_sent_is_not_taken_out_at_the_same_moment(staffed: Flask) -> None:
    number = in_review(staffed)
    with acting(staffed, CURATOR) as (session, actor):
        made = reviewing.remark(
            session,
            actor=actor,
            manuscript_id=number,
            part="concern",
            passage="",
            reason="Say who saw it.",
        )
        remark_id = made.id
    said = race(
        staffed,
        [
            act(staffed, CURATOR, f"/review/{number}/ask"),
            act(staffed, SECOND, f"/review/{number}/remarks/{remark_id}/take-back"),
        ],
    )
    assert {status for status, _ in said} <= {302, 409}
    if said[0][0] == 302:
        assert count(staffed, Remark, Remark.sent_at.is_not(None)) == 1
        assert manuscript(staffed, number).stage == Stage.CHANGES_ASKED


# ---- Writing


def test_of_two_saves_of_one_section_the_second_shows_both_texts(staffed: Flask) -> None:
    number = write(staffed)
    address = f"/writing/{number}/sections/concern"
    typed = ("What the first tab says.", "What the second tab says.")
    said = race(
        staffed,
        [act(staffed, PRACTITIONER, address, text=one, revision="1", stay="yes") for one in typed],
    )
    winner = one_wins(said, "saved somewhere else meanwhile")
    for one in typed:
        assert one in said[1 - winner][1]
    with staffed.app_context(), reading():
        assert writing.texts_of(db.session, number)["concern"] == typed[winner]


def test_of_two_automatic_saves_the_second_is_told(staffed: Flask) -> None:
    number = write(staffed)
    address = f"/writing/{number}/sections/concern/save"
    typed = ("What the first tab says.", "What the second tab says.")
    said = race(
        staffed,
        [act(staffed, PRACTITIONER, address, text=one, revision="1") for one in typed],
    )
    assert sorted(status for status, _ in said) == [200, 409]
    winner = [status for status, _ in said].index(200)
    assert "saved somewhere else meanwhile" in said[1 - winner][1]
    with staffed.app_context(), reading():
        assert writing.texts_of(db.session, number)["concern"] == typed[winner]


def test_of_two_who_save_the_same_facts_the_second_is_told(staffed: Flask) -> None:
    number = write(staffed)
    revision = str(manuscript(staffed, number).revision)
    titles = ("The title of the first tab", "The title of the second tab")
    said = race(
        staffed,
        [
            act(
                staffed,
                PRACTITIONER,
                f"/writing/{number}/facts/title",
                title=one,
                summary="What was learned about asking first.",
                revision=revision,
            )
            for one in titles
        ],
    )
    assert sorted(status for status, _ in said) == [302, 422]
    winner = [status for status, _ in said].index(302)
    assert "changed somewhere else meanwhile" in said[1 - winner][1]
    assert manuscript(staffed, number).fields["title"] == titles[winner]


def test_a_finding_that_is_answered_twice_has_one_answer(staffed: Flask) -> None:
    number = write(staffed, concern="Kayleigh Smith said it at school.")
    page = reader(staffed, PRACTITIONER).page(f"/writing/{number}/check")
    about = {
        "part": "concern",
        "passage": page.fields["passage"],
        "answer": "invented",
        "reason": "It is a made-up name.",
    }
    address = f"/writing/{number}/check"
    said = race(staffed, [act(staffed, PRACTITIONER, address, **about) for _ in range(2)])
    assert [status for status, _ in said] == [302, 302]
    assert count(staffed, FindingAnswer) == 1


@ORDERS
def test_a_file_is_read_or_taken_out(staffed: Flask, turned: bool) -> None:
    number = write(staffed)
    with acting(staffed, PRACTITIONER) as (session, actor):
        upload_id = uploads.add(
            session,
            actor=actor,
            manuscript_id=number,
            name="notes.txt",
            content=b"What the school wrote down.",
            title="Notes",
            purpose=uploads.ATTACH,
        ).id

    def read() -> tuple[int, str]:
        with staffed.app_context():
            uploads.read(upload_id)
        return 0, ""

    address = f"/writing/{number}/files/{upload_id}/remove"
    said = race(staffed, [read, act(staffed, PRACTITIONER, address)], turned=turned)
    assert said[1][0] == 302
    assert count(staffed, Upload) == 0


@ORDERS
def test_a_file_that_is_read_while_somebody_saves_counts_in_the_hash(
    staffed: Flask, turned: bool
) -> None:
    number = write(staffed)
    with acting(staffed, PRACTITIONER) as (session, actor):
        upload_id = uploads.add(
            session,
            actor=actor,
            manuscript_id=number,
            name="notes.txt",
            content=b"What the school wrote down.",
            title="Notes",
            purpose=uploads.ATTACH,
        ).id

    def read() -> tuple[int, str]:
        with staffed.app_context():
            uploads.read(upload_id)
        return 0, ""

    new = "What I typed meanwhile."
    address = f"/writing/{number}/sections/concern/save"
    saving = act(staffed, PRACTITIONER, address, text=new, revision="1")
    said = race(staffed, [read, saving], turned=turned)
    assert said[1][0] == 200
    with staffed.app_context(), short_transaction() as session:
        assert session.get_one(Upload, upload_id).state == UploadState.CHECKED
        found = session.get_one(Manuscript, number)
        kept = found.text_hash
        writing.hash_again(session, found)
        assert found.text_hash == kept


# ---- Publishing


def test_a_text_that_is_published_twice_at_once_is_published_once(staffed: Flask) -> None:
    number = approved(staffed)
    before = count(staffed, Document)
    people = (CURATOR, SECOND)
    said = race(staffed, [act(staffed, one, f"/review/{number}/publish") for one in people])
    one_wins(said, "This is “published” now")
    assert count(staffed, Document) == before + 1
    became = manuscript(staffed, number).became
    assert became is not None
    document = document_of(staffed, became)
    assert count(staffed, Version, Version.document_id == document.id) == 1


def test_two_new_texts_that_are_published_at_once_have_addresses_of_their_own(
    staffed: Flask,
) -> None:
    numbers = [approved(staffed), approved(staffed)]
    said = race(staffed, [act(staffed, SECOND, f"/review/{n}/publish") for n in numbers])
    assert [status for status, _ in said] == [302, 302]
    assert len({manuscript(staffed, number).became for number in numbers}) == 2


@ORDERS
def test_a_text_is_published_or_changed_but_what_is_published_was_signed_off(
    staffed: Flask, turned: bool
) -> None:
    number = approved(staffed)
    new = f"{TEXTS['concern']} It was written on paper."
    address = f"/writing/{number}/sections/concern"
    acts = [
        act(staffed, SECOND, f"/review/{number}/publish"),
        act(staffed, THIRD, address, text=new, revision="1", stay="yes"),
    ]
    said = race(staffed, acts, turned=turned)
    found = manuscript(staffed, number)
    if said[0][0] == 302:
        assert found.became is not None
        assert new not in document_of(staffed, found.became).body
        assert said[1][0] == 422, "it can't be changed any more"
        assert new in said[1][1]
    else:
        assert said[0][0] == 409
        assert (found.stage, found.became) == (Stage.IN_REVIEW, None)
        assert said[1][0] == 302


@ORDERS
def test_an_edit_that_is_published_while_its_document_is_taken_down_leaves_nothing_of_it(
    staffed: Flask, turned: bool
) -> None:
    number = edit_approved(staffed)
    acts = [
        act(staffed, SECOND, f"/review/{number}/publish"),
        act(
            staffed,
            THIRD,
            "/library/guidance-001/take-down",
            reason="It held what it must not hold.",
            sure="y",
            password=PASSWORD,
        ),
    ]
    said = race(staffed, acts, turned=turned)
    assert said[1][0] == 302, said
    assert said[0][0] in {302, 404, 409}
    document = document_of(staffed, "guidance-001")
    assert (document.state, document.body) == (State.REMOVED, "")
    assert count(staffed, Version, Version.document_id == document.id) == 0
    assert count(staffed, Manuscript, Manuscript.edits == "guidance-001") == 0


@ORDERS
def test_what_somebody_types_while_the_document_is_taken_down_is_gone_too(
    staffed: Flask, turned: bool
) -> None:
    with acting(staffed, CURATOR) as (session, actor):
        number = writing.begin_edit(
            session,
            actor=actor,
            reference="guidance-001",
            why="Plainer",
            vocabularies=vocabularies(staffed),
        ).id
        revision = str(writing.parts_of(session, number)["body"].revision)
    down = act(
        staffed,
        THIRD,
        "/library/guidance-001/take-down",
        reason="It held what it must not hold.",
        sure="y",
        password=PASSWORD,
    )
    address = f"/writing/{number}/sections/body"
    saving = act(staffed, CURATOR, address, text="Typed late.", revision=revision, stay="yes")
    said = race(staffed, [down, saving], turned=turned)
    assert said[0][0] == 302
    assert said[1][0] in {302, 404}
    assert count(staffed, Manuscript) == 0


@ORDERS
def test_an_edit_is_published_or_its_document_withdrawn_before(
    staffed: Flask, turned: bool
) -> None:
    number = edit_approved(staffed)
    acts = [
        act(staffed, SECOND, f"/review/{number}/publish"),
        act(staffed, THIRD, "/library/guidance-001/withdraw", reason="It is out of date."),
    ]
    said = race(staffed, acts, turned=turned)
    assert said[1][0] == 302
    document = document_of(staffed, "guidance-001")
    assert document.state == State.WITHDRAWN
    new = "A sentence that was not there." in document.body
    assert new == (said[0][0] == 302)
    if not new:
        assert said[0][0] == 409
        assert "has been withdrawn meanwhile" in said[0][1]
        assert manuscript(staffed, number).stage == Stage.APPROVED


def test_of_two_edits_of_one_document_that_are_begun_at_once_one_is(staffed: Flask) -> None:
    address = "/library/guidance-001/edit"
    said = race(
        staffed, [act(staffed, one, address, why="Plainer words") for one in (SECOND, THIRD)]
    )
    one_wins(said, "Somebody is changing this already")
    assert count(staffed, Manuscript, Manuscript.edits == "guidance-001") == 1


@ORDERS
def test_the_worker_and_a_curator_publish_a_scheduled_text_once(
    staffed: Flask, turned: bool
) -> None:
    number = approved(staffed)
    with acting(staffed, CURATOR) as (session, actor):
        day = clock.today() + timedelta(days=1)
        reviewing.schedule(session, actor=actor, manuscript_id=number, day=day)
        session.get_one(Manuscript, number).scheduled_for = clock.today()

    def by_the_worker() -> tuple[int, str]:
        with staffed.app_context():
            publication.publish_due(vocabularies(staffed))
        return 0, ""

    before = count(staffed, Document)
    acts = [by_the_worker, act(staffed, SECOND, f"/review/{number}/publish")]
    said = race(staffed, acts, turned=turned)
    assert said[1][0] in {302, 409}
    assert count(staffed, Document) == before + 1
    assert manuscript(staffed, number).stage == Stage.PUBLISHED


def test_a_text_that_is_taken_down_just_before_its_turn_keeps_no_other_from_its_day(
    staffed: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, number = write(staffed), approved(staffed)
    with acting(staffed, CURATOR) as (session, _):
        for one in (gone, number):
            text = session.get_one(Manuscript, one)
            text.stage, text.scheduled_for = Stage.SCHEDULED, clock.today()
    really = publication.publish

    def publish(session: Session, **given: Any) -> Document:
        if given["manuscript_id"] == gone:
            session.delete(session.get_one(Manuscript, gone))
            session.commit()
        return really(session, **given)

    monkeypatch.setattr(publication, "publish", publish)
    with staffed.app_context():
        publication.publish_due(vocabularies(staffed))
    assert manuscript(staffed, number).stage == Stage.PUBLISHED
