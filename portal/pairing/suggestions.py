"""Whom an authority could ask: worked out exactly, shown on cards that several hosts share.

Each list is kept as it was shown, with versions of data and weights, the exact parts of every host
behind a card and what ruled a host out: what became of it is found through the requests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.assessment.editions import Editions
from portal.audit import service as audit
from portal.core import clock
from portal.core.errors import NotFound
from portal.core.permissions import Actor
from portal.core.roles import leads
from portal.pairing import cards as card_making
from portal.pairing.cards import Card, CardFit, Cards, Offer
from portal.pairing.gathering import Data, gather
from portal.pairing.matching import Field, Reason, parts, prepare, scores, shortlist
from portal.pairing.models import CardGroups, Search, Shown, WeightsVersion
from portal.pairing.parts import Part, Parts
from portal.pairing.weights import DEFAULT, Weights

KNOWN_FOR_A_BAND = 0.5
NO_BAND = "too little known"


def weights_in_use(session: Session) -> Weights:
    """Return the weights that a curator set last, else those of the portal."""
    newest = select(WeightsVersion).order_by(WeightsVersion.id.desc()).limit(1)
    row = session.scalar(newest)
    return Weights.restored(row.weights) if row else DEFAULT


def cards_of(session: Session, data: Data) -> Cards:
    """Return the card of each authority, and keep who shares one. Writes only what is new.

    Groups follow those before them one by one: of two that are made at once from the same ones, the
    second is made again from the first, else somebody could stand in two groups over time.
    """
    newest = session.scalar(select(CardGroups).order_by(CardGroups.id.desc()).limit(1))
    made = card_making.cards(data.sides, before=newest.groups if newest else None)
    groups = [sorted(group) for group in made.groups]
    if newest is None or newest.groups != groups:
        following = newest.id + 1 if newest else 1
        try:
            with session.begin_nested():
                session.add(CardGroups(id=following, made_at=clock.now(), groups=groups))
        except IntegrityError:
            return cards_of(session, data)
    return made


def hosting(data: Data) -> list[str]:
    """Return the codes of those who host, have a place left and a lead, whoever asks."""
    return [side.code for side in data.sides if side.hosts and side.left and side.confirmed_lead]


def find(
    session: Session,
    *,
    actor: Actor,
    asking_id: int,
    editions: Editions,
    handling: int,
    secret: bytes,
) -> Search:
    """Work out and keep a list of hosts for an authority.

    `handling` is the percentage of likeness that lies on how cases are handled. Raises `NotFound`
    for others than leads.
    """
    if not leads(actor, asking_id):
        raise NotFound
    data = gather(session, editions)
    weights = weights_in_use(session)
    field = prepare(data.sides, data.history)
    own = data.codes[asking_id]
    share = handling / 100
    why = shortlist(field, own, weights=weights, handling=share).nobody
    offered: tuple[Offer, ...] = ()
    made = cards_of(session, data)
    if why is None or not why.about_asking:
        offered = card_making.offers(
            field.sides[field.index[own]],
            made,
            hosting(data),
            key=secret,
            weights=weights,
            handling=share,
        )
    search = Search(
        asking_id=asking_id,
        at=clock.now(),
        by_id=actor.id,
        handling=handling,
        weights=weights.version,
        data=data.version,
        nobody=_nobody(why, offered),
    )
    session.add(search)
    session.flush()
    for place, offer in enumerate(offered, 1):
        behind = _behind(field, own, made, offer.card, hosting(data), weights, share)
        session.add(
            Shown(
                search_id=search.id,
                place=place,
                group=offer.group,
                reference=offer.reference,
                card=as_seen(offer.card, offer.fit),
                hosts=behind,
            )
        )
    audit.record(
        session,
        actor=actor,
        action="pairing.looked",
        object_type="authority",
        object_id=str(asking_id),
        details={"cards": len(offered)},
    )
    return search


def _nobody(why: Reason | None, offered: Sequence[Offer]) -> str | None:
    """Return why the list is empty. What lies between two authorities is told to nobody."""
    if offered:
        return None
    return why.name.lower() if why is not None and why.about_asking else "nobody_fits"


def _behind(
    field: Field,
    own: str,
    made: Cards,
    card: Card,
    hosts: Sequence[str],
    weights: Weights,
    share: float,
) -> list[dict[str, Any]]:
    """Return the hosts that have a card with their exact figures, those who may be asked first."""
    found = scores(field, own, weights=weights, handling=share)
    rows = []
    for code in hosts:
        if code == own or made.of.get(code) != card:
            continue
        reason = Reason(int(found.reasons[field.index[code]]))
        exact = parts(field, own, code, weights=weights, handling=share)
        rows.append(
            {
                "code": code,
                "fit": round(exact.fit, 4),
                "view": round(exact.view, 4),
                "known": round(exact.known, 4),
                "ruled_out": reason.name.lower() if reason else None,
                "active": field.sides[field.index[code]].active,
                "parts": as_rows(exact),
            }
        )
    return sorted(
        rows, key=lambda r: (r["ruled_out"] is not None, -r["fit"], r["active"], r["code"])
    )


def as_rows(exact: Parts) -> dict[str, list[dict[str, Any]]]:
    """Return the parts of a fit and of the host's view as they can be kept."""
    return {
        "fit": [_plain(part) for part in exact.of_fit],
        "view": [_plain(part) for part in exact.of_view],
    }


