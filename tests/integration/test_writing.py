"""Writing: nobody else sees a draft, nothing typed is lost, what was found must be answered."""

import re

import pytest
from flask import Flask

from portal.core import clock
from portal.core.database import db, reading
from portal.core.errors import Conflict, InvalidTransition, NotFound
from portal.publishing import checking, publication, reviewing, uploads, writing
from portal.publishing.models import Upload, UploadState
from portal.publishing.states import Stage
from tests.client import Page, Reader, reader
from tests.integration.publishing import (
    CURATOR,
    TEXTS,
    acting,
    add_curators,
    approve,
    manuscript,
    submit,
    take_on,
    vocabularies,
    write,
)
from tests.people import LEAD, PARTNER, PRACTITIONER


def token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def post(there: Reader, address: str, **fields: str) -> Page:
    shown = there.get(address)
    answer = there.post(address, data={"csrf_token": token(shown.text), **fields})
    if answer.status_code == 302:
        answer = there.get(answer.headers["Location"].partition("#")[0])
    return Page(answer.text)


def test_a_draft_is_seen_by_its_author_alone(portal: Flask) -> None:
    number = write(portal)
    for person in (LEAD, CURATOR, PARTNER):
        there = reader(portal, person)
        for path in ("", "/sections/concern", "/check", "/preview", "/send", "/facts/title"):
            answer = there.get(f"/writing/{number}{path}")
            assert answer.status_code in {403, 404}, (person.name, path)
            assert "essay" not in answer.text
    assert reader(portal, PRACTITIONER).get(f"/writing/{number}").status_code == 200


def test_a_case_is_written_section_by_section_and_goes_on_elsewhere(portal: Flask) -> None:
    there = reader(portal, PRACTITIONER)
    page = post(there, "/writing/new", type="case")
    assert page.heading == "Untitled case example"
    address = page.links["What the concern was"]
    post(there, address, text="A teacher read worrying remarks.", revision="0", stay="yes")
    another = reader(portal, PRACTITIONER)
    assert "A teacher read worrying remarks." in another.get(address).text
    assert "Untitled case example" in another.get("/writing").text


def test_two_tabs_never_overwrite_each_other_and_nothing_typed_is_lost(portal: Flask) -> None:
    number = write(portal)
    there = reader(portal, PRACTITIONER)
    address = f"/writing/{number}/sections/concern"
    first = there.get(address).text
    page = post(there, address, text="Saved in the first tab.", revision="1")
    assert page.heading
    answer = there.post(
        address,
        data={"csrf_token": token(first), "text": "Typed in the second tab.", "revision": "1"},
    )
    assert answer.status_code == 409
    assert "Saved in the first tab." in answer.text
    assert "Typed in the second tab." in answer.text
    fields = Page(answer.text).fields
    answer = there.post(
        address,
        data={
            "csrf_token": fields["csrf_token"],
            "text": "Both, put together.",
            "revision": fields["revision"],
        },
    )
    assert answer.status_code == 302
    assert "Both, put together." in there.get(address).text


