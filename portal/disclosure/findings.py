"""What the check of a text reports: where, what kind of thing, how sure, why, and what to write."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Tier(IntEnum):
    """How sure the check is; a lower number is surer."""

    CERTAIN = 1
    """Blocks publication until somebody answered."""
    LIKELY = 2
    """Is highlighted."""
    POSSIBLE = 3
    """Is shown only to those who ask for it."""

    @property
    def label(self) -> str:
        return self.name.lower()


class Kind(StrEnum):
    """What a finding is; the value is stable and stands in files and addresses."""

    NAME = "name"
    DATE_OF_BIRTH = "date-of-birth"
    DATE = "date"
    AGE = "age"
    ADDRESS = "address"
    POSTCODE = "postcode"
    PLACE = "place"
    PHONE = "phone"
    EMAIL = "email"
    NHS_NUMBER = "nhs-number"
    NATIONAL_INSURANCE_NUMBER = "national-insurance-number"
    PASSPORT = "passport"
    UNIQUE_PUPIL_NUMBER = "unique-pupil-number"
    DRIVING_LICENCE = "driving-licence"
    BANK_ACCOUNT = "bank-account"
    VEHICLE = "vehicle"
    WEB_ADDRESS = "web-address"
    HANDLE = "handle"
    CASE_REFERENCE = "case-reference"
    NUMBER = "number"
    SCHOOL = "school"
    AUTHORITY = "authority"
    ORGANISATION = "organisation"
    RARE_COMBINATION = "rare-combination"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Kind.NAME: "Name of a person",
    Kind.DATE_OF_BIRTH: "Date of birth",
    Kind.DATE: "Exact date",
    Kind.AGE: "Exact age",
    Kind.ADDRESS: "Address",
    Kind.POSTCODE: "Postcode",
    Kind.PLACE: "Place",
    Kind.PHONE: "Telephone number",
    Kind.EMAIL: "E-mail address",
    Kind.NHS_NUMBER: "NHS number",
    Kind.NATIONAL_INSURANCE_NUMBER: "National Insurance number",
    Kind.PASSPORT: "Passport number",
    Kind.UNIQUE_PUPIL_NUMBER: "Unique pupil number",
    Kind.DRIVING_LICENCE: "Driving licence number",
    Kind.BANK_ACCOUNT: "Bank details",
    Kind.VEHICLE: "Vehicle registration",
    Kind.WEB_ADDRESS: "Web address",
    Kind.HANDLE: "Name used online",
    Kind.CASE_REFERENCE: "Case reference",
    Kind.NUMBER: "Long number",
    Kind.SCHOOL: "School, college or nursery",
    Kind.AUTHORITY: "Local authority",
    Kind.ORGANISATION: "Organisation or building",
    Kind.RARE_COMBINATION: "Rare combination",
}


@dataclass(frozen=True)
class Finding:
    """Characters `start` to `end` of the source text, end not included, that may tell who it is."""

    start: int
    end: int
    kind: Kind
    tier: Tier
    why: str
    """In plain words, for the person who wrote the text."""
    instead: str
    """What could stand there, less exact; empty where it is best taken out."""


@dataclass(frozen=True)
class Candidate:
    """A finding in the plain reading, before overlaps are resolved and it is sent to the source."""

    start: int
    end: int
    kind: Kind
    tier: Tier
    why: str
    instead: str = ""


def resolve(candidates: list[Candidate]) -> list[Candidate]:
    """Return those that do not overlap, in order: surer ones win, then longer, then earlier."""
    taken: list[Candidate] = []
    used: set[int] = set()
    ranked = sorted(candidates, key=lambda one: (one.tier, one.start - one.end, one.start))
    for one in ranked:
        # characters, not intervals: a text is short and its findings are shorter
        if not any(place in used for place in range(one.start, one.end)):
            used.update(range(one.start, one.end))
            taken.append(one)
    return sorted(taken, key=lambda one: one.start)
