"""What a curator sees of one authority with exact figures, and may lay down: rules, proposals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.assessment.editions import Editions
from portal.audit import service as audit
from portal.authorities.models import Authority
from portal.core import clock
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Actor
from portal.pairing import overview, requests
from portal.pairing.gathering import Data, gather
from portal.pairing.matching import (
    Field,
    Parts,
    Reason,
    Scores,
    Suggestion,
    Weights,
    parts,
    prepare,
    scores,
    shortlist,
)
from portal.pairing.models import (
    PairingRule,
    Request,
    RequestState,
    RuleKind,
    Search,
    Shown,
)
from portal.pairing.sides import Side
from portal.pairing.suggestions import Views, weights_in_use

WHY: Mapping[Reason, str] = {
    Reason.SAME: "It is the same authority",
    Reason.NOT_ASKING: "The authority that asks has not said that it would like to be paired",
    Reason.ASKING_UNLED: "No lead of the authority that asks has confirmed its profile this year",
    Reason.NO_ANSWERS: "Nothing is known of how sure the staff of the authority that asks are",
    Reason.LITTLE_NEED: "The staff of the authority that asks are sure enough in every theme",
    Reason.REQUESTS_OPEN: "The authority that asks has three requests open",
    Reason.NOT_HOSTING: "Does not host",
    Reason.HOST_UNLED: "No lead of the host has confirmed its profile this year",
    Reason.FULL: "The host has no place left",
    Reason.PAIRED: "The two are paired now",
    Reason.PAIRED_BEFORE: "The two were paired before",
    Reason.DECLINED: "One of the two said no to the other within a year",
    Reason.CONFLICT: "One of the two has said that they should not be paired",
    Reason.BLOCKED: "A curator has ruled the pair out",
    Reason.OTHER_REGION: "In another region",
    Reason.LITTLE_KNOWN: "Too few answers are known on both sides",
    Reason.UNLIKE: "The two are too different",
    Reason.LITTLE_HELP: "The host is hardly surer where the authority that asks is unsure",
}
"""What keeps a host from being offered, in words for curators."""
SOFT = frozenset(
    {
        *(Reason.NO_ANSWERS, Reason.LITTLE_NEED, Reason.REQUESTS_OPEN, Reason.OTHER_REGION),
        *(Reason.LITTLE_KNOWN, Reason.UNLIKE, Reason.LITTLE_HELP),
    }
)
"""What keeps the portal from offering a pair, but not a curator from proposing it."""


def authority(session: Session, authority_id: int) -> Authority:
    """Return an authority of the register. Raises `NotFound`."""
    found = session.get(Authority, authority_id)
    if found is None:
        raise NotFound
    return found


# ---- One authority with exact figures


@dataclass(frozen=True)
class Offered:
    """A host that the authority would be offered now, with its account."""

    id: int
    name: str
    suggestion: Suggestion
    parts: Parts


@dataclass(frozen=True)
class Account:
    """What is to be said of an authority that asks."""

    side: Side
    offered: Sequence[Offered]
    nobody: str | None
    """Why there is nobody, if there is not."""
    ruled_out: Sequence[tuple[str, Sequence[str]]]
    """Reasons in words with the names of the hosts that each keeps away."""
    weights: Weights
    data: str
    """Version of the data."""


def account(session: Session, editions: Editions, authority_id: int) -> Account:
    """Work out whom an authority would be offered, and why not others. Raises `NotFound`."""
    code = authority(session, authority_id).code
    data, called = gather(session, editions), overview.names(session)
    weights = weights_in_use(session)
    field = prepare(data.sides, data.history)
    found = shortlist(field, code, weights=weights)
    offered = [
        Offered(
            data.ids[one.host],
            called[data.ids[one.host]],
            one,
            parts(field, code, one.host, weights=weights),
        )
        for one in found.suggestions
    ]
    return Account(
        side=field.sides[field.index[code]],
        offered=offered,
        nobody=WHY[found.nobody] if found.nobody else None,
        ruled_out=_ruled_out(scores(field, code, weights=weights), field, data, called),
        weights=weights,
        data=data.version,
    )


def _ruled_out(
    found: Scores, field: Field, data: Data, called: Mapping[int, str]
) -> list[tuple[str, Sequence[str]]]:
    kept: dict[Reason, list[str]] = {}
    for side, number in zip(field.sides, found.reasons.tolist(), strict=True):
        reason = Reason(number)
        if side.hosts and reason not in {Reason.OFFERED, Reason.SAME}:
            kept.setdefault(reason, []).append(called[data.ids[side.code]])
    return [(WHY[reason], sorted(names)) for reason, names in sorted(kept.items())]


@dataclass(frozen=True)
class Looked:
    """A list of hosts that was shown to a lead, and what became of it."""

    search: Search
    cards: int
    requests: Sequence[Request]


MOST_LISTED = 20


def looked(session: Session, authority_id: int) -> list[Looked]:
    """Return the lists that an authority's leads were shown last, the newest first."""
    query = select(Search).where(Search.asking_id == authority_id).order_by(Search.id.desc())
    searches = session.scalars(query.limit(MOST_LISTED)).all()
    ids = [one.id for one in searches]
    counting = select(Shown.search_id, func.count()).where(Shown.search_id.in_(ids))
    cards = {id_: n for id_, n in session.execute(counting.group_by(Shown.search_id))}
    sent: dict[int, list[Request]] = {}
    joined = select(Shown.search_id, Request).join(Request, Request.shown_id == Shown.id)
    for id_, request in session.execute(joined.where(Shown.search_id.in_(ids))):
        sent.setdefault(id_, []).append(request)
    return [Looked(one, cards.get(one.id, 0), sent.get(one.id, [])) for one in searches]


