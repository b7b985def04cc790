"""Requests: an authority asks, another answers, and neither knows the other before both said yes.

Everything that could have changed meanwhile is checked again, under a lock on both authorities, at
the moment of acceptance: whether the request is open and in time, places, conflicts, pairs.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts import leaving, notices
from portal.audit import service as audit
from portal.audit.service import WORKER
from portal.authorities.models import Authority
from portal.authorities.profiles import Profile, profile_of, times_answered
from portal.authorities.service import ids_by_code
from portal.core import clock
from portal.core.database import db, reading, short_transaction
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Actor
from portal.core.roles import leads
from portal.pairing import pairs
from portal.pairing.gathering import DECLINE_HOLDS
from portal.pairing.models import (
    Pairing,
    PairingRule,
    Request,
    RequestState,
    RuleKind,
    Search,
    Shown,
)
from portal.pairing.suggestions import Views

MOST_OPEN = 3
STANDS = timedelta(days=14)
"""How long a request waits for an answer."""
REMIND_AFTER = timedelta(days=7)
CONFLICTS_WITHIN, MOST_CONFLICTS = timedelta(days=90), 2
"""How often conflicts may be answered anew, within how long, by an authority that asks."""
LIST_STANDS = timedelta(days=14)
"""How long hosts can be asked from a list."""
PROPOSED = "pairing.proposed"
ASKED, ANSWERED, EXPIRED, REMINDED = (
    "pairing.asked",
    "pairing.answered",
    "pairing.expired",
    "pairing.reminded",
)
FLOORS = frozenset({"little_known", "unlike", "little_help"})
"""What rules a host out only where there is a better one: see `matching.Reason`."""


def open_of(session: Session, asking_id: int) -> list[Request]:
    """Return the requests of an authority that wait for an answer, the most wanted first."""
    query = select(Request).where(
        Request.asking_id == asking_id, Request.state == RequestState.OPEN
    )
    return list(session.scalars(query.order_by(Request.preference, Request.id)))


def closed_of(session: Session, asking_id: int) -> list[Request]:
    """Return the requests of an authority that have been answered or are over, newest first."""
    query = select(Request).where(
        Request.asking_id == asking_id, Request.state != RequestState.OPEN
    )
    return list(session.scalars(query.order_by(Request.id.desc()).limit(50)))


def to_answer(session: Session, host_id: int) -> list[Request]:
    """Return the requests that an authority has to answer, the oldest first."""
    query = select(Request).where(
        Request.host_id == host_id,
        Request.state == RequestState.OPEN,
        Request.expires_at > clock.now(),
        Request.host_agreed_at.is_(None),
    )
    return list(session.scalars(query.order_by(Request.id)))


def agreed_by_host(session: Session, host_id: int) -> list[Request]:
    """Return the proposals that a host has said yes to and the other side has not answered."""
    query = select(Request).where(
        Request.host_id == host_id,
        Request.state == RequestState.OPEN,
        Request.expires_at > clock.now(),
        Request.host_agreed_at.is_not(None),
    )
    return list(session.scalars(query.order_by(Request.id)))


def proposed_to(session: Session, asking_id: int) -> list[Request]:
    """Return the proposals that an authority has to answer as the one that asks."""
    return [one for one in open_of(session, asking_id) if one.asking_agreed_at is None]


def seen(session: Session, *, actor: Actor, authority_id: int, request_id: int) -> Request:
    """Return a request to a lead of one of its two sides. Raises `NotFound`."""
    found = session.get(Request, request_id)
    if found is None or authority_id not in {found.asking_id, found.host_id}:
        raise NotFound
    if not leads(actor, authority_id):
        raise NotFound
    return found


# ---- Asking


def ask(
    session: Session,
    *,
    actor: Actor,
    search_id: int,
    views: Views,
    keys: Sequence[str],
    topics: Sequence[str],
    wish: str,
) -> list[Request]:
    """Ask hosts of a list, the most wanted first.

    `keys` are references of cards. Which of the hosts that share a card is asked, nobody learns;
    where rules leave none the request waits and runs out like any other, so that it tells nothing.
    Raises `NotFound` for others than leads, `DomainError` for none or too many, `Conflict` for a
    list that is too old.
    """
    search = session.get(Search, search_id)
    if search is None or not leads(actor, search.asking_id):
        raise NotFound
    lock(session, search.asking_id)
    wanted = list(dict.fromkeys(keys))
    check_may_ask(session, search, wanted)
    waiting = open_of(session, search.asking_id)
    found = {
        one.reference: one
        for one in session.scalars(select(Shown).where(Shown.search_id == search_id))
    }
    if not set(wanted) <= found.keys():
        raise NotFound
    asked: list[Request] = []
    taken = {one.host_id for one in waiting}
    for preference, reference in enumerate(wanted, len(waiting) + 1):
        shown = found[reference]
        host = _host_behind(session, search.asking_id, shown, taken)
        taken.add(host["id"] if host else None)
        sees = views.for_host(host["id"], search.asking_id) if host else {}
        asked.append(
            _new(session, actor, search.asking_id, shown, host, preference, topics, wish, sees)
        )
    return asked


def check_may_ask(session: Session, search: Search, wanted: Collection[str]) -> None:
    """Raise `DomainError` or `Conflict` that says why so many hosts of a list can't be asked now.

    Who declares one conflict after the other and asks the same card each time could find out who is
    behind it by who answers: so that is slowed down to years.
    """
    waiting = open_of(session, search.asking_id)
    if not wanted:
        raise DomainError("Choose at least one host")
    if len(wanted) + len(waiting) > MOST_OPEN:
        left = MOST_OPEN - len(waiting)
        raise DomainError(
            f"You can have {MOST_OPEN} requests open at a time, so choose {left} at the most"
            if left
            else f"You have {MOST_OPEN} requests open. Withdraw one before you ask again"
        )
    if clock.now() - search.at > LIST_STANDS:
        raise Conflict("This list is older than two weeks. Look for hosts again")
    since = clock.now() - CONFLICTS_WITHIN
    if times_answered(session, search.asking_id, "conflicts", since=since) > MOST_CONFLICTS:
        raise DomainError(
            "The authorities that you should not be paired with have been changed several times "
            "lately, so a request can’t be sent from here. Ask a curator to propose a pairing"
        )


def _host_behind(
    session: Session, asking_id: int, shown: Shown, taken: Collection[int | None]
) -> Mapping[str, Any] | None:
    """Return whom to ask of those who share a card: the best that no rule stands against.

    One that only a floor stands against is asked where there is no other; `None` for nobody. What
    counts is looked at again, under a lock, when somebody accepts.
    """
    codes = ids_by_code(session)
    able = [one for one in shown.hosts if one["ruled_out"] in {None, *FLOORS}]
    for one in sorted(able, key=lambda one: one["ruled_out"] is not None):
        host_id = codes.get(one["code"])
        if host_id is None or host_id in taken:
            continue
        if problem(session, asking_id, host_id) is None and not _kept_apart(
            session, asking_id, host_id
        ):
            return {**one, "id": host_id}
    return None


def _kept_apart(session: Session, asking_id: int, host_id: int) -> bool:
    """Tell whether one has said no to the other within a year, and no curator lets that pass."""
    if RuleKind.OVERRIDE in _rules_between(session, asking_id, host_id):
        return False
    both = {asking_id, host_id}
    query = select(func.count()).where(
        Request.asking_id.in_(both),
        Request.host_id.in_(both),
        Request.state == RequestState.DECLINED,
        Request.ended_at > clock.now() - DECLINE_HOLDS,
    )
    return bool(session.scalar(query))


def _new(
    session: Session,
    actor: Actor,
    asking_id: int,
    shown: Shown,
    host: Mapping[str, Any] | None,
    preference: int,
    topics: Sequence[str],
    wish: str,
    host_sees: Mapping[str, Any],
) -> Request:
    now = clock.now()
    request = Request(
        asking_id=asking_id,
        host_id=host["id"] if host else None,
        shown_id=shown.id,
        preference=preference,
        topics=list(topics),
        wish=wish,
        state=RequestState.OPEN,
        made_at=now,
        expires_at=now + STANDS,
        by_id=actor.id,
        asking_agreed_at=now,
        fit=host["fit"] if host else None,
        view=host["view"] if host else None,
        parts=host["parts"] if host else None,
        asking_sees=shown.card,
        host_sees=dict(host_sees),
    )
    session.add(request)
    session.flush()
    _record(session, actor, request, "pairing.asked")
    tell(session, request.host_id, ASKED, request)
    return request


def _record(session: Session, actor: Actor, request: Request, action: str) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        object_type="pairing request",
        object_id=str(request.id),
    )


def tell(session: Session, authority_id: int | None, kind: str, request: Request) -> None:
    """Tell the leads of one side; the words name nobody before both have said yes."""
    if authority_id is None:
        return
    told = leaving.leads_of(session, authority_id)
    notices.notify(session, user_ids=told, kind=kind, context={"request_id": request.id})


# ---- What stands between two authorities


def lock(session: Session, *ids: int | None) -> None:
    """Wait for everybody who changes the pairings of these authorities, always in one order."""
    some = [id_ for id_ in ids if id_ is not None]
    query = select(Authority.id).where(Authority.id.in_(some)).order_by(Authority.id)
    session.execute(query.with_for_update()).all()


NO_PLACE = "The host has no place left."
CHANGE_PLACES = "You have no place left. Change how many you can support in your profile."
CONFLICTS_CHANGED = (
    "Since this request came, you have changed which authorities you should not be paired with. "
    "So that nobody can be found out that way, a yes is no longer possible. Say “not now”: you may "
    "be asked again."
)


def _conflicts_changed(session: Session, own_id: int, request: Request) -> bool:
    """Tell whether a side has changed its conflicts since a request was made, whomever they name.

    Were it told only where they name the other side, a lead could find out who that is.
    """
    answer = profile_of(session, own_id).answer("conflicts")
    return answer is not None and answer.at > request.made_at


def problem(
    session: Session, asking_id: int, host_id: int, *, but: int | None = None
) -> str | None:
    """Return why two authorities can't be paired now, in words for either lead; else `None`.

    The request `but` takes no place away from itself.
    """
    host, asking = profile_of(session, host_id), profile_of(session, asking_id)
    if running_between(session, asking_id, host_id):
        return "You are paired with this authority already."
    if RuleKind.BLOCK in _rules_between(session, asking_id, host_id):
        return "A curator has ruled this pairing out."
    if host_id in asking.places("conflicts") or asking_id in host.places("conflicts"):
        return "One of the two authorities has said that they should not be paired."
    if not _is_led(session, asking_id) or not _is_led(session, host_id):
        return "One of the two authorities has no strategic lead at the moment."
    if host.value("hosting") != "yes" or places_left(session, host, host_id, but=but) < 1:
        return NO_PLACE
    return None


def _is_led(session: Session, authority_id: int) -> bool:
    return bool(leaving.leads_of(session, authority_id))


def places_left(session: Session, host: Profile, host_id: int, *, but: int | None = None) -> int:
    """Return how many more authorities a host can take now.

    A proposal that the host has agreed to and the other side has not holds a place.
    """
    held = select(func.count()).where(
        Request.host_id == host_id,
        Request.state == RequestState.OPEN,
        Request.host_agreed_at.is_not(None),
        Request.expires_at > clock.now(),
        Request.id != (but or 0),
    )
    taken = len(pairs.hosted_by(session, host_id)) + (session.scalar(held) or 0)
    return (host.band("capacity") or 0) - taken


def running_between(session: Session, asking_id: int, host_id: int) -> bool:
    """Tell whether two authorities work together now, whichever hosts the other."""
    both = {asking_id, host_id}
    query = select(func.count()).where(
        Pairing.asking_id.in_(both), Pairing.host_id.in_(both), *pairs.running(clock.today())
    )
    return bool(session.scalar(query))


def _rules_between(session: Session, asking_id: int, host_id: int) -> Sequence[RuleKind]:
    both = {asking_id, host_id}
    query = select(PairingRule.kind).where(
        PairingRule.asking_id.in_(both),
        PairingRule.host_id.in_(both),
        PairingRule.lifted_at.is_(None),
    )
    return session.scalars(query).all()


# ---- Answering


def agree(session: Session, *, actor: Actor, authority_id: int, request_id: int) -> Pairing | None:
    """Say yes for one of the two sides; with the second yes both learn who the other is.

    Whoever makes a request has said yes to it; a proposal of a round needs both. The asking
    authority's other requests are withdrawn once it is paired. Raises `NotFound` for others than
    leads, `Conflict` that says what to do if anything stands against it by now.
    """
    request = _of_side(session, actor, authority_id, request_id)
    _check_open(request)
    host_id = request.host_id
    if host_id is None:
        raise NotFound
    if _conflicts_changed(session, authority_id, request):
        raise Conflict(CONFLICTS_CHANGED)
    why = problem(session, request.asking_id, host_id, but=request.id)
    if why is not None:
        raise Conflict(CHANGE_PLACES if why == NO_PLACE and authority_id == host_id else why)
    if authority_id == request.host_id:
        request.host_agreed_at = request.host_agreed_at or clock.now()
    else:
        request.asking_agreed_at = request.asking_agreed_at or clock.now()
    if request.host_agreed_at is None or request.asking_agreed_at is None:
        _record(session, actor, request, "pairing.agreed")
        return None
    _close(request, RequestState.ACCEPTED, actor)
    session.flush()
    pair = pairs.begin(session, request=request)
    for other in _needless(session, pair):
        _close(
            other, RequestState.WITHDRAWN, WORKER
        )  # not by who says yes: it isn't theirs to know
        _tell_host_who_agreed(session, other)
    _record(session, actor, request, "pairing.accepted")
    return pair


def _needless(session: Session, pair: Pairing) -> list[Request]:
    """Return the open requests that a pairing settles: of who asked, and between the two."""
    query = select(Request).where(
        Request.state == RequestState.OPEN,
        (Request.asking_id == pair.asking_id)
        | ((Request.asking_id == pair.host_id) & (Request.host_id == pair.asking_id)),
    )
    return list(session.scalars(query.order_by(Request.id)))


def _tell_host_who_agreed(session: Session, request: Request) -> None:
    if request.host_agreed_at is not None:
        tell(session, request.host_id, ANSWERED, request)


def refuse(
    session: Session,
    *,
    actor: Actor,
    authority_id: int,
    request_id: int,
    now_only: bool,
    reason: str,
) -> None:
    """Say no, or not now, for one of the two sides. A no keeps the two apart for a year.

    Raises `NotFound` for others than leads, `DomainError` for a no without a reason, `Conflict` for
    a request that is not open any more.
    """
    request = _of_side(session, actor, authority_id, request_id)
    _check_open(request)
    if not now_only and not reason:
        raise DomainError("Say why, in a sentence. Only curators read it")
    _close(request, RequestState.NOT_NOW if now_only else RequestState.DECLINED, actor)
    request.declined_by_host = authority_id == request.host_id
    request.reason = reason or None
    _record(session, actor, request, "pairing.refused")
    _tell_those_who(session, request, ANSWERED, have_agreed=True)


def _of_side(session: Session, actor: Actor, authority_id: int, request_id: int) -> Request:
    """Return a request to a lead of one of its sides, once nobody else can change it."""
    request = session.get(Request, request_id)
    if request is None or not leads(actor, authority_id):
        raise NotFound
    if authority_id not in {request.asking_id, request.host_id}:
        raise NotFound
    return _held(session, request_id)


def withdraw(session: Session, *, actor: Actor, authority_id: int, request_id: int) -> None:
    """Take a request back, or a host's yes to a proposal, which is then over.

    Raises `NotFound`, and `Conflict` for one that is not open any more.
    """
    request = _of_side(session, actor, authority_id, request_id)
    hosting = authority_id == request.host_id
    if hosting and request.host_agreed_at is None:
        raise NotFound
    _check_open(request)
    _close(request, RequestState.WITHDRAWN, actor)
    if not hosting:
        _tell_host_who_agreed(session, request)
    _record(session, actor, request, "pairing.withdrawn")


def _held(session: Session, request_id: int) -> Request:
    """Return a request as it stands once nobody else can change it."""
    request = session.get_one(Request, request_id)
    lock(session, request.asking_id, request.host_id)
    session.refresh(request)
    return request


def waits(request: Request) -> bool:
    """Tell whether a request can still be answered."""
    return request.state == RequestState.OPEN and request.expires_at > clock.now()


def _check_open(request: Request) -> None:
    if request.state != RequestState.OPEN:
        raise Conflict(f"This request is no longer open: {OVER[request.state]}.")
    if request.expires_at <= clock.now():
        raise Conflict("This request is no longer open: its two weeks are over.")


OVER: Mapping[RequestState, str] = {
    RequestState.ACCEPTED: "it has been accepted",
    RequestState.DECLINED: "it has been declined",
    RequestState.NOT_NOW: "the answer was “not now”",
    RequestState.EXPIRED: "nobody answered within two weeks",
    RequestState.WITHDRAWN: "it has been withdrawn",
}
"""What became of a request, in words."""


def _close(request: Request, state: RequestState, actor: Actor) -> None:
    request.state = state
    request.ended_at = clock.now()
    request.answered_by_id = actor.id


# ---- The worker's daily round


def look_after() -> None:
    """Let requests run out after two weeks, and remind of them after one: a daily job."""
    with reading(), db.sessionmaker() as session:
        waiting = select(Request.id).where(Request.state == RequestState.OPEN).order_by(Request.id)
        ids = session.scalars(waiting).all()
    for request_id in ids:
        with short_transaction() as session:
            _look_after(session, request_id)
    with short_transaction() as session:
        _forget_reasons(session)


def _look_after(session: Session, request_id: int) -> None:
    if session.get(Request, request_id) is None:
        return
    request, now = _held(session, request_id), clock.now()
    if request.state != RequestState.OPEN:
        return
    if request.expires_at <= now:
        _close(request, RequestState.EXPIRED, WORKER)
        _record(session, WORKER, request, "pairing.expired")
        _tell_those_who(session, request, EXPIRED, have_agreed=True)
    elif request.reminded_at is None and request.made_at + REMIND_AFTER <= now:
        request.reminded_at = now
        _tell_those_who(session, request, REMINDED, have_agreed=False)


def _tell_those_who(session: Session, request: Request, kind: str, *, have_agreed: bool) -> None:
    """Tell the sides that have said yes, or those that have not: of a proposal it may be both."""
    for authority_id, agreed_at in (
        (request.asking_id, request.asking_agreed_at),
        (request.host_id, request.host_agreed_at),
    ):
        if (agreed_at is not None) == have_agreed:
            tell(session, authority_id, kind, request)


def _forget_reasons(session: Session) -> None:
    """Forget why somebody said no once it counts no more."""
    old = select(Request).where(
        Request.reason.is_not(None), Request.ended_at <= clock.now() - DECLINE_HOLDS
    )
    for request in session.scalars(old):
        request.reason = None
