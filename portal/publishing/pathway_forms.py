"""A form for a referral pathway that needs no JavaScript: a fieldset for each step, in any order.

The page is one form (`publishing/_pathway_form.html`), and each of its buttons sends everything:
"save" gives `data_of`, the others change the steps and show the form again with all that was typed
(`after_button`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxInput,
    GovSelect,
    GovTextArea,
    GovTextInput,
)
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # not in stubs
from wtforms.validators import Length, Regexp

from portal.library.pathway import ALWAYS, PathProblem, check, read
from portal.library.vocabularies import NOT_STATED
from portal.ui.filters import legible

MOST_STEPS = 30
MOST_BRANCHES = 8
FEWEST_BRANCHES = 3
"""Branches that each step has room for; one more once they are filled, up to the most."""
SAVE, ADD, ORDER = "save", "add", "order"
_REMOVE = re.compile(r"remove-([0-9]{1,3})")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_OWN_ID = re.compile(r"step-([0-9]{1,6})")
_NONE = SelectChoice("", "None")


def _clean(text: str | None) -> str:
    return " ".join(legible(text or "").split())


def _most(number: int) -> Length:
    return Length(max=number, message=f"Shorten this to {number:,} characters")


def _line(label: str, hint: str, most: int) -> StringField:
    return StringField(
        label,
        description=hint,
        widget=GovTextInput(),
        filters=[_clean],
        validators=[_most(most)],
    )


class BranchForm(Form):
    """A way on from a step."""

    to = SelectField("Next step", choices=[_NONE], widget=GovSelect(), validate_choice=False)
    when = _line("When", "", 200)
    known: frozenset[str] = frozenset()
    """Ids of the steps that there are."""
    is_one_of_many = False

    def validate(self, extra_validators: Any = None) -> bool:
        """Want a step that is there, and a condition where there is more than one way on."""
        sound: bool = super().validate(extra_validators)
        problem = None
        if self.when.data and not self.to.data:
            problem = "Choose the step that this leads to, or empty the condition"
        elif self.to.data and self.to.data not in self.known:
            problem = "The step that this led to is not there any more: choose another"
        if problem:
            self.to.errors = [problem]
        elif self.to.data and self.is_one_of_many and not self.when.data:
            problem = "Say when, since there is more than one way on"
            self.when.errors = [problem]
        return sound and problem is None


class StepForm(Form):
    """A step of a pathway; one in which nothing is written is left out."""

    id = HiddenField()
    order = StringField(
        "Number in the order",
        widget=GovTextInput(),
        filters=[_clean],
        validators=[Regexp(r"^([0-9]{1,3})?$", message="Write a whole number, for instance 2")],
    )
    title = _line("What happens", "For instance “Facts and records checked”", 90)
    role = _line("Owner (optional)", "The role that answers for it, never a person’s name", 90)
    within = _line("Time standard (optional)", "For instance “4 hours” or “1 working day”", 60)
    text = TextAreaField(
        "What to do",
        description="One or two sentences",
        widget=GovTextArea(),
        filters=[_clean],
        validators=[_most(500)],
    )
    door = BooleanField("Front door: a referral can come in here", widget=GovCheckboxInput())
    then = FieldList(FormField(BranchForm), min_entries=FEWEST_BRANCHES, max_entries=MOST_BRANCHES)

    @property
    def ways(self) -> list[BranchForm]:
        """The branches for which a step was chosen."""
        return [branch.form for branch in self.then if branch.form.to.data]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written in it."""
        written = (self.title, self.role, self.within, self.text, self.door)
        conditions = [branch.form.when for branch in self.then]
        return not self.ways and not any(field.data for field in (*written, *conditions))

    def validate(self, extra_validators: Any = None) -> bool:
        """Want a title and a text of every step in which something is written."""
        sound: bool = super().validate(extra_validators)
        wanted = {
            self.title: "Say what happens in this step",
            self.text: "Say in one or two sentences what to do",
        }
        for field, message in wanted.items():
            if not field.data and not self.is_empty:
                field.errors = [message]
                sound = False
        return sound


class PathwayForm(FlaskForm):
    """The steps of a pathway; `form_of` makes one."""

    revision = HiddenField(default="0")
    button = StringField()
    """What was pressed; the template writes the buttons."""
    steps = FieldList(FormField(StepForm), max_entries=MOST_STEPS)
    problems: Sequence[PathProblem] = ()
    """What is odd or wrong in the pathway as it stands in the form."""

    @property
    def made_from(self) -> int:
        """The revision that the form was made from."""
        typed = str(self.revision.data)
        return int(typed) if re.fullmatch("[0-9]{1,9}", typed) else 0

    @property
    def saves(self) -> bool:
        """Whether the steps are to be saved, and not only changed and shown again."""
        pressed = self.button.data or ""
        return pressed not in {ADD, ORDER} and not _REMOVE.fullmatch(pressed)


