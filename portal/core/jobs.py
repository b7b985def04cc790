"""The job port: work that a request leaves for later, written in the request's own transaction.

A room registers what can be done (`Jobs.register`) and asks for it (`enqueue`). The row is the
truth: whoever runs jobs claims it, works, and marks it done. A job whose worker died is claimed
again when its lease has run out, so its work must be harmless when it is done twice.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import Any

from sqlalchemy import JSON, Enum, Index, String, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core import clock
from portal.core.database import Base, Moment, changed, short_transaction

TOPIC = "jobs"
"""What a transaction that asks for work says that it changed."""
FIRST_RETRY, LAST_RETRY = timedelta(seconds=15), timedelta(hours=1)
_log = logging.getLogger(__name__)


@unique
class JobState(StrEnum):
    """Where a job stands. A waiting one that has failed before waits for its next try."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


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
    error: Mapped[str | None] = mapped_column(String(300))
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
    """Called with the job's arguments in an application context, outside any transaction."""
    attempts: int = 8
    lease: timedelta = timedelta(minutes=5)
    """How long it may take; after that another worker takes it for dead."""


@dataclass(frozen=True)
class Schedule:
    """Work that is due by itself: once for each slot of time, however many workers there are."""

    name: str
    slot: Callable[[datetime], str]
    """The slot that a moment belongs to, for instance its day: a job is made when it begins."""


class Jobs:
    """What can be done, and when it is due by itself."""

    def __init__(self) -> None:
        self.kinds: dict[str, Kind] = {}
        self.schedules: dict[str, Schedule] = {}

    def register(self, kind: Kind, slot: Callable[[datetime], str] | None = None) -> None:
        """Take in a kind of work, and when it is due by itself: see `each_minute`, `each_day`."""
        if kind.name in self.kinds:
            raise ValueError(f"{kind.name} is registered already")
        self.kinds[kind.name] = kind
        if slot is not None:
            self.schedules[kind.name] = Schedule(kind.name, slot)

    def add_due(self, session: Session) -> None:
        """Ask for the scheduled work of the present slots, unless that has been done already."""
        for schedule in self.schedules.values():
            slot = schedule.slot(clock.now())
            enqueue(session, schedule.name, key=f"{schedule.name}:{slot}")


def each_minute(moment: datetime) -> str:
    """Return the slot of work that is due every minute."""
    return f"{moment:%Y-%m-%dT%H:%M}"


def each_hour(moment: datetime) -> str:
    """Return the slot of work that is due every hour."""
    return f"{moment:%Y-%m-%dT%H}"


def each_day(moment: datetime) -> str:
    """Return the slot of work that is due once a day, in the night of England."""
    return f"{moment.astimezone(clock.LONDON) - timedelta(hours=4):%Y-%m-%d}"


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


def run(jobs: Jobs, job_id: int) -> bool:
    """Claim a job and do it; false when there was nothing to claim.

    Whatever goes wrong is kept with the job, which waits for its next try or has failed.
    """
    claimed = _claim(jobs, job_id)
    if claimed is None:
        return False
    name, arguments, attempt = claimed
    kind = jobs.kinds.get(name)
    try:
        if kind is None:
            raise WorkFailed("This version of the portal does not know this work.", final=True)
        kind.work(**arguments)
    except Exception as error:  # whatever it is, the next job must go on
        _log.error("job %s (%s) failed: %s", job_id, name, type(error).__name__)
        last = kind is None or attempt >= kind.attempts or getattr(error, "final", False)
        _put_back(job_id, attempt, error, last=last)
        return True
    with short_transaction() as session:
        session.execute(
            update(Job)
            .where(Job.id == job_id, Job.attempts == attempt)
            .values(state=JobState.DONE, finished_at=clock.now(), claimed_until=None, error=None)
        )
    return True


def _claim(jobs: Jobs, job_id: int) -> tuple[str, dict[str, Any], int] | None:
    with short_transaction() as session:
        name = session.scalar(select(Job.name).where(Job.id == job_id))
        kind = jobs.kinds.get(name or "")
        lease = kind.lease if kind else timedelta(minutes=1)
        # one statement: of two workers one finds it claimed
        claimed = session.execute(
            update(Job)
            .where(Job.id == job_id, _claimable())
            .values(
                state=JobState.RUNNING,
                claimed_until=clock.now() + lease,
                attempts=Job.attempts + 1,
            )
            .returning(Job.name, Job.arguments, Job.attempts)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        return None if claimed is None else (claimed.name, claimed.arguments, claimed.attempts)


def _put_back(job_id: int, attempt: int, error: Exception, *, last: bool) -> None:
    # another error's own words may hold anything
    said = str(error) if isinstance(error, WorkFailed) else f"Unexpected {type(error).__name__}"
    wait = min(LAST_RETRY, FIRST_RETRY * 2 ** (attempt - 1))
    with short_transaction() as session:
        session.execute(
            update(Job)
            .where(Job.id == job_id, Job.attempts == attempt)
            .values(
                state=JobState.FAILED if last else JobState.WAITING,
                due_at=clock.now() + wait,
                claimed_until=None,
                finished_at=clock.now() if last else None,
                error=said[:300],
            )
        )


def retry(session: Session, job_id: int) -> bool:
    """Let a failed job begin again; false when it has not failed."""
    found = session.scalar(
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.FAILED)
        .values(state=JobState.WAITING, due_at=clock.now(), finished_at=None, attempts=0)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    changed(session, TOPIC)
    return found is not None
