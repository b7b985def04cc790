"""What profiles hold about a person: answers that they gave, and that they are a contact."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.authorities import answers
from portal.authorities.models import ProfileAnswer, ProfileConfirmation, State
from portal.authorities.profiles import Answer, answer_of

CONTACTS = select(ProfileAnswer).where(ProfileAnswer.question == "contacts")


def given_by(session: Session, account_id: int) -> list[tuple[int, Answer]]:
    """Return the answers that a person gave, current and earlier, each with its authority's id."""
    query = (
        select(ProfileAnswer).where(ProfileAnswer.by_id == account_id).order_by(ProfileAnswer.id)
    )
    return [(row.authority_id, answer_of(row)) for row in session.scalars(query)]


def confirmed_by(session: Session, account_id: int) -> list[tuple[int, datetime]]:
    """Return when a person confirmed profiles: ids of authorities and moments."""
    query = (
        select(ProfileConfirmation.authority_id, ProfileConfirmation.at)
        .where(ProfileConfirmation.by_id == account_id)
        .order_by(ProfileConfirmation.id)
    )
    return [(id_, at) for id_, at in session.execute(query)]


def naming(
    session: Session, *, emails: Iterable[str], name: str
) -> list[tuple[int, datetime, Mapping[str, str]]]:
    """Return where a person stands among contacts: authority, since when, and what it says."""
    emails = set(emails)
    found = []
    for row in session.scalars(CONTACTS.order_by(ProfileAnswer.id)):
        others = answers.without_person(row.value or [], emails, name)
        found += [(row.authority_id, row.at, p) for p in row.value or [] if p not in others]
    return found


def forget_contact(session: Session, *, emails: Iterable[str], name: str) -> None:
    """Take a person out of all contacts, earlier ones included: they are being erased.

    A list that loses everybody becomes unanswered.
    """
    emails = set(emails)
    for row in session.scalars(CONTACTS.order_by(ProfileAnswer.id)):
        others = answers.without_person(row.value or [], emails, name)
        if len(others) < len(row.value or []):
            row.value = others or None
            row.state = State.GIVEN if others else State.TAKEN_BACK
    session.flush()
