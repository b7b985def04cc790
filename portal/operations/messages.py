"""Messages to the worker, carried by huey: "do this job". The table of jobs is the truth.

A message that is lost is sent again by the worker's sweep, one that comes twice finds its job
claimed. Importing this costs some megabytes of memory: only who sends or takes messages does.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from huey.api import Huey
from huey.serializer import SignedSerializer
from huey.storage import PostgresStorage, SqliteStorage

from portal.core import jobs
from portal.core.config import Settings
from portal.core.database import db, reading

FILE = "messages.sqlite"
_log = logging.getLogger(__name__)


class _File(SqliteStorage):
    """A file beside the database, where there is no server.

    Its last messages may be lost in a power cut, but it is whole afterwards.
    """

    def _create_connection(self) -> Any:
        connection = super()._create_connection()
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection


class Messages:
    """The queue of one process. What it was opened on may go away: each call may raise."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        # a message is unpickled, so it must be ours
        signed = SignedSerializer(secret=app.config["SECRET_KEY"], salt="jobs")
        storage, alone = _storage(app)
        self.huey = Huey("portal", results=False, serializer=signed, create_tables=False, **storage)
        with alone:
            self.huey.storage.initialize_schema()

        def run(job_id: int) -> None:
            try:
                with app.app_context():
                    jobs.run(app.extensions["jobs"], job_id)
            except Exception as error:  # the database is out of reach: the job's lease tells of it
                _log.error("job %s was not claimed or not kept: %s", job_id, type(error).__name__)

        self._send: Callable[[int], object] = self.huey.task(name="run")(run)

    def hand_over(self) -> int:
        """Send the jobs that are due, unless there are messages already; return how many.

        So the queue stays short whatever happens, and what was not sent is sent by a later sweep.
        """
        if self.huey.pending_count():
            return 0
        with self._app.app_context(), reading():
            due = jobs.due(db.session)
        for job_id in due:
            self._send(job_id)
        return len(due)

    def close(self) -> None:
        """Give the connection back; it is opened again when it is needed."""
        self.huey.storage.close()


def _storage(app: Flask) -> tuple[dict[str, Any], AbstractContextManager[object]]:
    """Return where huey keeps messages, and what makes sure that one process prepares it."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "postgresql":
        given, named = engine.dialect.create_connect_args(engine.url)

        def connect() -> Any:
            return psycopg.connect(*given, **named)

        storage = {
            "storage_class": PostgresStorage,
            "connection": connect,
            # asked every second: no second connection for each thread, and none that a pool breaks
            "blocking": False,
            "table_prefix": "huey",
        }
        return storage, _alone(connect)
    settings: Settings = app.extensions["settings"]
    path = settings.instance / FILE
    path.touch(mode=0o600)
    _throw_away_if_damaged(path)
    return {"storage_class": _File, "filename": str(path)}, nullcontext()  # a file locks itself


@contextmanager
def _alone(connect: Callable[[], Any]) -> Iterator[None]:
    # of two who create a table "if it does not exist" one fails
    with connect() as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('portal.messages'))")
        yield


def _throw_away_if_damaged(path: Path) -> None:
    connection = sqlite3.connect(path)
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema")
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
            path.with_name(name).unlink(missing_ok=True)
    finally:
        connection.close()
