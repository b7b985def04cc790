"""Forms: the questions of one section as fields, confirming, and a curator's file."""

import difflib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from govuk_frontend_wtf.wtforms_widgets import (
    GovFileInput,
    GovSubmitInput,
    GovTextArea,
    GovTextInput,
)
from wtforms import (
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.widgets import HiddenInput

from portal.authorities import answers
from portal.authorities.answers import STATE_WORDS, UNANSWERED, Said
from portal.authorities.models import Origin, State
from portal.authorities.questions import (
    CONTACT_FIELDS,
    MOST_CONTACTS,
    Kind,
    Question,
    Section,
)
from portal.core.errors import DomainError
from portal.ui.filters import legible

NO_ANSWER = "no-answer"
"""The choice that takes an answer back."""
_NOT_OFFERED = "Choose one of the answers that are offered"


def _clean(text: str | None) -> str | None:
    return text and legible(text).strip()


class SectionForm(FlaskForm):
    """What every section's form has besides its questions."""

    seen = IntegerField(widget=HiddenInput(), default=0)
    """The newest answer of the authority when the form was opened."""
    submit = SubmitField("Save", widget=GovSubmitInput())


def form_for(
    section: Section,
    origin: Origin,
    said: Mapping[str, Said],
    version: int,
    *,
    from_data: bool = False,
) -> Any:
    """Return a form for a section, filled with answers or, unless `from_data`, with what was sent.

    In `said` authorities stand by their names.
    """
    fields: dict[str, Any] = {}
    for question in section.questions:
        fields |= _fields(question)
    if origin == Origin.INFERRED:
        fields["source"] = StringField(
            "What are these answers inferred from?",
            description="For instance: DFE-RR555, appendix B, authority C",
            widget=GovTextInput(),
            filters=[_clean],
        )
    data = {"seen": version}
    for question in section.questions:
        data |= _data(question, said.get(question.key, UNANSWERED))
    made = type("SectionForm", (SectionForm,), fields)
    return made(formdata=None, data=data) if from_data else made(data=data)


def others(question: Question, now: Said) -> list[tuple[str, str]]:
    """Return the choices that stand for no term."""
    found = []
    if question.may_be_open:
        found.append((State.NOT_SETTLED.value, STATE_WORDS[State.NOT_SETTLED]))
    if question.may_be_kept:
        found.append((State.PREFER_NOT_TO_SAY.value, STATE_WORDS[State.PREFER_NOT_TO_SAY]))
    if question.kind == Kind.ONE and now != UNANSWERED:
        found.append((NO_ANSWER, "No answer (take it back)"))
    return found


def _fields(question: Question) -> dict[str, Field]:
    """Return the fields of a question; `read` checks what is chosen, since it knows the states."""
    label, key = question.label, question.key
    match question.kind:
        case Kind.ONE:
            return {key: RadioField(label, choices=[], validate_choice=False)}
        case Kind.MANY:
            return {key: SelectMultipleField(label, choices=[], validate_choice=False)}
        case Kind.TEXT:
            return {key: TextAreaField(label, widget=GovTextArea(), filters=[_clean])}
        case Kind.PLACES:
            return {key: TextAreaField(label, widget=GovTextArea(), filters=[_clean])}
        case Kind.NUMBER:
            return {key: StringField(label, widget=GovTextInput(), filters=[_clean])}
        case Kind.CONTACTS:
            return {
                contact_field(number, part): StringField(words, filters=[_clean])
                for number in range(1, MOST_CONTACTS + 1)
                for part, words in CONTACT_FIELDS.items()
            }


def contact_field(number: int, part: str) -> str:
    """Return the name of a field of a contact; contacts are numbered from 1."""
    return f"contact_{number}_{part}"


def _data(question: Question, said: Said) -> dict[str, Any]:
    """Return what fields hold for an answer; places come as their names."""
    key = question.key
    if question.kind == Kind.CONTACTS:
        return {
            contact_field(number, part): person.get(part, "")
            for number, person in enumerate(said.value or [], 1)
            for part in CONTACT_FIELDS
        }
    if said.state == State.TAKEN_BACK:
        return {}
    if said.state != State.GIVEN:
        return {key: [said.state.value] if question.kind == Kind.MANY else said.state.value}
    if question.kind == Kind.PLACES:
        return {key: "\n".join(said.value)}
    return {key: str(said.value) if question.kind == Kind.NUMBER else said.value}


class Unreadable(DomainError):
    """What stands in a field is no answer; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def read(form: Any, section: Section, ids: Mapping[str, int]) -> tuple[dict[str, Said], bool]:
    """Return the answers in a form, and whether all of them can be read.

    What can't be is said on its field. `ids` are those of authorities by name.
    """
    said: dict[str, Said] = {}
    sound = True
    for question in section.questions:
        try:
            said[question.key] = _said(form, question, ids)
        except Unreadable as error:
            put_error(form, error.field, str(error))
            sound = False
    if any(form[contact_field(n, part)].errors for n, part in _contact_fields(section)):
        sound = False
    return said, sound


def _contact_fields(section: Section) -> Iterator[tuple[int, str]]:
    if any(question.kind == Kind.CONTACTS for question in section.questions):
        for number in range(1, MOST_CONTACTS + 1):
            for part in CONTACT_FIELDS:
                yield number, part


def put_error(form: Any, field: str, message: str) -> None:
    """Say on a field what is wrong; on the first one where there is no such field."""
    if field not in form:
        field = contact_field(1, "name")
    form[field].errors = [message]


def _said(form: Any, question: Question, ids: Mapping[str, int]) -> Said:
    if question.kind == Kind.CONTACTS:
        return _contacts(form)
    data = form[question.key].data
    match question.kind:
        case Kind.ONE:
            return _chosen(question, data or NO_ANSWER)
        case Kind.MANY:
            return _ticked(question, data or [])
        case Kind.NUMBER:
            return _number(question, data or "")
        case Kind.PLACES:
            return Said(State.GIVEN, _places(question, data or "", ids))
        case _:
            return Said(State.GIVEN, data or "")


def _chosen(question: Question, key: str) -> Said:
    if key == NO_ANSWER:
        return UNANSWERED
    if key in question.terms:
        return Said(State.GIVEN, key)
    if key in {other for other, _ in others(question, UNANSWERED)}:
        return Said(State(key))
    raise Unreadable(question.key, _NOT_OFFERED)


def _ticked(question: Question, keys: list[str]) -> Said:
    states = [(key, words) for key, words in others(question, UNANSWERED) if key in keys]
    if states and len(keys) > 1:
        raise Unreadable(question.key, f"Untick “{states[0][1]}”, or untick the others")
    return Said(State(states[0][0])) if states else Said(State.GIVEN, keys)


def _number(question: Question, text: str) -> Said:
    if not text:
        return UNANSWERED
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise Unreadable(question.key, f"Enter a whole number from 0 to {question.most}")
    return Said(State.GIVEN, int(text))


def _places(question: Question, text: str, ids: Mapping[str, int]) -> list[int]:
    by_name = {name.casefold(): (name, id_) for name, id_ in ids.items()}
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        known = by_name.get(line.casefold())
        if known is None:
            near = _nearest(line.casefold(), by_name)
            meant = f": did you mean {by_name[near][0]}?" if near else ""
            raise Unreadable(question.key, f"“{line[:60]}” is not in the register{meant}")
        found.append(known[1])
    return found


def _nearest(word: str, names: Collection[str]) -> str | None:
    """Return the name that somebody may have meant: one that has the word in it, or a like one."""
    within = sorted((name for name in names if word in name), key=len)
    return next(iter(within or difflib.get_close_matches(word, names, n=1)), None)


def _contacts(form: Any) -> Said:
    """Read the contacts; what is wrong with one stands on its own field."""
    people = []
    for number in range(1, MOST_CONTACTS + 1):
        person = {part: form[contact_field(number, part)].data or "" for part in CONTACT_FIELDS}
        if not answers.any_of(person):
            continue
        people.append(person)
        for part, problem in answers.contact_problems(person).items():
            put_error(form, contact_field(number, part), problem)
    return Said(State.GIVEN, people)


class ConfirmForm(FlaskForm):
    """A lead's word that what the page shows is right."""

    seen = IntegerField(widget=HiddenInput(), default=0)
    submit = SubmitField("Everything is right", widget=GovSubmitInput())


class RegisterForm(FlaskForm):
    """A curator's file, and its text once it has been read."""

    file = FileField("CSV file", widget=GovFileInput())
    text = HiddenField()
    shown = HiddenField()
    """Fingerprint of the difference that the curator has seen."""
    check = SubmitField("Check the file", widget=GovSubmitInput())
