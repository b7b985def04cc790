"""What curators see of everybody: who carries how much, who waits, who asks in vain, what runs."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, literal_column, select
from sqlalchemy.orm import Session

from portal.assessment.editions import Editions
from portal.authorities.models import Authority
from portal.core import clock
from portal.pairing import pairs
from portal.pairing.gathering import gather
from portal.pairing.matching import Band, band
from portal.pairing.models import Pairing, Request, RequestState, Search, Shown
from portal.pairing.suggestions import weights_in_use


def names(session: Session) -> dict[int, str]:
    """Return the names of all authorities by their number."""
    return {id_: name for id_, name in session.execute(select(Authority.id, Authority.name))}


def by_code(session: Session) -> dict[str, tuple[int, str]]:
    """Return the number and name of all authorities by their code."""
    query = select(Authority.code, Authority.id, Authority.name)
    return {code: (id_, name) for code, id_, name in session.execute(query)}


# ---- Who carries how much


@dataclass(frozen=True)
class Load:
    """A host, what it said it can carry, and what it carries."""

    id: int
    name: str
    hosts: bool
    """Whether it says now that it hosts."""
    led: bool
    capacity: int
    active: int
    held: int
    """Places that it has promised to authorities which have not agreed yet."""
    asked: int
    """Requests and proposals that wait for its own answer."""
    shown: int
    """How often it stood behind a card that a lead saw, and could have been asked."""

    @property
    def carries(self) -> int:
        """Places that are taken or promised."""
        return self.active + self.held

    @property
    def over(self) -> bool:
        """Whether it carries more than it said it could."""
        return self.carries > self.capacity

    @property
    def full(self) -> bool:
        """Whether it has no place left and is not over."""
        return self.carries == self.capacity


def loads(session: Session, editions: Editions) -> list[Load]:
    """Return all that host or say so: those over their capacity first, then the fullest."""
    data, called = gather(session, editions), names(session)
    shown, asked = times_shown(session), _to_answer(session)
    found = []
    for side in data.sides:
        if side.hosts or side.active or side.proposed:
            id_ = data.ids[side.code]
            found.append(
                Load(
                    id=id_,
                    name=called[id_],
                    hosts=side.hosts,
                    led=side.confirmed_lead,
                    capacity=side.capacity if side.hosts else 0,
                    active=side.active,
                    held=side.proposed,
                    asked=asked.get(id_, 0),
                    shown=shown.get(side.code, 0),
                )
            )
    return sorted(found, key=lambda one: (one.capacity - one.carries, -one.carries, one.name))


def times_shown(session: Session) -> dict[str, int]:
    """Return how often each authority stood behind a card, and no rule kept it from being asked."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    each = func.json_each if sqlite else func.json_array_elements
    host = each(Shown.hosts).table_valued("value", name="host")
    code: ColumnElement[str] = literal_column("host.value ->> 'code'")
    free = literal_column("host.value ->> 'ruled_out'").is_(None)
    query = select(code, func.count()).select_from(Shown).join(host, free).group_by(code)
    return {code: number for code, number in session.execute(query)}


def _to_answer(session: Session) -> dict[int, int]:
    query = (
        select(Request.host_id, func.count())
        .where(Request.state == RequestState.OPEN, Request.host_agreed_at.is_(None))
        .group_by(Request.host_id)
    )
    return {id_: number for id_, number in session.execute(query) if id_ is not None}


# ---- Who waits


@dataclass(frozen=True)
class Waiting:
    """A request or proposal that is open."""

    request: Request
    asking: str
    host: str | None
    """`None` where rules left nobody behind the card that was chosen."""
    days: int

    @property
    def for_whom(self) -> str:
        """Whose answer is missing, in words."""
        missing = []
        if self.request.asking_agreed_at is None:
            missing.append(self.asking)
        if self.request.host_agreed_at is None and self.host is not None:
            missing.append(self.host)
        return " and ".join(missing) or "nobody: it runs out by itself"


def waiting(session: Session) -> list[Waiting]:
    """Return the requests that are open, the longest open first."""
    called, now = names(session), clock.now()
    query = select(Request).where(Request.state == RequestState.OPEN)
    return [
        Waiting(
            one,
            called[one.asking_id],
            called[one.host_id] if one.host_id is not None else None,
            (now - one.made_at).days,
        )
        for one in session.scalars(query.order_by(Request.made_at, Request.id))
    ]


# ---- Who asks in vain


@dataclass(frozen=True)
class Asking:
    """An authority that would like to be paired, and what has come of it."""

    id: int
    name: str
    led: bool
    searches: int
    empty: int
    """Searches that offered nobody."""
    requests: Mapping[RequestState, int]
    paired: bool
    """Whether another hosts it now."""
    last: datetime | None

    @property
    def standing(self) -> str:
        """Where it stands: one of the keys of `STANDINGS`."""
        if self.paired:
            return "paired"
        if self.requests.get(RequestState.OPEN):
            return "waiting"
        if sum(self.requests.values()):
            return "had" if self.requests.get(RequestState.ACCEPTED) else "in-vain"
        if self.searches:
            return "never-offered" if self.empty == self.searches else "never-asked"
        return "never-looked"


