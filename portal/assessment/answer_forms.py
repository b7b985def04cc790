"""The questions as a member of staff meets them: a few on each page, one case on each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput
from wtforms import Form, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # not in stubs
from wtforms.validators import ValidationError

from portal.assessment import subjects
from portal.assessment.instrument import (
    DONT_KNOW,
    DONT_KNOW_LABEL,
    PLACES,
    SCALE,
    SURENESS,
    Instrument,
    Vignette,
)
from portal.assessment.subjects import Kind, Subject

ITEMS_ON_A_PAGE = 3


@dataclass(frozen=True)
class Part:
    """What stands on one page."""

    number: int
    """1, 2, …"""
    subjects: tuple[Subject, ...]
    vignette: Vignette | None = None


def parts(instrument: Instrument) -> list[Part]:
    """Return the pages of an edition in order."""
    every = list(subjects.of(instrument))
    items = [subject for subject in every if subject.kind == Kind.ITEM]
    groups: list[tuple[tuple[Subject, ...], Vignette | None]] = [
        (tuple(items[at : at + ITEMS_ON_A_PAGE]), None)
        for at in range(0, len(items), ITEMS_ON_A_PAGE)
    ]
    for vignette in instrument.vignettes:
        groups.append((tuple(s for s in every if s.key == vignette.key), vignette))
    return [Part(at, asked, vignette) for at, (asked, vignette) in enumerate(groups, 1)]


def question(instrument: Instrument, subject: Subject) -> str:
    """Return the words of a question."""
    if subject.kind == Kind.ITEM:
        return next(item.text for item in instrument.items if item.key == subject.key)
    if subject.kind == Kind.TIER:
        return instrument.vignette_question
    return instrument.sureness_question


def choices(subject: Subject) -> list[tuple[str, str]]:
    """Return the answers that a person can choose from, with their words."""
    if subject.kind == Kind.TIER:
        return list(PLACES)
    if subject.kind == Kind.SURE:
        return [(str(point), words) for point, words in SURENESS]
    return [*((str(point), words) for point, words in SCALE), (DONT_KNOW, DONT_KNOW_LABEL)]


def form_of(part: Part, instrument: Instrument, given: Mapping[str, str] | None = None) -> Form:
    """Return the form of one page.

    It has no token against forgery: only the link lets anybody answer, and a page without a cookie
    can tell nobody who it is. How sure somebody is isn't asked of those who do not know.
    """
    fields: dict[str, Any] = {}
    for subject in part.subjects:
        fields[subject.name] = RadioField(
            question(instrument, subject),
            choices=[SelectChoice(*choice) for choice in choices(subject)],
            widget=GovRadioInput(),
            validators=[_Needed(subject, _missing(instrument, subject))],
            validate_choice=False,
        )
    made: Form = type("PartForm", (Form,), fields)(data=dict(given or {}))
    return made


def _missing(instrument: Instrument, subject: Subject) -> str:
    if subject.kind == Kind.SURE:
        return "Choose how sure you are"
    if subject.kind == Kind.TIER:
        return "Choose who should hold this case, or “Don’t know”"
    return f"Choose an answer, or “Don’t know”: {question(instrument, subject)}"


class _Needed:
    """An answer is there, and one of those that can be chosen."""

    field_flags: Mapping[str, Any] = {}

    def __init__(self, subject: Subject, message: str) -> None:
        self._subject = subject
        self._message = message

    def __call__(self, form: Form, field: Any) -> None:
        tier = subjects.tier_of(self._subject.key)
        if self._subject.kind == Kind.SURE and form[tier].data == DONT_KNOW:
            return
        if field.data not in dict(choices(self._subject)):
            raise ValidationError(self._message)
