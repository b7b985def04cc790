"""Files of a text: kept apart, read by the worker, shown with all that was in them."""

import io
import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from portal.core.database import short_transaction
from portal.publishing import uploads, writing
from portal.publishing.file_views import MOST_BYTES_SENT
from portal.publishing.models import Upload, UploadState
from tests.client import Page, Reader, reader
from tests.integration.publishing import CURATOR, acting, submit, write
from tests.made_files import docx, p, planted_docx
from tests.people import LEAD, PRACTITIONER


def posted(there: Reader, address: str, data: dict[str, Any]) -> TestResponse:
    """Post a form with a file, held in memory: the client itself would leave one open."""
    boundary, body = encode_multipart(data)
    kind = f"multipart/form-data; boundary={boundary}"
    return there.post(address, data=body, content_type=kind)


def send(
    there: Reader,
    number: int,
    content: bytes,
    *,
    name: str = "plan.docx",
    title: str = "A plan of the work",
    purpose: str = "attach",
) -> tuple[int, Page]:
    """Send a file through the form; return the status and the page that comes of it."""
    address = f"/writing/{number}/files"
    token = there.page(address).fields["csrf_token"]
    data = {
        "csrf_token": token,
        "file": FileStorage(io.BytesIO(content), name),
        "title": title,
        "purpose": purpose,
    }
    answer = posted(there, address, data)
    status = answer.status_code
    if status == 302:
        answer = there.get(answer.headers["Location"])
    return status, Page(answer.text)


def read_all(app: Flask) -> None:
    """Do the worker's part for every file that waits."""
    with app.app_context():
        with short_transaction() as session:
            waiting = [
                upload.id for upload in session.query(Upload).filter_by(state=UploadState.WAITING)
            ]
        for id_ in waiting:
            uploads.read(id_)


def only_file(app: Flask, number: int) -> Upload:
    with app.app_context(), short_transaction() as session:
        (found,) = uploads.of(session, number)
        session.expunge(found)
        return found


