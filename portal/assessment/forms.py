"""Forms of the lead's side: stating a position, opening a round, making links."""

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovCheckboxInput,
    GovRadioInput,
    GovSubmitInput,
    GovTextArea,
    GovTextInput,
)
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    SubmitField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # not in stubs
from wtforms.validators import InputRequired, Length, NumberRange

from portal.assessment import subjects
from portal.assessment.instrument import DONT_KNOW, PLACES, SCALE, Instrument
from portal.assessment.positions import NOT_SETTLED
from portal.assessment.waves import MOST_AT_ONCE
from portal.ui.filters import legible

MOST_NOTE = 2000
_HOW_MANY = f"Enter a whole number from 1 to {MOST_AT_ONCE}"
_NOT_SETTLED = (NOT_SETTLED, "Not settled")


class SignForm(FlaskForm):
    """The part of a position that is the same in every edition."""

    instead_of = HiddenField(default="0")
    note = TextAreaField(
        "What stands behind it (optional)",
        description="When and by whom it was agreed, what was left open. No details of any case",
        widget=GovTextArea(),
        filters=[lambda text: text and legible(text).strip()],
        validators=[Length(max=MOST_NOTE, message=f"Shorten this to {MOST_NOTE:,} characters")],
    )
    sign = BooleanField(
        "This is what the authority has agreed, and I sign it as its strategic lead",
        widget=GovCheckboxInput(),
        validators=[InputRequired("Tick the box to sign")],
    )
    submit = SubmitField("Sign the position", widget=GovSubmitInput())

    def stated(self, instrument: Instrument) -> dict[str, str]:
        """Return what was chosen, by subject."""
        return {s.name: self[s.name].data or "" for s in subjects.stated(instrument)}


def position_form(
    instrument: Instrument, stated: Mapping[str, str] | None, **given: Any
) -> SignForm:
    """Return the form of a position, filled with the one in force, if there is one."""
    fields: dict[str, Any] = {}
    for subject in subjects.stated(instrument):
        fields[subject.name] = RadioField(
            label_of(instrument, subject),
            choices=[SelectChoice(*one) for one in (*stateable_choices(subject), _NOT_SETTLED)],
            widget=GovRadioInput(),
            validators=[InputRequired("Choose an answer, or “Not settled”")],
        )
    data: dict[str, Any] = dict(given)
    if stated is not None:
        settled = {name: stated.get(name, NOT_SETTLED) for name in fields}
        data |= settled
    made: SignForm = type("PositionForm", (SignForm,), fields)(data=data)
    return made


def stateable_choices(subject: subjects.Subject) -> list[tuple[str, str]]:
    """Return the answers that can be a position, with their words."""
    if subject.kind == subjects.Kind.TIER:
        return [(key, words) for key, words in PLACES if key != DONT_KNOW]
    return [(str(point), words) for point, words in SCALE]


def label_of(instrument: Instrument, subject: subjects.Subject) -> str:
    """Return the words under which a lead states a position."""
    if subject.kind == subjects.Kind.TIER:
        return next(v.title for v in instrument.vignettes if v.key == subject.key)
    return next(item.position_text for item in instrument.items if item.key == subject.key)


class OpenForm(FlaskForm):
    """A round of asking."""

    weeks = RadioField(
        "How long should staff be able to answer?",
        description="You see results after the last day, or once you close it",
        choices=[SelectChoice(str(weeks), f"{weeks} weeks") for weeks in (2, 3, 4, 8)],
        default="3",
        widget=GovRadioInput(),
        validators=[InputRequired("Choose how long")],
    )
    ways = SelectMultipleField(
        "Besides links that work once",
        choices=[
            SelectChoice(
                "shared", "Make one shared link too. It can’t prevent anybody from answering twice"
            ),
            SelectChoice("tell", "Tell staff who have an account; each can take one link"),
        ],
        widget=GovCheckboxesInput(),
    )
    submit = SubmitField("Start asking", widget=GovSubmitInput())


class WholeNumber(IntegerField):
    """A number, with words of ours for what is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read a whole number; leave an empty field to the validators."""
        try:
            self.data = int(valuelist[0]) if valuelist and valuelist[0].strip() else None
        except ValueError:
            self.data = None
            raise ValueError(_HOW_MANY) from None


class LinksForm(FlaskForm):
    """How many single-use links to make."""

    number = WholeNumber(
        "How many links do you need now?",
        description=f"Up to {MOST_AT_ONCE} at a time. You can make more later",
        widget=GovTextInput(),
        validators=[
            InputRequired(_HOW_MANY),
            NumberRange(1, MOST_AT_ONCE, _HOW_MANY),
        ],
    )
    submit = SubmitField("Make links", widget=GovSubmitInput())


class SureForm(FlaskForm):
    """A yes to something that can't be undone."""

    submit = SubmitField("Yes", widget=GovSubmitInput())
