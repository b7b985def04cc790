"""National rounds: what goes in, working it out in the background, sending what it proposes.

A round is worked out by the worker, which alone loads the optimiser. What it gives is a preview
until a curator sends it; then there is a proposal for each pair, which both sides still accept. Who
has a host or an open proposal takes no part, so running a round again places only the rest.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import SystemRandom
from time import monotonic
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.assessment.editions import Editions
from portal.audit import service as audit
from portal.core import clock
from portal.core.database import db, reading, short_transaction
from portal.core.errors import Conflict, NotFound
from portal.core.jobs import Job, Jobs, JobState, Kind, WorkFailed, enqueue
from portal.core.permissions import Actor
from portal.pairing import curating, pairs, requests, rounds
from portal.pairing.curating import WHY, hard_rule
from portal.pairing.fields import MISSING
from portal.pairing.gathering import Data, gather
from portal.pairing.matching import (
    Field,
    Matrices,
    Reason,
    Weights,
    band,
    matrices,
    prepare,
    scores,
    shortlist,
)
from portal.pairing.models import (
    Pairing,
    PairingRule,
    Request,
    RequestState,
    Round,
    RoundState,
    RuleKind,
)
from portal.pairing.rounds import Certificate, Method, Result, Stopped
from portal.pairing.sides import Pair
from portal.pairing.similarity import DIGITS
from portal.pairing.suggestions import Views, weights_in_use

WORK = "pairing.round"
COMPARED_FOR = 20.0
"""Seconds for the exact search where it is only there to compare with."""
HAS_HOST, HAS_PROPOSAL = "Has a host now", "Has a proposal that is open"
WISH = "A round of pairing, in which all who ask are placed at once, proposes this to both of you."
_log = logging.getLogger(__name__)


# ---- What goes in


@dataclass(frozen=True)
class LeftOut:
    """An authority that would take part and can't, or a pin that can't be kept; with the reason."""

    who: str
    """Its code; of a pin both, that of the one that asks first."""
    why: str


@dataclass(frozen=True, eq=False)
class Going:
    """All that goes into a round."""

    data: Data
    field: Field
    weights: Weights
    matrices: Matrices
    pins: tuple[Pair, ...]
    blocks: tuple[Pair, ...]
    asking_out: tuple[LeftOut, ...]
    hosts_out: tuple[LeftOut, ...]
    pins_out: tuple[tuple[Pair, str], ...]

    @property
    def places(self) -> int:
        """How many authorities the hosts can take together."""
        return int(self.matrices.capacity.sum())


def going(session: Session, editions: Editions, round_id: int | None = None) -> Going:
    """Gather what would go into a round now. Changes nothing.

    In a round that has sent proposals, no pair comes twice.
    """
    data, weights = gather(session, editions), weights_in_use(session)
    taken = _taken(session, data)
    held = _held(session, data)
    field = prepare(
        (
            replace(
                side,
                asks=side.asks and side.code not in taken,
                proposed=side.proposed + held.get(side.code, 0),
                open_requests=0,
            )
            for side in data.sides
        ),
        data.history,
    )
    given = matrices(field, weights=weights)
    _override(session, data, field, weights, given)
    blocks = _asked(session, data, round_id)
    pins, pins_out = _pins(session, data, field, given, blocks, taken)
    return Going(
        data=data,
        field=field,
        weights=weights,
        matrices=given,
        pins=tuple(pins),
        blocks=tuple(sorted(blocks)),
        asking_out=tuple(_asking_out(data, field, given, taken, weights)),
        hosts_out=tuple(_hosts_out(field)),
        pins_out=tuple(pins_out),
    )


def _open_proposals() -> tuple[Any, ...]:
    return (
        Request.state == RequestState.OPEN,
        Request.proposed_why.is_not(None),
        Request.expires_at > clock.now(),
    )


def _taken(session: Session, data: Data) -> dict[str, str]:
    """Return those who take no part as askers, by code, with the reason."""
    proposed = session.scalars(select(Request.asking_id).where(*_open_proposals()))
    found = {data.codes[id_]: HAS_PROPOSAL for id_ in proposed}
    hosted = session.scalars(select(Pairing.asking_id).where(*pairs.running(clock.today())))
    return found | {data.codes[id_]: HAS_HOST for id_ in hosted}


def _held(session: Session, data: Data) -> Counter[str]:
    """Count the places that open proposals keep, beside those that their hosts have agreed to."""
    query = select(Request.host_id).where(*_open_proposals(), Request.host_agreed_at.is_(None))
    return Counter(data.codes[id_] for id_ in session.scalars(query) if id_ is not None)


def _asked(session: Session, data: Data, round_id: int | None) -> set[Pair]:
    """Return pairs that are open already, or that this round has proposed before."""
    again = Request.state == RequestState.OPEN
    if round_id is not None:
        again |= Request.round_id == round_id
    query = select(Request.asking_id, Request.host_id).where(again)
    found = {(data.codes[a], data.codes[h]) for a, h in session.execute(query) if h is not None}
    return found | {(h, a) for a, h in found}


def _rules(session: Session, data: Data, kind: RuleKind) -> list[Pair]:
    query = select(PairingRule.asking_id, PairingRule.host_id).where(
        PairingRule.kind == kind, PairingRule.lifted_at.is_(None)
    )
    return [(data.codes[a], data.codes[h]) for a, h in session.execute(query)]


def _override(
    session: Session, data: Data, field: Field, weights: Weights, given: Matrices
) -> None:
    """Allow pairs below a floor where a curator says so."""
    row = {code: i for i, code in enumerate(given.asking)}
    column = {code: j for j, code in enumerate(given.hosts)}
    for one, other in _rules(session, data, RuleKind.OVERRIDE):
        for asking, host in ((one, other), (other, one)):
            if asking in row and host in column and not hard_rule(field, asking, host):
                given.allowed[row[asking], column[host]] = True


def _pins(
    session: Session,
    data: Data,
    field: Field,
    given: Matrices,
    blocks: set[Pair],
    taken: Mapping[str, str],
) -> tuple[list[Pair], list[tuple[Pair, str]]]:
    """Return the pins that can be kept, and the others with the reason."""
    left = {code: int(n) for code, n in zip(given.hosts, given.capacity, strict=True)}
    kept: dict[str, str] = {}
    out: list[tuple[Pair, str]] = []
    for asking, host in sorted(_rules(session, data, RuleKind.PIN)):
        against = hard_rule(field, asking, host)
        if asking in taken:
            out.append(((asking, host), taken[asking]))
        elif against:
            out.append(((asking, host), WHY[against]))
        elif (asking, host) in blocks:
            out.append(((asking, host), "It has been asked or proposed already"))
        elif asking not in given.asking:
            out.append(((asking, host), "The authority that asks takes no part in this round"))
        elif asking in kept:
            out.append(((asking, host), "It is pinned to another host already"))
        elif left[host] < 1:
            out.append(((asking, host), "The host has fewer places than pins"))
        else:
            kept[asking] = host
            left[host] -= 1
    return list(kept.items()), out


def _asking_out(
    data: Data, field: Field, given: Matrices, taken: Mapping[str, str], weights: Weights
) -> list[LeftOut]:
    wanted = {side.code for side in data.sides if side.asks}
    needs = field.need(weights).sum(axis=0).round(DIGITS)
    found = []
    for i, side in enumerate(field.sides):
        if side.code not in wanted or side.code in given.asking:
            continue
        why = taken.get(side.code)
        if why is None and not field.led[i]:
            why = WHY[Reason.ASKING_UNLED]
        elif why is None and (field.confidence[:, i] == MISSING).all():
            why = WHY[Reason.NO_ANSWERS]
        elif why is None and needs[i] < weights.least_need:
            why = WHY[Reason.LITTLE_NEED]
        found.append(LeftOut(side.code, why or "Not stated"))
    return found


def _hosts_out(field: Field) -> list[LeftOut]:
    return [
        LeftOut(side.code, WHY[Reason.HOST_UNLED] if not side.confirmed_lead else WHY[Reason.FULL])
        for side in field.sides
        if side.hosts and (not side.confirmed_lead or side.left <= 0)
    ]


# ---- Working it out: pure but for the clock


def work_out(
    given: Going,
    method: Method,
    *,
    progress: Callable[[float, str], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    compare: bool = True,
) -> dict[str, Any]:
    """Run a round and return all that is kept and shown of it, ready for JSON.

    Authorities stand by their codes. With `compare` the other methods are run too. Needs SciPy.
    Raises `Stopped`.
    """
    tell = progress or (lambda share, words: None)
    part = 0.6 if compare else 1.0

    def run(one: Method, start: float, width: float, seconds: float) -> Result:
        return rounds.run(
            given.matrices,
            one,
            pins=given.pins,
            blocks=given.blocks,
            progress=lambda share, words: tell(start + share * width, words),
            should_stop=should_stop,
            seconds=seconds,
        )

    found = run(method, 0.0, part, rounds.SECONDS)
    kept = told(given, found)
    if compare:
        others = [one for one in Method if one is not method]
        width = (1 - part) / len(others)
        kept["others"] = [
            compared(found, run(one, part + n * width, width, COMPARED_FOR))
            for n, one in enumerate(others)
        ]
    return kept


def told(given: Going, found: Result) -> dict[str, Any]:
    """Return what there is to say of a result."""
    near = (found.worst_off or 0.0) + given.weights.noise
    certificates = {
        code: found.certificate(code)
        for code in (*(pair.asking for pair in found.pairs), *found.unplaced)
    }
    return {
        **summary(found),
        "weights": given.weights.version,
        "data": given.data.version,
        "asking": len(given.matrices.asking),
        "hosts": len(given.matrices.hosts),
        "places": given.places,
        "pairs": [
            {
                "asking": pair.asking,
                "host": pair.host,
                "fit": round(pair.fit, 4),
                "view": round(pair.view, 4),
                "band": band(pair.fit, given.weights).value,
                "pinned": pair.pinned,
                "worst_off": pair.fit < near,
                "certificate": line(
                    certificates[pair.asking], found.epsilon, pins=bool(given.pins)
                ),
                "rather": _rather(certificates[pair.asking]),
            }
            for pair in found.pairs
        ],
        "unplaced": [
            {
                "asking": code,
                "why": _why_unplaced(given, code, certificates[code]),
                "rather": _rather(certificates[code]),
            }
            for code in found.unplaced
        ],
        "would_gain": [
            {
                "asking": one.asking,
                "has": one.host,
                "host": better.host,
                "fit": round(better.fit, 4),
                "view": round(better.view, 4),
            }
            for one in certificates.values()
            for better in one.better
            if better.both_would_gain
        ],
        "pins_out": [[*pair, why] for pair, why in given.pins_out],
    }


def summary(found: Result) -> dict[str, Any]:
    """Return the figures of a result by which methods are compared."""
    return {
        "method": found.method.value,
        "epsilon": found.epsilon,
        "placed": len(found.pairs),
        "total": round(found.total, 4),
        "share_of_best": found.share_of_best,
        "lowest": found.worst_off,
        "both_gain": found.both_gain,
        "proved": found.proved,
        "seconds": round(found.seconds, 3),
    }


def compared(found: Result, other: Result) -> dict[str, Any]:
    """Return what another method gives, and for whom it is different."""
    before = {pair.asking: pair.host for pair in found.pairs}
    after = {pair.asking: pair.host for pair in other.pairs}
    moved = [
        {"asking": code, "host": after.get(code), "instead_of": before.get(code)}
        for code in sorted(before.keys() | after.keys())
        if before.get(code) != after.get(code)
    ]
    return {**summary(other), "moved": moved}


def _rather(certificate: Certificate) -> list[dict[str, Any]]:
    """Return the hosts that would be much better for an authority, the best three first."""
    return [
        {"host": one.host, "fit": round(one.fit, 4), "with": list(one.with_)}
        for one in certificate.better[:3]
    ]


def line(certificate: Certificate, epsilon: float, *, pins: bool) -> str:
    """Return the one line that says how an authority was placed; it names and counts nobody.

    `pins` tells whether curators had placed any beforehand.
    """
    if not certificate.holds:
        return (
            f"A host that would fit at least {epsilon:g} points better, and would gain as much "
            "itself, has another authority in this round."
        )
    placed = ", or that a curator placed there" if pins else ""
    return (
        f"Every host that would fit at least {epsilon:g} points better is full with authorities "
        f"that fit it as well, to within {epsilon:g} points{placed}."
    )


def _why_unplaced(given: Going, code: str, certificate: Certificate) -> str:
    if certificate.better:
        return "Every host that fits is full with others"
    own = given.matrices.asking.index(code)
    if given.matrices.allowed[own].any():
        return "Every host that fits has been asked or proposed already"
    nobody = shortlist(given.field, code, weights=given.weights).nobody
    if nobody is not None:
        return WHY[nobody]
    reasons = scores(given.field, code, weights=given.weights).reasons
    return "No host fits" if not (reasons == 0).any() else "Every host that fits is taken"


# ---- Rounds as curators see and change them


METHODS: Mapping[Method, tuple[str, str]] = {
    Method.EPSILON: (
        "Best total without regrets",
        "The greatest total fit in which no two authorities would both gain 5 points with each "
        "other",
    ),
    Method.STABLE: (
        "No regrets at all",
        "No two authorities would both rather have each other, by however little; places fewer",
    ),
    Method.OPTIMAL: (
        "Best total",
        "The greatest total fit, whoever would rather have another",
    ),
    Method.MAXMIN: (
        "Best for the worst-off",
        "As many as can be placed, then the best fit for whoever has the lowest",
    ),
}
"""Methods with their names and what each aims at, in words."""


def opened(session: Session, *, actor: Actor, name: str, method: Method) -> Round:
    """Open a round, which is nothing but a draft until it is run."""
    made = Round(
        name=name,
        method=method.value,
        state=RoundState.DRAFT,
        made_at=clock.now(),
        by_id=actor.id,
        weights=weights_in_use(session).version,
    )
    session.add(made)
    session.flush()
    _record(session, actor, made, "pairing.round-opened")
    return made


def all_rounds(session: Session) -> list[Round]:
    """Return all rounds, the newest first."""
    return list(session.scalars(select(Round).order_by(Round.id.desc())))


def found(session: Session, round_id: int) -> Round:
    """Return a round. Raises `NotFound`."""
    one = session.get(Round, round_id)
    if one is None:
        raise NotFound
    return one


def _held_round(session: Session, round_id: int) -> Round:
    """Return a round as it is once nobody else can change it."""
    one = found(session, round_id)
    session.refresh(one, with_for_update=True)
    return one


def standing(session: Session, one: Round) -> RoundState:
    """Return where a round stands: one whose work was given up by the worker has failed."""
    if one.state == RoundState.WORKING and one.ran_at is not None:
        job = select(Job.state).where(Job.key == _key(one.id, one.ran_at))
        if session.scalar(job) == JobState.FAILED:
            return RoundState.FAILED
    return one.state


def _key(round_id: int, run: datetime) -> str:
    return f"{WORK}:{round_id}:{run.isoformat()}"


def start(session: Session, *, actor: Actor, round_id: int, method: Method) -> None:
    """Let the worker work a round out; what it gave before is given up, proposals stay.

    Raises `NotFound`, and `Conflict` for one that is being worked out.
    """
    one = _held_round(session, round_id)
    if standing(session, one) == RoundState.WORKING:
        raise Conflict("This round is being worked out already")
    one.method = method.value
    one.state = RoundState.WORKING
    one.weights = weights_in_use(session).version
    one.progress, one.stop, one.result = 0, False, None
    one.ran_at = clock.now()
    session.flush()
    arguments = {"round_id": one.id, "run": one.ran_at.isoformat()}
    enqueue(session, WORK, key=_key(one.id, one.ran_at), arguments=arguments)
    _record(session, actor, one, "pairing.round-run", method=method.value)


def stop(session: Session, *, actor: Actor, round_id: int) -> None:
    """Stop a round that is being worked out; whatever the worker still finds is thrown away.

    Raises `NotFound`, and `Conflict` for one that is not being worked out any more.
    """
    one = _held_round(session, round_id)
    if one.state != RoundState.WORKING:
        raise Conflict("This round is not being worked out any more")
    one.stop, one.state = True, RoundState.STOPPED
    session.flush()
    _record(session, actor, one, "pairing.round-stopped")


def proposals(session: Session, round_id: int) -> list[Request]:
    """Return what a round has proposed, in the order in which it was."""
    query = select(Request).where(Request.round_id == round_id).order_by(Request.id)
    return list(session.scalars(query))


@dataclass(frozen=True)
class Sent:
    """What came of sending a round's proposals."""

    proposals: int
    left_out: Sequence[tuple[str, str, str]]
    """Asking authority, host, why."""


