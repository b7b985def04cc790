"""Does the work that requests left for later, in this process, as the worker would."""

from typing import NoReturn

from flask import Flask

from portal.core import clock, jobs
from portal.core.database import db, reading, short_transaction
from portal.core.jobs import Jobs

PATIENCE = 1000
"""Jobs after which a test must think that work breeds work for ever."""


def work(app: Flask, *, scheduled: bool = False) -> int:
    """Run every job that is due until none is; return how many were run.

    Work that fails waits for its next try, which is due later: hold the clock there
    (`clock.frozen`) and call again. `scheduled` asks for the work of the present time slots first,
    as the worker's sweep does. Call it outside any transaction of the test's own.
    """
    known: Jobs = app.extensions["jobs"]
    if scheduled:
        with app.app_context(), short_transaction() as session:
            known.add_due(session)
    done = 0
    while due := _due(app):
        for job_id in due:
            with app.app_context():
                done += jobs.run(known, job_id)
        if done > PATIENCE:
            _endless()
    return done


def _due(app: Flask) -> list[int]:
    with app.app_context(), reading():
        return jobs.due(db.session)


def _endless() -> NoReturn:
    raise AssertionError(f"work is still due at {clock.now()} after {PATIENCE} jobs")
