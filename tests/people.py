"""The people of the tests: one for each place that a rule can put a person in."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.accounts import domains
from portal.accounts import service as accounts
from portal.audit.service import COMMAND_LINE
from portal.authorities import service as authorities
from portal.core.roles import Role

PASSWORD = "walrus teapot on Thursday"


@dataclass(frozen=True)
class Person:
    """Somebody with one role, or none."""

    name: str
    role: Role | None
    authority: str | None = None

    @property
    def email(self) -> str:
        return f"{self.name.replace(' ', '.').lower()}@example.gov.uk"


PRACTITIONER = Person("Petra Practitioner", Role.PRACTITIONER, "E06000001")
LEAD = Person("Lars Lead", Role.STRATEGIC_LEAD, "E06000001")
PARTNER = Person("Polly Partner", Role.PARTNER_READER, "E06000002")
CURATOR = Person("Cora Curator", Role.CURATOR)
ADMINISTRATOR = Person("Ada Administrator", Role.ADMINISTRATOR)
NOBODY = Person("Noor Nobody", None)
EVERYONE = (PRACTITIONER, LEAD, PARTNER, CURATOR, ADMINISTRATOR, NOBODY)
READERS = tuple(person for person in EVERYONE if person.role)


def add_people(session: Session) -> None:
    """Create everyone's account."""
    codes = authorities.ids_by_code(session)
    for person in EVERYONE:
        roles = []
        if person.role:
            roles = [(person.role, codes[person.authority] if person.authority else None)]
        accounts.create(
            session,
            actor=COMMAND_LINE,
            email=person.email,
            name=person.name,
            password=PASSWORD,
            roles=roles,
        )
    for code in ("E06000001", "E06000002"):
        domains.change(
            session, actor=COMMAND_LINE, authority_id=codes[code], domains=["example.gov.uk"]
        )
