"""The words of this room's notices. They carry no words of a text: a letter may repeat them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from portal.accounts.notices import Notices, Told
from portal.core import clock
from portal.core.permissions import Actor
from portal.core.roles import Role
from portal.library import law, ownership, reminders
from portal.library.models import Document, Instrument, State
from portal.ui.filters import count, day

THEIRS = "/desk?show={}"
"""The list on the curators' desk where several documents are found."""


def register(notices: Notices) -> None:
    """Register what this room tells people."""
    notices.register(law.LAW_CHANGED, _law_changed)
    notices.register(reminders.DUE, _review_due)
    notices.register(ownership.OWNED, _owned)


def _theirs(session: Session, reader: Actor, ids: Collection[int]) -> list[Row[int, str, date]]:
    """Return (id, reference, date of review) of the published documents a reader has to see to."""
    if Role.CURATOR not in reader.roles or not ids:
        return []
    owners = ownership.owners(session)
    query = select(Document.id, Document.reference, Document.review_by).where(
        Document.id.in_(ids), Document.state == State.PUBLISHED
    )
    rows = session.execute(query.order_by(Document.reference)).all()
    return [row for row in rows if owners.get(row.id, reader.id) == reader.id]


def _one_or_more(references: Sequence[str], list_: str) -> tuple[str, str]:
    """Return the documents in words and where they are found."""
    if len(references) == 1:
        return references[0], f"/library/{references[0]}/history"
    return count(len(references), "document"), THEIRS.format(list_)


def _law_changed(session: Session, context: Mapping[str, Any], reader: Actor) -> Told | None:
    instrument = session.get(Instrument, context["instrument_id"])
    if instrument is None:
        return None
    found = _theirs(session, reader, law.marked(session, instrument.id))
    if not found:
        return None
    what, link = _one_or_more([row.reference for row in found], "law")
    return Told(f"{instrument.name} is no longer in force: {what} must be read again", link)


def _review_due(session: Session, context: Mapping[str, Any], reader: Actor) -> Told | None:
    """Say what must be read again; pointless for what has been, or has an owner who sees to it."""
    dates = {id_: date.fromisoformat(written) for id_, written in context["documents"]}
    found = [row for row in _theirs(session, reader, dates) if row.review_by == dates[row.id]]
    if not found:
        return None
    first, last = min(row.review_by for row in found), max(row.review_by for row in found)
    list_ = "overdue" if first < clock.today() else "soon"
    what, link = _one_or_more([row.reference for row in found], list_)
    when = f"by {day(first)}" if first == last else f"between {day(first)} and {day(last)}"
    return Told(f"{what} must be read again {when}", link)


def _owned(session: Session, context: Mapping[str, Any], reader: Actor) -> Told | None:
    owners = ownership.owners(session)
    found = [
        row
        for row in _theirs(session, reader, context["document_ids"])
        if owners.get(row.id) == reader.id
    ]
    if not found:
        return None
    what, link = _one_or_more([row.reference for row in found], "documents&owner=me")
    return Told(f"You are now the owner of {what}", link)
