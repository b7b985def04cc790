"""The words of this room's notices. They name no authority before both sides have agreed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.notices import NoticeKind, Notices, Told
from portal.authorities.models import Authority
from portal.core.permissions import Actor
from portal.core.roles import leads
from portal.pairing import pairs, requests
from portal.pairing.models import Pairing, Request, RequestState


def _own(reader: Actor, *ids: int | None) -> int | None:
    """Return the one of these authorities that the reader leads."""
    return next((id_ for id_ in ids if id_ is not None and leads(reader, id_)), None)


def _to_answer(text: str) -> NoticeKind:
    def told(session: Session, context: Mapping[str, Any], reader: Actor) -> Told | None:
        found = session.get(Request, context["request_id"])
        if found is None or found.state != RequestState.OPEN:
            return None
        own = _own(
            reader,
            None if found.host_agreed_at else found.host_id,
            None if found.asking_agreed_at else found.asking_id,
        )
        if own is None:
            return None
        return Told(text, f"/authorities/{own}/pairing/requests/{found.id}")

    return told


def answered(session: Session, context: Mapping[str, Any], reader: Actor) -> Told | None:
    """Tell a side that the other one said no, or not now."""
    found = session.get(Request, context["request_id"])
    if found is None or (own := _own(reader, found.asking_id, found.host_id)) is None:
        return None
    words = "An authority that you asked said “not now”"
    if own == found.host_id or found.proposed_why or found.round_id:
        words = "A pairing that you agreed to will not begin"
    elif found.state == RequestState.DECLINED:
        words = "A request for a pairing was declined"
    return Told(words, f"/authorities/{own}/pairing")


def expired(session: Session, context: Mapping[str, Any], reader: Actor) -> Told | None:
    """Tell a side that had said yes that the other one did not answer."""
    found = session.get(Request, context["request_id"])
    if found is None or (own := _own(reader, found.asking_id, found.host_id)) is None:
        return None
    words = "Nobody answered your request for a pairing in two weeks"
    if own == found.host_id or found.proposed_why or found.round_id:
        words = "A pairing that you agreed to was not answered in two weeks"
    return Told(words, f"/authorities/{own}/pairing")


def _of_pair(text: str, plain: str) -> NoticeKind:
    def told(session: Session, context: Mapping[str, Any], reader: Actor) -> Told | None:
        pair = session.get(Pairing, context["pairing_id"])
        if pair is None or (own := _own(reader, pair.asking_id, pair.host_id)) is None:
            return None
        other: Authority = pairs.other_side(session, pair, own)
        return Told(
            text.format(other.name),
            f"/authorities/{own}/pairing/with/{pair.id}",
            authority_id=other.id,
            plain=plain,
        )

    return told


def register(notices: Notices) -> None:
    """Register what this room tells people."""
    notices.register(requests.ASKED, _to_answer("An authority would like to be paired with yours"))
    notices.register(
        requests.REMINDED, _to_answer("A request for a pairing still waits for your answer")
    )
    notices.register(requests.PROPOSED, _to_answer("A pairing is proposed to your authority"))
    notices.register(requests.ANSWERED, answered)
    notices.register(requests.EXPIRED, expired)
    notices.register(
        pairs.BEGAN, _of_pair("You are paired with {}", "Your authority is paired with another one")
    )
    notices.register(
        pairs.CHANGED,
        _of_pair("The plan with {} has changed", "The plan of your pairing has changed"),
    )
    notices.register(
        pairs.RENEWAL,
        _of_pair("Going on with {}: please look", "Please look whether your pairing is to go on"),
    )
    notices.register(
        pairs.ENDED, _of_pair("Your pairing with {} has ended", "Your pairing has ended")
    )
