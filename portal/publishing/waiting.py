"""What is on its way to the library, in few queries, for a list of what waits for curators."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.publishing import reviewing
from portal.publishing.models import Manuscript, Remark, Upload, UploadState
from portal.publishing.states import WITH_REVIEWERS, Stage
from portal.publishing.writing import title_of

SEEN_BY_CURATORS = WITH_REVIEWERS | {Stage.CHANGES_ASKED}
"""A draft is its author's alone."""


@dataclass(frozen=True)
class Waiting:
    """A text that was sent in and is not published yet."""

    id: int
    type: str
    title: str
    stage: Stage
    owner_id: int | None
    """The curator who holds it; nobody where who did is a curator no more."""
    due_on: date | None
    edits: str | None
    """Reference of the document that it is to be the next version of."""
    wanted: frozenset[int]
    """The curators whom it waits for now; see `reviewing.wanted`."""
    answered: int
    """Changes that were asked for and answered, and not settled yet."""


@dataclass(frozen=True)
class RefusedFile:
    """A file of such a text that could not be taken."""

    id: int
    manuscript_id: int
    type: str
    title: str
    """Of the text."""
    owner_id: int | None
    reason: str
    at: datetime


def texts(session: Session, curators: Collection[int]) -> list[Waiting]:
    """Return everything that `curators` have to do with, the longest due first."""
    queue = reviewing.queue(session)
    ids = [one.id for one in queue]
    wanted = reviewing.wanted(session, queue, curators)
    query = (
        select(Remark.manuscript_id, func.count())
        .where(
            Remark.manuscript_id.in_(ids),
            Remark.answered_at.is_not(None),
            Remark.settled_at.is_(None),
        )
        .group_by(Remark.manuscript_id)
    )
    answered = {manuscript_id: number for manuscript_id, number in session.execute(query)}
    return [
        Waiting(
            id=one.id,
            type=one.type,
            title=title_of(one),
            stage=one.stage,
            owner_id=one.owner_id if one.owner_id in curators else None,
            due_on=one.due_on,
            edits=one.edits,
            wanted=frozenset(wanted[one.id]),
            answered=answered.get(one.id, 0),
        )
        for one in queue
    ]


def refused_files(session: Session) -> list[RefusedFile]:
    """Return the files that were refused, of texts that curators may see, the newest first."""
    query = (
        select(Upload, Manuscript)
        .join(Manuscript, Manuscript.id == Upload.manuscript_id)
        .where(Upload.state == UploadState.REFUSED, Manuscript.stage.in_(SEEN_BY_CURATORS))
        .order_by(Upload.at.desc(), Upload.id.desc())
    )
    return [
        RefusedFile(
            id=upload.id,
            manuscript_id=manuscript.id,
            type=manuscript.type,
            title=title_of(manuscript),
            owner_id=manuscript.owner_id,
            reason=upload.reason,
            at=upload.at,
        )
        for upload, manuscript in session.execute(query)
    ]
