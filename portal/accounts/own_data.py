"""What the portal keeps about a person, all of it, in a form to give to them.

It names nobody else: whom the person invited, and who changed their roles, is left out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import leaving
from portal.accounts.models import (
    Invitation,
    Notice,
    PasswordLink,
    PeopleConfirmation,
    RoleAssignment,
    User,
    UserSession,
)
from portal.audit.models import AuditEntry
from portal.audit.words import in_words
from portal.authorities import personal
from portal.authorities.models import Authority
from portal.authorities.questions import CONTACT_FIELDS, QUESTIONS
from portal.core import clock
from portal.core.errors import NotFound
from portal.core.mail import OutgoingMail
from portal.core.roles import Role

ASKED = "access.explained"
Value = str | int | datetime | None
Teller = Callable[[Notice], str]
"""Says what a notice says."""


@dataclass(frozen=True)
class Section:
    """Records of one kind."""

    name: str
    """Its key in the copy for machines."""
    title: str
    columns: Mapping[str, str]
    """Headings by key."""
    rows: Sequence[Mapping[str, Value]]

    def cells(self, row: Mapping[str, Value]) -> list[Value]:
        """Return the values of a row in the order of the columns."""
        return [row[key] for key in self.columns]


@dataclass(frozen=True)
class OwnData:
    """Everything about a person, as it was at the moment `taken`."""

    taken: datetime
    account: Section
    sections: Sequence[Section]

    def for_machines(self) -> dict[str, Any]:
        """Return it as JSON knows it; moments are in UTC, as ISO 8601 has them."""
        (account,) = self.account.rows
        found: dict[str, Any] = {"taken": _plain(self.taken), "account": _plain_row(account)}
        for section in self.sections:
            found[section.name] = [_plain_row(row) for row in section.rows]
        return found


def _plain(value: Value) -> str | int | None:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value


def _plain_row(row: Mapping[str, Value]) -> dict[str, str | int | None]:
    return {key: _plain(value) for key, value in row.items()}


Part = Callable[[Session, int], Section]
"""Gathers what another room keeps about a person, by the number of their account."""


class Parts:
    """What rooms above keep about a person, in the order in which they said so."""

    def __init__(self) -> None:
        self._parts: list[tuple[str, Part]] = []

    def register(self, what: str, part: Part) -> None:
        """Let a copy hold what `part` gathers; `what` says it on the page that offers the copy."""
        self._parts.append((what, part))

    @property
    def what(self) -> list[str]:
        """What a copy holds, all rooms together; the record of what was done comes last."""
        return [*WHAT[:-1], *(what for what, _ in self._parts), WHAT[-1]]

    def gather(self, session: Session, user_id: int) -> list[Section]:
        """Return the sections of the rooms above."""
        return [part(session, user_id) for _, part in self._parts]


WHAT: Sequence[str] = (
    "your account: name, e-mail address, state, what e-mail you chose to get",
    "your roles, with the authority and since when",
    "your sessions: when each began, was last used and ended, and in what kind of browser",
    "invitations to your address, and those you sent (not to whom)",
    "your notices, and the e-mail that was sent to you (its kind and when)",
    "links to choose a new password by (when, not the links)",
    "your confirmations of an authority’s list of people",
    "answers that you gave in an authority’s profile, and your confirmations of it",
    "where you are named as a contact of an authority",
    "the record of what you did, and of what others did to your account (not who)",
)
"""What a copy holds of this room and those below, for the page that offers it."""


def collect(session: Session, *, user_id: int, say: Teller, parts: Parts) -> OwnData:
    """Gather what is kept about a person. Raises `NotFound` for an account that is gone."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("There is no such account")
    words = _Words(session, user_id)
    addresses = leaving.addresses_of(session, user)
    return OwnData(
        taken=clock.now(),
        account=_account(user),
        sections=[
            _roles(session, user_id, words),
            _sessions(session, user_id),
            _invitations_received(session, addresses, words),
            _invitations_sent(session, user_id, words),
            _notices(session, user_id, say),
            _mail(session, user_id, addresses),
            _password_links(session, user_id),
            _confirmations(session, user_id, words),
            _profile_answers(session, user_id, words),
            _profile_confirmations(session, user_id, words),
            _contacts(session, user, addresses, words),
            *parts.gather(session, user_id),
            _done(session, user_id, words),
            _done_to_them(session, user_id, words),
        ],
    )


