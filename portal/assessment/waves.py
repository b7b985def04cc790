"""Rounds of asking: opening one, handing out its links, closing it."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts import leaving, notices
from portal.assessment import codes, positions, subjects
from portal.assessment.instrument import Instrument
from portal.assessment.models import AnswerCount, AnswerLink, LinkTaken, Wave
from portal.assessment.policy import check_leads, check_staff
from portal.assessment.release import LEAST
from portal.audit import service as audit
from portal.audit.service import WORKER
from portal.core import clock, links
from portal.core.database import short_transaction
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Actor
from portal.core.roles import leads

SHARED = "assessment-shared"
OPENED = "assessment.opened"
"""The notice that tells staff of an open wave."""
CLOSED = "assessment.closed"
"""The notice that tells leads that the results are there."""
MOST_DAYS = 90
MOST_LINKS = 2000
"""Links that one wave can have."""
MOST_AT_ONCE = 200
"""Links that one page of slips can have."""


def all_of(session: Session, authority_id: int) -> list[Wave]:
    """Return an authority's waves, the oldest first."""
    query = select(Wave).where(Wave.authority_id == authority_id).order_by(Wave.number)
    return list(session.scalars(query))


def open_one(session: Session, authority_id: int) -> Wave | None:
    """Return the wave of an authority that takes answers, if there is one."""
    query = select(Wave).where(Wave.authority_id == authority_id, Wave.closed_on.is_(None))
    return session.scalar(query)


def takes_answers(wave: Wave) -> bool:
    """Tell whether a wave takes answers today: it may be over before the worker has closed it."""
    return wave.is_open and clock.today() <= wave.closes_on


