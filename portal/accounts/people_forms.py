"""Forms of invitations, one or many, and of an authority's e-mail domains."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from govuk_frontend_wtf.wtforms_widgets import (
    GovFileInput,
    GovRadioInput,
    GovSubmitInput,
    GovTextArea,
    GovTextInput,
)
from wtforms import RadioField, StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal.accounts.many import LABELS, MOST_CHARACTERS
from portal.ui.filters import legible


def _clean(text: str | None) -> str | None:
    return text and legible(text).strip()


class InviteForm(FlaskForm):
    """One person's address and what they are invited as."""

    email = StringField(
        "Work e-mail address",
        widget=GovTextInput(),
        filters=[_clean],
        validators=[InputRequired("Enter a work e-mail address"), Length(max=254)],
    )
    choice = RadioField(
        "What would they be?",
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what they would be")],
    )
    submit = SubmitField("Send invitation", widget=GovSubmitInput())

    def offer(self, choices: Sequence[str]) -> None:
        """Offer `choices`; a single one is chosen already."""
        self.choice.choices = [(choice, LABELS[choice]) for choice in choices]
        if len(choices) == 1 and self.choice.data is None:
            self.choice.data = choices[0]


class InviteManyForm(FlaskForm):
    """A pasted list or a file."""

    text = TextAreaField(
        "E-mail addresses, one on each line",
        widget=GovTextArea(),
        filters=[_clean],
        validators=[
            Length(max=MOST_CHARACTERS, message="Send the list in smaller parts"),
        ],
    )
    file = FileField("Or choose a CSV file", widget=GovFileInput())
    check = SubmitField("Check the list", widget=GovSubmitInput())


class DomainsForm(FlaskForm):
    """The domains at which an authority's people may be invited."""

    domains = TextAreaField(
        "Domains, one on each line",
        widget=GovTextArea(),
        filters=[_clean],
        validators=[Length(max=20_000, message="Enter 50 domains or fewer")],
    )
    submit = SubmitField("Save", widget=GovSubmitInput())


class SureForm(FlaskForm):
    """A yes to what the page says; nothing but the token."""

    submit = SubmitField("Continue", widget=GovSubmitInput())
