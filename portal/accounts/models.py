"""Tables of people: roles, invitations, sessions, links, notices and the attempts to sign in."""

from datetime import datetime
from enum import StrEnum, unique
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Enum,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.database import Base, Moment
from portal.core.roles import Role


@unique
class Sector(StrEnum):
    """Where a partner reader works."""

    POLICE = "police"
    SCHOOL = "school"
    HEALTH = "health"


@unique
class MailFrequency(StrEnum):
    """How often a person wants to hear by e-mail what stands among their notices."""

    AT_ONCE = "at-once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


def _kept_as_value(kind: type[StrEnum], length: int) -> Enum:
    return Enum(
        kind,
        native_enum=False,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )


class User(Base):
    """A person who can sign in. The e-mail address is kept in lower case."""

    __tablename__ = "account"
    # else SQLite gives the number of an erased person, which stands in the record, to the next one
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 (as SQLAlchemy documents)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    demonstration: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment)
    mail_frequency: Mapped[MailFrequency] = mapped_column(
        _kept_as_value(MailFrequency, 10),
        default=MailFrequency.DAILY,
        server_default=MailFrequency.DAILY.value,
    )
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the person left; the name goes some time later (retention)."""
    roles: Mapped[list["RoleAssignment"]] = relationship(
        back_populates="user", cascade="all, delete-orphan", order_by="RoleAssignment.id"
    )


class RoleAssignment(Base):
    """A role that a person holds, in an authority where the role belongs to one."""

    __tablename__ = "role_assignment"
    __table_args__ = (
        UniqueConstraint("user_id", "role", "authority_id"),
        # a missing authority is equal to nothing, so the line above does not hold it
        Index(
            "uq_role_assignment_national",
            "user_id",
            "role",
            unique=True,
            sqlite_where=text("authority_id IS NULL"),
            postgresql_where=text("authority_id IS NULL"),
        ),
        CheckConstraint(
            "(role IN ('administrator', 'curator')) = (authority_id IS NULL)",
            name="authority_where_needed",
        ),
        Index("ix_role_assignment_authority_id", "authority_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(_kept_as_value(Role, 20))
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"))
    sector: Mapped[Sector | None] = mapped_column(_kept_as_value(Sector, 10))
    """Of a partner reader; empty where nobody has said it."""
    given_at: Mapped[datetime | None] = mapped_column(Moment)
    suspended_at: Mapped[datetime | None] = mapped_column(Moment)
    """A suspended role opens nothing, and can be given back as it was."""
    suspended_nationally: Mapped[bool | None]
    """Whether a curator or an administrator did it, whom a lead does not overrule."""
    user: Mapped[User] = relationship(back_populates="roles")


class UserSession(Base):
    """One signed-in browser. The browser holds a token; only its SHA-256 is kept here."""

    __tablename__ = "user_session"
    __table_args__ = (Index("ix_user_session_user_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_seen_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    browser: Mapped[str | None] = mapped_column(String(60))
    """Kind of browser and system in words, so that a person knows it again; no version."""


class Invitation(Base):
    """An invitation to take on one role. Its link is made from `nonce` and the secret key."""

    __tablename__ = "invitation"
    __table_args__ = (
        Index("ix_invitation_authority_id", "authority_id"),
        Index("ix_invitation_email", "email"),
        CheckConstraint(
            "(role IN ('administrator', 'curator')) = (authority_id IS NULL)",
            name="authority_where_needed",
        ),
        {"sqlite_autoincrement": True},  # the record names invitations that are gone
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[Role] = mapped_column(_kept_as_value(Role, 20))
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"))
    sector: Mapped[Sector | None] = mapped_column(_kept_as_value(Sector, 10))
    nonce: Mapped[str] = mapped_column(String(43))
    """Changed when it is sent again, which ends the earlier link."""
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)


class PasswordLink(Base):
    """A link to choose a new password by, once. It is made from `nonce` and the secret key."""

    __tablename__ = "password_link"
    __table_args__ = (Index("ix_password_link_user_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    nonce: Mapped[str] = mapped_column(String(43))
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class EmailDomain(Base):
    """A domain of e-mail addresses that people of an authority may be invited at."""

    __tablename__ = "email_domain"

    authority_id: Mapped[int] = mapped_column(
        ForeignKey("authority.id", ondelete="CASCADE"), primary_key=True
    )
    domain: Mapped[str] = mapped_column(String(253), primary_key=True)


class PeopleConfirmation(Base):
    """A lead's word that the list of an authority's people was right on a day."""

    __tablename__ = "people_confirmation"
    __table_args__ = (Index("ix_people_confirmation_authority_id", "authority_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))


class Notice(Base):
    """Something that a person is told inside the portal; e-mail only repeats it."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_user_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(60))
    context: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Ids of rows; the words are made when the notice is shown."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    read_at: Mapped[datetime | None] = mapped_column(Moment)
    mailed_at: Mapped[datetime | None] = mapped_column(Moment)
    """When an e-mail that repeats it was put into the outbox."""


class SignInAttempt(Base):
    """A failed sign-in, kept for the throttle: keyed hashes of what was typed and from where."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_account", "account_hash", "at"),
        Index("ix_sign_in_attempt_address", "address_hash", "at"),
        Index("ix_sign_in_attempt_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_hash: Mapped[str] = mapped_column(String(64))
    address_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)
