"""One source of the time; days are days in England."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.core import clock

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_now_is_now_and_knows_its_zone() -> None:
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
    assert clock.now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 7, 1, 23, 30, tzinfo=UTC), date(2026, 7, 2)),
        (datetime(2026, 7, 1, 22, 59, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 1, 1, 23, 30, tzinfo=UTC), date(2026, 1, 1)),
    ],
)
def test_a_review_falls_due_on_the_english_day(moment: datetime, day: date) -> None:
    with clock.frozen(moment):
        assert clock.today() == day


def test_the_clock_goes_on_after_it_was_held() -> None:
    with pytest.raises(ZeroDivisionError), clock.frozen(NOON):
        _ = 1 / 0
    assert clock.now() != NOON


def test_a_clock_held_twice_goes_back_to_the_first_moment() -> None:
    with clock.frozen(NOON):
        with clock.frozen(NOON + timedelta(days=1)):
            assert clock.now() == NOON + timedelta(days=1)
        assert clock.now() == NOON
