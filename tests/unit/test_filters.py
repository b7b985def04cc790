"""Values as readers see them."""

from datetime import UTC, date, datetime

import pytest

from portal.ui.filters import count, day, moment


def test_a_day_is_written_in_the_style_of_gov_uk() -> None:
    assert day(date(2026, 11, 3)) == "3 November 2026"


def test_a_moment_is_written_as_the_english_day() -> None:
    assert day(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == "2 July 2026"
    assert day(datetime(2026, 1, 1, 23, 30, tzinfo=UTC)) == "1 January 2026"


def test_a_time_is_that_of_england_as_gov_uk_writes_it() -> None:
    assert moment(datetime(2026, 7, 1, 23, 5, tzinfo=UTC)) == "2 July 2026 at 12:05am"
    assert moment(datetime(2026, 1, 1, 12, 30, tzinfo=UTC)) == "1 January 2026 at 12:30pm"
    assert moment(None) == "Never"


def test_no_day_is_not_stated_and_never_made_up() -> None:
    assert day(None) == "Not stated"


@pytest.mark.parametrize(
    ("number", "written"),
    [(0, "0 documents"), (1, "1 document"), (2, "2 documents"), (1000, "1,000 documents")],
)
def test_a_number_agrees_with_its_noun(number: int, written: str) -> None:
    assert count(number, "document") == written


def test_a_noun_may_have_a_plural_of_its_own() -> None:
    assert count(1, "authority", "authorities") == "1 authority"
    assert count(153, "authority", "authorities") == "153 authorities"
