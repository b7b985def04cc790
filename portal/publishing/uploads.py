"""Files: into quarantine, read by the worker, published only as the portal's own rendering."""

from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.audit.service import WORKER
from portal.core import clock
from portal.core.database import db, reading, short_transaction
from portal.core.errors import Conflict, NotFound
from portal.core.jobs import Jobs, Kind, enqueue
from portal.core.permissions import Actor
from portal.disclosure import files
from portal.publishing import sections, writing
from portal.publishing.models import Upload, UploadState
from portal.ui.filters import legible

READ = "publishing.read-file"
MOST_FILES = 10
MOST_BYTES = 20 * 1024 * 1024
ATTACH, IMPORT = "attach", "import"


def add(
    session: Session,
    *,
    actor: Actor,
    manuscript_id: int,
    name: str,
    content: bytes,
    title: str,
    purpose: str,
) -> Upload:
    """Take a file into quarantine and ask the worker to read it.

    `purpose` is `attach`, or `import` where its text is to become that of the manuscript. Raises
    `NotFound`, or `Conflict` with what to do for an empty file, one too large, or one too many.
    """
    manuscript = writing.for_writing(session, actor, manuscript_id)
    if not content:
        raise Conflict("The file is empty. Choose another one")
    if len(content) > MOST_BYTES:
        raise Conflict("The file is larger than 20 MB. Choose a smaller one")
    count = select(func.count()).where(Upload.manuscript_id == manuscript_id)
    if (session.scalar(count) or 0) >= MOST_FILES:
        raise Conflict(f"There are {MOST_FILES} files already. Take one out first")
    upload = Upload(
        manuscript_id=manuscript.id,
        name=Path(legible(name).replace("\\", "/")).name[:200] or "file",
        title=legible(title)[:200],
        purpose=purpose,
        size=len(content),
        state=UploadState.WAITING,
        reason="",
        original=content,
        body="",
        traces=[],
        warnings=[],
        by_id=actor.id,
        at=clock.now(),
    )
    session.add(upload)
    session.flush()
    writing.touched(session, actor, manuscript)  # whoever adds a file can't sign the text off
    enqueue(session, READ, arguments={"upload_id": upload.id})
    return upload


def of(session: Session, manuscript_id: int) -> list[Upload]:
    """Return the files of a manuscript, in the order in which they came."""
    query = select(Upload).where(Upload.manuscript_id == manuscript_id).order_by(Upload.id)
    return list(session.scalars(query))


def get(session: Session, *, actor: Actor, manuscript_id: int, upload_id: int) -> Upload:
    """Return a file of a manuscript that the person may see. Raises `NotFound`."""
    writing.seen(session, actor=actor, manuscript_id=manuscript_id)
    upload = session.get(Upload, upload_id, populate_existing=True)
    if upload is None or upload.manuscript_id != manuscript_id:
        raise NotFound("There is no such file")
    return upload


def remove(session: Session, *, actor: Actor, manuscript_id: int, upload_id: int) -> None:
    """Take a file out, with all that was read in it."""
    manuscript = writing.for_writing(session, actor, manuscript_id)
    upload = get(session, actor=actor, manuscript_id=manuscript_id, upload_id=upload_id)
    session.delete(upload)
    session.flush()
    writing.touched(session, actor, manuscript)


def keep_published(session: Session, manuscript_id: int) -> None:
    """Keep of the files of a text that is published what readers see of them, and nothing else.

    What was hidden in them was there to be looked at before; the review is kept for years. Files
    that were refused or never taken over go, and the name of a file, which may tell of somebody.
    """
    for upload in of(session, manuscript_id):
        if upload.purpose == ATTACH and upload.state == UploadState.CHECKED:
            upload.name, upload.traces, upload.warnings = upload.title, [], []
        else:
            session.delete(upload)
    session.flush()


def read(upload_id: int) -> None:
    """Read a file in a process of its own and keep what is in it: the worker's part.

    Done twice it does the same: what was read once is left alone.
    """
    with reading():
        upload = db.session.get(Upload, upload_id)
        waiting = upload is not None and upload.state == UploadState.WAITING
        name = upload.name if upload else ""
        original = (upload.original or b"") if upload else b""
        db.session.rollback()
    if not waiting:
        return
    outcome = _outcome(name, original)
    with short_transaction() as session:
        _keep(session, upload_id, outcome)


def _outcome(name: str, original: bytes) -> files.Reading | files.Refused:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(original)
        try:
            return files.read(path, name=name)
        except files.Refused as refused:
            return refused


def _keep(session: Session, upload_id: int, outcome: files.Reading | files.Refused) -> None:
    upload = session.get(Upload, upload_id)
    if upload is None:
        return
    try:
        # first, as whoever takes a file out does
        manuscript = writing.locked(session, upload.manuscript_id)
    except NotFound:
        return
    upload = session.get(Upload, upload_id, populate_existing=True)
    if upload is None or upload.state != UploadState.WAITING:
        return
    upload.original = None
    if isinstance(outcome, files.Refused):
        upload.state, upload.reason = UploadState.REFUSED, str(outcome)[:500]
    else:
        upload.state = UploadState.CHECKED
        upload.body = outcome.markdown
        upload.warnings = list(outcome.warnings)
        upload.traces = [
            {"text": piece.text, "where": place_of(piece), "seen": piece.seen}
            for piece in outcome.pieces
        ]
    session.flush()
    writing.touched(session, WORKER, manuscript)
    audit.record(
        session,
        actor=WORKER,
        action="manuscript.upload",
        object_type="manuscript",
        object_id=str(upload.manuscript_id),
        details={"state": upload.state.value},
    )


def place_of(piece: files.Piece) -> str:
    """Return in words where in a file a piece of text stood."""
    return f"{piece.where.value}, {piece.place}" if piece.place else piece.where.value


def take_over(session: Session, *, actor: Actor, manuscript_id: int, upload_id: int) -> None:
    """Let the text of an imported file become that of the manuscript, behind what is there.

    The file is gone afterwards. Raises `Conflict` for one that has not been read, or whose text is
    longer than a section can be; nothing of it must be kept then.
    """
    manuscript = writing.for_writing(session, actor, manuscript_id)
    upload = get(session, actor=actor, manuscript_id=manuscript_id, upload_id=upload_id)
    if upload.state != UploadState.CHECKED or upload.purpose != IMPORT:
        raise Conflict("This file has not been read, or can’t be imported")
    there = writing.parts_of(session, manuscript_id)
    for name, text in sections.take_apart(manuscript.type, upload.body).items():
        if not text:
            continue
        part = there.get(name)
        whole = f"{part.text}\n\n{text}" if part and part.text else text
        writing.save_part(
            session,
            actor=actor,
            manuscript_id=manuscript_id,
            name=name,
            text=whole,
            revision=part.revision if part else 0,
        )
    session.delete(upload)
    session.flush()


def register(jobs: Jobs) -> None:
    """Register the worker's part."""
    jobs.register(Kind(READ, "Read a file that was sent in", read, attempts=3))