def requests_of(session: Session, authority_id: int) -> list[Request]:
    """Return the newest requests and proposals of an authority, on either side."""
    either = (Request.asking_id == authority_id) | (Request.host_id == authority_id)
    query = select(Request).where(either).order_by(Request.id.desc()).limit(50)
    return list(session.scalars(query))


def rules_of(session: Session, authority_id: int | None = None) -> list[PairingRule]:
    """Return the rules about an authority, or all: those in force first, then the newest."""
    query = select(PairingRule)
    if authority_id is not None:
        either = (PairingRule.asking_id == authority_id) | (PairingRule.host_id == authority_id)
        query = query.where(either)
    order = PairingRule.lifted_at.is_not(None), PairingRule.id.desc()
    return list(session.scalars(query.order_by(*order)))


# ---- Rules


def rule_by_id(session: Session, rule_id: int) -> PairingRule:
    """Return a rule. Raises `NotFound`."""
    found = session.get(PairingRule, rule_id)
    if found is None:
        raise NotFound
    return found


def rule(
    session: Session,
    *,
    actor: Actor,
    kind: RuleKind,
    asking_id: int,
    host_id: int,
    reason: str,
) -> PairingRule:
    """Lay down a rule about two authorities.

    Raises `NotFound`, `DomainError` for one authority twice or no reason, `Conflict` where a rule
    that stands says so already or says the opposite.
    """
    _check_two(session, asking_id, host_id)
    _check_reason(reason)
    requests.lock(session, asking_id, host_id)
    for standing in _between(session, asking_id, host_id):
        same_way = standing.asking_id == asking_id
        if standing.kind == kind and (same_way or kind != RuleKind.PIN):
            raise Conflict("There is such a rule about these two authorities already")
        if RuleKind.BLOCK in {standing.kind, kind}:
            raise Conflict(
                "Another rule about these two authorities says the opposite. Lift it first"
            )
    made = PairingRule(
        kind=kind,
        asking_id=asking_id,
        host_id=host_id,
        reason=reason,
        made_at=clock.now(),
        by_id=actor.id,
    )
    session.add(made)
    session.flush()
    _record(session, actor, made, kind.value)
    return made


def _between(session: Session, one: int, other: int) -> list[PairingRule]:
    both = {one, other}
    query = select(PairingRule).where(
        PairingRule.asking_id.in_(both),
        PairingRule.host_id.in_(both),
        PairingRule.lifted_at.is_(None),
    )
    return list(session.scalars(query))


def _check_two(session: Session, asking_id: int, host_id: int) -> None:
    if asking_id == host_id:
        raise DomainError("Choose another authority")
    for id_ in (asking_id, host_id):
        authority(session, id_)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise DomainError("Say why. It is kept with what you do")


def lift(session: Session, *, actor: Actor, rule_id: int, reason: str) -> PairingRule:
    """Lift a rule, which stays on record. Raises `NotFound`, `DomainError`, `Conflict`."""
    _check_reason(reason)
    found = rule_by_id(session, rule_id)
    session.refresh(found, with_for_update=True)
    if found.lifted_at is not None:
        raise Conflict("This rule has been lifted already")
    found.lifted_at = clock.now()
    found.lift_reason = reason
    session.flush()
    _record(session, actor, found, "lifted")
    return found


def _record(session: Session, actor: Actor, found: PairingRule, kind: str) -> None:
    audit.record(
        session,
        actor=actor,
        action="pairing.ruled",
        object_type="pairing rule",
        object_id=str(found.id),
        details={"kind": kind},
    )


