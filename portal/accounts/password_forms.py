"""Fields for a new password."""

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length


class NewPasswordFields(FlaskForm):
    """A new password, typed once and shown if wanted."""

    password = PasswordField(
        "Password",
        widget=GovPasswordInput(),
        validators=[InputRequired("Enter a password"), Length(max=200)],
    )
