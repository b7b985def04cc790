"""Notices: what a person is told inside the portal; e-mail only repeats it, as often as they like.

A row names a kind and ids of rows. The words are made when they are read, so that they are never
out of date, and a notice that has become pointless (somebody else has done it) is not shown. A
letter says the same words, but for the name of an authority that is not the reader's own.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts import service
from portal.accounts.models import MailFrequency, Notice, User
from portal.core import clock
from portal.core.config import Settings
from portal.core.database import db, reading, short_transaction
from portal.core.errors import NotFound
from portal.core.mail import Words, post
from portal.core.permissions import Actor

LETTER = "notices"
"""The kind of letter that repeats notices: `notice_ids` names them, `user_id` their reader."""
MOST_SHOWN = 200
"""Notices of a person, the newest, that are looked at: each may cost a query."""
MOST_IN_LETTER = 20


@dataclass(frozen=True)
class Told:
    """What a notice says to one reader."""

    text: str
    """One line, without a full stop; it may name the authority that it is about."""
    link: str
    """The page of the portal that it is about, from its root."""
    authority_id: int | None = None
    """The authority that `text` names."""
    plain: str = ""
    """Says the same without that name, for letters to somebody of another authority."""

    def in_letter(self, reader: Actor) -> str:
        """Return what a letter says: no name of an authority but the reader's own."""
        own = {authority for _, authority in reader.memberships}
        return self.text if self.authority_id is None or self.authority_id in own else self.plain


NoticeKind = Callable[[Session, Mapping[str, Any], Actor], Told | None]
"""Makes the words of a notice for its reader; `None` when it has become pointless for them."""


class Notices:
    """The notices that the rooms can give, by kind."""

    def __init__(self) -> None:
        self._by_kind: dict[str, NoticeKind] = {}

    def register(self, name: str, kind: NoticeKind) -> None:
        """Let `kind` make the words of the notices of that name."""
        if name in self._by_kind:
            raise ValueError(f"{name} is told elsewhere already")
        self._by_kind[name] = kind

    def __contains__(self, name: str) -> bool:
        return name in self._by_kind

    def tell(self, session: Session, notice: Notice, reader: Actor) -> Told | None:
        """Return what a notice says to its reader; nothing for a kind that is known no more."""
        kind = self._by_kind.get(notice.kind)
        return kind(session, notice.context, reader) if kind else None


@dataclass(frozen=True)
class Shown:
    """A notice with its words."""

    id: int
    told: Told
    created_at: datetime
    read: bool


def _notices() -> Notices:
    notices: Notices = current_app.extensions["notices"]
    return notices


# ---- Telling


def notify(
    session: Session,
    *,
    user_ids: Iterable[int],
    kind: str,
    context: Mapping[str, Any] | None = None,
    by_letter: bool = False,
) -> None:
    """Tell people something, each once; the words are made when they read it.

    Those who asked to hear by e-mail at once are written to, in the same transaction. With
    `by_letter` nobody is: a letter of its own says the same, whatever they asked for. Raises
    `ValueError` for a kind that no room has registered.
    """
    if kind not in _notices():
        raise ValueError(f"{kind} is no kind of notice")
    now = clock.now()
    told = [
        Notice(
            user_id=user_id,
            kind=kind,
            context=dict(context or {}),
            created_at=now,
            mailed_at=now if by_letter else None,
        )
        for user_id in sorted(set(user_ids))
    ]
    session.add_all(told)
    session.flush()
    if not by_letter:
        _repeat_at_once(session, told)


def _repeat_at_once(session: Session, told: Iterable[Notice]) -> None:
    at_once = select(User.id, User.email).where(
        User.id.in_([notice.user_id for notice in told]), *_wants(MailFrequency.AT_ONCE)
    )
    addresses = {id_: email for id_, email in session.execute(at_once, service.usable_here())}
    for notice in told:
        if notice.user_id in addresses:
            notice.mailed_at = notice.created_at
            _post(session, notice.user_id, addresses[notice.user_id], [notice.id])
    session.flush()


def _wants(frequency: MailFrequency) -> tuple[Any, ...]:
    """Return the conditions on an account that is written to; see `service.usable_here`."""
    return (User.mail_frequency == frequency, User.closed_at.is_(None), service.USABLE)


def _post(session: Session, user_id: int, email: str, notice_ids: Sequence[int]) -> None:
    context = {"user_id": user_id, "notice_ids": sorted(notice_ids)}
    post(session, kind=LETTER, to=email, user_id=user_id, context=context)


# ---- Reading


def of(session: Session, reader: Actor, *, unread: bool = False) -> list[Shown]:
    """Return the notices of a person that have a point, the newest first."""
    query = (
        select(Notice)
        .where(Notice.user_id == reader.id)
        .order_by(Notice.created_at.desc(), Notice.id.desc())
        .limit(MOST_SHOWN)
    )
    if unread:
        query = query.where(Notice.read_at.is_(None))
    return _told(session, session.scalars(query), reader)


