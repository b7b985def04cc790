"""The password once more, before something that is final."""

from flask import request
from flask_login import current_user
from wtforms import Field

from portal.accounts import service

WRONG = "The password is not right"


def is_them(password: Field) -> bool:
    """Tell whether a field holds the password of who is signed in; if not, say so at the field.

    Nothing must be open to write meanwhile: it takes a while. Raises `TooManyAttempts`.
    """
    person: service.SignedIn = current_user._get_current_object()
    given, address = password.data or "", request.remote_addr or ""
    if service.knows_password(person, password=given, address=address):
        return True
    password.errors = [WRONG]
    return False