STANDINGS: Mapping[str, str] = {
    "in-vain": "Asked in vain",
    "never-offered": "Looked, and was offered nobody",
    "never-asked": "Was offered hosts, and asked none",
    "never-looked": "Has never looked",
    "waiting": "Waits for an answer",
    "had": "Had a host before",
    "paired": "Has a host",
}
"""Where those who ask can stand, those first who may need a curator."""


def asking(session: Session, editions: Editions) -> list[Asking]:
    """Return those who would like to be paired: those who asked in vain first."""
    data, called = gather(session, editions), names(session)
    looked, sent, hosted = _searches(session), _requests(session), _hosted(session)
    found = []
    for side in data.sides:
        if side.asks:
            id_ = data.ids[side.code]
            searches, empty, last = looked.get(id_, (0, 0, None))
            found.append(
                Asking(
                    id=id_,
                    name=called[id_],
                    led=side.confirmed_lead,
                    searches=searches,
                    empty=empty,
                    requests=sent[id_],
                    paired=id_ in hosted,
                    last=last,
                )
            )
    order = list(STANDINGS)
    return sorted(found, key=lambda one: (order.index(one.standing), one.name))


def _searches(session: Session) -> dict[int, tuple[int, int, datetime | None]]:
    empty = func.sum(case((Search.nobody.is_not(None), 1), else_=0))
    query = select(Search.asking_id, func.count(), empty, func.max(Search.at)).group_by(
        Search.asking_id
    )
    return {id_: (number, none, last) for id_, number, none, last in session.execute(query)}


def _requests(session: Session) -> defaultdict[int, Counter[RequestState]]:
    found: defaultdict[int, Counter[RequestState]] = defaultdict(Counter)
    query = select(Request.asking_id, Request.state, func.count()).group_by(
        Request.asking_id, Request.state
    )
    for id_, state, number in session.execute(query):
        found[id_][state] = number
    return found


def _hosted(session: Session) -> set[int]:
    query = select(Pairing.asking_id).where(*pairs.running(clock.today()))
    return set(session.scalars(query))


# ---- What runs and what has ended


@dataclass(frozen=True)
class Pair:
    """A pairing with both names."""

    row: Pairing
    asking: str
    host: str
    running: bool


def all_pairs(session: Session, only: int | None = None) -> list[Pair]:
    """Return the pairings, or those of one authority: those that run first, then the newest."""
    query = select(Pairing)
    if only is not None:
        query = query.where((Pairing.asking_id == only) | (Pairing.host_id == only))
    called = names(session)
    found = [
        Pair(row, called[row.asking_id], called[row.host_id], pairs.is_running(row))
        for row in session.scalars(query)
    ]
    return sorted(found, key=lambda one: (not one.running, -one.row.id))


# ---- How suggestions fared


ANSWERS = (
    RequestState.OPEN,
    RequestState.ACCEPTED,
    RequestState.DECLINED,
    RequestState.NOT_NOW,
    RequestState.EXPIRED,
    RequestState.WITHDRAWN,
)


@dataclass(frozen=True)
class Fared:
    """What became of the cards of a band that were shown under a version of the weights."""

    weights: str
    band: str
    shown: int
    """Cards; 0 for proposals, which are not chosen from a list."""
    became: Mapping[RequestState, int]

    @property
    def asked(self) -> int:
        """How many were asked for."""
        return sum(self.became.values())


def fared(session: Session) -> list[Fared]:
    """Return what became of what was shown, by version of the weights and band."""
    one = (
        select(
            Search.weights.label("weights"),
            Shown.card["band"].as_string().label("band"),
            Request.state.label("state"),
            Shown.id.label("shown"),
            Request.id.label("request"),
        )
        .select_from(Shown)
        .join(Search, Search.id == Shown.search_id)
        .outerjoin(Request, Request.shown_id == Shown.id)
        .subquery()
    )
    query = select(
        one.c.weights,
        one.c.band,
        one.c.state,
        func.count(one.c.shown.distinct()),
        func.count(one.c.request),
    ).group_by(one.c.weights, one.c.band, one.c.state)
    became: defaultdict[tuple[str, str], Counter[RequestState]] = defaultdict(Counter)
    for version, words, state, _, requests in session.execute(query):
        became[version, words][state] += requests
    cards = select(one.c.weights, one.c.band, func.count(one.c.shown.distinct())).group_by(
        one.c.weights, one.c.band
    )
    order = [kind.value for kind in Band]
    return sorted(
        (
            Fared(version, words, number, {k: v for k, v in became[version, words].items() if k})
            for version, words, number in session.execute(cards)
        ),
        key=lambda row: (row.weights, order.index(row.band) if row.band in order else len(order)),
    )


def proposals_fared(session: Session) -> list[Fared]:
    """Return what became of the proposals of rounds and of curators, by band of the exact fit."""
    weights = weights_in_use(session)
    query = select(Request.round_id, Request.fit, Request.state).where(
        Request.proposed_why.is_not(None)
    )
    became: defaultdict[tuple[str, str], Counter[RequestState]] = defaultdict(Counter)
    for round_id, fit, state in session.execute(query):
        source = "A curator" if round_id is None else "A round"
        became[source, band(fit, weights).value if fit is not None else "not stated"][state] += 1
    order = [*(kind.value for kind in Band), "not stated"]
    return [
        Fared(source, words, 0, dict(states))
        for (source, words), states in sorted(
            became.items(), key=lambda item: (item[0][0], order.index(item[0][1]))
        )
    ]
