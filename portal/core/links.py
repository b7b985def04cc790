"""Single-use links. The table keeps a nonce; only with the secret key does it become a link.

So neither a copy of the database nor the outbox lets anybody in.
"""

import hashlib
import hmac
import secrets

from flask import current_app


def new_nonce() -> str:
    """Return 256 random bits, as 43 characters that may stand in an address."""
    return secrets.token_urlsafe(32)


def token(purpose: str, row_id: int, nonce: str) -> str:
    """Return what a link carries: the row's number and a keyed hash over purpose, row and nonce."""
    key = current_app.config["SECRET_KEY"].encode()
    said = f"link:{purpose}:{row_id}:{nonce}".encode()
    return f"{row_id}-{hmac.new(key, said, hashlib.sha256).hexdigest()}"


def row_of(given: str) -> int | None:
    """Return the number of the row that a token names; `None` for what is no token."""
    number, separator, mac = given.partition("-")
    if separator and number.isascii() and number.isdigit() and len(number) < 10 and len(mac) == 64:
        return int(number)
    return None


def matches(given: str, purpose: str, row_id: int, nonce: str) -> bool:
    """Tell whether a token is the one of this row."""
    return hmac.compare_digest(given.encode(), token(purpose, row_id, nonce).encode())
