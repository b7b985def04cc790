"""What somebody had typed into a form that was not taken: it is given back and never lost."""

from flask import request
from werkzeug.exceptions import HTTPException

from portal.core.form_tokens import FIELD
from portal.ui.filters import legible

MOST_GIVEN_BACK = 100_000
"""Characters."""
MOST_FIELDS = 1000
"""More than the longest form has, a pathway of 30 steps."""
BUTTONS = frozenset({"submit", "button"})
"""Names of what is pressed, not typed."""


def fields() -> list[tuple[str, str]] | None:
    """Return the fields that were posted, to be sent again; `None` where there is nothing to keep.

    Files and passwords are left out: no page holds them, so they are asked for again.
    """
    if request.method != "POST":
        return None
    try:
        given = [pair for pair in request.form.items(multi=True) if pair[0] != FIELD]
    except HTTPException:  # longer than the service takes, or no form
        return None
    kept = [
        (name, legible(value.replace("\r\n", "\n")))
        for name, value in given
        if "password" not in name
    ]
    long = sum(len(name) + len(value) for name, value in kept) > MOST_GIVEN_BACK
    typed = any(value.strip() for name, value in kept if name not in BUTTONS)
    return kept if typed and not long and len(kept) <= MOST_FIELDS else None


def words(kept: list[tuple[str, str]] | None) -> list[str]:
    """Return what in these fields are words of a person: to be read and copied."""
    return [value for name, value in kept or [] if name not in BUTTONS and len(value.split()) > 1]


def has_more() -> bool:
    """Tell whether something was sent that is asked for again: a file or a password."""
    secret = any("password" in name for name in request.form)
    return secret or any(file.filename for file in request.files.values())