def test_facts_of_another_page_are_no_conflict_and_of_the_same_one_are_both_shown(
    portal: Flask,
) -> None:
    number = write(portal, by=CURATOR, type_="protocol")
    there = reader(portal, CURATOR)
    first = {"csrf_token": token(there.get("/writing/new").text), "revision": "2"}
    steps = {"button": "save", "steps-0-id": "step-1", "steps-0-text": "Do it."}
    pages: list[tuple[str, dict[str, str], dict[str, str]]] = [
        ("title", {"title": "The first tab’s title", "summary": "One."}, {"summary": "One."}),
        ("sources", {"sources": "The Act | 2015"}, {}),
        ("pathway", {**steps, "steps-0-title": "The first tab’s step"}, steps),
    ]
    for name, said, _ in pages:
        answer = there.post(f"/writing/{number}/facts/{name}", data=first | said)
        assert answer.status_code == 302, f"{name}: only other pages were saved meanwhile"
    mine = {
        "title": {"title": "Mine"},
        "sources": {"sources": "Mine | 2020"},
        "pathway": {"steps-0-title": "Mine"},
    }
    saved = {"title": "The first tab’s title", "sources": "The Act | 2015", "pathway": "1. The"}
    for name, _, same in pages:
        answer = there.post(f"/writing/{number}/facts/{name}", data=first | same | mine[name])
        assert answer.status_code == 422
        page = Page(answer.text)
        assert saved[name] in page.text
        assert "Mine" in page.html
        assert "somewhere else meanwhile" in page.text
        again = first | same | mine[name] | {"revision": page.fields["revision"]}
        answer = there.post(f"/writing/{number}/facts/{name}", data=again)
        assert answer.status_code == 302, "whoever was shown both decides"
    assert manuscript(portal, number).fields["title"] == "Mine"


def test_a_refused_replacement_saves_nothing_and_leaves_nothing_behind(portal: Flask) -> None:
    number = write(portal)
    there = reader(portal, PRACTITIONER)
    address = f"/writing/{number}/sections/concern"
    data = {"csrf_token": token(there.get(address).text), "revision": "1", "text": "New words."}
    answer = there.post(address, data=data | {"instead": "0" * 64})
    assert answer.status_code == 422
    page = Page(answer.text)
    assert "not saved yet" in page.text
    assert "New words." in page.text
    (form,) = [one for one in page.all("form") if one.get("data-autosave")]
    assert form.get("data-unsaved"), "whoever leaves is warned"
    assert TEXTS["concern"] in there.get(address).text
    again = data | {"revision": page.fields["revision"], "text": "New words, and more."}
    assert there.post(address, data=again).status_code == 302, "it is behind nothing"


def test_what_comes_too_late_is_refused_with_the_reason_and_kept_on_the_page(
    portal: Flask,
) -> None:
    number = write(portal)
    submit(portal, number)
    take_on(portal, number)
    with acting(portal, CURATOR) as (session, actor):
        asked = reviewing.remark(
            session, actor=actor, manuscript_id=number, part="outcome", passage="", reason="Shorter"
        ).id
        reviewing.ask_changes(session, actor=actor, manuscript_id=number)
    there = reader(portal, PRACTITIONER)
    address = f"/writing/{number}/remarks/{asked}"
    form = {"csrf_token": token(there.get(address).text), "answer": "A long and careful answer."}
    submit(portal, number)  # in another tab
    answer = there.post(address, data=form)
    assert answer.status_code == 422
    assert "A long and careful answer." in answer.text
    assert "not while it is being reviewed" in answer.text


def test_saving_as_writing_pauses_answers_with_what_was_found(portal: Flask) -> None:
    number = write(portal)
    there = reader(portal, PRACTITIONER)
    address = f"/writing/{number}/sections/concern"
    shown = there.get(address).text
    data = {"csrf_token": token(shown), "revision": "1", "text": "Her NHS number is 943 476 5919."}
    answer = there.post(f"{address}/save", data=data)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["revision"] == 2
    assert "943 476 5919" in answer.json["html"]
    again = there.post(f"{address}/save", data={**data, "text": "Made from an older one."})
    assert again.status_code == 409
    assert again.json is not None
    assert "another tab" in again.json["problem"]
    assert "943 476 5919" in there.get(address).text


