"""The job port: work that a request leaves for later, written in the request's own transaction.

A room registers what can be done (`Jobs.register`) and asks for it (`enqueue`). The row is the
truth: whoever runs jobs claims it, works, and marks it done. A job whose worker died is claimed
again when its lease has run out, so its work must be harmless when it is done twice. Times are
those of the machine that runs the jobs: several must agree to within a fraction of a lease.
"""

import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, unique
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Enum, Index, String, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core import clock
from portal.core.config import ROOT
from portal.core.database import Base, Moment, changed, db, short_transaction

TOPIC = "jobs"
"""What a transaction that asks for work says that it changed."""
FIRST_RETRY, LAST_RETRY = timedelta(seconds=15), timedelta(hours=1)
MOST_SAID = 300
"""Characters of an error that are kept."""
ENDED_MEANWHILE = "The worker ended while it was doing this, or it took longer than it may."
UNKNOWN = "This version of the portal does not know this work."
_log = logging.getLogger(__name__)


@unique
class JobState(StrEnum):
    """Where a job stands. A waiting one that has failed before waits for its next try."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


_ENDED = (JobState.DONE, JobState.FAILED)


class Job(Base):
    """One piece of work. Its arguments name rows; they hold no text that anybody wrote."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_state_due_at", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    key: Mapped[str | None] = mapped_column(String(120), unique=True)
    """Where work must be done once only: a second job with the same key is not taken."""
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[JobState] = mapped_column(
        Enum(
            JobState,
            native_enum=False,
            length=10,
            values_callable=lambda states: [s.value for s in states],
        ),
        default=JobState.WAITING,
    )
    created_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    claimed_until: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(String(MOST_SAID))
    """What went wrong last, in words fit for an administrator: never a text or an address."""


class WorkFailed(Exception):
    """Work that could not be done; the message is kept with the job and must name nobody."""

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final
        """Trying again would not help."""


@dataclass(frozen=True)
class Kind:
    """Work that a room can do."""

    name: str
    label: str
    """What it does, in words for an administrator."""
    work: Callable[..., None]
    """Called with the job's arguments in an application context, outside any transaction.

    It commits what it does itself (`short_transaction`) and must bear being done twice.
    """
    attempts: int = 8
    """How often it is begun; pauses double from 15 seconds to an hour: 8 take 32 minutes."""
    lease: timedelta = timedelta(minutes=5)
    """How long it may take; after that another worker takes this one for dead."""


Slot = Callable[[datetime], str]
"""Names the slot of time that a moment belongs to, for instance its day."""


class Jobs:
    """What can be done, and when it is due by itself."""

    def __init__(self) -> None:
        self.kinds: dict[str, Kind] = {}
        self._slots: dict[str, Slot] = {}

    def register(self, kind: Kind, slot: Slot | None = None) -> None:
        """Take in a kind of work, and when it is due by itself: see `each_minute`, `each_day`.

        Scheduled work takes no arguments. It is done once for each slot, however many workers there
        are, and not at all for slots in which no worker ran.
        """
        if kind.name in self.kinds:
            raise ValueError(f"{kind.name} is registered already")
        self.kinds[kind.name] = kind
        if slot is not None:
            self._slots[kind.name] = slot

    def label(self, name: str) -> str:
        """Return what work does in words; its name, where this version does not know it."""
        kind = self.kinds.get(name)
        return kind.label if kind else name

    def keys(self) -> dict[str, str]:
        """Return the keys of the scheduled work of the present slots, by its name."""
        moment = clock.now()
        return {name: f"{name}:{slot(moment)}" for name, slot in self._slots.items()}

    def missing(self, session: Session) -> set[str]:
        """Return the names of scheduled work that nobody has asked for in its present slot."""
        keys = self.keys()
        found = set(session.scalars(select(Job.key).where(Job.key.in_(keys.values()))))
        return {name for name, key in keys.items() if key not in found}

    def add_due(self, session: Session) -> None:
        """Ask for the scheduled work of the present slots, unless somebody has already.

        What is running or waits for another try from an earlier slot is the same work: none is
        added beside it, so that work that always fails counts its tries and fails in the end.
        """
        missing = self.missing(session)
        for name, key in self.keys().items():
            if name in missing:
                _add_scheduled(session, name, key)


def _add_scheduled(session: Session, name: str, key: str) -> None:
    def earlier(*states: JobState) -> Any:
        of_schedule = Job.key.startswith(f"{name}:", autoescape=True)
        return and_(Job.state.in_(states), Job.name == name, of_schedule, Job.key != key)

    under_way = earlier(JobState.RUNNING, JobState.WAITING)
    if session.scalar(select(Job.id).where(under_way).limit(1)) is None:
        enqueue(session, name, key=key)
        # one that failed stays to be seen until a later one has failed or been done
        latest = session.scalar(select(func.max(Job.id)).where(earlier(*_ENDED))) or 0
        session.execute(delete(Job).where(earlier(JobState.FAILED), Job.id < latest))


def each_minute(moment: datetime) -> str:
    """Return the slot of work that is due every minute."""
    return f"{moment:%Y-%m-%dT%H:%M}"


def each_hour(moment: datetime) -> str:
    """Return the slot of work that is due every hour."""
    return f"{moment:%Y-%m-%dT%H}"


def each_day(moment: datetime) -> str:
    """Return the slot of work that is due once a day, in the night of England."""
    return f"{_night(moment):%Y-%m-%d}"


def each_week(moment: datetime) -> str:
    """Return the slot of work that is due once a week, in the night to Monday in England."""
    return f"{_night(moment):%G-W%V}"


def _night(moment: datetime) -> datetime:
    return moment.astimezone(clock.LONDON) - timedelta(hours=4)


