"""Reminders that a document must be read again: 60 and 30 days before, and on the day itself."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import notices
from portal.core import clock
from portal.core.database import short_transaction
from portal.library import law, ownership
from portal.library.models import Document, ReviewReminder, State

DUE = "library.review-due"
"""Tells who sees to documents that they must be read again; see `remind`."""
DAYS = (60, 30, 0)
"""Days before the date of review at which somebody is reminded."""
MOST_TOGETHER = 500
"""Documents that one notice names."""


def reached(left: int) -> int | None:
    """Return the last of `DAYS` that is reached `left` days before the date, none before the first.

    That one alone is due: after a pause of the worker nobody is told of the same date twice.
    """
    return min((days for days in DAYS if left <= days), default=None)


def remind(session: Session) -> int:
    """Tell who sees to documents that their date of review comes near.

    That is the owner, or every curator where there is none. Each is told once for each of `DAYS`
    and each date; what is due at once comes as one notice. Returns how many reminders were due.
    """
    today = clock.today()
    near = (
        Document.state == State.PUBLISHED,
        Document.review_by <= today + timedelta(days=max(DAYS)),
    )
    rows = session.execute(select(Document.id, Document.review_by).where(*near)).all()
    reminded = (
        select(Document.id, Document.review_by, ReviewReminder.days)
        .join(ReviewReminder, ReviewReminder.document_id == Document.id)
        .where(*near, ReviewReminder.review_by == Document.review_by)
    )
    given = {(id_, review_by, days) for id_, review_by, days in session.execute(reminded)}
    dates = {id_: review_by for id_, review_by in rows}
    due: dict[int, list[int]] = {}
    for id_, review_by in rows:
        days = reached((review_by - today).days)
        if days is not None and (id_, review_by, days) not in given:
            due.setdefault(days, []).append(id_)
            session.add(ReviewReminder(document_id=id_, review_by=review_by, days=days))
    for days, ids in due.items():
        _tell(session, days, ids, {id_: dates[id_].isoformat() for id_ in ids})
    session.flush()
    return sum(map(len, due.values()))


def _tell(session: Session, days: int, ids: Iterable[int], dates: Mapping[int, str]) -> None:
    """Give the same notice to all who are concerned by the same documents."""
    people: dict[tuple[int, ...], list[int]] = {}
    for account_id, theirs in ownership.concerned(session, ids).items():
        people.setdefault(tuple(theirs), []).append(account_id)
    for documents, accounts in people.items():
        for first in range(0, len(documents), MOST_TOGETHER):
            some = documents[first : first + MOST_TOGETHER]
            context = {"days": days, "documents": [[id_, dates[id_]] for id_ in some]}
            notices.notify(session, user_ids=accounts, kind=DUE, context=context)


def run() -> None:
    """Remind whoever must be reminded today: the daily work of the worker."""
    with short_transaction() as session:
        law.cite_all(session)  # for a library from before laws were recorded
        remind(session)
