"""Workers as processes: each job is done once, whatever becomes of them."""

import pickle
import re
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select, text

from portal.core import jobs
from portal.core.config import ROOT, Settings
from portal.core.database import db, reading, short_transaction
from portal.core.jobs import Job, JobState, Kind
from portal.core.permissions import public
from portal.operations.messages import FILE, Messages
from portal.operations.worker import sweep
from tests.client import reader
from tests.databases import SECRET, Databases
from tests.e2e.servers import environment
from tests.work import work
from tests.workers import PATIENCE, WITH_TEST_WORK, settings_of, until, worker

NOTES = "notes.txt"


@pytest.fixture
def app(empty_portal: Flask) -> Flask:
    with empty_portal.app_context():
        db.engine.dispose()
    return empty_portal


def instance(app: Flask) -> Path:
    settings: Settings = app.extensions["settings"]
    return settings.instance


def notes(app: Flask) -> list[str]:
    path = instance(app) / NOTES
    return path.read_text(encoding="ascii").splitlines() if path.exists() else []


def ask(app: Flask, name: str, **arguments: object) -> None:
    with app.app_context(), short_transaction() as session:
        jobs.enqueue(session, name, arguments=arguments)


def states(app: Flask, name: str) -> dict[JobState, int]:
    with app.app_context(), reading():
        query = select(Job.state, func.count()).where(Job.name == name).group_by(Job.state)
        return {state: number for state, number in db.session.execute(query)}


def all_done(app: Flask, name: str) -> bool:
    return states(app, name).keys() == {JobState.DONE}


def test_two_workers_do_each_job_and_each_slot_once(app: Flask) -> None:
    given = settings_of(app)
    with ExitStack() as stack:
        workers = [
            stack.enter_context(worker(given, app=WITH_TEST_WORK, name=name)) for name in "ab"
        ]
        for number in range(40):
            ask(app, "test.note", word=str(number))
        until(lambda: all_done(app, "test.note"))
        until(lambda: states(app, "test.second").get(JobState.DONE, 0) >= 4)
        assert [one.end() for one in workers] == [0, 0]
    written = Counter(notes(app))
    for number in range(40):
        assert written[f"done {number}"] == written[f"begun {number}"] == 1
    # rows of slots are unique, and each was done by one of the two
    assert written["tick"] == states(app, "test.second")[JobState.DONE]
    assert [one.said() for one in workers] == ["", ""]


@pytest.mark.parametrize(("when", "times"), [("before", 1), ("after", 2)])
def test_another_worker_finishes_what_a_killed_one_had_begun(
    app: Flask, when: str, times: int
) -> None:
    given = settings_of(app)
    ask(app, "test.die", word="it", when=when)
    with worker(given, app=WITH_TEST_WORK, name="a") as first:
        assert first.process.wait(PATIENCE) == -signal.SIGKILL
    assert states(app, "test.die") == {JobState.RUNNING: 1}
    with worker(given, app=WITH_TEST_WORK, name="b"):
        until(lambda: all_done(app, "test.die"))
    # killed before it was on record, it is done again: work must bear that
    assert Counter(notes(app))["done it"] == times


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_worker_that_is_asked_to_end_finishes_what_it_does(
    app: Flask, by: signal.Signals
) -> None:
    ask(app, "test.note", word="it", seconds=1)
    with worker(settings_of(app), app=WITH_TEST_WORK) as one:
        until(lambda: "begun it" in notes(app))
        assert one.end(by) == 0
        assert one.said() == ""
    assert all_done(app, "test.note")


def test_a_worker_without_tables_says_so_once_and_begins_when_they_are_there(
    databases: Databases, tmp_path: Path
) -> None:
    address = databases.nothing("no_tables") if databases.server else ""
    given = {"PORTAL_SECRET_KEY": SECRET, "PORTAL_INSTANCE": str(tmp_path)}
    given |= {"DATABASE_URL": address} if address else {}
    with worker(given, app=WITH_TEST_WORK) as one:
        until(lambda: "can’t use the database" in one.said())
        settings = databases.settings("no_tables", tmp_path)
        result = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", "db", "upgrade"],
            cwd=ROOT,
            env=environment(given),
            capture_output=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        until(lambda: (settings.instance / NOTES).exists())
    lines = one.said().splitlines()
    assert len(lines) == 2
    assert re.search(r"can’t use the database \(\w+Error\) and tries again", lines[0])
    assert "can use the database again" in lines[1]


@contextmanager
def out_of_reach(databases: Databases, app: Flask) -> Iterator[None]:
    """Take the database away: its server lets nobody in, or a table has gone from its file."""
    if databases.server is None:
        with closing(sqlite3.connect(instance(app) / "portal.sqlite")) as connection:
            connection.execute("ALTER TABLE job RENAME TO job_that_is_away")
            yield
            connection.execute("ALTER TABLE job_that_is_away RENAME TO job")
        return
    name = instance(app).name
    with psycopg.connect(databases.server, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        connection.execute(ended.encode(), [name])
        yield
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())