def send(session: Session, *, actor: Actor, editions: Editions, round_id: int, seen: str) -> Sent:
    """Send the proposals of a preview; each side of each pair still accepts.

    What has changed since is looked at again: a pair that has become impossible is left out, with
    the reason. `seen` names the run that the curator saw. Raises `NotFound`, and `Conflict` where
    somebody has sent or run it meanwhile, or nothing is left to be sent.
    """
    one = _held_round(session, round_id)
    if one.state == RoundState.SENT:
        raise Conflict("The proposals of this round have been sent already")
    if one.state != RoundState.PREVIEW or one.result is None or one.ran_at is None:
        raise Conflict("This round has no preview to be sent")
    if one.ran_at.isoformat() != seen:
        raise Conflict("Somebody has run this round again. Look at what it gives now")
    requests.lock(session, *gather(session, editions).codes)
    sent, left_out = _propose_all(session, actor, editions, one)
    if not sent:
        raise Conflict("None of these pairs is possible any more. Run the round again")
    one.state, one.sent_at = RoundState.SENT, clock.now()
    one.result = {**one.result, "left_out": left_out}
    session.flush()
    _record(session, actor, one, "pairing.round-sent", proposals=len(sent))
    return Sent(len(sent), [(a, h, why) for a, h, why in left_out])