def _plain(part: Part) -> dict[str, Any]:
    """Return a part in Python's own types: JSON knows none of NumPy's."""
    apart = None if part.apart is None else float(part.apart)
    numbers = {"points": float(part.points), "most": float(part.most), "apart": apart}
    return {**asdict(part), **numbers, "stated": bool(part.stated)}


def as_seen(card: Card, fit: CardFit) -> dict[str, Any]:
    """Return what may be shown of the other side: a band, words, and what the card says.

    On less than half of what counts a band would claim more than anybody knows.
    """
    return {
        "band": fit.band.value if fit.known >= KNOWN_FOR_A_BAND else NO_BAND,
        "alike": list(fit.alike),
        "unlike": list(fit.unlike),
        "can_help_with": list(fit.can_help_with),
        "not_compared": list(fit.not_compared),
        "values": {key: list(values) for key, values in card.values},
    }


class Views:
    """What one side of a pair sees of the other before both have agreed."""

    def __init__(self, session: Session, editions: Editions) -> None:
        self._session, self._editions = session, editions

    @cached_property
    def _known(self) -> tuple[Data, Weights, Cards]:
        """What is looked up when it is asked for: cards are kept after authorities are locked."""
        data = gather(self._session, self._editions)
        return data, weights_in_use(self._session), cards_of(self._session, data)

    @cached_property
    def _field(self) -> Field:
        data, _, _ = self._known
        return prepare(data.sides, data.history)

    def for_host(self, host_id: int, asking_id: int) -> dict[str, Any]:
        """Return what a host sees of who asks: likeness, and what it could learn back."""
        return self._seen_by(host_id, asking_id)

    def for_asking(self, asking_id: int, host_id: int) -> dict[str, Any]:
        """Return what an authority sees of a host that is proposed to it."""
        return self._seen_by(asking_id, host_id)

    def parts(self, asking_id: int, host_id: int) -> dict[str, list[dict[str, Any]]]:
        """Return what the exact figures of a pair are made of, to be kept with a proposal."""
        data, weights, _ = self._known
        codes = data.codes
        return as_rows(parts(self._field, codes[asking_id], codes[host_id], weights=weights))

    def _seen_by(self, one: int, other: int) -> dict[str, Any]:
        data, weights, made = self._known
        own = next(side for side in data.sides if side.code == data.codes[one])
        card = made.of[data.codes[other]]
        fit = card_making.card_fit(own, card, weights=weights)
        return as_seen(card, fit)


def seen(session: Session, *, actor: Actor, asking_id: int, search_id: int) -> Search:
    """Return a list to a lead of the authority that it was made for. Raises `NotFound`."""
    found = session.get(Search, search_id)
    if found is None or found.asking_id != asking_id or not leads(actor, asking_id):
        raise NotFound
    return found


def shown(session: Session, search: Search) -> list[Shown]:
    """Return the cards of a list in their order."""
    query = select(Shown).where(Shown.search_id == search.id).order_by(Shown.place)
    return list(session.scalars(query))


def exact(
    session: Session, editions: Editions, code: str, *, handling: float | None = None
) -> list[Mapping[str, Any]]:
    """Return whom an authority would be offered, with exact figures: for curators alone.

    Best first; each has `code`, `fit`, `parts`, `known`, `band` and the group within which a
    difference says nothing. Raises `NotFound` for a code that the register does not have.
    """
    data = gather(session, editions)
    if code not in data.ids:
        raise NotFound(f"The register has no authority with the code {code}")
    weights = weights_in_use(session)
    field = prepare(data.sides, data.history)
    found = shortlist(field, code, weights=weights, handling=handling)
    rows: list[Mapping[str, Any]] = []
    for one in sorted(found.suggestions, key=lambda one: (-one.fit, one.group, one.host)):
        account = parts(field, code, one.host, weights=weights, handling=handling)
        rows.append(
            {
                "code": one.host,
                "fit": round(one.fit, 1),
                "view": round(one.view, 1),
                "known": round(one.known, 2),
                "band": one.band.value,
                "group": one.group,
                "parts": {part.key: round(part.points, 2) for part in account.of_fit if part.most},
            }
        )
    return rows