def press(there: Reader, address: str, form_at: str) -> Page:
    """Press a button that posts to an address; its form is on another page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', there.get(form_at).text)
    assert found
    answer = there.post(address, data={"csrf_token": found[1]})
    if answer.status_code == 302:
        answer = there.get(answer.headers["Location"])
    return Page(answer.text)


def test_an_author_sees_what_was_hidden_in_a_file_and_what_would_be_published(
    portal: Flask,
) -> None:
    number = write(portal)
    there = reader(portal, PRACTITIONER)
    status, page = send(there, number, planted_docx())
    assert status == 302
    assert "Being read" in page.text
    address = f"/writing/{number}/files/{only_file(portal, number).id}"
    assert page.links["A plan of the work"] == address
    assert there.page(address).links["Look again"] == address
    read_all(portal)
    page = there.page(address)
    hidden, _, rendering = page.text.partition("As it would be published")
    for planted in ("Planted deletion", "Planted comment", "Planted Author", "Planted vanished"):
        assert planted in hidden, planted
        assert planted not in rendering, planted
    assert "Seen text of the body." in rendering
    assert "Seen header" in hidden.partition("Beside its running text")[2]
    assert "Author of a comment" in hidden


def test_a_file_that_is_refused_says_why_and_can_be_taken_out(portal: Flask) -> None:
    number = write(portal)
    there = reader(portal, PRACTITIONER)
    send(there, number, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), name="old.doc")
    read_all(portal)
    upload = only_file(portal, number)
    page = there.page(f"/writing/{number}/files")
    assert "Not taken" in page.text
    assert upload.reason in page.text
    address = f"/writing/{number}/files/{upload.id}"
    assert upload.reason in there.page(address).text
    page = press(there, f"{address}/remove", f"{address}/remove")
    assert "has been taken out" in page.text
    assert "There are none." in page.text
    assert there.get(address).status_code == 404


def test_a_name_in_a_file_must_be_answered_before_the_text_is_sent_in(portal: Flask) -> None:
    number = write(portal)
    there = reader(portal, PRACTITIONER)
    send(there, number, docx(p("Ring 07700 900123 about the plan.")))
    read_all(portal)
    page = there.page(f"/writing/{number}/files")
    assert "1 to answer" in page.text
    page = there.page(f"/writing/{number}/files/{only_file(portal, number).id}")
    assert "Must be answered" in page.text
    answer = next(href for href in page.links.values() if "/check#" in href)
    assert f'id="{answer.partition("#")[2]}"' in there.get(answer.partition("#")[0]).text
    assert "1 finding of" in there.page(f"/writing/{number}/send").text


def test_what_is_hidden_in_a_file_does_not_hold_up_the_text(portal: Flask) -> None:
    number = write(portal)
    there = reader(portal, PRACTITIONER)
    hidden = p("Ring 07700 900123 about the plan.", "<w:vanish/>")
    send(there, number, docx(p("The plan in five steps.") + hidden))
    read_all(portal)
    assert "to answer" not in there.page(f"/writing/{number}/files").text
    page = there.page(f"/writing/{number}/files/{only_file(portal, number).id}")
    assert "07700 900123" in page.text
    assert "Could lead to somebody" in page.text
    assert "07700" not in page.text.partition("As it would be published")[2]


def test_the_title_that_readers_will_see_is_checked_too(portal: Flask) -> None:
    number = write(portal)
    there = reader(portal, PRACTITIONER)
    send(there, number, docx(p("The plan in five steps.")), title="Plan, ring 07700 900123")
    read_all(portal)
    assert "1 to answer" in there.page(f"/writing/{number}/files").text


def test_the_text_of_a_file_is_taken_over_behind_what_stands_there(portal: Flask) -> None:
    number = write(portal)
    there = reader(portal, PRACTITIONER)
    with acting(portal, PRACTITIONER) as (session, _):
        before = writing.texts_of(session, number)
    imported = b"## Background\n\nMore of the background, from a file.\n"
    status, _ = send(there, number, imported, name="more.md", title="", purpose="import")
    assert status == 302
    read_all(portal)
    address = f"/writing/{number}/files/{only_file(portal, number).id}"
    page = press(there, f"{address}/take-over", address)
    assert "There are none." in page.text
    with acting(portal, PRACTITIONER) as (session, _):
        after = writing.texts_of(session, number)
    assert before["background"] in after["background"]
    assert "from a file." in "\n".join(after.values())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"title": ""}, "Enter the title that readers will see"),
        ({"purpose": ""}, "Choose what the file is for"),
        ({"purpose": "import", "name": "plan.pdf"}, "Only the text of a .docx"),
        ({"content": b""}, "The file is empty"),
    ],
    ids=["no title", "no purpose", "a PDF to take over", "empty"],
)
def test_what_is_wrong_with_a_file_is_said_at_its_field(
    portal: Flask, given: dict[str, str], said: str
) -> None:
    number = write(portal)
    there = reader(portal, PRACTITIONER)
    content = docx(p("The plan in five steps."))
    status, page = send(there, number, **{"content": content, **given})  # type: ignore[arg-type]
    assert status == 422
    assert said in page.text
    assert page.title.startswith("Error:")
    assert "There are none." in page.text
    if "title" not in given:
        assert page.fields["title"] == "A plan of the work"


def test_a_file_of_more_than_20_mb_is_answered_in_plain_words(portal: Flask) -> None:
    number = write(portal)
    there = reader(portal, PRACTITIONER)
    status, page = send(there, number, bytes(uploads.MOST_BYTES + 1), name="large.pdf")
    assert status == 422
    assert "The file is larger than 20 MB" in page.text
    status, page = send(there, number, bytes(MOST_BYTES_SENT + 1), name="larger.pdf")
    assert status == 413
    assert "20 MB" in page.text


def test_only_who_may_write_can_send_that_much(portal: Flask) -> None:
    number = write(portal)
    much = {"csrf_token": "x", "file": FileStorage(io.BytesIO(bytes(2 * 1024 * 1024)), "a.pdf")}
    address = f"/writing/{number}/files"
    answer = posted(reader(portal), address, much)
    assert answer.status_code == 413
    much = {"csrf_token": "x", "text": FileStorage(io.BytesIO(bytes(2 * 1024 * 1024)), "a.pdf")}
    writer = reader(portal, PRACTITIONER)
    answer = posted(writer, f"/writing/{number}/sections/concern", much)
    assert answer.status_code == 413


def test_nobody_else_sees_the_files_of_a_draft_and_curators_change_none_that_is_sent_in(
    portal: Flask,
) -> None:
    number = write(portal)
    author = reader(portal, PRACTITIONER)
    send(author, number, docx(p("The plan in five steps.")))
    read_all(portal)
    file = f"/writing/{number}/files/{only_file(portal, number).id}"
    for person in (LEAD, CURATOR):
        there = reader(portal, person)
        for address in (f"/writing/{number}/files", file, f"{file}/remove"):
            assert there.get(address).status_code in {403, 404}, (person.name, address)
    submit(portal, number)
    assert "Send a file" not in author.page(f"/writing/{number}/files").text
    assert "The plan in five steps." in reader(portal, CURATOR).page(file).text
