"""The end of a document, for those who have written in it: they follow what they sent in."""

from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.accounts import notices
from portal.core.permissions import Actor
from portal.library.endings import Endings
from portal.library.models import Document, State
from portal.publishing.models import Manuscript, Writer

ENDED = "manuscript.ended"
"""Tells those who have written in a document that it is published no more.

`reference` names it, `state` is how it ended then.
"""


def texts_of(session: Session, reference: str) -> Sequence[Manuscript]:
    """Return the texts that a document was written as or is to become, the newest first."""
    of_it = or_(Manuscript.became == reference, Manuscript.edits == reference)
    return session.scalars(select(Manuscript).where(of_it).order_by(Manuscript.id.desc())).all()


def tell_writers(session: Session, actor: Actor, document: Document) -> None:
    """Tell everybody who has written in a document, or is changing it, that it has ended."""
    texts = texts_of(session, document.reference)
    wrote = select(Writer.account_id).where(Writer.manuscript_id.in_([one.id for one in texts]))
    told = {*session.scalars(wrote), *(one.author_id for one in texts if one.author_id)}
    notices.notify(
        session,
        user_ids=told - {actor.id or 0},
        kind=ENDED,
        context={"reference": document.reference, "state": document.state.value},
    )


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
