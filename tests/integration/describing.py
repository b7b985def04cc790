"""What tests of profiles share."""

from typing import Any

from flask import Flask

from portal.authorities import describing, profiles
from portal.authorities.answers import Said
from portal.authorities.models import State
from portal.authorities.profiles import Profile
from portal.authorities.questions import SECTION_OF
from portal.core.database import db, reading, short_transaction
from portal.core.permissions import Actor
from tests.client import Reader
from tests.integration.inviting import Answer, authority
from tests.integration.leaving import number
from tests.people import CURATOR, LEAD, Person

SOURCE = "An inspection report of 2024"


def actor_of(app: Flask, person: Person) -> Actor:
    """Return a person as rules see them."""
    assert person.role
    roles = frozenset({str(person.role)})
    if person.authority is None:
        return Actor(id=number(app, person), name=person.name, roles=roles)
    place = (str(person.role), authority(app, person.authority))
    return Actor(number(app, person), person.name, roles, frozenset({place}))


def answer(
    app: Flask, person: Person, source: str = "", seen: int | None = None, **given: Any
) -> None:
    """Answer questions of one section about the first authority; a state stands for itself."""
    place = authority(app)
    said = {
        key: Said(value) if isinstance(value, State) else Said(State.GIVEN, value)
        for key, value in given.items()
    }
    who = actor_of(app, person)
    with app.app_context(), short_transaction() as session:
        seen = profiles.profile_of(session, place).version
        describing.save(
            session,
            actor=who,
            authority_id=place,
            section=SECTION_OF[next(iter(given))],
            said=said,
            seen=seen,
            source=source,
        )


def state(app: Flask, **given: Any) -> None:
    answer(app, LEAD, **given)


def infer(app: Flask, **given: Any) -> None:
    answer(app, CURATOR, SOURCE, **given)


def known(app: Flask, code: str = "E06000001") -> Profile:
    place = authority(app, code)
    with app.app_context(), reading():
        return profiles.profile_of(db.session, place)


def sent(client: Reader, address: str, **fields: Any) -> Answer:
    """Fill the form of a page over what stands in its hidden fields, and send it."""
    form = client.page(address).fields
    data = {"csrf_token": form["csrf_token"], "seen": form["seen"]} | fields
    response = client.post(address, data=data)
    return Answer(response.status_code, response.location or "", response.text)