def _told(session: Session, notices: Iterable[Notice], reader: Actor) -> list[Shown]:
    words: dict[tuple[str, str], Told | None] = {}
    shown = []
    for notice in notices:
        same = (notice.kind, json.dumps(notice.context, sort_keys=True))
        if same not in words:
            words[same] = _notices().tell(session, notice, reader)
        told = words[same]
        if told is not None:
            read = notice.read_at is not None
            shown.append(Shown(notice.id, told, notice.created_at, read))
    return shown


def unread(session: Session, reader: Actor) -> int:
    """Return how many notices a person has not read."""
    return len(of(session, reader, unread=True))


def read(session: Session, *, reader: Actor, notice_id: int) -> None:
    """Mark one notice of a person as read. Raises `NotFound` for one that is not theirs."""
    query = select(Notice).where(Notice.id == notice_id, Notice.user_id == reader.id)
    notice = session.scalars(query).one_or_none()
    if notice is None:
        raise NotFound
    notice.read_at = notice.read_at or clock.now()
    session.flush()


def read_all(session: Session, *, reader: Actor, up_to: int) -> None:
    """Mark the notices of a person as read, up to the newest one that they have seen."""
    session.execute(
        update(Notice)
        .where(Notice.user_id == reader.id, Notice.id <= up_to, Notice.read_at.is_(None))
        .values(read_at=clock.now())
        .execution_options(synchronize_session=False)
    )


# ---- Repeating by e-mail


def choose_frequency(session: Session, *, actor: Actor, frequency: MailFrequency) -> None:
    """Keep how often a person wants to hear by e-mail."""
    session.execute(
        update(User)
        .where(User.id == actor.id)
        .values(mail_frequency=frequency)
        .execution_options(synchronize_session=False)
    )


def frequency_of(session: Session, user_id: int) -> MailFrequency:
    """Return how often a person wants to hear by e-mail."""
    return session.scalars(select(User.mail_frequency).where(User.id == user_id)).one()


def send_daily() -> None:
    """Write to those who want to hear once a day: the nightly work of the worker."""
    _send_digests(MailFrequency.DAILY)


def send_weekly() -> None:
    """Write to those who want to hear once a week."""
    _send_digests(MailFrequency.WEEKLY)


def _send_digests(frequency: MailFrequency) -> None:
    waiting = (
        select(Notice.user_id)
        .join(User, User.id == Notice.user_id)
        .where(*_unmailed(), *_wants(frequency))
        .distinct()
        .order_by(Notice.user_id)
    )
    with reading(), db.sessionmaker() as session:
        people = session.scalars(waiting, service.usable_here()).all()
    for user_id in people:
        with short_transaction() as session:
            _post_digest(session, user_id, frequency)


def _unmailed() -> tuple[Any, ...]:
    return (Notice.read_at.is_(None), Notice.mailed_at.is_(None))


def _post_digest(session: Session, user_id: int, frequency: MailFrequency) -> None:
    query = select(User.email).where(User.id == user_id, *_wants(frequency))
    email = session.scalar(query, service.usable_here())
    if email is None:
        return
    # one statement: of two that do this at once, one finds nothing left to write
    new = session.scalars(
        update(Notice)
        .where(Notice.user_id == user_id, *_unmailed())
        .values(mailed_at=clock.now())
        .returning(Notice.id)
        .execution_options(synchronize_session=False)
    ).all()
    if new:
        _post(session, user_id, email, new)


def write(session: Session, context: Mapping[str, Any]) -> Words | None:
    """Write the letter that repeats notices; none when they were read or have become pointless."""
    reader = service.actor_of(session, context["user_id"])
    if reader is None:
        return None
    query = (
        select(Notice)
        .where(
            Notice.id.in_(context["notice_ids"]),
            Notice.user_id == reader.id,
            Notice.read_at.is_(None),
        )
        .order_by(Notice.created_at.desc(), Notice.id.desc())
    )
    found = _told(session, session.scalars(query), reader)
    lines = [shown.told.in_letter(reader) for shown in found]
    if not lines:
        return None
    settings: Settings = current_app.extensions["settings"]
    subject = "You have a new notice" if len(lines) == 1 else f"You have {len(lines)} new notices"
    listed = "\n\n".join(lines[:MOST_IN_LETTER])
    more = len(lines) - MOST_IN_LETTER
    if more > 0:
        listed += f"\n\nand {more} more"
    return Words(
        subject=subject,
        text=f"{subject}:\n\n{listed}\n\nSign in to read more: {settings.address}/notices",
    )