def _propose_all(
    session: Session, actor: Actor, editions: Editions, one: Round
) -> tuple[list[Request], list[list[str]]]:
    given, views = going(session, editions, one.id), Views(session, editions)
    result = one.result or {"pairs": [], "would_gain": []}
    left_out = {(asking, host): why for asking, host, why in impossible(given, result)}
    kept: list[Request] = []
    for pair in in_no_order(result["pairs"]):
        if (pair["asking"], pair["host"]) in left_out:
            continue
        made = curating.new_proposal(
            session,
            actor=actor,
            views=views,
            asking_id=given.data.ids[pair["asking"]],
            host_id=given.data.ids[pair["host"]],
            figures=(pair["fit"], pair["view"]),
            wish=WISH,
            reason=f"Round “{one.name}”",
            round_id=one.id,
        )
        # said to all of a round alike or to nobody: who hears another line would learn of a host
        if not result["would_gain"]:
            made.asking_sees = {**made.asking_sees, "certificate": pair["certificate"]}
        kept.append(made)
    session.flush()
    for made in kept:
        curating.announce(session, actor, made)
    return kept, [[asking, host, why] for (asking, host), why in left_out.items()]


def in_no_order(some: Iterable[Any]) -> list[Any]:
    """Return things by lot: numbers of proposals that follow codes would tell whose they are."""
    mixed = list(some)
    SystemRandom().shuffle(mixed)
    return mixed


