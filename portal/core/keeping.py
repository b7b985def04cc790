"""How long the core's own records can be kept: work done and failed, letters."""

from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from portal.core import mail
from portal.core.jobs import Job, Jobs, JobState
from portal.core.mail import OutgoingMail
from portal.core.retention import Rule, Rules, rows


def register(rules: Rules, jobs: Jobs) -> None:
    """Register the rules."""
    rules.register(
        Rule(
            "mail.letters",
            label="E-mails",
            what="The address, what kind of letter it was and when it was sent",
            since="after it was written",
            count=_letters,
            remove=lambda session, before, most: mail.forget_old(session, before=before),
            least=2,  # for about a day it may still be sent
        )
    )
    rules.register(
        rows(
            "jobs.done",
            Job,
            # the job of a slot that lasts must stay, else it would be done again
            lambda before: and_(
                Job.state == JobState.DONE,
                Job.finished_at < before,
                Job.key.is_(None) | Job.key.not_in(list(jobs.keys().values())),
            ),
            label="Work done in the background",
            what="What kind of work it was and when it was done",
            since="after it was done",
        )
    )
    rules.register(
        rows(
            "jobs.failed",
            Job,
            lambda before: and_(Job.state == JobState.FAILED, Job.finished_at < before),
            label="Work in the background that failed",
            what="What kind of work it was, when it failed and why",
            since="after it was given up",
        )
    )


def _letters(session: Session, before: datetime) -> int:
    query = select(func.count()).select_from(OutgoingMail).where(OutgoingMail.created_at < before)
    return session.scalar(query) or 0
