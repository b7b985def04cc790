"""The form in which somebody leaves the service."""

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput, GovRadioInput, GovSubmitInput
from wtforms import PasswordField, RadioField, SubmitField
from wtforms.validators import InputRequired, Length

CLOSE, ERASE = "close", "erase"


class LeaveForm(FlaskForm):
    """What becomes of the name, and the password again; a rejected form keeps the choice alone."""

    how = RadioField(
        "What should happen to your name?",
        description="In either case you are signed out and can’t sign in again",
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what should happen to your name")],
    )
    password = PasswordField(
        "Password",
        widget=GovPasswordInput(),
        validators=[InputRequired("Enter your password"), Length(max=1000)],
    )
    submit = SubmitField("Leave the service", widget=GovSubmitInput())

    def offer(self, days: int) -> None:
        """Offer to keep the name for so many days, or not at all."""
        self.how.choices = [
            (CLOSE, f"Close my account; my name and address are erased after {days} days"),
            (ERASE, "Erase my name and address now"),
        ]