def impossible(given: Going, result: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return the pairs of a preview that could not be proposed any more, each with the reason."""
    left = {
        code: int(n) for code, n in zip(given.matrices.hosts, given.matrices.capacity, strict=True)
    }
    found = []
    for pair in result["pairs"]:
        why = _impossible(given, left, pair["asking"], pair["host"])
        if why:
            found.append((pair["asking"], pair["host"], why))
        else:
            left[pair["host"]] -= 1
    return found


def _impossible(given: Going, left: Mapping[str, int], asking: str, host: str) -> str | None:
    """Return why a pair can't be proposed any more; `None` where it can."""
    if asking not in given.data.ids or host not in given.data.ids:
        return "No longer in the register"
    against = hard_rule(given.field, asking, host)
    if against and against != Reason.NOT_ASKING:
        return WHY[against]
    if asking not in given.matrices.asking:
        out = {one.who: one.why for one in given.asking_out}
        return out.get(asking, WHY[Reason.NOT_ASKING])
    if left.get(host, 0) < 1:
        return WHY[Reason.FULL]
    if (asking, host) in given.blocks:
        return "It has been asked or proposed already"
    return None


def _record(session: Session, actor: Actor, one: Round, action: str, **details: Any) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        object_type="pairing round",
        object_id=str(one.id),
        details=details,
    )