def test_what_is_certain_must_be_taken_out_or_answered_before_sending_in(portal: Flask) -> None:
    number = write(portal, concern="The mother rang from 07700 900123 about her child.")
    with acting(portal, PRACTITIONER) as (session, actor):
        found = writing.seen(session, actor=actor, manuscript_id=number)
        assert "check" in dict(publication.problems(session, found, vocabularies(portal)))
    there = reader(portal, PRACTITIONER)
    answer = there.get(f"/writing/{number}/send")
    assert "I agree: send it in" not in answer.text
    page = post(there, f"/writing/{number}/check", part="x", passage="x", instead="yes")
    assert "changed meanwhile" in page.text
    with acting(portal, PRACTITIONER) as (session, actor):
        found = writing.seen(session, actor=actor, manuscript_id=number)
        (one,) = checking.blocking(checking.check(session, found))
    post(there, f"/writing/{number}/check", part=one.place, passage=one.passage, instead="yes")
    assert "07700" not in there.get(f"/writing/{number}/sections/concern").text
    assert "I agree: send it in" in there.get(f"/writing/{number}/send").text


def test_an_answer_stays_with_its_passage_and_survives_edits_elsewhere(portal: Flask) -> None:
    text = "An invented number, 07700 900123, stands here for a real one in this example.\n\nMore."
    number = write(portal, concern=text)
    there = reader(portal, PRACTITIONER)

    def blocking() -> list[checking.Found]:
        with acting(portal, PRACTITIONER) as (session, actor):
            found = writing.seen(session, actor=actor, manuscript_id=number)
            return checking.blocking(checking.check(session, found))

    (one,) = blocking()
    said = {"part": one.place, "passage": one.passage, "answer": "invented"}
    page = post(there, f"/writing/{number}/check", **said, reason="")
    assert "Say in a few words why it can stay" in page.text
    post(there, f"/writing/{number}/check", **said, reason="It is Ofcom’s number for drama.")
    assert blocking() == []
    address = f"/writing/{number}/sections/concern"
    post(there, address, text=f"Something before.\n\n{text} And after.", revision="1")
    assert blocking() == [], "an edit elsewhere leaves the answer alone"
    post(there, address, text=text.replace("stands here for", "is the mother’s,"), revision="2")
    assert len(blocking()) == 1, "an edit of the passage asks again"


def test_a_text_is_sent_in_taken_back_and_given_up_by_its_author_alone(portal: Flask) -> None:
    number = write(portal)
    there = reader(portal, PRACTITIONER)
    page = post(there, f"/writing/{number}/send")
    assert "has been sent in" in page.text
    with acting(portal, PRACTITIONER) as (session, actor), pytest.raises(Conflict):
        writing.save_part(
            session,
            actor=actor,
            manuscript_id=number,
            name="concern",
            text="Changed behind the reviewers’ backs",
            revision=1,
        )
    with acting(portal, CURATOR) as (session, actor), pytest.raises(NotFound):
        writing.take_back(session, actor=actor, manuscript_id=number)
    with acting(portal, PRACTITIONER) as (session, actor):
        writing.take_back(session, actor=actor, manuscript_id=number)
        writing.drop(session, actor=actor, manuscript_id=number)
        with pytest.raises(InvalidTransition):
            writing.submit(session, actor=actor, manuscript_id=number)
    assert manuscript(portal, number).stage == Stage.DROPPED


def test_a_practitioner_writes_cases_alone(portal: Flask) -> None:
    there = reader(portal, PRACTITIONER)
    shown = there.get("/writing/new").text
    assert not Page(shown).all("fieldset"), "there is nothing to choose"
    data = {"csrf_token": token(shown), "type": "guidance"}
    answer = there.get(there.post("/writing/new", data=data).headers["Location"])
    assert "Untitled case example" in answer.text, "whatever was sent"
    assert reader(portal, PARTNER).get("/writing").status_code == 403


def test_the_preview_is_the_rendering_that_readers_get(portal: Flask) -> None:
    add_curators(portal)
    number = write(portal, concern="A remark about **Channel**.\n\n- one\n- two")
    preview = reader(portal, PRACTITIONER).get(f"/writing/{number}/preview").text
    approve(portal, number)
    with acting(portal, CURATOR) as (session, actor):
        document = publication.publish(
            session, actor=actor, manuscript_id=number, vocabularies=vocabularies(portal)
        )
        article, reference = document.article_html, document.reference
    start = article.index('<h2 class="govuk-heading-m" id="section-background"')
    end = article.index('id="section-learning"')
    assert article[start:end] in preview
    assert article[start:end] in reader(portal, PRACTITIONER).get(f"/library/{reference}").text


