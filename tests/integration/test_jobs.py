"""Work that is left for later: done, tried again, given up, and never lost."""

from flask import Flask
from sqlalchemy import select

from portal.core import jobs
from portal.core.database import db, short_transaction
from portal.core.jobs import Job, JobState, Kind
from tests.work import work


def test_work_is_done_with_its_arguments(empty_portal: Flask) -> None:
    seen: list[int] = []
    empty_portal.extensions["jobs"].register(Kind("test", "Test", lambda row: seen.append(row)))
    with empty_portal.app_context(), short_transaction() as session:
        jobs.enqueue(session, "test", arguments={"row": 3})
    assert work(empty_portal) == 1
    assert seen == [3]
    with empty_portal.app_context():
        assert db.session.scalars(select(Job.state)).all() == [JobState.DONE]
