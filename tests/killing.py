"""A process that publishes and is killed at a chosen step: `python -m tests.killing`.

It reads lines of a step, `before` or `after`, the number of a text and of a curator; for each it
starts a process that publishes the text and is killed there as a power cut would. It answers with
`killed`, `published`, or what stood against it. The product knows nothing of this: the steps are
replaced from here.
"""

import os
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal import create_app
from portal.accounts import notices
from portal.accounts import service as accounts
from portal.audit import service as audit
from portal.core.database import db, short_transaction
from portal.core.errors import Conflict
from portal.library import indexing, law, ownership, service, versions
from portal.library.rendering import render_attachment
from portal.library.vocabularies import Vocabularies
from portal.publishing import publication, succession, writing

STEPS: Mapping[str, tuple[Any, str]] = {
    "publish": (publication, "publish"),
    "lock": (writing, "locked"),
    "sign-offs": (writing, "sign_offs_of"),
    "item": (publication, "item_of"),
    "place": (succession, "problems"),
    "move": (writing, "move"),
    "reference": (service, "next_reference"),
    "library": (service, "publish"),
    "fill": (service, "fill"),
    "version": (versions, "add"),
    "attachment": (service, "render_attachment"),
    "render": (service, "render_again"),
    "changes": (service, "record_changes"),
    "law": (law, "cite"),
    "law-changes": (law, "follow"),
    "owner": (ownership, "set_owner"),
    "supersede": (service, "supersede"),
    "end": (service, "end"),
    "notices": (notices, "notify"),
}
"""What publishing calls, by the name of the step."""
RECORDS = 4
"""How often publishing writes to the record."""
COMMITS = ("flushed", "commit")
"""The database is about to commit; the commit as it looks from outside."""
INDEX = ("index",)
"""The index follows."""
KILLED, PUBLISHED = "killed", "published"


def die() -> NoReturn:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def _deadly(real: Callable[..., Any], when: str, at: int = 1) -> Callable[..., Any]:
    """Return what does the same, but for the death at its call number `at`."""
    calls = 0

    def call(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at and when == "before":
            die()
        made = real(*args, **kwargs)
        if calls == at:
            die()
        return made

    return call


def _arm(step: str, when: str) -> None:
    if step == "flushed":
        name = "before_commit" if when == "before" else "after_flush"
        event.listen(Session, name, lambda *args: die())
    elif step.startswith("record-"):
        at = int(step.removeprefix("record-"))
        audit.record = _deadly(audit.record, when, at)
    elif step in STEPS:
        module, name = STEPS[step]
        setattr(module, name, _deadly(getattr(module, name), when))


def _publish(app: Flask, step: str, when: str, number: int, curator: int) -> str:
    library = app.extensions["library"]
    words: Vocabularies = library.vocabularies
    _arm(step, when)
    with app.app_context():
        try:
            with short_transaction() as session:
                actor = accounts.actor_of(session, curator)
                assert actor is not None
                publication.publish(session, actor=actor, manuscript_id=number, vocabularies=words)
                if (step, when) == ("commit", "before"):
                    die()
        except Conflict as conflict:
            return str(conflict)
        if (step, when) == ("commit", "after"):
            die()
        if step == "index":
            if when == "before":
                library.engine.apply = _deadly(library.engine.apply, "before")
            indexing.sync_index(db.session, library.engine, words)
            die()
    return PUBLISHED


def main() -> None:
    """Read lines until there are none."""
    app = create_app()
    # what every process would have to load again
    app.jinja_env.get_template("library/_article.html")
    render_attachment("## Ready\n\nOnce.")
    print("ready", flush=True)
    for line in sys.stdin:
        step, when, number, curator = line.split()
        reading, writing_ = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            said = _publish(app, step, when, int(number), int(curator))
            os.write(writing_, said.encode())
            os._exit(0)
        os.close(writing_)
        with os.fdopen(reading) as answer:
            said = answer.read()
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print(KILLED if killed else said or f"ended with {status}", flush=True)


if __name__ == "__main__":
    main()
