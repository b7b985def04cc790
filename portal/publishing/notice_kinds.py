"""The words of this room's notices. They carry no words of a text: a letter may repeat them."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.notices import NoticeKind, Notices, Told
from portal.core.errors import NotFound
from portal.core.permissions import Actor
from portal.library import service
from portal.library.models import State
from portal.publishing import ending, making_room, publication, reviewing, writing
from portal.publishing.models import Manuscript
from portal.publishing.states import Stage

KINDS = {"case": "case example", "guidance": "guidance", "protocol": "protocol"}


def kind_of(manuscript: Manuscript) -> str:
    """Return what a text is, in words inside a sentence."""
    return KINDS.get(manuscript.type, "glossary entry")


def _of(
    text: str,
    link: str,
    *stages: Stage,
    when: Callable[[Session, Actor, Manuscript], bool] = lambda *_: True,
) -> NoticeKind:
    """Say `text` of a manuscript that its reader may see, while it is in one of `stages`.

    Without a link its author is led to writing, a curator to review. `when` says whether there is
    a point in it for the reader.
    """

    def told(session: Session, context: Mapping[str, Any], reader: Actor) -> Told | None:
        try:
            manuscript = writing.seen(session, actor=reader, manuscript_id=context["manuscript_id"])
        except NotFound:
            return None
        if stages and manuscript.stage not in stages:
            return None
        if not when(session, reader, manuscript):
            return None
        author = writing.is_author(session, reader, manuscript)
        room = link or ("/writing" if author else "/review")
        place = manuscript.became if link == "/library" else manuscript.id
        return Told(text.format(kind_of(manuscript)), f"{room}/{place}")

    return told


def _may_sign(session: Session, reader: Actor, manuscript: Manuscript) -> bool:
    kinds = publication.needed(manuscript.type)
    return any(not reviewing.may_sign_off(session, reader, manuscript, kind) for kind in kinds)


HOW: Mapping[State, str] = {
    State.WITHDRAWN: "was withdrawn from the library",
    State.SUPERSEDED: "was replaced by another document",
    State.REMOVED: "was removed from the library",
}


def _ended(session: Session, context: Mapping[str, Any], reader: Actor) -> Told | None:
    """Say how a document ended, while it stands so; why, says the page that this leads to."""
    document = service.any_document(session, context["reference"])
    if document.state != context["state"]:
        return None
    kind = KINDS.get(document.type, "glossary entry")
    text = f"A {kind} that you have written in {HOW[document.state]}"
    if writing.is_curator(reader):
        return Told(text, f"/library/{document.reference}/history")
    # the first: who is no curator has written the document, and never a change of it
    return Told(text, f"/writing/{context['texts'][0]}")


def register(notices: Notices) -> None:
    """Register what this room tells people."""
    waiting = (Stage.SUBMITTED,)
    notices.register(writing.SENT_IN, _of("A {} was sent in for review", "/review", *waiting))
    notices.register(reviewing.HANDED, _of("A {} was handed to you for review", "/review"))
    notices.register(
        reviewing.TAKEN,
        _of(
            "A {} that you held is held by another curator now",
            "/review",
            when=lambda _, reader, manuscript: manuscript.owner_id != reader.id,
        ),
    )
    notices.register(
        reviewing.HALF_SIGNED,
        _of("A {} waits for a second person to sign it off", "/review", when=_may_sign),
    )
    notices.register(
        writing.REOPENED,
        _of("A {} that was approved is in review again", "", Stage.IN_REVIEW),
    )
    notices.register(
        writing.UNSIGNED,
        _of("What you signed off of a {} counts no more", "/review", Stage.IN_REVIEW),
    )
    notices.register(
        reviewing.CHANGES_ASKED,
        _of("Changes are asked for in a {} of yours", "/writing", Stage.CHANGES_ASKED),
    )
    notices.register(
        reviewing.APPROVED,
        _of("A {} has been approved", "", Stage.APPROVED, Stage.SCHEDULED),
    )
    notices.register(
        making_room.GIVEN_UP,
        _of("An edit of a {} of yours was given up by another curator", "/writing", Stage.DROPPED),
    )
    notices.register(
        publication.PUBLISHED, _of("A {} of yours is published", "/library", Stage.PUBLISHED)
    )
    notices.register(
        publication.NOT_PUBLISHED,
        _of("A {} could not be published on its day", "/review", Stage.APPROVED),
    )
    notices.register(ending.ENDED, _ended)
