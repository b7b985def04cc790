"""The versions of a document: every text that readers have seen, who published it and why."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.errors import NotFound
from portal.library.models import Attachment, Document, Version


def latest_number(session: Session, document_id: int) -> int:
    """Return the number of a document's last version, 0 if none is kept."""
    query = select(func.max(Version.number)).where(Version.document_id == document_id)
    return session.scalar(query) or 0


def add(
    session: Session,
    document: Document,
    text: str,
    *,
    by: int | None,
    why: str,
    attachments: Iterable[tuple[str, str]],
) -> Version:
    """Keep the text of a document, as a content file, as its next version.

    `attachments` are the titles of its files with their Markdown.
    """
    version = Version(
        document_id=document.id,
        number=latest_number(session, document.id) + 1,
        text=text,
        content_hash=sha256(text.encode()).hexdigest(),
        made_at=clock.now(),
        by_id=by,
        why=why,
        attachments=[{"title": title, "body": body} for title, body in attachments],
    )
    session.add(version)
    session.flush()
    return version


def attached(session: Session, document_id: int) -> list[tuple[str, str]]:
    """Return the files of a document as they are published now: titles with their Markdown."""
    query = select(Attachment.title, Attachment.body).where(Attachment.document_id == document_id)
    return [(title, body) for title, body in session.execute(query.order_by(Attachment.number))]


def attached_to(version: Version) -> list[tuple[str, str]] | None:
    """Return the files of a version as `attached` does; nothing where none was kept."""
    if version.attachments is None:
        return None
    return [(one["title"], one["body"]) for one in version.attachments]


def of(session: Session, document_id: int) -> Sequence[Version]:
    """Return the versions of a document, the newest first."""
    query = (
        select(Version).where(Version.document_id == document_id).order_by(Version.number.desc())
    )
    return session.scalars(query).all()


def get(session: Session, document_id: int, number: int) -> Version:
    """Return one version. Raises `NotFound`."""
    query = select(Version).where(Version.document_id == document_id, Version.number == number)
    version = session.scalar(query)
    if version is None:
        raise NotFound("There is no such version")
    return version
