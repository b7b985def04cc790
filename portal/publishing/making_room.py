"""Making room for a change that can't wait: a colleague's text is given up, and they are told.

What has not been sent in is its author's alone: nobody else reads it, and nobody can go on with it.
But while it lies there, nobody else can change or replace what it is about.
"""

from sqlalchemy.orm import Session

from portal.accounts import notices
from portal.audit import service as audit
from portal.core.errors import Conflict, NotAllowed, NotFound
from portal.core.permissions import Actor
from portal.publishing import writing
from portal.publishing.models import Manuscript
from portal.publishing.states import WITH_AUTHOR, Side, Stage

GIVEN_UP = "manuscript.given-up"
"""Tells an author that another curator gave their text up."""


def give_up(
    session: Session, *, actor: Actor, reference: str, manuscript_id: int, why: str
) -> Manuscript:
    """Give up a colleague's edit of a document that lies with them; they are told, with the reason.

    It is kept for them as long as everything that was given up. Raises `NotAllowed` unless the
    person is a curator, and `Conflict` without a reason or where there is no such text any more.
    """
    if not writing.is_curator(actor):
        raise NotAllowed("Curators change what is published")
    if not why.strip():
        raise Conflict("Say why it can’t wait")
    try:
        manuscript = writing.locked(session, manuscript_id)
    except NotFound as error:
        raise Conflict("This was given up or finished meanwhile") from error
    if reference not in {manuscript.edits, manuscript.replaces}:
        raise NotFound("There is no such text")
    if manuscript.stage not in WITH_AUTHOR:
        raise Conflict(
            f"This is “{manuscript.stage.label.lower()}” by now: look how far it is before you "
            "begin another edit"
        )
    writing.move(session, actor, manuscript, Stage.DROPPED, Side.PORTAL, why.strip())
    audit.record(
        session,
        actor=actor,
        action="manuscript.dropped",
        object_type="manuscript",
        object_id=str(manuscript.id),
        details={},
    )
    notices.notify(
        session,
        user_ids={manuscript.author_id or 0} - {actor.id or 0, 0},
        kind=GIVEN_UP,
        context={"manuscript_id": manuscript.id},
    )
    return manuscript
