"""Two authorities that work together: what for, for how long, and how it ends."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.accounts import leaving, notices
from portal.audit import service as audit
from portal.audit.service import WORKER
from portal.authorities.models import Authority
from portal.authorities.profiles import profile_of
from portal.core import clock
from portal.core.database import short_transaction
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Actor
from portal.core.roles import leads
from portal.pairing.models import Pairing, Request

MONTHS = 6
MOST_GOALS = 3
BEGAN, ENDED, RENEWAL, CHANGED = "pairing.began", "pairing.ended", "pairing.renewal", "pairing.plan"
ASKING, HOST = "asking", "host"


def running(day: date) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on a pairing that goes on, on a day."""
    return Pairing.ended_on.is_(None), Pairing.ends_on >= day


def after_months(day: date, months: int) -> date:
    """Return the day so many months later, the last of the month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for shorter in range(4):
        try:
            return date(year, month + 1, day.day - shorter)
        except ValueError:
            continue
    raise ValueError("no such day")  # no month has fewer than 28 days


def hosted_by(session: Session, host_id: int) -> list[Pairing]:
    """Return the pairings that an authority hosts now."""
    query = select(Pairing).where(Pairing.host_id == host_id, *running(clock.today()))
    return list(session.scalars(query.order_by(Pairing.id)))


def of(session: Session, authority_id: int) -> list[Pairing]:
    """Return the pairings of an authority on either side, the newest first."""
    either = (Pairing.host_id == authority_id) | (Pairing.asking_id == authority_id)
    return list(session.scalars(select(Pairing).where(either).order_by(Pairing.id.desc())))


def is_running(pair: Pairing) -> bool:
    """Tell whether a pairing goes on."""
    return pair.ended_on is None and pair.ends_on >= clock.today()


def begin(session: Session, *, request: Request) -> Pairing:
    """Open the pairing of a request that both sides have agreed to."""
    if request.host_id is None:
        raise ValueError("a pairing has two sides")
    today = clock.today()
    pair = Pairing(
        request_id=request.id,
        asking_id=request.asking_id,
        host_id=request.host_id,
        # the words of a round are the same for all, and say nothing of these two
        purpose="" if request.round_id else request.wish[:1000],
        goals=[],
        began_on=today,
        ends_on=after_months(today, MONTHS),
    )
    session.add(pair)
    session.flush()
    _tell_both(session, pair, BEGAN)
    return pair


def _tell_both(session: Session, pair: Pairing, kind: str, *, but: int | None = None) -> None:
    for authority_id in (pair.asking_id, pair.host_id):
        told = leaving.leads_of(session, authority_id) - {but or 0}
        notices.notify(session, user_ids=told, kind=kind, context={"pairing_id": pair.id})


def seen(session: Session, *, actor: Actor, authority_id: int, pairing_id: int) -> Pairing:
    """Return a pairing to a lead of one of its two authorities. Raises `NotFound`."""
    pair = session.get(Pairing, pairing_id)
    if pair is None or authority_id not in {pair.asking_id, pair.host_id}:
        raise NotFound
    if not leads(actor, authority_id):
        raise NotFound
    return pair


def side_of(pair: Pairing, authority_id: int) -> str:
    """Return which side an authority is."""
    return HOST if pair.host_id == authority_id else ASKING


def other_side(session: Session, pair: Pairing, authority_id: int) -> Authority:
    """Return the authority on the other side."""
    other = pair.asking_id if pair.host_id == authority_id else pair.host_id
    return session.get_one(Authority, other)


def contacts_of(session: Session, authority_id: int) -> Sequence[Mapping[str, str]]:
    """Return the contacts that an authority names in its profile, for the other side of a pair."""
    found: Sequence[Mapping[str, str]] = profile_of(session, authority_id).value("contacts") or ()
    return found


def _held(session: Session, pair: Pairing) -> None:
    session.refresh(pair, with_for_update=True)
    if not is_running(pair):
        raise Conflict("This pairing has ended")


def _record(session: Session, actor: Actor, pair: Pairing, action: str) -> None:
    audit.record(session, actor=actor, action=action, object_type="pairing", object_id=str(pair.id))


def plan(
    session: Session,
    *,
    actor: Actor,
    authority_id: int,
    pairing_id: int,
    purpose: str,
    goals: Sequence[Mapping[str, str]],
) -> None:
    """Write down what the two want to do: a purpose and up to three goals, each with its theme.

    Raises `NotFound`, `DomainError` for too many goals, `Conflict` for a pairing that has ended.
    """
    pair = seen(session, actor=actor, authority_id=authority_id, pairing_id=pairing_id)
    _held(session, pair)
    if len(goals) > MOST_GOALS:
        raise DomainError(f"Write down {MOST_GOALS} goals at the most")
    pair.purpose = purpose
    pair.goals = [dict(goal) for goal in goals]
    session.flush()
    _record(session, actor, pair, "pairing.planned")
    _tell_both(session, pair, CHANGED, but=actor.id)


def end(session: Session, *, actor: Actor, authority_id: int, pairing_id: int, reason: str) -> None:
    """End a pairing, with a reason or without one. Raises `NotFound`, `Conflict`."""
    pair = seen(session, actor=actor, authority_id=authority_id, pairing_id=pairing_id)
    _held(session, pair)
    pair.ended_on = clock.today()
    pair.ended_by_host = side_of(pair, authority_id) == HOST
    pair.end_reason = reason or None
    session.flush()
    _record(session, actor, pair, "pairing.ended")
    _tell_both(session, pair, ENDED, but=actor.id)


def renew(session: Session, *, actor: Actor, authority_id: int, pairing_id: int) -> bool:
    """Ask to go on for another six months, or agree to it; return whether both have agreed.

    Raises `NotFound`, `Conflict` for a pairing that has ended or been renewed once.
    """
    pair = seen(session, actor=actor, authority_id=authority_id, pairing_id=pairing_id)
    _held(session, pair)
    if pair.renewed_on is not None:
        raise Conflict("A pairing can be renewed once, and this one has been")
    side = side_of(pair, authority_id)
    if pair.wants_renewal in {None, side}:
        pair.wants_renewal = side
        session.flush()
        _tell_both(session, pair, RENEWAL, but=actor.id)
        return False
    pair.wants_renewal = None
    pair.renewed_on = clock.today()
    pair.ends_on = after_months(pair.ends_on, MONTHS)
    session.flush()
    _record(session, actor, pair, "pairing.renewed")
    _tell_both(session, pair, RENEWAL, but=actor.id)
    return True


def end_due() -> None:
    """End the pairings whose time is over: a daily job."""
    with short_transaction() as session:
        over = select(Pairing).where(Pairing.ended_on.is_(None), Pairing.ends_on < clock.today())
        for pair in session.scalars(over.order_by(Pairing.id).with_for_update()).all():
            pair.ended_on = pair.ends_on
            _record(session, WORKER, pair, "pairing.ended")
            _tell_both(session, pair, ENDED)
