"""Forms of review: asking for a change, handing over, signing off, publishing on a day."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovPasswordInput,
    GovRadioInput,
    GovSelect,
    GovSubmitInput,
    GovTextArea,
)
from wtforms import (
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SubmitField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # not in stubs
from wtforms.validators import DataRequired, InputRequired, Length

from portal.publishing.forms import clean
from portal.publishing.reviewing import INTRUDER
from portal.ui.day_field import DayField

YES, NO = "yes", "no"


def reason_field(
    label: str, hint: str, missing: str, most: int = 500, more: Sequence[Any] = ()
) -> TextAreaField:
    """Return a field for a reason that has to be given; `more` are further validators."""
    return TextAreaField(
        label,
        description=hint,
        widget=GovTextArea(),
        filters=[clean],
        validators=[
            DataRequired(missing),
            Length(max=most, message=f"Shorten this to {most:,} characters"),
            *more,
        ],
    )


class RemarkForm(FlaskForm):
    """A change to ask for, at one section or field."""

    part = HiddenField()
    passage = TextAreaField(
        "Which words? (optional)",
        description="Copy them exactly. Leave it empty if you mean all of it",
        widget=GovTextArea(),
        filters=[clean],
        validators=[Length(max=500, message="Shorten the words to 500 characters")],
    )
    reason = reason_field(
        "What should change, and why?",
        "The author reads this once you send the changes",
        "Say what should change, and why",
        2000,
    )
    submit = SubmitField("Write the change down", widget=GovSubmitInput())


class HandOverForm(FlaskForm):
    """Another curator to hold a text."""

    to = SelectField("Hand over to", coerce=int, widget=GovSelect())
    submit = SubmitField("Hand over", widget=GovSubmitInput())

    def offer(self, curators: Sequence[tuple[int, str]]) -> None:
        """Offer curators as (number, name)."""
        self.to.choices = [SelectChoice(*one) for one in curators]


class DisclosureForm(FlaskForm):
    """The motivated-intruder checklist; `disclosure_form` adds its points."""

    text_hash = HiddenField()
    password = PasswordField(
        "Your password",
        description="To be sure that it is you who signs",
        widget=GovPasswordInput(),
        validators=[InputRequired("Enter your password")],
    )
    submit = SubmitField("Sign off for disclosure", widget=GovSubmitInput())

    @property
    def answers(self) -> dict[str, str]:
        """What was answered to each point."""
        return {key: self[key].data or "" for key in INTRUDER}


def disclosure_form(text_hash: str, points: Mapping[str, str] = INTRUDER) -> DisclosureForm:
    """Return the form with a question for each point, bound to the text that was read."""
    fields: dict[str, Any] = {
        key: RadioField(
            words,
            choices=[SelectChoice(YES, "Yes"), SelectChoice(NO, "No, or I am not sure")],
            widget=GovRadioInput(),
            validators=[InputRequired(f"Answer whether this holds: “{words}”")],
        )
        for key, words in points.items()
    }
    # before the password, also among the errors
    base = type("Points", (FlaskForm,), fields)
    made: DisclosureForm = type("WholeDisclosureForm", (DisclosureForm, base), {})(
        data={"text_hash": text_hash}
    )
    return made


class ScheduleForm(FlaskForm):
    """A day to publish on."""

    day = DayField("On which day?", description="It is published early that day")
    submit = SubmitField("Schedule it", widget=GovSubmitInput())


class ReopenForm(FlaskForm):
    """Why an approved text has to be reviewed again."""

    reason = reason_field(
        "Why has it to be reviewed again?",
        "Its author and the curators read this",
        "Say why it has to be reviewed again",
    )
    submit = SubmitField("Put it back into review", widget=GovSubmitInput())
