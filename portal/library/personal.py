"""What this room keeps about a person: documents they own, published and took down."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.own_data import Parts, Section, Value
from portal.library.models import Document, Owner, Receipt, Version


def curated(session: Session, user_id: int) -> Section:
    """Return what a person did with published documents."""
    published = (
        select(Document.reference, Version.made_at)
        .join(Version, Version.document_id == Document.id)
        .where(Version.by_id == user_id)
    )
    removed = select(Receipt.reference, Receipt.at).where(Receipt.by_id == user_id)
    owned = (
        select(Document.reference)
        .join(Owner, Owner.document_id == Document.id)
        .where(Owner.account_id == user_id)
    )
    rows: list[Mapping[str, Value]] = [
        {"what": "Published a version", "document": reference, "when": at}
        for reference, at in session.execute(published)
    ]
    rows += [
        {"what": "Took it down", "document": reference, "when": at}
        for reference, at in session.execute(removed)
    ]
    rows += [
        {"what": "Owns it", "document": reference, "when": None}
        for reference in session.scalars(owned)
    ]
    columns = {"what": "What", "document": "Document", "when": "When"}
    return Section("documents", "What you did with published documents", columns, rows)


def register(parts: Parts) -> None:
    """Let a copy of one's own data hold it too."""
    parts.register("the documents that you own, published or took down", curated)
