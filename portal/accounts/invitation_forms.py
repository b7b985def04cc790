"""Forms that take up an invitation."""

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovPasswordInput,
    GovRadioInput,
    GovSubmitInput,
    GovTextInput,
)
from wtforms import PasswordField, RadioField, StringField, SubmitField
from wtforms.validators import InputRequired, Length

from portal.accounts.password_forms import NewPasswordFields, new_password
from portal.ui.filters import legible


class NewcomerForm(NewPasswordFields):
    """Name and password of a new account."""

    name = StringField(
        "Your name",
        widget=GovTextInput(),
        filters=[lambda text: text and legible(text).strip()],
        validators=[
            InputRequired("Enter your name"),
            Length(max=200, message="Enter a name of at most 200 characters"),
        ],
    )
    password = new_password()  # after the name, also among the errors
    submit = SubmitField("Create account", widget=GovSubmitInput())


class AcceptForm(FlaskForm):
    """A yes of somebody who has an account, and what becomes of their other roles."""

    how = RadioField(
        "You are invited at another address. What has changed?",
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what has changed")],
    )
    password = PasswordField(
        "Your present password, if your e-mail address is to change",
        widget=GovPasswordInput(),
        validators=[Length(max=1000)],
    )
    submit = SubmitField("Accept invitation", widget=GovSubmitInput())

    @property
    def moves(self) -> bool:
        """Whether the invited address becomes the account's."""
        return "how" in self and self.how.data == "move"

    def offer(self, email: str, *, moves: bool) -> None:
        """Ask what has changed; `moves` says that there are roles elsewhere to give up."""
        changed = f"change my e-mail address to {email}"
        moved = (
            f"I have moved: {changed} and end my roles in other authorities"
            if moves
            else changed.capitalize()
        )
        self.how.choices = [
            ("add", "Add this role, and keep my e-mail address and whatever else I have"),
            ("move", moved),
        ]
