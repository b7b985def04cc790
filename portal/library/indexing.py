"""Keeping the search index in step with the library: the database is the truth, the index follows.

Each change of a document is recorded in its own transaction (`service.record_changes`). Afterwards
the request's process wakes its `Indexer`, and whoever searches an index that is behind wakes one
too, so that nothing is lost when a process dies between the two. One process at a time writes.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from threading import Event, Lock, Thread

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.database import db, reading
from portal.library.catalogue import generation_of
from portal.library.models import Attachment, Document, LibraryChange, State
from portal.library.vocabularies import NOT_STATED, Vocabularies
from portal.search.port import Engine, NotReady, Record, mark

FIRST_RETRY, LAST_RETRY = 1.0, 60.0  # seconds
MOST_APPLIED = 500
"""Changed documents that are put in one by one; for more the index is built anew."""
_log = logging.getLogger(__name__)


class Attached:
    """The words of attachments, read for one document at a time: files may be long."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._having = frozenset(session.scalars(select(Attachment.document_id).distinct()))

    def words_of(self, document_id: int) -> str:
        """Return the words of a document's attachments with their titles."""
        if document_id not in self._having:
            return ""
        query = select(Attachment.title, Attachment.plain).where(
            Attachment.document_id == document_id
        )
        rows = self._session.execute(query.order_by(Attachment.number))
        return "\n".join(f"{title}\n{plain}" for title, plain in rows)


class Indexer:
    """The thread of a process that brings the index up to date when it is woken.

    It begins when it is first woken: threads do not survive the fork of a server's worker.
    """

    def __init__(self, app: Flask, engine: Engine, vocabularies: Vocabularies) -> None:
        self._app = app
        self._engine = engine
        self._vocabularies = vocabularies
        self._woken = Event()
        self._ended = Event()
        self._starting = Lock()
        self._thread: Thread | None = None

    def wake(self) -> None:
        """Ask for the index to be brought up to date, and do not wait for it."""
        self._woken.set()
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._run, name="indexer", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End the thread after what it is doing, and wait for that."""
        self._ended.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        retry = FIRST_RETRY
        while True:
            self._woken.wait()
            self._woken.clear()
            if self._ended.is_set():
                return
            try:
                with self._app.app_context(), reading():
                    sync_index(db.session, self._engine, self._vocabularies)
                retry = FIRST_RETRY
            except Exception as error:  # whatever it is, the next try may succeed
                number = f" {error.errno}" if isinstance(error, OSError) else ""
                _log.error(
                    "the search index could not be changed: %s%s", type(error).__name__, number
                )
                self._ended.wait(retry)  # however many searches ask meanwhile
                self._woken.set()
                retry = min(2 * retry, LAST_RETRY)


def sync_index(session: Session, engine: Engine, vocabularies: Vocabularies) -> int:
    """Bring the search index up to the library's generation; return the records that changed.

    `session` must see what others have committed meanwhile, since it may have to wait for them.
    """
    with engine.writing():
        latest, held = generation_of(session), engine.generation()
        # none yet, one that can't be read, or the database was put back
        if held is None or held > latest or not _readable(engine):
            return _rebuild(session, engine, vocabularies)
        changed = changed_since(session, held)
        if len(changed) > MOST_APPLIED:
            return _rebuild(session, engine, vocabularies)
        documents = session.scalars(select(Document).where(Document.id.in_(changed))).all()
        try:
            if latest > held:
                attached = Attached(session)
                _apply(engine, documents, latest, vocabularies, attached)
        except NotReady:  # damaged where only a change reads it
            return _rebuild(session, engine, vocabularies)
        return len(documents)


def changed_since(session: Session, generation: int) -> frozenset[int]:
    """Return the ids of the documents that changed after a generation of the library."""
    query = select(LibraryChange.document_id).where(LibraryChange.generation > generation)
    return frozenset(session.scalars(query))


def _readable(engine: Engine) -> bool:
    try:
        engine.contents()
    except NotReady:
        return False
    return True


def _apply(
    engine: Engine,
    documents: Iterable[Document],
    generation: int,
    vocabularies: Vocabularies,
    attached: Attached,
) -> None:
    shown = [record_of(d, vocabularies, attached) for d in documents if d.state == State.PUBLISHED]
    gone = [d.id for d in documents if d.state != State.PUBLISHED]
    engine.apply(shown, gone, generation)


def rebuild_index(session: Session, engine: Engine, vocabularies: Vocabularies) -> int:
    """Build the search index anew from the database; return how many records it holds."""
    with engine.writing():
        return _rebuild(session, engine, vocabularies)


_SHOWN = select(Document).where(Document.state == State.PUBLISHED).order_by(Document.id)


def _rebuild(session: Session, engine: Engine, vocabularies: Vocabularies) -> int:
    latest, attached = generation_of(session), Attached(session)
    count = 0

    def records() -> Iterator[Record]:
        nonlocal count
        for document in session.scalars(_SHOWN, execution_options={"yield_per": 500}):
            count += 1
            yield record_of(document, vocabularies, attached)

    engine.rebuild(records(), latest)
    return count


@dataclass(frozen=True)
class IndexCheck:
    """How the search index differs from the database, as references or, of what is gone, ids."""

    missing: list[str]
    outdated: list[str]
    extra: list[int]
    generation: int
    held: int

    @property
    def sound(self) -> bool:
        """Whether there is nothing to mend."""
        behind = self.generation != self.held
        return not (self.missing or self.outdated or self.extra or behind)


def check_index(
    session: Session, engine: Engine, vocabularies: Vocabularies, *, repair: bool
) -> IndexCheck:
    """Compare every record of the index with the database, and with `repair` mend what differs.

    Raises `NotReady` when there is no index, or a damaged one.
    """
    with engine.writing():
        engine.verify()
        latest, held = generation_of(session), engine.generation()
        marks = dict(engine.contents())
        missing, outdated = [], []
        attached = Attached(session)
        for document in session.scalars(_SHOWN, execution_options={"yield_per": 500}):
            found = marks.pop(document.id, None)
            if found is None:
                missing.append(document)
            elif found != mark(record_of(document, vocabularies, attached)):
                outdated.append(document)
        checked = IndexCheck(
            [d.reference for d in missing],
            [d.reference for d in outdated],
            sorted(marks),
            latest,
            -1 if held is None else held,
        )
        if repair and not checked.sound:
            given = [record_of(d, vocabularies, attached) for d in (*missing, *outdated)]
            engine.apply(given, list(marks), latest)
        return checked


def record_of(
    document: Document, vocabularies: Vocabularies, attached: Attached | None = None
) -> Record:
    """Return what the search engine may know of a document."""
    labels = [
        vocabularies.labels.get((name, term), "")
        for name, terms in document.terms.items()
        for term in terms
        if term != NOT_STATED
    ]
    definitions = [entry["text"] for entry in document.details.get("definitions", [])]
    return Record(
        id=document.id,
        audience=document.audience,
        title=document.title,
        reference=document.reference,
        related=tuple(entry["id"] for entry in document.related),
        also=" ".join(document.details.get("also", [])),
        summary=f"{document.question or ''}\n{document.summary}",
        body="\n".join([document.plain, *definitions]),
        labels="\n".join(labels),
        search_words="\n".join(document.details.get("search_words", [])),
        review_by=document.review_by.toordinal(),
        attachments=attached.words_of(document.id) if attached else "",
    )
