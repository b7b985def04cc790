"""Tables of authorities: the register, what is published of them, what they say of themselves."""

from datetime import datetime
from enum import StrEnum, unique
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Double,
    Enum,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.database import Base, Moment


def _kept_as_value(kind: type[StrEnum], length: int) -> Enum:
    return Enum(
        kind,
        native_enum=False,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )


class Authority(Base):
    """A local authority by its ONS code, or one of the report's ten anonymised ones (A to J)."""

    __tablename__ = "authority"
    __table_args__ = (Index("ix_authority_la_code", "la_code", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(9), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    region: Mapped[str] = mapped_column(String(40))
    type: Mapped[str] = mapped_column(String(40))
    la_code: Mapped[str | None] = mapped_column(String(3))
    """The three digits by which the Department for Education knows it; from a curator's file."""
    two_tier: Mapped[bool | None]
    """Whether it is a county with districts, as published; unknown until a curator's file says."""


class AuthorityFigures(Base):
    """What is published about an authority, in per cent; the newest edition alone."""

    __tablename__ = "authority_figures"

    authority_id: Mapped[int] = mapped_column(
        ForeignKey("authority.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    year: Mapped[int]
    """The edition of the statistical neighbours that it came with."""
    source: Mapped[str] = mapped_column(String(200))
    child_poverty_pct: Mapped[float | None] = mapped_column(Double)
    fsm_primary_pct: Mapped[float | None] = mapped_column(Double)
    fsm_secondary_pct: Mapped[float | None] = mapped_column(Double)
    eal_primary_pct: Mapped[float | None] = mapped_column(Double)
    eal_secondary_pct: Mapped[float | None] = mapped_column(Double)


@unique
class Band(StrEnum):
    """How close a statistical neighbour is, in the words of the Department for Education."""

    EXTREMELY_CLOSE = "extremely close"
    VERY_CLOSE = "very close"
    CLOSE = "close"
    SOMEWHAT_CLOSE = "somewhat close"
    NOT_CLOSE = "not close"


class AuthorityNeighbour(Base):
    """A published statistical neighbour, the closest ranked 1. It need not hold the other way."""

    __tablename__ = "authority_neighbour"
    __table_args__ = (
        UniqueConstraint("authority_id", "neighbour_id"),
        CheckConstraint("authority_id <> neighbour_id", name="another"),
        Index("ix_authority_neighbour_neighbour_id", "neighbour_id"),
    )

    authority_id: Mapped[int] = mapped_column(
        ForeignKey("authority.id", ondelete="CASCADE"), primary_key=True
    )
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    neighbour_id: Mapped[int] = mapped_column(ForeignKey("authority.id", ondelete="CASCADE"))
    band: Mapped[Band] = mapped_column(_kept_as_value(Band, 20))
    year: Mapped[int]


@unique
class Origin(StrEnum):
    """Where an answer comes from. The two stand side by side and never overwrite each other."""

    STATED = "stated"
    """The authority says it, or a published report states it of the authority."""
    INFERRED = "inferred"
    """Somebody concluded it from a source that does not say it in so many words."""


@unique
class State(StrEnum):
    """What kind of answer it is."""

    GIVEN = "given"
    NOT_SETTLED = "not-settled"
    PREFER_NOT_TO_SAY = "prefer-not-to-say"
    TAKEN_BACK = "taken-back"
    """An earlier answer was removed: the question is unanswered again, and the history says so."""


@unique
class Capacity(StrEnum):
    """As what somebody gave an answer; it stays when their name goes."""

    LEAD = "lead"
    CURATOR = "curator"
    OPERATOR = "operator"
    """Loaded from a file by whoever runs the service."""


class ProfileAnswer(Base):
    """An answer of a profile. A new one replaces it, and it stays as history."""

    __tablename__ = "profile_answer"
    __table_args__ = (
        Index(
            "uq_profile_answer_current",
            "authority_id",
            "question",
            "origin",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
        Index("ix_profile_answer_authority_id_id", "authority_id", "id"),
        Index("ix_profile_answer_by_id", "by_id"),
        CheckConstraint("origin = 'stated' OR source IS NOT NULL", name="source_of_inference"),
        # a number is never given twice: whoever edits says which answer they saw last
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id", ondelete="CASCADE"))
    question: Mapped[str] = mapped_column(String(40))
    origin: Mapped[Origin] = mapped_column(_kept_as_value(Origin, 10))
    state: Mapped[State] = mapped_column(_kept_as_value(State, 20))
    value: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    """What was given, in the form of the question's kind; empty for every other state."""
    source: Mapped[str | None] = mapped_column(String(300))
    """What it was inferred from, or the report that states it."""
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    capacity: Mapped[Capacity] = mapped_column(_kept_as_value(Capacity, 10))
    replaced_at: Mapped[datetime | None] = mapped_column(Moment)
    """When a newer answer took its place; empty for the current one."""


class ProfileConfirmation(Base):
    """A lead's word that an authority's profile was right on a day."""

    __tablename__ = "profile_confirmation"
    __table_args__ = (
        Index("ix_profile_confirmation_authority_id", "authority_id"),
        Index("ix_profile_confirmation_by_id", "by_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
