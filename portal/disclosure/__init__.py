"""What could let a child be recognised: found in a text, for a curator to decide about."""

from portal.disclosure.findings import Finding, Kind, Tier
from portal.disclosure.lists import Lists
from portal.disclosure.rare import Detail, QuasiIdentifiers
from portal.disclosure.text import find, quasi_identifiers

__all__ = [
    "Detail",
    "Finding",
    "Kind",
    "Lists",
    "QuasiIdentifiers",
    "Tier",
    "find",
    "quasi_identifiers",
]
