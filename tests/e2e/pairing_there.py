"""A portal in which pairing stands in every state that a curator may meet."""

from flask import Flask
from sqlalchemy import update

from portal.core import clock
from portal.core.database import db, short_transaction
from portal.pairing import curating, rounds_service, weighing
from portal.pairing.models import Pairing, Round, RoundState, RuleKind
from portal.pairing.rounds import Method
from portal.pairing.weights import DEFAULT, Weights
from tests.databases import Databases
from tests.integration.inviting import authority
from tests.integration.pairing import ASKING, ask, client_of, look
from tests.integration.rounding import (
    SURE,
    UNSURE,
    curator,
    given_by,
    lay_down,
    open_round,
    proposals,
    run,
    say_no,
    say_yes,
    send_all,
    start,
)

PREVIEW, SENT, DRAFT, WORKING, STOPPED, FAILED = range(1, 7)
"""Rounds by the state that they are left in."""
BLOCK, LIFTED = 1, 2
"""Rules."""


def with_pairing(databases: Databases) -> Flask:
    """Make a portal with rounds in every state, rules, versions of weights, requests and pairs."""
    app = databases.make("several")
    lead = client_of(app, ASKING)
    ask(lead, look(lead, app))
    lay_down(app, RuleKind.BLOCK, UNSURE[1], SURE[5])
    _lift(app, lay_down(app, RuleKind.OVERRIDE, UNSURE[2], SURE[4]))
    _hosts_too_many(app, SURE[5])
    _weigh(app)
    assert open_round(app, "Preview, with everybody who asks") == PREVIEW
    assert run(app, PREVIEW).state == RoundState.PREVIEW
    assert open_round(app, "Spring 2027") == SENT
    placed = given_by(run(app, SENT))
    send_all(app, SENT)
    sent = proposals(app, SENT)
    for code in (UNSURE[0], placed[UNSURE[0]]):
        say_yes(app, code, sent[UNSURE[0]])
    say_no(app, placed[UNSURE[1]], sent[UNSURE[1]])
    for round_id in (DRAFT, WORKING, STOPPED, FAILED):
        assert open_round(app, f"Round {round_id}") == round_id
    for round_id in (WORKING, STOPPED, FAILED):
        start(app, round_id, Method.STABLE)
    with app.app_context(), short_transaction() as session:
        rounds_service.stop(session, actor=curator(app), round_id=STOPPED)
        session.execute(update(Round).where(Round.id == WORKING).values(progress=40))
        session.execute(
            update(Round)
            .where(Round.id == FAILED)
            .values(state=RoundState.FAILED, result={"error": "MemoryError"})
        )
    with app.app_context():
        db.engine.dispose()
    return app


def _lift(app: Flask, rule_id: int) -> None:
    with app.app_context(), short_transaction() as session:
        curating.lift(session, actor=curator(app), rule_id=rule_id, reason="It is over.")


def _hosts_too_many(app: Flask, code: str) -> None:
    today = clock.today()
    ids = [authority(app, one) for one in ("E06000010", "E06000011", code)]
    with app.app_context(), short_transaction() as session:
        for asking in ids[:2]:
            session.add(
                Pairing(
                    asking_id=asking,
                    host_id=ids[2],
                    purpose="",
                    goals=[],
                    began_on=today,
                    ends_on=today.replace(year=today.year + 1, day=1),
                )
            )


def _weigh(app: Flask) -> None:
    who = curator(app)
    with app.app_context(), short_transaction() as session:
        weighing.save(
            session,
            actor=who,
            weights=Weights("new", very_close=75),
            reason="Too many were called very close.",
            instead_of=DEFAULT.version,
        )
