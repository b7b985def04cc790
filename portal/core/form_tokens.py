"""Tokens of forms that say whose page a form stood on.

Flask-WTF keeps a value in the session and signs it into each form. Here the value names the account
that was let in: so a form which comes back with the token of an ended session can be given back to
whoever wrote in it, and another site, which has no such token, gets no page that sends for it.
"""

import secrets

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException

FIELD = "csrf_token"
"""What Flask-WTF calls it, in the session and in a form."""
_SALT = "wtf-csrf-token"  # with which Flask-WTF signs it


def new(account_id: int) -> str:
    """Return a value for the session of an account; its forms are signed with it."""
    return f"{account_id}-{secrets.token_hex(20)}"


def posted() -> str:
    """Return the token that came with the present request, empty where there is none."""
    try:
        return request.form.get(FIELD, "")
    except HTTPException:  # what was sent is too long, or no form
        return ""


def writer() -> int | None:
    """Return the account on whose page the form stood that was sent now, `None` if none is named.

    The session of that page may have ended: this proves who wrote, and is no right to anything.
    """
    signer = URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=_SALT)
    try:
        number, separator, _ = str(signer.loads(posted())).partition("-")
    except BadData:
        return None
    return int(number) if separator and number.isdecimal() else None
