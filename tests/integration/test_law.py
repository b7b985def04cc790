"""Laws that documents rest on: superseding one marks exactly what rests on it."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from portal.core import clock
from portal.core.errors import Conflict
from portal.library import content, law, rereading, service
from portal.library.law import LAW_CHANGED
from tests.client import Page, reader
from tests.copies import odt_part
from tests.integration.keeping import (
    CHILDREN_ACT,
    citing,
    instrument,
    marked,
    own,
    post,
    told,
)
from tests.integration.publishing import SECOND, acting, add_curators, vocabularies
from tests.people import CURATOR, PRACTITIONER
from tests.starter import DOCUMENTS

CHANGED = "The law this rests on has changed"


def supersede(app: Flask, name: str = CHILDREN_ACT, note: str = "") -> set[str]:
    """Say that a law is no longer in force; return the references that were marked."""
    number = instrument(app, name)
    with acting(app, CURATOR) as (session, actor):
        documents = law.supersede(
            session,
            actor=actor,
            instrument_id=number,
            successor_id=None,
            ended_on=clock.today(),
            note=note,
        )
        return {document.reference for document in documents}


def test_every_law_that_a_document_cites_has_a_record_after_the_import(library: Flask) -> None:
    page = reader(library, CURATOR).page("/law")
    assert page.links[CHILDREN_ACT] == f"/law/{instrument(library)}"
    rests = page.text.partition(CHILDREN_ACT)[2]
    assert rests.startswith(f" {len(citing(library))} documents rest on it")


def test_superseding_a_law_marks_exactly_the_documents_that_rest_on_it(portal: Flask) -> None:
    resting = citing(portal)
    assert 1 < len(resting) < DOCUMENTS
    assert supersede(portal) == resting
    assert marked(portal).keys() == resting


def test_a_withdrawn_document_is_not_marked(portal: Flask) -> None:
    gone = sorted(citing(portal))[0]
    with acting(portal, CURATOR) as (session, actor):
        service.withdraw(
            session,
            actor=actor,
            reference=gone,
            reason="No longer right.",
            vocabularies=vocabularies(portal),
        )
    assert gone not in supersede(portal)


def test_the_page_before_it_lists_exactly_what_will_be_marked(portal: Flask) -> None:
    client, address = reader(portal, CURATOR), f"/law/{instrument(portal)}/supersede"
    resting = citing(portal)
    day = {"ended_on": ["1", "10", "2026"], "note": "Read <it> again.", "successor": "0"}
    asked = post(client, address, 200, **day)
    listed = {
        link.removeprefix("/library/")
        for link in asked.links.values()
        if link.startswith("/library/") and not link.endswith("/history")
    }
    assert listed == resting
    assert not marked(portal), "nothing happens before it is confirmed"
    fields = asked.fields
    assert fields["note"] == "Read <it> again."
    done = post(client, address, 302, **day, seen=fields["seen"], confirm="yes")
    assert "marked to be read again" in done.text
    assert marked(portal).keys() == resting


def test_a_list_that_has_changed_meanwhile_is_shown_again_before_anything_is_marked(
    portal: Flask,
) -> None:
    client, address = reader(portal, CURATOR), f"/law/{instrument(portal)}/supersede"
    day = {"ended_on": ["1", "10", "2026"], "note": "", "successor": "0"}
    seen = post(client, address, 200, **day).fields["seen"]
    gone = sorted(citing(portal))[0]
    with acting(portal, CURATOR) as (session, actor):
        service.withdraw(
            session, actor=actor, reference=gone, reason="Gone.", vocabularies=vocabularies(portal)
        )
    again = post(client, address, 409, **day, seen=seen, confirm="yes")
    assert "the list of documents has changed" in again.text
    assert f"/library/{gone}" not in again.links.values()
    assert not marked(portal)


def test_a_law_cannot_end_on_a_day_to_come_and_what_was_typed_is_kept(portal: Flask) -> None:
    client, address = reader(portal, CURATOR), f"/law/{instrument(portal)}/supersede"
    page = post(client, address, 422, ended_on=["1", "1", "2100"], note="Kept", successor="0")
    assert "say it on the day the law changes" in page.text
    assert "Kept" in page.text
    assert not marked(portal)


def test_a_law_is_superseded_once(portal: Flask) -> None:
    supersede(portal)
    with pytest.raises(Conflict, match="already"):
        supersede(portal)
    reader(portal, CURATOR).page(f"/law/{instrument(portal)}/supersede", status=409)


def test_readers_see_that_the_law_has_changed_until_it_is_read_again(portal: Flask) -> None:
    reference = sorted(citing(portal))[0]
    client = reader(portal, PRACTITIONER)
    assert CHANGED not in client.page(f"/library/{reference}").text
    supersede(portal, note="Section 9 is new.")
    page = client.page(f"/library/{reference}").text
    assert f"{CHANGED}: {CHILDREN_ACT} is no longer in force. Section 9 is new." in page
    for copy in ("html", "md", "odt"):
        body = client.get(f"/library/{reference}/download.{copy}").data
        said = "".join(odt_part(body, "content.xml").itertext()) if copy == "odt" else body.decode()
        assert f"{CHANGED}: {CHILDREN_ACT} is no longer in force. Section 9 is new." in said
    assert CHANGED not in client.page("/library/case-001").text
    with acting(portal, CURATOR) as (session, actor):
        rereading.read_again(
            session,
            actor=actor,
            reference=reference,
            review_by=clock.today().replace(year=clock.today().year + 1),
            vocabularies=vocabularies(portal),
        )
    assert CHANGED not in client.page(f"/library/{reference}").text
    assert reference not in marked(portal)


def test_readers_learn_what_took_the_place_of_a_law(portal: Flask) -> None:
    number, other = instrument(portal), instrument(portal, "Data Protection Act 2018")
    with acting(portal, CURATOR) as (session, actor):
        law.supersede(
            session,
            actor=actor,
            instrument_id=number,
            successor_id=other,
            ended_on=clock.today(),
            note="",
        )
    page = reader(portal, PRACTITIONER).page(f"/library/{sorted(citing(portal))[0]}").text
    assert "no longer in force, Data Protection Act 2018 has taken its place" in page


def test_nobody_says_that_a_text_still_holds_with_a_change_of_law_that_they_did_not_see(
    portal: Flask,
) -> None:
    reference = sorted(citing(portal))[0]
    client, address = reader(portal, CURATOR), f"/library/{reference}/read-again"
    following = clock.today() + timedelta(days=300)
    day = [str(following.day), str(following.month), str(following.year)]

    def say(page: Page) -> TestResponse:
        shown = {name: page.fields[name] for name in ("csrf_token", "instead_of", "marks")}
        return client.post(address, data={**shown, "review_by": day, "sure": "y"})

    page = client.page(address)
    supersede(portal)
    answer = say(page)
    assert answer.status_code == 409
    again = Page(answer.text)
    assert "A law that this rests on has changed meanwhile" in again.text
    assert CHILDREN_ACT in again.text
    assert not [one for one in again.all("input") if one.get("checked") is not None]
    assert reference in marked(portal)
    assert say(again).status_code == 302
    assert reference not in marked(portal)


def publish_again(app: Flask, reference: str, laws: list[str]) -> None:
    """Publish the next version of a document, which cites these laws."""
    with acting(app, CURATOR) as (session, actor):
        words = vocabularies(app)
        document = service.any_document(session, reference)
        fields = service.fields_of(document, words) | {"law": laws}
        item = content.Item(Path(f"{reference}.md"), fields, document.body)
        service.publish(session, actor=actor, item=item, why="Again", vocabularies=words)


def test_a_new_version_that_cites_the_law_no_more_is_not_marked_any_more(portal: Flask) -> None:
    reference = sorted(citing(portal))[0]
    supersede(portal)
    publish_again(portal, reference, ["Data Protection Act 2018"])
    assert reference not in marked(portal)


def test_an_edit_of_something_else_leaves_the_mark(portal: Flask) -> None:
    reference = sorted(citing(portal))[0]
    supersede(portal)
    publish_again(portal, reference, [CHILDREN_ACT, "Data Protection Act 2018"])
    assert marked(portal)[reference] == [CHILDREN_ACT]


def test_a_version_that_cites_a_law_newly_after_its_end_is_marked(portal: Flask) -> None:
    reference = "guidance-005"
    assert reference not in citing(portal)
    supersede(portal)
    publish_again(portal, reference, [CHILDREN_ACT])
    assert marked(portal)[reference] == [CHILDREN_ACT]


def test_what_was_found_to_hold_is_not_marked_again_by_the_next_version(portal: Flask) -> None:
    reference = sorted(citing(portal))[0]
    supersede(portal)
    with acting(portal, CURATOR) as (session, actor):
        document = service.any_document(session, reference)
        law.still_holds(session, actor=actor, document=document)
    publish_again(portal, reference, [CHILDREN_ACT])
    assert reference not in marked(portal)


def test_the_owner_of_a_document_is_told_and_no_other_curator(portal: Flask) -> None:
    add_curators(portal)
    own(portal, sorted(citing(portal)), SECOND)
    supersede(portal)
    ((words, link),) = told(portal, SECOND, LAW_CHANGED)
    count = len(citing(portal))
    assert words == f"{CHILDREN_ACT} is no longer in force: {count} documents must be read again"
    assert link == "/desk?show=law"
    assert reader(portal, SECOND).get(link).status_code == 200
    assert told(portal, CURATOR, LAW_CHANGED) == []
    assert told(portal, PRACTITIONER, LAW_CHANGED) == []


def test_every_curator_is_told_of_a_document_that_nobody_owns(portal: Flask) -> None:
    add_curators(portal)
    first, *rest = sorted(citing(portal))
    own(portal, rest, CURATOR)
    supersede(portal)
    ((words, link),) = told(portal, SECOND, LAW_CHANGED)
    assert f"{first} must be read again" in words
    assert link == f"/library/{first}/history"


def test_whoever_says_that_a_law_has_changed_is_not_told_so(portal: Flask) -> None:
    supersede(portal)
    assert told(portal, CURATOR, LAW_CHANGED) == []


def test_a_notice_goes_once_everything_has_been_read_again(portal: Flask) -> None:
    add_curators(portal)
    own(portal, sorted(citing(portal)), SECOND)
    supersede(portal)
    with acting(portal, SECOND) as (session, actor):
        for reference in citing(portal):
            document = service.any_document(session, reference)
            law.still_holds(session, actor=actor, document=document)
    assert told(portal, SECOND, LAW_CHANGED) == []


def test_the_name_of_a_law_that_is_cited_cannot_change(portal: Flask) -> None:
    client, number = reader(portal, CURATOR), instrument(portal)
    empty = {"in_force_from": ["", "", ""], "note": ""}
    page = post(client, f"/law/{number}/correct", 409, name="Children Act 2089", **empty)
    assert "Documents cite it by this name" in page.text
    assert page.fields["name"] == "Children Act 2089"
    day = {"in_force_from": ["14", "10", "1991"], "note": "Part 5 above all."}
    page = post(client, f"/law/{number}/correct", 302, name=CHILDREN_ACT, **day)
    assert "14 October 1991" in page.text
    assert "Part 5 above all." in page.text


def test_a_law_is_added_before_anything_cites_it_and_never_twice(portal: Flask) -> None:
    client = reader(portal, CURATOR)
    given = {"in_force_from": ["", "", ""], "note": "", "name": "An Act of 2026"}
    assert post(client, "/law/new", 302, **given).heading == "An Act of 2026"
    page = post(client, "/law/new", 409, **given)
    assert "There is an instrument of that name already" in page.text


def test_a_day_that_is_half_given_is_no_day(portal: Flask) -> None:
    given = {"in_force_from": ["", "10", "1991"], "note": "", "name": "An Act of 2026"}
    page = post(reader(portal, CURATOR), "/law/new", 422, **given)
    assert "Enter a day that there is" in page.text