# ---- A proposal to both sides


def hard_rule(field: Field, asking: str, host: str) -> Reason:
    """Return the firmest rule against a pair that a curator has to keep; `OFFERED` for none."""
    i, j = field.index[asking], field.index[host]
    for reason, stands in (
        (Reason.SAME, i == j),
        (Reason.NOT_ASKING, not field.asks[i]),
        (Reason.ASKING_UNLED, not field.led[i]),
        (Reason.NOT_HOSTING, not field.hosts[j]),
        (Reason.HOST_UNLED, not field.led[j]),
        (Reason.FULL, field.left[j] <= 0),
        (Reason.PAIRED, _partners(field, "paired", i, j)),
        (Reason.PAIRED_BEFORE, _partners(field, "before", i, j)),
        (Reason.DECLINED, _partners(field, "declined", i, j)),
        (Reason.CONFLICT, _partners(field, "conflicts", i, j)),
        (Reason.BLOCKED, _partners(field, "blocked", i, j)),
    ):
        if stands:
            return reason
    return Reason.OFFERED


def _partners(field: Field, kind: str, i: int, j: int) -> bool:
    partners = field.pairs[kind].get(i)
    return partners is not None and j in partners


def propose(
    session: Session,
    *,
    actor: Actor,
    editions: Editions,
    asking_id: int,
    host_id: int,
    wish: str,
    reason: str,
) -> Request:
    """Propose a pairing to both sides, each of which has to accept; neither learns of the other.

    `wish` is what both read, `reason` what curators keep. Floors don't stand in a curator's way.
    Raises `NotFound`, `DomainError` that says which rule stands against it, `Conflict` where a
    request between the two is open.
    """
    _check_two(session, asking_id, host_id)
    _check_reason(reason)
    requests.lock(session, asking_id, host_id)
    if open_between(session, asking_id, host_id):
        raise Conflict("A request between these two authorities is open already")
    data = gather(session, editions)
    field = prepare(data.sides, data.history)
    asking, host = data.codes[asking_id], data.codes[host_id]
    against = hard_rule(field, asking, host)
    if against:
        raise DomainError(f"{WHY[against]}. {_HELP.get(against, '')}".strip())
    exact = parts(field, asking, host, weights=weights_in_use(session))
    made = new_proposal(
        session,
        actor=actor,
        views=Views(session, editions),
        asking_id=asking_id,
        host_id=host_id,
        figures=(exact.fit, exact.view),
        wish=wish,
        reason=reason,
    )
    session.flush()
    announce(session, actor, made)
    return made


_HELP: Mapping[Reason, str] = {
    Reason.PAIRED_BEFORE: "Lay down an override first if they should be again",
    Reason.DECLINED: "Lay down an override first if they should be asked again",
    Reason.BLOCKED: "Lift that rule first",
}


def open_between(session: Session, one: int, other: int) -> bool:
    """Tell whether a request between two authorities is open, whichever asks."""
    both = {one, other}
    query = select(func.count()).where(
        Request.asking_id.in_(both),
        Request.host_id.in_(both),
        Request.state == RequestState.OPEN,
    )
    return bool(session.scalar(query))


def new_proposal(
    session: Session,
    *,
    actor: Actor,
    views: Views,
    asking_id: int,
    host_id: int,
    figures: tuple[float, float],
    wish: str,
    reason: str,
    round_id: int | None = None,
) -> Request:
    """Add a request that nobody has agreed to yet, with the exact fit and host's view."""
    now = clock.now()
    made = Request(
        asking_id=asking_id,
        host_id=host_id,
        round_id=round_id,
        preference=1 + len(requests.open_of(session, asking_id)),
        topics=[],
        wish=wish,
        state=RequestState.OPEN,
        made_at=now,
        expires_at=now + requests.STANDS,
        by_id=actor.id,
        fit=round(figures[0], 4),
        view=round(figures[1], 4),
        parts=views.parts(asking_id, host_id),
        asking_sees=views.for_asking(asking_id, host_id),
        host_sees=views.for_host(host_id, asking_id),
        proposed_why=reason,
    )
    session.add(made)
    return made


def announce(session: Session, actor: Actor, request: Request) -> None:
    """Put a proposal on record and tell the leads of both sides."""
    audit.record(
        session,
        actor=actor,
        action="pairing.asked",
        object_type="pairing request",
        object_id=str(request.id),
    )
    for side in (request.asking_id, request.host_id):
        requests.tell(session, side, requests.PROPOSED, request)
