"""The form that finds a person."""

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovSubmitInput, GovTextInput
from wtforms import StringField, SubmitField
from wtforms.validators import InputRequired, Length

from portal.ui.filters import legible


class FindForm(FlaskForm):
    """An e-mail address; a rejected form keeps it."""

    class Meta:
        csrf = False  # it changes nothing, so there is nothing to forge

    email = StringField(
        "E-mail address",
        widget=GovTextInput(),
        filters=[lambda text: text and legible(text).strip()],
        validators=[
            InputRequired("Enter an e-mail address"),
            Length(max=254, message="Enter an e-mail address of at most 254 characters"),
        ],
    )
    submit = SubmitField("Find", widget=GovSubmitInput())
