"""Passwords: argon2id, and the same work whether an account exists or not."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# 19 MiB, 2 passes, 1 lane: OWASP Password Storage Cheat Sheet's first choice for argon2id
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

MINIMUM_LENGTH = 12  # characters, without rules of composition (NCSC, ASVS 5.0 V6.2)


def hash_password(password: str) -> str:
    """Return the argon2id hash of `password`, with its salt and parameters."""
    return _hasher.hash(password)


@cache
def nobody() -> str:
    """Return the hash that stands in where there is no account; made once, at the start."""
    return hash_password("nobody has this password")


def matches(password: str, password_hash: str | None) -> bool:
    """Tell whether `password` gives `password_hash`; no hash costs the same and never matches."""
    try:
        _hasher.verify(password_hash or nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Tell whether a hash was made with older parameters."""
    return _hasher.check_needs_rehash(password_hash)
