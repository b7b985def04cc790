"""Questions as GOV.UK components: the parameters that their macros take."""

from typing import Any

from portal.authorities import forms
from portal.authorities.answers import Said
from portal.authorities.presenting import Shown
from portal.authorities.questions import NOTHING, Kind, Question

Parameters = dict[str, Any]


def hint(question: Question, beside: Shown | None) -> str:
    """Return what helps to answer, with what is known from elsewhere."""
    parts = [question.hint]
    if question.kind == Kind.TEXT:
        parts.append(f"{question.most} characters at most")
    if beside is not None:
        said = "; ".join(beside.lines)
        parts.append(
            f"A curator has inferred: {said}. From: {beside.answer.source}. Your own answer counts"
            if beside.inferred
            else f"The authority states: {said}"
        )
    return ". ".join(part for part in parts if part)


def choice(question: Question, field: Any, now: Said, beside: Shown | None) -> Parameters:
    """Return the parameters of radios or checkboxes: terms, then what stands for no term."""
    chosen = [field.data] if question.kind == Kind.ONE else field.data or []

    def item(key: str, text: str, alone: bool) -> Parameters:
        one: Parameters = {"value": key, "text": text, "checked": key in chosen}
        return one | {"behaviour": "exclusive"} if alone else one

    many = question.kind == Kind.MANY
    terms = [
        item(key, text, False)
        for key, text in question.terms.items()
        if not (many and key == NOTHING)
    ]
    alone = [(NOTHING, question.terms[NOTHING])] if many and NOTHING in question.terms else []
    alone += forms.others(question, now)
    items = terms + ([{"divider": "or"}] if alone else [])
    items += [item(key, text, many) for key, text in alone]
    legend = {"text": question.label, "classes": "govuk-fieldset__legend--s"}
    found: Parameters = {
        "idPrefix": field.id,
        "name": field.name,
        "items": items,
        "fieldset": {"legend": legend},
    }
    if many:
        found["classes"] = "govuk-checkboxes--small"
    return _common(found, field, hint(question, beside))


def typed(question: Question, field: Any, beside: Shown | None) -> Parameters:
    """Return the parameters of a text input or a textarea."""
    found: Parameters = {
        "id": field.id,
        "name": field.name,
        "value": field.data or "",
        "label": {"text": question.label, "classes": "govuk-label--s"},
    }
    if question.kind == Kind.NUMBER:
        found |= {"inputmode": "numeric", "classes": "govuk-input--width-2", "autocomplete": "off"}
    else:
        found |= {"rows": 3 if question.kind == Kind.PLACES else 4}
    return _common(found, field, hint(question, beside))


_TYPES = {"email": "email", "phone": "tel"}


def contact_part(part: str, field: Any) -> Parameters:
    """Return the parameters of a text input for a part of a contact."""
    found: Parameters = {
        "id": field.id,
        "name": field.name,
        "value": field.data or "",
        "type": _TYPES.get(part, "text"),
        "label": {"text": field.label.text},
        "autocomplete": "off",  # it is somebody else's
        "spellcheck": False,
    }
    if part == "phone":
        found["classes"] = "govuk-input--width-20"
    return _common(found, field, "")


def _common(found: Parameters, field: Any, words: str) -> Parameters:
    if words:
        found["hint"] = {"text": words}
    if field.errors:
        found["errorMessage"] = {"text": field.errors[0]}
    return found
