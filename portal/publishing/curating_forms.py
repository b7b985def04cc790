"""Forms about a published document: its next version, its end, who sees to it."""

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxInput,
    GovPasswordInput,
    GovRadioInput,
    GovSelect,
    GovSubmitInput,
)
from wtforms import (
    BooleanField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SubmitField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # not in stubs
from wtforms.validators import InputRequired

from portal.disclosure.findings import Tier
from portal.library.public_words import Public
from portal.publishing.review_forms import reason_field
from portal.ui.day_field import DayField


def _public_reason(label: str, hint: str, tier: Tier) -> Any:
    public = Public(tier, "reason")
    return reason_field(label, hint, "Give a reason that readers can see", more=[public])


class EditForm(FlaskForm):
    """Why a document is changed."""

    why = reason_field(
        "What will you change, and why?",
        "This stands in the history of the document",
        "Say what you will change, and why",
    )
    submit = SubmitField("Start the edit", widget=GovSubmitInput())


class GiveUpForm(FlaskForm):
    """Why a colleague's edit is given up."""

    edit = HiddenField()
    """Its number: of the edit that was shown, not of one that was begun since."""
    why = reason_field(
        "Why can’t it wait?",
        "Whoever wrote it reads this. It stands beside their text",
        "Say why it can’t wait",
    )
    submit = SubmitField("Give up their edit", widget=GovSubmitInput())


class WithdrawForm(FlaskForm):
    """Taking a document away, with a reason for readers."""

    reason = _public_reason(
        "Reason",
        "Whoever comes to its address reads this. No names, and nothing of the case",
        Tier.CERTAIN,
    )
    submit = SubmitField("Withdraw it", widget=GovSubmitInput())


class SupersedeForm(FlaskForm):
    """What stands in the place of a document."""

    successor = RadioField(
        "Which document takes its place?",
        widget=GovRadioInput(),
        validators=[InputRequired("Choose the document that takes its place")],
    )
    reason = _public_reason(
        "Reason",
        "Whoever comes to its address reads this, for instance “The law has changed”",
        Tier.CERTAIN,
    )
    submit = SubmitField("Replace it", widget=GovSubmitInput())

    def offer(self, documents: Sequence[Any]) -> None:
        """Offer documents as (reference, title)."""
        self.successor.choices = [
            SelectChoice(reference, f"{title} ({reference})") for reference, title in documents
        ]


class TakeDownForm(FlaskForm):
    """Removing a document and every word of it."""

    reason = _public_reason(
        "Reason",
        "Whoever comes to its address reads this. It must not repeat what was wrong: write “It "
        "held details that could identify somebody”, not which",
        Tier.LIKELY,
    )
    sure = BooleanField(
        "I understand that the text can’t be brought back",
        widget=GovCheckboxInput(),
        validators=[InputRequired("Tick the box to take it down")],
    )
    password = PasswordField(
        "Your password",
        description="To be sure that it is you who removes it",
        widget=GovPasswordInput(),
        validators=[InputRequired("Enter your password")],
    )
    submit = SubmitField("Take it down now", widget=GovSubmitInput())


class OwnerForm(FlaskForm):
    """Who sees to it that a document is read again in time."""

    owner = SelectField("Owner", coerce=int, widget=GovSelect())
    submit = SubmitField("Save", widget=GovSubmitInput())

    def offer(self, curators: Sequence[tuple[int, str]]) -> None:
        """Offer curators as (number, name)."""
        self.owner.choices = [SelectChoice(*one) for one in curators]


class ReadAgainForm(FlaskForm):
    """That a document was read again and still holds."""

    instead_of = HiddenField()
    marks = HiddenField()
    review_by = DayField("By when must it be read again?")
    sure = BooleanField(
        "I have read all of it today, with the law as it is now, and it still holds",
        widget=GovCheckboxInput(),
        validators=[InputRequired("Tick the box if you have read it and it still holds")],
    )
    submit = SubmitField("Put it on record", widget=GovSubmitInput())
