"""Tables of the library: documents with versions, attachments and law, receipts, wishes."""

from datetime import date, datetime
from enum import StrEnum, unique
from typing import Any

from sqlalchemy import JSON, Enum, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.database import Base, Moment


@unique
class State(StrEnum):
    """Where a document stands in its life."""

    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    """Another document stands in its place; its address leads there."""
    WITHDRAWN = "withdrawn"
    """Taken away with a public reason; the text is kept for curators."""
    REMOVED = "removed"
    """Taken down: the text is gone from everywhere, the address says so."""


class Document(Base):
    """A case example, guidance, protocol or glossary entry."""

    __tablename__ = "document"
    __table_args__ = (Index("ix_document_contributing_authority_id", "contributing_authority_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    """Stable and opaque, for instance `case-003`: it stands in the address."""
    type: Mapped[str] = mapped_column(String(20))
    state: Mapped[State] = mapped_column(
        Enum(
            State,
            native_enum=False,
            length=20,
            values_callable=lambda states: [s.value for s in states],
        )
    )
    audience: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(600))
    question: Mapped[str | None] = mapped_column(String(200))
    """Ends the sentence "How do other authorities …"."""
    terms: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    """Terms by vocabulary."""
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What is shown but not filtered by: sources, law, definitions, other names."""
    related: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    """Documents that an editor named, as `id` (a reference) and `why`."""
    body: Mapped[str] = mapped_column(Text)
    """Markdown, the truth."""
    article_html: Mapped[str] = mapped_column(Text)
    """The page's article, rendered at publication: facts, contents, body, provenance."""
    head_html: Mapped[str] = mapped_column(Text)
    """The page's metadata, rendered with it."""
    plain: Mapped[str] = mapped_column(Text)
    """The words of the article's body without markup, for the index and for extracts."""
    practice_year: Mapped[int | None]
    law_as_at: Mapped[date | None]
    published_on: Mapped[date]
    reviewed_on: Mapped[date]
    review_by: Mapped[date]
    contributing_authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"))
    """Known to curators, never shown to a reader."""
    content_hash: Mapped[str] = mapped_column(String(64))
    rendered_with: Mapped[str] = mapped_column(String(64))
    """Fingerprint of what the HTML depends on besides the document itself."""
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it stopped being published, whichever way."""
    withdrawn_reason: Mapped[str | None] = mapped_column(String(500))
    """What a reader who comes to its address is told."""
    successor: Mapped[str | None] = mapped_column(String(40))
    """Reference of the document that stands in its place."""


class Owner(Base):
    """The curator who sees that a document is read again in time."""

    __tablename__ = "document_owner"
    __table_args__ = (Index("ix_document_owner_account_id", "account_id"),)

    document_id: Mapped[int] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))


class ReviewReminder(Base):
    """That a reminder of a date of review was given, so that it is given once only."""

    __tablename__ = "review_reminder"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True
    )
    review_by: Mapped[date] = mapped_column(primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    """How many days before: 60, 30 or 0."""


class Version(Base):
    """A text of a document as it was published. The last one is what readers see."""

    __tablename__ = "document_version"
    __table_args__ = (UniqueConstraint("document_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    number: Mapped[int]
    """1, 2, …"""
    text: Mapped[str] = mapped_column(Text)
    """The document as a content file: front matter and Markdown."""
    content_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    """Who published it; nobody for what was imported."""
    why: Mapped[str] = mapped_column(String(500))
    attachments: Mapped[list[dict[str, str]] | None] = mapped_column(JSON(none_as_null=True))
    """Its files as `title` and `body` (Markdown), in their order; nothing where none was kept."""


class Instrument(Base):
    """An instrument of law or official guidance that documents rest on, found by its name."""

    __tablename__ = "instrument"
    __table_args__ = (Index("ix_instrument_successor_id", "successor_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    """Full name with its year, as documents cite it in `law`."""
    in_force_from: Mapped[date | None]
    ended_on: Mapped[date | None]
    successor_id: Mapped[int | None] = mapped_column(
        ForeignKey("instrument.id", ondelete="SET NULL")
    )
    note: Mapped[str] = mapped_column(String(1000), default="")
    """What changed, in words for readers."""


class LawChange(Base):
    """A document to be read again because an instrument that it rests on was superseded."""

    __tablename__ = "law_change"
    __table_args__ = (Index("ix_law_change_instrument_id", "instrument_id"),)

    document_id: Mapped[int] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True
    )
    instrument_id: Mapped[int] = mapped_column(
        ForeignKey("instrument.id", ondelete="CASCADE"), primary_key=True
    )
    at: Mapped[datetime] = mapped_column(Moment)


class Attachment(Base):
    """The portal's own rendering of a file that was checked; the file itself is never published."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("document_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    number: Mapped[int]
    """1, 2, … within its document: it stands in the address."""
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    """Markdown, the truth."""
    html: Mapped[str] = mapped_column(Text)
    """Rendered at publication."""
    plain: Mapped[str] = mapped_column(Text)
    """The words without markup, for the index."""


class Receipt(Base):
    """What was purged when a document was taken down, and when. It holds none of its words."""

    __tablename__ = "takedown_receipt"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(String(500))
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Each place with `what` was purged, `number` of things and the moment `at`, ISO 8601.

    What is `left` for a person to look at stands there too, with a reference as its `number`.
    """
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the last place, the search index, had been built anew without it."""


class LibraryState(Base):
    """One row: how often the library has changed. Its row lock puts the changes in order."""

    __tablename__ = "library_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    generation: Mapped[int]


class LibraryChange(Base):
    """A document that changed in a generation, written in the transaction of the change."""

    __tablename__ = "library_change"
    __table_args__ = (Index("ix_library_change_document_id", "document_id"),)

    generation: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True
    )


class SearchCount(Base):
    """How often something was searched for on a day, by nobody in particular.

    Rows of one day have no order and no time, so that no two searches can be put together.
    """

    __tablename__ = "search_count"
    # else SQLite numbers the rows in the order in which they came
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (as SQLAlchemy documents)

    day: Mapped[date] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(String(100), primary_key=True)
    """Words that all stand in the library; empty for every search that had another."""
    results: Mapped[int] = mapped_column(primary_key=True)
    """How many documents were found; 0 for the row without words, whatever they found."""
    times: Mapped[int]


class Wish(Base):
    """How often an example was asked for on a day, in terms of the vocabularies, by nobody."""

    __tablename__ = "wish"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (as SQLAlchemy documents)

    day: Mapped[date] = mapped_column(primary_key=True)
    terms: Mapped[str] = mapped_column(String(500), primary_key=True)
    """`vocabulary=term` in the order of the vocabularies, separated by spaces."""
    times: Mapped[int]
