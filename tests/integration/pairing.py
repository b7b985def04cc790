"""What tests of the pairing share: nine authorities with leads, of which one is unsure and asks."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import select

from portal.accounts import service as accounts
from portal.accounts.models import User
from portal.assessment import subjects
from portal.authorities import describing
from portal.authorities.answers import Said
from portal.authorities.models import State
from portal.authorities.profiles import profile_of
from portal.authorities.questions import SECTION_OF
from portal.core.database import db, reading, short_transaction
from portal.core.roles import Role
from portal.pairing.models import Pairing, Request
from tests.client import Reader, reader
from tests.databases import STOCKS
from tests.integration.assessing import ask_all, editions
from tests.integration.inviting import Answer, authority, send
from tests.integration.leaving import add
from tests.people import LEAD, Person

ASKING = "E06000001"
HOSTS = tuple(f"E0600000{number}" for number in range(2, 10))
ALIKE: Mapping[str, Any] = {
    "tier": "early-help",
    "holds": "spread",
    "mash": "yes",
    "route": "front-door",
    "prevalence": "moderate",
    "prevent": "no",
    "two_tier": "no",
    "case_volume": "3",
    "training": "3",
    "asks_for_pairing": "yes",
    "hosting": "yes",
    "capacity": 1,
    "contacts": [{"name": "Someone Else", "job": "Lead", "email": "someone@example.gov.uk"}],
}


def lead_of(code: str) -> Person:
    """Return the lead of an authority."""
    if code == ASKING:
        return LEAD
    return Person(f"Lead {'BCDEFGHIJ'[int(code[-1]) - 2]}", Role.STRATEGIC_LEAD, code)


def describe(app: Flask, code: str, **answers: Any) -> None:
    """Let the lead of an authority state answers, and confirm the profile."""
    there = authority(app, code)
    with app.app_context(), short_transaction() as session:
        user = session.scalars(select(User.id).where(User.email == lead_of(code).email)).one()
        actor = accounts.actor_of(session, user)
        assert actor is not None
        by_section: dict[str, dict[str, Said]] = {}
        for key, value in answers.items():
            said = Said(State.GIVEN, value)
            by_section.setdefault(SECTION_OF[key].key, {})[key] = said
        for said_there in by_section.values():
            section = SECTION_OF[next(iter(said_there))]
            seen = profile_of(session, there).version
            describing.save(
                session,
                actor=actor,
                authority_id=there,
                section=section,
                said=said_there,
                seen=seen,
            )
        seen = profile_of(session, there).version
        describing.confirm(session, actor=actor, authority_id=there, seen=seen)


def staff(app: Flask, confident: bool) -> list[dict[str, str]]:
    """Return the answers of ten people who are sure, or unsure, of everything."""
    instrument = editions(app).current
    by_key = {item.key: item.favourable for item in instrument.items}
    said = {}
    for subject in subjects.of(instrument):
        if subject.kind == subjects.Kind.ITEM:
            high = (by_key[subject.key] == "high") == confident
            said[subject.name] = "5" if high else "1"
        else:
            said[subject.name] = "early-help" if subject.kind == subjects.Kind.TIER else "3"
    return [said] * 10


def stock(app: Flask, **more: Any) -> None:
    """Let one unsure authority ask, and eight sure ones host."""
    for code in HOSTS:
        add(app, lead_of(code), authority_id=authority(app, code))
    for code in (ASKING, *HOSTS):
        describe(app, code, **(dict(ALIKE) | more))
        ask_all(app, staff(app, confident=code != ASKING), code)


STOCKS["pairing"] = ("stocked", stock)
"""What tests copy, rather than let eight people describe their authorities each time."""


def place(app: Flask, code: str = ASKING) -> str:
    return f"/authorities/{authority(app, code)}/pairing"


def look(client: Reader, app: Flask, handling: str = "60", code: str = ASKING) -> str:
    """Look for hosts; return where the list is."""
    return send(client, place(app, code), handling=handling).location


def references(client: Reader, listed: str) -> list[str]:
    page = client.page(f"{listed}/ask")
    options = [option.get("value", "") for option in page.all("option")]
    return list(dict.fromkeys(option for option in options if option))


def ask(client: Reader, listed: str, **more: Any) -> Answer:
    """Ask the first host of a list, past the check of answers."""
    given = {
        "first": references(client, listed)[0],
        "topics": ["training"],
        "wish": "We hope to learn how you agreed who holds cases.",
        "checked": "yes",
    }
    return send(client, f"{listed}/ask", **(given | more))


def only_request(app: Flask) -> Request:
    with app.app_context(), reading():
        found = db.session.scalars(select(Request)).all()
        db.session.expunge_all()
    (one,) = found
    return one


def codes(app: Flask) -> dict[int, str]:
    return {authority(app, code): code for code in (ASKING, *HOSTS)}


def host_of(app: Flask, request: Request) -> str:
    assert request.host_id is not None
    return codes(app)[request.host_id]


def pairings(app: Flask) -> list[Pairing]:
    with app.app_context(), reading():
        found = list(db.session.scalars(select(Pairing)))
        db.session.expunge_all()
    return found


def client_of(app: Flask, code: str) -> Reader:
    return reader(app, lead_of(code))
