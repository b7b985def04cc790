"""A day in three boxes, as the design system asks for it."""

from datetime import date
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovDateInput
from wtforms import DateField

NO_DAY = "Enter a day that there is, for instance 31 1 2027"


class DayField(DateField):
    """A day that has to be given, with words of ours for what is none."""

    def __init__(self, label: str, **given: Any) -> None:
        super().__init__(label, format="%d %m %Y", widget=GovDateInput(), **given)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read day, month and year; an impossible day is told in plain words."""
        given = [value.strip() for value in valuelist][:3]
        # the widget shows again what was typed, and needs three of them
        self.raw_data = [*given, "", "", ""][:3]
        self.data = None
        if not any(given) and self.may_be_empty:
            return
        try:
            day, month, year = (int(value) for value in given)
            self.data = date(year, month, day)
        except ValueError:
            raise ValueError(NO_DAY) from None

    may_be_empty = False


class OptionalDayField(DayField):
    """A day that may be left out, but not a part of it."""

    may_be_empty = True
