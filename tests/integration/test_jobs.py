"""Work that is left for later: done once, tried again, given up, and never lost."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from portal.core import clock, jobs
from portal.core.database import db, reading, short_transaction
from portal.core.jobs import FIRST_RETRY, LAST_RETRY, Job, Jobs, JobState, Kind, WorkFailed
from tests.work import work

START = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)  # a Monday
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


class Breakage(BaseException):
    """The death of a worker: nothing after it is done."""


@pytest.fixture
def app(empty_portal: Flask) -> Flask:
    """A portal that knows no work but that of the test."""
    empty_portal.extensions["jobs"] = Jobs()
    return empty_portal


def register(app: Flask, does: Callable[..., object], **more: object) -> Jobs:
    known: Jobs = app.extensions["jobs"]
    known.register(Kind("test", "Test", does, **more))  # type: ignore[arg-type]
    return known


def ask(app: Flask, name: str = "test", **more: object) -> None:
    with app.app_context(), short_transaction() as session:
        jobs.enqueue(session, name, **more)  # type: ignore[arg-type]


def add_due(app: Flask) -> None:
    with app.app_context(), short_transaction() as session:
        app.extensions["jobs"].add_due(session)


def rows(app: Flask) -> list[Job]:
    with app.app_context(), reading():
        return list(db.session.scalars(select(Job).order_by(Job.id)))


def fail(message: str = "The mail server refused.", **more: bool) -> Callable[[], None]:
    def does() -> None:
        raise WorkFailed(message, **more)

    return does


def test_work_is_done_once_with_its_arguments(app: Flask) -> None:
    seen: list[int] = []
    register(app, lambda row: seen.append(row))
    ask(app, arguments={"row": 3})
    assert [work(app), work(app)] == [1, 0]
    assert seen == [3]
    assert [(job.state, job.error) for job in rows(app)] == [(JobState.DONE, None)]


def test_work_asked_for_with_one_key_is_done_once(app: Flask) -> None:
    seen: list[int] = []
    register(app, lambda: seen.append(1))
    for key in ("a", "a", "b", None, None):
        ask(app, key=key)
    work(app)
    ask(app, key="a")
    work(app)
    assert len(seen) == 4


def test_work_asked_for_by_a_change_that_is_not_kept_is_never_done(app: Flask) -> None:
    def change_and_break() -> None:
        with app.app_context(), short_transaction() as session:
            jobs.enqueue(session, "test")
            raise Breakage

    register(app, lambda: None)
    with pytest.raises(Breakage):
        change_and_break()
    assert work(app) == 0


def test_work_that_fails_is_tried_again_later_and_later_then_given_up(app: Flask) -> None:
    register(app, fail(), attempts=4)
    pauses = []
    with clock.frozen(START):
        ask(app)
    moment = START
    for attempt in (1, 2, 3):
        with clock.frozen(moment):
            assert work(app) == 1
        (job,) = rows(app)
        assert (job.state, job.attempts) == (JobState.WAITING, attempt)
        assert job.error == "The mail server refused."
        with clock.frozen(job.due_at - SECOND):
            assert work(app) == 0
        pauses.append(job.due_at - moment)
        moment = job.due_at
    with clock.frozen(moment):
        work(app)
        (job,) = rows(app)
        assert (job.state, job.finished_at) == (JobState.FAILED, moment)
    with clock.frozen(moment + 7 * timedelta(days=1)):
        assert work(app) == 0
    assert pauses == [FIRST_RETRY, 2 * FIRST_RETRY, 4 * FIRST_RETRY]


def test_the_pauses_between_tries_have_an_end(app: Flask) -> None:
    register(app, fail(), attempts=100)
    moment = START
    with clock.frozen(START):
        ask(app)
    for _ in range(30):
        with clock.frozen(moment):
            work(app)
        (job,) = rows(app)
        assert job.due_at - moment <= LAST_RETRY
        moment = job.due_at


def test_work_that_cannot_succeed_is_given_up_at_once(app: Flask) -> None:
    register(app, fail("There is no such address.", final=True))
    ask(app)
    work(app)
    assert [(job.state, job.attempts) for job in rows(app)] == [(JobState.FAILED, 1)]


def test_an_unforeseen_error_is_named_and_not_quoted(app: Flask) -> None:
    def does() -> None:
        raise ValueError("petra.practitioner@example.gov.uk has no mailbox")

    register(app, does, attempts=1)
    ask(app)
    work(app)
    (job,) = rows(app)
    # with the line of our own code that was reached last
    assert re.fullmatch(r"Unexpected ValueError at portal/core/jobs\.py:\d+", job.error or "")


def test_work_of_another_version_of_the_portal_has_failed_and_says_why(app: Flask) -> None:
    ask(app, "forgotten")
    work(app)
    (job,) = rows(app)
    assert (job.state, job.error) == (JobState.FAILED, jobs.UNKNOWN)


def test_work_that_leaves_a_transaction_open_blocks_nobody(app: Flask) -> None:
    def does() -> None:
        db.session.execute(text("DELETE FROM account"))

    register(app, does)
    ask(app)
    work(app)
    assert [job.state for job in rows(app)] == [JobState.DONE]


def test_a_worker_that_dies_at_work_leaves_it_to_another_after_the_lease(app: Flask) -> None:
    lives = iter([True, False])

    def does() -> None:
        if next(lives):
            raise Breakage

    register(app, does, lease=10 * SECOND)
    with clock.frozen(START):
        ask(app)
        with pytest.raises(Breakage):
            work(app)
    with clock.frozen(START + 9 * SECOND):
        assert work(app) == 0
    with clock.frozen(START + 10 * SECOND):
        assert work(app) == 1
    (job,) = rows(app)
    assert (job.state, job.attempts) == (JobState.DONE, 2)


def test_work_that_kills_each_worker_is_given_up(app: Flask) -> None:
    def does() -> None:
        raise Breakage

    register(app, does, attempts=2, lease=10 * SECOND)
    ask(app)
    for life in range(2):
        with clock.frozen(clock.now() + life * MINUTE), pytest.raises(Breakage):
            work(app)
    with clock.frozen(clock.now() + HOUR):
        assert work(app) == 1
    (job,) = rows(app)
    assert (job.state, job.error) == (JobState.FAILED, jobs.ENDED_MEANWHILE)


@pytest.mark.parametrize("late", [None, WorkFailed("Late.")])
def test_a_worker_that_took_too_long_does_not_overwrite_what_another_did(
    app: Flask, late: Exception | None
) -> None:
    known: Jobs = app.extensions["jobs"]
    taken: list[bool] = []

    def does() -> None:
        if taken:
            return
        taken.append(True)
        (job,) = rows(app)
        with clock.frozen(clock.now() + MINUTE), app.app_context():
            assert jobs.run(known, job.id)  # meanwhile, elsewhere
        if late:
            raise late

    register(app, does, lease=10 * SECOND)
    ask(app)
    work(app)
    (job,) = rows(app)
    assert (job.state, job.attempts, job.error) == (JobState.DONE, 2, None)


def test_two_who_want_the_same_job_do_it_once(app: Flask) -> None:
    known: Jobs = app.extensions["jobs"]
    results: list[bool] = []

    def does() -> None:
        with app.app_context():
            results.append(jobs.run(known, rows(app)[0].id))

    register(app, does)
    ask(app)
    work(app)
    assert results == [False]


def test_an_administrator_lets_failed_work_begin_again(app: Flask) -> None:
    outcomes = iter([WorkFailed("No.", final=True), None])

    def does() -> None:
        if error := next(outcomes):
            raise error

    register(app, does)
    ask(app)
    work(app)
    (job,) = rows(app)
    with app.app_context(), short_transaction() as session:
        assert jobs.retry(session, job.id) == ["test"]
        assert jobs.retry(session, job.id) == []
    assert [(job.state, job.error) for job in rows(app)] == [(JobState.WAITING, "No.")]
    assert work(app) == 1
    assert [(job.state, job.error) for job in rows(app)] == [(JobState.DONE, None)]


def test_what_waits_runs_or_is_done_is_not_begun_again(app: Flask) -> None:
    register(app, lambda: None)
    ask(app)
    work(app)
    ask(app)
    with app.app_context(), short_transaction() as session:
        assert jobs.retry(session) == []
    assert [job.state for job in rows(app)] == [JobState.DONE, JobState.WAITING]


def scheduled(app: Flask, does: Callable[[], object], slot: jobs.Slot, **more: object) -> None:
    known: Jobs = app.extensions["jobs"]
    known.register(Kind("test", "Test", does, **more), slot)  # type: ignore[arg-type]


def test_scheduled_work_is_done_once_for_each_slot(app: Flask) -> None:
    seen: list[datetime] = []
    scheduled(app, lambda: seen.append(clock.now()), jobs.each_minute)
    for seconds in (0, 2, 29, 30, 31, 95):
        with clock.frozen(START + seconds * SECOND):
            work(app, scheduled=True)
    assert [moment - START for moment in seen] == [0 * SECOND, 30 * SECOND, 95 * SECOND]


def test_scheduled_work_that_failed_does_not_keep_the_next_from_being_done(app: Flask) -> None:
    outcomes = iter([WorkFailed("No.", final=True), WorkFailed("No."), None, None])

    def does() -> None:
        if error := next(outcomes):
            raise error

    failed, waiting, done = JobState.FAILED, JobState.WAITING, JobState.DONE
    scheduled(app, does, jobs.each_day)
    # what failed stays to be seen until a later one is done; what waits is not begun beside itself
    expected = ([failed], [failed, waiting], [failed, done], [done, done])
    for day, states in enumerate(expected):
        with clock.frozen(START + timedelta(days=day)):
            work(app, scheduled=True)
        assert [job.state for job in rows(app)] == states, day


def test_scheduled_work_that_always_fails_fails_in_the_end(app: Flask) -> None:
    scheduled(app, fail(), jobs.each_minute, attempts=3)
    for minute in range(10):
        with clock.frozen(START + minute * MINUTE):
            work(app, scheduled=True)
        with app.app_context(), short_transaction() as session:
            assert jobs.worker_seen(session, START - MINUTE), "a worker that fails is there"
    states = [job.state for job in rows(app)]
    assert states.count(JobState.FAILED) == 1
    assert len(states) <= 2


def test_scheduled_work_is_not_begun_twice_at_once(app: Flask) -> None:
    seen: list[int] = []

    def does() -> None:
        seen.append(1)
        with clock.frozen(clock.now() + MINUTE):
            add_due(app)
            assert len(rows(app)) == 1

    scheduled(app, does, jobs.each_minute)
    with clock.frozen(START):
        work(app, scheduled=True)
    with clock.frozen(START + MINUTE):
        add_due(app)
        assert len(rows(app)) == 2
    assert seen == [1]


def test_other_work_of_the_same_name_is_left_alone(app: Flask) -> None:
    scheduled(app, fail(final=True), jobs.each_minute)
    ask(app, arguments={})
    work(app)
    add_due(app)
    assert [job.state for job in rows(app)] == [JobState.FAILED, JobState.WAITING]


@pytest.mark.parametrize(
    ("slot", "moments"),
    [
        (jobs.each_minute, ["2026-11-23T12:00:59", "2026-11-23T12:01"]),
        (jobs.each_hour, ["2026-11-23T12:59", "2026-11-23T13:00"]),
        (jobs.each_day, ["2026-07-23T02:59", "2026-07-23T03:00"]),  # 4 o'clock in summer
        (jobs.each_day, ["2026-11-23T03:59", "2026-11-23T04:00"]),
        (jobs.each_week, ["2026-11-23T03:59", "2026-11-23T04:00"]),
        (jobs.each_week, ["2026-11-29T23:59", "2026-11-30T04:00"]),
    ],
)
def test_a_slot_begins_when_it_says(slot: jobs.Slot, moments: list[str]) -> None:
    before, after = (slot(datetime.fromisoformat(moment + "+00:00")) for moment in moments)
    assert before < after


def test_it_is_known_when_work_was_last_done(app: Flask) -> None:
    register(app, lambda: None)
    with app.app_context():
        assert jobs.last_done(db.session) is None
        db.session.rollback()
    with clock.frozen(START):
        ask(app)
        work(app)
    ask(app, "forgotten")
    work(app)
    with app.app_context():
        assert jobs.last_done(db.session) == START
