"""Domains of e-mail addresses: at which addresses people of an authority may be invited."""

import re
from collections.abc import Collection, Iterable

from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.accounts.models import EmailDomain
from portal.audit import service as audit
from portal.core.config import Settings
from portal.core.errors import DomainError
from portal.core.permissions import Actor

MOST = 50
_DOMAIN = re.compile(
    r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z]"
)
_ANYBODYS = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.co.uk", "live.com"),
        *("live.co.uk", "yahoo.com", "yahoo.co.uk", "icloud.com", "me.com", "aol.com", "gmx.com"),
        *("proton.me", "protonmail.com", "btinternet.com", "sky.com", "talktalk.net", "msn.com"),
        *("gov.uk", "police.uk", "nhs.uk", "sch.uk", "org.uk", "co.uk", "ac.uk", "net.uk"),
    }
)
"""Where anybody gets an address, or that hold every organisation of a kind."""


def of(session: Session, authority_id: int | None) -> list[str]:
    """Return the domains of an authority, or of the curators where there is none, in order."""
    if authority_id is None:
        settings: Settings = current_app.extensions["settings"]
        return sorted(domain.lower() for domain in settings.curator_domains)
    query = select(EmailDomain.domain).where(EmailDomain.authority_id == authority_id)
    return sorted(session.scalars(query))


def covers(domains: Collection[str], email: str) -> bool:
    """Tell whether an address is at one of the domains or below it."""
    host = email.rpartition("@")[2].lower()
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def read(text: str) -> list[str]:
    """Read domains from what somebody typed, one a line or separated by commas.

    Raises `DomainError` that names what is no domain, or is one where anybody gets an address.
    """
    found = []
    for word in text.replace(",", " ").replace(";", " ").split():
        domain = word.lower().removeprefix("@").rstrip(".")
        if not _DOMAIN.fullmatch(domain):
            raise DomainError(f"“{word[:60]}” is not a domain: write it like example.gov.uk")
        if domain in _ANYBODYS:
            raise DomainError(
                f"“{domain}” would let in people from anywhere: name the authority’s own domain"
            )
        found.append(domain)
    if len(found) > MOST:
        raise DomainError(f"Enter {MOST} domains or fewer")
    return sorted(set(found))


def change(session: Session, *, actor: Actor, authority_id: int, domains: Iterable[str]) -> None:
    """Let exactly `domains` be those of an authority; nobody who is in already loses a role."""
    before, after = set(of(session, authority_id)), set(domains)
    session.execute(
        delete(EmailDomain).where(
            EmailDomain.authority_id == authority_id, EmailDomain.domain.in_(before - after)
        )
    )
    session.add_all(
        EmailDomain(authority_id=authority_id, domain=domain) for domain in sorted(after - before)
    )
    session.flush()
    if before != after:
        audit.record(
            session,
            actor=actor,
            action="domains.changed",
            object_type="authority",
            object_id=str(authority_id),
            details={"added": sorted(after - before), "removed": sorted(before - after)},
        )
