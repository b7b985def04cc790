"""What somebody could try, or do without meaning to, so that a rule of publishing is passed by."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Notice, User
from portal.core import clock
from portal.core.database import short_transaction
from portal.core.errors import Conflict, NotAllowed
from portal.library import rereading, service, takedown
from portal.library.models import Document
from portal.publishing import checking, publication, reviewing, writing
from portal.publishing.models import Manuscript, SignOffKind
from portal.publishing.states import Stage
from tests.client import Page, reader
from tests.integration.publishing import (
    SECOND,
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
from tests.integration.test_attachments import attach
from tests.people import CURATOR, PRACTITIONER, Person

TELLING = "Told by Kayleigh Thornbury, NHS 943 476 5919"


def leave(app: Flask, person: Person) -> None:
    """Let somebody be able to sign in no more."""
    with app.app_context(), short_transaction() as session:
        session.scalars(select(User).where(User.email == person.email)).one().active = False


# ---- What readers come to see is what was checked


@pytest.mark.parametrize(
    ("type_", "field", "value"),
    [
        ("case", "sources", [{"title": TELLING, "year": 2020}]),
        ("case", "sources", [{"title": "Notes", "year": 2020, "part": TELLING}]),
        ("case", "related", [{"id": "case-001", "why": TELLING}]),
        ("case", "search_words", [TELLING]),
        ("guidance", "law", [TELLING]),
        ("glossary", "definitions", [{"text": TELLING, "source": "Notes", "year": 2020}]),
        ("glossary", "definitions", [{"text": "Words", "source": TELLING, "year": 2020}]),
    ],
    ids=["source", "part", "related", "search", "law", "definition", "defined"],
)
def test_what_stands_around_a_text_is_checked_as_the_text_is(
    staffed: Flask, type_: str, field: str, value: Any
) -> None:
    number = write(staffed, by=CURATOR, type_=type_, **{field: value})
    with acting(staffed, CURATOR) as (session, actor):
        text = session.get_one(Manuscript, number)
        found = checking.blocking(checking.check(session, text))
        assert {one.place for one in found} == {field}
        assert not any(one.can_be_replaced for one in found)
        assert "check" in dict(publication.problems(session, text, vocabularies(staffed)))
        for one in found:
            checking.answer(
                session,
                actor=actor,
                manuscript_id=number,
                part=one.place,
                passage=one.passage,
                answer="invented",
                reason="Nobody",
            )
        assert not checking.blocking(checking.check(session, text))
    there = reader(staffed, CURATOR)
    assert there.page(f"/writing/{number}/check").text.count("Kayleigh Thornbury") > 0


# ---- Signing off


def test_an_edit_that_brings_a_signed_text_back_must_be_signed_off_again(staffed: Flask) -> None:
    number = write(staffed)
    approve(staffed, number)
    for more in (" More.", ""):
        with acting(staffed, THIRD) as (session, actor):
            part = writing.parts_of(session, number)["outcome"]
            writing.save_part(
                session,
                actor=actor,
                manuscript_id=number,
                name="outcome",
                text=part.text.removesuffix(" More.") + more,
                revision=part.revision,
            )
    assert manuscript(staffed, number).stage == Stage.IN_REVIEW
    sign_off(staffed, number, SignOffKind.CONTENT, by=CURATOR)
    assert manuscript(staffed, number).stage == Stage.IN_REVIEW
    sign_off(staffed, number, SignOffKind.DISCLOSURE, by=SECOND)
    assert manuscript(staffed, number).stage == Stage.APPROVED


def test_nobody_answers_a_change_in_the_place_of_the_author(staffed: Flask) -> None:
    number = write(staffed)
    submit(staffed, number)
    take_on(staffed, number)
    with acting(staffed, CURATOR) as (session, actor):
        asked = reviewing.remark(
            session, actor=actor, manuscript_id=number, part="outcome", passage="", reason="Shorter"
        ).id
        reviewing.ask_changes(session, actor=actor, manuscript_id=number)
    submit(staffed, number)
    take_on(staffed, number)
    with pytest.raises(NotAllowed), acting(staffed, SECOND) as (session, actor):
        reviewing.answer_remark(
            session, actor=actor, manuscript_id=number, remark_id=asked, answer="I did"
        )


# ---- People who leave


def test_a_text_comes_back_to_every_curator_when_who_held_it_has_left(staffed: Flask) -> None:
    number = write(staffed)
    submit(staffed, number)
    take_on(staffed, number)
    with acting(staffed, CURATOR) as (session, actor):
        reviewing.remark(
            session, actor=actor, manuscript_id=number, part="outcome", passage="", reason="Shorter"
        )
        reviewing.ask_changes(session, actor=actor, manuscript_id=number)
    before = {person.name: _told(staffed, person) for person in (SECOND, THIRD)}
    leave(staffed, CURATOR)
    submit(staffed, number)
    for person in (SECOND, THIRD):
        assert _told(staffed, person) == before[person.name] + 1


def _told(app: Flask, person: Person) -> int:
    """Return how often somebody was told that a text was sent in."""
    with acting(app, person) as (session, actor):
        query = select(func.count()).where(
            Notice.user_id == actor.id, Notice.kind == writing.SENT_IN
        )
        return session.scalar(query) or 0


def test_an_edit_of_somebody_who_has_left_does_not_keep_others_from_mending_a_text(
    staffed: Flask,
) -> None:
    def begin(person: Person) -> int:
        with acting(staffed, person) as (session, actor):
            return writing.begin_edit(
                session,
                actor=actor,
                reference="case-001",
                why="A name",
                vocabularies=vocabularies(staffed),
            ).id

    first = begin(SECOND)
    with pytest.raises(Conflict):
        begin(THIRD)
    leave(staffed, SECOND)
    assert begin(THIRD) != first
    assert manuscript(staffed, first).stage == Stage.DROPPED


# ---- What is published


def test_a_document_keeps_its_attachments_when_it_is_read_again(staffed: Flask) -> None:
    attach(staffed)
    with acting(staffed, SECOND) as (session, actor):
        rereading.read_again(
            session,
            actor=actor,
            reference="case-001",
            review_by=clock.today() + timedelta(days=90),
            vocabularies=vocabularies(staffed),
        )
    page = reader(staffed, PRACTITIONER).page("/library/case-001")
    assert page.links["List to take along"] == "/library/case-001/attachments/1"


def test_a_document_keeps_its_attachments_when_one_that_it_names_is_taken_down(
    staffed: Flask,
) -> None:
    attach(staffed, related=[{"id": "case-003", "why": "The same worry"}])
    with acting(staffed, SECOND) as (session, actor):
        takedown.take_down(
            session,
            actor=actor,
            reference="case-003",
            reason="It could identify somebody",
            vocabularies=vocabularies(staffed),
            purges=staffed.extensions["purges"],
        )
    page = reader(staffed, PRACTITIONER).page("/library/case-001")
    assert page.links["List to take along"] == "/library/case-001/attachments/1"


def test_whoever_comes_to_what_was_replaced_twice_is_led_to_the_latest(staffed: Flask) -> None:
    chain = ("guidance-001", "guidance-002", "guidance-003")
    with staffed.app_context(), short_transaction() as session:
        for one in session.scalars(select(Document).where(Document.reference.in_(chain))):
            one.audience = "readers"
    with acting(staffed, SECOND) as (session, actor):
        for reference, successor in pairwise(chain):
            service.supersede(
                session,
                actor=actor,
                reference=reference,
                successor=successor,
                reason="A newer one.",
                vocabularies=vocabularies(staffed),
            )
    gone = reader(staffed, PRACTITIONER).page(f"/library/{chain[0]}", 410)
    assert f"/library/{chain[2]}" in gone.links.values()


# ---- What no browser sends


def test_a_law_with_an_endless_name_is_told_before_it_is_sent_in(staffed: Flask) -> None:
    number = write(staffed, by=CURATOR, type_="guidance", law=["Long Act 1989 " * 20])
    with acting(staffed, CURATOR) as (session, _):
        text = session.get_one(Manuscript, number)
        assert "law" in dict(publication.problems(session, text, vocabularies(staffed)))


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        ("sections/background", {"text": "Words"}),
        ("sections/background/save", {"text": "Words"}),
        ("facts/title", {"title": "A title", "summary": "A summary"}),
        ("facts/result", {"practice_year": "9" * 5000}),
    ],
    ids=["section", "autosave", "title", "year"],
)
def test_a_number_that_is_none_is_refused_and_not_an_error(
    staffed: Flask, address: str, typed: dict[str, str]
) -> None:
    number = write(staffed)
    there = reader(staffed, PRACTITIONER)
    token = there.page("/writing/new").fields["csrf_token"]
    data = {"csrf_token": token, "revision": "9" * 5000, **typed}
    assert there.post(f"/writing/{number}/{address}", data=data).status_code in {409, 422}


def test_a_sign_that_no_database_keeps_is_looked_for_in_vain(library: Flask) -> None:
    reader(library, CURATOR).page("/library/case-001/supersede?q=%00")


# ---- What a person is told


def test_what_is_wrong_in_a_case_is_told_at_its_section_and_in_words_of_the_page(
    staffed: Flask,
) -> None:
    number = write(
        staffed, concern="## What he said\n\nWords.", outcome="It <b>ended</b> well.", title=""
    )
    page = reader(staffed, PRACTITIONER).page(f"/writing/{number}/send")
    assert {
        "Title: this is still to be written": f"/writing/{number}/facts/title",
        "What the concern was: write the heading “What he said” with ###: ## is for the names of "
        "the sections": f"/writing/{number}/sections/concern",
        "Outcome: take out <b>: write Markdown, HTML is shown as text": (
            f"/writing/{number}/sections/outcome"
        ),
    }.items() <= page.links.items()
    assert "docs/" not in page.text
    assert "exactly these" not in page.text


@pytest.mark.parametrize("path", ["files", "facts/who", "facts/response", "facts/result"])
def test_every_choice_says_what_is_asked(staffed: Flask, path: str) -> None:
    number = write(staffed)
    page = reader(staffed, PRACTITIONER).page(f"/writing/{number}/{path}")
    asked = [Page.text_of(legend) for legend in page.all("legend")]
    assert asked
    assert len(asked) == len(page.all("fieldset"))
    assert all(asked)
