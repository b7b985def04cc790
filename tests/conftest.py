"""Fixtures: applications over real databases of both kinds."""

import os
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.client import Reader, reader
from tests.databases import ENGINES, Databases, Engines


def pytest_xdist_auto_num_workers() -> int:
    """Run three tests on two cores: many wait for servers, browsers and databases."""
    return max(2, (os.cpu_count() or 1) * 3 // 2)


@pytest.fixture(scope="session")
def engines() -> Iterator[Engines]:
    """The databases of both engines.

    Not `databases` itself: pytest ends what it made for one engine when a test of the other one
    comes, which under xdist is twice in every file.
    """
    with Engines() as kept:
        yield kept


@pytest.fixture(scope="session", params=ENGINES)
def databases(request: pytest.FixtureRequest, engines: Engines) -> Databases:
    """Databases on one engine; every test that asks runs once on each."""
    return engines.of(request.param)


@pytest.fixture(scope="session")
def library(databases: Databases) -> Flask:
    """The portal with the starter library and people, shared: tests only read it."""
    return databases.shared("stocked")


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
