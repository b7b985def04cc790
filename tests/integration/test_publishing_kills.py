"""A process that publishes is killed at every step: all of it is there afterwards, or nothing."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Notice
from portal.audit.models import AuditEntry
from portal.core import clock
from portal.core.config import ROOT
from portal.core.database import db, reading
from portal.library.models import Attachment, Document, LibraryChange, Owner, State, Version
from portal.publishing.models import Manuscript, Upload, UploadState
from portal.publishing.states import Stage
from tests.client import reader
from tests.e2e.servers import environment
from tests.integration.publishing import (
    SECOND,
    acting,
    approve,
    manuscript,
    write,
)
from tests.integration.searching import everything, index, listed
from tests.killing import KILLED, PUBLISHED, RECORDS, STEPS
from tests.people import PRACTITIONER
from tests.workers import settings_of

WORD = "quinquereme"
"""Stands in each text; which of them is found by it shows which are published."""
BEFORE_THE_END = [
    *((step, when) for step in STEPS for when in ("before", "after")),
    *((f"record-{n}", when) for n in range(1, RECORDS + 1) for when in ("before", "after")),
    ("flushed", "after"),
    ("flushed", "before"),
    ("commit", "before"),
]
"""Where a kill must leave nothing."""
AT_THE_END = [("commit", "after"), ("index", "before"), ("index", "after")]
"""Where a kill must leave everything."""
REPLACED = ("case-002", "case-003", "case-004", "case-005")


@pytest.fixture
def staffed(staffed: Flask) -> Flask:
    index(staffed)
    return staffed


def approved(app: Flask, replaces: str) -> int:
    """Write a case with a file that is to take the place of another, and let it be approved."""
    concern = f"A teacher read of a {WORD} in an essay."
    number = write(app, concern=concern, audience="readers")
    with acting(app, PRACTITIONER) as (session, actor):
        session.add(
            Upload(
                manuscript_id=number,
                name="plan.docx",
                title="A plan of the work",
                purpose="attach",
                size=10,
                state=UploadState.CHECKED,
                body="First the school asks.",
                traces=[],
                warnings=[],
                by_id=actor.id,
                at=clock.now(),
            )
        )
    approve(app, number)
    with acting(app, PRACTITIONER) as (session, _):  # while it is written, only a curator's may
        session.get_one(Manuscript, number).replaces = replaces
    return number


@contextmanager
def publisher(app: Flask) -> Iterator["subprocess.Popen[str]"]:
    """A process that publishes, with the database of `app`, in processes that can be killed."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.killing"],
        cwd=ROOT,
        env=environment(settings_of(app)) | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert said(process) == "ready"
            yield process
        finally:
            process.kill()


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def publish(
    process: "subprocess.Popen[str]", number: int, curator: int, step: str = "-", when: str = "-"
) -> str:
    """Let a text be published and the process be killed at a step; return what became of it."""
    assert process.stdin
    process.stdin.write(f"{step} {when} {number} {curator}\n")
    process.stdin.flush()
    return said(process)


def found(app: Flask) -> list[str]:
    """Return which documents a practitioner finds once the index has caught up."""
    index(app)
    return listed(reader(app, PRACTITIONER).page(f"/library?q={WORD}"))


def assert_all_is_there(app: Flask, number: int, replaced: str) -> str:
    """Fail unless everything that publishing does was done, once; return the new reference."""
    text = manuscript(app, number)
    assert (text.stage, bool(text.became)) == (Stage.PUBLISHED, True)
    with app.app_context(), reading():
        session = db.session
        document = session.scalars(select(Document).where(Document.reference == text.became)).one()
        old = session.scalars(select(Document).where(Document.reference == replaced)).one()

        def held(model: type, *where: object) -> int:
            query = select(func.count()).select_from(model).where(*where)  # type: ignore[arg-type]
            return session.scalar(query) or 0

        assert document.state == State.PUBLISHED
        assert WORD in document.article_html
        assert held(Version, Version.document_id == document.id) == 1
        assert held(Attachment, Attachment.document_id == document.id) == 1
        assert held(Owner, Owner.document_id == document.id) == 1
        assert held(LibraryChange, LibraryChange.document_id == document.id) >= 1
        assert held(LibraryChange, LibraryChange.document_id == old.id) >= 1
        published = AuditEntry.action == "document.published"
        assert held(AuditEntry, published, AuditEntry.object_id == document.reference) == 1
        told = select(Notice.context).where(Notice.kind == "manuscript.published")
        assert [one["manuscript_id"] for one in session.scalars(told)].count(number) == 1
        assert (old.state, old.successor) == (State.SUPERSEDED, document.reference)
        return document.reference


def test_wherever_publishing_is_killed_all_of_it_is_there_or_nothing(staffed: Flask) -> None:
    kills = 0
    with acting(staffed, SECOND) as (_, actor):
        curator = actor.id or 0
    numbers = [approved(staffed, replaces) for replaces in REPLACED]
    with publisher(staffed) as process:
        before = everything(staffed)
        for step, when in BEFORE_THE_END:
            assert publish(process, numbers[0], curator, step, when) == KILLED, (step, when)
            kills += 1
            assert everything(staffed) == before, f"{when} {step} something was left behind"
        assert found(staffed) == []

        published = []
        for number, replaced, (step, when) in zip(
            numbers[1:], REPLACED[1:], AT_THE_END, strict=True
        ):
            assert publish(process, number, curator, step, when) == KILLED, (step, when)
            kills += 1
            published.append(assert_all_is_there(staffed, number, replaced))
            assert sorted(found(staffed)) == sorted(published)
            again = publish(process, number, curator)
            assert "This is “published” now" in again

        # what was killed so often is published like any other
        assert publish(process, numbers[0], curator) == PUBLISHED
        published.append(assert_all_is_there(staffed, numbers[0], REPLACED[0]))
        assert sorted(found(staffed)) == sorted(published)
    assert kills >= 50, "on each database"
    page = reader(staffed, PRACTITIONER).page(f"/library/{REPLACED[0]}", 410)
    assert f"/library/{published[-1]}" in page.links.values()