class _Words:
    """Says in words what rows say in numbers."""

    def __init__(self, session: Session, user_id: int) -> None:
        query = select(Authority.id, Authority.name)
        self._authorities = {id_: name for id_, name in session.execute(query)}
        self._user_id = user_id

    def authority(self, id_: int | None) -> str | None:
        return None if id_ is None else self._authorities.get(id_, "An authority")

    def object(self, entry: AuditEntry) -> str:
        if entry.object_type == "account":
            own = entry.object_id == str(self._user_id)
            return "Your account" if own else "Another person’s account"
        if entry.object_type == "authority" and entry.object_id.isdigit():
            return self.authority(int(entry.object_id)) or ""
        return f"{entry.object_type.capitalize()} {entry.object_id}"

    def details(self, entry: AuditEntry) -> str | None:
        if entry.action == ASKED and entry.actor_id != self._user_id:
            return None  # it may name a document that the person must not know of
        said = [
            f"{key.replace('_', ' ')}: {self._detail(key, value)}"
            for key, value in entry.details.items()
        ]
        return "; ".join(said) or None

    def _detail(self, key: str, value: Any) -> str:
        if key == "authority":
            return self.authority(value) or "none"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, list):
            return ", ".join(str(one) for one in value) or "none"
        return str(value)


def _account(user: User) -> Section:
    state = "open"
    if not user.active:
        state = "suspended" if user.closed_at is None else "closed"
    row: dict[str, Value] = {
        "number": user.id,
        "name": user.name,
        "email": user.email,
        "opened": user.created_at,
        "state": state,
        "closed": user.closed_at,
        "email_choice": user.mail_frequency.value,
        "password": "kept in a scrambled form that can’t be turned back",
    }
    columns = {
        "number": "Number of the account",
        "name": "Name",
        "email": "E-mail address",
        "opened": "Opened",
        "state": "State",
        "closed": "Closed",
        "email_choice": "E-mail about notices",
        "password": "Password",
    }
    return Section("account", "Your account", columns, [row])


def _roles(session: Session, user_id: int, words: _Words) -> Section:
    query = (
        select(RoleAssignment).where(RoleAssignment.user_id == user_id).order_by(RoleAssignment.id)
    )
    columns = {
        "role": "Role",
        "authority": "Authority",
        "sector": "Sector",
        "given": "Given",
        "suspended": "Suspended",
        "suspended_by": "Suspended by",
    }
    rows: list[Mapping[str, Value]] = [
        _role_in_words(held, words)
        | {
            "given": held.given_at,
            "suspended": held.suspended_at,
            "suspended_by": _suspended_by(held),
        }
        for held in session.scalars(query)
    ]
    return Section("roles", "Your roles", columns, rows)


def _suspended_by(held: RoleAssignment) -> str | None:
    if held.suspended_at is None:
        return None
    return "A curator or an administrator" if held.suspended_nationally else "A strategic lead"


def _role_in_words(row: RoleAssignment | Invitation, words: _Words) -> dict[str, Value]:
    role: Role = row.role
    return {
        "role": role.label,
        "authority": words.authority(row.authority_id),
        "sector": row.sector.value.capitalize() if row.sector else None,
    }


def _sessions(session: Session, user_id: int) -> Section:
    query = (
        select(UserSession).where(UserSession.user_id == user_id).order_by(UserSession.created_at)
    )
    columns = {"began": "Began", "used": "Last used", "ended": "Ended", "browser": "Browser"}
    rows: list[Mapping[str, Value]] = [
        {
            "began": row.created_at,
            "used": row.last_seen_at,
            "ended": row.ended_at,
            "browser": row.browser,
        }
        for row in session.scalars(query)
    ]
    return Section("sessions", "Your sessions", columns, rows)


_INVITED = {
    "role": "Role",
    "authority": "Authority",
    "sector": "Sector",
    "sent": "Sent",
    "expires": "Expires",
    "accepted": "Accepted",
    "withdrawn": "Withdrawn",
}


def _invited(invitation: Invitation, words: _Words) -> dict[str, Value]:
    return _role_in_words(invitation, words) | {
        "sent": invitation.created_at,
        "expires": invitation.expires_at,
        "accepted": invitation.accepted_at,
        "withdrawn": invitation.withdrawn_at,
    }


def _invitations_received(session: Session, addresses: Iterable[str], words: _Words) -> Section:
    query = select(Invitation).where(Invitation.email.in_(list(addresses))).order_by(Invitation.id)
    rows: list[Mapping[str, Value]] = [
        {"address": row.email} | _invited(row, words) for row in session.scalars(query)
    ]
    columns = {"address": "Address"} | _INVITED
    return Section("invitations_received", "Invitations to you", columns, rows)


def _invitations_sent(session: Session, user_id: int, words: _Words) -> Section:
    query = select(Invitation).where(Invitation.invited_by_id == user_id).order_by(Invitation.id)
    rows: list[Mapping[str, Value]] = [_invited(row, words) for row in session.scalars(query)]
    return Section("invitations_sent", "Invitations from you", _INVITED, rows)


def _notices(session: Session, user_id: int, say: Teller) -> Section:
    query = select(Notice).where(Notice.user_id == user_id).order_by(Notice.id)
    columns = {"text": "Notice", "told": "Told", "read": "Read", "mailed": "E-mail written"}
    rows: list[Mapping[str, Value]] = [
        {
            "text": say(row),
            "told": row.created_at,
            "read": row.read_at,
            "mailed": row.mailed_at,
        }
        for row in session.scalars(query)
    ]
    return Section("notices", "Your notices", columns, rows)


