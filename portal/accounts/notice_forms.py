"""The form of how often a person hears by e-mail."""

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSubmitInput
from wtforms import RadioField, SubmitField
from wtforms.validators import InputRequired

from portal.accounts.models import MailFrequency

LABELS = {
    MailFrequency.AT_ONCE: "At once, one e-mail for each notice",
    MailFrequency.DAILY: "Once a day, if there is anything new",
    MailFrequency.WEEKLY: "Once a week, on Mondays, if there is anything new",
    MailFrequency.NEVER: "Never",
}


class MailChoiceForm(FlaskForm):
    """At once, daily, weekly or never."""

    frequency = RadioField(
        "How often should we tell you by e-mail about new notices?",
        widget=GovRadioInput(),
        validators=[InputRequired("Choose how often we should write to you")],
    )
    submit = SubmitField("Save", widget=GovSubmitInput())

    def __init__(self) -> None:
        super().__init__()
        self.frequency.choices = [(frequency.value, label) for frequency, label in LABELS.items()]