def test_a_worker_goes_on_when_the_database_comes_back(databases: Databases, app: Flask) -> None:
    with worker(settings_of(app), app=WITH_TEST_WORK) as one:
        until(lambda: "tick" in notes(app))
        with out_of_reach(databases, app):
            until(lambda: "can’t use the database" in one.said())
        until(lambda: "can use the database again" in one.said())
        with app.app_context():
            db.engine.dispose()
        ask(app, "test.note", word="it")
        until(lambda: "done it" in notes(app))
    for line in one.said().splitlines():
        assert re.search(r"(can’t use|can use) the database|was not (claimed|kept)|failed:", line)


def test_a_worker_that_cannot_reach_its_server_says_so_in_one_line_and_tries_again(
    tmp_path: Path,
) -> None:
    given = {
        "PORTAL_SECRET_KEY": SECRET,
        "PORTAL_INSTANCE": str(tmp_path),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere",
    }
    with worker(given) as one:
        until(lambda: one.said())
        assert one.process.poll() is None
    (line,) = one.said().splitlines()
    assert "can’t use the database" in line
    assert "nobody" not in line


# ---- Handing over


def on_post(app: Flask) -> None:
    """Let a POST to /x ask for work."""

    def view() -> str:
        jobs.enqueue(db.session, "test")
        return "<!DOCTYPE html><html lang=en><title>x</title><h1>x</h1>"

    app.config["WTF_CSRF_ENABLED"] = False
    app.add_url_rule("/x", view_func=public(view), methods=["POST"])
    app.extensions["jobs"].register(Kind("test", "Test", lambda: None))


@pytest.fixture
def queue(app: Flask) -> Iterator[Messages]:
    messages = Messages(app)
    yield messages
    messages.close()


def test_work_is_handed_over_when_the_request_has_committed(app: Flask, queue: Messages) -> None:
    on_post(app)
    assert reader(app).post("/x").status_code == 200
    until(lambda: queue.huey.pending_count() == 1)
    # nobody takes it: the queue stays as short as it is
    assert reader(app).post("/x").status_code == 200
    app.extensions["hand-over"].stop()
    assert queue.huey.pending_count() == 1
    assert states(app, "test") == {JobState.WAITING: 2}


def test_a_request_does_not_fail_when_work_cannot_be_handed_over(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    on_post(app)
    if app.extensions["settings"].database_url:
        with app.app_context(), short_transaction() as session:
            session.execute(text("CREATE TABLE huey_task (nothing integer)"))
    else:
        (instance(app) / FILE).mkdir()
    assert reader(app).post("/x").status_code == 200
    until(lambda: "was not told of new work" in caplog.text)
    assert work(app) == 1


def test_a_request_does_not_fail_where_no_thread_can_begin(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def start(thread: object) -> None:
        raise RuntimeError("can't start new thread")

    on_post(app)
    client = reader(app)
    monkeypatch.setattr("portal.operations.handing.Thread.start", start)
    assert client.post("/x").status_code == 200
    monkeypatch.undo()
    assert "was not told of new work (RuntimeError)" in caplog.text
    assert states(app, "test") == {JobState.WAITING: 1}


def test_a_sweep_finds_what_was_not_handed_over_and_what_is_due_by_itself(
    app: Flask, queue: Messages
) -> None:
    app.extensions["jobs"].register(Kind("test", "Test", lambda: None))
    ask(app, "test")
    waiting = 1 + len(app.extensions["jobs"].keys())
    assert sweep(app, queue) == waiting
    assert queue.huey.pending_count() == waiting
    assert sweep(app, queue) == 0


class Trap:
    """Runs something when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


def test_a_message_that_is_not_ours_is_not_even_read(
    app: Flask, queue: Messages, tmp_path: Path
) -> None:
    trap = tmp_path / "sprung"
    queue.huey.storage.enqueue(pickle.dumps(Trap(trap)) + b":" + b"0" * 40)
    with pytest.raises(ValueError, match="mismatch"):
        queue.huey.dequeue()
    assert not trap.exists()
    assert queue.huey.pending_count() == 0


def test_a_damaged_queue_is_begun_anew(databases: Databases, app: Flask) -> None:
    if not databases.server:
        (instance(app) / FILE).write_bytes(b"no database " * 1000)
    messages = Messages(app)
    assert messages.huey.pending_count() == 0
    messages.close()


def test_the_queue_is_for_the_portal_alone(databases: Databases, app: Flask) -> None:
    messages = Messages(app)
    messages.close()
    for path in instance(app).glob(f"{FILE}*"):
        assert path.stat().st_mode & 0o777 == 0o600
    assert bool(databases.server) != (instance(app) / FILE).exists()


def test_who_serves_pages_does_not_load_what_only_the_worker_needs(tmp_path: Path) -> None:
    given = {"PORTAL_SECRET_KEY": SECRET, "PORTAL_INSTANCE": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-c", "import app, sys; print('huey' in sys.modules)"],
        cwd=ROOT,
        env=environment(given),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout.split() == ["False"], result.stderr
