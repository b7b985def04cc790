"""Fixtures of tests of several files here."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.databases import Databases
from tests.integration import publishing  # what is staffed


@pytest.fixture
def staffed(databases: Databases) -> Iterator[Flask]:
    """The portal with three curators, for one test alone."""
    app = databases.make(publishing.STAFFED)
    yield app
    databases.drop(app)
