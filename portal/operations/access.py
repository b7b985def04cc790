"""Why a person can or cannot open a document: the rules are asked, and answer in words.

Nothing here decides anything. The guard's permission is read from the view that a reader would
open, the person is made as a request makes them, and the document is asked for as the page asks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique

from flask import current_app
from sqlalchemy.orm import Session

from portal.accounts import lookup
from portal.accounts import service as accounts
from portal.accounts.lookup import HeldRole, Person
from portal.core.errors import Gone, NotFound
from portal.core.permissions import Actor, Permission, Policy
from portal.core.roles import Role
from portal.library import service as library
from portal.library.models import State
from portal.library.policy import roles_of
from portal.library.vocabularies import AUDIENCES

READ, DOWNLOAD = "library.document", "library.download"
"""The views by which a document is opened."""


@unique
class Outcome(StrEnum):
    """What happens when somebody asks for a document."""

    OPENS = "opens"
    WITHDRAWN = "withdrawn"
    """They are told that it was withdrawn and why; its text is gone."""
    HIDDEN = "hidden"
    """They are told that there is no such page."""
    REFUSED = "refused"
    """They may not open this kind of page at all."""
    SHUT_OUT = "shut out"
    """They cannot sign in."""


@dataclass(frozen=True)
class DocumentFacts:
    """Who a document is for, and how many they are."""

    reference: str
    audience: str
    """In words."""
    withdrawn: bool
    roles: Sequence[Role]
    holders: Mapping[Role, int]
    """How many people can sign in with each role."""
    readers: int
    """How many people that are, each counted once."""


@dataclass(frozen=True)
class HeldAndOpens:
    """A role that a person holds, and whether it counts for the document asked about."""

    held: HeldRole
    counts: bool
    """Whether the role belongs to the document's audience; false without a document."""


@dataclass(frozen=True)
class Explanation:
    """The answer to an administrator's question about a person, a document, or both."""

    person: Person | None
    roles: Sequence[HeldAndOpens]
    permissions: Sequence[Permission]
    document: DocumentFacts | None
    read: Outcome | None
    download: Outcome | None
    why: Sequence[str]
    """The rule that decides, and what would have to change."""


def explain(
    session: Session, policy: Policy, *, user_id: int | None, reference: str | None
) -> Explanation:
    """Ask the rules about a person, a document, or both.

    Raises `NotFound` for a person or a document that is not there.
    """
    person = lookup.person(session, user_id) if user_id is not None else None
    document = _facts(session, reference) if reference is not None else None
    actor = accounts.actor_of(session, person.id) if person else None
    audience = frozenset(document.roles) if document else frozenset()
    roles = [HeldAndOpens(held, held.role in audience) for held in person.roles] if person else []
    read = download = None
    why: list[str] = []
    if person is not None and document is not None:
        read = outcome(session, policy, actor=actor, reference=document.reference, view=READ)
        download = outcome(
            session, policy, actor=actor, reference=document.reference, view=DOWNLOAD
        )
        why = _why(person, document, roles, read)
    return Explanation(
        person=person,
        roles=roles,
        permissions=policy.held_by(actor) if actor else [],
        document=document,
        read=read,
        download=download,
        why=why,
    )


def outcome(
    session: Session, policy: Policy, *, actor: Actor | None, reference: str, view: str
) -> Outcome:
    """Do what a request to `view` does, up to the answer; `actor` is `None` who cannot sign in."""
    if actor is None:
        return Outcome.SHUT_OUT
    permission: Permission = getattr(current_app.view_functions[view], "permission")  # noqa: B009 (declared on the view)
    if not policy.allows(actor, permission):
        return Outcome.REFUSED
    try:
        library.page_of(session, actor=actor, reference=reference)
    except Gone:
        return Outcome.WITHDRAWN
    except NotFound:
        return Outcome.HIDDEN
    return Outcome.OPENS


def _facts(session: Session, reference: str) -> DocumentFacts:
    found = library.standing(session, reference)
    if found is None:
        raise NotFound("There is no document with this reference")
    audience, state = found
    roles = sorted(roles_of(audience))
    by_role, readers = lookup.holders(session, roles)
    return DocumentFacts(
        reference=reference,
        audience=AUDIENCES.get(audience, audience),
        withdrawn=state == State.WITHDRAWN,
        roles=roles,
        holders=by_role,
        readers=readers,
    )


def _why(
    person: Person, document: DocumentFacts, roles: Sequence[HeldAndOpens], read: Outcome
) -> list[str]:
    match read:
        case Outcome.SHUT_OUT:
            return [_why_shut_out(person)]
        case Outcome.REFUSED:
            return [_why_refused(roles)]
        case Outcome.HIDDEN:
            return [_audience(document), *_why_hidden(roles)]
        case Outcome.WITHDRAWN:
            return [
                _audience(document),
                _belongs(roles),
                "It was withdrawn: whoever could read it is told so, with the reason. "
                "Nobody can read it any more.",
            ]
        case Outcome.OPENS:
            return [_audience(document), _belongs(roles), "It is published."]


def _why_shut_out(person: Person) -> str:
    if person.active:
        return "They can’t sign in: this is an account of the demonstration."
    return f"They can’t sign in: the account is {person.state}."


def _why_refused(roles: Sequence[HeldAndOpens]) -> str:
    if not roles:
        return "They can sign in, but hold no role. Without one the library stays closed."
    return (
        "They can sign in, but every role of theirs is suspended. "
        "Without one the library stays closed."
    )


def _audience(document: DocumentFacts) -> str:
    names = [role.label.lower() for role in document.roles]
    return f"It is for the audience “{document.audience}”: {_or(names)}."


def _belongs(roles: Sequence[HeldAndOpens]) -> str:
    names = [one.held.where for one in roles if one.counts and one.held.suspended_at is None]
    return f"They belong to it as {_and(names)}."


def _why_hidden(roles: Sequence[HeldAndOpens]) -> list[str]:
    said = [
        "None of their roles that are in force belongs to it, so they are told that there is "
        "no such page."
    ]
    resting = [one.held.where for one in roles if one.counts]
    if resting:
        said.append(f"This would belong to it, but is suspended: {_and(resting)}.")
    return said


def _or(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else "".join(names)


def _and(names: Sequence[str]) -> str:
    return "; ".join(names)  # each may hold a comma
