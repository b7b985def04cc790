"""Forms of the desk."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovSelect, GovSubmitInput
from wtforms import SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # not in stubs


class OwnersForm(FlaskForm):
    """Who sees to some documents from now on."""

    owner = SelectField("Who sees to them from now on?", coerce=int, widget=GovSelect())
    submit = SubmitField("Give them this owner", widget=GovSubmitInput())

    def offer(self, curators: Sequence[tuple[int, str]]) -> None:
        """Offer curators as (number, name)."""
        self.owner.choices = [SelectChoice(*one) for one in curators]
