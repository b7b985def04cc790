"""Forms of writing: a section, a group of fields, an answer to a finding or a remark."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovFileInput,
    GovRadioInput,
    GovSubmitInput,
    GovTextArea,
    GovTextInput,
)
from wtforms import (
    Field,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # not in stubs
from wtforms.validators import InputRequired, Length

from portal.core.errors import DomainError
from portal.library.vocabularies import AUDIENCES, NOT_STATED, TYPES, Vocabularies
from portal.publishing.checking import ANSWERS
from portal.publishing.uploads import ATTACH, IMPORT
from portal.publishing.writing import MOST_TEXT
from portal.ui.filters import legible

TYPE_HINTS: Mapping[str, str] = {
    "case": "What happened, what was done and what others can learn",
    "guidance": "Advice on a subject, with its sources",
    "protocol": "Steps, roles and time standards that others can adapt",
    "glossary": "What a word means, with competing definitions",
}


PURPOSES: Mapping[str, str] = {
    ATTACH: "Publish its text with mine, as an attachment",
    IMPORT: "Take its text over into the sections, to go on writing there",
}
IMPORTED = (".docx", ".odt", ".md", ".markdown", ".txt")
"""Ends of the names of files whose text can be taken over."""


def _revision(typed: str | None) -> int:
    """Return the number of a revision, 0 for what is none."""
    return int(typed) if typed and typed.isdecimal() and len(typed) < 10 else 0


def clean(text: str | None) -> str | None:
    """Return text without what can't be seen, line ends as the portal writes them."""
    return text and legible(text.replace("\r\n", "\n"))


def choices(labelled: Mapping[str, str]) -> list[Any]:
    """Return choices of keys with labels."""
    return [SelectChoice(key, label) for key, label in labelled.items()]


class BeginForm(FlaskForm):
    """What is to be written."""

    type = RadioField(
        "What would you like to write?",
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what you would like to write")],
    )
    submit = SubmitField("Start writing", widget=GovSubmitInput())

    def offer(self, types: Sequence[str]) -> None:
        """Offer the types that a person may write."""
        self.type.choices = choices({type_: TYPES[type_] for type_ in types})
        if len(types) == 1:
            self.type.data = types[0]


class SectionForm(FlaskForm):
    """The text of a section, with the revision that it was made from."""

    text = TextAreaField(
        "Text",
        widget=GovTextArea(),
        filters=[clean],
        validators=[Length(max=MOST_TEXT, message=f"Shorten this to {MOST_TEXT:,} characters")],
    )
    revision = HiddenField(default="0")

    @property
    def made_from(self) -> int:
        """The revision that the text was made from; 0 for what was never saved."""
        return _revision(self.revision.data)


class AnswerForm(FlaskForm):
    """Why something that was found may stay."""

    part = HiddenField()
    passage = HiddenField()
    answer = RadioField(
        "Why can this stay?",
        choices=choices(ANSWERS),
        widget=GovRadioInput(),
        validators=[InputRequired("Choose why this can stay, or take it out")],
    )
    reason = TextAreaField(
        "In your own words",
        description="The person who checks the text reads this",
        widget=GovTextArea(),
        filters=[clean],
        validators=[
            InputRequired("Say in a few words why it can stay"),
            Length(max=500, message="Shorten this to 500 characters"),
        ],
    )
    submit = SubmitField("Keep it, with this reason", widget=GovSubmitInput())


class ReplyForm(FlaskForm):
    """What an author says to a change that was asked for."""

    answer = TextAreaField(
        "What did you do about it?",
        widget=GovTextArea(),
        filters=[clean],
        validators=[
            InputRequired("Say what you did, or why not"),
            Length(max=2000, message="Shorten this to 2,000 characters"),
        ],
    )
    submit = SubmitField("Save the answer", widget=GovSubmitInput())


