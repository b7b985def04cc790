"""A portal with something in every list of the desk, and a law that is no longer in force."""

from flask import Flask

from portal.core import clock
from portal.core.database import db, short_transaction
from portal.library import demand, law
from tests import starter
from tests.databases import Databases
from tests.e2e.reviewing_there import with_reviews
from tests.integration.keeping import instrument
from tests.integration.publishing import acting, vocabularies
from tests.people import CURATOR

RESTS_ON_IT = "guidance-001"
CHANNEL = "Channel duty guidance: protecting people susceptible to radicalisation 2023"
CHILDREN_ACT = "Children Act 1989"
LAW_IN_FORCE, LAW_ENDED = (1 + starter.LAWS.index(name) for name in (CHANNEL, CHILDREN_ACT))
"""Numbers of laws; the second is superseded by the first."""
NAMES = {LAW_IN_FORCE: CHANNEL, LAW_ENDED: CHILDREN_ACT}


def with_desk(databases: Databases) -> Flask:
    """Make a portal in which curators have much to see to."""
    app = with_reviews(databases)
    assert [instrument(app, name) for name in NAMES.values()] == list(NAMES)
    with acting(app, CURATOR) as (session, actor):
        law.supersede(
            session,
            actor=actor,
            instrument_id=LAW_ENDED,
            successor_id=LAW_IN_FORCE,
            ended_on=clock.today(),
            note="Section 47 is new. Read what your authority has agreed.",
        )
    with app.app_context():
        with short_transaction() as session:
            for number in range(60):
                demand.count_search(session, words=f"passport travel {number}", results=number % 3)
            demand.count_search(session, words="", results=0)
            for term in ("online", "family-travel"):
                demand.add_wish(
                    session,
                    terms={"source_of_harm": [term], "age_band": ["age-11-14"]},
                    vocabularies=vocabularies(app),
                )
        db.engine.dispose()
    return app
