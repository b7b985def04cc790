"""A demonstration: people, who are invented, and what the report says of its ten areas.

The people's password is published.
"""

from pathlib import Path

from sqlalchemy.orm import Session

from portal.accounts import domains
from portal.accounts import service as accounts
from portal.assessment import starter as rounds
from portal.assessment.instrument import Instrument
from portal.audit.service import COMMAND_LINE
from portal.authorities import describing, starter
from portal.authorities import service as authorities
from portal.authorities.answers import Said
from portal.authorities.models import State
from portal.authorities.profiles import profile_of
from portal.authorities.questions import CONTACTS
from portal.authorities.questions import HELPING as HELPING_SECTION
from portal.core.errors import Conflict
from portal.core.roles import Role

PROFILES = "demonstration-profiles.yaml"
PEOPLE: tuple[tuple[str, str, Role, str | None], ...] = (
    ("Amira Khan", "amira.khan@authority-a.example", Role.PRACTITIONER, "A"),
    ("Tom Ellis", "tom.ellis@authority-a.example", Role.PRACTITIONER, "A"),
    ("Ruth Mensah", "ruth.mensah@authority-a.example", Role.STRATEGIC_LEAD, "A"),
    ("Marcus Bell", "marcus.bell@authority-b.example", Role.STRATEGIC_LEAD, "B"),
    ("Nadia Rahman", "nadia.rahman@authority-c.example", Role.STRATEGIC_LEAD, "C"),
    ("Gareth Lowe", "gareth.lowe@authority-d.example", Role.STRATEGIC_LEAD, "D"),
    ("Ines Duarte", "ines.duarte@authority-e.example", Role.STRATEGIC_LEAD, "E"),
    ("Paul Whitby", "paul.whitby@authority-f.example", Role.STRATEGIC_LEAD, "F"),
    ("Sian Price", "sian.price@authority-g.example", Role.PRACTITIONER, "G"),
    ("Daniel Osei", "daniel.osei@authority-g.example", Role.PRACTITIONER, "G"),
    ("Helen Marsh", "helen.marsh@authority-g.example", Role.STRATEGIC_LEAD, "G"),
    ("Joan Tandy", "joan.tandy@authority-h.example", Role.STRATEGIC_LEAD, "H"),
    ("Imran Sadiq", "imran.sadiq@authority-i.example", Role.STRATEGIC_LEAD, "I"),
    ("Carol Finch", "carol.finch@authority-j.example", Role.STRATEGIC_LEAD, "J"),
    ("Priya Nair", "priya.nair@curators.example", Role.CURATOR, None),
    ("James Whitlock", "james.whitlock@curators.example", Role.CURATOR, None),
    ("Olu Adeyemi", "olu.adeyemi@curators.example", Role.CURATOR, None),
    ("Kate Lindqvist", "kate.lindqvist@curators.example", Role.ADMINISTRATOR, None),
)


def add_people(session: Session) -> int:
    """Create the accounts that are not there yet; return how many were made.

    Those that are there get the published password again: somebody may have tried to change it.
    """
    codes = authorities.ids_by_code(session)
    for code in "ABCDEFGHIJ":
        if not domains.of(session, codes[code]):
            own = f"authority-{code.lower()}.example"
            domains.change(session, actor=COMMAND_LINE, authority_id=codes[code], domains=[own])
    accounts.give_published_password(session)
    there = {user.email for user, _ in accounts.demonstration_people(session)}
    made = 0
    for name, email, role, authority in PEOPLE:
        if email in there:
            continue
        try:
            accounts.create(
                session,
                actor=COMMAND_LINE,
                email=email,
                name=name,
                password=accounts.DEMONSTRATION_PASSWORD,
                roles=[(role, codes[authority] if authority else None)],
                demonstration=True,
            )
        except Conflict:
            continue
        made += 1
    return made


HELPING = {"hosting": "yes", "capacity": 2, "asks_for_pairing": "yes"}
"""What the invented leads say, so that pairing can be tried."""


def take_part(session: Session) -> int:
    """Let each invented lead say that the area hosts and asks, name a contact, and confirm.

    Only where nobody has said anything about it; return how many areas that were.
    """
    codes = authorities.ids_by_code(session)
    accounts_by_email = {user.email: user for user, _ in accounts.demonstration_people(session)}
    made = 0
    for name, email, role, code in PEOPLE:
        if role != Role.STRATEGIC_LEAD or code is None or email not in accounts_by_email:
            continue
        actor = accounts.actor_of(session, accounts_by_email[email].id)
        if actor is None or profile_of(session, codes[code]).value("hosting") is not None:
            continue
        contact = {"name": name, "job": "Strategic lead", "email": email}
        for section, answers in (
            (HELPING_SECTION, HELPING),
            (CONTACTS, {"contacts": [contact]}),
        ):
            describing.save(
                session,
                actor=actor,
                authority_id=codes[code],
                section=section,
                said={key: Said(State.GIVEN, value) for key, value in answers.items()},
                seen=profile_of(session, codes[code]).version,
            )
        seen = profile_of(session, codes[code]).version
        describing.confirm(session, actor=actor, authority_id=codes[code], seen=seen)
        made += 1
    return made


def add_rounds(session: Session, content: Path, instrument: Instrument) -> int:
    """Add a closed round of the self-assessment to each area; return how many were added."""
    return rounds.load(session, content, instrument)


def add_profiles(session: Session, content: Path) -> int:
    """Fill in the ten areas and the invented ones; return how many answers are new.

    None is in the name of a lead. Raises `ValueError` for a file that is not sound.
    """
    return starter.load(session, content / PROFILES)
