"""Applying the retention schedule: what is too old goes, a little at a time, on record."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.audit.models import AuditEntry
from portal.core.database import short_transaction
from portal.core.jobs import Jobs, Kind, WorkFailed, each_day
from portal.core.permissions import Actor
from portal.core.retention import Keeping

APPLIED = "retention.applied"
AT_ONCE = 500
"""Records that one transaction removes, so that nobody waits for it for long."""
_log = logging.getLogger(__name__)


def register(jobs: Jobs, schedule: Sequence[Keeping]) -> None:
    """Let the worker apply the schedule every night."""

    def work() -> None:
        apply(schedule, actor=audit.WORKER)

    kind = Kind(
        "operations.retention",
        "Delete records that are too old",
        work,
        lease=timedelta(hours=1),
    )
    jobs.register(kind, each_day)


def too_old(session: Session, schedule: Sequence[Keeping]) -> dict[str, int]:
    """Return how many records each rule would remove now."""
    return {one.rule.name: one.rule.count(session, one.before) for one in schedule}


def apply(schedule: Sequence[Keeping], *, actor: Actor) -> dict[str, int]:
    """Remove what is too old, in transactions of its own; return how many records, by rule.

    A rule that fails does not keep the others from being applied: `WorkFailed` names it afterwards.
    """
    removed: dict[str, int] = {}
    failed = []
    for one in schedule:
        removed[one.rule.name] = 0
        try:
            before = one.before
            while number := _remove_some(one, before):
                removed[one.rule.name] += number
        except Exception as error:  # whatever it is, the next rule must be applied
            _log.error("the rule %s failed: %s", one.rule.name, type(error).__name__)
            failed.append(one.rule.name)
    with short_transaction() as session:
        audit.record(
            session,
            actor=actor,
            action=APPLIED,
            object_type="retention",
            object_id="schedule",
            outcome="failed in part" if failed else "done",
            details={"removed": {name: number for name, number in removed.items() if number}},
        )
    if failed:
        raise WorkFailed(f"These records could not be removed: {', '.join(failed)}")
    return removed


def _remove_some(one: Keeping, before: datetime) -> int:
    with short_transaction() as session:
        return one.rule.remove(session, before, AT_ONCE)


@dataclass(frozen=True)
class Applied:
    """When the schedule was applied, and how many records went, by rule."""

    at: datetime
    removed: Mapping[str, int]


def last_applied(session: Session) -> Applied | None:
    """Return what happened when the schedule was applied last."""
    entry = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.action == APPLIED)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(1)
    ).one_or_none()
    return None if entry is None else Applied(entry.at, entry.details["removed"])
