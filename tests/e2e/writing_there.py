"""A portal in which a practitioner and a curator write, for the pictures of the author's pages."""

from flask import Flask

from portal.publishing import reviewing
from tests.databases import Databases
from tests.integration.publishing import (
    CURATOR,
    acting,
    add_curators,
    approve,
    submit,
    take_on,
    write,
)

FULL, ASKED, SENT, APPROVED, PROTOCOL, TERM = range(1, 7)
"""Numbers: full of findings, with changes asked, sent in, approved; two of a curator."""
TELLING = (
    "Kayleigh Thornbury (NHS 943 476 5919) told her teacher at Ashfield Park Academy"
    " on 12 May 2023.\n\n"
    "### What she said\n\n- that she would travel\n- that a friend had gone\n\n"
    "Her mother rang from 07700 900123. "
    + "The family is hard to reach and nobody knows what was said by whom to whom on that day. " * 4
    + "w" * 120
)
PATHWAY = {
    "steps": [
        {
            "id": "received",
            "title": "Concern received",
            "role": "Duty social worker",
            "within": "1 hour",
            "door": True,
            "text": "Take the details and check the record.",
            "then": [{"to": "graded", "when": "always"}],
        },
        {
            "id": "graded",
            "title": "Concern graded",
            "role": "not-stated",
            "within": "4 hours",
            "text": "Decide how urgent it is.",
        },
    ]
}


def with_writing(databases: Databases) -> Flask:
    """Let texts stand in every stage that their author sees."""
    app = databases.make("stocked")
    add_curators(app)
    assert write(app, concern=TELLING, title="T" * 30 + " long title " + "w" * 40) == FULL
    assert write(app) == ASKED
    submit(app, ASKED)
    take_on(app, ASKED)
    with acting(app, CURATOR) as (session, actor):
        reviewing.remark(
            session,
            actor=actor,
            manuscript_id=ASKED,
            part="concern",
            passage="worrying remarks",
            reason="Say what kind of remarks.\n\nOthers can’t compare it otherwise.",
        )
        reviewing.remark(
            session, actor=actor, manuscript_id=ASKED, part="title", passage="", reason="Too long."
        )
        reviewing.ask_changes(session, actor=actor, manuscript_id=ASKED)
    assert write(app) == SENT
    submit(app, SENT)
    assert write(app) == APPROVED
    approve(app, APPROVED)
    body = "## Who does what\n\nText.\n\n## When\n\nText."
    assert write(app, by=CURATOR, type_="protocol", body=body, pathway=PATHWAY) == PROTOCOL
    assert write(app, by=CURATOR, type_="glossary", body="How it is used.") == TERM
    return app
