"""Attachments: the portal's rendering of a checked file, found by its words, gone with its text."""

from collections.abc import Sequence
from pathlib import Path

from flask import Flask

from portal.audit.service import COMMAND_LINE
from portal.core.database import db, reading, short_transaction
from portal.library import content, indexing, service, takedown
from portal.library.takedown import Purges
from tests.client import Page, Reader, reader
from tests.integration.publishing import vocabularies
from tests.integration.searching import index, listed
from tests.people import CURATOR, PARTNER, PRACTITIONER

WORD = "quinquereme"
TEXT = "### What to bring\n\nA quinquereme and a plan, in *this* order.\n\n- One thing\n"


def attach(
    app: Flask,
    reference: str = "case-001",
    attachments: Sequence[tuple[str, str]] = (("List to take along", TEXT),),
    **fields: object,
) -> None:
    """Publish the next version of a document with attachments, as publication does."""
    words = vocabularies(app)
    with app.app_context(), short_transaction() as session:
        document = service.any_document(session, reference)
        front, body = content.parse(service.content_file(session, document, words))
        item = content.Item(Path(f"{reference}.md"), {**front, **fields}, body)
        service.publish(
            session,
            actor=COMMAND_LINE,
            item=item,
            why="With a list",
            vocabularies=words,
            attachments=attachments,
        )
    index(app)


def search(there: Reader, words: str) -> Page:
    return there.page(f"/library?q={words}")


def test_a_word_that_stands_in_an_attachment_alone_is_found_and_shown_as_such(
    portal: Flask,
) -> None:
    attach(portal)
    page = search(reader(portal, PRACTITIONER), WORD)
    assert listed(page) == ["case-001"]
    assert "Found in attachment “List to take along”: " in page.text
    assert "A quinquereme and a plan" in page.text
    assert page.links["List to take along"] == "/library/case-001/attachments/1"
    assert [Page.text_of(mark) for mark in page.all("mark")] == [WORD]


def test_what_stands_in_the_text_itself_is_not_said_to_be_found_in_an_attachment(
    portal: Flask,
) -> None:
    title = reader(portal, PRACTITIONER).page("/library/case-001").heading
    attach(portal, attachments=[("A list", f"The same as in the text: {title}")])
    page = search(reader(portal, PRACTITIONER), "+".join(title.split()[:3]))
    assert "case-001" in listed(page)
    assert "Found in attachment" not in page.text


def test_a_document_lists_its_attachments_and_each_has_a_page(portal: Flask) -> None:
    attach(portal, attachments=[("First list", TEXT), ("Second <list>", "## Heading\n\nWords.")])
    there = reader(portal, PARTNER)
    page = there.page("/library/case-001")
    assert page.links["First list"] == "/library/case-001/attachments/1"
    assert page.links["Second <list>"] == "/library/case-001/attachments/2"
    page = there.page("/library/case-001/attachments/2")
    assert page.heading == "Second <list>"
    assert "The file itself is not published" in page.text
    for address in ("/library/case-001/attachments/3", "/library/case-002/attachments/1"):
        assert there.get(address).status_code == 404


def test_an_import_of_the_content_files_keeps_attachments_on_their_page(portal: Flask) -> None:
    attach(portal, summary="Said otherwise.")
    with portal.app_context(), short_transaction() as session:
        words = vocabularies(portal)
        document = service.any_document(session, "case-001")
        front, body = content.parse(service.content_file(session, document, words))
        item = content.Item(Path("case-001.md"), {**front, "summary": "Again."}, body)
        service.import_items(session, actor=COMMAND_LINE, items=[item], vocabularies=words)
    page = reader(portal, PRACTITIONER).page("/library/case-001")
    assert "List to take along" in page.links


def test_an_attachment_is_there_for_the_readers_of_its_document_alone(portal: Flask) -> None:
    attach(portal, audience="curators")
    address = "/library/case-001/attachments/1"
    assert WORD in reader(portal, CURATOR).page(address).text
    assert listed(search(reader(portal, CURATOR), WORD)) == ["case-001"]
    for person in (PRACTITIONER, PARTNER):
        there = reader(portal, person)
        assert there.get(address).status_code == 404
        assert "Found in attachment" not in search(there, WORD).text
        assert "case-001" not in listed(search(there, WORD))
    assert reader(portal).get(address).status_code == 302


def test_an_attachment_goes_when_its_document_is_withdrawn(portal: Flask) -> None:
    attach(portal)
    with portal.app_context(), short_transaction() as session:
        service.withdraw(
            session,
            actor=COMMAND_LINE,
            reference="case-001",
            reason="It no longer holds.",
            vocabularies=vocabularies(portal),
        )
    index(portal)
    there = reader(portal, PRACTITIONER)
    page = there.page("/library/case-001/attachments/1", status=410)
    assert "It no longer holds." in page.text
    assert WORD not in page.text
    assert not listed(search(there, WORD))


def test_an_attachment_goes_when_its_document_is_taken_down(portal: Flask) -> None:
    attach(portal)
    library = portal.extensions["library"]
    with portal.app_context():
        with short_transaction() as session:
            takedown.take_down(
                session,
                actor=COMMAND_LINE,
                reference="case-001",
                reason="Somebody could be recognised.",
                vocabularies=vocabularies(portal),
                purges=Purges(),
            )
        takedown.purge(library.engine, library.vocabularies, "case-001")
        receipt = takedown.receipt_of(db.session, "case-001")
        assert {"what": "Attachments", "number": 1}.items() <= next(
            step for step in receipt.steps if step["what"] == "Attachments"
        ).items()
        assert not service.attachments_of(
            db.session, service.any_document(db.session, "case-001").id
        )
        db.session.rollback()
    there = reader(portal, CURATOR)
    assert there.get("/library/case-001/attachments/1").status_code == 410
    assert not listed(search(there, WORD))
    for file in library.engine.folder.rglob("*"):
        assert not file.is_file() or WORD[:8].encode() not in file.read_bytes(), file


def test_an_index_that_has_lost_an_attachment_is_found_out_and_mended(portal: Flask) -> None:
    attach(portal)
    library = portal.extensions["library"]
    with portal.app_context(), reading():
        document = service.any_document(db.session, "case-001")
        with library.engine.writing():
            library.engine.apply(
                [indexing.record_of(document, library.vocabularies)],
                [],
                library.engine.generation(),
            )
        checked = indexing.check_index(
            db.session, library.engine, library.vocabularies, repair=True
        )
        assert checked.outdated == ["case-001"]
    assert listed(search(reader(portal, PRACTITIONER), WORD)) == ["case-001"]
