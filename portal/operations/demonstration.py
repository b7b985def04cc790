"""A demonstration: people, who are invented, and what the report says of its ten areas.

The people's password is published.
"""

from pathlib import Path

from sqlalchemy.orm import Session

from portal.accounts import domains
from portal.accounts import service as accounts
from portal.audit.service import COMMAND_LINE
from portal.authorities import service as authorities
from portal.authorities import starter
from portal.core.errors import Conflict
from portal.core.roles import Role

PROFILES = "demonstration-profiles.yaml"
PEOPLE: tuple[tuple[str, str, Role, str | None], ...] = (
    ("Amira Khan", "amira.khan@authority-a.example", Role.PRACTITIONER, "A"),
    ("Tom Ellis", "tom.ellis@authority-a.example", Role.PRACTITIONER, "A"),
    ("Ruth Mensah", "ruth.mensah@authority-a.example", Role.STRATEGIC_LEAD, "A"),
    ("Sian Price", "sian.price@authority-g.example", Role.PRACTITIONER, "G"),
    ("Daniel Osei", "daniel.osei@authority-g.example", Role.PRACTITIONER, "G"),
    ("Helen Marsh", "helen.marsh@authority-g.example", Role.STRATEGIC_LEAD, "G"),
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


def add_profiles(session: Session, content: Path) -> int:
    """Fill in what is known of the ten areas; return how many answers are new.

    None is invented for their leads. Raises `ValueError` for a file that is not sound.
    """
    return starter.load(session, content / PROFILES)
