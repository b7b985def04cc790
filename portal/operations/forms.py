"""Forms of the room."""

import re

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovSubmitInput, GovTextInput
from wtforms import StringField, SubmitField
from wtforms.validators import Length

from portal.ui.filters import legible

_REFERENCE = re.compile("[a-z]+-[0-9]{3,}")


def _clean(text: str | None) -> str:
    return legible(text or "").strip().lower()


class AccessForm(FlaskForm):
    """Who can see what: a person by e-mail address, a document by its reference, or both."""

    class Meta:
        csrf = False  # it changes nothing, so there is nothing to forge

    email = StringField(
        "E-mail address of the person",
        widget=GovTextInput(),
        filters=[_clean],
        validators=[Length(max=254, message="Enter an e-mail address of at most 254 characters")],
    )
    reference = StringField(
        "Reference of the document",
        widget=GovTextInput(),
        filters=[_clean],
        validators=[Length(max=40, message="Enter a reference like case-004")],
    )
    submit = SubmitField("Explain", widget=GovSubmitInput())

    def validate(self, extra_validators: object = None) -> bool:
        """Ask for at least one of the two, and for a reference that can be one."""
        if not super().validate(extra_validators):
            return False
        if not self.email.data and not self.reference.data:
            self.email.errors = ["Enter an e-mail address, a document’s reference, or both"]
            return False
        if self.reference.data and not _REFERENCE.fullmatch(self.reference.data):
            self.reference.errors = [
                "Enter a reference like case-004: it ends a document’s address"
            ]
            return False
        return True