def test_fields_say_which_line_cannot_be_read_and_keep_what_was_typed(portal: Flask) -> None:
    number = write(portal, by=CURATOR, type_="guidance", body="## One\n\nText.\n\n## Two\n\nText.")
    there = reader(portal, CURATOR)
    page = post(
        there,
        f"/writing/{number}/facts/sources",
        revision="2",
        sources="A title | 2023\nA title without a year",
        law="",
        law_as_at="soon",
    )
    assert "Write line 2 as title | year | part" in page.text
    assert "A title without a year" in page.html


def test_the_title_and_every_other_problem_leads_to_where_it_is_mended(portal: Flask) -> None:
    number = write(portal, title="")
    page = Page(reader(portal, PRACTITIONER).get(f"/writing/{number}/send").text)
    (link,) = [href for text, href in page.links.items() if text.startswith("Title")]
    assert link == f"/writing/{number}/facts/title"


def test_curators_are_led_from_the_preview_to_what_is_missing(portal: Flask) -> None:
    number = write(portal, title="", outcome="")
    own = reader(portal, PRACTITIONER)
    mine = own.page(f"/writing/{number}/preview").links["See what is missing"]
    assert own.get(mine).status_code == 200
    submit(portal, number)
    there = reader(portal, CURATOR)
    page = there.page(f"/writing/{number}/preview")
    assert page.links["Title"] == f"/writing/{number}/facts/title"
    for address in page.links.values():
        if address.startswith("/writing/"):
            assert there.get(address).status_code == 200, address


def test_an_import_that_no_section_can_hold_changes_nothing_and_stays(portal: Flask) -> None:
    number = write(portal)
    body = "## Concern\n\nShort.\n\n## Outcome\n\n" + "Words of it. " * 4000
    with acting(portal, PRACTITIONER) as (session, actor):
        kept = Upload(
            manuscript_id=number,
            name="notes.docx",
            title="Notes",
            purpose=uploads.IMPORT,
            size=3,
            state=UploadState.CHECKED,
            body=body,
            traces=[],
            warnings=[],
            by_id=actor.id,
            at=clock.now(),
        )
        session.add(kept)
        session.flush()
        address = f"/writing/{number}/files/{kept.id}"
    there = reader(portal, PRACTITIONER)
    data = {"csrf_token": token(there.get("/writing/new").text)}
    answer = there.post(f"{address}/take-over", data=data)
    assert answer.status_code == 409
    assert "a section can have 50,000" in Page(answer.text).text
    assert "divide it in the file" in answer.text
    assert there.get(address).status_code == 200, "the file is still there"
    with portal.app_context(), reading():
        assert writing.texts_of(db.session, number) == TEXTS, "not the first section either"


def test_sending_in_tells_curators_and_nobody_else(portal: Flask) -> None:
    number = write(portal)
    submit(portal, number)
    assert "was sent in for review" in reader(portal, CURATOR).get("/notices").text
    for person in (LEAD, PARTNER, PRACTITIONER):
        assert "sent in for review" not in reader(portal, person).get("/notices").text


def test_the_body_of_a_case_goes_apart_and_together_again_without_loss() -> None:
    from portal.publishing import sections

    body = sections.assemble("case", TEXTS)
    parts = sections.take_apart("case", body)
    assert {name: text for name, text in parts.items() if text} == TEXTS
    odd = "Before.\n\n## Concern\n\nHere.\n\n## A heading of its own\n\nMore."
    taken = sections.take_apart("case", odd)
    assert taken["background"] == "Before."
    assert taken["concern"] == "Here.\n\n### A heading of its own\n\nMore."
