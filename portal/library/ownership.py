"""Who sees to it that a document is read again in time: a curator, or nobody and so all of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import notices
from portal.accounts.lookup import with_role
from portal.audit import service as audit
from portal.core.errors import Conflict
from portal.core.permissions import Actor
from portal.core.roles import Role
from portal.library.models import Document, Owner, State

OWNED = "library.owned"
"""Tells a curator that documents were given to them; `document_ids` names them."""


def curators(session: Session) -> set[int]:
    """Return the accounts that can own documents."""
    return with_role(session, Role.CURATOR)


def owners(session: Session, among: Collection[int] | None = None) -> dict[int, int]:
    """Return the account of each document's owner, by the document's id.

    Somebody who is no curator any more sees to nothing: what was theirs is nobody's. `among` are
    the curators, where they are known already.
    """
    there = curators(session) if among is None else among
    rows = session.execute(select(Owner.document_id, Owner.account_id))
    return {document_id: account_id for document_id, account_id in rows if account_id in there}


def owner_of(session: Session, document_id: int) -> int | None:
    """Return the account of a document's owner, if it has one."""
    return owners(session).get(document_id)


def concerned(session: Session, document_ids: Iterable[int]) -> dict[int, list[int]]:
    """Return the documents that each account has to see to: its own, and those of nobody."""
    there = curators(session)
    owned = owners(session, there)
    found: dict[int, list[int]] = {}
    for document_id in document_ids:
        own = owned.get(document_id)
        for account_id in sorted(there) if own is None else [own]:
            found.setdefault(account_id, []).append(document_id)
    return found


def published(session: Session, references: Collection[str]) -> Sequence[Document]:
    """Return those among `references` that are published, by title."""
    query = select(Document).where(
        Document.reference.in_(references), Document.state == State.PUBLISHED
    )
    return sorted(session.scalars(query), key=lambda document: document.title.casefold())


def set_owner(session: Session, *, actor: Actor, document: Document, account_id: int) -> None:
    """Let somebody see to it that a document is read again in time."""
    owner = session.get(Owner, document.id)
    if owner is None:
        session.add(Owner(document_id=document.id, account_id=account_id))
    else:
        owner.account_id = account_id
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="document.owner-set",
        object_type="document",
        object_id=document.reference,
    )


def give(
    session: Session, *, actor: Actor, references: Collection[str], account_id: int
) -> Mapping[str, str]:
    """Give published documents an owner, who is told; return them, title by reference.

    Raises `Conflict` for somebody who is no curator.
    """
    if account_id not in curators(session):
        raise Conflict("Choose a curator")
    given = published(session, references)
    for document in given:
        set_owner(session, actor=actor, document=document, account_id=account_id)
    if given:
        notices.notify(
            session,
            user_ids={account_id} - {actor.id or 0},
            kind=OWNED,
            context={"document_ids": [document.id for document in given]},
        )
    return {document.reference: document.title for document in given}
