"""The database: one base, one session a request, one place that commits.

On SQLite a transaction that may write is begun as `BEGIN IMMEDIATE`: a reader that turns writer
half-way would fail at once on a newer snapshot, whatever the time-out. A request that reads begins
none, and on both databases it cannot write.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from inspect import iscoroutinefunction
from typing import Any

from flask import Flask
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, MetaData, event
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

PATIENCE = 10.0
"""Seconds that a writer waits for another one on SQLite."""
_patience: ContextVar[float] = ContextVar("patience", default=PATIENCE)
_may_write: ContextVar[bool] = ContextVar("may_write", default=True)


class Base(DeclarativeBase):
    """Base of every model; constraints are named so that migrations can find them again."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """A timezone-aware moment, kept in UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment: nobody can tell what it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a timezone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back UTC; SQLite forgets the zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


db = SQLAlchemy()


def init_app(app: Flask, address: str) -> None:
    """Connect `app` to the database at `address`."""
    options = {
        "url": address,
        "pool_pre_ping": not address.startswith("sqlite"),
        # parameters may be case text or an address; neither belongs in a log
        "hide_parameters": True,
    }
    app.config["SQLALCHEMY_ENGINES"] = {"default": options}
    db.init_app(app)
    # there are no asynchronous sessions to close, and asking costs a thread for each request
    app.teardown_appcontext_funcs = [
        close for close in app.teardown_appcontext_funcs if not iscoroutinefunction(close)
    ]
    with app.app_context():
        prepare = _prepare_sqlite if db.engine.dialect.name == "sqlite" else _prepare_postgresql
        prepare(db.engine)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = WAL")
        # an acknowledged save survives a power cut, as on PostgreSQL
        connection.execute("PRAGMA synchronous = FULL")
        # what is deleted is overwritten: an erased name does not stay behind in the file
        connection.execute("PRAGMA secure_delete = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # a reader sees each statement's own snapshot, as on PostgreSQL
        if not _may_write.get():
            connection.exec_driver_sql("PRAGMA query_only = ON")
            return
        connection.exec_driver_sql("PRAGMA query_only = OFF")
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(_patience.get() * 1000)}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.connection.dbapi_connection.read_only = not _may_write.get()
        if _may_write.get() and _patience.get() != PATIENCE:
            milliseconds = max(1, int(_patience.get() * 1000))  # 0 would mean for ever
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")


@contextmanager
def reading() -> Iterator[None]:
    """Begin the transactions of this context as readers.

    They never wait for a writer, and the database refuses what they would write.
    """
    token = _may_write.set(False)
    try:
        yield
    finally:
        _may_write.reset(token)


def may_write() -> bool:
    """Tell whether the transactions of this context are begun to write."""
    return _may_write.get()


def clear_log(engine: Engine) -> None:
    """On SQLite, move everything out of the write-ahead log, which keeps pages as they were."""
    if engine.dialect.name == "sqlite":
        with reading(), engine.connect() as connection:
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def commit() -> None:
    """Commit the session of this application context: the only commit of a request or command."""
    _commit(db.session)


def changed(session: Session, topic: str) -> None:
    """Note that the transaction of `session` changes what others in this process follow."""
    session.info.setdefault("changed", set()).add(topic)


def changes(session: Session) -> set[str]:
    """Return the topics of the transaction that has just ended, and forget them."""
    topics: set[str] = session.info.pop("changed", set())
    return topics


@contextmanager
def short_transaction(patience: float = PATIENCE) -> Iterator[Session]:
    """Give a session of its own that is committed at the end, whatever becomes of the request.

    For what must stay on record when the request rolls back or only reads: failed sign-ins, the
    touch of a session, the audit of a download. It waits `patience` seconds for another writer (on
    PostgreSQL for ever by default), and on SQLite must not be used while the request's own session
    has begun to write.
    """
    writing, waiting = _may_write.set(True), _patience.set(patience)
    try:
        with db.sessionmaker() as session:
            yield session
            _commit(session)
    finally:
        _may_write.reset(writing)
        _patience.reset(waiting)


def _commit(session: Session) -> None:
    session.commit()
