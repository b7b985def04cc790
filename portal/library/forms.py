"""Forms of the room."""

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovSelect, GovSubmitInput, GovTextArea
from wtforms import SelectField, SubmitField, TextAreaField
from wtforms.validators import DataRequired, Length

from portal.library.demand import WISHED_FOR
from portal.library.vocabularies import NOT_STATED, Vocabularies
from portal.ui.filters import legible

MOST_CHARACTERS = 30_000
"""About 5 000 words."""


class SituationForm(FlaskForm):
    """A situation in someone's own words; nothing is done with it but to look for cases."""

    class Meta:
        csrf = False  # it changes nothing, so there is nothing to forge

    situation = TextAreaField(
        "Describe the situation",
        widget=GovTextArea(),
        filters=[lambda text: text and legible(text).strip()],
        validators=[
            DataRequired("Describe the situation in a few sentences"),
            Length(
                max=MOST_CHARACTERS,
                message=f"Shorten the description to {MOST_CHARACTERS:,} characters or fewer, "
                "about 5,000 words",
            ),
        ],
    )
    submit = SubmitField("Find similar cases", widget=GovSubmitInput())


class WishForm(FlaskForm):
    """What kind of example is missing, in terms of the vocabularies alone."""

    source_of_harm = SelectField("Where did the worry come from?", widget=GovSelect())
    age_band = SelectField("How old was the child?", widget=GovSelect())
    referred_by = SelectField("Who raised it?", widget=GovSelect())
    response_tier = SelectField("Who held the case?", widget=GovSelect())
    submit = SubmitField("Ask for an example", widget=GovSubmitInput())

    def fill(self, vocabularies: Vocabularies) -> None:
        """Offer the terms of the vocabularies."""
        for name in WISHED_FOR:
            terms = vocabularies[name].terms.items()
            self[name].choices = [
                ("", "Any"),
                *((term, label) for term, label in terms if term != NOT_STATED),
            ]

    @property
    def chosen(self) -> dict[str, list[str]]:
        """The terms that were chosen, by vocabulary."""
        return {name: [self[name].data] for name in WISHED_FOR if self[name].data}