# ---- The worker's part


def register(jobs: Jobs, editions: Editions) -> None:
    """Let the worker work rounds out."""
    jobs.register(
        Kind(
            WORK,
            "Work out a round of pairing",
            lambda round_id, run: work(editions, round_id, run),
            attempts=2,
            lease=timedelta(minutes=10),
        )
    )


def work(editions: Editions, round_id: int, run: str) -> None:
    """Work a round out and keep what it gives, unless it has been stopped or begun again."""
    steps = _Steps(round_id, datetime.fromisoformat(run))
    name = steps.method()
    if name is None:
        return
    try:
        method = Method(name)
        with reading(), db.sessionmaker() as session:
            given = going(session, editions, round_id)
        kept = work_out(given, method, progress=steps.tell, should_stop=steps.should_stop)
    except Stopped:
        return
    except Exception as error:  # whatever it is, the curator has to learn that it went wrong
        _log.exception("round %s failed", round_id)
        steps.keep(RoundState.FAILED, {"error": type(error).__name__})
        raise WorkFailed(f"Round {round_id} failed: {type(error).__name__}", final=True) from error
    steps.keep(RoundState.PREVIEW, kept)


class _Steps:
    """What the worker writes down of one run; nothing any more once it was stopped or replaced."""

    LOOK = 0.2
    """Seconds between two looks for the stop button."""

    def __init__(self, round_id: int, run: datetime) -> None:
        self._mine = (
            Round.id == round_id,
            Round.ran_at == run,
            Round.state == RoundState.WORKING,
        )
        self._looked, self._stopped = 0.0, False

    def method(self) -> str | None:
        """Return how it is to be worked out; `None` where it is not to be any more."""
        with reading(), db.sessionmaker() as session:
            return session.scalar(select(Round.method).where(*self._mine))

    def tell(self, share: float, words: str) -> None:
        with short_transaction() as session:
            session.execute(
                update(Round).where(*self._mine).values(progress=min(99, round(share * 100)))
            )

    def should_stop(self) -> bool:
        if monotonic() - self._looked >= self.LOOK:
            self._stopped, self._looked = self.method() is None, monotonic()
        return self._stopped

    def keep(self, state: RoundState, result: Mapping[str, Any]) -> None:
        with short_transaction() as session:
            session.execute(
                update(Round)
                .where(*self._mine)
                .values(state=state, result=dict(result), progress=100)
            )
