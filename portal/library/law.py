"""Instruments of law and official guidance as records that documents rest on.

A document cites an instrument by its full name in `law`. When one is superseded, exactly the
published documents that cite it are marked to be read again, and their owners are told.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, load_only

from portal.accounts import notices
from portal.audit import service as audit
from portal.core import clock
from portal.core.errors import Conflict, NotFound
from portal.core.permissions import Actor
from portal.library import ownership
from portal.library.models import Document, Instrument, LawChange, LibraryState, State

LAW_CHANGED = "library.law-changed"
"""Tells who has to see to it that documents rest on an instrument which is in force no more."""


@dataclass(frozen=True)
class Standing:
    """An instrument with what rests on it."""

    instrument: Instrument
    documents: Sequence[Document]
    """Published documents that cite it, by title."""
    waiting: int
    """How many of them are still to be read again because of it."""


def cite(session: Session, names: Iterable[str]) -> None:
    """Make records of the instruments that are cited and have none yet."""
    known = set(session.scalars(select(Instrument.name)))
    session.add_all(Instrument(name=name) for name in sorted(set(names) - known))
    session.flush()


def cite_all(session: Session) -> None:
    """Make records of every instrument that a published document cites."""
    rows = session.execute(select(Document.details).where(Document.state == State.PUBLISHED))
    cite(session, (name for (details,) in rows for name in details.get("law", [])))


def _published(session: Session) -> Iterable[Document]:
    shown = (Document.reference, Document.type, Document.title, Document.review_by)
    query = select(Document).where(Document.state == State.PUBLISHED)
    return session.scalars(query.options(load_only(*shown, Document.details)))


def _law(document: Document) -> list[str]:
    cited: list[str] = document.details.get("law", [])
    return cited


def standings(session: Session) -> list[Standing]:
    """Return every instrument with what rests on it, in alphabetical order."""
    by_name: dict[str, list[Document]] = {}
    for document in _published(session):
        for name in _law(document):
            by_name.setdefault(name, []).append(document)
    still_published = LawChange.document_id.in_(
        select(Document.id).where(Document.state == State.PUBLISHED)
    )
    waiting: Mapping[int, int] = dict(
        session.execute(
            select(LawChange.instrument_id, func.count())
            .where(still_published)
            .group_by(LawChange.instrument_id)
        ).all()
    )
    instruments = session.scalars(select(Instrument))
    return [
        Standing(
            one,
            sorted(by_name.get(one.name, []), key=lambda document: document.title.casefold()),
            waiting.get(one.id, 0),
        )
        for one in sorted(instruments, key=lambda one: one.name.casefold())
    ]


def get(session: Session, instrument_id: int) -> Standing:
    """Return one instrument. Raises `NotFound`."""
    for standing in standings(session):
        if standing.instrument.id == instrument_id:
            return standing
    raise NotFound("There is no such instrument")


def instrument(session: Session, instrument_id: int) -> Instrument:
    """Return the record of one instrument, without what rests on it. Raises `NotFound`."""
    found = session.get(Instrument, instrument_id)
    if found is None:
        raise NotFound("There is no such instrument")
    return found


def in_force(session: Session) -> list[Instrument]:
    """Return the instruments that have not ended, in alphabetical order."""
    found = session.scalars(select(Instrument).where(Instrument.ended_on.is_(None)))
    return sorted(found, key=lambda one: one.name.casefold())


def save(
    session: Session,
    *,
    actor: Actor,
    instrument_id: int | None,
    name: str,
    in_force_from: date | None,
    note: str,
) -> Instrument:
    """Add an instrument, or correct one. A name that documents cite can't change.

    Raises `NotFound`, or `Conflict` for a name that is taken or cited.
    """
    taken = session.scalar(select(Instrument).where(Instrument.name == name))
    if taken is not None and taken.id != instrument_id:
        raise Conflict("There is an instrument of that name already")
    if instrument_id is None:
        saved = Instrument(name=name)
        session.add(saved)
    else:
        standing = get(session, instrument_id)
        saved = standing.instrument
        if standing.documents and name != saved.name:
            raise Conflict("Documents cite it by this name. Supersede it by one of the new name")
    saved.name, saved.in_force_from, saved.note = name, in_force_from, note
    session.flush()
    _record(session, actor, "instrument.saved", saved, {})
    return saved


def supersede(
    session: Session,
    *,
    actor: Actor,
    instrument_id: int,
    successor_id: int | None,
    ended_on: date,
    note: str,
) -> list[Document]:
    """Say that an instrument is no longer in force, and mark what rests on it to be read again.

    The owners of those documents are told; of one that has none, every curator. Returns the
    documents that were marked: those that are published and cite it. Raises `NotFound`, or
    `Conflict` for one that has ended already or would succeed itself.
    """
    # what is being published just now is seen here, or sees that this has ended
    session.execute(select(LibraryState).with_for_update()).all()
    session.expire_all()
    standing = get(session, instrument_id)
    ending = standing.instrument
    if ending.ended_on is not None:
        raise Conflict("This instrument has been superseded already")
    if successor_id is not None:
        successor = instrument(session, successor_id)
        if successor.id == ending.id or successor.ended_on is not None:
            raise Conflict("Choose an instrument that is in force in its place")
    ending.ended_on, ending.successor_id, ending.note = ended_on, successor_id, note
    marked = set(
        session.scalars(select(LawChange.document_id).where(LawChange.instrument_id == ending.id))
    )
    session.add_all(
        LawChange(document_id=document.id, instrument_id=ending.id, at=clock.now())
        for document in standing.documents
        if document.id not in marked
    )
    session.flush()
    details = {"documents": len(standing.documents)}
    _record(session, actor, "instrument.superseded", ending, details)
    told = ownership.concerned(session, [document.id for document in standing.documents])
    notices.notify(
        session,
        user_ids=told.keys() - {actor.id},
        kind=LAW_CHANGED,
        context={"instrument_id": ending.id},
    )
    return list(standing.documents)


def forget(session: Session, names: Collection[str]) -> tuple[int, int]:
    """Delete the records of laws, among `names`, that no document has any more.

    A name that only one text cited may be one that somebody made up in it. What a curator has
    dated, described or linked with another record is their own work and stays. Returns how many
    were deleted and how many stay so.
    """
    rows = session.execute(select(Document.details).where(Document.state != State.REMOVED))
    cited = {name for (details,) in rows for name in details.get("law", [])}
    gone = [
        one
        for one in session.scalars(select(Instrument))
        if one.name in names and one.name not in cited
    ]
    linked = set(session.scalars(select(Instrument.successor_id)))
    bare = [
        one
        for one in gone
        if not (one.in_force_from or one.ended_on or one.note or one.id in linked)
    ]
    for one in bare:
        session.delete(one)
    session.flush()
    return len(bare), len(gone) - len(bare)


def _record(
    session: Session, actor: Actor, action: str, instrument: Instrument, details: dict[str, int]
) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        object_type="instrument",
        object_id=str(instrument.id),
        details=dict(details),
    )


def cited_by(document: Document) -> frozenset[str]:
    """Return the names of the laws that a document cites, none for one that has no text yet."""
    return frozenset(_law(document)) if document.details else frozenset()


def follow(session: Session, changed: Iterable[tuple[Document, Collection[str]]]) -> None:
    """Let the marks of documents agree with their new texts, each with the laws it used to cite.

    What one cites no more is settled, what it cites newly and has ended is marked. A mark of what
    it still cites stays, whatever else has changed: whoever reads it again says that it holds.
    """
    over = select(Instrument).where(Instrument.ended_on.is_not(None))
    ended = {instrument.name: instrument.id for instrument in session.scalars(over)}
    if not ended:
        return
    marks = {
        (mark.document_id, mark.instrument_id): mark for mark in session.scalars(select(LawChange))
    }
    for document, before in changed:
        cited = cited_by(document)
        for name, instrument_id in ended.items():
            mark = marks.get((document.id, instrument_id))
            if mark is not None and name not in cited:
                session.delete(mark)
            elif mark is None and name in cited.difference(before):
                made = LawChange(
                    document_id=document.id, instrument_id=instrument_id, at=clock.now()
                )
                session.add(made)
    session.flush()


def still_holds(session: Session, *, actor: Actor, document: Document) -> None:
    """Record that a document was read again and still holds although its law has changed."""
    for change in session.scalars(select(LawChange).where(LawChange.document_id == document.id)):
        session.delete(change)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="document.law-checked",
        object_type="document",
        object_id=document.reference,
    )


def marked(session: Session, instrument_id: int) -> set[int]:
    """Return the published documents that wait to be read again because of an instrument."""
    query = (
        select(LawChange.document_id)
        .join(Document, Document.id == LawChange.document_id)
        .where(LawChange.instrument_id == instrument_id, Document.state == State.PUBLISHED)
    )
    return set(session.scalars(query))


def all_marked(session: Session) -> dict[int, list[str]]:
    """Return the documents that wait to be read again, with the names of the laws that changed."""
    query = (
        select(LawChange.document_id, Instrument.name)
        .join(Instrument, Instrument.id == LawChange.instrument_id)
        .order_by(Instrument.name)
    )
    found: dict[int, list[str]] = {}
    for document_id, name in session.execute(query):
        found.setdefault(document_id, []).append(name)
    return found


def why_checked(session: Session, reference: str) -> list[tuple[str, str, str | None]]:
    """Return (name, note, what took its place) of the ended laws that a document rests on."""
    successor = aliased(Instrument)
    query = (
        select(Instrument.name, Instrument.note, successor.name)
        .join(LawChange, LawChange.instrument_id == Instrument.id)
        .join(Document, Document.id == LawChange.document_id)
        .outerjoin(successor, successor.id == Instrument.successor_id)
        .where(Document.reference == reference)
        .order_by(Instrument.name)
    )
    return [(name, note, other) for name, note, other in session.execute(query)]


def changes_of(session: Session, document_id: int) -> list[Instrument]:
    """Return the superseded instruments because of which a document is to be read again."""
    query = (
        select(Instrument)
        .join(LawChange, LawChange.instrument_id == Instrument.id)
        .where(LawChange.document_id == document_id)
        .order_by(Instrument.name)
    )
    return list(session.scalars(query))