def form_of(
    data: Sequence[Mapping[str, Any]] | Mapping[str, Any] | None,
    *,
    revision: int = 0,
    sent: bool = True,
) -> PathwayForm:
    """Return a form filled with a document's pathway or, where one was sent, with what was sent.

    Without steps it begins with an empty one, the front door. `sent=False` fills it with `data`
    even where a form was sent.
    """
    steps = list(data.get("steps") or [] if isinstance(data, Mapping) else data or [])
    shown = {
        "steps": [_shown(step, number) for number, step in enumerate(steps, 1)]
        or [_shown({"door": True}, 1)],
        "revision": str(revision),
    }
    form: PathwayForm = PathwayForm(data=shown) if sent else PathwayForm(formdata=None, data=shown)
    _name_steps(form)
    for step in form.steps:
        if len(step.form.ways) == len(step.form.then) < MOST_BRANCHES:
            step.form.then.append_entry()
    _offer_steps(form)
    kept = data_of(form)
    form.problems = check(read(kept)) if kept and (steps or form.is_submitted()) else []
    return form


def after_button(form: PathwayForm) -> PathwayForm:
    """Return the form as it is after a button that does not save, with all that was typed."""
    pressed = form.button.data or ""
    steps = list(form.steps)
    if (match := _REMOVE.fullmatch(pressed)) and 1 <= int(match[1]) <= len(steps):
        gone = steps[int(match[1]) - 1]
        kept = [step for step in _in_order(steps) if step is not gone]
    else:
        kept = _in_order(steps)
    typed: list[dict[str, Any]] = [step.form.data for step in kept]
    if pressed == ADD and len(typed) < MOST_STEPS:
        typed.append({})
    return form_of(typed, revision=form.made_from, sent=False)


def data_of(form: PathwayForm) -> dict[str, Any] | None:
    """Return the pathway in a form, as a document's field has it; nothing without a step."""
    steps = [_data(step.form) for step in _in_order(form.steps) if not step.form.is_empty]
    return {"steps": steps} if steps else None


def _data(step: StepForm) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": step.id.data,
        "title": step.title.data,
        "role": step.role.data or NOT_STATED,
        "within": step.within.data or NOT_STATED,
    }
    if step.door.data:
        data["door"] = True
    data["text"] = step.text.data
    if ways := step.ways:
        data["then"] = [{"to": way.to.data, "when": way.when.data or ALWAYS} for way in ways]
    return data


def _shown(step: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Return what the fields of a step hold."""
    stated = {key: "" if value == NOT_STATED else value for key, value in step.items()}
    then = [dict(branch) for branch in step.get("then") or []]
    return {**stated, "order": str(number), "then": then[:MOST_BRANCHES]}


def _in_order(steps: Iterable[Any]) -> list[Any]:
    """Return steps by the numbers that were typed; a moved one takes the place that it names."""

    def key(place: int, step: Any) -> tuple[int, int, int]:
        typed = step.form.order.data or ""
        number = int(typed) if re.fullmatch("[0-9]{1,3}", typed) else place
        return number, (number > place) - (number < place), place

    keyed = [(key(place, step), step) for place, step in enumerate(steps, 1)]
    return [step for _, step in sorted(keyed, key=lambda pair: pair[0])]


def _name_steps(form: PathwayForm) -> None:
    """Give every step that has none, or that of another, an id of its own."""
    taken: set[str] = set()
    unnamed = []
    for step in form.steps:
        name = step.form.id.data or ""
        if name in taken or not _ID.fullmatch(name):
            unnamed.append(step.form)
        taken.add(name)
    numbers = [int(match[1]) for name in taken if (match := _OWN_ID.fullmatch(name))]
    for number, one in enumerate(unnamed, max(numbers, default=0) + 1):
        one.id.data = f"step-{number}"


def _offer_steps(form: PathwayForm) -> None:
    """Offer every step as the next of every step, and say which there are."""
    steps = [(n, step.form) for n, step in enumerate(form.steps, 1)]
    known = frozenset(str(step.id.data) for _, step in steps if not step.is_empty)
    offered = [
        SelectChoice(step.id.data, f"{number}. {step.title.data or 'No title yet'}")
        for number, step in steps
    ]
    ids = {step.id.data for _, step in steps}
    for _, step in steps:
        many = len(step.ways) > 1
        for branch in step.then:
            to = branch.form.to
            gone = [SelectChoice(to.data, "A step that was taken out")]
            to.choices = [_NONE, *offered, *(gone if to.data and to.data not in ids else [])]
            branch.form.known, branch.form.is_one_of_many = known, many
