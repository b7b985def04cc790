"""The sign-in form."""

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput, GovSubmitInput, GovTextInput
from wtforms import PasswordField, StringField, SubmitField
from wtforms.validators import InputRequired, Length


def _printable(text: str | None) -> str | None:
    """Leave out what no keyboard types and no database keeps."""
    return text and "".join(c for c in text if c.isprintable())


class SignInForm(FlaskForm):
    """E-mail address and password; a rejected form keeps the address."""

    email = StringField(
        "E-mail address",
        widget=GovTextInput(),
        filters=[_printable],
        validators=[InputRequired("Enter your e-mail address"), Length(max=254)],
    )
    password = PasswordField(
        "Password",
        widget=GovPasswordInput(),
        validators=[InputRequired("Enter your password"), Length(max=1000)],
    )
    submit = SubmitField("Sign in", widget=GovSubmitInput())