def _mail(session: Session, user_id: int, addresses: Iterable[str]) -> Section:
    to_them = OutgoingMail.to_email.in_(list(addresses)) | (OutgoingMail.user_id == user_id)
    query = select(OutgoingMail).where(to_them).order_by(OutgoingMail.id)
    columns = {
        "kind": "Kind",
        "address": "Address",
        "written": "Written",
        "sent": "Sent",
        "dropped": "Not sent after all",
    }
    rows: list[Mapping[str, Value]] = [
        {
            "kind": row.kind.replace(".", " ").replace("-", " ").capitalize(),
            "address": row.to_email,
            "written": row.created_at,
            "sent": row.sent_at,
            "dropped": row.dropped_at,
        }
        for row in session.scalars(query)
    ]
    return Section("mail", "E-mail to you", columns, rows)


def _password_links(session: Session, user_id: int) -> Section:
    query = select(PasswordLink).where(PasswordLink.user_id == user_id).order_by(PasswordLink.id)
    columns = {"asked": "Asked for", "expires": "Expires", "used": "Used"}
    rows: list[Mapping[str, Value]] = [
        {"asked": row.created_at, "expires": row.expires_at, "used": row.used_at}
        for row in session.scalars(query)
    ]
    return Section("password_links", "Links to choose a new password by", columns, rows)


def _confirmations(session: Session, user_id: int, words: _Words) -> Section:
    query = (
        select(PeopleConfirmation)
        .where(PeopleConfirmation.by_id == user_id)
        .order_by(PeopleConfirmation.id)
    )
    columns = {"authority": "Authority", "at": "Confirmed"}
    rows: list[Mapping[str, Value]] = [
        {"authority": words.authority(row.authority_id), "at": row.at}
        for row in session.scalars(query)
    ]
    return Section("confirmations", "Lists of people that you confirmed", columns, rows)


def _profile_answers(session: Session, user_id: int, words: _Words) -> Section:
    columns = {"authority": "Authority", "question": "Question", "at": "Answered"}
    rows: list[Mapping[str, Value]] = [
        {
            "authority": words.authority(authority_id),
            "question": QUESTIONS[answer.question].label
            if answer.question in QUESTIONS
            else answer.question,
            "at": answer.at,
        }
        for authority_id, answer in personal.given_by(session, user_id)
    ]
    return Section("profile_answers", "Answers you gave in a profile", columns, rows)


def _profile_confirmations(session: Session, user_id: int, words: _Words) -> Section:
    columns = {"authority": "Authority", "at": "Confirmed"}
    rows: list[Mapping[str, Value]] = [
        {"authority": words.authority(authority_id), "at": at}
        for authority_id, at in personal.confirmed_by(session, user_id)
    ]
    return Section("profile_confirmations", "Profiles that you confirmed", columns, rows)


def _contacts(session: Session, user: User, addresses: Iterable[str], words: _Words) -> Section:
    columns = {"authority": "Authority", "since": "Since", **CONTACT_FIELDS}
    rows: list[Mapping[str, Value]] = [
        {"authority": words.authority(authority_id), "since": at}
        | {key: person.get(key) or None for key in CONTACT_FIELDS}
        for authority_id, at, person in personal.naming(session, emails=addresses, name=user.name)
    ]
    return Section("contacts", "Where you are named as a contact", columns, rows)


_RECORD = {"at": "When", "action": "What", "object": "To what", "details": "Details"}


def _entry(entry: AuditEntry, words: _Words) -> dict[str, Value]:
    refused = "" if entry.outcome == "done" else f" ({entry.outcome})"
    return {
        "at": entry.at,
        "action": f"{in_words(entry.action)}{refused}",
        "object": words.object(entry),
        "details": words.details(entry),
    }


def _done(session: Session, user_id: int, words: _Words) -> Section:
    query = select(AuditEntry).where(AuditEntry.actor_id == user_id).order_by(AuditEntry.id)
    rows: list[Mapping[str, Value]] = [_entry(entry, words) for entry in session.scalars(query)]
    return Section("done_by_you", "The record of what you did", _RECORD, rows)


def _done_to_them(session: Session, user_id: int, words: _Words) -> Section:
    query = (
        select(AuditEntry)
        .where(
            AuditEntry.object_type == "account",
            AuditEntry.object_id == str(user_id),
            AuditEntry.actor_id.is_distinct_from(user_id),
        )
        .order_by(AuditEntry.id)
    )
    rows: list[Mapping[str, Value]] = [_entry(entry, words) for entry in session.scalars(query)]
    return Section("done_to_you", "The record of what happened to your account", _RECORD, rows)