def enqueue(
    session: Session,
    name: str,
    *,
    key: str | None = None,
    due_at: datetime | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> None:
    """Ask for work, to be done after the transaction of `session` has committed."""
    dialect = session.get_bind().dialect.name
    insert = sqlite_insert if dialect == "sqlite" else postgresql_insert
    now = clock.now()
    session.execute(
        insert(Job)
        .values(
            name=name,
            key=key,
            arguments=dict(arguments or {}),
            state=JobState.WAITING,
            created_at=now,
            due_at=due_at or now,
            attempts=0,
        )
        .on_conflict_do_nothing(index_elements=["key"])
    )
    changed(session, TOPIC)


def due(session: Session, limit: int = 100) -> list[int]:
    """Return the ids of the jobs that can be claimed now, the longest due first."""
    return list(
        session.scalars(
            select(Job.id).where(_claimable()).order_by(Job.due_at, Job.id).limit(limit)
        )
    )


def _claimable() -> Any:
    now = clock.now()
    return or_(
        and_(Job.state == JobState.WAITING, Job.due_at <= now),
        and_(Job.state == JobState.RUNNING, Job.claimed_until <= now),
    )


@dataclass(frozen=True)
class _Claim:
    """A job in the hands of one worker, until a moment that no other claim of it shares."""

    id: int
    name: str
    arguments: dict[str, Any]
    attempt: int
    until: datetime

    def settle(self, **values: Any) -> None:
        """Write what became of it, unless another worker has claimed it meanwhile."""
        with short_transaction() as session:
            session.execute(
                update(Job)
                .where(
                    Job.id == self.id,
                    Job.state == JobState.RUNNING,
                    Job.attempts == self.attempt,
                    Job.claimed_until == self.until,
                )
                .values(claimed_until=None, **values)
                .execution_options(synchronize_session=False)
            )


def run(jobs: Jobs, job_id: int) -> bool:
    """Claim a job and do it; false when there was nothing to claim.

    Whatever goes wrong is kept with the job, which waits for its next try or has failed. Needs an
    application context in which nothing has been begun.
    """
    claim = _claim(jobs, job_id)
    if claim is None:
        return False
    kind = jobs.kinds.get(claim.name)
    try:
        if kind is None:
            raise WorkFailed(UNKNOWN)
        if claim.attempt > kind.attempts:  # work that ends its worker must not end each of them
            raise WorkFailed(ENDED_MEANWHILE, final=True)
        try:
            kind.work(**claim.arguments)
        finally:
            db.session.close()  # what it left open would keep others, and us, from writing
    except Exception as error:  # whatever it is, the next job must go on
        said = _words(error)
        _log.error("job %s (%s) failed: %s", job_id, claim.name, said)
        final = isinstance(error, WorkFailed) and error.final
        last = final or kind is None or claim.attempt >= kind.attempts
        _put_back(claim, said, last=last)
    else:
        claim.settle(state=JobState.DONE, finished_at=clock.now(), error=None)
    return True


def _claim(jobs: Jobs, job_id: int) -> _Claim | None:
    with short_transaction() as session:
        name = session.scalar(select(Job.name).where(Job.id == job_id))
        kind = jobs.kinds.get(name or "")
        until = clock.now() + (kind.lease if kind else timedelta(minutes=1))
        # one statement: of two workers one finds it claimed
        claimed = session.execute(
            update(Job)
            .where(Job.id == job_id, _claimable())
            .values(state=JobState.RUNNING, claimed_until=until, attempts=Job.attempts + 1)
            .returning(Job.name, Job.arguments, Job.attempts)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        if claimed is None:
            return None
        return _Claim(job_id, claimed.name, claimed.arguments, claimed.attempts, until)


def _words(error: Exception) -> str:
    """Say what went wrong; an unforeseen error's own words may hold anything."""
    if isinstance(error, WorkFailed):
        return str(error)[:MOST_SAID]
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(ROOT / "portal")
    ]
    at = f" at {Path(frames[-1].filename).relative_to(ROOT)}:{frames[-1].lineno}" if frames else ""
    return f"Unexpected {type(error).__name__}{at}"[:MOST_SAID]


def _put_back(claim: _Claim, said: str, *, last: bool) -> None:
    if last:
        claim.settle(state=JobState.FAILED, finished_at=clock.now(), error=said)
        return
    wait = min(LAST_RETRY, FIRST_RETRY * 2 ** min(claim.attempt - 1, 20))
    claim.settle(state=JobState.WAITING, due_at=clock.now() + wait, error=said)


def retry(session: Session, job_id: int | None = None) -> list[str]:
    """Let a failed job begin again, or every one without `job_id`; return their names.

    Its earlier error stays with it until it is done.
    """
    wanted = () if job_id is None else (Job.id == job_id,)
    names = session.scalars(
        update(Job)
        .where(Job.state == JobState.FAILED, *wanted)
        .values(state=JobState.WAITING, due_at=clock.now(), finished_at=None, attempts=0)
        .returning(Job.name)
        .execution_options(synchronize_session=False)
    ).all()
    if names:
        changed(session, TOPIC)
    return list(names)


def worker_seen(session: Session, since: datetime) -> bool:
    """Tell whether a worker has done, tried or taken work since a moment."""
    tried = and_(Job.state.in_((JobState.WAITING, JobState.RUNNING)), Job.attempts > 0)
    seen = or_(Job.finished_at > since, and_(tried, Job.due_at > since), Job.claimed_until > since)
    return session.scalar(select(Job.id).where(seen).limit(1)) is not None


def last_done(session: Session) -> datetime | None:
    """Return when work was last done: scheduled work is done each minute while a worker runs."""
    return session.scalar(select(func.max(Job.finished_at)).where(Job.state == JobState.DONE))
