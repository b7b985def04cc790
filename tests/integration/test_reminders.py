"""Reminders of dates of review: once for each date and distance, to who sees to the document."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from portal.core import clock
from portal.library import reminders, service
from portal.library.reminders import DUE
from tests.client import reader
from tests.integration.keeping import change, own, told
from tests.integration.publishing import SECOND, acting, add_curators, vocabularies
from tests.people import ADMINISTRATOR, CURATOR, PRACTITIONER
from tests.work import work

TODAY = date(2026, 11, 26)
FAR = date(2029, 1, 1)
ONE = "guidance-001"


def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def due(app: Flask, references: list[str], days: int) -> None:
    """Let only these documents have to be read again, in so many days from `TODAY`."""
    change(app, review_by=FAR)
    change(app, references, review_by=TODAY + timedelta(days=days))


def remind(app: Flask, after: int = 0) -> None:
    """Let the worker remind whoever must be, so many days after `TODAY`."""
    with clock.frozen(on(TODAY + timedelta(days=after))), app.app_context():
        reminders.run()


def reminded(app: Flask, *people: object, after: int = 0) -> list[list[str]]:
    """Return what each person was told."""
    with clock.frozen(on(TODAY + timedelta(days=after))):
        return [[words for words, _ in told(app, person, DUE)] for person in people]  # type: ignore[arg-type]


@pytest.mark.parametrize("days", [60, 30, 0])
def test_the_owner_is_reminded_of_a_date_that_is_near(portal: Flask, days: int) -> None:
    own(portal, [ONE])
    due(portal, [ONE], days)
    remind(portal, after=-1)
    before = [] if days == 60 else [1]
    assert [len(words) for words in reminded(portal, CURATOR)] == [len(before)]
    remind(portal)
    (words,) = reminded(portal, CURATOR)
    assert len(words) == len(before) + 1
    assert words[-1].startswith(f"{ONE} must be read again by ")


def test_nobody_is_reminded_twice_when_the_worker_runs_twice(portal: Flask) -> None:
    own(portal, [ONE])
    due(portal, [ONE], 60)
    for after in (0, 0, 1, 2, 29):
        remind(portal, after)
    assert [len(words) for words in reminded(portal, CURATOR)] == [1]


def test_each_distance_is_told_once_until_the_day_itself(portal: Flask) -> None:
    own(portal, [ONE])
    due(portal, [ONE], 60)
    for after in range(0, 100, 5):
        remind(portal, after)
    assert [len(words) for words in reminded(portal, CURATOR, after=100)] == [3]


def test_a_worker_that_paused_makes_up_for_it_with_one_reminder(portal: Flask) -> None:
    own(portal, [ONE])
    due(portal, [ONE], 60)
    remind(portal, after=65)
    ((words,),) = reminded(portal, CURATOR, after=65)
    assert words.startswith(ONE)


def test_a_new_date_is_reminded_of_anew_and_the_old_reminder_goes(portal: Flask) -> None:
    own(portal, [ONE])
    due(portal, [ONE], 0)
    remind(portal)
    change(portal, [ONE], review_by=TODAY + timedelta(days=365))
    assert reminded(portal, CURATOR) == [[]]
    remind(portal, after=305)
    ((words,),) = reminded(portal, CURATOR, after=305)
    assert "by 26 November 2027" in words


def test_the_owner_alone_is_reminded(portal: Flask) -> None:
    add_curators(portal)
    own(portal, [ONE], SECOND)
    due(portal, [ONE], 30)
    remind(portal)
    people = (SECOND, CURATOR, PRACTITIONER, ADMINISTRATOR)
    assert [len(words) for words in reminded(portal, *people)] == [1, 0, 0, 0]


def test_every_curator_is_reminded_of_what_nobody_owns(portal: Flask) -> None:
    add_curators(portal)
    due(portal, [ONE], 30)
    remind(portal)
    people = (CURATOR, SECOND, PRACTITIONER, ADMINISTRATOR)
    assert [len(words) for words in reminded(portal, *people)] == [1, 1, 0, 0]


def test_what_is_due_together_is_told_together(portal: Flask) -> None:
    references = [ONE, "guidance-002", "protocol-001"]
    due(portal, references, 30)
    remind(portal)
    ((words,),) = reminded(portal, CURATOR)
    assert words == "3 documents must be read again by 26 December 2026"
    with clock.frozen(on(TODAY)):
        page = reader(portal, CURATOR).page(told(portal, CURATOR, DUE)[0][1])
    assert all(f"/library/{reference}/history" in page.links.values() for reference in references)


def test_nobody_is_reminded_of_a_withdrawn_document(portal: Flask) -> None:
    own(portal, [ONE])
    due(portal, [ONE], 30)
    remind(portal)
    with acting(portal, CURATOR) as (session, actor):
        service.withdraw(
            session,
            actor=actor,
            reference=ONE,
            reason="No longer right.",
            vocabularies=vocabularies(portal),
        )
    remind(portal, after=30)
    assert reminded(portal, CURATOR, after=30) == [[]]


def test_a_reminder_goes_to_another_owner_with_the_document(portal: Flask) -> None:
    add_curators(portal)
    due(portal, [ONE], 30)
    remind(portal)
    own(portal, [ONE], SECOND)
    assert [len(words) for words in reminded(portal, CURATOR, SECOND)] == [0, 1]


def test_the_worker_reminds_every_day(portal: Flask) -> None:
    own(portal, [ONE])
    due(portal, [ONE], 30)
    with clock.frozen(on(TODAY)):
        work(portal, scheduled=True)
    assert [len(words) for words in reminded(portal, CURATOR)] == [1]


def test_readers_see_that_a_document_should_have_been_read_again(portal: Flask) -> None:
    due(portal, [ONE], -1)
    with clock.frozen(on(TODAY)):
        page = reader(portal, PRACTITIONER).page(f"/library/{ONE}").text
    assert "This should have been read again by 25 November 2026" in page