def wave(session: Session, *, actor: Actor, authority_id: int, number: int) -> Wave:
    """Return a wave to a lead of its authority. Raises `NotFound`."""
    check_leads(actor, authority_id)
    query = select(Wave).where(Wave.authority_id == authority_id, Wave.number == number)
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def begin(
    session: Session,
    *,
    actor: Actor,
    authority_id: int,
    instrument: Instrument,
    closes_on: date,
    shared: bool,
    tell_staff: bool,
) -> Wave:
    """Open a wave, with a shared link if wanted.

    Raises `NotFound` for others than leads, `DomainError` for a last day that is past or too far
    off, `Conflict` while another wave is open.
    """
    check_leads(actor, authority_id)
    today = clock.today()
    if not today <= closes_on <= today + timedelta(days=MOST_DAYS):
        raise DomainError(f"The last day must be today or within the next {MOST_DAYS} days")
    last = session.scalar(select(func.max(Wave.number)).where(Wave.authority_id == authority_id))
    made = Wave(
        authority_id=authority_id,
        number=(last or 0) + 1,
        edition=instrument.edition,
        opened_on=today,
        closes_on=closes_on,
        shared_nonce=links.new_nonce() if shared else None,
        links_made=0,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        raise Conflict("A self-assessment is open already") from None
    rows = [
        {"wave_id": made.id, "subject": subject.name, "answer": answer, "n": 0}
        for subject in subjects.of(instrument)
        for answer in subject.answers
    ]
    session.execute(insert(AnswerCount), rows)
    audit.record(
        session,
        actor=actor,
        action="assessment.opened",
        object_type="authority",
        object_id=str(authority_id),
        details={"wave": made.number, "shared": shared},
    )
    if tell_staff:
        asked = leaving.staff_of(session, authority_id) - leaving.leads_of(session, authority_id)
        notices.notify(session, user_ids=asked, kind=OPENED, context={"wave_id": made.id})
    return made


def shared_token(wave: Wave) -> str | None:
    """Return what the shared link of a wave carries, if it has one."""
    return links.token(SHARED, wave.id, wave.shared_nonce) if wave.shared_nonce else None


def make_codes(session: Session, *, actor: Actor, wave: Wave, number: int) -> list[str]:
    """Make single-use links; return their codes, which nothing can show again.

    Raises `NotFound` for others than leads, `Conflict` for a wave that is closed, `DomainError` for
    more than there may be.
    """
    check_leads(actor, wave.authority_id)
    session.refresh(wave, with_for_update=True)
    if not takes_answers(wave):
        raise Conflict("This round takes no more answers")
    if not 1 <= number <= MOST_AT_ONCE:
        raise DomainError(f"A page has from 1 to {MOST_AT_ONCE} links")
    left = MOST_LINKS - wave.links_made
    if number > left:
        raise DomainError(f"One round can have {MOST_LINKS:,} links; {left} are left")
    made = _add_codes(session, wave, number)
    wave.links_made += number
    audit.record(
        session,
        actor=actor,
        action="assessment.links-made",
        object_type="authority",
        object_id=str(wave.authority_id),
        details={"wave": wave.number, "links": number},
    )
    return made


def _add_codes(session: Session, wave: Wave, number: int) -> list[str]:
    made = [codes.new_code() for _ in range(number)]
    rows = sorted(codes.digest(code) or "" for code in made)
    session.execute(insert(AnswerLink), [{"digest": d, "wave_id": wave.id} for d in rows])
    session.flush()
    return made


def take_code(session: Session, *, actor: Actor, wave_id: int) -> str:
    """Give a person with an account their one link to an open wave.

    That they took it is kept until the wave closes; which link it is, is not. A lead gets none:
    they see the results, and who knows one of few answers knows more of the others. Raises
    `NotFound` for others than staff, `Conflict` for a wave that is over or a link that was taken.
    """
    found = session.get(Wave, wave_id, with_for_update=True, populate_existing=True)
    if found is None or actor.id is None:
        raise NotFound
    check_staff(actor, found.authority_id)
    if leads(actor, found.authority_id):
        raise NotFound
    if not takes_answers(found):
        raise Conflict("closed")
    if session.get(LinkTaken, (wave_id, actor.id)) is not None:
        raise Conflict("taken")
    session.add(LinkTaken(wave_id=wave_id, account_id=actor.id))
    (code,) = _add_codes(session, found, 1)
    return code


def has_taken(session: Session, *, actor: Actor, wave: Wave) -> bool:
    """Tell whether a person has taken their link to an open wave."""
    return actor.id is not None and session.get(LinkTaken, (wave.id, actor.id)) is not None


def close(session: Session, *, actor: Actor, wave: Wave) -> None:
    """Close a wave for good: no more answers, and its results can be looked at.

    The position in force is the one that its answers are compared with, now and always: comparing
    them with one position after the other would tell what was answered. Raises `Conflict` if it is
    closed already.
    """
    if actor is not WORKER:
        check_leads(actor, wave.authority_id)
    session.refresh(wave, with_for_update=True)
    if not wave.is_open:
        raise Conflict("This self-assessment is closed already")
    position = positions.in_force(session, wave.authority_id)
    wave.closed_on = clock.today()
    wave.position_id = position.id if position and position.edition == wave.edition else None
    wave.shared_nonce = None
    for table in (AnswerLink, LinkTaken):
        session.execute(delete(table).where(table.wave_id == wave.id))
    audit.record(
        session,
        actor=actor,
        action="assessment.closed",
        object_type="authority",
        object_id=str(wave.authority_id),
        details={"wave": wave.number},
    )
    if actor is WORKER:
        told = leaving.leads_of(session, wave.authority_id)
        notices.notify(session, user_ids=told, kind=CLOSED, context={"wave_id": wave.id})


def close_due() -> None:
    """Close the waves whose last day is over: a daily job."""
    with short_transaction() as session:
        due = select(Wave).where(Wave.closed_on.is_(None), Wave.closes_on < clock.today())
        for found in session.scalars(due.order_by(Wave.id)).all():
            close(session, actor=WORKER, wave=found)


def counts_of(session: Session, waves: Sequence[Wave]) -> dict[int, dict[str, dict[str, int]]]:
    """Return what was counted: by wave, by subject, by answer. For `release.releases` alone."""
    found: dict[int, dict[str, dict[str, int]]] = {wave.id: {} for wave in waves}
    query = select(AnswerCount).where(AnswerCount.wave_id.in_(found))
    for row in session.scalars(query):
        found[row.wave_id].setdefault(row.subject, {})[row.answer] = row.n
    return found


def answered(session: Session, wave: Wave) -> int:
    """Return how many people answered a wave at least: a multiple of five."""
    per_subject = (
        select(func.sum(AnswerCount.n).label("people"))
        .where(AnswerCount.wave_id == wave.id)
        .group_by(AnswerCount.subject)
        .subquery()
    )
    people = int(session.scalar(select(func.max(per_subject.c.people))) or 0)
    return people - people % LEAST
