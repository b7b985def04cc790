"""Reading a document again: that it still holds is a version of its own, with the next date."""

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core import clock
from portal.core.errors import Conflict
from portal.core.permissions import Actor
from portal.library import law, service, versions
from portal.library.models import Document, State
from portal.library.rendering import Renderer
from portal.library.vocabularies import Vocabularies

STILL_HOLDS = "Read again: it still holds"
MOST_YEARS = 5
"""A document that nobody needs to read again for longer should rather say so in its text."""


class LawHasChanged(Conflict):
    """A law that the document rests on was superseded after the person had looked at it."""


def read_again(
    session: Session,
    *,
    actor: Actor,
    reference: str,
    review_by: date,
    vocabularies: Vocabularies,
    instead_of: date | None = None,
    marks_seen: Collection[int] | None = None,
) -> Document:
    """Record that a document was read today and still holds, and when it must be read next.

    Marks that its law has changed are settled with it. `instead_of` is the date of review that the
    person saw, `marks_seen` the ids of the instruments that they saw to have ended. Raises
    `NotFound`, or `Conflict` for a document that is published no more, a date that is no use, or
    somebody who was faster; `LawHasChanged` where that was the law.
    """
    document = service.for_change(session, reference)
    if document.state != State.PUBLISHED:
        raise Conflict("This is published no more")
    if instead_of is not None and document.review_by != instead_of:
        raise Conflict("Somebody has changed the date of review meanwhile. Look at it again")
    ended = {one.id for one in law.changes_of(session, document.id)}
    if marks_seen is not None and not ended <= set(marks_seen):
        raise LawHasChanged(
            "A law that this rests on has changed meanwhile. Read what it says above, and tick the "
            "box again if the document still holds"
        )
    today = clock.today()
    if not today < review_by <= today + timedelta(days=366 * MOST_YEARS):
        raise Conflict(f"Choose a day after today, within {MOST_YEARS} years")
    service.keep_what_stood(session, document, vocabularies)
    document.reviewed_on, document.review_by = today, review_by
    attachments = service.attachments_of(session, document.id)
    Renderer(service.glossary_of(session), vocabularies).render(document, attachments)
    session.flush()
    text = service.content_file(session, document, vocabularies)
    stay = versions.attached(session, document.id)
    versions.add(session, document, text, by=actor.id, why=STILL_HOLDS, attachments=stay)
    if ended:
        law.still_holds(session, actor=actor, document=document)
    service.record_changes(session, [document.id])
    audit.record(
        session,
        actor=actor,
        action="document.read-again",
        object_type="document",
        object_id=reference,
    )
    return document
