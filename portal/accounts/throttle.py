"""What slows a guesser down: attempts are counted for an account, for an address, and for both.

Only keyed hashes of what was typed are kept, for a day. See docs/decisions/0006.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network

from flask import current_app
from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import SignInAttempt
from portal.core import clock
from portal.core.database import short_transaction
from portal.core.errors import TooManyAttempts

SIGN_IN = "sign-in"
PASSWORD_LINK = "password-link"  # noqa: S105 (names what is tried)
WINDOW = timedelta(minutes=15)
PER_ACCOUNT_AND_ADDRESS = 5
PER_ACCOUNT = 50
"""Attempts in `WINDOW`; high, so that one stranger elsewhere cannot lock a person out."""
PER_ADDRESS = 100
"""Attempts in `WINDOW`; a whole office may share one address."""
KEEP_ATTEMPTS = timedelta(days=1)


@dataclass(frozen=True)
class Attempt:
    """One try that has been counted."""

    id: int
    account_key: str
    address_key: str


def keyed(purpose: str, text: str) -> str:
    """Return what is kept of a text that was typed: only with the secret key can it be compared."""
    key = current_app.config["SECRET_KEY"].encode()
    said = f"{purpose}:{text}".encode("utf-8", "surrogatepass")
    return hmac.new(key, said, hashlib.sha256).hexdigest()


def count(purpose: str, *, email: str, address: str) -> Attempt:
    """Count a try, in a transaction of its own, before it is looked at. Raises `TooManyAttempts`.

    It is the same work for an e-mail address that has an account and for one that has none.
    """
    account_key = keyed(purpose, email.strip().lower())
    address_key = keyed(purpose, _network(address))
    with short_transaction() as session:
        return _count(session, account_key, address_key)


def _network(address: str) -> str:
    """Return what one guesser can't easily change: an IPv4 address, the /64 of an IPv6 one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


def _count(session: Session, account_key: str, address_key: str) -> Attempt:
    now = clock.now()
    if session.get_bind().dialect.name == "postgresql":
        # tries for one account stand in line, so that none slips past the count
        key = int(account_key[:15], 16)
        session.execute(select(func.pg_advisory_xact_lock(key)))
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - KEEP_ATTEMPTS))
    of_account = SignInAttempt.account_hash == account_key
    of_address = SignInAttempt.address_hash == address_key
    for condition, limit in (
        (of_account & of_address, PER_ACCOUNT_AND_ADDRESS),
        (of_account, PER_ACCOUNT),
        (of_address, PER_ADDRESS),
    ):
        recent = (condition, SignInAttempt.at > now - WINDOW)
        number, first = session.execute(
            select(func.count(), func.min(SignInAttempt.at)).where(*recent)
        ).one()
        if number >= limit:
            raise TooManyAttempts(max(60, round((first + WINDOW - now).total_seconds())))
    row = SignInAttempt(account_hash=account_key, address_hash=address_key, at=now)
    session.add(row)
    session.flush()
    return Attempt(row.id, account_key, address_key)


def take_back(session: Session, attempt: Attempt) -> None:
    """Let a try that was right not count."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.id == attempt.id))


def forgive(session: Session, attempt: Attempt) -> None:
    """Forget a try that was right, and the failures before it from the same address."""
    session.execute(
        delete(SignInAttempt).where(
            or_(
                SignInAttempt.id == attempt.id,
                (SignInAttempt.account_hash == attempt.account_key)
                & (SignInAttempt.address_hash == attempt.address_key),
            )
        )
    )


def forgive_all(session: Session, *, email: str) -> None:
    """Forget every failure to sign in to an account: it has a new password."""
    key = keyed(SIGN_IN, email.strip().lower())
    session.execute(delete(SignInAttempt).where(SignInAttempt.account_hash == key))
