"""The worker: huey's threads do the jobs, and a sweep finds those that are due."""

import logging
import os
import signal
import sqlite3
import time
from collections.abc import Callable
from threading import Lock
from typing import Any

import psycopg
from flask import Flask
from huey.consumer import Consumer, ConsumerStopped, Scheduler, Worker
from sqlalchemy.exc import SQLAlchemyError

from portal.core.database import db, reading, short_transaction
from portal.core.jobs import Jobs
from portal.operations.messages import Messages

SWEEP = 2
"""Seconds between two looks for jobs that are due; a retry can be late by as much."""
LOOK = 1.0
"""Seconds after which an idle thread looks for a message."""
PATIENCE = 20
"""Seconds that the worker takes to finish what it is doing; the rest is done again elsewhere."""
TRY_AGAIN = 5.0  # seconds
OUT_OF_REACH = (OSError, sqlite3.Error, psycopg.Error, SQLAlchemyError)
_log = logging.getLogger(__name__)


class Trouble:
    """Says in one line that the database is out of reach, and in another that it is back."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._met = False

    def met(self, error: Exception) -> None:
        """Say it, unless it has been said already."""
        with self._lock:
            first, self._met = not self._met, True
        if first:
            reason = type(error).__name__
            _log.error(
                "The worker can’t use the database (%s) and tries again until it can", reason
            )

    def over(self) -> None:
        """Say that the trouble, if there was any, is over."""
        with self._lock:
            there, self._met = self._met, False
        if there:
            _log.warning("The worker can use the database again")


def sweep(app: Flask, messages: Messages) -> int:
    """Ask for scheduled work whose slot has begun, and hand over what is due; return how much."""
    jobs: Jobs = app.extensions["jobs"]
    with app.app_context():
        with reading():
            missing = jobs.missing(db.session)
        if missing:
            with short_transaction() as session:
                jobs.add_due(session)
    return messages.hand_over()


class _Sweeper(Scheduler):
    """Sweeps in the place of huey's own schedule, which the table of jobs stands for."""

    def __init__(self, *, sweep: Callable[[], object], trouble: Trouble, **given: Any) -> None:
        super().__init__(**given)
        self._sweep = sweep
        self._trouble = trouble

    def loop(self, now: Any = None) -> None:
        try:
            self._sweep()
        except Exception as error:  # whatever it is, the next sweep may succeed
            self._trouble.met(error)
        else:
            self._trouble.over()
        self.stop_flag.wait(self.interval)


class _Hand(Worker):
    """Takes messages and does what they say, one at a time."""

    def __init__(self, *, trouble: Trouble, **given: Any) -> None:
        super().__init__(**given)
        self._trouble = trouble

    def loop(self, now: Any = None) -> None:
        try:
            task = self.huey.dequeue()
            if task is not None:
                self.delay = self.default_delay
                self.huey.execute(task, now)
                return
        except OUT_OF_REACH as error:
            self._trouble.met(error)
        except Exception as error:  # not signed by us, or of another version
            _log.error("A message was thrown away: %s", type(error).__name__)
        self.sleep()


class _Consumer(Consumer):
    """Huey's threads, ended in good order by every signal, and with the process that began it."""

    def __init__(self, app: Flask, messages: Messages, trouble: Trouble, **given: Any) -> None:
        self._app, self._messages, self._trouble = app, messages, trouble
        self._parent: int | None = given.pop("parent")
        super().__init__(
            messages.huey,
            periodic=False,
            max_delay=LOOK,
            scheduler_interval=SWEEP,
            shutdown_timeout=PATIENCE,
            **given,
        )
        ended_by = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        self._signal_actions = dict.fromkeys(ended_by, (False, True))  # no restart, in good order

    def _create_worker(self) -> Worker:
        return _Hand(
            trouble=self._trouble,
            huey=self.huey,
            stop_flag=self.stop_flag,
            default_delay=self.default_delay,
            max_delay=self.max_delay,
            backoff=self.backoff,
        )

    def _create_scheduler(self) -> Scheduler:
        return _Sweeper(
            sweep=lambda: sweep(self._app, self._messages),
            trouble=self._trouble,
            huey=self.huey,
            stop_flag=self.stop_flag,
            interval=self.scheduler_interval,
            periodic=False,
        )

    def loop(self, health_check_ts: float | None = None) -> Any:
        if _orphaned(self._parent):
            self.stop(graceful=True)
            raise ConsumerStopped
        return super().loop(health_check_ts)


def _orphaned(parent: int | None) -> bool:
    return parent is not None and os.getppid() != parent


def work(app: Flask, *, threads: int, parent: int | None = None) -> None:
    """Do jobs in a number of threads until a signal, or the end of the process `parent`."""
    logging.basicConfig(format="%(asctime)s %(message)s")
    trouble = Trouble()
    while not _orphaned(parent):
        try:
            messages = Messages(app)
        except OUT_OF_REACH as error:
            trouble.met(error)
            time.sleep(TRY_AGAIN)
        else:
            _Consumer(app, messages, trouble, workers=threads, parent=parent).run()
            return
