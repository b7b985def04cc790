"""Tables of the pairing: weights, what was suggested, requests, pairs, curators' rules, rounds."""

from datetime import date, datetime
from enum import StrEnum, unique
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Enum, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.database import Base, Moment


def _kept_as_value(kind: type[StrEnum], length: int) -> Enum:
    return Enum(
        kind,
        native_enum=False,
        length=length,
        values_callable=lambda every: [e.value for e in every],
    )


@unique
class RequestState(StrEnum):
    """Where a request stands. Only an open one can change, and then once."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    NOT_NOW = "not-now"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@unique
class RuleKind(StrEnum):
    """What a curator may lay down about two authorities."""

    BLOCK = "block"
    """They are not to be paired."""
    PIN = "pin"
    """A round is to place them together."""
    OVERRIDE = "override"
    """They may be paired although a rule stands against it."""


@unique
class RoundState(StrEnum):
    """Where a round stands."""

    DRAFT = "draft"
    WORKING = "working"
    PREVIEW = "preview"
    STOPPED = "stopped"
    FAILED = "failed"
    SENT = "sent"


class WeightsVersion(Base):
    """Weights and floors as a curator set them; the last version is in use."""

    __tablename__ = "pairing_weights"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(String(1000))
    weights: Mapped[dict[str, Any]] = mapped_column(JSON)


class Search(Base):
    """A list of hosts that was worked out for an authority, as it was shown."""

    __tablename__ = "pairing_search"
    __table_args__ = (Index("ix_pairing_search_asking_id", "asking_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    asking_id: Mapped[int] = mapped_column(ForeignKey("authority.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    handling: Mapped[int]
    """Percent of the likeness that lies on how cases are handled; the rest on the situation."""
    weights: Mapped[str] = mapped_column(String(40))
    """Version of the weights."""
    data: Mapped[str] = mapped_column(String(64))
    """Version of the data: a digest of every profile and round of answers that it rests on."""
    nobody: Mapped[str | None] = mapped_column(String(40))
    """Why there was nobody to offer, if there was not."""


class Shown(Base):
    """A card on such a list: what the lead saw, and the exact figures of the hosts behind it."""

    __tablename__ = "pairing_shown"
    __table_args__ = (Index("ix_pairing_shown_search_id", "search_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    search_id: Mapped[int] = mapped_column(ForeignKey("pairing_search.id", ondelete="CASCADE"))
    place: Mapped[int]
    """Where it stood on the list: 1, 2, …"""
    group: Mapped[int]
    """Cards of a group are within noise of each other."""
    reference: Mapped[str] = mapped_column(String(32))
    """Stands for the card in forms; says nothing, and is another for each authority."""
    card: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What the asking lead saw: bands and words, made of generalised cards alone."""
    hosts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Each host behind the card: code, fit, view, parts and what ruled it out, if anything did."""


class CardGroups(Base):
    """Which authorities share a card. Kept, so that cards seen at different times tell no more."""

    __tablename__ = "pairing_card_groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(Moment)
    groups: Mapped[list[list[str]]] = mapped_column(JSON)


class Request(Base):
    """An authority asks another to host it. Neither knows the other before both have said yes."""

    __tablename__ = "pairing_request"
    __table_args__ = (
        Index("ix_pairing_request_asking_id", "asking_id"),
        Index("ix_pairing_request_host_id", "host_id"),
        Index(
            "uq_pairing_request_open",
            "asking_id",
            "host_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        CheckConstraint("asking_id <> host_id", name="two_authorities"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asking_id: Mapped[int] = mapped_column(ForeignKey("authority.id", ondelete="CASCADE"))
    host_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id", ondelete="CASCADE"))
    """Nobody, where rules leave no host behind the card: it waits, so that it tells nothing."""
    shown_id: Mapped[int | None] = mapped_column(
        ForeignKey("pairing_shown.id", ondelete="SET NULL")
    )
    round_id: Mapped[int | None] = mapped_column(
        ForeignKey("pairing_round.id", ondelete="SET NULL")
    )
    preference: Mapped[int]
    """1 for the host that the authority wants most."""
    topics: Mapped[list[str]] = mapped_column(JSON)
    """What help is wanted: keys of the profile's question on that."""
    wish: Mapped[str] = mapped_column(String(2000))
    """The same in the lead's words."""
    state: Mapped[RequestState] = mapped_column(_kept_as_value(RequestState, 10))
    made_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    asking_agreed_at: Mapped[datetime | None] = mapped_column(Moment)
    host_agreed_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it was answered, withdrawn or ran out."""
    answered_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("account.id", ondelete="SET NULL")
    )
    declined_by_host: Mapped[bool | None]
    reason: Mapped[str | None] = mapped_column(String(1000))
    """Why it was declined; for curators alone."""
    proposed_why: Mapped[str | None] = mapped_column(String(1000))
    """Why a curator proposed it to both; for curators alone."""
    reminded_at: Mapped[datetime | None] = mapped_column(Moment)
    fit: Mapped[float | None]
    view: Mapped[float | None]
    """The exact figures at the time; for curators, and for both sides once they are paired."""
    parts: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What they are made of, by `fit` and `view`."""
    asking_sees: Mapped[dict[str, Any]] = mapped_column(JSON)
    host_sees: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What each side sees of the other until both have agreed: bands and words from cards alone."""


class Pairing(Base):
    """Two authorities that work together for a while."""

    __tablename__ = "pairing"
    __table_args__ = (
        Index("ix_pairing_asking_id", "asking_id"),
        Index("ix_pairing_host_id", "host_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int | None] = mapped_column(
        ForeignKey("pairing_request.id", ondelete="SET NULL"), unique=True
    )
    asking_id: Mapped[int] = mapped_column(ForeignKey("authority.id", ondelete="CASCADE"))
    host_id: Mapped[int] = mapped_column(ForeignKey("authority.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(String(1000))
    goals: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    """Up to three: theme and words."""
    began_on: Mapped[date]
    ends_on: Mapped[date]
    """The last day, unless somebody ends it earlier."""
    renewed_on: Mapped[date | None]
    wants_renewal: Mapped[str | None] = mapped_column(String(6))
    """The side that has asked to renew: asking or host."""
    ended_on: Mapped[date | None]
    ended_by_host: Mapped[bool | None]
    """Which side ended it; nothing where its time was over."""
    end_reason: Mapped[str | None] = mapped_column(String(1000))


class PairingRule(Base):
    """What a curator laid down about two authorities, and why."""

    __tablename__ = "pairing_rule"
    __table_args__ = (CheckConstraint("asking_id <> host_id", name="two_authorities"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RuleKind] = mapped_column(_kept_as_value(RuleKind, 10))
    asking_id: Mapped[int] = mapped_column(ForeignKey("authority.id", ondelete="CASCADE"))
    host_id: Mapped[int] = mapped_column(ForeignKey("authority.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(String(1000))
    made_at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    lifted_at: Mapped[datetime | None] = mapped_column(Moment)
    lift_reason: Mapped[str | None] = mapped_column(String(1000))


class Round(Base):
    """Many authorities are placed at once: a preview, then proposals that both sides accept."""

    __tablename__ = "pairing_round"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    method: Mapped[str] = mapped_column(String(10))
    state: Mapped[RoundState] = mapped_column(_kept_as_value(RoundState, 10))
    made_at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    weights: Mapped[str] = mapped_column(String(40))
    progress: Mapped[int] = mapped_column(default=0)
    """Percent of the work that is done."""
    stop: Mapped[bool] = mapped_column(default=False)
    """Whether a curator pressed the stop button."""
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    ran_at: Mapped[datetime | None] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
