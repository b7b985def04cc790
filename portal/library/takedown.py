"""Taking a document down: one act, after which its words are nowhere in the portal, and a receipt.

The request itself purges what the database holds. The search index keeps words of what was deleted
until its segments are merged, so the worker builds it anew and then completes the receipt. Copies
that people downloaded, letters and the backups of the server are outside: the receipt says so.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Text, cast, delete, func, or_, select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core import clock
from portal.core.database import clear_log, db, reading, short_transaction
from portal.core.errors import NotFound
from portal.core.jobs import enqueue
from portal.core.permissions import Actor
from portal.library import content, demand, service
from portal.library.indexing import rebuild_index
from portal.library.models import (
    Attachment,
    Document,
    LawChange,
    Owner,
    Receipt,
    State,
    Version,
)
from portal.library.rendering import Renderer
from portal.library.vocabularies import Vocabularies
from portal.search.port import Engine

PURGE = "library.purge"
"""The worker's part."""
REMOVED_TITLE = "Removed document"

Purge = Callable[[Session, str], list[tuple[str, int]]]
"""Purges what another room holds of a document's reference; returns what, and how many of it."""


class Purges:
    """What other rooms hold of a document, to be purged with it."""

    def __init__(self) -> None:
        self._registered: list[Purge] = []

    def register(self, purge: Purge) -> None:
        """Let `purge` be called, in the transaction of the takedown."""
        self._registered.append(purge)

    def run(self, session: Session, reference: str) -> list[tuple[str, int]]:
        """Call each and return all that was purged."""
        return [step for purge in self._registered for step in purge(session, reference)]


def take_down(
    session: Session,
    *,
    actor: Actor,
    reference: str,
    reason: str,
    vocabularies: Vocabularies,
    purges: Purges,
) -> Receipt:
    """Remove a document and every word of it; its address then says that it is gone, and why.

    `reason` is public and must not repeat what was wrong. Raises `NotFound`, or `Conflict` when it
    was removed before.
    """
    document = service.end(session, reference, State.REMOVED, reason, vocabularies)
    steps = _purge_document(session, document)
    steps += purges.run(session, reference)
    steps += _purge_mentions(session, reference, vocabularies)
    service.record_changes(session, [document.id])  # once more, for those who named it
    receipt = Receipt(
        reference=reference,
        at=clock.now(),
        by_id=actor.id,
        reason=reason,
        steps=[_step(what, number, clock.now()) for what, number in steps],
    )
    session.add(receipt)
    enqueue(session, PURGE, arguments={"reference": reference})
    audit.record(
        session, actor=actor, action="document.removed", object_type="document", object_id=reference
    )
    return receipt


def _step(what: str, number: int, at: datetime) -> dict[str, Any]:
    return {"what": what, "number": number, "at": at.isoformat()}


def _purge_document(session: Session, document: Document) -> list[tuple[str, int]]:
    steps = [("Page, search entry, facts and downloads of the document", 1)]
    for model, what in (
        (Version, "Earlier versions"),
        (Attachment, "Attachments"),
        (LawChange, "Marks that its law has changed"),
        (Owner, "Its owner"),
    ):
        held: Any = model
        count = select(func.count()).select_from(held).where(held.document_id == document.id)
        steps.append((what, session.scalar(count) or 0))
        session.execute(delete(held).where(held.document_id == document.id))
    document.title, document.summary, document.question = REMOVED_TITLE, "", None
    document.terms, document.related, document.body = {}, [], ""
    document.details = {"sources": []}
    document.article_html = document.head_html = document.plain = ""
    document.content_hash = document.rendered_with = ""
    document.practice_year = document.law_as_at = document.successor = None
    session.flush()
    return steps


REMOVED_LINK = "a document that was removed"
"""Stands in the place of a link to it: the words of a link are often its title."""


def without_mention(
    related: Sequence[dict[str, str]], body: str, reference: str
) -> tuple[list[dict[str, str]], str]:
    """Return a list of related documents and a text without what was said about a document."""
    link = re.compile(rf"\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(doc:{re.escape(reference)}\)")
    return [entry for entry in related if entry["id"] != reference], link.sub(REMOVED_LINK, body)


def _purge_mentions(
    session: Session, reference: str, vocabularies: Vocabularies
) -> list[tuple[str, int]]:
    """Take out what other documents say about it, now and in every version of theirs.

    The reason that stands with a related document, and the words of a link, may say what it was
    about.
    """
    changed = []
    renderer = Renderer(service.glossary_of(session), vocabularies)
    for document in session.scalars(select(Document)):
        related, body = without_mention(document.related, document.body, reference)
        if (related, body) != (document.related, document.body):
            document.related, document.body = related, body
            renderer.render(document, service.attachments_of(session, document.id))
            changed.append(document.id)
    session.flush()
    if changed:
        service.record_changes(session, changed)
    versions = _purge_versions(session, reference, vocabularies)
    return [
        ("Documents that named it as related or linked to it", len(changed)),
        ("Earlier versions of those documents", versions),
    ]


def _purge_versions(session: Session, reference: str, vocabularies: Vocabularies) -> int:
    count = 0
    naming = select(Version).where(
        or_(
            Version.text.contains(reference, autoescape=True),
            cast(Version.attachments, Text).contains(reference, autoescape=True),
        )
    )
    for version in session.scalars(naming):
        files = _without_link_to(version, reference)
        fields, body = content.parse(version.text)
        related, left = without_mention(fields.get("related", []), body, reference)
        if related == fields.get("related", []) and left == body:
            count += files
            continue
        kept = {
            name: [value] if name in vocabularies and not isinstance(value, list) else value
            for name, value in (fields | {"related": related}).items()
        }
        version.text = content.dump(kept, left, vocabularies)
        version.content_hash = sha256(version.text.encode()).hexdigest()
        count += 1
    session.flush()
    return count


def _without_link_to(version: Version, reference: str) -> bool:
    """Take links to a document out of the files of a version; tell whether there were any."""
    left = [
        {**one, "body": without_mention([], one["body"], reference)[1]}
        for one in version.attachments or []
    ]
    if left == (version.attachments or []):
        return False
    version.attachments = left
    return True


def receipt_of(session: Session, reference: str) -> Receipt:
    """Return the receipt of a document that was taken down. Raises `NotFound`."""
    receipt = session.scalar(select(Receipt).where(Receipt.reference == reference))
    if receipt is None:
        raise NotFound("No document of that reference was taken down")
    return receipt


def receipts(session: Session) -> list[Receipt]:
    """Return every receipt, the newest first."""
    return list(session.scalars(select(Receipt).order_by(Receipt.at.desc(), Receipt.id.desc())))


def purge(engine: Engine, vocabularies: Vocabularies, reference: str) -> None:
    """Build the search index anew, without the words of what was removed: the worker's part."""
    with reading():
        rebuild_index(db.session, engine, vocabularies)
        db.session.rollback()
    with short_transaction() as session:
        receipt = receipt_of(session, reference)
        if receipt.finished_at is None:
            forgotten = demand.forget_unknown(session, engine)
            now = clock.now()
            receipt.steps = [
                *receipt.steps,
                _step("Search index, built anew", 1, now),
                _step("Words of searches that stand nowhere any more", forgotten, now),
            ]
            receipt.finished_at = now
    clear_log(db.engine)
