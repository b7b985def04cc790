"""The mail port: letters are written to an outbox in the request's own transaction and sent later.

An outbox row names what to write and about which rows; the words are made when it is sent, so that
no secret link and no text lies in the table. A letter that has become pointless meanwhile (its
invitation was withdrawn) makes no words and is dropped.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any, Protocol

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core import clock
from portal.core.database import Base, Moment
from portal.core.jobs import enqueue

SEND = "mail.send"
"""The job that sends one letter; its argument `mail_id` is the row of the outbox."""


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


class Carrier(Protocol):
    """Takes a letter away. Raises `WorkFailed` (final, where another try cannot help)."""

    def send(self, message: Message) -> None:
        """Send a letter; one of the same `reference` that went before must do no harm."""
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
