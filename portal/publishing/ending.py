"""The end of a document, for those who have written in it: they follow what they sent in."""

from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.accounts import notices
from portal.accounts.models import Notice
from portal.core.errors import Gone
from portal.core.permissions import Actor
from portal.library import service
from portal.library.endings import Endings
from portal.library.models import Document, State
from portal.publishing.models import Manuscript, Writer

ENDED = "manuscript.ended"
"""Tells those who have written in a document that it is published no more.

`reference` names it, `state` is how it ended then, `texts` are those that it was written as.
"""


def tell_writers(session: Session, actor: Actor, document: Document) -> None:
    """Tell everybody who has written in a document, or is changing it, that it has ended."""
    reference = document.reference
    of_it = or_(Manuscript.became == reference, Manuscript.edits == reference)
    texts = session.scalars(select(Manuscript).where(of_it)).all()
    wrote = select(Writer.account_id).where(Writer.manuscript_id.in_([one.id for one in texts]))
    told = {*session.scalars(wrote), *(one.author_id for one in texts if one.author_id)}
    notices.notify(
        session,
        user_ids=told - {actor.id or 0},
        kind=ENDED,
        context={
            "reference": reference,
            "state": document.state.value,
            "texts": sorted(one.id for one in texts),
        },
    )


def explain(session: Session, actor: Actor, manuscript_id: int) -> None:
    """Raise `Gone`, with the reason, for a text that was deleted when its document was taken down.

    Only to those who were told so, as long as their notices are kept: to others it never was there.
    """
    told = select(Notice.context).where(Notice.user_id == actor.id, Notice.kind == ENDED)
    for context in session.scalars(told):
        if manuscript_id not in context["texts"]:
            continue
        document = service.any_document(session, context["reference"])
        if document.state == State.REMOVED:
            raise Gone(document.withdrawn_reason or "", how=document.state.value)


def ended(session: Session, manuscripts: Iterable[Manuscript]) -> dict[str, Document]:
    """Return what texts became and is published no more, by its reference."""
    references = {one.became for one in manuscripts if one.became}
    query = select(Document).where(
        Document.reference.in_(references), Document.state != State.PUBLISHED
    )
    return {one.reference: one for one in session.scalars(query)}


def register(endings: Endings) -> None:
    """Register who is told."""
    endings.register(tell_writers)