class UploadForm(FlaskForm):
    """A file, and what it is for."""

    file = FileField(
        "File",
        description=(
            "A document (.docx, .odt, .pdf, .rtf, .md or .txt) or a picture, 20 MB at most. It is "
            "never published itself: readers see the portal’s own rendering of its text"
        ),
        widget=GovFileInput(),
        validators=[FileRequired("Choose a file")],
    )
    purpose = RadioField(
        "What is it for?",
        choices=choices(PURPOSES),
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what the file is for")],
    )
    title = StringField(
        "Title for readers",
        description="Only for an attachment. No names of people or places",
        widget=GovTextInput(),
        filters=[clean],
        validators=[Length(max=200, message="Shorten the title to 200 characters")],
    )
    submit = SubmitField("Send the file", widget=GovSubmitInput())

    def fits(self) -> bool:
        """Tell whether what is asked goes together; problems stand on the fields."""
        name = (self.file.data.filename or "").lower() if self.file.data else ""
        if self.purpose.data == IMPORT and name and not name.endswith(IMPORTED):
            self.purpose.errors = [
                "Only the text of a .docx, .odt, .md or .txt file can be taken over. Choose to "
                "publish it as an attachment, or choose another file"
            ]
        if self.purpose.data == ATTACH and not (self.title.data or "").strip():
            self.title.errors = ["Enter the title that readers will see"]
        sound = not (self.purpose.errors or self.title.errors)
        if not sound and name and not self.file.errors:
            self.file.errors = ["Choose the file again: browsers do not keep it"]
        return sound


class PlainForm(FlaskForm):
    """A press of a button."""

    submit = SubmitField("Continue", widget=GovSubmitInput())


class FollowForm(FlaskForm):
    """That an edit goes on from what is published now."""

    seen = HiddenField()
    """Number of the version that the person saw."""
    submit = SubmitField("Go on from what is published now", widget=GovSubmitInput())

    @property
    def version(self) -> int:
        """The number that was sent, 0 for none."""
        return _revision(self.seen.data)


# ---- Groups of fields

LINES = {"also", "search_words", "law"}
"""Fields of one entry a line."""
ROWS: Mapping[str, tuple[str, ...]] = {
    "sources": ("title", "year", "part"),
    "definitions": ("text", "source", "year"),
    "related": ("id", "why"),
}
"""Fields of several values a line, with | between them; only `part` can be missing."""
DATES = {"law_as_at", "review_by"}
WORDS: Mapping[str, tuple[str, str]] = {
    "title": (
        "Title",
        "At most 90 characters. Begin with what it is about, for instance “Thin details hold up a "
        "referral”. No names of people or places",
    ),
    "summary": (
        "Summary",
        "One or two sentences, at most 300 characters, so that a reader knows whether to open it",
    ),
    "question": (
        "Question (optional)",
        "Ends the sentence “How do other authorities …”, for instance “decide who responds”",
    ),
    "also": ("Other names and abbreviations (optional)", "One a line"),
    "search_words": (
        "Words that people may look for (optional)",
        "One phrase a line, at most 60 characters. They are searched and never shown",
    ),
    "law": ("Law and official guidance", "Full name with its year, one a line"),
    "law_as_at": ("Law as at", "For instance 2026-11-26. Leave it empty if it is not stated"),
    "review_by": ("To be read again by", "For instance 2027-11-26"),
    "practice_year": ("Year of the practice", "For instance 2026. Empty if it is not stated"),
    "sources": (
        "Sources",
        "One a line: title | year | part (optional), for instance “Working Together to Safeguard "
        "Children | 2023 | Chapter 2”",
    ),
    "definitions": (
        "Definitions",
        "One a line: definition | source | year. Competing definitions stand side by side",
    ),
    "related": ("Related documents (optional)", "One a line: case-003 | why it is worth reading"),
    "audience": ("Who may read it", ""),
}
_LIMITS = {"title": 90, "summary": 300, "question": 90}


