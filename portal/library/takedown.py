"""Taking a document down: one act, after which its words are nowhere in the portal, and a receipt.

The request itself purges what the database holds. The search index keeps words of what was deleted
until its segments are merged, so the worker builds it anew and then completes the receipt. Copies
that people downloaded, letters and the backups of the server are outside: the receipt says so.
"""

import json
from collections.abc import Callable, Collection
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
from portal.library import content, demand, endings, law, service
from portal.library.indexing import rebuild_index
from portal.library.mentions import without_links, without_mention
from portal.library.models import (
    Attachment,
    Document,
    LawChange,
    Owner,
    Receipt,
    State,
    Version,
)
from portal.library.rendering import Renderer, plain_text, render_attachment
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
    endings.tell(session, actor, document)  # while it is known who wrote it
    names, laws = _names_of(document), _laws_of(session, document)
    steps = _purge_document(session, document)
    steps += purges.run(session, reference)
    steps += _purge_mentions(session, reference, vocabularies)
    forgotten, described = law.forget(session, laws)
    steps.append(("Records of laws that it alone cited", forgotten))
    service.record_changes(session, [document.id])  # once more, for those who named it
    left: list[tuple[str, int | str]] = [(NAMED_IN, one) for one in _naming(session, names)]
    left.append((LAWS_LEFT, described))
    receipt = Receipt(
        reference=reference,
        at=clock.now(),
        by_id=actor.id,
        reason=reason,
        steps=[
            *(_step(what, number, clock.now()) for what, number in steps),
            *(_step(what, number, clock.now(), left=True) for what, number in left if number),
        ],
    )
    session.add(receipt)
    enqueue(session, PURGE, arguments={"reference": reference})
    audit.record(
        session, actor=actor, action="document.removed", object_type="document", object_id=reference
    )
    return receipt


def _step(what: str, number: int | str, at: datetime, *, left: bool = False) -> dict[str, Any]:
    step = {"what": what, "number": number, "at": at.isoformat()}
    return step | {"left": True} if left else step


LAWS_LEFT = "Records of laws that it alone cited, which a curator has described or linked"
NAMED_IN = "Documents that have its title or reference in words of their own, now or in a version"
"""What the portal can't decide: a person has to look at it."""
LEAST_TITLE = 12
"""Characters from which a title is looked for elsewhere: a shorter one is an ordinary word."""


def _names_of(document: Document) -> list[str]:
    """Return the words by which others may name a document: its reference and its title."""
    known_by_title = document.type != "glossary" and len(document.title) >= LEAST_TITLE
    return [document.reference, *([document.title] if known_by_title else [])]


def _laws_of(session: Session, document: Document) -> set[str]:
    """Return the laws that a document cites or has cited."""
    texts = session.scalars(select(Version.text).where(Version.document_id == document.id))
    earlier = {name for text in texts for name in content.parse(text)[0].get("law", [])}
    return earlier | law.cited_by(document)


def _naming(session: Session, names: Collection[str]) -> list[str]:
    """Return the references of others that have one of `names` in words of their own."""

    def stands_in(*columns: Any) -> Any:
        return or_(*(one.icontains(name, autoescape=True) for one in columns for name in names))

    attached = select(Attachment.document_id).where(stands_in(Attachment.title, Attachment.body))
    earlier = select(Version.document_id).where(stands_in(Version.text, Version.why))
    found = set(session.scalars(attached)) | set(session.scalars(earlier))
    others = select(Document).where(Document.state != State.REMOVED).order_by(Document.reference)
    return [
        other.reference
        for other in session.scalars(others)
        if other.id in found or any(name.casefold() in _said_by(other) for name in names)
    ]


def _said_by(document: Document) -> str:
    around = json.dumps([document.details, document.related], ensure_ascii=False)
    said = (document.title, document.summary, document.question or "", document.body, around)
    return "\n".join(said).casefold()


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
    document.contributing_authority_id = None
    session.flush()
    return steps


def _purge_mentions(
    session: Session, reference: str, vocabularies: Vocabularies
) -> list[tuple[str, int]]:
    """Take out what other documents say about it, now and in every version of theirs.

    The reason that stands with a related document, and the words of a link, may say what it was
    about.
    """
    attached = _purge_attachments(session, reference)
    changed = []
    renderer = Renderer(service.glossary_of(session), vocabularies)
    for document in session.scalars(select(Document)):
        related, body = without_mention(document.related, document.body, reference)
        if (related, body) != (document.related, document.body):
            document.related, document.body = related, body
            renderer.render(document, service.attachments_of(session, document.id))
            changed.append(document.id)
    session.flush()
    if {*changed, *attached}:
        service.record_changes(session, {*changed, *attached})
    versions = _purge_versions(session, reference, vocabularies)
    return [
        ("Documents that named it as related or linked to it", len(changed)),
        ("Attachments of other documents that linked to it", len(attached)),
        ("Earlier versions of those documents", versions),
    ]


def _purge_attachments(session: Session, reference: str) -> list[int]:
    """Take links to it out of the attachments of others; return the document of each."""
    linking = select(Attachment).where(Attachment.body.icontains(reference, autoescape=True))
    changed = []
    for attachment in session.scalars(linking):
        body = without_links(attachment.body, reference)
        if body != attachment.body:
            attachment.body, attachment.html = body, render_attachment(body)
            attachment.plain = plain_text(attachment.html)
            changed.append(attachment.document_id)
    session.flush()
    return changed


def _purge_versions(session: Session, reference: str, vocabularies: Vocabularies) -> int:
    count = 0
    naming = select(Version).where(
        or_(
            Version.text.icontains(reference, autoescape=True),
            cast(Version.attachments, Text).icontains(reference, autoescape=True),
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
        {**one, "body": without_links(one["body"], reference)} for one in version.attachments or []
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
