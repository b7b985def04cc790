"""What curators type for readers leads to nobody, by the word lists of this deployment too."""

from pathlib import Path

from flask import Flask
from sqlalchemy import event

from portal.core import clock
from portal.core.database import db
from portal.publishing import purging, uploads
from portal.publishing.models import Upload, UploadState
from tests.client import Reader, reader
from tests.integration.keeping import instrument
from tests.integration.publishing import SECOND, acting, add_curators, submit, take_on, write
from tests.integration.test_curating_library import send
from tests.people import CURATOR, PRACTITIONER

SAFE = "Rosa Pettifer"
"""A name that the deployment's own list lets stand, as of an office that is called so."""
NAMED = "Kayleigh Thornbury"
TEAM = "Zebrafinch Hub"
"""Nobody knows this team but the deployment's own list."""


def attach(app: Flask, number: int, **more: object) -> int:
    with acting(app, PRACTITIONER) as (session, actor):
        values = {"body": "First the school asks.", "traces": [], **more}
        upload = Upload(
            manuscript_id=number,
            name="plan.docx",
            title="A plan",
            purpose=uploads.ATTACH,
            size=10,
            state=UploadState.CHECKED,
            warnings=[],
            by_id=actor.id,
            at=clock.now(),
            **values,
        )
        session.add(upload)
        session.flush()
        return upload.id


def test_reasons_notes_and_what_a_file_hid_are_looked_at_with_the_lists_that_hold_here(
    portal: Flask, tmp_path: Path
) -> None:
    (tmp_path / "teams.txt").write_text(f"{TEAM}\n")
    (tmp_path / "allowed.txt").write_text(f"{SAFE}\n")
    settings = portal.extensions["settings"]
    portal.extensions["settings"] = settings.model_copy(update={"word_lists": tmp_path})
    there = reader(portal, CURATOR)
    law = instrument(portal)
    today = clock.today()
    ended = {"successor": "0", "ended_on": [str(today.day), str(today.month), str(today.year)]}
    for address, name, named, more in (
        ("/library/guidance-001/take-down", "reason", TEAM, {}),
        ("/library/guidance-001/withdraw", "reason", NAMED, {}),
        (f"/law/{law}/supersede", "note", NAMED, ended),
        (f"/law/{law}/correct", "note", NAMED, {"name": "Children Act 1989"}),
    ):
        for words, refused in ((f"Ring the {named} first", True), (f"Ring {SAFE} first", False)):
            status, page = send(there, address, **more, **{name: words})
            assert (f"Readers will see this {name}, and “{named}”" in page.text) == refused, address
            assert not refused or (status == 422 and words in page.html)
    number = write(portal)
    hidden = [{"text": one, "where": "comment", "seen": False} for one in (SAFE, NAMED)]
    upload = attach(portal, number, traces=hidden)
    page = reader(portal, PRACTITIONER).page(f"/writing/{number}/files/{upload}")
    assert page.text.count("Could lead to somebody") == 1


def test_files_cost_no_questions_each_and_a_takedown_none_for_each_text(portal: Flask) -> None:
    add_curators(portal)
    number = write(portal)
    submit(portal, number)
    take_on(portal, number)
    there = reader(portal, CURATOR)
    asked: list[str] = []
    with portal.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    def questions(there: Reader) -> list[int]:
        made = []
        for address in (f"/writing/{number}/files", f"/review/{number}"):
            there.page(address)
            asked.clear()
            there.page(address)
            made.append(len(asked))
        with acting(portal, SECOND) as (session, _):
            asked.clear()
            purging.purge(session, "case-009")
            made.append(len(asked))
        return made

    few = questions(there)
    for _ in range(3):
        attach(portal, number)
        write(portal)
    assert questions(there) == few
