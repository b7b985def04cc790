"""Forms about instruments of law: a record of one, and that one is in force no more."""

from collections.abc import Sequence
from datetime import date

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovSelect,
    GovSubmitInput,
    GovTextArea,
    GovTextInput,
)
from wtforms import Field, HiddenField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # not in stubs
from wtforms.validators import InputRequired, Length, ValidationError

from portal.core import clock
from portal.disclosure.findings import Tier
from portal.library.public_words import Public
from portal.ui.day_field import DayField, OptionalDayField
from portal.ui.filters import legible

NOTHING = 0
"""Chosen where no instrument takes the place of one."""
EARLIEST = date(1800, 1, 1)


def _clean(text: str | None) -> str | None:
    return text and legible(text).replace("\r\n", "\n").strip()


def _day_there_is(form: FlaskForm, field: Field) -> None:
    if field.data and field.data < EARLIEST:
        raise ValidationError(f"Enter a day from {EARLIEST.year} on")


def _not_to_come(form: FlaskForm, field: Field) -> None:
    if field.data and field.data > clock.today():
        raise ValidationError("Choose today or a day before: say it on the day the law changes")


def _note(hint: str) -> TextAreaField:
    return TextAreaField(
        "Note (optional)",
        description=hint,
        widget=GovTextArea(),
        filters=[_clean],
        validators=[
            Length(max=1000, message="Shorten the note to 1,000 characters"),
            Public(Tier.CERTAIN, "note"),
        ],
    )


class InstrumentForm(FlaskForm):
    """A record of an instrument."""

    name = StringField(
        "Full name",
        description="With its year, exactly as documents cite it, for instance “Children Act 1989”",
        widget=GovTextInput(),
        filters=[_clean],
        validators=[
            InputRequired("Enter the full name"),
            Length(max=200, message="Shorten the name to 200 characters"),
        ],
    )
    in_force_from = OptionalDayField(
        "In force from (optional)",
        description="For instance 31 1 2027",
        validators=[_day_there_is],
    )
    note = _note("For curators, and once it is superseded for readers too")
    instead_of = HiddenField()
    submit = SubmitField("Save", widget=GovSubmitInput())


class SupersedeForm(FlaskForm):
    """That an instrument is in force no more."""

    successor = SelectField("What takes its place?", coerce=int, widget=GovSelect())
    ended_on = DayField(
        "Since when is it no longer in force?",
        description="Today or a day before, for instance 31 10 2026",
        validators=[_day_there_is, _not_to_come],
    )
    note = _note("What has changed. Readers see this on every document that rests on it")
    seen = HiddenField()
    submit = SubmitField("Continue", widget=GovSubmitInput())

    def offer(self, instruments: Sequence[tuple[int, str]]) -> None:
        """Offer what is in force as (number, name)."""
        self.successor.choices = [
            SelectChoice(NOTHING, "Nothing, or it is not recorded"),
            *(SelectChoice(*one) for one in instruments),
        ]
