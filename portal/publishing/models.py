"""Tables of publishing: what is being written, by whom, what was asked of it, who signed it off."""

from datetime import date, datetime
from enum import StrEnum, unique
from typing import Any

from sqlalchemy import (
    JSON,
    Enum,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.database import Base, Moment
from portal.publishing.states import Stage


def _kept_as_value(kind: type[StrEnum]) -> Enum:
    return Enum(
        kind,
        native_enum=False,
        length=20,
        values_callable=lambda every: [one.value for one in every],
    )


@unique
class SignOffKind(StrEnum):
    """What a second person vouches for."""

    CONTENT = "content"
    DISCLOSURE = "disclosure"


@unique
class UploadState(StrEnum):
    """Where a file stands; only a checked one can be read by anybody."""

    WAITING = "waiting"
    REFUSED = "refused"
    CHECKED = "checked"


class Manuscript(Base):
    """A text on its way to the library: a new document, or the next version of one."""

    __tablename__ = "manuscript"
    __table_args__ = (
        Index("ix_manuscript_stage", "stage"),
        Index("ix_manuscript_author_id", "author_id"),
        Index("ix_manuscript_owner_id", "owner_id"),
        # one edit of a document at a time: two could not both be its next version
        Index(
            "uq_manuscript_edit",
            "edits",
            unique=True,
            sqlite_where=text("edits IS NOT NULL AND stage NOT IN ('published', 'dropped')"),
            postgresql_where=text("edits IS NOT NULL AND stage NOT IN ('published', 'dropped')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(20))
    stage: Mapped[Stage] = mapped_column(_kept_as_value(Stage))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Front matter as far as it is given, by the names of the content format, dates as ISO text."""
    revision: Mapped[int] = mapped_column(default=1)
    """Raised by every save of the fields, so that two tabs can't overwrite each other."""
    changed_in: Mapped[dict[str, int] | None] = mapped_column(JSON, default=dict)
    """The revision that changed a field last, by its name; the first one for what is not named."""
    text_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of everything that would be published: what a sign-off is bound to."""
    edits: Mapped[str | None] = mapped_column(String(40))
    """Reference of the published document that this is the next version of."""
    based_on: Mapped[int | None]
    """Number of the version of that document which stood when the edit began."""
    replaces: Mapped[str | None] = mapped_column(String(40))
    """Reference of the document that this one is to supersede."""
    became: Mapped[str | None] = mapped_column(String(40))
    """Reference under which it was published."""
    why: Mapped[str] = mapped_column(String(500), default="")
    """What changes and why, for the history."""
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"))
    """The author's authority: known to curators, never shown to a reader."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    """The curator who holds the present stage."""
    made_at: Mapped[datetime] = mapped_column(Moment)
    saved_at: Mapped[datetime] = mapped_column(Moment)
    stage_since: Mapped[datetime] = mapped_column(Moment)
    due_on: Mapped[date | None]
    """By when the present stage should be over."""
    scheduled_for: Mapped[date | None]


class Part(Base):
    """A section of a manuscript, saved on its own."""

    __tablename__ = "manuscript_part"

    manuscript_id: Mapped[int] = mapped_column(
        ForeignKey("manuscript.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime] = mapped_column(Moment)


class Writer(Base):
    """Somebody who has changed the text of a manuscript, and so cannot sign it off."""

    __tablename__ = "manuscript_writer"
    __table_args__ = (Index("ix_manuscript_writer_account_id", "account_id"),)

    manuscript_id: Mapped[int] = mapped_column(
        ForeignKey("manuscript.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )


class Step(Base):
    """A change of stage: the way a manuscript has come, as its contributor may follow it."""

    __tablename__ = "manuscript_step"
    __table_args__ = (Index("ix_manuscript_step_manuscript_id", "manuscript_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    manuscript_id: Mapped[int] = mapped_column(ForeignKey("manuscript.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    stage: Mapped[Stage] = mapped_column(_kept_as_value(Stage))
    note: Mapped[str] = mapped_column(String(500), default="")


FILE = "upload-"
"""Begins the name of the place that a file is in a text; its number follows."""


class FindingAnswer(Base):
    """Why a finding of the disclosure check may stay. It belongs to the passage, not to a place."""

    __tablename__ = "finding_answer"
    __table_args__ = (UniqueConstraint("manuscript_id", "part", "passage"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    manuscript_id: Mapped[int] = mapped_column(ForeignKey("manuscript.id", ondelete="CASCADE"))
    part: Mapped[str] = mapped_column(String(80))
    """Name of the part or field, or `upload-` and the number of a file."""
    passage: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the kind, the words found and the words around them."""
    answer: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(500))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(Moment)


class Remark(Base):
    """A change that a reviewer asks for, at a part or a field, and what its author says to it."""

    __tablename__ = "remark"
    __table_args__ = (Index("ix_remark_manuscript_id", "manuscript_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    manuscript_id: Mapped[int] = mapped_column(ForeignKey("manuscript.id", ondelete="CASCADE"))
    part: Mapped[str] = mapped_column(String(80))
    passage: Mapped[str] = mapped_column(String(500), default="")
    """The words that it is about; none for the whole part."""
    reason: Mapped[str] = mapped_column(String(2000))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the author was told; before that only reviewers see it."""
    answer: Mapped[str] = mapped_column(String(2000), default="")
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)


class SignOff(Base):
    """A second person vouches for the text with this hash; after any edit it counts no more."""

    __tablename__ = "sign_off"
    __table_args__ = (UniqueConstraint("manuscript_id", "kind", "text_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    manuscript_id: Mapped[int] = mapped_column(ForeignKey("manuscript.id", ondelete="CASCADE"))
    kind: Mapped[SignOffKind] = mapped_column(_kept_as_value(SignOffKind))
    text_hash: Mapped[str] = mapped_column(String(64))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(Moment)
    checklist: Mapped[dict[str, str]] = mapped_column(JSON)
    """The motivated-intruder questions by key, with what was answered."""


class Upload(Base):
    """A file in quarantine: read by the worker, shown to nobody, and never published itself."""

    __tablename__ = "upload"
    __table_args__ = (Index("ix_upload_manuscript_id", "manuscript_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    manuscript_id: Mapped[int] = mapped_column(ForeignKey("manuscript.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200))
    """What readers will know it by."""
    purpose: Mapped[str] = mapped_column(String(10))
    """`attach`, or `import` where its text is to become that of the manuscript."""
    size: Mapped[int]
    """Bytes."""
    state: Mapped[UploadState] = mapped_column(_kept_as_value(UploadState))
    reason: Mapped[str] = mapped_column(String(500), default="")
    """Why it was refused, in plain words."""
    original: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Gone once the file has been read or refused."""
    body: Mapped[str] = mapped_column(Text, default="")
    """Markdown of what a reader of the file was meant to see."""
    traces: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Everything else that stood in it, as `text`, `where` and `seen`."""
    warnings: Mapped[list[str]] = mapped_column(JSON)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(Moment)
