"""Pairings of authority 1 in every state that a lead can meet, with numbers of their own."""

from datetime import date, timedelta
from typing import Any

from portal.core import clock
from portal.core.database import db
from portal.pairing.models import Pairing, Request, RequestState, Search, Shown

LISTED, EMPTY = 1001, 1002
TO_ANSWER, PROPOSED, OVER = 1001, 1002, 1003
RUNNING, ENDED = 1001, 1002
SEEN: dict[str, Any] = {
    "band": "close",
    "alike": ["tier", "holds", "route"],
    "unlike": ["prevalence"],
    "can_help_with": ["families", "legitimacy"],
    "not_compared": ["extremism"],
    "values": {
        "tier": ["child-protection", "early-help"],
        "mash": [True],
        "prevalence": ["moderate", "high"],
        "circumstances:online": [True],
        "families": ["sure"],
    },
}
LITTLE: dict[str, Any] = {
    "band": "less close",
    "alike": [],
    "unlike": [],
    "can_help_with": [],
    "not_compared": ["tier"],
    "values": {},
}
PARTS: dict[str, Any] = {
    "fit": [
        {"key": "tier", "points": 12.0, "most": 12.0, "stated": True},
        {"key": "extremism", "points": 0.0, "most": 0.0, "stated": True},
        {"key": "training", "points": 57.8, "most": 60.0, "stated": False},
    ],
    "view": [{"key": "similarity", "points": 57.2, "most": 60.0, "stated": True}],
}
WISH = "We hope to learn how you agreed who holds cases.\n\nAnd how you told your staff."


def _request(id_: int, asking: int, host: int, state: RequestState, **more: Any) -> Request:
    now = clock.now()
    given: dict[str, Any] = {
        "asking_agreed_at": now,
        "ended_at": None if state == RequestState.OPEN else now,
        "topics": ["training", "families"],
        "wish": WISH,
    }
    return Request(
        id=id_,
        asking_id=asking,
        host_id=host,
        preference=1,
        state=state,
        made_at=now,
        expires_at=now + timedelta(days=14),
        asking_sees=SEEN,
        host_sees=SEEN,
        **(given | more),
    )


def _pairing(id_: int, host: int, **more: Any) -> Pairing:
    today = clock.today()
    return Pairing(
        id=id_,
        asking_id=1,
        host_id=host,
        purpose=WISH,
        goals=[{"theme": "families", "text": "Letters that parents understand"}],
        began_on=today,
        ends_on=today + timedelta(days=180),
        **more,
    )


def pair_up() -> None:
    """Add lists, requests and pairings of authority 1 to the session of this context."""
    now = clock.now()
    listed = {"asking_id": 1, "at": now, "handling": 60, "weights": "2026-1", "data": "x"}
    db.session.add_all(
        [Search(id=LISTED, **listed), Search(id=EMPTY, nobody="no_answers", **listed)]
    )
    db.session.flush()
    for place, group, card in ((1, 1, SEEN), (2, 1, SEEN), (3, 2, LITTLE)):
        reference = f"{place}" * 32
        db.session.add(
            Shown(
                search_id=LISTED,
                place=place,
                group=group,
                reference=reference,
                card=card,
                hosts=[],
            )
        )
    db.session.add_all(
        [
            _request(TO_ANSWER, 6, 1, RequestState.OPEN),
            _request(PROPOSED, 1, 7, RequestState.OPEN, asking_agreed_at=None, topics=[], wish=""),
            _request(OVER, 8, 1, RequestState.WITHDRAWN),
            _request(1004, 1, 9, RequestState.OPEN),
            _request(1005, 1, 10, RequestState.DECLINED),
            _request(1006, 1, 11, RequestState.ACCEPTED, fit=69.8, view=57.2, parts=PARTS),
        ]
    )
    db.session.flush()
    db.session.add_all(
        [
            _pairing(RUNNING, 11, wants_renewal="host", request_id=1006),
            _pairing(ENDED, 12, ended_on=date(2026, 11, 1), ended_by_host=True),
        ]
    )
