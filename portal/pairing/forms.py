"""Forms of the pairing."""

from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovRadioInput,
    GovSelect,
    GovSubmitInput,
    GovTextArea,
)
from wtforms import (
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    SubmitField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # not in stubs
from wtforms.validators import InputRequired, Length

from portal.authorities.questions import NOTHING, TOPICS
from portal.pairing.pairs import MOST_GOALS
from portal.pairing.weights import THEMES
from portal.ui.filters import legible

SLIDER = {
    "100": "Only how cases are handled",
    "75": "Mostly how cases are handled",
    "60": "Somewhat more how cases are handled",
    "40": "Somewhat more the situation",
    "25": "Mostly the situation",
    "0": "Only the situation",
}
"""What counts for likeness, by the percentage that lies on how cases are handled."""
_CARE = "No names of people, places or children"


def _text(label: str, hint: str, most: int, needed: str | None = None) -> TextAreaField:
    return TextAreaField(
        label,
        description=hint,
        widget=GovTextArea(),
        filters=[lambda text: text and legible(text).strip()],
        validators=[
            *([InputRequired(needed)] if needed else []),
            Length(max=most, message=f"Shorten this to {most:,} characters"),
        ],
    )


class FindForm(FlaskForm):
    """What likeness is to rest on."""

    handling = RadioField(
        "What should be alike?",
        choices=[SelectChoice(key, words) for key, words in SLIDER.items()],
        default="60",
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what should be alike")],
    )
    submit = SubmitField("Look for hosts", widget=GovSubmitInput())


class AskForm(FlaskForm):
    """Whom to ask, in order of preference, and for what."""

    first = SelectField("First choice", widget=GovSelect(), validate_choice=False)
    second = SelectField("Second choice (optional)", widget=GovSelect(), validate_choice=False)
    third = SelectField("Third choice (optional)", widget=GovSelect(), validate_choice=False)
    topics = SelectMultipleField(
        "What would you like help with?",
        choices=[SelectChoice(key, words) for key, words in TOPICS.items() if key != NOTHING],
        widget=GovCheckboxesInput(),
        validators=[InputRequired("Choose at least one thing")],
    )
    wish = _text(
        "Say in a few sentences what you hope for",
        f"The host reads it before it knows who you are. {_CARE}",
        2000,
        "Say what you hope for",
    )
    checked = HiddenField()
    submit = SubmitField("Continue", widget=GovSubmitInput())

    def offer(self, cards: list[tuple[str, str]]) -> None:
        """Offer the cards of a list, as reference and name."""
        self.first.choices = [("", "Choose one"), *cards]
        for field in (self.second, self.third):
            field.choices = [("", "None"), *cards]

    @property
    def wanted(self) -> list[str]:
        """The references that were chosen, the most wanted first."""
        return [f.data for f in (self.first, self.second, self.third) if f.data]


class AnswerForm(FlaskForm):
    """A host's answer."""

    answer = RadioField(
        "What is your answer?",
        choices=[
            SelectChoice("yes", "Yes: show both of us who the other is, and begin"),
            SelectChoice("not-now", "Not now"),
            SelectChoice("no", "No"),
        ],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose an answer")],
    )
    reason = _text(
        "If no, why? (only curators read it)",
        "For a year the two of you are not offered to each other",
        1000,
    )
    submit = SubmitField("Send answer", widget=GovSubmitInput())

    def word(self, *, both_to_agree: bool) -> None:
        """Say what a yes does: it begins a pairing, or does once the other side agrees too."""
        yes = (
            "Yes: if the other side agrees too, show both of us who the other is, and begin"
            if both_to_agree
            else "Yes: show both of us who the other is, and begin"
        )
        _, *others = self.answer.choices or ()
        self.answer.choices = [SelectChoice("yes", yes), *others]


class PlanForm(FlaskForm):
    """What two authorities want to do together."""

    purpose = _text("Purpose", _CARE, 1000, "Say what the pairing is for")
    submit = SubmitField("Save the plan", widget=GovSubmitInput())


def plan_form(purpose: str, goals: list[dict[str, str]]) -> PlanForm:
    """Return the form of a plan with room for every goal."""
    fields: dict[str, Any] = {}
    data = {"purpose": purpose}
    themes = [SelectChoice("", "None"), *(SelectChoice(k, TOPICS[k]) for k in THEMES)]
    for at in range(1, MOST_GOALS + 1):
        fields[f"theme{at}"] = SelectField(
            f"Goal {at}: theme", choices=themes, widget=GovSelect(), default=""
        )
        fields[f"goal{at}"] = _text(f"Goal {at}: what you want to reach", "", 500)
        if at <= len(goals):
            data |= {f"theme{at}": goals[at - 1]["theme"], f"goal{at}": goals[at - 1]["text"]}
    made: PlanForm = type("WholePlanForm", (PlanForm,), fields)(data=data)
    return made


def goals_of(form: PlanForm) -> list[dict[str, str]]:
    """Return the goals that were written down; a text without a theme is a problem of its field."""
    goals = []
    for at in range(1, MOST_GOALS + 1):
        theme, text = form[f"theme{at}"].data, form[f"goal{at}"].data or ""
        if bool(theme) != bool(text):
            missing = f"goal{at}" if theme else f"theme{at}"
            form[missing].errors = [f"Give goal {at} both a theme and words, or neither"]
        elif theme:
            goals.append({"theme": theme, "text": text})
    return goals


class EndForm(FlaskForm):
    """The end of a pairing."""

    reason = _text("Why? (optional, only curators read it)", "", 1000)
    submit = SubmitField("End the pairing", widget=GovSubmitInput())


class SureForm(FlaskForm):
    """A yes."""

    submit = SubmitField("Yes", widget=GovSubmitInput())
