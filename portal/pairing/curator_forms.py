"""Forms of curators: proposals, rules, weights, rounds."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovRadioInput,
    GovSelect,
    GovSubmitInput,
    GovTextArea,
    GovTextInput,
)
from wtforms import HiddenField, RadioField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # not in stubs
from wtforms.validators import InputRequired, Length

from portal.pairing.models import RuleKind
from portal.pairing.rounds import Method
from portal.pairing.rounds_service import METHODS
from portal.pairing.weights import COMPARABLES, HANDLING, SITUATION, VIGNETTES, Weights
from portal.pairing.words import ATTRIBUTES
from portal.ui.filters import legible

ASKS, HOSTS = "asks", "hosts"
KINDS: Mapping[RuleKind, tuple[str, str]] = {
    RuleKind.BLOCK: ("Block", "The two are not to be paired, whichever of them asks"),
    RuleKind.PIN: ("Pin", "Rounds place the two together, whatever else they would give"),
    RuleKind.OVERRIDE: (
        "Override",
        "The two may be paired although they were before, one said no, or they fit too little",
    ),
}
"""Rules with their names and what each does, in words."""


def _clean(text: str | None) -> str | None:
    return text and legible(text).strip()


def _reason(hint: str = "Only curators read it") -> TextAreaField:
    return TextAreaField(
        "Why?",
        description=hint,
        widget=GovTextArea(),
        filters=[_clean],
        validators=[
            InputRequired("Say why, in a sentence"),
            Length(max=1000, message="Shorten this to 1,000 characters"),
        ],
    )


class _TwoForm(FlaskForm):
    """An authority and another one, and which of them hosts."""

    other = SelectField(
        "The other authority",
        widget=GovSelect(),
        validate_choice=False,
        validators=[InputRequired("Choose the other authority")],
    )
    direction = RadioField(
        "Which of them hosts?",
        widget=GovRadioInput(),
        default=ASKS,
        validators=[InputRequired("Choose which of them hosts")],
    )

    def offer(self, own: str, others: Sequence[tuple[int, str]]) -> None:
        """Offer the other authorities, by number and name."""
        chosen = [SelectChoice(str(id_), name) for id_, name in others]
        self._known = frozenset(str(id_) for id_, _ in others)
        self.other.choices = [SelectChoice("", "Choose one"), *chosen]
        self.direction.choices = [
            SelectChoice(ASKS, f"The other one hosts {own}"),
            SelectChoice(HOSTS, f"{own} hosts the other one"),
        ]

    def two(self, own: int) -> tuple[int, int] | None:
        """Return who asks and who hosts; `None` with a problem where nobody was chosen."""
        if self.other.data not in self._known:
            self.other.errors = ["Choose the other authority"]
            return None
        other = int(self.other.data)
        return (own, other) if self.direction.data == ASKS else (other, own)


class ProposeForm(_TwoForm):
    """A pairing that a curator proposes to both."""

    wish = TextAreaField(
        "What could the pairing be for?",
        description="Both read it before they know each other. No names of places or people",
        widget=GovTextArea(),
        filters=[_clean],
        validators=[
            InputRequired("Say what the pairing could be for"),
            Length(max=1000, message="Shorten this to 1,000 characters"),
        ],
    )
    reason = _reason()
    submit = SubmitField("Send to both", widget=GovSubmitInput())


class RuleForm(_TwoForm):
    """A rule about two authorities."""

    kind = RadioField(
        "What is the rule?",
        choices=[
            SelectChoice(kind.value, f"{name}: {words[0].lower()}{words[1:]}")
            for kind, (name, words) in KINDS.items()
        ],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose a rule")],
    )
    reason = _reason()
    submit = SubmitField("Lay down the rule", widget=GovSubmitInput())


class LiftForm(FlaskForm):
    """The end of a rule."""

    reason = _reason()
    submit = SubmitField("Lift the rule", widget=GovSubmitInput())


# ---- Rounds


def _method() -> RadioField:
    return RadioField(
        "How is it to decide?",
        choices=[SelectChoice(method.value, name) for method, (name, _) in METHODS.items()],
        default=Method.EPSILON.value,
        widget=GovRadioInput(),
        validators=[InputRequired("Choose a method")],
    )


class NewRoundForm(FlaskForm):
    """A round that is opened."""

    name = StringField(
        "Name",
        description="For instance: Spring 2027",
        widget=GovTextInput(),
        filters=[_clean],
        validators=[
            InputRequired("Give the round a name"),
            Length(max=100, message="Shorten this to 100 characters"),
        ],
    )
    method = _method()
    submit = SubmitField("Open the round", widget=GovSubmitInput())


class RunForm(FlaskForm):
    """How a round is to be worked out."""

    method = _method()
    submit = SubmitField("Run", widget=GovSubmitInput())


class SendForm(FlaskForm):
    """A yes to the preview that was seen."""

    seen = HiddenField()
    submit = SubmitField("Send the proposals", widget=GovSubmitInput())


# ---- Weights

GROUPS: Sequence[tuple[str, str, Sequence[str]]] = (
    (
        "How cases are handled",
        "Shares of likeness. All of these and those of the situation add up to 1; those of the "
        "invented cases are lent by the others",
        (*HANDLING, VIGNETTES),
    ),
    ("The situation", "Shares of likeness", (*SITUATION, COMPARABLES)),
    (
        "What a fit is made of",
        "Points; they add up to 100",
        ("similarity", "complementarity", "experience"),
    ),
    (
        "Experience of a host",
        "The first two add up to 1",
        ("case_volume", "training", "not_stated"),
    ),
    (
        "A host’s own view",
        "Points; they add up to 100",
        ("host_similarity", "host_complementarity", "host_learning", "host_region"),
    ),
    ("Being sure", "From 0 to 1", ("enough", "full_gain")),
    (
        "Floors",
        "Below them nobody is offered; from 0 to 1",
        (
            *("least_need", "least_similarity", "least_complementarity", "least_known"),
            "least_known_of_card",
        ),
    ),
    ("Bands", "Points of a fit", ("very_close", "close", "somewhat", "noise")),
)
"""Weights and floors as the form shows them: heading, what they are, names."""
LABELS: Mapping[str, str] = {key: words[0].upper() + words[1:] for key, words in ATTRIBUTES.items()}
LABELS = {
    **LABELS,
    "similarity": "Likeness",
    "complementarity": "Help where it is needed",
    "experience": "Experience",
    "not_stated": "What counts where a host did not state it",
    "host_similarity": "Likeness",
    "host_complementarity": "Help that it can give",
    "host_learning": "What it can learn back",
    "host_region": "The same region",
    "enough": "Confidence from which no help is needed",
    "full_gain": "By how much surer a host helps as much as anybody can",
    "least_need": "Need of help",
    "least_similarity": "Likeness",
    "least_complementarity": "Help",
    "least_known": "Share of the weight that is known on both sides",
    "least_known_of_card": "The same of a card",
    "very_close": "Very close from",
    "close": "Close from",
    "somewhat": "Somewhat close from",
    "noise": "Points below which a difference says nothing",
}
"""Weights and floors in words."""
NUMBERS = tuple(field.name for field in fields(Weights) if field.name != "version")
_WHERE = (
    ("the weights of what is compared", "tier"),
    ("the weights of a fit", "similarity"),
    ("the weights of the experience", "case_volume"),
    ("the weights of a host", "host_similarity"),
    ("handling and situation", "tier"),
    ("the invented cases", "vignettes"),
    ("confidence", "enough"),
    ("floors", "least_similarity"),
    ("bands", "very_close"),
)
"""How a problem of `Weights` begins, and the field on which it is shown."""


class WeightsForm(FlaskForm):
    """Weights and floors; `weights_form` adds a field for each."""

    instead_of = HiddenField()
    reason = _reason("Kept with the version. Only curators read it")
    submit = SubmitField("See what would change", widget=GovSubmitInput())

    def number(self, name: str) -> Any:
        """Return the field of a weight."""
        return self[name]

    def weights(self) -> Weights | None:
        """Return what was entered; `None` with a problem on the field that has it."""
        given = {name: self._number(name) for name in NUMBERS}
        if any(value is None for value in given.values()):
            return None
        try:
            return Weights("preview", **given)  # type: ignore[arg-type]  # none is None
        except ValueError as error:
            said = str(error)
            name = next((name for start, name in _WHERE if said.startswith(start)), "tier")
            self[name].errors = [said[0].upper() + said[1:]]
            return None

    def _number(self, name: str) -> float | None:
        text = (self[name].data or "").replace(",", ".")
        try:
            value = float(text) if text.isascii() else -1.0
        except ValueError:
            value = -1.0
        if not 0 <= value <= 100:
            self[name].errors = [f"{LABELS[name]}: enter a number from 0 to 100, for instance 0.24"]
            return None
        return value


def weights_form(now: Weights) -> WeightsForm:
    """Return the form with a field for each weight, filled with those in use."""
    made = {
        name: StringField(LABELS[name], widget=GovTextInput(), filters=[_clean]) for name in NUMBERS
    }
    data = {name: f"{now.of(name):g}" for name in NUMBERS} | {"instead_of": now.version}
    form: WeightsForm = type("WholeWeightsForm", (WeightsForm,), made)(data=data)
    return form