class Unreadable(DomainError):
    """What stands in a field can't be read; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class FieldsForm(FlaskForm):
    """Some fields of a manuscript; `form_of` adds them."""

    revision = HiddenField(default="1")
    submit = SubmitField("Save and continue", widget=GovSubmitInput())

    @property
    def made_from(self) -> int:
        """The revision that the fields were made from."""
        return _revision(self.revision.data)


def form_of(
    names: Sequence[str], values: Mapping[str, Any], revision: int, vocabularies: Vocabularies
) -> FieldsForm:
    """Return a form for some fields, filled with `values` unless it was sent."""
    fields = {name: _field(name, vocabularies) for name in names}
    data = {name: shown(name, values.get(name), vocabularies) for name in names}
    made: FieldsForm = type("WholeFieldsForm", (FieldsForm,), fields)(
        data={**data, "revision": str(revision)}
    )
    return made


def _field(name: str, vocabularies: Vocabularies) -> Field:
    if name in vocabularies:
        vocabulary = vocabularies[name]
        offered = choices(vocabulary.terms)
        if vocabulary.many:
            return SelectMultipleField(
                vocabulary.label,
                description=vocabulary.hint,
                choices=offered,
                widget=GovCheckboxesInput(),
            )
        return RadioField(
            vocabulary.label, description=vocabulary.hint, choices=offered, widget=GovRadioInput()
        )
    label, hint = WORDS[name]
    if name == "audience":
        return RadioField(label, choices=choices(AUDIENCES), widget=GovRadioInput())
    if name in {"title", "question", "practice_year", *DATES}:
        return StringField(
            label, description=hint, widget=GovTextInput(), filters=[clean], validators=_limit(name)
        )
    return TextAreaField(
        label, description=hint, widget=GovTextArea(), filters=[clean], validators=_limit(name)
    )


def _limit(name: str) -> list[Any]:
    most = _LIMITS.get(name, 20_000)
    return [Length(max=most, message=f"Shorten this to {most:,} characters")]


def shown(name: str, value: Any, vocabularies: Vocabularies) -> Any:
    """Return what a field holds for a value of a manuscript."""
    if name in vocabularies:
        terms = value if isinstance(value, list) else [value or NOT_STATED]
        return terms if vocabularies[name].many else terms[0]
    if name in LINES:
        return "\n".join(value or [])
    if name in ROWS:
        return "\n".join(
            " | ".join(str(row[part]) for part in ROWS[name] if row.get(part))
            for row in value or []
        )
    return "" if value in (None, NOT_STATED) else str(value)


def values_of(form: FieldsForm, names: Sequence[str], vocabularies: Vocabularies) -> dict[str, Any]:
    """Return the values in a form; raises `Unreadable` for the first that can't be read."""
    return {name: _value(name, form[name].data, vocabularies) for name in names}


def _value(name: str, data: Any, vocabularies: Vocabularies) -> Any:
    if name in vocabularies:
        return _terms(name, data, vocabularies)
    text = (data or "").strip()
    if name in LINES:
        return [line.strip() for line in text.split("\n") if line.strip()] or _none(name)
    if name in ROWS:
        lines = [line for line in text.split("\n") if line.strip()]
        return [_row(name, line, place) for place, line in enumerate(lines, 1)]
    if name == "practice_year":
        return _year(name, text) if text else NOT_STATED
    if name in DATES:
        return _day(name, text)
    if name == "question":
        return text or None
    return " ".join(text.split()) if name in {"title", "summary"} else text


def _none(name: str) -> Any:
    return None if name == "search_words" else []


def _terms(name: str, data: Any, vocabularies: Vocabularies) -> list[str]:
    terms = data if isinstance(data, list) else [data or NOT_STATED]
    terms = terms or [NOT_STATED]
    if NOT_STATED in terms and len(terms) > 1:
        label = vocabularies[name].terms[NOT_STATED]
        raise Unreadable(name, f"Choose “{label}” alone, or what applies without it")
    return terms


def _row(name: str, line: str, place: int) -> dict[str, Any]:
    parts = ROWS[name]
    given = [piece.strip() for piece in line.split("|")]
    fewest = len(parts) - 1 if "part" in parts else len(parts)
    if not fewest <= len(given) <= len(parts) or not all(given[:fewest]):
        raise Unreadable(name, f"Write line {place} as {' | '.join(parts)}")
    row: dict[str, Any] = dict(zip(parts, given, strict=False))
    if "year" in row:
        row["year"] = _year(name, row["year"])
    return {part: value for part, value in row.items() if value != ""}


def _year(name: str, text: str) -> int:
    if not (text.isdecimal() and len(text) == 4 and 1900 <= int(text) <= 2100):
        raise Unreadable(
            name, f"Write the year with four digits, for instance 2026, not “{text[:20]}”"
        )
    return int(text)


def _day(name: str, text: str) -> str | None:
    if not text:
        return NOT_STATED if name == "law_as_at" else None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        given = text[:20]
        message = f"Write the date as year-month-day, for instance 2026-11-26, not “{given}”"
        raise Unreadable(name, message) from None
