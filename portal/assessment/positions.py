"""What an authority officially holds: one signed position for each question that has one."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assessment import subjects
from portal.assessment.instrument import NO_FURTHER_ACTION, Instrument
from portal.assessment.models import Position
from portal.assessment.policy import check_leads
from portal.audit import service as audit
from portal.authorities.models import Authority
from portal.core import clock
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Actor

NOT_SETTLED = "not-settled"
"""An answer on the form: nothing is stated, so nothing is kept."""


def in_force(session: Session, authority_id: int) -> Position | None:
    """Return the position that was signed last, if any."""
    return session.scalar(
        select(Position).where(
            Position.authority_id == authority_id, Position.replaced_at.is_(None)
        )
    )


def history(session: Session, *, actor: Actor, authority_id: int) -> list[Position]:
    """Return every signed position, the newest first. Raises `NotFound` for others than leads."""
    check_leads(actor, authority_id)
    query = select(Position).where(Position.authority_id == authority_id)
    return list(session.scalars(query.order_by(Position.id.desc())))


def sign(
    session: Session,
    *,
    actor: Actor,
    authority_id: int,
    instrument: Instrument,
    stated: Mapping[str, str],
    note: str,
    instead_of: int,
) -> Position:
    """Sign a position, which replaces the one in force.

    `stated` holds an answer or `NOT_SETTLED` for each subject that can have a position;
    `instead_of` is the id of the position that the lead saw, 0 for none. Raises `NotFound` for
    others than leads, `DomainError` without a single settled answer, `Conflict` if another lead
    signed meanwhile.
    """
    check_leads(actor, authority_id)
    session.scalar(select(Authority.id).where(Authority.id == authority_id).with_for_update())
    former = in_force(session, authority_id)
    if (former.id if former else 0) != instead_of:
        raise Conflict("Another lead has signed a position meanwhile")
    settled = {}
    for subject in subjects.stated(instrument):
        answer = stated.get(subject.name, "")
        if answer not in (*stateable(subject), NOT_SETTLED):
            raise DomainError("Choose an answer for every question")
        if answer != NOT_SETTLED:
            settled[subject.name] = answer
    if not settled:
        raise DomainError("State a position on at least one question")
    now = clock.now()
    if former is not None:
        former.replaced_at = now
        session.flush()
    position = Position(
        authority_id=authority_id,
        edition=instrument.edition,
        stated=settled,
        note=note,
        signed_at=now,
        by_id=actor.id,
    )
    session.add(position)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="position.signed",
        object_type="authority",
        object_id=str(authority_id),
        details={"stated": len(settled)},
    )
    return position


def stateable(subject: subjects.Subject) -> tuple[str, ...]:
    """Return the answers that can be an official position."""
    if subject.kind == subjects.Kind.TIER:
        return (*subject.on_scale, NO_FURTHER_ACTION)
    return subject.on_scale


def known(session: Session, *, actor: Actor, authority_id: int) -> Authority:
    """Return an authority that the person leads. Raises `NotFound`."""
    check_leads(actor, authority_id)
    authority = session.get(Authority, authority_id)
    if authority is None:
        raise NotFound
    return authority
