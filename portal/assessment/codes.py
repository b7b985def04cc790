"""Codes of single-use links: short enough to type from a slip of paper, too many to guess."""

import hashlib
import re
import secrets

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs; 0 and O, 1 and I are left out, since they look alike on paper."""
LENGTH = 16  # 80 random bits
_SEPARATORS = re.compile(r"[\s\-–]+")


def new_code() -> str:
    """Return a new code in groups of four: 7KQM-2WXA-PD9H-4TEB."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(signs[at : at + 4] for at in range(0, LENGTH, 4))


def digest(code: str) -> str | None:
    """Return what the database keeps of a code, however it was typed; `None` for what is none."""
    signs = _SEPARATORS.sub("", code).upper()
    if len(signs) != LENGTH or not set(signs) <= set(ALPHABET):
        return None
    return hashlib.sha256(signs.encode()).hexdigest()
