"""The mail port: letters are written to an outbox in the request's own transaction and sent later.

An outbox row names what to write and about which rows; the words are made when it is sent, so that
no secret link and no text lies in the table. A letter that has become pointless meanwhile (its
invitation was withdrawn) makes no words and is dropped.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any, Protocol

from flask import current_app
from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, String, delete, or_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core import clock
from portal.core.database import Base, Moment, db, reading, short_transaction
from portal.core.jobs import WorkFailed, enqueue

SEND = "mail.send"
"""The job that sends one letter; its argument `mail_id` is the row of the outbox."""
ATTEMPTS = 32
"""With the waits of `core.jobs` between them about a day: a mail server may be down for long."""


class OutgoingMail(Base):
    """A letter to be sent, or that was."""

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        Index("ix_outgoing_mail_user_id", "user_id"),
        Index("ix_outgoing_mail_to_email", "to_email"),
        # else SQLite gives the number of a deleted row, by which its job is known, to another
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    """The same at every try, so that a letter sent twice can be told to be one."""
    kind: Mapped[str] = mapped_column(String(60))
    to_email: Mapped[str] = mapped_column(String(254))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    context: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Ids of rows, never words about a case, an authority or a person."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    dropped_at: Mapped[datetime | None] = mapped_column(Moment)


@dataclass(frozen=True)
class Words:
    """What a letter says."""

    subject: str
    text: str


@dataclass(frozen=True)
class Message:
    """A letter that is ready to go."""

    reference: str
    to: str
    subject: str
    text: str
    written_at: datetime


class Carrier(Protocol):
    """Takes letters away."""

    def send(self, message: Message) -> None:
        """Send a letter; one of the same `reference` that went before must do no harm.

        Raises `WorkFailed` (final, where another try cannot help), in words that name nobody.
        """
        ...

    def forget(self, *, references: Collection[str], address: str = "") -> None:
        """Destroy what is kept here of these letters, and of any to an address."""
        ...


Writer = Callable[[Session, Mapping[str, Any]], Words | None]
"""Makes the words of a letter from its context; `None` when it need not be sent any more."""


class Writers:
    """The letters that the rooms can write, by kind."""

    def __init__(self) -> None:
        self._by_kind: dict[str, Writer] = {}

    def register(self, kind: str, writer: Writer) -> None:
        """Let `writer` make the words of a kind of letter."""
        if kind in self._by_kind:
            raise ValueError(f"{kind} is written elsewhere already")
        self._by_kind[kind] = writer

    def __getitem__(self, kind: str) -> Writer:
        return self._by_kind[kind]


def post(
    session: Session,
    *,
    kind: str,
    to: str,
    user_id: int | None = None,
    context: Mapping[str, Any] | None = None,
) -> None:
    """Put a letter into the outbox: kept or lost together with the change it speaks of."""
    mail = OutgoingMail(
        reference=token_hex(16),
        kind=kind,
        to_email=to,
        user_id=user_id,
        context=dict(context or {}),
        created_at=clock.now(),
    )
    session.add(mail)
    session.flush()
    enqueue(session, SEND, key=f"{SEND}:{mail.id}", arguments={"mail_id": mail.id})


class Postman:
    """Sends what is in the outbox, with the same words at the foot of every letter."""

    def __init__(self, writers: Writers, carrier: Carrier, foot: str) -> None:
        self._writers = writers
        self.carrier = carrier
        self._foot = foot

    def send(self, mail_id: int) -> None:
        """Send one letter of the outbox, unless it was sent or has become pointless.

        Nothing is locked while it is on its way. A process that is killed before the sending is on
        record sends it again, by the same reference. Raises `WorkFailed`.
        """
        with reading(), db.sessionmaker() as session:
            mail = session.get(OutgoingMail, mail_id)
            if mail is None or mail.sent_at or mail.dropped_at:
                return
            message = self._message(session, mail)
        if message is None:
            _record(mail_id, "dropped_at")
            return
        self.carrier.send(message)
        if not _record(mail_id, "sent_at"):
            # whoever it was for has been erased meanwhile
            self.carrier.forget(references=[message.reference])

    def _message(self, session: Session, mail: OutgoingMail) -> Message | None:
        try:
            writer = self._writers[mail.kind]
        except KeyError:
            raise WorkFailed(
                "This version of the portal does not write this kind of letter.", final=True
            ) from None
        words = writer(session, mail.context)
        if words is None:
            return None
        text = f"{words.text.strip()}\n\n{self._foot}"
        return Message(mail.reference, mail.to_email, words.subject, text, mail.created_at)


def _record(mail_id: int, column: str) -> bool:
    """Note when a letter was sent or dropped; false when its row has gone."""
    with short_transaction() as session:
        found = session.scalar(
            update(OutgoingMail)
            .where(OutgoingMail.id == mail_id)
            .values({column: clock.now()})
            .returning(OutgoingMail.id)
            .execution_options(synchronize_session=False)
        )
    return found is not None


def foot(service: str, address: str) -> str:
    """Return what stands at the foot of every letter of the service at `address`."""
    return f"""\
{service}
{address}

This e-mail was sent automatically and carries no details of any case. Please don’t reply to it: \
nobody reads the answers.

If you have an account, you can choose how often we write to you: {address}/account/mail
"""


def forget(session: Session, *, addresses: Iterable[str], user_id: int | None = None) -> int:
    """Delete the letters to a person, waiting or sent, and what the carrier keeps of them."""
    addresses = sorted(set(addresses))
    theirs: ColumnElement[bool] = OutgoingMail.to_email.in_(addresses)
    if user_id is not None:
        theirs = or_(theirs, OutgoingMail.user_id == user_id)
    deleted = _delete(session, theirs)
    for address in addresses:  # rows may have gone before the letters
        _carrier().forget(references=[], address=address)
    return deleted


def forget_old(session: Session, *, before: datetime) -> int:
    """Delete the letters written before a moment, and what the carrier keeps of them."""
    return _delete(session, OutgoingMail.created_at < before)


def _delete(session: Session, which: ColumnElement[bool]) -> int:
    references = session.scalars(
        delete(OutgoingMail)
        .where(which)
        .returning(OutgoingMail.reference)
        .execution_options(synchronize_session=False)
    ).all()
    _carrier().forget(references=references)
    return len(references)


def _carrier() -> Carrier:
    postman: Postman = current_app.extensions["postman"]
    return postman.carrier
