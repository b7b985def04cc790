"""Tables of the self-assessment. Of what staff answer there are only counts: see `AnswerCount`."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.database import Base, Moment


class Position(Base):
    """What an authority officially holds, as a strategic lead signed it."""

    __tablename__ = "assessment_position"
    __table_args__ = (
        Index("ix_assessment_position_authority_id", "authority_id"),
        Index(
            "uq_assessment_position_in_force",
            "authority_id",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id", ondelete="CASCADE"))
    edition: Mapped[str] = mapped_column(String(20))
    stated: Mapped[dict[str, str]] = mapped_column(JSON)
    """Answer by subject: 1 to 5 of an item, a tier of a vignette; none where it is not settled."""
    note: Mapped[str] = mapped_column(String(2000))
    signed_at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    replaced_at: Mapped[datetime | None] = mapped_column(Moment)
    """When a newer one was signed."""


class Wave(Base):
    """One round of asking the staff of an authority; its answers are seen once it is closed."""

    __tablename__ = "assessment_wave"
    __table_args__ = (
        UniqueConstraint("authority_id", "number"),
        CheckConstraint("links_made >= 0", name="links_made"),
        Index(
            "uq_assessment_wave_open",
            "authority_id",
            unique=True,
            sqlite_where=text("closed_on IS NULL"),
            postgresql_where=text("closed_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id", ondelete="CASCADE"))
    number: Mapped[int]
    """1, 2, … in the authority."""
    edition: Mapped[str] = mapped_column(String(20))
    opened_on: Mapped[date]
    closes_on: Mapped[date]
    """The last day on which it takes answers."""
    closed_on: Mapped[date | None]
    shared_nonce: Mapped[str | None] = mapped_column(String(43))
    """Makes the shared link, where there is one."""
    links_made: Mapped[int] = mapped_column(default=0)
    position_id: Mapped[int | None] = mapped_column(
        ForeignKey("assessment_position.id", ondelete="SET NULL")
    )
    """What was in force when it closed. Fixed then: see docs/self-assessment.md."""

    @property
    def is_open(self) -> bool:
        """Whether it has not been closed yet."""
        return self.closed_on is None


class AnswerLink(Base):
    """A single-use link that nobody has used yet. Using it deletes the row: nothing says when."""

    __tablename__ = "assessment_link"
    # without row numbers, so that the order of the rows is that of the digests
    __table_args__ = (
        Index("ix_assessment_link_wave_id", "wave_id"),
        {"sqlite_with_rowid": False},
    )

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the code, which is shown once and kept nowhere."""
    wave_id: Mapped[int] = mapped_column(ForeignKey("assessment_wave.id", ondelete="CASCADE"))


class AnswerCount(Base):
    """How often an answer was given in a wave: all that is kept of what anybody answered.

    The rows are there from the opening, all of them 0, so that none tells by its place or its
    number who came first.
    """

    __tablename__ = "assessment_count"
    __table_args__ = (CheckConstraint("n >= 0", name="n"), {"sqlite_with_rowid": False})

    wave_id: Mapped[int] = mapped_column(
        ForeignKey("assessment_wave.id", ondelete="CASCADE"), primary_key=True
    )
    subject: Mapped[str] = mapped_column(String(60), primary_key=True)
    answer: Mapped[str] = mapped_column(String(30), primary_key=True)
    n: Mapped[int] = mapped_column(default=0)


class LinkTaken(Base):
    """That a person with an account has taken their link to an open wave; gone when it closes."""

    __tablename__ = "assessment_link_taken"

    wave_id: Mapped[int] = mapped_column(
        ForeignKey("assessment_wave.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )


class NationalPicture(Base):
    """Agreement in bands over all authorities, as it was on a day. Made when enough has changed."""

    __tablename__ = "assessment_national"

    id: Mapped[int] = mapped_column(primary_key=True)
    edition: Mapped[str] = mapped_column(String(20))
    made_on: Mapped[date]
    waves: Mapped[list[int]] = mapped_column(JSON)
    """Ids of the waves that it rests on."""
    cells: Mapped[dict[str, Any]] = mapped_column(JSON)
    """By subject or theme, by band: a number of authorities, of which small ones are left out."""
