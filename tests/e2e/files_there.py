"""A portal in which files of a text stand in every state, and a document has attachments."""

from flask import Flask

from portal.core.database import db
from portal.publishing import uploads
from tests.databases import Databases
from tests.integration.publishing import acting, write
from tests.integration.test_attachments import attach
from tests.made_files import docx, p, planted_docx
from tests.people import PRACTITIONER

TEXT = 1
TELLING, REFUSED, IMPORTED, WAITING = range(1, 5)
"""Files by what was found: much of it hidden, refused, to be taken over, not read."""
ATTACHED = "guidance-001"
ONLY_THERE = "quinquereme"
LONG = "a-file-name-without-any-place-where-it-could-be-broken-" * 3
PLAN = (
    "### What to bring\n\nA quinquereme and a plan, in *this* order.\n\n- One thing\n- Another\n\n"
    "## Who does what\n\n| Who | What | By when |\n|---|---|---|\n"
    "| The chair | The plan | Friday |\n"
)


def with_files(databases: Databases) -> Flask:
    """Make a portal with files that were read, refused, are to be taken over, or wait."""
    app = databases.make("stocked")
    assert write(app) == TEXT
    files = [
        ("plan.docx", planted_docx(), "The plan of the meeting", "attach"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "An old letter", "attach"),
        (f"{LONG}.md", b"## Background\n\nKayleigh Smith, 07700 900123.\n", LONG, "import"),
        ("waiting.docx", docx(p("Not read yet.")), "Not read yet", "attach"),
    ]
    for name, content, title, purpose in files:
        with acting(app, PRACTITIONER) as (session, actor):
            upload = uploads.add(
                session,
                actor=actor,
                manuscript_id=TEXT,
                name=name,
                content=content,
                title=title[:200],
                purpose=purpose,
            )
            id_ = upload.id
        if id_ != WAITING:
            with app.app_context():
                uploads.read(id_)
    attach(app, ATTACHED, [("List to take along", PLAN), (LONG[:150], "Words.")])
    with app.app_context():
        db.engine.dispose()
    return app
