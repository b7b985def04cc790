"""Forms in which a password is chosen."""

from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput, GovSubmitInput, GovTextInput
from wtforms import EmailField, PasswordField, SubmitField
from wtforms.validators import InputRequired, Length

from portal.accounts.passwords import MINIMUM_LENGTH
from portal.core.errors import DomainError
from portal.ui.filters import legible


class NewPasswordInput(GovPasswordInput):
    """GOV.UK's field with “Show”, in which a browser offers to make up and keep a password."""

    def map_gov_params(self, field: Any, **kwargs: Any) -> dict[str, Any]:
        """Add what tells password managers that this one is new."""
        params: dict[str, Any] = super().map_gov_params(field, **kwargs)
        return params | {"autocomplete": "new-password"}


def new_password(label: str = "Password") -> PasswordField:
    """Return the field for a new password: asked for once, since it can be shown; paste works."""
    return PasswordField(
        label,
        description=(
            f"At least {MINIMUM_LENGTH} characters. "
            "Three words that don’t belong together are good."
        ),
        widget=NewPasswordInput(),
        validators=[InputRequired(f"Enter a {label.lower()}")],
    )


class NewPasswordFields(FlaskForm):
    """A form with the one field for a new password.

    The rule needs to know whose password it is: the service checks it (`passwords.check`) and the
    view puts its words on the field with `refuse`.
    """

    password = new_password()

    def refuse(self, error: DomainError) -> None:
        """Put the reason why a password is not taken on its field."""
        self.password.errors = [str(error)]


class ResetForm(NewPasswordFields):
    """A new password for somebody who came by a link."""

    password = new_password("New password")
    submit = SubmitField("Save new password", widget=GovSubmitInput())


class ChangeForm(NewPasswordFields):
    """The present password, then the new one."""

    present_password = PasswordField(
        "Present password",
        widget=GovPasswordInput(),
        validators=[InputRequired("Enter your present password"), Length(max=1000)],
    )
    password = new_password("New password")
    submit = SubmitField("Change password", widget=GovSubmitInput())


class ForgottenForm(FlaskForm):
    """The e-mail address of an account; a rejected form keeps it."""

    email = EmailField(
        "E-mail address",
        widget=GovTextInput(),
        filters=[lambda text: text and legible(text).strip()],
        validators=[
            InputRequired("Enter your e-mail address"),
            Length(max=254, message="Enter an e-mail address of at most 254 characters"),
        ],
    )
    submit = SubmitField("Send me a link", widget=GovSubmitInput())
