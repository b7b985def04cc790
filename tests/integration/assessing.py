"""What tests of the self-assessment share."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from flask import Flask

from portal.assessment import answers, subjects, waves
from portal.assessment.editions import Editions
from portal.assessment.models import Wave
from portal.core import clock
from portal.core.database import db, reading, short_transaction
from portal.core.permissions import Actor
from portal.core.roles import Role
from tests.client import Reader, reader
from tests.integration.inviting import Answer, authority, send
from tests.people import LEAD

Given = Mapping[str, str]
"""One person's answers, by subject."""


def editions(app: Flask) -> Editions:
    found: Editions = app.extensions["assessment"]
    return found


def place(app: Flask, code: str = "E06000001") -> str:
    return f"/authorities/{authority(app, code)}/self-assessment"


def alike(app: Flask, item: str = "4", tier: str = "early-help", **more: str) -> dict[str, str]:
    """Return answers that are the same to every question of a kind."""
    of_kind = {subjects.Kind.ITEM: item, subjects.Kind.TIER: tier, subjects.Kind.SURE: "3"}
    instrument = editions(app).current
    return {s.name: of_kind[s.kind] for s in subjects.of(instrument)} | more


def sign(client: Reader, app: Flask, **stated: str) -> Answer:
    """Sign a position on every question."""
    known = client.page(f"{place(app)}/position").fields
    chosen = {
        subject.name: "4" if subject.kind == subjects.Kind.ITEM else "early-help"
        for subject in subjects.stated(editions(app).current)
    }
    more = {"instead_of": known["instead_of"], "sign": "y"}
    return send(client, f"{place(app)}/position", **(more | chosen | stated))


def codes_on(page: str) -> list[str]:
    return re.findall(r'app-slips__code">([A-Z0-9-]+)<', page)


def lead_of(app: Flask, code: str = "E06000001") -> Actor:
    there = authority(app, code)
    return Actor(
        id=None,
        name="a lead",
        roles=frozenset({Role.STRATEGIC_LEAD}),
        memberships=frozenset({(Role.STRATEGIC_LEAD, there)}),
    )


def begin(app: Flask, code: str = "E06000001", last: date | None = None, **more: bool) -> int:
    """Open a round; return its row's number."""
    with app.app_context(), short_transaction() as session:
        made = waves.begin(
            session,
            actor=lead_of(app, code),
            authority_id=authority(app, code),
            instrument=editions(app).current,
            closes_on=last or clock.today() + timedelta(days=14),
            shared=more.get("shared", False),
            tell_staff=more.get("tell", False),
        )
        return made.id


def codes(app: Flask, wave_id: int, number: int) -> list[str]:
    with app.app_context(), short_transaction() as session:
        wave = session.get_one(Wave, wave_id)
        actor = Actor(memberships=frozenset({(Role.STRATEGIC_LEAD, wave.authority_id)}))
        made: list[str] = []
        while len(made) < number:
            some = min(waves.MOST_AT_ONCE, number - len(made))
            made += waves.make_codes(session, actor=actor, wave=wave, number=some)
        return made


def keep(app: Flask, given: str, said: Given) -> None:
    with app.app_context(), short_transaction() as session:
        answers.keep(session, given=given, editions=editions(app), answers=said)


def close(app: Flask, wave_id: int) -> None:
    with app.app_context(), short_transaction() as session:
        wave = session.get_one(Wave, wave_id)
        actor = Actor(memberships=frozenset({(Role.STRATEGIC_LEAD, wave.authority_id)}))
        waves.close(session, actor=actor, wave=wave)


def ask_all(app: Flask, people: Sequence[Given], code: str = "E06000001") -> int:
    """Open a round, let each of the people answer, close it; return its row's number."""
    wave_id = begin(app, code)
    if people:
        for link, said in zip(codes(app, wave_id, len(people)), people, strict=True):
            keep(app, link, said)
    close(app, wave_id)
    return wave_id


def counts(app: Flask, wave_id: int) -> dict[str, dict[str, int]]:
    with app.app_context(), reading():
        return waves.counts_of(db.session, [db.session.get_one(Wave, wave_id)])[wave_id]


def lead(app: Flask) -> Reader:
    return reader(app, LEAD)
