"""An answer as data: what may be answered to a question, and the answer in words. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.authorities.models import State
from portal.authorities.questions import CONTACT_FIELDS, NOTHING, Kind, Question
from portal.core.errors import DomainError

MOST_IN_A_FIELD = {"name": 100, "job": 100, "email": 254, "phone": 40}
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
_PHONE = re.compile(r"[+(]?[0-9][0-9 ()+.-]*(?: ?(?:ext|x)\.? ?[0-9]+)?", re.IGNORECASE)
STATE_WORDS: Mapping[State, str] = {
    State.NOT_SETTLED: "Not settled",
    State.PREFER_NOT_TO_SAY: "Prefer not to say",
    State.TAKEN_BACK: "No answer",
}


@dataclass(frozen=True)
class Said:
    """What somebody answers: a state, and a value where the state is `given`."""

    state: State
    value: Any = None


UNANSWERED = Said(State.TAKEN_BACK)


def check(question: Question, said: Said, *, authority_id: int, places: Iterable[int] = ()) -> Said:
    """Return an answer in the one form in which it is kept.

    `places` are the ids that exist. Raises `DomainError` for what cannot be answered.
    """
    if said.state == State.GIVEN:
        value = _CHECKS[question.kind](question, said.value)
        if question.kind == Kind.PLACES:
            value = _known_places(question, value, authority_id, frozenset(places))
        return UNANSWERED if value in (None, "", []) else Said(State.GIVEN, value)
    offered = {
        State.NOT_SETTLED: question.may_be_open,
        State.PREFER_NOT_TO_SAY: question.may_be_kept,
        State.TAKEN_BACK: True,
    }
    if not offered[said.state]:
        raise DomainError("Choose one of the answers that are offered")
    return Said(said.state)


def _one(question: Question, value: Any) -> Any:
    if value not in question.terms:
        raise DomainError("Choose one of the answers that are offered")
    return value


def _many(question: Question, value: Any) -> Any:
    chosen = set(value)
    if not chosen <= question.terms.keys():
        raise DomainError("Choose from the answers that are offered")
    if NOTHING in chosen and len(chosen) > 1:
        label = question.terms[NOTHING]
        raise DomainError(f"Untick “{label}”, or untick the others")
    return [key for key in question.terms if key in chosen]


def _number(question: Question, value: Any) -> Any:
    if type(value) is not int or not 0 <= value <= question.most:
        raise DomainError(f"Enter a whole number from 0 to {question.most}")
    return value


def _text(question: Question, value: Any) -> Any:
    text = str(value).strip().replace("\r\n", "\n")
    if len(text) > question.most:
        raise DomainError(f"Write {question.most} characters or fewer")
    return text


def _places(question: Question, value: Any) -> Any:
    chosen = sorted(set(value))
    if len(chosen) > question.most:
        raise DomainError(f"Name {question.most} authorities or fewer")
    return chosen


def _known_places(
    question: Question, value: list[int], authority_id: int, known: frozenset[int]
) -> list[int]:
    if authority_id in value:
        raise DomainError("Name other authorities, not your own")
    if not known.issuperset(value):
        raise DomainError("Choose authorities from the register")
    return value


def _contacts(question: Question, value: Any) -> Any:
    people = [_contact(number, person) for number, person in enumerate(value, 1) if any_of(person)]
    if len(people) > question.most:
        raise DomainError(f"Name {question.most} people or fewer")
    return people


def any_of(person: Mapping[str, str]) -> bool:
    """Tell whether anything was typed about a contact."""
    return any((person.get(key) or "").strip() for key in CONTACT_FIELDS)


def contact_problems(person: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with a contact, by field."""
    given = {key: (person.get(key) or "").strip() for key in CONTACT_FIELDS}
    problems = {
        key: f"{CONTACT_FIELDS[key]} must be {most} characters or fewer"
        for key, most in MOST_IN_A_FIELD.items()
        if len(given[key]) > most
    }
    if not given["name"]:
        problems["name"] = "Enter a name"
    if not given["email"] and not given["phone"]:
        problems["email"] = "Enter a work e-mail address or a work phone number"
    elif given["email"] and not _EMAIL.fullmatch(given["email"]):
        problems["email"] = "Enter an e-mail address in the form name@example.gov.uk"
    if given["phone"] and not _PHONE.fullmatch(given["phone"]):
        problems["phone"] = "Enter a phone number, like 01632 960001"
    return problems


def _contact(number: int, person: Mapping[str, str]) -> dict[str, str]:
    problems = contact_problems(person)
    if problems:
        raise DomainError(f"Contact {number}: {next(iter(problems.values()))}")
    given = {key: (person.get(key) or "").strip() for key in CONTACT_FIELDS}
    return given | {"email": given["email"].lower()}


_CHECKS = {
    Kind.ONE: _one,
    Kind.MANY: _many,
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
    Kind.PLACES: _places,
    Kind.CONTACTS: _contacts,
}


def in_words(question: Question, said: Said, names: Mapping[int, str]) -> list[str]:
    """Return an answer as lines to read; `names` are those of authorities by id.

    A term or an authority that is no longer known is said by its key.
    """
    if said.state != State.GIVEN:
        return [STATE_WORDS[said.state]]
    match question.kind:
        case Kind.ONE:
            return [question.terms.get(said.value, said.value)]
        case Kind.MANY:
            return [question.terms.get(key, key) for key in said.value]
        case Kind.PLACES:
            return [names.get(id_, f"Authority {id_}") for id_ in said.value]
        case Kind.CONTACTS:
            return [contact_in_words(person) for person in said.value]
        case Kind.NUMBER:
            return [str(said.value)]
        case Kind.TEXT:
            return str(said.value).split("\n")


def contact_in_words(person: Mapping[str, str]) -> str:
    """Return a contact in one line."""
    return ", ".join(person[key] for key in CONTACT_FIELDS if person.get(key))


def without_person(
    value: Sequence[Mapping[str, str]], emails: Iterable[str], name: str
) -> list[Mapping[str, str]]:
    """Return contacts without those who are one person, known by e-mail address or by name.

    The name alone tells where no address is given, or one at a domain of theirs: a mailbox that
    several share.
    """
    theirs = {email.lower() for email in emails}
    domains = {email.rpartition("@")[2] for email in theirs} | {""}

    def is_theirs(person: Mapping[str, str]) -> bool:
        email = person.get("email", "").lower()
        same_name = person["name"].casefold() == name.casefold()
        return email in theirs or (same_name and email.rpartition("@")[2] in domains)

    return [person for person in value if not is_theirs(person)]
