"""What the worker has to do, in words for an administrator, and trying again."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core import clock, jobs
from portal.core.jobs import Job, Jobs, JobState
from portal.core.permissions import Actor
from portal.ui.pagination import PER_PAGE

UNSEEN = timedelta(minutes=10)
"""Without work done for so long there is no worker: some is due every minute."""
_ORDER = (JobState.FAILED, JobState.RUNNING, JobState.WAITING, JobState.DONE)


@dataclass(frozen=True)
class Overview:
    """How much there is to do, and whether anybody does it."""

    counts: Mapping[JobState, int]
    last_done: datetime | None
    worker_seen: bool

    @property
    def unfinished(self) -> int:
        """How many jobs wait, run or have failed."""
        return sum(number for state, number in self.counts.items() if state != JobState.DONE)


@dataclass(frozen=True)
class Piece:
    """One job, with what it does in words."""

    job: Job
    label: str


def overview(session: Session) -> Overview:
    """Return how much there is to do."""
    counts = dict.fromkeys(JobState, 0)
    query = select(Job.state, func.count()).group_by(Job.state)
    counts |= {state: number for state, number in session.execute(query)}
    last = jobs.last_done(session)
    return Overview(counts, last, jobs.worker_seen(session, clock.now() - UNSEEN))


def listed(session: Session, known: Jobs, *, state: JobState | None, page: int) -> list[Piece]:
    """Return a page of the jobs in a state, or of all that are not done: what failed comes first.

    What failed, and what is done, is in the order in which that happened, the last one first.
    """
    rank = case({state: place for place, state in enumerate(_ORDER)}, value=Job.state)
    query: Select[Job] = select(Job).where(
        Job.state == state if state else Job.state != JobState.DONE
    )
    query = query.order_by(rank, Job.finished_at.desc(), Job.due_at, Job.id)
    rows = session.scalars(query.offset((page - 1) * PER_PAGE).limit(PER_PAGE))
    return [Piece(job, known.label(job.name)) for job in rows]


def try_again(session: Session, *, actor: Actor, job_id: int | None = None) -> int:
    """Let a failed job begin again, or all of them; return how many. It is on record."""
    names = Counter(jobs.retry(session, job_id))
    for name in sorted(names):
        audit.record(
            session,
            actor=actor,
            action="job.retried",
            object_type="job",
            object_id="all" if job_id is None else str(job_id),
            details={"name": name},
        )
    return names.total()
