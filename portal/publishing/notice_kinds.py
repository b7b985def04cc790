"""The words of this room's notices. They carry no words of a text: a letter may repeat them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.notices import NoticeKind, Notices, Told
from portal.core.errors import NotFound
from portal.core.permissions import Actor
from portal.publishing import making_room, publication, reviewing, writing
from portal.publishing.models import Manuscript
from portal.publishing.states import Stage

KINDS = {"case": "case example", "guidance": "guidance", "protocol": "protocol"}


def kind_of(manuscript: Manuscript) -> str:
    """Return what a text is, in words inside a sentence."""
    return KINDS.get(manuscript.type, "glossary entry")


def _of(text: str, link: str, *stages: Stage) -> NoticeKind:
    """Say `text` of a manuscript that its reader may see, while it is in one of `stages`."""

    def told(session: Session, context: Mapping[str, Any], reader: Actor) -> Told | None:
        try:
            manuscript = writing.seen(session, actor=reader, manuscript_id=context["manuscript_id"])
        except NotFound:
            return None
        if stages and manuscript.stage not in stages:
            return None
        place = manuscript.became if link == "/library" else manuscript.id
        return Told(text.format(kind_of(manuscript)), f"{link}/{place}")

    return told


def register(notices: Notices) -> None:
    """Register what this room tells people."""
    waiting = (Stage.SUBMITTED,)
    notices.register(writing.SENT_IN, _of("A {} was sent in for review", "/review", *waiting))
    notices.register(reviewing.HANDED, _of("A {} was handed to you for review", "/review"))
    notices.register(
        reviewing.CHANGES_ASKED,
        _of("Changes are asked for in a {} of yours", "/writing", Stage.CHANGES_ASKED),
    )
    notices.register(
        reviewing.APPROVED,
        _of("A {} has been approved", "/writing", Stage.APPROVED, Stage.SCHEDULED),
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
