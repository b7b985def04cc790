"""Two processes that accept the last place at the same moment: one pair, one clear message."""

from flask import Flask

from benchmarks import races
from portal.core.database import short_transaction
from tests.workers import settings_of


def test_two_processes_accept_the_last_place(empty_portal: Flask) -> None:
    with empty_portal.app_context(), short_transaction() as session:
        races.prepare(session)
    found = races.run(settings_of(empty_portal), empty_portal, races=10)
    assert found == {"one pair, one told why": 10}
