"""What curators do with a published document: its history, its next version, its end, its owner."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text

from portal.accounts import notices
from portal.audit.service import COMMAND_LINE
from portal.authorities.models import Authority
from portal.core import clock
from portal.core.database import db, reading, short_transaction
from portal.core.errors import Conflict
from portal.disclosure.files import Where
from portal.library import demand, law, service, takedown, versions
from portal.library.indexing import sync_index
from portal.library.mentions import REMOVED_LINK
from portal.library.models import Document, Instrument, LawChange, SearchCount, State
from portal.publishing import publication, reviewing, writing
from portal.publishing.difference import Piece
from portal.publishing.folding import fold
from portal.publishing.models import Manuscript, SignOffKind
from portal.publishing.states import Stage
from tests.client import Page, Reader, reader
from tests.integration.publishing import (
    CURATOR,
    SECOND,
    THIRD,
    acting,
    add_file,
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

REFERENCE = "guidance-001"
ADDED = "A sentence that nobody has read before."
PLANTED = "zebrafinch"
"""A word that stands nowhere in the library."""


def send(there: Reader, address: str, **fields: object) -> tuple[int, Page]:
    """Post to an address; return the status and the page one ends up on."""
    token = there.page("/account/mail").fields["csrf_token"]
    answer = there.post(address, data={"csrf_token": token, **fields})
    status = answer.status_code
    if status == 302:
        answer = there.get(answer.headers["Location"])
    return status, Page(answer.text)


def document(app: Flask, reference: str = REFERENCE) -> Document:
    with app.app_context(), reading():
        found = service.any_document(db.session, reference)
        db.session.expunge(found)
        return found


def save_body(app: Flask, number: int, add: str, by: Person = CURATOR) -> None:
    with acting(app, by) as (session, actor):
        part = writing.parts_of(session, number)["body"]
        writing.save_part(
            session,
            actor=actor,
            manuscript_id=number,
            name="body",
            text=f"{part.text}\n\n{add}",
            revision=part.revision,
        )


def publish_edit(app: Flask, number: int) -> None:
    submit(app, number, by=CURATOR)
    take_on(app, number, by=SECOND)
    sign_off(app, number, SignOffKind.CONTENT, by=SECOND)
    with acting(app, SECOND) as (session, actor):
        words = vocabularies(app)
        publication.publish(session, actor=actor, manuscript_id=number, vocabularies=words)


def edit(app: Flask, add: str = ADDED, reference: str = REFERENCE) -> int:
    """Begin an edit through the page, and add a paragraph."""
    there = reader(app, CURATOR)
    status, _ = send(there, f"/library/{reference}/edit", why="It was not clear")
    assert status == 302
    with app.app_context(), reading():
        found = writing.edit_waiting(db.session, reference)
        assert found is not None
        number = found.id
    save_body(app, number, add)
    return number


# ---- Who


PAGES = (
    "history",
    "history/1",
    "edit",
    "withdraw",
    "supersede",
    "take-down",
    "owner",
    "read-again",
)


@pytest.mark.parametrize("person", [PRACTITIONER, LEAD, PARTNER, ADMINISTRATOR], ids=str)
def test_nobody_but_curators_opens_the_history(library: Flask, person: Person) -> None:
    there = reader(library, person)
    for page in PAGES:
        assert there.get(f"/library/{REFERENCE}/{page}").status_code == 403
    assert there.get("/receipts").status_code == 403
    if person != ADMINISTRATOR:
        assert "For curators" not in there.get(f"/library/{REFERENCE}").text


def test_curators_are_led_to_the_history_from_the_page(library: Flask) -> None:
    there = reader(library, CURATOR)
    page = there.page(f"/library/{REFERENCE}")
    assert page.links["History and state"] == f"/library/{REFERENCE}/history"
    page = there.page(page.links["History and state"])
    assert "Loaded from the content files" in page.text
    for path in PAGES:
        there.page(f"/library/{REFERENCE}/{path}")
    for path in PAGES:
        there.page(f"/library/guidance-999/{path}", 404)


# ---- Versions


def test_an_edit_leaves_a_version_with_who_why_and_a_word_level_difference(
    staffed: Flask,
) -> None:
    number = edit(staffed)
    there = reader(staffed, CURATOR)
    page = there.page(f"/library/{REFERENCE}/history")
    assert "Edit waiting" in page.text
    publish_edit(staffed, number)
    page = there.page(f"/library/{REFERENCE}/history")
    assert "Edit waiting" not in page.text
    assert f"It was not clear. By {SECOND.name}." in page.text
    page = there.page(f"/library/{REFERENCE}/history/2")
    added = [page.text_of(one) for one in page.all("ins")]
    assert f"[added: {ADDED} end]" in added
    assert "did not change" in page.text
    assert "Words that version 1 has" in page.text
    back = there.page(f"/library/{REFERENCE}/history/1?with=2")
    assert f"[removed: {ADDED} end]" in [back.text_of(one) for one in back.all("del")]
    there.page(f"/library/{REFERENCE}/history/3", 404)
    there.page(f"/library/{REFERENCE}/history/2?with=9", 404)
    assert "What it said" in there.page(f"/library/{REFERENCE}/history/1").text


def test_an_earlier_version_comes_back_through_review_as_a_new_version(staffed: Flask) -> None:
    publish_edit(staffed, edit(staffed))
    there = reader(staffed, CURATOR)
    assert "goes through review" in there.page(f"/library/{REFERENCE}/edit?version=1").text
    status, _ = send(there, f"/library/{REFERENCE}/edit?version=1", why="It was right before")
    assert status == 302
    with staffed.app_context(), reading():
        found = writing.edit_waiting(db.session, REFERENCE)
        assert found is not None
        number = found.id
    assert ADDED in reader(staffed, LEAD).page(f"/library/{REFERENCE}").text
    publish_edit(staffed, number)
    assert ADDED not in reader(staffed, LEAD).page(f"/library/{REFERENCE}").text
    with staffed.app_context(), reading():
        kept = versions.of(db.session, document(staffed).id)
        assert [one.number for one in kept] == [3, 2, 1]
        assert kept[0].why == "Restores version 1. It was right before"


def test_two_edits_at_once_can_not_both_begin(staffed: Flask) -> None:
    edit(staffed)
    there = reader(staffed, SECOND)
    assert (
        f"{CURATOR.name} is changing this already" in there.page(f"/library/{REFERENCE}/edit").text
    )
    status, page = send(there, f"/library/{REFERENCE}/edit", why="My careful reason")
    assert status == 409
    assert "My careful reason" in page.html
    assert "Somebody is changing this already" in page.text


def test_an_edit_that_lies_with_a_colleague_is_given_up_for_a_change_that_cannot_wait(
    staffed: Flask,
) -> None:
    number = edit(staffed)
    there = reader(staffed, SECOND)
    page = there.page(f"/library/{REFERENCE}/history")
    assert f"{CURATOR.name} is changing this already" in page.text
    page = there.page(page.links["give up their edit"])
    assert ADDED not in page.html, "nobody else reads a draft"
    shown = page.fields["edit"]
    address = f"/library/{REFERENCE}/edit/give-up"
    assert send(there, address, edit=shown, why="")[0] == 422
    status, page = send(there, address, edit=shown, why="A telephone number in it is wrong.")
    assert status == 302
    assert "You can begin yours now" in page.text
    assert manuscript(staffed, number).stage == Stage.DROPPED
    assert send(there, f"/library/{REFERENCE}/edit", why="The number")[0] == 302
    own = reader(staffed, CURATOR)
    notice = "An edit of a guidance of yours was given up by another curator"
    assert notice in own.page("/notices").text
    assert "A telephone number in it is wrong." in own.page(f"/writing/{number}").text
    assert ADDED in own.page(f"/writing/{number}/sections/body").text
    # the one that was shown, not the one that was begun since; and none that was sent in
    status, page = send(own, address, edit=shown, why="My careful reason.")
    assert status == 409
    assert "My careful reason." in page.html
    with acting(staffed, SECOND) as (session, actor):
        begun = writing.edit_waiting(session, REFERENCE)
        assert begun is not None
        writing.submit(session, actor=actor, manuscript_id=begun.id)
        late = begun.id
    assert send(own, address, edit=late, why="My careful reason.")[0] == 409
    assert manuscript(staffed, late).stage == Stage.SUBMITTED
    assert send(own, "/library/guidance-002/edit/give-up", edit=late, why="Why.")[0] == 404


def test_an_edit_needs_a_reason(staffed: Flask) -> None:
    assert send(reader(staffed, CURATOR), f"/library/{REFERENCE}/edit", why=" ")[0] == 422


def test_what_stayed_is_folded_and_the_paragraph_of_a_change_is_shown_whole() -> None:
    before = "One.\n\nTwo.\n\nThree.\n\nFour has "
    stretches = fold(
        [Piece("same", before), Piece("removed", "old"), Piece("added", "new"), Piece("same", ".")]
    )
    assert [one.paragraphs for one in stretches] == [3, 0]
    assert stretches[0].text == "One.\n\nTwo.\n\nThree.\n\n"
    assert stretches[1].text == "Four has oldnew."
    assert fold([]) == []


# ---- Its end


def test_a_withdrawn_document_says_why_and_is_found_no_more(staffed: Flask) -> None:
    there = reader(staffed, CURATOR)
    address = f"/library/{REFERENCE}/withdraw"
    assert send(there, address, reason="")[0] == 422
    status, page = send(there, address, reason="Ring Kayleigh Smith on 07700 900123 about it.")
    assert status == 422
    assert "could lead to somebody" in page.text
    status, page = send(there, address, reason="The law has changed.")
    assert status == 302
    assert "Withdrawn" in page.text
    gone = reader(staffed, LEAD).page(f"/library/{REFERENCE}", 410)
    assert "The law has changed." in gone.text
    status, page = send(there, address, reason="Typed in another tab.")
    assert status == 409
    assert "Typed in another tab." in page.text
    assert document(staffed).state == State.WITHDRAWN
    assert there.page(f"/library/{REFERENCE}/history/1").heading == "Version 1"


def test_a_replaced_document_names_its_successor_to_those_who_may_read_it(
    staffed: Flask,
) -> None:
    there = reader(staffed, CURATOR)
    with staffed.app_context(), short_transaction() as session:
        session.scalars(
            select(Document).where(Document.reference == "guidance-002")
        ).one().audience = "staff"
        session.scalars(
            select(Document).where(Document.reference == REFERENCE)
        ).one().audience = "staff"
    title = document(staffed, "guidance-002").title
    address = f"/library/{REFERENCE}/supersede"
    page = there.page(f"{address}?q=guidance-002")
    assert f"{title} (guidance-002)" in page.text
    word = title.split()[0]
    assert title in there.page(f"{address}?q={word.upper()}").text
    assert "No published document" in there.page(f"{address}?q=nothing+like+it").text
    status, page = send(there, f"{address}?q=guidance-002", reason="A newer one.")
    assert status == 422
    assert "A newer one." in page.html
    status, _ = send(
        there, f"{address}?q=guidance-002", successor="guidance-002", reason="A newer one."
    )
    assert status == 302
    gone = reader(staffed, LEAD).page(f"/library/{REFERENCE}", 410)
    assert gone.links[title] == "/library/guidance-002"
    assert "A newer one." in gone.text
    with staffed.app_context(), short_transaction() as session:
        session.scalars(
            select(Document).where(Document.reference == "guidance-002")
        ).one().audience = "curators"
    gone = reader(staffed, LEAD).page(f"/library/{REFERENCE}", 410)
    assert title not in gone.text
    # a reader who could never read it is not told that it was there
    reader(staffed, PARTNER).page(f"/library/{REFERENCE}", 404)


def test_a_document_that_fewer_may_read_is_not_offered_as_successor(staffed: Flask) -> None:
    with staffed.app_context(), short_transaction() as session:
        session.scalars(
            select(Document).where(Document.reference == "guidance-002")
        ).one().audience = "leads"
    there = reader(staffed, CURATOR)
    page = there.page(f"/library/{REFERENCE}/supersede?q=guidance-002")
    assert "No published document" in page.text
    with (
        pytest.raises(Conflict),
        acting(staffed, CURATOR) as (session, actor),
    ):
        service.supersede(
            session,
            actor=actor,
            reference=REFERENCE,
            successor="guidance-002",
            reason="A newer one.",
            vocabularies=vocabularies(staffed),
        )


# ---- Who sees to it


def test_a_document_gets_an_owner_who_is_a_curator(staffed: Flask) -> None:
    there = reader(staffed, CURATOR)
    page = there.page(f"/library/{REFERENCE}/owner")
    offered = {page.text_of(one): one.get("value") for one in page.all("option")}
    assert SECOND.name in offered
    assert PRACTITIONER.name not in offered
    _, page = send(there, f"/library/{REFERENCE}/owner", owner=offered[SECOND.name])
    assert f"Owner{SECOND.name}" in page.text.replace("Owner ", "Owner")
    assert send(there, f"/library/{REFERENCE}/owner", owner="999")[0] == 422


def test_what_was_read_again_says_so_and_its_law_counts_as_checked(staffed: Flask) -> None:
    with staffed.app_context(), short_transaction() as session:
        law.cite_all(session)
        found = service.any_document(session, REFERENCE)
        before = found.review_by
        found.review_by = before = clock.today() - timedelta(days=1)
        instrument = law.standings(session)[0].instrument.id
        session.add(LawChange(document_id=found.id, instrument_id=instrument, at=clock.now()))
    there = reader(staffed, CURATOR)
    page = there.page(f"/library/{REFERENCE}/history")
    assert "Overdue" in page.text
    assert "Law has changed" in page.text
    following = clock.today() + timedelta(days=300)
    day = [str(following.day), str(following.month), str(following.year)]
    address = f"/library/{REFERENCE}/read-again"
    seen, marks = before.isoformat(), str(instrument)
    assert send(there, address, review_by=day, instead_of=seen, marks=marks)[0] == 422
    past = ["1", "1", "2020"]
    assert send(there, address, review_by=past, instead_of=seen, marks=marks, sure="y")[0] == 409
    given = {"review_by": day, "instead_of": seen, "marks": marks, "sure": "y"}
    status, page = send(there, address, **given)
    assert status == 302
    assert "Read again: it still holds" in page.text
    assert "Overdue" not in page.text
    assert "Law has changed" not in page.text
    assert document(staffed).review_by == following
    shown = reader(staffed, LEAD).page(f"/library/{REFERENCE}")
    assert f"{following.day} {following:%B %Y}" in shown.text
    assert "should have been read again" not in shown.text
    status, page = send(there, address, **given)
    assert status == 409
    assert "changed the date of review meanwhile" in page.text


# ---- Taking down: the drill


def everything(app: Flask) -> str:
    """Return all that stands in every table of the database, as text."""
    made = []
    with app.app_context(), reading():
        names = inspect(db.engine).get_table_names()
        for name in names:
            for row in db.session.execute(text(f'SELECT * FROM "{name}"')):
                made.append(f"{name}: {tuple(_legible(value) for value in row)}")
    return "\n".join(made)


def _legible(value: object) -> object:
    return bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else value


def index_files(app: Flask) -> list[bytes]:
    folder = app.extensions["settings"].instance / "search"
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def database_files(app: Flask) -> list[bytes]:
    """Return what stands in the files of SQLite; those of a server are its own."""
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            return []
        whole = Path(str(db.engine.url.database))
    return [path.read_bytes() for path in whole.parent.glob(f"{whole.name}*")]


def sync(app: Flask) -> None:
    library = app.extensions["library"]
    with app.app_context(), reading():
        sync_index(db.session, library.engine, library.vocabularies)


def plant(app: Flask) -> str:
    """Publish guidance that holds a word nowhere else, wherever something can be written."""
    number = write(
        app,
        by=CURATOR,
        type_="guidance",
        title=f"About the {PLANTED}one at school",
        summary=f"What was seen of the {PLANTED}two there.",
        question=f"look after the {PLANTED}three",
        body=f"## First\n\nThe {PLANTED}four sang.\n\n## Then\n\nIt went.",
        search_words=[f"{PLANTED}five"],
        sources=[{"title": f"Handbook of the {PLANTED}six", "year": 2020}],
        law=["Children Act 1989", f"{PLANTED}law Order 2019"],
        audience="readers",
    )
    add_file(
        app,
        number,
        f"The {PLANTED}eight in a file.",
        name=f"{PLANTED}.docx",
        title=f"Picture of the {PLANTED}seven",
        traces=[{"text": f"{PLANTED}nine", "where": "Footer", "seen": False}],
    )
    submit(app, number, by=CURATOR)
    take_on(app, number, by=SECOND)
    with acting(app, SECOND) as (session, actor):
        made = reviewing.remark(
            session,
            actor=actor,
            manuscript_id=number,
            part="body",
            passage=f"{PLANTED}four",
            reason=f"Is {PLANTED}four right?",
        )
        reviewing.take_remark_back(session, actor=actor, manuscript_id=number, remark_id=made.id)
        reviewing.remark(
            session,
            actor=actor,
            manuscript_id=number,
            part="body",
            passage="",
            reason=f"The {PLANTED}ten again?",
        )
    sign_off(app, number, SignOffKind.CONTENT, by=SECOND)
    with acting(app, SECOND) as (session, actor):
        words = vocabularies(app)
        made_document = publication.publish(
            session, actor=actor, manuscript_id=number, vocabularies=words
        )
        return made_document.reference


def speak_of(app: Flask, reference: str) -> None:
    """Let others name it: a published document, its versions, a withdrawn one, a draft."""
    for other in ("guidance-002", "guidance-003"):
        with acting(app, CURATOR) as (session, actor):
            made = writing.begin_edit(
                session,
                actor=actor,
                reference=other,
                why="Names the other",
                vocabularies=vocabularies(app),
            )
            number = made.id
            fields = made.fields["related"]
            writing.save_fields(
                session,
                actor=actor,
                manuscript_id=number,
                values={"related": [*fields, {"id": reference, "why": f"More {PLANTED}eleven"}]},
                revision=made.revision,
            )
        save_body(app, number, f"See [about the {PLANTED}one](doc:{reference}) too.")
        linked = f"Like [a {PLANTED}](/library/{reference}) here."
        add_file(app, number, linked)
        publish_edit(app, number)
    with acting(app, CURATOR) as (session, actor):
        service.withdraw(
            session,
            actor=actor,
            reference="guidance-003",
            reason="It was wrong.",
            vocabularies=vocabularies(app),
        )
    number = edit(app, f"And [the {PLANTED}one](doc:{reference}).", "guidance-004")
    linked = f"[A {PLANTED}](doc:{reference})"
    held = [{"text": linked, "where": Where.BODY, "seen": True}]
    add_file(app, number, linked, purpose="import", traces=held)
    submit(app, number, by=CURATOR)
    take_on(app, number, by=SECOND)
    with acting(app, SECOND) as (session, actor):
        reviewing.remark(
            session,
            actor=actor,
            manuscript_id=number,
            part="body",
            passage=f"the {PLANTED}one",
            reason=f"Say less than [the {PLANTED}one](doc:{reference})",
        )


def test_after_a_takedown_no_word_of_a_document_is_anywhere_in_the_portal(
    staffed: Flask,
) -> None:
    reference = plant(staffed)
    speak_of(staffed, reference)
    with acting(staffed, CURATOR) as (session, actor):  # a second version, and an open edit of it
        begun = writing.begin_edit(
            session,
            actor=actor,
            reference=reference,
            why="Again",
            vocabularies=vocabularies(staffed),
        )
        number = begun.id
    save_body(staffed, number, f"The {PLANTED}twelve came.")
    publish_edit(staffed, number)
    waiting = edit(staffed, f"And the {PLANTED}thirteen.", reference)
    sync(staffed)
    lead = reader(staffed, LEAD)
    found = lead.page(f"/library?q={PLANTED}four&asked=1")
    assert reference in found.html
    assert PLANTED in lead.get(f"/library/complete?q=about+the+{PLANTED}").text
    assert everything(staffed).count(PLANTED) > 30
    assert any(PLANTED.encode() in held for held in index_files(staffed))
    before = database_files(staffed)
    assert not before or any(PLANTED.encode() in held for held in before)
    with staffed.app_context(), reading():
        assert db.session.scalars(
            select(SearchCount).where(SearchCount.words.contains(PLANTED))
        ).all()

    there = reader(staffed, CURATOR)
    address = f"/library/{reference}/take-down"
    reason = "It held details that could identify somebody."
    assert "can’t be brought back" in there.page(address).text
    for fields in (
        {"reason": reason, "sure": "y", "password": "not the password"},
        {"reason": reason, "password": PASSWORD},
        {"reason": "", "sure": "y", "password": PASSWORD},
        {"reason": "It named Kayleigh Smith of Oak Road.", "sure": "y", "password": PASSWORD},
    ):
        assert send(there, address, **fields)[0] == 422
    assert document(staffed, reference).state == State.PUBLISHED
    status, page = send(there, address, reason=reason, sure="y", password=PASSWORD)
    assert status == 302
    assert "Not finished" in page.text
    assert "being built anew" in page.text

    left = everything(staffed)
    lines = [line for line in left.splitlines() if PLANTED in line]
    assert [line.partition(":")[0] for line in lines] == ["search_count"], lines
    work(staffed)
    assert PLANTED not in everything(staffed)
    assert not any(PLANTED.encode() in held for held in index_files(staffed))
    assert not any(PLANTED.encode() in held for held in database_files(staffed))

    gone = lead.page(f"/library/{reference}", 410)
    assert reason in gone.text
    for path in ("download.md", "download.html", "attachments/1"):
        assert lead.get(f"/library/{reference}/{path}").status_code in {404, 410}
    for path in (
        "/",
        "/library",
        f"/library?q={PLANTED}four",
        "/library/complete?q=about+the",
        "/library/guidance-002",
        "/library/guidance-002/download.md",
        "/library/guidance-002/attachments/1",
    ):
        shown = (
            lead.get(path)
            .text.replace(f"q={PLANTED}four", "")
            .replace(f'value="{PLANTED}four"', "")
        )
        assert f"{PLANTED}one" not in shown, path
        assert reference not in shown, path
    page = there.page(f"/library/{reference}/receipt")
    assert "Finished" in page.text
    rows = [" ".join(map(page.text_of, row)) for row in page.all("tr")]
    for what in (
        "Page, search entry, facts and downloads of the document 1",
        "Earlier versions 2",
        "Attachments 1",
        "Texts it was written as, with their files, remarks and sign-offs 3",
        "Documents that named it as related or linked to it 2",
        "Attachments of other documents that linked to it 2",
        "Records of laws that it alone cited 1",
        "Search index, built anew 1",
        "Words of searches that stand nowhere any more",
    ):
        assert any(row.startswith(what) for row in rows), what
    assert reference in there.page("/receipts").links
    there.page(f"/writing/{waiting}", 404)
    assert "They were deleted" in there.page(f"/library/{reference}/history").text
    assert there.get(address).status_code == 302
    assert send(there, address, reason=reason, sure="y", password=PASSWORD)[0] == 302


def test_what_others_say_goes_on_without_what_was_taken_down(staffed: Flask) -> None:
    reference = plant(staffed)
    speak_of(staffed, reference)
    before = document(staffed, "guidance-002")
    with staffed.app_context(), short_transaction() as session:
        takedown.take_down(
            session,
            actor=COMMAND_LINE,
            reference=reference,
            reason="It could identify somebody.",
            vocabularies=vocabularies(staffed),
            purges=staffed.extensions["purges"],
        )
    after = document(staffed, "guidance-002")
    link = f"[about the {PLANTED}one](doc:{reference})"
    assert after.body == before.body.replace(link, REMOVED_LINK)
    assert after.related == [one for one in before.related if one["id"] != reference]
    page = reader(staffed, LEAD).page("/library/guidance-002")
    assert "a document that was removed too" in page.text
    with staffed.app_context(), reading():
        (wrote,) = db.session.scalars(select(Manuscript).where(Manuscript.became == "guidance-002"))
        assert PLANTED not in writing.texts_of(db.session, wrote.id)["body"]
        assert writing.sign_offs_of(db.session, wrote), "who vouched for it stays on record"
    with acting(staffed, CURATOR) as (session, actor):
        begun = writing.begin_edit(
            session,
            actor=actor,
            reference="guidance-002",
            why="Restored",
            vocabularies=vocabularies(staffed),
            version=2,
        )
        _, wrong = publication.item_of(session, begun, vocabularies(staffed))
        assert not [message for _, message in wrong if reference in message]


def notices_of(app: Flask, person: Person) -> list[notices.Shown]:
    with acting(app, person) as (session, actor):
        return notices.of(session, actor)


def take_down(app: Flask, reference: str) -> None:
    with acting(app, THIRD) as (session, actor):
        takedown.take_down(
            session,
            actor=actor,
            reference=reference,
            reason="It could identify somebody.",
            vocabularies=vocabularies(app),
            purges=app.extensions["purges"],
        )


def test_what_a_person_has_to_look_at_after_a_takedown_stands_on_its_receipt(
    staffed: Flask,
) -> None:
    own = "Zebra Act 2019"
    with staffed.app_context(), short_transaction() as session:
        case, other = (service.any_document(session, one) for one in ("case-001", REFERENCE))
        case.details = {**case.details, "law": [own, "Children Act 1989"]}
        case.contributing_authority_id = session.scalars(select(Authority.id)).first()
        other.body += f"\n\nIt is not like “{case.title.upper()}”."
        session.add(Instrument(name=own, note="Its section 3 is not in force yet"))
        held = service.any_document(session, "protocol-001")
        versions.of(session, held.id)[0].attachments = [{"title": "A", "body": "As in case-001."}]
    take_down(staffed, "case-001")
    assert document(staffed, "case-001").contributing_authority_id is None
    with staffed.app_context(), reading():
        assert {own, "Children Act 1989"} <= set(db.session.scalars(select(Instrument.name)))
    page = reader(staffed, CURATOR).page("/library/case-001/receipt")
    for named in (REFERENCE, "protocol-001"):
        assert page.links[named] == f"/library/{named}/history"
    assert f"{takedown.LAWS_LEFT}: 1." in page.text


def test_what_was_signed_off_and_named_what_is_taken_down_must_be_read_again(
    staffed: Flask,
) -> None:
    """Also by those who have signed only a part of it; nothing is told of a draft."""
    related = [{"id": "case-003", "why": "Alike"}]
    scheduled, signed, draft = (write(staffed, related=related) for _ in range(3))
    for number in (scheduled, signed):
        submit(staffed, number)
        take_on(staffed, number)
        sign_off(staffed, number, SignOffKind.CONTENT, by=CURATOR)
    sign_off(staffed, scheduled, SignOffKind.DISCLOSURE, by=SECOND)
    with acting(staffed, CURATOR) as (session, actor):
        day = clock.today() + timedelta(days=3)
        reviewing.schedule(session, actor=actor, manuscript_id=scheduled, day=day)
    take_down(staffed, "case-003")
    found = manuscript(staffed, scheduled)
    assert (found.stage, found.scheduled_for) == (Stage.IN_REVIEW, None)
    assert found.due_on is not None
    curator = reader(staffed, CURATOR)
    page = curator.page(f"/review/{scheduled}")
    assert "Publish it now" not in page.text
    assert "A document that it named was removed" in page.text
    told = {
        (person.name, shown.told.text, shown.told.link)
        for person in (CURATOR, SECOND, PRACTITIONER)
        for shown in notices_of(staffed, person)
    }
    off, again = (
        "What you signed off of a case example counts no more",
        "A case example that was approved",
    )
    assert {
        (CURATOR.name, off, f"/review/{scheduled}"),
        (SECOND.name, off, f"/review/{scheduled}"),
        (CURATOR.name, off, f"/review/{signed}"),
        (PRACTITIONER.name, f"{again} is in review again", f"/writing/{scheduled}"),
    } <= told
    assert manuscript(staffed, draft).fields["related"] == []


def test_a_text_that_was_to_replace_what_was_taken_down_can_still_be_published(
    staffed: Flask,
) -> None:
    number = write(staffed)
    with staffed.app_context(), short_transaction() as session:
        found = session.get(Manuscript, number)
        assert found is not None
        found.replaces = "case-001"
        session.flush()
        takedown.take_down(
            session,
            actor=COMMAND_LINE,
            reference="case-001",
            reason="It could identify somebody.",
            vocabularies=vocabularies(staffed),
            purges=staffed.extensions["purges"],
        )
    approve(staffed, number)
    with acting(staffed, CURATOR) as (session, actor):
        publication.publish(
            session, actor=actor, manuscript_id=number, vocabularies=vocabularies(staffed)
        )
    assert manuscript(staffed, number).stage == Stage.PUBLISHED


def test_searches_keep_their_words_while_the_library_has_them(staffed: Flask) -> None:
    sync(staffed)
    with staffed.app_context(), short_transaction() as session:
        demand.count_search(session, words="school", results=3)
        demand.count_search(session, words="nowheretobefound", results=0)
    with staffed.app_context(), short_transaction() as session:
        engine = staffed.extensions["library"].engine
        assert demand.forget_unknown(session, engine) == 1
    with staffed.app_context(), reading():
        rows = demand.searches(db.session, clock.today())
        assert {(row[0], row[2]) for row in rows} == {("school", 1), ("", 1)}


def test_a_receipt_of_nothing_is_not_found(library: Flask) -> None:
    there = reader(library, CURATOR)
    there.page(f"/library/{REFERENCE}/receipt", 404)
    assert "Nothing has been taken down" in there.page("/receipts").text


def test_a_document_is_replaced_when_its_successor_is_published_and_not_before(
    staffed: Flask,
) -> None:
    there = reader(staffed, CURATOR)
    address = f"/library/{REFERENCE}/supersede"
    token = there.page(address).fields["csrf_token"]
    begun = there.post(f"/library/{REFERENCE}/successor", data={"csrf_token": token})
    number = int(begun.headers["Location"].rpartition("/")[2])
    body = "## Who\n\nText.\n\n## When\n\nText."
    with acting(staffed, CURATOR) as (session, actor):
        found = writing.seen(session, actor=actor, manuscript_id=number)
        assert found.fields["audience"] == document(staffed).audience
        writing.save_part(
            session, actor=actor, manuscript_id=number, name="body", text=body, revision=0
        )
        writing.save_fields(
            session,
            actor=actor,
            manuscript_id=number,
            values={
                "title": "A newer text about the same",
                "summary": "What is new in it.",
                "sources": [{"title": "Working Together", "year": 2023}],
            },
            revision=found.revision,
        )
    submit(staffed, number, by=CURATOR)
    take_on(staffed, number, by=SECOND)
    sign_off(staffed, number, SignOffKind.CONTENT, by=SECOND)
    assert reader(staffed, LEAD).page(f"/library/{REFERENCE}").heading
    with acting(staffed, SECOND) as (session, actor):
        publication.publish(
            session, actor=actor, manuscript_id=number, vocabularies=vocabularies(staffed)
        )
    gone = reader(staffed, LEAD).page(f"/library/{REFERENCE}", 410)
    assert "A newer text about the same" in gone.links
