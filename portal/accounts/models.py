"""Tables of people, their roles, their sessions and the attempts to sign in."""

from datetime import datetime
from enum import StrEnum, unique

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.database import Base, Moment


@unique
class Role(StrEnum):
    """What a person may be. A practitioner and a strategic lead belong to an authority."""

    ADMINISTRATOR = "administrator"
    CURATOR = "curator"
    PARTNER_READER = "partner-reader"
    PRACTITIONER = "practitioner"
    STRATEGIC_LEAD = "strategic-lead"

    @property
    def label(self) -> str:
        """The role in words a reader knows."""
        return self.value.replace("-", " ").capitalize()


OF_AN_AUTHORITY = frozenset({Role.PARTNER_READER, Role.PRACTITIONER, Role.STRATEGIC_LEAD})


class User(Base):
    """A person who can sign in. The e-mail address is kept in lower case."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    demonstration: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment)
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
    role: Mapped[Role] = mapped_column(
        Enum(
            Role,
            native_enum=False,
            length=20,
            values_callable=lambda roles: [r.value for r in roles],
        )
    )
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"))
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
