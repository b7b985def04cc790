"""What tests of curators and rounds share."""

from typing import Any

from flask import Flask
from sqlalchemy import select

from portal.core.database import db, reading, short_transaction
from portal.core.permissions import Actor
from portal.core.roles import Role
from portal.pairing import curating, requests, rounds_service
from portal.pairing.models import PairingRule, Request, Round, RoundState, RuleKind
from portal.pairing.rounds import Method
from tests.databases import STOCKS
from tests.integration.assessing import ask_all, editions
from tests.integration.describing import actor_of
from tests.integration.inviting import authority
from tests.integration.leaving import number
from tests.integration.pairing import ASKING, HOSTS, lead_of, staff, stock
from tests.people import CURATOR
from tests.work import work

UNSURE = (ASKING, *HOSTS[:2])
SURE = HOSTS[2:]


def several(app: Flask, **more: Any) -> None:
    """Let three unsure authorities ask, and six sure ones host one each."""
    stock(app, **more)
    for code in UNSURE[1:]:
        ask_all(app, staff(app, confident=False), code)


STOCKS["several"] = ("stocked", several)
"""What tests copy, rather than let twenty people answer each time."""


def curator(app: Flask) -> Actor:
    return actor_of(app, CURATOR)


def leader(app: Flask, code: str) -> Actor:
    """Return the lead of an authority as rules see them."""
    person = lead_of(code)
    place = frozenset({(str(Role.STRATEGIC_LEAD), authority(app, code))})
    return Actor(number(app, person), person.name, frozenset({str(person.role)}), place)


def open_round(app: Flask, name: str = "Spring") -> int:
    with app.app_context(), short_transaction() as session:
        return rounds_service.opened(
            session, actor=curator(app), name=name, method=Method.EPSILON
        ).id


def start(app: Flask, round_id: int, method: Method = Method.EPSILON) -> None:
    who = curator(app)
    with app.app_context(), short_transaction() as session:
        rounds_service.start(session, actor=who, round_id=round_id, method=method)


def run(app: Flask, round_id: int, method: Method = Method.EPSILON) -> Round:
    """Start a round, let the worker do it, return it as it stands then."""
    start(app, round_id, method)
    work(app)
    return as_it_stands(app, round_id)


def as_it_stands(app: Flask, round_id: int) -> Round:
    with app.app_context(), reading():
        one = db.session.get_one(Round, round_id)
        db.session.expunge_all()
        return one


def given_by(one: Round) -> dict[str, str]:
    """Return the pairs of a preview: host by who asks."""
    assert one.state in {RoundState.PREVIEW, RoundState.SENT}, one.result
    assert one.result
    return {pair["asking"]: pair["host"] for pair in one.result["pairs"]}


def send_all(app: Flask, round_id: int, seen: str | None = None) -> rounds_service.Sent:
    who, ran_at = curator(app), as_it_stands(app, round_id).ran_at
    assert ran_at
    with app.app_context(), short_transaction() as session:
        return rounds_service.send(
            session,
            actor=who,
            editions=editions(app),
            round_id=round_id,
            seen=seen or ran_at.isoformat(),
        )


def proposals(app: Flask, round_id: int) -> dict[str, Request]:
    """Return the newest proposal of a round to each authority that asks."""
    with app.app_context(), reading():
        codes = {authority(app, code): code for code in (ASKING, *HOSTS)}
        query = select(Request).where(Request.round_id == round_id).order_by(Request.id)
        found = {codes[one.asking_id]: one for one in db.session.scalars(query)}
        db.session.expunge_all()
        return found


def say_yes(app: Flask, code: str, request: Request) -> None:
    who = leader(app, code)
    with app.app_context(), short_transaction() as session:
        requests.agree(session, actor=who, authority_id=authority(app, code), request_id=request.id)


def say_no(app: Flask, code: str, request: Request, *, now_only: bool = False) -> None:
    who = leader(app, code)
    with app.app_context(), short_transaction() as session:
        requests.refuse(
            session,
            actor=who,
            authority_id=authority(app, code),
            request_id=request.id,
            now_only=now_only,
            reason="" if now_only else "We have no time.",
        )


def lay_down(app: Flask, kind: RuleKind, asking: str, host: str) -> int:
    who, one, other = curator(app), authority(app, asking), authority(app, host)
    with app.app_context(), short_transaction() as session:
        return curating.rule(
            session, actor=who, kind=kind, asking_id=one, host_id=other, reason="For a reason."
        ).id


def rules(app: Flask) -> list[PairingRule]:
    with app.app_context(), reading():
        found = list(db.session.scalars(select(PairingRule).order_by(PairingRule.id)))
        db.session.expunge_all()
        return found
