"""Fixtures: applications over real databases of both kinds."""

import os
from collections.abc import Iterator
from zlib import crc32

import pytest
from flask import Flask

from tests.client import Reader, reader
from tests.databases import ENGINES, Databases, Engines

ON_BOTH = frozenset(
    {
        *(
            "e2e",
            "test_assessment",
            "test_erasing",
            "test_indexing",
            "test_jobs",
            "test_migrations",
        ),
        *("test_one_way", "test_pairing_races", "test_publishing_kills", "test_publishing_races"),
        *("test_retention", "test_search_quality", "test_worker"),
    }
)
"""Folders and files whose tests run on both engines each time: whole journeys, races, what is kept.

Of the others each runs on one, always the same; together they open every page and ask every query
on both. `--both-engines` runs everything on both.
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let everything be run on both engines."""
    parser.addoption("--both-engines", action="store_true", help="run every test on both engines")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave one engine to each test that need not run on both."""
    if config.getoption("--both-engines"):
        return
    kept, left = [], []
    for item in items:
        (kept if runs(item) else left).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def runs(item: pytest.Item) -> bool:
    """Tell whether a test runs on the engine that it would have."""
    engine = getattr(item, "callspec", None) and item.callspec.params.get("databases")  # type: ignore[attr-defined]
    if engine is None or ON_BOTH & {item.path.stem, item.path.parent.name}:
        return True
    others = item.nodeid.replace(engine, "")
    return engine == ENGINES[crc32(others.encode()) % len(ENGINES)]


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
